//! `fetch-cert`.

use std::str::FromStr;

use clap::Args;
use pgdb::domain::name::NameError;
use pgdb::fetch_cert::{Fetched, Plan};
use pgdb::live::controller::Wanted;
use pgdb::live::fact::Fact;
use pgdb::repo::path::RepoPathError;
use pgdb::settings::TargetSettings;

use crate::cli::{DryRun, Global};
use crate::cluster::{ClusterFlags, Question, Session, block_on};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::prompt::Prompt;
use crate::proposal::{Proposal, asks};
use crate::workspace::{Workspace, now};

/// What stands for standard output instead of a file.
const STANDARD_OUTPUT: &str = "-";

/// Fetch the sealing certificate from the Sealed Secrets controller.
///
/// It is asked for through the API server, and written to the repository where it differs from the one that is there.
/// The controller's Service is looked for where it is not kube-system/sealed-secrets-controller.
#[derive(Args, Debug)]
pub(crate) struct FetchCert {
    /// Write to this file, a path from the repository's root, or to standard output with `-` [default: `certificate` of
    /// .pgdb.yaml, else infra/sealed-secrets/pub-cert.pem].
    #[arg(
        long,
        value_name = "PATH",
        env = "PGDB_OUTPUT_FILE",
        hide_env = true,
        conflicts_with = "print"
    )]
    output_file: Option<String>,
    /// Print the certificate, and write nothing; no repository is needed.
    #[arg(long, env = "PGDB_PRINT", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    print: bool,
    #[command(flatten)]
    dry_run: DryRun,
    #[command(flatten)]
    controller: ControllerFlags,
    #[command(flatten)]
    cluster: ClusterFlags,
}

/// Which Service is the Sealed Secrets controller's.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Cluster options")]
pub(crate) struct ControllerFlags {
    /// Ask the Sealed Secrets controller at the Service of this name [default: sealed-secrets-controller, else the one that is
    /// found].
    #[arg(
        long,
        value_name = "NAME",
        env = "PGDB_CONTROLLER_NAME",
        hide_env = true
    )]
    pub(crate) controller_name: Option<String>,
    /// Look for that Service in this namespace [default: kube-system, else where it is found].
    #[arg(
        long,
        value_name = "NAMESPACE",
        env = "PGDB_CONTROLLER_NAMESPACE",
        hide_env = true
    )]
    pub(crate) controller_namespace: Option<String>,
}

impl ControllerFlags {
    /// What is said of the controller's Service, by flags first and by the settings then.
    ///
    /// # Errors
    /// The flag whose value is no name.
    pub(crate) fn wanted(&self, settings: &TargetSettings) -> Result<Wanted, Failure> {
        let service = name("--controller-name", self.controller_name.as_deref())?;
        let namespace = name(
            "--controller-namespace",
            self.controller_namespace.as_deref(),
        )?;
        Ok(Wanted {
            name: service.or_else(|| settings.controller_name.clone()),
            namespace: namespace.or_else(|| settings.controller_namespace.clone()),
        })
    }
}

fn name<T: FromStr<Err = NameError>>(flag: &str, text: Option<&str>) -> Result<Option<T>, Failure> {
    let refuse = |error: NameError| Failure::usage(format!("{flag}: {error}"), error.help());
    text.map(|text| text.parse().map_err(refuse)).transpose()
}

/// Runs it.
pub(crate) fn run(args: &FetchCert, global: &Global, output: &Output) -> Result<Exit, Failure> {
    if args.print || args.output_file.as_deref() == Some(STANDARD_OUTPUT) {
        return print(args, global, output);
    }
    let workspace = Workspace::open(global)?;
    let path = match &args.output_file {
        Some(path) => path.parse().map_err(|error: RepoPathError| {
            Failure::usage(format!("--output-file: {error}"), error.help())
        })?,
        None => workspace.certificate_path(),
    };
    let path = workspace.root.real_file(&path)?;
    let wanted = args.controller.wanted(&workspace.settings)?;
    let fetched = fetch(&args.cluster, &wanted)?;
    let before = workspace.root.read(&path)?;
    let plan = fetched.plan(&path, before.as_deref(), now())?;
    for warning in &plan.warnings {
        output.warn(warning);
    }
    write(args, global, output, &workspace, &plan)?;
    let dry_run = args.dry_run.is_client();
    output.tell(&plan.summary(&fetched, &path, dry_run));
    Ok(Exit::Done)
}

/// Shows the change, asks where there is somebody to ask, and writes it.
fn write(
    args: &FetchCert,
    global: &Global,
    output: &Output,
    workspace: &Workspace,
    plan: &Plan,
) -> Result<(), Failure> {
    let prompt = asks(global).then(|| Prompt::new(output.colour_stderr()));
    let proposal = Proposal {
        workspace,
        output,
        dry_run: args.dry_run.is_client(),
        prints_diff: true,
        prompt: prompt.as_ref(),
        staged: &[],
    };
    proposal.carry_out(&plan.changes, None)
}

/// Prints the certificate; the settings are those of a repository where there is one.
fn print(args: &FetchCert, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let workspace = Workspace::around(global)?;
    let settings = workspace
        .map(|workspace| workspace.settings)
        .unwrap_or_default();
    let fetched = fetch(&args.cluster, &args.controller.wanted(&settings)?)?;
    output.data(fetched.pem())?;
    output.tell(&format!(
        "The newest certificate of {}: {}",
        fetched.origin(),
        fetched.description()
    ));
    Ok(Exit::Done)
}

/// The controller's newest certificate.
///
/// # Errors
/// When the cluster cannot be asked, has no controller or several, or answers something else.
pub(crate) fn fetch(flags: &ClusterFlags, wanted: &Wanted) -> Result<Fetched, Failure> {
    block_on(async {
        let session = Session::connect(flags).await?;
        let controller = session.controller(wanted).await?;
        match session.ask(&controller, CERTIFICATE, Question::Get).await {
            Fact::Present(answer) => {
                let origin = controller.place();
                Ok(Fetched::read(&origin, answer.status, &answer.text, now())?)
            }
            Fact::Unreadable(reason) => Err(reason.into()),
            // It was there a moment ago.
            Fact::Absent => Err(Failure::unknown(
                format!(
                    "the Service {} went away while it was asked",
                    controller.place()
                ),
                "try again",
            )),
        }
    })
}

/// Where the controller has its certificate (sealed-secrets `pkg/controller/server.go`).
pub(crate) const CERTIFICATE: &str = "/v1/cert.pem";

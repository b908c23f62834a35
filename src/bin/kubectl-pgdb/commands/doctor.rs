//! `doctor`.

use clap::Args;
use pgdb::declared::apps;
use pgdb::doctor::{Certificate, Expected, Known, Reached, Report, run as examine};
use pgdb::report::{Check, Status, Suite};
use pgdb::sealing::SealingKey;
use pgdb::settings::TargetSettings;
use pgdb::target::{GUIDE_NAMESPACE, Target, TargetError, TargetRequest};

use crate::checks::{self, Format, Pen};
use crate::cli::Global;
use crate::cluster::{ClusterFlags, Examination, Session, block_on};
use crate::commands::fetch_cert::ControllerFlags;
use crate::failure::{Exit, Failure};
use crate::files::FileProblem;
use crate::flag_value::one;
use crate::output::Output;
use crate::workspace::{Workspace, now};

/// Tell whether everything is there and allowed, before anything is written.
///
/// Looks at the API server, CloudNativePG, the Cluster, the Sealed Secrets controller, the repository's certificate,
/// Reflector, Argo CD, the namespaces, and the rights that verify and fetch-cert need. Works without a repository too.
/// Nothing is changed.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 all is there; 1 something is missing or wrong; 3 nothing is wrong, but something could not be looked at."
)]
pub(crate) struct Doctor {
    /// Look at this CNPG Cluster [default: the repository's, else the only one of the namespace].
    #[arg(long, value_name = "NAME", env = "PGDB_CLUSTER", hide_env = true)]
    cluster: Option<String>,
    /// Print a table, a versioned structure, or JUnit XML.
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = Format::Table, env = "PGDB_OUTPUT", hide_env = true)]
    output: Format,
    #[command(flatten)]
    controller: ControllerFlags,
    #[command(flatten)]
    kube: ClusterFlags,
}

/// Runs it.
pub(crate) fn run(args: &Doctor, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let call = examination(args, global)?;
    let reached = block_on(async {
        match Session::connect(&args.kube).await {
            Ok(session) => Ok(session.examine(&call).await),
            Err(failure) if failure.exit == Exit::Unknown => Ok(Reached::NoKubeconfig {
                evidence: failure.message,
                remedy: failure.help.unwrap_or_default(),
            }),
            Err(failure) => Err(failure),
        }
    })?;
    let report = examine(&call.expected, &reached);
    print(args, &report, output)?;
    Ok(checks::exit(report.status))
}

fn print(args: &Doctor, report: &Report, output: &Output) -> Result<(), Failure> {
    if args.output == Format::Table {
        return output.data(&page(report, output.pen(), output.is_quiet()));
    }
    let suites = [Suite {
        name: "doctor",
        checks: &report.checks,
    }];
    checks::print_data(args.output, report, "kubectl pgdb doctor", &suites, output)
}

/// What is wrong first, each with its remedies; then every check, unless that is enough.
fn page(report: &Report, pen: Pen, only_problems: bool) -> String {
    let with = |status| {
        report
            .checks
            .iter()
            .filter(move |check| check.status == status)
    };
    let problems: Vec<String> = with(Status::Fail)
        .chain(with(Status::Unknown))
        .map(|check| problem(check, pen))
        .collect();
    let mut text = problems.join("\n");
    if only_problems {
        return text;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&pen.table(&report.checks, |_| true));
    if report.status == Status::Pass {
        text.push_str("All is there.\n");
    }
    text
}

fn problem(check: &Check, pen: Pen) -> String {
    let what = match check.status {
        Status::Unknown => format!("{}: it could not be looked at", check.title),
        _ => format!("{}: something is wrong", check.title),
    };
    format!("{}\n{}", pen.bold(&what), pen.problem(check))
}

/// What is examined: of the repository, where there is one.
fn examination(args: &Doctor, global: &Global) -> Result<Examination, Failure> {
    let request = TargetRequest {
        cluster: one("--cluster", args.cluster.as_deref())?,
        namespace: one("--namespace", global.namespace.as_deref())?,
        ..TargetRequest::default()
    };
    let Some(workspace) = Workspace::around(global)? else {
        return Ok(Examination {
            expected: without_repository(&request)?,
            controller: args.controller.wanted(&TargetSettings::default())?,
            certificate: Certificate::NoRepository,
        });
    };
    Ok(Examination {
        expected: expected(request, &workspace)?,
        controller: args.controller.wanted(&workspace.settings)?,
        certificate: certificate(&workspace)?,
    })
}

fn without_repository(request: &TargetRequest) -> Result<Expected, Failure> {
    let namespace = match &request.namespace {
        Some(namespace) => namespace.clone(),
        None => GUIDE_NAMESPACE.parse()?,
    };
    Ok(Expected {
        namespace: namespace.to_string(),
        cluster: request.cluster.as_ref().map(ToString::to_string),
        roles: request.roles,
        app_namespaces: Default::default(),
        has_services: false,
        has_poolers: false,
        has_access: false,
        connection: None,
    })
}

/// What the repository expects of the cluster.
fn expected(mut request: TargetRequest, workspace: &Workspace) -> Result<Expected, Failure> {
    request.roles = workspace.settings.role_style();
    let request = request.or_settings(&workspace.settings);
    let files: Vec<_> = request.cluster_file.iter().collect();
    let reading = workspace.read(&files, false)?;
    let target = match Target::resolve(&request, &reading.snapshot) {
        Ok(target) => target,
        Err(TargetError::NoCluster { .. }) => return without_repository(&request),
        Err(error) => return Err(error.into()),
    };
    let declared = apps(&reading.snapshot, &target);
    let credentials = declared
        .apps
        .iter()
        .filter_map(|app| app.credential.as_ref());
    let named = credentials.flat_map(|credential| credential.reflection.named());
    Ok(Expected {
        namespace: target.namespace.to_string(),
        cluster: Some(target.cluster.to_string()),
        roles: request.roles,
        app_namespaces: named.map(|name| name.to_string()).collect(),
        has_services: declared.apps.iter().any(|app| app.service.is_some()),
        has_poolers: declared.apps.iter().any(|app| app.pooler.is_some()),
        has_access: declared.apps.iter().any(|app| app.access.is_some()),
        connection: target.server.as_ref().map(|server| {
            (
                server.connection_secret.to_string(),
                server.connection_key.to_string(),
            )
        }),
    })
}

/// The repository's certificate.
fn certificate(workspace: &Workspace) -> Result<Certificate, Failure> {
    let path = workspace.certificate_path();
    let pem = match workspace.root.read(&path) {
        Ok(Some(pem)) => pem,
        Ok(None) => return Ok(Certificate::Missing(path)),
        Err(error) if matches!(error.problem, FileProblem::NotUtf8 { .. }) => {
            return Ok(Certificate::NotUsable(
                path,
                "this is not even text".to_owned(),
            ));
        }
        Err(error) => return Err(error.into()),
    };
    Ok(match SealingKey::of_any_time(&pem) {
        Ok(key) => Certificate::Known(Box::new(Known {
            path,
            key,
            now: now(),
            newest: None,
            trial: None,
        })),
        Err(error) => Certificate::NotUsable(path, error.to_string()),
    })
}

//! `new-app`.

mod given;
mod next_steps;
mod target;
mod wizard;

use clap::{Args, ValueEnum};
use pgdb::domain::app::App;
use pgdb::new_app::{AppFiles, Credential, Inputs, NewAppError, Plan, plan};
use pgdb::render::Templates;
use pgdb::repo::path::RepoPath;
use pgdb::repo::snapshot::Snapshot;
use pgdb::sealing::SealingKey;
use pgdb::target::Target;

use crate::cli::{DryRun, Global};
use crate::cluster::ClusterFlags;
use crate::commands::fetch_cert::ControllerFlags;
use crate::declared_apps::{follow_links, refuse_chart};
use crate::failure::{Exit, Failure};
use crate::files::Lock;
use crate::given_password;
use crate::output::Output;
use crate::prompt::{self, Prompt};
use crate::proposal::{Proposal, git_commands};
use crate::randomness;
use crate::sealing_flags::SealingFlags;
use crate::secrecy;
use crate::workspace::Workspace;

use given::Given;
use target::find_target;

/// Give an application its credential, role and database, as one change to the repository.
///
/// Makes a password, seals it with the cluster's certificate for a Secret that Reflector mirrors to the application's
/// namespaces, declares the login role, and declares the database that it owns. What is missing is asked for on a
/// terminal. The change is shown, and written whole or not at all; the same command again finishes or changes nothing.
#[derive(Args, Debug)]
pub(crate) struct NewApp {
    /// The application's name; all other names follow from it.
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Mirror the credential to this namespace; may be given several times, or as a list with commas.
    #[arg(
        long,
        value_name = "NAMESPACE",
        value_delimiter = ',',
        env = "PGDB_APP_NAMESPACE",
        hide_env = true
    )]
    app_namespace: Vec<String>,
    /// Name the login role so [default: the app's name with `_` for `-`].
    #[arg(long, value_name = "ROLE", env = "PGDB_USER", hide_env = true)]
    user: Option<String>,
    /// Name the database so [default: the app's name with `_` for `-`].
    #[arg(long, value_name = "DATABASE", env = "PGDB_DATABASE", hide_env = true)]
    database: Option<String>,
    /// Name the credential's Secret so [default: NAME-db-creds].
    #[arg(long, value_name = "SECRET", env = "PGDB_SECRET_NAME", hide_env = true)]
    secret_name: Option<String>,
    /// Use this Secret, which something else makes, instead of sealing one; it needs no certificate.
    #[arg(
        long,
        value_name = "SECRET",
        conflicts_with_all = ["secret_name", "password_stdin", "password_length", "scope"],
        env = "PGDB_EXISTING_SECRET",
        hide_env = true
    )]
    existing_secret: Option<String>,
    /// Make a Service of this name in each of the app's namespaces, which leads to the database's host.
    #[arg(long, value_name = "NAME", env = "PGDB_SERVICE", hide_env = true)]
    service: Option<String>,
    /// Connect through the CNPG Pooler of this name instead of the Cluster's own Service.
    #[arg(long, value_name = "NAME", env = "PGDB_POOLER", hide_env = true)]
    pooler: Option<String>,
    /// Put the app on the CNPG Cluster of this name.
    #[arg(long, value_name = "NAME", env = "PGDB_CLUSTER", hide_env = true)]
    cluster: Option<String>,
    /// Put the app on the CNPG Cluster in this file, a path from the repository's root.
    #[arg(long, value_name = "PATH", env = "PGDB_CLUSTER_FILE", hide_env = true)]
    cluster_file: Option<String>,
    #[command(flatten)]
    sealing: SealingFlags,
    /// Create this extension in the database; may be given several times.
    #[arg(
        long,
        value_name = "NAME[@VERSION]",
        value_delimiter = ',',
        env = "PGDB_EXTENSION",
        hide_env = true
    )]
    extension: Vec<String>,
    /// Create this schema in the database, owned by the role; may be given several times.
    #[arg(
        long,
        value_name = "SCHEMA",
        value_delimiter = ',',
        env = "PGDB_SCHEMA",
        hide_env = true
    )]
    schema: Vec<String>,
    /// Create the database in this encoding.
    #[arg(long, value_name = "ENCODING", env = "PGDB_ENCODING", hide_env = true)]
    encoding: Option<String>,
    /// Create the database with this locale.
    #[arg(long, value_name = "LOCALE", env = "PGDB_LOCALE", hide_env = true)]
    locale: Option<String>,
    /// Let the database take so many sessions at once; -1 is no limit.
    #[arg(
        long,
        value_name = "NUMBER",
        allow_hyphen_values = true,
        env = "PGDB_CONNECTION_LIMIT",
        hide_env = true
    )]
    connection_limit: Option<String>,
    /// Keep or drop the database when its object is deleted: retain or delete [default: retain].
    #[arg(long, value_name = "POLICY", env = "PGDB_RECLAIM", hide_env = true)]
    reclaim: Option<String>,
    /// Declare the role in the Cluster or as an object of its own: managed or databaserole [default: managed].
    #[arg(long, value_name = "STYLE", env = "PGDB_ROLES", hide_env = true)]
    roles: Option<String>,
    /// Make the role a member of this one; may be given several times.
    #[arg(
        long,
        value_name = "ROLE",
        value_delimiter = ',',
        env = "PGDB_IN_ROLE",
        hide_env = true
    )]
    in_role: Vec<String>,
    /// Show this comment beside the role in PostgreSQL, such as who answers for the application.
    #[arg(long, value_name = "TEXT", env = "PGDB_COMMENT", hide_env = true)]
    comment: Option<String>,
    /// Let nobody but the database's own roles connect: take CONNECT and TEMPORARY from PUBLIC [default: no].
    #[arg(
        long,
        value_name = "WHETHER",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        env = "PGDB_ISOLATE",
        hide_env = true
    )]
    isolate: Option<bool>,
    /// Seal for this scope: strict, namespace-wide or cluster-wide [default: strict].
    #[arg(long, value_name = "SCOPE", env = "PGDB_SCOPE", hide_env = true)]
    scope: Option<String>,
    /// Leave host, port, dbname, user, uri, jdbc-uri and pgpass out of the Secret.
    #[arg(long, env = "PGDB_NO_CONNECTION_KEYS", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    no_connection_keys: bool,
    /// Read the password from standard input instead of making one; one final line end is dropped.
    #[arg(long, env = "PGDB_PASSWORD_STDIN", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    password_stdin: bool,
    /// Make the password so many characters long, 22 to 256, where it is made [default: 32].
    #[arg(
        long,
        value_name = "NUMBER",
        env = "PGDB_PASSWORD_LENGTH",
        hide_env = true
    )]
    password_length: Option<String>,
    #[command(flatten)]
    dry_run: DryRun,
    /// Print the change as a diff, the app's manifests as YAML, or a summary as JSON.
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = Format::Diff, env = "PGDB_OUTPUT", hide_env = true)]
    output: Format,
    #[command(flatten)]
    controller: ControllerFlags,
    #[command(flatten)]
    kube: ClusterFlags,
}

/// What goes to standard output.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Format {
    /// The change as `git apply` takes it.
    Diff,
    /// The app's manifests as `kubectl apply` takes them.
    Yaml,
    /// A versioned structure.
    Json,
}

/// Runs it.
pub(crate) fn run(args: &NewApp, global: &Global, output: &Output) -> Result<Exit, Failure> {
    secrecy::forbid_core_dumps();
    let asks = !global.no_input && !args.password_stdin && prompt::is_possible();
    let mut given = Given::parse(args, global)?;
    if !asks {
        given.check_complete()?;
    }
    // Before the lock is taken: whoever pipes it in may take his time.
    let password = args
        .password_stdin
        .then(|| given_password::from_stdin("new-app"))
        .transpose()?;
    let workspace = Workspace::open(global)?;
    given.settle(&workspace.settings);
    // Before the lock is taken, too: the cluster may take its time.
    let fetched = args
        .sealing
        .cert_from_cluster
        .then(|| key(args, &workspace, output))
        .transpose()?;
    let writes = !args.dry_run.is_client();
    // With nobody to ask, the lock is taken before reading, so that several at once take turns and none is in vain.
    let lock = if writes && !asks {
        Some(workspace.lock(output)?)
    } else {
        None
    };
    let prompt = asks.then(|| Prompt::new(output.colour_stderr()));
    let key = match fetched {
        Some(key) => key,
        None => key(args, &workspace, output)?,
    };
    let call = Call { args, output, key };
    let session = Session::open(call, &workspace, &mut given, prompt.as_ref())?;
    let made = Credential::Generate(given.password_length);
    let plan = session.plan(password.map_or(made, Credential::Given))?;
    let confirmation = prompt.as_ref().filter(|_| !global.yes);
    session.finish(&plan, &workspace, lock, confirmation)?;
    if writes && !plan.changes.is_empty() {
        session.say_next(&plan, &workspace, global);
    }
    Ok(Exit::Done)
}

/// The key to seal with, or why there is none.
fn key(
    args: &NewApp,
    workspace: &Workspace,
    output: &Output,
) -> Result<Result<SealingKey, Failure>, Failure> {
    args.sealing
        .key(&args.controller, &args.kube, workspace, output)
}

/// A call, and what there is to seal with.
struct Call<'call> {
    args: &'call NewApp,
    output: &'call Output,
    key: Result<SealingKey, Failure>,
}

/// What was asked for on the terminal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Asked {
    /// Nothing.
    Nothing,
    /// What the app is to be.
    App,
    /// The Cluster, and perhaps what the app is to be.
    Cluster,
}

/// A call with everything that it needs.
struct Session<'call> {
    args: &'call NewApp,
    output: &'call Output,
    asked: Asked,
    app: App,
    target: Target,
    snapshot: Snapshot,
    /// What a killed run left beside its targets.
    staged: Vec<RepoPath>,
    templates: Templates,
    /// Looked at when something is to be sealed: an app that is there needs none.
    key: Result<SealingKey, Failure>,
}

impl<'call> Session<'call> {
    /// Reads the repository, and asks for what is missing where somebody is to be asked.
    fn open(
        call: Call<'call>,
        workspace: &Workspace,
        given: &mut Given,
        prompt: Option<&Prompt>,
    ) -> Result<Self, Failure> {
        let Call { args, output, key } = call;
        follow_links(&mut given.target, &workspace.root)?;
        let wanted: Vec<_> = given.target.cluster_file.iter().collect();
        let mut reading = workspace.read(&wanted, prompt.is_some() && given.is_incomplete())?;
        let (target, was_chosen) = find_target(&given.target, &reading, prompt)?;
        refuse_chart(&target.directory, &workspace.root)?;
        let asked = match (was_chosen, given.is_incomplete()) {
            (true, _) => Asked::Cluster,
            (false, true) => Asked::App,
            (false, false) => Asked::Nothing,
        };
        let templates = workspace.templates()?;
        let key = match key {
            // Without a certificate the answers would be in vain.
            Err(failure) if asked != Asked::Nothing => return Err(failure),
            key => key,
        };
        if let Some(prompt) = prompt {
            wizard::complete(given, prompt, &target, &reading.namespaces)?;
        }
        let app =
            App::new(given.request()?).map_err(|error| Failure::usage(&error, error.help()))?;
        for path in AppFiles::new(&app, &target)?.all() {
            workspace.add(path, &mut reading.snapshot)?;
        }
        Ok(Self {
            args,
            output,
            asked,
            app,
            target,
            snapshot: reading.snapshot,
            staged: reading.staged,
            templates,
            key,
        })
    }

    fn inputs(&self) -> Inputs<'_> {
        Inputs {
            app: &self.app,
            target: &self.target,
            snapshot: &self.snapshot,
            templates: &self.templates,
            key: self.key.as_ref().ok(),
        }
    }

    fn plan(&self, credential: Credential) -> Result<Plan, Failure> {
        let mut rng = randomness::system()?;
        match (plan(&self.inputs(), credential, &mut rng), &self.key) {
            (Err(NewAppError::NoKey), Err(failure)) => Err(failure.clone()),
            (plan, _) => Ok(plan?),
        }
    }

    /// Shows the plan, asks once where somebody is to be asked, and writes it.
    fn finish(
        &self,
        plan: &Plan,
        workspace: &Workspace,
        lock: Option<Lock<'_>>,
        prompt: Option<&Prompt>,
    ) -> Result<(), Failure> {
        for warning in &plan.warnings {
            self.output.warn(warning);
        }
        let dry_run = self.args.dry_run.is_client();
        let proposal = Proposal {
            workspace,
            output: self.output,
            dry_run,
            prints_diff: self.args.output == Format::Diff,
            prompt,
            staged: &self.staged,
        };
        proposal.carry_out(&plan.changes, lock)?;
        let printed = self.print(plan, dry_run);
        printed.map_err(|failure| {
            if dry_run {
                failure
            } else {
                failure.after_writing()
            }
        })?;
        self.output
            .tell(&next_steps::summary(&self.app, &self.target, plan, dry_run));
        Ok(())
    }

    /// Says how to ask for the same without a question, and how to commit it.
    fn say_next(&self, plan: &Plan, workspace: &Workspace, global: &Global) {
        if self.asked != Asked::Nothing {
            let chosen = (self.asked == Asked::Cluster).then_some(&self.target);
            let command = next_steps::command(&self.app, chosen, self.args, global);
            self.output
                .tell(&format!("\nThe same with flags:\n  {command}"));
        }
        self.output.tell(&git_commands(
            &plan.changes,
            &format!("Add the database of {}", self.app.name),
            &workspace.root,
        ));
        self.output.tell(&next_steps::verification(
            &self.app,
            &self.target,
            self.args,
            global,
        ));
    }

    fn print(&self, plan: &Plan, dry_run: bool) -> Result<(), Failure> {
        match self.args.output {
            Format::Diff => Ok(()),
            Format::Yaml => self.output.data(&plan.manifests(&self.inputs())),
            Format::Json => {
                let report = plan.report(&self.inputs(), dry_run);
                self.output.json(&report)
            }
        }
    }
}

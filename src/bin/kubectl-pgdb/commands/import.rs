//! `import`.

mod input;
mod progress;
mod summary;

use std::path::Path;

use clap::{Args, ValueHint};
use pgdb::access::group_file;
use pgdb::apps_file::schema::schema;
use pgdb::apps_file::{Entry, Problem, read};
use pgdb::domain::access::Level;
use pgdb::import::{Defaults, ImportError, Inputs, Plan, plan};
use pgdb::new_app::{AppFiles, Ground};
use pgdb::sealing::SealingKey;

use crate::app_flags::{AppFlags, password_length};
use crate::cli::{ChangeFormat, DryRun, Global};
use crate::cluster::ClusterFlags;
use crate::commands::fetch_cert::ControllerFlags;
use crate::declared_apps::{DeclaredApps, TargetFlags, refuse_chart, warnings};
use crate::failure::{Exit, Failure};
use crate::files::Lock;
use crate::flag_value::list;
use crate::output::Output;
use crate::prompt::Prompt;
use crate::proposal::{Proposal, asks, git_commands_beside, verification};
use crate::randomness;
use crate::sealing_flags::SealingFlags;
use crate::secrecy;
use crate::workspace::{self, Workspace};

use progress::Progress;

/// Add and change many apps from one YAML or JSON file, as one change to the repository.
///
/// Apps that the repository lacks are made as `new-app` makes them; of those that are there the settings that the file names
/// are changed, and nothing else; apps that the file does not name are left alone. Beside the product's own entries it takes
/// lists of {username, password, email} and of {username, databases, privileges}. All mistakes are told at once, each with
/// its line, and nothing is written then.
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// The file, or `-` for standard input.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "schema")]
    file: Option<String>,
    /// Print the JSON Schema of the file, and do nothing else.
    #[arg(long, conflicts_with = "file")]
    schema: bool,
    /// Mirror the credentials of new apps to this namespace where the file says nothing; may be given several times.
    #[arg(
        long,
        value_name = "NAMESPACE",
        value_delimiter = ',',
        env = "PGDB_APP_NAMESPACE",
        hide_env = true
    )]
    app_namespace: Vec<String>,
    /// Seal the passwords of the file anew for apps that have a sealed one already.
    #[arg(long, env = "PGDB_REPLACE_PASSWORDS", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    replace_passwords: bool,
    #[command(flatten)]
    app: AppFlags,
    #[command(flatten)]
    target: TargetFlags,
    #[command(flatten)]
    sealing: SealingFlags,
    /// Make passwords so many characters long, 22 to 256, where they are made [default: 32].
    #[arg(
        long,
        value_name = "NUMBER",
        env = "PGDB_PASSWORD_LENGTH",
        hide_env = true
    )]
    password_length: Option<String>,
    #[command(flatten)]
    dry_run: DryRun,
    /// Print the change as a diff, or a summary as JSON.
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = ChangeFormat::Diff, env = "PGDB_OUTPUT", hide_env = true)]
    output: ChangeFormat,
    #[command(flatten)]
    controller: ControllerFlags,
    #[command(flatten)]
    kube: ClusterFlags,
}

/// Runs it.
pub(crate) fn run(args: &Import, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let Some(file) = &args.file else {
        return print_schema(output);
    };
    secrecy::forbid_core_dumps();
    let workspace = Workspace::open(global)?;
    let defaults = Defaults {
        namespaces: list("--app-namespace", &args.app_namespace)?,
        options: args.app.options(&workspace.settings)?,
        password_length: password_length(args.password_length.as_deref(), &workspace.settings)?,
    };
    let mut request = args.target.request(global, &workspace)?;
    request.roles = defaults.options.roles;
    // Before the lock is taken: whoever pipes it in, and the cluster, may take their time.
    let entries = entries(file)?;
    let key = args
        .sealing
        .key(&args.controller, &args.kube, &workspace, output)?;
    let dry_run = args.dry_run.is_client();
    let lock = (!dry_run && !asks(global))
        .then(|| workspace.lock(output))
        .transpose()?;
    let mut apps = DeclaredApps::read(&workspace, &request)?;
    refuse_chart(&apps.target.directory, &workspace.root)?;
    for warning in warnings(&apps.declared) {
        output.warn(&warning);
    }
    read_files(&entries, &mut apps, &workspace)?;
    warn_of_passwords(file, &entries, output);
    let session = Session {
        args,
        global,
        output,
        workspace: &workspace,
        apps: &apps,
        file,
    };
    let plan = session.plan(entries, &defaults, key)?;
    session.finish(&plan, lock)?;
    Ok(Exit::Done)
}

fn print_schema(output: &Output) -> Result<Exit, Failure> {
    output.json(&schema())?;
    Ok(Exit::Done)
}

/// The apps of the file; its text is wiped.
fn entries(file: &str) -> Result<Vec<Entry>, Failure> {
    let text = input::read(file)?;
    read(&text).map_err(|problems| refused(file, &problems))
}

/// The failure of a file in which something is wrong: all of it, and what to do about it.
fn refused(file: &str, problems: &[Problem]) -> Failure {
    let name = if file == input::STANDARD_INPUT {
        "standard input"
    } else {
        file
    };
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| format!("{name}:{problem}"))
        .collect();
    let mut helps: Vec<&str> = Vec::new();
    for help in problems
        .iter()
        .filter_map(|problem| problem.help.as_deref())
    {
        if !helps.contains(&help) {
            helps.push(help);
        }
    }
    Failure::usage(lines.join("\n"), helps.join("\n      "))
}

/// Adds the files of the apps to what was read: a file that is there must be seen, also where git ignores it.
fn read_files(
    entries: &[Entry],
    apps: &mut DeclaredApps,
    workspace: &Workspace,
) -> Result<(), Failure> {
    for entry in entries {
        for path in AppFiles::of_name(&entry.name, &apps.target)?.all() {
            workspace.add(path, &mut apps.reading.snapshot)?;
        }
        for level in Level::ALL {
            let path = group_file(&entry.name, level, &apps.target)?;
            workspace.add(&path, &mut apps.reading.snapshot)?;
        }
    }
    Ok(())
}

fn warn_of_passwords(file: &str, entries: &[Entry], output: &Output) {
    let count = entries.iter().filter(|entry| entry.password.is_some());
    if file != input::STANDARD_INPUT && count.count() > 0 {
        output.warn(&format!(
            "{file} holds passwords in clear: keep it out of the repository, and delete it"
        ));
    }
}

/// A call with everything that it needs.
struct Session<'call> {
    args: &'call Import,
    global: &'call Global,
    output: &'call Output,
    workspace: &'call Workspace,
    apps: &'call DeclaredApps,
    file: &'call str,
}

impl Session<'_> {
    fn plan(
        &self,
        entries: Vec<Entry>,
        defaults: &Defaults,
        key: Result<SealingKey, Failure>,
    ) -> Result<Plan, Failure> {
        let templates = self.workspace.templates()?;
        let inputs = Inputs {
            ground: Ground {
                target: &self.apps.target,
                templates: &templates,
                key: key.as_ref().ok(),
            },
            snapshot: &self.apps.reading.snapshot,
            declared: &self.apps.declared,
            defaults,
            replaces_passwords: self.args.replace_passwords,
            now: workspace::now(),
        };
        let mut rng = randomness::system()?;
        let progress = Progress::new(entries.len(), self.output);
        let planned = plan(&inputs, entries, &mut rng, &|| progress.step());
        drop(progress);
        planned.map_err(|error| match (error, key) {
            (ImportError::NoKey, Err(failure)) => failure,
            (ImportError::NoKey, Ok(_)) => Failure::usage(
                "there is no certificate to seal with",
                "name one with --cert FILE",
            ),
            (ImportError::Sync(error), _) => error.into(),
            (ImportError::Problems(problems), _) => refused(self.file, &problems),
        })
    }

    /// Shows the plan, asks once where somebody is to be asked, and writes it.
    fn finish(&self, plan: &Plan, lock: Option<Lock<'_>>) -> Result<(), Failure> {
        for warning in &plan.warnings {
            self.output.warn(warning);
        }
        let dry_run = self.args.dry_run.is_client();
        let prompt = asks(self.global).then(|| Prompt::new(self.output.colour_stderr()));
        let proposal = Proposal {
            workspace: self.workspace,
            output: self.output,
            dry_run,
            prints_diff: self.args.output == ChangeFormat::Diff,
            prompt: prompt.as_ref(),
            staged: &self.apps.reading.staged,
        };
        proposal.carry_out(&plan.changes, lock)?;
        let target = &self.apps.target;
        if self.args.output == ChangeFormat::Json {
            let report = plan.report(target.cluster.as_str(), target.namespace.as_str(), dry_run);
            let printed = self.output.json(&report);
            printed.map_err(|failure| match dry_run {
                true => failure,
                false => failure.after_writing(),
            })?;
        }
        self.output.tell(&summary::summary(plan, target, dry_run));
        if !plan.sql.is_empty() {
            self.output.tell(&format!(
                "\nCNPG grants nothing. Once it is synced, run this as a superuser, with `kubectl cnpg psql {} -n {}`:\n{}",
                target.cluster,
                target.namespace,
                plan.sql.trim_end()
            ));
        }
        if !dry_run && !plan.changes.is_empty() {
            self.say_next(plan);
        }
        Ok(())
    }

    /// Says how to commit it, and how to prove it afterwards.
    fn say_next(&self, plan: &Plan) {
        let subject = summary::subject(plan);
        let input = (self.file != input::STANDARD_INPUT).then(|| Path::new(self.file));
        let root = &self.workspace.root;
        self.output
            .tell(&git_commands_beside(&plan.changes, &subject, root, input));
        let named = &self.args.target;
        let is_named = named.is_named();
        let cluster = is_named.then_some(self.apps.target.cluster.as_str());
        self.output
            .tell(&verification(&summary::words(plan), cluster, self.global));
    }
}

//! `rotate`.

mod summary;

use clap::{Args, ValueEnum};
use pgdb::domain::password::{Password, PasswordLength};
use pgdb::rotate::{Call, Inputs, NewPassword, Plan, Selection, plan};

use crate::cli::{DryRun, Global};
use crate::cluster::ClusterFlags;
use crate::commands::fetch_cert::ControllerFlags;
use crate::declared_apps::{DeclaredApps, TargetFlags, warnings};
use crate::failure::{Exit, Failure};
use crate::files::Lock;
use crate::flag_value::one;
use crate::given_password;
use crate::output::Output;
use crate::prompt::Prompt;
use crate::proposal::{Proposal, asks, git_commands, verification};
use crate::randomness;
use crate::sealing_flags::SealingFlags;
use crate::secrecy;
use crate::workspace::{Workspace, now};

/// Give apps new passwords, sealed, as one change to the repository.
///
/// Of each SealedSecret only the values that hold the password change. After the sync the controller makes the Secret anew,
/// CNPG gives the new password to the role, and Reflector carries it to the mirrors: `verify NAME --login` proves it.
/// Applications read it again when they start, so restart those that do not watch their Secret.
#[derive(Args, Debug)]
pub(crate) struct Rotate {
    /// The apps.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Change the passwords of all apps of the repository.
    #[arg(long, short = 'A', conflicts_with = "names", env = "PGDB_ALL", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    all: bool,
    #[command(flatten)]
    target: TargetFlags,
    #[command(flatten)]
    sealing: SealingFlags,
    /// Read the password from standard input instead of making one; one final line end is dropped. For one app.
    #[arg(long, env = "PGDB_PASSWORD_STDIN", hide_env = true, conflicts_with = "all", value_parser = clap::builder::FalseyValueParser::new())]
    password_stdin: bool,
    /// Make passwords so many characters long, 22 to 256 [default: 32].
    #[arg(
        long,
        value_name = "NUMBER",
        env = "PGDB_PASSWORD_LENGTH",
        hide_env = true
    )]
    password_length: Option<String>,
    /// Keep the sealed value of this key, which does not hold the password; may be given several times.
    #[arg(
        long,
        value_name = "KEY",
        value_delimiter = ',',
        env = "PGDB_KEEP",
        hide_env = true
    )]
    keep: Vec<String>,
    #[command(flatten)]
    dry_run: DryRun,
    /// Print the change as a diff, or a summary as JSON.
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
    /// A versioned structure.
    Json,
}

/// Runs it.
pub(crate) fn run(args: &Rotate, global: &Global, output: &Output) -> Result<Exit, Failure> {
    secrecy::forbid_core_dumps();
    let length = one("--password-length", args.password_length.as_deref())?;
    // Before the lock is taken: whoever pipes it in may take his time.
    let given = args
        .password_stdin
        .then(|| given_password::from_stdin("rotate"))
        .transpose()?;
    let workspace = Workspace::open(global)?;
    let request = args.target.request(global, &workspace)?;
    // Before the lock is taken, too: the cluster may take its time.
    let key = args
        .sealing
        .key(&args.controller, &args.kube, &workspace, output)??;
    let session = Session {
        args,
        global,
        output,
        workspace: &workspace,
    };
    let writes = !args.dry_run.is_client();
    // With nobody to ask, the lock is taken before reading, so that several at once take turns and none is in vain.
    let lock = (writes && !asks(global))
        .then(|| workspace.lock(output))
        .transpose()?;
    let apps = DeclaredApps::read(&workspace, &request)?;
    for warning in warnings(&apps.declared) {
        output.warn(&warning);
    }
    let inputs = Inputs {
        target: &apps.target,
        snapshot: &apps.reading.snapshot,
        declared: &apps.declared,
        keep: &args.keep,
    };
    let chosen = apps
        .choose(&args.names, args.all)
        .map_err(|failure| session.unquoted(failure))?;
    let selection = Selection::of(&inputs, &chosen, !args.all)?;
    let password = new_password(given, length, &workspace);
    let mut rng = randomness::system()?;
    let plan = plan(&inputs, &selection, password, &key, now(), &mut rng)?;
    session.finish(&plan, &selection, &apps, lock)?;
    Ok(Exit::Done)
}

/// Where the new passwords come from: the one that was given, else the generator.
fn new_password(
    given: Option<Password>,
    length: Option<PasswordLength>,
    workspace: &Workspace,
) -> NewPassword {
    match given {
        Some(password) => NewPassword::Given(password),
        None => NewPassword::Generate(
            length
                .or(workspace.settings.password_length)
                .unwrap_or_default(),
        ),
    }
}

/// A call in a repository.
struct Session<'call> {
    args: &'call Rotate,
    global: &'call Global,
    output: &'call Output,
    workspace: &'call Workspace,
}

impl Session<'_> {
    /// The failure without the name that it quotes, beside `--password-stdin`: it may be the password, typed behind a flag
    /// that takes none.
    fn unquoted(&self, failure: Failure) -> Failure {
        if !self.args.password_stdin || self.args.names.is_empty() {
            return failure;
        }
        Failure::usage(
            "NAME: the repository declares no such app; the name is not shown, since --password-stdin takes no value and \
             it may be the password",
            "`kubectl pgdb list` shows the apps",
        )
    }

    /// Shows the plan, asks once where somebody is to be asked, and writes it.
    fn finish(
        &self,
        plan: &Plan,
        selection: &Selection,
        apps: &DeclaredApps,
        lock: Option<Lock<'_>>,
    ) -> Result<(), Failure> {
        for warning in summary::passed_over(selection).iter().chain(&plan.warnings) {
            self.output.warn(warning);
        }
        let dry_run = self.args.dry_run.is_client();
        let prompt = asks(self.global).then(|| Prompt::new(self.output.colour_stderr()));
        let proposal = Proposal {
            workspace: self.workspace,
            output: self.output,
            dry_run,
            prints_diff: self.args.output == Format::Diff,
            prompt: prompt.as_ref(),
            staged: &apps.reading.staged,
        };
        proposal.carry_out(&plan.changes, lock)?;
        if self.args.output == Format::Json {
            let printed = self.print(plan, selection, apps, dry_run);
            printed.map_err(|failure| match dry_run {
                true => failure,
                false => failure.after_writing(),
            })?;
        }
        self.output.tell(&summary::of(plan, &apps.target, dry_run));
        if !dry_run && !plan.changes.is_empty() {
            self.say_next(plan, apps);
        }
        Ok(())
    }

    fn print(
        &self,
        plan: &Plan,
        selection: &Selection,
        apps: &DeclaredApps,
        dry_run: bool,
    ) -> Result<(), Failure> {
        let call = Call {
            reseal: false,
            dry_run,
            now: now(),
        };
        let report = plan.report(&apps.target, selection, call);
        let text = serde_json::to_string_pretty(&report)
            .map_err(|error| Failure::unknown(format!("cannot write JSON: {error}"), ""))?;
        self.output.data(&format!("{text}\n"))
    }

    /// Says how to commit it, and how to prove it afterwards.
    fn say_next(&self, plan: &Plan, apps: &DeclaredApps) {
        let subject = summary::subject(plan);
        self.output
            .tell(&git_commands(&plan.changes, &subject, &self.workspace.root));
        let named = &self.args.target;
        let is_named = named.cluster_name.is_some() || named.cluster_file.is_some();
        let cluster = is_named.then_some(apps.target.cluster.as_str());
        let words = summary::words(plan, self.args.all);
        self.output
            .tell(&verification(&words, cluster, self.global));
    }
}

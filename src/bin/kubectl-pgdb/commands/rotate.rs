//! `rotate`.

mod ages;
mod resealing;
mod summary;
mod turns;

use clap::Args;
use pgdb::domain::password::{Password, PasswordLength};
use pgdb::domain::period::Period;
use pgdb::domain::time::UnixTime;
use pgdb::rotate::{Call, Inputs, NewPassword, Plan, Purpose, Selection, plan, reseal};
use pgdb::sealing::SealingKey;

use crate::cli::{ChangeFormat, DryRun, Global};
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

use summary::Summary;

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
    /// Change only passwords that are at least so old, such as 90d, 13w or 12h; without NAME, of all apps. The age is told by
    /// the annotation kubectl-pgdb/password-changed of the SealedSecret, else by git's history.
    #[arg(long, value_name = "PERIOD", env = "PGDB_OLDER_THAN", hide_env = true)]
    older_than: Option<String>,
    /// Keep the passwords, and have the controller seal them again with its newest key.
    #[arg(
        long,
        env = "PGDB_RESEAL",
        hide_env = true,
        conflicts_with_all = ["older_than", "password_stdin", "password_length", "keep", "cert", "cert_from_cluster"],
        value_parser = clap::builder::FalseyValueParser::new()
    )]
    reseal: bool,
    /// Change it without a moment at which it is wrong: two login roles take turns, members of the database's owner. Each call
    /// is one of three steps and one commit: the next login is added, the application's Secret gets its credential, the old
    /// login is closed. A step is refused until the cluster shows that the last one is done.
    #[arg(
        long,
        env = "PGDB_TWO_ROLE",
        hide_env = true,
        conflicts_with_all = ["all", "older_than", "reseal", "password_stdin"],
        value_parser = clap::builder::FalseyValueParser::new()
    )]
    two_role: bool,
    /// With --two-role: go on though the last step was not seen done in the cluster.
    #[arg(long, env = "PGDB_FORCE_STAGE", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    force_stage: bool,
    /// With --two-role: do not look at the cluster.
    #[arg(long, env = "PGDB_OFFLINE", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    offline: bool,
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
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = ChangeFormat::Diff, env = "PGDB_OUTPUT", hide_env = true)]
    output: ChangeFormat,
    #[command(flatten)]
    controller: ControllerFlags,
    #[command(flatten)]
    kube: ClusterFlags,
}

/// Runs it.
pub(crate) fn run(args: &Rotate, global: &Global, output: &Output) -> Result<Exit, Failure> {
    secrecy::forbid_core_dumps();
    if args.two_role {
        return turns::run(args, global, output);
    }
    let given = Given::of(args)?;
    let workspace = Workspace::open(global)?;
    let request = args.target.request(global, &workspace)?;
    let dry_run = args.dry_run.is_client();
    let session = Session {
        args,
        global,
        output,
        workspace: &workspace,
        now: now(),
    };
    // Before the lock is taken, too: the cluster may take its time.
    let key = session.key()?;
    // With nobody to ask, the lock is taken before reading, so that several at once take turns and none is in vain. The
    // controller may need minutes, for which nobody else is to wait.
    let lock = (!dry_run && !args.reseal && !asks(global))
        .then(|| workspace.lock(output))
        .transpose()?;
    let apps = DeclaredApps::read_own(&workspace, &request)?;
    for warning in warnings(&apps.declared) {
        output.warn(&warning);
    }
    let inputs = Inputs {
        target: &apps.target,
        snapshot: &apps.reading.snapshot,
        declared: &apps.declared,
        keep: &args.keep,
        purpose: args.purpose(),
    };
    let mut selection = session.select(&inputs, &apps)?;
    if let Some(period) = &given.older_than {
        ages::keep_older(&mut selection, period, session.now, &workspace, output)?;
    }
    // Whose password is changed elsewhere needs no certificate to be told so.
    let plan = match key? {
        Some(key) => {
            let password = given.password(&workspace);
            let mut rng = randomness::system()?;
            plan(&inputs, &selection, password, &key, session.now, &mut rng)?
        }
        None => session.reseal(&inputs, &selection)?,
    };
    session.finish(&plan, &selection, &apps, lock)?;
    Ok(Exit::Done)
}

/// What was given, parsed.
struct Given {
    older_than: Option<Period>,
    length: Option<PasswordLength>,
    password: Option<Password>,
}

impl Given {
    /// Parses the flags, and reads the password where it is on standard input.
    fn of(args: &Rotate) -> Result<Self, Failure> {
        if args.names.is_empty() && !args.all && args.older_than.is_none() {
            return Err(Failure::usage(
                "no app is named",
                "name one or several; --all is all of them, and --older-than 90d those with old passwords",
            ));
        }
        if args.password_stdin && args.names.len() != 1 {
            return Err(Failure::usage(
                "--password-stdin: one password is for one app",
                "name one app",
            ));
        }
        Ok(Self {
            older_than: one("--older-than", args.older_than.as_deref())?,
            length: one("--password-length", args.password_length.as_deref())?,
            // Before the lock is taken: whoever pipes it in may take his time.
            password: args
                .password_stdin
                .then(|| given_password::from_stdin("rotate"))
                .transpose()?,
        })
    }

    /// Where the new passwords come from: the one that was given, else the generator.
    fn password(self, workspace: &Workspace) -> NewPassword {
        let length = self.length.or(workspace.settings.password_length);
        match self.password {
            Some(password) => NewPassword::Given(password),
            None => NewPassword::Generate(length.unwrap_or_default()),
        }
    }
}

impl Rotate {
    fn purpose(&self) -> Purpose {
        if self.reseal {
            Purpose::Reseal
        } else {
            Purpose::NewPassword
        }
    }

    /// Whether the apps are named, and not all meant.
    fn is_named(&self) -> bool {
        !self.names.is_empty()
    }
}

/// A call in a repository.
struct Session<'call> {
    args: &'call Rotate,
    global: &'call Global,
    output: &'call Output,
    workspace: &'call Workspace,
    now: UnixTime,
}

impl Session<'_> {
    /// The key to seal with, or why there is none; nothing where the controller is to seal.
    fn key(&self) -> Result<Result<Option<SealingKey>, Failure>, Failure> {
        let args = self.args;
        if args.reseal {
            return Ok(Ok(None));
        }
        let key = args
            .sealing
            .key(&args.controller, &args.kube, self.workspace, self.output)?;
        Ok(key.map(Some))
    }

    /// The credentials of the apps that were asked for.
    fn select(&self, inputs: &Inputs<'_>, apps: &DeclaredApps) -> Result<Selection, Failure> {
        let chosen = apps
            .choose(&self.args.names, true)
            .map_err(|failure| self.unquoted(failure))?;
        Ok(Selection::of(inputs, &chosen, self.args.is_named())?)
    }

    /// Has the controller seal the same passwords again.
    fn reseal(&self, inputs: &Inputs<'_>, selection: &Selection) -> Result<Plan, Failure> {
        let args = self.args;
        let wanted = args.controller.wanted(&self.workspace.settings)?;
        let namespace = &inputs.target.namespace;
        let answers = resealing::reseal(selection, namespace, &args.kube, &wanted, self.output)?;
        Ok(reseal::plan(inputs, selection, answers)?)
    }

    /// The failure without the name that it quotes, beside `--password-stdin`: it may be the password, typed behind a flag
    /// that takes none.
    fn unquoted(&self, failure: Failure) -> Failure {
        if !self.args.password_stdin {
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
            prints_diff: self.args.output == ChangeFormat::Diff,
            prompt: prompt.as_ref(),
            staged: &apps.reading.staged,
        };
        proposal.carry_out(&plan.changes, lock)?;
        if self.args.output == ChangeFormat::Json {
            let printed = self.print(plan, selection, apps, dry_run);
            printed.map_err(|failure| match dry_run {
                true => failure,
                false => failure.after_writing(),
            })?;
        }
        let summary = Summary {
            plan,
            selection,
            target: &apps.target,
            purpose: self.args.purpose(),
            now: self.now,
            is_named: self.args.is_named(),
        };
        self.output.tell(&summary.text(dry_run));
        if !dry_run && !plan.changes.is_empty() {
            self.say_next(plan, &summary);
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
            reseal: self.args.reseal,
            dry_run,
            now: self.now,
        };
        let report = plan.report(&apps.target, selection, call);
        self.output.json(&report)
    }

    /// Says how to commit it, and how to prove it afterwards.
    fn say_next(&self, plan: &Plan, summary: &Summary<'_>) {
        self.output.tell(&git_commands(
            &plan.changes,
            &summary.subject(),
            &self.workspace.root,
        ));
        let is_named = self.args.target.is_named();
        let cluster = is_named.then_some(summary.target.cluster.as_str());
        self.output
            .tell(&verification(&summary.words(), cluster, self.global));
    }
}

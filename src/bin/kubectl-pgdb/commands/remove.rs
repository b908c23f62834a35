//! `remove`.

mod look;
mod next_steps;

use clap::Args;
use pgdb::declared::DeclaredApp;
use pgdb::domain::postgres_name::DatabaseName;
use pgdb::live::fact::{Cause, Unreadable};
use pgdb::remove::{Goal, Inputs, Plan, Requirement, Script, Seen, Sight, page, plan, scripts};
use pgdb::render::Templates;
use pgdb::repo::snapshot::Snapshot;

use crate::cli::{ChangeFormat, DryRun, Global};
use crate::cluster::{ClusterFlags, block_on};
use crate::declared_apps::{DeclaredApps, TargetFlags, warnings};
use crate::failure::{Exit, Failure};
use crate::files::Lock;
use crate::flag_value::one;
use crate::output::Output;
use crate::prompt::{self, Prompt};
use crate::proposal::{Proposal, asks, remove_leftovers};
use crate::workspace::Workspace;

/// Take an app's database out of the repository, in stages, and keep its data unless told otherwise.
///
/// First shows what there is: in the repository and, where a cluster can be asked, the sessions, the size, what the role owns
/// and who else has rights. By default access is closed and the data is kept: Database and credential leave the repository, and
/// the role stays as the owner of the data, without login and password; `new-app` takes both over again. With --drop-database
/// each call is one stage and one commit: the database is dropped, then the role, then the rest is taken out. A stage is refused
/// until the cluster shows that the last one is done.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 the stage is written, or nothing is left to do; 1 the cluster shows that the last stage is not done; \
                  2 the call is wrong, or the database's name was not confirmed; 3 the cluster cannot be asked whether the last \
                  stage is done. Nothing is written but with 0."
)]
pub(crate) struct Remove {
    /// The app.
    #[arg(value_name = "NAME")]
    app: String,
    /// Drop the database, with all its data, and then the role; asks for the database's name.
    #[arg(long, env = "PGDB_DROP_DATABASE", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    drop_database: bool,
    /// With --drop-database: confirm with the name of the database instead of typing it.
    #[arg(long, value_name = "DATABASE", env = "PGDB_CONFIRM", hide_env = true)]
    confirm: Option<String>,
    /// With --drop-database: this is the database, where its Database has left the repository [default: the role's name].
    #[arg(long, value_name = "DATABASE", env = "PGDB_DATABASE", hide_env = true)]
    database: Option<String>,
    /// Go on though the last stage was not seen done in the cluster. What was not dropped by then stays for good, and nothing
    /// manages it any more; a database whose Database still has `databaseReclaimPolicy: delete` in the cluster is lost.
    #[arg(long, env = "PGDB_FORCE_STAGE", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    force_stage: bool,
    /// Do not look at the cluster.
    #[arg(long, env = "PGDB_OFFLINE", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    offline: bool,
    #[command(flatten)]
    target: TargetFlags,
    #[command(flatten)]
    dry_run: DryRun,
    /// Print the change as a diff, or a summary as JSON.
    #[arg(long, short, value_name = "FORMAT", value_enum, default_value_t = ChangeFormat::Diff, env = "PGDB_OUTPUT", hide_env = true)]
    output: ChangeFormat,
    #[command(flatten)]
    cluster: ClusterFlags,
}

/// Runs it.
pub(crate) fn run(args: &Remove, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let database = one("--database", args.database.as_deref())?;
    let prompt =
        (!global.no_input && prompt::is_possible()).then(|| Prompt::new(output.colour_stderr()));
    if args.drop_database && args.confirm.is_none() && prompt.is_none() {
        return Err(Failure::usage(
            "--drop-database has to be confirmed with the database's name, and there is nobody to ask",
            "give it with --confirm DATABASE",
        ));
    }
    let workspace = Workspace::open(global)?;
    let call = Call {
        args,
        global,
        output,
        workspace: &workspace,
        templates: workspace.templates()?,
        database,
    };
    let reading = call.read()?;
    let before = call.plan(&reading)?;
    if before.step.is_none() {
        return call.say_done(&reading, &before);
    }
    // Before the lock is taken: the cluster may take its time.
    let sight = call.look(&reading, &before)?;
    let writes = !args.dry_run.is_client();
    let (lock, reading) = if writes && !asks(global) {
        // With nobody to ask, the lock is taken before reading, so that several at once take turns and none is in vain.
        (Some(workspace.lock(output)?), call.read()?)
    } else {
        (None, reading)
    };
    call.carry_out(&reading, sight.as_ref(), lock, prompt.as_ref())
}

/// A call.
struct Call<'call> {
    args: &'call Remove,
    global: &'call Global,
    output: &'call Output,
    workspace: &'call Workspace,
    templates: Templates,
    database: Option<DatabaseName>,
}

/// The repository as it was read.
struct Repository {
    apps: DeclaredApps,
    /// Other files that mention the app's Secret.
    mentioning: Snapshot,
    /// The app's place among those that are declared.
    name: String,
}

impl Repository {
    fn app(&self) -> Result<&DeclaredApp, Failure> {
        let chosen = self.apps.choose(std::slice::from_ref(&self.name), false)?;
        chosen
            .into_iter()
            .next()
            .ok_or_else(|| Failure::usage(format!("there is no app {:?}", self.name), ""))
    }
}

impl Call<'_> {
    fn read(&self) -> Result<Repository, Failure> {
        let request = self.args.target.request(self.global, self.workspace)?;
        let apps = DeclaredApps::read_own(self.workspace, &request)?;
        let mut repository = Repository {
            apps,
            mentioning: Snapshot::default(),
            name: self.args.app.clone(),
        };
        let secret = repository.app()?.credential.as_ref();
        if let Some(secret) = secret.map(|credential| credential.name.clone()) {
            let known = &repository.apps.reading.snapshot;
            repository.mentioning = self.workspace.holding(&secret, known)?;
        }
        Ok(repository)
    }

    fn inputs<'repo>(&'repo self, repository: &'repo Repository) -> Result<Inputs<'repo>, Failure> {
        Ok(Inputs {
            app: repository.app()?,
            goal: if self.args.drop_database {
                Goal::DropDatabase
            } else {
                Goal::KeepData
            },
            database: self.database.as_ref(),
            declared: &repository.apps.declared,
            target: &repository.apps.target,
            snapshot: &repository.apps.reading.snapshot,
            mentioning: &repository.mentioning,
            templates: &self.templates,
        })
    }

    fn plan(&self, repository: &Repository) -> Result<Plan, Failure> {
        Ok(plan(&self.inputs(repository)?)?)
    }

    /// What the cluster shows; why it was not looked at, where it was not.
    fn look(
        &self,
        repository: &Repository,
        plan: &Plan,
    ) -> Result<Result<Sight, Unreadable>, Failure> {
        if self.args.offline {
            return Ok(Err(Unreadable::new(
                Cause::Refused,
                "that was not wanted (--offline)",
                "leave --offline out",
            )));
        }
        let place = look::Place::of(
            repository.app()?,
            &repository.apps.declared,
            &repository.apps.target,
            plan,
        );
        block_on(look::look(&self.args.cluster, &place))
    }

    fn say_done(&self, repository: &Repository, plan: &Plan) -> Result<Exit, Failure> {
        let inputs = self.inputs(repository)?;
        if !self.args.dry_run.is_client() {
            let staged = &repository.apps.reading.staged;
            remove_leftovers(self.workspace, self.output, staged)?;
        }
        self.print(&inputs, plan, Err(&not_looked()), &[])?;
        self.output.tell(&next_steps::already_done(&inputs, plan));
        Ok(Exit::Done)
    }

    fn carry_out(
        &self,
        repository: &Repository,
        sight: Result<&Sight, &Unreadable>,
        lock: Option<Lock<'_>>,
        prompt: Option<&Prompt>,
    ) -> Result<Exit, Failure> {
        let inputs = self.inputs(repository)?;
        let plan = self.plan(repository)?;
        let Some(step) = plan.step else {
            return self.say_done(repository, &plan);
        };
        for warning in warnings(&repository.apps.declared)
            .iter()
            .chain(&plan.warnings)
        {
            self.output.warn(warning);
        }
        let target = inputs.target;
        self.output
            .tell(&page(&inputs.app.name, target, &plan, sight));
        self.require(&inputs, &plan, sight)?;
        self.confirm(&inputs, &plan, prompt)?;
        let scripts = scripts(plan.blocked(step.stage), target, sight.ok());
        let dry_run = self.args.dry_run.is_client();
        let confirmation = prompt.filter(|_| !self.global.yes);
        let proposal = Proposal {
            workspace: self.workspace,
            output: self.output,
            dry_run,
            prints_diff: self.args.output == ChangeFormat::Diff,
            prompt: confirmation,
            staged: &repository.apps.reading.staged,
        };
        proposal.carry_out(&plan.changes, lock)?;
        let printed = self.print(&inputs, &plan, sight, &scripts);
        printed.map_err(|failure| {
            if dry_run {
                failure
            } else {
                failure.after_writing()
            }
        })?;
        let said = next_steps::said(self, &inputs, &plan, step, &scripts);
        self.output.tell(&said);
        Ok(Exit::Done)
    }

    /// Refuses the stage where the cluster shows that the last one is not done, or cannot be asked.
    fn require(
        &self,
        inputs: &Inputs<'_>,
        plan: &Plan,
        sight: Result<&Sight, &Unreadable>,
    ) -> Result<(), Failure> {
        for requirement in &plan.requirements {
            let seen = requirement.look(sight);
            let (exit, evidence, remedy) = match &seen {
                Seen::Done => continue,
                Seen::Unknown { .. } if requirement.may_be_unseen() => {
                    self.output.warn(&format!(
                        "it was not seen in the cluster that {}, as in the repository: {}",
                        requirement.told(),
                        requirement.risk()
                    ));
                    continue;
                }
                Seen::NotYet {
                    evidence, remedy, ..
                } => (Exit::Findings, evidence.clone(), remedy),
                Seen::Unknown { evidence, remedy } => {
                    let told = requirement.told();
                    let message = format!("it cannot be seen that {told}: {evidence}");
                    (Exit::Unknown, message, remedy)
                }
            };
            let may_be_forced = requirement.may_be_forced(&seen);
            let risk = requirement.risk();
            if self.args.force_stage && may_be_forced {
                let message = format!("{evidence}; going on as asked: {risk}");
                self.output.warn(&message);
                continue;
            }
            self.say_what_blocks(inputs, plan, requirement, &seen, sight);
            let force = format!("\n      --force-stage goes on all the same: {risk}");
            let force = if may_be_forced { force } else { String::new() };
            return Err(Failure::new(exit, evidence, format!("{remedy}{force}")));
        }
        Ok(())
    }

    /// Prints the SQL that frees what keeps the last stage from being done, where that was seen.
    fn say_what_blocks(
        &self,
        inputs: &Inputs<'_>,
        plan: &Plan,
        requirement: &Requirement,
        seen: &Seen,
        sight: Result<&Sight, &Unreadable>,
    ) {
        let is_asked_for = matches!(
            seen,
            Seen::NotYet {
                is_asked_for: true,
                ..
            }
        );
        let Some(sight) = sight.ok().filter(|_| is_asked_for) else {
            return;
        };
        let blocked = plan.blocked(requirement.stage());
        for script in scripts(blocked, inputs.target, Some(sight)) {
            self.output.tell(&next_steps::script(&script));
        }
    }

    /// Has the database's name typed, or compares the one that was given, where data is to be lost.
    fn confirm(
        &self,
        inputs: &Inputs<'_>,
        plan: &Plan,
        prompt: Option<&Prompt>,
    ) -> Result<(), Failure> {
        if !self.args.drop_database {
            return Ok(());
        }
        let name = plan.database.as_deref().unwrap_or(&inputs.app.name);
        if let Some(given) = &self.args.confirm {
            if given == name {
                return Ok(());
            }
            return Err(Failure::usage(
                format!("--confirm says {given:?}, and the database is {name:?}"),
                "give the name of the database that is to be lost; nothing was written",
            ));
        }
        let Some(prompt) = prompt else {
            return Err(Failure::declined());
        };
        let question = format!("Type the database's name ({name}) to drop it with all its data");
        prompt.text(&question, None, |answer| {
            if answer == name {
                Ok(())
            } else {
                Err(format!(
                    "the database is {name}; Ctrl-C ends without a change"
                ))
            }
        })
    }

    fn print(
        &self,
        inputs: &Inputs<'_>,
        plan: &Plan,
        sight: Result<&Sight, &Unreadable>,
        scripts: &[Script],
    ) -> Result<(), Failure> {
        if self.args.output == ChangeFormat::Diff {
            return Ok(());
        }
        let report = plan.report(inputs, sight, scripts, self.args.dry_run.is_client());
        self.output.json(&report)
    }
}

/// Why nothing is known of the cluster where nothing is left to do.
fn not_looked() -> Unreadable {
    Unreadable::new(
        Cause::Refused,
        "nothing is left to do in the repository",
        "",
    )
}

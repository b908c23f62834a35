//! `migrate-roles`.

mod next_steps;

use clap::Args;
use pgdb::declared::DeclaredApp;
use pgdb::domain::choice::RoleStyle;
use pgdb::domain::engine::Engine;
use pgdb::live::fact::{Cause, Unreadable};
use pgdb::migrate_roles::{Inputs, Plan, Seen, Sight, plan};
use pgdb::render::Templates;

use crate::cli::{ChangeFormat, DryRun, Global};
use crate::cluster::{ClusterFlags, ClusterWire, DatabaseRoleWire, Session, block_on};
use crate::declared_apps::{DeclaredApps, TargetFlags, warnings};
use crate::failure::{Exit, Failure};
use crate::files::Lock;
use crate::flag_value::one;
use crate::output::Output;
use crate::prompt::Prompt;
use crate::proposal::{Proposal, asks};
use crate::workspace::Workspace;

/// Move apps' roles between the Cluster's managed roles and DatabaseRole objects, in two stages.
///
/// Each call is one stage and one commit. The first one declares the roles at their new place as well; CNPG goes by the Cluster's
/// entries as long as they are there. The second one takes the old declarations out, and is refused until the cluster shows the
/// new ones, so that no moment leaves a role unmanaged. Every attribute moves as it is written, with its comments. DatabaseRole
/// objects need CNPG 1.30 or later.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit codes: 0 the stage is written, or nothing is left to do; 1 the cluster does not show the first stage yet; \
                  2 the call is wrong; 3 the cluster cannot be asked. Nothing is written but with 0."
)]
pub(crate) struct MigrateRoles {
    /// The apps.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Move the roles of all apps of the repository.
    #[arg(long, short = 'A', conflicts_with = "names", env = "PGDB_ALL", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    all: bool,
    /// How the roles are to be declared: as managed roles of the Cluster, or as DatabaseRole objects.
    #[arg(long, value_name = "STYLE", env = "PGDB_TO", hide_env = true)]
    to: String,
    /// Go on though the first stage was not seen in the cluster. Where it is not there, nothing manages the roles any more.
    #[arg(long, env = "PGDB_FORCE_STAGE", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    force_stage: bool,
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
pub(crate) fn run(args: &MigrateRoles, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let to: Option<RoleStyle> = one("--to", Some(args.to.as_str()))?;
    let workspace = Workspace::open(global)?;
    if workspace.settings.engine == Some(Engine::Postgres) {
        return Err(Failure::usage(
            "on a server that CloudNativePG does not run there is but one way to declare roles",
            "choose another target with --target",
        ));
    }
    let call = Call {
        args,
        global,
        output,
        workspace: &workspace,
        templates: workspace.templates()?,
        to: to.unwrap_or_default(),
    };
    let apps = call.read()?;
    let before = call.plan(&apps)?;
    // Before the lock is taken: the cluster may take its time.
    let sight = if before.requirements.is_empty() {
        Err(not_looked())
    } else {
        block_on(call.look(&apps))?
    };
    let (lock, apps) = if !args.dry_run.is_client() && !asks(global) {
        (Some(workspace.lock(output)?), call.read()?)
    } else {
        (None, apps)
    };
    call.carry_out(&apps, sight.as_ref(), lock)
}

/// A call.
struct Call<'call> {
    args: &'call MigrateRoles,
    global: &'call Global,
    output: &'call Output,
    workspace: &'call Workspace,
    templates: Templates,
    to: RoleStyle,
}

impl Call<'_> {
    fn read(&self) -> Result<DeclaredApps, Failure> {
        let request = self.args.target.request(self.global, self.workspace)?;
        DeclaredApps::read_own(self.workspace, &request)
    }

    /// The apps that were named; none for all.
    fn chosen<'repo>(&self, apps: &'repo DeclaredApps) -> Result<Vec<&'repo DeclaredApp>, Failure> {
        if self.args.all {
            return Ok(Vec::new());
        }
        apps.choose(&self.args.names, false)
    }

    fn inputs<'repo>(
        &'repo self,
        apps: &'repo DeclaredApps,
        chosen: &'repo [&'repo DeclaredApp],
    ) -> Inputs<'repo> {
        Inputs {
            apps: chosen,
            to: self.to,
            declared: &apps.declared,
            target: &apps.target,
            snapshot: &apps.reading.snapshot,
            templates: &self.templates,
        }
    }

    fn plan(&self, apps: &DeclaredApps) -> Result<Plan, Failure> {
        let chosen = self.chosen(apps)?;
        Ok(plan(&self.inputs(apps, &chosen))?)
    }

    /// What the cluster shows; why it cannot be asked at all, where that is so.
    async fn look(&self, apps: &DeclaredApps) -> Result<Result<Sight, Unreadable>, Failure> {
        let flags = &self.args.cluster;
        let session = match Session::connect(flags).await {
            Ok(session) => session,
            Err(failure) => {
                let was_named = flags.kubeconfig.is_some() || flags.context.is_some();
                if failure.exit == Exit::Interrupted || (failure.exit == Exit::Usage && was_named) {
                    return Err(failure);
                }
                let remedy = failure.help.unwrap_or_default();
                return Ok(Err(Unreadable::new(
                    Cause::Unreachable,
                    failure.message,
                    remedy,
                )));
            }
        };
        let namespace = apps.target.namespace.as_str();
        Ok(Ok(Sight {
            server: session.server().to_owned(),
            cluster: session
                .object::<ClusterWire>(namespace, apps.target.cluster.as_str())
                .await,
            roles: session.objects_in::<DatabaseRoleWire>(namespace).await,
        }))
    }

    fn carry_out(
        &self,
        apps: &DeclaredApps,
        sight: Result<&Sight, &Unreadable>,
        lock: Option<Lock<'_>>,
    ) -> Result<Exit, Failure> {
        let chosen = self.chosen(apps)?;
        let inputs = self.inputs(apps, &chosen);
        let plan = plan(&inputs)?;
        for warning in warnings(&apps.declared).iter().chain(&plan.warnings) {
            self.output.warn(warning);
        }
        let Some(stage) = plan.stage else {
            self.print(&inputs, &plan)?;
            self.output
                .tell(&next_steps::already_done(self, &inputs, &plan));
            return Ok(Exit::Done);
        };
        self.output
            .tell(&next_steps::page(self, &inputs, &plan, stage));
        self.require(&plan, sight)?;
        let prompt = asks(self.global).then(|| Prompt::new(self.output.colour_stderr()));
        let dry_run = self.args.dry_run.is_client();
        let proposal = Proposal {
            workspace: self.workspace,
            output: self.output,
            dry_run,
            prints_diff: self.args.output == ChangeFormat::Diff,
            prompt: prompt.as_ref(),
            staged: &apps.reading.staged,
        };
        proposal.carry_out(&plan.changes, lock)?;
        let printed = self.print(&inputs, &plan);
        printed.map_err(|failure| {
            if dry_run {
                failure
            } else {
                failure.after_writing()
            }
        })?;
        self.output.tell(&next_steps::said(self, &plan, stage));
        Ok(Exit::Done)
    }

    /// Refuses the stage where the cluster does not show the first one, or cannot be asked.
    fn require(&self, plan: &Plan, sight: Result<&Sight, &Unreadable>) -> Result<(), Failure> {
        for requirement in &plan.requirements {
            let (exit, evidence, remedy) = match requirement.look(sight) {
                Seen::Done => continue,
                Seen::NotYet(evidence) => (
                    Exit::Findings,
                    evidence,
                    "push the commit of the first stage, let Argo CD sync it, then run the same command again"
                        .to_owned(),
                ),
                Seen::Unknown { evidence, remedy } => (
                    Exit::Unknown,
                    format!("it cannot be seen that {}: {evidence}", requirement.told()),
                    remedy,
                ),
            };
            if self.args.force_stage {
                self.output.warn(&format!(
                    "{evidence}; going on as asked: {}",
                    requirement.risk()
                ));
                continue;
            }
            let help = format!(
                "{remedy}\n      --force-stage goes on all the same: {}",
                requirement.risk()
            );
            return Err(Failure::new(exit, evidence, help));
        }
        Ok(())
    }

    fn print(&self, inputs: &Inputs<'_>, plan: &Plan) -> Result<(), Failure> {
        if self.args.output == ChangeFormat::Diff {
            return Ok(());
        }
        let report = plan.report(inputs, self.args.dry_run.is_client());
        self.output.json(&report)
    }
}

/// Why nothing is known of the cluster where nothing has to be seen.
fn not_looked() -> Unreadable {
    Unreadable::new(Cause::Refused, "nothing has to be seen in the cluster", "")
}

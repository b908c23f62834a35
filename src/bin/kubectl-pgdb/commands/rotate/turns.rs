//! `rotate --two-role`.

mod look;
mod next_steps;

use pgdb::declared::DeclaredApp;
use pgdb::domain::password::PasswordLength;
use pgdb::render::Templates;
use pgdb::rotate::turns::{Inputs, Plan, Sealing, Step, next_step, plan};
use pgdb::sealing::SealingKey;

use super::Rotate;
use crate::cli::{ChangeFormat, Global};
use crate::cluster::block_on;
use crate::declared_apps::{DeclaredApps, warnings};
use crate::failure::{Exit, Failure};
use crate::flag_value::one;
use crate::output::Output;
use crate::prompt::Prompt;
use crate::proposal::{Proposal, asks};
use crate::randomness;
use crate::workspace::{Workspace, now};

use look::Seen;

/// Writes the next step of an app's turn.
pub(super) fn run(args: &Rotate, global: &Global, output: &Output) -> Result<Exit, Failure> {
    let [name] = args.names.as_slice() else {
        return Err(Failure::usage(
            "--two-role: two roles take turns for one app at a time",
            "name one app",
        ));
    };
    let length: Option<PasswordLength> = one("--password-length", args.password_length.as_deref())?;
    let workspace = Workspace::open(global)?;
    let call = Call {
        args,
        global,
        output,
        workspace: &workspace,
        templates: workspace.templates()?,
        length: length.or(workspace.settings.password_length),
        name,
    };
    let apps = call.read()?;
    let inputs = call.inputs(&apps)?;
    let step = next_step(&inputs)?;
    // Before the lock is taken: the cluster may take its time.
    let key = match step {
        Step::Add => Some(call.key()?),
        Step::Switch | Step::Retire => None,
    };
    let before = call.plan(&inputs, key.as_ref())?;
    let seen = call.look(&inputs, &before)?;
    if args.dry_run.is_client() || asks(global) {
        call.carry_out(&apps, &before, &seen, None)?;
        return Ok(Exit::Done);
    }
    // With nobody to ask, the lock is taken before reading, so that several at once take turns.
    let lock = workspace.lock(output)?;
    let apps = call.read()?;
    let inputs = call.inputs(&apps)?;
    let plan = call.plan(&inputs, key.as_ref())?;
    if (plan.step, &plan.to, &plan.next) != (before.step, &before.to, &before.next) {
        return Err(Failure::usage(
            format!("{name} was changed in the repository meanwhile"),
            "run the same command again",
        ));
    }
    call.carry_out(&apps, &plan, &seen, Some(lock))?;
    Ok(Exit::Done)
}

/// A call.
struct Call<'call> {
    args: &'call Rotate,
    global: &'call Global,
    output: &'call Output,
    workspace: &'call Workspace,
    templates: Templates,
    length: Option<PasswordLength>,
    name: &'call String,
}

impl Call<'_> {
    fn read(&self) -> Result<DeclaredApps, Failure> {
        let request = self.args.target.request(self.global, self.workspace)?;
        DeclaredApps::read_own(self.workspace, &request)
    }

    fn inputs<'input>(&'input self, apps: &'input DeclaredApps) -> Result<Inputs<'input>, Failure> {
        let chosen = apps.choose(std::slice::from_ref(self.name), false)?;
        let app: Option<&DeclaredApp> = chosen.into_iter().next();
        Ok(Inputs {
            app: app.ok_or_else(|| Failure::usage("no app is named", ""))?,
            declared: &apps.declared,
            target: &apps.target,
            snapshot: &apps.reading.snapshot,
            templates: &self.templates,
            keep: &self.args.keep,
        })
    }

    fn key(&self) -> Result<SealingKey, Failure> {
        let Self { args, output, .. } = self;
        args.sealing
            .key(&args.controller, &args.kube, self.workspace, output)?
    }

    fn plan(&self, inputs: &Inputs<'_>, key: Option<&SealingKey>) -> Result<Plan, Failure> {
        let sealing = Sealing {
            key,
            length: self.length.unwrap_or_default(),
        };
        Ok(plan(inputs, sealing, now(), &mut randomness::system()?)?)
    }

    /// What the cluster shows of the last step.
    fn look(&self, inputs: &Inputs<'_>, plan: &Plan) -> Result<Seen, Failure> {
        match plan.step {
            Step::Add => Ok(Seen::Done),
            _ if self.args.offline => Ok(Seen::unwanted()),
            Step::Switch | Step::Retire => block_on(look::look(&self.args.kube, inputs, plan)),
        }
    }

    fn carry_out(
        &self,
        apps: &DeclaredApps,
        plan: &Plan,
        seen: &Seen,
        lock: Option<crate::files::Lock<'_>>,
    ) -> Result<(), Failure> {
        for warning in warnings(&apps.declared).iter().chain(&plan.warnings) {
            self.output.warn(warning);
        }
        self.output.tell(&next_steps::begins(self.name, plan));
        self.require(plan, seen)?;
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
            let printed = self.output.json(&plan.report(&self.inputs(apps)?, dry_run));
            printed.map_err(|failure| match dry_run {
                true => failure,
                false => failure.after_writing(),
            })?;
        }
        self.output.tell(&next_steps::said(self, apps, plan));
        Ok(())
    }

    /// Refuses the step where the cluster shows that the last one is not done, or cannot be asked.
    fn require(&self, plan: &Plan, seen: &Seen) -> Result<(), Failure> {
        let (exit, evidence, remedy) = match seen {
            Seen::Done => return Ok(()),
            Seen::NotYet { evidence, remedy } => (Exit::Findings, evidence, remedy),
            Seen::Unknown { evidence, remedy } => (Exit::Unknown, evidence, remedy),
        };
        let risk = next_steps::risk(plan.step);
        if self.args.force_stage {
            self.output
                .warn(&format!("{evidence}; going on as asked: {risk}"));
            return Ok(());
        }
        let help = format!("{remedy}\n      --force-stage goes on all the same: {risk}");
        Err(Failure::new(exit, evidence, help))
    }
}

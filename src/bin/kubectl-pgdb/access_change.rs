//! A change of who may do what in an app's database, on its way to the repository: what `grant` and `revoke` share.

use pgdb::access::group_file;
use pgdb::domain::access::{Access, Level};
use pgdb::domain::kubernetes_name::AppName;
use pgdb::grant::{Change, Inputs, NewUser, Plan, Request, plan};
use pgdb::new_app::{AppFiles, Ground, Verb};
use pgdb::render::Templates;
use pgdb::sealing::SealingKey;
use pgdb::target::TargetRequest;

use crate::cli::{ChangeFormat, Global};
use crate::declared_apps::{DeclaredApps, warnings};
use crate::failure::Failure;
use crate::output::Output;
use crate::prompt::Prompt;
use crate::proposal::{Proposal, asks, git_commands, remove_leftovers, verification};
use crate::randomness;
use crate::workspace::Workspace;

/// A call of one of the two commands.
pub(crate) struct AccessChange<'call> {
    /// The app whose database it is about.
    pub(crate) app: &'call str,
    /// What is asked for.
    pub(crate) request: Request,
    /// What a login is to be like that is not there yet.
    pub(crate) new: Option<NewUser>,
    /// The key to seal its credential with, or why there is none.
    pub(crate) key: Option<Result<SealingKey, Failure>>,
    /// Which Cluster is meant.
    pub(crate) target: TargetRequest,
    /// The Cluster that was named, for the commands that follow.
    pub(crate) named_cluster: bool,
    /// Whether nothing is written.
    pub(crate) dry_run: bool,
    /// What is printed.
    pub(crate) format: ChangeFormat,
    /// The subject of the commit, without the app.
    pub(crate) subject: &'static str,
}

impl AccessChange<'_> {
    /// Plans the change, shows it, asks once where somebody is to be asked, and writes it.
    ///
    /// # Errors
    /// When it cannot be planned, or not be written.
    pub(crate) fn carry_out(
        mut self,
        workspace: &Workspace,
        global: &Global,
        output: &Output,
    ) -> Result<(), Failure> {
        // With nobody to ask, the lock is taken before reading, so that several at once take turns and none is in vain.
        let lock = (!self.dry_run && !asks(global))
            .then(|| workspace.lock(output))
            .transpose()?;
        let mut apps = DeclaredApps::read_own(workspace, &self.target)?;
        self.read_files(&mut apps, workspace)?;
        for warning in warnings(&apps.declared) {
            output.warn(&warning);
        }
        let templates = workspace.templates()?;
        let new = self.new.take();
        let inputs = self.inputs(&apps, &templates)?;
        let mut rng = randomness::system()?;
        let plan = match (plan(&inputs, &self.request, new, &mut rng), &self.key) {
            (Err(error), Some(Err(failure))) if error.lacks_key() => {
                return Err(failure.clone());
            }
            (plan, _) => plan?,
        };
        for warning in &plan.warnings {
            output.warn(warning);
        }
        let prompt = asks(global).then(|| Prompt::new(output.colour_stderr()));
        let proposal = Proposal {
            workspace,
            output,
            dry_run: self.dry_run,
            prints_diff: self.format == ChangeFormat::Diff,
            prompt: prompt.as_ref(),
            staged: &apps.reading.staged,
        };
        proposal.carry_out(&plan.changes, lock)?;
        if plan.changes.is_empty() && !self.dry_run {
            remove_leftovers(workspace, output, &apps.reading.staged)?;
        }
        if self.format == ChangeFormat::Json {
            let printed = output.json(&plan.report(&inputs, self.dry_run));
            printed.map_err(|failure| match self.dry_run || plan.changes.is_empty() {
                true => failure,
                false => failure.after_writing(),
            })?;
        }
        output.tell(&self.summary(&plan));
        if !self.dry_run && !plan.changes.is_empty() {
            self.say_next(&plan, &apps, workspace, global, output);
        }
        Ok(())
    }

    /// Adds the files that are written to what was read: a file that is there must be seen, also where git ignores it.
    fn read_files(&self, apps: &mut DeclaredApps, workspace: &Workspace) -> Result<(), Failure> {
        let to = match &self.request.change {
            Some(Change::Grant(to, _)) => Some(to.as_str().replace('_', "-")),
            _ => None,
        };
        let names = [Some(self.app.to_owned()), to];
        let names = names.into_iter().flatten();
        for name in names.filter_map(|name| name.parse::<AppName>().ok()) {
            for path in AppFiles::of_name(&name, &apps.target)?.all() {
                workspace.add(path, &mut apps.reading.snapshot)?;
            }
            for level in Level::ALL {
                let path = group_file(&name, level, &apps.target)?;
                workspace.add(&path, &mut apps.reading.snapshot)?;
            }
        }
        Ok(())
    }

    fn inputs<'input>(
        &'input self,
        apps: &'input DeclaredApps,
        templates: &'input Templates,
    ) -> Result<Inputs<'input>, Failure> {
        let chosen = apps.choose(&[self.app.to_owned()], false)?;
        let app = chosen.into_iter().next();
        Ok(Inputs {
            ground: Ground {
                target: &apps.target,
                templates,
                key: self.key.as_ref().and_then(|key| key.as_ref().ok()),
            },
            snapshot: &apps.reading.snapshot,
            declared: &apps.declared,
            app: app.ok_or_else(|| Failure::usage("no app is named", ""))?,
        })
    }

    /// What was, or would be, done.
    fn summary(&self, plan: &Plan) -> String {
        let app = self.app;
        if plan.changes.is_empty() {
            return format!("The access to {app} is there as asked for: nothing to write.");
        }
        let begin = if self.dry_run { "Would write" } else { "Wrote" };
        let mut lines = vec![format!("{begin} the access to {app}:")];
        for change in plan.changes.changes() {
            let verb = match Verb::of(change) {
                Verb::Create => "create",
                Verb::Edit => "edit  ",
                Verb::Delete => "delete",
            };
            lines.push(format!("  {verb} {}", change.path()));
        }
        if let (true, Some(role)) = (plan.is_new, &plan.role) {
            lines.push(format!("The role {role} is a new login."));
        }
        if self.isolates(&plan.access) {
            lines.push(
                "Sessions that are open stay when CONNECT is taken from PUBLIC; new ones of other roles are refused."
                    .to_owned(),
            );
        }
        lines.join("\n")
    }

    fn isolates(&self, access: &Access) -> bool {
        self.request.isolate == Some(true) && access.isolate == Some(true)
    }

    /// Says how to commit it, and how to prove it afterwards.
    fn say_next(
        &self,
        plan: &Plan,
        apps: &DeclaredApps,
        workspace: &Workspace,
        global: &Global,
        output: &Output,
    ) {
        let subject = format!("{} {}", self.subject, self.app);
        output.tell(&git_commands(&plan.changes, &subject, &workspace.root));
        let cluster = self.named_cluster.then_some(apps.target.cluster.as_str());
        output.tell(&verification(self.app, cluster, global));
    }
}

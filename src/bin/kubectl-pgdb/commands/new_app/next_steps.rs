//! What `new-app` says when it is done.

use std::path::Path;

use pgdb::domain::app::App;
use pgdb::domain::postgres_name::{DatabaseName, RoleName};
use pgdb::new_app::{PieceKind, PieceState, Plan, Verb};
use pgdb::target::Target;

use super::NewApp;
use crate::cli::Global;
use crate::proposal::{self, shell_word};

/// What was, or would be, done.
pub(super) fn summary(app: &App, target: &Target, plan: &Plan, dry_run: bool) -> String {
    let place = format!("{} on {}", app.name, target.place());
    if plan.changes.is_empty() {
        return format!("{place} is there as asked for: nothing to write.");
    }
    let begin = if dry_run { "Would write" } else { "Wrote" };
    let mut lines = vec![format!("{begin} {place}:")];
    for change in plan.changes.changes() {
        let verb = match Verb::of(change) {
            Verb::Create => "create",
            Verb::Edit => "edit  ",
            Verb::Delete => "delete",
        };
        lines.push(format!("  {verb} {}", change.path()));
    }
    for piece in &plan.pieces {
        let (kind, path) = (piece.kind.as_str(), &piece.path);
        let name = match piece.kind {
            PieceKind::ManagedRole => app.role.as_str(),
            _ => piece.object.as_str(),
        };
        match piece.state {
            PieceState::Made => {}
            PieceState::Kept => lines.push(format!("  keep   {kind} {name} in {path}")),
            PieceState::TakenOver => lines.push(format!(
                "  take   {kind} {name} in {path} over again, with the data that the role {} kept",
                app.role
            )),
        }
    }
    lines.join("\n")
}

/// The command that proves the app on the live cluster once the change is synced.
pub(super) fn verification(app: &App, target: &Target, args: &NewApp, global: &Global) -> String {
    // Where several could be meant, the one that was asked for is named again.
    let is_named = args.cluster.is_some() || args.cluster_file.is_some();
    let cluster = is_named.then_some(target.cluster.as_str());
    proposal::verification(app.name.as_str(), cluster, global)
}

/// The call that asks for the same app without a question; `chosen` is the target that the user was asked for.
pub(super) fn command(
    app: &App,
    chosen: Option<&Target>,
    args: &NewApp,
    global: &Global,
) -> String {
    let mut words = vec!["kubectl pgdb new-app".to_owned(), app.name.to_string()];
    let mut flag = |name: &str, value: &str| words.push(format!("{name} {}", shell_word(value)));
    let path = |path: &Path| path.display().to_string();
    if let Some(repo) = &global.repo {
        flag("--repo", &path(repo));
    }
    if let Some(target) = &global.target {
        flag("--target", target);
    }
    if !app.namespaces.is_empty() {
        flag("--app-namespace", &app.namespace_list());
    }
    let role = RoleName::of_app(&app.name).ok();
    if role.as_ref() != Some(&app.role) {
        flag("--user", app.role.as_str());
    }
    let database = DatabaseName::of_app(&app.name).ok();
    if database.as_ref() != Some(&app.database) {
        flag("--database", app.database.as_str());
    }
    for extension in &app.options.extensions {
        flag("--extension", &extension.to_string());
    }
    if app.options.isolate && !args.isolate.is_some_and(|given| given) {
        words.push("--isolate".to_owned());
    }
    let mut flag = |name: &str, value: &str| words.push(format!("{name} {}", shell_word(value)));
    if let Some(target) = chosen {
        flag("--cluster", target.cluster.as_str());
        if let Some(manifest) = &target.manifest {
            flag("--cluster-file", manifest.path.as_str());
        }
    }
    words.extend(rest(chosen, args, global));
    words.join(" ")
}

/// The flags that the wizard does not ask for, as they were given.
fn rest(chosen: Option<&Target>, args: &NewApp, global: &Global) -> Vec<String> {
    let unless_chosen = |value: &Option<String>| value.clone().filter(|_| chosen.is_none());
    let values = [
        ("--namespace", &global.namespace),
        ("--secret-name", &args.secret_name),
        ("--existing-secret", &args.existing_secret),
        ("--service", &args.service),
        ("--pooler", &args.pooler),
        ("--cluster", &unless_chosen(&args.cluster)),
        ("--cluster-file", &unless_chosen(&args.cluster_file)),
        (
            "--cert",
            &args
                .sealing
                .cert
                .as_ref()
                .map(|cert| cert.display().to_string()),
        ),
        ("--controller-name", &args.controller.controller_name),
        (
            "--controller-namespace",
            &args.controller.controller_namespace,
        ),
        (
            "--kubeconfig",
            &args
                .kube
                .kubeconfig
                .as_ref()
                .map(|file| file.display().to_string()),
        ),
        ("--context", &args.kube.context),
        ("--request-timeout", &args.kube.request_timeout),
        ("--encoding", &args.encoding),
        ("--locale", &args.locale),
        ("--connection-limit", &args.connection_limit),
        ("--comment", &args.comment),
        ("--reclaim", &args.reclaim),
        ("--roles", &args.roles),
        ("--scope", &args.scope),
        ("--password-length", &args.password_length),
    ];
    let single = values.into_iter().filter_map(|(name, value)| {
        value
            .as_ref()
            .map(|value| format!("{name} {}", shell_word(value)))
    });
    let lists = [("--schema", &args.schema), ("--in-role", &args.in_role)];
    let several = lists.into_iter().flat_map(|(name, values)| {
        values
            .iter()
            .map(move |value| format!("{name} {}", shell_word(value)))
    });
    let switches = [
        ("--cert-from-cluster", args.sealing.cert_from_cluster),
        ("--no-connection-keys", args.no_connection_keys),
        ("--isolate", args.isolate == Some(true)),
        ("--isolate=false", args.isolate == Some(false)),
    ];
    let switches = switches
        .into_iter()
        .filter(|(_, given)| *given)
        .map(|(name, _)| name.to_owned());
    single.chain(several).chain(switches).collect()
}

//! Argo CD: the Application that holds the app's objects is synced.
//!
//! Source: Argo CD `docs/operator-manual/application.yaml`, `status`.

use super::{Link, unread};
use crate::declared::{CredentialSource, RoleSource};
use crate::live::application::{Application, Held};
use crate::live::fact::Cause;
use crate::live::meta::{Meta, place};
use crate::report::{Check, Status, Subject};
use crate::verify::chain::Chain;
use crate::verify::facts::Holder;

const LINK: Subject = Subject {
    check: "argo-cd",
    title: "Argo CD",
};
/// The namespace in which Argo CD runs by default, and needs no name for its Applications.
const ARGO_CD: &str = "argocd";
/// How many characters of a commit are shown, as git does in short.
const SHORT: usize = 8;

/// Looks at every Application that holds one of the app's objects.
pub(super) fn check(chain: &Chain<'_>) -> Vec<Check> {
    if let Some(why) = chain.facts.applications.unread_of("") {
        return vec![match why.cause {
            Cause::NotServed => LINK.skipped("not-installed", "Argo CD is not in this cluster"),
            Cause::Forbidden => LINK
                .skipped("forbidden", why.evidence.as_str())
                .remedy(why.remedy.as_str()),
            _ => unread(Link::ArgoCd, why),
        }];
    }
    let objects = objects(chain);
    let holders = objects.iter().map(|(kind, name)| {
        let holders = chain.index.holders(kind, &chain.app.namespace, name);
        (*kind, *name, holders)
    });
    let holders: Vec<_> = holders.collect();
    if let Some(check) = not_held(chain, &holders) {
        return vec![check];
    }
    let all = holders.iter().flat_map(|(_, _, holders)| holders);
    let mut checks: Vec<Check> = applications(all.copied())
        .into_iter()
        .map(|(application, held)| {
            look(application, &held).of(application.meta.place("Application"))
        })
        .collect();
    checks.sort_by_key(|check| std::cmp::Reverse(check.status == Status::Fail));
    checks
}

/// The objects that Argo CD has to have synced, by kind and name.
fn objects<'app>(chain: &Chain<'app>) -> Vec<(&'static str, &'app str)> {
    let app = chain.app;
    let is_sealed = app.made_by == Some(CredentialSource::SealedSecret) && !app.is_bootstrap();
    let secret = app.secret.as_deref().filter(|_| is_sealed);
    let secret = secret.map(|name| ("SealedSecret", name));
    let role = app.role_object().map(|name| ("DatabaseRole", name));
    let is_managed = app.role_source == Some(RoleSource::Managed);
    let cluster = is_managed.then_some(("Cluster", app.cluster.as_str()));
    let database = app.database.as_ref();
    let database = database.map(|database| ("Database", database.object.as_str()));
    if let Some(server) = &app.server {
        let sync = Some(("CronJob", server.sync.as_str()));
        return [secret, sync].into_iter().flatten().collect();
    }
    let all = [secret, role, cluster, database];
    all.into_iter().flatten().collect()
}

/// The failure of objects that no Application holds.
fn not_held(chain: &Chain<'_>, holders: &[(&str, &str, Vec<Holder<'_>>)]) -> Option<Check> {
    let missing: Vec<String> = holders
        .iter()
        .filter(|(_, _, holders)| holders.is_empty())
        .map(|(kind, name, _)| place(kind, &chain.app.namespace, name))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let evidence = format!("no Application holds {}", missing.join(", "));
    let check = LINK
        .pending("not-held", evidence)
        .remedy("see that the change is merged, and that a kustomization.yaml lists its files where there is one")
        .remedy("kubectl get applications.argoproj.io --all-namespaces");
    Some(check)
}

/// Each Application once, with what it says of the app's objects.
fn applications<'facts>(
    holders: impl Iterator<Item = Holder<'facts>>,
) -> Vec<(&'facts Application, Vec<Holder<'facts>>)> {
    let mut found: Vec<(&Application, Vec<Holder<'_>>)> = Vec::new();
    for holder in holders {
        match found
            .iter_mut()
            .find(|(known, _)| std::ptr::eq(*known, holder.application))
        {
            Some((_, held)) => held.push(holder),
            None => found.push((holder.application, vec![holder])),
        }
    }
    found
}

/// One Application, and what it says of the app's objects.
fn look(application: &Application, ours: &[Holder<'_>]) -> Check {
    let see = format!(
        "kubectl describe application.argoproj.io {} --namespace {}",
        application.meta.name, application.meta.namespace
    );
    if application.meta.is_deleted {
        return LINK
            .broken(
                "deleting",
                "it is being deleted, and what it holds may be with it",
            )
            .remedy(see);
    }
    let phase = application.operation.as_ref();
    match phase.map_or("", |operation| operation.phase.as_str()) {
        "Succeeded" => {}
        // What Argo CD found to be as it should be when it took it over was never synced by it.
        "" if application.sync == "Synced" => {}
        "" => {
            return LINK
                .pending("never-synced", "it was never synced")
                .remedy(argocd(application, "sync"));
        }
        "Running" | "Terminating" => {
            let evidence = said("its sync is running", message(application));
            return LINK.pending("syncing", evidence).remedy(see);
        }
        phase => {
            let evidence = said(
                &format!("its last sync ended as {phase}"),
                message(application),
            );
            return LINK.pending("sync-failed", evidence).remedy(see);
        }
    }
    let of_ours: Vec<String> = ours
        .iter()
        .filter(|holder| holder.held.sync != "Synced")
        .map(|holder| {
            let held = holder.held;
            format!(
                "{} is {}",
                place(&held.kind, &held.namespace, &held.name),
                held.sync
            )
        })
        .collect();
    if !of_ours.is_empty() {
        let evidence = format!("{}, at {}", of_ours.join(", "), revision(application));
        return LINK
            .pending("out-of-sync", evidence)
            .remedy(argocd(application, "diff"))
            .remedy(argocd(application, "sync"));
    }
    let out_of_sync = ours.first().and_then(|holder| holder.out_of_sync);
    compared(application, out_of_sync, see)
}

/// What Argo CD says of the last operation.
fn message(application: &Application) -> &str {
    let operation = application.operation.as_ref();
    operation.map_or("", |operation| &operation.message)
}

/// A command of Argo CD's own.
fn argocd(application: &Application, verb: &str) -> String {
    let Meta {
        name, namespace, ..
    } = &application.meta;
    if namespace == ARGO_CD {
        return format!("argocd app {verb} {name}");
    }
    format!("argocd app {verb} {name} --app-namespace {namespace}")
}

/// The Application as a whole: what is out of sync in it may concern other apps alone.
fn compared(application: &Application, late: Option<(&Held, usize)>, see: String) -> Check {
    let sync = argocd(application, "sync");
    match (application.sync.as_str(), late) {
        ("Synced", _) => LINK.pass(format!("is Synced at {}", revision(application))),
        ("OutOfSync", Some((first, more))) => {
            let first = place(&first.kind, &first.namespace, &first.name);
            let evidence = match more {
                0 => format!("the Application is OutOfSync for {first}, which is not this app's"),
                more => format!(
                    "the Application is OutOfSync for {first} and {more} more, none of them this app's"
                ),
            };
            let pass = LINK.pass(format!(
                "has this app's objects Synced at {}",
                revision(application)
            ));
            pass.warning("others-out-of-sync", evidence, vec![sync])
        }
        ("OutOfSync", None) => LINK
            .pending(
                "out-of-sync",
                format!("is OutOfSync at {}", revision(application)),
            )
            .remedy(sync),
        (state, _) => {
            let state = if state.is_empty() {
                "not compared yet"
            } else {
                state
            };
            let errors = application.errors.join("; ");
            let evidence = said(&format!("its sync status is {state}"), &errors);
            LINK.pending("not-compared", evidence).remedy(see)
        }
    }
}

/// A finding with the message that goes with it, where there is one.
fn said(finding: &str, message: &str) -> String {
    if message.is_empty() {
        finding.to_owned()
    } else {
        format!("{finding}: {message}")
    }
}

/// The revision that was synced; commits shortened, versions of charts as they are.
fn revision(application: &Application) -> String {
    let short = |revision: &String| {
        let is_commit =
            revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
        revision
            .get(..SHORT)
            .filter(|_| is_commit)
            .unwrap_or(revision)
            .to_owned()
    };
    let revisions: Vec<String> = application.revisions.iter().map(short).collect();
    if revisions.is_empty() {
        "an unknown revision".to_owned()
    } else {
        revisions.join(", ")
    }
}

//! What comes from the repository: Argo CD and the SealedSecret.

use super::*;

pub(super) const ROWS: &[Row] = &[
    (
        "Argo CD is not installed",
        |facts| facts.applications = unread(Cause::NotServed),
        &[("argo-cd", Skipped, "not-installed"), NOT_ASKED],
        true,
    ),
    (
        "Applications may not be read",
        |facts| facts.applications = unread(Cause::Forbidden),
        &[("argo-cd", Skipped, "forbidden"), NOT_ASKED],
        true,
    ),
    (
        "Applications do not come in time",
        |facts| facts.applications = unread(Cause::TimedOut),
        &[("argo-cd", Unknown, "timed-out"), NOT_ASKED],
        true,
    ),
    (
        "no Application holds the objects",
        |facts| facts.applications = Shelf::default(),
        &[("argo-cd", Fail, "not-held"), NOT_ASKED],
        true,
    ),
    (
        "the Application was never synced",
        |facts| {
            edit_application(facts, |app| {
                app.operation = None;
                app.sync = "OutOfSync".to_owned();
            })
        },
        &[("argo-cd", Fail, "never-synced"), NOT_ASKED],
        true,
    ),
    (
        "the Application took over what is as it should be",
        |facts| edit_application(facts, |app| app.operation = None),
        &[NOT_ASKED],
        true,
    ),
    (
        "the Application is being deleted",
        |facts| edit_application(facts, |app| app.meta.is_deleted = true),
        &[("argo-cd", Fail, "deleting"), NOT_ASKED],
        false,
    ),
    (
        "the SealedSecret is being deleted",
        |facts| edit_sealed(facts, |sealed| sealed.meta.is_deleted = true),
        &[("sealed-secret", Fail, "deleting"), NOT_ASKED],
        false,
    ),
    (
        "the sync runs",
        |facts| {
            edit_application(facts, |app| {
                app.operation.as_mut().unwrap().phase = "Running".to_owned()
            })
        },
        &[("argo-cd", Fail, "syncing"), NOT_ASKED],
        true,
    ),
    (
        "the sync failed",
        |facts| {
            edit_application(facts, |app| {
                app.operation.as_mut().unwrap().phase = "Failed".to_owned()
            })
        },
        &[("argo-cd", Fail, "sync-failed"), NOT_ASKED],
        true,
    ),
    (
        "the Database is out of sync",
        |facts| edit_application(facts, |app| app.resources[2].sync = "OutOfSync".to_owned()),
        &[("argo-cd", Fail, "out-of-sync"), NOT_ASKED],
        true,
    ),
    (
        "the Application is out of sync as a whole",
        |facts| edit_application(facts, |app| app.sync = "OutOfSync".to_owned()),
        &[("argo-cd", Fail, "out-of-sync"), NOT_ASKED],
        true,
    ),
    (
        "Argo CD cannot compare",
        |facts| edit_application(facts, |app| app.sync = "Unknown".to_owned()),
        &[("argo-cd", Fail, "not-compared"), NOT_ASKED],
        true,
    ),
    (
        "the SealedSecret is missing",
        |facts| facts.sealed_secrets = Shelf::default(),
        &[("sealed-secret", Fail, "missing"), NOT_ASKED],
        true,
    ),
    (
        "SealedSecrets may not be read",
        |facts| facts.sealed_secrets = unread(Cause::Forbidden),
        &[("sealed-secret", Unknown, "forbidden"), NOT_ASKED],
        false,
    ),
    (
        "the sealed values are old",
        |facts| {
            edit_sealed(facts, |sealed| {
                forget(
                    sealed
                        .encrypted
                        .insert("password".to_owned(), "AgC=".to_owned()),
                )
            })
        },
        &[("sealed-secret", Fail, "stale"), NOT_ASKED],
        true,
    ),
    (
        "the controller has not looked",
        |facts| edit_sealed(facts, |sealed| sealed.observed_generation = 1),
        &[("sealed-secret", Fail, "not-observed"), NOT_ASKED],
        true,
    ),
    (
        "there is no condition",
        |facts| edit_sealed(facts, |sealed| sealed.synced = None),
        &[("sealed-secret", Fail, "not-observed"), NOT_ASKED],
        true,
    ),
    (
        "no key can decrypt it",
        |facts| {
            edit_sealed(facts, |sealed| {
                sealed.synced = Some(false);
                sealed.message = "no key could decrypt secret (password)".to_owned();
            })
        },
        &[("sealed-secret", Fail, "cannot-unseal"), NOT_ASKED],
        false,
    ),
    (
        "a Secret is in the controller's way",
        |facts| {
            edit_sealed(facts, |sealed| {
                sealed.synced = Some(false);
                sealed.message = "Resource \"my-shop-db-creds\" already exists and is not managed by SealedSecret".to_owned();
            })
        },
        &[("sealed-secret", Fail, "unmanaged-secret"), NOT_ASKED],
        false,
    ),
    (
        "the controller failed otherwise",
        |facts| {
            edit_sealed(facts, |sealed| {
                sealed.synced = Some(false);
                sealed.message = "etcdserver: request timed out".to_owned();
            })
        },
        &[("sealed-secret", Fail, "not-synced"), NOT_ASKED],
        false,
    ),
];

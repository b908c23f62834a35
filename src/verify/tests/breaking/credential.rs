//! The Secret and its mirrors.

use super::*;

pub(super) const ROWS: &[Row] = &[
    (
        "Secrets may not be read",
        |facts| facts.secrets = unread(Cause::Forbidden),
        &[
            ("secret", Unknown, "forbidden"),
            ("mirror", Unknown, "forbidden"),
            ("password", Unknown, "forbidden"),
            NOT_ASKED,
        ],
        false,
    ),
    (
        "the Secret is missing",
        |facts| facts.secrets.remove("postgres", "my-shop-db-creds"),
        &[
            ("secret", Fail, "missing"),
            ("mirror", Skipped, "waits"),
            ("password", Skipped, "waits"),
            NOT_ASKED,
        ],
        true,
    ),
    (
        "the Secret is somebody else's",
        |facts| edit_secret(facts, |secret| secret.meta.owners.clear()),
        &[("secret", Fail, "foreign-secret"), NOT_ASKED],
        false,
    ),
    (
        "the Secret is of an older SealedSecret",
        |facts| {
            edit_secret(facts, |secret| {
                secret.meta.owners[0].uid = "other".to_owned()
            })
        },
        &[("secret", Fail, "foreign-secret"), NOT_ASKED],
        false,
    ),
    (
        "the password is missing",
        |facts| edit_secret(facts, |secret| forget(secret.values.remove("password"))),
        &[
            ("secret", Fail, "missing-key"),
            ("mirror", Fail, "data-differs"),
            NOT_ASKED,
        ],
        false,
    ),
    (
        "the password is empty",
        |facts| {
            let empty = Fingerprint::of(b" \n");
            edit_secret(facts, |secret| {
                forget(secret.values.insert("password".to_owned(), empty))
            });
            edit_mirror(facts, |secret| {
                forget(secret.values.insert("password".to_owned(), empty))
            });
        },
        &[("secret", Fail, "missing-key"), NOT_ASKED],
        false,
    ),
    (
        "the username is another",
        |facts| {
            let other = Fingerprint::of(b"my-shop");
            edit_secret(facts, |secret| {
                forget(secret.values.insert("username".to_owned(), other))
            });
            edit_mirror(facts, |secret| {
                forget(secret.values.insert("username".to_owned(), other))
            });
        },
        &[("secret", Fail, "username-mismatch"), NOT_ASKED],
        false,
    ),
    (
        "the label for reloading is missing",
        |facts| edit_secret(facts, |secret| secret.meta.labels.clear()),
        &[("secret", Fail, "no-reload-label"), NOT_ASKED],
        false,
    ),
    (
        "the password ends with a line end",
        |facts| {
            let value = Fingerprint::of(b"s3cret\n");
            edit_secret(facts, |secret| {
                forget(secret.values.insert("password".to_owned(), value));
            });
            edit_mirror(facts, |secret| {
                forget(secret.values.insert("password".to_owned(), value));
            });
        },
        &[("secret", Fail, "white-space"), NOT_ASKED],
        false,
    ),
    (
        "the namespace is being deleted",
        |facts| {
            let mut shop = namespace("shop");
            shop.meta.is_deleted = true;
            facts.namespaces.put(shop);
        },
        &[("mirror", Fail, "namespace-deleting"), NOT_ASKED],
        false,
    ),
    (
        "the mirror is being deleted",
        |facts| edit_mirror(facts, |secret| secret.meta.is_deleted = true),
        &[("mirror", Fail, "deleting"), NOT_ASKED],
        false,
    ),
    (
        "the namespace is missing",
        |facts| {
            facts.namespaces.remove("", "shop");
            facts.secrets.remove("shop", "my-shop-db-creds");
        },
        &[("mirror", Fail, "namespace-missing"), NOT_ASKED],
        true,
    ),
    (
        "Reflector may not copy it",
        |facts| edit_secret(facts, |secret| secret.meta.annotations.clear()),
        &[("mirror", Fail, "not-allowed"), NOT_ASKED],
        false,
    ),
    (
        "the mirror is not made yet",
        |facts| {
            facts.secrets.remove("shop", "my-shop-db-creds");
            edit_secret(facts, |secret| secret.meta.changed = Some(NOW));
        },
        &[("mirror", Fail, "not-yet-made"), NOT_ASKED],
        true,
    ),
    (
        "Reflector does not run",
        |facts| {
            facts.secrets.remove("shop", "my-shop-db-creds");
            edit(&mut facts.reflector, "reflector", "reflector-5d9c", |pod| {
                pod.is_ready = false
            });
        },
        &[("mirror", Fail, "not-yet-made"), NOT_ASKED],
        true,
    ),
    (
        "the mirror was deleted by hand",
        |facts| facts.secrets.remove("shop", "my-shop-db-creds"),
        &[("mirror", Fail, "deleted"), NOT_ASKED],
        true,
    ),
    (
        "a foreign Secret is in the way",
        |facts| edit_mirror(facts, |secret| secret.meta.annotations.clear()),
        &[("mirror", Fail, "foreign-secret"), NOT_ASKED],
        false,
    ),
    (
        "the mirror is of another Secret",
        |facts| {
            edit_mirror(facts, |secret| {
                forget(
                    secret
                        .meta
                        .annotations
                        .insert(REFLECTS.to_owned(), "postgres/other".to_owned()),
                )
            })
        },
        &[("mirror", Fail, "foreign-secret"), NOT_ASKED],
        false,
    ),
    (
        "Reflector has stalled",
        |facts| {
            edit_mirror(facts, |secret| {
                forget(
                    secret
                        .meta
                        .annotations
                        .insert(REFLECTED_VERSION.to_owned(), "9".to_owned()),
                )
            })
        },
        &[("mirror", Fail, "stalled"), NOT_ASKED],
        true,
    ),
    (
        "Reflector catches up",
        |facts| {
            edit_mirror(facts, |secret| {
                forget(
                    secret
                        .meta
                        .annotations
                        .insert(REFLECTED_VERSION.to_owned(), "9".to_owned()),
                )
            });
            edit_secret(facts, |secret| secret.meta.changed = Some(NOW));
        },
        &[("mirror", Fail, "catching-up"), NOT_ASKED],
        true,
    ),
    (
        "the mirror was edited",
        |facts| {
            edit_mirror(facts, |secret| {
                forget(
                    secret
                        .values
                        .insert("password".to_owned(), Fingerprint::of(b"other")),
                )
            })
        },
        &[("mirror", Fail, "data-differs"), NOT_ASKED],
        false,
    ),
];

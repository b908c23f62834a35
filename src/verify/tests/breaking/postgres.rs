//! What CNPG makes: role, password, database, and the Cluster itself.

use super::*;

pub(super) const ROWS: &[Row] = &[
    (
        "the role is not in the Cluster",
        |facts| edit_cluster(facts, |cluster| cluster.roles.clear()),
        &[
            ("role", Fail, "not-declared"),
            ("password", Skipped, "waits"),
            NOT_ASKED,
        ],
        true,
    ),
    (
        "the role is to be dropped",
        |facts| edit_role(facts, |role| role.is_absent = true),
        &[("role", Fail, "ensure-absent"), NOT_ASKED],
        false,
    ),
    (
        "the role may not log in",
        |facts| edit_role(facts, |role| role.login = false),
        &[("role", Fail, "no-login"), NOT_ASKED],
        false,
    ),
    (
        "the role's password has ended",
        |facts| edit_role(facts, |role| role.valid_until = Some(MADE)),
        &[("role", Fail, "expired"), NOT_ASKED],
        false,
    ),
    (
        "the role may have no session",
        |facts| edit_role(facts, |role| role.connection_limit = Some(0)),
        &[("role", Fail, "no-login"), NOT_ASKED],
        false,
    ),
    (
        "the Secret came late for the role",
        |facts| {
            edit_cluster(facts, |cluster| {
                let message =
                    "failed to get password secret my-shop-db-creds: not found".to_owned();
                let refused = &mut cluster.role_status.cannot_reconcile;
                forget(refused.insert("my_shop".to_owned(), vec![message]));
            });
        },
        &[("role", Fail, "retrying"), NOT_ASKED],
        true,
    ),
    (
        "the Cluster follows another one",
        |facts| edit_cluster(facts, |cluster| cluster.is_replica = true),
        &[("cluster", Fail, "replica-cluster"), NOT_ASKED],
        false,
    ),
    (
        "the primary's pod is being deleted",
        |facts| {
            edit(&mut facts.pods, "postgres", "postgres-shared-1", |pod| {
                pod.meta.is_deleted = true;
            });
        },
        &[("cluster", Fail, "primary-not-ready"), NOT_ASKED],
        true,
    ),
    (
        "the role has another Secret",
        |facts| {
            edit_role(facts, |role| {
                role.password_secret = Some("other".to_owned())
            })
        },
        &[("role", Fail, "other-secret"), NOT_ASKED],
        false,
    ),
    (
        "the role has no Secret",
        |facts| edit_role(facts, |role| role.password_secret = None),
        &[("role", Fail, "other-secret"), NOT_ASKED],
        false,
    ),
    (
        "the role cannot be reconciled",
        |facts| {
            edit_cluster(facts, |cluster| {
                forget(cluster.role_status.cannot_reconcile.insert(
                    "my_shop".to_owned(),
                    vec!["role \"x\" does not exist".to_owned()],
                ))
            })
        },
        &[("role", Fail, "cannot-reconcile"), NOT_ASKED],
        false,
    ),
    (
        "the role is pending",
        |facts| {
            edit_cluster(facts, |cluster| {
                cluster.role_status.reconciled.clear();
                cluster.role_status.pending.insert("my_shop".to_owned());
            })
        },
        &[("role", Fail, "pending"), NOT_ASKED],
        true,
    ),
    (
        "the role was not looked at",
        |facts| edit_cluster(facts, |cluster| cluster.role_status = RoleStatus::default()),
        &[
            ("role", Fail, "not-observed"),
            ("password", Skipped, "waits"),
            NOT_ASKED,
        ],
        true,
    ),
    (
        "the role's name is reserved",
        |facts| {
            edit_cluster(facts, |cluster| {
                cluster.role_status.reconciled.clear();
                cluster.role_status.reserved.insert("my_shop".to_owned());
            })
        },
        &[("role", Fail, "reserved"), NOT_ASKED],
        false,
    ),
    (
        "the password is old",
        |facts| {
            edit_cluster(facts, |cluster| {
                cluster.role_status.passwords = map([("my_shop", "8")])
            })
        },
        &[("password", Fail, "outdated"), NOT_ASKED],
        true,
    ),
    (
        "the password was never set",
        |facts| edit_cluster(facts, |cluster| cluster.role_status.passwords.clear()),
        &[("password", Fail, "not-applied"), NOT_ASKED],
        true,
    ),
    (
        "the Database is missing",
        |facts| facts.databases = Shelf::default(),
        &[("database", Fail, "missing"), NOT_ASKED],
        true,
    ),
    (
        "Databases are not served",
        |facts| facts.databases = unread(Cause::NotServed),
        &[("database", Unknown, "not-served"), NOT_ASKED],
        false,
    ),
    (
        "the Database is to be dropped",
        |facts| edit_database(facts, |database| database.is_absent = true),
        &[("database", Fail, "ensure-absent"), NOT_ASKED],
        false,
    ),
    (
        "the Database is being deleted",
        |facts| edit_database(facts, |database| database.meta.is_deleted = true),
        &[("database", Fail, "deleting"), NOT_ASKED],
        false,
    ),
    (
        "the Database has another owner",
        |facts| edit_database(facts, |database| database.owner = "other".to_owned()),
        &[("database", Fail, "other-owner"), NOT_ASKED],
        false,
    ),
    (
        "the Database is another's",
        |facts| edit_database(facts, |database| database.name = "other".to_owned()),
        &[("database", Fail, "other-name"), NOT_ASKED],
        false,
    ),
    (
        "the Database is of another Cluster",
        |facts| edit_database(facts, |database| database.cluster = "other".to_owned()),
        &[("database", Fail, "other-cluster"), NOT_ASKED],
        false,
    ),
    (
        "the live Database lacks an extension",
        |facts| edit_database(facts, |database| database.extensions.clear()),
        &[("database", Fail, "stale"), NOT_ASKED],
        true,
    ),
    (
        "an old success of the Database",
        |facts| edit_database(facts, |database| database.applied.observed_generation = 1),
        &[("database", Fail, "outdated"), NOT_ASKED],
        true,
    ),
    (
        "the role came late",
        |facts| {
            edit_database(facts, |database| {
                database.applied = Applied { applied: Some(false), message: "while creating database: ERROR: role \"my_shop\" does not exist (SQLSTATE 42704)".to_owned(), observed_generation: 0 }
            })
        },
        &[("database", Fail, "retrying"), NOT_ASKED],
        true,
    ),
    (
        "the database is declared twice",
        |facts| {
            edit_database(facts, |database| {
                database.applied = Applied {
                    applied: Some(false),
                    message: "\"my_shop\" is already managed by object \"other-db\"".to_owned(),
                    observed_generation: 0,
                }
            })
        },
        &[("database", Fail, "declared-twice"), NOT_ASKED],
        false,
    ),
    (
        "the Database cannot be applied",
        |facts| {
            edit_database(facts, |database| {
                database.applied = Applied {
                    applied: Some(false),
                    message: "invalid locale".to_owned(),
                    observed_generation: 0,
                }
            })
        },
        &[("database", Fail, "not-applied"), NOT_ASKED],
        true,
    ),
    (
        "CNPG has not looked at the Database",
        |facts| edit_database(facts, |database| database.applied = Applied::default()),
        &[("database", Fail, "not-observed"), NOT_ASKED],
        true,
    ),
    (
        "the Cluster is a replica",
        |facts| {
            edit_database(facts, |database| {
                database.applied = Applied {
                    message: "waiting for the cluster to become primary".to_owned(),
                    ..Applied::default()
                }
            })
        },
        &[("database", Fail, "replica-cluster"), NOT_ASKED],
        false,
    ),
    (
        "an extension cannot be applied",
        |facts| {
            edit_database(facts, |database| {
                database.extension_status = vec![Part {
                    name: "pg_trgm".to_owned(),
                    applied: false,
                    message: "no such file".to_owned(),
                }];
            })
        },
        &[("database", Fail, "part-not-applied"), NOT_ASKED],
        true,
    ),
    (
        "an extension was not looked at",
        |facts| edit_database(facts, |database| database.extension_status.clear()),
        &[("database", Fail, "part-not-applied"), NOT_ASKED],
        true,
    ),
    (
        "the Cluster is missing",
        |facts| facts.clusters = Shelf::default(),
        &[
            ("role", Skipped, "waits"),
            ("password", Skipped, "waits"),
            ("cluster", Fail, "missing"),
            NOT_ASKED,
        ],
        true,
    ),
    (
        "Clusters may not be read",
        |facts| facts.clusters = unread(Cause::Forbidden),
        &[
            ("role", Unknown, "forbidden"),
            ("password", Unknown, "forbidden"),
            ("cluster", Unknown, "forbidden"),
            NOT_ASKED,
        ],
        false,
    ),
    (
        "the Cluster is not ready",
        |facts| edit_cluster(facts, |cluster| cluster.ready = Some(false)),
        &[("cluster", Fail, "not-ready"), NOT_ASKED],
        true,
    ),
    (
        "the Cluster is hibernated",
        |facts| {
            edit_cluster(facts, |cluster| {
                forget(
                    cluster
                        .meta
                        .annotations
                        .insert("cnpg.io/hibernation".to_owned(), "on".to_owned()),
                )
            })
        },
        &[("cluster", Fail, "hibernated"), NOT_ASKED],
        false,
    ),
    (
        "the Cluster is being deleted",
        |facts| edit_cluster(facts, |cluster| cluster.meta.is_deleted = true),
        &[("cluster", Fail, "deleting"), NOT_ASKED],
        false,
    ),
    (
        "there is no primary",
        |facts| edit_cluster(facts, |cluster| cluster.current_primary.clear()),
        &[("cluster", Fail, "no-primary"), NOT_ASKED],
        true,
    ),
    (
        "the primary changes",
        |facts| {
            edit_cluster(facts, |cluster| {
                cluster.target_primary = "postgres-shared-2".to_owned()
            })
        },
        &[("cluster", Fail, "failing-over"), NOT_ASKED],
        true,
    ),
    (
        "the primary's pod is missing",
        |facts| facts.pods = Shelf::default(),
        &[("cluster", Fail, "no-primary"), NOT_ASKED],
        true,
    ),
    (
        "pods may not be read",
        |facts| facts.pods = unread(Cause::Forbidden),
        &[("cluster", Unknown, "forbidden"), NOT_ASKED],
        false,
    ),
    (
        "the primary's pod is not ready",
        |facts| {
            edit(&mut facts.pods, "postgres", "postgres-shared-1", |pod| {
                pod.is_ready = false
            })
        },
        &[("cluster", Fail, "primary-not-ready"), NOT_ASKED],
        true,
    ),
    (
        "the waves do not ascend",
        |facts| edit_database(facts, |database| database.meta.annotations = wave("1")),
        &[("cluster", Fail, "waves"), NOT_ASKED],
        false,
    ),
    (
        "a wave is no integer",
        |facts| edit_sealed(facts, |sealed| sealed.meta.annotations = wave("first")),
        &[("cluster", Fail, "waves"), NOT_ASKED],
        false,
    ),
    (
        "a wave is missing",
        |facts| edit_cluster(facts, |cluster| cluster.meta.annotations.clear()),
        &[("cluster", Fail, "waves"), NOT_ASKED],
        false,
    ),
];

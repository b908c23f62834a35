//! The chain of one working app, broken one link at a time.

mod breaking;
mod judging;
mod live;
mod servers;
mod several;

use std::collections::{BTreeMap, BTreeSet};

use crate::declared::{CredentialSource, RoleSource};
use crate::domain::access::form::DatabaseAccess;
use crate::domain::access::{Access, Level};
use crate::domain::time::UnixTime;
use crate::live::application::{Application, Held, Operation};
use crate::live::cluster::{Cluster, ManagedRole, RoleStatus};
use crate::live::database::{Applied, Database};
use crate::live::fact::{Cause, Fact, Unreadable};
use crate::live::job::{Job, Outcome};
use crate::live::meta::{Meta, Owner};
use crate::live::pod::{Namespace, Pod};
use crate::live::sealed_secret::SealedSecret;
use crate::live::secret::{Fingerprint, Secret};
use crate::live::shelf::Shelf;
use crate::report::{Check, Status};
use crate::verify::facts::{REFLECTED_VERSION, REFLECTS};
use crate::verify::{Expected, ExpectedAccess, ExpectedDatabase, Facts, MirrorsTo, run};

/// When the facts were read.
const NOW: UnixTime = UnixTime::new(1_800_000_000);
/// When everything was made: an hour before.
const MADE: UnixTime = UnixTime::new(1_800_000_000 - 3_600);

/// The app that is expected: as `new-app my-shop --app-namespace shop` makes it.
fn my_shop() -> Expected {
    Expected {
        app: "my-shop".to_owned(),
        cluster: "postgres-shared".to_owned(),
        namespace: "postgres".to_owned(),
        secret: Some("my-shop-db-creds".to_owned()),
        sealed: Some(sealed_values()),
        keys: BTreeSet::from(["uri".to_owned()]),
        mirrors: MirrorsTo::Named(vec!["shop".to_owned()]),
        role: Some("my_shop".to_owned()),
        login: None,
        role_source: Some(RoleSource::Managed),
        made_elsewhere: false,
        made_by: Some(CredentialSource::SealedSecret),
        database: Some(ExpectedDatabase {
            object: "my-shop-db".to_owned(),
            name: "my_shop".to_owned(),
            extensions: vec!["pg_trgm".to_owned()],
            schemas: Vec::new(),
        }),
        access: Some(access()),
        service: None,
        guest_in: None,
        pooler: None,
        server: None,
    }
}

/// The hash of the scripts in the repository.
const HASH: &str = "5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed";

/// What is declared of who may do what in the app's database.
fn access() -> ExpectedAccess {
    ExpectedAccess {
        object: "my-shop-access".to_owned(),
        access: Ok(DatabaseAccess {
            database: "my_shop".parse().unwrap(),
            owner: "my_shop".parse().unwrap(),
            access: Access {
                isolate: Some(true),
                levels: vec![Level::Reader],
                ..Access::default()
            },
        }),
        hash: Some(HASH.to_owned()),
        actual_hash: HASH.to_owned(),
        place: "infra/databases/postgres/my-shop-access.yaml:3".to_owned(),
        users: Vec::new(),
    }
}

fn sealed_values() -> BTreeMap<String, String> {
    [("username", "AgA="), ("password", "AgB=")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

/// Facts in which every link of that app holds.
fn working() -> Facts {
    Facts {
        now: NOW,
        applications: shelf(application()),
        sealed_secrets: shelf(sealed_secret()),
        secrets: Shelf::of(Fact::Present(vec![secret(), mirror("shop")])),
        namespaces: Shelf::of(Fact::Present(vec![
            namespace("postgres"),
            namespace("shop"),
        ])),
        clusters: shelf(cluster()),
        databases: shelf(database()),
        pods: shelf(pod("postgres", "postgres-shared-1")),
        reflector: shelf(pod("reflector", "reflector-5d9c")),
        jobs: shelf(job()),
        ..Facts::default()
    }
}

fn shelf<T: crate::live::Live>(object: T) -> Shelf<T> {
    Shelf::of(Fact::Present(vec![object]))
}

fn unread<T: crate::live::Live>(cause: Cause) -> Shelf<T> {
    Shelf::of(Fact::Unreadable(Unreadable::new(
        cause,
        "no",
        "kubectl auth can-i",
    )))
}

fn meta(namespace: &str, name: &str, version: &str) -> Meta {
    Meta {
        name: name.to_owned(),
        namespace: namespace.to_owned(),
        uid: format!("uid-of-{name}"),
        resource_version: version.to_owned(),
        generation: 2,
        created: Some(MADE),
        changed: Some(MADE),
        ..Meta::default()
    }
}

fn map<const N: usize>(entries: [(&str, &str); N]) -> BTreeMap<String, String> {
    entries
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

fn wave(wave: &str) -> BTreeMap<String, String> {
    map([("argocd.argoproj.io/sync-wave", wave)])
}

fn application() -> Application {
    let held = |group: &str, kind: &str, name: &str| Held {
        group: group.to_owned(),
        kind: kind.to_owned(),
        namespace: "postgres".to_owned(),
        name: name.to_owned(),
        sync: "Synced".to_owned(),
    };
    Application {
        meta: meta("argocd", "databases", "90"),
        is_local: true,
        sync: "Synced".to_owned(),
        revisions: vec!["3f2a1c9d5e6f708192a3b4c5d6e7f8091a2b3c4d".to_owned()],
        operation: Some(Operation {
            phase: "Succeeded".to_owned(),
            message: "successfully synced".to_owned(),
            hooks: Vec::new(),
        }),
        errors: Vec::new(),
        resources: vec![
            held("bitnami.com", "SealedSecret", "my-shop-db-creds"),
            held("postgresql.cnpg.io", "Cluster", "postgres-shared"),
            held("postgresql.cnpg.io", "Database", "my-shop-db"),
        ],
    }
}

fn sealed_secret() -> SealedSecret {
    SealedSecret {
        meta: Meta {
            annotations: wave("0"),
            ..meta("postgres", "my-shop-db-creds", "10")
        },
        encrypted: sealed_values(),
        observed_generation: 2,
        synced: Some(true),
        message: String::new(),
    }
}

fn values() -> BTreeMap<String, Fingerprint> {
    [
        ("username", "my_shop"),
        ("password", "s3cret"),
        ("uri", "postgresql://"),
    ]
    .map(|(key, value)| (key.to_owned(), Fingerprint::of(value.as_bytes())))
    .into()
}

fn secret() -> Secret {
    Secret {
        meta: Meta {
            labels: map([("cnpg.io/reload", "true")]),
            annotations: map([
                ("reflector.v1.k8s.emberstack.com/reflection-allowed", "true"),
                (
                    "reflector.v1.k8s.emberstack.com/reflection-allowed-namespaces",
                    "shop",
                ),
                (
                    "reflector.v1.k8s.emberstack.com/reflection-auto-enabled",
                    "true",
                ),
                (
                    "reflector.v1.k8s.emberstack.com/reflection-auto-namespaces",
                    "shop",
                ),
            ]),
            owners: vec![Owner {
                kind: "SealedSecret".to_owned(),
                name: "my-shop-db-creds".to_owned(),
                uid: "uid-of-my-shop-db-creds".to_owned(),
            }],
            ..meta("postgres", "my-shop-db-creds", "11")
        },
        kind: "kubernetes.io/basic-auth".to_owned(),
        values: values(),
    }
}

fn mirror(namespace: &str) -> Secret {
    Secret {
        meta: Meta {
            annotations: map([
                (REFLECTS, "postgres/my-shop-db-creds"),
                (REFLECTED_VERSION, "11"),
            ]),
            ..meta(namespace, "my-shop-db-creds", "12")
        },
        kind: "kubernetes.io/basic-auth".to_owned(),
        values: values(),
    }
}

fn namespace(name: &str) -> Namespace {
    Namespace {
        meta: meta("", name, "1"),
    }
}

fn cluster() -> Cluster {
    let role = ManagedRole {
        is_absent: false,
        login: true,
        password_secret: Some("my-shop-db-creds".to_owned()),
        ..ManagedRole::default()
    };
    Cluster {
        meta: Meta {
            annotations: wave("1"),
            ..meta("postgres", "postgres-shared", "20")
        },
        instances: 3,
        roles: BTreeMap::from([("my_shop".to_owned(), role)]),
        is_replica: false,
        phase: "Cluster in healthy state".to_owned(),
        phase_reason: String::new(),
        ready: Some(true),
        ready_instances: 3,
        current_primary: "postgres-shared-1".to_owned(),
        target_primary: "postgres-shared-1".to_owned(),
        role_status: RoleStatus {
            reconciled: BTreeSet::from(["my_shop".to_owned()]),
            passwords: map([("my_shop", "11")]),
            ..RoleStatus::default()
        },
    }
}

fn database() -> Database {
    Database {
        meta: Meta {
            annotations: wave("2"),
            labels: map([
                ("app.kubernetes.io/managed-by", "kubectl-pgdb"),
                ("app.kubernetes.io/part-of", "my-shop"),
            ]),
            ..meta("postgres", "my-shop-db", "30")
        },
        name: "my_shop".to_owned(),
        owner: "my_shop".to_owned(),
        cluster: "postgres-shared".to_owned(),
        is_absent: false,
        drops_when_deleted: false,
        extensions: vec!["pg_trgm".to_owned()],
        schemas: Vec::new(),
        applied: Applied {
            applied: Some(true),
            message: String::new(),
            observed_generation: 2,
        },
        extension_status: vec![crate::live::database::Part {
            name: "pg_trgm".to_owned(),
            applied: true,
            message: String::new(),
        }],
        schema_status: Vec::new(),
    }
}

fn job() -> Job {
    Job {
        meta: Meta {
            annotations: map([("kubectl-pgdb/script-sha256", HASH)]),
            ..meta("postgres", "my-shop-access", "50")
        },
        outcome: Outcome::Complete,
        failed_pods: 0,
        started: Some(MADE),
        ended: Some(MADE),
    }
}

fn pod(namespace: &str, name: &str) -> Pod {
    Pod {
        meta: meta(namespace, name, "40"),
        is_ready: true,
        phase: "Running".to_owned(),
    }
}

/// The checks of the app.
fn checks(facts: &Facts) -> Vec<Check> {
    let mut report = run(&[my_shop()], facts, &[]);
    report.apps.remove(0).checks
}

/// Each check as link, status and reason, those that pass left out, and the link that asks those who were granted something.
fn exceptions(facts: &Facts) -> Vec<(&'static str, Status, &'static str)> {
    let checks = checks(facts).into_iter();
    checks
        .filter(|check| check.status != Status::Pass && check.check != "access")
        .map(|check| (check.check, check.status, check.reason))
        .collect()
}

#[test]
fn a_working_app_passes_with_evidence() {
    let seen: Vec<String> = checks(&working())
        .iter()
        .map(|check| {
            let object = check.object.as_deref().unwrap_or("-");
            format!(
                "{:?} {} | {object} | {}",
                check.status, check.check, check.evidence
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            "Pass argo-cd | Application argocd/databases | is Synced at 3f2a1c9d",
            "Pass sealed-secret | SealedSecret postgres/my-shop-db-creds | is Synced at generation 2",
            "Pass secret | Secret postgres/my-shop-db-creds | has username, password and 1 more key, at version 11",
            "Pass mirror | Secret shop/my-shop-db-creds | mirrors version 11, its data is equal",
            "Pass role | Cluster postgres/postgres-shared | \"my_shop\" is reconciled",
            "Pass password | Secret postgres/my-shop-db-creds | PostgreSQL has the password of version 11 of the Secret",
            "Pass database | Database postgres/my-shop-db | \"my_shop\" is applied at generation 2, owned by \"my_shop\", extensions pg_trgm",
            "Pass privileges | Job postgres/my-shop-access | completed with the script 5eed5eed",
            "Pass cluster | Cluster postgres/postgres-shared | is ready with 3 of 3 instances, the primary is postgres-shared-1, the waves 0, 1, 2 ascend",
            "Skipped login | - | not tried; --login logs in as the app",
            "Skipped access | - | not tried; --login logs in as those who were granted something",
        ]
    );
    let report = run(&[my_shop()], &working(), &[]);
    assert_eq!((report.status, report.is_in_vain()), (Status::Pass, false));
}

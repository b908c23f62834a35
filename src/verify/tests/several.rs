//! Several namespaces, apps and roles at once.

use super::*;
use crate::live::database::DatabaseRole;

#[test]
fn each_namespace_has_its_mirror() {
    let mut facts = working();
    facts.namespaces.put(namespace("shop-staging"));
    for key in ["allowed-namespaces", "auto-namespaces"] {
        let Fact::Present(source) = facts.secrets.get("postgres", "my-shop-db-creds") else {
            panic!();
        };
        let mut source = source.clone();
        let key = format!("reflector.v1.k8s.emberstack.com/reflection-{key}");
        source
            .meta
            .annotations
            .insert(key, "shop,shop-staging".to_owned());
        facts.secrets.put(source);
    }
    let expected = Expected {
        mirrors: MirrorsTo::AsLive,
        ..my_shop()
    };
    let report = run(&[expected], &facts, &[]);
    let mirrors: Vec<_> = report.apps[0]
        .checks
        .iter()
        .filter(|check| check.check == "mirror")
        .map(|check| (check.object.as_deref().unwrap(), check.status, check.reason))
        .collect();
    assert_eq!(
        mirrors,
        [
            ("Secret shop/my-shop-db-creds", Status::Pass, "ok"),
            // The other mirror of this version is there, so Reflector has done its work.
            (
                "Secret shop-staging/my-shop-db-creds",
                Status::Fail,
                "deleted"
            ),
        ]
    );
}

#[test]
fn a_role_may_be_an_object_of_its_own() {
    let mut facts = working();
    let role = DatabaseRole {
        meta: Meta {
            annotations: wave("1"),
            ..meta("postgres", "my-shop-role", "50")
        },
        name: "my_shop".to_owned(),
        cluster: "postgres-shared".to_owned(),
        role: ManagedRole {
            is_absent: false,
            login: true,
            password_secret: Some("my-shop-db-creds".to_owned()),
            ..ManagedRole::default()
        },
        drops_when_deleted: false,
        applied: Applied {
            applied: Some(true),
            message: String::new(),
            observed_generation: 2,
        },
        password_version: "11".to_owned(),
    };
    facts.clusters = shelf(Cluster {
        roles: BTreeMap::new(),
        role_status: RoleStatus::default(),
        ..cluster()
    });
    facts.roles = shelf(role.clone());
    let expected = || Expected {
        role_source: Some(RoleSource::DatabaseRole("my-shop-role".to_owned())),
        ..my_shop()
    };
    let exceptions = |facts: &Facts| -> Vec<_> {
        let report = run(&[expected()], facts, &[]);
        let checks = report.apps[0].checks.iter();
        let checks = checks.filter(|check| matches!(check.status, Status::Fail | Status::Unknown));
        checks.map(|check| (check.check, check.reason)).collect()
    };
    // Argo CD has to hold it too.
    assert_eq!(exceptions(&facts), [("argo-cd", "not-held")]);
    let mut app = application();
    app.resources[1].kind = "DatabaseRole".to_owned();
    app.resources[1].name = "my-shop-role".to_owned();
    facts.applications = shelf(app);
    assert_eq!(exceptions(&facts), []);

    let broken = |change: fn(&mut DatabaseRole)| {
        let mut role = role.clone();
        change(&mut role);
        let mut facts = facts.clone();
        facts.roles = shelf(role);
        exceptions(&facts)
    };
    assert_eq!(
        broken(|role| role.applied.observed_generation = 1),
        [("role", "outdated")]
    );
    assert_eq!(
        broken(|role| role.applied = Applied::default()),
        [("role", "not-observed")]
    );
    assert_eq!(
        broken(|role| {
            role.applied.applied = Some(false);
            role.applied.message =
                "database role is already managed by the CNPG cluster".to_owned();
        }),
        [("role", "declared-twice")]
    );
    assert_eq!(
        broken(|role| {
            role.applied.applied = Some(false);
            role.applied.message = "permission denied".to_owned();
        }),
        [("role", "cannot-reconcile")]
    );
    assert_eq!(
        broken(|role| role.password_version = "8".to_owned()),
        [("password", "outdated")]
    );
    assert_eq!(
        broken(|role| role.meta.annotations = wave("0")),
        [("cluster", "waves")]
    );
    facts.roles = unread(Cause::Forbidden);
    assert_eq!(
        exceptions(&facts),
        [("role", "forbidden"), ("password", "forbidden")]
    );
}

#[test]
fn what_is_out_of_sync_elsewhere_is_a_warning() {
    let mut facts = working();
    let mut app = application();
    app.sync = "OutOfSync".to_owned();
    app.resources.push(Held {
        kind: "Deployment".to_owned(),
        namespace: "wiki".to_owned(),
        name: "wiki".to_owned(),
        sync: "OutOfSync".to_owned(),
        ..Held::default()
    });
    facts.applications = shelf(app);
    let check = checks(&facts).remove(0);
    assert_eq!((check.status, check.warnings.len()), (Status::Pass, 1));
    assert_eq!(
        check.warnings[0].evidence,
        "the Application is OutOfSync for Deployment wiki/wiki, which is not this app's"
    );
}

#[test]
fn the_application_of_another_cluster_does_not_count() {
    let mut facts = working();
    let mut remote = application();
    remote.meta.name = "databases-of-staging".to_owned();
    remote.is_local = false;
    remote.sync = "OutOfSync".to_owned();
    facts.applications.put(remote);
    assert_eq!(
        exceptions(&facts),
        [("login", Status::Skipped, "not-asked")]
    );
}

#[test]
fn without_argo_cd_waves_mean_nothing() {
    let mut facts = working();
    facts.applications = unread(Cause::NotServed);
    facts.sealed_secrets = shelf(SealedSecret {
        meta: Meta {
            annotations: BTreeMap::new(),
            ..sealed_secret().meta
        },
        ..sealed_secret()
    });
    facts.clusters = shelf(Cluster {
        meta: Meta {
            annotations: BTreeMap::new(),
            ..cluster().meta
        },
        ..cluster()
    });
    facts.databases = shelf(Database {
        meta: Meta {
            annotations: BTreeMap::new(),
            ..database().meta
        },
        ..database()
    });
    let report = run(&[my_shop()], &facts, &[]);
    assert_eq!(report.status, Status::Pass);
}

#[test]
fn a_link_may_be_left_out() {
    let mut facts = working();
    facts.applications = Shelf::default();
    let skip = [crate::verify::Link::of("argo-cd").unwrap()];
    let report = run(&[my_shop()], &facts, &skip);
    assert_eq!(report.status, Status::Pass);
    assert_eq!(report.apps[0].checks[0].evidence, "left out as asked");
}

#[test]
fn between_the_stages_of_a_move_the_entry_of_the_cluster_wins() {
    let mut facts = working();
    facts.roles = shelf(DatabaseRole {
        meta: meta("postgres", "my-shop-role", "50"),
        name: "my_shop".to_owned(),
        cluster: "postgres-shared".to_owned(),
        ..DatabaseRole::default()
    });
    assert_eq!(
        exceptions(&facts),
        [("login", Status::Skipped, "not-asked")]
    );
    let checks = checks(&facts);
    let role = checks.iter().find(|check| check.check == "role").unwrap();
    let [warning] = role.warnings.as_slice() else {
        panic!("{:?}", role.warnings);
    };
    assert_eq!(
        (warning.reason, warning.evidence.as_str()),
        (
            "declared-twice",
            "DatabaseRole my-shop-role declares it too, which CNPG refuses as long as the Cluster does"
        )
    );
}

//! Grants and revocations against repositories.

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::declared::apps;
use crate::domain::access::Level;
use crate::domain::access::asked::Asked;
use crate::domain::access::form::DatabaseAccess;
use crate::domain::app::AppOptions;
use crate::domain::password::PasswordLength;
use crate::domain::time::UnixTime;
use crate::new_app::Credential;
use crate::render::Templates;
use crate::sealing::SealingKey;
use crate::target::{Target, TargetRequest};

const VECTORS: &str = include_str!("../../tests/vectors/vectors.json");
/// 2027-01-15 08:00:00 UTC, when the vectors' certificates are valid.
const NOW: UnixTime = UnixTime::new(1_800_000_000);
const CLUSTER: &str = "apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: postgres-shared
  namespace: postgres
spec:
  instances: 3
  bootstrap:
    initdb:
      owner: app
  managed:
    roles:
      - name: my_shop
        login: true
        passwordSecret:
          name: my-shop-db-creds
      - name: reports
        login: true
        passwordSecret:
          name: reports-db-creds
        inRoles: [pg_monitor]
      - name: boss
        superuser: true
      - name: gone
        ensure: absent
";
const DATABASE: &str = "apiVersion: postgresql.cnpg.io/v1
kind: Database
metadata:
  name: my-shop-db
  namespace: postgres
spec:
  name: my_shop
  owner: my_shop
  cluster:
    name: postgres-shared
";
const KUSTOMIZATION: &str = "resources:\n  - cluster.yaml\n  - my-shop-db.yaml\n";

fn path(name: &str) -> RepoPath {
    format!("db/{name}").parse().unwrap()
}

fn repository() -> Snapshot {
    Snapshot::new([
        (path("cluster.yaml"), CLUSTER.to_owned()),
        (path("my-shop-db.yaml"), DATABASE.to_owned()),
        (path("kustomization.yaml"), KUSTOMIZATION.to_owned()),
    ])
}

/// The same, with roles as objects of their own.
fn repository_of_objects() -> Snapshot {
    let mut snapshot = repository();
    let (cluster, _) = CLUSTER.split_once("  managed:").unwrap();
    snapshot.insert(path("cluster.yaml"), cluster.to_owned());
    for role in ["my_shop", "reports"] {
        let app = role.replace('_', "-");
        let text = format!(
            "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata:\n  name: {app}-role\n  namespace: postgres\nspec:\n  name: {role}\n  cluster:\n    name: postgres-shared\n  login: true\n  passwordSecret:\n    name: {app}-db-creds\n"
        );
        snapshot.insert(path(&format!("{app}-role.yaml")), text);
    }
    snapshot
}

fn planned(
    snapshot: &Snapshot,
    request: &Request,
    new: Option<NewUser>,
) -> Result<Plan, GrantError> {
    planned_in("my-shop", snapshot, request, new)
}

fn planned_in(
    app: &str,
    snapshot: &Snapshot,
    request: &Request,
    new: Option<NewUser>,
) -> Result<Plan, GrantError> {
    let target = Target::resolve(&TargetRequest::default(), snapshot).unwrap();
    let declared = apps(snapshot, &target);
    let templates = Templates::default();
    let vectors: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
    let certificate = vectors["keys"][0]["certificate_pem"].as_str().unwrap();
    let key = SealingKey::from_pem(certificate, NOW).unwrap();
    let mut apps = declared.apps.iter();
    let inputs = Inputs {
        ground: Ground {
            target: &target,
            templates: &templates,
            key: Some(&key),
        },
        snapshot,
        declared: &declared,
        app: apps.find(|known| known.name == app).unwrap(),
    };
    plan(&inputs, request, new, &mut StdRng::seed_from_u64(7))
}

fn granting(to: &str, right: Right) -> Request {
    Request {
        isolate: None,
        change: Some(Change::Grant(to.parse().unwrap(), right)),
    }
}

fn revoking(from: &str, right: Option<Right>) -> Request {
    Request {
        isolate: None,
        change: Some(Change::Revoke(from.parse().unwrap(), right)),
    }
}

fn privileges(words: &[&str]) -> Right {
    let asked = Asked {
        privileges: words.iter().map(|word| (*word).to_owned()).collect(),
        ..Asked::default()
    };
    Right::Privileges(asked.objects().unwrap())
}

/// Carries out a request; gives the paths that change.
fn carry_out(snapshot: &mut Snapshot, request: &Request) -> Vec<String> {
    let plan = planned(snapshot, request, None).unwrap();
    *snapshot = plan.changes.applied_to(snapshot);
    let again = planned(snapshot, request, None);
    assert!(
        again.is_ok_and(|plan| plan.changes.is_empty()),
        "{request:?}"
    );
    let changes = plan.changes.changes().iter();
    let paths = changes.map(|change| change.path().as_str());
    paths
        .map(|path| path.trim_start_matches("db/").to_owned())
        .collect()
}

/// What is declared of the access, and the groups of `reports`.
fn state(snapshot: &Snapshot) -> (DatabaseAccess, Vec<String>) {
    let target = Target::resolve(&TargetRequest::default(), snapshot).unwrap();
    let declared = apps(snapshot, &target);
    let mut apps = declared.apps.iter();
    let app = apps.find(|app| app.name == "my-shop").unwrap();
    let mut roles = declared.roles.iter();
    let role = roles.find(|role| role.name == "reports").unwrap();
    let access = app.access.clone().unwrap().access.unwrap();
    (access, role.in_roles.clone())
}

#[test]
fn a_reader_becomes_a_member_of_a_group() {
    let mut managed = repository();
    let reader = granting("reports", Right::Level(Level::Reader));
    assert_eq!(
        carry_out(&mut managed, &reader),
        ["cluster.yaml", "my-shop-access.yaml", "kustomization.yaml"]
    );
    let (access, groups) = state(&managed);
    assert_eq!(access.access.levels, [Level::Reader]);
    assert_eq!(groups, ["pg_monitor", "my_shop_reader"]);
    let mut objects = repository_of_objects();
    assert_eq!(
        carry_out(&mut objects, &reader),
        [
            "my-shop-reader-role.yaml",
            "my-shop-access.yaml",
            "reports-role.yaml",
            "kustomization.yaml"
        ]
    );
    assert_eq!(state(&objects).1, ["my_shop_reader"]);
    for snapshot in [&mut managed, &mut objects] {
        let changed = carry_out(snapshot, &revoking("reports", None));
        // The group stays, and so does what it may do.
        assert_eq!(changed.len(), 1, "{changed:?}");
        let (access, groups) = state(snapshot);
        assert_eq!(access.access.levels, [Level::Reader]);
        assert!(!groups.contains(&"my_shop_reader".to_owned()), "{groups:?}");
    }
}

#[test]
fn privileges_come_and_go() {
    let mut snapshot = repository();
    assert_eq!(
        carry_out(&mut snapshot, &granting("reports", privileges(&["SELECT"]))),
        ["my-shop-access.yaml", "kustomization.yaml"]
    );
    carry_out(
        &mut snapshot,
        &granting("reports", privileges(&["INSERT", "DELETE"])),
    );
    let shown = |snapshot: &Snapshot| {
        let access = state(snapshot).0.access;
        let grants = access.grants.iter().map(|grant| {
            let words: Vec<&str> = grant.privileges.iter().map(|word| word.as_str()).collect();
            format!("{} {}", grant.to, words.join(","))
        });
        (grants.collect::<Vec<_>>().join("; "), access.revoked.len())
    };
    assert_eq!(
        shown(&snapshot),
        ("reports SELECT,INSERT,DELETE".to_owned(), 0)
    );
    carry_out(
        &mut snapshot,
        &revoking("reports", Some(privileges(&["INSERT"]))),
    );
    assert_eq!(shown(&snapshot), ("reports SELECT,DELETE".to_owned(), 0));
    carry_out(&mut snapshot, &revoking("reports", None));
    assert_eq!(shown(&snapshot), (String::new(), 1));
    carry_out(&mut snapshot, &granting("reports", privileges(&["SELECT"])));
    assert_eq!(shown(&snapshot), ("reports SELECT".to_owned(), 0));
}

#[test]
fn isolation_is_asked_for_and_ended() {
    let mut snapshot = repository();
    for isolate in [true, false] {
        let request = Request {
            isolate: Some(isolate),
            change: None,
        };
        carry_out(&mut snapshot, &request);
        assert_eq!(state(&snapshot).0.access.isolate, Some(isolate));
    }
}

#[test]
fn a_login_is_made_where_namespaces_are_named() {
    let new = |namespaces: &[&str]| NewUser {
        namespaces: namespaces
            .iter()
            .map(|name| name.parse().unwrap())
            .collect(),
        options: AppOptions::default(),
        credential: Credential::Generate(PasswordLength::default()),
    };
    let snapshot = repository();
    let request = granting("etl_job", Right::Level(Level::Writer));
    let plan = planned(&snapshot, &request, Some(new(&["etl"]))).unwrap();
    assert!(plan.is_new);
    assert_eq!(plan.role.as_ref().unwrap().as_str(), "etl_job");
    let paths = plan.changes.changes().iter();
    let paths: Vec<&str> = paths.map(|change| change.path().as_str()).collect();
    assert_eq!(
        paths,
        [
            "db/cluster.yaml",
            "db/my-shop-access.yaml",
            "db/etl-job-secrets-sealed.yaml",
            "db/kustomization.yaml"
        ]
    );
    let after = plan.changes.applied_to(&snapshot);
    let (_, added) = after
        .text(&path("cluster.yaml"))
        .unwrap()
        .split_once("absent\n")
        .unwrap();
    insta::assert_snapshot!(added);
    // It is there now, and a second run makes nothing.
    let again = planned(&after, &request, Some(new(&["etl"]))).unwrap();
    assert!(!again.is_new && again.changes.is_empty());
}

#[test]
fn what_cannot_be_granted_is_refused() {
    let snapshot = repository();
    let reader = || Right::Level(Level::Reader);
    for (request, message, help) in [
        (
            granting("report", reader()),
            "the repository declares neither an app nor a role \"report\"",
            "did you mean reports? Or name the namespaces that its credential is mirrored to with --app-namespace, and it is made",
        ),
        (
            granting("my-shop", reader()),
            "the role \"my_shop\" owns the database: it may do everything there",
            "name another role",
        ),
        (
            granting("boss", reader()),
            "db/cluster.yaml:22: the role \"boss\" is a superuser, who may do everything",
            "name a role without such rights",
        ),
        (
            granting("gone", privileges(&["SELECT"])),
            "db/cluster.yaml:24: the role \"gone\" is declared to be absent",
            "name a role without such rights",
        ),
        (
            granting("app", reader()),
            "db/cluster.yaml:10: the role \"app\" is the Cluster's own",
            "name a role without such rights",
        ),
        (
            revoking("nobody", None),
            "the repository declares neither an app nor a role \"nobody\", and nothing is granted to it in my-shop",
            "see `kubectl pgdb list -o yaml` for what is granted to whom",
        ),
    ] {
        let error = planned(&snapshot, &request, None).unwrap_err();
        assert_eq!(
            (error.to_string().as_str(), error.help().as_str()),
            (message, help)
        );
    }
}

#[test]
fn a_group_is_no_member_of_itself() {
    let mut snapshot = repository();
    carry_out(
        &mut snapshot,
        &granting("reports", Right::Level(Level::Reader)),
    );
    let own = granting("my_shop_reader", Right::Level(Level::Reader));
    let error = planned(&snapshot, &own, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the role \"my_shop_reader\" holds the privileges of this level itself"
    );
    // Of the other level it may be.
    carry_out(
        &mut snapshot,
        &granting("my_shop_reader", Right::Level(Level::Writer)),
    );
}

#[test]
fn a_role_that_is_gone_can_be_taken_everything_from() {
    let mut snapshot = repository();
    carry_out(&mut snapshot, &granting("reports", privileges(&["SELECT"])));
    let text = snapshot.text(&path("cluster.yaml")).unwrap();
    let text = text.replace("name: reports", "name: others");
    snapshot.insert(path("cluster.yaml"), text);
    let plan = planned(&snapshot, &revoking("reports", None), None).unwrap();
    assert_eq!(plan.access.revoked.len(), 1);
}

#[test]
fn an_app_without_a_database_of_its_own_has_nothing_to_grant() {
    let request = granting("my-shop", Right::Level(Level::Reader));
    let error = planned_in("reports", &repository(), &request, None).unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.help().as_str()),
        (
            "nothing can be granted in the database of reports: it has no database of its own",
            "see `kubectl pgdb list`, and mend what it says of the app"
        )
    );
}

//! Moves, with what they write.

use super::*;
use crate::declared;
use crate::repo::path::RepoPath;
use crate::target::TargetRequest;

const CLUSTER: &str = r#"apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: postgres-shared
  namespace: postgres
  annotations:
    argocd.argoproj.io/sync-wave: "1"
spec:
  instances: 3
  managed:
    roles:
      # of the shop
      - name: my_shop # made by hand
        ensure: present
        comment: 'the "shop": # one'
        login: true
        superuser: false
        createdb: true
        createrole: false
        inherit: false # on purpose
        replication: false
        bypassrls: false
        connectionLimit: 20
        validUntil: 2053-04-12T15:04:05Z
        inRoles:
          - app
          # reads too
          - pg_monitor
        passwordSecret:
          name: my-shop-db-creds
        # last
      # of the blog
      - {name: blog, login: true, passwordSecret: {name: blog-db-creds}}
  storage:
    size: 1Gi
"#;

const KUSTOMIZATION: &str =
    "resources:\n  - postgres-cluster.yaml\n  # apps\n  - blog-db.yaml\n  - my-shop-db.yaml\n";

/// A Database of an app.
fn database(app: &str, role: &str) -> String {
    format!(
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: {app}-db\n  namespace: postgres\nspec:\n  \
         name: {role}\n  owner: {role}\n  cluster:\n    name: postgres-shared\n"
    )
}

fn path(name: &str) -> RepoPath {
    format!("db/{name}").parse().unwrap()
}

fn repository(cluster: &str) -> Snapshot {
    Snapshot::new([
        (path("postgres-cluster.yaml"), cluster.to_owned()),
        (path("kustomization.yaml"), KUSTOMIZATION.to_owned()),
        (path("my-shop-db.yaml"), database("my-shop", "my_shop")),
        (path("blog-db.yaml"), database("blog", "blog")),
    ])
}

fn planned(snapshot: &Snapshot, names: &[&str], to: RoleStyle) -> Result<Plan, MigrateError> {
    let target = Target::resolve(&TargetRequest::default(), snapshot).unwrap();
    let declared = declared::apps(snapshot, &target);
    let apps: Vec<&DeclaredApp> = names
        .iter()
        .map(|name| declared.apps.iter().find(|app| app.name == *name).unwrap())
        .collect();
    plan(&Inputs {
        apps: &apps,
        to,
        declared: &declared,
        target: &target,
        snapshot,
        templates: &Templates::default(),
    })
}

/// The repository after the next stage, which is to be this one.
fn after(snapshot: &Snapshot, names: &[&str], to: RoleStyle, stage: Stage) -> Snapshot {
    let plan = planned(snapshot, names, to).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(plan.stage, Some(stage));
    assert_eq!(plan.warnings, [""; 0]);
    plan.changes.applied_to(snapshot)
}

const ROLE: &str = r#"apiVersion: postgresql.cnpg.io/v1
kind: DatabaseRole
metadata:
  name: my-shop-role
  namespace: postgres
  annotations:
    argocd.argoproj.io/sync-wave: "1"
spec:
  cluster:
    name: postgres-shared
  databaseRoleReclaimPolicy: retain
  # of the shop
  # pgdb:ignore PGDB702 moving: the other declaration goes in the next stage
  name: my_shop # made by hand
  ensure: present
  comment: 'the "shop": # one'
  login: true
  superuser: false
  createdb: true
  createrole: false
  inherit: false # on purpose
  replication: false
  bypassrls: false
  connectionLimit: 20
  validUntil: 2053-04-12T15:04:05Z
  inRoles:
    - app
    # reads too
    - pg_monitor
  passwordSecret:
    name: my-shop-db-creds
  # last
"#;

#[test]
fn to_database_role_objects_and_back() {
    let old = repository(CLUSTER);
    let objects = RoleStyle::DatabaseRole;
    let both = after(&old, &[], objects, Stage::Declare);
    assert_eq!(both.text(&path("postgres-cluster.yaml")), Some(CLUSTER));
    assert_eq!(both.text(&path("my-shop-role.yaml")), Some(ROLE));
    assert_eq!(
        both.text(&path("blog-role.yaml")),
        Some(
            "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata:\n  name: blog-role\n  namespace: postgres\n  \
             annotations:\n    argocd.argoproj.io/sync-wave: \"1\"\nspec:\n  cluster:\n    name: postgres-shared\n  \
             databaseRoleReclaimPolicy: retain\n  # of the blog\n  # pgdb:ignore PGDB702 moving: the other declaration goes in the next stage\n  \
             name: blog\n  login: true\n  passwordSecret: {name: blog-db-creds}\n"
        )
    );
    let listed = format!("{KUSTOMIZATION}  - blog-role.yaml\n  - my-shop-role.yaml\n");
    assert_eq!(
        both.text(&path("kustomization.yaml")),
        Some(listed.as_str())
    );

    let new = after(&both, &[], objects, Stage::TakeOut);
    let (head, rest) = CLUSTER.split_once("    roles:\n").unwrap();
    let (_, tail) = rest.split_once("  storage:").unwrap();
    assert_eq!(
        new.text(&path("postgres-cluster.yaml")),
        Some(format!("{head}    roles: []\n  storage:{tail}").as_str())
    );
    let silent = |text: &str| -> String {
        let lines = text.split_inclusive('\n');
        lines.filter(|line| !line.contains("pgdb:ignore")).collect()
    };
    assert_eq!(
        new.text(&path("my-shop-role.yaml")),
        Some(silent(ROLE).as_str())
    );
    let done = planned(&new, &[], objects).unwrap();
    assert_eq!((done.stage, done.changes.is_empty()), (None, true));
    assert_eq!(done.done, ["blog", "my_shop"]);

    let managed = RoleStyle::Managed;
    let both = after(&new, &["my-shop"], managed, Stage::Declare);
    let cluster = both.text(&path("postgres-cluster.yaml")).unwrap();
    let (before, _) = CLUSTER.split_once("      # of the blog").unwrap();
    assert_eq!(cluster, format!("{before}  storage:{tail}"));
    let back = after(&both, &["my-shop"], managed, Stage::TakeOut);
    assert_eq!(back.text(&path("my-shop-role.yaml")), None);
    assert_eq!(
        back.text(&path("kustomization.yaml")),
        Some(format!("{KUSTOMIZATION}  - blog-role.yaml\n").as_str())
    );
    let back = after(&back, &[], managed, Stage::Declare);
    let back = after(&back, &[], managed, Stage::TakeOut);
    assert_eq!(back.text(&path("kustomization.yaml")), Some(KUSTOMIZATION));
}

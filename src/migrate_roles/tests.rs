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
      - {name: blog, login: true, comment: 'a # b', passwordSecret: {name: blog-db-creds}}
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
             name: blog\n  login: true\n  comment: 'a # b'\n  passwordSecret: {name: blog-db-creds}\n"
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

/// The message of a refusal.
fn refused(snapshot: &Snapshot, to: RoleStyle) -> String {
    planned(snapshot, &["my-shop"], to).unwrap_err().to_string()
}

fn with(snapshot: &Snapshot, name: &str, change: impl Fn(&str) -> String) -> Snapshot {
    let mut changed = snapshot.clone();
    let text = change(snapshot.text(&path(name)).unwrap_or_default());
    changed.insert(path(name), text);
    changed
}

#[test]
fn line_ends_and_several_objects_in_a_file_are_kept() {
    let crlf = CLUSTER.replace('\n', "\r\n");
    let old = repository(&crlf);
    let both = after(&old, &[], RoleStyle::DatabaseRole, Stage::Declare);
    assert_eq!(both.text(&path("my-shop-role.yaml")), Some(ROLE));
    let new = after(&both, &[], RoleStyle::DatabaseRole, Stage::TakeOut);
    let shop = new.text(&path("my-shop-role.yaml")).unwrap().to_owned();
    let new = with(&new, "blog-role.yaml", |blog| {
        format!("# both\n\n{blog}---\n# shop\n{shop}")
    });
    let mut new = with(&new, "kustomization.yaml", |_| KUSTOMIZATION.to_owned());
    new.remove(&path("my-shop-role.yaml"));
    let both = after(&new, &["my-shop"], RoleStyle::Managed, Stage::Declare);
    let cluster = both.text(&path("postgres-cluster.yaml")).unwrap();
    assert!(!cluster.replace("\r\n", "").contains('\n'), "{cluster}");
    assert!(
        cluster.contains(
            "      # shop\r\n      # of the shop\r\n      - name: my_shop # made by hand\r\n"
        ),
        "{cluster}"
    );
    let back = after(&both, &["my-shop"], RoleStyle::Managed, Stage::TakeOut);
    let blog = back.text(&path("blog-role.yaml")).unwrap();
    assert!(
        blog.starts_with("# both\n\napiVersion") && !blog.contains("my_shop"),
        "{blog}"
    );
}

#[test]
fn json_has_no_comments() {
    let old = repository(CLUSTER);
    let both = after(&old, &[], RoleStyle::DatabaseRole, Stage::Declare);
    let new = after(&both, &[], RoleStyle::DatabaseRole, Stage::TakeOut);
    let cluster = r#"{"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "metadata": {"name": "postgres-shared",
  "namespace": "postgres"}, "spec": {"instances": 3, "managed": {"roles": []}}}
"#;
    let new = with(&new, "postgres-cluster.yaml", |_| cluster.to_owned());
    let plan = planned(&new, &["blog"], RoleStyle::Managed).unwrap();
    assert_eq!(
        plan.warnings,
        [
            "db/postgres-cluster.yaml: comments of the DatabaseRole objects have no place among the Cluster's entries, and go \
          with the objects"
        ]
    );
    let both = plan.changes.applied_to(&new);
    let entry = r#""roles": [{"name": "blog", "login": true, "comment": "a # b", "passwordSecret": {"name": "blog-db-creds"}}]"#;
    assert_eq!(
        both.text(&path("postgres-cluster.yaml")),
        Some(cluster.replace(r#""roles": []"#, entry).as_str())
    );
}

#[test]
fn a_role_that_goes_with_its_object_stays() {
    let old = repository(CLUSTER);
    let both = after(&old, &[], RoleStyle::DatabaseRole, Stage::Declare);
    let new = after(&both, &[], RoleStyle::DatabaseRole, Stage::TakeOut);
    let new = with(&new, "my-shop-role.yaml", |text| {
        text.replace("ReclaimPolicy: retain", "ReclaimPolicy: delete")
    });
    let both = after(&new, &["my-shop"], RoleStyle::Managed, Stage::Declare);
    let object = both.text(&path("my-shop-role.yaml")).unwrap();
    assert!(
        object.contains("databaseRoleReclaimPolicy: retain\n"),
        "{object}"
    );
    let cluster = both.text(&path("postgres-cluster.yaml")).unwrap();
    assert!(!cluster.contains("ReclaimPolicy"), "{cluster}");
}

#[test]
fn refusals() {
    let objects = RoleStyle::DatabaseRole;
    let old = repository(CLUSTER);
    let absent = with(&old, "postgres-cluster.yaml", |text| {
        text.replace("ensure: present", "ensure: absent")
    });
    assert_eq!(
        refused(&absent, objects),
        "db/postgres-cluster.yaml:13: the role \"my_shop\" is to be dropped (`ensure: absent`), and a DatabaseRole knows no \
         such thing"
    );
    let all = planned(&absent, &[], objects).unwrap();
    assert_eq!(all.roles.len(), 1, "{:?}", all.roles);
    let alias = with(&old, "postgres-cluster.yaml", |text| {
        text.replace(
            "instances: 3",
            "instances: 3\n  x: &secret\n    name: my-shop-db-creds",
        )
        .replace(
            "passwordSecret:\n          name: my-shop-db-creds",
            "passwordSecret: *secret",
        )
    });
    assert_eq!(
        refused(&alias, objects),
        "db/postgres-cluster.yaml:15: the role \"my_shop\" is not carried over as it is written: it would not be the same in \
         another file"
    );
    let both = after(&old, &[], objects, Stage::Declare);
    let other = with(&both, "my-shop-role.yaml", |text| {
        text.replace("createdb: true", "createdb: false")
            .replace("  superuser: false\n", "")
    });
    assert_eq!(
        refused(&other, objects),
        "db/postgres-cluster.yaml:13: the role \"my_shop\" differs from db/my-shop-role.yaml:1: createdb"
    );
    let patched = with(&both, "kustomization.yaml", |text| {
        format!(
            "{text}patches:\n  - target: {{kind: Cluster}}\n    patch: |\n      - op: replace\n        path: \
             /spec/managed/roles/1/login\n        value: false\n"
        )
    });
    assert_eq!(
        refused(&patched, objects),
        "db/kustomization.yaml:9: an entry of the Cluster's managed roles, by its number, is patched here"
    );
    let patched = with(&both, "kustomization.yaml", |text| {
        format!(
            "{text}patches:\n  - target: {{kind: DatabaseRole, name: my-shop-role}}\n    patch: x\n"
        )
    });
    assert_eq!(
        refused(&patched, RoleStyle::Managed),
        "db/kustomization.yaml:9: DatabaseRole my-shop-role is patched here"
    );
    let new = after(&both, &[], objects, Stage::TakeOut);
    let certificate = with(&new, "my-shop-role.yaml", |text| {
        format!("{text}  clientCertificate:\n    enabled: true\n")
    });
    assert_eq!(
        refused(&certificate, RoleStyle::Managed),
        "db/my-shop-role.yaml:1: CNPG makes a client certificate for the role \"my_shop\", which it does for DatabaseRole \
         objects alone"
    );
    let twice = with(&both, "copy.yaml", |_| {
        ROLE.replace("my-shop-role", "other-role")
    });
    assert_eq!(
        refused(&twice, objects),
        "the role \"my_shop\" is declared more than once: db/copy.yaml:1, db/my-shop-role.yaml:1"
    );
}

#[test]
fn what_the_cluster_has_to_show() {
    use crate::live::cluster::{Cluster, ManagedRole};
    use crate::live::database::DatabaseRole;
    use crate::live::fact::Fact;
    use crate::live::meta::Meta;

    let object = DatabaseRole {
        meta: Meta {
            name: "my-shop-role".to_owned(),
            ..Meta::default()
        },
        name: "my_shop".to_owned(),
        ..DatabaseRole::default()
    };
    let mut sight = Sight {
        server: String::new(),
        cluster: Fact::Absent,
        roles: Fact::Present(Vec::new()),
    };
    let (object_name, role) = ("my-shop-role".to_owned(), "my_shop".to_owned());
    let there = Requirement::ObjectThere {
        object: object_name.clone(),
        role: role.clone(),
    };
    let applied = Requirement::EntryApplied {
        object: object_name,
        role: role.clone(),
    };
    let not_yet = |requirement: &Requirement, sight: &Sight| match requirement.look(Ok(sight)) {
        Seen::NotYet(evidence) => evidence,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        not_yet(&there, &sight),
        "the DatabaseRole my-shop-role is not in the cluster"
    );
    assert_eq!(not_yet(&applied, &sight), "the Cluster is not there");
    sight.roles = Fact::Present(vec![object.clone()]);
    assert_eq!(there.look(Ok(&sight)), Seen::Done);
    let mut cluster = Cluster::default();
    sight.cluster = Fact::Present(cluster.clone());
    assert_eq!(
        not_yet(&applied, &sight),
        "in the cluster spec.managed.roles has no entry for the role \"my_shop\""
    );
    cluster.roles.insert(role.clone(), ManagedRole::default());
    sight.cluster = Fact::Present(cluster.clone());
    assert_eq!(
        not_yet(&applied, &sight),
        "CNPG has not reconciled the role \"my_shop\" yet"
    );
    cluster.role_status.reconciled.insert(role);
    sight.cluster = Fact::Present(cluster);
    assert_eq!(applied.look(Ok(&sight)), Seen::Done);
    sight.roles = Fact::Present(vec![DatabaseRole {
        drops_when_deleted: true,
        ..object
    }]);
    assert_eq!(
        not_yet(&applied, &sight),
        "in the cluster the DatabaseRole my-shop-role still has databaseRoleReclaimPolicy delete"
    );
}

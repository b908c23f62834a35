//! What roles and databases say, in the shapes that real repositories have.

use crate::domain::choice::ReclaimPolicy;
use crate::settings::TargetSettings;

use super::guide::{CLUSTER, DATABASE, Guide, KUSTOMIZATION, SEALED};

const NOTHING: [&str; 0] = [];
const LOGIN: &str = "        login: true\n";

/// The findings of these rules.
fn of(guide: &Guide, codes: &[&str]) -> Vec<String> {
    let mut found = guide.findings();
    found.retain(|line| codes.iter().any(|code| line.starts_with(code)));
    found
}

/// The guide's Cluster, with this said of the role.
fn role(said: &str) -> Guide {
    Guide::new().replace(CLUSTER, LOGIN, &format!("{LOGIN}        {said}\n"))
}

/// The guide's Database, with this said in its spec.
fn database(said: &str) -> Guide {
    Guide::new().replace(DATABASE, "spec:\n", &format!("spec:\n  {said}\n"))
}

/// The guide's role as a DatabaseRole, with this said in its spec.
fn object(said: &str) -> Guide {
    let text = format!(
        "apiVersion: postgresql.cnpg.io/v1
kind: DatabaseRole
metadata:
  name: other-role
  namespace: postgres
  annotations:
    argocd.argoproj.io/sync-wave: \"1\"
spec:
  name: other
  cluster:
    name: postgres-shared
  {said}
"
    );
    Guide::new()
        .replace(
            KUSTOMIZATION,
            "  - my-shop-db.yaml\n",
            "  - my-shop-db.yaml\n  - role.yaml\n",
        )
        .write("infra/databases/postgres/role.yaml", &text)
}

#[test]
fn names_that_are_reserved() {
    let with = |name: &str| {
        let entry = format!("    roles:\n      - name: {name}\n");
        let guide = Guide::new().replace(CLUSTER, "    roles:\n", &entry);
        of(&guide, &["PGDB704"])
    };
    for name in [
        "postgres",
        "streaming_replica",
        "public",
        "none",
        "pg_monitor",
        "cnpg_pooler",
        "pg_${NAME}",
    ] {
        let expected =
            format!("PGDB704 error postgres-cluster.yaml:17:15 the name \"{name}\" is reserved");
        assert_eq!(with(name), [expected]);
    }
    for name in [
        "postgres_readers",
        "pgbouncer",
        "cnpg",
        "${ROLE:-postgres}",
        "\"{{ role }}\"",
    ] {
        assert_eq!(with(name), NOTHING, "{name}");
    }
    let template = Guide::new().replace(DATABASE, "  name: my_shop\n", "  name: template1\n");
    assert_eq!(
        of(&template, &["PGDB704"]),
        ["PGDB704 error my-shop-db.yaml:12:9 the name \"template1\" is reserved"]
    );
}

#[test]
fn names_that_are_too_long() {
    let longest = "a".repeat(63);
    let with = |name: &str| {
        let entry = format!("    roles:\n      - name: {name}\n");
        of(
            &Guide::new().replace(CLUSTER, "    roles:\n", &entry),
            &["PGDB705"],
        )
    };
    assert_eq!(with(&longest), NOTHING);
    let expected = |bytes| {
        format!(
            "PGDB705 error postgres-cluster.yaml:17:15 the name of this role has {bytes} bytes, and 63 is the limit"
        )
    };
    assert_eq!(with(&format!("{longest}a")), [expected(64)]);
    assert_eq!(with(&"ö".repeat(32)), [expected(64)]);
    assert_eq!(with(&format!("${{ROLE:={longest}}}")), NOTHING);
    let cluster = |length| {
        let name = format!("  name: {}\n", "a".repeat(length));
        let guide = Guide::new().replace(CLUSTER, "  name: postgres-shared\n", &name);
        of(&guide, &["PGDB705"])
    };
    assert_eq!(cluster(50), NOTHING);
    assert_eq!(
        cluster(51),
        [
            "PGDB705 error postgres-cluster.yaml:5:9 the name of this Cluster has 51 bytes, and 50 is the limit"
        ]
    );
    let object = format!("  name: {}\n", "a".repeat(254));
    let object = Guide::new().replace(DATABASE, "  name: my-shop-db\n", &object);
    assert_eq!(
        of(&object, &["PGDB705"]),
        [
            "PGDB705 error my-shop-db.yaml:4:9 the name of this object has 254 bytes, and 253 is the limit"
        ]
    );
}

#[test]
fn passwords_that_are_disabled() {
    assert_eq!(role("disablePassword: false").findings(), NOTHING);
    let group = "      - name: readers\n        disablePassword: true\n";
    let group = Guide::new().replace(CLUSTER, "    roles:\n", &format!("    roles:\n{group}"));
    assert_eq!(of(&group, &["PGDB7"]), NOTHING);
}

#[test]
fn what_is_dropped_with_its_object() {
    let delete = || Guide::new().replace(DATABASE, "retain", "delete");
    let codes = ["PGDB711"];
    assert_eq!(of(&delete(), &codes).len(), 1);
    let target = |cluster: Option<&str>| TargetSettings {
        cluster: cluster.map(|name| name.parse().unwrap()),
        reclaim: Some(ReclaimPolicy::Delete),
        ..TargetSettings::default()
    };
    for (cluster, findings) in [(None, 0), (Some("postgres-shared"), 0), (Some("other"), 1)] {
        let guide = delete().settings(vec![target(cluster)]);
        assert_eq!(of(&guide, &codes).len(), findings, "{cluster:?}");
    }
    assert_eq!(
        of(&object("databaseRoleReclaimPolicy: delete"), &codes),
        ["PGDB711 warning role.yaml:12:30 the role goes when this object is deleted"]
    );
}

#[test]
fn what_is_to_be_removed() {
    assert_eq!(
        of(&database("ensure: absent"), &["PGDB71"]),
        [
            "PGDB712 info my-shop-db.yaml:12:11 this object only removes the database, and can go once that is done"
        ]
    );
    assert_eq!(
        of(&object("ensure: absent"), &["PGDB71"]),
        ["PGDB714 error role.yaml:12:11 `ensure` does not take this: it wants present"]
    );
}

#[test]
fn fields_that_are_misspelt() {
    let place = "postgres-cluster.yaml:19:9";
    for (said, known) in [
        ("disablePastword: true", "disablePassword"),
        ("createDB: true", "createdb"),
        ("in_roles: [a]", "inRoles"),
        ("passwordsecret: {name: a}", "passwordSecret"),
    ] {
        let field = said.split(':').next().unwrap();
        assert_eq!(
            of(&role(said), &["PGDB713"]),
            [format!(
                "PGDB713 error {place} CNPG knows no field \"{field}\" here (did you mean \"{known}\"?)"
            )]
        );
    }
    // Later versions may have these, or the tool that reads the file before.
    for said in [
        "password: {mode: generated}",
        "parameters: {}",
        "x-team: shop",
        "\"${FIELD}\": true",
    ] {
        assert_eq!(of(&role(said), &["PGDB713"]), NOTHING, "{said}");
    }
    assert_eq!(
        of(&database("databaseRoleReclaimPolicy: retain"), &["PGDB713"]),
        [
            "PGDB713 error my-shop-db.yaml:12:3 CNPG knows no field \"databaseRoleReclaimPolicy\" here (did you mean \"databaseReclaimPolicy\"?)"
        ]
    );
    assert_eq!(
        of(&object("databaseReclaimPolicy: retain"), &["PGDB713"]),
        [
            "PGDB713 error role.yaml:12:3 CNPG knows no field \"databaseReclaimPolicy\" here (did you mean \"databaseRoleReclaimPolicy\"?)"
        ]
    );
    assert_eq!(of(&object("clientCertificate: {}"), &["PGDB713"]), NOTHING);
    assert_eq!(
        of(&object("generateCredentials: {}"), &["PGDB713"]),
        NOTHING
    );
}

#[test]
fn every_known_field_is_taken() {
    let all = "comment: c
        ensure: present
        connectionLimit: -1
        validUntil: \"2053-04-12T15:04:05Z\"
        inRoles: [pg_monitor]
        inherit: false
        disablePassword: false
        superuser: false
        createdb: false
        createrole: false
        replication: false
        bypassrls: false";
    assert_eq!(role(all).findings(), NOTHING);
    let all = "ensure: present
  template: template0
  encoding: UTF8
  locale: C
  localeProvider: icu
  localeCollate: C
  localeCType: C
  icuLocale: en
  icuRules: \"\"
  builtinLocale: C
  collationVersion: \"1\"
  isTemplate: no
  allowConnections: yes
  connectionLimit: 20
  tablespace: fast
  schemas: [{name: app}]
  extensions: [{name: bloom}]
  fdws: []
  servers: []";
    assert_eq!(database(all).findings(), NOTHING);
}

#[test]
fn values_that_are_not_taken() {
    let flag = "true or false, without quotes";
    let limit = "a number from -1 (no limit), without quotes";
    let text = "a string: put it into quotes";
    for (said, column, wanted) in [
        ("inherit: \"false\"", 18, flag),
        ("createdb: 1", 19, flag),
        ("bypassrls: enabled", 20, flag),
        ("connectionLimit: -2", 26, limit),
        ("connectionLimit: \"20\"", 26, limit),
        ("connectionLimit: none", 26, limit),
        ("comment: 2024", 18, text),
        ("comment: True", 18, text),
        ("ensure: removed", 17, "present or absent"),
        (
            "validUntil: infinity",
            21,
            "date and time, such as \"2030-01-31T00:00:00Z\"",
        ),
    ] {
        let field = said.split(':').next().unwrap();
        assert_eq!(
            of(&role(said), &["PGDB71"]),
            [format!(
                "PGDB714 error postgres-cluster.yaml:19:{column} `{field}` does not take this: it wants {wanted}"
            )]
        );
    }
    for said in [
        "inherit: yes",
        "inherit: ${INHERIT}",
        "connectionLimit: 1_000",
        "inherit: null",
        "comment: ~",
        "comment: \"2024\"",
    ] {
        assert_eq!(of(&role(said), &["PGDB714"]), NOTHING, "{said}");
    }
    let policy = Guide::new().replace(DATABASE, "retain", "Retain");
    assert_eq!(
        of(&policy, &["PGDB714"]),
        [
            "PGDB714 error my-shop-db.yaml:16:26 `databaseReclaimPolicy` does not take this: it wants retain or delete"
        ]
    );
}

#[test]
fn keys_that_are_there_twice() {
    let codes = ["PGDB716"];
    let sealed = Guide::new().replace(
        SEALED,
        "  encryptedData:\n",
        "  encryptedData:\n    password: AgBy\n",
    );
    let message = |key: &str| format!("the key \"{key}\" is there twice");
    assert_eq!(
        of(&sealed, &codes),
        [format!(
            "PGDB716 error my-shop-secrets-sealed.yaml:15:5 {}",
            message("password")
        )]
    );
    let findings = sealed.lint().findings;
    let mut twice = findings.iter().filter(|finding| finding.code == "PGDB716");
    assert!(twice.all(|finding| finding.is_secret));
    assert_eq!(
        of(&role("login: true"), &codes),
        [format!(
            "PGDB716 error postgres-cluster.yaml:19:9 {}",
            message("login")
        )]
    );
    let annotation = "        reflector.v1.k8s.emberstack.com/reflection-allowed: \"true\"\n";
    let twice = Guide::new().replace(SEALED, annotation, &format!("{annotation}{annotation}"));
    assert_eq!(
        of(&twice, &codes),
        [format!(
            "PGDB716 error my-shop-secrets-sealed.yaml:26:9 {}",
            message("reflector.v1.k8s.emberstack.com/reflection-allowed")
        )]
    );
}

#[test]
fn other_forms_of_yaml() {
    let flow = "{apiVersion: postgresql.cnpg.io/v1, kind: Database, metadata: {name: my-shop-db, namespace: postgres, annotations: {argocd.argoproj.io/sync-wave: \"2\"}},\r
 spec: {name: my_shop, owner: my_shop, ownr: x, cluster: {name: postgres-shared}}}\r\n";
    assert_eq!(
        of(&Guide::new().write(DATABASE, flow), &["PGDB7"]),
        [
            "PGDB713 error my-shop-db.yaml:2:40 CNPG knows no field \"ownr\" here (did you mean \"owner\"?)"
        ]
    );
    let list = "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [
 {\"apiVersion\": \"postgresql.cnpg.io/v1\", \"kind\": \"Database\", \"metadata\": {\"name\": \"a\"}, \"spec\":
  {\"name\": \"my_shop\", \"owner\": \"my_shop\", \"databaseReclaimPolicy\": \"delete\", \"cluster\": {\"name\": \"postgres-shared\"}}}]}";
    assert_eq!(
        of(&Guide::new().write(DATABASE, list), &["PGDB7"]),
        [
            "PGDB711 warning my-shop-db.yaml:3:68 the database and its data go when this object is deleted"
        ]
    );
    let merged = "apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: merged, namespace: postgres}
spec:
  instances: 1
  managed:
    roles:
      - &role
        name: one
        login: true
      - <<: *role
        <<: *role
        name: two
      - *role
";
    assert_eq!(
        of(&Guide::empty().write("cluster.yaml", merged), &["PGDB7"]),
        NOTHING
    );
}

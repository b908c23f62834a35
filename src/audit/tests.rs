//! What PostgreSQL says against a repository with two apps, a guest and a group.

use std::collections::BTreeMap;

use super::*;
use crate::declared;
use crate::live::server::{Membership, ServerDatabase, ServerRole};
use crate::repo::snapshot::Snapshot;
use crate::report::Status;
use crate::sql::held::Granted;
use crate::target::TargetRequest;

const CLUSTER: &str = "apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: postgres-shared
  namespace: postgres
spec:
  instances: 3
  managed:
    roles:
      - name: my_shop
        login: true
        passwordSecret:
          name: my-shop-db-creds
      - name: wiki
        login: true
        createdb: true
        passwordSecret:
          name: wiki-db-creds
      - name: my_shop_reader
      - name: report
        login: true
        inRoles: [my_shop_reader]
        passwordSecret:
          name: report-db-creds
";

const ACCESS: &str = r#"apiVersion: v1
kind: ConfigMap
metadata:
  name: my-shop-access
  namespace: postgres
  labels:
    app.kubernetes.io/managed-by: kubectl-pgdb
    app.kubernetes.io/part-of: my-shop
data:
  access.json: |
    {"database": "my_shop", "owner": "my_shop", "isolate": true, "levels": ["reader"]}
"#;

fn database_object(app: &str, name: &str) -> String {
    format!(
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: {app}-db\n  namespace: postgres\nspec:\n  \
         name: {name}\n  owner: {name}\n  cluster:\n    name: postgres-shared\n"
    )
}

/// The report on what the repository declares and PostgreSQL says.
fn report(facts: &Facts, all_databases: bool) -> Report {
    let mut snapshot = Snapshot::default();
    for (path, text) in [
        ("cluster.yaml", CLUSTER.to_owned()),
        ("access.yaml", ACCESS.to_owned()),
        ("my-shop-db.yaml", database_object("my-shop", "my_shop")),
        ("wiki-db.yaml", database_object("wiki", "wiki")),
    ] {
        snapshot.insert(path.parse().unwrap(), text);
    }
    let target = Target::resolve(&TargetRequest::default(), &snapshot).unwrap();
    let declared = declared::apps(&snapshot, &target);
    let question = Question {
        declared: &declared,
        target: &target,
        all_databases,
    };
    run(question, facts)
}

fn granted(role: Option<&str>, privilege: &str) -> (Option<String>, String) {
    (role.map(str::to_owned), privilege.to_owned())
}

/// A server on which all is as declared.
fn server() -> Server {
    let role = |name: &str, can_login: bool, attributes: &[&str]| {
        let role = ServerRole {
            can_login,
            attributes: attributes.iter().map(|&word| word.to_owned()).collect(),
        };
        (name.to_owned(), role)
    };
    let database = |name: &str, grants: Vec<(Option<String>, String)>| ServerDatabase {
        name: name.to_owned(),
        owner: name.to_owned(),
        takes_sessions: name != "template0",
        grants,
    };
    let open = || vec![granted(None, "CONNECT"), granted(None, "TEMPORARY")];
    Server {
        databases: vec![
            database("legacy", open()),
            database("my_shop", vec![granted(Some("my_shop_reader"), "CONNECT")]),
            database("template0", open()),
            database("wiki", open()),
        ],
        roles: BTreeMap::from([
            role("cnpg_pooler_pgbouncer", true, &[]),
            role("legacy", true, &[]),
            role("my_shop", true, &[]),
            role("my_shop_reader", false, &[]),
            role("postgres", true, &["SUPERUSER", "CREATEDB"]),
            role("report", true, &[]),
            role("wiki", true, &["CREATEDB"]),
        ]),
        memberships: vec![
            membership("my_shop_reader", "report"),
            membership("pg_monitor", "cnpg_pooler_pgbouncer"),
        ],
    }
}

fn membership(role: &str, member: &str) -> Membership {
    Membership {
        role: role.to_owned(),
        member: member.to_owned(),
        is_admin: false,
        inherits: true,
        may_set: true,
    }
}

/// A table of the owner, readable by these.
fn table(owner: &str, name: &str, readers: &[&str]) -> Object {
    let read = |role: &&str| Granted {
        to: Some((*role).to_owned()),
        privilege: "SELECT".to_owned(),
        is_grantable: false,
    };
    Object {
        on: "table".to_owned(),
        schema: "public".to_owned(),
        name: name.to_owned(),
        owner: owner.to_owned(),
        is_own: owner != "report",
        grants: readers.iter().map(read).collect(),
        ..Object::default()
    }
}

fn inside(objects: Vec<Object>) -> Result<Inside, LoginProblem> {
    Ok(Inside {
        version: 170_000,
        objects,
    })
}

/// What PostgreSQL says where all is as declared.
fn facts() -> Facts {
    let orders = table("my_shop", "orders", &["my_shop_reader"]);
    Facts {
        server: Some(server()),
        insides: BTreeMap::from([
            ("my_shop".to_owned(), inside(vec![orders])),
            ("wiki".to_owned(), inside(Vec::new())),
        ]),
    }
}

/// Every finding as its reason and sentence, after the database or `-`.
fn findings(report: &Report) -> Vec<String> {
    let line = |place: &str, finding: &Finding| {
        format!("{place} {}: {}", finding.reason, finding.evidence)
    };
    let databases = report.databases.iter();
    let of_databases = databases.flat_map(|database| {
        let found = database.findings.iter().chain(&database.missing);
        found
            .map(|finding| line(&database.name, finding))
            .collect::<Vec<_>>()
    });
    let of_server = report.server.findings.iter().chain(&report.server.missing);
    let of_server = of_server.map(|finding| line("-", finding));
    of_databases.chain(of_server).collect()
}

#[test]
fn what_is_as_declared_has_no_finding() {
    let report = report(&facts(), false);
    assert_eq!(findings(&report), Vec::<String>::new());
    assert_eq!(report.status, Status::Pass);
    assert_eq!(
        report.summary,
        Summary {
            databases: 3,
            not_isolated: 2,
            ..Summary::default()
        }
    );
    assert_eq!(report.server.undeclared, ["legacy"]);
    assert_eq!(
        report.server.reserved,
        ["cnpg_pooler_pgbouncer", "postgres"]
    );
    let names: Vec<(&str, Option<&str>)> = report
        .databases
        .iter()
        .map(|database| (database.name.as_str(), database.app.as_deref()))
        .collect();
    assert_eq!(
        names,
        [
            ("legacy", None),
            ("my_shop", Some("my-shop")),
            ("wiki", Some("wiki"))
        ]
    );
}

#[test]
fn who_may_connect_is_told_with_the_reason() {
    let report = report(&facts(), true);
    let told = |name: &str| -> Vec<String> {
        let mut databases = report.databases.iter();
        let database = databases.find(|database| database.name == name).unwrap();
        let connect = database.connect.iter();
        connect
            .map(|known| {
                let of = known.of.as_deref().unwrap_or("-");
                format!("{} {} {of} {}", known.who, known.by, known.reserved)
            })
            .collect()
    };
    assert_eq!(
        told("my_shop"),
        [
            "my_shop owner - false",
            "report member my_shop_reader false",
            "postgres superuser - true"
        ]
    );
    assert_eq!(
        told("wiki"),
        [
            "PUBLIC public - false",
            "wiki owner - false",
            "postgres superuser - true"
        ]
    );
    assert_eq!(told("template0"), Vec::<String>::new());
}

#[test]
fn what_is_more_than_declared_is_found() {
    let mut facts = facts();
    let server = facts.server.as_mut().unwrap();
    let shop = server
        .databases
        .iter_mut()
        .find(|known| known.name == "my_shop");
    shop.unwrap().grants.push(granted(None, "CONNECT"));
    let report_role = server.roles.get_mut("report").unwrap();
    report_role.attributes.push("CREATEROLE".to_owned());
    server.memberships.push(membership("my_shop", "wiki"));
    server.memberships.push(Membership {
        is_admin: true,
        inherits: false,
        may_set: false,
        ..membership("wiki", "legacy")
    });
    for known in &mut server.memberships {
        known.is_admin |= known.member == "report";
    }
    let objects = vec![
        table(
            "my_shop",
            "orders",
            &["my_shop_reader", "wiki", "cnpg_pooler_pgbouncer"],
        ),
        table("report", "mine", &[]),
        Object {
            on: "database".to_owned(),
            owner: "my_shop".to_owned(),
            is_own: true,
            grants: vec![Granted {
                to: None,
                privilege: "CONNECT".to_owned(),
                is_grantable: false,
            }],
            ..Object::default()
        },
    ];
    facts.insides.insert("my_shop".to_owned(), inside(objects));
    let report = report(&facts, false);
    assert_eq!(
        findings(&report),
        [
            "my_shop privilege: wiki has SELECT on the table public.orders",
            "my_shop not-isolated: PUBLIC has CONNECT on the database",
            "my_shop owner: report owns the table public.mine",
            "my_shop missing: my_shop_reader has no CONNECT on the database",
            "- attribute: report has CREATEROLE",
            "- admin-option: report may make others members of my_shop_reader",
            "- membership: wiki is a member of my_shop",
        ]
    );
    assert_eq!(report.status, Status::Fail);
    assert_eq!(
        report.databases[1].findings[2].remedies,
        ["as a superuser: ALTER TABLE \"public\".\"mine\" OWNER TO \"my_shop\";"]
    );
}

#[test]
fn what_is_less_is_no_failure() {
    let mut facts = facts();
    let server = facts.server.as_mut().unwrap();
    server.memberships.clear();
    let orders = table("my_shop", "orders", &[]);
    facts
        .insides
        .insert("my_shop".to_owned(), inside(vec![orders]));
    let report = report(&facts, false);
    assert_eq!(
        findings(&report),
        [
            "my_shop missing: my_shop_reader has no SELECT on the table public.orders",
            "- missing: report is no member of my_shop_reader",
        ]
    );
    assert_eq!(report.status, Status::Pass);
}

#[test]
fn what_cannot_be_looked_at_is_unknown() {
    let mut facts = facts();
    let problem = LoginProblem::Broken("the connection broke".to_owned());
    facts
        .insides
        .insert("wiki".to_owned(), Err(problem.clone()));
    let seen = report(&facts, false);
    assert_eq!(
        seen.databases[2].unread.as_deref(),
        Some("the connection broke")
    );
    assert_eq!((seen.status, seen.summary.unread), (Status::Unknown, 1));

    // Whether it is isolated is known from elsewhere.
    facts
        .insides
        .insert("my_shop".to_owned(), Err(problem.clone()));
    let server = facts.server.as_mut().unwrap();
    let shop = server
        .databases
        .iter_mut()
        .find(|known| known.name == "my_shop");
    shop.unwrap().grants.push(granted(None, "CONNECT"));
    let seen = report(&facts, false);
    assert_eq!(
        findings(&seen),
        ["my_shop not-isolated: PUBLIC has CONNECT on the database"]
    );
    assert_eq!(seen.status, Status::Fail);

    facts.server = None;
    let seen = report(&facts, false);
    let unread: Vec<Option<&str>> = seen
        .databases
        .iter()
        .map(|database| database.unread.as_deref())
        .collect();
    assert_eq!(unread, [Some("the connection broke"); 2]);
    assert_eq!(seen.status, Status::Unknown);
}

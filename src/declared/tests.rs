mod broken;
mod kept;
mod made;
mod many;
mod places;
mod turns;

use super::*;
use crate::domain::wave::Waves;
use crate::target::{ClusterManifest, JobOptions};

/// The folder of the target in these tests.
const FOLDER: &str = "infra/pg";

/// A target whose Cluster `pg` is in `infra/pg/cluster.yaml`, in the namespace `postgres`.
fn target() -> Target {
    target_in(FOLDER)
}

fn target_in(folder: &str) -> Target {
    let directory: RepoPath = folder.parse().unwrap();
    Target {
        cluster: "pg".parse().unwrap(),
        namespace: "postgres".parse().unwrap(),
        manifest: Some(ClusterManifest {
            path: directory.join("cluster.yaml").unwrap(),
            document: 0,
        }),
        other_namespaces: Vec::new(),
        directory,
        waves: Waves::default(),
        server: None,
        jobs: JobOptions::default(),
    }
}

/// A snapshot of these files; a path without a folder is in the target's.
fn snapshot(files: &[(&str, &str)]) -> Snapshot {
    let path = |text: &str| match text.split_once('/') {
        Some(_) => text.parse().unwrap(),
        None => format!("{FOLDER}/{text}").parse().unwrap(),
    };
    Snapshot::new(
        files
            .iter()
            .map(|(name, text)| (path(name), (*text).to_owned())),
    )
}

/// The manifest of a Cluster `pg` with these entries of managed roles: role and Secret.
fn cluster(roles: &[(&str, &str)]) -> String {
    let mut text = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: pg\n  namespace: postgres\nspec:\n  instances: 3\n  managed:\n    roles:\n"
        .to_owned();
    for (role, secret) in roles {
        text.push_str(&format!(
            "      - name: {role}\n        login: true\n        passwordSecret:\n          name: {secret}\n"
        ));
    }
    text
}

/// An object of kind Database on the Cluster `pg`, whose database is called as its owner.
fn database(object: &str, owner: &str) -> String {
    format!(
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: {object}\n  namespace: postgres\nspec:\n  name: {owner}\n  owner: {owner}\n  cluster:\n    name: pg\n"
    )
}

/// A SealedSecret of the guide, mirrored to one namespace.
fn sealed(name: &str, namespace: &str) -> String {
    format!(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: {name}\n  namespace: postgres\nspec:\n  encryptedData:\n    username: AgU=\n    password: AgP=\n  template:\n    metadata:\n      name: {name}\n      namespace: postgres\n      annotations:\n        argocd.argoproj.io/sync-wave: \"0\"\n        reflector.v1.k8s.emberstack.com/reflection-allowed: \"true\"\n        reflector.v1.k8s.emberstack.com/reflection-auto-enabled: \"true\"\n        reflector.v1.k8s.emberstack.com/reflection-allowed-namespaces: {namespace}\n    type: Opaque\n"
    )
}

/// The label of the product for an app, as lines of a `metadata`.
fn labelled(text: &str, app: &str) -> String {
    text.replacen(
        "  namespace: postgres\n",
        &format!("  namespace: postgres\n  labels:\n    app.kubernetes.io/managed-by: kubectl-pgdb\n    app.kubernetes.io/part-of: {app}\n"),
        1,
    )
}

/// Each app on a line: name, role, database's object, credential, what is missing, what does not match.
fn shown(declared: &Declared) -> Vec<String> {
    let line = |app: &DeclaredApp| {
        let role = app.role.as_ref().map_or("-", |role| role.name.as_str());
        let object = app.database.as_ref().map_or("-", |d| d.object.as_str());
        let secret = app.credential.as_ref().map_or("-", |c| c.name.as_str());
        let own = if app.is_own { " own" } else { "" };
        let mut line = format!("{}{own}: {role} {object} {secret}", app.name);
        if !app.missing().is_empty() {
            line.push_str(&format!(" missing {:?}", app.missing()));
        }
        if !app.mismatches().is_empty() {
            line.push_str(&format!(" mismatch {:?}", app.mismatches()));
        }
        line
    };
    declared.apps.iter().map(line).collect()
}

/// The apps that these files declare for the target of these tests, with this Cluster.
fn found(roles: &[(&str, &str)], files: &[(&str, &str)]) -> Vec<String> {
    let cluster = cluster(roles);
    let files = [files, &[("cluster.yaml", cluster.as_str())]].concat();
    let declared = apps(&snapshot(&files), &target());
    assert_eq!(declared.unreadable, []);
    shown(&declared)
}

fn place(path: &str, line: usize) -> Place {
    Place {
        path: path.parse().unwrap(),
        line,
    }
}

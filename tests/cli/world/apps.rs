//! Manifests of many apps, as `new-app` writes them.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// How many namespaces the apps are spread over.
const NAMESPACES: usize = 50;
/// The folder of the guide's layout.
const FOLDER: &str = "infra/databases/postgres";
/// The length of a password sealed with a key of 4096 bits.
const SEALED_BYTES: usize = 562;

/// The file name and the objects of each manifest, the Cluster's last.
pub fn manifests(number: usize) -> Vec<(String, Vec<Value>)> {
    let mut files = Vec::new();
    let mut roles = Vec::new();
    for app in 1..=number {
        let name = format!("app-{app:04}");
        let (secret, role) = (format!("{name}-db-creds"), format!("app_{app:04}"));
        let namespace = format!("team-{:02}", (app - 1) % NAMESPACES + 1);
        let sealed = sealed_secret(&name, &secret, &role, &namespace);
        files.push((format!("{name}-secrets-sealed.yaml"), vec![sealed]));
        files.push((format!("{name}-db.yaml"), vec![database(&name, &role)]));
        roles.push(json!({"name": role, "login": true, "passwordSecret": {"name": secret}}));
    }
    let cluster = json!({
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Cluster",
        "metadata": {
            "name": "postgres-shared",
            "namespace": "postgres",
            "annotations": {"argocd.argoproj.io/sync-wave": "1"},
        },
        "spec": {"instances": 3, "storage": {"size": "20Gi"}, "managed": {"roles": roles}},
    });
    files.push(("postgres-cluster.yaml".to_owned(), vec![cluster]));
    files
}

/// Writes them as YAML where the guide has them.
pub fn write(root: &Path, number: usize) {
    let folder = root.join(FOLDER);
    fs::create_dir_all(&folder).unwrap();
    for (name, manifests) in manifests(number) {
        let documents: Vec<String> = manifests
            .iter()
            .map(|manifest| serde_yaml::to_string(manifest).unwrap())
            .collect();
        fs::write(folder.join(name), documents.join("---\n")).unwrap();
    }
}

/// The password that stands for what the sealed value holds.
pub fn password(secret: &str) -> String {
    format!("password-of-{secret}")
}

fn labels(app: &str) -> Value {
    json!({"app.kubernetes.io/managed-by": "kubectl-pgdb", "app.kubernetes.io/part-of": app})
}

fn sealed_secret(app: &str, secret: &str, role: &str, namespace: &str) -> Value {
    let mut labels_of_secret = labels(app);
    labels_of_secret["cnpg.io/reload"] = json!("true");
    let host = "postgres-shared-rw.postgres.svc";
    json!({
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": {
            "name": secret,
            "namespace": "postgres",
            "labels": labels(app),
            "annotations": {"argocd.argoproj.io/sync-wave": "0"},
        },
        "spec": {
            "encryptedData": {
                "username": sealed(&format!("{app} username")),
                "password": sealed(&format!("{app} password")),
            },
            "template": {
                "metadata": {
                    "name": secret,
                    "namespace": "postgres",
                    "labels": labels_of_secret,
                    "annotations": {
                        "argocd.argoproj.io/sync-wave": "0",
                        "reflector.v1.k8s.emberstack.com/reflection-allowed": "true",
                        "reflector.v1.k8s.emberstack.com/reflection-allowed-namespaces": namespace,
                        "reflector.v1.k8s.emberstack.com/reflection-auto-enabled": "true",
                        "reflector.v1.k8s.emberstack.com/reflection-auto-namespaces": namespace,
                    },
                },
                "type": "kubernetes.io/basic-auth",
                "data": {
                    "host": host,
                    "port": "5432",
                    "dbname": role,
                    "user": "{{ .username }}",
                    "uri": format!("postgresql://{{{{ .username }}}}:{{{{ .password }}}}@{host}:5432/{role}"),
                    "jdbc-uri":
                        format!("jdbc:postgresql://{host}:5432/{role}?password={{{{ .password }}}}&user={{{{ .username }}}}"),
                    "pgpass": format!("{host}:5432:{role}:{{{{ .username }}}}:{{{{ .password }}}}\n"),
                },
            },
        },
    })
}

/// As long as a sealed value, and different for each `what`; it opens with no key.
fn sealed(what: &str) -> String {
    let mut bytes = vec![2, 0];
    bytes.extend(what.bytes().cycle().take(SEALED_BYTES - bytes.len()));
    STANDARD.encode(bytes)
}

fn database(app: &str, role: &str) -> Value {
    json!({
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Database",
        "metadata": {
            "name": format!("{app}-db"),
            "namespace": "postgres",
            "labels": labels(app),
            "annotations": {"argocd.argoproj.io/sync-wave": "2"},
        },
        "spec": {
            "name": role,
            "owner": role,
            "cluster": {"name": "postgres-shared"},
            "databaseReclaimPolicy": "retain",
        },
    })
}

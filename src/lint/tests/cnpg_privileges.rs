//! Attributes of administrators, in Clusters of several apps and of one.

use super::guide::Guide;

/// What is found of the role `photos`, a superuser, in a Cluster of this name with these further lines of its spec and of its
/// roles.
fn found(name: &str, spec: &str, roles: &str) -> Vec<String> {
    let text = format!(
        "apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {{name: {name}, namespace: photos}}
spec:
  instances: 1
  storage: {{size: 1Gi}}
{spec}  managed:
    roles:
      - {{name: photos, login: true, superuser: true}}
{roles}---
apiVersion: postgresql.cnpg.io/v1
kind: Database
metadata: {{name: photos, namespace: photos}}
spec: {{name: photos, owner: photos, cluster: {{name: {name}}}}}
"
    );
    let mut found = Guide::empty().write("photos/pg.yaml", &text).findings();
    found.retain(|line| line.starts_with("PGDB707"));
    found
}

/// The finding of a severity on a line.
fn finding(severity: &str, line: usize) -> [String; 1] {
    [format!(
        "PGDB707 {severity} photos/pg.yaml:{line}:48 with `superuser` the role of an app may do anything in all databases of the cluster"
    )]
}

#[test]
fn a_superuser_in_a_cluster_of_its_own() {
    let bootstrap = |owner: &str| format!("  bootstrap: {{initdb: {{owner: {owner}}}}}\n");
    let wiki = "      - {name: wiki, login: true}\n";
    let own = bootstrap("photos");
    assert_eq!(found("db", &own, ""), finding("warning", 10));
    assert_eq!(found("photos-pg", "", ""), finding("warning", 9));
    // Nothing says that the Cluster is for this app alone, or something says that it is not.
    assert_eq!(found("db", "", ""), finding("error", 9));
    assert_eq!(found("photos-pg", "", wiki), finding("error", 9));
    assert_eq!(found("db", &own, wiki), finding("error", 10));
    let other = bootstrap("wiki");
    assert_eq!(found("photos-pg", &other, ""), finding("error", 10));
}

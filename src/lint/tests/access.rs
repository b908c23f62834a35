//! The access to databases, in repositories that are messier than the guide's.

use super::guide::{CLUSTER, DATABASE, Guide, KUSTOMIZATION};
use crate::domain::access::script_hash;

const ACCESS: &str = "infra/databases/postgres/my-shop-access.yaml";
const NONE: [&str; 0] = [];

/// A ConfigMap with this declaration, and the hash that it has.
fn config_map(declaration: &str) -> String {
    let text = format!("{declaration}\n");
    let hash = script_hash([("access.json", text.as_str())]);
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: my-shop-access\n  namespace: postgres\n  labels:\n    app.kubernetes.io/managed-by: kubectl-pgdb\n    app.kubernetes.io/part-of: my-shop\n  annotations:\n    argocd.argoproj.io/sync-wave: \"2\"\n    kubectl-pgdb/script-sha256: {hash}\ndata:\n  access.json: |\n    {declaration}\n"
    )
}

/// The guide's repository with such a ConfigMap.
fn with(declaration: &str) -> Guide {
    Guide::new()
        .write(ACCESS, &config_map(declaration))
        .replace(
            KUSTOMIZATION,
            "  - my-shop-db.yaml\n",
            "  - my-shop-db.yaml\n  - my-shop-access.yaml\n",
        )
}

fn granting(role: &str) -> String {
    format!(
        "{{\"database\":\"my_shop\",\"owner\":\"my_shop\",\"grants\":[{{\"to\":\"{role}\",\"on\":\"table\",\"schema\":\"*\",\"name\":\"*\",\"privileges\":[\"SELECT\"]}}]}}"
    )
}

#[test]
fn roles_that_something_else_makes_are_known() {
    let finding = "PGDB753 error my-shop-access.yaml:13:3 something is granted to \"reports\", and no role of the Cluster postgres-shared is called so";
    assert_eq!(with(&granting("reports")).findings(), [finding]);
    let role = "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata:\n  name: reports-role\n  namespace: postgres\n  annotations:\n    argocd.argoproj.io/sync-wave: \"1\"\nspec:\n  name: reports\n  cluster:\n    name: postgres-shared\n";
    let listed = "  - my-shop-access.yaml\n  - role.yaml\n";
    let declared = with(&granting("reports"))
        .write("infra/databases/postgres/role.yaml", role)
        .replace(KUSTOMIZATION, "  - my-shop-access.yaml\n", listed);
    assert_eq!(declared.findings(), NONE);
    // One that only a template declares may be there.
    let template = with(&granting("reports")).write(
        "chart/templates/role.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nspec:\n  name: {{ .Values.name }}\n  comment: reports\n",
    );
    assert_eq!(template.findings(), [finding.replace("error", "info")]);
    // Of a Cluster that is kept elsewhere nothing is known.
    let elsewhere = with(&granting("reports")).remove(CLUSTER).replace(
        KUSTOMIZATION,
        "  - postgres-cluster.yaml\n",
        "",
    );
    let found = elsewhere.findings();
    assert!(
        !found.iter().any(|found| found.starts_with("PGDB753")),
        "{found:?}"
    );
}

#[test]
fn what_is_revoked_need_not_be_there() {
    let revoked = "{\"database\":\"my_shop\",\"owner\":\"my_shop\",\"revoked\":[\"gone\"]}";
    assert_eq!(with(revoked).findings(), NONE);
}

#[test]
fn a_database_of_another_owner_or_of_nobody() {
    let isolated = "{\"database\":\"my_shop\",\"owner\":\"seller\",\"isolate\":true}";
    assert_eq!(
        with(isolated).findings(),
        [
            "PGDB755 error my-shop-access.yaml:13:3 the database \"my_shop\" belongs to \"my_shop\", and this access was made for \"seller\""
        ]
    );
    let own = "{\"database\":\"my_shop\",\"owner\":\"my_shop\",\"isolate\":true}";
    let lost = with(own)
        .remove(DATABASE)
        .replace(KUSTOMIZATION, "  - my-shop-db.yaml\n", "");
    let found = lost.findings();
    let found: Vec<&String> = found
        .iter()
        .filter(|found| found.starts_with("PGDB755"))
        .collect();
    assert_eq!(
        found,
        [
            "PGDB755 info my-shop-access.yaml:13:3 no Database is called \"my_shop\", to which this is the access"
        ]
    );
}

#[test]
fn a_file_that_is_not_listed_is_never_applied() {
    let own = "{\"database\":\"my_shop\",\"owner\":\"my_shop\",\"isolate\":true}";
    let guide = with(own).replace(KUSTOMIZATION, "  - my-shop-access.yaml\n", "");
    assert_eq!(
        guide.findings(),
        [
            "PGDB801 warning my-shop-access.yaml:4:9 kustomization.yaml does not list this file, so that it is never applied"
        ]
    );
}

#[test]
fn copies_for_several_places_do_not_clash() {
    let own = "{\"database\":\"my_shop\",\"owner\":\"my_shop\",\"isolate\":true}";
    let copy = config_map(own).replace("namespace: postgres", "namespace: staging");
    let guide = with(own).write("staging/my-shop-access.yaml", &copy);
    let found = guide.findings();
    assert!(
        !found.iter().any(|found| found.starts_with("PGDB756")),
        "{found:?}"
    );
}

#[test]
fn config_maps_of_others_are_none_of_it() {
    let other = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: kubectl-pgdb-notes\ndata:\n  notes: access\n";
    assert_eq!(Guide::new().write("notes.yaml", other).findings(), NONE);
}

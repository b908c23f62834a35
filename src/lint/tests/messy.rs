//! A repository as people really have them: nothing in it is wrong, and nothing is to be found.

use super::guide::{CLUSTER, DATABASE, FOLDER, Guide, KUSTOMIZATION, SEALED};

/// A definition of a kind, longer than a megabyte, that names everything the rules look at.
fn definition() -> String {
    let mut text =
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  \
                    name: databases.postgresql.cnpg.io\nspec:\n  versions:\n"
            .to_owned();
    while text.len() < 1_100_000 {
        text.push_str("    - name: v1 # kind: Database, kind: SealedSecret, password: see the documentation\n");
    }
    text
}

/// Documents of other kinds, of comments alone, and with tags of other programs, around the app's Database.
fn many_documents(database: &str) -> String {
    format!(
        "# The database of the shop.\n---\n# Nothing here yet.\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  \
         owner: nobody\n---\n{database}---\n---\napiVersion: cloud/v1\nkind: Stack\nspec:\n  url: !Sub \"db-${{Name}}\"\n  key: !vault |\n    \
         some text\n---\n# The end.\n"
    )
}

/// The guide's repository, and around it what others have beside it.
fn messy() -> Guide {
    let text = |guide: &Guide, path: &str| {
        let path = path.parse().unwrap();
        guide.snapshot().text(&path).unwrap().to_owned()
    };
    let guide = Guide::new();
    let (cluster, database) = (text(&guide, CLUSTER), text(&guide, DATABASE));
    let recovery = cluster
        .replace(
            "spec:\n",
            "spec:\n  bootstrap:\n    recovery:\n      source: backup\n",
        )
        .split("  managed:")
        .next()
        .unwrap()
        .to_owned();
    guide
        .write(DATABASE, &many_documents(&database))
        .write("crds/databases.yaml", &definition())
        .write("recovery/postgres-cluster.yaml", &recovery)
        .write(
            "archive/2024/postgres-cluster.yaml",
            &recovery.replace("instances: 3", "instances: 1"),
        )
        .write(
            "chart/templates/database.yaml",
            &database.replace("owner: my_shop", "owner: {{ .Values.owner }}"),
        )
        .write(
            "flux/database.yaml",
            &database
                .replace("owner: my_shop", "owner: ${OWNER:=app}")
                .replace("name: postgres-shared", "name: ${CLUSTER:=postgres-shared}"),
        )
        .write(
            "apps/shop/deployment.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec: {}\n",
        )
        .write(
            "apps/shop/values.yaml",
            "database:\n  host: postgres-shared-rw.postgres.svc\n  password: \"\"\n",
        )
}

#[test]
fn nothing_is_found_in_it() {
    let report = messy().lint();
    assert_eq!(messy().findings(), [] as [&str; 0]);
    let templates: Vec<&str> = report.templates.iter().map(|path| path.as_str()).collect();
    assert_eq!(templates, ["chart/templates/database.yaml"]);
}

#[test]
fn nor_with_overlays_for_staging_and_production() {
    let patch = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: postgres-shared\nspec:\n  instances: 1\n  managed:\n    \
                 roles:\n      - name: my_shop\n        login: true\n        passwordSecret:\n          name: my-shop-db-creds\n";
    let overlay = format!("resources:\n  - ../../{FOLDER}\npatches:\n  - path: cluster.yaml\n");
    let guide = messy()
        .write("overlays/staging/kustomization.yaml", &overlay)
        .write("overlays/staging/cluster.yaml", patch)
        .write("overlays/prod/kustomization.yaml", &overlay)
        .write("overlays/prod/cluster.yaml", patch);
    assert_eq!(guide.findings(), [] as [&str; 0]);
}

#[test]
fn but_what_is_wrong_is_still_found_among_it() {
    let guide = messy()
        .replace(DATABASE, "  owner: my_shop\n", "  owner: my_shp\n")
        .replace(KUSTOMIZATION, "  - my-shop-secrets-sealed.yaml\n", "")
        .replace(SEALED, "        cnpg.io/reload: \"true\"\n", "");
    assert_eq!(
        guide.findings(),
        [
            // The recovered copy may bring the role.
            "PGDB201 info my-shop-db.yaml:24:10 no role of the Cluster postgres-shared is called \"my_shp\", to which this database \
             is to belong (did you mean \"my_shop\"?)",
            "PGDB709 warning my-shop-secrets-sealed.yaml:4:9 CNPG does not see at once when this password changes: the Secret \
             lacks the label `cnpg.io/reload`",
            "PGDB801 warning my-shop-secrets-sealed.yaml:4:9 kustomization.yaml does not list this file, so that it is never applied",
        ]
    );
}

//! A repository with any number of apps, as the guide and `new-app` lay it out.

use std::fmt::Write;

const FOLDER: &str = "infra/databases/postgres";
const CLUSTER: &str = include_str!("../../src/lint/tests/guide/postgres-cluster.yaml");
const SEALED: &str = include_str!("../../src/lint/tests/guide/my-shop-secrets-sealed.yaml");
const DATABASE: &str = include_str!("../../src/lint/tests/guide/my-shop-db.yaml");
/// The entry of the one role in the Cluster's manifest, with which that ends.
const ROLE: &str = "      - name: my_shop\n        login: true\n        passwordSecret:\n          name: my-shop-db-creds\n";
/// How many apps share a folder and its kustomization.
const APPS_PER_FOLDER: usize = 100;

/// The files of a repository with so many apps: paths and texts, in no order. Each app is a SealedSecret, a Database and a role
/// of the one Cluster.
pub(crate) fn files(apps: usize) -> Vec<(String, String)> {
    let mut files = Vec::with_capacity(2 * apps + apps / APPS_PER_FOLDER + 2);
    let mut cluster = CLUSTER.strip_suffix(ROLE).unwrap_or_default().to_owned();
    let mut listed = "resources:\n  - postgres-cluster.yaml\n".to_owned();
    for first in (0..apps).step_by(APPS_PER_FOLDER) {
        let folder = format!("apps-{}", first / APPS_PER_FOLDER);
        let _ = writeln!(listed, "  - {folder}");
        let mut own = "resources:\n".to_owned();
        for number in first..apps.min(first + APPS_PER_FOLDER) {
            let named = |text: &str| {
                let text = text.replace("my-shop", &format!("app-{number}"));
                text.replace("my_shop", &format!("app_{number}"))
            };
            cluster.push_str(&named(ROLE));
            for (name, text) in [
                ("my-shop-secrets-sealed.yaml", SEALED),
                ("my-shop-db.yaml", DATABASE),
            ] {
                let name = named(name);
                let _ = writeln!(own, "  - {name}");
                files.push((format!("{FOLDER}/{folder}/{name}"), named(text)));
            }
        }
        files.push((format!("{FOLDER}/{folder}/kustomization.yaml"), own));
    }
    files.push((format!("{FOLDER}/postgres-cluster.yaml"), cluster));
    files.push((format!("{FOLDER}/kustomization.yaml"), listed));
    files
}

/// A file of so many apps for `import`, none of which is in such a repository.
pub(crate) fn apps_file(apps: usize) -> String {
    let mut text = "apiVersion: pgdb/v1\nkind: Apps\napps:\n".to_owned();
    for number in 0..apps {
        let _ = writeln!(
            text,
            "  - name: new-{number}\n    appNamespaces: [team-{number}]\n    extensions: [pgcrypto]\n    connectionLimit: 20"
        );
    }
    text
}

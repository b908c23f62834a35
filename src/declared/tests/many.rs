//! Large repositories, and random ones.

use proptest::prelude::*;

use super::*;

/// A repository of this many apps, each in two files.
fn large(apps: usize) -> Snapshot {
    let sealed_value = "A".repeat(700);
    let names: Vec<(String, String)> = (0..apps)
        .map(|number| (format!("app_{number}"), format!("app-{number}-db-creds")))
        .collect();
    let roles: Vec<(&str, &str)> = names
        .iter()
        .map(|(role, secret)| (role.as_str(), secret.as_str()))
        .collect();
    let path = |name: &str| format!("{FOLDER}/{name}").parse().unwrap();
    let mut snapshot = Snapshot::new([(path("cluster.yaml"), cluster(&roles))]);
    for (number, (role, secret)) in names.iter().enumerate() {
        let sealed = sealed(secret, "shop").replace("AgU=", &sealed_value);
        snapshot.insert(
            path(&format!("app-{number}-secrets-sealed.yaml")),
            sealed.replace("AgP=", &sealed_value),
        );
        snapshot.insert(
            path(&format!("app-{number}-db.yaml")),
            database(&format!("app-{number}-db"), role),
        );
    }
    snapshot
}

#[test]
fn three_thousand_apps() {
    let declared = apps(&large(3000), &target());
    assert_eq!(declared.apps.len(), 3000);
    assert!(declared.apps.iter().all(|app| app.missing().is_empty()));
    assert!(declared.apps.iter().all(|app| app.mismatches().is_empty()));
    let names: BTreeSet<&str> = declared.apps.iter().map(|app| app.name.as_str()).collect();
    assert_eq!(names.len(), 3000);
    assert!(names.contains("app-2999"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever references there are: names are unique and in order, and no piece is lost or invented.
    #[test]
    fn references_at_random(
        roles in proptest::collection::vec((0..6_u8, 0..6_u8), 0..6),
        databases in proptest::collection::vec((0..6_u8, 0..6_u8), 0..6),
        secrets in proptest::collection::btree_set(0..6_u8, 0..6),
        labels in any::<bool>(),
    ) {
        let roles: Vec<(String, String)> = roles
            .iter()
            .map(|(role, secret)| (format!("r{role}"), format!("n{secret}-db-creds")))
            .collect();
        let roles: Vec<(&str, &str)> = roles.iter().map(|(r, s)| (r.as_str(), s.as_str())).collect();
        let mut files = snapshot(&[("cluster.yaml", &cluster(&roles))]);
        let objects: BTreeMap<u8, u8> = databases.into_iter().collect();
        for (object, owner) in &objects {
            let text = database(&format!("n{object}-db"), &format!("r{owner}"));
            let text = if labels { labelled(&text, "n0") } else { text };
            files.insert(format!("infra/pg/db{object}.yaml").parse().unwrap(), text);
        }
        for secret in &secrets {
            let text = sealed(&format!("n{secret}-db-creds"), "shop");
            files.insert(format!("infra/pg/secret{secret}.yaml").parse().unwrap(), text);
        }
        let found = apps(&files, &target()).apps;
        let names: Vec<&str> = found.iter().map(|app| app.name.as_str()).collect();
        let distinct: BTreeSet<&str> = names.iter().copied().collect();
        prop_assert_eq!(&names, &distinct.into_iter().collect::<Vec<_>>());
        let databases: BTreeSet<&str> = found.iter().filter_map(|app| Some(app.database.as_ref()?.object.as_str())).collect();
        prop_assert_eq!(databases.len(), objects.len());
        prop_assert_eq!(found.iter().filter(|app| app.database.is_some()).count(), objects.len());
        let shown: BTreeSet<&str> = found.iter().filter_map(|app| Some(app.role.as_ref()?.name.as_str())).collect();
        prop_assert_eq!(shown, roles.iter().map(|(role, _)| *role).collect::<BTreeSet<_>>());
        prop_assert!(found.iter().all(|app| app.role.is_some() || app.database.is_some() || app.credential.is_some()));
    }

    /// Whatever text is in the repository, it is looked at without a panic.
    #[test]
    fn texts_at_random(text in "(kind: (Cluster|Database|SealedSecret|List)\n|apiVersion: (v1|postgresql.cnpg.io/v1|bitnami.com/v1)\n|---\n|items:\n|  - \\{?|spec: \\[?|metadata:\n|  name: x\n|\\PC{0,8}|\n){0,20}") {
        apps(&snapshot(&[("cluster.yaml", &text), ("x.yaml", &text)]), &target());
    }
}

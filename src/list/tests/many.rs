//! Large repositories, and random ones.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

#[test]
fn three_thousand_apps_on_three_clusters() {
    let names: Vec<String> = (0..3000).map(|number| format!("app-{number}")).collect();
    let mut files = Snapshot::default();
    for (number, names) in names.chunks(1000).enumerate() {
        let (folder, namespace) = (format!("env{number}"), format!("ns{number}"));
        let secrets: Vec<(&str, String)> = names
            .iter()
            .map(|name| (name.as_str(), format!("{name}-db-creds")))
            .collect();
        let roles: Vec<(&str, &str)> = secrets
            .iter()
            .map(|(name, secret)| (*name, secret.as_str()))
            .collect();
        files.insert(
            format!("{folder}/cluster.yaml").parse().unwrap(),
            cluster("pg", &namespace, &roles),
        );
        for name in names {
            let path = format!("{folder}/{name}/all.yaml").parse().unwrap();
            files.insert(path, app(name, "pg", &namespace));
        }
    }
    let settings = Settings::default();
    let report = run(&Request::default(), &settings, &files, Vec::new()).unwrap();
    assert_eq!(
        report.summary,
        Summary {
            apps: 3000,
            complete: 3000,
            ..Summary::default()
        }
    );
    assert_eq!(report.names().len(), 3000);
}

const FOLDERS: [&str; 5] = ["a", "a/x", "b", "b/x", "c"];
const CLUSTERS: [&str; 2] = ["pg", "other"];
const NAMESPACES: [&str; 4] = ["", "n1", "n2", "${NS}"];

/// The number of a folder, a Cluster and a namespace.
fn somewhere() -> impl Strategy<Value = (usize, usize, usize)> {
    (0..FOLDERS.len(), 0..CLUSTERS.len(), 0..NAMESPACES.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Wherever Clusters and Databases are: each Database is listed once, as an app or as one more of its name.
    #[test]
    fn every_database_is_listed_once(
        clusters in proptest::collection::vec(somewhere(), 0..4),
        databases in proptest::collection::vec((somewhere(), 0..3_usize), 0..6),
        sealed_in in proptest::collection::vec(somewhere(), 0..3),
        overlay in any::<bool>(),
    ) {
        let mut files = Snapshot::default();
        for (number, (folder, name, namespace)) in clusters.iter().enumerate() {
            let path = format!("{}/cluster{number}.yaml", FOLDERS[*folder]);
            let text = cluster(CLUSTERS[*name], NAMESPACES[*namespace], &[("n0", "n0-db-creds")]);
            files.insert(path.parse().unwrap(), text);
        }
        let mut written = BTreeSet::new();
        for (number, ((folder, name, namespace), app)) in databases.iter().enumerate() {
            let path = format!("{}/db{number}.yaml", FOLDERS[*folder]);
            written.insert(format!("{path}:1"));
            let text = database(&format!("n{app}"), CLUSTERS[*name], NAMESPACES[*namespace]);
            files.insert(path.parse().unwrap(), text);
        }
        for (number, (folder, app, namespace)) in sealed_in.iter().enumerate() {
            let path = format!("{}/secret{number}.yaml", FOLDERS[*folder]);
            files.insert(path.parse().unwrap(), sealed(&format!("n{app}"), NAMESPACES[*namespace]));
        }
        if overlay {
            for namespace in ["n1", "n2"] {
                let path = format!("over-{namespace}/kustomization.yaml").parse().unwrap();
                files.insert(path, format!("namespace: {namespace}\nresources: [../a/cluster0.yaml, ../a/db0.yaml]\n"));
            }
        }
        let report = run(&Request::default(), &Settings::default(), &files, Vec::new()).unwrap();
        let listed: Vec<&str> = report.apps.iter().filter_map(|app| Some(app.database.as_ref()?.place.as_str())).collect();
        let distinct: BTreeSet<&str> = listed.iter().copied().collect();
        prop_assert_eq!(distinct.len(), listed.len());
        let again = report.apps.iter().flat_map(|app| &app.duplicates).filter(|found| found.piece == "database");
        let all: BTreeSet<String> = again.map(|found| found.place.clone()).chain(listed.into_iter().map(str::to_owned)).collect();
        prop_assert_eq!(all, written);
    }
}

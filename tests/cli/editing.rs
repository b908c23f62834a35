//! The Cluster's file and the kustomization as they are edited: layouts that people write, and those that are refused.

use std::fmt::Write;

use crate::support::{CLUSTER, KUSTOMIZATION, Repository, changed_lines};

/// A Cluster with this text below `spec`.
fn cluster(spec: &str) -> String {
    format!(
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: postgres-shared\n  namespace: postgres\n\
         spec:\n  instances: 3\n{spec}"
    )
}

#[test]
fn the_role_looks_like_those_beside_it() {
    let mut text = String::new();
    for (name, spec) in [
        ("no managed", ""),
        ("managed is null", "  managed:\n  storage: {size: 1Gi}\n"),
        ("managed is empty", "  managed: {}\n"),
        ("no roles", "  managed:\n    services: {}\n"),
        ("roles are null", "  managed:\n    roles: ~\n"),
        (
            "roles are empty",
            "  managed:\n    roles: []\n  storage: {size: 1Gi}\n",
        ),
        (
            "lists not indented",
            "  managed:\n    roles:\n    - name: blog\n      login: true\n",
        ),
        (
            "lists indented by four",
            "  managed:\n      roles:\n          - name: blog\n            login: true\n",
        ),
        (
            "a wide dash",
            "  managed:\n    roles:\n      -   name: blog\n          login: true\n",
        ),
        (
            "a dash on its own line",
            "  managed:\n    roles:\n      -\n        name: blog\n",
        ),
        (
            "blank lines between",
            "  managed:\n    roles:\n      - name: blog\n\n      - name: wiki\n\n  # the end\n",
        ),
        (
            "a comment behind",
            "  managed:\n    roles:\n      - name: blog # last\n        # by hand\n  # next\n  storage: {size: 1Gi}\n",
        ),
        (
            "a list in brackets",
            "  managed:\n    roles: [{name: blog, login: true}]\n",
        ),
        (
            "brackets on several lines",
            "  managed:\n    roles: [\n      {name: blog}, # first\n      {name: wiki},\n    ]\n",
        ),
        (
            "quoted keys",
            "  \"managed\":\n    'roles':\n      - \"name\": blog\n",
        ),
        (
            "a block scalar at the end",
            "  managed:\n    roles:\n      - name: blog\n        comment: |\n          two\n          lines\n",
        ),
        (
            "no final line end",
            "  managed:\n    roles:\n      - name: blog",
        ),
        (
            "aliases elsewhere",
            "  affinity: &a {x: y}\n  other: *a\n  managed:\n    roles:\n      - name: blog\n",
        ),
    ] {
        let repository = Repository::guide();
        repository.write(CLUSTER, &cluster(spec));
        let outcome = repository.new_app("-q");
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{name}");
        let changed = changed_lines(&cluster(spec), &repository.read(CLUSTER));
        writeln!(text, "{name}\n{changed}").unwrap();
        let again = repository.new_app("");
        assert_eq!(
            (again.code, again.stdout.as_str()),
            (0, ""),
            "{name}: {}",
            again.stderr
        );
    }
    insta::assert_snapshot!("edited_clusters", text);
}

#[test]
fn a_cluster_in_json_stays_json() {
    let repository = Repository::guide();
    repository.remove(CLUSTER);
    let path = "infra/databases/postgres/cluster.json";
    repository.write(
        path,
        "{\n  \"apiVersion\": \"postgresql.cnpg.io/v1\",\n  \"kind\": \"Cluster\",\n  \"metadata\": {\n    \
         \"name\": \"postgres-shared\",\n    \"namespace\": \"postgres\"\n  },\n  \"spec\": {\n    \"instances\": 3\n  }\n}\n",
    );
    repository.run_ok("new-app my-shop --app-namespace shop -q");
    let object: serde_json::Value = serde_json::from_str(&repository.read(path)).unwrap();
    assert_eq!(
        object,
        serde_json::json!({
            "apiVersion": "postgresql.cnpg.io/v1",
            "kind": "Cluster",
            "metadata": {
                "name": "postgres-shared",
                "namespace": "postgres",
                "annotations": {"argocd.argoproj.io/sync-wave": "1"},
            },
            "spec": {
                "instances": 3,
                "managed": {"roles": [
                    {"name": "my_shop", "login": true, "passwordSecret": {"name": "my-shop-db-creds"}},
                ]},
            },
        })
    );
}

#[test]
fn what_cannot_be_edited_safely_is_refused_with_what_to_paste() {
    let mut text = String::new();
    for (name, spec) in [
        (
            "the list is an alias",
            "  other: &r []\n  managed:\n    roles: *r\n",
        ),
        (
            "managed is an alias",
            "  other: &m {roles: []}\n  managed: *m\n",
        ),
        (
            "the list is repeated elsewhere",
            "  managed:\n    roles: &r\n      - name: blog\n  other: *r\n",
        ),
        ("a merge key", "  <<: {managed: {roles: []}}\n"),
        ("the list is a word", "  managed:\n    roles: none\n"),
        (
            "the list is a mapping",
            "  managed:\n    roles:\n      blog: {login: true}\n",
        ),
        ("managed is a list", "  managed: []\n"),
        (
            "an unterminated block scalar",
            "  managed:\n    roles:\n      - name: blog\n        comment: |\n          text",
        ),
    ] {
        let repository = Repository::guide();
        repository.write(CLUSTER, &cluster(spec));
        writeln!(text, "{name}\n{}", repository.refusal("")).unwrap();
    }
    insta::assert_snapshot!("refused_edits", text);
}

#[test]
fn the_wave_is_added_where_there_is_none() {
    let mut text = String::new();
    for (name, metadata) in [
        ("annotations of others", "  annotations:\n    a: b\n"),
        ("annotations in braces", "  annotations: {a: b}\n"),
        ("empty annotations", "  annotations: {}\n"),
        (
            "annotations that are null",
            "  annotations:\n  labels: {a: b}\n",
        ),
        (
            "a wave in quotes",
            "  annotations:\n    'argocd.argoproj.io/sync-wave': \"1\"\n",
        ),
        (
            "a wave without quotes",
            "  annotations:\n    argocd.argoproj.io/sync-wave: 1\n",
        ),
    ] {
        let repository = Repository::guide();
        let before = cluster("").replace("spec:\n", &format!("{metadata}spec:\n"));
        repository.write(CLUSTER, &before);
        repository.run_ok("new-app my-shop --app-namespace shop -q");
        let changed = changed_lines(&before, &repository.read(CLUSTER));
        writeln!(text, "{name}\n{changed}").unwrap();
    }
    insta::assert_snapshot!("added_waves", text);
    // With objects of kind DatabaseRole the Cluster's file is left alone.
    let repository = Repository::guide();
    let before = repository.read(CLUSTER);
    repository.run_ok("new-app my-shop --app-namespace shop -q --roles databaserole");
    assert_eq!(repository.read(CLUSTER), before);
}

#[test]
fn the_files_are_entered_where_the_folder_is_listed() {
    let mut text = String::new();
    let plain = "resources:\n- postgres-cluster.yaml\n";
    for (name, path, content) in [
        ("in the folder", KUSTOMIZATION, plain),
        (
            "under another name",
            "infra/databases/postgres/kustomization.yml",
            "resources:\n  - ./postgres-cluster.yaml # all\n\npatches: []\n",
        ),
        (
            "under the old name",
            "infra/databases/postgres/Kustomization",
            "resources: [postgres-cluster.yaml]\n",
        ),
        ("without a list", KUSTOMIZATION, "namespace: postgres\n"),
        (
            "with CRLF",
            KUSTOMIZATION,
            "resources:\r\n  - postgres-cluster.yaml\r\n",
        ),
        (
            "one folder above",
            "infra/databases/kustomization.yaml",
            "resources:\n  - postgres/postgres-cluster.yaml\n",
        ),
        (
            "far above",
            "kustomization.yaml",
            "resources:\n  - infra/databases/postgres/postgres-cluster.yaml\n",
        ),
        (
            "above, which lists something else",
            "infra/kustomization.yaml",
            "resources:\n  - sealed-secrets\n",
        ),
        (
            "partly there",
            KUSTOMIZATION,
            "resources:\n  - my-shop-db.yaml\n  - postgres-cluster.yaml\n",
        ),
    ] {
        let repository = Repository::guide();
        repository.remove(KUSTOMIZATION);
        repository.write(path, content);
        repository.run_ok("new-app my-shop --app-namespace shop -q");
        let changed = changed_lines(content, &repository.read(path));
        writeln!(text, "{name}: {path}\n{changed}").unwrap();
    }
    insta::assert_snapshot!("edited_kustomizations", text);
}

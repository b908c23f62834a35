//! What is wrong in `.pgdb.yaml`, or with it.

use std::fmt::Write;
use std::os::unix::fs::symlink;

use crate::support::{CLUSTER, Repository};

#[test]
fn each_error_is_named_with_its_line() {
    let mut text = String::new();
    for settings in [
        "clusterfile: a.yaml\n",
        "# settings\n\ncluster: a\nnonsense: 1\n",
        "targets:\n  prod:\n    clusters: a\n",
        "targets:\n  prod:\n    version: 1\n",
        "waves:\n  role: 1\n",
        "secret: 1\n",
        "cluster: a\ncluster: b\n",
        "cluster: Shared\n",
        "namespace: shop.*\n",
        "namespace: \"\"\n",
        "namespace:\n",
        "clusterFile: /etc/passwd\n",
        "clusterFile: ../other/cluster.yaml\n",
        "clusterFile: .\n",
        "directory: [a]\n",
        "certificate: ..\n",
        "templates: a\\b\n",
        "roles: Managed\n",
        "scope: namespace\n",
        "reclaim: drop\n",
        "connectionKeys: maybe\n",
        "passwordLength: 21\n",
        "passwordLength: long\n",
        "waves: [0, 1, 2]\n",
        "waves: {secret: zero}\n",
        "waves: {secret: 2, cluster: 1, database: 0}\n",
        "waves: {secret: 1, cluster: 1, database: 2}\n",
        "version: 2\n",
        "defaultTarget: prod\n",
        "defaultTarget: pord\ntargets: {prod: {}, staging: {}}\n",
        "targets: {Prod: {}}\n",
        "targets: {prod: {}, prod: {}}\n",
        "targets: prod\n",
        "cluster: &a x\nnamespace: *a\n",
        "<<: {cluster: a}\n",
        "cluster: !!str a\n",
        "cluster: a\n---\ncluster: b\n",
        "cluster: [a\n",
        "- cluster: a\n",
        "one\n",
        "roles: no\nscope: no\nclustr: a\n",
    ] {
        let repository = Repository::guide();
        repository.write(".pgdb.yaml", settings);
        writeln!(text, "{settings}\n{}\n", repository.refusal("").trim_end()).unwrap();
    }
    insta::assert_snapshot!("settings_errors", text);
}

#[test]
fn waves_must_ascend_with_what_is_found() {
    let mut text = String::new();
    for (settings, wave) in [
        ("waves: {secret: 1}\n", None),
        ("waves: {database: 1}\n", None),
        ("waves: {cluster: -1}\n", None),
        ("version: 1\n", Some("5")),
        ("version: 1\n", Some("0")),
        (
            "waves: {secret: 10, cluster: 11, database: 12}\n",
            Some("1"),
        ),
        ("version: 1\n", Some("first")),
        ("version: 1\n", Some("")),
    ] {
        let repository = Repository::guide();
        repository.write(".pgdb.yaml", settings);
        if let Some(wave) = wave {
            let annotations = format!(
                "  namespace: postgres\n  annotations:\n    argocd.argoproj.io/sync-wave: \"{wave}\"\n"
            );
            repository.replace(CLUSTER, "  namespace: postgres\n", &annotations);
        }
        let refusal = repository.refusal("");
        writeln!(text, "{settings}The Cluster's own: {wave:?}\n{refusal}").unwrap();
    }
    insta::assert_snapshot!("waves_that_do_not_ascend", text);
}

#[test]
fn a_file_that_cannot_be_read_is_refused() {
    let repository = Repository::guide();
    std::fs::write(
        repository.path().join(".pgdb.yaml"),
        b"cluster: a\n# \xff\n",
    )
    .unwrap();
    assert_eq!(
        repository.refusal(""),
        "error: .pgdb.yaml: line 2: not UTF-8 (byte 13 of the file)\nhelp: convert the file to UTF-8\n"
    );
    repository.remove(".pgdb.yaml");
    std::fs::create_dir(repository.path().join(".pgdb.yaml")).unwrap();
    assert_eq!(
        repository.refusal(""),
        "error: .pgdb.yaml: this is a folder, not a file\n\
         help: choose another path, or move what is there out of the way\n"
    );
    std::fs::remove_dir(repository.path().join(".pgdb.yaml")).unwrap();
    symlink("/etc/hostname", repository.path().join(".pgdb.yaml")).unwrap();
    assert_eq!(
        repository.refusal(""),
        "error: .pgdb.yaml: the symbolic link .pgdb.yaml -> /etc/hostname leaves the repository\n\
         help: only files inside the repository are read and written: make the link relative and let it stay inside, \
         or put the file itself there\n"
    );
}

#[test]
fn one_that_says_nothing_changes_nothing() {
    let plain = Repository::guide().manifests("");
    for settings in [
        "",
        "# nothing\n",
        "version: 1\n",
        "---\n",
        "{}\n",
        "targets: {}\n",
        "targets: {only: {}}\n",
    ] {
        let repository = Repository::guide();
        repository.write(".pgdb.yaml", settings);
        assert_eq!(repository.manifests(""), plain, "{settings:?}");
    }
}

#[test]
fn templates_of_ones_own_must_give_the_object() {
    let mut text = String::new();
    for template in [
        "kind: Database\nmetadata: {name: {{name}}}\n",
        "kind: ConfigMap\n",
        "kind: Database\nmetadata: {name: other, namespace: {{namespace}}}\n",
        "kind: Database\n---\nkind: Database\n",
        "a: [\n",
        "{{nonsense}}\n",
        "{{#if role}}\n",
        "",
    ] {
        let repository = Repository::guide();
        repository.write(".pgdb/templates/database.yaml.hbs", template);
        writeln!(text, "{template}\n{}\n", repository.refusal("").trim_end()).unwrap();
    }
    insta::assert_snapshot!("refused_templates", text);
}

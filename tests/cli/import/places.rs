//! Where it is written: targets, what git ignores, and others who write at the same time.

use std::process::{Child, Stdio};

use super::{FILE, TWO, with_file};
use crate::support::{CERTIFICATE, CLUSTER, Repository, outcome};

#[test]
fn the_target_that_is_meant() {
    let repository = with_file(TWO);
    let cluster = repository.read(CLUSTER);
    repository.remove(CLUSTER);
    for name in ["staging", "prod"] {
        let text = cluster
            .replace("name: postgres-shared", &format!("name: pg-{name}"))
            .replace("namespace: postgres", &format!("namespace: pg-{name}"));
        repository.write(&format!("envs/{name}/cluster.yaml"), &text);
        repository.write(
            &format!("envs/{name}/cert.pem"),
            &repository.read(CERTIFICATE),
        );
    }
    repository.write(
        ".pgdb.yaml",
        "targets:\n  staging: {clusterFile: envs/staging/cluster.yaml, certificate: envs/staging/cert.pem}\n  prod: {clusterFile: envs/prod/cluster.yaml, certificate: envs/prod/cert.pem, reclaim: delete, roles: databaserole}\n",
    );
    let refusal = repository.refusal_of(["import", FILE], b"");
    assert!(refusal.contains("--target"), "{refusal}");
    repository.run_ok("import apps.yaml -q --target prod");
    let database = repository.read("envs/prod/shop-db.yaml");
    assert!(
        database.contains("databaseReclaimPolicy: delete #"),
        "{database}"
    );
    assert!(repository.tree().contains_key("envs/prod/shop-role.yaml"));
    let exported = repository.run_ok("export --target prod");
    assert_eq!(
        exported,
        "apiVersion: pgdb/v1\nkind: Apps\napps:\n- name: shop\n  appNamespaces:\n  - shop\n- name: wiki\n  appNamespaces:\n  - docs\n  comment: the wiki\n"
    );
    repository.write(FILE, &exported);
    repository.run_ok("import apps.yaml -q --target staging");
    assert!(
        !repository
            .tree()
            .contains_key("envs/staging/shop-role.yaml")
    );
    assert_eq!(repository.run_ok("export --target staging"), exported);
}

#[test]
fn files_that_git_ignores_are_seen_and_warned_of() {
    let repository = with_file(TWO);
    repository.write(".gitignore", "*-db.yaml\n");
    let outcome = repository.run("import apps.yaml");
    assert_eq!(outcome.code, 0);
    let warnings: Vec<&str> = outcome
        .stderr
        .lines()
        .filter(|line| line.starts_with("warning"))
        .collect();
    assert_eq!(
        warnings,
        ["shop", "wiki"].map(|name| format!(
            "warning: infra/databases/postgres/{name}-db.yaml: git ignores this file by `*-db.yaml` in .gitignore: mend that, \
             or add it with `git add -f`"
        ))
    );
    // One that is there is in the way, or is kept where it is the app's.
    let repository = with_file(TWO);
    repository.write(".gitignore", "*-db.yaml\n");
    repository.write("infra/databases/postgres/wiki-db.yaml", "# mine\n");
    insta::assert_snapshot!("ignored_file", repository.refusal_of(["import", FILE], b""));
}

fn start(repository: &Repository, file: &str) -> Child {
    let mut command = repository.command(["import", file, "-q"]);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
fn several_at_once_are_all_there() {
    let repository = with_file("");
    let files: Vec<String> = (0..4).map(|number| format!("apps-{number}.yaml")).collect();
    for (number, file) in files.iter().enumerate() {
        repository.write(file, &format!("- {{name: a{number}, appNamespaces: [x]}}\n- {{name: b{number}, appNamespaces: [x]}}\n"));
    }
    let folder = std::fs::File::open(repository.path()).unwrap();
    folder.lock().unwrap();
    let running: Vec<Child> = files.iter().map(|file| start(&repository, file)).collect();
    drop(folder);
    for child in running {
        let outcome = outcome(child.wait_with_output().unwrap());
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    }
    let names: Vec<String> = repository
        .run_ok("export")
        .lines()
        .filter_map(|line| line.strip_prefix("- name: ").map(str::to_owned))
        .collect();
    assert_eq!(names, ["a0", "a1", "a2", "a3", "b0", "b1", "b2", "b3"]);
    repository.run_ok("lint");
}

#[test]
fn without_a_certificate_it_is_refused_before_anything_is_written() {
    let repository = with_file(TWO);
    repository.remove(CERTIFICATE);
    insta::assert_snapshot!(
        "no_certificate",
        repository.refusal_of(["import", FILE], b"")
    );
}

//! Several PostgreSQL clusters in one repository.

use crate::support::{
    CERTIFICATE, CLUSTER, Repository, changed_files, changed_lines, without_sealed_values,
};

const SETTINGS: &str = "\
roles: managed
targets:
  staging:
    cluster: pg-staging
    waves: {secret: 10, cluster: 11, database: 12}
  prod:
    clusterFile: envs/prod/cluster.yaml
    directory: envs/prod/apps
    certificate: envs/prod/cert.pem
    scope: namespace-wide
    reclaim: delete
    connectionKeys: false
    roles: databaserole
";

/// The guide's Cluster as `staging` and `prod`, each in its own folder and namespace.
fn two_targets() -> Repository {
    let repository = Repository::guide();
    let cluster = repository.read(CLUSTER);
    let of = |name: &str, namespace: &str| {
        cluster
            .replace("name: postgres-shared", &format!("name: {name}"))
            .replace("namespace: postgres", &format!("namespace: {namespace}"))
    };
    repository.remove(CLUSTER);
    repository.write("envs/staging/cluster.yaml", &of("pg-staging", "pg-staging"));
    repository.write("envs/prod/cluster.yaml", &of("pg-prod", "pg-prod"));
    repository.write("envs/prod/cert.pem", &repository.read(CERTIFICATE));
    repository
}

#[test]
fn each_has_its_own_of_everything() {
    let repository = two_targets();
    repository.write(".pgdb.yaml", SETTINGS);
    let mut text = String::new();
    for target in ["staging", "prod"] {
        let before = repository.tree();
        let outcome = repository.new_app(&format!("--target {target} -q"));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        for (path, (old, new)) in changed_files(&before, &repository.tree()) {
            let body = if old.is_empty() {
                new
            } else {
                changed_lines(&old, &new)
            };
            text.push_str(&format!("=== {path}\n{}\n", without_sealed_values(&body)));
        }
    }
    insta::assert_snapshot!("two_targets", text);
    // The same names, side by side: nothing is in the way, and a second run finds its own.
    let before = repository.tree();
    for target in ["staging", "prod"] {
        let outcome = repository.new_app(&format!("--target {target}"));
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (0, ""),
            "{}",
            outcome.stderr
        );
    }
    assert_eq!(repository.tree(), before);
    let sealed = "envs/prod/apps/my-shop-secrets-sealed.yaml";
    assert!(repository.unsealed_for(sealed, "pg-prod").is_some());
    assert!(repository.unsealed_for(sealed, "pg-staging").is_none());
}

#[test]
fn side_by_side_without_settings() {
    let repository = two_targets();
    for cluster in ["pg-staging", "pg-prod"] {
        let outcome = repository.new_app(&format!("--cluster {cluster} -q"));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    }
    assert!(
        repository
            .path()
            .join("envs/staging/my-shop-db.yaml")
            .exists()
    );
    assert!(repository.path().join("envs/prod/my-shop-db.yaml").exists());
}

#[test]
fn side_by_side_with_one_name_for_all() {
    let repository = two_targets();
    for environment in ["staging", "prod"] {
        let path = format!("envs/{environment}/cluster.yaml");
        let text = repository.read(&path);
        repository.write(
            &path,
            &text.replace(&format!("pg-{environment}"), "postgres"),
        );
    }
    for environment in ["staging", "prod"] {
        let line = format!("--cluster-file envs/{environment}/cluster.yaml -q");
        let outcome = repository.new_app(&line);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        let outcome = repository.new_app(&line);
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (0, ""),
            "{}",
            outcome.stderr
        );
    }
    assert!(
        repository
            .path()
            .join("envs/staging/my-shop-db.yaml")
            .exists()
    );
    assert!(repository.path().join("envs/prod/my-shop-db.yaml").exists());
}

#[test]
fn one_has_to_be_chosen() {
    let repository = two_targets();
    repository.write(".pgdb.yaml", SETTINGS);
    assert_eq!(
        repository.refusal(""),
        "error: .pgdb.yaml has several targets, staging, prod, and no `defaultTarget`\n\
         help: choose one with --target, or set `defaultTarget` in .pgdb.yaml\n"
    );
    assert_eq!(
        repository.refusal("--target prd"),
        "error: there is no target \"prd\" in .pgdb.yaml, which has staging, prod\nhelp: did you mean \"prod\"?\n"
    );
    assert_eq!(
        repository.refusal("--target Production"),
        "error: there is no target \"Production\" in .pgdb.yaml, which has staging, prod\n\
         help: use one of staging, prod\n"
    );
    repository.write(".pgdb.yaml", "cluster: pg-prod\n");
    assert_eq!(
        repository.refusal("--target prod"),
        "error: there is no target \"prod\": .pgdb.yaml has no `targets`\n\
         help: leave --target out, or name the targets in .pgdb.yaml below `targets`\n"
    );
    repository.remove(".pgdb.yaml");
    assert_eq!(
        repository.refusal("--target prod"),
        "error: there is no target \"prod\": the repository has no .pgdb.yaml\n\
         help: leave --target out, or run `kubectl pgdb init` and name the targets there\n"
    );
}

#[test]
fn a_target_whose_waves_do_not_ascend_is_refused() {
    let repository = two_targets();
    repository.write(
        ".pgdb.yaml",
        "targets:\n  prod: {cluster: pg-prod}\n  staging:\n    cluster: pg-staging\n    waves: {secret: 3, cluster: 2, database: 1}\n",
    );
    assert_eq!(
        repository.refusal("--target staging"),
        "error: .pgdb.yaml:5:5: the sync-waves are not in ascending order: SealedSecret 3, Cluster 2, Database 1\n\
         help: Argo CD syncs lower waves first: the credential must be there before the role, and the role before the \
         database; set `waves` in .pgdb.yaml, or mend the Cluster's own sync-wave annotation\n"
    );
}

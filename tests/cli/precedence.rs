//! Where a setting comes from: flag, environment, `.pgdb.yaml`, discovery, the guide's default.

use crate::support::{CERTIFICATE, CLUSTER, Outcome, Repository, SEALED, run, vector_key};

/// One setting with a value from each source, and what tells which one was taken.
struct Setting {
    flag: &'static str,
    key: &'static str,
    /// The values by flag, environment and `.pgdb.yaml`.
    values: [&'static str; 3],
    /// What a run says or shows, for each of the values, and for none.
    shows: [&'static str; 4],
}

const SETTINGS: [Setting; 8] = [
    Setting {
        flag: "--cluster",
        key: "cluster",
        values: ["by-flag", "by-variable", "by-file"],
        shows: [
            "error: no CNPG Cluster named by-flag was found",
            "error: no CNPG Cluster named by-variable was found",
            "error: no CNPG Cluster named by-file was found",
            "\"cluster\": \"postgres-shared\"",
        ],
    },
    Setting {
        flag: "--cluster-file",
        key: "clusterFile",
        values: ["flag.yaml", "variable.yaml", "file.yaml"],
        shows: [
            "error: the Cluster file flag.yaml is not there",
            "error: the Cluster file variable.yaml is not there",
            "error: the Cluster file file.yaml is not there",
            "\"path\": \"infra/databases/postgres/postgres-cluster.yaml\"",
        ],
    },
    Setting {
        flag: "--namespace",
        key: "namespace",
        values: ["by-flag", "by-variable", "by-file"],
        shows: [
            "\"namespace\": \"by-flag\"",
            "\"namespace\": \"by-variable\"",
            "\"namespace\": \"by-file\"",
            "\"namespace\": \"postgres\"",
        ],
    },
    Setting {
        flag: "--cert",
        key: "certificate",
        values: ["flag.pem", "variable.pem", "file.pem"],
        shows: [
            "error: the sealing certificate flag.pem is not there",
            "error: the sealing certificate variable.pem is not there",
            "error: the sealing certificate file.pem is not there",
            "\"kind\": \"NewApp\"",
        ],
    },
    Setting {
        flag: "--roles",
        key: "roles",
        values: ["databaserole", "managed", "databaserole"],
        shows: [
            "\"kind\": \"DatabaseRole\"",
            "\"kind\": \"ManagedRole\"",
            "\"kind\": \"DatabaseRole\"",
            "\"kind\": \"ManagedRole\"",
        ],
    },
    Setting {
        flag: "--reclaim",
        key: "reclaim",
        values: ["delete", "retain", "delete"],
        shows: [
            "databaseReclaimPolicy: delete",
            "databaseReclaimPolicy: retain",
            "databaseReclaimPolicy: delete",
            "databaseReclaimPolicy: retain",
        ],
    },
    Setting {
        flag: "--scope",
        key: "scope",
        values: ["cluster-wide", "namespace-wide", "cluster-wide"],
        shows: [
            "cluster-wide: \"true\"",
            "namespace-wide: \"true\"",
            "cluster-wide: \"true\"",
            "sync-wave: \"0\"\nspec:",
        ],
    },
    Setting {
        flag: "--target",
        key: "defaultTarget",
        values: ["by-flag", "by-variable", "by-file"],
        shows: [
            "\"namespace\": \"flag\"",
            "\"namespace\": \"variable\"",
            "\"namespace\": \"file\"",
            "error: .pgdb.yaml has several targets, by-flag, by-variable, by-file, and no `defaultTarget`",
        ],
    },
];

#[test]
fn a_flag_beats_a_variable_beats_the_file_beats_discovery() {
    for setting in SETTINGS {
        let variable = setting.flag.strip_prefix("--").unwrap().replace('-', "_");
        for first in 0..4 {
            let repository = Repository::guide();
            let mut file = match setting.key {
                "defaultTarget" => {
                    "targets: {by-flag: {namespace: flag}, by-variable: {namespace: variable}, by-file: {namespace: file}}\n"
                }
                _ => "version: 1\n",
            }
            .to_owned();
            if first <= 2 {
                file.push_str(&format!("{}: {}\n", setting.key, setting.values[2]));
            }
            repository.write(".pgdb.yaml", &file);
            let shown: String = ["json", "yaml"]
                .map(|format| {
                    let line =
                        format!("new-app my-shop --app-namespace shop --dry-run -o {format}");
                    let mut command = repository.command(line.split(' '));
                    if first <= 1 {
                        command.env(
                            format!("PGDB_{}", variable.to_uppercase()),
                            setting.values[1],
                        );
                    }
                    if first == 0 {
                        command.args([setting.flag, setting.values[0]]);
                    }
                    let Outcome { stdout, stderr, .. } = run(command, b"");
                    stdout + &stderr
                })
                .concat();
            assert!(
                shown.contains(setting.shows[first]),
                "{} with {} sources:\n{shown}",
                setting.flag,
                3 - first
            );
        }
    }
}

#[test]
fn the_password_length_and_the_connection_keys() {
    for (line, variable, file, length) in [
        ("--password-length 25", Some("26"), "passwordLength: 27", 25),
        ("", Some("26"), "passwordLength: 27", 26),
        ("", None, "passwordLength: 27", 27),
        ("", None, "version: 1", 32),
    ] {
        let repository = Repository::guide();
        repository.write(".pgdb.yaml", file);
        let line = format!("new-app my-shop --app-namespace shop -q {line}");
        let mut command = repository.command(line.split_whitespace());
        command.envs(variable.map(|length| ("PGDB_PASSWORD_LENGTH", length)));
        assert_eq!(run(command, b"").code, 0);
        assert_eq!(repository.unsealed(SEALED)["password"].len(), length);
    }
    let repository = Repository::guide();
    let without = repository.manifests("--no-connection-keys");
    repository.write(".pgdb.yaml", "connectionKeys: false\n");
    assert_eq!(repository.manifests(""), without);
    repository.write(".pgdb.yaml", "connectionKeys: true\n");
    assert_eq!(repository.manifests("--no-connection-keys"), without);
}

#[test]
fn what_is_about_one_app_is_by_flag_or_variable() {
    for (flag, variable, value, other) in [
        ("--user", "PGDB_USER", "by_flag", "by_variable"),
        ("--database", "PGDB_DATABASE", "by_flag", "by_variable"),
        (
            "--secret-name",
            "PGDB_SECRET_NAME",
            "by-flag",
            "by-variable",
        ),
        ("--schema", "PGDB_SCHEMA", "by_flag", "by_variable"),
        ("--extension", "PGDB_EXTENSION", "by_flag", "by_variable"),
        ("--in-role", "PGDB_IN_ROLE", "by_flag", "by_variable"),
        ("--locale", "PGDB_LOCALE", "C", "POSIX"),
        ("--encoding", "PGDB_ENCODING", "UTF8", "LATIN1"),
        ("--connection-limit", "PGDB_CONNECTION_LIMIT", "7", "8"),
        (
            "--app-namespace",
            "PGDB_APP_NAMESPACE",
            "by-flag",
            "by-variable",
        ),
    ] {
        let repository = Repository::guide();
        let manifests = |flag: &[&str], variable: Option<(&str, &str)>| {
            let line = "new-app my-shop --dry-run -o yaml -q".split(' ');
            let mut command = repository.command(line.chain(flag.iter().copied()));
            command.env("PGDB_APP_NAMESPACE", "shop").envs(variable);
            crate::support::without_sealed_values(&run(command, b"").stdout)
        };
        let by_flag = manifests(&[flag, value], None);
        assert_eq!(
            manifests(&[flag, value], Some((variable, other))),
            by_flag,
            "{flag}"
        );
        let by_variable = manifests(&[], Some((variable, other)));
        assert_eq!(by_variable, manifests(&[flag, other], None), "{flag}");
        assert_ne!(by_variable, by_flag, "{flag}");
    }
}

#[test]
fn the_namespace_is_that_of_the_kustomization_the_manifest_or_the_guide() {
    let repository = Repository::guide();
    let namespace = |repository: &Repository| repository.report("")["namespace"].clone();
    let kustomization = repository.read(crate::support::KUSTOMIZATION);
    repository.write(
        crate::support::KUSTOMIZATION,
        &format!("namespace: by-kustomization\n{kustomization}"),
    );
    assert_eq!(namespace(&repository), "by-kustomization");
    repository.write(crate::support::KUSTOMIZATION, &kustomization);
    repository.replace(
        CLUSTER,
        "  namespace: postgres\n",
        "  namespace: by-manifest\n",
    );
    assert_eq!(namespace(&repository), "by-manifest");
    repository.replace(CLUSTER, "  namespace: by-manifest\n", "");
    assert_eq!(namespace(&repository), "postgres");
}

#[test]
fn waves_are_those_of_the_file_the_cluster_or_the_guide() {
    let waves = |repository: &Repository| -> Vec<String> {
        let manifests = repository.manifests("");
        let mut waves: Vec<String> = manifests
            .lines()
            .filter_map(|line| line.strip_prefix("    argocd.argoproj.io/sync-wave: "))
            .map(str::to_owned)
            .collect();
        waves.dedup();
        waves
    };
    let repository = Repository::guide();
    assert_eq!(waves(&repository), ["\"0\"", "\"1\"", "\"2\""]);
    repository.replace(
        CLUSTER,
        "  namespace: postgres\n",
        "  namespace: postgres\n  annotations:\n    argocd.argoproj.io/sync-wave: '-3'\n",
    );
    repository.write(".pgdb.yaml", "waves: {secret: -10, database: 7}\n");
    assert_eq!(waves(&repository), ["\"-10\"", "'-3'", "\"7\""]);
    let repository = Repository::guide();
    repository.write(
        ".pgdb.yaml",
        "waves: {secret: 10, cluster: 20, database: 30}\n",
    );
    assert_eq!(waves(&repository), ["\"10\"", "\"20\"", "\"30\""]);
}

#[test]
fn a_cluster_by_flag_is_not_looked_for_in_the_file_of_another() {
    let repository = Repository::guide();
    let other = repository.read(CLUSTER).replace("postgres-shared", "other");
    repository.write("other/cluster.yaml", &other);
    repository.write(
        ".pgdb.yaml",
        &format!("cluster: postgres-shared\nclusterFile: {CLUSTER}\n"),
    );
    let file = |more: &str| repository.report(more)["files"][1]["path"].clone();
    assert_eq!(file(""), CLUSTER);
    assert_eq!(file("--cluster other"), "other/cluster.yaml");
    assert_eq!(
        file("--cluster-file other/cluster.yaml"),
        "other/cluster.yaml"
    );
    assert_eq!(file("--cluster postgres-shared"), CLUSTER);
}

#[test]
fn a_certificate_by_flag_is_found_from_the_current_folder() {
    let repository = Repository::guide();
    repository.remove(CERTIFICATE);
    repository.write("apps/cert.pem", &vector_key("certificate_pem"));
    let line = "new-app my-shop --app-namespace shop --dry-run -q --cert";
    let run_in = |folder: &str, cert: &str| {
        let mut command = repository.command(line.split(' ').chain([cert]));
        command.current_dir(repository.path().join(folder));
        run(command, b"")
    };
    assert_eq!(run_in("apps/shop", "../cert.pem").code, 0);
    assert_eq!(run_in("", "apps/cert.pem").code, 0);
    assert_eq!(
        run_in("apps/shop", "apps/cert.pem").stderr,
        "error: the sealing certificate apps/cert.pem is not there\nhelp: give --cert the path of a PEM file\n"
    );
    // By the settings it is found from the root.
    repository.write(".pgdb.yaml", "certificate: apps/cert.pem\n");
    let mut command =
        repository.command("new-app my-shop --app-namespace shop --dry-run -q".split(' '));
    command.current_dir(repository.path().join("apps/shop"));
    assert_eq!(run(command, b"").code, 0);
}

#[test]
fn the_folder_and_the_templates_are_those_of_the_file() {
    let repository = Repository::guide();
    repository.write(
        "ops/templates/database.yaml.hbs",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: {{name}}\n  namespace: {{namespace}}\n  \
         annotations: {argocd.argoproj.io/sync-wave: {{wave}}}\nspec:\n  name: {{database}}\n  owner: {{role}}\n  \
         cluster: {name: {{cluster}}} # ours\n",
    );
    repository.write(
        ".pgdb.yaml",
        "directory: tenants/databases\ntemplates: ops/templates\n",
    );
    repository.run_ok("new-app my-shop --app-namespace shop -q");
    assert_eq!(
        repository.read("tenants/databases/my-shop-db.yaml"),
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: my-shop-db\n  namespace: postgres\n  \
         annotations: {argocd.argoproj.io/sync-wave: \"2\"}\nspec:\n  name: my_shop\n  owner: my_shop\n  \
         cluster: {name: postgres-shared} # ours\n"
    );
    assert!(
        repository
            .path()
            .join("tenants/databases/my-shop-secrets-sealed.yaml")
            .exists()
    );
    let outcome = repository.new_app("");
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (0, ""),
        "{}",
        outcome.stderr
    );
}

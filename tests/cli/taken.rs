//! Names that belong to something else.

use std::fmt::Write;

use crate::support::{CLUSTER, DATABASE, Repository, SEALED};

/// An object beside the Cluster that stands in the way of the app my-shop, and how that is called.
const STRANGERS: [(&str, &str); 16] = [
    (
        "a Secret in plain text",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: my-shop-db-creds, namespace: postgres}\n",
    ),
    (
        "a Secret that names no namespace",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: my-shop-db-creds}\n",
    ),
    (
        "a Secret in the app's namespace",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: my-shop-db-creds, namespace: shop}\n",
    ),
    (
        "a SealedSecret in the app's namespace",
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: my-shop-db-creds, namespace: shop}\n",
    ),
    (
        "an ExternalSecret of that name",
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: my-shop-db-creds, namespace: postgres}\n",
    ),
    (
        "an ExternalSecret with that target",
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: x, namespace: postgres}\nspec: {target: {name: my-shop-db-creds}}\n",
    ),
    (
        "a StringSecret",
        "apiVersion: secretgenerator.mittwald.de/v1alpha1\nkind: StringSecret\nmetadata: {name: my-shop-db-creds, namespace: postgres}\n",
    ),
    (
        "another app's SealedSecret",
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: my-shop-db-creds\n  namespace: postgres\n  labels: {app.kubernetes.io/managed-by: kubectl-pgdb, app.kubernetes.io/part-of: blog}\n",
    ),
    (
        "two SealedSecrets",
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: my-shop-db-creds, namespace: postgres}\n---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: my-shop-db-creds, namespace: postgres}\n",
    ),
    (
        "a Database of another owner",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: {name: shop, namespace: postgres}\nspec: {name: my_shop, owner: legacy, cluster: {name: postgres-shared}}\n",
    ),
    (
        "another app's Database",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: shop\n  namespace: postgres\n  labels: {app.kubernetes.io/managed-by: kubectl-pgdb, app.kubernetes.io/part-of: blog}\nspec: {name: my_shop, owner: my_shop, cluster: {name: postgres-shared}}\n",
    ),
    (
        "an object of that name for another database",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: {name: my-shop-db, namespace: postgres}\nspec: {name: legacy, owner: legacy, cluster: {name: postgres-shared}}\n",
    ),
    (
        "an object of that name on another Cluster",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: {name: my-shop-db, namespace: postgres}\nspec: {name: my_shop, owner: my_shop, cluster: {name: elsewhere}}\n",
    ),
    (
        "one database declared twice",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: {name: a, namespace: postgres, annotations: {argocd.argoproj.io/sync-wave: '2'}}\nspec: {name: my_shop, owner: my_shop, cluster: {name: postgres-shared}}\n---\napiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: {name: b, namespace: postgres}\nspec: {name: my_shop, owner: my_shop, cluster: {name: postgres-shared}}\n",
    ),
    (
        "a DatabaseRole of that role",
        "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata: {name: shop, namespace: postgres}\nspec: {name: my_shop, cluster: {name: postgres-shared}}\n",
    ),
    (
        "a DatabaseRole of that name for another role",
        "apiVersion: postgresql.cnpg.io/v1\nkind: DatabaseRole\nmetadata: {name: my-shop-role, namespace: postgres}\nspec: {name: legacy, cluster: {name: postgres-shared}}\n",
    ),
];

#[test]
fn objects_of_those_names_are_left_alone() {
    let mut text = String::new();
    for (name, object) in STRANGERS {
        let repository = Repository::guide();
        repository.write("infra/databases/postgres/other.yaml", object);
        // What concerns roles alone is in the way of the style that it concerns.
        if name != "a DatabaseRole of that name for another role" {
            writeln!(text, "{name}\n{}", repository.refusal("")).unwrap();
        }
        if name.contains("DatabaseRole") {
            writeln!(
                text,
                "{name}, --roles databaserole\n{}",
                repository.refusal("--roles databaserole")
            )
            .unwrap();
        }
    }
    insta::assert_snapshot!("taken_by_objects", text);
}

#[test]
fn objects_elsewhere_are_not_in_the_way() {
    let plain = Repository::guide().manifests("");
    for object in [
        "apiVersion: v1\nkind: Secret\nmetadata: {name: my-shop-db-creds, namespace: elsewhere}\n",
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: my-shop-db-creds, namespace: elsewhere}\n",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: {name: my-shop-db, namespace: elsewhere}\nspec: {name: my_shop, owner: legacy, cluster: {name: postgres-shared}}\n",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata: {name: other-db, namespace: postgres}\nspec: {name: my_shop, owner: legacy, cluster: {name: other}}\n",
        "apiVersion: example.org/v1\nkind: Database\nmetadata: {name: my-shop-db, namespace: postgres}\nspec: {name: my_shop, cluster: {name: postgres-shared}}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: my-shop-db-creds, namespace: postgres}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: my-shop-db-creds-2, namespace: postgres}\n",
    ] {
        let repository = Repository::guide();
        repository.write("infra/databases/postgres/other.yaml", object);
        assert_eq!(repository.manifests(""), plain, "{object}");
    }
}

#[test]
fn files_of_those_names_are_left_alone() {
    let mut text = String::new();
    let role = "infra/databases/postgres/my-shop-role.yaml";
    for (path, more) in [(SEALED, ""), (DATABASE, ""), (role, "--roles databaserole")] {
        for content in [
            "",
            "# mine\n",
            "apiVersion: v1\nkind: ConfigMap\n",
            "{{ a template }}\n: [\n",
        ] {
            let repository = Repository::guide();
            repository.write(path, content);
            let refusal = repository.refusal(more);
            writeln!(text, "{path}: {content:?}\n{refusal}").unwrap();
        }
    }
    // A file that git ignores is in the way all the same.
    let repository = Repository::guide();
    repository.write(".gitignore", "*-db.yaml\n");
    repository.write(DATABASE, "# mine\n");
    writeln!(text, "ignored by git\n{}", repository.refusal("")).unwrap();
    let repository = Repository::guide();
    std::fs::create_dir(repository.path().join(DATABASE)).unwrap();
    writeln!(text, "a folder\n{}", repository.refusal("")).unwrap();
    let repository = Repository::guide();
    std::os::unix::fs::symlink("/tmp/elsewhere.yaml", repository.path().join(SEALED)).unwrap();
    writeln!(text, "a symbolic link\n{}", repository.refusal("")).unwrap();
    insta::assert_snapshot!("taken_files", text);
    // The role's file is of no interest where roles are managed.
    let repository = Repository::guide();
    repository.write(role, "# mine\n");
    repository.run_ok("new-app my-shop --app-namespace shop -q");
    assert_eq!(repository.read(role), "# mine\n");
}

#[test]
fn another_apps_names_are_refused() {
    let repository = Repository::guide();
    repository.run_ok("new-app my-shop --app-namespace shop -q");
    let mut text = String::new();
    for line in [
        "new-app other --app-namespace x --user my_shop",
        "new-app other --app-namespace x --database my_shop",
        "new-app other --app-namespace x --secret-name my-shop-db-creds",
        "new-app other --app-namespace x --user blog",
        "new-app other --app-namespace x --secret-name blog-db-creds",
        "new-app other --app-namespace x --user my_shop --database my_shop --secret-name my-shop-db-creds",
        "new-app other --app-namespace x --roles databaserole --user blog",
    ] {
        let refusal = repository.refusal_of(line.split(' '), b"");
        writeln!(text, "{line}\n{refusal}").unwrap();
    }
    insta::assert_snapshot!("taken_by_another_app", text);
}

#[test]
fn what_the_clusters_bootstrap_owns_is_refused() {
    let mut text = String::new();
    for (bootstrap, line) in [
        ("", "--user app"),
        ("", "--database app"),
        (
            "  bootstrap:\n    initdb: {}\n",
            "--user app --database app",
        ),
        (
            "  bootstrap:\n    initdb:\n      database: main\n      owner: admin\n",
            "--user admin",
        ),
        (
            "  bootstrap:\n    initdb:\n      database: main\n      owner: admin\n",
            "--database main",
        ),
        (
            "  bootstrap:\n    initdb:\n      database: main\n",
            "--user main",
        ),
        (
            "  bootstrap:\n    recovery:\n      source: old\n      database: main\n      owner: admin\n",
            "--user admin --database main",
        ),
        (
            "  bootstrap:\n    pg_basebackup: {source: old, database: main, owner: admin}\n",
            "--user admin --roles databaserole",
        ),
    ] {
        let repository = Repository::guide();
        repository.replace(
            CLUSTER,
            "  instances: 3\n",
            &format!("  instances: 3\n{bootstrap}"),
        );
        writeln!(text, "{bootstrap}{line}\n{}", repository.refusal(line)).unwrap();
    }
    let repository = Repository::guide();
    let refusal = repository.refusal_of("new-app app --app-namespace shop".split(' '), b"");
    writeln!(text, "the app is called app\n{refusal}").unwrap();
    insta::assert_snapshot!("taken_by_bootstrap", text);
    // An owner that is given leaves the default free.
    let repository = Repository::guide();
    let bootstrap = "  instances: 3\n  bootstrap:\n    initdb: {database: main, owner: admin}\n";
    repository.replace(CLUSTER, "  instances: 3\n", bootstrap);
    repository.run_ok("new-app app --app-namespace shop -q");
}

#[test]
fn a_role_that_is_there_twice_is_refused() {
    let repository = Repository::guide();
    let entry = "      - name: my_shop\n        login: true\n        passwordSecret: {name: my-shop-db-creds}\n";
    repository.replace(
        CLUSTER,
        "  monitoring:\n",
        &format!("{entry}{entry}  monitoring:\n"),
    );
    assert_eq!(
        repository.refusal(""),
        "error: the app needs names that belong to something else\n  \
         infra/databases/postgres/postgres-cluster.yaml:20: the role \"my_shop\" is there twice, first on line 17\n\
         help: choose another name with --user\n"
    );
}

#[test]
fn labels_of_others_mean_nothing() {
    let repository = Repository::guide();
    repository.run_ok("new-app my-shop --app-namespace shop -q");
    for path in [SEALED, DATABASE] {
        let text = repository.read(path).replacen(
            "managed-by: kubectl-pgdb",
            "managed-by: platform-team",
            1,
        );
        repository.write(
            path,
            &text.replacen("part-of: my-shop", "part-of: the-platform", 1),
        );
    }
    let outcome = repository.new_app("");
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (0, ""),
        "{}",
        outcome.stderr
    );
}

//! The same command again: nothing to write, what is missing made alone, what differs named.

use std::fmt::Write;

use crate::support::{CLUSTER, DATABASE, KUSTOMIZATION, Repository, SEALED, changed_files};

const THERE: &str =
    "my-shop on the Cluster postgres-shared in postgres is there as asked for: nothing to write.\n";
const ROLE: &str = "infra/databases/postgres/my-shop-role.yaml";

/// The guide's repository with the app in it.
fn with_app(more: &str) -> Repository {
    let repository = Repository::guide();
    let outcome = repository.new_app(&format!("{more} -q"));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{more}");
    repository
}

#[test]
fn a_second_run_writes_nothing_and_says_so() {
    for more in [
        "",
        "--roles databaserole",
        "--scope cluster-wide --no-connection-keys --reclaim delete",
        "--extension b@2,a --schema y,x --in-role q,p --encoding utf8 --locale C --connection-limit 9",
        "--user owner --database data --secret-name login --app-namespace blog",
    ] {
        let repository = with_app(more);
        let before = repository.tree();
        let outcome = repository.new_app(more);
        assert_eq!(
            (
                outcome.code,
                outcome.stdout.as_str(),
                outcome.stderr.as_str()
            ),
            (0, "", THERE),
            "{more}"
        );
        assert_eq!(repository.tree(), before, "{more}");
        let outcome = repository.new_app(&format!("{more} --dry-run -q"));
        assert_eq!(
            (outcome.code, outcome.stdout + &outcome.stderr),
            (0, String::new())
        );
    }
    // The order of lists does not matter.
    let repository = with_app("--extension b@2,a --schema y,x --in-role q,p --app-namespace blog");
    let line =
        "new-app my-shop --app-namespace blog,shop --extension a,b@2 --schema x,y --in-role p,q";
    let outcome = repository.run(line);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, THERE));
}

#[test]
fn a_piece_that_is_missing_is_made_alone() {
    for (more, pieces) in [
        ("", [SEALED, CLUSTER, DATABASE, KUSTOMIZATION]),
        (
            "--roles databaserole",
            [SEALED, ROLE, DATABASE, KUSTOMIZATION],
        ),
    ] {
        let untouched = Repository::guide();
        for missing in pieces {
            let repository = with_app(more);
            let whole = repository.tree();
            match untouched.tree().get(missing) {
                Some(text) => repository.write(missing, text),
                None => repository.remove(missing),
            }
            let outcome = repository.new_app(more);
            assert_eq!(outcome.code, 0, "{missing}: {}", outcome.stderr);
            let verb = if untouched.tree().contains_key(missing) {
                "edit  "
            } else {
                "create"
            };
            let kept: String = [
                (SEALED, "SealedSecret my-shop-db-creds"),
                (CLUSTER, "ManagedRole my_shop"),
                (ROLE, "DatabaseRole my-shop-role"),
                (DATABASE, "Database my-shop-db"),
            ]
            .iter()
            .filter(|(path, _)| *path != missing && pieces.contains(path))
            .map(|(path, piece)| format!("  keep   {piece} in {path}\n"))
            .collect();
            assert_eq!(
                outcome.stderr,
                format!(
                    "Wrote my-shop on the Cluster postgres-shared in postgres:\n  {verb} {missing}\n{kept}\n\
                     Next:\n  git add {missing}\n  git commit -m 'Add the database of my-shop'\n  git push\n  \
                     kubectl pgdb verify my-shop --wait --login    # once Argo CD has synced it\n"
                )
            );
            let changed = changed_files(&whole, &repository.tree());
            if missing == SEALED {
                // A new password: all else is as it was.
                assert_eq!(changed.keys().collect::<Vec<_>>(), [SEALED]);
                assert_eq!(repository.unsealed(SEALED)["username"], "my_shop");
            } else {
                assert!(changed.is_empty(), "{missing}: {:?}", changed.keys());
            }
        }
    }
}

#[test]
fn parts_of_an_edit_that_are_missing_are_made_alone() {
    for (path, part) in [
        (
            CLUSTER,
            "  annotations:\n    argocd.argoproj.io/sync-wave: \"1\"\n",
        ),
        (
            CLUSTER,
            "      - name: my_shop\n        login: true\n        passwordSecret:\n          name: my-shop-db-creds\n",
        ),
        (KUSTOMIZATION, "  - my-shop-db.yaml\n"),
    ] {
        let repository = with_app("");
        let whole = repository.tree();
        repository.replace(path, part, "");
        repository.run_ok("new-app my-shop --app-namespace shop -q");
        assert_eq!(repository.tree(), whole, "{part}");
    }
}

#[test]
fn everything_but_the_credential_can_be_made_again() {
    let repository = with_app("");
    let whole = repository.tree();
    let untouched = Repository::guide();
    for path in [CLUSTER, KUSTOMIZATION] {
        repository.write(path, &untouched.read(path));
    }
    repository.remove(DATABASE);
    repository.run_ok("new-app my-shop --app-namespace shop -q");
    // The order of the two entries is the only thing that may differ.
    assert_eq!(repository.tree(), whole);
}

#[test]
fn other_answers_are_named_one_by_one() {
    let repository = with_app("");
    let mut text = String::new();
    for more in [
        "--app-namespace blog",
        "--user owner",
        "--database data",
        "--secret-name login",
        "--user owner --database data --secret-name login",
        "--extension a,b@1",
        "--schema sales",
        "--encoding UTF8",
        "--locale C",
        "--connection-limit 5",
        "--reclaim delete",
        "--in-role pg_monitor",
        "--scope cluster-wide",
        "--no-connection-keys",
        "--roles databaserole",
        "--extension a --schema b --encoding UTF8 --locale C --connection-limit 5 --reclaim delete --in-role c \
         --scope namespace-wide --no-connection-keys",
    ] {
        writeln!(text, "{more}\n{}", repository.refusal(more)).unwrap();
    }
    let refusal = repository.refusal_of("new-app my-shop --app-namespace blog".split(' '), b"");
    writeln!(text, "another namespace alone\n{refusal}").unwrap();
    let repository = with_app(
        "--no-connection-keys --scope cluster-wide --reclaim delete --extension a@1 --connection-limit 5",
    );
    writeln!(text, "nothing of what is there\n{}", repository.refusal("")).unwrap();
    let repository = with_app("--roles databaserole");
    for more in [
        "",
        "--roles databaserole --user owner",
        "--roles databaserole --in-role a",
    ] {
        writeln!(
            text,
            "as DatabaseRole: {more}\n{}",
            repository.refusal(more)
        )
        .unwrap();
    }
    insta::assert_snapshot!("other_answers", text);
}

#[test]
fn what_was_changed_by_hand_is_named() {
    let mut text = String::new();
    for (path, from, to) in [
        (
            SEALED,
            "  annotations:\n    argocd.argoproj.io/sync-wave: \"0\"\n",
            "  annotations:\n    argocd.argoproj.io/sync-wave: \"5\"\n",
        ),
        (
            SEALED,
            "reflection-auto-enabled: \"true\"",
            "reflection-auto-enabled: \"false\"",
        ),
        (
            SEALED,
            "reflection-allowed-namespaces: \"shop\"",
            "reflection-allowed-namespaces: \"\"",
        ),
        (
            SEALED,
            "      host: postgres-shared-rw.postgres.svc\n",
            "      host: elsewhere\n",
        ),
        (SEALED, "      port: \"5432\"\n", ""),
        (SEALED, "    username: ", "    user-name: "),
        (
            CLUSTER,
            "      - name: my_shop\n        login: true\n",
            "      - name: my_shop\n",
        ),
        (
            CLUSTER,
            "      - name: my_shop\n",
            "      - name: my_shop\n        ensure: absent\n",
        ),
        (DATABASE, "sync-wave: \"2\"", "sync-wave: \"0\""),
        (DATABASE, "  owner: my_shop\n", "  owner: other\n"),
        (
            DATABASE,
            "  databaseReclaimPolicy: retain\n",
            "  databaseReclaimPolicy: delete\n  ensure: absent\n",
        ),
    ] {
        let repository = with_app("");
        repository.replace(path, from, to);
        writeln!(text, "{to:?} for {from:?}\n{}", repository.refusal("")).unwrap();
    }
    insta::assert_snapshot!("changed_by_hand", text);
}

#[test]
fn what_is_not_asked_about_may_be_changed_by_hand() {
    let repository = with_app("");
    repository.replace(
        DATABASE,
        "  owner: my_shop\n",
        "  owner: my_shop # a comment\n  allowConnections: true\n",
    );
    repository.replace(DATABASE, "  databaseReclaimPolicy: retain\n", "");
    repository.replace(
        CLUSTER,
        "      - name: my_shop\n",
        "      - name: my_shop\n        connectionLimit: 5\n        ensure: present\n",
    );
    repository.replace(
        SEALED,
        "    type: kubernetes.io/basic-auth\n",
        "    immutable: false\n    type: Opaque\n",
    );
    let outcome = repository.new_app("");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, THERE));
}

/// The guide's pieces as people make them by hand: no labels, its own layout, its own annotations.
fn by_hand() -> Repository {
    let repository = Repository::guide();
    // kubeseal keeps the template's metadata; the guide's Secret has three annotations and no connection keys.
    let made = with_app("--no-connection-keys");
    let sealed = made.read(SEALED);
    let value = |key: &str| {
        let line = sealed
            .lines()
            .find(|line| line.trim_start().starts_with(key))
            .unwrap();
        line.trim().to_owned()
    };
    repository.write(
        SEALED,
        &format!(
            "---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  creationTimestamp: null\n  \
             annotations:\n    argocd.argoproj.io/sync-wave: \"0\"\n  name: my-shop-db-creds\n  namespace: postgres\n\
             spec:\n  encryptedData:\n    {}\n    {}\n  template:\n    metadata:\n      creationTimestamp: null\n      \
             annotations:\n        argocd.argoproj.io/sync-wave: \"0\"\n        \
             reflector.v1.k8s.emberstack.com/reflection-allowed: \"true\"\n        \
             reflector.v1.k8s.emberstack.com/reflection-allowed-namespaces: shop\n        \
             reflector.v1.k8s.emberstack.com/reflection-auto-enabled: \"true\"\n      name: my-shop-db-creds\n      \
             namespace: postgres\n    type: Opaque\n",
            value("password:"),
            value("username:")
        ),
    );
    repository.replace(
        CLUSTER,
        "  monitoring:\n",
        "      # the shop\n      - name: my_shop\n        login: true\n        passwordSecret:\n          \
         name: my-shop-db-creds # Matches the Secret name\n  monitoring:\n",
    );
    repository.write(
        DATABASE,
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: my-shop-db\n  namespace: postgres\n  \
         annotations:\n    argocd.argoproj.io/sync-wave: \"2\" # Ensures it runs after the Cluster/Role sync\nspec:\n  \
         name: my_shop\n  owner: my_shop\n  cluster:\n    name: postgres-shared\n",
    );
    repository
}

#[test]
fn pieces_that_were_made_by_hand_from_the_guide_are_kept() {
    let repository = by_hand();
    let before = repository.tree();
    let outcome = repository.new_app("--no-connection-keys -q");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let changed = changed_files(&before, &repository.tree());
    // The guide's Cluster has no wave, and its kustomization knows nothing of the two files.
    assert_eq!(changed.keys().collect::<Vec<_>>(), [KUSTOMIZATION, CLUSTER]);
    // With the connection keys, the guide's Secret lacks them all.
    insta::assert_snapshot!("by_hand_without_connection_keys", by_hand().refusal(""));
}

#[test]
fn pieces_may_be_in_other_files() {
    let repository = with_app("");
    let whole: String = [DATABASE, SEALED]
        .map(|path| format!("---\n{}", repository.read(path)))
        .concat();
    repository.remove(DATABASE);
    repository.remove(SEALED);
    repository.write("infra/databases/postgres/tenants.yaml", &whole);
    let kustomization = Repository::guide().read(KUSTOMIZATION);
    repository.write(KUSTOMIZATION, &format!("{kustomization}  - tenants.yaml\n"));
    let before = repository.tree();
    let outcome = repository.new_app("");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, THERE));
    assert_eq!(repository.tree(), before);
}

//! Two login roles that take turns: what each step writes, says and refuses, without a cluster.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::with_apps;
use crate::support::{CLUSTER, KUSTOMIZATION, Repository, SEALED, Tree, without_sealed_values};

/// A step though nothing is known of a cluster.
const STEP: &str = "rotate my-shop --two-role --offline --force-stage";
const NEXT: &str = "infra/databases/postgres/my-shop-next-secrets-sealed.yaml";
const JOB: &str = "infra/databases/postgres/my-shop-next.yaml";

/// The Cluster's managed roles.
fn roles(repository: &Repository) -> String {
    let text = repository.read(CLUSTER);
    let (_, roles) = text.split_once("    roles:\n").unwrap();
    let roles: Vec<&str> = roles
        .lines()
        .take_while(|line| line.starts_with("      "))
        .collect();
    roles.join("\n")
}

fn step(repository: &Repository) -> String {
    let outcome = repository.run(STEP);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let lint = repository.run("lint --output json");
    let report: Value = serde_json::from_str(&lint.stdout).unwrap();
    assert_eq!(report["findings"], json!([]));
    outcome.stderr
}

#[test]
fn each_step_says_what_it_does_and_what_comes_next() {
    let repository = with_apps(&["my-shop"]);
    assert_eq!(
        step(&repository),
        "my-shop: step 1 of 3: my_shop_b is added beside my_shop, with a credential that nobody reads yet.
Wrote step 1 of 3:
  create infra/databases/postgres/my-shop-next-secrets-sealed.yaml
  edit   infra/databases/postgres/postgres-cluster.yaml
  create infra/databases/postgres/my-shop-next.yaml
  edit   infra/databases/postgres/kustomization.yaml

Next:
  git add infra/databases/postgres/my-shop-next-secrets-sealed.yaml infra/databases/postgres/postgres-cluster.yaml infra/databases/postgres/my-shop-next.yaml infra/databases/postgres/kustomization.yaml
  git commit -m 'Add the login my_shop_b of my-shop'
  git push

Once Argo CD has synced it:
  kubectl pgdb rotate my-shop --two-role    # step 2: my-shop reads the new credential
"
    );
    assert_eq!(
        roles(&repository),
        "      - name: my_shop
        login: true
        passwordSecret:
          name: my-shop-db-creds
      - name: my_shop_b
        login: true
        inRoles:
          - my_shop
        passwordSecret:
          name: my-shop-db-creds-next"
    );
    let said = step(&repository);
    let (said, rest) = said.split_once('\n').unwrap();
    assert_eq!(
        said,
        "my-shop: step 2 of 3: the Secret my-shop-db-creds gets the credential of my_shop_b; my_shop logs in as before."
    );
    assert!(rest.starts_with(
        "warning: it was not looked whether the last step is done (--offline); going on as asked: where PostgreSQL does not know \
         the new login yet, the application cannot log in\n"
    ));
    assert!(rest.ends_with(
        "
Once Argo CD has synced it, and what reads its Secret at the start alone is restarted:
  kubectl pgdb rotate my-shop --two-role    # step 3: the old login is closed
"
    ));
    assert_eq!(
        roles(&repository),
        "      - name: my_shop
        login: true
      - name: my_shop_b
        login: true
        inRoles:
          - my_shop
        passwordSecret:
          name: my-shop-db-creds"
    );
    let said = step(&repository);
    assert!(
        said.starts_with("my-shop: step 3 of 3: my_shop is closed; my_shop_b stays.\n"),
        "{said}"
    );
    assert!(said.contains("  delete infra/databases/postgres/my-shop-next.yaml\n"));
    assert!(said.ends_with(
        "  kubectl pgdb verify my-shop --wait --login    # once Argo CD has synced it\n"
    ));
    assert_eq!(
        roles(&repository),
        "      - name: my_shop
        login: false
        disablePassword: true
      - name: my_shop_b
        login: true
        inRoles:
          - my_shop
        passwordSecret:
          name: my-shop-db-creds"
    );
    let said = step(&repository);
    assert!(said.starts_with("my-shop: step 1 of 3: my_shop_a is added beside my_shop_b, "));
}

#[test]
fn the_same_password_is_sealed_for_both_secrets() {
    let repository = with_apps(&["my-shop"]);
    let old = repository.unsealed(SEALED);
    step(&repository);
    let next = repository.unsealed(NEXT);
    assert_eq!(next["username"], "my_shop_b");
    assert_eq!(next["password"].len(), 32);
    assert_ne!(next["password"], old["password"]);
    assert_eq!(repository.unsealed(SEALED), old);
    step(&repository);
    let new = repository.unsealed(SEALED);
    assert_eq!(new["username"], "my_shop_b");
    assert_eq!(new["password"], next["password"]);
    let text = without_sealed_values(&repository.read(NEXT));
    insta::assert_snapshot!("next_secret", text);
    insta::assert_snapshot!("next_job", repository.read(JOB));
}

#[test]
fn sealed_forms_of_the_connection_follow() {
    let repository = with_apps(&[]);
    let outcome = repository.run_with(
        "new-app my-shop --app-namespace shop --quiet --password-stdin",
        b"needs:escaping/and=more-than-22",
    );
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    step(&repository);
    step(&repository);
    let new = repository.unsealed(SEALED);
    assert_eq!(
        new["uri"],
        format!(
            "postgresql://my_shop_b:{}@postgres-shared-rw.postgres.svc:5432/my_shop",
            new["password"]
        )
    );
    assert_eq!(
        new["pgpass"],
        format!(
            "postgres-shared-rw.postgres.svc:5432:my_shop:my_shop_b:{}\n",
            new["password"]
        )
    );
}

/// The tree with the first of the changed files as they are after a step, and the rest as before.
fn partly(before: &Tree, after: &Tree, files: &[String], count: usize) -> Tree {
    let mut tree = before.clone();
    for file in files.iter().take(count) {
        match after.get(file) {
            Some(text) => drop(tree.insert(file.clone(), text.clone())),
            None => drop(tree.remove(file)),
        }
    }
    tree
}

fn set(repository: &Repository, tree: &Tree) {
    for file in repository
        .tree()
        .keys()
        .filter(|file| !tree.contains_key(*file))
    {
        repository.remove(file);
    }
    for (file, text) in tree {
        repository.write(file, text);
    }
}

#[test]
fn a_step_that_was_killed_is_finished() {
    for style in ["managed", "databaserole"] {
        let repository = with_apps(&[]);
        repository.run_ok(&format!(
            "new-app my-shop --app-namespace shop --quiet --roles {style}"
        ));
        for number in 1..=6 {
            let before = repository.tree();
            let outcome = repository.run(&format!("{STEP} --output json --quiet"));
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
            let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
            let files: Vec<String> = serde_json::from_value(report["files"].clone()).unwrap();
            let after = repository.tree();
            for count in 1..files.len() {
                let tree = partly(&before, &after, &files, count);
                set(&repository, &tree);
                let outcome = repository.run(STEP);
                assert_eq!(outcome.code, 0, "{}", outcome.stderr);
                let place = format!("{style}, step {number}, {count} of {files:?}");
                assert_eq!(repository.tree(), after, "{place}");
            }
        }
    }
}

#[test]
fn every_state_is_listed_exported_and_imported() {
    for style in ["managed", "databaserole"] {
        let repository = with_apps(&[]);
        repository.run_ok(&format!(
            "new-app my-shop --app-namespace shop --quiet --roles {style}"
        ));
        let exported = repository.run("export").stdout;
        for _ in 1..=6 {
            step(&repository);
            assert_eq!(repository.run("export").stdout, exported);
            let listed = repository.run("list --quiet").stdout;
            let rows: BTreeSet<&str> = listed
                .lines()
                .skip(1)
                .filter_map(|line| line.split_whitespace().next())
                .collect();
            assert_eq!(rows, BTreeSet::from(["my-shop"]), "{listed}");
            assert!(listed.contains("complete"), "{listed}");
            repository.write("apps.yaml", &exported);
            let before = repository.tree();
            let outcome = repository.run("import apps.yaml --yes");
            assert_eq!(outcome.code, 0, "{}", outcome.stderr);
            assert_eq!(repository.tree(), before);
            repository.remove("apps.yaml");
        }
    }
}

#[test]
fn a_program_is_told_of_the_step() {
    let repository = with_apps(&["my-shop"]);
    let before = repository.tree();
    let outcome = repository.run("rotate my-shop --two-role --dry-run --output json");
    assert_eq!(repository.tree(), before);
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        report,
        json!({
            "apiVersion": "pgdb/v1", "kind": "Turn", "cluster": "postgres-shared", "namespace": "postgres", "app": "my-shop",
            "step": "add", "owner": "my_shop", "from": ["my_shop"], "to": "my_shop_b", "secret": "my-shop-db-creds",
            "dryRun": true, "files": [NEXT, CLUSTER, JOB, KUSTOMIZATION], "warnings": [],
        })
    );
}

/// The error of a call, and what to do about it.
fn refused(repository: &Repository, words: &str) -> String {
    let before = repository.tree();
    let outcome = repository.run(words);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert_eq!(repository.tree(), before);
    outcome.stderr
}

#[test]
fn what_cannot_take_turns_is_refused() {
    let turn = "rotate my-shop --two-role";
    let repository = with_apps(&["my-shop"]);
    let uri = "postgresql://{{ .username }}:{{ .password }}@";
    repository.replace(SEALED, uri, "postgresql://my_shop:{{ .password }}@");
    assert_eq!(
        refused(&repository, turn),
        "error: infra/databases/postgres/my-shop-secrets-sealed.yaml:1: uri of the Secret does not follow its username\n\
         help: the application would log in with the new password as the old user: write it as a template, with {{ .username }} \
         where the user is, or seal it; where nothing reads uri, take it out\n"
    );

    let repository = with_apps(&["my-shop"]);
    let entry = "      - name: my_shop_b\n        login: true\n";
    let text = repository.read(CLUSTER);
    let (head, tail) = text.split_once("    roles:\n").unwrap();
    repository.write(CLUSTER, &format!("{head}    roles:\n{entry}{tail}"));
    let said = refused(&repository, turn);
    assert!(
        said.contains("the role \"my_shop_b\" is no member of the owner\n"),
        "{said}"
    );

    let repository = with_apps(&["my-shop"]);
    repository.write(NEXT, "kind: Secret\napiVersion: v1\n");
    assert_eq!(
        refused(&repository, turn),
        format!(
            "error: {NEXT}: the file is there and holds something else\nhelp: move it out of the way, and run the same command again\n"
        )
    );

    let repository = with_apps(&["my-shop", "wiki"]);
    for (words, said) in [
        (
            "rotate my-shop wiki --two-role",
            "error: --two-role: two roles take turns for one app at a time\nhelp: name one app\n",
        ),
        (
            "rotate --two-role",
            "error: --two-role: two roles take turns for one app at a time\nhelp: name one app\n",
        ),
    ] {
        assert_eq!(refused(&repository, words), said);
    }
    repository.run_ok(&format!("{STEP} --quiet"));
    repository.remove(NEXT);
    let said = refused(&repository, turn);
    assert!(
        said.starts_with(&format!(
            "error: a role takes its password from the Secret my-shop-db-creds-next, which {NEXT} does not make\n"
        )),
        "{said}"
    );
}

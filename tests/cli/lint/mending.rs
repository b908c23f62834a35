//! `lint --fix`: what it writes, what it leaves, and how it asks.

use super::clean;
use crate::support::{CLUSTER, DATABASE, KUSTOMIZATION, Repository, changed_lines};
use crate::terminal::{CTRL_C, Terminal};

/// A repository with two findings that can be mended and one that cannot.
fn broken() -> Repository {
    let repository = clean();
    repository.replace(
        DATABASE,
        "sync-wave: \"2\"",
        "sync-wave: 2 # after the role",
    );
    repository.replace(DATABASE, "owner: my_shop", "owner: my-shop");
    repository.replace(
        CLUSTER,
        "  annotations:\n    argocd.argoproj.io/sync-wave: \"1\"\n",
        "",
    );
    repository
}

const DIFF: &str = "\
diff --git a/infra/databases/postgres/my-shop-db.yaml b/infra/databases/postgres/my-shop-db.yaml
--- a/infra/databases/postgres/my-shop-db.yaml
+++ b/infra/databases/postgres/my-shop-db.yaml
@@ -7,7 +7,7 @@
     app.kubernetes.io/managed-by: kubectl-pgdb
     app.kubernetes.io/part-of: my-shop
   annotations:
-    argocd.argoproj.io/sync-wave: 2 # after the role
+    argocd.argoproj.io/sync-wave: \"2\" # after the role
 spec:
   name: my_shop
   owner: my-shop
diff --git a/infra/databases/postgres/postgres-cluster.yaml b/infra/databases/postgres/postgres-cluster.yaml
--- a/infra/databases/postgres/postgres-cluster.yaml
+++ b/infra/databases/postgres/postgres-cluster.yaml
@@ -4,6 +4,8 @@
 metadata:
   name: postgres-shared
   namespace: postgres
+  annotations:
+    argocd.argoproj.io/sync-wave: \"1\"
 spec:
   instances: 3
   storage:
";

#[test]
fn shows_a_diff_and_writes_nothing() {
    let repository = broken();
    let before = repository.tree();
    let outcome = repository.run("lint --fix --dry-run=client");
    assert_eq!(outcome.code, 1);
    assert_eq!(outcome.stdout, DIFF);
    assert_eq!(outcome.stderr, "Of 3 findings, 2 would be mended.\n");
    assert_eq!(repository.tree(), before);
}

#[test]
fn the_diff_is_one_that_git_applies() {
    let repository = broken();
    let diff = repository.run("lint --fix --dry-run=client --quiet").stdout;
    repository.git("apply -", &diff);
    let mended = broken();
    mended.run("lint --fix --quiet");
    assert_eq!(
        [CLUSTER, DATABASE].map(|path| repository.read(path)),
        [CLUSTER, DATABASE].map(|path| mended.read(path))
    );
}

#[test]
fn writes_and_reports_the_rest() {
    let repository = broken();
    let before = repository.tree();
    let outcome = repository.run("lint --fix");
    assert_eq!(outcome.code, 1);
    let rest = outcome.stdout.strip_prefix(DIFF).unwrap();
    assert!(rest.starts_with("error[PGDB201]: "), "{rest}");
    assert_eq!(rest.matches("[PGDB").count(), 1);
    assert_eq!(
        outcome.stderr,
        "Mended 2 findings in 2 files.\nFound 1 error in 4 manifest files.\n"
    );
    assert_eq!(
        changed_lines(&before[DATABASE], &repository.read(DATABASE)),
        "   annotations:\n-    argocd.argoproj.io/sync-wave: 2 # after the role\n+    argocd.argoproj.io/sync-wave: \"2\" # after the role\n spec:\n"
    );
    let again = repository.tree();
    let outcome = repository.run("lint --fix");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (1, "Found 1 error in 4 manifest files.\n")
    );
    assert_eq!(repository.tree(), again);
}

#[test]
fn mends_only_what_was_asked_for() {
    let repository = broken();
    let before = repository.read(DATABASE);
    let outcome = repository.run(&format!("lint --fix {CLUSTER}"));
    assert_eq!(
        (outcome.code, repository.read(DATABASE)),
        (0, before.clone())
    );
    let outcome = repository.run("lint --fix --rule PGDB301");
    assert_eq!((outcome.code, repository.read(DATABASE)), (0, before));
}

#[test]
fn data_stays_data() {
    let repository = broken();
    let outcome = repository.run("lint --fix -o json");
    let report: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(outcome.code, 1);
    assert_eq!(report["summary"]["errors"], 1);
    assert_eq!(report["findings"][0]["code"], "PGDB201");
}

#[test]
fn what_the_editor_refuses_is_said() {
    let repository = clean();
    repository.replace(KUSTOMIZATION, "resources:\n", "resources: &list\n");
    let listed = repository.read(KUSTOMIZATION);
    repository.write(
        KUSTOMIZATION,
        &(listed.replace("  - my-shop-db.yaml\n", "") + "components: *list\n"),
    );
    let before = repository.tree();
    let outcome = repository.run("lint --fix --rule PGDB801");
    assert_eq!(outcome.code, 1);
    assert_eq!(
        outcome.stderr,
        "warning: infra/databases/postgres/kustomization.yaml:4: PGDB801 is not mended: resources is repeated by the alias on line 6, \
         which would change with it; write the value out in place of the alias, or make the change by hand if both are to have it\n\
         Found 1 warning (1 can be mended with --fix) in 4 manifest files.\n"
    );
    assert_eq!(repository.tree(), before);
}

#[test]
fn no_change_shows_the_lines_around_a_secret_in_clear() {
    let repository = clean();
    repository.write(
        "infra/databases/postgres/blog.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: my-shop-db-creds\n  namespace: postgres\nstringData:\n  password: hunter2\n",
    );
    repository.replace(
        KUSTOMIZATION,
        "resources:\n",
        "secretGenerator:\n  - name: cache\n    literals:\n      - password=hunter2\nresources:\n",
    );
    repository.replace(KUSTOMIZATION, "  - my-shop-db.yaml\n", "");
    let before = repository.tree();
    for call in [
        "lint --fix --dry-run=client",
        "lint --fix --dry-run=client --rule PGDB801,PGDB709",
        "lint --fix",
        "lint --fix -o json",
    ] {
        let outcome = repository.run(call);
        assert_eq!(outcome.code, 1, "{call}");
        assert!(
            !(outcome.stdout + &outcome.stderr).contains("hunter2"),
            "{call}"
        );
    }
    assert_eq!(repository.tree(), before);
    let outcome = repository.run("lint --fix --dry-run=client --rule PGDB801");
    assert_eq!(
        (outcome.stdout.as_str(), outcome.stderr.as_str()),
        (
            "",
            "warning: infra/databases/postgres/kustomization.yaml: PGDB801 is not mended: the file holds a secret value in clear, \
             which its diff could show; seal the value, then run this again, or change the file by hand\n\
             Of 1 finding, 0 would be mended.\n"
        )
    );
}

#[test]
fn what_is_asked_about_is_shown_even_when_quiet() {
    for form in ["text", "json"] {
        let repository = broken();
        let before = repository.tree();
        let mut terminal = Terminal::run(&repository, &format!("lint --fix --quiet -o {form}"));
        terminal.see("Write these changes?").keys("n");
        let ended = terminal.end();
        assert_eq!(ended.code, Some(2), "{form}");
        assert!(
            ended
                .screen
                .contains("\n+    argocd.argoproj.io/sync-wave: \"2\" # after the role"),
            "{}",
            ended.screen
        );
        assert_eq!(repository.tree(), before);
    }
}

#[test]
fn an_interrupted_question_changes_nothing() {
    let repository = broken();
    let before = repository.tree();
    let mut terminal = Terminal::run(&repository, "lint --fix");
    terminal.see("Write these changes?").keys(CTRL_C);
    assert_eq!(terminal.end().code, Some(130));
    assert_eq!(repository.tree(), before);
}

#[test]
fn a_confirmed_change_is_written() {
    let repository = broken();
    let mut terminal = Terminal::run(&repository, "lint --fix");
    terminal.see("Write these changes?").keys("y");
    let ended = terminal.end();
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.screen.contains("Mended 2 findings in 2 files."),
        "{}",
        ended.screen
    );
    assert!(repository.read(DATABASE).contains("sync-wave: \"2\""));
}

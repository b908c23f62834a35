//! By default access is closed and the data is kept.

use super::{findings, told, with_my_shop};
use crate::support::{
    CLUSTER, DATABASE, KUSTOMIZATION, Outcome, Repository, comparable, without_sealed_values,
};

/// The role's lines in the Cluster, once it is closed.
const CLOSED: &str = "      - name: my_shop\n        login: false\n        disablePassword: true\n";

#[test]
fn a_removed_app_leaves_its_role_alone() {
    let repository = Repository::guide();
    let before = repository.tree();
    repository.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    let outcome = repository.run("remove my-shop");
    insta::assert_snapshot!(without_sealed_values(&told(&repository, &outcome)));
    let mut expected = before;
    let cluster = expected.get_mut(CLUSTER).unwrap();
    *cluster = cluster
        .replace("  monitoring:\n", &format!("{CLOSED}  monitoring:\n"))
        .replace(
            "  namespace: postgres\nspec:",
            "  namespace: postgres\n  annotations:\n    argocd.argoproj.io/sync-wave: \"1\"\nspec:",
        );
    assert_eq!(repository.tree(), expected);
    assert_eq!(findings(&repository), [] as [&str; 0]);
}

#[test]
fn a_database_role_stays_as_an_object() {
    let repository = with_my_shop("--roles databaserole");
    let outcome = repository.run("remove my-shop");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let role = repository.read("infra/databases/postgres/my-shop-role.yaml");
    assert!(
        role.ends_with(
            "  databaseRoleReclaimPolicy: retain\n  login: false\n  disablePassword: true\n"
        ),
        "{role}"
    );
    let files: Vec<String> = repository.tree().into_keys().collect();
    assert_eq!(
        files
            .iter()
            .filter(|path| path.contains("my-shop"))
            .collect::<Vec<_>>(),
        ["infra/databases/postgres/my-shop-role.yaml"]
    );
}

#[test]
fn what_is_removed_already_is_left_alone() {
    let repository = with_my_shop("");
    repository.run_ok("remove my-shop");
    let before = repository.tree();
    let outcome = repository.run("remove my-shop");
    assert_eq!(
        told(&repository, &outcome),
        "exit 0
--- stdout
--- stderr
my-shop on the Cluster postgres-shared in postgres is removed already: nothing to write. The role \"my_shop\" keeps its data.
  kubectl pgdb new-app my-shop ...    # takes role and data over again
  kubectl pgdb remove my-shop --drop-database    # drops them
"
    );
    assert_eq!(repository.tree(), before);
    let listed = repository.run_ok("list");
    assert!(listed.contains("removed, data kept"), "{listed}");
}

/// What comes once a stage is synced, and all that follows.
fn after(outcome: &Outcome) -> &str {
    let (_, after) = outcome.stderr.split_once("has synced it:\n").unwrap();
    after
}

#[test]
fn a_role_of_two_databases_keeps_its_access() {
    let repository = with_my_shop("");
    let more = repository
        .read("infra/databases/postgres/my-shop-db.yaml")
        .replace("name: my-shop-db", "name: more-db")
        .replace("part-of: my-shop", "part-of: more")
        .replace("  name: my_shop", "  name: more");
    repository.write("infra/databases/postgres/more-db.yaml", &more);
    let outcome = repository.run("remove more --offline");
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let expected = "Stage 1 of 1: the Database leaves, its data is kept, and the access of its owner stays as it is.\n";
    assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
    let expected = "commit -m 'Take the Database of more out, and keep its data'\n";
    assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
    // The sessions of the other app are none of it.
    assert_eq!(
        after(&outcome),
        "  kubectl get databases.postgresql.cnpg.io,secrets --namespace postgres    # the Database is gone\n"
    );
}

#[test]
fn names_that_the_app_does_not_give_are_said_again() {
    let repository = with_my_shop("--user shopkeeper --database wares");
    let outcome = repository.run("remove my-shop --offline");
    let again = "  kubectl pgdb new-app my-shop --user shopkeeper --database wares ...    # later, to take the role and its data over again\n";
    assert!(after(&outcome).contains(again), "{}", outcome.stderr);
    let cluster = repository.read(CLUSTER);
    let kept = "      - name: shopkeeper\n        login: false\n        disablePassword: true # keeps the database \"wares\" of my-shop\n";
    assert!(cluster.contains(kept), "{cluster}");
    let comes_back = repository
        .run_ok("new-app my-shop --app-namespace shop --user shopkeeper --database wares");
    assert!(!repository.read(CLUSTER).contains("wares"));
    assert!(
        comes_back.contains("\n+  name: wares\n+  owner: shopkeeper\n"),
        "{comes_back}"
    );
}

#[test]
fn a_dry_run_shows_the_same_and_writes_nothing() {
    let repository = with_my_shop("");
    let before = repository.tree();
    let dry = repository.run("remove my-shop --dry-run=client");
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    assert_eq!(repository.tree(), before);
    let wet = repository.run("remove my-shop");
    assert_eq!(dry.stdout, wet.stdout);
}

#[test]
fn data_that_would_go_with_its_object_is_protected_first() {
    let repository = with_my_shop("--reclaim delete");
    let before = repository.read(DATABASE);
    let first = repository.run("remove my-shop");
    assert_eq!(first.code, 0, "{}", first.stderr);
    insta::assert_snapshot!(told(&repository, &first));
    assert_ne!(repository.read(DATABASE), before);
    assert_eq!(findings(&repository), [] as [&str; 0]);
    // Nobody has seen that the cluster has it too.
    let protected = repository.tree();
    let second = repository.run("remove my-shop");
    insta::assert_snapshot!(told(&repository, &second));
    assert_eq!(repository.tree(), protected);
    let forced = repository.run("remove my-shop --force-stage");
    assert_eq!(forced.code, 0, "{}", forced.stderr);
    let once = with_my_shop("");
    once.run_ok("remove my-shop");
    assert_eq!(comparable(repository.tree()), comparable(once.tree()));
}

#[test]
fn json_is_one_versioned_structure() {
    let repository = with_my_shop("");
    let outcome = repository.run("remove my-shop --output json --quiet");
    insta::assert_snapshot!(told(&repository, &outcome));
}

#[test]
fn an_app_that_comes_back_takes_its_role_over() {
    for more in ["", "--roles databaserole"] {
        let repository = with_my_shop(more);
        // The order of its entries is another afterwards.
        repository.remove(KUSTOMIZATION);
        let before = comparable(repository.tree());
        repository.run_ok("remove my-shop --quiet");
        let outcome = repository.run(&format!(
            "new-app my-shop --app-namespace shop --output json {more}"
        ));
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert!(
            outcome.stdout.contains("\"state\": \"taken-over\""),
            "{}",
            outcome.stdout
        );
        assert_eq!(comparable(repository.tree()), before);
    }
}

#[test]
fn a_group_is_nobodys_to_take_over() {
    let repository = Repository::guide();
    repository.replace(
        CLUSTER,
        "      - name: blog # by hand\n        login: true\n",
        "      - name: my_shop\n        login: false\n        disablePassword: true\n      - name: blog # by hand\n        login: \
         true\n        inRoles: [my_shop]\n",
    );
    assert_eq!(
        repository.refusal(""),
        "error: the app needs names that belong to something else
  infra/databases/postgres/postgres-cluster.yaml:13: the role \"my_shop\" is there with no credential
help: choose another name with --user
"
    );
}

#[test]
fn an_import_takes_over_what_was_kept() {
    let repository = with_my_shop("");
    let before = comparable(repository.tree());
    repository.run_ok("remove my-shop --quiet");
    let outcome = repository.run_with(
        "import -",
        b"apiVersion: pgdb/v1\nkind: Apps\napps:\n- name: my-shop\n  appNamespaces: [shop]\n",
    );
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(comparable(repository.tree()), before);
    let exported = repository.run_ok("export");
    assert!(exported.contains("- name: my-shop\n"), "{exported}");
    repository.run_ok("remove my-shop --quiet");
    let outcome = repository.run("export");
    assert!(
        outcome
            .stderr
            .contains("warning: my-shop is left out: it was removed, and only its data is kept\n"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn what_is_kept_under_other_names_is_found_again() {
    let repository = Repository::guide();
    let names = "--app-namespace crm --user crm_owner --database crm_prod";
    repository.run_ok(&format!("new-app crm {names} --yes --quiet"));
    repository.run_ok("remove crm");
    let cluster = repository.read(CLUSTER);
    let role = "      - name: crm_owner\n        login: false\n        disablePassword: true # keeps the database \"crm_prod\" of crm\n";
    assert!(cluster.contains(role), "{cluster}");
    assert_eq!(findings(&repository), [] as [&str; 0]);
    let before = repository.tree();
    for asked in [
        "crm --app-namespace crm",
        "other --app-namespace crm --user crm_owner",
    ] {
        let outcome = repository.run(&format!("new-app {asked}"));
        assert_eq!(
            (outcome.code, outcome.stderr.as_str()),
            (
                2,
                "error: infra/databases/postgres/postgres-cluster.yaml:19: the app crm was removed, and the role \"crm_owner\" keeps its \
                 database \"crm_prod\"\nhelp: to take both over again, ask for them: --user crm_owner --database crm_prod; for a new \
                 database choose other names\n"
            )
        );
    }
    assert_eq!(repository.tree(), before);
    let dropping = repository.run("remove crm --drop-database --confirm crm_prod --dry-run=client");
    assert!(
        dropping
            .stdout
            .contains("+  name: crm_prod\n+  owner: crm_owner\n"),
        "{}",
        dropping.stdout
    );
    repository.run_ok(&format!("new-app crm {names} --yes --quiet"));
    assert!(!repository.read(CLUSTER).contains("keeps the database"));
}

#[test]
fn a_policy_that_a_patch_may_set_has_to_be_seen() {
    let repository = with_my_shop("");
    let kustomization = repository.read(KUSTOMIZATION);
    let patch = "patches:\n  - target:\n      kind: Database\n    patch: |-\n      - op: replace\n        path: /spec/databaseReclaimPolicy\n        value: delete\n";
    repository.write(KUSTOMIZATION, &format!("{kustomization}{patch}"));
    let before = repository.tree();
    let outcome = repository.run("remove my-shop");
    assert_eq!(outcome.code, 3, "{}", outcome.stderr);
    assert_eq!(repository.tree(), before);
}

#[test]
fn a_namespace_that_is_not_the_clusters_is_refused() {
    let repository = with_my_shop("");
    let before = repository.tree();
    for command in [
        "remove my-shop",
        "rotate my-shop",
        "migrate-roles my-shop --to databaserole",
    ] {
        let outcome = repository.run(&format!("{command} --namespace elsewhere"));
        assert_eq!(
            (outcome.code, outcome.stderr.as_str()),
            (
                2,
                "error: the repository puts the Cluster postgres-shared into the namespace postgres, not into elsewhere\n\
                 help: leave --namespace out, and `namespace` of .pgdb.yaml\n"
            ),
            "{command}"
        );
    }
    assert_eq!(repository.tree(), before);
}

#[test]
fn patches_of_the_managed_roles_are_named() {
    let repository = with_my_shop("");
    let kustomization = repository.read(KUSTOMIZATION);
    let patch = "patches:\n  - target:\n      kind: Cluster\n    patch: |-\n      - op: replace\n        path: /spec/managed/roles/1/login\n        value: true\n";
    repository.write(KUSTOMIZATION, &format!("{kustomization}{patch}"));
    let outcome = repository.run("remove my-shop --dry-run=client");
    let warning = "warning: infra/databases/postgres/kustomization.yaml:8: this patch changes the Cluster's managed roles: see by hand that \
                   it does not give the role its login back, and that entries which it counts are still the same\n";
    assert!(outcome.stderr.contains(warning), "{}", outcome.stderr);
}

//! `list`: the apps that a repository declares, in each form.

mod access;
mod unreadable;

use crate::support::{CLUSTER, DATABASE, Outcome, Repository, SEALED, run};

/// What a run without warnings printed.
fn printed(repository: &Repository, line: &str) -> String {
    let outcome = repository.run(line);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{line}");
    outcome.stdout
}

/// A SealedSecret of the guide, mirrored as these lines of annotations say.
fn sealed(name: &str, annotations: &str) -> String {
    format!(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: {name}\n  namespace: postgres\nspec:\n  \
         encryptedData:\n    username: AgBzZWFsZWQtdXNlcg==\n    password: AgBzZWFsZWQtcGFzc3dvcmQ=\n  template:\n    metadata:\n      annotations:\n{annotations}    \
         type: kubernetes.io/basic-auth\n"
    )
}

/// Reflector's annotations with these lists of namespaces.
fn mirrored(lists: &[(&str, &str)]) -> String {
    let flags = [
        ("reflection-allowed", "true"),
        ("reflection-auto-enabled", "true"),
    ];
    let line = |(key, value): &(&str, &str)| {
        format!("        reflector.v1.k8s.emberstack.com/{key}: \"{value}\"\n")
    };
    flags.iter().chain(lists).map(line).collect()
}

fn database(object: &str, name: &str, owner: &str, more: &str) -> String {
    format!(
        "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: {object}\n  namespace: postgres\nspec:\n  \
         name: {name}\n  owner: {owner}\n  cluster:\n    name: postgres-shared\n{more}"
    )
}

/// The guide's repository with the product's `my-shop`, and apps that people made.
fn with_apps() -> Repository {
    let repository = Repository::guide();
    repository.run_ok(
        "new-app my-shop --app-namespace shop,web --extension pgcrypto --extension postgis --schema sales --yes --quiet",
    );
    repository.run_ok("new-app wiki --app-namespace wiki --roles databaserole --yes --quiet");
    let everywhere = sealed("blog-db-creds", &mirrored(&[]));
    repository.write("secrets/one.yaml", &everywhere);
    let leaving = "  ensure: absent\n";
    repository.write(
        "databases/blog-database.yaml",
        &database("blog", "weblog", "blog", ""),
    );
    repository.write(
        "databases/old.yaml",
        &database("old-db", "old", "old", leaving),
    );
    let patterns = mirrored(&[
        ("reflection-allowed-namespaces", "team-.*,crm"),
        ("reflection-auto-namespaces", "team-.*,crm"),
    ]);
    repository.write(
        "databases/crm.yaml",
        &format!(
            "{}---\n{}",
            sealed("crm-db-creds", &patterns),
            database("crm-db", "crm", "crm", "")
        ),
    );
    repository
}

#[test]
fn a_table_has_what_is_looked_for_first() {
    assert_eq!(
        printed(&with_apps(), "list"),
        "\
NAME      NAMESPACES    ROLE      DATABASE   CLUSTER           STATE
blog      <all>         blog      weblog     postgres-shared   complete
crm       crm,team-.*   -         crm        postgres-shared   no role
my-shop   shop,web      my_shop   my_shop    postgres-shared   complete
old       -             -         old        postgres-shared   leaving
wiki      wiki          wiki      wiki       postgres-shared   complete
"
    );
}

#[test]
fn a_wide_table_has_the_rest() {
    insta::assert_snapshot!(printed(&with_apps(), "list --output wide"));
}

#[test]
fn names_are_one_a_line() {
    assert_eq!(
        printed(&with_apps(), "list -o name"),
        "blog\ncrm\nmy-shop\nold\nwiki\n"
    );
    assert_eq!(
        printed(&with_apps(), "list -o name wiki crm wiki"),
        "crm\nwiki\n"
    );
}

#[test]
fn json_and_yaml_are_one_versioned_structure() {
    let repository = with_apps();
    let json = printed(&repository, "list -o json");
    insta::assert_snapshot!(json);
    let yaml = printed(&repository, "list -o yaml");
    let structure: serde_json::Value = serde_yaml::from_str(&yaml).unwrap();
    let same: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(structure, same);
    assert!(
        yaml.starts_with(
            "apiVersion: pgdb/v1\nkind: AppList\nsummary:\n  apps: 5\n  complete: 3\n"
        ),
        "{yaml}"
    );
    // No sealed value is shown.
    assert!(!json.contains("AgB"), "{json}");
}

#[test]
fn pieces_are_missed_as_they_go() {
    let repository = Repository::guide();
    repository.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    let state = || {
        let table = printed(&repository, "list my-shop");
        let row = table.lines().nth(1).unwrap().to_owned();
        row.split("   ").last().unwrap().trim().to_owned()
    };
    assert_eq!(state(), "complete");
    let (sealed, database) = (repository.read(SEALED), repository.read(DATABASE));
    repository.remove(SEALED);
    assert_eq!(state(), "no Secret in the repository");
    repository.remove(DATABASE);
    assert_eq!(state(), "no Database, no Secret in the repository");
    repository.write(SEALED, &sealed);
    assert_eq!(state(), "no Database");
    repository.write(
        DATABASE,
        &database.replace("owner: my_shop", "owner: blog2"),
    );
    assert_eq!(state(), "owner is blog2");
    repository.write(DATABASE, &database);
    repository.write("copy.yaml", &database);
    assert_eq!(state(), "complete, Database again in copy.yaml:1");
    repository.remove("copy.yaml");
    let cluster = repository.read(CLUSTER);
    let (before, _) = cluster.split_once("      - name: my_shop\n").unwrap();
    repository.write(CLUSTER, before);
    assert_eq!(state(), "no role");
}

/// The guide's Cluster as `pg` in `staging` and `prod`, with an app in each.
fn two_clusters() -> Repository {
    let repository = Repository::guide();
    let cluster = repository.read(CLUSTER);
    let (before, _) = cluster.split_once("  managed:").unwrap();
    repository.remove(CLUSTER);
    for namespace in ["staging", "prod"] {
        let text = before
            .replace("name: postgres-shared", "name: pg")
            .replace("namespace: postgres", &format!("namespace: {namespace}"));
        let path = format!("envs/{namespace}/cluster.yaml");
        repository.write(&path, &text);
        repository.run_ok(&format!(
            "new-app shop --app-namespace shop --cluster-file {path} --yes --quiet"
        ));
    }
    repository
}

const TARGETS: &str = "targets:\n  staging:\n    clusterFile: envs/staging/cluster.yaml\n  live:\n    clusterFile: envs/prod/cluster.yaml\n";

#[test]
fn several_clusters_are_listed_together() {
    let repository = two_clusters();
    assert_eq!(
        printed(&repository, "list"),
        "\
NAME   NAMESPACES   ROLE   DATABASE   CLUSTER      STATE
shop   shop         shop   shop       prod/pg      complete
shop   shop         shop   shop       staging/pg   complete
"
    );
    assert_eq!(printed(&repository, "list -o name"), "shop\n");
    assert_eq!(
        printed(&repository, "list --namespace prod"),
        "\
NAME   NAMESPACES   ROLE   DATABASE   CLUSTER   STATE
shop   shop         shop   shop       pg        complete
"
    );
    repository.write(".pgdb.yaml", TARGETS);
    assert_eq!(
        printed(&repository, "list --target live -o wide"),
        "\
NAME   NAMESPACES   ROLE   DATABASE   CLUSTER   STATE      SECRET          EXTENSIONS   FILES                                                                              TARGET
shop   shop         shop   shop       pg        complete   shop-db-creds   -            envs/prod/shop-secrets-sealed.yaml,envs/prod/cluster.yaml,envs/prod/shop-db.yaml   live
"
    );
    let wide = printed(&repository, "list -o wide");
    let targets: Vec<&str> = wide
        .lines()
        .map(|line| line.rsplit(' ').next().unwrap())
        .collect();
    assert_eq!(targets, ["TARGET", "staging", "live"]);
    repository.write(".pgdb.yaml", &format!("{TARGETS}defaultTarget: live\n"));
    let rows = |line: &str| printed(&repository, line).lines().count();
    assert_eq!(
        (
            rows("list"),
            rows("list --all"),
            rows("list -A --target live")
        ),
        (2, 3, 3)
    );
}

#[test]
fn a_cluster_without_a_manifest_is_listed() {
    let repository = Repository::guide();
    repository.run_ok(
        "new-app shop --app-namespace shop --cluster chart --roles databaserole --yes --quiet",
    );
    assert_eq!(
        printed(&repository, "list"),
        "\
NAME   NAMESPACES   ROLE   DATABASE   CLUSTER           STATE
blog   -            blog   -          postgres-shared   no Database, no Secret in the repository
shop   shop         shop   shop       chart             complete
"
    );
    assert_eq!(
        printed(&repository, "list --cluster chart -o name"),
        "shop\n"
    );
}

#[test]
fn apps_made_by_hand_from_the_guide_are_told_by_their_references() {
    let repository = Repository::guide();
    let mirrored = mirrored(&[("reflection-allowed-namespaces", "web")]);
    // Neither the files' names nor the objects' have anything in common.
    repository.write(
        "infra/secrets/a.yml",
        &sealed("main-credentials", &mirrored),
    );
    repository.replace(
        CLUSTER,
        "          name: blog-db-creds\n",
        "          name: blog-db-creds\n      - name: web_user\n        login: true\n        passwordSecret:\n          name: main-credentials\n",
    );
    repository.write(
        "apps/web/b.yaml",
        &database("web-db", "web_data", "web_user", ""),
    );
    assert_eq!(
        printed(&repository, "list"),
        "\
NAME   NAMESPACES   ROLE       DATABASE   CLUSTER           STATE
blog   -            blog       -          postgres-shared   no Database, no Secret in the repository
web    web          web_user   web_data   postgres-shared   complete
"
    );
    let json: serde_json::Value =
        serde_json::from_str(&printed(&repository, "list web -o json")).unwrap();
    assert_eq!(
        (&json["apps"][0]["files"], &json["apps"][0]["managedBy"]),
        (
            &serde_json::json!(["infra/secrets/a.yml", CLUSTER, "apps/web/b.yaml"]),
            &serde_json::Value::Null
        )
    );
}

#[test]
fn overlays_of_one_base_list_each_app_once() {
    let repository = Repository::guide();
    repository.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    for namespace in ["staging", "prod"] {
        let path = format!("overlays/{namespace}/kustomization.yaml");
        let base =
            format!("namespace: {namespace}\nresources:\n  - ../../infra/databases/postgres\n");
        repository.write(&path, &base);
    }
    assert_eq!(
        printed(&repository, "list"),
        "\
NAME      NAMESPACES   ROLE      DATABASE   CLUSTER                                        STATE
blog      -            blog      -          prod/postgres-shared,staging/postgres-shared   no Database, no Secret in the repository
my-shop   shop         my_shop   my_shop    prod/postgres-shared,staging/postgres-shared   complete
"
    );
    assert_eq!(
        printed(&repository, "list my-shop --namespace prod"),
        "\
NAME      NAMESPACES   ROLE      DATABASE   CLUSTER           STATE
my-shop   shop         my_shop   my_shop    postgres-shared   complete
"
    );
}

#[test]
fn what_is_nowhere_is_refused() {
    let repository = with_apps();
    let mut text = String::new();
    for words in [
        "my-shpo",
        "crm nothing-like-it",
        "--cluster nowhere",
        "--cluster-file nowhere.yaml",
        "--target live",
        "--cluster No",
    ] {
        let line = format!("list {words}");
        let refused = repository.refusal_of(line.split(' '), b"");
        text.push_str(&format!("## {words}\n{refused}\n"));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_repository_without_apps_is_no_failure() {
    let empty = Repository::empty();
    let none = |stderr: &str| Outcome {
        code: 0,
        stdout: String::new(),
        stderr: stderr.to_owned(),
    };
    let message = "No apps found in the repository.\n";
    assert_eq!(empty.run("list"), none(message));
    assert_eq!(empty.run("list -o wide"), none(message));
    assert_eq!(empty.run("list -o name"), none(message));
    assert_eq!(empty.run("list --quiet"), none(""));
    assert_eq!(
        printed(&empty, "list -o yaml"),
        "apiVersion: pgdb/v1\nkind: AppList\nsummary:\n  apps: 0\n  complete: 0\n  incomplete: 0\n  leaving: 0\n  kept: 0\napps: []\nunreadable: []\n"
    );
    let guide = Repository::guide();
    let cluster = guide.read(CLUSTER);
    let (before, _) = cluster.split_once("  managed:").unwrap();
    guide.write(CLUSTER, before);
    assert_eq!(
        guide.run("list"),
        none("No apps found for the Cluster postgres-shared in postgres.\n")
    );
    assert_eq!(
        guide.run("list -n other"),
        none("No apps found in the namespace other.\n")
    );
}

#[test]
fn what_a_name_holds_cannot_move_the_cursor() {
    let repository = Repository::guide();
    repository.write(
        "x.yaml",
        &database("\"a\\e[2J-db\"", "\"two\\nlines\"", "blog", ""),
    );
    let table = printed(&repository, "list");
    assert_eq!(
        table,
        "\
NAME         NAMESPACES   ROLE   DATABASE    CLUSTER           STATE
a\\u{1b}[2J   -            blog   two lines   postgres-shared   no Secret in the repository
"
    );
}

#[test]
fn flags_may_be_variables() {
    let repository = two_clusters();
    let mut command = repository.command(["list"]);
    command
        .env("PGDB_OUTPUT", "wide")
        .env("PGDB_NAMESPACE", "staging")
        .env("PGDB_CLUSTER", "pg");
    let wide = printed(&repository, "list -o wide -n staging --cluster pg");
    assert_eq!(run(command, b"").stdout, wide);
    assert_eq!(wide.lines().count(), 2);
    assert!(wide.contains("envs/staging/shop-db.yaml"), "{wide}");
}

#[test]
fn columns_stand_below_each_other_with_wide_characters() {
    let repository = Repository::guide();
    repository.write("wiki.yaml", &database("wiki-db", "百科", "blog", ""));
    let rows = printed(&repository, "list");
    // Each of the two characters has two columns, and three bytes.
    assert_eq!(
        rows,
        "NAME   NAMESPACES   ROLE   DATABASE   CLUSTER           STATE\n\
         wiki   -            blog   百科       postgres-shared   no Secret in the repository\n"
    );
}

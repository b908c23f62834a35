//! Manifests in every shape that repositories have.

use std::fmt::Write;

use crate::support::{Repository, changed_files, changed_lines, without_sealed_values};

const CLUSTER: &str = "apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: pg
  namespace: db
spec:
  instances: 1
  managed:
    roles:
      # The shop's.
      - name: shop
        login: true # as it has to
        passwordSecret: {name: shop-login}
      - name: other
        login: true
        passwordSecret:
          name: other-login
";

const DATABASE: &str = "apiVersion: postgresql.cnpg.io/v1
kind: Database
metadata:
  name: shop-db
  namespace: db
spec:
  name: shop
  owner: shop
  cluster:
    name: pg
";

const SECRET: &str = "apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: shop-login
  namespace: db
spec:
  encryptedData:
    username: AgU=
    password: AgP=
";

/// Each layout: what it is, and its files.
fn layouts() -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let cluster = || ("db/cluster.yaml", CLUSTER.to_owned());
    let database = || ("db/shop.yaml", DATABASE.to_owned());
    let secret = || ("db/secret.yaml", SECRET.to_owned());
    let list = |items: &[&str]| {
        let items = items.iter().map(|item| {
            let item = item.trim_end().replace('\n', "\n    ");
            format!("  - {item}\n")
        });
        format!(
            "apiVersion: v1\nkind: List\nitems:\n{}",
            items.collect::<String>()
        )
    };
    let other = DATABASE.replace("shop", "other");
    vec![
        (
            "all in one file",
            vec![(
                "all.yaml",
                format!("# Ours.\n{CLUSTER}---\n# The shop's\n{SECRET}---\n{DATABASE}---\n{other}"),
            )],
        ),
        (
            "in a List, with others and alone",
            vec![
                cluster(),
                ("db/databases.yaml", list(&[DATABASE, &other])),
                ("db/secrets.yaml", list(&[SECRET])),
                (
                    "db/kustomization.yaml",
                    "resources: [cluster.yaml, databases.yaml, secrets.yaml]\n".to_owned(),
                ),
            ],
        ),
        (
            "listed in several kustomizations, above and in a component",
            vec![
                cluster(),
                database(),
                secret(),
                (
                    "kustomization.yaml",
                    "resources:\n  - db/cluster.yaml\n  - db/shop.yaml # here\n  - db/secret.yaml\n".to_owned(),
                ),
                (
                    "part/kustomization.yaml",
                    "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamespace: db\nresources:\n- ../db/shop.yaml\n"
                        .to_owned(),
                ),
            ],
        ),
        ("listed nowhere", vec![cluster(), database(), secret()]),
        (
            "in a folder of its own",
            vec![
                cluster(),
                ("db/shop/database.yaml", DATABASE.to_owned()),
                ("db/shop/secret.yaml", SECRET.to_owned()),
                (
                    "db/shop/kustomization.yaml",
                    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - database.yaml\n  - secret.yaml\n"
                        .to_owned(),
                ),
                (
                    "db/kustomization.yaml",
                    "resources:\n  - cluster.yaml\n  - ./shop/\n".to_owned(),
                ),
            ],
        ),
        (
            "in a folder of its own, which nothing lists",
            vec![
                cluster(),
                ("db/shop/database.yaml", DATABASE.to_owned()),
                ("db/shop/secret.yaml", SECRET.to_owned()),
                (
                    "db/shop/kustomization.yaml",
                    "resources:\n  - database.yaml\n  - secret.yaml\n".to_owned(),
                ),
            ],
        ),
        (
            "with Windows line ends and no final one",
            vec![
                ("db/cluster.yaml", CLUSTER.trim_end().replace('\n', "\r\n")),
                database(),
                secret(),
            ],
        ),
        (
            "with an ExternalSecret",
            vec![
                cluster(),
                database(),
                (
                    "db/secret.yaml",
                    "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: anything\n  namespace: db\nspec:\n  \
                     target:\n    name: shop-login\n"
                        .to_owned(),
                ),
            ],
        ),
        (
            "with a Secret that another role uses",
            vec![
                ("db/cluster.yaml", CLUSTER.replace("other-login", "shop-login")),
                database(),
                secret(),
            ],
        ),
        (
            "with a Secret that the Cluster uses",
            vec![
                (
                    "db/cluster.yaml",
                    format!("{CLUSTER}  superuserSecret:\n    name: shop-login\n"),
                ),
                database(),
                secret(),
            ],
        ),
        (
            "with a role that owns two databases",
            vec![
                cluster(),
                database(),
                (
                    "db/more.yaml",
                    DATABASE
                        .replace("name: shop-db", "name: more-db")
                        .replace("  name: shop\n  owner", "  name: more\n  owner"),
                ),
                secret(),
            ],
        ),
        (
            "with an application that needs the Secret",
            vec![
                cluster(),
                database(),
                secret(),
                (
                    "apps/shop.yaml",
                    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n        \
                     - name: web\n          envFrom:\n            - secretRef:\n                name: shop-login\n"
                        .to_owned(),
                ),
            ],
        ),
        (
            "that Argo CD does not prune",
            vec![
                cluster(),
                (
                    "db/shop.yaml",
                    DATABASE.replace(
                        "  namespace: db\n",
                        "  namespace: db\n  annotations:\n    argocd.argoproj.io/sync-options: Prune=false,Delete=false\n",
                    ),
                ),
                secret(),
            ],
        ),
    ]
}

/// Layouts that are refused.
fn refused() -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let base = |patch: &str| {
        vec![
            ("db/cluster.yaml", CLUSTER.to_owned()),
            ("db/shop.yaml", DATABASE.to_owned()),
            ("db/secret.yaml", SECRET.to_owned()),
            (
                "prod/kustomization.yaml",
                format!("resources: [../db]\n{patch}"),
            ),
        ]
    };
    let with = |mut files: Vec<(&'static str, String)>, path: &'static str, text: &str| {
        files.push((path, text.to_owned()));
        files
    };
    vec![
        (
            "a patch of the Database by its target",
            base("patches:\n  - target:\n      kind: Database\n      name: shop-db\n    patch: |-\n      - op: remove\n        path: /spec/x\n"),
        ),
        (
            "an inline patch of the SealedSecret",
            base(
                "patches:\n  - patch: |-\n      apiVersion: bitnami.com/v1alpha1\n      kind: SealedSecret\n      metadata:\n        name: shop-login\n",
            ),
        ),
        (
            "a patch of the Database in a file",
            with(
                base("patches:\n  - path: patch.yaml\n"),
                "prod/patch.yaml",
                "apiVersion: postgresql.cnpg.io/v1\nkind: Database\nmetadata:\n  name: shop-db\nspec:\n  connectionLimit: 3\n",
            ),
        ),
        (
            "a patch of the Cluster that holds the role",
            vec![
                (
                    "db/cluster.yaml",
                    CLUSTER.replace(
                        "      # The shop's.\n      - name: shop\n        login: true # as it has to\n        passwordSecret: {name: shop-login}\n",
                        "",
                    ),
                ),
                ("db/shop.yaml", DATABASE.to_owned()),
                ("db/secret.yaml", SECRET.to_owned()),
                (
                    "prod/kustomization.yaml",
                    "resources: [../db]\npatches:\n  - path: roles.yaml\n".to_owned(),
                ),
                (
                    "prod/roles.yaml",
                    "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: pg\nspec:\n  managed:\n    roles:\n      - name: \
                     shop\n        login: true\n        passwordSecret:\n          name: shop-login\n"
                        .to_owned(),
                ),
            ],
        ),
        (
            "two Databases of one name",
            with(
                base(""),
                "db/again.yaml",
                DATABASE,
            ),
        ),
    ]
}

fn repository(files: &[(&str, String)]) -> Repository {
    let repository = Repository::empty();
    for (path, text) in files {
        repository.write(path, text);
    }
    repository
}

#[test]
fn each_layout_loses_the_app_and_nothing_else() {
    let mut all = String::new();
    for (what, files) in layouts() {
        let repository = repository(&files);
        let before = repository.tree();
        let outcome = repository.run("remove shop --offline");
        writeln!(all, "# {what}: exit {}", outcome.code).unwrap();
        let said = outcome
            .stderr
            .split("\nThe cluster was not")
            .next()
            .unwrap();
        let warnings = outcome.stderr.lines().filter(|line| {
            let is_known = line.contains("it was not seen in the cluster");
            (line.starts_with("warning") && !is_known) || line.starts_with("error")
        });
        let warnings: Vec<&str> = warnings.collect();
        writeln!(all, "{said}{}", warnings.join("\n")).unwrap();
        for (path, (from, to)) in changed_files(&before, &repository.tree()) {
            let lines = if to.is_empty() {
                "gone\n".to_owned()
            } else {
                changed_lines(&from, &to)
            };
            writeln!(all, "## {path}\n{}", without_sealed_values(&lines)).unwrap();
        }
        // What is left says nothing that has to be removed.
        if outcome.code == 0 && !what.contains("two databases") {
            let again = repository.run("remove shop --offline");
            assert!(
                again.code == 2 || again.stderr.contains("is removed already"),
                "{what}: {}",
                again.stderr
            );
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn what_is_not_one_apps_alone_is_refused() {
    let mut all = String::new();
    for (what, files) in refused() {
        let repository = repository(&files);
        let said = repository.refusal_of(["remove", "shop", "--offline"], b"");
        writeln!(all, "# {what}\n{said}").unwrap();
    }
    insta::assert_snapshot!(all);
}

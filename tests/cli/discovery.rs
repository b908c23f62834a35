//! The Cluster in the repository: how it is found and chosen, and what it must not stumble over.

use std::os::unix::fs::symlink;

use crate::support::{CLUSTER, Repository};

const LINE: &str = "new-app my-shop --app-namespace shop --quiet";

#[test]
fn a_cluster_in_a_file_with_others_is_found() {
    let repository = Repository::guide();
    let cluster = repository.read(CLUSTER);
    let before = "%YAML 1.2\n---\n# nothing but a comment\n---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: postgres\n---\n";
    let after = "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: |\n    ---\n    kind: Cluster\n...\n";
    repository.write(CLUSTER, &format!("{before}{cluster}{after}"));
    repository.run_ok(LINE);
    let text = repository.read(CLUSTER);
    let inner = text
        .strip_prefix(before)
        .unwrap()
        .strip_suffix(after)
        .unwrap();
    let alone = Repository::guide();
    alone.run_ok(LINE);
    assert_eq!(inner, alone.read(CLUSTER));
}

/// Files that a repository may hold beside the Cluster: each alone must neither stop the run nor change its result.
fn strangers() -> Vec<(&'static str, Vec<u8>)> {
    let crd = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: clusters.postgresql.cnpg.io\nspec:\n  names:\n    kind: Cluster\n  description: |\n{}",
        "    apiVersion: postgresql.cnpg.io/v1 kind: Cluster my_shop my-shop-db-creds\n"
            .repeat(20_000)
    );
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        (
            "charts/pg/templates/cluster.yaml",
            text(
                "{{- if .Values.on }}\napiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  instances: {{ .Values.n }}\n{{- end }}\n",
            ),
        ),
        (
            "charts/pg/templates/plain.yaml",
            text(
                "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: chart\nspec:\n  instances: {{ .Values.n }}\n",
            ),
        ),
        (
            "charts/pg/templates/quoted.yaml",
            text(
                "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: \"{{ .Release.Name }}\"\nspec:\n  instances: 3\n",
            ),
        ),
        (
            "ansible/cluster.yaml",
            text(
                "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: jinja\n  namespace: \"{{ namespace }}\"\nspec:\n  instances: \"{{ instances }}\"\n",
            ),
        ),
        (
            "ansible/tasks.yml",
            text(
                "{% for app in apps %}\n- name: {{ app }} postgresql.cnpg.io/ Secret\n{% endfor %}\n",
            ),
        ),
        (
            "jsonnet/cluster.jsonnet",
            text(
                "{ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', spec: { instances: 3 } }\n",
            ),
        ),
        (
            "jsonnet/vendor.json",
            text("{ local x = 1, apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster' }\n"),
        ),
        (
            "flux/cluster.yaml",
            text(
                "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: ${CLUSTER_NAME}\n  namespace: ${NAMESPACE}\nspec:\n  instances: ${INSTANCES}\n",
            ),
        ),
        (
            "overlays/prod/cluster.yaml",
            text(
                "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: postgres-shared\nspec:\n  resources:\n    requests: {cpu: 4}\n",
            ),
        ),
        (
            "notes/comments.yaml",
            text("# apiVersion: postgresql.cnpg.io/v1\n# kind: Cluster\n---\n# more\n---\n"),
        ),
        ("notes/empty.yaml", text("")),
        (
            "notes/tags.yaml",
            text(
                "apiVersion: postgresql.cnpg.io/v1\nkind: ScheduledBackup\nmetadata: !Ref x\nspec: !Sub ['my_shop', {a: !!binary aGk=}]\n",
            ),
        ),
        ("crds/cnpg.yaml", crd.into_bytes()),
        (
            "latin1/readme.yaml",
            b"# gr\xfc\xdfe postgresql.cnpg.io/v1\nkind: Cluster\n".to_vec(),
        ),
        (
            "broken/secret.yaml",
            text("apiVersion: v1\nkind: ConfigMap\ndata: [unclosed Secret cnpg.io/\n"),
        ),
        ("broken/tabs.yaml", text("apiVersion: v1\n\tkind: Secret\n")),
        ("broken/binary.json", vec![0, 1, 2, 0xfe, 0xff]),
        (
            "archive/.svn/cluster.yaml",
            text(
                "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: hidden\nspec:\n  instances: 1\n",
            ),
        ),
        (
            "docs/cluster.md",
            text("```yaml\napiVersion: postgresql.cnpg.io/v1\nkind: Cluster\n```\n"),
        ),
        (
            "backup/cluster.yaml.bak",
            text(
                "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: old\nspec:\n  instances: 1\n",
            ),
        ),
        (
            "other/cluster.yaml",
            text(
                "apiVersion: cluster.x-k8s.io/v1beta1\nkind: Cluster\nmetadata:\n  name: capi\nspec:\n  instances: 1\n",
            ),
        ),
        (
            "pooler/pooler.yaml",
            text(
                "apiVersion: postgresql.cnpg.io/v1\nkind: Pooler\nmetadata:\n  name: my_shop\nspec:\n  cluster: {name: postgres-shared}\n",
            ),
        ),
    ]
}

#[test]
fn nothing_else_in_the_repository_stops_it_or_changes_what_is_written() {
    let plain = Repository::guide().manifests("");
    let all = Repository::guide();
    for (path, bytes) in strangers() {
        let repository = Repository::guide();
        for repository in [&repository, &all] {
            repository.write(path, "");
            std::fs::write(repository.path().join(path), &bytes).unwrap();
        }
        let outcome = repository.new_app("--dry-run -o yaml -q");
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{path}");
        assert_eq!(
            crate::support::without_sealed_values(&outcome.stdout),
            plain,
            "{path}"
        );
    }
    assert_eq!(all.manifests(""), plain);
    let before = all.tree();
    let outcome = all.new_app("-q");
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let changed = crate::support::changed_files(&before, &all.tree());
    assert_eq!(changed.len(), 4, "{:?}", changed.keys());
}

#[test]
fn files_that_git_ignores_are_not_looked_at() {
    let repository = Repository::guide();
    let cluster = repository.read(CLUSTER).replace("postgres-shared", "other");
    repository.write("build/cluster.yaml", &cluster);
    repository.write("apps/shop/old.yaml", &cluster);
    repository.write("secret/excluded.yaml", &cluster);
    assert!(
        repository
            .refusal("")
            .starts_with("error: several CNPG Cluster manifests")
    );
    repository.write(".gitignore", "/build/\n");
    repository.write("apps/.gitignore", "old.*\n");
    repository.write(".git/info/exclude", "excluded.yaml\n");
    assert_eq!(repository.report("")["cluster"], "postgres-shared");
    // One that is named is read all the same, with a word about what git will do with it.
    let outcome = repository.new_app("--cluster-file build/cluster.yaml --dry-run -q");
    let warning = |file: &str| {
        format!(
            "warning: build/{file}: git ignores this file by `/build/` in .gitignore: mend that, or add it with \
             `git add -f`\n"
        )
    };
    assert_eq!(
        (outcome.code, outcome.stderr),
        (
            0,
            [
                "my-shop-secrets-sealed.yaml",
                "cluster.yaml",
                "my-shop-db.yaml"
            ]
            .map(warning)
            .concat()
        )
    );
}

#[test]
fn hidden_folders_are_looked_at() {
    let repository = Repository::guide();
    let cluster = repository.read(CLUSTER).replace("postgres-shared", "other");
    repository.write(".deploy/pg/cluster.yaml", &cluster);
    for folder in [".git", ".hg", ".jj", ".svn"] {
        repository.write(&format!("old/{folder}/cluster.yaml"), &cluster);
    }
    let report = repository.report("--cluster other");
    assert_eq!(report["files"][1]["path"], ".deploy/pg/cluster.yaml");
}

#[test]
fn symbolic_links_are_followed_where_they_are_named() {
    let repository = Repository::guide();
    let root = repository.path();
    symlink("infra/databases/postgres", root.join("linked")).unwrap();
    symlink(
        "infra/databases/postgres/postgres-cluster.yaml",
        root.join("cluster.yaml"),
    )
    .unwrap();
    symlink(".", root.join("loop")).unwrap();
    symlink("/", root.join("outside")).unwrap();
    symlink("nothing", root.join("dangling.yaml")).unwrap();
    // They make no second Cluster of the one that is there.
    assert_eq!(repository.report("")["cluster"], "postgres-shared");
    repository.run_ok(&format!("{LINE} --cluster-file cluster.yaml"));
    assert_eq!(
        std::fs::read_link(root.join("cluster.yaml"))
            .unwrap()
            .to_str(),
        Some(CLUSTER)
    );
    assert!(repository.read(CLUSTER).contains("- name: my_shop\n"));
}

#[test]
fn links_on_the_way_are_replaced_by_the_real_path() {
    let plain = Repository::guide();
    plain.run_ok(LINE);
    let sources = [
        "clusterFile: linked/postgres-cluster.yaml\n",
        "directory: linked\n",
    ];
    for settings in sources {
        let repository = Repository::guide();
        symlink("infra/databases/postgres", repository.path().join("linked")).unwrap();
        repository.write(".pgdb.yaml", settings);
        let outcome = repository.run(LINE);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert!(!outcome.stderr.contains("linked"), "{}", outcome.stderr);
        let mut tree = repository.tree();
        tree.remove("linked");
        tree.remove(".pgdb.yaml");
        assert_eq!(
            crate::support::comparable(tree),
            crate::support::comparable(plain.tree()),
            "{settings}"
        );
    }
}

#[test]
fn the_templates_of_a_helm_chart_are_no_target() {
    let repository = Repository::guide();
    repository.write("charts/db/Chart.yaml", "name: db\n");
    for directory in ["charts/db/templates", "charts/db/templates/pg"] {
        repository.write(".pgdb.yaml", &format!("directory: {directory}\n"));
        assert_eq!(
            repository.refusal(""),
            "error: charts/db/templates is the templates folder of a Helm chart (charts/db/Chart.yaml)\n\
             help: Helm would fill in {{ .username }} of the SealedSecret itself: set `directory` in .pgdb.yaml to a \
             folder of plain manifests\n"
        );
    }
    repository.write(".pgdb.yaml", "directory: plain/templates\n");
    assert_eq!(repository.new_app("--dry-run=client -q").code, 0);
}

#[test]
fn overlays_and_patches_are_not_clusters_of_their_own() {
    let repository = Repository::guide();
    // Whole manifests that a kustomization uses as patches, in both ways to say so.
    let cluster = repository
        .read(CLUSTER)
        .replace("  managed:\n", "  other:\n");
    repository.write("overlays/prod/cluster.yaml", &cluster);
    repository.write(
        "overlays/prod/kustomization.yaml",
        "resources:\n- ../../infra/databases/postgres\npatches:\n- path: cluster.yaml\n  target: {kind: Cluster}\n",
    );
    repository.write("overlays/dev/more/cluster.yaml", &cluster);
    repository.write(
        "overlays/dev/kustomization.yaml",
        "resources: [../../infra/databases/postgres]\npatchesStrategicMerge: [more/cluster.yaml]\n",
    );
    assert_eq!(repository.report("")["files"][1]["path"], CLUSTER);
    assert_eq!(repository.manifests(""), Repository::guide().manifests(""));
}

/// Clusters in three folders, two of one name.
fn several() -> Repository {
    let repository = Repository::guide();
    let cluster = repository.read(CLUSTER);
    repository.write(
        "base/cluster.yaml",
        &cluster.replace("  namespace: postgres\n", ""),
    );
    let two = format!(
        "{}---\n{}",
        cluster
            .replace("postgres-shared", "pg-one")
            .replace("namespace: postgres", "namespace: one"),
        cluster
            .replace("postgres-shared", "pg-two")
            .replace("namespace: postgres", "namespace: two")
    );
    repository.write("teams/clusters.yaml", &two);
    repository
}

#[test]
fn several_clusters_are_all_named() {
    let repository = several();
    let all = "error: several CNPG Cluster manifests were found and none was chosen:\n  \
               base/cluster.yaml:2: postgres-shared\n  \
               infra/databases/postgres/postgres-cluster.yaml:2: postgres-shared in namespace postgres\n  \
               teams/clusters.yaml:2: pg-one in namespace one\n  \
               teams/clusters.yaml:21: pg-two in namespace two\n";
    let help = "help: choose one with --cluster-file PATH (and --cluster NAME, where a file holds several), or write it \
                down once with `kubectl pgdb init`\n";
    assert_eq!(repository.refusal(""), format!("{all}{help}"));
    assert_eq!(
        repository.refusal("--cluster postgres-shared"),
        format!(
            "error: several CNPG Cluster manifests were found and none was chosen:\n  \
             base/cluster.yaml:2: postgres-shared\n  \
             infra/databases/postgres/postgres-cluster.yaml:2: postgres-shared in namespace postgres\n{help}"
        )
    );
    assert_eq!(
        repository.refusal("--cluster-file teams/clusters.yaml"),
        "error: several CNPG Cluster manifests were found and none was chosen:\n  \
         teams/clusters.yaml:2: pg-one in namespace one\n  \
         teams/clusters.yaml:21: pg-two in namespace two\n\
         help: choose one with --cluster NAME, or write it down once with `kubectl pgdb init`\n"
    );
}

#[test]
fn each_of_several_clusters_can_be_chosen() {
    let repository = several();
    repository.write(
        ".pgdb.yaml",
        "targets:\n  base: {clusterFile: base/cluster.yaml}\n  one: {cluster: pg-one}\n  \
         two: {clusterFile: teams/clusters.yaml, cluster: pg-two}\n  none: {}\n",
    );
    for (choice, path, cluster, namespace) in [
        (
            "--target none --cluster pg-one",
            "teams/clusters.yaml",
            "pg-one",
            "one",
        ),
        (
            "--target none --cluster pg-two",
            "teams/clusters.yaml",
            "pg-two",
            "two",
        ),
        (
            "--target none --cluster-file base/cluster.yaml",
            "base/cluster.yaml",
            "postgres-shared",
            "postgres",
        ),
        (
            "--target none --cluster-file ./infra//databases/postgres/postgres-cluster.yaml",
            CLUSTER,
            "postgres-shared",
            "postgres",
        ),
        (
            "--target none --cluster-file teams/clusters.yaml --cluster pg-two",
            "teams/clusters.yaml",
            "pg-two",
            "two",
        ),
        (
            "--target none --namespace two",
            "teams/clusters.yaml",
            "pg-two",
            "two",
        ),
        (
            "--target base",
            "base/cluster.yaml",
            "postgres-shared",
            "postgres",
        ),
        ("--target one", "teams/clusters.yaml", "pg-one", "one"),
        ("--target two", "teams/clusters.yaml", "pg-two", "two"),
    ] {
        let report = repository.report(choice);
        assert_eq!(
            (
                &report["files"][1]["path"],
                &report["cluster"],
                &report["namespace"]
            ),
            (&path.into(), &cluster.into(), &namespace.into()),
            "{choice}"
        );
    }
}

#[test]
fn a_broken_file_that_may_speak_of_the_app_is_told() {
    let repository = Repository::guide();
    let broken = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: my-shop-db-creds\n  labels: [\n";
    repository.write("apps/shop/secret.yaml", broken);
    let outcome = repository.new_app("-q");
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (
            0,
            "warning: apps/shop/secret.yaml:5: could not be read as YAML and was not looked at\n"
        )
    );
}

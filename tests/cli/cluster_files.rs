//! The Cluster's file: what is refused, where it is, and what a template asks for.

use std::fmt::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;

use crate::support::{CLUSTER, KUSTOMIZATION, Repository, run};

#[test]
fn a_named_file_that_cannot_serve_is_refused() {
    let repository = Repository::guide();
    let root = repository.path();
    std::fs::create_dir(root.join("folder.yaml")).unwrap();
    std::fs::write(root.join("latin1.yaml"), b"# gr\xfc\xdfe\n").unwrap();
    symlink("/etc/hostname", root.join("absolute.yaml")).unwrap();
    symlink("../outside.yaml", root.join("outside.yaml")).unwrap();
    symlink("nothing.yaml", root.join("dangling.yaml")).unwrap();
    symlink("loop.yaml", root.join("loop.yaml")).unwrap();
    repository.write("broken.yaml", "kind: Cluster\n  name: x\n");
    repository.write(
        "helm.yaml",
        "{{- if .Values.on }}\nkind: Cluster\n{{- end }}\n",
    );
    repository.write(
        "values.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: {{ .Values.name }}\n",
    );
    repository.write(
        "capi.yaml",
        "apiVersion: cluster.x-k8s.io/v1beta1\nkind: Cluster\nmetadata:\n  name: x\n",
    );
    repository.write(
        "nameless.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {}\n",
    );
    repository.write("empty.yaml", "");
    let mut text = String::new();
    for path in [
        "nowhere.yaml",
        "nowhere/at/all.yaml",
        "apps/shop/namespace.yaml/x.yaml",
        "folder.yaml",
        "latin1.yaml",
        "absolute.yaml",
        "outside.yaml",
        "dangling.yaml",
        "loop.yaml",
        "broken.yaml",
        "helm.yaml",
        "values.yaml",
        "apps/shop/namespace.yaml",
        "capi.yaml",
        KUSTOMIZATION,
        "nameless.yaml",
        "empty.yaml",
        "/etc/hostname",
        "../cluster.yaml",
        "infra/../../cluster.yaml",
    ] {
        let refusal = repository.refusal(&format!("--cluster-file {path}"));
        writeln!(text, "{path}\n{refusal}").unwrap();
    }
    let both = format!("--cluster-file {CLUSTER} --cluster other");
    writeln!(text, "{both}\n{}", repository.refusal(&both)).unwrap();
    insta::assert_snapshot!("refused_cluster_files", text);
}

/// Runs as somebody who is not root, whom permissions hold back.
fn as_nobody(repository: &Repository, line: &str) -> (i32, String) {
    let mut command = repository.command(line.split(' '));
    if std::env::var_os("USER").is_some_and(|user| user == "root") || is_root() {
        command.uid(65534);
    }
    let outcome = run(command, b"");
    (outcome.code, outcome.stderr)
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

#[test]
fn a_file_that_may_not_be_read_is_an_error_of_the_system() {
    let repository = Repository::guide();
    let mode = |path: &str, mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(repository.path().join(path), permissions).unwrap();
    };
    mode("", 0o755);
    mode(CLUSTER, 0);
    let line = "new-app my-shop --app-namespace shop --dry-run --cluster-file infra/databases/postgres/postgres-cluster.yaml";
    assert_eq!(
        as_nobody(&repository, line),
        (
            3,
            "error: infra/databases/postgres/postgres-cluster.yaml: Permission denied (os error 13)\n\
             help: check who owns the file and its folder, and their permissions\n"
                .to_owned()
        )
    );
    assert_eq!(
        as_nobody(&repository, "new-app my-shop --app-namespace shop --dry-run"),
        (
            2,
            "error: no CNPG Cluster manifest was found in the repository; these files could not be read:\n  \
             infra/databases/postgres/postgres-cluster.yaml: Permission denied (os error 13)\n\
             help: name the file with --cluster-file PATH, or another repository with --repo DIR\n"
                .to_owned()
        )
    );
}

#[test]
fn what_made_the_only_cluster_unfit_is_named() {
    let mut text = String::new();
    for (name, change) in [
        (
            "no YAML",
            Box::new(|text: &str| format!("{text}open: [\n")) as Box<dyn Fn(&str) -> String>,
        ),
        (
            "a template",
            Box::new(|text| text.replace("instances: 3", "instances: {{ .Values.n }}")),
        ),
        (
            "a template by its first line",
            Box::new(|text| format!("{{{{- if .Values.on }}}}\n{text}{{{{- end }}}}\n")),
        ),
        (
            "a key twice",
            Box::new(|text| text.replace("  instances: 3\n", "  instances: 3\n  instances: 5\n")),
        ),
        (
            "a patch",
            Box::new(|text| text.replace("  instances: 3\n  storage:\n    size: 20Gi\n", "")),
        ),
        (
            "a placeholder",
            Box::new(|text| text.replace("name: postgres-shared", "name: ${NAME}")),
        ),
        (
            "no name",
            Box::new(|text| text.replace("  name: postgres-shared\n", "")),
        ),
        (
            "a name that is none",
            Box::new(|text| text.replace("postgres-shared", "Postgres_Shared")),
        ),
        (
            "a namespace that is none",
            Box::new(|text| text.replace("namespace: postgres", "namespace: Postgres")),
        ),
        (
            "another kind",
            Box::new(|text| text.replace("kind: Cluster", "kind: Clusters")),
        ),
        (
            "another group",
            Box::new(|text| text.replace("postgresql.cnpg.io/v1", "postgresql.example.org/v1")),
        ),
        ("nothing", Box::new(|_| String::new())),
    ] {
        let repository = Repository::guide();
        repository.write(CLUSTER, &change(&repository.read(CLUSTER)));
        writeln!(text, "{name}\n{}", repository.refusal("")).unwrap();
    }
    let repository = Repository::guide();
    let mut bytes = repository.read(CLUSTER).into_bytes();
    bytes.extend(b"# \xff\n");
    std::fs::write(repository.path().join(CLUSTER), bytes).unwrap();
    writeln!(text, "no UTF-8\n{}", repository.refusal("")).unwrap();
    insta::assert_snapshot!("unfit_clusters", text);
}

#[test]
fn with_database_roles_a_template_will_do() {
    let repository = Repository::guide();
    let plain = repository.manifests("--roles databaserole");
    let text = repository.read(CLUSTER);
    for (name, template) in [
        (
            "no YAML",
            format!("{{{{- if .Values.on }}}}\n{text}{{{{- end }}}}\n"),
        ),
        (
            "a value",
            text.replace("instances: 3", "instances: {{ .Values.n }}"),
        ),
        (
            "its name",
            text.replace("name: postgres-shared", "name: {{ .Release.Name }}"),
        ),
    ] {
        repository.write(CLUSTER, &template);
        for more in [
            "",
            "--cluster-file infra/databases/postgres/postgres-cluster.yaml",
        ] {
            let more = format!("--roles databaserole --cluster postgres-shared {more}");
            assert_eq!(repository.manifests(&more), plain, "{name}");
        }
        let before = repository.read(CLUSTER);
        repository.run_ok("new-app my-shop --app-namespace shop --roles databaserole --cluster postgres-shared -q");
        assert_eq!(repository.read(CLUSTER), before);
        for file in ["secrets-sealed", "role", "db"] {
            repository.remove(&format!("infra/databases/postgres/my-shop-{file}.yaml"));
        }
    }
    // Nor need it be in the repository at all.
    repository.remove(CLUSTER);
    assert_eq!(
        repository.manifests("--roles databaserole --cluster postgres-shared"),
        plain
    );
    assert_eq!(
        repository.manifests("--roles databaserole --cluster postgres-shared --namespace postgres"),
        plain
    );
}

#[test]
fn a_cluster_under_a_placeholder_is_named_by_flag() {
    let repository = Repository::guide();
    repository.replace(CLUSTER, "name: postgres-shared", "name: ${CLUSTER}");
    repository.replace(CLUSTER, "namespace: postgres", "namespace: ${NAMESPACE}");
    let report = repository.report(&format!(
        "--cluster-file {CLUSTER} --cluster pg-prod --namespace pg"
    ));
    assert_eq!(
        (&report["cluster"], &report["namespace"]),
        (&"pg-prod".into(), &"pg".into())
    );
}

#[test]
fn a_kustomization_that_cannot_be_edited_is_refused() {
    let mut text = String::new();
    for content in [
        "resources: [\n",
        "resources: 5\n",
        "resources:\n- a\nresources:\n- b\n",
        "{{ if x }}\nresources: []\n",
        "- a\n",
    ] {
        let repository = Repository::guide();
        repository.write(KUSTOMIZATION, content);
        writeln!(text, "{content}\n{}", repository.refusal("")).unwrap();
    }
    insta::assert_snapshot!("refused_kustomizations", text);
}

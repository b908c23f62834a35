//! Repositories as they grow: overlays, prefixes, patches, several Clusters in a namespace.

use crate::support::{CLUSTER, DATABASE, KUSTOMIZATION, Outcome, Repository, SEALED};

const COMMAND: &str = "new-app my-shop --app-namespace shop";
const OVERLAY: &str = "overlays/prod/kustomization.yaml";

/// The guide's repository with an overlay that lists its folder and says this too.
fn with_overlay(more: &str) -> Repository {
    let repository = Repository::guide();
    let text = format!("resources:\n  - ../../infra/databases/postgres\n{more}");
    repository.write(OVERLAY, &text);
    repository
}

/// The refusal of a call that leaves the repository as it was.
fn refused(repository: &Repository, line: &str) -> String {
    let before = repository.tree();
    let Outcome {
        code,
        stdout,
        stderr,
    } = repository.run(line);
    assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
    assert_eq!(repository.tree(), before);
    stderr
}

#[test]
fn the_namespace_is_that_of_the_overlay() {
    let repository = with_overlay("namespace: databases\n");
    repository.run_ok(COMMAND);
    assert_eq!(repository.unsealed(SEALED)["username"], "my_shop");
    assert!(repository.read(SEALED).contains("  namespace: databases\n"));
    assert!(
        repository
            .read(DATABASE)
            .contains("  namespace: databases\n")
    );
    repository.run_ok(&format!("{COMMAND} --namespace databases"));
    let other = with_overlay("namespace: databases\n").run(&format!("{COMMAND} -n postgres -q"));
    assert_eq!(
        (other.code, other.stderr),
        (
            0,
            format!(
                "warning: {CLUSTER}: the Cluster is in the namespace databases; postgres is used, as asked for, and \
                 what is sealed for it opens nowhere else\n"
            )
        )
    );
}

#[test]
fn the_namespace_is_that_of_a_kustomization_above() {
    let repository = Repository::guide();
    std::fs::remove_file(repository.path().join(KUSTOMIZATION)).unwrap();
    repository.write(
        "infra/databases/kustomization.yaml",
        "namespace: dbs\nresources:\n  - postgres/postgres-cluster.yaml\n",
    );
    repository.run_ok(COMMAND);
    assert!(repository.read(SEALED).contains("  namespace: dbs\n"));
}

#[test]
fn several_namespaces_are_a_choice() {
    let repository = with_overlay("namespace: databases\n");
    repository.write(
        "overlays/staging/kustomization.yaml",
        "namespace: staging\nresources:\n  - ../../infra/databases/postgres\n",
    );
    assert_eq!(
        refused(&repository, COMMAND),
        format!(
            "error: {CLUSTER}: kustomizations put the Cluster into several namespaces: databases, staging\n\
             help: values are sealed for one namespace: choose it with --namespace\n"
        )
    );
    repository.run_ok(&format!("{COMMAND} -n staging"));
}

#[test]
fn a_placeholder_is_no_namespace() {
    let repository = Repository::guide();
    repository.replace(CLUSTER, "namespace: postgres", "namespace: ${DB_NS}");
    assert_eq!(
        refused(&repository, COMMAND),
        format!(
            "error: {CLUSTER}: the Cluster's namespace is the placeholder \"${{DB_NS}}\"\n\
             help: values are sealed for a namespace: say which one it will be with --namespace\n"
        )
    );
    repository.run_ok(&format!("{COMMAND} -n data"));
    assert!(repository.read(SEALED).contains("  namespace: data\n"));
}

#[test]
fn names_that_kustomize_changes_are_refused() {
    for place in [KUSTOMIZATION, OVERLAY] {
        let repository = with_overlay("");
        let text = repository.read(place);
        repository.write(place, &format!("{text}namePrefix: prod-\n"));
        assert_eq!(
            refused(&repository, COMMAND),
            format!(
                "error: {place}: this kustomization renames what it builds (namePrefix or nameSuffix)\n\
                 help: the credential is sealed for its Secret's name and could not be opened under another: give \
                 these manifests a kustomization without namePrefix and nameSuffix\n"
            )
        );
    }
}

#[test]
fn a_patch_that_replaces_the_roles_is_told() {
    let repository = with_overlay("patches:\n  - path: roles.yaml\n");
    repository.write(
        "overlays/prod/roles.yaml",
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: postgres-shared\nspec:\n  managed:\n    roles:\n      - name: reporting\n",
    );
    let Outcome { code, stderr, .. } = repository.run(&format!("{COMMAND} -q"));
    assert_eq!(
        (code, stderr.as_str()),
        (
            0,
            "warning: overlays/prod/roles.yaml:8: this patch replaces the Cluster's managed roles as a whole, the new \
             one included; enter it there too, or use --roles databaserole\n"
        )
    );
}

#[test]
fn clusters_in_one_namespace_do_not_share_names() {
    let repository = Repository::guide();
    let other = repository
        .read(CLUSTER)
        .replace("postgres-shared", "analytics");
    repository.write("infra/databases/analytics/cluster.yaml", &other);
    repository.run_ok(&format!("{COMMAND} --cluster analytics"));
    assert_eq!(
        refused(&repository, &format!("{COMMAND} --cluster postgres-shared")),
        "error: the app needs names that belong to something else\n  \
         infra/databases/analytics/my-shop-db.yaml:1: Database my-shop-db declares another one, \"my_shop\" on the \
         Cluster \"analytics\"\n\
         help: give the app another NAME, or move what is there out of the way\n"
    );
}

#[test]
fn settings_of_one_cluster_do_not_hold_for_another() {
    let repository = Repository::guide();
    let other = repository
        .read(CLUSTER)
        .replace("postgres-shared", "analytics")
        .replace("namespace: postgres", "namespace: analytics");
    repository.write("infra/analytics/cluster.yaml", &other);
    let settings = format!(
        "cluster: postgres-shared\nclusterFile: {CLUSTER}\nnamespace: postgres\ndirectory: infra/databases/postgres\n"
    );
    repository.write(".pgdb.yaml", &settings);
    repository.run_ok(&format!("{COMMAND} --cluster analytics"));
    let sealed = repository.read("infra/analytics/my-shop-secrets-sealed.yaml");
    assert!(
        sealed.contains("  namespace: analytics\n")
            && sealed.contains("host: analytics-rw.analytics.svc\n")
    );
}

#[test]
fn another_tools_kustomization_is_left_alone() {
    let repository = Repository::guide();
    let flux =
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n  path: ./infra\n";
    repository.write(KUSTOMIZATION, flux);
    repository.run_ok(COMMAND);
    assert_eq!(repository.read(KUSTOMIZATION), flux);
}

#[test]
fn an_empty_kustomization_gets_its_list() {
    for (before, kept) in [("", ""), ("# only a comment", "# only a comment\n")] {
        let repository = Repository::guide();
        repository.write(KUSTOMIZATION, before);
        repository.run_ok(COMMAND);
        assert_eq!(
            repository.read(KUSTOMIZATION),
            format!("{kept}resources:\n  - my-shop-secrets-sealed.yaml\n  - my-shop-db.yaml\n")
        );
    }
}

#[test]
fn secrets_of_the_cluster_itself_are_taken() {
    let repository = Repository::guide();
    for name in ["postgres-shared-superuser", "postgres-shared-app"] {
        assert_eq!(
            refused(&repository, &format!("{COMMAND} --secret-name {name}")),
            format!(
                "error: the app needs names that belong to something else\n  \
                 {CLUSTER}:2: CNPG makes the Secret {name} for the Cluster itself\n\
                 help: choose another name with --secret-name\n"
            )
        );
    }
    repository.replace(
        CLUSTER,
        "  instances: 3\n",
        "  instances: 3\n  superuserSecret:\n    name: my-shop-db-creds\n",
    );
    assert_eq!(
        refused(&repository, COMMAND),
        format!(
            "error: the app needs names that belong to something else\n  \
             {CLUSTER}:10: the Secret my-shop-db-creds is one that the Cluster itself uses\n\
             help: choose another name with --secret-name\n"
        )
    );
}

#[test]
fn no_wave_is_wave_zero() {
    let repository = Repository::guide();
    repository.run_ok(COMMAND);
    let sealed = repository.read(SEALED);
    let (head, rest) = sealed
        .split_once("  annotations:\n    argocd.argoproj.io/sync-wave: \"0\"\n")
        .unwrap();
    repository.write(SEALED, &format!("{head}{rest}"));
    let before = repository.tree();
    assert_eq!(repository.run_ok(COMMAND), "");
    assert_eq!(repository.tree(), before);
}

#[test]
fn manifests_alone_name_their_namespace() {
    let repository = Repository::guide();
    repository.replace(CLUSTER, "  namespace: postgres\n", "");
    let text = repository.read(KUSTOMIZATION);
    repository.write(KUSTOMIZATION, &format!("{text}namespace: dbs\n"));
    let manifests = repository.run_ok(&format!("{COMMAND} --dry-run=client -o yaml"));
    let documents: Vec<&str> = manifests.split("---\n").skip(1).collect();
    assert_eq!(documents.len(), 3);
    assert!(
        documents
            .iter()
            .all(|document| document.contains("\n  namespace: dbs\n")),
        "{manifests}"
    );
}

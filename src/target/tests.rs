use super::*;

fn snapshot(files: &[(&str, &str)]) -> Snapshot {
    Snapshot::new(
        files
            .iter()
            .map(|(path, text)| (path.parse().unwrap(), (*text).to_owned())),
    )
}

fn cluster(name: &str, more: &str) -> String {
    format!(
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: {name}\n{more}spec:\n  instances: 1\n"
    )
}

fn target(cluster: &str, namespace: &str, path: &str) -> Target {
    let path: RepoPath = path.parse().unwrap();
    Target {
        cluster: cluster.parse().unwrap(),
        namespace: namespace.parse().unwrap(),
        other_namespaces: Vec::new(),
        directory: path.parent(),
        manifest: Some(ClusterManifest { path, document: 0 }),
        waves: Waves::default(),
        server: None,
        jobs: JobOptions::default(),
    }
}

fn resolve(request: &TargetRequest, files: &[(&str, &str)]) -> Result<Target, String> {
    Target::resolve(request, &snapshot(files)).map_err(|error| error.to_string())
}

#[test]
fn the_only_cluster_is_meant() {
    let text = cluster("pg", "  namespace: data\n");
    let files = [
        ("db/pg.yaml", text.as_str()),
        ("x.yaml", "kind: ConfigMap\n"),
    ];
    assert_eq!(
        resolve(&TargetRequest::default(), &files),
        Ok(target("pg", "data", "db/pg.yaml"))
    );
}

#[test]
fn the_namespace_is_the_guides_where_nobody_says_one() {
    let text = cluster("pg", "");
    let files = [("db/pg.yaml", text.as_str())];
    assert_eq!(
        resolve(&TargetRequest::default(), &files),
        Ok(target("pg", "postgres", "db/pg.yaml"))
    );
    let set = [
        files[0],
        (
            "db/kustomization.yaml",
            "namespace: data\nresources: [pg.yaml]\n",
        ),
    ];
    assert_eq!(
        resolve(&TargetRequest::default(), &set),
        Ok(target("pg", "data", "db/pg.yaml"))
    );
}

#[test]
fn what_is_no_whole_cluster_is_passed_over() {
    let whole = cluster("pg", "");
    let patch = cluster("pg", "");
    let files = [
        ("base/pg.yaml", whole.as_str()),
        ("prod/kustomization.yaml", "patches:\n- path: scale.yaml\n"),
        ("prod/scale.yaml", patch.as_str()),
        (
            "prod/roles.yaml",
            "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata:\n  name: pg\nspec:\n  managed: {}\n",
        ),
        ("flux/pg.yaml", &cluster("${CLUSTER}", "")),
        (
            "chart/templates/pg.yaml",
            &cluster("{{ .Values.name }}", "{{- if x }}\n"),
        ),
        (
            "other/redis.yaml",
            "apiVersion: redis.io/v1\nkind: Cluster\nmetadata:\n  name: redis\nspec:\n  instances: 1\n",
        ),
    ];
    assert_eq!(
        resolve(&TargetRequest::default(), &files),
        Ok(target("pg", "postgres", "base/pg.yaml"))
    );
}

#[test]
fn several_are_all_named() {
    let (staging, prod) = (cluster("pg", "  namespace: staging\n"), cluster("pg", ""));
    let files = [
        ("a/pg.yaml", staging.as_str()),
        ("b/pg.yaml", prod.as_str()),
    ];
    assert_eq!(
        resolve(&TargetRequest::default(), &files),
        Err("several CNPG Cluster manifests were found and none was chosen:\n  a/pg.yaml:1: pg in namespace staging\n  b/pg.yaml:1: pg".to_owned())
    );
    let chosen = TargetRequest {
        cluster_file: Some("b/pg.yaml".parse().unwrap()),
        ..TargetRequest::default()
    };
    assert_eq!(
        resolve(&chosen, &files),
        Ok(target("pg", "postgres", "b/pg.yaml"))
    );
}

#[test]
fn a_name_chooses_also_inside_one_file() {
    let text = format!("{}---\n{}", cluster("one", ""), cluster("two", ""));
    let files = [("pg.yaml", text.as_str())];
    let request = |name: &str| TargetRequest {
        cluster: Some(name.parse().unwrap()),
        ..TargetRequest::default()
    };
    let mut two = target("two", "postgres", "pg.yaml");
    two.manifest.as_mut().unwrap().document = 1;
    assert_eq!(resolve(&request("two"), &files), Ok(two));
    assert_eq!(
        resolve(&request("three"), &files),
        Err(
            "no CNPG Cluster named three was found in the repository; there are:\n  one\n  two"
                .to_owned()
        )
    );
}

#[test]
fn a_named_file_must_serve() {
    let broken = "kind: Cluster\n  x: [\n";
    let files = [
        (
            "template.yaml",
            "{{ if x }}\napiVersion: postgresql.cnpg.io/v1\nkind: Cluster\n{{ end }}\n",
        ),
        ("broken.yaml", broken),
        ("map.yaml", "kind: ConfigMap\n---\nkind: Secret\n"),
    ];
    let problem = |path: &str| {
        let request = TargetRequest {
            cluster_file: Some(path.parse().unwrap()),
            ..TargetRequest::default()
        };
        resolve(&request, &files).unwrap_err()
    };
    assert_eq!(
        problem("none.yaml"),
        "the Cluster file none.yaml is not there"
    );
    assert_eq!(
        problem("map.yaml"),
        "map.yaml holds no CNPG Cluster; it holds:\n  ConfigMap\n  Secret"
    );
    assert!(
        problem("broken.yaml").starts_with("broken.yaml:2:"),
        "{}",
        problem("broken.yaml")
    );
    assert!(
        problem("template.yaml").contains("a template (it holds `{{`)"),
        "{}",
        problem("template.yaml")
    );
}

#[test]
fn waves_come_from_the_cluster_and_must_ascend() {
    let text = cluster(
        "pg",
        "  annotations:\n    argocd.argoproj.io/sync-wave: \"5\"\n",
    );
    let files = [("pg.yaml", text.as_str())];
    assert_eq!(
        resolve(&TargetRequest::default(), &files),
        Err(
            "the sync-waves are not in ascending order: SealedSecret 0, Cluster 5, Database 2"
                .to_owned()
        )
    );
    let later = TargetRequest {
        waves: WaveSettings {
            database: Some(6),
            ..WaveSettings::default()
        },
        ..TargetRequest::default()
    };
    assert_eq!(
        resolve(&later, &files).unwrap().waves,
        Waves::new(0, 5, 6).unwrap()
    );
}

#[test]
fn database_roles_need_no_manifest() {
    let request = TargetRequest {
        cluster: Some("pg".parse().unwrap()),
        roles: RoleStyle::DatabaseRole,
        ..TargetRequest::default()
    };
    let mut expected = target("pg", "postgres", "infra/databases/postgres/x");
    expected.manifest = None;
    assert_eq!(resolve(&request, &[]), Ok(expected));
    let managed = TargetRequest {
        roles: RoleStyle::Managed,
        ..request
    };
    assert_eq!(
        resolve(&managed, &[]),
        Err("no CNPG Cluster manifest was found in the repository".to_owned())
    );
}

//! `new-app --service` and `--pooler`: by which name, and through what, an app finds its database.

use serde_json::{Value, json};

use crate::apiserver::ApiServer;
use crate::support::{KUSTOMIZATION, Repository, SEALED};
use crate::verify::verify;
use crate::world::World;

/// What breaks a link.
type Break<'case> = &'case dyn Fn(&ApiServer);

const POOLER: &str = "infra/databases/postgres/pooler.yaml";
const SERVICE: &str = "infra/databases/postgres/my-shop-service.yaml";
const CALL: &str = "new-app my-shop --app-namespace shop,shop-staging --yes --quiet";

/// A Pooler with these further lines of its spec.
fn pooler(more: &str) -> String {
    format!(
        "apiVersion: postgresql.cnpg.io/v1
kind: Pooler
metadata:
  name: pool
  namespace: postgres
spec:
  cluster:
    name: postgres-shared
  instances: 2
{more}"
    )
}

/// The guide's repository with that Pooler.
fn repository(more: &str) -> Repository {
    let repository = Repository::guide();
    repository.write(POOLER, &pooler(more));
    repository.replace(
        KUSTOMIZATION,
        "resources:\n",
        "resources:\n  - pooler.yaml\n",
    );
    repository
}

fn listed(repository: &Repository) -> Value {
    let list: Value = serde_json::from_str(&repository.run("list --output json").stdout).unwrap();
    let apps = list["apps"].as_array().unwrap();
    apps.iter()
        .find(|app| app["name"] == "my-shop")
        .unwrap()
        .clone()
}

#[test]
fn a_service_is_made_in_each_namespace() {
    let repository = Repository::guide();
    repository.run_ok(&format!("{CALL} --service postgres"));
    insta::assert_snapshot!("services", repository.read(SERVICE));
    assert!(
        repository
            .read(KUSTOMIZATION)
            .ends_with("  - my-shop-service.yaml\n")
    );
    // TLS names the host itself.
    assert!(
        repository
            .read(SEALED)
            .contains("host: postgres-shared-rw.postgres.svc\n")
    );
    let tree = repository.tree();
    let again = repository.run(&format!("{CALL} --service postgres"));
    assert_eq!(
        (again.code, again.stdout.as_str(), again.stderr.as_str()),
        (0, "", "")
    );
    assert_eq!(repository.tree(), tree);
    let app = listed(&repository);
    assert_eq!(
        app["service"],
        json!({
            "name": "postgres",
            "host": "postgres-shared-rw.postgres.svc.cluster.local",
            "namespaces": ["shop", "shop-staging"],
        })
    );
    assert_eq!(app["files"].as_array().unwrap().last().unwrap(), SERVICE);
    assert_eq!(app["pooler"], Value::Null);
}

#[test]
fn the_pooler_takes_the_place_of_the_host_everywhere() {
    let repository = repository("");
    repository.run_ok(&format!("{CALL} --service postgres --pooler pool"));
    let sealed = repository.read(SEALED);
    let keys: Vec<&str> = sealed
        .lines()
        .skip_while(|line| *line != "    data:")
        .skip(1)
        .map(str::trim)
        .collect();
    assert_eq!(
        keys,
        [
            "host: pool.postgres.svc",
            "port: \"5432\"",
            "dbname: my_shop",
            "user: \"{{ .username }}\"",
            "uri: postgresql://{{ .username }}:{{ .password }}@pool.postgres.svc:5432/my_shop",
            "jdbc-uri: jdbc:postgresql://pool.postgres.svc:5432/my_shop?password={{ .password }}&user={{ .username }}",
            "pgpass: \"pool.postgres.svc:5432:my_shop:{{ .username }}:{{ .password }}\\n\"",
        ]
    );
    assert!(
        repository
            .read(SERVICE)
            .contains("externalName: pool.postgres.svc.cluster.local\n")
    );
    assert_eq!(listed(&repository)["pooler"], "pool");
    let lint: Value = serde_json::from_str(&repository.run("lint --output json").stdout).unwrap();
    let codes: Vec<_> = lint["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| &found["code"])
        .collect();
    assert_eq!(codes, ["PGDB901", "PGDB202"], "what the guide has itself");
    // A password that a URI must escape is sealed with the host in it.
    let command = repository.command("rotate my-shop --password-stdin --yes --quiet".split(' '));
    assert_eq!(
        crate::support::run(command, b"p@ss:word/with#signs-in-it!").code,
        0
    );
    let unsealed = repository.unsealed(SEALED);
    assert!(unsealed["uri"].ends_with("@pool.postgres.svc:5432/my_shop"));
}

#[test]
fn export_and_import_know_both() {
    let repository = repository("");
    repository.run_ok(&format!("{CALL} --service postgres --pooler pool"));
    let exported = repository.run_ok("export my-shop");
    assert!(
        exported.ends_with("  service: postgres\n  pooler: pool\n"),
        "{exported}"
    );
    repository.write("apps.yaml", &exported);
    let tree = repository.tree();
    repository.run_ok("import apps.yaml --yes --quiet");
    assert_eq!(repository.tree(), tree);
    let other = self::repository("");
    other.write("apps.yaml", &exported.replace("  service: postgres\n", ""));
    other.run_ok("import apps.yaml --yes --quiet");
    other.write("apps.yaml", &exported);
    other.run_ok("import apps.yaml --yes --quiet");
    assert_eq!(
        other.read(SERVICE),
        repository.read(SERVICE),
        "added to an app that is there"
    );
    other.write(
        "apps.yaml",
        &exported.replace("pooler: pool", "pooler: other"),
    );
    let outcome = other.run("import apps.yaml --yes --quiet");
    assert_eq!(outcome.code, 2);
    assert_eq!(
        outcome.stderr,
        "error: apps.yaml:4:3: pooler of my-shop is \"pool\", and cannot become \"other\"
help: change the host by hand in the connection keys of the credential, and in the Service where there is one
"
    );
}

#[test]
fn another_call_is_told_every_difference() {
    let repository = repository("");
    repository.run_ok(&format!("{CALL} --service postgres --pooler pool"));
    let refusal = |more: &str| {
        let outcome = repository.run(&format!("{CALL} {more}"));
        assert_eq!(outcome.code, 2);
        outcome.stderr
    };
    let told = refusal("");
    assert!(
        told.contains(
            "my-shop-secrets-sealed.yaml:31: spec.template.data.host is \"pool.postgres.svc\", asked for is \
             \"postgres-shared-rw.postgres.svc\"\n"
        ),
        "{told}"
    );
    assert!(
        told.contains(
            "my-shop-service.yaml:4: the Service's name is \"postgres\", asked for is nothing\n"
        ),
        "{told}"
    );
    assert_eq!(
        refusal("--pooler pool --service db"),
        "error: the app my-shop is there with other settings
  infra/databases/postgres/my-shop-service.yaml:4: the Service's name is \"postgres\", asked for is \"db\"
  infra/databases/postgres/my-shop-service.yaml:18: the Service's name is \"postgres\", asked for is \"db\"
help: ask for what is there, or change the manifests by hand and run the same command again
"
    );
    let other_namespaces = repository
        .run("new-app my-shop --app-namespace shop --service postgres --pooler pool --yes");
    assert!(
        other_namespaces.stderr.contains(
            "my-shop-service.yaml:1: the list of the Services' namespaces is \"shop, shop-staging\", asked for is \"shop\"\n"
        ),
        "{}",
        other_namespaces.stderr
    );
}

#[test]
fn what_cannot_be_is_refused() {
    let repository = repository("  type: ro\n");
    let refusal = |more: &str| repository.refusal(more);
    assert_eq!(
        refusal("--pooler pool"),
        "error: the app needs names that belong to something else
  infra/databases/postgres/pooler.yaml:1: Pooler pool does not lead to the primary alone (type: ro), where the app could write
help: choose another name with --pooler
"
    );
    repository.replace(POOLER, "name: postgres-shared", "name: other");
    assert_eq!(
        refusal("--pooler pool"),
        "error: the app needs names that belong to something else
  infra/databases/postgres/pooler.yaml:1: Pooler pool is one of the Cluster \"other\"
help: choose another name with --pooler
"
    );
    for (flags, said) in [
        (
            "--service 1st",
            "--service: the Service name \"1st\" does not begin with a letter, or ends with `-`",
        ),
        (
            "--service a.b",
            "--service: the Service name \"a.b\" holds the character '.'",
        ),
        (
            "--service db-",
            "--service: the Service name \"db-\" does not begin with a letter, or ends with `-`",
        ),
        (
            "--pooler Pool",
            "--pooler: the Service name \"Pool\" holds the capital letter 'P'",
        ),
        (
            "--pooler pool --no-connection-keys",
            "nothing of the app would name the Pooler pool: it has neither connection keys nor a Service",
        ),
        (
            "--pooler pool --existing-secret login",
            "nothing of the app would name the Pooler pool: it has neither connection keys nor a Service",
        ),
    ] {
        let refusal = refusal(flags);
        assert_eq!(
            refusal.lines().next(),
            Some(format!("error: {said}").as_str())
        );
    }
    let outcome = repository.run("new-app my-shop --existing-secret login --service db --yes");
    assert_eq!(
        outcome.stderr,
        "error: the Service db is made in the app's namespaces, and none was given\nhelp: name them with --app-namespace\n"
    );
    repository.write(
        SERVICE,
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: mine\n",
    );
    assert_eq!(
        refusal("--service db"),
        "error: the app needs names that belong to something else
  infra/databases/postgres/my-shop-service.yaml: the file is there and holds something else
help: give the app another NAME, or move what is there out of the way
"
    );
}

#[test]
fn a_kustomization_that_moves_objects_is_refused() {
    let repository = Repository::guide();
    repository.replace(
        KUSTOMIZATION,
        "resources:",
        "namespace: postgres\nresources:",
    );
    assert_eq!(
        repository.refusal("--service db"),
        "error: infra/databases/postgres/kustomization.yaml: this kustomization puts what it builds into the namespace postgres, \
         the Service db among it
help: take `namespace` out of it, where every manifest that it lists names its own; or leave --service out, and put the Service \
         among the application's own manifests
"
    );
}

#[test]
fn a_pooler_that_may_surprise_is_warned_of() {
    let repository = repository("  pgbouncer:\n    poolMode: transaction\n    paused: true\n");
    let outcome = repository.new_app("--pooler pool --dry-run=client --quiet");
    assert_eq!(
        outcome.stderr,
        "warning: infra/databases/postgres/pooler.yaml:1: the Pooler pool gives out connections for one transaction each \
         (poolMode: transaction): what an application keeps in a session, such as SET, LISTEN, temporary tables and advisory \
         locks, does not last
warning: infra/databases/postgres/pooler.yaml:1: the Pooler pool is paused: nobody gets a connection through it
"
    );
    let outcome = repository.new_app("--pooler other --dry-run=client --quiet");
    assert_eq!(
        outcome.stderr,
        "warning: nothing in the repository declares the Pooler other: it has to be in the namespace postgres and of the Cluster \
         postgres-shared
"
    );
}

#[test]
fn remove_takes_the_services_out() {
    for (more, stages) in [
        ("", 1),
        ("--drop-database --confirm my_shop --force-stage", 3),
    ] {
        let repository = repository("");
        repository.run_ok(&format!("{CALL} --service postgres --pooler pool"));
        for stage in 1..=stages {
            assert!(
                repository.tree().contains_key(SERVICE),
                "{more}: stage {stage}"
            );
            repository.run_ok(&format!("remove my-shop --offline --yes --quiet {more}"));
        }
        assert!(!repository.tree().contains_key(SERVICE), "{more}");
        assert!(!repository.read(KUSTOMIZATION).contains("service"));
        assert_eq!(repository.read(POOLER), pooler(""), "somebody else's");
    }
}

#[test]
fn verify_looks_at_both() {
    let repository = repository("");
    repository.run_ok(&format!("{CALL} --service postgres --pooler pool"));
    let server = ApiServer::start();
    let _world = World::of(&server, repository.path());
    let verify = || verify(&repository, &server.kubeconfig(), "my-shop");
    let outcome = verify();
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (0, ""),
        "{}",
        outcome.stdout
    );
    insta::assert_snapshot!("verify_service_and_pooler", outcome.stdout);
}

#[test]
fn verify_tells_what_breaks_them() {
    let repository = repository("");
    repository.run_ok(&format!("{CALL} --service postgres --pooler pool"));
    let broken = |breaks: &dyn Fn(&ApiServer)| {
        let server = ApiServer::start();
        let _world = World::of(&server, repository.path());
        breaks(&server);
        let line = format!(
            "my-shop --output json --kubeconfig {}",
            server.kubeconfig().display()
        );
        let report: Value =
            serde_json::from_str(&repository.run(&format!("verify {line}")).stdout).unwrap();
        let checks = report["apps"][0]["checks"].as_array().unwrap().clone();
        let bad = checks
            .into_iter()
            .filter(|check| check["status"] == "fail" || check["status"] == "unknown");
        bad.map(|check| {
            format!(
                "{}: {}",
                check["check"].as_str().unwrap(),
                check["reason"].as_str().unwrap()
            )
        })
        .collect::<Vec<_>>()
        .join(", ")
    };
    let edit = |resource: &'static str,
                namespace: &'static str,
                name: &'static str,
                path: &'static str,
                value: Value| {
        move |server: &ApiServer| {
            server.edit(resource, namespace, name, |object| {
                *object.pointer_mut(path).unwrap() = value.clone();
            });
        }
    };
    let pool = |path, value| edit("poolers", "postgres", "pool", path, value);
    let not_ready = |server: &ApiServer| {
        for name in ["pool-1", "pool-2"] {
            server.edit("pods", "postgres", name, |pod| {
                pod["status"]["conditions"] = json!([])
            });
        }
    };
    let cases: [(Break<'_>, &str); 10] = [
        (
            &|server| drop(server.delete("services", "shop", "postgres")),
            "service: missing",
        ),
        (
            &edit(
                "services",
                "shop",
                "postgres",
                "/spec/externalName",
                json!("db.example.com"),
            ),
            "service: other-host",
        ),
        (
            &edit(
                "services",
                "shop-staging",
                "postgres",
                "/spec/type",
                json!("ClusterIP"),
            ),
            "service: other-type",
        ),
        (
            &|server| server.forbid("list", "", "services", crate::apiserver::Reach::Everywhere),
            "service: forbidden, service: forbidden",
        ),
        (
            &|server| drop(server.delete("poolers", "postgres", "pool")),
            "pooler: missing",
        ),
        (
            &pool("/spec/cluster/name", json!("other")),
            "pooler: other-cluster",
        ),
        (&pool("/spec/type", json!("ro")), "pooler: not-read-write"),
        (&pool("/status/phase", json!("paused")), "pooler: paused"),
        (&pool("/status/phase", json!("failed")), "pooler: failed"),
        (&not_ready, "pooler: not-ready"),
    ];
    for (breaks, expected) in cases {
        assert_eq!(broken(breaks), expected);
    }
}

//! The other commands on such a server.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::super::support::{Repository, changed_files};
use super::{FOLDER, Server};

#[test]
fn many_apps_are_imported_and_exported() {
    let server = Server::start();
    let file = "\
apiVersion: pgdb/v1
kind: Apps
apps:
  - name: my-shop
    appNamespaces: [shop]
    extensions: [pgcrypto]
    comment: \"who: the shop's team\"
  - name: wiki
    appNamespaces: [shop]
    connectionLimit: 7
";
    server.repository.write("apps.yaml", file);
    server.run_ok("import apps.yaml --yes --quiet");
    let exported = server.repository.run_ok("export");
    server.repository.write("apps.yaml", &exported);
    let before = server.repository.tree();
    server.run_ok("import apps.yaml --yes --quiet");
    assert!(changed_files(&before, &server.repository.tree()).is_empty());
    server.cluster.sync();
    server.run_ok("verify --all --login");
    let postgres = &server.cluster.postgres;
    let limit = "SELECT datconnlimit FROM pg_database WHERE datname = 'wiki'";
    assert_eq!(postgres.sql("postgres", limit), "7");
    let comment =
        "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = 'my_shop'";
    assert_eq!(postgres.sql("postgres", comment), "who: the shop's team");
    // What changes in the file changes the row.
    server
        .repository
        .write("apps.yaml", &exported.replace("7", "9"));
    server.run_ok("import apps.yaml --yes --quiet");
    server.cluster.sync();
    assert_eq!(postgres.sql("postgres", limit), "9");
    assert_eq!(
        server.repository.run_ok("list"),
        "\
NAME      NAMESPACES   ROLE      DATABASE   CLUSTER   STATE
my-shop   shop         my_shop   my_shop    legacy    complete
wiki      shop         wiki      wiki       legacy    complete
"
    );
    assert_eq!(server.run_ok("lint"), "No findings in 3 manifest files.\n");
}

#[test]
fn a_change_of_the_settings_comes_with_the_next_call() {
    let server = Server::start();
    server.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    let settings = server.repository.read(".pgdb.yaml");
    let more = "schedule: 5 4 * * sun\ntimeZone: Europe/Vienna\nconnectionKey: dsn\nnetworkPolicy: true\njobImage: registry.example.org/psql:17\n";
    server
        .repository
        .write(".pgdb.yaml", &format!("{settings}{more}"));
    server.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    let text = server
        .repository
        .read(&format!("{FOLDER}/legacy-sync.yaml"));
    for line in [
        "  schedule: 5 4 * * sun\n",
        "  timeZone: Europe/Vienna\n",
        "                  - key: dsn\n                    path: uri\n",
        "kind: NetworkPolicy\n",
        "              image: registry.example.org/psql:17\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    assert_eq!(server.run_ok("lint"), "No findings in 2 manifest files.\n");
}

#[test]
fn init_seals_the_connection() {
    let repository = Repository::guide();
    repository.remove("infra/databases/postgres/postgres-cluster.yaml");
    repository.write(
        "infra/databases/postgres/kustomization.yaml",
        "resources: []\n",
    );
    let dsn = "postgresql://admin:s3cr3t@db.data.svc:6432/postgres?sslmode=verify-full";
    let outcome = repository.run_with(
        "init --engine postgres --cluster legacy --dsn-stdin --yes",
        format!("{dsn}\n").as_bytes(),
    );
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(!outcome.stdout.contains("s3cr3t"));
    let sealed = format!("{FOLDER}/legacy-connection-sealed.yaml");
    let values = repository.unsealed(&sealed);
    assert_eq!(values.get("uri").map(String::as_str), Some(dsn));
    let settings = repository.read(".pgdb.yaml");
    for line in [
        "engine: postgres\n",
        "cluster: legacy\n",
        "host: db.data.svc\n",
        "port: 6432\n",
    ] {
        assert!(settings.contains(&format!("\n{line}")), "{settings}");
    }
    let kustomization = repository.read("infra/databases/postgres/kustomization.yaml");
    assert_eq!(
        kustomization,
        "resources:\n  - legacy-connection-sealed.yaml\n"
    );
    repository.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    let app = repository.unsealed(&format!("{FOLDER}/my-shop-secrets-sealed.yaml"));
    assert_eq!(app.get("username").map(String::as_str), Some("my_shop"));
    let linted = repository.run("lint");
    assert_eq!(
        (linted.code, linted.stdout.as_str()),
        (0, ""),
        "{}",
        linted.stderr
    );
}

#[test]
fn the_manifests_are_what_kubectl_applies() {
    let server = Server::start();
    let yaml = server.run_ok("new-app my-shop --app-namespace shop --yes --quiet -o yaml");
    let kinds: Vec<&str> = yaml
        .lines()
        .filter_map(|line| line.strip_prefix("kind: "))
        .collect();
    assert_eq!(kinds, ["SealedSecret", "ConfigMap", "CronJob", "Job"]);
    let json = server.run_ok("new-app wiki --app-namespace shop --yes --quiet -o json");
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let paths: Vec<&str> = report["pieces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|piece| piece["path"].as_str().unwrap())
        .collect();
    let sync_file = format!("{FOLDER}/legacy-sync.yaml");
    let sealed = format!("{FOLDER}/wiki-secrets-sealed.yaml");
    assert_eq!(paths, [sealed.as_str(), &sync_file, &sync_file]);
}

#[test]
fn demo_shows_such_a_server() {
    let repository = Repository::empty();
    let folder = repository.path().join("demo");
    let said = repository.run_ok(&format!("demo --engine postgres {}", folder.display()));
    assert!(
        said.contains("Wrote my-shop on the server postgres-legacy in postgres")
            || said.contains("postgres-legacy-sync.yaml"),
        "{said}"
    );
    assert!(!said.contains("a-sample-password"), "{said}");
}

#[test]
fn a_secret_that_something_else_makes_is_used() {
    let server = Server::start();
    server.cluster.server.put(json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/basic-auth",
        "metadata": {"name": "mail-login", "namespace": "postgres"},
        "data": {"username": STANDARD.encode("mail"), "password": STANDARD.encode("w7Kq9ZtP2mXv4BnR")},
    }));
    let words = "new-app mail --existing-secret mail-login --app-namespace shop --yes";
    server.run_ok(words);
    let again = server.run_ok(words);
    assert!(
        again.ends_with("is there as asked for: nothing to write.\n"),
        "{again}"
    );
    assert_eq!(server.run_ok("lint"), "No findings in 1 manifest file.\n");
    server.cluster.sync();
    assert_eq!(server.log_in("mail", "mail", "w7Kq9ZtP2mXv4BnR"), Ok(()));
}

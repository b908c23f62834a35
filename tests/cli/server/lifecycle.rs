//! From `new-app` to the end of `remove`, with the Jobs that make each step true.

use serde_json::json;

use super::super::controllers::jobs;
use super::super::support::changed_files;
use super::{FOLDER, Server};

/// The names of the files that a call changes.
fn changed(server: &Server, words: &str) -> Vec<String> {
    let before = server.repository.tree();
    server.run_ok(words);
    let after = server.repository.tree();
    changed_files(&before, &after).into_keys().collect()
}

#[test]
fn an_app_is_made_and_proved() {
    let server = Server::start();
    let sync_file = format!("{FOLDER}/legacy-sync.yaml");
    let files = changed(
        &server,
        "new-app my-shop --app-namespace shop --extension pgcrypto --schema audit --yes --quiet",
    );
    let sealed = format!("{FOLDER}/my-shop-secrets-sealed.yaml");
    assert_eq!(files, [sync_file.clone(), sealed]);
    let again = server
        .run_ok("new-app my-shop --app-namespace shop --extension pgcrypto --schema audit --yes");
    assert_eq!(
        again,
        "my-shop on the server legacy in postgres is there as asked for: nothing to write.\n"
    );
    server.cluster.sync();
    let proved = server.told(&server.run_ok("verify my-shop --login"));
    assert_eq!(
        proved,
        "\
my-shop on the server legacy in postgres
  Argo CD       pass     Application argocd/databases: is Synced at 5eed5eed
  SealedSecret  pass     SealedSecret postgres/my-shop-db-creds: is Synced at generation 1
  Secret        pass     Secret postgres/my-shop-db-creds: has username, password and 7 more keys, at version VERSION
  Mirror        pass     Secret shop/my-shop-db-creds: mirrors version VERSION, its data is equal
  Sync          pass     CronJob postgres/legacy-sync: the Job legacy-sync-now has made the server what is declared at TIME
  Login         pass     Server postgres/legacy: logged in to PostgreSQL 15.18 as \"my_shop\" over TLS, owns the database, may create tables in audit
                warning  every role of the server may connect to \"my_shop\", since PUBLIC may
                           -> as the owner: REVOKE CONNECT, TEMPORARY ON DATABASE \"my_shop\" FROM PUBLIC;
Every link holds: 6 looked at.
"
    );
    // The next run changes nothing.
    let run = jobs::run_cron_job(&server.cluster, "postgres", "legacy-sync", "legacy-sync-1");
    assert!(run.succeeded, "{}", run.log);
    assert!(!run.log.contains("NOTICE"), "{}", run.log);
}

#[test]
fn a_new_password_is_applied_by_the_next_run() {
    let server = Server::start();
    server.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    server.cluster.sync();
    let old = server.password("my-shop-db-creds");
    assert_eq!(server.log_in("my_shop", "my_shop", &old), Ok(()));
    let files = changed(&server, "rotate my-shop --yes --quiet");
    assert_eq!(files, [format!("{FOLDER}/my-shop-secrets-sealed.yaml")]);
    server.cluster.sync();
    let new = server.password("my-shop-db-creds");
    assert_ne!(old, new);
    assert_eq!(server.log_in("my_shop", "my_shop", &new), Ok(()));
    assert!(server.log_in("my_shop", "my_shop", &old).is_err());
    server.run_ok("verify my-shop --login");
}

#[test]
fn what_is_kept_is_closed_and_taken_over_again() {
    let server = Server::start();
    server.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    server.cluster.sync();
    let postgres = &server.cluster.postgres;
    postgres.sql(
        "my_shop",
        "CREATE TABLE orders (id int); ALTER TABLE orders OWNER TO my_shop;",
    );
    let old = server.password("my-shop-db-creds");
    let said = server.run_ok("remove my-shop --yes --quiet --no-input");
    // The product's own Jobs do without the Secret that goes.
    assert!(!said.contains("a pod that needs it"), "{said}");
    server.cluster.sync();
    assert!(server.log_in("my_shop", "my_shop", &old).is_err());
    assert_eq!(postgres.sql("my_shop", "SELECT count(*) FROM orders"), "0");
    let owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'my_shop'";
    assert_eq!(postgres.sql("postgres", owner), "my_shop");
    server.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    server.cluster.sync();
    server.run_ok("verify my-shop --login");
    assert_eq!(postgres.sql("my_shop", "SELECT count(*) FROM orders"), "0");
}

#[test]
fn what_is_dropped_goes_in_stages_of_which_each_is_synced() {
    let server = Server::start();
    server.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    server.cluster.sync();
    let remove = "remove my-shop --drop-database --confirm my_shop --yes --no-input";
    let postgres = &server.cluster.postgres;
    let exists = |what: &str| {
        let (table, column) = match what {
            "database" => ("pg_database", "datname"),
            _ => ("pg_roles", "rolname"),
        };
        let count = format!("SELECT count(*) FROM {table} WHERE {column} = 'my_shop'");
        postgres.sql("postgres", &count) == "1"
    };
    let first = server.run_ok(remove);
    assert!(
        first.contains("Stage 1 of 3: the database is to be dropped, with all its data."),
        "{first}"
    );
    assert!(
        first.contains("the next sync drops the database, with all its data"),
        "{first}"
    );
    // Nothing has run it yet.
    let early = server.run(remove);
    assert_eq!(early.code, 1);
    assert!(
        early
            .stderr
            .contains("error: no Job has run what the last stage wrote\n"),
        "{}",
        early.stderr
    );
    assert!(exists("database"));
    server.cluster.sync();
    assert!(!exists("database") && exists("role"));
    let second = server.run_ok(remove);
    assert!(
        second.contains("Stage 2 of 3: the role is to be dropped."),
        "{second}"
    );
    assert!(second.contains("the next sync drops the role"), "{second}");
    server.cluster.sync();
    assert!(!exists("role"));
    let third = server.run_ok(remove);
    assert!(
        third.contains("Stage 3 of 3: what is left leaves the repository."),
        "{third}"
    );
    server.cluster.sync();
    let text = server
        .repository
        .read(&format!("{FOLDER}/legacy-sync.yaml"));
    assert!(text.contains("    {\"roles\":[],\n    \"databases\":[],\n    \"access\":[]}\n"));
    assert_eq!(server.run_ok("lint"), "No findings in 1 manifest file.\n");
}

#[test]
fn nothing_is_dropped_because_a_row_goes() {
    let server = Server::start();
    server.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    server.cluster.sync();
    let path = format!("{FOLDER}/legacy-sync.yaml");
    server.repository.remove(&path);
    server.run_ok("new-app wiki --app-namespace shop --yes --quiet");
    server.cluster.sync();
    let databases = "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE datname IN ('my_shop', 'wiki')";
    let postgres = &server.cluster.postgres;
    assert_eq!(postgres.sql("postgres", databases), "my_shop wiki");
}

#[test]
fn privileges_are_granted_by_the_same_run() {
    let server = Server::start();
    server.run_ok("new-app my-shop --app-namespace shop --isolate --yes --quiet");
    server.run_ok("new-app report --app-namespace shop --yes --quiet");
    server.cluster.sync();
    let postgres = &server.cluster.postgres;
    let password = server.password("report-db-creds");
    assert!(server.log_in("report", "my_shop", &password).is_err());
    let files = changed(
        &server,
        "grant my-shop --to report --as reader --yes --quiet",
    );
    assert_eq!(files, [format!("{FOLDER}/legacy-sync.yaml")]);
    server.cluster.sync();
    postgres.sql("my_shop", "SET ROLE my_shop; CREATE TABLE orders (id int);");
    let ask =
        |statement: &str| postgres.log_in("report", "my_shop", &password, "prefer", statement);
    assert_eq!(
        ask("SELECT count(*) FROM public.orders"),
        Ok("0".to_owned())
    );
    assert!(ask("INSERT INTO public.orders VALUES (1)").is_err());
    let run = jobs::run_cron_job(&server.cluster, "postgres", "legacy-sync", "legacy-sync-1");
    assert!(run.succeeded && !run.log.contains("NOTICE"), "{}", run.log);
    server.run_ok("revoke my-shop --from report --yes --quiet");
    server.cluster.sync();
    assert!(ask("SELECT count(*) FROM public.orders").is_err());
}

#[test]
fn a_server_in_the_cluster_is_reached_through_its_service() {
    let server = Server::start();
    let settings = server.repository.read(".pgdb.yaml");
    let settings = settings.replace("host: 127.0.0.1", "host: legacy.data.svc");
    server.repository.write(".pgdb.yaml", &settings);
    let api = &server.cluster.server;
    let port = server.cluster.postgres.address().port();
    let slice = |ready: bool| {
        json!({
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": {"name": "legacy-x1", "namespace": "data", "labels": {"kubernetes.io/service-name": "legacy"}},
            "endpoints": [{"addresses": ["10.0.0.9"], "conditions": {"ready": ready}, "targetRef": {"kind": "Pod", "name": "legacy-0", "namespace": "data"}}],
            "ports": [{"name": "postgresql", "port": 5432, "protocol": "TCP"}],
        })
    };
    api.put(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "data"}}));
    api.put(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "legacy-0", "namespace": "data"}}));
    api.put(slice(true));
    api.forward("data", "legacy-0", 5432, server.cluster.postgres.address());
    server.run_ok("new-app my-shop --app-namespace shop --yes --quiet");
    let text = server
        .repository
        .read(&format!("{FOLDER}/my-shop-secrets-sealed.yaml"));
    assert!(
        text.contains(&format!(
            "      host: legacy.data.svc\n      port: \"{port}\"\n"
        )),
        "{text}"
    );
    server.cluster.sync();
    let said = server.run_ok("verify my-shop --login");
    assert!(
        said.contains("Login         pass     Server postgres/legacy: logged in"),
        "{said}"
    );
    api.put(slice(false));
    let said = server.run("verify my-shop --login");
    assert_eq!(said.code, 3);
    assert!(
        said.stdout
            .contains("no ready pod is behind the Service data/legacy"),
        "{}",
        said.stdout
    );
}

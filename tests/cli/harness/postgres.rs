//! The server, and a login through the API server's port-forward.

use std::fs;

use k8s_openapi::api::core::v1::Pod;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};
use serde_json::json;
use tokio_postgres::NoTls;

use crate::apiserver::ApiServer;
use crate::postgres::{Postgres, Tls, is_usable};

/// What psql says to a login over TCP.
fn login(postgres: &Postgres, role: &str, password: &str, sslmode: &str) -> Result<String, String> {
    let statement = "SELECT current_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    postgres.log_in(role, role, password, sslmode, statement)
}

#[test]
fn who_knows_the_password_may_log_in() {
    if !is_usable() {
        return;
    }
    for (tls, expected) in [(Tls::Off, "f"), (Tls::Offered, "t"), (Tls::Required, "t")] {
        let postgres = Postgres::shared(tls);
        let role = "postgres_login";
        postgres.create_app(role, role, "pass'word");
        let logged_in = login(postgres, role, "pass'word", "prefer");
        assert_eq!(logged_in, Ok(format!("{role}|{expected}")), "{tls:?}");
        let refused = login(postgres, role, "other", "prefer").unwrap_err();
        assert!(
            refused.contains("password authentication failed for user \"postgres_login\""),
            "{refused}"
        );
        assert_eq!(postgres.authority().is_some(), tls != Tls::Off);
        let plain = login(postgres, role, "pass'word", "disable");
        assert_eq!(plain.is_ok(), tls != Tls::Required, "{plain:?}");
    }
}

#[test]
fn nothing_is_left_behind() {
    if !is_usable() {
        return;
    }
    let postgres = Postgres::start(Tls::Off);
    let folder = postgres.folder().to_owned();
    let pid = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
    let process = format!("/proc/{}", pid.lines().next().unwrap());
    assert!(fs::exists(&process).unwrap());
    assert_eq!(
        postgres.sql("postgres", "SELECT 1, 'a'\n;SELECT 2"),
        "1|a\n2"
    );
    drop(postgres);
    assert!(!fs::exists(&process).unwrap());
    assert!(!fs::exists(&folder).unwrap());
}

#[test]
fn a_port_forward_leads_into_it() {
    if !is_usable() {
        return;
    }
    let postgres = Postgres::shared(Tls::Off);
    let role = "postgres_forward";
    postgres.create_app(role, role, "secret");
    let server = ApiServer::start();
    server.put(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "postgres", "name": "pg-1"}}));
    server.forward("postgres", "pg-1", 5432, postgres.address());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let kubeconfig = Kubeconfig::read_from(server.kubeconfig()).unwrap();
        let config =
            Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
        let client = Client::try_from(config.unwrap()).unwrap();
        let pods: Api<Pod> = Api::namespaced(client, "postgres");
        let log_in = async |password: &str| {
            let mut forward = pods.portforward("pg-1", &[5432]).await.unwrap();
            let stream = forward.take_stream(5432).unwrap();
            let mut config = tokio_postgres::Config::new();
            config.user(role).dbname(role).password(password);
            let (client, connection) = config.connect_raw(stream, NoTls).await?;
            let connection = tokio::spawn(connection);
            let row = client.query_one("SELECT current_user::text", &[]).await?;
            drop(client);
            connection.await.unwrap()?;
            Ok::<String, tokio_postgres::Error>(row.get(0))
        };
        assert_eq!(log_in("secret").await.unwrap(), role);
        let refused = log_in("other").await.unwrap_err();
        let code = refused.code().map(tokio_postgres::error::SqlState::code);
        assert_eq!(code, Some("28P01"), "{refused}");
    });
}

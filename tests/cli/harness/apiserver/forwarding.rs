//! What is behind Services and pods.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{client, refusal, run};
use crate::apiserver::{ApiServer, Reply};
use k8s_openapi::api::core::v1::Pod;
use kube::Api;

fn with_service() -> ApiServer {
    let server = ApiServer::start();
    server.put(json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": "kube-system", "name": "controller"},
        "spec": {"ports": [{"name": "http", "port": 8080}]},
    }));
    server
}

fn asked(server: &ApiServer, method: &str, name: &str, body: &str) -> kube::Result<String> {
    let path = format!("/api/v1/namespaces/kube-system/services/{name}/proxy/v1/cert.pem");
    let request = hyper::Request::builder().method(method).uri(path);
    let request = request.body(body.as_bytes().to_vec()).unwrap();
    run(async { client(server).await.request_text(request).await })
}

#[test]
fn a_service_is_reached_by_port_name_or_number() {
    let server = with_service();
    server.serve(
        "kube-system",
        "controller",
        "/v1/cert.pem",
        |method, body| {
            let body = String::from_utf8_lossy(body);
            Reply::text(200, format!("{method} {body}"))
        },
    );
    for name in [
        "controller:http",
        "controller:8080",
        "http:controller:http",
        "http:controller:8080",
        "http%3Acontroller%3Ahttp",
    ] {
        assert_eq!(asked(&server, "GET", name, "").unwrap(), "GET ", "{name}");
    }
    assert_eq!(
        asked(&server, "POST", "controller:http", "x").unwrap(),
        "POST x"
    );
}

#[test]
fn a_service_that_cannot_be_reached_is_said_to_be() {
    let server = with_service();
    let refused = |name: &str| refusal(asked(&server, "GET", name, ""));
    let unavailable = |message: &str| (503, "ServiceUnavailable".to_owned(), message.to_owned());
    assert_eq!(
        refused("other:http"),
        (
            404,
            "NotFound".to_owned(),
            "services \"other\" not found".to_owned()
        )
    );
    assert_eq!(
        refused("controller:http"),
        unavailable("no endpoints available for service \"controller\"")
    );
    assert_eq!(
        refused("http:controller:web"),
        unavailable("no endpoints available for service \"http:controller:web\"")
    );
    assert_eq!(
        refused("controller:80"),
        unavailable("no service port 80 found for service \"controller\"")
    );
    server.forbid("get", "", "services/proxy", "kube-system");
    assert_eq!(
        refused("controller:http").2,
        "services \"controller:http\" is forbidden: User \"tester\" cannot get resource \"services/proxy\" in API \
         group \"\" in the namespace \"kube-system\""
    );
}

fn with_pod() -> ApiServer {
    let server = ApiServer::start();
    server.put(json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": "postgres", "name": "pg-1", "uid": "5eed"},
    }));
    server
}

/// An address that gives back in capitals what it gets.
fn capitals() -> std::net::SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        let mut buffer = [0; 64];
        while let Ok(read @ 1..) = stream.read(&mut buffer) {
            let text = buffer[..read].to_ascii_uppercase();
            if stream.write_all(&text).is_err() {
                return;
            }
        }
    });
    address
}

async fn pods(server: &ApiServer) -> Api<Pod> {
    Api::namespaced(client(server).await, "postgres")
}

#[test]
fn a_pods_port_is_carried_both_ways() {
    let server = with_pod();
    server.forward("postgres", "pg-1", 5432, capitals());
    run(async {
        let mut forward = pods(&server)
            .await
            .portforward("pg-1", &[5432])
            .await
            .unwrap();
        let mut stream = forward.take_stream(5432).unwrap();
        for (sent, expected) in [("hello", b"HELLO"), ("again", b"AGAIN")] {
            stream.write_all(sent.as_bytes()).await.unwrap();
            let mut answer = [0; 5];
            stream.read_exact(&mut answer).await.unwrap();
            assert_eq!(&answer, expected);
        }
    });
}

#[test]
fn a_forward_is_cut_off() {
    let server = with_pod();
    server.forward("postgres", "pg-1", 5432, capitals());
    server.cut_forwards_after(3);
    run(async {
        let mut forward = pods(&server)
            .await
            .portforward("pg-1", &[5432])
            .await
            .unwrap();
        let mut stream = forward.take_stream(5432).unwrap();
        stream.write_all(b"hello").await.unwrap();
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer).await);
        // kube's client may drop what it has not handed on yet when the socket ends.
        assert!(b"HEL".starts_with(&answer), "{answer:?}");
    });
}

#[test]
fn what_leads_nowhere_is_told_on_the_error_channel() {
    let server = with_pod();
    run(async {
        let pods = pods(&server).await;
        let mut forward = pods.portforward("pg-1", &[5432]).await.unwrap();
        let error = forward.take_error(5432).unwrap().await;
        let error = error.unwrap_or_default();
        assert!(
            error.starts_with("error forwarding port 5432 to pod pg-1, uid 5eed: ")
                && error.ends_with("connection refused"),
            "{error}"
        );
        let missing = pods.portforward("pg-2", &[5432]).await;
        assert_eq!(refusal(missing).2, "pods \"pg-2\" not found");
        server.forbid("create", "", "pods/portforward", "postgres");
        assert_eq!(
            refusal(pods.portforward("pg-1", &[5432]).await).2,
            "pods \"pg-1\" is forbidden: User \"tester\" cannot create resource \"pods/portforward\" in API group \"\" \
             in the namespace \"postgres\""
        );
    });
}

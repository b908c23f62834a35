//! Faults, as kube's client meets them.

use kube::api::{ListParams, WatchParams};

use super::{names, refusal, run, secret, secrets};
use crate::apiserver::{ApiServer, Fault, Requests};
use futures_util::TryStreamExt;

fn with_secrets() -> ApiServer {
    let server = ApiServer::start();
    server.put(secret("a"));
    server.put(secret("b"));
    server
}

/// What a list of the Secrets comes to.
fn listed(server: &ApiServer) -> Result<Vec<String>, String> {
    run(async {
        let list = secrets(server).await.list(&ListParams::default()).await;
        let list = list.map_err(|error| {
            let mut text = error.to_string();
            let mut error: &dyn std::error::Error = &error;
            while let Some(source) = error.source() {
                text = format!("{text}: {source}");
                error = source;
            }
            text
        })?;
        Ok(names(&list.items).iter().map(ToString::to_string).collect())
    })
}

#[test]
fn faults_are_what_they_say() {
    let cases = [
        (Fault::CutBefore, "peer closed connection"),
        (Fault::CutAfter(10), "peer closed connection"),
        (Fault::Truncated, "peer closed connection"),
        (Fault::Malformed, "key must be a string"),
        (Fault::Empty, "EOF while parsing a value"),
        (Fault::Html(200), "expected value"),
        (Fault::NullItem, "invalid type: null"),
    ];
    let server = with_secrets();
    for (fault, expected) in cases {
        server.fault(Requests::lists("secrets").first(1), fault.clone());
        let error = listed(&server).unwrap_err();
        assert!(error.contains(expected), "{fault:?}: {error}");
        assert_eq!(listed(&server), Ok(vec!["a".to_owned(), "b".to_owned()]));
    }
    server.fault(Requests::lists("secrets").first(1), Fault::OtherKind);
    assert_eq!(listed(&server), Ok(vec![]));
    server.fault(
        Requests::lists("secrets").first(1),
        Fault::ItemWithoutMetadata,
    );
    assert_eq!(listed(&server), Ok(vec![String::new(), "b".to_owned()]));
}

#[test]
fn a_server_in_trouble_says_when_to_come_again() {
    let server = with_secrets();
    for code in [429, 500, 503, 504] {
        let fault = Fault::retry_after(code, 3);
        server.fault(Requests::of("GET", "/api/v1/secrets").first(1), fault);
        run(async {
            let refused = secrets(&server).await.list(&ListParams::default()).await;
            let Err(kube::Error::Api(status)) = refused else {
                panic!("{refused:?}");
            };
            assert_eq!(status.code, code);
            assert_eq!(status.details.unwrap().retry_after_seconds, 3);
        });
    }
    server.fault(Requests::lists("secrets"), Fault::status(503));
    let unavailable = "the server is currently unable to handle the request";
    assert!(listed(&server).unwrap_err().contains(unavailable));
    server.heal();
    assert_eq!(listed(&server), Ok(vec!["a".to_owned(), "b".to_owned()]));
}

#[test]
fn what_hangs_is_answered_when_it_is_released() {
    let server = with_secrets();
    server.fault(Requests::lists("secrets"), Fault::Hang);
    let listed = std::thread::scope(|scope| {
        let listing = scope.spawn(|| listed(&server));
        server.wait_for(&Requests::lists("secrets"), 1);
        assert!(!listing.is_finished());
        server.release();
        listing.join().unwrap()
    });
    assert_eq!(listed, Ok(vec!["a".to_owned(), "b".to_owned()]));
}

#[test]
fn a_watch_is_damaged_too() {
    let server = with_secrets();
    for (fault, expected) in [
        (Fault::Malformed, Some("Error deserializing response")),
        (Fault::CutAfter(20), None),
        (Fault::Empty, None),
    ] {
        server.fault(Requests::watches("secrets").first(1), fault.clone());
        let events = run(async {
            let secrets = secrets(&server).await;
            let stream = secrets.watch(&WatchParams::default(), "1001").await;
            let stream = stream.map_err(|error| error.to_string())?;
            let events: Result<Vec<_>, _> = stream.try_collect().await;
            events
                .map(|events| events.len())
                .map_err(|error| error.to_string())
        });
        match expected {
            Some(expected) => assert!(events.unwrap_err().contains(expected), "{fault:?}"),
            None => assert_eq!(events, Ok(0), "{fault:?}"),
        }
    }
    server.fault(Requests::watches("secrets"), Fault::status(403));
    run(async {
        let secrets = secrets(&server).await;
        let refused = secrets.watch(&WatchParams::default(), "1001").await;
        assert_eq!(refusal(refused).0, 403);
    });
}

//! The server's thread: connections, and for each request what is the same for all of them.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use hyper::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::answer::{Body, refusal};
use super::fault::Fault;
use super::requests::Request;
use super::routes;
use super::state::Shared;

/// Listens on a free port until `stopped`.
pub fn start(
    shared: &Arc<Shared>,
    acceptor: TlsAcceptor,
    stopped: oneshot::Receiver<()>,
) -> (SocketAddr, JoinHandle<()>) {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let shared = Arc::clone(shared);
    let thread = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).unwrap();
            tokio::select! {
                () = accept(&shared, &listener, &acceptor) => {}
                _ = stopped => {}
            }
        });
    });
    (address, thread)
}

async fn accept(shared: &Arc<Shared>, listener: &TcpListener, acceptor: &TlsAcceptor) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let (shared, acceptor) = (Arc::clone(shared), acceptor.clone());
        tokio::spawn(async move {
            // A client that does not like the certificate, or that leaves, is no matter of the server's.
            drop(serve(shared, acceptor, stream).await);
        });
    }
}

async fn serve(
    shared: Arc<Shared>,
    acceptor: TlsAcceptor,
    stream: TcpStream,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    stream.set_nodelay(true)?;
    let stream = acceptor.accept(stream).await?;
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { answer(&shared, request).await }
    });
    http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await?;
    Ok(())
}

/// Answers a request; an error ends the connection.
async fn answer(
    shared: &Arc<Shared>,
    request: hyper::Request<Incoming>,
) -> io::Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    let request = Request::new(&parts);
    // Once a request is in the log, a test may release it.
    let releases = shared.lock().releases;
    // A watch is open, for a test that waits for it, only once it sees every later change.
    if !request.is_watch() {
        shared.arrived(request.clone());
    }
    let latency = shared.lock().latency;
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let fault = fault(shared, &request);
    let answer = match &fault {
        Some(Fault::CutBefore) => {
            log_watch(shared, &request);
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Some(Fault::Refusal(status)) => Ok(refusal(status)),
        hanging => {
            if matches!(hanging, Some(Fault::Hang)) {
                log_watch(shared, &request);
                released(shared, releases).await;
            }
            let allowed = routes::authenticate(shared, &parts);
            match allowed {
                Ok(()) => routes::answer(shared, &request, parts, body).await,
                Err(status) => Err(status),
            }
        }
    };
    if !matches!(fault, Some(Fault::Hang)) {
        log_watch(shared, &request);
    }
    let answer = answer.unwrap_or_else(|status| refusal(&status));
    Ok(match fault {
        None | Some(Fault::Refusal(_) | Fault::Hang) => answer,
        Some(fault) => fault.damage(answer, request.is_watch()).await,
    })
}

fn log_watch(shared: &Shared, request: &Request) {
    if request.is_watch() {
        shared.arrived(request.clone());
    }
}

fn fault(shared: &Shared, request: &Request) -> Option<Fault> {
    let mut state = shared.lock();
    let mut faults = state.faults.iter_mut();
    faults.find_map(|(requests, fault)| requests.take(request).then(|| fault.clone()))
}

/// Returns once the test has released what hangs since there had been so many releases.
async fn released(shared: &Shared, releases: u64) {
    let mut changed = shared.changes();
    while shared.lock().releases == releases {
        if changed.changed().await.is_err() {
            return;
        }
    }
}

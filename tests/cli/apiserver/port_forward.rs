//! Port-forwards: a web socket as the kubelet speaks it, bridged to an address that the test names.
//!
//! Each port has two channels, which are the first byte of every message: `2n` for data and `2n + 1` for an error. Each
//! begins with the port's number in two bytes, little-endian. See k8s.io/kubelet, `pkg/cri/streaming/portforward`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::header::{
    CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    UPGRADE,
};
use hyper::upgrade::Upgraded;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::answer::{Answer, Body};
use super::reading::key;
use super::requests::decoded;
use super::routes::Place;
use super::state::Shared;
use super::status::Status;

/// The subprotocol: binary frames with a channel byte.
const PROTOCOL: &str = "v4.channel.k8s.io";
/// The channels of the first port.
const DATA: u8 = 0;
const ERROR: u8 = 1;

/// Where pods' ports lead to.
#[derive(Clone, Default)]
pub struct Forwards {
    /// By namespace, pod and port.
    pub targets: BTreeMap<(String, String, u16), SocketAddr>,
    /// After how many bytes from the pod the web socket is dropped.
    pub cut_after: Option<usize>,
}

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// A port that was asked for.
struct Port {
    number: u16,
    target: Option<SocketAddr>,
}

/// Upgrades the connection and forwards one port.
pub fn answer(shared: &Arc<Shared>, place: &Place, request: Request<Incoming>) -> Answer {
    // A web socket begins with a GET; since 1.35 the right to create is asked for beside it.
    place.check(shared, "get")?;
    place.check(shared, "create")?;
    let state = shared.lock();
    let pod = state.store.get(&key(place));
    let pod = pod.ok_or_else(|| Status::not_found(place.kind, &place.name))?;
    let number = port_of(&request)?;
    let accept = accept(&request)?;
    let namespace = place.namespace.clone().unwrap_or_default();
    let forwards = state.forwards.clone();
    let port = Port {
        number,
        target: forwards
            .targets
            .get(&(namespace, place.name.clone(), number))
            .copied(),
    };
    let uid = pod.value["metadata"]["uid"].as_str().unwrap_or_default();
    let pod = format!("{}, uid {uid}", place.name);
    tokio::spawn(async move {
        if let Ok(upgraded) = hyper::upgrade::on(request).await {
            let socket =
                WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
            forward(socket, &port, &pod, forwards.cut_after).await;
        }
    });
    Ok(switching(accept))
}

fn port_of(request: &Request<Incoming>) -> Result<u16, Status> {
    let query = request.uri().query().unwrap_or_default();
    let port = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("ports="));
    let port = port.map(decoded).unwrap_or_default();
    port.parse()
        .map_err(|_| Status::bad_request(&format!("invalid ports {port:?}: one port is forwarded")))
}

/// The answer to the client's key, if it asks for the subprotocol that is spoken here.
fn accept(request: &Request<Incoming>) -> Result<HeaderValue, Status> {
    let headers = request.headers();
    let key = headers
        .get(SEC_WEBSOCKET_KEY)
        .filter(|_| headers.contains_key(UPGRADE))
        .ok_or_else(|| Status::bad_request("Upgrade request required"))?;
    let protocols = headers.get(SEC_WEBSOCKET_PROTOCOL);
    let protocols = protocols.and_then(|given| given.to_str().ok());
    if !protocols
        .unwrap_or_default()
        .split(',')
        .any(|one| one.trim() == PROTOCOL)
    {
        return Err(Status::bad_request(&format!(
            "unable to upgrade: none of the subprotocols is {PROTOCOL}"
        )));
    }
    let accept = derive_accept_key(key.as_bytes());
    HeaderValue::from_str(&accept).map_err(|error| Status::bad_request(&error.to_string()))
}

fn switching(accept: HeaderValue) -> Response<Body> {
    let body = Empty::new().map_err(|never| match never {});
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() = hyper::StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL));
    response
}

/// Carries bytes until either side ends, or what was to be forwarded has been. What goes wrong with the socket ends it.
async fn forward(mut socket: Socket, port: &Port, pod: &str, cut_after: Option<usize>) {
    for channel in [DATA, ERROR] {
        let greeting = port.number.to_le_bytes();
        if send(&mut socket, channel, &greeting).await.is_none() {
            return;
        }
    }
    let stream = match port.target {
        Some(target) => TcpStream::connect(target).await.ok(),
        None => None,
    };
    match stream {
        Some(stream) => {
            if carry(&mut socket, stream, cut_after).await.is_none() {
                return;
            }
        }
        None => {
            let number = port.number;
            let message = format!(
                "error forwarding port {number} to pod {pod}: failed to execute portforward in network namespace \
                 \"/var/run/netns/cni-5eed\": failed to connect to localhost:{number} inside namespace: dial tcp4 \
                 127.0.0.1:{number}: connect: connection refused"
            );
            send(&mut socket, ERROR, message.as_bytes()).await;
        }
    }
    drop(socket.close(None).await);
}

/// Carries bytes both ways; none when the socket is to be dropped as it is.
async fn carry(socket: &mut Socket, mut stream: TcpStream, cut_after: Option<usize>) -> Option<()> {
    let mut left = cut_after.unwrap_or(usize::MAX);
    let mut buffer = vec![0; 32 * 1024];
    while left > 0 {
        tokio::select! {
            read = stream.read(&mut buffer) => {
                let read = read.ok()?.min(left);
                if read == 0 {
                    return Some(());
                }
                send(socket, DATA, &buffer[..read]).await?;
                left -= read;
            }
            message = socket.next() => match message?.ok()? {
                Message::Binary(bytes) => {
                    let (channel, data) = bytes.split_first()?;
                    if *channel == DATA {
                        stream.write_all(data).await.ok()?;
                    }
                }
                Message::Close(_) => return None,
                _ => {}
            },
        }
    }
    None
}

async fn send(socket: &mut Socket, channel: u8, data: &[u8]) -> Option<()> {
    let mut message = vec![channel];
    message.extend_from_slice(data);
    socket
        .send(Message::Binary(Bytes::from(message)))
        .await
        .ok()
}

//! Sockets: how many connections, how long they may take, and how they end.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use doorward_core::Code;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::watch;
use tower::ServiceExt;

use super::limits::Throttle;
use super::patience::Patience;
use super::places::Places;
use super::problem::Refusal;

/// How long a request line with its headers may take, and how long a connection may be idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a peer may take nothing of an answer.
const READ_ON: Duration = Duration::from_secs(20);
/// How many bytes of headers are read at most.
const MAX_HEADER_BYTES: usize = 32 * 1024;
/// How long requests in flight have to end once the daemon stops.
const LAST_WORD: Duration = Duration::from_secs(20);

/// Where to listen.
pub(crate) enum Listener {
    /// An address.
    Tcp(TcpListener),
    /// A file.
    Unix(UnixListener),
}

/// Becomes `true` when serving is to end.
pub(crate) type Stop = watch::Receiver<bool>;

/// Serves until told to stop, then lets what is in flight come to its end.
pub(crate) async fn serve(listener: Listener, routes: Router, throttle: Arc<Throttle>, most: usize, mut stop: Stop) {
    let (graceful, places) = (GracefulShutdown::new(), Places::new(most));
    loop {
        // A place first: who finds none waits in the operating system's queue, where he costs nothing.
        let place = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            place = places.free() => place,
        };
        let Some(mut place) = place else { break };
        let accepted = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = accept(&listener) => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if is_gone(&error) => continue,
            Err(error) => {
                // Out of file descriptors: no reason to stop, and trying at once again helps nobody.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        if !place.give(peer.and_then(|peer| throttle.neighbour(peer))) {
            tokio::spawn(async move {
                turn_away(stream).await;
                drop(place);
            });
            continue;
        }
        let (routes, throttle, watcher) = (routes.clone(), throttle.clone(), graceful.watcher());
        tokio::spawn(async move {
            connection(stream, peer, routes, throttle, watcher).await;
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(LAST_WORD, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections that would not end were cut");
    }
}

/// What both kinds of sockets are.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn accept(listener: &Listener) -> std::io::Result<(Box<dyn Stream>, Option<IpAddr>)> {
    match listener {
        Listener::Tcp(listener) => {
            let (stream, peer) = listener.accept().await?;
            // Answers are small and whole; waiting to fill a packet only delays them.
            stream.set_nodelay(true)?;
            Ok((Box::new(stream), Some(peer.ip())))
        }
        Listener::Unix(listener) => {
            let (stream, _) = listener.accept().await?;
            Ok((Box::new(stream), None))
        }
    }
}

/// A connection that ended before it was accepted.
fn is_gone(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::ConnectionAborted | std::io::ErrorKind::ConnectionReset)
}

/// Says that there are too many connections from there, whatever was to be asked, and hangs up.
async fn turn_away(mut stream: Box<dyn Stream>) {
    let (head, body) = Refusal::from(Code::RateLimited).repeat_after(1).into_bytes();
    // A new connection takes this little at once; whoever is gone need not be told.
    let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
    let _ = stream.shutdown().await;
}

async fn connection(stream: Box<dyn Stream>, peer: Option<IpAddr>, routes: Router, throttle: Arc<Throttle>, watcher: Watcher) {
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        let origin = throttle.origin(peer, request.headers());
        request.extensions_mut().insert(origin);
        let routes = routes.clone();
        async move { answer(routes, request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(2 * MAX_HEADER_BYTES)
        .max_header_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(Patience::new(stream, READ_ON)), service);
    if let Err(error) = watcher.watch(connection).await {
        // Somebody went away, sent no HTTP, or was too slow. Common, and nobody's concern.
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn answer(routes: Router, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    routes.oneshot(request.map(Body::new)).await
}

//! One HTTP exchange: a request out, a whole answer back, within a time and a size. No redirects are followed: a signed
//! request is signed for one URL.

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderMap;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::time::Duration;

/// The most bytes an answer may have. The longest page has 1,000 items of below 2 KiB.
const MOST: usize = 4 << 20;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long one exchange may take.
const EXCHANGE: Duration = Duration::from_secs(15);

/// Why there was no answer. For a write: whether it was done is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// Nobody answered there.
    #[error("no connection: {0}")]
    Connect(String),
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// It took longer than it may.
    #[error("no answer within {} seconds", .0.as_secs())]
    Timeout(Duration),
    /// The answer is longer than any answer may be.
    #[error("the answer is too large")]
    TooLarge,
    /// TLS cannot be used on this machine.
    #[error("no trusted certificates on this machine: {0}")]
    NoTls(String),
}

impl NetworkError {
    /// Whether asking again may help.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Connect(_) | Self::Broken(_) | Self::Timeout(_) => true,
            Self::TooLarge | Self::NoTls(_) => false,
        }
    }
}

/// A whole answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A pool of connections. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) enum Transport {
    Plain(Client<HttpConnector, Full<Bytes>>),
    Tls(Client<HttpsConnector<HttpConnector>, Full<Bytes>>),
    #[cfg(unix)]
    Unix(Client<UnixConnector, Full<Bytes>>),
}

/// Connects to one socket, whatever the URL says.
#[cfg(unix)]
pub(crate) type UnixConnector =
    tower::util::BoxCloneSyncService<Uri, hyper_util::rt::TokioIo<tokio::net::UnixStream>, std::io::Error>;

impl Transport {
    /// For URLs of this scheme.
    pub(crate) fn for_scheme(https: bool) -> Result<Self, NetworkError> {
        let mut tcp = HttpConnector::new();
        tcp.set_connect_timeout(Some(CONNECT));
        tcp.set_nodelay(true);
        tcp.enforce_http(!https);
        let pool = pool();
        if !https {
            return Ok(Self::Plain(pool.build(tcp)));
        }
        let tls = hyper_rustls::HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|error| NetworkError::NoTls(error.to_string()))?;
        Ok(Self::Tls(pool.build(tls.https_only().enable_http1().wrap_connector(tcp))))
    }

    /// For the service listener at this path.
    #[cfg(unix)]
    pub(crate) fn for_socket(path: std::path::PathBuf) -> Self {
        let connect = move |_: Uri| {
            let path = path.clone();
            async move { tokio::net::UnixStream::connect(path).await.map(hyper_util::rt::TokioIo::new) }
        };
        Self::Unix(pool().build(tower::util::BoxCloneSyncService::new(tower::service_fn(connect))))
    }

    /// Sends it and reads the whole answer.
    pub(crate) async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, NetworkError> {
        let whole = async { read(self.respond(request).await?).await };
        tokio::time::timeout(EXCHANGE, whole).await.map_err(|_| NetworkError::Timeout(EXCHANGE))?
    }

    /// Sends it, and leaves an answer that is a yes to be read as it comes. A no is read whole.
    pub(crate) async fn open(&self, request: Request<Full<Bytes>>) -> Result<Result<Incoming, Answer>, NetworkError> {
        let begun = async {
            let response = self.respond(request).await?;
            if response.status().is_success() { Ok(Ok(response.into_body())) } else { read(response).await.map(Err) }
        };
        tokio::time::timeout(EXCHANGE, begun).await.map_err(|_| NetworkError::Timeout(EXCHANGE))?
    }

    async fn respond(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, NetworkError> {
        let response = match self {
            Self::Plain(client) => client.request(request).await,
            Self::Tls(client) => client.request(request).await,
            #[cfg(unix)]
            Self::Unix(client) => client.request(request).await,
        };
        response.map_err(no_response)
    }
}

fn pool() -> hyper_util::client::legacy::Builder {
    let mut pool = Client::builder(TokioExecutor::new());
    // Retries are ours, with the same nonce; the pool must not add its own.
    pool.pool_timer(TokioTimer::new()).retry_canceled_requests(false);
    pool
}

async fn read(response: Response<Incoming>) -> Result<Answer, NetworkError> {
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, MOST).collect().await.map_err(|error| {
        if error.is::<http_body_util::LengthLimitError>() {
            NetworkError::TooLarge
        } else {
            NetworkError::Broken(error.to_string())
        }
    })?;
    Ok(Answer { status: parts.status, headers: parts.headers, body: body.to_bytes() })
}

fn no_response(error: hyper_util::client::legacy::Error) -> NetworkError {
    // The innermost error is the one a person can act on: "Connection refused", "certificate expired".
    let mut innermost: &dyn std::error::Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    if error.is_connect() { NetworkError::Connect(innermost.to_string()) } else { NetworkError::Broken(innermost.to_string()) }
}

/// Whether this is `https`, or `http` to this very machine; `None` for any other URL.
pub(crate) fn trusted_scheme(uri: &Uri) -> Option<bool> {
    match (uri.scheme_str()?, uri.host()?) {
        ("https", _) => Some(true),
        ("http", host) => is_loopback(host).then_some(false),
        _ => None,
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_only_to_this_machine() {
        for (url, expected) in [
            ("https://door.example", Some(true)),
            ("http://127.0.0.1:8460", Some(false)),
            ("http://127.9.9.9", Some(false)),
            ("http://[::1]:8460", Some(false)),
            ("http://LocalHost:1", Some(false)),
            ("http://door.example", None),
            ("http://192.168.1.4:8460", None),
            ("http://127.0.0.1.evil.example", None),
            ("http://localhost.evil.example", None),
            ("ftp://127.0.0.1", None),
            ("/v1", None),
        ] {
            assert_eq!(trusted_scheme(&url.parse().unwrap()), expected, "{url}");
        }
    }
}

//! What is seen of a request from outside: a request id, which the answer carries and every log line about it, one line
//! of how it went, a count, and headers every answer has. No path, query, header or body is ever logged: paths may carry
//! link bodies that a mail scanner moved there.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use doorward_core::Code;
use doorward_core::digest::sha256;
use tracing::Instrument;
use tracing::field::Empty;

use super::door::Door;
use super::problem::{Refusal, Refused};

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names the request, lets it through, and says how it went.
pub(crate) async fn observe(State(door): State<Door>, request: Request, next: Next) -> Response {
    let (started, id) = (Instant::now(), next_id());
    let method = method_of(request.method());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("-", MatchedPath::as_str);
    // `decision` is filled in by whoever asks the policy.
    let span = tracing::info_span!(target: "doorward::http", "request", id, method, route, decision = Empty);
    let mut response = plain(next.run(request).instrument(span.clone()).await);
    let (took, status) = (started.elapsed(), response.status().as_u16());
    let code = response.extensions().get::<Refused>().map_or("", |refused| refused.0.name());
    span.in_scope(|| {
        tracing::info!(target: "doorward::http", status, code, micros = took.as_micros() as u64, "answered");
    });
    door.counts.add(method, route, status, took);
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID.clone(), id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if door.public_url.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// Turns a refusal by the framework itself, such as of a path that is not UTF-8, into one of ours, which says nothing
/// internal.
fn plain(response: Response) -> Response {
    let status = response.status();
    if (status.is_client_error() || status.is_server_error()) && response.extensions().get::<Refused>().is_none() {
        return Refusal::from(Code::Malformed).with_status(status).into_response();
    }
    response
}

/// Unlike any other, and telling nobody how many there were before.
fn next_id() -> String {
    static PROCESS: OnceLock<[u8; 32]> = OnceLock::new();
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let process = PROCESS.get_or_init(crate::ambient::entropy::fresh);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    hex::encode(&sha256(&[process, &number.to_be_bytes()])[..8])
}

/// A method anyone may send, as one of few names: what is counted by must not be chosen by the sender.
fn method_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

//! A server, and the one way requests to it are sent.

use crate::ambient::Ambient;
use crate::error::{Error, Refusal};
use crate::retry::{Retry, retry_after};
use crate::transport::{Answer, Transport, trusted_scheme};
use doorward_core::view::{Problem, WellKnown};
use doorward_core::{Code, ServerKey, Timestamp};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Uri};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A server that was met. Cheap to clone; clones share connections and what is known of the server's clock.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    transport: Transport,
    /// Where to connect to, without a trailing slash.
    base: String,
    well_known: WellKnown,
    server_key: ServerKey,
    ambient: Ambient,
    retry: Retry,
    /// Seconds that the server's clock is ahead of ours, as far as a `stale-request` told.
    ahead: AtomicI64,
}

/// What a client may be given instead of the usual.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Time and random bytes.
    pub ambient: Ambient,
    /// How patiently requests are repeated.
    pub retry: Retry,
    /// How patiently the server is looked for at first.
    pub first_retry: Retry,
}

impl Default for Options {
    fn default() -> Self {
        Self { ambient: Ambient::SYSTEM, retry: Retry::PATIENT, first_retry: Retry::BRIEF }
    }
}

/// One request, before it is sent.
pub(crate) struct Sending<'a> {
    pub(crate) method: &'a str,
    /// Path and query.
    pub(crate) target: &'a str,
    /// JSON, or empty.
    pub(crate) body: Bytes,
    pub(crate) headers: crate::signed::Headers,
}

impl Client {
    /// Meets the server at this URL: reads `/.well-known/doorward`. Plain `http` only to this very machine
    /// (`insecure-origin`).
    pub async fn connect(public_url: &str) -> Result<Client, Error> {
        Self::connect_with(public_url, Options::default()).await
    }

    /// [`Client::connect`], with a clock, random bytes and patience of one's own.
    pub async fn connect_with(public_url: &str, options: Options) -> Result<Client, Error> {
        let base = public_url.trim().trim_end_matches('/').to_owned();
        let uri: Uri = base.parse().map_err(|_| Error::Local(Code::InsecureOrigin))?;
        let https = trusted_scheme(&uri).ok_or(Error::Local(Code::InsecureOrigin))?;
        let transport = Transport::for_scheme(https)?;
        let sending = Sending { method: "GET", target: "/.well-known/doorward", body: Bytes::new(), headers: Vec::new() };
        let answer = send(&transport, &base, &sending, &options.first_retry, &options.ambient).await?;
        let well_known: WellKnown = read(&answer)?;
        let server_key = well_known.server_key.read().map_err(|_| Error::BadAnswer("its key cannot be read"))?;
        if well_known.fingerprint.read().ok() != Some(server_key.server_fingerprint()) {
            return Err(Error::BadAnswer("its fingerprint is not its key's"));
        }
        let Options { ambient, retry, first_retry: _ } = options;
        Ok(Self(Arc::new(Inner { transport, base, well_known, server_key, ambient, retry, ahead: AtomicI64::new(0) })))
    }

    /// What the server says of itself, as it was when it was met.
    pub fn well_known(&self) -> &WellKnown {
        &self.0.well_known
    }

    /// The server's key: what links, claims and receipts are checked against.
    pub fn server_key(&self) -> &ServerKey {
        &self.0.server_key
    }

    /// The URL that links carry and signed requests cover. It need not be the one the server was met at.
    pub fn public_url(&self) -> &str {
        &self.0.well_known.public_url
    }

    /// The time at the server, as far as is known.
    pub fn now(&self) -> Timestamp {
        let now = (self.0.ambient.now)().0;
        Timestamp(now.saturating_add_signed(self.0.ahead.load(Ordering::Relaxed)).min(Timestamp::MAX.0))
    }

    pub(crate) fn ambient(&self) -> &Ambient {
        &self.0.ambient
    }

    /// Sends it, again if need be, and reads the answer.
    pub(crate) async fn send<T: DeserializeOwned>(&self, sending: &Sending<'_>) -> Result<T, Error> {
        let Inner { transport, base, retry, ambient, .. } = &*self.0;
        read(&send(transport, base, sending, retry, ambient).await?)
    }

    /// Sends it, once, and leaves the answer to be read as it comes.
    pub(crate) async fn open(&self, sending: &Sending<'_>) -> Result<Incoming, Error> {
        let Inner { transport, base, .. } = &*self.0;
        match transport.open(request(base, sending)?).await? {
            Ok(body) => Ok(body),
            Err(answer) => Err(refused(&answer)),
        }
    }

    /// Takes the server's time from a `stale-request`; whether that is worth a second signature.
    pub(crate) fn learn_time(&self, error: &Error) -> bool {
        let Error::Refused(refusal) = error else { return false };
        let (Code::StaleRequest, Some(time)) = (refusal.code, refusal.time) else { return false };
        let signed = |t: u64| i64::try_from(t).unwrap_or(i64::MAX);
        let ahead = signed(time.0).saturating_sub(signed((self.0.ambient.now)().0));
        self.0.ahead.store(ahead, Ordering::Relaxed);
        true
    }
}

/// The body of a request.
pub(crate) fn to_body<T: Serialize>(value: &T) -> Bytes {
    // The shapes hold strings, numbers and lists; JSON can write them all.
    serde_json::to_vec(value).unwrap_or_default().into()
}

pub(crate) async fn send(
    transport: &Transport,
    base: &str,
    sending: &Sending<'_>,
    retry: &Retry,
    ambient: &Ambient,
) -> Result<Answer, Error> {
    let mut tries = 0;
    loop {
        let result = transport.exchange(request(base, sending)?).await;
        tries += 1;
        let asked = match &result {
            Ok(answer) => match retry_after(answer.status, &answer.headers) {
                Some(asked) => Some(asked),
                None => return result.map_err(Error::from),
            },
            Err(error) if error.is_passing() => None,
            Err(_) => return result.map_err(Error::from),
        };
        let [chance] = ambient.bytes::<1>()?;
        match retry.wait(tries, asked, chance) {
            Some(wait) => tokio::time::sleep(wait).await,
            None => return result.map_err(Error::from),
        }
    }
}

fn request(base: &str, sending: &Sending<'_>) -> Result<Request<Full<Bytes>>, Error> {
    let Sending { method, target, body, headers } = sending;
    let mut request = Request::builder().method(*method).uri(format!("{base}{target}"));
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    // Only a URL can be wrong: everything else was made here.
    request.body(Full::new(body.clone())).map_err(|_| Error::Local(Code::Malformed))
}

pub(crate) fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Error> {
    if answer.status.is_success() {
        return serde_json::from_slice(&answer.body).map_err(|_| Error::BadAnswer("it is not of the expected shape"));
    }
    Err(refused(answer))
}

fn refused(answer: &Answer) -> Error {
    let Ok(problem) = serde_json::from_slice::<Problem>(&answer.body) else {
        return Error::BadAnswer("a refusal without a reason; is this a Doorward server?");
    };
    let refusal = refusal(problem, answer.status.as_u16());
    refusal.map_or(Error::BadAnswer("a refusal whose code this release does not know"), Error::Refused)
}

fn refusal(problem: Problem, status: u16) -> Option<Box<Refusal>> {
    let Problem { kind: _, title, status: _, code, rule, time, expires, first } = problem;
    Some(Box::new(Refusal {
        code: code.read().ok()?,
        status,
        title,
        rule,
        time: time.and_then(|time| time.read().ok()),
        expires: expires.and_then(|expires| expires.read().ok()),
        first: first.and_then(|first| first.read().ok()),
    }))
}

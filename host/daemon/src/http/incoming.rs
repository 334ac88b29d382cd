//! A request as handlers get it: who asks, which signatures came along, and the body, read within bounds.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use doorward_core::wire::{Asker, MAX_INPUT};
use doorward_core::{Code, Signature};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body as _;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::door::Door;
use super::operation::SchemaOf;
use super::problem::Refusal;
use super::signed::{self, Received};

/// How long a body may take to arrive, whole.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// What a body may be.
pub(crate) trait Body: Sized {
    /// What it looks like, if there is one.
    const SCHEMA: Option<SchemaOf>;

    /// Reads the whole body.
    fn read(body: &[u8]) -> Result<Self, Refusal>;
}

/// No body, where there is nothing to say.
pub(crate) struct Nothing;

impl Body for Nothing {
    const SCHEMA: Option<SchemaOf> = None;

    fn read(body: &[u8]) -> Result<Self, Refusal> {
        if body.is_empty() { Ok(Self) } else { Err(Code::Malformed.into()) }
    }
}

/// One JSON object of this shape and nothing else. Fields nobody knows and fields given twice are refused by the shapes
/// themselves.
pub(crate) struct Object<T>(pub(crate) T);

impl<T: DeserializeOwned + JsonSchema> Body for Object<T> {
    const SCHEMA: Option<SchemaOf> = Some(|generator| generator.subschema_for::<T>());

    fn read(body: &[u8]) -> Result<Self, Refusal> {
        // Serde would also take the fields' values in order, as a list.
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(Code::Malformed.into());
        }
        serde_json::from_slice(body).map(Self).map_err(|_| Code::Malformed.into())
    }
}

/// A request, read.
pub(crate) struct Incoming<B = Nothing> {
    /// Who asks.
    pub(crate) asker: Asker,
    /// Signatures that came along; the asker's own first.
    pub(crate) attached: Vec<Signature>,
    /// What it says.
    pub(crate) body: B,
}

impl<B: Body> FromRequest<Door> for Incoming<B> {
    type Rejection = Refusal;

    async fn from_request(request: Request, door: &Door) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let body = read_body(&parts.headers, body).await?;
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let target_uri = format!("{}{path}", door.public_url.as_str());
        let received = Received { method: parts.method.as_str(), target_uri: &target_uri, headers: &parts.headers, body: &body };
        let (asker, attached) = match signed::read(&received)? {
            Some((auth, signature)) => (Asker::Account(Box::new(auth)), vec![signature]),
            None => (door.unsigned(), Vec::new()),
        };
        Ok(Self { asker, attached, body: B::read(&body)? })
    }
}

/// Reads the whole body, at most [`MAX_INPUT`] bytes and [`BODY_TIMEOUT`].
async fn read_body(headers: &HeaderMap, body: axum::body::Body) -> Result<Bytes, Refusal> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_INPUT as u64) {
        return Err(Code::TooLarge.into());
    }
    match tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, MAX_INPUT).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Code::TooLarge.into()),
        Ok(Err(_)) => Err(Code::Malformed.into()),
        Err(_) => Err(Refusal::from(Code::Malformed).with_status(StatusCode::REQUEST_TIMEOUT)),
    }
}

/// The query as this shape, with nothing unknown and nothing twice.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Door> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Door) -> Result<Self, Refusal> {
        query(&parts.uri).map(Self)
    }
}

fn query<T: DeserializeOwned>(uri: &axum::http::Uri) -> Result<T, Refusal> {
    axum::extract::Query::<T>::try_from_uri(uri).map(|query| query.0).map_err(|_| Code::Malformed.into())
}

#[cfg(test)]
mod tests {
    use doorward_core::view::{AuthorizedBody, InviteListQuery, MintBody, RegisterBody};

    use super::*;

    fn body<T: DeserializeOwned + JsonSchema>(text: &str) -> Result<T, Code> {
        Object::read(text.as_bytes()).map(|object| object.0).map_err(|refusal| refusal.code())
    }

    #[test]
    fn json_is_exactly_the_shape() {
        let good = r#"{"sign_key":"00","kex_key":"00","handle":"x"}"#;
        assert!(body::<RegisterBody>(good).is_ok());
        for bad in [
            "",
            "null",
            "[]",
            r#"{"sign_key":"00","kex_key":"00"}"#,
            r#"{"sign_key":"00","kex_key":"00","handle":"x","more":1}"#,
            r#"{"sign_key":"00","kex_key":"00","handle":"x","handle":"x"}"#,
            r#"{"sign_key":"00","kex_key":"00","handle":"x"} x"#,
            r#"{"sign_key":"00","kex_key":"00","handle":"x"}{}"#,
            r#"{"sign_key":0,"kex_key":"00","handle":"x"}"#,
            r#"["00","00","x"]"#,
            "{\"sign_key\":\"00\",\"kex_key\":\"00\",\"handle\":\"\u{0}\"}",
        ] {
            assert_eq!(body::<RegisterBody>(bad).map(drop), Err(Code::Malformed), "{bad}");
        }
        assert!(body::<MintBody>(r#"{"claims":"","issuer_signature":"","invite_signature":"","salt":null}"#).is_ok());
    }

    #[test]
    fn keys_have_their_own_code() {
        let key = "ab".repeat(32);
        let read = |keys: &str| body::<AuthorizedBody>(&format!("{{\"keys\":[{keys}]}}")).and_then(AuthorizedBody::into_keys);
        assert_eq!(read(&format!("\"{key}\",\"{}\"", key.to_uppercase())).map(|keys| keys.len()), Ok(2));
        assert_eq!(read("\"xyz\""), Err(Code::MalformedKey));
        assert_eq!(read(""), Err(Code::Malformed));
        let many = |n: usize| vec![format!("\"{key}\""); n].join(",");
        assert_eq!(read(&many(1_000)).map(|keys| keys.len()), Ok(1_000));
        assert_eq!(read(&many(1_001)), Err(Code::TooLarge));
    }

    #[test]
    fn queries_are_exactly_the_shape() {
        let read = |text: &str| query::<InviteListQuery>(&text.parse().unwrap()).map_err(|refusal| refusal.code());
        assert_eq!(read("/v1/invites"), Ok(InviteListQuery::default()));
        assert_eq!(read("/v1/invites?limit=7").map(|query| query.limit), Ok(Some(7)));
        for bad in ["/v1/invites?limit=70000", "/v1/invites?limit=1&limit=1", "/v1/invites?stat=live", "/v1/invites?limit=-1"] {
            assert_eq!(read(bad), Err(Code::Malformed), "{bad}");
        }
    }
}

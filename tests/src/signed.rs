//! A signed request in which everything can be wrong.

use crate::{Answer, Connection, Daemon, Oops, random, request};
use base64ct::{Base64, Encoding};
use doorward_core::digest::sha256;
use doorward_core::http_signature::{Covered, content_digest};
use doorward_core::statement::Domain;
use doorward_core::{Nonce, SignKey, Timestamp};
use ed25519_dalek::{Signer, SigningKey};
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970, as a client has them.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Header names and values.
pub type Headers = Vec<(&'static str, String)>;

/// What is signed, and what is sent.
#[derive(Clone)]
pub struct Signed<'a> {
    /// The method that is signed.
    pub signed_method: &'a str,
    /// The method that is sent.
    pub method: &'a str,
    /// Path and query that are signed.
    pub signed_path: &'a str,
    /// Path and query that are sent.
    pub path: &'a str,
    /// What the signed URI begins with.
    pub public_url: String,
    /// The body that is signed.
    pub body: Option<&'a [u8]>,
    /// The body that is sent.
    pub sent_body: Option<&'a [u8]>,
    /// When it says it was signed.
    pub created: u64,
    /// Its request id.
    pub nonce: [u8; 16],
    /// What stands before the signature base: our own prefix, unless a test knows better.
    pub domain: Option<Domain>,
    /// Who signs.
    pub key: SigningKey,
}

impl<'a> Signed<'a> {
    /// A good request without a body.
    pub fn get(daemon: &Daemon, key: &SigningKey, path: &'a str) -> Result<Self, Oops> {
        Ok(Self {
            signed_method: "GET",
            method: "GET",
            signed_path: path,
            path,
            public_url: daemon.public_url.clone(),
            body: None,
            sent_body: None,
            created: now(),
            nonce: random()?,
            domain: Some(Domain::Http),
            key: key.clone(),
        })
    }

    /// A good request with a body.
    pub fn post(daemon: &Daemon, key: &SigningKey, path: &'a str, body: &'a [u8]) -> Result<Self, Oops> {
        let (body, method) = (Some(body), "POST");
        Ok(Self { method, signed_method: method, body, sent_body: body, ..Self::get(daemon, key, path)? })
    }

    /// A good request without a body, for methods that could have one.
    pub fn empty(daemon: &Daemon, key: &SigningKey, method: &'a str, path: &'a str) -> Result<Self, Oops> {
        Ok(Self { method, signed_method: method, ..Self::post(daemon, key, path, b"")? })
    }

    /// Its signature headers.
    pub fn headers(&self) -> Headers {
        let digest = self.body.map(|body| sha256(&[body]));
        let target_uri = format!("{}{}", self.public_url, self.signed_path);
        let (nonce, key) = (Nonce(self.nonce), SignKey(self.key.verifying_key().to_bytes()));
        let covered = Covered {
            method: self.signed_method,
            target_uri: &target_uri,
            content_digest: digest.as_ref(),
            created: Timestamp(self.created),
            nonce: &nonce,
            key: &key,
        };
        let base = covered.base();
        let bytes = self.domain.map_or(base.clone().into_bytes(), |domain| domain.signed_bytes(base.as_bytes()));
        let signature = Base64::encode_string(&self.key.sign(&bytes).to_bytes());
        let mut headers = vec![
            ("signature-input", format!("doorward={}", covered.signature_params())),
            ("signature", format!("doorward=:{signature}:")),
        ];
        headers.extend(digest.map(|digest| ("content-digest", content_digest(&digest))));
        headers
    }

    /// Sends it with headers of the test's own making.
    pub fn send_with(&self, daemon: &Daemon, headers: &Headers) -> Result<Answer, Oops> {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Connection::open(daemon.address)?.send(&request(self.method, self.path, &headers, self.sent_body))
    }

    /// Sends it.
    pub fn send(&self, daemon: &Daemon) -> Result<Answer, Oops> {
        self.send_with(daemon, &self.headers())
    }
}

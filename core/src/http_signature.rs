//! The signature base of RFC 9421 (HTTP Message Signatures, section 2.5), as a profile in which nothing is optional.
//!
//! Covered, in this order: `@method`, `@target-uri`, and `content-digest` for methods with a body (RFC 9530, SHA-256,
//! also of an empty body). Parameters, in this order: `created`, `nonce`, `keyid`, `tag`. `alg` is omitted because the
//! bytes signed are not the bare base but the base under [`Domain::Http`](crate::statement::Domain::Http).

use crate::digest::Sha256Digest;
use crate::key::{Nonce, SignKey};
use crate::time::Timestamp;
use alloc::string::String;
use base64ct::{Base64, Encoding};

/// The signature's label in the `Signature-Input` and `Signature` headers.
pub const LABEL: &str = "doorward";

/// What a signed request covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered<'a> {
    /// Upper case, for example `POST`.
    pub method: &'a str,
    /// `public_url` + path + query, byte for byte as configured and requested.
    pub target_uri: &'a str,
    /// SHA-256 of the body, or `None` for methods without one.
    pub content_digest: Option<&'a Sha256Digest>,
    /// When it was signed.
    pub created: Timestamp,
    /// The request id.
    pub nonce: &'a Nonce,
    /// Who signs.
    pub key: &'a SignKey,
}

impl Covered<'_> {
    /// Whether requests with this method carry a content digest.
    pub fn has_body(method: &str) -> bool {
        matches!(method, "POST" | "PUT" | "PATCH" | "DELETE")
    }

    /// The inner list and parameters: the value of `Signature-Input` after `doorward=`.
    pub fn signature_params(&self) -> String {
        let components = match self.content_digest {
            Some(_) => r#""@method" "@target-uri" "content-digest""#,
            None => r#""@method" "@target-uri""#,
        };
        let Self { created, nonce, key, .. } = self;
        alloc::format!(r#"({components});created={};nonce="{nonce}";keyid="{key}";tag="doorward""#, created.0)
    }

    /// The signature base, RFC 9421 section 2.5.
    pub fn base(&self) -> String {
        let mut base = alloc::format!("\"@method\": {}\n\"@target-uri\": {}\n", self.method, self.target_uri);
        if let Some(digest) = self.content_digest {
            base.push_str(&alloc::format!("\"content-digest\": {}\n", content_digest(digest)));
        }
        base.push_str(&alloc::format!("\"@signature-params\": {}", self.signature_params()));
        base
    }
}

/// The value of a `Content-Digest` header (RFC 9530): `sha-256=:…:`.
pub fn content_digest(digest: &Sha256Digest) -> String {
    alloc::format!("sha-256=:{}:", Base64::encode_string(digest))
}

//! The signature base of RFC 9421 (HTTP Message Signatures, section 2.5), as a profile in which nothing is optional.
//!
//! Covered, in this order: `@method`, `@target-uri`, and `content-digest` for methods with a body (RFC 9530, SHA-256,
//! also of an empty body). Parameters, in this order: `created`, `nonce`, `keyid`, `tag`. `alg` is omitted because the
//! bytes signed are not the bare base but the base under [`Domain::Http`](crate::statement::Domain::Http).

use crate::digest::Sha256Digest;
use crate::key::{Nonce, SignKey};
use crate::time::Timestamp;
use alloc::string::String;
use base64ct::{Base64UrlUnpadded, Encoding};

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
            Some(_) => r#"("@method" "@target-uri" "content-digest");created="#,
            None => r#"("@method" "@target-uri");created="#,
        };
        let Self { created, nonce, key, .. } = self;
        [components, &decimal(created.0), ";nonce=\"", &nonce.to_hex(), "\";keyid=\"", &key.to_hex(), "\";tag=\"doorward\""]
            .concat()
    }

    /// The signature base, RFC 9421 section 2.5.
    pub fn base(&self) -> String {
        let digest = self.content_digest.map(|digest| ["\"content-digest\": ", &content_digest(digest), "\n"].concat());
        [
            "\"@method\": ",
            self.method,
            "\n\"@target-uri\": ",
            self.target_uri,
            "\n",
            digest.as_deref().unwrap_or_default(),
            "\"@signature-params\": ",
            &self.signature_params(),
        ]
        .concat()
    }
}

/// A number in decimal. (The formatting machinery would be a twentieth of `policy.wasm`.)
fn decimal(mut number: u64) -> String {
    let mut digits = alloc::vec::Vec::new();
    loop {
        digits.push(b'0' + (number % 10) as u8);
        number /= 10;
        if number == 0 {
            return digits.iter().rev().map(|digit| char::from(*digit)).collect();
        }
    }
}

/// The value of a `Content-Digest` header (RFC 9530): `sha-256=:…:`.
pub fn content_digest(digest: &Sha256Digest) -> String {
    // By the URL-safe encoder that links need anyway: a second one is a hundredth of the browser package.
    let plain = |c: char| match c {
        '-' => '+',
        '_' => '/',
        c => c,
    };
    let text: String = Base64UrlUnpadded::encode_string(digest).chars().map(plain).collect();
    ["sha-256=:", &text, "=:"].concat()
}

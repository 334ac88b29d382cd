//! The headers of a signed request: RFC 9421 as the core profiles it.

use crate::keys::Keys;
use base64ct::{Base64, Encoding};
use doorward_core::digest::sha256;
use doorward_core::http_signature::{Covered, LABEL, content_digest};
use doorward_core::statement::Domain;
use doorward_core::{Nonce, Timestamp};

/// Header names and values to add to a request.
pub(crate) type Headers = Vec<(&'static str, String)>;

/// Signs `method target_uri body`, at `created`, under this request id. `body` is looked at only for methods that carry
/// one.
pub(crate) fn sign(keys: &Keys, method: &str, target_uri: &str, body: &[u8], created: Timestamp, nonce: &Nonce) -> Headers {
    let digest = Covered::has_body(method).then(|| sha256(&[body]));
    let key = keys.sign_key();
    let covered = Covered { method, target_uri, content_digest: digest.as_ref(), created, nonce, key: &key };
    let signature = keys.sign(Domain::Http, covered.base().as_bytes());
    let mut headers = vec![
        ("signature-input", format!("{LABEL}={}", covered.signature_params())),
        ("signature", format!("{LABEL}=:{}:", Base64::encode_string(&signature.0))),
    ];
    headers.extend(digest.map(|digest| ("content-digest", content_digest(&digest))));
    headers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::tests::identity;
    use doorward_core::{Signature, check};

    const NONCE: Nonce = Nonce([0xab; 16]);
    const CREATED: Timestamp = Timestamp(1_795_148_280);

    fn value<'h>(headers: &'h Headers, name: &str) -> Option<&'h str> {
        headers.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
    }

    /// The signature base of RFC 9421 section 2.5, written out by hand.
    #[test]
    fn golden_base_with_a_body() {
        let keys = identity(7, 9).keys;
        let headers = sign(&keys, "POST", "https://door.example/v1/invites?x=1", b"{}", CREATED, &NONCE);
        let key = keys.sign_key();
        let params = format!(
            "(\"@method\" \"@target-uri\" \"content-digest\");created=1795148280;nonce=\"{}\";keyid=\"{key}\";tag=\"doorward\"",
            "ab".repeat(16)
        );
        let digest = "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:";
        assert_eq!(value(&headers, "content-digest"), Some(digest));
        assert_eq!(value(&headers, "signature-input"), Some(format!("doorward={params}").as_str()));
        let base = format!(
            "\"@method\": POST\n\"@target-uri\": https://door.example/v1/invites?x=1\n\"content-digest\": {digest}\n\"@signature-params\": {params}"
        );
        let encoded = value(&headers, "signature").unwrap().strip_prefix("doorward=:").unwrap().strip_suffix(':').unwrap();
        let mut signature = [0; 64];
        Base64::decode(encoded, &mut signature).unwrap();
        let under_our_domain = [&[0xff][..], b"doorward/http/v1", &[0], base.as_bytes()].concat();
        assert!(check::verify(&key, &under_our_domain, &Signature(signature)));
        assert!(!check::verify(&key, base.as_bytes(), &Signature(signature)), "never over the bare base");
    }

    #[test]
    fn golden_base_without_a_body() {
        let keys = identity(7, 9).keys;
        let headers = sign(&keys, "GET", "https://door.example/v1/accounts", b"ignored", CREATED, &NONCE);
        assert_eq!(value(&headers, "content-digest"), None);
        assert!(value(&headers, "signature-input").unwrap().starts_with("doorward=(\"@method\" \"@target-uri\");created="));
    }

    #[test]
    fn an_empty_body_has_a_digest_too() {
        let headers = sign(&identity(7, 9).keys, "DELETE", "https://door.example/v1/invites/1", b"", CREATED, &NONCE);
        assert_eq!(value(&headers, "content-digest"), Some("sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"));
    }
}

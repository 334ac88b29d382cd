//! RFC 9421's own examples, as far as Doorward's profile covers what they cover.

use crate::files::array;
use crate::kit::Person;
use crate::kit::ask::nonce;
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use doorward_core::check::{CheckResult, sign_key, verify};
use doorward_core::digest::sha256;
use doorward_core::http_signature::{Covered, content_digest};
use doorward_core::statement::Domain;
use doorward_core::{SignKey, Signature, Timestamp};

/// Appendix B.2, test-request: its body.
const BODY: &[u8] = br#"{"hello": "world"}"#;

/// Appendix B.1.4, test-key-ed25519: `x` of its JWK.
const KEY: &str = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";

/// Appendix B.2.6: the signature base, which covers other components than ours.
const BASE: &str = "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\"@authority\": example.com\n\
    \"content-type\": application/json\n\"content-length\": 18\n\"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \
    \"content-type\" \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";

/// Appendix B.2.6: the signature over it.
const SIGNATURE: &str = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";

fn signature() -> Signature {
    Signature(Base64::decode_vec(SIGNATURE).unwrap().try_into().unwrap())
}

fn key() -> SignKey {
    SignKey(Base64UrlUnpadded::decode_vec(KEY).unwrap().try_into().unwrap())
}

/// Our verifier takes the RFC's signature over the RFC's base: nothing here is of our own making.
#[test]
fn b_2_6_is_verified() {
    assert_eq!(sign_key(&key()), CheckResult::Good);
    assert!(verify(&key(), BASE.as_bytes(), &signature()));
    assert!(!verify(&key(), BASE.replace("POST", "GET").as_bytes(), &signature()));
}

/// It is nothing to Doorward, where the base is signed under a domain; so no other service's signature is one of ours.
#[test]
fn a_bare_signature_is_none_of_ours() {
    assert!(!verify(&key(), &Domain::Http.signed_bytes(BASE.as_bytes()), &signature()));
    let (person, request_id) = (Person::new("owner"), nonce(1));
    let covered = Covered {
        method: "POST",
        target_uri: "https://example.com/foo",
        content_digest: None,
        created: Timestamp(1_618_884_473),
        nonce: &request_id,
        key: &person.key(),
    };
    let (base, bare) = (covered.base(), person.sign(covered.base().as_bytes()));
    assert!(verify(&person.key(), base.as_bytes(), &bare));
    assert!(!verify(&person.key(), &Domain::Http.signed_bytes(base.as_bytes()), &bare));
}

/// The lines of the components that we cover are the RFC's lines for the same values: section 2.2.1 (`@method`), section
/// 2.2.2 (`@target-uri`), section 2.5 (line feeds between lines and none at the end, `@signature-params` last), and RFC
/// 9530's digest (appendix B.2's body, in the algorithm of our profile).
#[test]
fn the_lines_are_the_rfcs() {
    let digest = sha256(&[BODY]);
    assert_eq!(content_digest(&digest), "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:");
    let (nonce, key) = (nonce(1), key());
    let covered = Covered {
        method: "POST",
        target_uri: "https://www.example.com/path?param=value",
        content_digest: Some(&digest),
        created: Timestamp(1_618_884_473),
        nonce: &nonce,
        key: &key,
    };
    let base = covered.base();
    let lines: Vec<&str> = base.split('\n').collect();
    assert_eq!(lines[0], "\"@method\": POST");
    assert_eq!(lines[1], "\"@target-uri\": https://www.example.com/path?param=value");
    assert_eq!(lines[2], "\"content-digest\": sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:");
    assert_eq!(lines[3], format!("\"@signature-params\": {}", covered.signature_params()));
    assert_eq!(lines.len(), 4);
    assert!(lines[3].contains("(\"@method\" \"@target-uri\" \"content-digest\");created=1618884473;nonce="));
    assert_eq!(array::<32>(&key.to_hex()), key.0);
}

//! What is signed: the headers of a signed request (RFC 9421), claims and statements.

use crate::random::Random;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use doorward_core::claims::{Claims, MAX_CLAIMS, SignedClaims};
use doorward_core::digest::sha256;
use doorward_core::http_signature::{Covered, LABEL};
use doorward_core::statement::{AccountStatement, Checkpoint, Domain, PreviewStatement, Receipt, ReceiptBody, RedeemStatement};
use doorward_core::wire::{HttpAuth, Wire, decode, encode};
use doorward_core::{Code, Signature};
use signed::Received;

// The daemon's own reader. By path, because a fuzzer has no use for the rest of the daemon, which takes minutes to build.
#[path = "../../../../host/daemon/src/http/signed.rs"]
mod signed;

/// The headers of a signed request, in the order of [`signature_base`]'s lines.
const HEADERS: [HeaderName; 3] =
    [HeaderName::from_static("signature-input"), HeaderName::from_static("signature"), HeaderName::from_static("content-digest")];

/// Lines: method, target, `Signature-Input`, `Signature`, `Content-Digest` (an empty line is no such header); what
/// follows is the body. The whole input is also read as claims and as every kind of statement.
///
/// A signature that is read covers what was received and nothing else, and one changed character makes it no
/// signature; a statement that is read is the one encoding of itself.
pub fn signature_base(data: &[u8]) {
    statements(data);
    let mut parts = data.splitn(6, |byte| *byte == b'\n');
    let mut line = || parts.next().unwrap_or_default();
    let (Ok(method), Ok(target_uri)) = (std::str::from_utf8(line()), std::str::from_utf8(line())) else { return };
    let values = HEADERS.map(|name| (name, line().to_vec()));
    let body = line();
    // Servers let neither through: what HTTP itself refuses is nobody's to sign.
    if method.contains(char::is_whitespace) || target_uri.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return;
    }
    let read = |values: &[(HeaderName, Vec<u8>)], body: &[u8]| {
        let filled = values.iter().filter(|value| !value.1.is_empty());
        let headers = filled.map(|(name, value)| Some((name.clone(), HeaderValue::from_bytes(value).ok()?)));
        let headers: HeaderMap = headers.collect::<Option<_>>()?;
        Some(signed::read(&Received { method, target_uri, headers: &headers, body }))
    };
    match read(&values, body) {
        None => {}
        Some(Ok(None)) => assert!(values[0].1.is_empty() && values[1].1.is_empty(), "unsigned is without signature headers"),
        Some(Err(code)) => assert_eq!(code, Code::Unauthenticated),
        Some(Ok(Some((auth, signature)))) => {
            check_covered(&auth, &signature, &values[0].1, (method, target_uri, body));
            let mut random = Random::of(data);
            for at in 0..values.len() {
                let mut wrong = values.clone();
                let value = &mut wrong[at].1;
                if value.is_empty() {
                    continue;
                }
                let place = random.below(value.len());
                value[place] = if value[place] == b'0' { b'1' } else { b'0' };
                // Another nonce, key, time or signature is another request, for the policy to check; never the same one.
                if let Some(Ok(Some(other))) = read(&wrong, body) {
                    assert_ne!(other, (auth.clone(), signature), "two spellings of one signature");
                }
            }
            let more = [body, b" "].concat();
            assert_eq!(auth.content_digest.is_some(), read(&values, &more) == Some(Err(Code::Unauthenticated)), "another body");
        }
    }
}

/// What was read is what was received, and the base says all of it, line by line.
fn check_covered(auth: &HttpAuth, signature: &Signature, input: &[u8], (method, target_uri, body): (&str, &str, &[u8])) {
    assert_eq!((auth.method.as_str(), auth.target_uri.as_str()), (method, target_uri));
    assert_eq!(auth.signature, sha256(&[&signature.0]));
    let digest = Covered::has_body(method).then(|| sha256(&[body]));
    assert_eq!(auth.content_digest, digest);
    let HttpAuth { created, nonce, key, .. } = auth;
    let covered = Covered { method, target_uri, content_digest: digest.as_ref(), created: *created, nonce, key };
    let params = covered.signature_params();
    assert_eq!(input, format!("{LABEL}={params}").as_bytes());
    let base = covered.base();
    let lines: Vec<&str> = base.split('\n').collect();
    let mut expected = vec![format!("\"@method\": {method}"), format!("\"@target-uri\": {target_uri}")];
    if let Some(digest) = &digest {
        expected.push(format!("\"content-digest\": {}", doorward_core::http_signature::content_digest(digest)));
    }
    expected.push(format!("\"@signature-params\": {params}"));
    assert_eq!(lines, expected);
    domain(Domain::Http, base.as_bytes());
}

fn statements(data: &[u8]) {
    let signature = Signature([0; 64]);
    let signed = SignedClaims { claims: data.to_vec(), issuer_signature: signature, invite_signature: signature };
    if let Some(claims) = signed.unverified_claims() {
        assert!(data.len() <= MAX_CLAIMS);
        assert_eq!(encode(&claims), data, "claims have one encoding");
    }
    statement::<Claims>(data, Domain::Claims);
    statement::<PreviewStatement>(data, Domain::Preview);
    statement::<RedeemStatement>(data, Domain::Redeem);
    statement::<AccountStatement>(data, Domain::Account);
    statement::<Receipt>(data, Domain::Receipt);
    statement::<ReceiptBody>(data, Domain::Receipt);
    statement::<Checkpoint>(data, Domain::Checkpoint);
}

fn statement<T: Wire>(data: &[u8], about: Domain) {
    let Ok(read) = decode::<T>(data) else { return };
    assert_eq!(encode(&read), data, "one statement, one encoding");
    assert_eq!(about.statement(&read), domain(about, data));
}

/// `0xFF | domain | 0x00 | payload`: never text, and never what another domain signs.
fn domain(domain: Domain, payload: &[u8]) -> Vec<u8> {
    let signed = domain.signed_bytes(payload);
    assert!(std::str::from_utf8(&signed).is_err());
    for other in Domain::ALL.iter().filter(|other| **other != domain) {
        assert!(!signed.starts_with(&other.signed_bytes(&[])), "{domain:?} could be {other:?}");
    }
    signed
}

//! The headers of a signed request (RFC 9421, RFC 9530), read strictly: they are parsed as structured fields (RFC 9651)
//! and must then be, byte for byte, what [`Covered`] writes for the same values. Whether the signature is good is asked
//! of the policy; here only bytes are compared.

use axum::http::{HeaderMap, header::AsHeaderName};
use base64ct::{Base64, Encoding};
use doorward_core::digest::sha256;
use doorward_core::http_signature::{Covered, LABEL, content_digest};
use doorward_core::view::Spelling;
use doorward_core::wire::HttpAuth;
use doorward_core::{Code, Nonce, SignKey, Signature, Timestamp};
use sfv::{BareItem, Dictionary, InnerList, Item, ListEntry, Parser};

/// What a signature covers, as the server saw it.
pub(crate) struct Received<'a> {
    pub(crate) method: &'a str,
    /// `public_url` + path + query, never from the request's `Host`.
    pub(crate) target_uri: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

const INPUT: &str = "signature-input";
const SIGNATURE: &str = "signature";
const DIGEST: &str = "content-digest";

/// Reads the signature of a request; `None` if it carries none at all.
///
/// # Errors
/// `unauthenticated` for every header that is not exactly what the profile says, and for another body than was signed.
pub(crate) fn read(received: &Received<'_>) -> Result<Option<(HttpAuth, Signature)>, Code> {
    let headers = received.headers;
    if !headers.contains_key(INPUT) && !headers.contains_key(SIGNATURE) {
        return Ok(None);
    }
    read_headers(received).map(Some).ok_or(Code::Unauthenticated)
}

fn read_headers(received: &Received<'_>) -> Option<(HttpAuth, Signature)> {
    let Received { method, target_uri, headers, body } = received;
    let (input, value) = (only(headers, INPUT)?, only(headers, SIGNATURE)?);
    let (created, nonce, key) = parameters(input)?;
    let signature = signature(value)?;
    let digest = Covered::has_body(method).then(|| sha256(&[body]));
    match &digest {
        Some(digest) if only(headers, DIGEST)? == content_digest(digest) => {}
        None if !headers.contains_key(DIGEST) => {}
        Some(_) | None => return None,
    }
    let covered = Covered { method, target_uri, content_digest: digest.as_ref(), created, nonce: &nonce, key: &key };
    if input != format!("{LABEL}={}", covered.signature_params()) {
        return None;
    }
    let auth = HttpAuth {
        key,
        method: (*method).to_owned(),
        target_uri: (*target_uri).to_owned(),
        content_digest: digest,
        created,
        nonce,
        signature: sha256(&[&signature.0]),
    };
    Some((auth, signature))
}

/// The value of a header that is there exactly once.
fn only(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

/// The one member of a dictionary, under our label.
fn member(text: &str) -> Option<ListEntry> {
    let mut dictionary: Dictionary = Parser::new(text).parse().ok()?;
    if dictionary.len() != 1 { None } else { dictionary.swap_remove(LABEL) }
}

fn parameters(input: &str) -> Option<(Timestamp, Nonce, SignKey)> {
    let ListEntry::InnerList(InnerList { params, .. }) = member(input)? else { return None };
    let text = |name: &str| params.get(name).and_then(BareItem::as_string).map(|text| text.as_str());
    let created = params.get("created").and_then(BareItem::as_integer).and_then(|number| u64::try_from(number).ok())?;
    let created = Timestamp(created);
    if created > Timestamp::MAX {
        return None;
    }
    Some((created, Nonce::read(text("nonce")?).ok()?, SignKey::read(text("keyid")?).ok()?))
}

fn signature(value: &str) -> Option<Signature> {
    let ListEntry::Item(Item { bare_item: BareItem::ByteSequence(bytes), .. }) = member(value)? else { return None };
    let signature = Signature(bytes.try_into().ok()?);
    (value == format!("{LABEL}=:{}:", Base64::encode_string(&signature.0))).then_some(signature)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    const TARGET: &str = "https://door.example/v1/invites?x=%20y";
    const BODY: &[u8] = b"{}";

    fn good() -> Vec<(&'static str, String)> {
        let (nonce, key) = (Nonce([1; 16]), SignKey([2; 32]));
        let digest = sha256(&[BODY]);
        let covered = Covered {
            method: "POST",
            target_uri: TARGET,
            content_digest: Some(&digest),
            created: Timestamp(1_800_000_000),
            nonce: &nonce,
            key: &key,
        };
        vec![
            (INPUT, format!("doorward={}", covered.signature_params())),
            (SIGNATURE, format!("doorward=:{}:", Base64::encode_string(&[3; 64]))),
            (DIGEST, content_digest(&digest)),
        ]
    }

    fn headers(list: &[(&'static str, String)]) -> HeaderMap {
        list.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())).collect()
    }

    fn reading(method: &str, list: &[(&'static str, String)]) -> Result<Option<(HttpAuth, Signature)>, Code> {
        read(&Received { method, target_uri: TARGET, headers: &headers(list), body: BODY })
    }

    #[test]
    fn the_profile_is_read() {
        let (auth, signature) = reading("POST", &good()).unwrap().unwrap();
        assert_eq!(signature, Signature([3; 64]));
        assert_eq!(auth.key, SignKey([2; 32]));
        assert_eq!(auth.nonce, Nonce([1; 16]));
        assert_eq!(auth.created, Timestamp(1_800_000_000));
        assert_eq!(auth.content_digest, Some(sha256(&[BODY])));
        assert_eq!(auth.signature, sha256(&[&[3; 64]]));
        assert_eq!((auth.method.as_str(), auth.target_uri.as_str()), ("POST", TARGET));
        assert_eq!(reading("POST", &[]), Ok(None));
        assert_eq!(reading("POST", &good()[2..]), Ok(None), "a digest alone is no signature");
    }

    #[test]
    fn everything_else_is_not() {
        let change = |at: usize, from: &str, to: &str| {
            let mut list = good();
            assert!(list[at].1.contains(from), "{from}");
            list[at].1 = list[at].1.replacen(from, to, 1);
            list
        };
        let mut cases: Vec<(&str, Vec<(&'static str, String)>)> = vec![
            ("other label", change(0, "doorward=", "sig1=")),
            ("second label", change(0, "doorward=", "sig1=(), doorward=")),
            ("alg", change(0, ";created", ";alg=\"ed25519\";created")),
            ("order", change(0, "\"@method\" \"@target-uri\"", "\"@target-uri\" \"@method\"")),
            ("fewer components", change(0, " \"content-digest\"", "")),
            ("more components", change(0, "\"content-digest\"", "\"content-digest\" \"host\"")),
            ("space", change(0, ";created", "; created")),
            ("upper-case nonce", change(0, "nonce=\"0101", "nonce=\"0A01")),
            ("short nonce", change(0, "nonce=\"01", "nonce=\"")),
            ("token as nonce", change(0, "nonce=\"01", "nonce=x\"01")),
            ("created in the past of 1970", change(0, "created=1", "created=-1")),
            ("created as text", change(0, "created=1800000000", "created=\"1800000000\"")),
            ("created too far", change(0, "created=1800000000", "created=999999999999999")),
            ("other tag", change(0, "tag=\"doorward\"", "tag=\"other\"")),
            ("expires", change(0, ";tag=\"doorward\"", ";expires=1;tag=\"doorward\"")),
            ("no signature", good()[..1].to_vec()),
            ("signature only", good()[1..].to_vec()),
            ("short signature", change(1, "AwMD", "")),
            (
                "signature with parameter",
                change(1, "=:A", "=:A").into_iter().map(|(n, v)| (n, if n == SIGNATURE { v + ";x" } else { v })).collect(),
            ),
            ("signature not bytes", change(1, "doorward=:", "doorward=x:")),
            ("no digest", good()[..2].to_vec()),
            ("other digest", change(2, "sha-256=:", "sha-256=:A")),
            ("second digest", change(2, "sha-256", "sha-512=:AAAA:, sha-256")),
        ];
        let mut doubled = good();
        doubled.push((INPUT, doubled[0].1.clone()));
        cases.push(("header twice", doubled));
        for (what, list) in cases {
            assert_eq!(reading("POST", &list), Err(Code::Unauthenticated), "{what}");
        }
        let other_body = Received { method: "POST", target_uri: TARGET, headers: &headers(&good()), body: b"{} " };
        assert_eq!(read(&other_body), Err(Code::Unauthenticated));
        assert_eq!(reading("GET", &good()), Err(Code::Unauthenticated), "GET covers no digest");
    }
}

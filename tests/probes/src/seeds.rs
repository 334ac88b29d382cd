//! Where fuzzing begins: the golden vectors, in the form each target reads.

use crate::targets;
use crate::{Oops, vectors};
use axum::http::Method;
use base64ct::{Base64, Encoding};
use doorward_core::digest::sha256;
use doorward_core::http_signature::{Covered, LABEL, content_digest};
use doorward_core::wire::{Asker, HttpAuth, Request, decode};

/// The seeds of a target, sorted, each once.
///
/// # Errors
/// The vectors cannot be read, or there is no such target.
pub fn seeds(target: &str) -> Result<Vec<Vec<u8>>, Oops> {
    let mut seeds = match target {
        "link" => link()?,
        "request" => vectors::steps()?.into_iter().map(|step| step.request).collect(),
        "facts" => facts()?,
        "records" => records()?,
        "signature_base" => signature_base()?,
        other => return Err(format!("there is no target {other}").into()),
    };
    seeds.sort();
    seeds.dedup();
    Ok(seeds)
}

fn link() -> Result<Vec<Vec<u8>>, Oops> {
    let mut seeds = Vec::new();
    for name in ["links.txt", "damaged-links.txt", "tokens.txt", "expiries.txt"] {
        seeds.extend(vectors::table(name)?.into_iter().flatten().map(String::into_bytes));
    }
    let body = String::from_utf8_lossy(&seeds[0]).rsplit('#').next().unwrap_or_default().to_owned();
    let around = ["https://door.example/i%23", "https://door.example/i/", "https://door.example/i?x=", "doorward:", "  <"];
    seeds.extend(around.map(|before| [before, &body, ">.\n"].concat().into_bytes()));
    Ok(seeds)
}

fn facts() -> Result<Vec<Vec<u8>>, Oops> {
    let numbered = |step: vectors::Step| Some([&targets::number_of(&step.request)?, step.facts.as_slice()].concat());
    Ok(vectors::steps()?.into_iter().filter_map(numbered).collect())
}

/// The golden records, and whatever lies in the facts of golden steps.
fn records() -> Result<Vec<Vec<u8>>, Oops> {
    let mut seeds = Vec::new();
    for line in vectors::table("records.txt")? {
        seeds.push(hex::decode(line.last().ok_or("no bytes")?)?);
    }
    for step in vectors::steps()? {
        let records = crate::apart::Apart::of(&step.facts).map(|facts| facts.records).unwrap_or_default();
        seeds.extend(records.into_iter().filter_map(|record| record.2));
    }
    Ok(seeds)
}

/// The golden statements, and the headers of every signed golden request.
fn signature_base() -> Result<Vec<Vec<u8>>, Oops> {
    let mut seeds = Vec::new();
    for line in vectors::table("statements.txt")? {
        seeds.push(hex::decode(line.get(1).ok_or("no payload")?)?);
    }
    for step in vectors::steps()? {
        if let Ok(Request { asker: Asker::Account(auth), .. }) = decode::<Request>(&step.request) {
            seeds.push(as_received(&auth));
        }
    }
    Ok(seeds)
}

/// A signed request as [`targets::signature_base`] reads it, with an empty body.
fn as_received(auth: &HttpAuth) -> Vec<u8> {
    let HttpAuth { key, method, target_uri, created, nonce, signature, .. } = auth;
    let method = Method::from_bytes(method.as_bytes()).unwrap_or_default();
    let digest = Covered::has_body(method.as_str()).then(|| sha256(&[b""]));
    let covered = Covered { method: method.as_str(), target_uri, content_digest: digest.as_ref(), created: *created, nonce, key };
    let signature = Base64::encode_string(&[*signature, *signature].concat());
    let digest = digest.as_ref().map(content_digest).unwrap_or_default();
    let input = format!("{LABEL}={}", covered.signature_params());
    format!("{method}\n{target_uri}\n{input}\n{LABEL}=:{signature}:\n{digest}\n").into_bytes()
}

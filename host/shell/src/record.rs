//! What the host writes of its own beside a decision: that it was taken, what it followed from, whom it is about, and
//! the build of the policy that took it.

use doorward_core::digest::sha256;
use doorward_core::record::{Contents, DecisionRecord, Involved, Stored, keys};
use doorward_core::wire::{Decided, Write};
use doorward_store::{MAX_VALUE, key::check_key};

use crate::answered::Refusal;
use crate::facts::Known;
use crate::gather::{Asked, Reached};

/// The most records one decision may write, the host's own beside it included.
const MAX_RECORDS: usize = 200;
/// The most bytes of keys and values.
const MAX_BYTES: usize = 512 * 1024;
/// Bytes of the parts that longer values are cut into. A whole number of pages and below the store's limit.
pub(crate) const PART: usize = 60 * 1024;

/// The host's own records of one decision, in the order they are written: `d.`, `c.` (and its parts), `j.`.
pub(crate) fn of_decision(asked: &Asked, reached: &Reached, known: &Known, salt: [u8; 16]) -> Result<Vec<Write>, Refusal> {
    let Reached { decided, answer, policy } = reached;
    if decided.decision != asked.decision {
        return Err(Refusal::undecidable("a decision under an id that is not its own"));
    }
    let (facts, pages, checks) = known.references();
    let contents = Contents { salt, request: asked.bytes.clone(), facts, pages, checks, answer: answer.clone() };
    let contents = contents.to_stored();
    let record = DecisionRecord {
        at: asked.at,
        policy: policy.digest(),
        verdict: decided.verdict,
        code: decided.code,
        rule: decided.rule.clone(),
        // Of the encoding, without the schema byte before it.
        contents: sha256(&[&contents[1..]]),
    };
    let id = decided.decision;
    let mut writes = vec![put(keys::decision(&id), record.to_stored())];
    writes.extend(parts(&keys::contents(&id), &contents));
    let involved = |key| put(keys::involved(key, &id), Involved { decision: id }.to_stored());
    writes.extend(decided.about.iter().map(involved));
    within_limits(decided, &writes)?;
    Ok(writes)
}

/// A build of the policy as it is kept: `p.<digest>.0`, `p.<digest>.1`, ….
pub(crate) fn of_policy(digest: &[u8; 32], module: &[u8]) -> Vec<Write> {
    let name = keys::policy(digest);
    module.chunks(PART).enumerate().map(|(index, part)| put(format!("{name}.{index}"), part.to_vec())).collect()
}

/// The key of a policy build's first part: there exactly when the build is kept.
pub(crate) fn first_part(digest: &[u8; 32]) -> String {
    format!("{}.0", keys::policy(digest))
}

/// The value under this key, and what does not fit there under `<key>.1`, `<key>.2`, ….
fn parts(key: &str, value: &[u8]) -> Vec<Write> {
    value.chunks(PART).enumerate().map(|(index, part)| put(part_name(key, index), part.to_vec())).collect()
}

/// Where a part of a longer value is.
pub(crate) fn part_name(key: &str, index: usize) -> String {
    if index == 0 { key.to_owned() } else { format!("{key}.{index}") }
}

fn put(key: String, value: Vec<u8>) -> Write {
    Write { key, value: Some(value) }
}

/// A decision that could not be committed as one, or reaches for what is the host's, is none.
fn within_limits(decided: &Decided, own: &[Write]) -> Result<(), Refusal> {
    if decided.writes.len() + own.len() > MAX_RECORDS {
        return Err(Refusal::undecidable("more than 200 records in one decision"));
    }
    let mut bytes = 0usize;
    let mut seen = std::collections::BTreeSet::new();
    for Write { key, value } in decided.writes.iter().chain(own) {
        let size = value.as_ref().map_or(0, Vec::len);
        bytes += key.len() + size;
        if size > MAX_VALUE || bytes > MAX_BYTES {
            return Err(Refusal::undecidable(format!("the value of {key} is too large, or all values together are")));
        }
        if check_key(key).is_err() || !seen.insert(key.as_str()) {
            return Err(Refusal::undecidable("a key that cannot be, or is written twice"));
        }
    }
    match decided.writes.iter().find(|write| is_hosts(write)) {
        Some(Write { key, .. }) => Err(Refusal::undecidable(format!("{key} is the host's to write"))),
        None => Ok(()),
    }
}

/// The history is written by the host alone, whatever the policy is. Contents and who they are about may be erased.
fn is_hosts(write: &Write) -> bool {
    let Write { key, value } = write;
    match key.split('.').next() {
        Some("d" | "g" | "k" | "p") => true,
        Some("c" | "j") => value.is_some(),
        Some(_) | None => false,
    }
}

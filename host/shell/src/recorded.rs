//! Reads the history back, in either direction: decision records, each with the request it answered and what happened.

use doorward_core::digest::sha256;
use doorward_core::record::{Contents, DecisionRecord, Stored, keys};
use doorward_core::wire::{Answer, Event, Request, decode};
use doorward_core::{Code, DecisionId};
use doorward_store::{Change, Store, Unavailable};

use crate::answered::Refusal;
use crate::record::{PART, part_name};
use crate::verb::Verb;
use crate::view::{Moment, View};

/// A decision as it stands in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its sequence number.
    pub sequence: u64,
    /// Its id.
    pub decision: DecisionId,
    /// What was kept for good.
    pub record: DecisionRecord,
    /// What was asked, and what that is called; gone when it was erased with an account.
    pub asked: Option<(&'static str, Request)>,
    /// What happened by it; gone likewise.
    pub events: Vec<Event>,
}

/// The newest decisions before this sequence number, at most `limit`, and whether there are more.
pub(crate) fn newest(store: &dyn Store, before: u64, limit: usize) -> Result<(Vec<Recorded>, bool), Refusal> {
    let changes = store.newest(before, keys::DECISIONS, limit)?;
    let more = match changes.last() {
        Some(last) if changes.len() == limit => !store.newest(last.revision, keys::DECISIONS, 1)?.is_empty(),
        Some(_) | None => false,
    };
    Ok((read(store, &changes)?, more))
}

/// The first decisions after this sequence number, at most `limit`, the oldest first.
pub(crate) fn since(store: &dyn Store, after: u64, limit: usize) -> Result<Vec<Recorded>, Refusal> {
    read(store, &store.changes(after, keys::DECISIONS, limit)?)
}

/// Decisions with their contents. These may be erased between the two reads, and are never written again: they are then
/// simply gone.
fn read(store: &dyn Store, changes: &[Change]) -> Result<Vec<Recorded>, Refusal> {
    let mut moment = Moment::new(store);
    let ids = changes.iter().map(id).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<String> = ids.iter().map(keys::contents).collect();
    let first = moment.load(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    let mut found = Vec::with_capacity(changes.len());
    for (((change, decision), name), fact) in changes.iter().zip(ids).zip(&names).zip(first) {
        let record = DecisionRecord::from_stored(&change.value).map_err(|_| torn(&change.key))?;
        let (asked, events) = match fact.value {
            Some(value) => {
                let whole = whole(&mut moment, name, value.to_vec())?;
                let (asked, events) = asked_and_happened(&whole, &record).ok_or_else(|| torn(name))?;
                (Some(asked), events)
            }
            None => (None, Vec::new()),
        };
        found.push(Recorded { sequence: change.revision, decision, record, asked, events });
    }
    Ok(found)
}

fn id(change: &Change) -> Result<DecisionId, Refusal> {
    change.key.strip_prefix(keys::DECISIONS).and_then(DecisionId::from_hex).ok_or_else(|| torn(&change.key))
}

/// A value whose first part this is, with the parts that follow.
fn whole(moment: &mut Moment<'_>, name: &str, mut value: Vec<u8>) -> Result<Vec<u8>, Unavailable> {
    let mut last = value.len();
    for index in 1.. {
        if last < PART {
            break;
        }
        let found = moment.load(&[&part_name(name, index)])?;
        let Some(part) = found.into_iter().next().and_then(|fact| fact.value) else { break };
        last = part.len();
        value.extend_from_slice(&part);
    }
    Ok(value)
}

/// What a decision's contents say was asked and happened, if these are the contents that were recorded.
fn asked_and_happened(contents: &[u8], record: &DecisionRecord) -> Option<((&'static str, Request), Vec<Event>)> {
    let (_schema, encoded) = contents.split_first()?;
    if sha256(&[encoded]) != record.contents {
        return None;
    }
    let contents = Contents::from_stored(contents).ok()?;
    let request: Request = decode(&contents.request).ok()?;
    let Ok(Answer::Decided(decided)) = decode(&contents.answer) else { return None };
    Some(((Verb::of(&request.command).name(), request), decided.events))
}

fn torn(key: &str) -> Refusal {
    Refusal::new(Code::CorruptRecord, format!("the record {key} cannot be read"))
}

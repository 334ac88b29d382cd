//! The chain over the decision records, its signed checkpoints, and where in it a decision stands.
//!
//! The chain is derived, not stored: the committer keeps its end in memory and finds it again at start from the last
//! checkpoint and the records after it.

use std::collections::{HashMap, VecDeque};

use doorward_core::digest::Sha256Digest;
use doorward_core::record::{chain_next, keys};
use doorward_core::statement::{Checkpoint, Domain};
use doorward_core::wire::{Reader, Wire, encode};
use doorward_core::{Code, DecisionId, ServerKey, Signature, Timestamp, check};
use doorward_store::{MAX_PAGE, PageQuery, Store, Unavailable};

use crate::answered::Refusal;
use crate::signer::ServerSigner;
use crate::view::{Moment, View};

/// The schema byte of a stored checkpoint; then the encoded [`Checkpoint`] and the signature over it.
const CHECKPOINT_SCHEMA: u8 = 1;
/// Places remembered, so that a retry right after its first attempt reads nothing: 56 bytes each.
const PLACES: usize = 8_192;
/// Revisions before a record in which its checkpoint is looked for first; then 16 times as many, and so on.
const NEAR: u64 = 1 << 14;

/// Where a decision stands in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Sequence number of its record: the store's revision of it.
    pub sequence: u64,
    /// The chain hash at it. All zeros before the first.
    pub chain: Sha256Digest,
}

impl Place {
    /// Before the first decision.
    pub const START: Place = Place { sequence: 0, chain: [0; 32] };

    fn next(&self, sequence: u64, record: &[u8]) -> Place {
        Place { sequence, chain: chain_next(&self.chain, sequence, record) }
    }
}

/// The end of the chain.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    end: Place,
    /// Up to which revision of the store every decision record is in it.
    seen: u64,
    /// Sequence number of the last checkpoint.
    signed: u64,
    /// Records after it.
    unsigned: u64,
}

impl Chain {
    /// Finds the end in the store.
    pub(crate) fn load(store: &dyn Store, server: &ServerKey) -> Result<Chain, Refusal> {
        let mut moment = Moment::new(store);
        let seen = moment.snapshot()?.as_of();
        let start = checkpoint_at(&mut moment, server, seen)?.unwrap_or(Place::START);
        drop(moment);
        let mut chain = Chain { end: start, seen: start.sequence, signed: start.sequence, unsigned: 0 };
        chain.follow(store, seen, |_, _| {})?;
        Ok(chain)
    }

    /// The last record's place.
    pub(crate) fn end(&self) -> Place {
        self.end
    }

    /// Up to which revision it has looked.
    pub(crate) fn seen(&self) -> u64 {
        self.seen
    }

    /// Sequence number of the last checkpoint.
    pub(crate) fn signed(&self) -> u64 {
        self.signed
    }

    /// Records that no checkpoint covers.
    pub(crate) fn unsigned(&self) -> u64 {
        self.unsigned
    }

    /// Takes in a commit of this process: revisions `first` to `last`, with these decision records among them, in
    /// order. Returns their places.
    ///
    /// If someone else wrote in between, the records are read back; when that fails nothing is taken in, and the next
    /// commit catches up.
    pub(crate) fn extend(
        &mut self,
        store: &dyn Store,
        first: u64,
        last: u64,
        own: &[(u64, &[u8])],
    ) -> Result<Vec<Place>, Unavailable> {
        let mut places = Vec::with_capacity(own.len());
        if Some(first) == self.seen.checked_add(1) {
            for (sequence, record) in own {
                self.push(*sequence, record);
                places.push(self.end);
            }
            self.seen = last;
            return Ok(places);
        }
        let mut ours = own.iter().map(|(sequence, _)| *sequence).peekable();
        let mut next = self.clone();
        next.follow(store, last, |place, _| {
            if ours.next_if_eq(&place.sequence).is_some() {
                places.push(place);
            }
        })?;
        *self = next;
        Ok(places)
    }

    /// Takes note of a checkpoint that was committed.
    pub(crate) fn checkpointed(&mut self, at: Place, unsigned_then: u64) {
        self.signed = at.sequence;
        self.unsigned = self.unsigned.saturating_sub(unsigned_then);
    }

    fn push(&mut self, sequence: u64, record: &[u8]) {
        self.end = self.end.next(sequence, record);
        self.unsigned += 1;
    }

    /// Takes in what the store has after `seen`, up to `last`.
    fn follow(&mut self, store: &dyn Store, last: u64, mut each: impl FnMut(Place, &str)) -> Result<(), Unavailable> {
        let mut after = self.seen.max(self.end.sequence);
        loop {
            let changes = store.changes(after, keys::DECISIONS, MAX_PAGE)?;
            let full = changes.len() == MAX_PAGE;
            for change in changes {
                if change.revision > last {
                    self.seen = last;
                    return Ok(());
                }
                after = change.revision;
                self.push(change.revision, &change.value);
                each(self.end, &change.key);
            }
            if !full {
                self.seen = last;
                return Ok(());
            }
        }
    }
}

/// The place of a recorded decision, found in the store.
pub(crate) fn locate(store: &dyn Store, server: &ServerKey, decision: &DecisionId) -> Result<Place, Refusal> {
    let lost = || Refusal::new(Code::CorruptRecord, "a decision that was recorded is not in the history");
    let key = keys::decision(decision);
    let mut moment = Moment::new(store);
    let found = moment.load(&[&key])?;
    let sequence = match found.first().map(|fact| (&fact.value, fact.source)) {
        Some((Some(_), crate::facts::Source::Store(revision))) => revision,
        Some(_) | None => return Err(lost()),
    };
    drop(moment);
    let place = place_at(store, server, sequence)?;
    if place.sequence == sequence { Ok(place) } else { Err(lost()) }
}

/// The place of the last decision up to this sequence number.
pub(crate) fn place_at(store: &dyn Store, server: &ServerKey, sequence: u64) -> Result<Place, Refusal> {
    let mut moment = Moment::new(store);
    let start = checkpoint_at(&mut moment, server, sequence)?.unwrap_or(Place::START);
    // Held views are few, and what follows takes one more.
    drop(moment);
    let mut chain = Chain { end: start, seen: start.sequence, signed: start.sequence, unsigned: 0 };
    if start.sequence < sequence {
        chain.follow(store, sequence, |_, _| {})?;
    }
    Ok(chain.end)
}

/// A checkpoint of this place as it is stored: key and value.
pub(crate) fn checkpoint(signer: &ServerSigner, place: Place, at: Timestamp) -> (String, Vec<u8>) {
    let Place { sequence, chain } = place;
    let payload = encode(&Checkpoint { server: signer.public(), sequence, chain, at });
    let signature = signer.sign(Domain::Checkpoint, &payload);
    (keys::checkpoint(sequence), [&[CHECKPOINT_SCHEMA], payload.as_slice(), &signature.0].concat())
}

/// The last checkpoint at or before this sequence number, its signature checked.
fn checkpoint_at(moment: &mut Moment<'_>, server: &ServerKey, sequence: u64) -> Result<Option<Place>, Refusal> {
    let mut width = NEAR;
    loop {
        let from = sequence.saturating_sub(width);
        if let Some((key, value)) = last_between(moment, from, sequence)? {
            return read_checkpoint(&key, &value, server).map(Some);
        }
        if from == 0 {
            return Ok(None);
        }
        width = width.saturating_mul(16);
    }
}

/// The last stored checkpoint from one sequence number to another, both included.
fn last_between(moment: &mut Moment<'_>, from: u64, to: u64) -> Result<Option<(String, Vec<u8>)>, Refusal> {
    let after = from.checked_sub(1).map(keys::checkpoint).unwrap_or_default();
    let until = to.checked_add(1).map(keys::checkpoint).unwrap_or_default();
    let mut query = PageQuery { prefix: keys::CHECKPOINTS.into(), after, until, limit: MAX_PAGE as u16 };
    let mut last = None;
    loop {
        let page = moment.query(&query)?;
        let found = page.records.into_iter().next_back().and_then(|record| Some((record.key, record.value?)));
        match found {
            Some((key, value)) => {
                query.after.clone_from(&key);
                last = Some((key, value));
            }
            None => return Ok(last),
        }
        if !page.more {
            return Ok(last);
        }
    }
}

/// Reads a stored checkpoint. One that is not this server's own word, about this very place, is not believed.
pub(crate) fn read_checkpoint(key: &str, value: &[u8], server: &ServerKey) -> Result<Place, Refusal> {
    let read = || {
        let mut reader = Reader::new(value);
        let schema = u8::read(&mut reader);
        let read = (Checkpoint::read(&mut reader), Signature::read(&mut reader));
        reader.finish().ok().filter(|()| schema == CHECKPOINT_SCHEMA).map(|()| read)
    };
    let bad = || Refusal::new(Code::CorruptRecord, format!("the checkpoint {key} is not signed by this server"));
    let (checkpoint, signature) = read().ok_or_else(bad)?;
    let signed = check::verify(server, &Domain::Checkpoint.statement(&checkpoint), &signature);
    if !signed || checkpoint.server != *server || keys::checkpoint(checkpoint.sequence) != key {
        return Err(bad());
    }
    Ok(Place { sequence: checkpoint.sequence, chain: checkpoint.chain })
}

/// The places of the newest decisions of this process.
#[derive(Debug, Default)]
pub(crate) struct Places {
    by_decision: HashMap<DecisionId, Place>,
    order: VecDeque<DecisionId>,
}

impl Places {
    pub(crate) fn get(&self, decision: &DecisionId) -> Option<Place> {
        self.by_decision.get(decision).copied()
    }

    pub(crate) fn note(&mut self, decision: DecisionId, place: Place) {
        if self.by_decision.insert(decision, place).is_none() {
            self.order.push_back(decision);
        }
        while self.order.len() > PLACES {
            if let Some(old) = self.order.pop_front() {
                self.by_decision.remove(&old);
            }
        }
    }
}

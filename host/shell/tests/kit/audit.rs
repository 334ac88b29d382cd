//! Reads the history back from a store, as an auditor would: with the core's types and none of the shell's code.

use std::collections::BTreeMap;

use doorward_core::digest::{Sha256Digest, sha256};
use doorward_core::record::{Contents, DecisionRecord, FactRef, FactSource, PageRef, Stored, chain_next, keys};
use doorward_core::statement::{Checkpoint, Domain};
use doorward_core::wire::{Answer, Decided, FactsBuilder, PageFact, Reader, RecordFact, Wire, decode};
use doorward_core::{DecisionId, Signature, check};
use doorward_store::{MAX_PAGE, PageQuery, Store};

/// One decision of the history.
pub struct Entry {
    pub id: DecisionId,
    pub sequence: u64,
    pub chain: Sha256Digest,
    pub record: DecisionRecord,
    pub contents: Contents,
    pub decided: Decided,
}

/// Reads the whole history, checks that every decision's contents are the ones it names, that its answer is the one it
/// records, and that it names everyone it is about.
pub fn history(store: &dyn Store) -> Vec<Entry> {
    let mut snapshot = store.snapshot().expect("a snapshot");
    let mut load = |key: &str| snapshot.load(&[key]).expect("loads").remove(0).value;
    let (mut chain, mut entries) = ([0; 32], Vec::new());
    for change in store.changes(0, keys::DECISIONS, MAX_PAGE).expect("changes") {
        chain = chain_next(&chain, change.revision, &change.value);
        let id = DecisionId::from_hex(change.key.strip_prefix(keys::DECISIONS).expect("below it")).expect("an id");
        let record = DecisionRecord::from_stored(&change.value).expect("a decision record");
        let mut stored = load(&keys::contents(&id)).expect("has contents");
        for part in 1.. {
            match load(&format!("{}.{part}", keys::contents(&id))) {
                Some(more) => stored.extend(more),
                None => break,
            }
        }
        assert_eq!(record.contents, sha256(&[&stored[1..]]), "the contents are the ones it names");
        let contents = Contents::from_stored(&stored).expect("contents");
        let Ok(Answer::Decided(decided)) = decode::<Answer>(&contents.answer) else { panic!("a decision") };
        assert_eq!(
            (decided.decision, &decided.verdict, decided.code, &decided.rule),
            (id, &record.verdict, record.code, &record.rule)
        );
        for key in &decided.about {
            assert!(load(&keys::involved(key, &id)).is_some(), "it can be found by whom it is about");
        }
        entries.push(Entry { id, sequence: change.revision, chain, record, contents, decided: *decided });
    }
    entries
}

/// Takes every decision again, one after the other, natively, on the state the ones before it left, and asks for the
/// very same bytes: what was decided together is what would have been decided in this order. Returns the state.
pub fn replay(entries: &[Entry]) -> BTreeMap<String, Vec<u8>> {
    let mut state: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for entry in entries {
        let Contents { salt: _, request, facts, pages, checks, answer } = &entry.contents;
        let mut builder = FactsBuilder::default();
        for fact in facts {
            let RecordFact { key, revision, value } = find(fact, &state);
            builder.record(key, revision, value);
        }
        for PageRef { need, more, records } in pages {
            let below = state.range(need.prefix.clone()..).take_while(|(key, _)| key.starts_with(&need.prefix));
            let below = below.filter(|(key, _)| **key > need.after && (need.until.is_empty() || **key < need.until));
            let expected: Vec<&String> = below.map(|(key, _)| key).take(need.limit.into()).collect();
            assert_eq!(records.iter().map(|record| &record.key).collect::<Vec<_>>(), expected, "the page is what there was");
            let records = records.iter().map(|record| find(record, &state)).collect();
            builder.page(PageFact { need: need.clone(), more: *more, records });
        }
        checks.iter().for_each(|check| builder.check(check.check, check.result));
        assert_eq!(&doorward_core::step(request, &builder.encode()), answer, "decision {} comes out again", entry.id);
        for write in &entry.decided.writes {
            match &write.value {
                Some(value) => state.insert(write.key.clone(), value.clone()),
                None => state.remove(&write.key),
            };
        }
    }
    state
}

fn find<'a>(fact: &'a FactRef, state: &'a BTreeMap<String, Vec<u8>>) -> RecordFact<'a> {
    let value = state.get(&fact.key).map(Vec::as_slice);
    let revision = match fact.source {
        FactSource::Absent => 0,
        FactSource::Revision(revision) => revision,
        FactSource::Decision(_) => u64::MAX,
    };
    assert_eq!(value.is_some(), revision > 0, "{} is there, or not", fact.key);
    RecordFact { key: &fact.key, revision, value }
}

/// The state a replay gives is the state that is there, the host's own records left out.
pub fn assert_state(store: &dyn Store, state: &BTreeMap<String, Vec<u8>>) {
    let mut there = BTreeMap::new();
    let mut query = PageQuery::below("", 1_000);
    let mut snapshot = store.snapshot().expect("a snapshot");
    loop {
        let page = snapshot.page(&query).expect("a page");
        there.extend(page.records.into_iter().map(|record| (record.key, record.value.expect("present"))));
        match there.last_key_value() {
            Some((last, _)) if page.more => query.after = last.clone(),
            _ => break,
        }
    }
    there.retain(|key, _| !["c", "d", "g", "j", "k", "p"].contains(&key.split('.').next().expect("a part")));
    assert_eq!(&there, state);
}

/// Every checkpoint is signed and on the chain. Returns their sequence numbers.
pub fn checkpoints(store: &dyn Store, entries: &[Entry]) -> Vec<u64> {
    let server = super::signer().public();
    let page = store.snapshot().expect("a snapshot").page(&PageQuery::below(keys::CHECKPOINTS, 1_000)).expect("a page");
    let read = |value: &[u8]| {
        let mut reader = Reader::new(value);
        let read = (u8::read(&mut reader), Checkpoint::read(&mut reader), Signature::read(&mut reader));
        reader.finish().expect("a checkpoint");
        (read.1, read.2)
    };
    let mut sequences = Vec::new();
    for record in page.records {
        let (checkpoint, signature) = read(&record.value.expect("present"));
        assert!(check::verify(&server, &Domain::Checkpoint.statement(&checkpoint), &signature));
        let entry = entries.iter().find(|entry| entry.sequence == checkpoint.sequence).expect("of a decision");
        assert_eq!(entry.chain, checkpoint.chain);
        sequences.push(checkpoint.sequence);
    }
    sequences
}

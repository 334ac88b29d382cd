//! The whole way, on every backend: set up, own, invite, come in; and what the history says of it afterwards.

mod kit;

use std::sync::Arc;
use std::time::Duration;

use doorward_core::record::{Contents, Stored};
use doorward_core::wire::{Asker, Command};
use doorward_core::{Code, DecisionId};
use doorward_shell::{Limits, Shell, StartError};
use doorward_sqlite::{Options, Sqlite};
use doorward_store::{Batch, Commit, PageQuery, Store, Write};
use kit::{Person, audit, entropy, memory, read, redeem, settle, signer, start, start_with};
use zeroize::Zeroizing;

fn sqlite(sync_delay: Option<Duration>) -> Arc<Sqlite> {
    let options = Options { sync_delay, ..Options::new(kit::NOW.0, "test") };
    Arc::new(Sqlite::temporary(&std::env::temp_dir(), &options).expect("opens"))
}

async fn story(store: Arc<dyn Store>) {
    let shell = start(Arc::clone(&store));
    let stranger = Person::new("stranger");
    let question = |person: &Person| (Asker::Service, Command::IsAuthorized(person.key), vec![]);
    let (asker, command, attached) = question(&stranger);
    assert_eq!(shell.ask(asker, command, attached).await.code, Code::NotInitialised);

    let house = settle(&shell).await;
    assert_eq!(read(&house.receipt).body.account, house.owner.key);
    let again = shell.owner_invite("Test house", Zeroizing::new(entropy())).await.expect_err("there is an owner");
    assert_eq!(again.code, Code::OwnerExists);

    let held = house.mint(&shell, 2).await;
    let guest = Person::new("guest");
    let sent = redeem(shell.server_key(), &held, &guest);
    let answered = sent.to(&shell).await;
    assert_eq!(answered.code, Code::Allowed);
    let receipt = read(&answered.receipt.clone().expect("has one"));
    assert_eq!((receipt.body.account, receipt.body.invite, receipt.body.decision), (guest.key, held.id, answered.decision));

    for (person, code) in [(&guest, Code::Allowed), (&house.owner, Code::Allowed), (&stranger, Code::UnknownAccount)] {
        let (asker, command, attached) = question(person);
        let answered = shell.ask(asker, command, attached).await;
        assert_eq!((answered.code, answered.decision), (code, DecisionId::NONE));
    }
    let repeated = sent.to(&shell).await;
    assert_eq!(repeated, answered, "the same request has the same answer, and the same receipt");

    let entries = audit::history(&*store);
    assert_eq!(entries.len(), 4, "init, redeem, mint, redeem");
    assert_eq!(entries[3].sequence, receipt.sequence);
    assert_eq!(entries[3].chain, receipt.chain);
    audit::assert_state(&*store, &audit::replay(&entries));
    shell.stop().await;
    assert_eq!(audit::checkpoints(&*store, &entries), [receipt.sequence], "the history is signed at stop");
    assert_eq!(sent.to(&shell).await.code, Code::Unavailable, "it has stopped");

    let shell = start(Arc::clone(&store));
    assert_eq!(sent.to(&shell).await, answered, "also after a restart");
    assert_eq!(shell.stats().commits, 0, "nothing was written for it");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_memory() {
    story(memory()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    story(sqlite(None)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_is_the_same_from_any_checkpoint() {
    let store = memory();
    let limits = Limits { checkpoint_every: 3, ..kit::limits() };
    let shell = start_with(store.clone(), limits);
    let house = settle(&shell).await;
    let held = house.mint(&shell, 0).await;
    let mut first = Vec::new();
    for i in 0..20 {
        let sent = redeem(shell.server_key(), &held, &Person::new(&format!("guest {i}")));
        let answered = sent.to(&shell).await;
        assert_eq!(answered.code, Code::Allowed);
        first.push((sent, answered));
    }
    shell.stop().await;
    let entries = audit::history(&*store);
    let signed = audit::checkpoints(&*store, &entries);
    assert!(signed.len() >= 6, "every three records: {signed:?}");
    let end = entries.last().expect("some").sequence;
    assert_eq!(signed.last(), Some(&end));

    // Nothing is in memory any more: every place is found from the checkpoint before it.
    let shell = start_with(store.clone(), limits);
    for (sent, answered) in &first {
        assert_eq!(&sent.to(&shell).await, answered);
    }
    // And what comes next goes on from the end.
    let next = redeem(shell.server_key(), &held, &Person::new("one more")).to(&shell).await;
    let receipt = read(&next.receipt.expect("has one"));
    let entries = audit::history(&*store);
    let last = entries.last().expect("some");
    assert_eq!((receipt.sequence, receipt.chain), (last.sequence, last.chain));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_of_another_key_is_not_believed() {
    let store = memory();
    let shell = start(store.clone());
    settle(&shell).await;
    shell.stop().await;
    let page = store.snapshot().expect("works").page(&PageQuery::below("k.", 10)).expect("works");
    let (key, mut value) = (page.records[0].key.clone(), page.records[0].value.clone().expect("works"));
    let last = value.len() - 65;
    // Inside the time of signing: the signature does not match any more.
    value[last] ^= 1;
    let forged = Batch { writes: vec![Write::put(key, value)], guards: vec![] };
    assert!(matches!(store.commit(&forged), Commit::Committed { .. }));
    match Shell::start(kit::parts(store, kit::limits())) {
        Err(StartError::History(line)) => assert!(line.contains("k.0"), "{line}"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it started"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_is_read_back_as_it_was_written() {
    let store = memory();
    let shell = start(store.clone());
    let house = settle(&shell).await;
    let held = house.mint(&shell, 0).await;
    for i in 0..5 {
        redeem(shell.server_key(), &held, &Person::new(&format!("guest {i}"))).to(&shell).await;
    }
    let read = async |before, limit| {
        let (asker, attached) = house.owner.request("/v1/audit", kit::nonce());
        shell.history(asker, attached, before, limit).await
    };
    let (found, more) = read(u64::MAX, 1_000).await.expect("the owner may");
    let entries = audit::history(&*store);
    assert_eq!((found.len(), more), (8, false));
    for (recorded, entry) in found.iter().rev().zip(&entries) {
        assert_eq!((recorded.sequence, recorded.decision, &recorded.record), (entry.sequence, entry.id, &entry.record));
        let asked = recorded.asked.as_ref().map(|(_, request)| doorward_core::wire::encode(request));
        assert_eq!(asked.as_ref(), Some(&entry.contents.request));
    }
    let (newest, more) = read(u64::MAX, 3).await.expect("the owner may");
    assert!(more && newest == found[..3], "the newest first");
    let (next, more) = read(newest[2].sequence, 5).await.expect("the owner may");
    assert!(!more && next == found[3..], "and on from there, to the first");

    // What was erased with an account names nobody any more, and the rest stands.
    let erased = Batch { writes: vec![Write::delete(doorward_core::record::keys::contents(&found[1].decision))], guards: vec![] };
    assert!(matches!(store.commit(&erased), Commit::Committed { .. }));
    let (after, _) = read(u64::MAX, 1_000).await.expect("the owner may");
    assert_eq!(after[1].asked, None);
    assert_eq!((&after[1].record, &after[2..]), (&found[1].record, &found[2..]));

    // Contents that are not the recorded ones are believed by nobody.
    let other = entries.into_iter().next_back().expect("some");
    let forged = Contents { salt: [1; 16], ..other.contents }.to_stored();
    let forged = Batch { writes: vec![Write::put(doorward_core::record::keys::contents(&other.id), forged)], guards: vec![] };
    assert!(matches!(store.commit(&forged), Commit::Committed { .. }));
    assert_eq!(read(u64::MAX, 1_000).await.expect_err("it is torn").code, Code::CorruptRecord);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_build_that_decided_is_kept() {
    let store = memory();
    let shell = start(store.clone());
    settle(&shell).await;
    let prefix = format!("{}.", doorward_core::record::keys::policy(&shell.policy_digest()));
    let page = store.snapshot().expect("works").page(&PageQuery::below(prefix, 1_000)).expect("works");
    let kept: Vec<u8> = page.records.into_iter().flat_map(|record| record.value.expect("works")).collect();
    assert_eq!(kept, doorward_artifacts::POLICY);
    let entries = audit::history(&*store);
    assert!(entries.iter().all(|entry| entry.record.policy == shell.policy_digest()));
    let ids: std::collections::BTreeSet<DecisionId> = entries.iter().map(|entry| entry.id).collect();
    assert_eq!(ids.len(), entries.len());
    assert_eq!(signer().public(), shell.server_key());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_arrive_and_few_commits_carry_them() {
    let store = sqlite(Some(Duration::from_millis(20)));
    let shell = start(store.clone());
    let house = settle(&shell).await;
    let held = house.mint(&shell, 0).await;
    let before = shell.stats();
    let guests: Vec<_> = (0..128).map(|i| redeem(shell.server_key(), &held, &Person::new(&format!("guest {i}")))).collect();
    let asked: Vec<_> = guests
        .into_iter()
        .map(|sent| {
            let shell = shell.clone();
            tokio::spawn(async move { sent.to(&shell).await })
        })
        .collect();
    let mut sequences = std::collections::BTreeSet::new();
    for asked in asked {
        let answered = asked.await.expect("no panic");
        sequences.insert(read(&answered.receipt.expect("everyone is let in")).sequence);
    }
    assert_eq!(sequences.len(), 128, "each has a place of its own");
    let after = shell.stats();
    assert_eq!(after.recorded - before.recorded, 128);
    let commits = after.commits - before.commits;
    assert!(commits <= 32, "{commits} commits for 128 decisions");
    let entries = audit::history(&*store);
    audit::assert_state(&*store, &audit::replay(&entries));
}

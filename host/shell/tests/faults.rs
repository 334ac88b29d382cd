//! What goes wrong in a store, and what everyone is told of it.

mod kit;

use std::sync::Arc;
use std::time::Duration;

use doorward_core::record::{InviteRecord, Stored, keys};
use doorward_core::wire::{Asker, Command};
use doorward_core::{Code, InviteId};
use doorward_shell::{Limits, Shell};
use doorward_store::faulty::{Fault, Faulty};
use doorward_store::{Batch, Cause, Commit, Memory, Reason, Store, Write};
use kit::gated::Gated;
use kit::{Held, House, Person, Sent, audit, redeem, settle, start, start_with};

/// Commits that setting up and minting take: init, redeem, mint.
const BEFORE: u64 = 3;

fn faulty() -> Arc<Faulty<Memory>> {
    Arc::new(Faulty::new(Memory::new()))
}

async fn with_invite(shell: &Shell, uses: u32) -> (House, Held) {
    let house = settle(shell).await;
    let held = house.mint(shell, uses).await;
    (house, held)
}

fn uses(store: &dyn Store, invite: InviteId) -> u32 {
    let record = store.snapshot().expect("works").load(&[&keys::invite(&invite)]).expect("works").remove(0);
    InviteRecord::from_stored(&record.value.expect("there")).expect("an invite").uses
}

/// Writes a record again as it is, as another daemon might.
fn touch(store: &dyn Store, key: &str) {
    let record = store.snapshot().expect("works").load(&[key]).expect("works").remove(0);
    let batch = Batch { writes: vec![Write { key: key.into(), value: record.value }], guards: vec![] };
    assert!(matches!(store.commit(&batch), Commit::Committed { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_our_back_means_again() {
    let store = faulty();
    let shell = start(store.clone());
    let (_, held) = with_invite(&shell, 1).await;
    let key = keys::invite(&held.id);
    store.before_commit(move |number, inner| {
        if number == BEFORE + 1 {
            touch(inner, &key);
        }
    });
    let answered = redeem(shell.server_key(), &held, &Person::new("guest")).to(&shell).await;
    assert_eq!(answered.code, Code::Allowed);
    assert_eq!((store.commits(), shell.stats().conflicts), (BEFORE + 2, 1));
    let receipt = kit::read(&answered.receipt.expect("has one"));
    let entries = audit::history(&*store);
    let last = entries.last().expect("some");
    assert_eq!((last.sequence, last.chain), (receipt.sequence, receipt.chain));
    audit::replay(&entries);
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_our_back_every_time_is_a_conflict() {
    let store = faulty();
    let shell = start(store.clone());
    let (_, held) = with_invite(&shell, 1).await;
    let key = keys::invite(&held.id);
    store.before_commit(move |_, inner| touch(inner, &key));
    let answered = redeem(shell.server_key(), &held, &Person::new("guest")).to(&shell).await;
    assert_eq!((answered.code, answered.receipt), (Code::Conflict, None));
    assert_eq!(store.commits(), BEFORE + 4, "once, and three times again");
    assert_eq!(uses(&*store, held.id), 0);
    store.before_commit(|_, _| {});
    assert_eq!(redeem(shell.server_key(), &held, &Person::new("guest")).to(&shell).await.code, Code::Allowed);
}

async fn unknown(fault: Fault) {
    let store = faulty();
    let shell = start(store.clone());
    let (house, held) = with_invite(&shell, 1).await;
    store.fail(BEFORE + 1, fault);
    let sent = redeem(shell.server_key(), &held, &Person::new("guest"));
    let first = sent.to(&shell).await;
    assert_eq!((first.code, &first.receipt), (Code::OutcomeUnknown, &None));
    tokio::time::timeout(Duration::from_secs(5), shell.failed()).await.expect("it says that it has failed");
    assert_eq!(sent.to(&shell).await.code, Code::OutcomeUnknown, "this may be the very one");
    let question = Command::IsAuthorized(house.owner.key);
    assert_eq!(shell.ask(Asker::Service, question, vec![]).await.code, Code::Unavailable);
    assert_eq!(shell.probe().await, Err(Code::Unavailable));
    assert_eq!(store.commits(), BEFORE + 1, "nothing is committed any more");
    shell.stop().await;
    drop(shell);

    let applied = uses(&*store, held.id);
    assert_eq!(applied, u32::from(fault == Fault::IndeterminateApplied));
    let shell = start(store.clone());
    let again = sent.to(&shell).await;
    assert_eq!(again.code, Code::Allowed, "repeating it is safe");
    assert_eq!(sent.to(&shell).await, again);
    assert_eq!((uses(&*store, held.id), shell.stats().recorded), (1, u64::from(applied == 0)));
    audit::replay(&audit::history(&*store));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_nobody_knows_that_was_kept() {
    unknown(Fault::IndeterminateApplied).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_nobody_knows_that_was_lost() {
    unknown(Fault::IndeterminateLost).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unavailable_changes_nothing() {
    let store = faulty();
    let shell = start(store.clone());
    let (_, held) = with_invite(&shell, 1).await;
    let sent = redeem(shell.server_key(), &held, &Person::new("guest"));
    store.fail(BEFORE + 1, Fault::Unavailable);
    assert_eq!(sent.to(&shell).await.code, Code::Unavailable);
    assert_eq!((uses(&*store, held.id), audit::history(&*store).len()), (0, 3));
    store.fail_reads(Some(Reason::new(Cause::Io, "a fault planned by a test")));
    assert_eq!(sent.to(&shell).await.code, Code::Unavailable);
    assert_eq!(shell.probe().await, Err(Code::Unavailable));
    store.fail_reads(None);
    assert_eq!(sent.to(&shell).await.code, Code::Allowed);
    assert_eq!(shell.stats().unavailable, 1);
}

/// Spawns an ask and gives it time to get as far as it can.
async fn send(shell: &Shell, sent: Sent) -> tokio::task::JoinHandle<doorward_shell::Answered> {
    let shell = shell.clone();
    let handle = tokio::spawn(async move { sent.to(&shell).await });
    tokio::time::sleep(Duration::from_millis(150)).await;
    handle
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_before_the_sync() {
    let store = Arc::new(Gated::default());
    let shell = start(store.clone());
    let (_, held) = with_invite(&shell, 2).await;
    let sent = |name| redeem(shell.server_key(), &held, &Person::new(name));
    store.shut_commits(true);
    let holding = send(&shell, sent("one")).await;
    store.wait_for_commits(BEFORE + 1);
    // Both wait for the next batch. The second is refused because of the first, whose commit is not done.
    let admitted = send(&shell, sent("two")).await;
    let refused = send(&shell, sent("three")).await;
    assert!(!holding.is_finished() && !admitted.is_finished());
    assert!(!refused.is_finished(), "it would know of a commit that may never be");
    store.shut_commits(false);
    assert_eq!(holding.await.expect("works").code, Code::Allowed);
    assert_eq!(admitted.await.expect("works").code, Code::Allowed);
    assert_eq!(refused.await.expect("works").code, Code::UsedUp);
    assert_eq!(store.arrived(), BEFORE + 2, "two and three were one batch");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_saw_what_was_lost_is_not_told() {
    let store = Arc::new(Gated::default());
    let shell = start(store.clone());
    let (_, held) = with_invite(&shell, 2).await;
    let sent = |name| redeem(shell.server_key(), &held, &Person::new(name));
    store.shut_commits(true);
    store.refuse(BEFORE + 2);
    let holding = send(&shell, sent("one")).await;
    let admitted = send(&shell, sent("two")).await;
    let refused = send(&shell, sent("three")).await;
    store.shut_commits(false);
    assert_eq!(holding.await.expect("works").code, Code::Allowed);
    assert_eq!(admitted.await.expect("works").code, Code::Unavailable);
    assert_eq!(refused.await.expect("works").code, Code::Unavailable, "not used-up: there is a use left");
    assert_eq!(sent("three").to(&shell).await.code, Code::Allowed);
    assert_eq!(uses(&*store, held.id), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_hangs_is_a_refusal_in_time() {
    let store = Arc::new(Gated::default());
    let limits = Limits { timeout: Duration::from_millis(300), queue: 2, readers: 2, ..Limits::default() };
    let shell = start_with(store.clone(), limits);
    let (house, held) = with_invite(&shell, 0).await;
    let sent = |name: &str| redeem(shell.server_key(), &held, &Person::new(name));
    store.shut_reads(true);
    for _ in 0..4 {
        // More than there are readers: a reader that hangs must not be waited for without end.
        let question = Command::IsAuthorized(house.owner.key);
        assert_eq!(shell.ask(Asker::Service, question, vec![]).await.code, Code::Unavailable);
    }
    store.shut_reads(false);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let question = Command::IsAuthorized(house.owner.key);
    assert_eq!(shell.ask(Asker::Service, question, vec![]).await.code, Code::Allowed);

    store.shut_commits(true);
    let (taken, waiting) = (sent("taken"), sent("waiting"));
    let begun = send(&shell, taken.clone()).await;
    store.wait_for_commits(BEFORE + 1);
    let (one, two) = (send(&shell, waiting.clone()).await, send(&shell, sent("waiting too")).await);
    let more = sent("one too many").to(&shell).await.code;
    assert_eq!(more, Code::Busy);
    assert_eq!(one.await.expect("works").code, Code::Unavailable, "its turn did not come");
    assert_eq!(two.await.expect("works").code, Code::Unavailable);
    assert_eq!(begun.await.expect("works").code, Code::OutcomeUnknown, "its turn came, and has not ended");
    store.shut_commits(false);
    let emptied = async {
        while shell.stats().queue > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), emptied).await.expect("the queue empties");
    assert_eq!(taken.to(&shell).await.code, Code::Allowed);
    assert_eq!(uses(&*store, held.id), 1, "what was called unavailable was never done");
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_is_shown_by_a_commit_and_seldom() {
    let store = Arc::new(Gated::default());
    let shell = start(store.clone());
    assert_eq!(shell.probe().await, Err(Code::NotInitialised));
    let shell = start(store.clone());
    settle(&shell).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let before = store.arrived();
    for _ in 0..20 {
        assert_eq!(shell.probe().await, Ok(()));
    }
    assert_eq!(store.arrived(), before + 1);
    assert_eq!(audit::history(&*store).len(), 2, "a probe is no decision");
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_does_not_outlive_the_store_for_long() {
    let store = Arc::new(Gated::default());
    let limits = Limits { timeout: Duration::from_millis(300), cache: 100, ..Limits::default() };
    let shell = start_with(store.clone(), limits);
    let house = settle(&shell).await;
    let ask = || shell.ask(Asker::Service, Command::IsAuthorized(house.owner.key), vec![]);
    assert_eq!(ask().await.code, Code::Allowed);
    store.shut_reads(true);
    assert_eq!(ask().await.code, Code::Allowed, "from memory");
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    assert_eq!(ask().await.code, Code::Unavailable);
    store.shut_reads(false);
}

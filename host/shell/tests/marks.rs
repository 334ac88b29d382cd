//! What is known of a history from outside it: a store that does not hold it is not the one it was; and a whole state,
//! checked record by record.

mod kit;

use std::sync::{Arc, Mutex};

use doorward_core::Code;
use doorward_core::record::keys;
use doorward_shell::{Audit, Limits, Parts, Place, Shell, StartError, history_end};
use doorward_store::{MAX_PAGE, Memory, PageQuery, Record, Store};
use kit::{House, Person, audit, memory, parts, redeem, settle, signer};

/// Starts a shell that tells how far it came.
fn told(store: &Arc<Memory>) -> (Shell, Arc<Mutex<Place>>) {
    let reached = Arc::new(Mutex::new(Place::START));
    let newest = Arc::clone(&reached);
    let limits = Limits { checkpoint_every: 3, ..kit::limits() };
    let tell = Box::new(move |place| *newest.lock().expect("whole") = place);
    let parts = Parts { reached: Some(tell), ..parts(Arc::clone(store) as Arc<dyn Store>, limits) };
    (Shell::start(parts).expect("starts"), reached)
}

async fn let_in(shell: &Shell, house: &House, names: &[&str]) {
    for name in names {
        let held = house.mint(shell, 1).await;
        assert_eq!(redeem(shell.server_key(), &held, &Person::new(name)).to(shell).await.code, Code::Allowed);
    }
}

fn copy(store: &Memory) -> Arc<Memory> {
    let copy = memory();
    copy.replace(&mut records(store).into_iter().map(Ok)).expect("a copy");
    copy
}

fn records(store: &Memory) -> Vec<Record> {
    let mut snapshot = store.snapshot().expect("a snapshot");
    snapshot.page(&PageQuery::below("", MAX_PAGE as u16)).expect("a page").records
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_told_knows_it_before_the_asker_does() {
    let store = memory();
    let (shell, reached) = told(&store);
    let house = settle(&shell).await;
    for name in ["Bea", "Cyd", "Dan", "Eve"] {
        let_in(&shell, &house, &[name]).await;
        let last = audit::history(&*store).pop().expect("decisions");
        let told = *reached.lock().expect("whole");
        assert_eq!((told.sequence, told.chain), (last.sequence, last.chain), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_store_and_another_one_are_told_apart_from_the_newest() {
    let (store, server) = (memory(), signer().public());
    let (shell, reached) = told(&store);
    let house = settle(&shell).await;
    shell.stop().await;
    let older = copy(&store);
    let then = *reached.lock().expect("whole");
    let (shell, reached) = told(&store);
    let_in(&shell, &house, &["Bea", "Cyd", "Dan"]).await;
    shell.stop().await;
    let now = *reached.lock().expect("whole");
    for known in [Place::START, then, now] {
        assert_eq!(history_end(&*store, &server, known).expect("it holds it"), now);
    }
    let behind = history_end(&*older, &server, now);
    assert!(matches!(behind, Err(StartError::Behind { known, end }) if (known, end) == (now.sequence, then.sequence)));
    // The older one goes another way, and further.
    let (shell, _) = told(&older);
    let_in(&shell, &house, &["Eve", "Fay", "Gus", "Hal"]).await;
    shell.stop().await;
    assert!(matches!(history_end(&*older, &server, now), Err(StartError::Forked(at)) if at == now.sequence));
    history_end(&*older, &server, then).expect("what both have");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_state_is_one_chain_of_readable_records() {
    let (store, server) = (memory(), signer().public());
    let (shell, reached) = told(&store);
    let house = settle(&shell).await;
    let_in(&shell, &house, &["Bea", "Cyd", "Dan"]).await;
    shell.stop().await;
    let whole = records(&store);
    let audited = |records: &[Record]| {
        let mut audit = Audit::default();
        for Record { key, revision, value } in records {
            audit.note(key, *revision, value.as_deref().unwrap_or_default())?;
        }
        audit.end(&server)
    };
    assert_eq!(audited(&whole), Ok(*reached.lock().expect("whole")));
    let damaged = |at: fn(&Record) -> bool, change: fn(&mut Record), says: &str| {
        let mut records = whole.clone();
        change(records.iter_mut().rfind(|record| at(record)).expect("there is one"));
        let said = audited(&records).expect_err(says);
        assert!(said.contains(says), "{said}");
    };
    let cut = |record: &mut Record| _ = record.value.as_mut().and_then(Vec::pop);
    let flip = |record: &mut Record| record.value.as_mut().expect("present")[9] ^= 1;
    for kind in ["a.", "d.", "n.", "s.", "v.", "w.", "z."] {
        let whole = whole.iter().any(|record| record.key.starts_with(kind));
        assert!(whole, "{kind}");
    }
    damaged(|record| record.key.starts_with("a."), cut, "cannot be read");
    damaged(|record| record.key.starts_with("v."), cut, "cannot be read");
    damaged(|record| record.key.starts_with("s."), |record| record.key = "u.00".into(), "cannot be read");
    damaged(|record| record.key.starts_with(keys::CHECKPOINTS), flip, "not signed by this server");
    damaged(|record| record.key.starts_with(keys::DECISIONS), |record| record.revision = 1, "");
    damaged(|record| record.key.starts_with("v."), |record| record.key = "a.00".into(), "out of order");
    let mut forgotten = whole.clone();
    let first = forgotten.iter().position(|record| record.key.starts_with(keys::DECISIONS)).expect("a decision");
    forgotten.remove(first);
    let said = audited(&forgotten).expect_err("a decision less");
    assert!(said.contains("checkpoint") || said.contains("not the one that was signed"), "{said}");
}

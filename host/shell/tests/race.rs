//! Many at once: what was decided together is what would have been decided one after the other.

mod kit;

use std::sync::Arc;

use doorward_core::Code;
use doorward_core::wire::{Asker, Command};
use doorward_shell::{Answered, Shell};
use doorward_sqlite::{Options, Sqlite};
use doorward_store::Store;
use kit::gated::Gated;
use kit::{Person, Sent, allowed, audit, memory, nonce, redeem, settle, start};

async fn all(asked: Vec<(Shell, Sent)>) -> Vec<Answered> {
    let asked: Vec<_> = asked.into_iter().map(|(shell, sent)| tokio::spawn(async move { sent.to(&shell).await })).collect();
    let mut answers = Vec::new();
    for asked in asked {
        answers.push(asked.await.expect("no panic"));
    }
    answers
}

fn count(answers: &[Answered], code: Code) -> usize {
    answers.iter().filter(|answered| answered.code == code).count()
}

async fn single_use(store: Arc<dyn Store>, attempts: usize) {
    let shell = start(Arc::clone(&store));
    let house = settle(&shell).await;
    let held = house.mint(&shell, 1).await;
    let sent = |i| redeem(shell.server_key(), &held, &Person::new(&format!("racer {i}")));
    let answers = all((0..attempts).map(|i| (shell.clone(), sent(i))).collect()).await;
    assert_eq!(count(&answers, Code::Allowed), 1);
    assert_eq!(count(&answers, Code::UsedUp), attempts - 1);
    assert_eq!(answers.iter().filter(|answered| answered.receipt.is_some()).count(), 1);
    assert_eq!(answers.iter().find(|answered| allowed(answered)).map(|answered| answered.code), Some(Code::Allowed));
    let entries = audit::history(&*store);
    assert_eq!(entries.len(), 4, "only the one that was let in is recorded");
    audit::assert_state(&*store, &audit::replay(&entries));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_invite_lets_one_in_on_memory() {
    single_use(memory(), 64).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_invite_lets_one_in_on_sqlite() {
    let store = Sqlite::temporary(&std::env::temp_dir(), &Options::new(kit::NOW.0, "test")).expect("opens");
    single_use(Arc::new(store), 300).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_daemons_on_one_store_let_one_in() {
    let store = memory();
    let shells = [start(store.clone()), start(store.clone())];
    let house = settle(&shells[0]).await;
    for round in 0..10 {
        let held = house.mint(&shells[round % 2], 1).await;
        let sent = |i| redeem(shells[0].server_key(), &held, &Person::new(&format!("racer {round} {i}")));
        let answers = all((0..32).map(|i| (shells[i % 2].clone(), sent(i))).collect()).await;
        assert_eq!(count(&answers, Code::Allowed), 1, "{answers:?}");
        // Whoever lost the race every time may be told so.
        assert_eq!(count(&answers, Code::UsedUp) + count(&answers, Code::Conflict), 31);
    }
    let entries = audit::history(&*store);
    audit::assert_state(&*store, &audit::replay(&entries));
    // Each knows the other's part of the chain.
    for shell in &shells {
        let held = house.mint(shell, 1).await;
        let answered = redeem(shell.server_key(), &held, &Person::new(&format!("{:p}", shell))).to(shell).await;
        let receipt = kit::read(&answered.receipt.expect("let in"));
        let entries = audit::history(&*store);
        let last = entries.last().expect("some");
        assert_eq!((last.sequence, last.chain), (receipt.sequence, receipt.chain));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_many_times_at_once_is_one() {
    let store = memory();
    let shell = start(store.clone());
    let house = settle(&shell).await;
    let held = house.mint(&shell, 5).await;
    let sent = redeem(shell.server_key(), &held, &Person::new("impatient"));
    let answers = all((0..64).map(|_| (shell.clone(), sent.clone())).collect()).await;
    assert!(answers.iter().all(|answered| answered == &answers[0] && allowed(answered)), "{answers:?}");
    assert_eq!(audit::history(&*store).len(), 4);
}

/// A seeded crowd that redeems, revokes, restores, deletes and cancels at once, pages included.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_comes_out_as_if_one_by_one() {
    let store = memory();
    let shell = start(store.clone());
    let house = settle(&shell).await;
    let mut asked = Vec::new();
    for i in 0..12 {
        let held = house.mint(&shell, 3).await;
        for j in 0..5 {
            // The same people come through several invites.
            let person = Person::new(&format!("person {}", (i * 5 + j) % 23));
            asked.push((Asker::Stranger, redeem(shell.server_key(), &held, &person)));
        }
        if i % 3 == 0 {
            let (asker, attached) = house.owner.request(&format!("https://door.test/cancel/{i}"), nonce());
            asked.push((asker, Sent(Command::CancelInvite(held.id), attached)));
        }
        let person = Person::new(&format!("person {}", (i * 7) % 23));
        let verbs = [Command::Revoke(person.key), Command::Restore(person.key), Command::Delete(person.key)];
        for (v, verb) in verbs.into_iter().enumerate() {
            let (asker, attached) = house.owner.request(&format!("https://door.test/{i}/{v}"), nonce());
            asked.push((asker, Sent(verb, attached)));
        }
    }
    let asked: Vec<_> = asked
        .into_iter()
        .map(|(asker, Sent(command, attached))| {
            let shell = shell.clone();
            tokio::spawn(async move { shell.ask(asker, command, attached).await })
        })
        .collect();
    let mut seen = std::collections::BTreeSet::new();
    for asked in asked {
        seen.insert(asked.await.expect("no panic").code);
    }
    assert!(seen.contains(&Code::Allowed) && seen.len() >= 3, "{seen:?}");
    assert!(!seen.contains(&Code::Undecidable) && !seen.contains(&Code::CorruptRecord), "{seen:?}");
    let entries = audit::history(&*store);
    audit::assert_state(&*store, &audit::replay(&entries));
    assert!(shell.stats().again > 0, "some were decided on what was pending");
}

/// From the moment that a revoke is acknowledged, nobody is told *yes* any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn revoked_is_out_also_from_memory() {
    let store = memory();
    let shell = kit::start_with(store.clone(), doorward_shell::Limits { cache: 100, ..kit::limits() });
    let house = settle(&shell).await;
    let held = house.mint(&shell, 1).await;
    let guest = Person::new("guest");
    assert!(allowed(&redeem(shell.server_key(), &held, &guest).to(&shell).await));
    let key = guest.key;
    let ask = move |shell: Shell| async move { allowed(&shell.ask(Asker::Service, Command::IsAuthorized(key), vec![]).await) };
    // Modulo 4: 0 = in, 2 = out, both acknowledged; odd = under way.
    let told = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    use std::sync::atomic::Ordering::SeqCst;
    let askers: Vec<_> = (0..4)
        .map(|_| {
            let (shell, told, stop) = (shell.clone(), told.clone(), stop.clone());
            tokio::spawn(async move {
                let mut asked = 0u64;
                while !stop.load(SeqCst) {
                    let before = told.load(SeqCst);
                    let yes = ask(shell.clone()).await;
                    let after = told.load(SeqCst);
                    // While nothing was acknowledged in between, the answer is the acknowledged one.
                    if before == after && before % 2 == 0 {
                        assert_eq!(yes, before % 4 == 0, "{before}");
                    }
                    asked += 1;
                    tokio::task::yield_now().await;
                }
                asked
            })
        })
        .collect();
    for round in 0..100u64 {
        for (step, verb) in [Command::Revoke(guest.key), Command::Restore(guest.key)].into_iter().enumerate() {
            told.store(round * 4 + step as u64 * 2 + 1, SeqCst);
            let (asker, attached) = house.owner.request(&format!("https://door.test/{round}/{step}"), nonce());
            assert!(allowed(&shell.ask(asker, verb, attached).await));
            told.store(round * 4 + step as u64 * 2 + 2, SeqCst);
            assert_eq!(ask(shell.clone()).await, step == 1);
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }
    stop.store(true, SeqCst);
    for asker in askers {
        assert!(asker.await.expect("works") > 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_comes_next() {
    let store = Arc::new(Gated::small(40));
    let shell = start(store.clone());
    let house = settle(&shell).await;
    let held = house.mint(&shell, 100).await;
    let before = store.arrived();
    let sent = |i| redeem(shell.server_key(), &held, &Person::new(&format!("guest {i}")));
    let answers = all((0..64).map(|i| (shell.clone(), sent(i))).collect()).await;
    assert_eq!(count(&answers, Code::Allowed), 64);
    assert!(store.arrived() - before >= 16, "no more than four decisions fit");
    // What is left over when it stops is committed all the same.
    store.shut_commits(true);
    let late: Vec<_> = (64..80)
        .map(|i| (shell.clone(), sent(i)))
        .map(|(shell, sent)| tokio::spawn(async move { sent.to(&shell).await.code }))
        .collect();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let stopping = tokio::spawn({
        let shell = shell.clone();
        async move { shell.stop().await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    store.shut_commits(false);
    for late in late {
        assert_eq!(late.await.expect("no panic"), Code::Allowed);
    }
    stopping.await.expect("works");
    let entries = audit::history(&*store);
    assert_eq!(entries.len(), 3 + 80);
    audit::assert_state(&*store, &audit::replay(&entries));
    assert_eq!(audit::checkpoints(&*store, &entries).last(), entries.last().map(|entry| &entry.sequence));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_drops_nothing() {
    let store = memory();
    let parts = kit::parts(store.clone(), kit::limits());
    let slot = Arc::clone(&parts.policy);
    let shell = Shell::start(parts).expect("works");
    let house = settle(&shell).await;
    let held = house.mint(&shell, 200).await;
    // The same code under another digest: an empty custom section at the end.
    let other = [doorward_artifacts::POLICY, &[0, 2, 1, b'x']].concat();
    let other = doorward_engine::Policy::load(&other, &[]).expect("accepted");
    let digests = [shell.policy_digest(), other.digest()];
    let sent = |i| redeem(shell.server_key(), &held, &Person::new(&format!("guest {i}")));
    let asked: Vec<_> = (0..100).map(|i| (shell.clone(), sent(i))).collect();
    let asked = tokio::spawn(all(asked));
    slot.swap(other);
    assert_eq!(count(&asked.await.expect("no panic"), Code::Allowed), 100);
    assert_eq!(sent(100).to(&shell).await.code, Code::Allowed);
    assert_eq!(shell.policy_digest(), digests[1]);
    let entries = audit::history(&*store);
    assert_eq!(entries[0].record.policy, digests[0]);
    assert_eq!(entries[103].record.policy, digests[1]);
    assert!(entries.iter().all(|entry| digests.contains(&entry.record.policy)));
    for digest in digests {
        let first = format!("{}.0", doorward_core::record::keys::policy(&digest));
        assert!(store.snapshot().expect("works").load(&[&first]).expect("works")[0].value.is_some());
    }
    audit::assert_state(&*store, &audit::replay(&entries));
}

/// An admin mints while being deleted: the delete finds the invite that was minted just before it, though it was not
/// there yet when the delete was first decided.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_what_it_is_when_its_turn_comes() {
    let store = Arc::new(Gated::default());
    let shell = start(store.clone());
    let house = settle(&shell).await;
    let admin = Person::new("admin");
    let incarnation = house.admin(&shell, &admin).await;
    let minted = |uses| kit::mint(shell.server_key(), &admin, incarnation, doorward_core::role::Role::Member, uses);
    let (first, sent) = minted(1);
    assert!(allowed(&sent.ask(&shell).await));
    let holding = house.mint(&shell, 5).await;
    let (second, mint) = minted(2);
    let (asker, attached) = house.owner.request("https://door.test/delete", nonce());
    let delete = kit::Signed(asker, Sent(Command::Delete(admin.key), attached));

    store.shut_commits(true);
    let arrived = store.arrived();
    let mut asked = Vec::new();
    let guest = redeem(shell.server_key(), &holding, &Person::new("guest"));
    for signed in [kit::Signed(Asker::Stranger, guest), mint, delete] {
        let shell = shell.clone();
        asked.push(tokio::spawn(async move { signed.ask(&shell).await.code }));
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    }
    store.shut_commits(false);
    for asked in asked {
        assert_eq!(asked.await.expect("no panic"), Code::Allowed);
    }
    assert_eq!(store.arrived(), arrived + 2, "mint and delete were one batch");
    for held in [first, second] {
        let late = redeem(shell.server_key(), &held, &Person::new("late")).to(&shell).await;
        assert_eq!(late.code, Code::InviteCancelled);
    }
    let entries = audit::history(&*store);
    audit::assert_state(&*store, &audit::replay(&entries));
}

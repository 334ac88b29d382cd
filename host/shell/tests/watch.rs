//! Whoever watches is told everything he may see, once, in its order, and nothing from the moment he may not be here.

mod kit;

use std::time::Duration;

use doorward_core::wire::{Asker, Command, EventKind, Member, SetTags};
use doorward_core::{Code, SpaceId};
use doorward_shell::{Happening, Shell, Watcher};
use kit::{House, Person, allowed, memory, nonce, redeem, settle, start};

const SOON: Duration = Duration::from_secs(20);

async fn watch(shell: &Shell, who: &Person, after: Option<u64>) -> Watcher {
    let (asker, attached) = who.request("https://door.test/v1/events", nonce());
    shell.watch(asker, attached, after).await.expect("members may")
}

async fn ask(shell: &Shell, who: &Person, command: Command) {
    let (asker, attached) = who.request("https://door.test/v1/something", nonce());
    let answered = shell.ask(asker, command, attached).await;
    assert!(allowed(&answered), "{answered:?}");
}

fn member(who: &Person) -> Member {
    Member { space: SpaceId::SERVER, key: who.key }
}

async fn let_in(shell: &Shell, house: &House, name: &str) -> Person {
    let (held, guest) = (house.mint(shell, 1).await, Person::new(name));
    assert!(allowed(&redeem(shell.server_key(), &held, &guest).to(shell).await));
    guest
}

/// Everything until this many were told.
async fn told(watcher: &mut Watcher, count: usize) -> Vec<Happening> {
    let mut all = Vec::new();
    while all.len() < count {
        let next = watcher.next(SOON).await.expect("may watch on");
        assert!(!next.is_empty(), "in time");
        all.extend(next);
    }
    assert_eq!(all.len(), count, "{all:?}");
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_told_once_in_order_to_whoever_may_see_it() {
    let shell = start(memory());
    let house = settle(&shell).await;
    let first = let_in(&shell, &house, "first").await;
    let (mut owner, mut guest) = (watch(&shell, &house.owner, None).await, watch(&shell, &first, None).await);
    let second = let_in(&shell, &house, "second").await;
    ask(&shell, &house.owner, Command::Kick(member(&second))).await;

    let all = told(&mut owner, 4).await;
    let kinds: Vec<EventKind> = all.iter().map(|happening| happening.event.kind).collect();
    use EventKind as E;
    assert_eq!(kinds, [E::InviteMinted, E::AccountRegistered, E::MemberJoined, E::MemberKicked]);
    assert!(all.is_sorted_by_key(|happening| happening.sequence) && all[1].sequence == all[2].sequence);
    assert!(all[2].event.invite.is_some() && all[2].event.account == Some(second.key));

    let seen = told(&mut guest, 2).await;
    let kinds: Vec<EventKind> = seen.iter().map(|happening| happening.event.kind).collect();
    assert_eq!(kinds, [E::MemberJoined, E::MemberKicked], "who is here, and no more");
    assert!(seen.iter().all(|happening| happening.event.invite.is_none()));

    // From anywhere on, the same again; and from the beginning, what was before.
    assert_eq!(told(&mut watch(&shell, &house.owner, Some(all[0].sequence)).await, 3).await, all[1..]);
    let from_the_start = told(&mut watch(&shell, &house.owner, Some(0)).await, 11).await;
    assert_eq!(from_the_start[7..], all);
    assert_eq!(from_the_start[0].event.kind, E::ServerInitialised);
    // Nothing happens: nothing is told.
    assert_eq!(owner.next(Duration::from_millis(120)).await, Ok(vec![]));
    assert!(owner.after() >= all[3].sequence);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_put_out_is_told_nothing_more() {
    let shell = start(memory());
    let house = settle(&shell).await;
    for (name, code) in [
        ("kicked", Code::NotAMember),
        ("revoked", Code::AccountRevoked),
        ("deleted", Code::UnknownAccount),
        ("tagged", Code::Allowed),
    ] {
        let guest = let_in(&shell, &house, name).await;
        let mut watcher = watch(&shell, &guest, None).await;
        let command = match name {
            "kicked" => Command::Kick(member(&guest)),
            "revoked" => Command::Revoke(guest.key),
            "deleted" => Command::Delete(guest.key),
            _ => Command::SetTags(Box::new(SetTags { member: member(&guest), tags: vec![] })),
        };
        ask(&shell, &house.owner, command).await;
        match watcher.next(SOON).await {
            Err(refused) => assert_eq!(refused, code, "{name}"),
            Ok(seen) => assert!(code == Code::Allowed && seen.len() == 1, "{name}: {seen:?}"),
        }
    }
    // Nobody else may watch at all.
    let (asker, attached) = Person::new("stranger").request("https://door.test/v1/events", nonce());
    assert_eq!(shell.watch(asker, attached, None).await.err().map(|answered| answered.code), Some(Code::Unauthenticated));
    let refused = shell.watch(Asker::Service, Vec::new(), None).await.err();
    assert_eq!(refused.map(|answered| answered.code), Some(Code::Unauthenticated));
}

/// Two hundred decisions by several at once, watched from the start and from the middle: no gap, nothing twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_leaves_no_gap() {
    let shell = start(memory());
    let house = settle(&shell).await;
    let mut early = watch(&shell, &house.owner, None).await;
    let held = std::sync::Arc::new(house.mint(&shell, 0).await);
    let mut crowd = tokio::task::JoinSet::new();
    for number in 0..200 {
        let (shell, held) = (shell.clone(), std::sync::Arc::clone(&held));
        crowd.spawn(async move {
            let guest = Person::new(&format!("guest {number}"));
            assert!(allowed(&redeem(shell.server_key(), &held, &guest).to(&shell).await));
        });
    }
    let all = told(&mut early, 1 + 400).await;
    while crowd.join_next().await.transpose().expect("none panicked").is_some() {}
    let mut whom: Vec<_> = all[1..].iter().map(|happening| (happening.sequence, happening.event.account)).collect();
    whom.dedup();
    assert_eq!(whom.len(), 200, "each decision once, its two events together");
    let half = all[200].sequence;
    let rest = all.iter().filter(|happening| happening.sequence > half).count();
    assert_eq!(told(&mut watch(&shell, &house.owner, Some(half)).await, rest).await, all[all.len() - rest..]);
}

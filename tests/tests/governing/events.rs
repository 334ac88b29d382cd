//! Watching what happens: told at once, to whoever may see it, and to nobody who was put out.

use crate::networks::open_network;
use crate::{HERE, admin, code_of, comes_in, open_place};
use doorward_client::{Events, Session, Told, Until};
use doorward_core::Code;
use doorward_core::SpaceId;
use doorward_core::role::Role;
use doorward_core::view::EventItem;
use doorward_tests::Oops;
use std::time::{Duration, Instant};

/// What happens next, past any sign of life.
async fn next(events: &mut Events) -> Result<EventItem, Oops> {
    loop {
        match events.next().await?.ok_or("it ended without a reason")? {
            Told::Upto(_) => {}
            Told::Happened(item) => return Ok(*item),
            Told::Ended(code) => return Err(format!("it ended: {code}").into()),
        }
    }
}

/// Why it ends, past anything that is told before.
async fn end(events: &mut Events) -> Result<Code, Oops> {
    loop {
        if let Told::Ended(code) = events.next().await?.ok_or("it ended without a reason")? {
            assert!(events.next().await?.is_none(), "and then it is over");
            return Ok(code);
        }
    }
}

/// A stream that has begun: whatever happens from now on is in it.
async fn watch(who: &Session) -> Result<Events, Oops> {
    let mut events = who.events(None).await?;
    assert!(matches!(events.next().await?, Some(Told::Upto(_))));
    Ok(events)
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_told_what_he_may_see() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let member = comes_in(owner.client(), "Cyd").await?;
    let (mut all, mut some) = (watch(&owner).await?, watch(&member).await?);
    let guest = comes_in(owner.client(), "Dee").await?;
    owner.set_tags(HERE, &guest.sign_key(), &["tea".to_owned()]).await?;
    owner.allow(HERE, &guest.sign_key()).await?;
    guest.leave(HERE).await?;

    let mut kinds = Vec::new();
    for _ in 0..5 {
        let item = next(&mut all).await?;
        assert_eq!(item.account.as_ref().map(|key| key.read()), Some(Ok(guest.sign_key())));
        kinds.push(item.kind.as_str().to_owned());
    }
    assert_eq!(kinds, ["account-registered", "member-joined", "tags-changed", "key-allowed", "member-left"]);
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(next(&mut some).await?.kind.as_str().to_owned());
    }
    assert_eq!(seen, ["member-joined", "tags-changed", "member-left"]);

    // Whoever was cut off goes on where he was.
    let from = all.after();
    drop(all);
    comes_in(owner.client(), "Eve").await?;
    let mut again = owner.events(from).await?;
    assert_eq!(next(&mut again).await?.kind.as_str(), "account-registered");
    assert_eq!(next(&mut again).await?.kind.as_str(), "member-joined");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_put_out_is_told_so_and_nothing_more() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let bob = admin(&owner, "Bob").await?;
    for (name, code) in [("kicked", Code::NotAMember), ("banned", Code::Banned), ("revoked", Code::AccountRevoked)] {
        let person = comes_in(owner.client(), name).await?;
        let mut events = watch(&person).await?;
        let key = person.sign_key();
        match name {
            "kicked" => drop(owner.kick(HERE, &key).await?),
            "banned" => drop(owner.ban(HERE, &key, "", Until::Never).await?),
            _ => drop(owner.revoke(&key).await?),
        }
        assert_eq!(end(&mut events).await?, code, "{name}");
        assert_eq!(code_of(person.events(None).await.map(drop)), code, "{name}");
    }
    // Who loses a role only sees less from then on.
    let mut events = watch(&bob).await?;
    owner.set_role(HERE, &bob.sign_key(), Role::Member).await?;
    let dee = comes_in(owner.client(), "Dee").await?;
    assert_eq!(next(&mut events).await?.kind.as_str(), "role-changed");
    let item = next(&mut events).await?;
    assert_eq!((item.kind.as_str(), item.account.map(|key| key.read())), ("member-joined", Some(Ok(dee.sign_key()))));
    Ok(())
}

/// Kinds of what happens next in a space, past what is told of others.
async fn kinds(events: &mut Events, space: &SpaceId, count: usize) -> Result<Vec<String>, Oops> {
    let mut kinds = Vec::new();
    while kinds.len() < count {
        let item = next(events).await?;
        if item.space.read() == Ok(*space) {
            kinds.push(item.kind.as_str().to_owned());
        }
    }
    Ok(kinds)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_in_a_network_is_told_to_those_who_are_in_it() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let (cyd, dee) = (comes_in(owner.client(), "Cyd").await?, comes_in(owner.client(), "Dee").await?);
    let (mut all, mut inside, mut outside) = (watch(&owner).await?, watch(&cyd).await?, watch(&dee).await?);
    let crew = open_network(&owner, "crew").await?;
    cyd.enter(&crew).await?;
    owner.set_tags(&crew, &cyd.sign_key(), &["cook".to_owned()]).await?;
    dee.enter(&crew).await?;
    dee.leave(&crew).await?;
    owner.ban(&crew, &dee.sign_key(), "", Until::Never).await?;
    owner.transfer(&crew, &cyd.sign_key()).await?;
    owner.delete_space(&crew).await?;
    let whole = [
        "space-created",
        "member-joined",
        "member-joined",
        "tags-changed",
        "member-joined",
        "member-left",
        "key-banned",
        "owner-changed",
        "space-deleted",
    ];
    assert_eq!(kinds(&mut all, &crew, whole.len()).await?, whole);
    // Asked of each as it is told: what happened before somebody came in may be among it, a ban is not.
    let mut seen = Vec::new();
    while seen.last().is_none_or(|kind| kind != "space-deleted") {
        seen.extend(kinds(&mut inside, &crew, 1).await?);
    }
    let from = seen.iter().position(|kind| kind == "tags-changed").ok_or("the first that was done to him")?;
    assert_eq!(seen[from..], ["tags-changed", "member-joined", "member-left", "owner-changed", "space-deleted"], "{seen:?}");
    assert!(seen[..from].iter().all(|kind| kind == "space-created" || kind == "member-joined"), "{seen:?}");
    // Dee was in it for a moment, and may have been told of that, and of what was done to her; then she sees the server's.
    owner.set_tags(HERE, &dee.sign_key(), &["tea".to_owned()]).await?;
    loop {
        let item = next(&mut outside).await?;
        if item.space.read() == Ok(*HERE) {
            assert_eq!(item.kind.as_str(), "tags-changed");
            break;
        }
        assert!(!["tags-changed", "owner-changed", "space-deleted"].contains(&item.kind.as_str()), "{item:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_does_not_hold_up_a_stop() -> Result<(), Oops> {
    let (mut daemon, owner) = open_place().await?;
    let mut events = watch(&owner).await?;
    let begun = Instant::now();
    let ended = tokio::spawn(async move { end(&mut events).await.map_err(|error| error.to_string()) });
    assert!(tokio::task::spawn_blocking(move || daemon.terminate().map_err(|error| error.to_string())).await??.success());
    assert_eq!(ended.await??, Code::Unavailable);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    Ok(())
}

//! A network's whole life, as those who are in it and those who are not see it.

use super::{called, change, code_of, id_of, jobs, keys_in, left_of, names, network, open_network, role_in, roster, tidied};
use crate::{comes_in, keys, open_place};
use doorward_client::{MintOptions, Until};
use doorward_core::record::{JoinRule, Pause};
use doorward_core::role::Role;
use doorward_core::wire::{InviteFilter, SpaceFilter};
use doorward_core::{Code, SpaceId};
use doorward_tests::Oops;

#[tokio::test(flavor = "multi_thread")]
async fn a_network_is_there_for_those_who_may_find_it() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let (cyd, dee) = (comes_in(owner.client(), "Cyd").await?, comes_in(owner.client(), "Dee").await?);
    let made = owner.create_space(called("crew", JoinRule::Invite, false)).await?;
    let crew = id_of(&made)?;
    assert_eq!(made.owner.as_ref().map(|key| key.read()), Some(Ok(owner.sign_key())));
    assert_eq!((made.members, made.governed, made.listed), (Some(1), true, false));
    assert_eq!(role_in(&owner, &crew).await?, Some(Role::Owner));
    assert_eq!(names(&owner, SpaceFilter::Mine).await?, ["crew"]);

    // Unlisted: for outsiders there is nothing.
    for filter in [SpaceFilter::Mine, SpaceFilter::Found] {
        assert!(names(&cyd, filter).await?.is_empty(), "{filter:?}");
    }
    for code in [
        code_of(cyd.space(&crew).await),
        code_of(cyd.members(&crew, None, None).await),
        code_of(cyd.enter(&crew).await),
        code_of(cyd.invites(&crew, InviteFilter::Live, None, None).await),
        code_of(cyd.mint_into(&crew, &MintOptions::default()).await),
        code_of(cyd.delete_space(&crew).await),
        code_of(cyd.kick(&crew, &owner.sign_key()).await),
        code_of(cyd.space(&SpaceId([7; 16])).await),
    ] {
        assert_eq!(code, Code::NotFound);
    }

    // Listed: it can be found, and says no more than that.
    owner.update_space(&crew, change(|it| it.listed = Some(true))).await?;
    assert_eq!(names(&cyd, SpaceFilter::Found).await?, ["crew"]);
    assert!(names(&cyd, SpaceFilter::Mine).await?.is_empty());
    let seen = cyd.space(&crew).await?;
    assert_eq!((seen.members, seen.you.role, seen.you.may.len()), (None, None, 0));
    assert_eq!(code_of(cyd.members(&crew, None, None).await), Code::MissingPermission);
    assert_eq!(code_of(cyd.enter(&crew).await), Code::JoinNeedsInvite);

    // The allowlist shows a network to whom it names, listed or not.
    owner.update_space(&crew, change(|it| (it.listed, it.join_rule) = (Some(false), Some(JoinRule::Allowlist.into())))).await?;
    owner.allow(&crew, &dee.sign_key()).await?;
    assert_eq!((names(&dee, SpaceFilter::Found).await?, names(&cyd, SpaceFilter::Found).await?), (vec!["crew".into()], vec![]));
    dee.enter(&crew).await?;
    owner.disallow(&crew, &dee.sign_key()).await?;
    assert_eq!(names(&dee, SpaceFilter::Mine).await?, ["crew"], "a member stays");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn people_come_and_go_as_its_rule_says() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let (cyd, dee) = (comes_in(owner.client(), "Cyd").await?, comes_in(owner.client(), "Dee").await?);
    let crew = open_network(&owner, "crew").await?;
    cyd.enter(&crew).await?;
    assert_eq!(code_of(cyd.enter(&crew).await), Code::AlreadyMember);
    assert_eq!(keys_in(&cyd, &crew).await?, [owner.sign_key(), cyd.sign_key()].into());
    assert_eq!(names(&cyd, SpaceFilter::Mine).await?, ["crew"]);

    let soon = Pause::UntilLifted;
    for (code, rule, pause, most) in [
        (Code::JoinClosed, JoinRule::Closed, Pause::No, 0),
        (Code::JoinNeedsInvite, JoinRule::Invite, Pause::No, 0),
        (Code::NotAllowlisted, JoinRule::Allowlist, Pause::No, 0),
        (Code::Paused, JoinRule::Open, soon, 0),
        (Code::SpaceFull, JoinRule::Open, Pause::No, 2),
        (Code::Allowed, JoinRule::Open, Pause::No, 3),
    ] {
        let body = change(|it| {
            (it.join_rule, it.pause, it.max_members) = (Some(rule.into()), Some(pause.into()), Some(most));
        });
        owner.update_space(&crew, body).await?;
        assert_eq!(code_of(dee.enter(&crew).await), code, "{rule:?}");
    }
    assert_eq!(cyd.space(&crew).await?.members, Some(3));

    // Kicked may come again, banned may not; and it is the network alone.
    owner.kick(&crew, &dee.sign_key()).await?;
    assert_eq!(code_of(dee.members(&crew, None, None).await), Code::MissingPermission);
    assert!(!keys_in(&cyd, &crew).await?.contains(&dee.sign_key()));
    dee.whoami().await?;
    dee.enter(&crew).await?;
    owner.ban(&crew, &dee.sign_key(), "loud", Until::Never).await?;
    assert_eq!(code_of(dee.enter(&crew).await), Code::Banned);
    dee.whoami().await?;
    assert_eq!(owner.bans(&crew, None, None).await?.items.len(), 1);
    assert!(owner.bans(&SpaceId::SERVER, None, None).await?.items.is_empty());
    owner.unban(&crew, &dee.sign_key()).await?;
    dee.enter(&crew).await?;
    dee.leave(&crew).await?;
    assert_eq!(code_of(dee.leave(&crew).await), Code::NotAMember);
    assert_eq!(cyd.space(&crew).await?.members, Some(2));

    // Tags are of the place.
    owner.set_tags(&crew, &cyd.sign_key(), &["cook".to_owned()]).await?;
    assert!(cyd.whoami().await?.tags.is_empty());
    let seats = cyd.members(&crew, None, None).await?.items.into_iter().filter_map(|item| item.account);
    assert_eq!(
        seats.map(|seat| seat.tags.concat()).collect::<std::collections::BTreeSet<_>>(),
        ["".into(), "cook".into()].into()
    );

    // Whoever is out of the server is out of everything in it.
    owner.kick(&SpaceId::SERVER, &cyd.sign_key()).await?;
    assert_eq!(code_of(cyd.space(&crew).await), Code::NotAMember);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_plain_and_each_has_one() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let crew = network(&owner, "crew", JoinRule::Invite, true).await?;
    let cyd = comes_in(owner.client(), "Cyd").await?;
    for bad in ["", "Crew", "-crew", "crew-", "a b", "caf\u{e9}", "server", "backbone", &"a".repeat(64)] {
        let refused = owner.create_space(called(bad, JoinRule::Open, false)).await;
        assert_eq!(code_of(refused), Code::BadName, "{bad}");
        let refused = owner.update_space(&crew, change(|it| it.name = Some(bad.into()))).await;
        assert!(matches!(code_of(refused), Code::BadName | Code::BadText), "{bad}");
    }
    assert_eq!(code_of(owner.create_space(called("crew", JoinRule::Open, false)).await), Code::NameTaken);
    assert_eq!(code_of(cyd.create_space(called("mine", JoinRule::Open, false)).await), Code::MissingPermission);
    let watch = network(&owner, "watch", JoinRule::Invite, true).await?;
    assert_eq!(code_of(owner.update_space(&watch, change(|it| it.name = Some("crew".into()))).await), Code::NameTaken);
    owner.update_space(&crew, change(|it| it.name = Some("team".into()))).await?;
    owner.update_space(&watch, change(|it| it.name = Some("crew".into()))).await?;
    assert_eq!(names(&cyd, SpaceFilter::Found).await?, ["crew", "team"], "by name");

    // Only who proved his keys owns something.
    let una = keys(owner.client(), "Una")?;
    owner.register(una.sign_key(), una.keys().kex_key(), "Una").await?;
    owner.set_role(&SpaceId::SERVER, &una.sign_key(), Role::Admin).await?;
    assert_eq!(code_of(una.create_space(called("unas", JoinRule::Open, false)).await), Code::Unproved);
    una.prove().await?;
    una.create_space(called("unas", JoinRule::Open, false)).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_network_leaves_nothing_but_its_history() -> Result<(), Oops> {
    let (daemon, owner) = open_place().await?;
    let crew = open_network(&owner, "crew").await?;
    let mut crowd = Vec::new();
    for number in 0..40 {
        let one = comes_in(owner.client(), &format!("Guest {number}")).await?;
        one.enter(&crew).await?;
        crowd.push(one);
        if number == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
        }
    }
    // Pages of members, in order of joining.
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let page = owner.members(&crew, after.as_ref(), Some(7)).await?;
        assert!(page.items.len() <= 7);
        paged.extend(page.items.into_iter().filter_map(|item| item.key.read().ok()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(paged.len(), 41);
    assert!(paged[..2].contains(&crowd[0].sign_key()), "who came first");
    let banned = comes_in(owner.client(), "Ban").await?.sign_key();
    owner.ban(&crew, &banned, "", Until::Never).await?;
    owner.allow(&crew, &banned).await?;
    let link = owner.mint_into(&crew, &MintOptions::default()).await?.invitation;
    let old = owner.mint_into(&crew, &MintOptions::default()).await?.invitation;
    owner.cancel(old.id()).await?;
    assert_eq!(code_of(crowd[0].delete_space(&crew).await), Code::MissingPermission);
    assert!(left_of(&daemon, &crew)?.len() > 3 * 40, "it was there");

    assert_eq!(owner.delete_space(&crew).await?, Code::Allowed);
    assert_eq!(jobs(&daemon)?, "1", "and what it leaves to be done is counted");
    for who in [&owner, &crowd[0]] {
        assert_eq!(code_of(who.space(&crew).await), Code::NotFound);
        assert_eq!(code_of(who.members(&crew, None, None).await), Code::NotFound);
        assert_eq!(code_of(who.enter(&crew).await), Code::NotFound);
        assert_eq!(code_of(who.delete_space(&crew).await), Code::NotFound);
        assert!(names(who, SpaceFilter::Mine).await?.is_empty() && names(who, SpaceFilter::Found).await?.is_empty());
    }
    assert_eq!(code_of(owner.mint_into(&crew, &MintOptions::default()).await), Code::NotFound);
    let verdict = owner.client().preview(&link, None).await.map(|preview| preview.verdict.code);
    assert_eq!(verdict.unwrap_or_else(|error| error.code().unwrap_or(Code::Allowed)), Code::NotFound);
    let again = open_network(&owner, "crew").await?;
    assert_ne!(again, crew, "the name is free, and nothing comes back by it");
    assert_eq!(roster(&owner, &again).await?.len(), 1);

    tidied(&daemon).await?;
    assert_eq!(left_of(&daemon, &crew)?, Vec::<String>::new(), "records");
    crowd[0].enter(&again).await?;
    assert_eq!(names(&crowd[0], SpaceFilter::Mine).await?, ["crew"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_is_on_no_roster() -> Result<(), Oops> {
    let (daemon, owner) = open_place().await?;
    let (cyd, dee) = (comes_in(owner.client(), "Cyd").await?, comes_in(owner.client(), "Dee").await?);
    let (crew, club) = (open_network(&owner, "crew").await?, open_network(&owner, "club").await?);
    for space in [&crew, &club] {
        cyd.enter(space).await?;
        dee.enter(space).await?;
    }
    owner.transfer(&club, &dee.sign_key()).await?;
    assert_eq!(code_of(owner.delete(&dee.sign_key()).await), Code::OwnsSpaces);
    dee.transfer(&club, &cyd.sign_key()).await?;
    owner.delete(&dee.sign_key()).await?;
    for space in [&crew, &club] {
        assert!(!keys_in(&owner, space).await?.contains(&dee.sign_key()), "at once");
    }
    tidied(&daemon).await?;
    for space in [&crew, &club] {
        assert_eq!(owner.space(space).await?.members, Some(2), "and counted no more");
    }
    // The same key is somebody else when it comes again (I6).
    dee.join(&SpaceId::SERVER, "Dee").await?;
    assert!(names(&dee, SpaceFilter::Mine).await?.is_empty());
    assert_eq!(role_in(&dee, &club).await?, None);
    Ok(())
}

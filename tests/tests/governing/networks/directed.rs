//! Invites by name, from the inbox's side and from the inviter's.

use super::{change, network, role_in};
use crate::{code_of, comes_in, keys, open_place};
use doorward_core::record::{JoinRule, Pause};
use doorward_core::role::Role;
use doorward_core::view::InboxItem;
use doorward_core::{Code, InviteId, SpaceId};
use doorward_tests::Oops;

fn id(item: &InboxItem) -> Result<InviteId, Oops> {
    Ok(item.id.read().map_err(|code| format!("{code}"))?)
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_invited_and_says_yes() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let cyd = comes_in(owner.client(), "Cyd").await?;
    let crew = network(&owner, "crew", JoinRule::Invite, false).await?;
    assert!(cyd.inbox().await?.is_empty());
    let made = owner.invite_account(&crew, &cyd.sign_key(), Role::Admin).await?.ok_or("an invite")?;
    assert_eq!(owner.invite_account(&crew, &cyd.sign_key(), Role::Member).await?, None, "one waits already");

    // What waits is told to nobody else, and the network is still not there for whoever is only invited.
    assert!(owner.inbox().await?.is_empty());
    assert_eq!(code_of(cyd.space(&crew).await), Code::NotFound);
    let waiting = cyd.inbox().await?;
    assert_eq!(waiting, std::slice::from_ref(&made));
    let item = &waiting[0];
    assert_eq!((item.space_name.as_str(), item.role.as_str(), item.issuer_handle.as_str()), ("crew", "admin", "Ada"));
    assert_eq!(item.code.read(), Ok(Code::Allowed));

    let member = cyd.accept(&id(item)?).await?;
    assert_eq!(member.account.and_then(|account| account.role).map(|role| role.as_str().to_owned()), Some("admin".into()));
    assert_eq!(role_in(&cyd, &crew).await?, Some(Role::Admin));
    assert!(cyd.inbox().await?.is_empty());
    assert_eq!(code_of(cyd.accept(&id(item)?).await), Code::NoSuchInvite);
    assert_eq!(code_of(owner.invite_account(&crew, &cyd.sign_key(), Role::Member).await), Code::AlreadyMember);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_by_name() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let client = owner.client();
    let (cyd, dee, eve) = (comes_in(client, "Cyd").await?, comes_in(client, "Dee").await?, comes_in(client, "Eve").await?);
    let crew = network(&owner, "crew", JoinRule::Invite, true).await?;
    let invites =
        async |who: &doorward_client::Session| code_of(owner.invite_account(&crew, &who.sign_key(), Role::Member).await);

    assert_eq!(code_of(cyd.invite_account(&crew, &dee.sign_key(), Role::Member).await), Code::MissingPermission);
    assert_eq!(code_of(cyd.invite_account(&SpaceId([7; 16]), &dee.sign_key(), Role::Member).await), Code::NotFound);
    assert_eq!(invites(&owner).await, Code::SelfInvite);
    assert_eq!(invites(&keys(client, "Nobody")?).await, Code::UnknownAccount);
    assert_eq!(code_of(owner.invite_account(&crew, &cyd.sign_key(), Role::Owner).await), Code::GrantTooHigh);
    owner.revoke(&eve.sign_key()).await?;
    assert_eq!(invites(&eve).await, Code::AccountRevoked);
    owner.restore(&eve.sign_key()).await?;
    dee.leave(&SpaceId::SERVER).await?;
    assert_eq!(invites(&dee).await, Code::NotAMember);

    // A network's admin invites members, and nobody as an admin.
    owner.invite_account(&crew, &cyd.sign_key(), Role::Admin).await?;
    cyd.accept(&id(&cyd.inbox().await?[0])?).await?;
    assert_eq!(code_of(cyd.invite_account(&crew, &eve.sign_key(), Role::Admin).await), Code::GrantTooHigh);
    assert_eq!(code_of(cyd.invite_account(&crew, &eve.sign_key(), Role::Member).await), Code::Allowed);

    // Whoever invited falls: what waits is worth nothing, and is told as such.
    owner.kick(&crew, &cyd.sign_key()).await?;
    let waiting = eve.inbox().await?;
    assert_eq!(waiting[0].code.read(), Ok(Code::IssuerLostAuthority));
    assert_eq!(code_of(eve.accept(&id(&waiting[0])?).await), Code::IssuerLostAuthority);
    assert!(eve.inbox().await?.is_empty());

    owner.update_space(&crew, change(|it| it.join_rule = Some(JoinRule::Open.into()))).await?;
    assert_eq!(invites(&eve).await, Code::NotByInvite);
    owner.update_space(&crew, change(|it| it.governed = Some(false))).await?;
    assert_eq!(invites(&eve).await, Code::NotGoverned);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_place_decides_again_when_one_comes() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let cyd = comes_in(owner.client(), "Cyd").await?;
    let crew = network(&owner, "crew", JoinRule::Invite, false).await?;
    let invite = id(&owner.invite_account(&crew, &cyd.sign_key(), Role::Member).await?.ok_or("an invite")?)?;
    for (code, pause, most) in [(Code::Paused, Pause::UntilLifted, 0), (Code::SpaceFull, Pause::No, 1)] {
        owner.update_space(&crew, change(|it| (it.pause, it.max_members) = (Some(pause.into()), Some(most)))).await?;
        assert_eq!(cyd.inbox().await?[0].code.read(), Ok(code));
        assert_eq!(code_of(cyd.accept(&invite).await), code);
    }
    owner.update_space(&crew, change(|it| it.max_members = Some(0))).await?;

    // No is no, until somebody asks again.
    cyd.decline(&invite).await?;
    assert_eq!(code_of(cyd.decline(&invite).await), Code::NoSuchInvite);
    let again = id(&owner.invite_account(&crew, &cyd.sign_key(), Role::Member).await?.ok_or("an invite")?)?;
    assert_eq!(code_of(owner.accept(&again).await), Code::NoSuchInvite, "somebody else's");

    // Two yeses at the same moment are one membership.
    let (first, second) = tokio::join!(cyd.accept(&again), cyd.accept(&again));
    let codes = [code_of(first), code_of(second)];
    assert_eq!(codes.iter().filter(|code| **code == Code::Allowed).count(), 1, "{codes:?}");
    assert!(codes.contains(&Code::NoSuchInvite), "{codes:?}");
    assert_eq!(owner.space(&crew).await?.members, Some(2));

    // Of a network that is gone nothing is left to answer.
    let gone = network(&owner, "gone", JoinRule::Invite, false).await?;
    owner.invite_account(&gone, &cyd.sign_key(), Role::Member).await?;
    owner.delete_space(&gone).await?;
    assert!(cyd.inbox().await?.is_empty());
    Ok(())
}

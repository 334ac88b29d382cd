//! Invites into a network: for members of the server, and for those who become one by them.

use super::{change, code_of, keys_in, network, role_in, roster, set_rule};
use crate::{admin, comes_in, keys, open_place};
use doorward_client::{Invitation, MintOptions, Session, Until};
use doorward_core::record::{JoinRule, Pause};
use doorward_core::role::Role;
use doorward_core::wire::{InviteFilter, SpaceFilter};
use doorward_core::{Code, SpaceId};
use doorward_tests::Oops;

/// Redeems with these keys, without looking first.
async fn redeem(who: &Session, by: &Session, link: &Invitation) -> Result<Code, Oops> {
    let shown = by.show_invite(link.id(), None, None).await?;
    let read = |code: Code| code.name();
    let invite = doorward_core::claims::SignedClaims {
        claims: shown.claims.read().map_err(read)?,
        issuer_signature: shown.issuer_signature.read().map_err(read)?,
        invite_signature: shown.invite_signature.read().map_err(read)?,
    };
    Ok(code_of(who.client().redeem(link, &invite, "Guest", who.keys()).await))
}

/// How often it was used.
async fn uses(by: &Session, link: &Invitation) -> Result<u32, Oops> {
    Ok(by.show_invite(link.id(), None, None).await?.invite.uses)
}

fn many() -> MintOptions {
    MintOptions { max_uses: 20, ..MintOptions::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_becomes_a_member_of_both() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    set_rule(&owner, JoinRule::Invite).await?;
    let crew = network(&owner, "crew", JoinRule::Invite, false).await?;
    let link = owner.mint_into(&crew, &MintOptions { tags: vec!["new".into()], ..many() }).await?.invitation;
    let guest = keys(owner.client(), "Gus")?;
    let preview = owner.client().preview(&link, None).await?;
    assert_eq!((preview.space_name.as_str(), preview.members, preview.claims.space), ("crew", 1, crew));
    assert_eq!((preview.verdict.code, preview.verdict.own), (Code::Allowed, true));
    let joined = owner.client().redeem(&link, &preview.invite, "Gus", guest.keys()).await?;
    assert_eq!(joined.receipt.receipt().body.space, crew);
    let account = guest.whoami().await?;
    assert_eq!((account.role.map(|role| role.read()), account.tags.len()), (Some(Ok(Role::Member)), 0), "at the server");
    assert_eq!(role_in(&guest, &crew).await?, Some(Role::Member));
    let seats = guest.members(&crew, None, None).await?.items.into_iter().filter_map(|item| item.account);
    let tagged: Vec<_> = seats.filter(|seat| seat.tags == ["new"]).filter_map(|seat| seat.key.read().ok()).collect();
    assert_eq!(tagged, [guest.sign_key()], "tags are of the place that the invite leads to");
    assert_eq!(owner.space(&SpaceId::SERVER).await?.members, Some(2));
    let again = owner.client().redeem(&link, &preview.invite, "Gus", guest.keys()).await?;
    assert_eq!((again.code, again.receipt.receipt()), (Code::UsedByYou, joined.receipt.receipt()), "asking twice is asking once");
    assert_eq!(uses(&owner, &link).await?, 1);

    // Who is at the server joins the network alone, and the server's own links let into no network.
    set_rule(&owner, JoinRule::Open).await?;
    let cyd = comes_in(owner.client(), "Cyd").await?;
    assert_eq!(redeem(&cyd, &owner, &link).await?, Code::Allowed);
    assert_eq!(owner.space(&SpaceId::SERVER).await?.members, Some(3));
    let other = owner.mint_into(&crew, &many()).await?.invitation;
    assert_eq!((redeem(&cyd, &owner, &other).await?, uses(&owner, &other).await?), (Code::AlreadyMember, 1), "and it is spent");
    let server = owner.mint(&many()).await?.invitation;
    let dee = keys(owner.client(), "Dee")?;
    assert_eq!(redeem(&dee, &owner, &server).await?, Code::Allowed);
    assert_eq!(code_of(dee.space(&crew).await), Code::NotFound);

    // Each place lists its own.
    let listed = async |space: &SpaceId| Ok::<_, Oops>(owner.invites(space, InviteFilter::Live, None, None).await?.items);
    let ids = |items: Vec<doorward_core::view::InviteItem>| items.into_iter().filter_map(|item| item.id.read().ok()).collect();
    let mut there: Vec<_> = ids(listed(&crew).await?);
    there.sort();
    let mut expected = vec![link.id(), other.id()];
    expected.sort();
    assert_eq!(there, expected);
    let here: Vec<_> = ids(listed(&SpaceId::SERVER).await?);
    assert_eq!(here, [server.id()]);
    assert_eq!(code_of(cyd.invites(&crew, InviteFilter::Live, None, None).await), Code::MissingPermission);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_invite_to_the_server_invites_its_members_only() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let (cyd, dee) = (comes_in(owner.client(), "Cyd").await?, comes_in(owner.client(), "Dee").await?);
    let crew = network(&owner, "crew", JoinRule::Open, true).await?;
    cyd.enter(&crew).await?;
    owner.transfer(&crew, &cyd.sign_key()).await?;
    let link = cyd.mint_into(&crew, &many()).await?.invitation;
    let stranger = keys(owner.client(), "Eve")?;
    let preview = owner.client().preview(&link, Some(stranger.keys())).await?;
    assert_eq!((preview.verdict.code, preview.verdict.spends), (Code::AccountRequired, false));
    assert_eq!(redeem(&stranger, &cyd, &link).await?, Code::AccountRequired);
    assert_eq!(uses(&cyd, &link).await?, 0, "nothing is spent");
    assert_eq!(redeem(&dee, &cyd, &link).await?, Code::Allowed);
    stranger.join(&SpaceId::SERVER, "Eve").await?;
    assert_eq!(redeem(&stranger, &cyd, &link).await?, Code::Allowed, "with an account it is good");

    // What somebody offered is worth what he is worth there now.
    for (name, fall) in [("demoted", Role::Member), ("kicked", Role::Admin)] {
        let bob = comes_in(owner.client(), name).await?;
        bob.enter(&crew).await?;
        cyd.set_role(&crew, &bob.sign_key(), Role::Admin).await?;
        let offer = bob.mint_into(&crew, &many()).await?.invitation;
        match fall {
            Role::Member => drop(cyd.set_role(&crew, &bob.sign_key(), Role::Member).await?),
            Role::Admin | Role::Owner => drop(cyd.kick(&crew, &bob.sign_key()).await?),
        }
        let lost = async || code_of(owner.client().preview(&offer, None).await);
        assert_eq!(lost().await, Code::IssuerLostAuthority, "{name}");
        assert_eq!(code_of(bob.mint_into(&crew, &many()).await), Code::MissingPermission, "{name}");
        if name == "kicked" {
            bob.enter(&crew).await?;
        }
        cyd.set_role(&crew, &bob.sign_key(), Role::Admin).await?;
        assert_eq!(lost().await, Code::IssuerLostAuthority, "{name}: for good");
        bob.mint_into(&crew, &many()).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_opens_no_door_that_is_shut() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let client = owner.client();
    let bob = admin(&owner, "Bob").await?;
    let crew = network(&bob, "crew", JoinRule::Invite, false).await?;
    let link = owner.mint_into(&crew, &many()).await?.invitation;
    let (cyd, stranger) = (comes_in(client, "Cyd").await?, keys(client, "Eve")?);
    let shut = [
        (Code::Paused, change(|it| it.pause = Some(Pause::UntilLifted.into()))),
        (Code::JoinClosed, change(|it| (it.pause, it.join_rule) = (Some(Pause::No.into()), Some(JoinRule::Closed.into())))),
        (Code::NotAllowlisted, change(|it| it.join_rule = Some(JoinRule::Allowlist.into()))),
        (Code::SpaceFull, change(|it| (it.max_members, it.join_rule) = (Some(1), Some(JoinRule::Invite.into())))),
    ];
    for (code, how) in shut {
        bob.update_space(&crew, how).await?;
        for who in [&cyd, &stranger] {
            assert_eq!(redeem(who, &owner, &link).await?, code);
        }
    }
    bob.update_space(&crew, change(|it| it.max_members = Some(0))).await?;
    // A newcomer passes the server's door as well.
    set_rule(&owner, JoinRule::Closed).await?;
    assert_eq!(redeem(&stranger, &owner, &link).await?, Code::JoinClosed);
    assert_eq!(uses(&owner, &link).await?, 0, "nothing was spent so far");
    assert_eq!(redeem(&cyd, &owner, &link).await?, Code::Allowed, "who is in has passed it");
    set_rule(&owner, JoinRule::Open).await?;

    // Bans: of the place, and of the server.
    let (dee, fay) = (comes_in(client, "Dee").await?, comes_in(client, "Fay").await?);
    bob.ban(&crew, &dee.sign_key(), "", Until::Never).await?;
    owner.ban(&SpaceId::SERVER, &fay.sign_key(), "", Until::Never).await?;
    for who in [&dee, &fay] {
        let before = uses(&owner, &link).await?;
        assert_eq!(redeem(who, &owner, &link).await?, Code::Banned);
        assert_eq!(uses(&owner, &link).await?, before + 1, "burned on claim");
    }
    assert_eq!(keys_in(&bob, &crew).await?, [bob.sign_key(), cyd.sign_key()].into());
    assert_eq!(dee.spaces(SpaceFilter::Mine, None, None).await?.items.len(), 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_makes_an_admin_of_the_network_and_of_nothing_else() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let crew = network(&owner, "crew", JoinRule::Invite, false).await?;
    let options = MintOptions { role: Role::Admin, until: Until::In(3_600), ..MintOptions::default() };
    let link = owner.mint_into(&crew, &options).await?.invitation;
    let guest = keys(owner.client(), "Gus")?;
    assert_eq!(redeem(&guest, &owner, &link).await?, Code::Allowed);
    assert!(roster(&guest, &crew).await?.contains(&(guest.sign_key(), Role::Admin)));
    assert_eq!(guest.whoami().await?.role.map(|role| role.read()), Some(Ok(Role::Member)));
    assert_eq!(code_of(guest.mint(&many()).await), Code::MissingPermission);
    assert_eq!(code_of(guest.kick(&SpaceId::SERVER, &owner.sign_key()).await), Code::MissingPermission);

    // Nobody hands on more than he has.
    assert_eq!(code_of(guest.mint_into(&crew, &options).await), Code::GrantTooHigh);
    let owners = MintOptions { role: Role::Owner, ..options };
    for who in [&owner, &guest] {
        assert_eq!(code_of(who.mint_into(&crew, &owners).await), Code::GrantTooHigh);
    }
    guest.mint_into(&crew, &MintOptions { tags: vec!["cook".into()], ..many() }).await?;
    Ok(())
}

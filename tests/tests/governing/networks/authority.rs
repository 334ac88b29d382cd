//! Who decides in a network: its owner, its admins, and whoever governs the server; and nobody more than he may (I3, I4).

use super::{change, code_of, network, open_network, role_in, roster};
use crate::{HERE, admin, comes_in, open_place};
use doorward_client::{MintOptions, Session, Until};
use doorward_core::record::JoinRule;
use doorward_core::role::{Permission, Role};
use doorward_core::{Code, SpaceId};
use doorward_tests::Oops;

/// Each way to put somebody out of a network.
async fn attempts(by: &Session, space: &SpaceId, whom: &Session) -> [Code; 4] {
    let key = &whom.sign_key();
    [
        code_of(by.set_role(space, key, Role::Member).await),
        code_of(by.set_role(space, key, Role::Admin).await),
        code_of(by.kick(space, key).await),
        code_of(by.ban(space, key, "", Until::Never).await),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn its_owner_stays_until_it_is_handed_over() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let client = owner.client();
    let crew = open_network(&owner, "crew").await?;
    let (cyd, dee, eve) = (comes_in(client, "Cyd").await?, comes_in(client, "Dee").await?, comes_in(client, "Eve").await?);
    for one in [&cyd, &dee, &eve] {
        one.enter(&crew).await?;
    }
    owner.transfer(&crew, &cyd.sign_key()).await?;
    assert_eq!(role_in(&owner, &crew).await?, Some(Role::Admin), "whoever hands over becomes an admin");
    cyd.set_role(&crew, &dee.sign_key(), Role::Admin).await?;

    assert_eq!(code_of(cyd.leave(&crew).await), Code::IsOwner);
    assert_eq!(attempts(&cyd, &crew, &cyd).await, [Code::IsOwner; 4]);
    assert_eq!(attempts(&owner, &crew, &cyd).await, [Code::IsOwner; 4], "nor by whoever owns the server");
    let none = Code::MissingPermission;
    assert_eq!(attempts(&dee, &crew, &cyd).await, [none, none, Code::RankTooLow, Code::RankTooLow]);
    assert_eq!(attempts(&eve, &crew, &cyd).await, [none; 4]);
    for who in [&dee, &eve] {
        assert_eq!(code_of(who.transfer(&crew, &who.sign_key()).await), none);
        assert_eq!(code_of(who.delete_space(&crew).await), none);
        assert_eq!(code_of(who.update_space(&crew, change(|it| it.governed = Some(false))).await), none);
    }
    assert_eq!(attempts(&dee, &crew, &owner).await, [none, none, Code::RankTooLow, Code::RankTooLow]);
    assert_eq!(code_of(owner.delete(&cyd.sign_key()).await), Code::OwnsSpaces);

    // Its admins look after it.
    dee.set_tags(&crew, &eve.sign_key(), &["cook".to_owned()]).await?;
    dee.update_space(&crew, change(|it| it.description = Some("Cooks".into()))).await?;
    dee.kick(&crew, &eve.sign_key()).await?;
    assert_eq!(code_of(dee.update_space(HERE, change(|it| it.name = Some("Mine".into()))).await), none, "and it alone");

    // An owner who was revoked is replaced by whoever governs the server.
    owner.revoke(&cyd.sign_key()).await?;
    owner.transfer(&crew, &dee.sign_key()).await?;
    assert_eq!(dee.space(&crew).await?.owner.map(|key| key.read()), Some(Ok(dee.sign_key())));
    owner.delete(&cyd.sign_key()).await?;
    dee.delete_space(&crew).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_governs_the_server_acts_in_every_network() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let client = owner.client();
    let (bob, ben) = (admin(&owner, "Bob").await?, admin(&owner, "Ben").await?);
    let (cyd, dee) = (comes_in(client, "Cyd").await?, comes_in(client, "Dee").await?);
    let crew = network(&owner, "crew", JoinRule::Open, false).await?;
    owner.update_space(&crew, change(|it| it.listed = Some(true))).await?;
    for one in [&cyd, &dee, &ben] {
        one.enter(&crew).await?;
    }
    owner.transfer(&crew, &cyd.sign_key()).await?;
    owner.update_space(&crew, change(|it| it.listed = Some(false))).await?;

    // Bob is no member of it.
    let seen = bob.space(&crew).await?;
    assert_eq!((seen.you.role, seen.members), (None, Some(4)));
    let may: Vec<_> = seen.you.may.iter().filter_map(|permission| permission.read().ok()).collect();
    assert!(may.contains(&Permission::DeleteSpace) && may.contains(&Permission::Transfer));
    assert_eq!(roster(&bob, &crew).await?.len(), 4);
    bob.update_space(&crew, change(|it| it.description = Some("x".into()))).await?;
    bob.set_role(&crew, &dee.sign_key(), Role::Admin).await?;
    let options = MintOptions { role: Role::Admin, until: Until::In(3_600), ..MintOptions::default() };
    bob.mint_into(&crew, &options).await?;

    // Ranks at the server count: whoever owns it, or governs it alike, is out of his reach.
    for (whom, code) in [(&owner, Code::RankTooLow), (&ben, Code::RankTooLow), (&dee, Code::Allowed)] {
        assert_eq!(code_of(bob.kick(&crew, &whom.sign_key()).await), code);
    }
    assert_eq!(code_of(bob.ban(&crew, &owner.sign_key(), "", Until::Never).await), Code::RankTooLow);
    // A network that a member owns may be handed on by him; one that the server's owner has, may not.
    bob.transfer(&crew, &ben.sign_key()).await?;
    assert_eq!(role_in(&ben, &crew).await?, Some(Role::Owner));
    let own = open_network(&owner, "own").await?;
    dee.enter(&own).await?;
    assert_eq!(code_of(bob.transfer(&own, &dee.sign_key()).await), Code::RankTooLow);
    bob.delete_space(&crew).await?;

    // Who loses the role at the server loses all that with it.
    owner.set_role(HERE, &bob.sign_key(), Role::Member).await?;
    assert_eq!(code_of(bob.update_space(&own, change(|it| it.description = Some("y".into()))).await), Code::MissingPermission);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_not_governed_has_members_and_no_roles() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let client = owner.client();
    let (cyd, dee) = (comes_in(client, "Cyd").await?, comes_in(client, "Dee").await?);
    let crew = open_network(&owner, "crew").await?;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    for one in [&cyd, &dee] {
        one.enter(&crew).await?;
    }
    owner.set_role(&crew, &dee.sign_key(), Role::Admin).await?;
    owner.transfer(&crew, &cyd.sign_key()).await?;
    let offer = dee.mint_into(&crew, &MintOptions::default()).await?.invitation;

    // The rule "invite" needs somebody who may invite.
    cyd.update_space(&crew, change(|it| it.join_rule = Some(JoinRule::Invite.into()))).await?;
    let off = || change(|it| it.governed = Some(false));
    assert_eq!(code_of(owner.update_space(&crew, off()).await), Code::NotGoverned);
    cyd.update_space(&crew, change(|it| it.join_rule = Some(JoinRule::Open.into()))).await?;
    assert_eq!(code_of(cyd.update_space(&crew, off()).await), Code::MissingPermission, "not its owner's to say");
    let free = owner.update_space(&crew, off()).await?;
    assert_eq!((free.governed, free.owner), (false, None));
    assert!(roster(&dee, &crew).await?.iter().all(|(_, role)| *role == Role::Member));
    for code in [
        code_of(owner.set_role(&crew, &dee.sign_key(), Role::Admin).await),
        code_of(owner.transfer(&crew, &dee.sign_key()).await),
        code_of(owner.update_space(&crew, change(|it| it.join_rule = Some(JoinRule::Invite.into()))).await),
    ] {
        assert_eq!(code, Code::NotGoverned);
    }
    assert_eq!(code_of(cyd.kick(&crew, &dee.sign_key()).await), Code::MissingPermission);
    assert_eq!(code_of(client.preview(&offer, None).await), Code::IssuerLostAuthority);
    owner.delete(&cyd.sign_key()).await?;

    // Governed again, the earliest member owns it, for whoever did is gone; and former admins are members.
    owner.update_space(&crew, change(|it| it.governed = Some(true))).await?;
    let mut roles = roster(&dee, &crew).await?;
    roles.sort_by_key(|(_, role)| *role);
    assert_eq!(roles, [(dee.sign_key(), Role::Member), (owner.sign_key(), Role::Owner)]);
    assert_eq!(code_of(client.preview(&offer, None).await), Code::IssuerLostAuthority, "nothing comes back by that");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn why_is_told_of_a_network_too() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let crew = open_network(&owner, "crew").await?;
    let (cyd, bob) = (comes_in(owner.client(), "Cyd").await?, admin(&owner, "Bob").await?);
    cyd.enter(&crew).await?;
    for (who, permission, allow) in [
        (&cyd, Permission::Send, true),
        (&cyd, Permission::Invite, false),
        (&bob, Permission::Kick, true),
        (&bob, Permission::ManageAccounts, false),
    ] {
        let answer = owner.can(&who.sign_key(), permission, &crew).await?;
        assert_eq!(answer.allow, allow, "{permission:?}");
        assert_eq!(who.can(&who.sign_key(), permission, &crew).await?.allow, allow, "about oneself");
    }
    Ok(())
}

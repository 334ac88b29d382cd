//! Nobody gets rid of the owner but the owner, and nobody becomes one but by his hand (I3, I4).

use crate::{HERE, admin, code_of, comes_in, keys, members, open_place, owners, people};
use doorward_client::{MintOptions, Session, Until};
use doorward_core::Code;
use doorward_core::role::Role;
use doorward_tests::Oops;

/// How each way to get rid of somebody ends: leaving aside.
async fn attempts(by: &Session, whom: &Session) -> Vec<(&'static str, Code)> {
    let key = &whom.sign_key();
    vec![
        ("demote", code_of(by.set_role(HERE, key, Role::Member).await)),
        ("make an admin of", code_of(by.set_role(HERE, key, Role::Admin).await)),
        ("kick", code_of(by.kick(HERE, key).await)),
        ("ban", code_of(by.ban(HERE, key, "", Until::Never).await)),
        ("revoke", code_of(by.revoke(key).await)),
        ("delete", code_of(by.delete(key).await)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_stays_until_he_hands_the_place_over() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let admin = admin(&owner, "Bob").await?;
    let member = comes_in(owner.client(), "Cyd").await?;
    let codes = |all: Vec<(&'static str, Code)>| all.into_iter().map(|(_, code)| code).collect::<Vec<_>>();
    assert_eq!(code_of(owner.leave(HERE).await), Code::LastOwner);
    let [own, low, none] = [Code::LastOwner, Code::RankTooLow, Code::MissingPermission];
    assert_eq!(codes(attempts(&owner, &owner).await), [Code::IsOwner, Code::IsOwner, own, own, own, own]);
    assert_eq!(codes(attempts(&admin, &owner).await), [Code::IsOwner, Code::IsOwner, low, low, low, low]);
    assert_eq!(codes(attempts(&member, &owner).await), [none; 6]);
    assert!(owner.has_admin().await?.allow);
    assert_eq!(owners(&people(&owner).await?), [owner.sign_key()]);

    owner.transfer(HERE, &member.sign_key()).await?;
    assert_eq!(owners(&people(&owner).await?), [member.sign_key()], "whoever it was handed to, and nobody else");
    assert_eq!(owner.whoami().await?.role.map(|role| role.read()), Some(Ok(Role::Admin)));
    assert_eq!(member.space(HERE).await?.owner.map(|key| key.read()), Some(Ok(member.sign_key())));
    assert_eq!(code_of(owner.transfer(HERE, &owner.sign_key()).await), Code::MissingPermission, "and it is not taken back");
    owner.leave(HERE).await?;
    assert_eq!(members(&people(&member).await?), 2, "whoever was the owner may go then");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reaches_for_owner() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let admin = admin(&owner, "Bob").await?;
    let member = comes_in(owner.client(), "Cyd").await?;
    let link = MintOptions { role: Role::Owner, until: Until::In(3_600), ..MintOptions::default() };
    for (who, may_not) in [(&owner, Code::GrantTooHigh), (&admin, Code::GrantTooHigh), (&member, Code::MissingPermission)] {
        for whom in [&admin, &member] {
            assert_eq!(code_of(who.set_role(HERE, &whom.sign_key(), Role::Owner).await), may_not);
        }
        assert_eq!(code_of(who.mint(&link).await), may_not);
    }
    for who in [&admin, &member] {
        for whom in [&admin, &member, &owner] {
            assert_eq!(code_of(who.transfer(HERE, &whom.sign_key()).await), Code::MissingPermission);
        }
    }
    assert_eq!(code_of(member.set_role(HERE, &member.sign_key(), Role::Admin).await), Code::MissingPermission);
    assert_eq!(owners(&people(&owner).await?), [owner.sign_key()]);

    // Nor for those who cannot hold it: nobody, somebody who never proved his keys, somebody who was shown the door.
    let device = keys(owner.client(), "Una")?;
    assert_eq!(code_of(owner.transfer(HERE, &device.sign_key()).await), Code::NotAMember);
    owner.register(device.sign_key(), device.keys().kex_key(), "Una").await?;
    assert_eq!(code_of(owner.transfer(HERE, &device.sign_key()).await), Code::Unproved);
    owner.revoke(&member.sign_key()).await?;
    assert_eq!(code_of(owner.transfer(HERE, &member.sign_key()).await), Code::AccountRevoked);
    device.prove().await?;
    owner.transfer(HERE, &device.sign_key()).await?;
    assert_eq!(owners(&people(&owner).await?), [device.sign_key()]);
    Ok(())
}

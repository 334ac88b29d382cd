//! Out is out, at once: the next request is refused, and what was offered is void (I5).

use crate::{HERE, admin, code_of, comes_in, members, open_place, people, set_rule};
use doorward_client::{MintOptions, Session, Until};
use doorward_core::record::JoinRule;
use doorward_core::role::Role;
use doorward_core::{Code, SignKey};
use doorward_tests::{Connection, Daemon, Oops};
use std::os::unix::net::UnixStream;

/// What a service on the same machine is told.
fn asked_by_a_service(daemon: &Daemon, key: &SignKey) -> Result<String, Oops> {
    let mut socket = Connection::over(UnixStream::connect(daemon.service_socket())?);
    Ok(socket.call("GET", &format!("/v1/authorized/{key}"), None)?.code())
}

/// A way out, and what whoever went hears then.
struct Way {
    name: &'static str,
    next: Code,
    may_return: Code,
}

/// Every way out of the place that is not the end of the account.
const WAYS: [Way; 4] = [
    Way { name: "kicked", next: Code::NotAMember, may_return: Code::Allowed },
    Way { name: "banned", next: Code::Banned, may_return: Code::Banned },
    Way { name: "left", next: Code::NotAMember, may_return: Code::Allowed },
    Way { name: "revoked", next: Code::AccountRevoked, may_return: Code::AccountRevoked },
];

async fn go(way: &Way, owner: &Session, person: &Session) -> Result<(), Oops> {
    let key = &person.sign_key();
    match way.name {
        "kicked" => _ = owner.kick(HERE, key).await?,
        "banned" => _ = owner.ban(HERE, key, "", Until::In(60)).await?,
        "left" => _ = person.leave(HERE).await?,
        _ => _ = owner.revoke(key).await?,
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_out_is_refused_at_once_and_his_invites_are_void() -> Result<(), Oops> {
    let (daemon, owner) = open_place().await?;
    let client = owner.client();
    for way in &WAYS {
        let (name, person) = (way.name, admin(&owner, "Bob").await?);
        let key = person.sign_key();
        let offers = [person.mint(&MintOptions::default()).await?, person.mint(&MintOptions::default()).await?];
        let before = members(&people(&owner).await?);
        assert_eq!(asked_by_a_service(&daemon, &key)?, "allowed", "{name}");
        go(way, &owner, &person).await?;

        assert_eq!(asked_by_a_service(&daemon, &key)?, way.next.name(), "{name}: the very next question");
        assert_eq!(code_of(person.whoami().await), way.next, "{name}: the very next request");
        assert_eq!(code_of(person.mint(&MintOptions::default()).await), way.next, "{name}");
        for offer in &offers {
            assert_eq!(code_of(client.preview(&offer.invitation, None).await), Code::IssuerLostAuthority, "{name}");
        }
        if way.name != "revoked" {
            assert_eq!(members(&people(&owner).await?), before - 1, "{name}");
            assert_eq!(
                owner.space(HERE).await?.members.map(|members| members as usize),
                Some(before - 1),
                "{name}: the counter agrees"
            );
        }
        // Whoever may come again comes as a member, and what he offered before stays void.
        assert_eq!(code_of(person.join(HERE, "Bob").await), way.may_return, "{name}");
        if way.may_return == Code::Allowed {
            assert_eq!(person.whoami().await?.role.map(|role| role.read()), Some(Ok(Role::Member)), "{name}");
            owner.set_role(HERE, &key, Role::Admin).await?;
            person.mint(&MintOptions::default()).await?;
            let old = client.preview(&offers[0].invitation, None).await;
            assert_eq!(code_of(old), Code::IssuerLostAuthority, "{name}, admin again");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_who_is_one_no_more_stays_and_his_invites_are_void() -> Result<(), Oops> {
    let (daemon, owner) = open_place().await?;
    let person = admin(&owner, "Bob").await?;
    let offer = person.mint(&MintOptions::default()).await?.invitation;
    owner.set_role(HERE, &person.sign_key(), Role::Member).await?;
    assert_eq!(code_of(owner.client().preview(&offer, None).await), Code::IssuerLostAuthority);
    assert_eq!(code_of(person.mint(&MintOptions::default()).await), Code::MissingPermission);
    assert_eq!(asked_by_a_service(&daemon, &person.sign_key())?, "allowed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ban_ends_by_itself_or_when_it_is_lifted_and_lets_nobody_in() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let person = comes_in(owner.client(), "Cyd").await?;
    let key = person.sign_key();
    owner.ban(HERE, &key, "cool down", Until::In(2)).await?;
    let banned = owner.bans(HERE, None, None).await?.items;
    assert_eq!(banned.iter().filter_map(|item| Some(item.ban.as_ref()?.reason.as_str())).collect::<Vec<_>>(), ["cool down"]);
    assert_eq!(code_of(person.join(HERE, "Cyd").await), Code::Banned);
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert!(owner.bans(HERE, None, None).await?.items.is_empty(), "it is over");
    assert_eq!(code_of(person.whoami().await), Code::NotAMember, "and nobody was let in by that");
    person.join(HERE, "Cyd").await?;
    owner.ban(HERE, &key, "", Until::Never).await?;
    owner.unban(HERE, &key).await?;
    owner.unban(HERE, &key).await?;
    assert_eq!(code_of(person.whoami().await), Code::NotAMember);
    person.join(HERE, "Cyd").await?;
    Ok(())
}

/// The rule is asked before everything else, and an allowlist lets in whom it names, whoever knows him.
#[tokio::test(flavor = "multi_thread")]
async fn the_rule_says_who_comes_in() -> Result<(), Oops> {
    let (_daemon, owner) = open_place().await?;
    let client = owner.client();
    let link = owner.mint(&MintOptions { max_uses: 5, ..MintOptions::default() }).await?.invitation;
    let verdict = async || Ok::<_, Oops>(client.preview(&link, None).await?.verdict.code);
    for (rule, code) in [
        (JoinRule::Invite, Code::JoinNeedsInvite),
        (JoinRule::Allowlist, Code::NotAllowlisted),
        (JoinRule::Closed, Code::JoinClosed),
    ] {
        set_rule(&owner, rule).await?;
        assert_eq!(code_of(crate::keys(client, "Dee")?.join(HERE, "Dee").await), code);
    }
    assert_eq!(verdict().await?, Code::JoinClosed, "nor by an invite");
    set_rule(&owner, JoinRule::Allowlist).await?;
    let listed = crate::keys(client, "Eve")?;
    owner.allow(HERE, &listed.sign_key()).await?;
    assert_eq!(listed.join(HERE, "Eve").await?.handle, "Eve");
    owner.disallow(HERE, &listed.sign_key()).await?;
    listed.whoami().await?;
    listed.leave(HERE).await?;
    assert_eq!(code_of(listed.join(HERE, "Eve").await), Code::NotAllowlisted);
    Ok(())
}

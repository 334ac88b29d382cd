//! A crowd at an open door: whoever makes keys by the thousand gets in no faster, and locks nobody out but himself.

use crate::{expect, preview_request, set_up_with};
use doorward_client::Session;
use doorward_core::SpaceId;
use doorward_core::record::JoinRule;
use doorward_core::statement::{AccountStatement, Domain};
use doorward_core::view::{JoinBody, UpdateSpaceBody};
use doorward_core::{KexKey, SignKey, Signature};
use doorward_tests::{Answer, Connection, Daemon, Oops, Settings, Signed, now, random};
use ed25519_dalek::{Signer, SigningKey};
use std::time::Instant;

const JOIN: &str = "/v1/spaces/server/join";

/// An open place behind this test, its one trusted proxy, which may say who asks.
async fn open_behind_a_proxy() -> Result<(Daemon, Session, SigningKey), Oops> {
    let args = vec!["--trusted-proxies".to_owned(), "127.0.0.1".to_owned()];
    let (daemon, owner, key) = set_up_with(Settings { args, ..Settings::default() }).await?;
    set_rule(&owner, JoinRule::Open).await?;
    Ok((daemon, owner, key))
}

async fn set_rule(owner: &Session, rule: JoinRule) -> Result<(), Oops> {
    let change = UpdateSpaceBody { join_rule: Some(rule.into()), ..UpdateSpaceBody::default() };
    owner.update_space(&SpaceId::SERVER, change).await?;
    Ok(())
}

/// Joins with these keys, from there.
fn join(daemon: &Daemon, owner: &Session, key: &SigningKey, from: &str) -> Result<Answer, Oops> {
    let kex_key = KexKey([9; 32]);
    let sign_key = SignKey(key.verifying_key().to_bytes());
    let statement = AccountStatement { server: *owner.client().server_key(), sign_key, kex_key };
    let binding = Signature(key.sign(&Domain::Account.statement(&statement)).to_bytes());
    let body = JoinBody { kex_key: kex_key.into(), handle: "Bot".into(), binding: binding.into() };
    let body = serde_json::to_vec(&body)?;
    let signed = Signed::post(daemon, key, JOIN, &body)?;
    let mut headers = signed.headers();
    headers.push(("x-forwarded-for", from.to_owned()));
    signed.send_with(daemon, &headers)
}

fn new_key() -> Result<SigningKey, Oops> {
    Ok(SigningKey::from_bytes(&random()?))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_new_keys_ends_in_429_and_locks_no_holder_out() -> Result<(), Oops> {
    let (daemon, owner, owner_key) = open_behind_a_proxy().await?;
    let (flood, elsewhere) = ("203.0.113.7", "198.51.100.7");
    let (mut admitted, mut first, start) = (0, None, Instant::now());
    for n in 0..200 {
        let answer = join(&daemon, &owner, &new_key()?, flood)?;
        match answer.status {
            201 => admitted += 1,
            _ if first.is_none() => {
                assert!(n >= 60, "sixty at once are let in: {n}");
                first = Some(answer);
            }
            _ => expect(&answer, 429, "rate-limited", "too many"),
        }
    }
    let first = first.ok_or("no limit")?;
    expect(&first, 429, "rate-limited", "too many");
    let seconds: u32 = first.header("retry-after").ok_or("no Retry-After")?.parse()?;
    assert!((1..=60).contains(&seconds), "{seconds}");
    // One a second comes back.
    let most = 62 + usize::try_from(start.elapsed().as_secs())?;
    assert!((60..=most).contains(&admitted), "{admitted} of 200, at most {most}");
    assert_eq!(owner.accounts(None, Some(1_000)).await?.items.len(), admitted + 1, "nobody else left an account behind");

    // It is the address that has to wait, whoever asks from there: members, whom the answer would tell apart, as well.
    exhaust(&daemon, &owner, flood)?;
    expect(&join(&daemon, &owner, &owner_key, flood)?, 429, "rate-limited", "a member");
    expect(&join(&daemon, &owner, &owner_key, elsewhere)?, 409, "already-member", "from elsewhere");
    assert_eq!(join(&daemon, &owner, &new_key()?, elsewhere)?.status, 201, "another address has its own");
    // Holders of an invite are counted by it, and requests of members not at all.
    let invite = Daemon::invite(&owner, 1).await?;
    exhaust(&daemon, &owner, flood)?;
    let preview = preview_request(&invite.key(), owner.client().server_key(), now(), &[("x-forwarded-for", flood)])?;
    expect(&Connection::open(daemon.address)?.send(&preview)?, 200, "allowed", "a holder, from the flooded address");
    Ok(())
}

/// Where nobody may join, asking whether one may is limited all the same.
#[tokio::test(flavor = "multi_thread")]
async fn closed_doors_are_not_knocked_at_for_ever() -> Result<(), Oops> {
    let (daemon, owner, _) = open_behind_a_proxy().await?;
    set_rule(&owner, JoinRule::Invite).await?;
    let mut refused = 0;
    for n in 0..150 {
        let answer = join(&daemon, &owner, &new_key()?, "203.0.113.9")?;
        match answer.status {
            403 => expect(&answer, 403, "join-needs-invite", "a closed door"),
            _ => {
                expect(&answer, 429, "rate-limited", &format!("knock {n}"));
                refused += 1;
            }
        }
    }
    assert!(refused > 40, "{refused} of 150");
    Ok(())
}

/// Joins from there until there is no join left.
fn exhaust(daemon: &Daemon, owner: &Session, from: &str) -> Result<(), Oops> {
    while join(daemon, owner, &new_key()?, from)?.status != 429 {}
    Ok(())
}

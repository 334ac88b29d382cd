//! Clocks that jump: the daemon under test reads a clock that this test sets, ahead, back, and to the very second.

use crate::expiries::mint;
use crate::{expect, expect_allowed, preview_request, set_up_with, sign_key};
use doorward_client::Session;
use doorward_core::token::Token;
use doorward_core::{Code, Expiry, Timestamp};
use doorward_tests::{Answer, Clock, Connection, Daemon, Guest, Oops, Signed, now, random};
use ed25519_dalek::SigningKey;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

const HOUR: u64 = 3_600;

fn look(daemon: &Daemon, session: &Session, token: &Token, at: u64) -> Result<Answer, Oops> {
    let request = preview_request(&token.invite_key(), session.client().server_key(), at, &[])?;
    Connection::open(daemon.address)?.send(&request)
}

/// Writes something at this time.
fn register(daemon: &Daemon, owner: &SigningKey, at: u64) -> Result<Answer, Oops> {
    let key = sign_key(&SigningKey::from_bytes(&random()?)).to_hex();
    let kex = doorward_core::KexKey(random()?).to_hex();
    let body = serde_json::to_vec(&serde_json::json!({ "sign_key": key, "kex_key": kex, "handle": "Ben" }))?;
    Signed { created: at, ..Signed::post(daemon, owner, "/v1/accounts", &body)? }.send(daemon)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_back_an_hour_revives_nothing() -> Result<(), Oops> {
    let clock = Clock::new()?;
    let (mut daemon, session, key) = set_up_with(clock.settings()).await?;
    let token = Token::new(random()?);
    let expires = Expiry::At(Timestamp(now() + HOUR / 2)).to_bytes();
    expect_allowed(&mint(&daemon, &session, &key, &token, &expires, now()).await?);
    expect(&look(&daemon, &session, &token, now())?, 200, "allowed", "good for half an hour");

    clock.set(&HOUR.to_string())?;
    expect(&look(&daemon, &session, &token, now() + HOUR)?, 410, "expired", "an hour later");
    expect_allowed(&register(&daemon, &key, now() + HOUR)?);

    clock.set("0")?;
    refused_until_it_catches_up(&daemon, &session, &key, &token)?;
    // A new start believes a wrong clock no more than the old process did, and makes no new owner link.
    assert_eq!(daemon.terminate()?.code(), Some(0), "{}", daemon.log());
    daemon.restart()?;
    refused_until_it_catches_up(&daemon, &session, &key, &token)?;
    assert!(!daemon.data().join("owner-link.txt").exists());

    clock.set(&HOUR.to_string())?;
    expect_allowed(&register(&daemon, &key, now() + HOUR)?);
    expect(&look(&daemon, &session, &token, now() + HOUR)?, 410, "expired", "still");
    let start = Instant::now();
    // What was found out is good for a second.
    while Connection::open(daemon.address)?.call("GET", "/readyz", None)?.status != 200 {
        assert!(start.elapsed() < Duration::from_secs(5), "ready again");
    }
    Ok(())
}

fn refused_until_it_catches_up(daemon: &Daemon, session: &Session, key: &SigningKey, token: &Token) -> Result<(), Oops> {
    let behind = Code::ClockBehind.name();
    let mut service = Connection::over(UnixStream::connect(daemon.service_socket())?);
    let question = format!("/v1/authorized/{}", sign_key(key));
    for (what, answer) in [
        ("a preview of what had expired", look(daemon, session, token, now())?),
        ("a write", register(daemon, key, now())?),
        ("a read", Signed::get(daemon, key, "/v1/accounts")?.send(daemon)?),
        ("a service's question", service.call("GET", &question, None)?),
    ] {
        expect(&answer, 503, behind, what);
        assert!(answer.header("retry-after").is_some(), "{what}");
    }
    let ready = Connection::open(daemon.address)?.call("GET", "/readyz", None)?;
    assert_eq!((ready.status, ready.json()["status"].as_str()), (503, Some(behind)));
    Ok(())
}

/// At `now == expires_at` it has expired: not a second earlier, and not a second later.
#[tokio::test(flavor = "multi_thread")]
async fn an_invite_ends_with_its_very_second() -> Result<(), Oops> {
    let clock = Clock::new()?;
    let (daemon, session, key) = set_up_with(clock.settings()).await?;
    let (token, client) = (Token::new(random()?), session.client());
    let end = now() + 1_000;
    clock.set(&format!("@{}", end - 10))?;
    let expires = |seconds: u64| Expiry::At(Timestamp(seconds)).to_bytes();
    expect_allowed(&mint(&daemon, &session, &key, &token, &expires(end), end - 10).await?);

    clock.set(&format!("@{}", end - 1))?;
    expect(&look(&daemon, &session, &token, end - 1)?, 200, "allowed", "in its last second");
    let link = doorward_core::link::Link::new(token.clone(), Expiry::Never, client.server_key()).to_url(&daemon.public_url);
    let invitation = doorward_client::Invitation::read(&link).map_err(|code| code.name())?;
    let claims = client.preview(&invitation, None).await?.invite.claims;

    clock.set(&format!("@{end}"))?;
    expect(&look(&daemon, &session, &token, end)?, 410, "expired", "at its second");
    let guest = Guest::new()?;
    let body = serde_json::to_vec(&guest.redeem_body(&invitation, &claims, client.server_key(), Timestamp(end)))?;
    let path = format!("/v1/invites/{}/redeem", invitation.id());
    expect(&Connection::open(daemon.address)?.call("POST", &path, Some(&body))?, 410, "expired", "nobody comes in");
    for (what, seconds, status) in [("exactly now", end, 422), ("a second later", end + 1, 201)] {
        let minted = mint(&daemon, &session, &key, &Token::new(random()?), &expires(seconds), end).await?;
        assert_eq!(minted.status, status, "{what}: {}", minted.json());
    }
    Ok(())
}

//! Expiries that cannot be read, or lie in the past: refused, explained, and never *for ever*.

use crate::{door, expect, expect_allowed, preview_request, set_up, words};
use base64ct::{Base64UrlUnpadded, Encoding};
use doorward_client::{Invitation, Session};
use doorward_core::claims::{Claims, VERSION};
use doorward_core::digest::sha256;
use doorward_core::link::Link;
use doorward_core::role::Role;
use doorward_core::statement::Domain;
use doorward_core::token::Token;
use doorward_core::view::MintBody;
use doorward_core::wire::encode;
use doorward_core::{Expiry, InviteId, Signature, SpaceId, Timestamp};
use doorward_tests::{Answer, Connection, Daemon, Guest, Oops, Signed, Tape, now, random};
use ed25519_dalek::{Signer, SigningKey};

/// A second that stands nowhere else in claims.
const MARK: Expiry = Expiry::At(Timestamp(0x12_3456_789a));

/// Mints with these bytes where the expiry stands, signed by the issuer and by the invite like any other.
pub(crate) async fn mint(
    daemon: &Daemon,
    session: &Session,
    key: &SigningKey,
    token: &Token,
    bytes: &[u8],
    created: u64,
) -> Result<Answer, Oops> {
    let account = session.whoami().await?;
    let details = account.details.ok_or("no details")?;
    let invite = token.invite_key();
    let claims = Claims {
        version: VERSION,
        server: *session.client().server_key(),
        invite: InviteId::of(&invite.public()),
        invite_key: invite.public(),
        space: SpaceId::SERVER,
        role: Role::Member,
        max_uses: 1,
        expires: MARK,
        greeting: String::new(),
        rooms: Vec::new(),
        tags: Vec::new(),
        issuer: session.sign_key(),
        issuer_incarnation: details.incarnation.read().map_err(|code| code.name())?,
        issuer_epoch: details.epoch,
        issuer_handle: account.handle,
        rebind: None,
    };
    let payload = encode(&claims);
    let at = payload.windows(5).position(|window| window == MARK.to_bytes()).ok_or("no mark")?;
    let payload = [&payload[..at], bytes, &payload[at + 5..]].concat();
    let signed = Domain::Claims.signed_bytes(&payload);
    let body = MintBody {
        claims: payload.into(),
        issuer_signature: Signature(key.sign(&signed).to_bytes()).into(),
        invite_signature: invite.sign(&signed).into(),
        label: String::new(),
        salt: None,
    };
    Signed { created, ..Signed::post(daemon, key, "/v1/invites", &serde_json::to_vec(&body)?)? }.send(daemon)
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_without_a_good_expiry_are_not_minted() -> Result<(), Oops> {
    let (daemon, session, key) = set_up().await?;
    let at = |seconds: u64| Expiry::At(Timestamp(seconds)).to_bytes().to_vec();
    let first_of_10000 = Timestamp::MAX.0 + 1;
    for (what, bytes, status, code) in [
        ("exactly now", at(now()), 422, "expiry-in-past"),
        ("a second ago", at(now() - 1), 422, "expiry-in-past"),
        ("1970", at(0), 422, "expiry-in-past"),
        ("unreadable, and says so", Expiry::Unreadable.to_bytes().to_vec(), 410, "unreadable-expiry"),
        ("the year 10000", first_of_10000.to_be_bytes()[3..].to_vec(), 422, "damaged-invite"),
        ("the last number but two", vec![0xff, 0xff, 0xff, 0xff, 0xfd], 422, "damaged-invite"),
        ("negative in 40 bits", vec![0x80, 0, 0, 0, 0], 422, "damaged-invite"),
        ("a word", b"never".to_vec(), 422, "damaged-invite"),
        ("missing", Vec::new(), 422, "damaged-invite"),
        ("a byte short", at(now() + 60)[1..].to_vec(), 422, "damaged-invite"),
        ("eight bytes", (now() + 60).to_be_bytes().to_vec(), 422, "damaged-invite"),
        ("the last second of 9999", at(Timestamp::MAX.0), 422, "expiry-too-far"),
        ("more than a year", at(now() + 366 * 86_400), 422, "expiry-too-far"),
    ] {
        let token = Token::new(random()?);
        expect(&mint(&daemon, &session, &key, &token, &bytes, now()).await?, status, code, what);
        let request = preview_request(&token.invite_key(), session.client().server_key(), now(), &[])?;
        expect(&Connection::open(daemon.address)?.send(&request)?, 404, "not-found", what);
    }
    for (what, bytes) in [("an hour", at(now() + 3_600)), ("never, in its own words", vec![0xff; 5])] {
        let answer = mint(&daemon, &session, &key, &Token::new(random()?), &bytes, now()).await?;
        assert_eq!(answer.status, 201, "{what}: {}", answer.json());
    }
    Ok(())
}

/// A link body with any five bytes for its expiry and a check that fits.
fn link_with(link: &str, bytes: [u8; 5]) -> Result<String, Oops> {
    let (origin, body) = link.split_once('#').ok_or("no fragment")?;
    let mut decoded = Base64UrlUnpadded::decode_vec(body)?;
    decoded[34..39].copy_from_slice(&bytes);
    let check = sha256(&[&decoded[..49]]);
    decoded[49..].copy_from_slice(&check[..4]);
    Ok(format!("{origin}#{}", Base64UrlUnpadded::encode_string(&decoded)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_with_an_expiry_nobody_can_read_has_expired() -> Result<(), Oops> {
    let (daemon, session, _key) = set_up().await?;
    let link = Daemon::invite(&session, 1).await?.link().ok_or("no link")?;
    let (tape, keys) = (Tape::start(daemon.address)?, tempfile::tempdir()?);
    let here = link.replace(&daemon.public_url, &format!("http://{}", tape.address));
    for bytes in [
        [0xff, 0xff, 0xff, 0xff, 0xfe],
        [0x80, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        *b"never",
        (Timestamp::MAX.0 + 1).to_be_bytes()[3..].try_into()?,
        Expiry::At(Timestamp(now())).to_bytes(),
    ] {
        let link = link_with(&here, bytes)?;
        for args in [&["preview", &link][..], &["preview", "--offline", &link], &["redeem", &link, "--handle", "Eve"]] {
            let said = door(keys.path(), args)?;
            assert_eq!(said.status.code(), Some(2), "{args:?} {bytes:?}: {}", words(&said));
            assert!(words(&said).contains("expired"), "{bytes:?}: {}", words(&said));
        }
    }
    assert!(tape.sent().is_empty(), "an expired link is explained without a request");
    let said = door(keys.path(), &["preview", &link_with(&here, [0xff; 5])?])?;
    assert!(said.status.success(), "the same tools do ask when the link has not expired: {}", words(&said));
    assert!(!tape.sent().is_empty());
    Ok(())
}

/// The hint of a link is no promise: the signed claims decide.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_says_never_does_not_revive_its_invite() -> Result<(), Oops> {
    let (daemon, session, key) = set_up().await?;
    let (token, client) = (Token::new(random()?), session.client());
    let expires = Timestamp(now() + 2);
    expect_allowed(&mint(&daemon, &session, &key, &token, &Expiry::At(expires).to_bytes(), now()).await?);
    let link = Link::new(token.clone(), Expiry::Never, client.server_key()).to_url(&daemon.public_url);
    let invitation = Invitation::read(&link).map_err(|code| code.name())?;
    assert!(!invitation.has_expired(Timestamp::MAX), "the link itself says so");
    let guest = Guest::new()?;
    let claims = client.preview(&invitation, None).await?.invite.claims;
    let ask = || -> Result<Answer, Oops> {
        Connection::open(daemon.address)?.send(&preview_request(&token.invite_key(), client.server_key(), now(), &[])?)
    };
    while now() < expires.0 {
        // Until its very last second it may be looked at.
        assert!(matches!(ask()?.status, 200 | 410));
    }
    let dead = ask()?;
    expect(&dead, 410, "expired", "at its second");
    assert_eq!(dead.json()["expires"].as_str(), Some(expires.to_rfc3339().as_str()));
    let redeem = Connection::open(daemon.address)?.send(&guest.redeem_request(client, &invitation, &claims)?)?;
    expect(&redeem, 410, "expired", "whatever the link says");
    assert_eq!(session.accounts(None, None).await?.items.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expiry_that_cannot_be_typed_mints_nothing() -> Result<(), Oops> {
    let (daemon, _session, _key) = set_up().await?;
    let (tape, keys) = (Tape::start(daemon.address)?, tempfile::tempdir()?);
    let server = format!("http://{}", tape.address);
    for text in [
        "",
        " ",
        "tomorrow",
        "Never",
        "for ever",
        "0",
        "0d",
        "-1",
        "-1d",
        "2030-01-01",
        "2030-01-01T00:00:00",
        "2030-01-01 00:00:00Z",
        "10000-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "-0001-01-01T00:00:00Z",
        "2030-02-30T00:00:00Z",
        "99999999999999999999d",
        "9999-12-31T23:59:59-00:01",
    ] {
        let said = door(keys.path(), &["invite", "create", "--server", &server, &format!("--expires={text}")])?;
        assert_eq!(said.status.code(), Some(1), "{text}: {}", words(&said));
        assert!(words(&said).contains("never"), "it says what to type instead: {}", words(&said));
    }
    assert!(tape.sent().is_empty(), "nobody was asked");
    Ok(())
}

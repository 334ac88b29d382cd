//! Requests that no client sends, and the exact answer each gets.

#![allow(clippy::disallowed_methods, reason = "a test reads the clock as a client does")]

use base64ct::{Base64, Encoding};
use doorward_client::{Identity, Session, Sharing};
use doorward_core::digest::sha256;
use doorward_core::http_signature::{Covered, content_digest};
use doorward_core::statement::Domain;
use doorward_core::{Nonce, SignKey, Timestamp};
use doorward_tests::{Answer, Connection, Daemon, Oops, random, request};
use ed25519_dalek::{Signer, SigningKey};
use std::time::{SystemTime, UNIX_EPOCH};

/// Everything about a signed request that can be wrong.
struct Signed<'a> {
    method: &'a str,
    signed_path: &'a str,
    path: &'a str,
    public_url: String,
    body: Option<&'a [u8]>,
    sent_body: Option<&'a [u8]>,
    created: u64,
    nonce: [u8; 16],
    prefixed: bool,
    key: SigningKey,
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

impl<'a> Signed<'a> {
    fn get(daemon: &Daemon, key: &SigningKey, path: &'a str) -> Result<Self, Oops> {
        Ok(Self {
            method: "GET",
            signed_path: path,
            path,
            public_url: daemon.public_url.clone(),
            body: None,
            sent_body: None,
            created: now(),
            nonce: random()?,
            prefixed: true,
            key: key.clone(),
        })
    }

    fn post(daemon: &Daemon, key: &SigningKey, path: &'a str, body: &'a [u8]) -> Result<Self, Oops> {
        Ok(Self { method: "POST", body: Some(body), sent_body: Some(body), ..Self::get(daemon, key, path)? })
    }

    fn send(&self, daemon: &Daemon) -> Result<Answer, Oops> {
        let digest = self.body.map(|body| sha256(&[body]));
        let target_uri = format!("{}{}", self.public_url, self.signed_path);
        let (nonce, key) = (Nonce(self.nonce), SignKey(self.key.verifying_key().to_bytes()));
        let covered = Covered {
            method: self.method,
            target_uri: &target_uri,
            content_digest: digest.as_ref(),
            created: Timestamp(self.created),
            nonce: &nonce,
            key: &key,
        };
        let base = covered.base();
        let bytes = if self.prefixed { Domain::Http.signed_bytes(base.as_bytes()) } else { base.into_bytes() };
        let signature = Base64::encode_string(&self.key.sign(&bytes).to_bytes());
        let mut headers = vec![
            ("signature-input", format!("doorward={}", covered.signature_params())),
            ("signature", format!("doorward=:{signature}:")),
        ];
        headers.extend(digest.map(|digest| ("content-digest", content_digest(&digest))));
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Connection::open(daemon.address)?.send(&request(self.method, self.path, &headers, self.sent_body))
    }
}

/// A daemon with an owner whose key we hold.
async fn set_up() -> Result<(Daemon, Session, SigningKey), Oops> {
    let daemon = Daemon::start()?;
    let invitation = doorward_client::Invitation::read(&daemon.owner_link()?).map_err(|code| code.name())?;
    let client = daemon.client().await?;
    let identity: Identity = client.new_identity("Ada")?;
    let key = SigningKey::from_bytes(&identity.keys.expose_seeds().sign);
    let preview = client.preview(&invitation, None).await?;
    client.redeem(&invitation, &preview.invite, "Ada", &identity.keys).await?;
    let session = client.sign_in(identity, Sharing::Refused)?;
    Ok((daemon, session, key))
}

fn expect(answer: &Answer, status: u16, code: &str, what: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{what}: {}", answer.json());
}

#[tokio::test(flavor = "multi_thread")]
async fn signatures_for_anything_else_are_refused() -> Result<(), Oops> {
    let (daemon, _session, key) = set_up().await?;
    let get = |path| Signed::get(&daemon, &key, path);
    expect_allowed(&get("/v1/accounts")?.send(&daemon)?);
    let bad = "unauthenticated";
    expect(&Signed { path: "/v1/invites", ..get("/v1/accounts")? }.send(&daemon)?, 401, bad, "another path");
    expect(&Signed { path: "/v1/accounts?limit=5", ..get("/v1/accounts")? }.send(&daemon)?, 401, bad, "another query");
    expect(
        &Signed { public_url: "http://other.example".into(), ..get("/v1/accounts")? }.send(&daemon)?,
        401,
        bad,
        "another host",
    );
    expect(&Signed { prefixed: false, ..get("/v1/accounts")? }.send(&daemon)?, 401, bad, "a bare RFC 9421 signature");
    let stranger = SigningKey::from_bytes(&random()?);
    expect(&Signed { key: stranger, ..get("/v1/accounts")? }.send(&daemon)?, 401, bad, "a stranger's good signature");
    for created in [now() - 601, now() + 601] {
        let stale = Signed { created, ..get("/v1/accounts")? }.send(&daemon)?;
        expect(&stale, 401, "stale-request", "ten minutes off");
        let time = stale.json()["time"].as_str().and_then(Timestamp::from_rfc3339).ok_or("no time")?;
        assert!(time.distance(Timestamp(now())) < 10, "it tells the server's time");
    }
    expect(&Connection::open(daemon.address)?.call("GET", "/v1/accounts", None)?, 401, bad, "no signature");
    Ok(())
}

fn expect_allowed(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.json());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_id_is_for_one_request() -> Result<(), Oops> {
    let (daemon, session, key) = set_up().await?;
    let sign_key = SigningKey::from_bytes(&random()?).verifying_key().to_bytes();
    let body = |handle: &str, key: [u8; 32]| {
        let fields =
            serde_json::json!({"sign_key": SignKey(key).to_hex(), "kex_key": SignKey([9; 32]).to_hex(), "handle": handle});
        serde_json::to_vec(&fields)
    };
    let ben = body("Ben", sign_key)?;
    let first = Signed::post(&daemon, &key, "/v1/accounts", &ben)?;
    let answer = first.send(&daemon)?;
    assert_eq!(answer.status, 201, "{}", answer.json());
    assert_eq!(first.send(&daemon)?.json(), answer.json(), "the same request: the first answer again");
    let eve = body("Eve", sign_key)?;
    let reused = Signed {
        body: Some(&eve),
        sent_body: Some(&eve),
        nonce: first.nonce,
        ..Signed::post(&daemon, &key, "/v1/accounts", &eve)?
    };
    expect(&reused.send(&daemon)?, 409, "request-id-reused", "the same nonce for other content");
    assert_eq!(session.accounts(None, None).await?.items.len(), 2);
    let swapped = Signed { sent_body: Some(&eve), ..Signed::post(&daemon, &key, "/v1/accounts", &ben)? };
    expect(&swapped.send(&daemon)?, 401, "unauthenticated", "a body that was not signed");
    let again = Signed::post(&daemon, &key, "/v1/accounts", &ben)?;
    expect(&again.send(&daemon)?, 409, "account-exists", "a known key");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_cannot_be_read_are_refused() -> Result<(), Oops> {
    let (daemon, _session, key) = set_up().await?;
    let good = r#""sign_key":"00","kex_key":"00","handle":"x""#;
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    for (what, body) in [
        ("unknown field", format!("{{{good},\"extra\":1}}").into_bytes()),
        ("duplicate key", format!("{{{good},\"handle\":\"y\"}}").into_bytes()),
        ("trailing bytes", format!("{{{good}}} x").into_bytes()),
        ("deep nesting", deep.into_bytes()),
        ("not UTF-8", b"{\"handle\":\"\xff\"}".to_vec()),
        ("empty", Vec::new()),
    ] {
        expect(&Signed::post(&daemon, &key, "/v1/accounts", &body)?.send(&daemon)?, 400, "malformed", what);
    }
    let short = br#"{"sign_key":"00","kex_key":"00","handle":"x"}"#;
    expect(&Signed::post(&daemon, &key, "/v1/accounts", short)?.send(&daemon)?, 400, "malformed-key", "a short key");
    // Only announced: it is refused before any of it is read.
    let head = format!(
        "POST /v1/accounts HTTP/1.1\r\nhost: door\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        2 << 20
    );
    expect(&Connection::open(daemon.address)?.send(head.as_bytes())?, 413, "too-large", "2 MiB");
    expect(&Connection::open(daemon.address)?.call("GET", "/nowhere", None)?, 404, "not-found", "no such path");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_learn_nothing_about_invites() -> Result<(), Oops> {
    let (daemon, session, _key) = set_up().await?;
    let invitation = Daemon::invite(&session, 1).await?;
    let stranger = SigningKey::from_bytes(&random()?);
    let proof = |invite_key: SignKey| {
        serde_json::to_vec(&serde_json::json!({
            "invite_key": invite_key.to_hex(),
            "created": Timestamp(now()).to_rfc3339(),
            "signature": doorward_core::Signature(stranger.sign(b"something else").to_bytes()).to_hex(),
        }))
    };
    let mut bodies = Vec::new();
    for (id, key) in [
        (invitation.id().to_hex(), invitation.key().public()),
        (doorward_core::InviteId::of(&SignKey([3; 32])).to_hex(), SignKey([3; 32])),
        (invitation.id().to_hex(), SignKey(stranger.verifying_key().to_bytes())),
    ] {
        let answer = Connection::open(daemon.address)?.call("POST", &format!("/v1/invites/{id}/preview"), Some(&proof(key)?))?;
        expect(&answer, 404, "not-found", "no proof");
        bodies.push(answer.body);
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "known and unknown ids get the same bytes");
    Ok(())
}

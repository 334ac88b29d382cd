//! Keys that are none: at register, at redeem and in questions, each with its own code; and one key in two spellings.

use crate::{door, expect, expect_allowed, preview, set_up, sign_key};
use doorward_core::statement::RedeemStatement;
use doorward_core::{KexKey, SignKey};
use doorward_tests::{Answer, Connection, Daemon, Guest, Oops, Signed, random, request};
use ed25519_dalek::SigningKey;
use std::os::unix::net::UnixStream;

/// Ed25519 points of small order as RFC 8032 writes them: orders 1, 2, 4, 4, 8, 8, 8, 8.
const SMALL_ORDER: [&str; 8] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
];

/// Points written another way than RFC 8032 writes them: negative zero, and a y of p or p + 1.
const NOT_CANONICAL: [&str; 6] = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

/// X25519 points without a secret (RFC 7748, section 6.1), each way they can be written in 255 bits, and with the top bit.
const LOW_ORDER: [&str; 12] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

/// y = 2 is on no point of the curve.
const OFF_THE_CURVE: &str = "0200000000000000000000000000000000000000000000000000000000000000";

/// Every bad sign key that is 32 bytes, and its code.
fn bad_points() -> impl Iterator<Item = (&'static str, &'static str)> {
    let weak = SMALL_ORDER.map(|key| (key, "weak-key"));
    let other = NOT_CANONICAL.map(|key| (key, "non-canonical-key"));
    weak.into_iter().chain(other).chain([(OFF_THE_CURVE, "malformed-key")])
}

/// What is not even 32 bytes in hexadecimal.
fn no_bytes() -> Vec<String> {
    let good = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let bad =
        ["".into(), good[1..].into(), good[2..].into(), format!("{good}0"), format!("{good}00"), format!("0x{}", &good[2..])];
    let more = [format!(" {}", &good[1..]), good.replace('d', "g"), good.replacen("d7", "ä", 1), "0".repeat(64 * 64)];
    bad.into_iter().chain(more).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_keys_are_not_registered() -> Result<(), Oops> {
    let (daemon, session, key) = set_up().await?;
    let good = sign_key(&SigningKey::from_bytes(&random()?)).to_hex();
    let kex = KexKey(random()?).to_hex();
    let register = |sign_key: &str, kex_key: &str| -> Result<Answer, Oops> {
        let fields = serde_json::json!({ "sign_key": sign_key, "kex_key": kex_key, "handle": "Nobody" });
        Signed::post(&daemon, &key, "/v1/accounts", &serde_json::to_vec(&fields)?)?.send(&daemon)
    };
    for (bad, code) in bad_points() {
        expect(&register(bad, &kex)?, 400, code, bad);
        let capitals = bad.to_uppercase();
        expect(&register(&capitals, &kex)?, 400, code, &capitals);
    }
    for bad in LOW_ORDER {
        expect(&register(&good, bad)?, 400, "weak-key", bad);
    }
    for bad in no_bytes() {
        expect(&register(&bad, &kex)?, 400, "malformed-key", &bad);
        expect(&register(&good, &bad)?, 400, "malformed-key", &bad);
    }
    assert_eq!(session.accounts(None, None).await?.items.len(), 1, "nobody came in by any of them");
    expect_allowed(&register(&good, &kex)?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_keys_are_not_let_in_and_spend_nothing() -> Result<(), Oops> {
    let (daemon, session, _key) = set_up().await?;
    let (invitation, client) = (Daemon::invite(&session, 1).await?, session.client().clone());
    let claims = client.preview(&invitation, None).await?.invite.claims;
    let path = format!("/v1/invites/{}/redeem", invitation.id());
    let redeem = |change: &dyn Fn(&mut RedeemStatement)| -> Result<Answer, Oops> {
        let guest = Guest::new()?;
        let mut statement = guest.statement(&invitation, &claims, client.server_key(), client.now());
        change(&mut statement);
        let body = serde_json::to_vec(&guest.body_of(&invitation, &statement))?;
        Connection::open(daemon.address)?.call("POST", &path, Some(&body))
    };
    for (bad, code) in bad_points() {
        let key = SignKey::from_hex(bad).map_err(|code| code.name())?;
        expect(&redeem(&|statement| statement.sign_key = key)?, 400, code, bad);
    }
    for bad in LOW_ORDER {
        let key = KexKey::from_hex(bad).map_err(|code| code.name())?;
        expect(&redeem(&|statement| statement.kex_key = key)?, 400, "weak-key", bad);
    }
    let guest = Guest::new()?;
    for bad in no_bytes() {
        let mut body = serde_json::to_value(guest.redeem_body(&invitation, &claims, client.server_key(), client.now()))?;
        body["invite_key"] = bad.clone().into();
        let answer = Connection::open(daemon.address)?.call("POST", &path, Some(&serde_json::to_vec(&body)?))?;
        expect(&answer, 400, "malformed-key", &bad);
    }
    assert_eq!(session.accounts(None, None).await?.items.len(), 1);
    let live = preview(&daemon, &invitation, &session)?;
    assert_eq!((live.code(), live.json()["uses"].as_u64()), ("allowed".into(), Some(0)), "nothing is spent");
    expect_allowed(&Connection::open(daemon.address)?.send(&guest.redeem_request(&client, &invitation, &claims)?)?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_keys_are_nobody_in_every_question() -> Result<(), Oops> {
    let (daemon, _session, key) = set_up().await?;
    let mut socket = Connection::over(UnixStream::connect(daemon.service_socket())?);
    for (bad, _) in bad_points() {
        let answer = socket.call("GET", &format!("/v1/authorized/{bad}"), None)?;
        assert_eq!((answer.json()["allow"].as_bool(), answer.code()), (Some(false), "unknown-account".into()), "{bad}");
    }
    for bad in no_bytes().iter().filter(|bad| !bad.is_empty() && bad.is_ascii() && !bad.contains(' ')) {
        for path in ["/v1/authorized/", "/v1/accounts/"] {
            let path = format!("{path}{bad}");
            let answer = if path.contains("authorized") {
                socket.call("GET", &path, None)?
            } else {
                Signed::get(&daemon, &key, &path)?.send(&daemon)?
            };
            expect(&answer, 400, "malformed-key", bad);
        }
    }
    let keys = tempfile::tempdir()?;
    let why = door(keys.path(), &["account", "show", "not-a-key"])?;
    assert_eq!(why.status.code(), Some(1), "{}", crate::words(&why));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_in_two_spellings_is_one_account() -> Result<(), Oops> {
    let (daemon, session, key) = set_up().await?;
    let guest = Guest::new()?;
    let (lower, upper) = (guest.key().to_hex(), guest.key().to_hex().to_uppercase());
    assert_ne!(lower, upper);
    let kex = KexKey(random()?).to_hex().to_uppercase();
    let register = |spelt: &str| -> Result<Answer, Oops> {
        let fields = serde_json::json!({ "sign_key": spelt, "kex_key": kex, "handle": "Ben" });
        Signed::post(&daemon, &key, "/v1/accounts", &serde_json::to_vec(&fields)?)?.send(&daemon)
    };
    let first = register(&upper)?;
    expect_allowed(&first);
    assert_eq!(first.json()["account"]["key"], lower.as_str(), "kept in one spelling");
    let mixed: String = lower.char_indices().map(|(at, c)| if at % 2 == 0 { c.to_ascii_uppercase() } else { c }).collect();
    for spelt in [&lower, &upper, &mixed] {
        expect(&register(spelt)?, 409, "account-exists", spelt);
        let mut socket = Connection::over(UnixStream::connect(daemon.service_socket())?);
        assert_eq!(socket.call("GET", &format!("/v1/authorized/{spelt}"), None)?.json()["allow"], true, "{spelt}");
    }
    // The same key through a link: its bytes are signed, only the invite's key is spelt.
    let invitation = Daemon::invite(&session, 2).await?;
    let claims = session.client().preview(&invitation, None).await?.invite.claims;
    let body = guest.redeem_body(&invitation, &claims, session.client().server_key(), session.client().now());
    let mut body = serde_json::to_value(body)?;
    body["invite_key"] = body["invite_key"].as_str().unwrap_or_default().to_uppercase().into();
    let path = format!("/v1/invites/{}/redeem", invitation.id().to_hex().to_uppercase());
    let answer = Connection::open(daemon.address)?.send(&request("POST", &path, &[], Some(&serde_json::to_vec(&body)?)))?;
    expect(&answer, 409, "account-exists", "a known key at a link");
    let revoke = format!("/v1/accounts/{upper}/revoke");
    expect_allowed(&Signed::empty(&daemon, &key, "POST", &revoke)?.send(&daemon)?);
    let mut socket = Connection::over(UnixStream::connect(daemon.service_socket())?);
    assert_eq!(
        socket.call("GET", &format!("/v1/authorized/{lower}"), None)?.json()["allow"],
        false,
        "revoked by its other spelling"
    );
    assert_eq!(session.accounts(None, None).await?.items.len(), 2);
    Ok(())
}

//! Signatures for anything else than what was sent, and signatures that are none.

use crate::{expect, expect_allowed, set_up, sign_key};
use base64ct::{Base64, Encoding};
use doorward_core::statement::Domain;
use doorward_core::{SignKey, Timestamp};
use doorward_tests::{Connection, Headers, Oops, Signed, now, random, request};
use ed25519_dalek::SigningKey;

const BAD: &str = "unauthenticated";

#[tokio::test(flavor = "multi_thread")]
async fn signatures_for_anything_else_are_refused() -> Result<(), Oops> {
    let (daemon, _session, key) = set_up().await?;
    let get = |path| Signed::get(&daemon, &key, path);
    expect_allowed(&get("/v1/accounts")?.send(&daemon)?);
    let other_host = |url: &str| -> Result<Signed<'_>, Oops> { Ok(Signed { public_url: url.into(), ..get("/v1/accounts")? }) };
    let stranger = SigningKey::from_bytes(&random()?);
    for (what, signed) in [
        ("another path", Signed { path: "/v1/invites", ..get("/v1/accounts")? }),
        ("another query", Signed { path: "/v1/accounts?limit=5", ..get("/v1/accounts")? }),
        ("an empty query", Signed { path: "/v1/accounts?", ..get("/v1/accounts")? }),
        ("another method", Signed { method: "HEAD", ..get("/v1/accounts")? }),
        ("another host", other_host("http://other.example")?),
        ("this host without its port", other_host("http://127.0.0.1")?),
        ("another scheme", other_host(&daemon.public_url.replace("http", "https"))?),
        ("the name this test calls the host by", other_host("http://door")?),
        ("a bare RFC 9421 signature", Signed { domain: None, ..get("/v1/accounts")? }),
        ("a stranger's good signature", Signed { key: stranger, ..get("/v1/accounts")? }),
    ] {
        if signed.method == "HEAD" {
            let headers = signed.headers();
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let mut line = Connection::open(daemon.address)?;
            assert!(line.push(&request("HEAD", signed.path, &headers, None)));
            assert_eq!(line.receive_head()?.status, 401, "{what}");
        } else {
            expect(&signed.send(&daemon)?, 401, BAD, what);
        }
    }
    for domain in Domain::ALL.iter().filter(|domain| **domain != Domain::Http) {
        expect(&Signed { domain: Some(*domain), ..get("/v1/accounts")? }.send(&daemon)?, 401, BAD, domain.text());
    }
    expect(&Connection::open(daemon.address)?.call("GET", "/v1/accounts", None)?, 401, BAD, "no signature");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_for_another_server_is_worth_nothing_here() -> Result<(), Oops> {
    let (daemon, _session, key) = set_up().await?;
    let (other, _others_session, _others_key) = set_up().await?;
    // The same person at both, but signed for the other one.
    let body = serde_json::to_vec(&serde_json::json!({
        "sign_key": sign_key(&key).to_hex(), "kex_key": SignKey([9; 32]).to_hex(), "handle": "Ada",
    }))?;
    expect_allowed(&Signed::post(&other, &_others_key, "/v1/accounts", &body)?.send(&other)?);
    let signed = Signed::get(&daemon, &key, "/v1/has-admin")?;
    expect_allowed(&signed.send(&daemon)?);
    expect(&signed.send(&other)?, 401, BAD, "signed for the first");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_request_is_told_the_time() -> Result<(), Oops> {
    let (daemon, _session, key) = set_up().await?;
    for created in [now() - 601, now() + 601, 0, Timestamp::MAX.0] {
        let stale = Signed { created, ..Signed::get(&daemon, &key, "/v1/accounts")? }.send(&daemon)?;
        expect(&stale, 401, "stale-request", "ten minutes off, or more");
        let time = stale.json()["time"].as_str().and_then(Timestamp::from_rfc3339).ok_or("no time")?;
        assert!(time.distance(Timestamp(now())) < 10, "it tells the server's time");
    }
    for created in [now() - 240, now() + 240] {
        expect_allowed(&Signed { created, ..Signed::get(&daemon, &key, "/v1/accounts")? }.send(&daemon)?);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_id_is_for_one_request() -> Result<(), Oops> {
    let (daemon, session, key) = set_up().await?;
    let guest = SigningKey::from_bytes(&random()?);
    let body = |handle: &str| {
        let (key, kex) = (sign_key(&guest).to_hex(), SignKey([9; 32]).to_hex());
        serde_json::to_vec(&serde_json::json!({ "sign_key": key, "kex_key": kex, "handle": handle }))
    };
    let (ben, eve) = (body("Ben")?, body("Eve")?);
    let first = Signed::post(&daemon, &key, "/v1/accounts", &ben)?;
    let answer = first.send(&daemon)?;
    assert_eq!(answer.status, 201, "{}", answer.json());
    assert_eq!(first.send(&daemon)?.json(), answer.json(), "the same request: the first answer again");
    let reused = Signed { nonce: first.nonce, ..Signed::post(&daemon, &key, "/v1/accounts", &eve)? };
    expect(&reused.send(&daemon)?, 409, "request-id-reused", "the same nonce for other content");
    let revoke = format!("/v1/accounts/{}/revoke", sign_key(&guest));
    let elsewhere = Signed { nonce: first.nonce, ..Signed::empty(&daemon, &key, "POST", &revoke)? };
    expect(&elsewhere.send(&daemon)?, 409, "request-id-reused", "the same nonce for another path");
    assert_eq!(session.accounts(None, None).await?.items.len(), 2);
    let swapped = Signed { sent_body: Some(&eve), ..Signed::post(&daemon, &key, "/v1/accounts", &ben)? };
    expect(&swapped.send(&daemon)?, 401, BAD, "a body that was not signed");
    let again = Signed::post(&daemon, &key, "/v1/accounts", &ben)?;
    expect(&again.send(&daemon)?, 409, "account-exists", "a known key");
    Ok(())
}

/// Headers with one of them changed.
fn changed(headers: &Headers, name: &str, change: impl Fn(&str) -> String) -> Headers {
    let of = |(header, value): &(&'static str, String)| {
        let value = if *header == name { change(value) } else { value.clone() };
        (*header, value)
    };
    let out: Headers = headers.iter().map(of).collect();
    assert_ne!(&out, headers, "{name}: the test must change something");
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_are_exactly_the_profile() -> Result<(), Oops> {
    let (daemon, _session, key) = set_up().await?;
    let body = serde_json::to_vec(&serde_json::json!({ "keys": [sign_key(&key).to_hex()] }))?;
    let good = || Signed::post(&daemon, &key, "/v1/authorized", &body);
    let signed = good()?;
    expect_allowed(&signed.send(&daemon)?);
    let headers = signed.headers();
    let (input, signature, digest) = ("signature-input", "signature", "content-digest");
    let replaced = |name, from: &str, to: &str| changed(&headers, name, |value| value.replacen(from, to, 1));
    let without = |name: &str| headers.iter().filter(|(header, _)| *header != name).cloned().collect::<Headers>();
    let with = |name, value: &str| [headers.clone(), vec![(name, value.to_owned())]].concat();
    let second = changed(&headers, input, |value| format!("{value}, other={}", &value["doorward=".len()..]));
    let two = changed(&second, signature, |value| format!("{value}, other={}", &value["doorward=".len()..]));
    let sha_512 = format!("sha-512=:{}:", Base64::encode_string(&[7; 64]));
    for (what, headers) in [
        ("two signatures", two),
        ("a header twice", with(signature, &headers[1].1)),
        ("an input twice", with(input, &headers[0].1)),
        ("a digest twice", with(digest, &headers[2].1)),
        ("no digest", without(digest)),
        ("no input", without(input)),
        ("no signature beside its input", without(signature)),
        ("another digest algorithm", changed(&headers, digest, |_| sha_512.clone())),
        ("a second digest algorithm", changed(&headers, digest, |value| format!("{value}, {sha_512}"))),
        ("a wrong digest", replaced(digest, "sha-256=:", "sha-256=:A")),
        ("an unknown parameter", replaced(input, ";tag=", ";more=\"x\";tag=")),
        ("an algorithm", replaced(input, ";created=", ";alg=\"ed25519\";created=")),
        ("an end", replaced(input, ";tag=", ";expires=9999999999;tag=")),
        ("another order of components", replaced(input, "\"@method\" \"@target-uri\"", "\"@target-uri\" \"@method\"")),
        ("a component less", replaced(input, " \"content-digest\"", "")),
        ("a component more", replaced(input, "\"content-digest\"", "\"content-digest\" \"host\"")),
        ("another tag", replaced(input, "tag=\"doorward\"", "tag=\"other\"")),
        ("another label", replaced(input, "doorward=", "sig1=")),
        ("the key in capitals", changed(&headers, input, |value| value.replace(&key_of(&key), &key_of(&key).to_uppercase()))),
        ("a space more", replaced(input, ";created", "; created")),
        ("a parameter on the signature", changed(&headers, signature, |value| format!("{value};x"))),
        ("half a signature", changed(&headers, signature, |_| format!("doorward=:{}:", Base64::encode_string(&[7; 32])))),
        ("a signature of zeros", changed(&headers, signature, |_| format!("doorward=:{}:", Base64::encode_string(&[0; 64])))),
        ("parameters in another order", {
            let nonce = headers[0].1.split(";nonce=").nth(1).and_then(|rest| rest.split(';').next()).unwrap_or_default();
            changed(&headers, input, |value| {
                let rest = value.replace(&format!(";nonce={nonce}"), "");
                format!("{rest};nonce={nonce}")
            })
        }),
    ] {
        expect(&good()?.send_with(&daemon, &headers)?, 401, BAD, what);
    }
    let unsigned = vec![(digest, headers[2].1.clone())];
    expect(&good()?.send_with(&daemon, &unsigned)?, 401, BAD, "a digest alone is no signature");
    Ok(())
}

fn key_of(key: &SigningKey) -> String {
    sign_key(key).to_hex()
}

/// What a proxy makes of `Host` changes nothing, and what a stranger writes there opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_host_header_is_nobody() -> Result<(), Oops> {
    let (daemon, _session, key) = set_up().await?;
    let send = |signed: &Signed<'_>, host: &str| -> Result<_, Oops> {
        let lines: String = signed.headers().iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let text = format!("GET {} HTTP/1.1\r\nhost: {host}\r\nx-forwarded-host: {host}\r\n{lines}\r\n", signed.path);
        Connection::open(daemon.address)?.send(text.as_bytes())
    };
    let own = daemon.public_url.trim_start_matches("http://").to_owned();
    for host in ["door.example", "127.0.0.1:1", own.as_str()] {
        expect_allowed(&send(&Signed::get(&daemon, &key, "/v1/accounts")?, host)?);
        let other = Signed { public_url: "http://door.example".into(), ..Signed::get(&daemon, &key, "/v1/accounts")? };
        expect(&send(&other, host)?, 401, BAD, host);
    }
    // An absolute target names a host as well, and is not believed either.
    let absolute =
        Signed { signed_path: "/v1/accounts", path: "http://door.example/v1/accounts", ..Signed::get(&daemon, &key, "")? };
    expect_allowed(&send(&absolute, "door.example")?);
    Ok(())
}

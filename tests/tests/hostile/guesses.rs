//! Guessing at invites: the same answer for all that are not held, then none for a while; and never for a holder.

use crate::{expect, preview_request, set_up_with, sign_key};
use doorward_client::{Invitation, Session};
use doorward_core::token::Token;
use doorward_core::view::PreviewBody;
use doorward_core::{InviteId, SignKey, Signature, Timestamp};
use doorward_tests::{Answer, Connection, Daemon, Guest, Oops, Settings, now, random, request};
use ed25519_dalek::{Signer, SigningKey};
use std::collections::BTreeMap;
use std::ops::Range;

/// A daemon whose one trusted proxy is this test, which may say who asks.
async fn behind_a_proxy() -> Result<(Daemon, Session, SigningKey), Oops> {
    let args = vec!["--trusted-proxies".to_owned(), "127.0.0.1".to_owned()];
    set_up_with(Settings { args, ..Settings::default() }).await
}

/// A guess: it names an invite and its key, and proves nothing.
fn guess(id: InviteId, key: SignKey, from: &str) -> Result<Vec<u8>, Oops> {
    let stranger = SigningKey::from_bytes(&random()?);
    let body = PreviewBody {
        invite_key: key.into(),
        created: Timestamp(now()).into(),
        signature: Signature(stranger.sign(b"something else").to_bytes()).into(),
        account: None,
    };
    let headers = [("x-forwarded-for", from)];
    Ok(request("POST", &format!("/v1/invites/{id}/preview"), &headers, Some(&serde_json::to_vec(&body)?)))
}

/// Everything about an answer but its date and its request's name.
fn face(answer: &Answer) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let named = |name: &str| matches!(name, "date" | "x-request-id");
    let headers = answer.headers.iter().filter(|(name, _)| !named(name)).cloned().collect();
    (answer.status, headers, answer.body.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn known_and_unknown_invites_have_the_same_face() -> Result<(), Oops> {
    let (daemon, session, _key) = behind_a_proxy().await?;
    let (live, spent) = (Daemon::invite(&session, 1).await?, Daemon::invite(&session, 1).await?);
    session.cancel(spent.id()).await?;
    let (client, made_up) = (session.client(), Token::new(random()?));
    let stranger = sign_key(&SigningKey::from_bytes(&random()?));
    let made_up_key = made_up.invite_key().public();
    let mut line = Connection::open(daemon.address)?;
    let mut faces = Vec::new();
    for (n, (id, key)) in [
        (live.id(), live.key().public()),
        (spent.id(), spent.key().public()),
        (InviteId::of(&made_up_key), made_up_key),
        (live.id(), stranger),
        (InviteId([7; 16]), stranger),
    ]
    .into_iter()
    .enumerate()
    {
        faces.push((format!("a guess at {id}"), face(&line.send(&guess(id, key, &format!("198.51.100.{n}"))?)?)));
    }
    let proved = preview_request(&made_up.invite_key(), client.server_key(), now(), &[("x-forwarded-for", "198.51.100.9")])?;
    faces.push(("a good proof for nothing".into(), face(&line.send(&proved)?)));
    // Redeems as well, with everything right but the invite's own signature.
    let claims = client.preview(&live, None).await?.invite.claims;
    for invitation in [&live, &spent, &Invitation { token: Token::new(random()?), ..live.clone() }] {
        let guest = Guest::new()?;
        let mut body = serde_json::to_value(guest.redeem_body(invitation, &claims, client.server_key(), client.now()))?;
        body["invite_signature"] = guest.sign(b"something else").to_hex().into();
        let path = format!("/v1/invites/{}/redeem", invitation.id());
        faces.push((path.clone(), face(&line.call("POST", &path, Some(&serde_json::to_vec(&body)?))?)));
    }
    assert_eq!(faces[0].1.0, 404);
    for (what, seen) in &faces {
        assert_eq!(seen, &faces[0].1, "{what}");
    }
    Ok(())
}

/// How often each status came, and the first answer that was a 429.
type Counted = (BTreeMap<u16, usize>, Option<Answer>);

fn guesses(daemon: &Daemon, known: &Invitation, addresses: Range<usize>, each: usize) -> Result<[Counted; 2], Oops> {
    let mut counted = [(BTreeMap::new(), None), (BTreeMap::new(), None)];
    let mut line = Connection::open(daemon.address)?;
    for n in 0..each {
        for address in addresses.clone() {
            for (kind, counted) in counted.iter_mut().enumerate() {
                // Addresses of their own for each kind, so that their limits can be compared.
                let from = format!("203.0.{}.{}", 113 + kind, address);
                let made_up = SignKey(random()?);
                let (id, key) = if kind == 0 { (known.id(), known.key().public()) } else { (InviteId::of(&made_up), made_up) };
                let answer = line.send(&guess(id, key, &from)?)?;
                *counted.0.entry(answer.status).or_default() += 1;
                if answer.status == 429 && counted.1.is_none() {
                    assert!(n >= 60, "guess {n} of {from}");
                    counted.1 = Some(answer);
                }
            }
        }
    }
    Ok(counted)
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_guesses_end_in_429_and_lock_no_holder_out() -> Result<(), Oops> {
    let (daemon, session, _key) = behind_a_proxy().await?;
    let invitation = Daemon::invite(&session, 1).await?;
    for (addresses, each) in [(0..1, 2_000), (1..41, 80)] {
        let counted = guesses(&daemon, &invitation, addresses.clone(), each)?;
        let addresses = addresses.len();
        for (statuses, first) in &counted {
            assert_eq!(statuses.keys().copied().collect::<Vec<_>>(), [404, 429], "{statuses:?}");
            assert!(statuses[&404] >= addresses * 60, "{statuses:?}");
            let first = first.as_ref().ok_or("no limit")?;
            expect(first, 429, "rate-limited", "too many guesses");
            let seconds: u32 = first.header("retry-after").ok_or("no Retry-After")?.parse()?;
            assert!((1..=60).contains(&seconds), "{seconds}");
        }
        // One a second comes back, so the two need not be equal to the last one, but nearly so.
        let [known, unknown] = counted.map(|(statuses, _)| statuses[&404]);
        assert!(known.abs_diff(unknown) <= addresses * 3, "known {known}, unknown {unknown}: alike");
    }
    let (client, mut line) = (session.client(), Connection::open(daemon.address)?);
    for from in ["203.0.113.0", "198.51.100.77"] {
        exhaust(&mut line, from)?;
        let headers = [("x-forwarded-for", from)];
        let held = line.send(&preview_request(&invitation.key(), client.server_key(), now(), &headers)?)?;
        expect(&held, 200, "allowed", &format!("the holder, from {from}"));
    }
    let claims = client.preview(&invitation, None).await?.invite.claims;
    let guest = Guest::new()?;
    let body = serde_json::to_vec(&guest.redeem_body(&invitation, &claims, client.server_key(), client.now()))?;
    exhaust(&mut line, "203.0.113.0")?;
    let redeem =
        request("POST", &format!("/v1/invites/{}/redeem", invitation.id()), &[("x-forwarded-for", "203.0.113.0")], Some(&body));
    expect(&line.send(&redeem)?, 200, "allowed", "and he comes in from the very address that guessed");
    Ok(())
}

/// Guesses from there until there is no guess left.
fn exhaust(line: &mut Connection, from: &str) -> Result<(), Oops> {
    while line.send(&guess(InviteId([7; 16]), SignKey([2; 32]), from)?)?.status != 429 {}
    Ok(())
}

/// Anyone can make a key and prove that he holds the invite of this key. It gains him nothing.
#[tokio::test(flavor = "multi_thread")]
async fn made_up_invites_with_good_proofs_are_guesses_too() -> Result<(), Oops> {
    let (daemon, session, _key) = behind_a_proxy().await?;
    let (server, mut line) = (*session.client().server_key(), Connection::open(daemon.address)?);
    let mut statuses = Vec::new();
    for n in 0..300 {
        let token = Token::new(random()?);
        // Whoever may write his own history into this header is counted by what the proxy added to it.
        let from = format!("10.0.0.{n}, 203.0.113.50");
        let answer = line.send(&preview_request(&token.invite_key(), &server, now(), &[("x-forwarded-for", &from)])?)?;
        assert!(matches!(answer.status, 404 | 429), "{}", answer.json());
        statuses.push(answer.status);
    }
    assert!(statuses[..60].iter().all(|status| *status == 404), "the first sixty are looked for");
    let refused = statuses[60..].iter().filter(|status| **status == 429).count();
    assert!(refused > 200, "{refused} of 240 refused");
    Ok(())
}

/// Whom nobody trusts speaks for nobody but itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_forwarded_address_counts_from_trusted_proxies_only() -> Result<(), Oops> {
    let (daemon, _session, _key) = set_up_with(Settings::default()).await?;
    let mut line = Connection::open(daemon.address)?;
    let mut limited = 0;
    for n in 0..1_000 {
        let from = format!("198.51.{}.{}", n / 256, n % 256);
        limited += usize::from(line.send(&guess(InviteId([1; 16]), SignKey([2; 32]), &from)?)?.status == 429);
    }
    assert!(limited > 200, "a thousand addresses that one stranger made up: {limited} refused");
    Ok(())
}

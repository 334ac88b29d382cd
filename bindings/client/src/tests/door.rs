//! Nothing a server says about an invite or a receipt is believed without its signatures.

use super::scripted::{NOW, Server, Step, identity, keys, problem};
use crate::keys::Keys;
use crate::{Error, Invitation, Sharing};
use base64ct::{Base64UrlUnpadded, Encoding};
use doorward_core::claims::{Claims, VERSION};
use doorward_core::decide::redeem::{Gate, InviteLife, Issuer, Membership, Person, Prior, Situation};
use doorward_core::role::Role;
use doorward_core::statement::{Domain, Receipt, ReceiptBody, RedeemStatement};
use doorward_core::token::Token;
use doorward_core::wire::{decode, encode};
use doorward_core::{Code, DecisionId, Expiry, Incarnation, InviteId, SpaceId, Timestamp};
use serde_json::{Value, json};

const SALT: [u8; 16] = [3; 16];

fn token(server: &Keys) -> Token {
    keys(5).derive_token(&SALT, &server.sign_key())
}

fn invitation(server: &Keys) -> Invitation {
    Invitation::new(token(server), Expiry::At(NOW.plus(600)), &server.sign_key(), "https://door.example")
}

fn claims(server: &Keys) -> Claims {
    let invite_key = token(server).invite_key().public();
    Claims {
        version: VERSION,
        server: server.sign_key(),
        invite: InviteId::of(&invite_key),
        invite_key,
        space: SpaceId::SERVER,
        role: Role::Member,
        max_uses: 1,
        expires: Expiry::At(NOW.plus(600)),
        greeting: "Come in".into(),
        rooms: Vec::new(),
        tags: Vec::new(),
        issuer: keys(5).sign_key(),
        issuer_incarnation: Incarnation([4; 16]),
        issuer_epoch: 0,
        issuer_handle: "Eve".into(),
        rebind: None,
    }
}

fn bytes(bytes: &[u8]) -> Value {
    Base64UrlUnpadded::encode_string(bytes).into()
}

fn situation() -> Situation {
    Situation {
        prior: Prior::None,
        invite: InviteLife::Live,
        issuer: Issuer::Holds,
        gate: Gate::Open,
        person: Person::New,
        member: Membership::None,
        full: false,
    }
}

/// A preview of these claims, signed by whom they name.
fn preview(server: &Keys, claims: &Claims, live: &Situation, code: Code) -> Value {
    let payload = encode(claims);
    let signed = Domain::Claims.signed_bytes(&payload);
    json!({
        "claims": bytes(&payload), "issuer_signature": keys(5).sign(Domain::Claims, &payload).to_hex(),
        "invite_signature": token(server).invite_key().sign(&signed).to_hex(),
        "server_name": "Home", "space_name": "Home", "members": 3, "uses": 0, "live": bytes(&encode(live)),
        "code": code.name(), "rule": "redeem.10",
        "invite": {"space": SpaceId::SERVER.to_hex(), "role": "owner", "max_uses": 9, "expires": "never", "greeting": "lies",
            "tags": [], "issuer": keys(6).sign_key().to_hex(), "issuer_handle": "Mallory", "issuer_fingerprint": "0000-0000"},
    })
}

fn receipt(server: &Keys, signer: &Keys, account: &Keys) -> Value {
    let body = ReceiptBody {
        server: server.sign_key(),
        decision: DecisionId([1; 16]),
        invite: claims(server).invite,
        account: account.sign_key(),
        incarnation: Incarnation([2; 16]),
        space: SpaceId::SERVER,
        role: Role::Member,
        at: NOW,
        skipped: Vec::new(),
    };
    let payload = encode(&Receipt { body, sequence: 9, chain: [7; 32] });
    json!({
        "receipt": bytes(&payload), "signature": signer.sign(Domain::Receipt, &payload).to_hex(), "code": "allowed", "rule": "redeem.10",
        "handle": "Ada", "account": {"key": account.sign_key().to_hex(), "incarnation": "02".repeat(16), "role": "member",
            "space": SpaceId::SERVER.to_hex(), "at": NOW.to_rfc3339(), "sequence": 9},
    })
}

#[tokio::test]
async fn a_preview_is_the_signed_claims_and_our_own_verdict() {
    let server = keys(200);
    let burned = Situation { person: Person::Banned, ..situation() };
    let scripted = Server::with(vec![
        Step::Answer(200, preview(&server, &claims(&server), &situation(), Code::Allowed)),
        Step::Answer(200, preview(&server, &claims(&server), &burned, Code::Banned)),
        Step::Answer(200, preview(&server, &claims(&server), &situation(), Code::GuardDenied)),
    ])
    .await;
    let shown = scripted.client.preview(&invitation(&server), None).await.unwrap();
    assert_eq!(shown.claims, claims(&server), "the words beside the claims are not believed");
    assert_eq!((shown.verdict.code, shown.verdict.own, shown.verdict.spends), (Code::Allowed, true, true));
    assert!(!shown.verdict.only_burns());

    let shown = scripted.client.preview(&invitation(&server), Some(&keys(1))).await.unwrap();
    assert!(shown.verdict.only_burns() && shown.verdict.own);
    let shown = scripted.client.preview(&invitation(&server), None).await.unwrap();
    assert_eq!((shown.verdict.code, shown.verdict.own), (Code::GuardDenied, false), "the server's word, and said so");
    assert!(scripted.received().iter().all(|r| r.header("signature").is_empty()), "no account is named beside a link");
}

#[tokio::test]
async fn claims_without_their_signatures_are_damaged() {
    let server = keys(200);
    let good = claims(&server);
    let elsewhere = Claims { server: keys(7).sign_key(), ..good.clone() };
    let other = Claims { issuer: keys(6).sign_key(), ..good.clone() };
    let mut retold = preview(&server, &good, &situation(), Code::Allowed);
    retold["claims"] = bytes(&encode(&Claims { role: Role::Admin, ..good.clone() }));
    let mut steps: Vec<Step> =
        [elsewhere, other].iter().map(|c| Step::Answer(200, preview(&server, c, &situation(), Code::Allowed))).collect();
    steps.push(Step::Answer(200, retold));
    let count = steps.len();
    let scripted = Server::with(steps).await;
    for _ in 0..count {
        let refused = scripted.client.preview(&invitation(&server), None).await.unwrap_err();
        assert!(matches!(refused, Error::Local(Code::DamagedInvite)), "{refused}");
    }
    let mut foreign = invitation(&server);
    foreign.server_fingerprint = Some([1; 10]);
    assert!(matches!(scripted.client.preview(&foreign, None).await, Err(Error::Local(Code::OtherServer))));
    assert_eq!(scripted.received().len(), count, "no request for another server's link");
}

#[tokio::test]
async fn a_redeem_is_repeated_and_its_receipt_verified() {
    let server = keys(200);
    let mut stale = problem("stale-request");
    stale["time"] = Timestamp(NOW.0 + 1_000).to_rfc3339().into();
    let scripted = Server::with(vec![
        Step::HangUp,
        Step::Answer(401, stale),
        Step::Answer(200, receipt(&server, &server, &keys(1))),
        Step::Answer(200, receipt(&server, &keys(6), &keys(1))),
        Step::Answer(200, receipt(&server, &server, &keys(2))),
    ])
    .await;
    let signed = {
        let shown = preview(&server, &claims(&server), &situation(), Code::Allowed);
        doorward_core::claims::SignedClaims {
            claims: encode(&claims(&server)),
            issuer_signature: doorward_core::Signature::from_hex(shown["issuer_signature"].as_str().unwrap()).unwrap(),
            invite_signature: doorward_core::Signature::from_hex(shown["invite_signature"].as_str().unwrap()).unwrap(),
        }
    };
    let (link, own) = (invitation(&server), keys(1));
    let redeem = || scripted.client.redeem(&link, &signed, "Ada", &own);
    let joined = redeem().await.unwrap();
    assert_eq!((joined.code, joined.receipt.receipt().sequence), (Code::Allowed, 9));
    assert!(matches!(redeem().await, Err(Error::BadAnswer(_))), "signed by somebody else");
    assert!(matches!(redeem().await, Err(Error::BadAnswer(_))), "about somebody else");

    let received = scripted.received();
    assert_eq!(received[0], received[1], "after the line broke: byte for byte");
    let statements: Vec<RedeemStatement> = received
        .iter()
        .map(|r| {
            let body: Value = serde_json::from_slice(&r.body).unwrap();
            decode(&Base64UrlUnpadded::decode_vec(body["statement"].as_str().unwrap()).unwrap()).unwrap()
        })
        .collect();
    assert_eq!(statements[1].request_id, statements[2].request_id);
    assert_eq!((statements[1].created, statements[2].created), (NOW, NOW.plus(1_000)));
    assert_ne!(statements[2].request_id, statements[3].request_id);
    let sent = String::from_utf8(received[2].body.clone()).unwrap();
    for secret in [hex::encode(token(&server).expose()), Base64UrlUnpadded::encode_string(token(&server).expose())] {
        assert!(!sent.contains(&secret));
    }
}

fn shown(server: &Keys, salt: Option<[u8; 16]>) -> Value {
    let mut shown = preview(server, &claims(server), &situation(), Code::Allowed);
    shown["invite"] = json!({
        "id": claims(server).invite.to_hex(), "state": "live", "space": "server", "role": "member", "max_uses": 1, "uses": 0,
        "expires": claims(server).expires.to_text(), "label": "", "greeting": "Come in", "issuer": keys(5).sign_key().to_hex(),
        "issuer_handle": "Eve", "issuer_fingerprint": keys(5).sign_key().fingerprint(), "minted_at": NOW.to_rfc3339(),
        "salt": salt.map(hex::encode),
    });
    shown["next"] = Value::Null;
    let empty: Vec<Value> = Vec::new();
    shown["uses"] = empty.into();
    shown
}

#[tokio::test]
async fn a_link_is_shown_again_only_if_it_is_the_same() {
    let server = keys(200);
    let id = claims(&server).invite;
    let scripted = Server::with(vec![
        Step::Answer(200, shown(&server, Some(SALT))),
        Step::Answer(200, shown(&server, Some([4; 16]))),
        Step::Answer(200, shown(&server, None)),
        Step::Answer(200, shown(&server, Some(SALT))),
    ])
    .await;
    let issuer = scripted.client.sign_in(identity(5, &server), Sharing::Refused).unwrap();
    assert_eq!(issuer.show_link(id).await.unwrap(), invitation(&server));
    assert!(matches!(issuer.show_link(id).await, Err(Error::Local(Code::DamagedInvite))), "another invite's salt");
    assert!(matches!(issuer.show_link(id).await, Err(Error::NotDerivable(crate::NotDerivable::NoSalt))));
    let other = scripted.client.sign_in(identity(6, &server), Sharing::Refused).unwrap();
    assert!(matches!(other.show_link(id).await, Err(Error::NotDerivable(crate::NotDerivable::OtherIssuer))));
}

//! What is signed: the domain rule, one test a statement kind, and golden bytes of each.

use crate::files::golden;
use crate::kit::ask::{hex, http_bytes, nonce};
use crate::kit::{Made, Person, World};
use doorward_core::claims::Claims;
use doorward_core::http_signature::{Covered, content_digest};
use doorward_core::role::Role;
use doorward_core::statement::{
    AccountStatement, Checkpoint, Domain, Export, PreviewStatement, Receipt, ReceiptBody, RedeemStatement, SkippedRoom,
};
use doorward_core::time::Expiry;
use doorward_core::wire::{Asker, Command, Wire, decode, encode};
use doorward_core::{Code, DecisionId, Incarnation, InviteId, SpaceId, Timestamp};

fn world() -> (World, Person) {
    World::with_owner()
}

fn claims() -> Claims {
    let (world, owner) = world();
    let token = crate::kit::ask::token(3);
    Claims { tags: vec!["night".into()], rooms: vec![SpaceId([2; 16])], expires: Expiry::Never, ..world.claims(&owner, &token) }
}

fn made() -> Made {
    let (world, owner) = world();
    world.offer(&owner, 3, |_| {})
}

fn preview() -> PreviewStatement {
    PreviewStatement { server: world().0.server.key(), invite: made().id(), created: Timestamp(1_795_147_200) }
}

fn redeem() -> RedeemStatement {
    world().0.redeem_statement(&made(), &Person::new("Žofie"), 4)
}

fn account() -> AccountStatement {
    let who = Person::new("Žofie");
    AccountStatement { server: world().0.server.key(), sign_key: who.key(), kex_key: who.kex_key() }
}

pub fn receipt() -> Receipt {
    let body = ReceiptBody {
        server: world().0.server.key(),
        decision: DecisionId([1; 16]),
        invite: made().id(),
        account: Person::new("Žofie").key(),
        incarnation: Incarnation([2; 16]),
        space: SpaceId::SERVER,
        role: Role::Member,
        at: Timestamp(1_795_147_200),
        skipped: vec![SkippedRoom { room: SpaceId([3; 16]), code: Code::SpaceFull }],
    };
    Receipt { body, sequence: 42, chain: [4; 32] }
}

fn checkpoint() -> Checkpoint {
    Checkpoint { server: world().0.server.key(), sequence: 42, chain: [4; 32], at: Timestamp(1_795_147_200) }
}

fn export() -> Export {
    let server = world().0.server.key();
    Export { server, records: 7, digest: [5; 32], revision: 99, sequence: 42, chain: [4; 32], at: Timestamp(1_795_147_200) }
}

fn http() -> Vec<u8> {
    let (world, owner) = world();
    let call = world.signed(&owner, 5, Command::CancelInvite(InviteId([7; 16])));
    let Asker::Account(auth) = call.asker else { unreachable!() };
    http_bytes(&auth)
}

/// `0xFF | domain | 0x00 | payload`, never text, for this server only, and read back as it was written.
fn check<T: Wire + PartialEq + std::fmt::Debug>(domain: Domain, statement: &T) {
    let (signed, payload) = (domain.statement(statement), encode(statement));
    check_bytes(domain, &signed, &payload);
    assert_eq!(decode::<T>(&payload).as_ref(), Ok(statement));
    assert!(decode::<T>(&[payload.as_slice(), &[0]].concat()).is_err() && decode::<T>(&payload[..payload.len() - 1]).is_err());
    let server = world().0.server.key();
    assert!(payload.windows(32).any(|bytes| bytes == server.0), "it names its server in full");
}

fn check_bytes(domain: Domain, signed: &[u8], payload: &[u8]) {
    assert!(std::str::from_utf8(signed).is_err(), "{domain:?} is text");
    assert!((1..signed.len()).all(|end| std::str::from_utf8(&signed[..end]).is_err()), "its beginning is text");
    let head = [&[0xff], domain.text().as_bytes(), &[0]].concat();
    assert_eq!(signed, [head.as_slice(), payload].concat());
    for other in Domain::ALL.iter().filter(|other| **other != domain) {
        let head = [&[0xff], other.text().as_bytes(), &[0]].concat();
        assert!(!signed.starts_with(&head), "{domain:?} could be {other:?}");
    }
}

#[test]
fn claims_are_never_text() {
    check(Domain::Claims, &claims());
}

#[test]
fn previews_are_never_text() {
    check(Domain::Preview, &preview());
}

#[test]
fn redeems_are_never_text() {
    check(Domain::Redeem, &redeem());
}

#[test]
fn account_statements_are_never_text() {
    check(Domain::Account, &account());
}

#[test]
fn receipts_are_never_text() {
    check(Domain::Receipt, &receipt());
}

#[test]
fn checkpoints_are_never_text() {
    check(Domain::Checkpoint, &checkpoint());
}

#[test]
fn exports_are_never_text() {
    check(Domain::Export, &export());
}

#[test]
fn http_requests_are_never_text() {
    let signed = http();
    let base = &signed[Domain::Http.text().len() + 2..];
    assert!(std::str::from_utf8(base).is_ok(), "the base is text; under its domain it is not");
    check_bytes(Domain::Http, &signed, base);
}

/// Every kind has its test above and its golden line below; a new one does not compile.
fn golden_of(domain: Domain) -> (&'static str, Vec<u8>) {
    match domain {
        Domain::Claims => ("claims", encode(&claims())),
        Domain::Preview => ("preview", encode(&preview())),
        Domain::Redeem => ("redeem", encode(&redeem())),
        Domain::Account => ("account", encode(&account())),
        Domain::Receipt => ("receipt", encode(&receipt())),
        Domain::Http => ("http", http()[Domain::Http.text().len() + 2..].to_vec()),
        Domain::Checkpoint => ("checkpoint", encode(&checkpoint())),
        Domain::Export => ("export", encode(&export())),
    }
}

#[test]
fn golden_statements() {
    let signer = Person::new("signer");
    let mut lines = Vec::new();
    for domain in Domain::ALL {
        let (name, payload) = golden_of(*domain);
        let signed = domain.signed_bytes(&payload);
        lines.push(vec![
            name.into(),
            hex(&payload),
            hex(&signed),
            hex(&signer.secrets()[0]),
            signer.key().to_hex(),
            hex(&signer.sign(&signed).0),
        ]);
    }
    let remark = "kind payload signed-bytes seed public-key signature (hexadecimal): the bytes to sign for each kind of statement, and an Ed25519 signature over them";
    golden("statements.txt", remark, &lines);
}

#[test]
fn golden_receipts() {
    let server = Person::new("the server");
    let payload = encode(&receipt());
    let signature = server.sign(&Domain::Receipt.signed_bytes(&payload));
    assert!(doorward_core::check::verify(&server.key(), &Domain::Receipt.signed_bytes(&payload), &signature));
    let remark = "name payload signature server-key (hexadecimal)";
    golden("receipts.txt", remark, &vec![vec!["a-room-skipped".into(), hex(&payload), hex(&signature.0), server.key().to_hex()]]);
}

/// RFC 9421, section 2.5, in Doorward's profile, as text.
#[test]
fn rfc_9421_base() {
    let (key, nonce) = (Person::new("owner").key(), nonce(1));
    // SHA-256 of nothing, RFC 9530.
    let digest = doorward_core::digest::sha256(&[]);
    assert_eq!(content_digest(&digest), "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:");
    let mut covered = Covered {
        method: "DELETE",
        target_uri: "https://door.example/v1/invites/00112233445566778899aabbccddeeff",
        content_digest: Some(&digest),
        created: Timestamp(1_795_147_200),
        nonce: &nonce,
        key: &key,
    };
    let params = format!(";created=1795147200;nonce=\"{nonce}\";keyid=\"{key}\";tag=\"doorward\"");
    let with_body = format!(
        "\"@method\": DELETE\n\"@target-uri\": https://door.example/v1/invites/00112233445566778899aabbccddeeff\n\
         \"content-digest\": sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:\n\
         \"@signature-params\": (\"@method\" \"@target-uri\" \"content-digest\"){params}"
    );
    assert_eq!(covered.base(), with_body);
    (covered.method, covered.target_uri, covered.content_digest) =
        ("GET", "https://door.example/v1/invites?state=live&limit=20", None);
    let without = format!(
        "\"@method\": GET\n\"@target-uri\": https://door.example/v1/invites?state=live&limit=20\n\
         \"@signature-params\": (\"@method\" \"@target-uri\"){params}"
    );
    assert_eq!(covered.base(), without);
    let bodies = ["POST", "PUT", "PATCH", "DELETE", "GET", "HEAD", "OPTIONS", "delete"].map(Covered::has_body);
    assert_eq!(bodies, [true, true, true, true, false, false, false, false]);
    let line = |name: &str, base: &str| vec![name.into(), hex(base.as_bytes()), hex(&Domain::Http.signed_bytes(base.as_bytes()))];
    golden(
        "http.txt",
        "name signature-base signed-bytes (hexadecimal)",
        &vec![line("delete", &with_body), line("get", &without)],
    );
}

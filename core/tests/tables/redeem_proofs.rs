//! Redeem, row 1: the proofs, in the order in which they are looked at.

use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Call, Made, Person, World};
use crate::words;
use doorward_core::digest::sha256;
use doorward_core::record::{InviteRecord, keys};
use doorward_core::statement::Domain;
use doorward_core::wire::{Asker, Command, Redeem, encode};
use doorward_core::{Code, KexKey, SignKey, Timestamp, rule};
use std::collections::BTreeMap;

pub fn table() -> Table {
    const FRESH: &str = "300 s ago | 300 s ahead";
    Table {
        name: "redeem-proofs",
        title: "Redeem: the proofs, before anything about the invite is told",
        verbs: vec!["redeem"],
        effect: "use spent",
        columns: vec![
            column("invite's key signed", &["yes", "no", "another key"]),
            column("made for", &["this server", "another"]),
            column("made", &["301 s ago", "300 s ago", "300 s ahead", "301 s ahead"]),
            column("sign key", words::key_check::WORDS),
            column("kex key", &["good", "of small order"]),
            column("handle", &["showable", "not showable"]),
            column("account signed", &["statement and keys", "keys only", "statement only"]),
            column("invite", &["stored", "changed in the store", "unknown"]),
            column("claims shown", &["the stored ones", "others"]),
        ],
        rows: vec![
            row(["no | another key", ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY], Code::NotFound, rule::REDEEM_1, "no"),
            row(["yes", "another", ANY, ANY, ANY, ANY, ANY, ANY, ANY], Code::NotFound, rule::REDEEM_1, "no"),
            row(
                ["yes", "this server", "301 s ago | 301 s ahead", ANY, ANY, ANY, ANY, ANY, ANY],
                Code::StaleRequest,
                rule::ASK_FRESH,
                "no",
            ),
            row(["yes", "this server", FRESH, "no point", ANY, ANY, ANY, ANY, ANY], Code::MalformedKey, rule::REDEEM_PROOF, "no"),
            row(
                ["yes", "this server", FRESH, "not canonical", ANY, ANY, ANY, ANY, ANY],
                Code::NonCanonicalKey,
                rule::REDEEM_PROOF,
                "no",
            ),
            row(
                ["yes", "this server", FRESH, "of small order", ANY, ANY, ANY, ANY, ANY],
                Code::WeakKey,
                rule::REDEEM_PROOF,
                "no",
            ),
            row(
                ["yes", "this server", FRESH, "good", "of small order", ANY, ANY, ANY, ANY],
                Code::WeakKey,
                rule::REDEEM_PROOF,
                "no",
            ),
            row(
                ["yes", "this server", FRESH, "good", "good", "not showable", ANY, ANY, ANY],
                Code::BadText,
                rule::REDEEM_PROOF,
                "no",
            ),
            row(
                ["yes", "this server", FRESH, "good", "good", "showable", "keys only | statement only", ANY, ANY],
                Code::Unauthenticated,
                rule::REDEEM_PROOF,
                "no",
            ),
            row(
                ["yes", "this server", FRESH, "good", "good", "showable", "statement and keys", "unknown", ANY],
                Code::NotFound,
                rule::REDEEM_1,
                "no",
            ),
            row(
                ["yes", "this server", FRESH, "good", "good", "showable", "statement and keys", "changed in the store", ANY],
                Code::DamagedInvite,
                rule::REDEEM_CLAIMS,
                "no",
            ),
            row(
                ["yes", "this server", FRESH, "good", "good", "showable", "statement and keys", "stored", "others"],
                Code::DamagedInvite,
                rule::REDEEM_CLAIMS,
                "no",
            ),
            row(
                ["yes", "this server", FRESH, "good", "good", "showable", "statement and keys", "stored", "the stored ones"],
                Code::Allowed,
                rule::REDEEM_10,
                "yes",
            ),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

#[test]
fn step_with_every_proof() {
    let (mut world, [owner, ..]) = World::peopled();
    let known = world.offer(&owner, 40, |_| {});
    let unknown = world.offer(&owner, 41, |_| {});
    assert!(world.ask(&world.signed(&owner, 50, known.mint())).allowed());
    let intact = world.store.clone();
    world.edit::<InviteRecord>(&keys::invite(&known.id()), |record| {
        let mut claims = known.claims.clone();
        claims.greeting.push('!');
        record.invite.claims = encode(&claims);
    });
    let changed = std::mem::replace(&mut world.store, intact.clone());
    let mut worlds = BTreeMap::from([("stored", intact.clone()), ("changed in the store", changed), ("unknown", intact)]);
    let declined = table().check(|cell| {
        let invite = cell.get("invite");
        let made = if invite == "unknown" { &unknown } else { &known };
        world.store.clone_from(&worlds[invite]);
        let call = call(&world, cell, made);
        let outcome = world.decide(&call);
        let spent = outcome.decided().writes.iter().any(|write| write.key == keys::invite(&made.id()));
        Some(Answered::new(outcome.code(), outcome.rule(), if spent { "yes" } else { "no" }))
    });
    assert_eq!(declined, 0);
    worlds.clear();
}

fn call(world: &World, cell: &Cell<'_>, made: &Made) -> Call {
    let who = Person::new("guest");
    let mut statement = world.redeem_statement(made, &who, 77);
    if cell.is("made for", "another") {
        statement.server = Person::new("another server").key();
    }
    statement.created = match cell.get("made") {
        "301 s ago" => Timestamp(world.now.0 - 301),
        "300 s ago" => Timestamp(world.now.0 - 300),
        "300 s ahead" => world.now.plus(300),
        _ => world.now.plus(301),
    };
    statement.sign_key = match cell.get("sign key") {
        "good" => who.key(),
        "no point" => SignKey(first_byte(2)),
        "not canonical" => SignKey(std::array::from_fn(|at| {
            [0xed, 0xff, 0x7f][if at == 0 {
                0
            } else if at < 31 {
                1
            } else {
                2
            }]
        })),
        _ => SignKey(first_byte(1)),
    };
    if cell.is("kex key", "of small order") {
        statement.kex_key = KexKey(first_byte(1));
    }
    if cell.is("handle", "not showable") {
        statement.handle = "gu\u{202e}est".into();
    }
    if cell.is("claims shown", "others") {
        statement.claims_digest = [5; 32];
    }
    let bytes = Domain::Redeem.statement(&statement);
    let by_invite = if cell.is("invite's key signed", "no") { who.sign(&bytes) } else { made.key().sign(&bytes) };
    let by_account = if cell.is("account signed", "keys only") { who.sign(b"another") } else { who.sign(&bytes) };
    let binding =
        if cell.is("account signed", "statement only") { who.sign(b"another") } else { who.binding(&world.server.key()) };
    let another = crate::kit::ask::token(999).invite_key();
    let (invite_key, by_invite) = if cell.is("invite's key signed", "another key") {
        (another.public(), another.sign(&bytes))
    } else {
        (made.key().public(), by_invite)
    };
    let redeem = Redeem {
        invite: made.id(),
        invite_key,
        statement,
        invite_signature: sha256(&[&by_invite.0]),
        account_signature: sha256(&[&by_account.0]),
        binding,
    };
    Call { asker: Asker::Stranger, command: Command::Redeem(redeem.into()), attached: vec![by_invite, by_account] }
}

fn first_byte(byte: u8) -> [u8; 32] {
    std::array::from_fn(|at| if at == 0 { byte } else { 0 })
}

//! Mint: whose claims, and what they name, before what may be offered.

use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Call, Made, Person, World};
use crate::words;
use doorward_core::claims::VERSION_REBIND;
use doorward_core::record::{InviteRecord, keys};
use doorward_core::wire::{Command, Mint};
use doorward_core::{Code, Incarnation, InviteId, SpaceId, rule};

const CLAIMS: &[&str] = &[
    "in order",
    "unreadable",
    "for another server",
    "of another issuer",
    "of another registration",
    "of another epoch",
    "another handle",
    "issuer did not sign",
    "invite's key did not sign",
    "id of another key",
];

pub fn table() -> Table {
    const READABLE: &str = "in order | for another server | of another issuer | of another registration | of another epoch | another handle | issuer did not sign | invite's key did not sign | id of another key";
    const NOT_CALLERS: &str = "of another issuer | of another registration | of another epoch | another handle | issuer did not sign | invite's key did not sign | id of another key";
    const MAY: &str = "admin | owner";
    const HERE: &str = "the server | the server and further rooms | another's place";
    Table {
        name: "mint-claims",
        title: "Making an invite: whose claims these are and what they name",
        verbs: vec!["mint invite"],
        effect: "made",
        columns: vec![
            column("caller", words::role::WORDS),
            column("texts", &["showable", "greeting not showable", "label not showable"]),
            column("tags", &["good", "bad"]),
            column("claims", CLAIMS),
            column("leads to", &["the server", "another space", "the server and further rooms", "another's place"]),
            column("minted before", &["no", "yes"]),
        ],
        rows: vec![
            row([ANY, ANY, ANY, "unreadable", ANY, ANY], Code::DamagedInvite, rule::MINT_CLAIMS, "no"),
            row([ANY, ANY, ANY, READABLE, "another space", ANY], Code::NotFound, rule::SPACE_UNKNOWN, "no"),
            row(["member", ANY, ANY, READABLE, HERE, ANY], Code::MissingPermission, rule::ASK_PERMISSION, "no"),
            row(
                [MAY, "greeting not showable | label not showable", ANY, READABLE, HERE, ANY],
                Code::BadText,
                rule::MINT_TEXT,
                "no",
            ),
            row([MAY, "showable", "bad", READABLE, HERE, ANY], Code::BadTag, rule::MINT_TEXT, "no"),
            row([MAY, "showable", "good", "for another server", HERE, ANY], Code::OtherServer, rule::MINT_CLAIMS, "no"),
            row([MAY, "showable", "good", NOT_CALLERS, HERE, ANY], Code::DamagedInvite, rule::MINT_CLAIMS, "no"),
            row(
                [MAY, "showable", "good", "in order", "the server and further rooms", ANY],
                Code::NotFound,
                rule::MINT_SPACE,
                "no",
            ),
            row([MAY, "showable", "good", "in order", "another's place", ANY], Code::GrantTooHigh, rule::MINT_GRANT, "no"),
            row([MAY, "showable", "good", "in order", "the server", "yes"], Code::InviteExists, rule::MINT_EXISTS, "no"),
            row([MAY, "showable", "good", "in order", "the server", "no"], Code::Allowed, rule::MINT_DONE, "yes"),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

#[test]
fn step_for_all_claims() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let people = [&member, &admin, &owner];
    let base = world.store.clone();
    let declined = table().check(|cell| {
        world.store = base.clone();
        let who = people[cell.index("caller")];
        let made = claims(&world, cell, who, if cell.is("caller", "owner") { &admin } else { &owner });
        let key = keys::invite(&made.claims.invite);
        if cell.is("minted before", "yes") {
            let record = InviteRecord {
                invite: made.signed.clone(),
                label: String::new(),
                salt: None,
                minted_at: world.now,
                restore_epoch: 0,
                uses: 0,
                closed: None,
            };
            world.put(&key, &record);
        }
        let outcome = {
            let call = call(&world, cell, who, &made);
            world.decide(&call)
        };
        let made = if outcome.written::<InviteRecord>(&key).is_some() { "yes" } else { "no" };
        Some(Answered::new(outcome.code(), outcome.rule(), made))
    });
    assert_eq!(declined, 0);
}

fn claims(world: &World, cell: &Cell<'_>, who: &Person, another: &Person) -> Made {
    let fault = cell.get("claims");
    let issuer = match fault {
        "of another issuer" => another,
        "issuer did not sign" => another,
        _ => who,
    };
    let mut made = world.offer(issuer, 600 + cell.index("claims") as u64, |claims| {
        claims.greeting = if cell.is("texts", "greeting not showable") { "a\nb".into() } else { "Come in".into() };
        claims.tags = vec![if cell.is("tags", "bad") { "Bad".into() } else { "good".into() }];
        match cell.get("leads to") {
            "another space" => claims.space = SpaceId([2; 16]),
            "the server and further rooms" => claims.rooms = vec![SpaceId([2; 16])],
            "another's place" => (claims.version, claims.rebind) = (VERSION_REBIND, Some(another.key())),
            _ => {}
        }
        let own = world.claims(who, &crate::kit::ask::token(0));
        match fault {
            "for another server" => claims.server = another.key(),
            "of another registration" => claims.issuer_incarnation = Incarnation([3; 16]),
            "of another epoch" => claims.issuer_epoch += 1,
            "another handle" => claims.issuer_handle = "Somebody".into(),
            "issuer did not sign" => {
                (claims.issuer, claims.issuer_incarnation, claims.issuer_handle) =
                    (own.issuer, own.issuer_incarnation, own.issuer_handle);
            }
            "id of another key" => claims.invite = InviteId::of(&another.key()),
            _ => {}
        }
    });
    match fault {
        "unreadable" => made.signed.claims.push(0),
        "invite's key did not sign" => made.signed.invite_signature = made.signed.issuer_signature,
        _ => {}
    }
    made
}

fn call(world: &World, cell: &Cell<'_>, who: &Person, made: &Made) -> Call {
    let label = if cell.is("texts", "label not showable") { "x".repeat(121) } else { "mine".into() };
    world.signed(who, 3, Command::Mint(Mint { invite: made.signed.clone(), label, salt: None }.into()))
}

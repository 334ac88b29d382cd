//! What an invite's issuer is worth when someone redeems (row 4), from the records it follows from.

use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Person, World};
use crate::words;
use doorward_core::record::{Ban, InviteRecord, Standing, keys};
use doorward_core::time::Expiry;
use doorward_core::{Code, Incarnation, Timestamp, rule};
use std::collections::BTreeMap;

const BANS: &[&str] = &["none", "over this second", "one second more", "for ever", "until unreadable"];

pub fn table() -> Table {
    const ACTIVE: &str = "active";
    const UNBANNED: &str = "none | over this second";
    Table {
        name: "redeem-issuer",
        title: "Redeem, row 4: what an invite is worth when its issuer is this",
        verbs: vec!["redeem"],
        effect: "–",
        columns: vec![
            column("the issuer's account", &["gone", "another registration", "the same"]),
            column("standing", words::standing::WORDS),
            column("fell since", &["no", "yes"]),
            column("server restored since", &["no", "yes"]),
            column("role now", &["none", "a former registration's", "member", "admin", "owner"]),
            column("ban", BANS),
            column("grants", &["member", "admin", "owner"]),
            column("with tags", &["no", "yes"]),
        ],
        rows: vec![
            row(
                ["gone | another registration", ANY, ANY, ANY, ANY, ANY, ANY, ANY],
                Code::IssuerLostAuthority,
                rule::REDEEM_4,
                "",
            ),
            row(["the same", "revoked", ANY, ANY, ANY, ANY, ANY, ANY], Code::IssuerLostAuthority, rule::REDEEM_4, ""),
            row(["the same", ACTIVE, "yes", ANY, ANY, ANY, ANY, ANY], Code::IssuerLostAuthority, rule::REDEEM_4, ""),
            row(["the same", ACTIVE, "no", "yes", ANY, ANY, ANY, ANY], Code::IssuerLostAuthority, rule::REDEEM_4, ""),
            row(
                ["the same", ACTIVE, "no", "no", "none | a former registration's | member", ANY, ANY, ANY],
                Code::IssuerLostAuthority,
                rule::REDEEM_4,
                "",
            ),
            row(
                ["the same", ACTIVE, "no", "no", "admin | owner", "one second more | for ever | until unreadable", ANY, ANY],
                Code::IssuerLostAuthority,
                rule::REDEEM_4,
                "",
            ),
            row(
                ["the same", ACTIVE, "no", "no", "admin | owner", UNBANNED, "owner", ANY],
                Code::IssuerLostAuthority,
                rule::REDEEM_4,
                "",
            ),
            row(
                ["the same", ACTIVE, "no", "no", "admin | owner", UNBANNED, "member | admin", ANY],
                Code::Allowed,
                rule::REDEEM_10,
                "",
            ),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

#[test]
fn step_over_real_records() {
    let (mut world, [_, issuer, _]) = World::peopled();
    let guest = Person::new("guest");
    let mut calls = BTreeMap::new();
    let base = world.store.clone();
    let declined = table().check(|cell| {
        world.store = base.clone();
        let (made, call) = calls.entry((cell.index("grants"), cell.index("with tags"))).or_insert_with(|| {
            let made = world.offer(&issuer, 60 + cell.index("grants") as u64 * 2 + cell.index("with tags") as u64, |claims| {
                claims.role = words::role::all()[cell.index("grants")];
                claims.tags = if cell.is("with tags", "yes") { vec!["night".into()] } else { Vec::new() };
            });
            let call = world.redeem(&made, &guest, 5);
            (made, call)
        });
        let invite = made.signed.clone();
        let record = InviteRecord {
            invite,
            label: String::new(),
            salt: None,
            minted_at: world.now,
            restore_epoch: 0,
            uses: 0,
            closed: None,
        };
        world.put(&keys::invite(&made.id()), &record);
        file(&mut world, &issuer, cell);
        let outcome = world.decide(call);
        Some(Answered::new(outcome.code(), outcome.rule(), ""))
    });
    assert_eq!(declined, 0);
}

fn file(world: &mut World, issuer: &Person, cell: &Cell<'_>) {
    let now = world.now;
    world.edit_root(|root| {
        root.server.as_mut().unwrap().restore_epoch = u32::from(cell.is("server restored since", "yes"));
    });
    world.edit_key(issuer, |record| {
        let account = record.account.as_mut().unwrap();
        let seat = record.seat.as_mut().unwrap();
        account.standing = if cell.is("standing", "revoked") { Standing::Revoked } else { Standing::Active };
        account.epoch = u32::from(cell.is("fell since", "yes"));
        if cell.is("the issuer's account", "another registration") {
            account.incarnation = Incarnation([9; 16]);
            seat.incarnation = account.incarnation;
        }
        match cell.get("role now") {
            "none" => record.seat = None,
            "a former registration's" => seat.incarnation = Incarnation([8; 16]),
            role => seat.role = words::role::all()[words::role::WORDS.iter().position(|word| *word == role).unwrap()],
        }
        record.ban =
            ban(cell.get("ban"), now).map(|until| Ban { reason: String::new(), by: issuer.key(), since: Timestamp(0), until });
        if cell.is("the issuer's account", "gone") {
            record.account = None;
        }
    });
}

/// Until when a ban of this word stands.
pub fn ban(word: &str, now: Timestamp) -> Option<Expiry> {
    match word {
        "none" => None,
        "over this second" => Some(Expiry::At(now)),
        "one second more" => Some(Expiry::At(now.plus(1))),
        "for ever" => Some(Expiry::Never),
        "until unreadable" => Some(Expiry::Unreadable),
        other => unreachable!("{other}"),
    }
}

/// The words of [`ban`].
pub fn bans() -> &'static [&'static str] {
    BANS
}

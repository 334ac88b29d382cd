//! Mint: what may be offered, over the core's own table and again as real requests.

use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Person, World};
use crate::words;
use doorward_core::decide::mint::{Offer, judge};
use doorward_core::record::{InviteRecord, OpenCount, keys};
use doorward_core::role::Actor;
use doorward_core::time::{DAY, Expiry};
use doorward_core::{Code, Timestamp, rule};

const EXPIRES: &[&str] = &[
    "unreadable",
    "a second ago",
    "this second",
    "in a second",
    "in 7 days",
    "in 7 days and 1 s",
    "in 365 days",
    "in 365 days and 1 s",
    "never",
];

pub fn table() -> Table {
    const MAY: &str = "admin | owner";
    const FITS: &str = "999 | 1,000 and one of them expired";
    const YEAR: &str = "in a second | in 7 days | in 7 days and 1 s | in 365 days";
    const WEEK: &str = "in a second | in 7 days";
    Table {
        name: "mint",
        title: "What an invite may offer",
        verbs: vec!["mint invite"],
        effect: "made",
        columns: vec![
            column("caller", words::role::WORDS),
            column("grants", words::role::WORDS),
            column("with tags", &["no", "yes"]),
            column("uses", &["unlimited", "1", "10", "11"]),
            column("expires", EXPIRES),
            column("open invites", &["999", "1,000", "1,000 and one of them expired"]),
        ],
        rows: vec![
            row(["member", ANY, ANY, ANY, ANY, ANY], Code::MissingPermission, rule::ASK_PERMISSION, "no"),
            row([MAY, "owner", ANY, ANY, ANY, ANY], Code::GrantTooHigh, rule::MINT_GRANT, "no"),
            row([MAY, "member | admin", ANY, ANY, "unreadable", ANY], Code::UnreadableExpiry, rule::MINT_EXPIRY, "no"),
            row(
                [MAY, "member | admin", ANY, ANY, "a second ago | this second", ANY],
                Code::ExpiryInPast,
                rule::MINT_EXPIRY,
                "no",
            ),
            row([MAY, "member", ANY, ANY, "in 365 days and 1 s", ANY], Code::ExpiryTooFar, rule::MINT_EXPIRY, "no"),
            row(
                [MAY, "admin", ANY, ANY, "in 7 days and 1 s | in 365 days | in 365 days and 1 s | never", ANY],
                Code::ExpiryTooFar,
                rule::MINT_EXPIRY,
                "no",
            ),
            row([MAY, "member", ANY, "unlimited", "never", ANY], Code::UnlimitedNeedsExpiry, rule::MINT_USES, "no"),
            row([MAY, "admin", ANY, "unlimited | 11", WEEK, ANY], Code::TooManyUses, rule::MINT_USES, "no"),
            row([MAY, "member", ANY, ANY, YEAR, "1,000"], Code::TooManyInvites, rule::MINT_COUNT, "no"),
            row([MAY, "member", ANY, "1 | 10 | 11", "never", "1,000"], Code::TooManyInvites, rule::MINT_COUNT, "no"),
            row([MAY, "admin", ANY, "1 | 10", WEEK, "1,000"], Code::TooManyInvites, rule::MINT_COUNT, "no"),
            row([MAY, "member", ANY, ANY, YEAR, FITS], Code::Allowed, rule::MINT_DONE, "yes"),
            row([MAY, "member", ANY, "1 | 10 | 11", "never", FITS], Code::Allowed, rule::MINT_DONE, "yes"),
            row([MAY, "admin", ANY, "1 | 10", WEEK, FITS], Code::Allowed, rule::MINT_DONE, "yes"),
        ],
    }
}

fn expires(word: &str, now: Timestamp) -> Expiry {
    match word {
        "unreadable" => Expiry::Unreadable,
        "a second ago" => Expiry::At(Timestamp(now.0 - 1)),
        "this second" => Expiry::At(now),
        "in a second" => Expiry::At(now.plus(1)),
        "in 7 days" => Expiry::At(now.plus(7 * DAY)),
        "in 7 days and 1 s" => Expiry::At(now.plus(7 * DAY + 1)),
        "in 365 days" => Expiry::At(now.plus(365 * DAY)),
        "in 365 days and 1 s" => Expiry::At(now.plus(365 * DAY + 1)),
        _ => Expiry::Never,
    }
}

fn uses(cell: &Cell<'_>) -> u32 {
    [0, 1, 10, 11][cell.index("uses")]
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

#[test]
fn judge_of_every_offer() {
    let now = Timestamp(1_000_000_000);
    let declined = table().check(|cell| {
        let offer = Offer {
            issuer: Actor::at_server(words::role::all()[cell.index("caller")]),
            role: words::role::all()[cell.index("grants")],
            tags: cell.is("with tags", "yes"),
            max_uses: uses(cell),
            expires: expires(cell.get("expires"), now),
            open: if cell.is("open invites", "1,000") { 1_000 } else { 999 },
        };
        let (code, rule) = judge(&offer, now);
        Some(Answered::new(code, rule.id(), if code == Code::Allowed { "yes" } else { "no" }))
    });
    assert_eq!(declined, 0);
}

#[test]
fn step_over_real_records() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let people = [&member, &admin, &owner];
    let base = world.store.clone();
    let mut number = 10_000;
    let declined = table().check(|cell| {
        world.store = base.clone();
        let who = people[cell.index("caller")];
        file_open(&mut world, who, cell.get("open invites"));
        number += 1;
        let now = world.now;
        let made = world.offer(who, number, |claims| {
            claims.role = words::role::all()[cell.index("grants")];
            claims.tags = if cell.is("with tags", "yes") { vec!["a".into()] } else { Vec::new() };
            claims.max_uses = uses(cell);
            claims.expires = expires(cell.get("expires"), now);
        });
        let outcome = {
            let call = world.signed(who, 9, made.mint());
            world.decide(&call)
        };
        let written = outcome.written::<InviteRecord>(&keys::invite(&made.id())).is_some();
        let count = outcome.written::<OpenCount>(&keys::open_count(&who.key())).map(|count| count.open);
        assert_eq!(count, written.then_some(1_000), "after a mint that only just fits, the lists are full");
        Some(Answered::new(outcome.code(), outcome.rule(), if written { "yes" } else { "no" }))
    });
    assert_eq!(declined, 0);
}

fn file_open(world: &mut World, who: &Person, word: &str) {
    let count = OpenCount { open: if word == "999" { 999 } else { 1_000 }, revision: 1 };
    world.put(&keys::open_count(&who.key()), &count);
    if word == "1,000 and one of them expired" {
        let (at, now) = (Expiry::At(world.now), world.now);
        let made = world.offer(who, 9_999, |claims| claims.expires = at);
        let (invite, label) = (made.signed.clone(), String::new());
        let record = InviteRecord { invite, label, salt: None, minted_at: now, restore_epoch: 0, uses: 0, closed: None };
        world.put(&keys::invite(&made.id()), &record);
        let marker = doorward_core::record::Closed::Expired; // any record: the key says it all
        world.put(&keys::open_by_issuer(&who.key(), at, &made.id()), &marker);
        world.put(&keys::open_by_space(&doorward_core::SpaceId::SERVER, at, &made.id()), &marker);
    }
}

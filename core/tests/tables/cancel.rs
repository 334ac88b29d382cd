//! Cancel: who may, and what is left to cancel.

use crate::kit::table::{ANY, Answered, Cell, Row, Table, column, row};
use crate::kit::{Made, Person, World};
use crate::words;
use doorward_core::decide::cancel::{Maker, judge};
use doorward_core::record::{Closed, InviteRecord, keys};
use doorward_core::role::{Actor, Role};
use doorward_core::time::Expiry;
use doorward_core::wire::Command;
use doorward_core::{Code, rule};

const INVITES: &[&str] = &["live", "cancelled", "expired", "expiry unreadable", "used up", "closed as void", "unknown"];
const KNOWN: &str = "live | cancelled | expired | expiry unreadable | used up | closed as void";

pub fn table() -> Table {
    let mut rows = vec![
        row(["member", ANY, "unknown"], Code::MissingPermission, rule::ASK_PERMISSION, "nothing"),
        row(["admin | owner", ANY, "unknown"], Code::NotFound, rule::CANCEL_UNKNOWN, "nothing"),
        row(
            ["member", "a member | an admin | the owner | no member any more | the server", KNOWN],
            Code::MissingPermission,
            rule::ASK_PERMISSION,
            "nothing",
        ),
        row(["admin", "an admin | the owner | the server", KNOWN], Code::RankTooLow, rule::CANCEL_RANK, "nothing"),
        row(["owner", "the owner | the server", KNOWN], Code::RankTooLow, rule::CANCEL_RANK, "nothing"),
    ];
    rows.extend(who_may(ANY, "the caller"));
    rows.extend(who_may("admin | owner", "a member | no member any more"));
    rows.extend(who_may("owner", "an admin"));
    Table {
        name: "cancel",
        title: "Who may cancel which invite",
        verbs: vec!["cancel invite"],
        effect: "done",
        columns: vec![
            column("caller", words::role::WORDS),
            column("made by", words::maker::WORDS),
            column("the invite", INVITES),
        ],
        rows,
    }
}

fn who_may(caller: &'static str, maker: &'static str) -> Vec<Row> {
    vec![
        row([caller, maker, "live"], Code::Allowed, rule::CANCEL_DONE, "cancelled"),
        row([caller, maker, "cancelled"], Code::Allowed, rule::CANCEL_AGAIN, "nothing"),
        row([caller, maker, "expired"], Code::Expired, rule::CANCEL_DEAD, "nothing"),
        row([caller, maker, "expiry unreadable"], Code::UnreadableExpiry, rule::CANCEL_DEAD, "nothing"),
        row([caller, maker, "used up"], Code::UsedUp, rule::CANCEL_DEAD, "nothing"),
        row([caller, maker, "closed as void"], Code::IssuerLostAuthority, rule::CANCEL_DEAD, "nothing"),
    ]
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

#[test]
fn judge_in_every_case() {
    let declined = table().check(|cell| {
        let life = *words::life::all().get(words::life::WORDS.iter().position(|word| cell.is("the invite", word))?)?;
        let (code, rule) =
            judge(Actor::at_server(words::role::all()[cell.index("caller")]), words::maker::all()[cell.index("made by")], life);
        let done = if rule == rule::CANCEL_DONE { "cancelled" } else { "nothing" };
        Some(Answered::new(code, rule.id(), done))
    });
    assert_eq!(declined, 3 * 6, "only the unknown invite is for the records below");
}

#[test]
fn step_over_real_records() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let (other_admin, other_member) = (Person::new("other admin"), Person::new("other member"));
    world.join(&owner, &other_admin, Role::Admin);
    world.join(&owner, &other_member, Role::Member);
    let people = [&member, &admin, &owner];
    let (base, server, gone) = (world.store.clone(), world.server.clone(), Person::new("gone"));
    let mut number = 0;
    let declined = table().check(|cell| {
        world.store = base.clone();
        let who = people[cell.index("caller")];
        let issuer = match words::maker::all()[cell.index("made by")] {
            Maker::Caller => who,
            Maker::Member(Role::Member) => &other_member,
            Maker::Member(Role::Admin) => &other_admin,
            // There is one owner: he cannot come across another's invite.
            Maker::Member(Role::Owner) if cell.is("caller", "owner") => return None,
            Maker::Member(Role::Owner) => &owner,
            Maker::Gone => &gone,
            Maker::Server => &server,
        };
        number += 1;
        let made = file(&mut world, cell, issuer, number);
        let outcome = {
            let call = world.signed(who, 9, Command::CancelInvite(made.id()));
            world.decide(&call)
        };
        let record = outcome.written::<InviteRecord>(&keys::invite(&made.id()));
        let done = match record.and_then(|record| record.closed) {
            Some(Closed::Cancelled(by)) if by == who.key() => "cancelled",
            None => "nothing",
            Some(other) => panic!("{other:?}"),
        };
        Some(Answered::new(outcome.code(), outcome.rule(), done))
    });
    assert_eq!(declined, 7);
}

fn file(world: &mut World, cell: &Cell<'_>, issuer: &Person, number: u64) -> Made {
    let now = world.now;
    let made = world.offer(issuer, 2_000 + number, |claims| {
        claims.expires = match cell.get("the invite") {
            "expired" => Expiry::At(now),
            "expiry unreadable" => Expiry::Unreadable,
            _ => Expiry::At(now.plus(1)),
        };
    });
    let (uses, closed) = match cell.get("the invite") {
        "cancelled" => (0, Some(Closed::Cancelled(issuer.key()))),
        "used up" => (1, Some(Closed::UsedUp)),
        "closed as void" => (0, Some(Closed::Void)),
        _ => (0, None),
    };
    let invite = made.signed.clone();
    let record = InviteRecord { invite, label: String::new(), salt: None, minted_at: now, restore_epoch: 0, uses, closed };
    if !cell.is("the invite", "unknown") {
        world.put(&keys::invite(&made.id()), &record);
        if cell.is("the invite", "live") {
            // So that the lists it leaves are there to be left.
            let marker = Closed::Expired;
            world.put(&keys::open_by_issuer(&issuer.key(), made.claims.expires, &made.id()), &marker);
            world.put(&keys::open_by_space(&made.claims.space, made.claims.expires, &made.id()), &marker);
        }
    }
    made
}

//! Revoke, restore, delete.

use crate::kit::table::{ANY, Answered, Cell, Row, Table, column, row};
use crate::kit::{Outcome, Person, World};
use crate::words;
use doorward_core::decide::standing::{Change, Target, judge};
use doorward_core::record::{KeyRecord, Standing, keys};
use doorward_core::role::Role;
use doorward_core::wire::Command;
use doorward_core::{Code, rule};

pub fn table() -> Table {
    const MAY: &str = "admin | owner";
    let mut rows = vec![
        row([ANY, "member", ANY, ANY, ANY, ANY], Code::MissingPermission, rule::ASK_PERMISSION, "nothing"),
        row([ANY, MAY, "unknown", ANY, ANY, ANY], Code::NotFound, rule::ACCOUNT_UNKNOWN, "nothing"),
        row(["revoke | delete", MAY, "owner", ANY, "yes", ANY], Code::LastOwner, rule::ACCOUNT_LAST_OWNER, "nothing"),
        row(["restore", MAY, "owner", ANY, "yes", ANY], Code::RankTooLow, rule::ACCOUNT_RANK, "nothing"),
        row([ANY, MAY, "owner", ANY, "no", ANY], Code::RankTooLow, rule::ACCOUNT_RANK, "nothing"),
        row([ANY, "admin", "admin", ANY, ANY, ANY], Code::RankTooLow, rule::ACCOUNT_RANK, "nothing"),
    ];
    rows.extend(who_may(MAY, "no member | member"));
    rows.extend(who_may("owner", "admin"));
    Table {
        name: "accounts",
        title: "Who may revoke, restore or delete which account",
        verbs: vec!["revoke", "restore", "delete"],
        effect: "done",
        columns: vec![
            column("verb", words::change::WORDS),
            column("caller", words::role::WORDS),
            column("the account is", &["unknown", "no member", "member", "admin", "owner"]),
            column("standing", words::standing::WORDS),
            column("it is the caller's own", &["no", "yes"]),
            column("it owns spaces", &["no", "yes"]),
        ],
        rows,
    }
}

fn who_may(caller: &'static str, target: &'static str) -> Vec<Row> {
    vec![
        row(["revoke", caller, target, "active", ANY, ANY], Code::Allowed, rule::REVOKE_DONE, "revoked, one epoch on"),
        row(["revoke", caller, target, "revoked", ANY, ANY], Code::Allowed, rule::ACCOUNT_AGAIN, "nothing"),
        row(["restore", caller, target, "revoked", ANY, ANY], Code::Allowed, rule::RESTORE_DONE, "active, in the same epoch"),
        row(["restore", caller, target, "active", ANY, ANY], Code::Allowed, rule::ACCOUNT_AGAIN, "nothing"),
        row(["delete", caller, target, ANY, ANY, "yes"], Code::OwnsSpaces, rule::ACCOUNT_OWNS, "nothing"),
        row(["delete", caller, target, ANY, ANY, "no"], Code::Allowed, rule::DELETE_DONE, "gone, its seat inert"),
    ]
}

fn target(cell: &Cell<'_>) -> Target {
    let standing = words::standing::all()[cell.index("standing")];
    match cell.get("the account is") {
        "unknown" => Target::Unknown,
        "no member" => Target::Guest(standing),
        "member" => Target::Member(Role::Member, standing),
        "admin" => Target::Member(Role::Admin, standing),
        _ => Target::Member(Role::Owner, standing),
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

#[test]
fn judge_in_every_case() {
    let declined = table().check(|cell| {
        let change = words::change::all()[cell.index("verb")];
        let caller = words::role::all()[cell.index("caller")];
        let (own, owns) = (cell.is("it is the caller's own", "yes"), cell.is("it owns spaces", "yes"));
        let (code, rule) = judge(change, caller, target(cell), own, owns);
        let done = match rule {
            rule::REVOKE_DONE => "revoked, one epoch on",
            rule::RESTORE_DONE => "active, in the same epoch",
            rule::DELETE_DONE => "gone, its seat inert",
            _ => "nothing",
        };
        Some(Answered::new(code, rule.id(), done))
    });
    assert_eq!(declined, 0);
}

#[test]
fn step_over_real_records() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let (people, guest) = ([&member, &admin, &owner], Person::new("guest"));
    world.join(&owner, &guest, Role::Member);
    let base = world.store.clone();
    let declined = table().check(|cell| {
        world.store = base.clone();
        let (caller, own) = (people[cell.index("caller")], cell.is("it is the caller's own", "yes"));
        let target = target(cell);
        let of = |role| if cell.is("caller", words::role::of(&role)) == own { Some(people[role as usize]) } else { None };
        let who = match target {
            // Callers are active members; there is one owner.
            _ if own && !matches!(target, Target::Member(_, Standing::Active)) => return None,
            Target::Member(role, _) if own => of(role)?,
            Target::Member(Role::Owner, _) => of(Role::Owner)?,
            Target::Unknown | Target::Guest(_) | Target::Member(Role::Member | Role::Admin, _) => &guest,
        };
        file(&mut world, who, target, cell.is("it owns spaces", "yes"));
        let command = match words::change::all()[cell.index("verb")] {
            Change::Revoke => Command::Revoke(who.key()),
            Change::Restore => Command::Restore(who.key()),
            Change::Delete => Command::Delete(who.key()),
        };
        let before = world.key_record(who);
        let outcome = {
            let call = world.signed(caller, 9, command);
            world.decide(&call)
        };
        Some(Answered::new(outcome.code(), outcome.rule(), done(&outcome, who, &before)))
    });
    assert_eq!(declined, OWN_IMPOSSIBLE + OTHER_OWNER);
}

/// Own, but of another role than the caller's, or revoked, or no member at all: 30 of 30 cells a verb and count of
/// spaces, but for the three that agree.
const OWN_IMPOSSIBLE: usize = (3 * 5 * 2 - 3) * 3 * 2;
/// A second owner beside the caller who is the owner.
const OTHER_OWNER: usize = 3 * 2 * 2;

fn file(world: &mut World, who: &Person, target: Target, owns: bool) {
    world.edit_key(who, |record| {
        record.spaces_owned = u32::from(owns);
        match target {
            Target::Unknown => record.account = None,
            Target::Guest(standing) => {
                record.seat = None;
                record.account.as_mut().unwrap().standing = standing;
            }
            Target::Member(role, standing) => {
                record.seat.as_mut().unwrap().role = role;
                record.account.as_mut().unwrap().standing = standing;
            }
        }
    });
}

fn done(outcome: &Outcome, who: &Person, before: &KeyRecord) -> &'static str {
    let Some(after) = outcome.written::<KeyRecord>(&keys::account(&who.key())) else { return "nothing" };
    assert_eq!(after.seat, before.seat, "the seat stays as it was");
    let epoch = before.account.as_ref().unwrap().epoch;
    match &after.account {
        None => "gone, its seat inert",
        Some(account) if account.standing == Standing::Revoked && account.epoch == epoch + 1 => "revoked, one epoch on",
        Some(account) if account.standing == Standing::Active && account.epoch == epoch => "active, in the same epoch",
        Some(other) => panic!("{other:?}"),
    }
}

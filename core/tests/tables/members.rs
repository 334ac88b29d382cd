//! What is done to members, and to keys that may or may not come in.

use crate::kit::govern::{member, set_role, set_tags};
use crate::kit::table::{ANY, Answered, Cell, Row, Table, column, row};
use crate::kit::{Outcome, Person, World, govern};
use crate::words;
use doorward_core::decide::member::{Act, Fitness, Target, judge};
use doorward_core::record::{Ban, KeyRecord, Standing, keys};
use doorward_core::role::{Actor, Role};
use doorward_core::time::Expiry;
use doorward_core::wire::Command;
use doorward_core::{Code, SignKey, SpaceId, Timestamp, rule};

const MAY: &str = "admin | owner";
const NOBODY: &str = "unknown | no member";
const KEYS: &[&str] = &["unknown", "no member", "member", "admin", "owner"];

pub fn table() -> Table {
    Table {
        name: "members",
        title: "What is done to members, and to keys that may or may not come in",
        verbs: vec!["kick", "ban", "unban", "set role", "transfer", "set tags", "allow", "disallow"],
        effect: "done",
        columns: vec![
            column("verb", words::act::WORDS),
            column("caller", words::role::WORDS),
            column("the key is", KEYS),
            column("it is the caller's own", &["no", "yes"]),
            column("its holder is", words::fitness::WORDS),
            column("on the allowlist", &["no", "yes"]),
        ],
        rows: [refused(), of_keys(), of_members(), given()].into_iter().flatten().collect(),
    }
}

fn refused() -> Vec<Row> {
    let all = "kick | set role admin | set role member | set tags";
    vec![
        row([ANY, "member", ANY, ANY, ANY, ANY], Code::MissingPermission, rule::ASK_PERMISSION, "nothing"),
        row(["transfer", "admin", ANY, ANY, ANY, ANY], Code::MissingPermission, rule::ASK_PERMISSION, "nothing"),
        row(["set role owner", MAY, ANY, ANY, ANY, ANY], Code::GrantTooHigh, rule::MEMBER_GRANT, "nothing"),
        row([all, MAY, NOBODY, ANY, ANY, ANY], Code::NotAMember, rule::MEMBER_NONE, "nothing"),
        row(["transfer", "owner", NOBODY, ANY, ANY, ANY], Code::NotAMember, rule::MEMBER_NONE, "nothing"),
        row(["set role admin | set role member", MAY, "owner", ANY, ANY, ANY], Code::IsOwner, rule::MEMBER_OWNER, "nothing"),
        row(["kick | ban", MAY, "owner", "yes", ANY, ANY], Code::LastOwner, rule::MEMBER_OWNER, "nothing"),
        row(["kick | ban | set tags", MAY, "owner", "no", ANY, ANY], Code::RankTooLow, rule::MEMBER_RANK, "nothing"),
        row(["kick | ban | set role member", "admin", "admin", ANY, ANY, ANY], Code::RankTooLow, rule::MEMBER_RANK, "nothing"),
        row(["set tags", "admin", "admin", "no", ANY, ANY], Code::RankTooLow, rule::MEMBER_RANK, "nothing"),
        row(["transfer", "owner", "owner", ANY, ANY, ANY], Code::AlreadyOwner, rule::MEMBER_ROLE, "nothing"),
        row(["set role admin", MAY, "admin", ANY, ANY, ANY], Code::AlreadyAdmin, rule::MEMBER_ROLE, "nothing"),
        row(["set role member", MAY, "member", ANY, ANY, ANY], Code::AlreadyMemberRole, rule::MEMBER_ROLE, "nothing"),
    ]
}

fn of_keys() -> Vec<Row> {
    let again = |verb, fit, listed| row([verb, MAY, ANY, ANY, fit, listed], Code::Allowed, rule::MEMBER_AGAIN, "nothing");
    vec![
        row(["unban", MAY, ANY, ANY, "banned", ANY], Code::Allowed, rule::UNBAN_DONE, "banned no more"),
        again("unban", "fit | unproved | revoked", ANY),
        row(["allow", MAY, ANY, ANY, ANY, "no"], Code::Allowed, rule::ALLOW_DONE, "on the list"),
        again("allow", ANY, "yes"),
        row(["disallow", MAY, ANY, ANY, ANY, "yes"], Code::Allowed, rule::DISALLOW_DONE, "off the list"),
        again("disallow", ANY, "no"),
        row(["ban", MAY, "unknown", ANY, ANY, ANY], Code::Allowed, rule::BAN_DONE, "banned"),
        row(["ban", MAY, "no member", ANY, ANY, ANY], Code::Allowed, rule::BAN_DONE, "banned, no member, one epoch on"),
    ]
}

fn of_members() -> Vec<Row> {
    let mut rows = Vec::new();
    for (caller, target) in [(MAY, "member"), ("owner", "admin")] {
        rows.push(row(["kick", caller, target, ANY, ANY, ANY], Code::Allowed, rule::KICK_DONE, "no member, one epoch on"));
        rows.push(row(["ban", caller, target, ANY, ANY, ANY], Code::Allowed, rule::BAN_DONE, "banned, no member, one epoch on"));
        rows.push(row(["set tags", caller, target, ANY, ANY, ANY], Code::Allowed, rule::TAGS_DONE, "tagged"));
    }
    rows.push(row(["set tags", "admin", "admin", "yes", ANY, ANY], Code::Allowed, rule::TAGS_DONE, "tagged"));
    rows.push(row(["set tags", MAY, "owner", "yes", ANY, ANY], Code::Allowed, rule::TAGS_DONE, "tagged"));
    rows.push(row(
        ["set role member", "owner", "admin", ANY, ANY, ANY],
        Code::Allowed,
        rule::DEMOTE_DONE,
        "member, one epoch on",
    ));
    rows
}

fn given() -> Vec<Row> {
    let mut rows = Vec::new();
    for (verb, caller, target) in [("set role admin", MAY, "member"), ("transfer", "owner", "member | admin")] {
        rows.push(row([verb, caller, target, ANY, "revoked", ANY], Code::AccountRevoked, rule::MEMBER_FALLEN, "nothing"));
        rows.push(row([verb, caller, target, ANY, "banned", ANY], Code::Banned, rule::MEMBER_FALLEN, "nothing"));
    }
    rows.push(row(["set role admin", MAY, "member", ANY, "fit | unproved", ANY], Code::Allowed, rule::PROMOTE_DONE, "admin"));
    let to = "member | admin";
    rows.push(row(["transfer", "owner", to, ANY, "unproved", ANY], Code::Unproved, rule::MEMBER_UNPROVED, "nothing"));
    let done = "owner, the caller an admin";
    rows.push(row(["transfer", "owner", to, ANY, "fit", ANY], Code::Allowed, rule::TRANSFER_DONE, done));
    rows
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

fn target_role(cell: &Cell<'_>) -> Option<Role> {
    Role::ALL.iter().copied().find(|role| cell.is("the key is", words::role::of(role)))
}

#[test]
fn judge_in_every_case() {
    let declined = table().check(|cell| {
        let act = words::act::all()[cell.index("verb")];
        let target = Target {
            role: target_role(cell),
            is_self: cell.is("it is the caller's own", "yes"),
            fitness: words::fitness::all()[cell.index("its holder is")],
            listed: cell.is("on the allowlist", "yes"),
            // Of these, nothing is asked at the server itself.
            at_server: Role::Owner,
            owner: None,
        };
        let (code, rule) = judge(act, Actor::at_server(words::role::all()[cell.index("caller")]), &target);
        let unknown = cell.is("the key is", "unknown");
        let done = match rule {
            rule::KICK_DONE => "no member, one epoch on",
            rule::BAN_DONE if unknown => "banned",
            rule::BAN_DONE => "banned, no member, one epoch on",
            rule::UNBAN_DONE => "banned no more",
            rule::PROMOTE_DONE => "admin",
            rule::DEMOTE_DONE => "member, one epoch on",
            rule::TRANSFER_DONE => "owner, the caller an admin",
            rule::TAGS_DONE => "tagged",
            rule::ALLOW_DONE => "on the list",
            rule::DISALLOW_DONE => "off the list",
            _ => "nothing",
        };
        Some(Answered::new(code, rule.id(), done))
    });
    assert_eq!(declined, 0);
}

/// Who the key of a cell is; none where no records can make the cell.
fn holder<'p>(cell: &Cell<'_>, people: &[&'p Person; 3], guest: &'p Person) -> Option<&'p Person> {
    let (caller, own) = (people[cell.index("caller")], cell.is("it is the caller's own", "yes"));
    let fitness = words::fitness::all()[cell.index("its holder is")];
    if own {
        // Whoever calls is a member, and neither revoked nor banned.
        let stands = matches!(fitness, Fitness::Fit | Fitness::Unproved);
        return (stands && cell.get("the key is") == cell.get("caller")).then_some(caller);
    }
    match cell.get("the key is") {
        // Without an account, nothing is proved or revoked.
        "unknown" => matches!(fitness, Fitness::Unproved | Fitness::Banned).then_some(guest),
        // There is one owner.
        "owner" => (!cell.is("caller", "owner")).then_some(people[2]),
        _ => Some(guest),
    }
}

fn file(world: &mut World, cell: &Cell<'_>, who: &Person) {
    let fitness = words::fitness::all()[cell.index("its holder is")];
    let binding = who.binding(&world.server.key());
    let listed = cell.is("on the allowlist", "yes");
    let ban = || Ban { reason: "before".into(), by: who.key(), since: Timestamp(1), until: Expiry::Never };
    let role = target_role(cell);
    world.edit_key(who, |record| {
        if let Some(account) = record.account.as_mut() {
            account.binding = (fitness != Fitness::Unproved).then_some(binding);
            account.standing = if fitness == Fitness::Revoked { Standing::Revoked } else { Standing::Active };
        }
        record.ban = (fitness == Fitness::Banned).then(ban);
        record.allowlisted_by = listed.then_some(SignKey([7; 32]));
        match (cell.get("the key is"), role) {
            ("unknown", _) => record.account = None,
            (_, None) => record.seat = None,
            (_, Some(role)) => record.seat.as_mut().unwrap().role = role,
        }
    });
}

fn command(act: Act, who: &Person) -> Command {
    match act {
        Act::Kick => Command::Kick(member(who)),
        Act::Ban => govern::ban(who, Expiry::Never),
        Act::Unban => Command::Unban(member(who)),
        Act::Give(role) => set_role(who, role),
        Act::Transfer => Command::Transfer(member(who)),
        Act::SetTags => set_tags(who, &["tea"]),
        Act::Allow => Command::Allow(member(who)),
        Act::Disallow => Command::Disallow(member(who)),
    }
}

#[test]
fn step_over_real_records() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let (people, guest) = ([&member, &admin, &owner], Person::new("guest"));
    world.join(&owner, &guest, Role::Member);
    let base = world.store.clone();
    let mut done_in = 0;
    let declined = table().check(|cell| {
        world.store = base.clone();
        let caller = people[cell.index("caller")];
        let who = holder(cell, &people, &guest)?;
        file(&mut world, cell, who);
        let before = world.key_record(who);
        let outcome = {
            let call = world.signed(caller, 9, command(words::act::all()[cell.index("verb")], who));
            world.decide(&call)
        };
        done_in += 1;
        Some(Answered::new(outcome.code(), outcome.rule(), done(&outcome, &world, who, caller, &before)))
    });
    // Ten verbs, three callers, two sides of the list. Own: one role in five, two fits in four. Another's: an unknown key
    // in two fits of four, no member, a member and an admin in all, the owner for two callers of three.
    assert_eq!(done_in, 10 * 3 * 2 * (2 + 2 + 4 + 4 + 4) + 10 * 2 * 2 * 4);
    assert_eq!(declined, 10 * 3 * 5 * 2 * 4 * 2 - done_in);
}

/// What became of the key, read from the records that were written.
fn done(outcome: &Outcome, world: &World, who: &Person, caller: &Person, before: &KeyRecord) -> &'static str {
    let Some(after) = outcome.written::<KeyRecord>(&keys::account(&who.key())) else { return "nothing" };
    if outcome.decided().events.is_empty() {
        return "nothing"; // a repeated mark of a refusal
    }
    let marked = |key: String| outcome.decided().writes.iter().find(|write| write.key == key).map(|write| write.value.is_some());
    let epoch = |record: &KeyRecord| record.account.as_ref().map(|account| account.epoch);
    let (fell, role) = (epoch(&after) != epoch(before), after.current_seat().map(|seat| seat.role));
    let (was_banned, was_listed) = (before.ban.is_some(), before.allowlisted_by.is_some());
    match (&after.ban, marked(keys::banned(&SpaceId::SERVER, &who.key()))) {
        (Some(ban), Some(true)) => {
            assert_eq!((ban.by, ban.since, ban.until, ban.reason.as_str()), (caller.key(), world.now, Expiry::Never, "loud"));
            assert!(after.seat.is_none() && fell == after.account.is_some());
            return if fell { "banned, no member, one epoch on" } else { "banned" };
        }
        (None, Some(false)) if was_banned => return "banned no more",
        (ban, None) => assert_eq!(*ban, before.ban, "a ban comes and goes by its own verbs"),
        other => panic!("{other:?}"),
    }
    match (after.allowlisted_by, marked(keys::allowed(&SpaceId::SERVER, &who.key()))) {
        (Some(by), Some(true)) if !was_listed && by == caller.key() => return "on the list",
        (None, Some(false)) if was_listed => return "off the list",
        (by, None) => assert_eq!(by, before.allowlisted_by),
        other => panic!("{other:?}"),
    }
    if after.seat.is_none() {
        assert!(fell);
        return "no member, one epoch on";
    }
    let tags = &after.seat.as_ref().unwrap().tags;
    match role {
        _ if *tags != before.seat.as_ref().unwrap().tags => {
            assert!(!fell && tags == &["tea"]);
            "tagged"
        }
        Some(Role::Owner) => {
            let former: KeyRecord = outcome.written(&keys::account(&caller.key())).unwrap();
            assert_eq!(former.current_seat().unwrap().role, Role::Admin);
            let root: doorward_core::record::Space = outcome.written(keys::SERVER).unwrap();
            assert_eq!((root.owner, fell), (Some(who.key()), false));
            "owner, the caller an admin"
        }
        Some(Role::Admin) => {
            assert!(!fell);
            "admin"
        }
        Some(Role::Member) => {
            assert!(fell);
            "member, one epoch on"
        }
        None => panic!("a seat of nobody"),
    }
}

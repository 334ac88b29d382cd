//! Who may watch what happens, and who sees what of it.

use crate::kit::table::{ANY, Answered, Row, Table, column, row};
use crate::kit::{Call, Person, World};
use crate::restore::by;
use crate::words;
use doorward_core::decide::watch::judge;
use doorward_core::record::{Ban, Standing};
use doorward_core::role::{Actor, Role};
use doorward_core::time::Expiry;
use doorward_core::wire::{Asker, Command, Event, EventKind, Reply, Sees, Sight};
use doorward_core::{Code, Incarnation, InviteId, SpaceId, Timestamp, rule};

/// What members see of others.
const SHOWN: &str = "member joined | member left | member kicked | account deleted | account moved to other keys | \
    role changed | owner changed | tags changed | space changed | network made | network deleted";

/// What they do not.
const HIDDEN: &str = "server set up | invite made | invite cancelled | invite burned | account made | account proved | \
    account revoked | account restored | restore begun | restore accepted | owner recovery begun | key banned | \
    ban lifted | key allowed | key disallowed | account invited | invite declined";

fn sees(when: [&'static str; 3], sight: &'static str) -> Row {
    row(when, Code::Allowed, rule::SEES_YES, sight)
}

pub fn event_table() -> Table {
    Table {
        name: "events",
        title: "What somebody who watches sees of what happens",
        verbs: vec!["sees"],
        effect: "sees",
        columns: vec![
            column("watcher", words::role::WORDS),
            column("what happened", words::event::WORDS),
            column("to the watcher", &["no", "yes"]),
        ],
        rows: vec![
            sees(["admin | owner", ANY, ANY], "all of it"),
            sees(["member", ANY, "yes"], "all of it"),
            sees(["member", SHOWN, "no"], "what and to whom, not by which invite"),
            sees(["member", HIDDEN, "no"], "nothing"),
        ],
    }
}

fn word(sight: Sight) -> &'static str {
    match sight {
        Sight::Nothing => "nothing",
        Sight::Bare => "what and to whom, not by which invite",
        Sight::Whole => "all of it",
    }
}

#[test]
fn is_as_reviewed() {
    [event_table(), table(), begin_table()].iter().for_each(crate::reviewed);
}

#[test]
fn judge_of_every_event() {
    let declined = event_table().check(|cell| {
        let (role, kind) = (words::role::all()[cell.index("watcher")], words::event::all()[cell.index("what happened")]);
        let sight = judge(Actor::at_server(role), kind, cell.is("to the watcher", "yes"));
        Some(Answered::new(Code::Allowed, rule::SEES_YES.id(), word(sight)))
    });
    assert_eq!(declined, 0);
}

fn event(kind: EventKind, to: &Person) -> Event {
    Event { kind, space: SpaceId::SERVER, account: Some(to.key()), invite: Some(InviteId([7; 16])) }
}

/// All events at once, about each in turn.
#[test]
fn step_for_every_event() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let (people, other) = ([&member, &admin, &owner], Person::new("other"));
    let declined = event_table().check(|cell| {
        let who = people[cell.index("watcher")];
        let kinds = words::event::all();
        let to = if cell.is("to the watcher", "yes") { who } else { &other };
        let incarnation = world.key_record(who).account.unwrap().incarnation;
        let events = kinds.iter().map(|kind| event(*kind, to)).collect();
        let ask = Command::Sees(Sees { account: who.key(), incarnation, events }.into());
        let outcome = world.decide(&Call::of(Asker::Service, ask));
        let Reply::Seen(seen) = outcome.reply() else { panic!("{:?}", outcome.reply()) };
        assert_eq!(seen.len(), kinds.len());
        Some(Answered::new(outcome.code(), outcome.rule(), word(seen[cell.index("what happened")])))
    });
    assert_eq!(declined, 0);
}

const STATES: &[&str] =
    &["a member", "no member", "revoked", "banned one second more", "gone", "registered again", "not accepted after a restore"];

pub fn table() -> Table {
    let refused = |state, code, rule| row(["service", state], code, rule, "no");
    Table {
        name: "watchers",
        title: "Who is shown what happens, asked again for every part of it",
        verbs: vec!["sees"],
        effect: "sees something",
        columns: vec![column("asked by", &["stranger", "service", "operator", "account"]), column("whoever watches is", STATES)],
        rows: vec![
            row(["stranger | operator | account", ANY], Code::Unauthenticated, rule::SEES_ASKER, "no"),
            refused("not accepted after a restore", Code::RestoreUnreviewed, rule::AUTHORIZED_RESTORED),
            refused("gone | registered again", Code::UnknownAccount, rule::AUTHORIZED_UNKNOWN),
            refused("revoked", Code::AccountRevoked, rule::AUTHORIZED_REVOKED),
            refused("banned one second more", Code::Banned, rule::AUTHORIZED_BANNED),
            refused("no member", Code::NotAMember, rule::AUTHORIZED_MEMBER),
            row(["service", "a member"], Code::Allowed, rule::SEES_YES, "yes"),
        ],
    }
}

#[test]
fn step_for_every_watcher() {
    let (mut world, [owner, _, member]) = World::peopled();
    let base = world.store.clone();
    let declined = table().check(|cell| {
        world.store = base.clone();
        let (state, now) = (cell.get("whoever watches is"), world.now);
        let mut incarnation = world.key_record(&member).account.unwrap().incarnation;
        if state == "registered again" {
            incarnation = Incarnation([9; 16]);
        }
        world.edit_root(|root| root.server.as_mut().unwrap().restore_reviewed = state != "not accepted after a restore");
        world.edit_key(&member, |record| match state {
            "no member" => record.seat = None,
            "revoked" => record.account.as_mut().unwrap().standing = Standing::Revoked,
            "gone" => record.account = None,
            "banned one second more" => {
                let until = Expiry::At(now.plus(1));
                record.ban = Some(Ban { reason: String::new(), by: owner.key(), since: Timestamp(1), until });
            }
            _ => {}
        });
        let events = vec![event(EventKind::MemberJoined, &owner)];
        let ask = Command::Sees(Sees { account: member.key(), incarnation, events }.into());
        let call = by(&world, cell.get("asked by"), &owner, ask);
        let outcome = world.decide(&call);
        let sees = if matches!(outcome.reply(), Reply::Seen(seen) if seen[..] == [Sight::Bare]) { "yes" } else { "no" };
        Some(Answered::new(outcome.code(), outcome.rule(), sees))
    });
    assert_eq!(declined, 0);
}

/// A host that asks about too much at once is told so.
#[test]
fn a_thousand_events_and_no_more() {
    let (mut world, [_, admin, _]) = World::peopled();
    let incarnation = world.key_record(&admin).account.unwrap().incarnation;
    for (count, code) in [(1_000, Code::Allowed), (1_001, Code::Malformed)] {
        let events = vec![event(EventKind::TagsChanged, &admin); count];
        let ask = Command::Sees(Sees { account: admin.key(), incarnation, events }.into());
        assert_eq!(world.decide(&Call::of(Asker::Service, ask)).code(), code);
    }
}

pub fn begin_table() -> Table {
    Table {
        name: "watch",
        title: "Who may watch what happens",
        verbs: vec!["watch"],
        effect: "watches",
        columns: vec![column("asker", &["stranger", "service", "operator", "member", "admin", "owner"])],
        rows: vec![
            row(["stranger | service | operator"], Code::Unauthenticated, rule::ASK_SIGNATURE, "no"),
            row(["member | admin | owner"], Code::Allowed, rule::WATCH_YES, "yes"),
        ],
    }
}

#[test]
fn step_for_whoever_begins() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let people = [(Role::Member, &member), (Role::Admin, &admin), (Role::Owner, &owner)];
    let declined = begin_table().check(|cell| {
        let who = people.iter().find(|(role, _)| cell.is("asker", words::role::of(role))).map_or(&owner, |found| found.1);
        let call = by(&world, cell.get("asker"), who, Command::Watch);
        let outcome = world.decide(&call);
        let incarnation = world.key_record(who).account.unwrap().incarnation;
        let watches = *outcome.reply() == Reply::Watching(incarnation);
        Some(Answered::new(outcome.code(), outcome.rule(), if watches { "yes" } else { "no" }))
    });
    assert_eq!(declined, 0);
}

//! The space itself: who sees it, and who changes what.

use crate::kit::govern::update;
use crate::kit::table::{ANY, Answered, Table, column, row};
use crate::kit::{Call, World};
use crate::words;
use doorward_core::decide::space::{Name, Wish, judge};
use doorward_core::record::{JoinRule, Pause, Space, keys};
use doorward_core::role::Actor;
use doorward_core::wire::{Asker, Command, Reply};
use doorward_core::{Code, SpaceId, Timestamp, rule};

const MAY: &str = "admin | owner";

pub fn table() -> Table {
    let there = |texts, pause, changes, code, rule, done| row([MAY, "the server", texts, pause, changes], code, rule, done);
    Table {
        name: "space",
        title: "Changing what a space is called, who may join, how many fit, and whether joining is paused",
        verbs: vec!["update space"],
        effect: "done",
        columns: vec![
            column("caller", words::role::WORDS),
            column("space", &["the server", "another"]),
            column("texts", &["showable", "not showable"]),
            column("pause ends", &["never", "a second ago", "this second", "in a second"]),
            column("anything is other than before", &["no", "yes"]),
        ],
        rows: vec![
            row([ANY, "another", ANY, ANY, ANY], Code::NotFound, rule::SPACE_UNKNOWN, "nothing"),
            row(["member", "the server", ANY, ANY, ANY], Code::MissingPermission, rule::ASK_PERMISSION, "nothing"),
            there("not showable", ANY, ANY, Code::BadText, rule::SPACE_TEXT, "nothing"),
            there("showable", "a second ago | this second", ANY, Code::ExpiryInPast, rule::SPACE_PAUSE, "nothing"),
            there("showable", "never | in a second", "no", Code::Allowed, rule::SPACE_AGAIN, "nothing"),
            there("showable", "never | in a second", "yes", Code::Allowed, rule::SPACE_DONE, "changed"),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
    crate::reviewed(&show_table());
}

fn end(word: &str, now: Timestamp) -> Option<Timestamp> {
    match word {
        "a second ago" => Some(Timestamp(now.0 - 1)),
        "this second" => Some(now),
        "in a second" => Some(now.plus(1)),
        _ => None,
    }
}

#[test]
fn judge_in_every_case() {
    let now = Timestamp(1_000);
    let declined = table().check(|cell| {
        let wish = Wish {
            showable: cell.is("texts", "showable"),
            pause_until: end(cell.get("pause ends"), now),
            changes: cell.is("anything is other than before", "yes"),
            name: Name::Free,
            governs: false,
            ungoverned_invite: false,
        };
        if cell.is("space", "another") {
            // That is decided before the verb.
            return None;
        }
        let (code, rule) = judge(Actor::at_server(words::role::all()[cell.index("caller")]), &wish, now);
        let done = if rule == rule::SPACE_DONE { "changed" } else { "nothing" };
        Some(Answered::new(code, rule.id(), done))
    });
    assert_eq!(declined, 3 * 2 * 4 * 2);
}

#[test]
fn step_for_every_change() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let people = [&member, &admin, &owner];
    let base = world.store.clone();
    let declined = table().check(|cell| {
        world.store = base.clone();
        let pause = end(cell.get("pause ends"), world.now).map_or(Pause::UntilLifted, Pause::Until);
        let text = if cell.is("texts", "showable") { "A place\u{301}" } else { "A\u{7} place" };
        let text = text.replace("e\u{301}", "é");
        let (space, changes) = (cell.is("space", "another"), cell.is("anything is other than before", "yes"));
        let command = update(|update| {
            update.name = Some("Hall".into());
            update.description = Some(text.clone());
            (update.join_rule, update.max_members) = (Some(JoinRule::Allowlist), Some(7));
            update.pause = Some(pause);
            update.space = if space { SpaceId([1; 16]) } else { SpaceId::SERVER };
        });
        world.edit_root(|root| {
            (root.name, root.description, root.pause) = ("Hall".into(), text, pause);
            (root.join_rule, root.max_members) = (JoinRule::Allowlist, if changes { 8 } else { 7 });
        });
        let outcome = {
            let call = world.signed(people[cell.index("caller")], 9, command);
            world.decide(&call)
        };
        let told =
            |reply: &Reply| matches!(reply, Reply::Space(view) if (view.max_members, view.members, view.paused) == (7, Some(3), true));
        let done = match outcome.written::<Space>(keys::SERVER) {
            Some(root) if root.max_members == 7 && !outcome.decided().events.is_empty() => {
                assert!(told(outcome.reply()));
                "changed"
            }
            _ => "nothing",
        };
        Some(Answered::new(outcome.code(), outcome.rule(), done))
    });
    assert_eq!(declined, 0);
}

/// What is shown says whether joining is paused now: at the second a pause ends, it is not.
#[test]
fn a_pause_that_is_over_is_shown_as_over() {
    let (mut world, [_, _, member]) = World::peopled();
    let now = world.now;
    for (pause, holds) in
        [(Pause::No, false), (Pause::UntilLifted, true), (Pause::Until(now.plus(1)), true), (Pause::Until(now), false)]
    {
        world.edit_root(|root| root.pause = pause);
        let call = world.signed(&member, 9, Command::ShowSpace(SpaceId::SERVER));
        let outcome = world.decide(&call);
        let Reply::Space(view) = outcome.reply() else { panic!("{:?}", outcome.reply()) };
        assert_eq!((view.pause, view.paused), (pause, holds));
    }
}

/// What is absent is kept, whichever field it is.
#[test]
fn each_field_is_changed_alone() {
    let (mut world, [_, admin, _]) = World::peopled();
    let before = world.root();
    let kept = |root: &Space| Space { server: None, ..root.clone() };
    type Change = fn(&mut Space);
    let changes: [(Command, Change); 5] = [
        (update(|update| update.name = Some("Hall".into())), |root| root.name = "Hall".into()),
        (update(|update| update.join_rule = Some(JoinRule::Closed)), |root| root.join_rule = JoinRule::Closed),
        (update(|update| update.max_members = Some(9)), |root| root.max_members = 9),
        (update(|update| update.description = Some("About".into())), |root| root.description = "About".into()),
        (update(|update| update.pause = Some(Pause::UntilLifted)), |root| root.pause = Pause::UntilLifted),
    ];
    let mut expected = before.clone();
    for (number, (command, change)) in (100..).zip(changes) {
        change(&mut expected);
        let outcome = world.ask(&world.signed(&admin, number, command));
        assert!(outcome.allowed(), "{}", outcome.code());
        assert_eq!(kept(&world.root()), kept(&expected));
    }
    // There are no join tokens yet: a rule that asks for one is none.
    let outcome = world.ask(&world.signed(&admin, 200, update(|update| update.join_rule = Some(JoinRule::Token))));
    assert_eq!(outcome.code(), Code::Malformed);
}

pub fn show_table() -> Table {
    Table {
        name: "show-space",
        title: "Who sees what a space is",
        verbs: vec!["show space"],
        effect: "sees it",
        columns: vec![
            column("asker", &["stranger", "service", "operator", "member", "admin", "owner"]),
            column("space", &["the server", "another"]),
        ],
        rows: vec![
            row(["stranger | service | operator", ANY], Code::Unauthenticated, rule::ASK_SIGNATURE, "no"),
            row(["member | admin | owner", "another"], Code::NotFound, rule::SPACE_UNKNOWN, "no"),
            row(["member | admin | owner", "the server"], Code::Allowed, rule::SPACE_SHOW, "yes"),
        ],
    }
}

#[test]
fn step_for_every_look() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let people = [&member, &admin, &owner];
    let declined = show_table().check(|cell| {
        let show = Command::ShowSpace(if cell.is("space", "another") { SpaceId([1; 16]) } else { SpaceId::SERVER });
        let call = match cell.index("asker") {
            0 => Call::of(Asker::Stranger, show),
            1 => Call::of(Asker::Service, show),
            2 => Call::of(Asker::Operator, show),
            at => world.signed(people[at - 3], 9, show),
        };
        let outcome = world.decide(&call);
        let sees = match outcome.reply() {
            Reply::Space(view) => {
                let root = world.root();
                assert_eq!((view.owner, view.members, &view.name), (Some(owner.key()), Some(3), &root.name));
                assert_eq!((view.join_rule, view.governed, view.space), (root.join_rule, true, SpaceId::SERVER));
                "yes"
            }
            _ => "no",
        };
        Some(Answered::new(outcome.code(), outcome.rule(), sees))
    });
    assert_eq!(declined, 0);
}

//! The end of a network: who deletes it, and what is left of it.

use crate::kit::table::{ANY, Answered, Table, column, row};
use crate::kit::{Call, Outcome, Person};
use crate::networks::{ACTORS, stage};
use doorward_core::record::{Job, JobKind, Stored, keys};
use doorward_core::wire::{Asker, Command, Reply};
use doorward_core::{Code, DecisionId, SpaceId, rule};

pub fn delete_table() -> Table {
    Table {
        name: "delete-space",
        title: "Deleting a network",
        verbs: vec!["delete space"],
        effect: "gone",
        columns: vec![
            column("caller is there", ACTORS),
            column("space", &["the server", "a listed network", "an unlisted one", "none"]),
        ],
        rows: vec![
            row([ANY, "none"], Code::NotFound, rule::SPACE_UNKNOWN, "no"),
            row(["owner of the server", "the server"], Code::MissingPermission, rule::DELETE_SPACE_SERVER, "no"),
            row(
                ["no member | member | admin | owner | admin of the server", "the server"],
                Code::MissingPermission,
                rule::ASK_PERMISSION,
                "no",
            ),
            row(["no member", "an unlisted one"], Code::NotFound, rule::SPACE_UNKNOWN, "no"),
            row(["no member", "a listed network"], Code::MissingPermission, rule::ASK_PERMISSION, "no"),
            row(["member | admin", "a listed network | an unlisted one"], Code::MissingPermission, rule::ASK_PERMISSION, "no"),
            row(
                ["owner | admin of the server | owner of the server", "a listed network | an unlisted one"],
                Code::Allowed,
                rule::DELETE_SPACE_DONE,
                "with its name, the rest by housekeeping",
            ),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&delete_table());
}

#[test]
fn step_for_every_delete() {
    let (mut world, space, people) = stage();
    let base = world.store.clone();
    let declined = delete_table().check(|cell| {
        world.store = base.clone();
        world.edit_space(space, |root| root.child.as_mut().unwrap().listed = !cell.is("space", "an unlisted one"));
        let which = match cell.get("space") {
            "the server" => SpaceId::SERVER,
            "none" => SpaceId([1; 16]),
            _ => space,
        };
        let outcome = {
            let call = world.signed(&people[cell.index("caller is there")], 9, Command::DeleteSpace(which));
            world.decide(&call)
        };
        Some(Answered::new(outcome.code(), outcome.rule(), gone(&outcome, space)))
    });
    assert_eq!(declined, 0);
}

fn gone(outcome: &Outcome, space: SpaceId) -> &'static str {
    let removed = |key: String| outcome.decided().writes.iter().any(|write| write.key == key && write.value.is_none());
    let jobs: Vec<Job> = outcome
        .decided()
        .writes
        .iter()
        .filter(|write| write.key.starts_with(keys::JOBS))
        .map(|write| Job::from_stored(write.value.as_deref().unwrap()).unwrap())
        .collect();
    match (removed(keys::space(&space)), removed(keys::name("harbour")), jobs.as_slice()) {
        (true, true, [Job { kind: JobKind::ClearSpace(id), .. }]) if *id == space => "with its name, the rest by housekeeping",
        (false, false, []) => "no",
        other => panic!("{other:?}"),
    }
}

/// Whose job it is to clear a network away leaves nothing of it.
#[test]
fn a_network_that_is_gone_is_cleared() {
    let (mut world, space, people) = stage();
    let made = world.offer_in(space, &people[3], 700, |_| {});
    assert!(world.ask(&world.signed(&people[3], 50, made.mint())).allowed());
    assert!(world.ask(&world.signed(&people[3], 51, Command::DeleteSpace(space))).allowed());
    let jobs: Vec<DecisionId> =
        world.store.keys().filter_map(|key| key.strip_prefix(keys::JOBS)).filter_map(DecisionId::from_hex).collect();
    assert_eq!(jobs.len(), 1);
    let mut rounds = 0;
    while world.ask(&Call::of(Asker::Operator, Command::Tidy(jobs[0]))).reply() == &Reply::Tidied(true) {
        rounds += 1;
        assert!(rounds < 9, "it comes to an end");
    }
    assert!(rounds >= 2, "members, then invites");
    let left: Vec<&String> = world.store.keys().filter(|key| key.contains(&space.to_hex()) && !key.starts_with("c.")).collect();
    assert!(left.is_empty(), "{left:?}");
    world.audit();
    // The link leads nowhere now, and the name is free.
    let outcome = world.ask(&world.redeem(&made, &Person::new("late"), 52));
    assert_eq!((outcome.code(), outcome.rule()), (Code::NotFound, "redeem.5-gone"));
    let cancel = Command::CancelInvite(made.id());
    assert_eq!(world.ask(&world.signed(&people[3], 53, cancel)).rule(), "cancel.unknown");
    world.audit();
    world.network(&people[5], "harbour");
}

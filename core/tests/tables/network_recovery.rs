//! Networks whose owner at the server is being recovered: what he owned is on its way to his new keys.

use crate::kit::network::{member_of, update_of};
use crate::kit::table::{ANY, Answered, Table, column, row};
use crate::kit::{Call, Outcome, Person, World};
use doorward_core::record::{JoinRule, KeyRecord, MemberRecord, Space, keys};
use doorward_core::role::Role;
use doorward_core::wire::{Asker, Command};
use doorward_core::{Code, DecisionId, SpaceId, rule};

const VERBS: &[&str] = &["transfer", "delete space", "update space", "recover owner"];

pub fn table() -> Table {
    let yes = |verb, rule| row([verb, "yes"], Code::Allowed, rule, "done");
    Table {
        name: "moving-networks",
        title: "What is done to a network of a recovered owner's (by an admin of the server: handed to him, deleted, governed no more; by the operator: the owner is recovered again)",
        verbs: VERBS.to_vec(),
        effect: "done",
        columns: vec![column("verb", VERBS), column("housekeeping has moved it", &["no", "yes"])],
        rows: vec![
            row([ANY, "no"], Code::Conflict, rule::SPACE_MOVING, "nothing"),
            row(["transfer", "yes"], Code::RankTooLow, rule::MEMBER_RANK, "nothing"),
            yes("delete space", rule::DELETE_SPACE_DONE),
            yes("update space", rule::SPACE_DONE),
            yes("recover owner", rule::RECOVER_DONE),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

/// The owner of the server, who owns a network with an admin of the server as a member, is recovered by new keys.
fn recovered() -> (World, SpaceId, Person, [Person; 2]) {
    let (mut world, [owner, admin, _]) = World::peopled();
    world.prove(&admin);
    let space = world.network(&owner, "harbour");
    world.seat_in(space, &admin, Role::Member);
    let made = world.recovery_offer(50, owner.key());
    assert!(world.ask(&Call::of(Asker::Operator, made.recover())).allowed());
    let successor = Person::new("successor");
    assert!(world.ask(&world.redeem(&made, &successor, 51)).allowed());
    (world, space, admin, [owner, successor])
}

fn tidy(world: &mut World) {
    let jobs: Vec<DecisionId> =
        world.store.keys().filter_map(|key| DecisionId::from_hex(key.strip_prefix(keys::JOBS)?)).collect();
    for job in jobs {
        for _ in 0..9 {
            world.ask(&Call::of(Asker::Operator, Command::Tidy(job)));
        }
    }
    world.audit();
}

#[test]
fn step_for_every_verb() {
    let (world, space, admin, [_, successor]) = recovered();
    let declined = table().check(|cell| {
        let mut world = world.clone();
        if cell.is("housekeeping has moved it", "yes") {
            tidy(&mut world);
        }
        let again = world.recovery_offer(60, successor.key());
        let simple = update_of(space, |update| (update.governed, update.join_rule) = (Some(false), Some(JoinRule::Open)));
        let call = match cell.get("verb") {
            "transfer" => world.signed(&admin, 61, Command::Transfer(member_of(space, &admin))),
            "delete space" => world.signed(&admin, 61, Command::DeleteSpace(space)),
            "update space" => world.signed(&admin, 61, simple),
            _ => Call::of(Asker::Operator, again.recover()),
        };
        let outcome: Outcome = world.decide(&call);
        Some(Answered::new(outcome.code(), outcome.rule(), if outcome.allowed() { "done" } else { "nothing" }))
    });
    assert_eq!(declined, 0);
}

/// It gets there, whatever happens to the old key on the way.
#[test]
fn what_the_owner_owned_is_his_again() {
    for deleted_first in [false, true] {
        let (mut world, space, admin, [owner, successor]) = recovered();
        if deleted_first {
            let admin_at_server = world.ask(&world.signed(&admin, 70, Command::Delete(owner.key())));
            assert!(admin_at_server.allowed(), "{}", admin_at_server.code());
        }
        tidy(&mut world);
        let root: Space = world.space(space);
        assert_eq!(root.owner, Some(successor.key()));
        let seat = world.member_record(space, &successor).seat.expect("a seat");
        assert_eq!((seat.role, world.key_record(&successor).spaces_owned), (Role::Owner, 1));
        let former: MemberRecord = world.member_record(space, &owner);
        assert!(former.seat.is_none());
        let record: KeyRecord = world.key_record(&owner);
        assert_eq!(record.spaces_owned, 0);
    }
}

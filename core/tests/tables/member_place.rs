//! Where something is done to a member or a key: at the server, for there is no other place.

use crate::kit::table::{ANY, Answered, Table, column, row};
use crate::kit::{Person, World};
use doorward_core::role::Role;
use doorward_core::time::Expiry;
use doorward_core::wire::{self, Command, Member};
use doorward_core::{Code, SpaceId, rule};

const VERBS: &[&str] = &["kick", "ban", "unban", "set role", "transfer", "set tags", "allow", "disallow", "invite account"];

pub fn table() -> Table {
    let done = |verb, rule, done| row([verb, "the server"], Code::Allowed, rule, done);
    Table {
        name: "member-place",
        title: "Where something is done to a member or a key (here: by the owner)",
        verbs: VERBS.to_vec(),
        effect: "done",
        columns: vec![column("verb", VERBS), column("space", &["the server", "another"])],
        rows: vec![
            row([ANY, "another"], Code::NotFound, rule::SPACE_UNKNOWN, "nothing"),
            done("kick", rule::KICK_DONE, "yes"),
            done("ban", rule::BAN_DONE, "yes"),
            done("set role", rule::PROMOTE_DONE, "yes"),
            done("transfer", rule::TRANSFER_DONE, "yes"),
            done("set tags", rule::TAGS_DONE, "yes"),
            done("allow", rule::ALLOW_DONE, "yes"),
            done("unban | disallow", rule::MEMBER_AGAIN, "nothing"),
            row(["invite account", "the server"], Code::AlreadyMember, rule::INVITE_MEMBER, "nothing"),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

#[test]
fn step_in_every_place() {
    let (mut world, [owner, _, member]) = World::peopled();
    let binding = member.binding(&world.server.key());
    world.edit_key(&member, |record| record.account.as_mut().unwrap().binding = Some(binding));
    let declined = table().check(|cell| {
        let space = if cell.is("space", "another") { SpaceId([1; 16]) } else { SpaceId::SERVER };
        let outcome = {
            let call = world.signed(&owner, 9, command(cell.get("verb"), space, &member));
            world.decide(&call)
        };
        let done = if outcome.decided().events.is_empty() { "nothing" } else { "yes" };
        Some(Answered::new(outcome.code(), outcome.rule(), done))
    });
    assert_eq!(declined, 0);
}

fn command(verb: &str, space: SpaceId, who: &Person) -> Command {
    let member = Member { space, key: who.key() };
    match verb {
        "kick" => Command::Kick(member),
        "invite account" => Command::InviteAccount(wire::InviteAccount { member, role: Role::Member }),
        "unban" => Command::Unban(member),
        "transfer" => Command::Transfer(member),
        "allow" => Command::Allow(member),
        "disallow" => Command::Disallow(member),
        "ban" => Command::Ban(wire::Ban { member, reason: "loud".into(), until: Expiry::Never }.into()),
        "set role" => Command::SetRole(wire::SetRole { member, role: Role::Admin }),
        "set tags" => Command::SetTags(wire::SetTags { member, tags: vec!["tea".into()] }.into()),
        _ => panic!("{verb}"),
    }
}

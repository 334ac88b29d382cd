//! Can: account × permission × space.

use crate::kit::table::{ANY, Answered, Table, column, row};
use crate::kit::{Call, Person, World};
use crate::words;
use doorward_core::record::{Ban, Standing};
use doorward_core::role::Role;
use doorward_core::time::Expiry;
use doorward_core::wire::{Asker, Can, Command, Reply};
use doorward_core::{Code, SpaceId, Timestamp, rule};

pub fn table() -> Table {
    const SERVER: &str = "the server";
    const ADMINS: &str =
        "read | send | invite | kick | ban | manage-tags | manage-roles | manage-space | manage-accounts | query | read-audit";
    const NOT_MEMBERS: &str = "invite | kick | ban | manage-tags | manage-roles | manage-space | manage-accounts | query | read-audit | delete-space | transfer";
    Table {
        name: "can",
        title: "What an account may do, and why",
        verbs: vec!["can"],
        effect: "–",
        columns: vec![
            column("space", &["the server", "another"]),
            column("account", &["unknown", "revoked", "banned", "no member", "member", "admin", "owner"]),
            column("permission", words::permission::WORDS),
        ],
        rows: vec![
            row(["another", ANY, ANY], Code::NotFound, rule::CAN_SPACE, ""),
            row([SERVER, "unknown", ANY], Code::UnknownAccount, rule::AUTHORIZED_UNKNOWN, ""),
            row([SERVER, "revoked", ANY], Code::AccountRevoked, rule::AUTHORIZED_REVOKED, ""),
            row([SERVER, "banned", ANY], Code::Banned, rule::AUTHORIZED_BANNED, ""),
            row([SERVER, "no member", ANY], Code::NotAMember, rule::AUTHORIZED_MEMBER, ""),
            row([SERVER, "member", NOT_MEMBERS], Code::MissingPermission, rule::CAN_PERMISSION, ""),
            row([SERVER, "member", "read | send"], Code::Allowed, rule::CAN_YES, ""),
            row([SERVER, "admin", "delete-space | transfer"], Code::MissingPermission, rule::CAN_PERMISSION, ""),
            row([SERVER, "admin", ADMINS], Code::Allowed, rule::CAN_YES, ""),
            row([SERVER, "owner", ANY], Code::Allowed, rule::CAN_YES, ""),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

#[test]
fn step_for_every_permission() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let guest = Person::new("guest");
    world.join(&owner, &guest, Role::Member);
    let base = world.store.clone();
    let declined = table().check(|cell| {
        world.store = base.clone();
        let word = cell.get("account");
        let who = match word {
            "member" => &member,
            "admin" => &admin,
            "owner" => &owner,
            _ => &guest,
        };
        world.edit_key(who, |record| match word {
            "unknown" => record.account = None,
            "revoked" => record.account.as_mut().unwrap().standing = Standing::Revoked,
            "banned" => {
                record.ban = Some(Ban { reason: String::new(), by: owner.key(), since: Timestamp(0), until: Expiry::Never })
            }
            "no member" => record.seat = None,
            _ => {}
        });
        let space = if cell.is("space", "another") { SpaceId([1; 16]) } else { SpaceId::SERVER };
        let permission = words::permission::all()[cell.index("permission")];
        let outcome = world.decide(&Call::of(Asker::Service, Command::Can(Can { account: who.key(), permission, space })));
        if let Reply::Why(why) = outcome.reply() {
            let role = words::role::WORDS.iter().position(|role| *role == word).map(|at| words::role::all()[at]);
            assert_eq!(why.role.filter(|_| role.is_some()), role, "the role that was looked at");
            assert_eq!(why.banned, word == "banned");
        }
        Some(Answered::new(outcome.code(), outcome.rule(), ""))
    });
    assert_eq!(declined, 0);
}

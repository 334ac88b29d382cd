//! Is authorized, has admin, and who may ask.

use crate::issuer::{ban, bans};
use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Call, Person, World};
use crate::words;
use doorward_core::decide::authorize::{Subject, judge};
use doorward_core::record::{Ban, Standing};
use doorward_core::role::Permission;
use doorward_core::wire::{Asker, Can, Command, Reply};
use doorward_core::{Code, SpaceId, Timestamp, rule};

pub fn table() -> Table {
    const UNBANNED: &str = "none | over this second";
    const BANNED: &str = "one second more | for ever | until unreadable";
    Table {
        name: "authorize",
        title: "The one question of services: may this key be here?",
        verbs: vec!["is authorized"],
        effect: "–",
        columns: vec![
            column("last restore accepted", &["no", "yes"]),
            column("account", &["none", "active", "revoked"]),
            column("ban", bans()),
            column("member", &["no", "of a former registration", "yes"]),
        ],
        rows: vec![
            row(["no", ANY, ANY, ANY], Code::RestoreUnreviewed, rule::AUTHORIZED_RESTORED, ""),
            row(["yes", "none", ANY, ANY], Code::UnknownAccount, rule::AUTHORIZED_UNKNOWN, ""),
            row(["yes", "revoked", ANY, ANY], Code::AccountRevoked, rule::AUTHORIZED_REVOKED, ""),
            row(["yes", "active", BANNED, ANY], Code::Banned, rule::AUTHORIZED_BANNED, ""),
            row(["yes", "active", UNBANNED, "no | of a former registration"], Code::NotAMember, rule::AUTHORIZED_MEMBER, ""),
            row(["yes", "active", UNBANNED, "yes"], Code::Allowed, rule::AUTHORIZED_YES, ""),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
    crate::reviewed(&admin_table());
    crate::reviewed(&asker_table());
}

#[test]
fn judge_of_every_subject() {
    table().check(|cell| {
        let standing = match cell.get("account") {
            "none" => None,
            "active" => Some(Standing::Active),
            _ => Some(Standing::Revoked),
        };
        let banned = matches!(cell.get("ban"), "one second more" | "for ever" | "until unreadable");
        let subject =
            Subject { standing, banned, member: cell.is("member", "yes"), reviewed: cell.is("last restore accepted", "yes") };
        let (code, rule) = judge(&subject);
        Some(Answered::new(code, rule.id(), ""))
    });
}

#[test]
fn step_over_real_records() {
    let (mut world, [_, _, member]) = World::peopled();
    let base = world.store.clone();
    let declined = table().check(|cell| {
        world.store = base.clone();
        file(&mut world, &member, cell);
        let outcome = world.decide(&Call::of(Asker::Service, Command::IsAuthorized(member.key())));
        assert_eq!(outcome.needs, 1, "one load answers");
        Some(Answered::new(outcome.code(), outcome.rule(), ""))
    });
    assert_eq!(declined, 0);
}

fn file(world: &mut World, who: &Person, cell: &Cell<'_>) {
    let now = world.now;
    world.edit_root(|root| root.server.as_mut().unwrap().restore_reviewed = cell.is("last restore accepted", "yes"));
    world.edit_key(who, |record| {
        record.ban =
            ban(cell.get("ban"), now).map(|until| Ban { reason: String::new(), by: who.key(), since: Timestamp(0), until });
        match cell.get("member") {
            "no" => record.seat = None,
            "of a former registration" => record.seat.as_mut().unwrap().incarnation.0[0] ^= 1,
            _ => {}
        }
        match cell.get("account") {
            "none" => record.account = None,
            "revoked" => record.account.as_mut().unwrap().standing = Standing::Revoked,
            _ => {}
        }
    });
}

pub fn admin_table() -> Table {
    Table {
        name: "has-admin",
        title: "Does this server have an active owner?",
        verbs: vec!["has admin"],
        effect: "–",
        columns: vec![
            column("last restore accepted", &["no", "yes"]),
            column("owner", &["none", "in order", "account gone", "revoked", "banned one second more", "no member"]),
        ],
        rows: vec![
            row([ANY, "none"], Code::NotFound, rule::ADMIN_NONE, ""),
            row(
                ["no", "in order | account gone | revoked | banned one second more | no member"],
                Code::RestoreUnreviewed,
                rule::ADMIN_NONE,
                "",
            ),
            row(["yes", "account gone"], Code::UnknownAccount, rule::ADMIN_NONE, ""),
            row(["yes", "revoked"], Code::AccountRevoked, rule::ADMIN_NONE, ""),
            row(["yes", "banned one second more"], Code::Banned, rule::ADMIN_NONE, ""),
            row(["yes", "no member"], Code::NotAMember, rule::ADMIN_NONE, ""),
            row(["yes", "in order"], Code::Allowed, rule::ADMIN_YES, ""),
        ],
    }
}

#[test]
fn step_for_every_owner() {
    let (mut world, [owner, ..]) = World::peopled();
    let base = world.store.clone();
    let declined = admin_table().check(|cell| {
        world.store = base.clone();
        let (word, until) = (cell.get("owner"), ban("one second more", world.now).unwrap());
        world.edit_root(|root| {
            root.server.as_mut().unwrap().restore_reviewed = cell.is("last restore accepted", "yes");
            root.owner = root.owner.filter(|_| word != "none");
        });
        world.edit_key(&owner, |record| match word {
            "account gone" => record.account = None,
            "revoked" => record.account.as_mut().unwrap().standing = Standing::Revoked,
            "banned one second more" => {
                record.ban = Some(Ban { reason: String::new(), by: owner.key(), since: Timestamp(0), until })
            }
            "no member" => record.seat = None,
            _ => {}
        });
        let outcome = world.decide(&Call::of(Asker::Service, Command::HasAdmin));
        Some(Answered::new(outcome.code(), outcome.rule(), ""))
    });
    assert_eq!(declined, 0);
}

pub fn asker_table() -> Table {
    const MAY: &str = "service | operator | admin | owner";
    const FIRST: &str = "is authorized | has admin";
    Table {
        name: "askers",
        title: "Who may ask what of the server (the answer asked for is yes)",
        verbs: vec!["is authorized", "has admin", "can", "audit"],
        effect: "shown what it looked at",
        columns: vec![
            column("asker", &["stranger", "service", "operator", "member", "admin", "owner"]),
            column("question", &["is authorized", "has admin", "can, about itself", "can, about another", "audit"]),
        ],
        rows: vec![
            row(["stranger", FIRST], Code::Unauthenticated, rule::AUTHORIZED_ASKER, "no"),
            row(["stranger", "can, about itself | can, about another"], Code::Unauthenticated, rule::CAN_ASKER, "no"),
            row(["member", FIRST], Code::MissingPermission, rule::AUTHORIZED_ASKER, "no"),
            row(["member", "can, about another"], Code::MissingPermission, rule::CAN_ASKER, "no"),
            row(["member", "can, about itself"], Code::Allowed, rule::CAN_YES, "no"),
            row(["stranger | service | operator", "audit"], Code::Unauthenticated, rule::AUDIT_ASKER, "no"),
            row(["member", "audit"], Code::MissingPermission, rule::AUDIT_ASKER, "no"),
            row(["admin | owner", "audit"], Code::Allowed, rule::AUDIT_YES, "no"),
            row([MAY, "is authorized"], Code::Allowed, rule::AUTHORIZED_YES, "no"),
            row([MAY, "has admin"], Code::Allowed, rule::ADMIN_YES, "no"),
            row([MAY, "can, about itself | can, about another"], Code::Allowed, rule::CAN_YES, "yes"),
        ],
    }
}

#[test]
fn step_for_every_asker() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let other = Person::new("other");
    world.join(&owner, &other, doorward_core::role::Role::Member);
    let declined = asker_table().check(|cell| {
        let who = match cell.get("asker") {
            "admin" => &admin,
            "owner" => &owner,
            _ => &member,
        };
        let can =
            |about: &Person| Command::Can(Can { account: about.key(), permission: Permission::Read, space: SpaceId::SERVER });
        let command = match cell.get("question") {
            "is authorized" => Command::IsAuthorized(other.key()),
            "has admin" => Command::HasAdmin,
            "audit" => Command::Audit,
            "can, about itself" => can(who),
            _ => can(&other),
        };
        let call = match cell.get("asker") {
            "stranger" => Call::of(Asker::Stranger, command),
            "service" => Call::of(Asker::Service, command),
            "operator" => Call::of(Asker::Operator, command),
            _ => world.signed(who, 9, command),
        };
        let outcome = world.decide(&call);
        let shown = if matches!(outcome.reply(), Reply::Why(_)) { "yes" } else { "no" };
        Some(Answered::new(outcome.code(), outcome.rule(), shown))
    });
    assert_eq!(declined, 0);
    assert_eq!(words::role::WORDS.len() + 3, 6, "every role asks");
}

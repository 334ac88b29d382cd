//! A state that was put back: whether it may be, what begins with it, and who may do what until it is accepted.

use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Call, Made, Person, World, govern};
use crate::words;
use doorward_core::decide::restore::{NamedOwner, judge};
use doorward_core::record::{Space, Standing, keys};
use doorward_core::role::{Permission, Role};
use doorward_core::time::Expiry;
use doorward_core::wire::{
    Asker, Can, Command, EventKind, InviteFilter, ListInvites, ListKeys, Paging, Prove, Register, ShowInvite,
};
use doorward_core::{Code, SpaceId, rule};

const OWNERS: &[&str] = &["nobody yet", "in order", "being recovered", "revoked", "gone", "no member", "of another role"];

pub fn begin_table() -> Table {
    const RUNS: &str = "right | 5 s behind";
    Table {
        name: "begin-restore",
        title: "Whether a state that was put back may be begun with",
        verbs: vec!["begin restore"],
        effect: "restore epoch",
        columns: vec![
            column("asker", &["stranger", "service", "operator", "account"]),
            column("server", &["set up", "not set up"]),
            column("clock", &["right", "5 s behind", "6 s behind"]),
            column("its owner", OWNERS),
            column("last restore accepted", &["no", "yes"]),
            column("highest epoch the host knows", &["an earlier one", "the same", "a later one"]),
        ],
        rows: vec![
            row(
                ["stranger | service | account", ANY, ANY, ANY, ANY, ANY],
                Code::Unauthenticated,
                rule::ASK_OPERATOR,
                "as it was",
            ),
            row(["operator", "not set up", ANY, ANY, ANY, ANY], Code::NotInitialised, rule::ASK_SET_UP, "as it was"),
            row(["operator", "set up", "6 s behind", ANY, ANY, ANY], Code::ClockBehind, rule::ASK_CLOCK, "as it was"),
            row(
                ["operator", "set up", RUNS, "revoked | gone | no member | of another role", ANY, ANY],
                Code::LastOwner,
                rule::BEGIN_RESTORE_OWNER,
                "as it was",
            ),
            row(
                ["operator", "set up", RUNS, "nobody yet | in order | being recovered", ANY, "an earlier one | the same"],
                Code::Allowed,
                rule::BEGIN_RESTORE_DONE,
                "above its own",
            ),
            row(
                ["operator", "set up", RUNS, "nobody yet | in order | being recovered", ANY, "a later one"],
                Code::Allowed,
                rule::BEGIN_RESTORE_DONE,
                "above the host's",
            ),
        ],
    }
}

pub fn accept_table() -> Table {
    Table {
        name: "accept-restore",
        title: "Who accepts what was put back",
        verbs: vec!["accept restore"],
        effect: "writes",
        columns: vec![
            column("asker", &["stranger", "service", "operator", "account"]),
            column("server", &["set up", "not set up"]),
            column("last restore accepted", &["no", "yes"]),
        ],
        rows: vec![
            row(["stranger | service | account", ANY, ANY], Code::Unauthenticated, rule::ASK_OPERATOR, "no"),
            row(["operator", "not set up", ANY], Code::NotInitialised, rule::ASK_SET_UP, "no"),
            row(["operator", "set up", "no"], Code::Allowed, rule::ACCEPT_RESTORE_DONE, "yes"),
            row(["operator", "set up", "yes"], Code::Allowed, rule::ACCEPT_RESTORE_AGAIN, "no"),
        ],
    }
}

const LOOKS: &[&str] =
    &["show account", "list accounts", "show invite", "list invites", "audit", "show space", "list bans", "list allowed"];
const TAKES: &[&str] = &["cancel invite", "revoke", "kick", "ban", "disallow", "set role member"];
const GIVES: &[&str] = &[
    "mint invite",
    "register",
    "prove",
    "restore",
    "delete",
    "unban",
    "set role admin",
    "transfer",
    "set tags",
    "allow",
    "update space",
    "leave",
    "watch",
];

pub fn review_table() -> Table {
    const MAY: &str = "admin | owner";
    let questions = ["is authorized", "can", "has admin"];
    let gives: &'static str = Box::leak(GIVES.join(" | ").into_boxed_str());
    Table {
        name: "review",
        title: "Who may do what with a state that was put back, until the operator accepts it",
        verbs: vec!["show account", "list accounts", "show invite", "list invites", "audit"],
        effect: "writes",
        columns: vec![column("asker", words::role::WORDS), column("verb", &[LOOKS, &questions, TAKES, GIVES].concat())],
        rows: vec![
            row(["member", ANY], Code::RestoreUnreviewed, rule::ASK_REVIEWED, "no"),
            row([MAY, gives], Code::RestoreUnreviewed, rule::ASK_REVIEWED, "no"),
            row([MAY, "is authorized | can"], Code::RestoreUnreviewed, rule::AUTHORIZED_RESTORED, "no"),
            row([MAY, "has admin"], Code::RestoreUnreviewed, rule::ADMIN_NONE, "no"),
            row([MAY, "show account | list accounts"], Code::Allowed, rule::ACCOUNT_SHOW, "no"),
            row([MAY, "audit"], Code::Allowed, rule::AUDIT_YES, "no"),
            row([MAY, "show invite | list invites"], Code::Allowed, rule::INVITES_LIST, "no"),
            row([MAY, "cancel invite"], Code::Allowed, rule::CANCEL_DONE, "yes"),
            row([MAY, "revoke"], Code::Allowed, rule::REVOKE_DONE, "yes"),
            row([MAY, "show space"], Code::Allowed, rule::SPACE_SHOW, "no"),
            row([MAY, "list bans | list allowed"], Code::Allowed, rule::KEYS_LIST, "no"),
            row([MAY, "kick"], Code::Allowed, rule::KICK_DONE, "yes"),
            row([MAY, "ban"], Code::Allowed, rule::BAN_DONE, "yes"),
            row([MAY, "disallow"], Code::Allowed, rule::DISALLOW_DONE, "yes"),
            row([MAY, "set role member"], Code::AlreadyMemberRole, rule::MEMBER_ROLE, "yes"),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    [begin_table(), accept_table(), review_table()].iter().for_each(crate::reviewed);
}

#[test]
fn judge_of_every_owner() {
    for owner in [NamedOwner::Nobody, NamedOwner::InOrder, NamedOwner::Recovering, NamedOwner::Fallen] {
        let refused = judge(owner) == (Code::LastOwner, rule::BEGIN_RESTORE_OWNER);
        assert_eq!(refused, owner == NamedOwner::Fallen, "{owner:?}");
    }
}

pub fn by(world: &World, asker: &str, who: &Person, command: Command) -> Call {
    match asker {
        "stranger" => Call::of(Asker::Stranger, command),
        "service" => Call::of(Asker::Service, command),
        "operator" => Call::of(Asker::Operator, command),
        _ => world.signed(who, 9, command),
    }
}

#[test]
fn step_over_every_state() {
    let (mut world, [owner, ..]) = World::peopled();
    world.edit_root(|root| root.server.as_mut().unwrap().restore_epoch = 4);
    let (base, now) = (world.store.clone(), world.now);
    let declined = begin_table().check(|cell| {
        world.store = base.clone();
        let known = 3 + cell.index("highest epoch the host knows") as u32;
        let call = by(&world, cell.get("asker"), &owner, Command::BeginRestore(known));
        file(&mut world, cell, &owner);
        let outcome = world.decide(&call);
        let root = outcome.written::<Space>(keys::SERVER);
        let begun = outcome.answer_events().contains(&EventKind::RestoreBegun);
        assert_eq!(begun, root.is_some(), "it is told to whoever watches");
        let Some(server) = root.and_then(|root| root.server) else {
            return Some(Answered::new(outcome.code(), outcome.rule(), "as it was"));
        };
        assert!(!server.restore_reviewed && server.highest_now >= now);
        let epoch = match (server.restore_epoch, known) {
            (5, 3 | 4) => "above its own",
            (6, 5) => "above the host's",
            other => panic!("{other:?}"),
        };
        Some(Answered::new(outcome.code(), outcome.rule(), epoch))
    });
    assert_eq!(declined, 0);
}

fn file(world: &mut World, cell: &Cell<'_>, owner: &Person) {
    let now = world.now;
    let word = cell.get("its owner");
    world.edit_root(|root| {
        root.owner = root.owner.filter(|_| word != "nobody yet");
        let server = root.server.as_mut().unwrap();
        server.owner_invite = (word == "being recovered").then_some(doorward_core::InviteId([7; 16]));
        server.restore_reviewed = cell.is("last restore accepted", "yes");
        server.highest_now = match cell.get("clock") {
            "right" => now,
            "5 s behind" => now.plus(5),
            _ => now.plus(6),
        };
    });
    world.edit_key(owner, |record| match word {
        "being recovered" | "revoked" => record.account.as_mut().unwrap().standing = Standing::Revoked,
        "gone" => record.account = None,
        "no member" => record.seat = None,
        "of another role" => record.seat.as_mut().unwrap().role = Role::Admin,
        _ => {}
    });
    if cell.is("server", "not set up") {
        world.store.remove(keys::SERVER);
    }
}

#[test]
fn step_to_accept() {
    let (mut world, owner) = World::with_owner();
    let base = world.store.clone();
    let declined = accept_table().check(|cell| {
        world.store = base.clone();
        let call = by(&world, cell.get("asker"), &owner, Command::AcceptRestore);
        world.edit_root(|root| root.server.as_mut().unwrap().restore_reviewed = cell.is("last restore accepted", "yes"));
        if cell.is("server", "not set up") {
            world.store.remove(keys::SERVER);
        }
        let outcome = world.decide(&call);
        let written = outcome.written::<Space>(keys::SERVER).and_then(|root| root.server);
        let told = outcome.answer_events().contains(&EventKind::RestoreAccepted);
        assert_eq!(told, written.as_ref().is_some_and(|server| server.restore_reviewed));
        Some(Answered::new(outcome.code(), outcome.rule(), if written.is_some() { "yes" } else { "no" }))
    });
    assert_eq!(declined, 0);
}

#[test]
fn step_until_it_is_accepted() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let guest = Person::new("guest");
    world.join(&owner, &guest, Role::Member);
    // What an admin of the former epoch left: open in the lists, and void.
    let made = world.offer(&admin, 5, |_| {});
    assert!(world.ask(&world.signed(&admin, 5, made.mint())).allowed());
    assert!(world.ask(&Call::of(Asker::Operator, Command::BeginRestore(0))).allowed());
    world.edit_key(&guest, |record| record.allowlisted_by = Some(owner.key()));
    let (base, people) = (world.store.clone(), [&member, &admin, &owner]);
    let declined = review_table().check(|cell| {
        world.store = base.clone();
        let who = people[cell.index("asker")];
        let command = command(&world, cell.get("verb"), who, &guest, &made);
        let outcome = {
            let call = world.signed(who, 9, command);
            world.decide(&call)
        };
        Some(Answered::new(outcome.code(), outcome.rule(), if outcome.decided().writes.is_empty() { "no" } else { "yes" }))
    });
    assert_eq!(declined, 0);
}

fn command(world: &World, verb: &str, who: &Person, guest: &Person, made: &Made) -> Command {
    let paging = Paging { after: String::new(), limit: 9 };
    match verb {
        "show account" => Command::ShowAccount(guest.key()),
        "list accounts" => Command::ListAccounts(paging),
        "show invite" => Command::ShowInvite(ShowInvite { invite: made.id(), paging }),
        "list invites" => Command::ListInvites(ListInvites { space: SpaceId::SERVER, filter: InviteFilter::Live, paging }),
        "is authorized" => Command::IsAuthorized(guest.key()),
        "can" => Command::Can(Can { account: guest.key(), permission: Permission::Read, space: SpaceId::SERVER }),
        "has admin" => Command::HasAdmin,
        "audit" => Command::Audit,
        "cancel invite" => Command::CancelInvite(made.id()),
        "revoke" => Command::Revoke(guest.key()),
        "mint invite" => world.offer(who, 6, |_| {}).mint(),
        "register" => {
            let new = Person::new("newcomer");
            Command::Register(Register { sign_key: new.key(), kex_key: new.kex_key(), handle: new.name.clone() }.into())
        }
        "prove" => Command::Prove(Prove { binding: who.binding(&world.server.key()) }),
        "restore" => Command::Restore(guest.key()),
        "delete" => Command::Delete(guest.key()),
        "show space" => Command::ShowSpace(SpaceId::SERVER),
        "list bans" => Command::ListBans(ListKeys { space: SpaceId::SERVER, paging }),
        "list allowed" => Command::ListAllowed(ListKeys { space: SpaceId::SERVER, paging }),
        "kick" => Command::Kick(govern::member(guest)),
        "ban" => govern::ban(guest, Expiry::Never),
        "unban" => Command::Unban(govern::member(guest)),
        "allow" => Command::Allow(govern::member(guest)),
        "disallow" => Command::Disallow(govern::member(guest)),
        "set role admin" => govern::set_role(guest, Role::Admin),
        "set role member" => govern::set_role(guest, Role::Member),
        "transfer" => Command::Transfer(govern::member(guest)),
        "set tags" => govern::set_tags(guest, &["tea"]),
        "update space" => govern::update(|update| update.max_members = Some(9)),
        "leave" => Command::Leave(SpaceId::SERVER),
        "watch" => Command::Watch,
        other => unreachable!("{other}"),
    }
}

//! What is done to members of a network, and to keys that may or may not come in: by those of its own, and by those who
//! govern the server, whose rank there is what counts.

use crate::kit::network::{ban_in, member_of, set_role_in, set_tags_in};
use crate::kit::table::{ANY, Answered, Cell, Row, Table, column, row};
use crate::kit::{Outcome, Person, World};
use crate::networks::{ABOVE, ACTORS, MANAGERS, actor, stage};
use crate::words;
use doorward_core::decide::member::{Act, Fitness, Target, judge};
use doorward_core::record::{KeyRecord, MemberRecord, Space, keys};
use doorward_core::role::{Actor, Role};
use doorward_core::wire::Command;
use doorward_core::{Code, SpaceId, rule};

const KEYS: &[&str] = &["no member", "member", "admin", "owner"];
const AT_SERVER: &[&str] = &["member at the server", "admin at the server", "owner at the server"];
const TOP: &str = "owner | admin of the server | owner of the server";

/// Who calls, by the role here or at the server, and whose rank is then below his.
fn ranks() -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        ("admin", "member", ANY),
        ("owner", "member | admin", ANY),
        ("admin of the server", "member | admin", "member at the server"),
        ("owner of the server", "member | admin", "member at the server | admin at the server"),
    ]
}

fn too_low() -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        ("admin", "admin", ANY),
        ("admin of the server", "member | admin", "admin at the server | owner at the server"),
        ("owner of the server", "member | admin", "owner at the server"),
    ]
}

pub fn table() -> Table {
    let no = |when: [&'static str; 5], code, rule| row(when, code, rule, "nothing");
    let mut rows = vec![
        no([ANY, "no member | member", ANY, ANY, ANY], Code::MissingPermission, rule::ASK_PERMISSION),
        no(
            ["set role admin | set role member | set role owner | transfer", "admin", ANY, ANY, ANY],
            Code::MissingPermission,
            rule::ASK_PERMISSION,
        ),
        no(["set role owner", TOP, ANY, ANY, ANY], Code::GrantTooHigh, rule::MEMBER_GRANT),
        no(["kick | set tags", MANAGERS, "no member", ANY, ANY], Code::NotAMember, rule::MEMBER_NONE),
        no(["set role admin | set role member | transfer", TOP, "no member", ANY, ANY], Code::NotAMember, rule::MEMBER_NONE),
        no(["set role admin | set role member", TOP, "owner", ANY, ANY], Code::IsOwner, rule::MEMBER_OWNER),
        no(["transfer", TOP, "owner", ANY, ANY], Code::AlreadyOwner, rule::MEMBER_ROLE),
        no(["kick | ban", "owner", "owner", ANY, ANY], Code::IsOwner, rule::MEMBER_OWNER),
        no(["kick | ban", ABOVE, "owner", ANY, ANY], Code::IsOwner, rule::MEMBER_OWNER),
        no(["kick | ban | set tags", "admin", "owner", ANY, ANY], Code::RankTooLow, rule::MEMBER_RANK),
        no(["set role admin", TOP, "admin", ANY, ANY], Code::AlreadyAdmin, rule::MEMBER_ROLE),
        no(["set role member", TOP, "member", ANY, ANY], Code::AlreadyMemberRole, rule::MEMBER_ROLE),
    ];
    rows.extend(lists());
    rows.extend(members());
    rows.extend(given());
    Table {
        name: "members-of-networks",
        title: "What is done to members of a network, and to keys that may or may not come in (the holder is fit and not listed; an owner's own key is the owner's)",
        verbs: vec!["kick", "ban", "unban", "set role", "transfer", "set tags", "allow", "disallow"],
        effect: "done",
        columns: vec![
            column("verb", words::act::WORDS),
            column("caller is there", ACTORS),
            column("the key is", KEYS),
            column("its holder is", AT_SERVER),
            column("the network's owner is", AT_SERVER),
        ],
        rows,
    }
}

fn lists() -> Vec<Row> {
    vec![
        row(["unban | disallow", MANAGERS, ANY, ANY, ANY], Code::Allowed, rule::MEMBER_AGAIN, "nothing"),
        row(["allow", MANAGERS, ANY, ANY, ANY], Code::Allowed, rule::ALLOW_DONE, "on the list"),
        row(["ban", "admin | owner", "no member", ANY, ANY], Code::Allowed, rule::BAN_DONE, "banned, one epoch on"),
        row(
            ["ban", "admin of the server", "no member", "member at the server", ANY],
            Code::Allowed,
            rule::BAN_DONE,
            "banned, one epoch on",
        ),
        row(
            ["ban", "admin of the server", "no member", "admin at the server | owner at the server", ANY],
            Code::RankTooLow,
            rule::MEMBER_RANK,
            "nothing",
        ),
        row(
            ["ban", "owner of the server", "no member", "member at the server | admin at the server", ANY],
            Code::Allowed,
            rule::BAN_DONE,
            "banned, one epoch on",
        ),
        row(
            ["ban", "owner of the server", "no member", "owner at the server", ANY],
            Code::RankTooLow,
            rule::MEMBER_RANK,
            "nothing",
        ),
    ]
}

fn members() -> Vec<Row> {
    let mut rows = Vec::new();
    for (caller, key, holder) in ranks() {
        rows.push(row(["kick", caller, key, holder, ANY], Code::Allowed, rule::KICK_DONE, "no member, one epoch on"));
        rows.push(row(["ban", caller, key, holder, ANY], Code::Allowed, rule::BAN_DONE, "banned, no member, one epoch on"));
        rows.push(row(["set tags", caller, key, holder, ANY], Code::Allowed, rule::TAGS_DONE, "tagged"));
    }
    for (caller, key, holder) in too_low() {
        rows.push(row(["kick | ban | set tags", caller, key, holder, ANY], Code::RankTooLow, rule::MEMBER_RANK, "nothing"));
    }
    // An owner's tags: by himself, and by those above him at the server.
    rows.push(row(["set tags", "owner", "owner", ANY, ANY], Code::Allowed, rule::TAGS_DONE, "tagged"));
    for (caller, below, above) in [
        ("admin of the server", "member at the server", "admin at the server | owner at the server"),
        ("owner of the server", "member at the server | admin at the server", "owner at the server"),
    ] {
        rows.push(row(["set tags", caller, "owner", below, ANY], Code::Allowed, rule::TAGS_DONE, "tagged"));
        rows.push(row(["set tags", caller, "owner", above, ANY], Code::RankTooLow, rule::MEMBER_RANK, "nothing"));
    }
    rows
}

fn given() -> Vec<Row> {
    let mut rows = vec![
        row(["set role admin", "owner", "member", ANY, ANY], Code::Allowed, rule::PROMOTE_DONE, "admin"),
        row(["set role member", "owner", "admin", ANY, ANY], Code::Allowed, rule::DEMOTE_DONE, "member, one epoch on"),
        row(["transfer", "owner", "member | admin", ANY, ANY], Code::Allowed, rule::TRANSFER_DONE, "owner, the former an admin"),
    ];
    for (caller, below, above) in [
        ("admin of the server", "member at the server", "admin at the server | owner at the server"),
        ("owner of the server", "member at the server | admin at the server", "owner at the server"),
    ] {
        rows.push(row(["set role admin", caller, "member", below, ANY], Code::Allowed, rule::PROMOTE_DONE, "admin"));
        rows.push(row(["set role admin", caller, "member", above, ANY], Code::RankTooLow, rule::MEMBER_RANK, "nothing"));
        rows.push(row(
            ["set role member", caller, "admin", below, ANY],
            Code::Allowed,
            rule::DEMOTE_DONE,
            "member, one epoch on",
        ));
        rows.push(row(["set role member", caller, "admin", above, ANY], Code::RankTooLow, rule::MEMBER_RANK, "nothing"));
        let done = "owner, the former an admin";
        rows.push(row(["transfer", caller, "member | admin", ANY, below], Code::Allowed, rule::TRANSFER_DONE, done));
        rows.push(row(["transfer", caller, "member | admin", ANY, above], Code::RankTooLow, rule::MEMBER_RANK, "nothing"));
    }
    rows
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

fn role_of(cell: &Cell<'_>) -> Option<Role> {
    Role::ALL.iter().copied().find(|role| cell.is("the key is", words::role::of(role)))
}

fn at_server(cell: &Cell<'_>, title: &str) -> Role {
    words::role::all()[cell.index(title)]
}

#[test]
fn judge_in_every_case() {
    let declined = table().check(|cell| {
        let caller = actor(cell.get("caller is there"));
        let target = Target {
            role: role_of(cell),
            is_self: cell.is("caller is there", "owner") && cell.is("the key is", "owner"),
            fitness: Fitness::Fit,
            listed: false,
            at_server: at_server(cell, "its holder is"),
            owner: (!cell.is("caller is there", "owner")).then(|| at_server(cell, "the network's owner is")),
        };
        let (code, rule) = judge(words::act::all()[cell.index("verb")], caller, &target);
        let done = match rule {
            rule::KICK_DONE => "no member, one epoch on",
            rule::BAN_DONE if target.role.is_none() => "banned, one epoch on",
            rule::BAN_DONE => "banned, no member, one epoch on",
            rule::PROMOTE_DONE => "admin",
            rule::DEMOTE_DONE => "member, one epoch on",
            rule::TRANSFER_DONE => "owner, the former an admin",
            rule::TAGS_DONE => "tagged",
            rule::ALLOW_DONE => "on the list",
            _ => "nothing",
        };
        Some(Answered::new(code, rule.id(), done))
    });
    assert_eq!(declined, 0);
}

/// Where there are no roles, none is given, and nobody owns it.
#[test]
fn a_simple_space_has_no_roles() {
    let target = Target {
        role: Some(Role::Member),
        is_self: false,
        fitness: Fitness::Fit,
        listed: false,
        at_server: Role::Member,
        owner: None,
    };
    for act in [Act::Give(Role::Admin), Act::Give(Role::Member), Act::Transfer] {
        let caller = Actor { governed: false, ..actor("owner of the server") };
        assert_eq!(judge(act, caller, &target), (Code::NotGoverned, rule::MEMBER_GRANT));
        assert_ne!(judge(act, Actor { governed: true, ..caller }, &target).0, Code::NotGoverned);
    }
}

#[test]
fn step_over_real_records() {
    let (mut world, space, people) = stage();
    let target = Person::new("the target");
    world.join(&people[5], &target, Role::Member);
    world.prove(&target);
    let base = world.store.clone();
    let declined = table().check(|cell| {
        world.store = base.clone();
        let caller = &people[cell.index("caller is there")];
        let (role, holder, owner) = (role_of(cell), at_server(cell, "its holder is"), at_server(cell, "the network's owner is"));
        // One owner at the server, and one of the network; who owns the network here is plain at the server.
        let own = cell.is("caller is there", "owner");
        let is_owner = role == Some(Role::Owner);
        if (own && (is_owner || owner != Role::Member)) || (is_owner && holder != owner) {
            return None;
        }
        if role == Some(Role::Owner) {
            world.edit_member(space, &people[3], |record| record.seat.as_mut().unwrap().role = Role::Admin);
            world.edit_space(space, |root| root.owner = Some(target.key()));
        } else if !own {
            world.set_role(&people[3], owner);
        }
        world.set_role(&target, holder);
        if let Some(role) = role {
            let seat = world.a_seat(&target, role);
            world.edit_member(space, &target, |record| record.seat = Some(seat));
        }
        let before = world.member_record(space, &target);
        let outcome = {
            let call = world.signed(caller, 9, command(words::act::all()[cell.index("verb")], space, &target));
            world.decide(&call)
        };
        Some(Answered::new(outcome.code(), outcome.rule(), done(&outcome, space, &target, &people[3], &before)))
    });
    // Ten verbs. The network's owner as caller: three keys, three holders, one owner. Others: three keys with nine pairs, and
    // the owner with three.
    assert_eq!(table().cells().len() - declined, 10 * (3 * 3 + 5 * (3 * 9 + 3)));
}

fn command(act: Act, space: SpaceId, who: &Person) -> Command {
    let member = member_of(space, who);
    match act {
        Act::Kick => Command::Kick(member),
        Act::Ban => ban_in(space, who),
        Act::Unban => Command::Unban(member),
        Act::Give(role) => set_role_in(space, who, role),
        Act::Transfer => Command::Transfer(member),
        Act::SetTags => set_tags_in(space, who, &["tea"]),
        Act::Allow => Command::Allow(member),
        Act::Disallow => Command::Disallow(member),
    }
}

/// What became of the key in the network, read from the records that were written.
fn done(outcome: &Outcome, space: SpaceId, who: &Person, former: &Person, before: &MemberRecord) -> &'static str {
    let Some(after) = outcome.written::<MemberRecord>(&keys::member(&space, &who.key())) else { return "nothing" };
    let marked = |key: String| outcome.decided().writes.iter().find(|write| write.key == key).map(|write| write.value.is_some());
    let fell = after.epoch != before.epoch;
    if after.ban.is_some() {
        assert!(marked(keys::banned(&space, &who.key())) == Some(true) && after.seat.is_none() && fell);
        return if before.seat.is_some() { "banned, no member, one epoch on" } else { "banned, one epoch on" };
    }
    if after.allowlisted.is_some() {
        assert_eq!(marked(keys::allowed(&space, &who.key())), Some(true));
        return "on the list";
    }
    let Some(seat) = &after.seat else {
        assert!(fell && marked(keys::joined_space(&who.key(), &space)) == Some(false));
        return "no member, one epoch on";
    };
    match (seat.role, before.seat.as_ref().unwrap().role) {
        (Role::Owner, role) if role != Role::Owner => {
            let root: Space = outcome.written(&keys::space(&space)).unwrap();
            let demoted: MemberRecord = outcome.written(&keys::member(&space, &former.key())).unwrap();
            assert_eq!((root.owner, demoted.seat.unwrap().role, fell), (Some(who.key()), Role::Admin, false));
            let owns = |who: &Person| outcome.written::<KeyRecord>(&keys::account(&who.key())).unwrap().spaces_owned;
            assert_eq!((owns(who), owns(former)), (1, 0));
            "owner, the former an admin"
        }
        (Role::Admin, Role::Member) if !fell => "admin",
        (Role::Member, Role::Admin) if fell => "member, one epoch on",
        (role, same) if role == same && seat.tags == ["tea"] && !fell => "tagged",
        other => panic!("{other:?}"),
    }
}

/// Somebody who is banned from the server is banned everywhere, and that ban is not lifted in a network.
#[test]
fn a_server_ban_is_lifted_at_the_server() {
    let (mut world, space, people): (World, _, _) = stage();
    let who = &people[1];
    assert!(world.ask(&world.signed(&people[5], 90, crate::kit::govern::ban(who, doorward_core::time::Expiry::Never))).allowed());
    let lifted = world.ask(&world.signed(&people[3], 91, Command::Unban(member_of(space, who))));
    assert_eq!(lifted.rule(), "member.again");
    let given = world.ask(&world.signed(&people[3], 92, set_role_in(space, who, Role::Admin)));
    assert_eq!(given.code(), Code::Banned);
    world.audit();
}

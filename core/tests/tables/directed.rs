//! Directed invites: who is invited by name, and what becomes of it.

use crate::kit::network::{ban_in, member_of, update_of};
use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Call, Outcome, Person, World};
use crate::networks::{ACTORS, actor, stage};
use crate::words;
use doorward_core::decide::inbox::{LIFE, MOST, Plan, judge};
use doorward_core::decide::member::Fitness;
use doorward_core::record::{Ban, Inbox, JoinRule, MemberRecord, Offer, Pause, Space, Standing, Via, keys};
use doorward_core::role::{Actor, Role};
use doorward_core::time::Expiry;
use doorward_core::wire::{Asker, Command, InboxItem, InviteAccount, Reply, Respond};
use doorward_core::{Code, Incarnation, InviteId, SignKey, SpaceId, Timestamp, rule};

const WHOM: &[&str] = &["of no account", "revoked", "banned", "not at the server", "in order"];
const WAITING: &[&str] = &["nothing", "one into this space", "100 into others"];
const MAY: &str = "admin | owner | admin of the server | owner of the server";
const GIVERS: &str = "owner | admin of the server | owner of the server";

pub fn table() -> Table {
    let no = |when: [&'static str; 8], code, rule| row(when, code, rule, "nothing");
    let mut rows = vec![
        no(["no member | member", ANY, ANY, ANY, ANY, ANY, ANY, ANY], Code::MissingPermission, rule::ASK_PERMISSION),
        no([MAY, "no", ANY, ANY, ANY, ANY, ANY, ANY], Code::NotGoverned, rule::INVITE_RULE),
        no([MAY, "yes", "another", ANY, ANY, ANY, ANY, ANY], Code::NotByInvite, rule::INVITE_RULE),
        no([MAY, "yes", "invite", "yes", ANY, ANY, ANY, ANY], Code::SelfInvite, rule::INVITE_SELF),
        no([MAY, "yes", "invite", "no", ANY, "of no account", ANY, ANY], Code::UnknownAccount, rule::INVITE_UNKNOWN),
        no(
            [GIVERS, "yes", "invite", "no", "owner", "revoked | banned | not at the server | in order", ANY, ANY],
            Code::GrantTooHigh,
            rule::INVITE_GRANT,
        ),
        no(
            ["admin", "yes", "invite", "no", "admin | owner", "revoked | banned | not at the server | in order", ANY, ANY],
            Code::GrantTooHigh,
            rule::INVITE_GRANT,
        ),
    ];
    for (caller, role) in [("admin", "member"), (GIVERS, "member | admin")] {
        let rest = |whom, member, waiting| [caller, "yes", "invite", "no", role, whom, member, waiting];
        rows.push(no(rest("revoked", ANY, ANY), Code::AccountRevoked, rule::INVITE_FALLEN));
        rows.push(no(rest("banned", ANY, ANY), Code::Banned, rule::INVITE_FALLEN));
        rows.push(no(rest("not at the server", ANY, ANY), Code::NotAMember, rule::INVITE_FALLEN));
        rows.push(no(rest("in order", "yes", ANY), Code::AlreadyMember, rule::INVITE_MEMBER));
        rows.push(no(rest("in order", "no", "one into this space"), Code::AlreadyInvited, rule::INVITE_AGAIN));
        rows.push(no(rest("in order", "no", "100 into others"), Code::InboxFull, rule::INVITE_FULL));
        rows.push(row(rest("in order", "no", "nothing"), Code::Allowed, rule::INVITE_DONE, "in the inbox for 30 days"));
    }
    Table {
        name: "invite-account",
        title: "Inviting an account into a network by name",
        verbs: vec!["invite account"],
        effect: "done",
        columns: vec![
            column("caller is there", ACTORS),
            column("the network is governed", &["yes", "no"]),
            column("its rule", &["invite", "another"]),
            column("to oneself", &["no", "yes"]),
            column("as", words::role::WORDS),
            column("the key is", WHOM),
            column("member of the network", &["no", "yes"]),
            column("waiting already", WAITING),
        ],
        rows,
    }
}

const OFFERS: &[&str] = &["waits", "expires this second", "is none of theirs", "of a former registration", "of before a restore"];
const SCENES: &[&str] =
    &["in order", "its maker fell", "paused", "closed", "full", "they are banned there", "they are in already", "gone"];

pub fn answer_table() -> Table {
    const NOT_THERE: &str = "is none of theirs | of a former registration | of before a restore";
    let yes = |scene, code, rule, done| row(["yes", "waits", scene], code, rule, done);
    Table {
        name: "respond",
        title: "Answering a directed invite",
        verbs: vec!["respond"],
        effect: "it is",
        columns: vec![column("says", &["yes", "no"]), column("the invite", OFFERS), column("the network", SCENES)],
        rows: vec![
            row([ANY, NOT_THERE, ANY], Code::NoSuchInvite, rule::RESPOND_UNKNOWN, "as it was"),
            row([ANY, "expires this second", ANY], Code::Expired, rule::RESPOND_UNKNOWN, "as it was"),
            row(["no", "waits", ANY], Code::Allowed, rule::RESPOND_DECLINED, "gone from the inbox"),
            yes("gone", Code::NotFound, rule::REDEEM_5_GONE, "gone from the inbox"),
            yes("its maker fell", Code::IssuerLostAuthority, rule::REDEEM_4, "gone from the inbox"),
            yes("paused", Code::Paused, rule::REDEEM_5_PAUSED, "as it was"),
            yes("closed", Code::JoinClosed, rule::REDEEM_5_CLOSED, "as it was"),
            yes("full", Code::SpaceFull, rule::REDEEM_9, "as it was"),
            yes("they are banned there", Code::Banned, rule::REDEEM_6_BANNED, "gone from the inbox"),
            yes("they are in already", Code::AlreadyMember, rule::REDEEM_8, "gone from the inbox"),
            yes("in order", Code::Allowed, rule::REDEEM_10, "gone from the inbox, and they are in as offered"),
        ],
    }
}

pub fn inbox_table() -> Table {
    Table {
        name: "inbox",
        title: "Who sees what in an inbox",
        verbs: vec!["inbox"],
        effect: "sees",
        columns: vec![
            column("asked by", &["its owner", "a stranger"]),
            column("the invite", OFFERS),
            column("the network", SCENES),
        ],
        rows: vec![
            row(["a stranger", ANY, ANY], Code::Unauthenticated, rule::ASK_SIGNATURE, "nothing"),
            row(
                ["its owner", "expires this second | is none of theirs | of a former registration | of before a restore", ANY],
                Code::Allowed,
                rule::INBOX_LIST,
                "nothing",
            ),
            row(["its owner", "waits", "gone"], Code::Allowed, rule::INBOX_LIST, "nothing"),
            row(["its owner", "waits", "in order"], Code::Allowed, rule::INBOX_LIST, "it, and that a yes is good"),
            row(
                ["its owner", "waits", "its maker fell | paused | closed | full | they are banned there | they are in already"],
                Code::Allowed,
                rule::INBOX_LIST,
                "it, and what a yes would be answered",
            ),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    [table(), answer_table(), inbox_table()].iter().for_each(crate::reviewed);
}

fn word(code: Code) -> &'static str {
    if code == Code::Allowed { "in the inbox for 30 days" } else { "nothing" }
}

#[test]
fn judge_in_every_case() {
    let declined = table().check(|cell| {
        let whom = cell.get("the key is");
        let plan = Plan {
            rule: if cell.is("its rule", "invite") { JoinRule::Invite } else { JoinRule::Open },
            role: words::role::all()[cell.index("as")],
            is_self: cell.is("to oneself", "yes"),
            exists: whom != "of no account",
            fitness: match whom {
                "revoked" => Fitness::Revoked,
                "banned" => Fitness::Banned,
                _ => Fitness::Fit,
            },
            at_server: whom != "not at the server",
            member: cell.is("member of the network", "yes"),
            invited: cell.is("waiting already", "one into this space"),
            waiting: [0, 1, MOST][cell.index("waiting already")],
        };
        let governed = cell.is("the network is governed", "yes");
        let (code, rule) = judge(Actor { governed, ..actor(cell.get("caller is there")) }, &plan);
        Some(Answered::new(code, rule.id(), word(code)))
    });
    assert_eq!(declined, 0);
}

#[test]
fn step_over_real_records() {
    let (mut world, space, people) = stage();
    let target = Person::new("the target");
    world.join(&people[5], &target, Role::Member);
    let base = world.store.clone();
    let declined = table().check(|cell| {
        world.store = base.clone();
        let caller = &people[cell.index("caller is there")];
        let governed = cell.is("the network is governed", "yes");
        // In a simple space there are no roles but member; whoever calls is in order, and member or not.
        let own = cell.is("to oneself", "yes");
        let simple = !governed && matches!(cell.get("caller is there"), "admin" | "owner");
        if simple || (own && !(cell.is("the key is", "in order") && cell.is("member of the network", "no"))) {
            return None;
        }
        let rule = if cell.is("its rule", "invite") { JoinRule::Invite } else { JoinRule::Open };
        world.edit_space(space, |root| (root.governed, root.join_rule) = (governed, rule));
        if cell.is("member of the network", "yes") {
            let seat = world.a_seat(&target, Role::Member);
            world.edit_member(space, &target, |record| record.seat = Some(seat));
        }
        let who = if own { caller } else { &target };
        file_waiting(&mut world, cell, space, who);
        file_target(&mut world, cell.get("the key is"), &target);
        let invite = InviteAccount { member: member_of(space, who), role: words::role::all()[cell.index("as")] };
        let outcome = {
            let call = world.signed(caller, 9, Command::InviteAccount(invite));
            world.decide(&call)
        };
        Some(Answered::new(outcome.code(), outcome.rule(), offered(&outcome, &world, who, caller, invite.role)))
    });
    // Own: one account of five, one of two. Simple: two callers of six.
    let others = 2 * 3 * 5 * 2 * 3;
    let own = 2 * 3 * 3;
    assert_eq!(table().cells().len() - declined, (6 + 4) * (others + own));
}

fn file_target(world: &mut World, word: &str, target: &Person) {
    let ban = Ban { reason: String::new(), by: SignKey([7; 32]), since: Timestamp(1), until: Expiry::Never };
    world.edit_key(target, |record| match word {
        "of no account" => record.account = None,
        "revoked" => record.account.as_mut().unwrap().standing = Standing::Revoked,
        "banned" => record.ban = Some(ban),
        "not at the server" => record.seat = None,
        _ => {}
    });
}

fn an_offer(world: &World, space: SpaceId, to: &Person, number: u8) -> Offer {
    Offer {
        id: InviteId([number; 16]),
        incarnation: world.key_record(to).account.map_or(Incarnation::NONE, |account| account.incarnation),
        space,
        role: Role::Member,
        issuer: SignKey([7; 32]),
        issuer_incarnation: Incarnation([7; 16]),
        issuer_epoch: 0,
        restore_epoch: 0,
        expires: world.now.plus(1),
    }
}

fn file_waiting(world: &mut World, cell: &Cell<'_>, space: SpaceId, to: &Person) {
    let offers: Vec<Offer> = match cell.get("waiting already") {
        "nothing" => Vec::new(),
        "one into this space" => vec![an_offer(world, space, to, 1)],
        _ => (0..100).map(|number| an_offer(world, SpaceId([number; 16]), to, number)).collect(),
    };
    world.put(&keys::inbox(&to.key()), &Inbox { offers });
}

fn offered(outcome: &Outcome, world: &World, to: &Person, by: &Person, role: Role) -> &'static str {
    let Some(inbox) = outcome.written::<Inbox>(&keys::inbox(&to.key())) else { return "nothing" };
    let [offer] = &inbox.offers[..] else { panic!("{} offers", inbox.offers.len()) };
    assert_eq!((offer.issuer, offer.role, offer.expires), (by.key(), role, world.now.plus(LIFE)));
    let Reply::Inbox(items) = outcome.reply() else { panic!("{:?}", outcome.reply()) };
    assert_eq!((items[0].invite, items[0].space_name.as_str()), (offer.id, "harbour"));
    "in the inbox for 30 days"
}

/// A network with an invite by name of its owner's, to a member of the server.
struct Waiting {
    world: World,
    space: SpaceId,
    people: Vec<Person>,
    id: InviteId,
}

fn waiting(role: Role) -> Waiting {
    let (mut world, space, people) = stage();
    let invite = InviteAccount { member: member_of(space, &people[0]), role };
    let outcome = world.ask(&world.signed(&people[3], 70, Command::InviteAccount(invite)));
    let Reply::Inbox(items) = outcome.reply() else { panic!("{}", outcome.code()) };
    let id = items[0].invite;
    Waiting { world, space, people, id }
}

impl Waiting {
    fn file(&mut self, cell: &Cell<'_>) {
        let (space, guest) = (self.space, self.people[0].clone());
        let now = self.world.now;
        self.world.edit::<Inbox>(&keys::inbox(&guest.key()), |inbox| match cell.get("the invite") {
            "expires this second" => inbox.offers[0].expires = now,
            "is none of theirs" => inbox.offers.clear(),
            "of a former registration" => inbox.offers[0].incarnation = Incarnation([9; 16]),
            "of before a restore" => inbox.offers[0].restore_epoch = 9,
            _ => {}
        });
        let shut = |root: &mut Space, word: &str| match word {
            "paused" => root.pause = Pause::UntilLifted,
            "closed" => root.join_rule = JoinRule::Closed,
            "full" => root.max_members = 3,
            _ => {}
        };
        self.world.edit_space(space, |root| shut(root, cell.get("the network")));
        match cell.get("the network") {
            "its maker fell" => self.world.edit_member(space, &self.people[3], |record| record.epoch += 1),
            "they are banned there" => {
                let ban = Ban { reason: String::new(), by: SignKey([7; 32]), since: Timestamp(1), until: Expiry::Never };
                self.world.edit_member(space, &guest, |record| record.ban = Some(ban));
            }
            "they are in already" => {
                let seat = self.world.a_seat(&guest, Role::Member);
                self.world.edit_member(space, &guest, |record| record.seat = Some(seat));
            }
            "gone" => drop(self.world.store.remove(&keys::space(&space))),
            _ => {}
        }
    }
}

#[test]
fn step_for_every_answer() {
    let mut waiting = waiting(Role::Admin);
    let base = waiting.world.store.clone();
    let declined = answer_table().check(|cell| {
        waiting.world.store = base.clone();
        waiting.file(cell);
        let guest = &waiting.people[0];
        let before: Inbox = waiting.world.get(&keys::inbox(&guest.key())).unwrap();
        let answer = Command::Respond(Respond { invite: waiting.id, accept: cell.is("says", "yes") });
        let outcome = {
            let call = waiting.world.signed(guest, 9, answer);
            waiting.world.decide(&call)
        };
        let gone =
            outcome.written::<Inbox>(&keys::inbox(&guest.key())).is_some_and(|inbox| inbox.offers.len() < before.offers.len());
        let seat = outcome.written::<MemberRecord>(&keys::member(&waiting.space, &guest.key())).and_then(|record| record.seat);
        let word = match (gone, seat) {
            (false, None) => "as it was",
            (true, None) => "gone from the inbox",
            (true, Some(seat)) if seat.role == Role::Admin && seat.via == Via::Invite(waiting.id) => {
                "gone from the inbox, and they are in as offered"
            }
            other => panic!("{other:?}"),
        };
        Some(Answered::new(outcome.code(), outcome.rule(), word))
    });
    assert_eq!(declined, 0);
}

#[test]
fn step_for_every_look() {
    let mut waiting = waiting(Role::Member);
    let base = waiting.world.store.clone();
    let declined = inbox_table().check(|cell| {
        waiting.world.store = base.clone();
        waiting.file(cell);
        let call = match cell.get("asked by") {
            "its owner" => waiting.world.signed(&waiting.people[0], 9, Command::Inbox),
            _ => Call::of(Asker::Stranger, Command::Inbox),
        };
        let outcome = waiting.world.decide(&call);
        let word = match outcome.reply() {
            Reply::Inbox(items) => match &items[..] {
                [] => "nothing",
                [InboxItem { code: Code::Allowed, issuer, .. }] if *issuer == waiting.people[3].key() => {
                    "it, and that a yes is good"
                }
                [item] => {
                    assert_ne!(item.code, Code::Allowed);
                    "it, and what a yes would be answered"
                }
                more => panic!("{more:?}"),
            },
            _ => "nothing",
        };
        Some(Answered::new(outcome.code(), outcome.rule(), word))
    });
    assert_eq!(declined, 0);
}

/// Who is shown the door, deleted, or rises again, has no old invite left.
#[test]
fn a_ban_takes_invites_along() {
    let Waiting { mut world, space, people, id } = waiting(Role::Member);
    assert!(world.ask(&world.signed(&people[3], 71, ban_in(space, &people[0]))).allowed());
    assert!(world.ask(&world.signed(&people[3], 72, Command::Unban(member_of(space, &people[0])))).allowed());
    let accept = Command::Respond(Respond { invite: id, accept: true });
    assert_eq!(world.ask(&world.signed(&people[0], 73, accept)).code(), Code::NoSuchInvite);
    world.audit();
}

#[test]
fn a_deleted_account_has_no_inbox() {
    let Waiting { mut world, people, .. } = waiting(Role::Member);
    assert!(world.ask(&world.signed(&people[5], 71, Command::Delete(people[0].key()))).allowed());
    assert!(world.get::<Inbox>(&keys::inbox(&people[0].key())).is_none());
    world.audit();
}

/// The inbox holds a hundred, from as many networks, and the next is refused by name.
#[test]
fn the_hundred_and_first() {
    let (mut world, [owner, _, member]) = World::peopled();
    let mut made = Vec::new();
    for number in 0..101 {
        let space = world.network(&owner, &format!("harbour-{number}"));
        let invite = InviteAccount { member: member_of(space, &member), role: Role::Member };
        made.push((space, world.ask(&world.signed(&owner, 3_000_000 + number, Command::InviteAccount(invite))).code()));
    }
    assert!(made[..100].iter().all(|(_, code)| *code == Code::Allowed));
    assert_eq!(made[100].1, Code::InboxFull);
    let outcome = world.ask(&world.signed(&member, 0, Command::Inbox));
    let Reply::Inbox(items) = outcome.reply() else { panic!("{}", outcome.code()) };
    assert_eq!(items.len(), 100);
    // What has expired makes room.
    world.now = world.now.plus(LIFE);
    let invite = InviteAccount { member: member_of(made[100].0, &member), role: Role::Member };
    assert!(world.ask(&world.signed(&owner, 4_000_000, Command::InviteAccount(invite))).allowed());
    let simple = update_of(made[100].0, |update| (update.governed, update.join_rule) = (Some(false), Some(JoinRule::Open)));
    assert!(world.ask(&world.signed(&owner, 4_000_001, simple)).allowed());
    assert_eq!(world.ask(&world.signed(&member, 0, Command::Inbox)).code(), Code::Allowed);
}

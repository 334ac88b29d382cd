//! Coming into a network and leaving it: with the account one has, or by a link.

use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Made, Outcome, Person, World};
use crate::networks::{ACTORS, stage};
use crate::words;
use doorward_core::record::{Allowed, Ban, InviteRecord, JoinRule, KeyRecord, MemberRecord, Pause, Space, Standing, keys};
use doorward_core::role::Role;
use doorward_core::time::Expiry;
use doorward_core::wire::Command;
use doorward_core::{Code, Incarnation, SignKey, SpaceId, Timestamp, rule};

const SIGHT: &[&str] = &["there", "paused", "not to be seen", "gone"];
const BANS: &[&str] = &["no", "from the network"];
const PLACE: &[&str] = &["open", "paused", "closed", "not on its list", "full", "gone"];
const SERVER: &[&str] = &["open", "paused", "closed", "not on its list", "full"];
const PEOPLE: &[&str] = &["a newcomer", "without a seat there", "a member there", "revoked", "banned from the server"];

pub fn enter_table() -> Table {
    Table {
        name: "enter",
        title: "Coming into a network with the account one has (an allowlist shows it to whom it names, and members see it)",
        verbs: vec!["enter"],
        effect: "member",
        columns: vec![
            column("the network is", SIGHT),
            column("rule", words::join_rule::WORDS),
            column("on the allowlist", &["no", "yes"]),
            column("banned", BANS),
            column("member already", &["no", "yes"]),
            column("place full", &["no", "yes"]),
        ],
        rows: vec![
            row(["not to be seen | gone", ANY, ANY, ANY, ANY, ANY], Code::NotFound, rule::SPACE_UNKNOWN, "as before"),
            row(["paused", ANY, ANY, ANY, ANY, ANY], Code::Paused, rule::JOIN_PAUSED, "as before"),
            row(["there", "closed", ANY, ANY, ANY, ANY], Code::JoinClosed, rule::JOIN_CLOSED, "as before"),
            row(["there", "invite | token", ANY, ANY, ANY, ANY], Code::JoinNeedsInvite, rule::JOIN_INVITE, "as before"),
            row(["there", "allowlist", "no", ANY, ANY, ANY], Code::NotAllowlisted, rule::JOIN_ALLOWLIST, "as before"),
            row(["there", "open", ANY, "from the network", ANY, ANY], Code::Banned, rule::JOIN_BANNED, "as before"),
            row(["there", "allowlist", "yes", "from the network", ANY, ANY], Code::Banned, rule::JOIN_BANNED, "as before"),
            row(["there", "open", ANY, "no", "yes", ANY], Code::AlreadyMember, rule::JOIN_MEMBER, "as before"),
            row(["there", "allowlist", "yes", "no", "yes", ANY], Code::AlreadyMember, rule::JOIN_MEMBER, "as before"),
            row(["there", "open", ANY, "no", "no", "yes"], Code::SpaceFull, rule::JOIN_FULL, "as before"),
            row(["there", "allowlist", "yes", "no", "no", "yes"], Code::SpaceFull, rule::JOIN_FULL, "as before"),
            row(["there", "open", ANY, "no", "no", "no"], Code::Allowed, rule::JOIN_DONE, "yes"),
            row(["there", "allowlist", "yes", "no", "no", "no"], Code::Allowed, rule::JOIN_DONE, "yes"),
        ],
    }
}

pub fn leave_table() -> Table {
    Table {
        name: "leave-network",
        title: "Leaving a network",
        verbs: vec!["leave"],
        effect: "member",
        columns: vec![column("who asks is there", ACTORS)],
        rows: vec![
            row(["owner"], Code::IsOwner, rule::LEAVE_OWNER, "as before"),
            row(["no member | admin of the server | owner of the server"], Code::NotAMember, rule::LEAVE_NONE, "as before"),
            row(["member | admin"], Code::Allowed, rule::LEAVE_DONE, "no more, one epoch on"),
        ],
    }
}

pub fn redeem_table() -> Table {
    const NEW: &str = "a newcomer | without a seat there";
    const LET_IN: &str = "an admin of the server";
    let no = |when: [&'static str; 6], code, rule| row(when, code, rule, "nothing, nothing spent");
    let burnt = |when: [&'static str; 6], code, rule| row(when, code, rule, "nothing, a use spent");
    Table {
        name: "redeem-network",
        title: "Who comes into a network through a link, once the link is good: the network's gate, then, for those who come from outside, the server's",
        verbs: vec!["redeem"],
        effect: "becomes a member of",
        columns: vec![
            column("the link is of", &["the network's owner", "an admin of the server"]),
            column("the holder, at the server, is", PEOPLE),
            column("member of the network", &["no", "yes"]),
            column("banned", BANS),
            column("the network", PLACE),
            column("the server", SERVER),
        ],
        rows: vec![
            no([ANY, ANY, ANY, ANY, "gone", ANY], Code::NotFound, rule::REDEEM_5_GONE),
            no([ANY, ANY, ANY, ANY, "paused", ANY], Code::Paused, rule::REDEEM_5_PAUSED),
            no([ANY, ANY, ANY, ANY, "closed", ANY], Code::JoinClosed, rule::REDEEM_5_CLOSED),
            no([ANY, ANY, ANY, ANY, "not on its list", ANY], Code::NotAllowlisted, rule::REDEEM_5_ALLOWLIST),
            no(["the network's owner", NEW, ANY, ANY, "open | full", ANY], Code::AccountRequired, rule::REDEEM_5_ACCOUNT),
            no([LET_IN, NEW, ANY, ANY, "open | full", "paused"], Code::Paused, rule::REDEEM_5_PAUSED),
            no([LET_IN, NEW, ANY, ANY, "open | full", "closed"], Code::JoinClosed, rule::REDEEM_5_CLOSED),
            no([LET_IN, NEW, ANY, ANY, "open | full", "not on its list"], Code::NotAllowlisted, rule::REDEEM_5_ALLOWLIST),
            burnt([ANY, "revoked", ANY, ANY, "open | full", ANY], Code::AccountRevoked, rule::REDEEM_6_REVOKED),
            burnt([ANY, "banned from the server", ANY, ANY, "open | full", ANY], Code::Banned, rule::REDEEM_6_BANNED),
            burnt([ANY, "a member there", ANY, "from the network", "open | full", ANY], Code::Banned, rule::REDEEM_6_BANNED),
            burnt([LET_IN, NEW, ANY, "from the network", "open | full", "open | full"], Code::Banned, rule::REDEEM_6_BANNED),
            burnt([ANY, "a member there", "yes", "no", "open | full", ANY], Code::AlreadyMember, rule::REDEEM_8),
            burnt([LET_IN, NEW, "yes", "no", "open | full", "open | full"], Code::AlreadyMember, rule::REDEEM_8),
            no([ANY, "a member there", "no", "no", "full", ANY], Code::SpaceFull, rule::REDEEM_9),
            no([LET_IN, NEW, "no", "no", "full", "open | full"], Code::SpaceFull, rule::REDEEM_9),
            no([LET_IN, NEW, "no", "no", "open", "full"], Code::SpaceFull, rule::REDEEM_9),
            row([ANY, "a member there", "no", "no", "open", ANY], Code::Allowed, rule::REDEEM_10, "the network"),
            row([LET_IN, NEW, "no", "no", "open", "open"], Code::Allowed, rule::REDEEM_10, "the server and the network"),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    [enter_table(), leave_table(), redeem_table()].iter().for_each(crate::reviewed);
}

#[test]
fn step_for_everyone_who_enters() {
    let (mut world, space, people) = stage();
    let (seeker, base) = (&people[0], world.store.clone());
    let declined = enter_table().check(|cell| {
        world.store = base.clone();
        let (member, banned) = (cell.is("member already", "yes"), !cell.is("banned", "no"));
        // A ban shows its key the door.
        let (allowed, sight) = (cell.is("on the allowlist", "yes"), cell.get("the network is"));
        if (member && banned) || (sight == "not to be seen" && (member || allowed)) {
            return None;
        }
        world.edit_space(space, |root| {
            root.child.as_mut().unwrap().listed = sight != "not to be seen";
            root.pause = if sight == "paused" { Pause::UntilLifted } else { Pause::No };
            root.join_rule = words::join_rule::all()[cell.index("rule")];
            root.max_members = if cell.is("place full", "yes") { 3 } else { 0 };
        });
        let seat = world.a_seat(seeker, Role::Member);
        world.edit_member(space, seeker, |record| {
            record.seat = member.then_some(seat);
            record.ban = banned.then(a_ban);
            record.allowlisted = allowed.then(an_entry);
        });
        if sight == "gone" {
            world.store.remove(&keys::space(&space));
        }
        let outcome = {
            let call = world.signed(seeker, 9, Command::Enter(space));
            world.decide(&call)
        };
        Some(Answered::new(outcome.code(), outcome.rule(), entered(&outcome, space, seeker)))
    });
    // Banned members, and what one's own entry or seat would show.
    assert_eq!(declined, 4 * 5 * 2 * 2 + 4 * 5 * 2);
    // An unlisted one is there for whom its allowlist names.
    world.store = base.clone();
    world.edit_space(space, |root| root.child.as_mut().unwrap().listed = false);
    world.edit_member(space, seeker, |record| record.allowlisted = Some(an_entry()));
    assert_eq!(world.ask(&world.signed(seeker, 9, Command::Enter(space))).code(), Code::JoinNeedsInvite);
}

/// An entry for whichever account the key has.
fn an_entry() -> Allowed {
    Allowed { by: SignKey([7; 32]), incarnation: Incarnation::NONE }
}

/// An entry is for one registration of the key, if it had one: whoever comes after is somebody else.
#[test]
fn an_entry_is_for_one_registration() {
    let (mut world, space, people) = stage();
    world.edit_space(space, |root| root.join_rule = JoinRule::Allowlist);
    let guest = &people[0];
    let allow = Command::Allow(crate::kit::network::member_of(space, guest));
    assert!(world.ask(&world.signed(&people[3], 90, allow)).allowed());
    let code = |world: &mut World| {
        let call = world.signed(guest, 91, Command::Enter(space));
        world.decide(&call).code()
    };
    assert_eq!(code(&mut world), Code::Allowed);
    assert!(world.ask(&world.signed(&people[5], 92, Command::Delete(guest.key()))).allowed());
    world.join(&people[5], guest, Role::Member);
    assert_eq!(code(&mut world), Code::NotAllowlisted);
}

fn a_ban() -> Ban {
    Ban { reason: "loud".into(), by: SignKey([7; 32]), since: Timestamp(1), until: Expiry::Never }
}

fn entered(outcome: &Outcome, space: SpaceId, who: &Person) -> &'static str {
    let Some(after) = outcome.written::<MemberRecord>(&keys::member(&space, &who.key())) else { return "as before" };
    let marked = |key: &str| outcome.decided().writes.iter().find(|write| write.key == key).map(|write| write.value.is_some());
    match after.seat {
        Some(seat) => {
            let lists = [keys::roster(&space, seat.joined_at, &who.key()), keys::joined_space(&who.key(), &space)];
            assert_eq!(lists.each_ref().map(|mark| marked(mark)), [Some(true), Some(true)]);
            assert_eq!((seat.role, seat.tags.len()), (Role::Member, 0));
            "yes"
        }
        None => {
            assert_eq!((marked(&keys::joined_space(&who.key(), &space)), after.epoch), (Some(false), 1));
            "no more, one epoch on"
        }
    }
}

#[test]
fn step_for_everyone_who_leaves() {
    let (mut world, space, people) = stage();
    let declined = leave_table().check(|cell| {
        let who = &people[cell.index("who asks is there")];
        let outcome = {
            let call = world.signed(who, 9, Command::Leave(space));
            world.decide(&call)
        };
        Some(Answered::new(outcome.code(), outcome.rule(), entered(&outcome, space, who)))
    });
    assert_eq!(declined, 0);
}

#[test]
fn step_for_every_link() {
    let (mut world, space, people) = stage();
    let (guest, owner) = (Person::new("guest"), &people[5]);
    world.join(owner, &guest, Role::Member);
    let links = [&people[3], &people[4]].map(|issuer| {
        let made = world.offer_in(space, issuer, 800, |_| {});
        assert!(world.ask(&world.signed(issuer, 801, made.mint())).allowed() || issuer.key() == people[4].key());
        made
    });
    // Both links have one token: one of them is minted at a time.
    let base = world.store.clone();
    let declined = redeem_table().check(|cell| {
        world.store = base.clone();
        let made = &links[cell.index("the link is of")];
        world.edit::<InviteRecord>(&keys::invite(&made.id()), |record| record.invite = made.signed.clone());
        file(&mut world, cell, space, &guest)?;
        let outcome = {
            let call = world.redeem(made, &guest, 9);
            world.decide(&call)
        };
        Some(Answered::new(outcome.code(), outcome.rule(), became(&outcome, space, &guest, made)))
    });
    // A newcomer is no member; nor is whoever is banned, or of a place that is gone.
    assert!(declined > 0 && redeem_table().cells().len() - declined > 700, "{declined}");
}

/// Brings the cell about; nothing where no records can.
fn file(world: &mut World, cell: &Cell<'_>, space: SpaceId, guest: &Person) -> Option<()> {
    let (member, banned) = (cell.is("member of the network", "yes"), !cell.is("banned", "no"));
    let (who, place) = (cell.get("the holder, at the server, is"), cell.get("the network"));
    if member && (banned || who == "a newcomer" || place == "gone") {
        return None;
    }
    let seat = world.a_seat(guest, Role::Member);
    world.edit_member(space, guest, |record| {
        record.seat = member.then_some(seat);
        record.ban = banned.then(a_ban);
    });
    world.edit_key(guest, |record| match who {
        "a newcomer" => *record = KeyRecord::default(),
        "without a seat there" => record.seat = None,
        "revoked" => record.account.as_mut().unwrap().standing = Standing::Revoked,
        "banned from the server" => record.ban = Some(a_ban()),
        _ => {}
    });
    let shut = |root: &mut Space, word: &str| match word {
        "paused" => root.pause = Pause::UntilLifted,
        "closed" => root.join_rule = JoinRule::Closed,
        "not on its list" => root.join_rule = JoinRule::Allowlist,
        "full" => root.max_members = 1,
        _ => {}
    };
    world.edit_space(space, |root| shut(root, place));
    world.edit_root(|root| shut(root, cell.get("the server")));
    if place == "gone" {
        world.store.remove(&keys::space(&space));
    }
    Some(())
}

fn became(outcome: &Outcome, space: SpaceId, guest: &Person, made: &Made) -> &'static str {
    let spent = outcome.written::<InviteRecord>(&keys::invite(&made.id())).is_some_and(|record| record.uses == 1);
    let at_server = outcome.written::<KeyRecord>(&keys::account(&guest.key()));
    match outcome.written::<MemberRecord>(&keys::member(&space, &guest.key())) {
        None if spent => "nothing, a use spent",
        None => "nothing, nothing spent",
        Some(there) => {
            let at_server = at_server.unwrap();
            let (seat, account) = (there.seat.unwrap(), at_server.account.clone().unwrap());
            assert_eq!((seat.incarnation, seat.role, spent), (account.incarnation, Role::Member, true));
            let receipt = outcome.decided().receipt.as_ref().unwrap();
            assert_eq!((receipt.space, receipt.account, receipt.incarnation), (space, guest.key(), account.incarnation));
            let new = keys::roster(&SpaceId::SERVER, at_server.current_seat().unwrap().joined_at, &guest.key());
            if outcome.decided().writes.iter().any(|write| write.key == new) {
                "the server and the network"
            } else {
                "the network"
            }
        }
    }
}

//! What people may do in a network, asked three ways: what they may offer, what *can* says of them, and what they see
//! happen.

use crate::kit::table::{ANY, Answered, Table, column, row};
use crate::kit::{Call, Person, World};
use crate::networks::{ABOVE, ACTORS, HERE, actor, stage};
use crate::words;
use doorward_core::decide::{cancel, watch};
use doorward_core::record::{InviteRecord, Space, keys};
use doorward_core::role::{Permission, Role};
use doorward_core::wire::{
    Asker, Can, Command, Event, EventKind, InviteFilter, ListInvites, Paging, Reply, Sees, ShowInvite, Sight,
};
use doorward_core::{Code, InviteId, SpaceId, rule};

/// Those who may give the role of admin there.
const GIVERS: &str = "owner | admin of the server | owner of the server";
const INVITERS: &str = "admin | owner | admin of the server | owner of the server";

pub fn offer_table() -> Table {
    let no = |when: [&'static str; 4], code, rule| row(when, code, rule, "no");
    let yes = |when: [&'static str; 4]| row(when, Code::Allowed, rule::MINT_DONE, "yes");
    Table {
        name: "offers-of-networks",
        title: "Making an invite into a network",
        verbs: vec!["mint invite"],
        effect: "made",
        columns: vec![
            column("caller is there", ACTORS),
            column("grants", words::role::WORDS),
            column("sets tags", &["no", "yes"]),
            column("the network is governed", &["yes", "no"]),
        ],
        rows: vec![
            no(["no member | member", ANY, ANY, ANY], Code::MissingPermission, rule::ASK_PERMISSION),
            no(["admin | owner", ANY, ANY, "no"], Code::MissingPermission, rule::ASK_PERMISSION),
            no(["admin", "admin | owner", ANY, "yes"], Code::GrantTooHigh, rule::MINT_GRANT),
            no(["owner", "owner", ANY, "yes"], Code::GrantTooHigh, rule::MINT_GRANT),
            no([ABOVE, "owner", ANY, ANY], Code::GrantTooHigh, rule::MINT_GRANT),
            no([ABOVE, "admin", ANY, "no"], Code::GrantTooHigh, rule::MINT_GRANT),
            yes(["admin | owner", "member", ANY, "yes"]),
            yes(["owner", "admin", ANY, "yes"]),
            yes([ABOVE, "member", ANY, ANY]),
            yes([ABOVE, "admin", ANY, "yes"]),
        ],
    }
}

pub fn can_table() -> Table {
    const MEMBERS: &str = "read | send";
    const ADMINS: &str = "invite | kick | ban | manage-tags | manage-space";
    const OWNERS: &str = "manage-roles | query | read-audit | delete-space | transfer";
    let rest = |actors, permissions| {
        row(["a service | itself", actors, permissions], Code::MissingPermission, rule::CAN_PERMISSION, "no")
    };
    let yes = |actors, permissions| row(["a service | itself", actors, permissions], Code::Allowed, rule::CAN_YES, "yes");
    Table {
        name: "can-in-networks",
        title: "What somebody can do in an unlisted network, and who may ask",
        verbs: vec!["can"],
        effect: "can",
        columns: vec![
            column("asked by", &["a service", "itself", "a member"]),
            column("the account is there", ACTORS),
            column("permission", words::permission::WORDS),
        ],
        rows: vec![
            row(["a member", ANY, ANY], Code::MissingPermission, rule::CAN_ASKER, "no"),
            row(["itself", "no member", ANY], Code::NotFound, rule::CAN_SPACE, "no"),
            row(["a service", "no member", ANY], Code::MissingPermission, rule::CAN_PERMISSION, "no"),
            yes(HERE, MEMBERS),
            yes(INVITERS, ADMINS),
            rest("member", ADMINS),
            yes(GIVERS, OWNERS),
            rest("member | admin", OWNERS),
            rest(HERE, "manage-accounts"),
        ],
    }
}

pub fn event_table() -> Table {
    const SHOWN: &str = "member joined | member left | member kicked | account deleted | account moved to other keys | \
        role changed | owner changed | tags changed | space changed | network made | network deleted";
    const HIDDEN: &str = "server set up | invite made | invite cancelled | invite burned | account made | account proved | \
        account revoked | account restored | restore begun | restore accepted | owner recovery begun | key banned | \
        ban lifted | key allowed | key disallowed | account invited | invite declined";
    let sees = |when: [&'static str; 3], sight| row(when, Code::Allowed, rule::SEES_YES, sight);
    Table {
        name: "events-of-networks",
        title: "What somebody who watches sees of what happens in a network",
        verbs: vec!["sees"],
        effect: "sees",
        columns: vec![
            column("watcher is there", ACTORS),
            column("what happened", words::event::WORDS),
            column("to the watcher", &["no", "yes"]),
        ],
        rows: vec![
            sees([ANY, ANY, "yes"], "all of it"),
            sees([GIVERS, ANY, "no"], "all of it"),
            sees(["member | admin", SHOWN, "no"], "what and to whom, not by which invite"),
            sees(["member | admin", HIDDEN, "no"], "nothing"),
            sees(["no member", ANY, "no"], "nothing"),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    [offer_table(), can_table(), event_table()].iter().for_each(crate::reviewed);
}

#[test]
fn step_for_every_offer() {
    let (mut world, space, people) = stage();
    let base = world.store.clone();
    let declined = offer_table().check(|cell| {
        world.store = base.clone();
        let governed = cell.is("the network is governed", "yes");
        // When a space is governed no more, its roles end all at once.
        world.edit_space(space, |root| (root.governed, root.child.as_mut().unwrap().era) = (governed, u32::from(!governed)));
        let issuer = &people[cell.index("caller is there")];
        let made = world.offer_in(space, issuer, 900, |claims| {
            claims.role = words::role::all()[cell.index("grants")];
            claims.tags = if cell.is("sets tags", "yes") { vec!["tea".into()] } else { Vec::new() };
            // Whoever had a role above member falls by that.
            let fell = !governed && matches!(cell.get("caller is there"), "admin" | "owner");
            claims.issuer_epoch += u32::from(fell);
        });
        let outcome = {
            let call = world.signed(issuer, 9, made.mint());
            world.decide(&call)
        };
        let kept = outcome.written::<InviteRecord>(&keys::invite(&made.id())).is_some();
        Some(Answered::new(outcome.code(), outcome.rule(), if kept { "yes" } else { "no" }))
    });
    assert_eq!(declined, 0);
}

/// What was offered is looked at again when it takes effect, by the epoch of its making in that network.
#[test]
fn an_offer_is_worth_what_its_issuer_is_worth_there() {
    let (mut world, space, people) = stage();
    let admin = &people[2];
    let made = world.offer_in(space, admin, 900, |_| {});
    assert!(world.ask(&world.signed(admin, 90, made.mint())).allowed());
    let (base, guest) = (world.store.clone(), &people[0]);
    let code = |world: &mut World| {
        let call = world.redeem(&made, guest, 91);
        world.decide(&call).code()
    };
    assert_eq!(code(&mut world), Code::Allowed);
    world.edit_member(space, admin, |record| record.seat.as_mut().unwrap().role = Role::Member);
    assert_eq!(code(&mut world), Code::IssuerLostAuthority, "no more than a member");
    world.store = base.clone();
    world.edit_member(space, admin, |record| record.epoch += 1);
    assert_eq!(code(&mut world), Code::IssuerLostAuthority, "fell there and rose again");
    world.store = base.clone();
    world.edit_key(admin, |record| record.account.as_mut().unwrap().epoch += 1);
    assert_eq!(code(&mut world), Code::IssuerLostAuthority, "fell at the server");
    world.store = base.clone();
    world.edit_space(space, |root| root.child.as_mut().unwrap().era += 1);
    assert_eq!(code(&mut world), Code::IssuerLostAuthority, "roles ended all at once");
    world.store = base;
    world.edit_key(admin, |record| record.seat = None);
    assert_eq!(code(&mut world), Code::IssuerLostAuthority, "at the server no more");
}

#[test]
fn step_for_every_question() {
    let (mut world, space, people) = stage();
    world.edit_space(space, |root| root.child.as_mut().unwrap().listed = false);
    let declined = can_table().check(|cell| {
        let who = &people[cell.index("the account is there")];
        let permission = words::permission::all()[cell.index("permission")];
        let can = Command::Can(Can { account: who.key(), permission, space });
        let stranger = if who.key() == people[1].key() { &people[2] } else { &people[1] };
        let call = match cell.get("asked by") {
            "a service" => Call::of(Asker::Service, can),
            "itself" => world.signed(who, 9, can),
            _ => world.signed(stranger, 9, can),
        };
        let outcome = world.decide(&call);
        assert_eq!(
            outcome.allowed(),
            cell.get("asked by") != "a member" && actor(cell.get("the account is there")).allows(permission)
        );
        if let (Reply::Why(why), "a service") = (outcome.reply(), cell.get("asked by")) {
            let here = world.member_record(space, who).seat.map(|seat| seat.role);
            assert_eq!((why.role, why.banned), (here, false));
        }
        Some(Answered::new(outcome.code(), outcome.rule(), if outcome.allowed() { "yes" } else { "no" }))
    });
    assert_eq!(declined, 0);
    assert_eq!(Permission::ALL.len(), words::permission::all().len());
    // Who is banned from the network is told so, unless he governs it from above: then he acts there all the same.
    let (admin, guest) = (&people[4], &people[0]);
    let ban = doorward_core::record::Ban {
        reason: String::new(),
        by: people[3].key(),
        since: world.now,
        until: doorward_core::time::Expiry::Never,
    };
    for (who, code) in [(admin, Code::Allowed), (guest, Code::Banned)] {
        world.edit_member(space, who, |record| record.ban = Some(ban.clone()));
        let can = Command::Can(Can { account: who.key(), permission: Permission::Read, space });
        assert_eq!(world.ask(&Call::of(Asker::Service, can)).code(), code);
    }
}

fn word(sight: Sight) -> &'static str {
    match sight {
        Sight::Nothing => "nothing",
        Sight::Bare => "what and to whom, not by which invite",
        Sight::Whole => "all of it",
    }
}

#[test]
fn step_for_every_event() {
    let (mut world, space, people) = stage();
    let other = Person::new("other");
    let declined = event_table().check(|cell| {
        let who = &people[cell.index("watcher is there")];
        let to = if cell.is("to the watcher", "yes") { who } else { &other };
        let kind = words::event::all()[cell.index("what happened")];
        let incarnation = world.key_record(who).account.unwrap().incarnation;
        let event = Event { kind, space, account: Some(to.key()), invite: Some(InviteId([7; 16])) };
        let ask = Command::Sees(Sees { account: who.key(), incarnation, events: vec![event] }.into());
        let outcome = world.decide(&Call::of(Asker::Service, ask));
        let Reply::Seen(seen) = outcome.reply() else { panic!("{:?}", outcome.reply()) };
        let own = cell.is("to the watcher", "yes");
        assert_eq!(seen[0], watch::judge(actor(cell.get("watcher is there")), kind, own));
        Some(Answered::new(outcome.code(), outcome.rule(), word(seen[0])))
    });
    assert_eq!(declined, 0);
}

/// The last of a network is seen by its members, and by those who govern the server, and by nobody else.
#[test]
fn that_a_network_is_gone_is_seen_by_its_members() {
    let (mut world, space, people) = stage();
    assert!(world.ask(&world.signed(&people[3], 90, Command::DeleteSpace(space))).allowed());
    let expected = [Sight::Nothing, Sight::Bare, Sight::Bare, Sight::Bare, Sight::Whole, Sight::Whole];
    for (who, expected) in people.iter().zip(expected) {
        let incarnation = world.key_record(who).account.unwrap().incarnation;
        let event = Event { kind: EventKind::SpaceDeleted, space, account: None, invite: None };
        let ask = Command::Sees(Sees { account: who.key(), incarnation, events: vec![event] }.into());
        assert_eq!(world.ask(&Call::of(Asker::Service, ask)).reply(), &Reply::Seen(vec![expected]), "{}", who.name);
    }
}

/// Invites of a network are listed, shown and cancelled there, by those who may invite there.
#[test]
fn invites_are_the_networks_own() {
    let (mut world, space, people) = stage();
    let made = world.offer_in(space, &people[3], 900, |_| {});
    assert!(world.ask(&world.signed(&people[3], 90, made.mint())).allowed());
    let paging = || Paging { after: String::new(), limit: 10 };
    for (who, word) in people.iter().zip(ACTORS) {
        let may = actor(word).allows(Permission::Invite);
        let list = Command::ListInvites(ListInvites { space, filter: InviteFilter::Live, paging: paging() });
        let outcome = world.ask(&world.signed(who, 0, list));
        assert_eq!(outcome.allowed(), may, "{word}");
        if let Reply::Invites(page) = outcome.reply() {
            assert_eq!(page.items.iter().map(|item| (item.invite, item.space)).collect::<Vec<_>>(), [(made.id(), space)]);
        }
        let show = Command::ShowInvite(ShowInvite { invite: made.id(), paging: paging() });
        assert_eq!(world.ask(&world.signed(who, 0, show)).allowed(), may, "{word}");
        let at_server =
            Command::ListInvites(ListInvites { space: SpaceId::SERVER, filter: InviteFilter::Live, paging: paging() });
        if let Reply::Invites(page) = world.ask(&world.signed(who, 0, at_server)).reply() {
            assert!(page.items.is_empty(), "{word}");
        }
        let cancel_it = Command::CancelInvite(made.id());
        let base = world.store.clone();
        let cancelled = world.ask(&world.signed(who, 91, cancel_it));
        let maker = if word == &"owner" {
            cancel::Maker::Caller
        } else {
            cancel::Maker::Member(if may && world.key_record(who).current_seat().unwrap().role >= Role::Admin {
                Role::Member
            } else {
                Role::Owner
            })
        };
        let (code, _) = cancel::judge(actor(word), maker, doorward_core::decide::redeem::InviteLife::Live);
        assert_eq!(cancelled.code(), code, "{word}");
        world.audit();
        world.store = base;
    }
    let root: Space = world.space(space);
    assert_eq!(root.name, "harbour");
}

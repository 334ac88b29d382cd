//! Recover owner: who may, with which claims; and who takes the place that the link names.

use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Call, Made, Outcome, Person, World};
use crate::restore::by;
use doorward_core::claims::{VERSION, VERSION_REBIND};
use doorward_core::record::{Ban, Closed, InviteRecord, JoinRule, KeyRecord, MemberCount, Pause, Space, Standing, keys};
use doorward_core::role::Role;
use doorward_core::time::{DAY, Expiry};
use doorward_core::wire::{Asker, Command, EventKind};
use doorward_core::{Code, SpaceId, Timestamp, rule};
use std::collections::BTreeMap;

const CLAIMS: &[&str] = &[
    "in order",
    "24 h exactly",
    "unreadable",
    "names nobody",
    "names another key",
    "24 h and 1 s",
    "expired this second",
    "role admin",
    "two uses",
    "tags",
    "server did not sign",
    "invite's key did not sign",
    "minted before",
];

pub fn table() -> Table {
    const GOOD: &str = "in order | 24 h exactly";
    const FAULTY: &str = "names nobody | names another key | 24 h and 1 s | expired this second | role admin | two uses | tags | server did not sign | invite's key did not sign | minted before";
    const READABLE: &str = "in order | 24 h exactly | names nobody | names another key | 24 h and 1 s | expired this second | role admin | two uses | tags | server did not sign | invite's key did not sign | minted before";
    Table {
        name: "recover-owner",
        title: "How a server whose owner lost his keys gets him back",
        verbs: vec!["recover owner"],
        effect: "done",
        columns: vec![
            column("asker", &["stranger", "service", "operator", "account"]),
            column("server", &["not set up", "without owner", "with owner", "being recovered", "restored, not accepted"]),
            column("claims", CLAIMS),
        ],
        rows: vec![
            row(["stranger | service | account", ANY, ANY], Code::Unauthenticated, rule::ASK_OPERATOR, "nothing"),
            row(["operator", ANY, "unreadable"], Code::DamagedInvite, rule::RECOVER_CLAIMS, "nothing"),
            row(["operator", "not set up", READABLE], Code::NotInitialised, rule::ASK_SET_UP, "nothing"),
            row(["operator", "without owner", READABLE], Code::NotFound, rule::RECOVER_NO_OWNER, "nothing"),
            row(
                ["operator", "with owner | being recovered | restored, not accepted", FAULTY],
                Code::DamagedInvite,
                rule::RECOVER_CLAIMS,
                "nothing",
            ),
            row(
                ["operator", "with owner | restored, not accepted", GOOD],
                Code::Allowed,
                rule::RECOVER_DONE,
                "owner revoked, link made",
            ),
            row(["operator", "being recovered", GOOD], Code::Allowed, rule::RECOVER_DONE, "link made, the former cancelled"),
        ],
    }
}

const KEYS: &[&str] =
    &["new", "of a deleted account", "an active member's", "active, no member's", "revoked", "banned", "the owner's own"];

pub fn redeem_table() -> Table {
    const HERE: &str = "open | paused | closed | allowlist | full";
    const IN_ORDER: &str = "being recovered";
    Table {
        name: "redeem-recovery",
        title: "Redeem of a recovery link: who takes the owner's place",
        verbs: vec!["redeem"],
        effect: "done",
        columns: vec![
            column("the owner", &[IN_ORDER, "recovered by a later link", "another by now", "active again", "no member any more"]),
            column("server restored since", &["no", "yes"]),
            column("the place", &["open", "paused", "closed", "allowlist", "full", "restored, not accepted"]),
            column("the key", KEYS),
        ],
        rows: vec![
            row(
                ["recovered by a later link | another by now | active again | no member any more", ANY, ANY, ANY],
                Code::IssuerLostAuthority,
                rule::REDEEM_4,
                "nothing",
            ),
            row([IN_ORDER, "yes", ANY, ANY], Code::IssuerLostAuthority, rule::REDEEM_4, "nothing"),
            row([IN_ORDER, "no", "restored, not accepted", ANY], Code::RestoreUnreviewed, rule::REDEEM_5_RESTORED, "nothing"),
            row([IN_ORDER, "no", HERE, "revoked | the owner's own"], Code::AccountRevoked, rule::REDEEM_6_REVOKED, "spent"),
            row([IN_ORDER, "no", HERE, "banned"], Code::Banned, rule::REDEEM_6_BANNED, "spent"),
            row([IN_ORDER, "no", HERE, "an active member's | active, no member's"], Code::AccountExists, rule::REDEEM_7, "spent"),
            row([IN_ORDER, "no", HERE, "new | of a deleted account"], Code::Allowed, rule::REDEEM_10, "place taken"),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    [table(), redeem_table()].iter().for_each(crate::reviewed);
}

#[test]
fn step_for_every_server() {
    let (bare, _) = World::initialised();
    let (owned, owner) = World::with_owner();
    let (mut restored, mut recovering) = (owned.clone(), owned.clone());
    assert!(restored.ask(&Call::of(Asker::Operator, Command::BeginRestore(0))).allowed());
    let former = recovering.recovery_offer(1, owner.key());
    assert!(recovering.ask(&Call::of(Asker::Operator, former.recover())).allowed());
    let mut worlds = BTreeMap::from([("not set up", World::empty()), ("without owner", bare), ("with owner", owned)]);
    worlds.extend([("being recovered", recovering), ("restored, not accepted", restored)]);
    let declined = table().check(|cell| {
        let world = worlds.get_mut(cell.get("server")).unwrap();
        let made = claims(world, cell.get("claims"), &owner);
        let store = world.store.clone();
        if cell.is("claims", "minted before") {
            let invite = made.signed.clone();
            let (label, now) = (String::new(), world.now);
            let record = InviteRecord { invite, label, salt: None, minted_at: now, restore_epoch: 0, uses: 0, closed: None };
            world.put(&keys::invite(&made.id()), &record);
        }
        let outcome = {
            let call = by(world, cell.get("asker"), &owner, made.recover());
            world.decide(&call)
        };
        world.store = store;
        let done = begun(&outcome, world, &owner, &former, &made);
        Some(Answered::new(outcome.code(), outcome.rule(), done))
    });
    assert_eq!(declined, 0);
}

fn begun(outcome: &Outcome, world: &World, owner: &Person, former: &Made, made: &Made) -> &'static str {
    if outcome.decided().writes.is_empty() {
        return "nothing";
    }
    let root: Space = outcome.written(keys::SERVER).unwrap();
    assert_eq!((root.owner, root.server.unwrap().owner_invite), (Some(owner.key()), Some(made.id())));
    assert!(outcome.written::<InviteRecord>(&keys::invite(&made.id())).is_some());
    assert!(outcome.answer_events().contains(&EventKind::OwnerRecoveryBegun) && outcome.decided().about == [owner.key()]);
    let before = world.key_record(owner).account.unwrap();
    match outcome.written::<KeyRecord>(&keys::account(&owner.key())).and_then(|record| record.account) {
        Some(after) => {
            assert_eq!((after.standing, after.epoch), (Standing::Revoked, before.epoch + 1));
            assert!(outcome.answer_events().contains(&EventKind::AccountRevoked));
            "owner revoked, link made"
        }
        None => {
            let closed = outcome.written::<InviteRecord>(&keys::invite(&former.id())).and_then(|record| record.closed);
            assert_eq!(closed, Some(Closed::Cancelled(world.server.key())));
            "link made, the former cancelled"
        }
    }
}

fn claims(world: &World, fault: &str, owner: &Person) -> Made {
    let (server, other) = (world.server.clone(), Person::new("other"));
    let number = 700 + CLAIMS.iter().position(|word| *word == fault).unwrap() as u64;
    let issuer = if fault == "server did not sign" { &other } else { &server };
    let mut made = world.offer(issuer, number, |claims| {
        (claims.version, claims.rebind) = (VERSION_REBIND, Some(owner.key()));
        claims.role = Role::Owner;
        claims.issuer = server.key();
        claims.expires = Expiry::At(world.now.plus(DAY - 1));
        match fault {
            "names nobody" => (claims.version, claims.rebind) = (VERSION, None),
            "names another key" => claims.rebind = Some(other.key()),
            "24 h exactly" => claims.expires = Expiry::At(world.now.plus(DAY)),
            "24 h and 1 s" => claims.expires = Expiry::At(world.now.plus(DAY + 1)),
            "expired this second" => claims.expires = Expiry::At(world.now),
            "role admin" => claims.role = Role::Admin,
            "two uses" => claims.max_uses = 2,
            "tags" => claims.tags = vec!["a".into()],
            _ => {}
        }
    });
    match fault {
        "unreadable" => made.signed.claims[0] = 3,
        "invite's key did not sign" => made.signed.invite_signature = made.signed.issuer_signature,
        _ => {}
    }
    made
}

#[test]
fn step_for_every_successor() {
    let (mut world, [owner, admin, _]) = World::peopled();
    world.now = world.now.plus(1_000);
    let (guest, leaver, fallen) = (Person::new("guest"), Person::new("leaver"), Person::new("fallen"));
    for (who, id) in [(&leaver, 30), (&fallen, 31)] {
        world.join(&owner, who, Role::Member);
        let verb = if id == 30 { Command::Delete(who.key()) } else { Command::Revoke(who.key()) };
        assert!(world.ask(&world.signed(&owner, id, verb)).allowed());
    }
    world.edit_seat(&owner, |seat| seat.tags = vec!["founder".into()]);
    for name in ["harbour", "lighthouse"] {
        world.network(&owner, name);
    }
    let made = world.recovery_offer(1, owner.key());
    assert!(world.ask(&Call::of(Asker::Operator, made.recover())).allowed());
    let base = world.store.clone();
    let declined = redeem_table().check(|cell| {
        world.store = base.clone();
        let who = match cell.get("the key") {
            "of a deleted account" => &leaver,
            "an active member's" => &admin,
            "revoked" => &fallen,
            "the owner's own" => &owner,
            _ => &guest,
        };
        file(&mut world, cell, &owner, &guest);
        let before = world.clone();
        let outcome = world.decide(&world.redeem(&made, who, 40));
        Some(Answered::new(outcome.code(), outcome.rule(), taken(&outcome, &before, &made, &owner, who)))
    });
    assert_eq!(declined, 0);
}

fn file(world: &mut World, cell: &Cell<'_>, owner: &Person, guest: &Person) {
    let (now, by) = (world.now, owner.key());
    world.edit_root(|root| {
        let server = root.server.as_mut().unwrap();
        match cell.get("the owner") {
            "recovered by a later link" => server.owner_invite = Some(doorward_core::InviteId([7; 16])),
            "another by now" => (root.owner, server.owner_invite) = (Some(guest.key()), None),
            _ => {}
        }
        server.restore_epoch += u32::from(cell.is("server restored since", "yes"));
        match cell.get("the place") {
            "paused" => root.pause = Pause::UntilLifted,
            "closed" => root.join_rule = JoinRule::Closed,
            "allowlist" => root.join_rule = JoinRule::Allowlist,
            "full" => root.max_members = 1,
            "restored, not accepted" => server.restore_reviewed = false,
            _ => {}
        }
    });
    match cell.get("the owner") {
        "active again" => world.edit_key(owner, |record| record.account.as_mut().unwrap().standing = Standing::Active),
        "no member any more" => world.edit_key(owner, |record| record.seat = None),
        _ => {}
    }
    match cell.get("the key") {
        "active, no member's" => {
            let account = world.key_record(&Person::new("admin")).account;
            world.put(&keys::account(&guest.key()), &KeyRecord { account, ..KeyRecord::default() });
        }
        "banned" => world.edit_key(guest, |record| {
            record.ban = Some(Ban { reason: String::new(), by, since: Timestamp(0), until: Expiry::At(now.plus(1)) });
        }),
        _ => {}
    }
}

/// The seat moves as it is: role, tags, since when, and its place on the roster.
fn taken(outcome: &Outcome, before: &World, made: &Made, owner: &Person, who: &Person) -> &'static str {
    let Some(record) = outcome.written::<InviteRecord>(&keys::invite(&made.id())) else {
        assert!(outcome.decided().writes.is_empty());
        return "nothing";
    };
    assert_eq!((record.uses, record.closed), (1, Some(Closed::UsedUp)));
    let root: Option<Space> = outcome.written(keys::SERVER);
    let Some(new) = outcome.written::<KeyRecord>(&keys::account(&who.key())) else {
        assert!(root.is_none_or(|root| root.owner == Some(owner.key())) && !outcome.allowed());
        return "spent";
    };
    let old: KeyRecord = outcome.written(&keys::account(&owner.key())).unwrap();
    let seat = before.key_record(owner).seat.unwrap();
    let (moved, account) = (new.current_seat().unwrap(), new.account.as_ref().unwrap());
    assert_eq!((moved.role, &moved.tags, moved.joined_at), (Role::Owner, &seat.tags, seat.joined_at));
    assert_eq!((account.standing, account.epoch, account.invited_by), (Standing::Active, 0, before.server.key()));
    assert_ne!(account.incarnation, seat.incarnation);
    assert_eq!((new.spaces_owned, old.spaces_owned), (before.key_record(who).spaces_owned + 2, 0));
    assert!(old.seat.is_none() && old.account.unwrap().standing == Standing::Revoked);
    let root = root.unwrap();
    assert_eq!((root.owner, root.server.unwrap().owner_invite), (Some(who.key()), None));
    let count: MemberCount = before.get(&keys::members(&SpaceId::SERVER)).unwrap();
    let after: MemberCount = outcome.written(&keys::members(&SpaceId::SERVER)).unwrap();
    assert_eq!((after.members, after.revision), (count.members, count.revision + 1));
    let wrote = |key: String| outcome.decided().writes.iter().find(|write| write.key == key).map(|write| write.value.is_some());
    let place = |key| keys::roster(&SpaceId::SERVER, seat.joined_at, &key);
    assert_eq!((wrote(place(owner.key())), wrote(place(who.key()))), (Some(false), Some(true)));
    let left = |event: &&doorward_core::wire::Event| event.kind == EventKind::AccountRebound;
    let left = outcome.decided().events.iter().find(left).map(|event| event.account);
    assert_eq!(left, Some(Some(owner.key())), "it is told which key was left");
    assert_eq!(outcome.decided().receipt.as_ref().map(|receipt| receipt.role), Some(Role::Owner));
    "place taken"
}

//! Init: who may make an owner invite, when, and which.

use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Call, Made, Person, World};
use doorward_core::claims::VERSION_REBIND;
use doorward_core::record::{Closed, InviteRecord, keys};
use doorward_core::role::Role;
use doorward_core::time::{DAY, Expiry};
use doorward_core::wire::{Asker, Command, EventKind};
use doorward_core::{Code, Incarnation, SpaceId, rule};
use std::collections::BTreeMap;

const GOOD: &str = "in order | 24 h exactly";
const CLAIMS: &[&str] = &[
    "in order",
    "24 h exactly",
    "unreadable",
    "24 h and 1 s",
    "expired this second",
    "never expires",
    "role admin",
    "two uses",
    "tags",
    "further rooms",
    "another space",
    "for another server",
    "issued by another key",
    "an incarnation",
    "an epoch",
    "server did not sign",
    "invite's key did not sign",
    "in another's place",
    "minted before",
];

pub fn table() -> Table {
    const FAULTY: &str = "24 h and 1 s | expired this second | never expires | role admin | two uses | tags | further rooms | another space | for another server | issued by another key | an incarnation | an epoch | server did not sign | invite's key did not sign | in another's place | minted before";
    const READABLE: &str = "in order | 24 h exactly | 24 h and 1 s | expired this second | never expires | role admin | two uses | tags | further rooms | another space | for another server | issued by another key | an incarnation | an epoch | server did not sign | invite's key did not sign | in another's place | minted before";
    Table {
        name: "init",
        title: "How a server gets its first owner",
        verbs: vec!["init"],
        effect: "done",
        columns: vec![
            column("asker", &["stranger", "service", "operator", "account"]),
            column("server", &["new", "without owner", "with owner", "being recovered"]),
            column("name", &["showable", "not showable"]),
            column("claims", CLAIMS),
        ],
        rows: vec![
            row(["stranger | service | account", ANY, ANY, ANY], Code::Unauthenticated, rule::ASK_OPERATOR, "nothing"),
            row(["operator", ANY, ANY, "unreadable"], Code::DamagedInvite, rule::INIT_CLAIMS, "nothing"),
            row(["operator", ANY, "not showable", READABLE], Code::BadText, rule::INIT_CLAIMS, "nothing"),
            row(
                ["operator", "with owner | being recovered", "showable", READABLE],
                Code::OwnerExists,
                rule::INIT_OWNER_EXISTS,
                "nothing",
            ),
            row(["operator", "new | without owner", "showable", FAULTY], Code::DamagedInvite, rule::INIT_CLAIMS, "nothing"),
            row(["operator", "new", "showable", GOOD], Code::Allowed, rule::INIT_DONE, "server set up, invite made"),
            row(
                ["operator", "without owner", "showable", GOOD],
                Code::Allowed,
                rule::INIT_DONE,
                "invite made, the former cancelled",
            ),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

#[test]
fn step_for_every_server() {
    let (bare, former) = World::initialised();
    let (owned, _) = World::with_owner();
    let mut recovering = owned.clone();
    let recovery = recovering.recovery_offer(1, recovering.root().owner.unwrap());
    assert!(recovering.ask(&Call::of(Asker::Operator, recovery.recover())).allowed());
    let mut worlds = BTreeMap::from([("new", World::empty()), ("without owner", bare), ("with owner", owned)]);
    worlds.insert("being recovered", recovering);
    let declined = table().check(|cell| {
        let world = worlds.get_mut(cell.get("server")).unwrap();
        let made = claims(world, cell.get("claims"));
        let store = world.store.clone();
        if cell.is("claims", "minted before") {
            let record = InviteRecord {
                invite: made.signed.clone(),
                label: String::new(),
                salt: None,
                minted_at: world.now,
                restore_epoch: 0,
                uses: 0,
                closed: None,
            };
            world.put(&keys::invite(&made.id()), &record);
        }
        let outcome = {
            let call = call(world, cell, &made);
            world.decide(&call)
        };
        world.store = store;
        let old = outcome.written::<InviteRecord>(&keys::invite(&former.id()));
        let cancelled = old.is_some_and(|record| record.closed == Some(Closed::Cancelled(world.server.key())));
        let new = outcome.decided().events.iter().any(|event| event.kind == EventKind::ServerInitialised);
        let done = match (outcome.decided().writes.is_empty(), new, cancelled) {
            (true, false, false) => "nothing",
            (false, true, false) => "server set up, invite made",
            (false, false, true) => "invite made, the former cancelled",
            other => panic!("{other:?}"),
        };
        Some(Answered::new(outcome.code(), outcome.rule(), done))
    });
    assert_eq!(declined, 0);
}

fn claims(world: &World, fault: &str) -> Made {
    let (server, other) = (world.server.clone(), Person::new("other"));
    let number = 500 + CLAIMS.iter().position(|word| *word == fault).unwrap() as u64;
    let issuer = if matches!(fault, "issued by another key" | "server did not sign") { &other } else { &server };
    let mut made = world.offer(issuer, number, |claims| {
        claims.role = Role::Owner;
        claims.expires = Expiry::At(world.now.plus(DAY - 1));
        match fault {
            "24 h exactly" => claims.expires = Expiry::At(world.now.plus(DAY)),
            "24 h and 1 s" => claims.expires = Expiry::At(world.now.plus(DAY + 1)),
            "expired this second" => claims.expires = Expiry::At(world.now),
            "never expires" => claims.expires = Expiry::Never,
            "role admin" => claims.role = Role::Admin,
            "two uses" => claims.max_uses = 2,
            "tags" => claims.tags = vec!["a".into()],
            "further rooms" => claims.rooms = vec![SpaceId([4; 16])],
            "another space" => claims.space = SpaceId([4; 16]),
            "for another server" => claims.server = other.key(),
            "an incarnation" => claims.issuer_incarnation = Incarnation([1; 16]),
            "an epoch" => claims.issuer_epoch = 1,
            "in another's place" => (claims.version, claims.rebind) = (VERSION_REBIND, Some(other.key())),
            "server did not sign" => claims.issuer = server.key(),
            _ => {}
        }
    });
    match fault {
        "unreadable" => made.signed.claims[0] = 2,
        "invite's key did not sign" => made.signed.invite_signature = made.signed.issuer_signature,
        _ => {}
    }
    made
}

fn call(world: &World, cell: &Cell<'_>, made: &Made) -> Call {
    let name = if cell.is("name", "showable") { "Test server" } else { " padded" };
    let command: Command = made.init(name);
    match cell.get("asker") {
        "stranger" => Call::of(Asker::Stranger, command),
        "service" => Call::of(Asker::Service, command),
        "operator" => Call::of(Asker::Operator, command),
        _ => world.signed(&Person::new("owner"), 3, command),
    }
}

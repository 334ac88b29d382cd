//! Sweep: what housekeeping clears, and what it leaves.

use crate::kit::table::{ANY, Answered, Table, column, row};
use crate::kit::{Made, Outcome, Person, World};
use crate::restore::by;
use doorward_core::record::{Closed, InviteRecord, KeyRecord, keys};
use doorward_core::role::Role;
use doorward_core::wire::{Answer, Command, Reply};
use doorward_core::{Code, Incarnation, Timestamp, rule};

const FOUND: &[&str] = &[
    "nothing",
    "a request id 900 s old",
    "a request id 901 s old",
    "a request id that is gone",
    "a live invite",
    "an invite expired this second",
    "an invite of a revoked issuer",
    "an invite from before its issuer was restored",
    "an invite of a deleted issuer",
    "an invite of another registration",
    "an invite from before a restore of the server",
    "an invite of one who may invite no more",
    "an invite cancelled meanwhile",
    "a list that is not swept",
    "two lists at once",
    "101 keys",
    "no key",
];

pub fn table() -> Table {
    const STAYS: &str = "nothing | a request id 900 s old | a request id that is gone | a live invite | an invite of one who may invite no more | an invite cancelled meanwhile";
    const VOID: &str = "an invite of a revoked issuer | an invite from before its issuer was restored | an invite of a deleted issuer | an invite of another registration | an invite from before a restore of the server";
    const BAD: &str = "a list that is not swept | two lists at once | 101 keys | no key";
    const READ: &str = "nothing | a request id 900 s old | a request id 901 s old | a request id that is gone | a live invite | an invite expired this second | an invite of a revoked issuer | an invite from before its issuer was restored | an invite of a deleted issuer | an invite of another registration | an invite from before a restore of the server | an invite of one who may invite no more | an invite cancelled meanwhile";
    let mut rows = vec![row(["stranger | service | account", ANY], Code::Unauthenticated, rule::ASK_OPERATOR, "nothing")];
    rows.push(row(["operator", BAD], Code::Malformed, None, "nothing"));
    rows.push(row(["operator", STAYS], Code::Allowed, rule::SWEEP_DONE, "nothing"));
    rows.push(row(["operator", "a request id 901 s old"], Code::Allowed, rule::SWEEP_DONE, "cleared"));
    rows.push(row(["operator", "an invite expired this second"], Code::Allowed, rule::SWEEP_DONE, "archived"));
    rows.push(row(["operator", VOID], Code::Allowed, rule::SWEEP_DONE, "closed as void"));
    let known = READ.split(" | ").count() + BAD.split(" | ").count();
    assert_eq!(known, FOUND.len(), "every word is in a row");
    Table {
        name: "sweep",
        title: "What housekeeping clears of the lists that only grow",
        verbs: vec!["sweep"],
        effect: "done",
        columns: vec![column("asker", &["stranger", "service", "operator", "account"]), column("the host found", FOUND)],
        rows,
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

#[test]
fn step_for_everything_found() {
    let (mut world, [owner, admin, _]) = World::peopled();
    let made = world.offer(&admin, 50, |_| {});
    assert!(world.ask(&world.signed(&admin, 51, made.mint())).allowed());
    let (base, start) = (world.store.clone(), world.now);
    let declined = table().check(|cell| {
        (world.store, world.now) = (base.clone(), start);
        let found = found(&mut world, cell.get("the host found"), &owner, &admin, &made);
        let call = by(&world, cell.get("asker"), &owner, Command::Sweep(found.clone()));
        let outcome = world.decide(&call);
        if let Answer::Fault(code, _) = outcome.answer {
            return Some(Answered::new(code, "", "nothing"));
        }
        assert!(!outcome.allowed() || *outcome.reply() == Reply::Swept(found.len() as u16), "all were looked at");
        Some(Answered::new(outcome.code(), outcome.rule(), done(&outcome, &made, &found)))
    });
    assert_eq!(declined, 0);
}

/// Files what the word says, and gives the keys that the host would find.
fn found(world: &mut World, word: &str, owner: &Person, admin: &Person, made: &Made) -> Vec<String> {
    let id = keys::request_id(&admin.key(), &crate::kit::ask::nonce(51));
    let listed = keys::open_by_issuer(&admin.key(), made.claims.expires, &made.id());
    let start = world.now;
    let later = |world: &mut World, seconds| world.now = start.plus(seconds);
    match word {
        "nothing" => return Vec::new(),
        "a request id 900 s old" => later(world, 900),
        "a request id 901 s old" => later(world, 901),
        "a request id that is gone" => drop(world.store.remove(&id)),
        "an invite expired this second" => {
            let doorward_core::Expiry::At(at) = made.claims.expires else { unreachable!() };
            world.now = Timestamp(at.0);
        }
        "an invite of a revoked issuer" => drop(world.ask(&world.signed(owner, 60, Command::Revoke(admin.key())))),
        "an invite from before its issuer was restored" => {
            for (id, verb) in [(60, Command::Revoke(admin.key())), (61, Command::Restore(admin.key()))] {
                assert!(world.ask(&world.signed(owner, id, verb)).allowed());
            }
        }
        "an invite of a deleted issuer" => world.edit_key(admin, |record: &mut KeyRecord| record.account = None),
        "an invite of another registration" => {
            world.edit_key(admin, |record| record.account.as_mut().unwrap().incarnation = Incarnation([9; 16]));
        }
        "an invite from before a restore of the server" => {
            assert!(world.ask(&by(world, "operator", owner, Command::BeginRestore(0))).allowed());
        }
        "an invite of one who may invite no more" => world.set_role(admin, Role::Member),
        "an invite cancelled meanwhile" => {
            assert!(world.ask(&world.signed(admin, 60, Command::CancelInvite(made.id()))).allowed());
        }
        "a list that is not swept" => return vec![keys::account(&admin.key())],
        "two lists at once" => return vec![id, listed],
        "101 keys" => return vec![id; 101],
        "no key" => return vec!["r.X".into()],
        _ => {}
    }
    vec![if word.starts_with("a request id") { id } else { listed }]
}

fn done(outcome: &Outcome, made: &Made, found: &[String]) -> &'static str {
    if outcome.decided().writes.is_empty() {
        return "nothing";
    }
    assert!(outcome.decided().writes.iter().any(|write| write.key == found[0] && write.value.is_none()), "it leaves its list");
    match outcome.written::<InviteRecord>(&keys::invite(&made.id())).map(|record| record.closed) {
        None => "cleared",
        Some(Some(Closed::Expired)) => "archived",
        Some(Some(Closed::Void)) => "closed as void",
        other => panic!("{other:?}"),
    }
}

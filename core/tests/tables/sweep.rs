//! Sweep: which request ids housekeeping clears, and which it leaves.

use crate::kit::World;
use crate::kit::table::{Answered, Table, column, row};
use crate::restore::by;
use doorward_core::record::keys;
use doorward_core::wire::{Answer, Command, Reply};
use doorward_core::{Code, rule};

pub fn table() -> Table {
    const ANY: &str = crate::kit::table::ANY;
    const BAD: &str = "another list's key | 101 keys | no key";
    Table {
        name: "sweep",
        title: "Which request ids housekeeping clears",
        verbs: vec!["sweep"],
        effect: "cleared",
        columns: vec![
            column("asker", &["stranger", "service", "operator", "account"]),
            column(
                "the host found",
                &["nothing", "one 900 s old", "one 901 s old", "one that is gone", "another list's key", "101 keys", "no key"],
            ),
        ],
        rows: vec![
            row(["stranger | service | account", ANY], Code::Unauthenticated, rule::ASK_OPERATOR, "no"),
            row(["operator", BAD], Code::Malformed, None, "no"),
            row(["operator", "nothing | one 900 s old | one that is gone"], Code::Allowed, rule::SWEEP_DONE, "no"),
            row(["operator", "one 901 s old"], Code::Allowed, rule::SWEEP_DONE, "yes"),
        ],
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
    let id = keys::request_id(&admin.key(), &crate::kit::ask::nonce(51));
    let declined = table().check(|cell| {
        (world.store, world.now) = (base.clone(), start);
        let found = match cell.get("the host found") {
            "nothing" => Vec::new(),
            "another list's key" => vec![keys::account(&admin.key())],
            "101 keys" => vec![id.clone(); 101],
            "no key" => vec!["r.X".into()],
            word => {
                world.now = start.plus(if word == "one 901 s old" { 901 } else { 900 });
                if word == "one that is gone" {
                    world.store.remove(&id);
                }
                vec![id.clone()]
            }
        };
        let outcome = {
            let call = by(&world, cell.get("asker"), &owner, Command::Sweep(found.clone()));
            world.decide(&call)
        };
        if let Answer::Fault(code, _) = outcome.answer {
            return Some(Answered::new(code, "", "no"));
        }
        let cleared = outcome.decided().writes.iter().any(|write| write.key == id && write.value.is_none());
        let stays = u16::from(cell.is("the host found", "one 900 s old"));
        assert!(!outcome.allowed() || *outcome.reply() == Reply::Swept(stays));
        Some(Answered::new(outcome.code(), outcome.rule(), if cleared { "yes" } else { "no" }))
    });
    assert_eq!(declined, 0);
}

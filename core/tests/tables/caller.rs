//! Every signed request, before its verb: signature, freshness, the server's clock, the signer's standing, request ids.

use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Call, Person, World};
use doorward_core::digest::sha256;
use doorward_core::record::{Ban, Standing, keys};
use doorward_core::time::Expiry;
use doorward_core::wire::{Asker, Command};
use doorward_core::{Code, Timestamp, rule};

const SIGNED: &[&str] = &["good", "wrong", "missing", "without body digest", "for another target"];
const SIGNERS: &[&str] = &[
    "unknown",
    "deleted",
    "revoked",
    "banned one second more",
    "ban over this second",
    "no member",
    "member of a former registration",
    "member",
];

pub fn table() -> Table {
    const FRESH: &str = "300 s ago | 300 s ahead";
    const RUNS: &str = "right | 5 s behind";
    const MAY: &str = "ban over this second | member";
    Table {
        name: "caller",
        title: "What every signed write passes before its verb is looked at (here: restore)",
        verbs: vec!["restore"],
        effect: "what happens",
        columns: vec![
            column("asker", &["stranger", "service", "operator", "account"]),
            column("signature", SIGNED),
            column("made", &["301 s ago", "300 s ago", "300 s ahead", "301 s ahead"]),
            column("server", &["set up", "not set up"]),
            column("clock", &["right", "5 s behind", "6 s behind"]),
            column("signer", SIGNERS),
            column("request id", &["new", "same request", "other content"]),
        ],
        rows: vec![
            row(
                ["stranger | service | operator", ANY, ANY, ANY, ANY, ANY, ANY],
                Code::Unauthenticated,
                rule::ASK_SIGNATURE,
                "nothing",
            ),
            row(
                ["account", "wrong | missing | without body digest | for another target", ANY, ANY, ANY, ANY, ANY],
                Code::Unauthenticated,
                rule::ASK_SIGNATURE,
                "nothing",
            ),
            row(
                ["account", "good", "301 s ago | 301 s ahead", ANY, ANY, ANY, ANY],
                Code::StaleRequest,
                rule::ASK_FRESH,
                "nothing",
            ),
            row(["account", "good", FRESH, "not set up", ANY, ANY, ANY], Code::NotInitialised, rule::ASK_SET_UP, "nothing"),
            row(["account", "good", FRESH, "set up", "6 s behind", ANY, ANY], Code::ClockBehind, rule::ASK_CLOCK, "nothing"),
            row(
                ["account", "good", FRESH, "set up", RUNS, "unknown | deleted", ANY],
                Code::Unauthenticated,
                rule::ASK_KNOWN,
                "nothing",
            ),
            row(["account", "good", FRESH, "set up", RUNS, "revoked", ANY], Code::AccountRevoked, rule::ASK_STANDING, "nothing"),
            row(
                ["account", "good", FRESH, "set up", RUNS, "banned one second more", ANY],
                Code::Banned,
                rule::ASK_STANDING,
                "nothing",
            ),
            row(
                ["account", "good", FRESH, "set up", RUNS, "no member | member of a former registration", ANY],
                Code::NotAMember,
                rule::ASK_MEMBER,
                "nothing",
            ),
            row(
                ["account", "good", FRESH, "set up", RUNS, MAY, "other content"],
                Code::RequestIdReused,
                rule::ASK_REPEAT,
                "nothing",
            ),
            row(
                ["account", "good", FRESH, "set up", RUNS, MAY, "same request"],
                Code::MissingPermission,
                rule::ASK_PERMISSION,
                "the first answer again",
            ),
            row(
                ["account", "good", FRESH, "set up", RUNS, MAY, "new"],
                Code::MissingPermission,
                rule::ASK_PERMISSION,
                "the verb answers",
            ),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

#[test]
fn step_for_every_caller() {
    let (mut world, [owner, _, member]) = World::peopled();
    // A member asks for what only account managers may: whatever the verb says, the way to it is what counts here.
    let verb = Command::Restore(owner.key());
    let (base, start) = (world.store.clone(), world.now);
    let declined = table().check(|cell| {
        world.store = base.clone();
        world.now = start;
        let call = call(&world, cell, &member, verb.clone());
        let first = file_request(&mut world, cell, &call, &member);
        file(&mut world, cell, &member, &owner);
        let outcome = world.decide(&call);
        let repeated = first.is_some() && outcome.decided().writes.is_empty() && Some(outcome.decided().decision) == first;
        let done = match (outcome.decided().writes.is_empty(), repeated) {
            (true, true) => "the first answer again",
            (true, false) => "nothing",
            (false, _) => "the verb answers",
        };
        Some(Answered::new(outcome.code(), outcome.rule(), done))
    });
    assert_eq!(declined, 0);
}

fn call(world: &World, cell: &Cell<'_>, who: &Person, verb: Command) -> Call {
    let created = match cell.get("made") {
        "301 s ago" => Timestamp(world.now.0 - 301),
        "300 s ago" => Timestamp(world.now.0 - 300),
        "300 s ahead" => world.now.plus(300),
        _ => world.now.plus(301),
    };
    let mut call = world.signed_at(who, 42, created, verb);
    let Asker::Account(auth) = &mut call.asker else { unreachable!() };
    match cell.get("signature") {
        "wrong" => {
            let wrong = who.sign(b"something else");
            auth.signature = sha256(&[&wrong.0]);
            call.attached = vec![wrong];
        }
        "missing" => call.attached.clear(),
        "without body digest" => {
            auth.content_digest = None;
            let signature = who.sign(&crate::kit::ask::http_bytes(auth));
            auth.signature = sha256(&[&signature.0]);
            call.attached = vec![signature];
        }
        "for another target" => auth.target_uri.push('x'),
        _ => {}
    }
    match cell.get("asker") {
        "stranger" => call.asker = Asker::Stranger,
        "service" => call.asker = Asker::Service,
        "operator" => call.asker = Asker::Operator,
        _ => {}
    }
    call
}

/// Has an earlier request answered under the same id, in good times.
fn file_request(world: &mut World, cell: &Cell<'_>, call: &Call, who: &Person) -> Option<doorward_core::DecisionId> {
    let (made, then) = (call.clone(), world.now);
    let Command::Restore(target) = &made.command else { unreachable!() };
    let earlier = match cell.get("request id") {
        "new" => return None,
        "same request" => world.signed(who, 42, Command::Restore(*target)),
        _ => world.signed(who, 42, Command::Revoke(*target)),
    };
    let outcome = world.ask(&earlier);
    assert_eq!(outcome.code(), Code::MissingPermission);
    world.now = then;
    Some(outcome.decided().decision)
}

fn file(world: &mut World, cell: &Cell<'_>, who: &Person, by: &Person) {
    let now = world.now;
    let highest = match cell.get("clock") {
        "right" => now,
        "5 s behind" => now.plus(5),
        _ => now.plus(6),
    };
    world.edit_root(|root| root.server.as_mut().unwrap().highest_now = highest);
    let ban = |until| Some(Ban { reason: "x".into(), by: by.key(), since: Timestamp(0), until: Expiry::At(until) });
    match cell.get("signer") {
        "unknown" => drop(world.store.remove(&keys::account(&who.key()))),
        "deleted" => world.edit_key(who, |record| record.account = None),
        "revoked" => world.edit_key(who, |record| record.account.as_mut().unwrap().standing = Standing::Revoked),
        "banned one second more" => world.edit_key(who, |record| record.ban = ban(now.plus(1))),
        "ban over this second" => world.edit_key(who, |record| record.ban = ban(now)),
        "no member" => world.edit_key(who, |record| record.seat = None),
        "member of a former registration" => world.edit_seat(who, |seat| seat.incarnation.0[0] ^= 1),
        _ => {}
    }
    if cell.is("server", "not set up") {
        world.store.remove(keys::SERVER);
    }
}

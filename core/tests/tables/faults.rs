//! What cannot be trusted is refused, and named for the log; and what only the operator does.

use crate::kit::table::{ANY, Answered, Table, column, row};
use crate::kit::{Call, Person, World};
use doorward_core::record::{ClosingJob, Job, JobKind, Space, Stored, keys};
use doorward_core::rule::Rule;
use doorward_core::wire::{Answer, Asker, Command, Context, FactsBuilder, Reply, Request, VERSION, decode, encode};
use doorward_core::{Code, DecisionId, Incarnation, SignKey, rule, step};

/// A fault has no rule: nothing was decided.
const FAULT: Option<Rule> = None;

pub fn table() -> Table {
    const ROOTS: &str = "of another server's key | unreadable | of an unknown schema | without the server's part";
    Table {
        name: "faults",
        title: "What cannot be trusted is refused (here: describe)",
        verbs: vec!["describe"],
        effect: "line for the log",
        columns: vec![
            column("request", &["good", "another wire version", "an unknown verb", "cut off", "with a byte too many", "empty"]),
            column("facts", &["good", "another wire version", "cut off", "with a byte too many", "out of order", "too large"]),
            column(
                "server's root",
                &["good", "absent", "of another server's key", "unreadable", "of an unknown schema", "without the server's part"],
            ),
        ],
        rows: vec![
            row(
                ["another wire version | an unknown verb | cut off | with a byte too many | empty", "good", ANY],
                Code::Malformed,
                FAULT,
                "yes",
            ),
            row(
                [
                    "an unknown verb | cut off | with a byte too many | empty",
                    "another wire version | cut off | with a byte too many | out of order | too large",
                    ANY,
                ],
                Code::Malformed,
                FAULT,
                "yes",
            ),
            row(
                [
                    "good | another wire version",
                    "another wire version | cut off | with a byte too many | out of order | too large",
                    ANY,
                ],
                Code::Undecidable,
                FAULT,
                "yes",
            ),
            row(["good", "good", ROOTS], Code::CorruptRecord, FAULT, "yes"),
            row(["good", "good", "absent"], Code::NotInitialised, rule::ASK_SET_UP, "no"),
            row(["good", "good", "good"], Code::Allowed, rule::DESCRIBE, "no"),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
    crate::reviewed(&operator_table());
}

#[test]
fn step_over_bytes() {
    let (world, _) = World::with_owner();
    let good: Space = world.root();
    let server = world.server.key();
    let declined = table().check(|cell| {
        let context = Context { server, now: world.now, entropy: [1; 32] };
        let mut request = encode(&Request { version: VERSION, context, asker: Asker::Stranger, command: Command::Describe });
        match cell.get("request") {
            "another wire version" => request[0] = 2,
            "an unknown verb" => *request.last_mut().unwrap() = 250,
            "cut off" => drop(request.pop()),
            "with a byte too many" => request.push(0),
            "empty" => request.clear(),
            _ => {}
        }
        let mut facts = FactsBuilder::default();
        let root = root(cell.get("server's root"), &good);
        facts.record(keys::SERVER, 1, root.as_deref());
        facts.record("t.00", 0, None);
        let mut facts = facts.encode();
        match cell.get("facts") {
            "another wire version" => facts[0] = 2,
            "cut off" => drop(facts.pop()),
            "with a byte too many" => facts.push(0),
            "out of order" => {
                let at = facts.windows(4).position(|four| four == b"t.00").unwrap();
                facts[at] = b'a';
            }
            "too large" => facts.resize(doorward_core::wire::MAX_INPUT + 1, 0),
            _ => {}
        }
        match decode::<Answer>(&step(&request, &facts)).unwrap() {
            Answer::Fault(code, line) => {
                assert!(!line.is_empty());
                Some(Answered::new(code, "", "yes"))
            }
            Answer::Decided(decided) => Some(Answered::new(decided.code, &decided.rule, "no")),
            Answer::Need(need) => panic!("{need:?}"),
        }
    });
    assert_eq!(declined, 0);
}

fn root(word: &str, good: &Space) -> Option<Vec<u8>> {
    let mut root = good.clone();
    match word {
        "absent" => return None,
        "of another server's key" => root.server.as_mut().unwrap().key = SignKey([1; 32]),
        "without the server's part" => root.server = None,
        _ => {}
    }
    let mut bytes = root.to_stored();
    match word {
        "unreadable" => drop(bytes.pop()),
        "of an unknown schema" => bytes[0] = 200,
        _ => {}
    }
    Some(bytes)
}

pub fn operator_table() -> Table {
    Table {
        name: "operator",
        title: "Housekeeping, and what anyone may know",
        verbs: vec!["tidy", "describe"],
        effect: "writes",
        columns: vec![
            column("asker", &["stranger", "service", "operator", "account"]),
            column("verb", &["describe", "tidy a job", "tidy a job that is done"]),
        ],
        rows: vec![
            row([ANY, "describe"], Code::Allowed, rule::DESCRIBE, "no"),
            row(
                ["stranger | service | account", "tidy a job | tidy a job that is done"],
                Code::Unauthenticated,
                rule::ASK_OPERATOR,
                "no",
            ),
            row(["operator", "tidy a job"], Code::Allowed, rule::TIDY_DONE, "yes"),
            row(["operator", "tidy a job that is done"], Code::NotFound, rule::TIDY_DONE, "no"),
        ],
    }
}

#[test]
fn step_for_every_operator() {
    let (mut world, owner) = World::with_owner();
    let id = DecisionId([4; 16]);
    let closing = ClosingJob { issuer: Person::new("gone").key(), incarnation: Incarnation([1; 16]), after: String::new() };
    world.put(&keys::job(&id), &Job { kind: JobKind::CloseInvites(closing), since: world.now });
    let declined = operator_table().check(|cell| {
        let command = match cell.get("verb") {
            "describe" => Command::Describe,
            "tidy a job" => Command::Tidy(id),
            _ => Command::Tidy(DecisionId([5; 16])),
        };
        let call = match cell.get("asker") {
            "stranger" => Call::of(Asker::Stranger, command),
            "service" => Call::of(Asker::Service, command),
            "operator" => Call::of(Asker::Operator, command),
            _ => world.signed(&owner, 8, command),
        };
        let outcome = world.decide(&call);
        if outcome.rule() == "tidy.done" && outcome.allowed() {
            assert_eq!(outcome.reply(), &Reply::Tidied(false));
        }
        Some(Answered::new(outcome.code(), outcome.rule(), if outcome.decided().writes.is_empty() { "no" } else { "yes" }))
    });
    assert_eq!(declined, 0);
}

//! What is said of the server to whoever asks.

use crate::kit::table::{ANY, Answered, Table, column, row};
use crate::kit::{Call, World};
use doorward_core::wire::{Asker, Command, Reply};
use doorward_core::{Code, InviteId, rule};

pub fn table() -> Table {
    const OTHERS: &str = "stranger | service | member";
    let told = |asker, owner, accepted, what| row([asker, owner, accepted], Code::Allowed, rule::DESCRIBE, what);
    Table {
        name: "describe",
        title: "What is said of the server",
        verbs: vec!["describe"],
        effect: "told",
        columns: vec![
            column("asker", &["stranger", "service", "member", "operator"]),
            column("owner", &["none yet", "there", "being recovered"]),
            column("last restore accepted", &["no", "yes"]),
        ],
        rows: vec![
            told(ANY, "none yet", "yes", "no owner"),
            told(ANY, "none yet", "no", "no owner, not accepted"),
            told(OTHERS, "there", "yes", "an owner"),
            told(OTHERS, "there", "no", "an owner, not accepted"),
            told("operator", "there", "yes", "an owner, whose key is this"),
            told("operator", "there", "no", "an owner, whose key is this, not accepted"),
            told(OTHERS, "being recovered", "yes", "no owner, being recovered"),
            told(OTHERS, "being recovered", "no", "no owner, being recovered, not accepted"),
            told("operator", "being recovered", "yes", "no owner, whose key is this, being recovered"),
            told("operator", "being recovered", "no", "no owner, whose key is this, being recovered, not accepted"),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

#[test]
fn step_for_every_asker() {
    let (mut world, [owner, _, member]) = World::peopled();
    let base = world.store.clone();
    let declined = table().check(|cell| {
        world.store = base.clone();
        world.edit_root(|root| {
            root.owner = root.owner.filter(|_| !cell.is("owner", "none yet"));
            let server = root.server.as_mut().unwrap();
            server.owner_invite = cell.is("owner", "being recovered").then_some(InviteId([7; 16]));
            server.restore_reviewed = cell.is("last restore accepted", "yes");
        });
        let call = match cell.get("asker") {
            "stranger" => Call::of(Asker::Stranger, Command::Describe),
            "service" => Call::of(Asker::Service, Command::Describe),
            "operator" => Call::of(Asker::Operator, Command::Describe),
            _ => world.signed(&member, 9, Command::Describe),
        };
        let outcome = world.decide(&call);
        let Reply::Description(told) = outcome.reply() else { unreachable!("it is described") };
        assert!(told.owner.is_none_or(|key| key == owner.key()), "the owner's key and no other");
        let parts = [
            (true, if told.has_owner { "an owner" } else { "no owner" }),
            (told.owner.is_some(), "whose key is this"),
            (told.recovering, "being recovered"),
            (told.unreviewed, "not accepted"),
        ];
        let words: Vec<&str> = parts.into_iter().filter(|(said, _)| *said).map(|(_, words)| words).collect();
        Some(Answered::new(outcome.code(), outcome.rule(), &words.join(", ")))
    });
    assert_eq!(declined, 0);
}

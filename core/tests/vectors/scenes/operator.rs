//! What only the operator does: restores, the recovery of the owner, housekeeping.

use crate::kit::{Call, Person};
use crate::story::Teller;
use doorward_core::time::DAY;
use doorward_core::wire::{Asker, Command};

fn operator(command: Command) -> Call {
    Call::of(Asker::Operator, command)
}

pub fn restores(t: &mut Teller) {
    let owner = Person::new("owner");
    t.aside("by-a-stranger", &Call::of(Asker::Stranger, Command::BeginRestore(0)));
    t.scene("the-state", &operator(Command::BeginRestore(0)));
    t.aside("restored", &operator(Command::Describe));
    t.aside("restored", &t.world.signed(&owner, 93, Command::Restore(owner.key())));
    t.aside("by-a-service", &Call::of(Asker::Service, Command::AcceptRestore));
    t.scene("the-state", &operator(Command::AcceptRestore));
    t.scene("again", &operator(Command::AcceptRestore));
}

pub fn recovery(t: &mut Teller) {
    let owner = Person::new("owner");
    let made = t.world.recovery_offer(95, owner.key());
    t.aside("by-a-stranger", &Call::of(Asker::Stranger, made.recover()));
    t.scene("a-lost-owner", &operator(made.recover()));
    t.aside("recovering", &Call::of(Asker::Stranger, Command::Describe));
    t.aside("recovery", &t.world.preview(&made, None));
    t.scene("recovery", &t.world.redeem(&made, &Person::new("owner again"), 96));
    t.aside("by-a-stranger", &Call::of(Asker::Stranger, Command::Sweep(Vec::new())));
    t.world.now = t.world.now.plus(DAY);
    let ids = t.world.store.keys().filter(|key| key.starts_with("r.")).take(2).cloned().collect();
    t.scene("request-ids", &operator(Command::Sweep(ids)));
}

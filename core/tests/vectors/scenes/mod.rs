//! The story's scenes.

pub mod door;
pub mod hostile;
pub mod network;
pub mod operator;
pub mod people;
pub mod place;

use crate::kit::{Call, Person};
use crate::story::Teller;
use doorward_core::time::DAY;
use doorward_core::wire::{Asker, Command};

/// The server is set up and gets its owner, its admin and a member.
pub fn beginning(t: &mut Teller) {
    let describe = Call::of(Asker::Stranger, Command::Describe);
    let first = t.world.owner_offer(0);
    let init = Call::of(Asker::Operator, first.init("Vector server"));
    t.scene("first", &init);
    t.aside("again-the-same", &init);
    t.scene("server-set-up", &describe);
    let mut empty = std::mem::take(&mut t.world.store);
    t.aside("server-not-set-up", &describe);
    std::mem::swap(&mut t.world.store, &mut empty);
    t.world.now = t.world.now.plus(DAY);
    let second = t.world.owner_offer(1);
    t.aside("by-a-stranger", &Call::of(Asker::Stranger, second.init("Vector server")));
    t.aside("bad-name", &Call::of(Asker::Operator, second.init("Vector\u{200b}server")));
    t.scene("second", &Call::of(Asker::Operator, second.init("Another name")));
    let owner = Person::new("owner");
    let redeem = t.world.redeem(&second, &owner, 1);
    t.scene("owner-invite", &redeem);
    t.scene("owner-invite-repeated", &redeem);
    let third = t.world.owner_offer(2);
    t.aside("owned", &Call::of(Asker::Operator, third.init("Vector server")));
}

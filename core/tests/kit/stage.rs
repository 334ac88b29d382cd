//! Worlds to begin in, set up through the core itself.

use super::{Call, Made, Person, World};
use doorward_core::record::{KeyRecord, Seat, Space, keys};
use doorward_core::role::Role;
use doorward_core::wire::{Asker, Command, Register};

impl World {
    /// A server without an owner, and its owner invite.
    pub fn initialised() -> (World, Made) {
        let mut world = World::empty();
        let made = world.owner_offer(0);
        let outcome = world.ask(&Call::of(Asker::Operator, made.init("Test server")));
        assert!(outcome.allowed(), "{}", outcome.rule());
        (world, made)
    }

    /// A server with its owner, who came through the owner invite.
    pub fn with_owner() -> (World, Person) {
        let (mut world, made) = World::initialised();
        let owner = Person::new("owner");
        let outcome = world.ask(&world.redeem(&made, &owner, 1));
        assert!(outcome.allowed(), "{}", outcome.rule());
        (world, owner)
    }

    /// A server with an owner, an admin and a member.
    pub fn peopled() -> (World, [Person; 3]) {
        let (mut world, owner) = World::with_owner();
        let (admin, member) = (Person::new("admin"), Person::new("member"));
        world.join(&owner, &admin, Role::Admin);
        world.join(&owner, &member, Role::Member);
        (world, [owner, admin, member])
    }

    /// Registers a person directly, then gives it that role past the core (no verb changes roles yet).
    pub fn join(&mut self, manager: &Person, who: &Person, role: Role) {
        let register = Register { sign_key: who.key(), kex_key: who.kex_key(), handle: who.name.clone() };
        let id = 1_000_000 + self.store.len() as u64;
        let outcome = self.ask(&self.signed(manager, id, Command::Register(register.into())));
        assert!(outcome.allowed(), "{}", outcome.rule());
        self.set_role(who, role);
    }

    /// Changes a member's role past the core.
    pub fn set_role(&mut self, who: &Person, role: Role) {
        self.edit_seat(who, |seat| seat.role = role);
    }

    pub fn edit_seat(&mut self, who: &Person, change: impl FnOnce(&mut Seat)) {
        self.edit_key(who, |record| change(record.seat.as_mut().expect("a seat")));
    }

    pub fn edit_key(&mut self, who: &Person, change: impl FnOnce(&mut KeyRecord)) {
        let key = keys::account(&who.key());
        if !self.store.contains_key(&key) {
            self.put(&key, &KeyRecord::default());
        }
        self.edit::<KeyRecord>(&key, change);
    }

    pub fn edit_root(&mut self, change: impl FnOnce(&mut Space)) {
        self.edit::<Space>(keys::SERVER, change);
    }

    pub fn key_record(&self, who: &Person) -> KeyRecord {
        self.get(&keys::account(&who.key())).unwrap_or_default()
    }

    pub fn root(&self) -> Space {
        self.get(keys::SERVER).expect("a root")
    }
}

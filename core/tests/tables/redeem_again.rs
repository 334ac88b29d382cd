//! Redeem, beside its tables: whoever comes back, and invites that do not stand in their own place.

use crate::kit::{Person, World, govern};
use doorward_core::decide::redeem::Prior;
use doorward_core::record::{InviteRecord, keys};
use doorward_core::statement::{AccountStatement, Domain};
use doorward_core::wire::{Command, Reply};
use doorward_core::{Code, Incarnation};

/// Whoever was shown the door and comes back through a link brings the keys and the name he has now, and is the same
/// account. A preview tells him what he did with the link before.
#[test]
fn whoever_comes_back_brings_his_new_name() {
    let (mut world, [owner, _, _]) = World::peopled();
    let made = world.offer(&owner, 5, |claims| claims.max_uses = 3);
    assert!(world.ask(&world.signed(&owner, 6, made.mint())).allowed());
    let guest = Person::new("guest");
    let prior = |world: &mut World| match world.decide(&world.preview(&made, Some(&guest))).reply() {
        Reply::Preview(preview) => preview.live.prior,
        other => panic!("{other:?}"),
    };
    assert_eq!(prior(&mut world), Prior::None);
    assert!(world.ask(&world.redeem(&made, &guest, 7)).allowed());
    assert_eq!(prior(&mut world), Prior::StillMember);
    let before = world.key_record(&guest).account.unwrap();
    let kick = Command::Kick(govern::member(&guest));
    assert!(world.ask(&world.signed(&owner, 8, kick)).allowed());
    assert_eq!(prior(&mut world), Prior::Left);

    let mut statement = world.redeem_statement(&made, &guest, 9);
    (statement.kex_key, statement.handle) = (Person::new("other keys").kex_key(), "guest again".into());
    let mut call = world.redeem_with(&made, &guest, statement);
    let Command::Redeem(redeem) = &mut call.command else { unreachable!() };
    let server = world.server.key();
    let both = AccountStatement { server, sign_key: guest.key(), kex_key: redeem.statement.kex_key };
    redeem.binding = guest.sign(&Domain::Account.statement(&both));
    assert!(world.ask(&call).allowed());
    let after = world.key_record(&guest).account.unwrap();
    assert_eq!((after.incarnation, after.handle.as_str()), (before.incarnation, "guest again"));
    assert_eq!(after.kex_key, Person::new("other keys").kex_key());
    assert_ne!(after.binding, before.binding);

    // Another registration of the key has done nothing with it yet.
    world.edit_key(&guest, |record| record.account.as_mut().unwrap().incarnation = Incarnation([9; 16]));
    assert_eq!(prior(&mut world), Prior::None);
}

/// A store in which one invite's record stands in the place of another's, or one made for another server: neither is
/// what its holder was given.
#[test]
fn an_invite_stands_in_its_own_place() {
    let (mut world, [owner, _, _]) = World::peopled();
    let (made, other) = (world.offer(&owner, 5, |_| {}), world.offer(&owner, 6, |_| {}));
    let foreign = world.offer(&owner, 5, |claims| claims.server = owner.key());
    assert!(world.ask(&world.signed(&owner, 7, made.mint())).allowed());
    assert!(world.decide(&world.preview(&made, None)).allowed());
    let record: InviteRecord = world.get(&keys::invite(&made.id())).unwrap();
    for claims in [other.signed, foreign.signed] {
        world.put(&keys::invite(&made.id()), &InviteRecord { invite: claims, ..record.clone() });
        assert_eq!(world.decide(&world.preview(&made, None)).code(), Code::DamagedInvite);
    }
}

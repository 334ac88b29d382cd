//! Invites: made, shown, used, refused.

use crate::kit::ask::nobody;
use crate::kit::{Made, Person};
use crate::story::Teller;
use doorward_core::record::{OpenCount, keys};
use doorward_core::role::Role;
use doorward_core::time::{DAY, Expiry};
use doorward_core::wire::{Command, InviteFilter, ListInvites, Paging, ShowInvite};
use doorward_core::{InviteId, SignKey, SpaceId, Timestamp};

fn list(filter: InviteFilter, limit: u16) -> Command {
    Command::ListInvites(ListInvites { space: SpaceId::SERVER, filter, paging: Paging { after: String::new(), limit } })
}

fn show(id: InviteId) -> Command {
    Command::ShowInvite(ShowInvite { invite: id, paging: Paging { after: String::new(), limit: 10 } })
}

pub fn invites(t: &mut Teller) {
    let owner = Person::new("owner");
    let admins = t.world.offer(&owner, 10, |claims| {
        claims.role = Role::Admin;
        claims.tags = vec!["night".into(), "on-call".into()];
        claims.greeting = "Schön, dass du da bist".into();
    });
    t.scene("admins", &t.world.signed(&owner, 11, admins.mint()));
    t.scene("by-a-new-key", &t.world.preview(&admins, Some(&Person::new("admin"))));
    t.world.ask(&t.world.redeem(&admins, &Person::new("admin"), 12));
    t.aside("dead", &t.world.preview(&admins, None));
    let many = t.world.offer(&owner, 13, |claims| {
        claims.max_uses = 0;
        claims.expires = Expiry::At(t.world.now.plus(365 * DAY));
    });
    let mint = t.world.signed(&owner, 14, many.mint());
    t.scene("unlimited", &mint);
    t.aside("same-id-other-content", &t.world.signed(&owner, 14, admins.mint()));
    t.scene("member-comes", &t.world.redeem(&many, &Person::new("Žofie"), 16));
    t.aside("used-before", &t.world.redeem(&many, &Person::new("Žofie"), 17));
    t.aside("of-whoever-used-it", &t.world.preview(&many, Some(&Person::new("Žofie"))));
    t.aside("live", &t.world.preview(&many, None));
    t.scene("live", &t.world.signed(&owner, 0, list(InviteFilter::Live, 10)));
    t.aside("closed-one-a-page", &t.world.signed(&owner, 0, list(InviteFilter::Closed, 1)));
    t.aside("by-a-member", &t.world.signed(&Person::new("Žofie"), 0, list(InviteFilter::Live, 10)));
    t.scene("with-its-use", &t.world.signed(&owner, 0, show(many.id())));
    t.aside("unknown", &t.world.signed(&owner, 0, show(InviteId::of(&nobody()))));
    mints(t, &owner);
    cancels(t, &owner, &many);
}

fn mints(t: &mut Teller, owner: &Person) {
    let member = Person::new("Žofie");
    let now = t.world.now;
    let mint = |t: &mut Teller, what: &str, who: &Person, number: u64, change: &dyn Fn(&mut doorward_core::claims::Claims)| {
        let made = t.world.offer(who, 200 + number, change);
        t.aside(what, &t.world.signed(who, 200 + number, made.mint()));
    };
    mint(t, "by-a-member", &member, 0, &|_| {});
    mint(t, "this-second", owner, 3, &|claims| claims.expires = Expiry::At(now));
    let full = t.world.store.clone();
    let key = keys::open_count(&owner.key());
    t.world.edit::<OpenCount>(&key, |count| count.open = 1_000);
    t.world.put(&keys::open_by_issuer(&owner.key(), Expiry::At(now), &InviteId([5; 16])), &OpenCount::default());
    t.world.put(&keys::open_by_space(&SpaceId::SERVER, Expiry::At(now), &InviteId([5; 16])), &OpenCount::default());
    mint(t, "lists-full-of-expired", owner, 15, &|_| {});
    t.world.store = full;
}

fn cancels(t: &mut Teller, owner: &Person, many: &Made) {
    let admin = Person::new("admin");
    let cancel = |made: &Made| Command::CancelInvite(made.id());
    let admins = t.world.offer(&admin, 20, |_| {});
    t.world.ask(&t.world.signed(&admin, 21, admins.mint()));
    t.aside("of-a-higher-rank", &t.world.signed(&admin, 22, cancel(many)));
    t.scene("of-a-lower-rank", &t.world.signed(owner, 23, cancel(&admins)));
    t.aside("again", &t.world.signed(&admin, 24, cancel(&admins)));
    t.aside("unknown", &t.world.signed(owner, 25, Command::CancelInvite(InviteId::of(&nobody()))));
    t.aside("cancelled", &t.world.redeem(&admins, &Person::new("guest"), 27));
    t.aside("cancelled", &t.world.preview(&admins, None));
}

pub fn refusals(t: &mut Teller) {
    let (owner, admin, guest) = (Person::new("owner"), Person::new("admin"), Person::new("guest"));
    let made = t.world.offer(&admin, 30, |claims| claims.max_uses = 2);
    t.world.ask(&t.world.signed(&admin, 31, made.mint()));
    let unknown = t.world.offer(&admin, 32, |_| {});
    t.aside("unknown", &t.world.redeem(&unknown, &guest, 33));
    t.aside("unknown", &t.world.preview(&unknown, None));
    proofs(t, &made, &guest);
    let stage = t.world.clone();
    let with = |t: &mut Teller, what: &str, who: &Person, change: &dyn Fn(&mut crate::kit::World)| {
        change(&mut t.world);
        t.aside(what, &t.world.redeem(&made, who, 34));
        (t.world.store, t.world.now) = (stage.store.clone(), stage.now);
    };
    let at = |expires: Expiry| if let Expiry::At(at) = expires { at } else { unreachable!() };
    with(t, "at-expiry", &guest, &|world| world.now = at(made.claims.expires));
    with(t, "issuer-fell", &guest, &|world| world.edit_key(&admin, |record| record.account.as_mut().unwrap().epoch += 1));
    with(t, "burned-by-a-member", &owner, &|_| {});
    with(t, "clock-behind", &guest, &|world| {
        let ahead = world.now.plus(6);
        world.edit_root(|root| root.server.as_mut().unwrap().highest_now = ahead);
    });
}

fn proofs(t: &mut Teller, made: &Made, guest: &Person) {
    let with = |t: &mut Teller, what: &str, change: &dyn Fn(&mut doorward_core::statement::RedeemStatement)| {
        let mut statement = t.world.redeem_statement(made, guest, 35);
        change(&mut statement);
        t.aside(what, &t.world.redeem_with(made, guest, statement));
    };
    let mut not_canonical = [0xff; 32];
    (not_canonical[0], not_canonical[31]) = (0xed, 0x7f);
    let small = std::array::from_fn(|at| u8::from(at == 0));
    let now = t.world.now;
    with(t, "for-another-server", &|statement| statement.server = nobody());
    with(t, "301-seconds-old", &|statement| statement.created = Timestamp(now.0 - 301));
    with(t, "key-not-canonical", &|statement| statement.sign_key = SignKey(not_canonical));
    with(t, "key-of-small-order", &|statement| statement.sign_key = SignKey(small));
    with(t, "handle-not-in-normal-form", &|statement| statement.handle = "Z\u{30c}ofie".into());
}

//! The place and its people: its rule and pause, roles, tags, kicks, bans, the allowlist, coming and going.

use crate::kit::govern::{ban, join, member, set_role, set_tags, update};
use crate::kit::{Call, Person};
use crate::story::Teller;
use doorward_core::record::{JoinRule, Pause};
use doorward_core::role::Role;
use doorward_core::time::{DAY, Expiry};
use doorward_core::wire::{Asker, Command, Event, EventKind, ListKeys, Member, Paging, Sees};
use doorward_core::{SignKey, SpaceId};

pub fn space(t: &mut Teller) {
    let (admin, member) = (Person::new("admin"), Person::new("Žofie"));
    t.aside("by-a-member", &t.world.signed(&member, 0, Command::ShowSpace(SpaceId::SERVER)));
    t.aside("another", &t.world.signed(&member, 0, Command::ShowSpace(SpaceId([1; 16]))));
    let name = update(|update| update.name = Some("Vector hall".into()));
    t.aside("name", &t.world.signed(&admin, 80, name.clone()));
    t.aside("by-a-member", &t.world.signed(&member, 81, name));
    let until = t.world.now.plus(DAY);
    t.aside("pause", &t.world.signed(&admin, 82, update(|update| update.pause = Some(Pause::Until(until)))));
    let now = t.world.now;
    t.aside("pause-over", &t.world.signed(&admin, 83, update(|update| update.pause = Some(Pause::Until(now)))));
    let rule = update(|update| update.join_rule = Some(JoinRule::Token));
    t.aside("rule-without-token", &t.world.signed(&admin, 84, rule));
}

pub fn members(t: &mut Teller) {
    let (owner, admin, member_) = (Person::new("owner"), Person::new("admin"), Person::new("Žofie"));
    let (of_owner, of_member) = (member(&owner), member(&member_));
    t.aside("a-member", &t.world.signed(&admin, 90, Command::Kick(of_member)));
    t.aside("the-owner", &t.world.signed(&admin, 91, Command::Kick(of_owner)));
    let now = t.world.now;
    t.scene("a-member", &t.world.signed(&admin, 92, ban(&member_, Expiry::At(now.plus(DAY)))));
    t.aside("over-already", &t.world.signed(&admin, 93, ban(&member_, Expiry::At(now))));
    t.aside("unreadable", &t.world.signed(&admin, 94, ban(&member_, Expiry::Unreadable)));
    let nobody = Member { space: SpaceId::SERVER, key: SignKey([0xff; 32]) };
    t.aside("no-key", &t.world.signed(&admin, 95, Command::Allow(nobody)));
    let list = || ListKeys { space: SpaceId::SERVER, paging: Paging { after: String::new(), limit: 10 } };
    t.aside("one", &t.world.signed(&admin, 0, Command::ListBans(list())));
    t.aside("by-a-banned", &t.world.signed(&member_, 0, Command::ListBans(list())));
    t.scene("a-ban", &t.world.signed(&admin, 96, Command::Unban(of_member)));
    t.aside("by-a-former-member", &t.world.signed(&member_, 97, Command::Unban(of_member)));
    let seeker = Person::new("seeker");
    t.scene("a-key", &t.world.signed(&admin, 98, Command::Allow(member(&seeker))));
    t.aside("one", &t.world.signed(&admin, 0, Command::ListAllowed(list())));
    t.aside("by-a-former-member", &t.world.signed(&member_, 0, Command::ListAllowed(list())));
    t.aside("a-key", &t.world.signed(&admin, 99, Command::Disallow(member(&seeker))));
    t.aside("by-a-former-member", &t.world.signed(&member_, 100, Command::Disallow(of_member)));
    comings(t, &seeker);
    roles(t, &owner, &admin, &seeker);
    t.aside("a-member", &t.world.signed(&seeker, 101, Command::Leave(SpaceId::SERVER)));
    t.aside("the-owner", &t.world.signed(&owner, 102, Command::Leave(SpaceId::SERVER)));
}

fn comings(t: &mut Teller, seeker: &Person) {
    let asks = |t: &Teller, id| t.world.signed(seeker, id, Command::Join(join(&t.world, seeker).into()));
    t.aside("where-an-invite-is-needed", &asks(t, 110));
    t.world.edit_root(|root| root.join_rule = JoinRule::Allowlist);
    let joins = asks(t, 111);
    t.scene("a-listed-key", &joins);
    t.aside("repeated", &joins);
    t.aside("a-member", &asks(t, 112));
    t.world.edit_root(|root| root.join_rule = JoinRule::Invite);
}

fn roles(t: &mut Teller, owner: &Person, admin: &Person, seeker: &Person) {
    t.aside("promoted", &t.world.signed(admin, 120, set_role(seeker, Role::Admin)));
    t.aside("demoted", &t.world.signed(owner, 121, set_role(admin, Role::Member)));
    t.aside("owner", &t.world.signed(owner, 122, set_role(seeker, Role::Owner)));
    t.aside("a-member", &t.world.signed(owner, 123, Command::Transfer(member(seeker))));
    t.aside("by-an-admin", &t.world.signed(admin, 124, Command::Transfer(member(seeker))));
    t.aside("a-member", &t.world.signed(admin, 125, set_tags(seeker, &["tea", "night-shift"])));
    t.aside("bad", &t.world.signed(admin, 126, set_tags(seeker, &["Tea"])));
}

pub fn watching(t: &mut Teller) {
    let (admin, seeker) = (Person::new("admin"), Person::new("seeker"));
    t.aside("a-member", &t.world.signed(&seeker, 0, Command::Watch));
    t.aside("a-stranger", &Call::of(Asker::Stranger, Command::Watch));
    let kinds = [EventKind::MemberJoined, EventKind::InviteMinted, EventKind::KeyBanned];
    let about = |who: &Person| Some(who.key());
    let events = |who: &Person| {
        let event = |kind| Event { kind, space: SpaceId::SERVER, account: about(who), invite: None };
        kinds.map(event).to_vec()
    };
    let sees = |t: &Teller, who: &Person, events| {
        let incarnation = t.world.key_record(who).account.unwrap().incarnation;
        Command::Sees(Sees { account: who.key(), incarnation, events }.into())
    };
    t.aside("a-member-about-another", &Call::of(Asker::Service, sees(t, &seeker, events(&admin))));
    t.aside("a-member-about-himself", &Call::of(Asker::Service, sees(t, &seeker, events(&seeker))));
    t.aside("an-admin", &Call::of(Asker::Service, sees(t, &admin, events(&seeker))));
    t.aside("asked-by-an-account", &t.world.signed(&admin, 0, sees(t, &admin, events(&seeker))));
    t.world.edit_key(&seeker, |record| record.seat = None);
    t.aside("no-member-any-more", &Call::of(Asker::Service, sees(t, &seeker, events(&admin))));
}

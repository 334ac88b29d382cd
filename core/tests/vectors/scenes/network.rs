//! Networks: made, listed, entered, invited to, governed, deleted and cleared away.

use crate::kit::network::{create, list_members, list_spaces, member_of, set_role_in, update_of};
use crate::kit::{Call, Person};
use crate::story::Teller;
use doorward_core::SpaceId;
use doorward_core::record::{Inbox, JoinRule, keys};
use doorward_core::role::{Permission, Role};
use doorward_core::wire::{Asker, Can, Command, Event, EventKind, InviteAccount, Reply, Respond, Sees, SpaceFilter};
use doorward_core::{DecisionId, InviteId};

pub fn life(t: &mut Teller) {
    let (owner, member) = (Person::new("owner"), Person::new("Žofie"));
    t.aside("by-a-member", &t.world.signed(&member, 200, Command::CreateSpace(create("harbour").into())));
    t.aside("bad-name", &t.world.signed(&owner, 201, Command::CreateSpace(create("Harbour").into())));
    let made = t.world.signed(&owner, 202, Command::CreateSpace(create("harbour").into()));
    t.scene("first", &made);
    t.aside("repeated", &made);
    t.aside("name-taken", &t.world.signed(&owner, 203, Command::CreateSpace(create("harbour").into())));
    let shown = t.world.ask(&t.world.signed(&owner, 0, list_spaces(SpaceFilter::Mine)));
    let Reply::Spaces(page) = shown.reply() else { panic!("{:?}", shown.reply()) };
    let space = page.items[0].space;
    t.aside("ones-own", &t.world.signed(&owner, 0, list_spaces(SpaceFilter::Mine)));
    t.aside("by-a-stranger", &Call::of(Asker::Stranger, list_spaces(SpaceFilter::Found)));
    t.aside("to-be-found", &t.world.signed(&member, 0, list_spaces(SpaceFilter::Found)));
    t.aside("by-an-outsider", &t.world.signed(&member, 0, list_members(space)));
    t.aside("by-invite-only", &t.world.signed(&member, 204, Command::Enter(space)));
    t.aside("unlisted", &t.world.signed(&owner, 205, update_of(space, |update| update.listed = Some(false))));
    t.scene("network-open", &t.world.signed(&owner, 206, update_of(space, |update| update.join_rule = Some(JoinRule::Open))));
    t.scene("where-it-is-open", &t.world.signed(&member, 207, Command::Enter(space)));
    t.aside("again", &t.world.signed(&member, 208, Command::Enter(space)));
    t.aside("of-a-network", &t.world.signed(&member, 0, list_members(space)));
    governing(t, space, &owner, &member);
    invites(t, space, &owner);
    by_name(t, space, &owner, &member);
    endings(t, space, &owner, &member);
}

fn governing(t: &mut Teller, space: SpaceId, owner: &Person, member: &Person) {
    t.aside("in-a-network", &t.world.signed(owner, 210, set_role_in(space, member, Role::Admin)));
    t.aside("in-a-network", &t.world.signed(owner, 211, Command::Kick(member_of(space, member))));
    t.aside("a-network", &t.world.signed(owner, 212, Command::Transfer(member_of(space, member))));
    t.aside("a-network", &t.world.signed(member, 213, Command::Leave(space)));
    t.aside("its-owner", &t.world.signed(owner, 214, Command::Leave(space)));
    let simple = update_of(space, |update| update.governed = Some(false));
    t.aside("governed-by-a-member", &t.world.signed(member, 215, simple.clone()));
    let store = t.world.store.clone();
    t.scene("not-governed", &t.world.signed(owner, 216, simple));
    t.aside("in-a-simple-space", &t.world.signed(owner, 217, set_role_in(space, member, Role::Admin)));
    t.aside("governed-again", &t.world.signed(owner, 218, update_of(space, |update| update.governed = Some(true))));
    t.world.store = store;
    let can = |who: &Person| Command::Can(Can { account: who.key(), permission: Permission::Send, space });
    t.aside("in-a-network", &Call::of(Asker::Service, can(member)));
    let incarnation = t.world.key_record(member).account.unwrap().incarnation;
    let event =
        |space| Event { kind: EventKind::MemberJoined, space, account: Some(owner.key()), invite: Some(InviteId([7; 16])) };
    let events = vec![event(space), event(SpaceId([1; 16]))];
    t.aside("of-a-network", &Call::of(Asker::Service, Command::Sees(Sees { account: member.key(), incarnation, events }.into())));
}

fn invites(t: &mut Teller, space: SpaceId, owner: &Person) {
    let made = t.world.offer_in(space, owner, 220, |claims| claims.max_uses = 2);
    t.scene("into-a-network", &t.world.signed(owner, 221, made.mint()));
    let newcomer = Person::new("newcomer");
    t.aside("into-a-network", &t.world.preview(&made, None));
    let redeem = t.world.redeem(&made, &newcomer, 222);
    t.scene("into-both", &redeem);
    t.aside("into-both-again", &t.world.redeem(&made, &newcomer, 223));
}

fn by_name(t: &mut Teller, space: SpaceId, owner: &Person, member: &Person) {
    let store = t.world.store.clone();
    t.world.ask(&t.world.signed(member, 240, Command::Leave(space)));
    let to = |who: &Person| Command::InviteAccount(InviteAccount { member: member_of(space, who), role: Role::Member });
    t.aside("where-it-is-open", &t.world.signed(owner, 241, to(member)));
    t.world.edit_space(space, |root| root.join_rule = JoinRule::Invite);
    t.aside("oneself", &t.world.signed(owner, 242, to(owner)));
    t.scene("a-member-of-the-server", &t.world.signed(owner, 243, to(member)));
    t.aside("again", &t.world.signed(owner, 244, to(member)));
    t.aside("one", &t.world.signed(member, 0, Command::Inbox));
    t.aside("a-strangers", &Call::of(Asker::Stranger, Command::Inbox));
    let waiting: Inbox = t.world.get(&keys::inbox(&member.key())).unwrap();
    let answer = |invite, accept| Command::Respond(Respond { invite, accept });
    t.aside("no", &t.world.signed(member, 245, answer(waiting.offers[0].id, false)));
    t.aside("yes", &t.world.signed(member, 246, answer(waiting.offers[0].id, true)));
    t.aside("to-nothing", &t.world.signed(member, 247, answer(InviteId([1; 16]), true)));
    t.world.store = store;
}

fn endings(t: &mut Teller, space: SpaceId, owner: &Person, member: &Person) {
    t.aside("by-a-member", &t.world.signed(member, 230, Command::DeleteSpace(space)));
    t.aside("the-server", &t.world.signed(owner, 231, Command::DeleteSpace(SpaceId::SERVER)));
    t.aside("of-networks", &t.world.signed(owner, 232, Command::Delete(member.key())));
    t.scene("a-network", &t.world.signed(owner, 233, Command::DeleteSpace(space)));
    t.aside("gone", &t.world.signed(owner, 234, Command::DeleteSpace(space)));
    let job = t.world.store.keys().find_map(|key| DecisionId::from_hex(key.strip_prefix(keys::JOBS)?)).expect("a job");
    for part in ["a-network-1", "a-network-2", "a-network-3"] {
        t.scene(part, &Call::of(Asker::Operator, Command::Tidy(job)));
    }
}

//! Accounts: added, proved, shown, revoked, restored, deleted; and the questions of services.

use crate::kit::ask::nobody;
use crate::kit::{Call, Person};
use crate::story::Teller;
use doorward_core::record::{Ban, ClosingJob, Job, JobKind, keys};
use doorward_core::role::Permission;
use doorward_core::time::Expiry;
use doorward_core::wire::{Asker, Can, Command, Paging, Prove, Register};
use doorward_core::{DecisionId, Incarnation, SpaceId, Timestamp};

fn register(who: &Person) -> Command {
    Command::Register(Register { sign_key: who.key(), kex_key: who.kex_key(), handle: who.name.clone() }.into())
}

pub fn accounts(t: &mut Teller) {
    let (owner, admin, member) = (Person::new("owner"), Person::new("admin"), Person::new("Žofie"));
    let agent = Person::new("agent");
    t.scene("an-agent", &t.world.signed(&admin, 40, register(&agent)));
    t.aside("known", &t.world.signed(&admin, 41, register(&agent)));
    t.aside("by-a-member", &t.world.signed(&member, 42, register(&Person::new("x"))));
    let binding = agent.binding(&t.world.server.key());
    t.aside("wrong", &t.world.signed(&agent, 43, Command::Prove(Prove { binding: agent.sign(b"x") })));
    t.scene("its-keys", &t.world.signed(&agent, 44, Command::Prove(Prove { binding })));
    let show = |who: &Person| Command::ShowAccount(who.key());
    t.scene("by-a-manager", &t.world.signed(&owner, 0, show(&agent)));
    t.aside("by-a-member", &t.world.signed(&member, 0, show(&agent)));
    t.aside("unknown", &t.world.signed(&owner, 0, Command::ShowAccount(nobody())));
    let list = |after: String, limit| Command::ListAccounts(Paging { after, limit });
    t.scene("first-page", &t.world.signed(&member, 0, list(String::new(), 2)));
    t.aside("last-page", &t.world.signed(&owner, 0, list(keys::account(&Person::new("admin").key()), 100)));
    t.aside("by-a-stranger", &Call::of(Asker::Stranger, list(String::new(), 2)));
    standing(t, &owner, &admin, &agent);
    deletes(t, &owner, &admin);
}

fn standing(t: &mut Teller, owner: &Person, admin: &Person, agent: &Person) {
    let (revoke, restore) = (|who: &Person| Command::Revoke(who.key()), |who: &Person| Command::Restore(who.key()));
    t.aside("oneself-the-owner", &t.world.signed(owner, 51, revoke(owner)));
    let revoked = t.world.signed(admin, 53, revoke(agent));
    t.scene("an-agent", &revoked);
    t.aside("repeated", &revoked);
    t.aside("again", &t.world.signed(owner, 54, revoke(agent)));
    t.aside("of-a-revoked", &Call::of(Asker::Service, Command::IsAuthorized(agent.key())));
    t.aside("by-a-revoked", &t.world.signed(agent, 55, restore(agent)));
    t.scene("an-agent", &t.world.signed(owner, 56, restore(agent)));
    t.aside("unknown", &t.world.signed(owner, 57, Command::Restore(nobody())));
    t.aside("301-seconds-old", &t.world.signed_at(owner, 58, Timestamp(t.world.now.0 - 301), restore(agent)));
}

fn deletes(t: &mut Teller, owner: &Person, admin: &Person) {
    let agent = Person::new("agent");
    t.world.edit_key(&agent, |record| record.spaces_owned = 1);
    t.aside("owns-spaces", &t.world.signed(admin, 60, Command::Delete(agent.key())));
    t.world.edit_key(&agent, |record| record.spaces_owned = 0);
    t.scene("an-agent", &t.world.signed(admin, 61, Command::Delete(agent.key())));
    let made = t.world.offer(admin, 62, |_| {});
    t.world.ask(&t.world.signed(admin, 64, made.mint()));
    t.aside("with-an-open-invite", &t.world.signed(owner, 66, Command::Delete(admin.key())));
    // A job that a large delete would have left.
    let incarnation = t.world.key_record(admin).account.unwrap().incarnation;
    let closing = ClosingJob { issuer: admin.key(), incarnation, after: String::new() };
    let id = DecisionId([9; 16]);
    t.world.put(&keys::job(&id), &Job { kind: JobKind::CloseInvites(closing), since: t.world.now });
    t.aside("by-a-stranger", &Call::of(Asker::Stranger, Command::Tidy(id)));
    t.aside("a-job", &Call::of(Asker::Operator, Command::Tidy(id)));
    t.aside("no-job", &Call::of(Asker::Operator, Command::Tidy(DecisionId([8; 16]))));
    t.world.edit::<Job>(&keys::job(&id), |job| {
        let JobKind::CloseInvites(closing) = &mut job.kind else { panic!("another job") };
        closing.incarnation = Incarnation([1; 16]);
    });
    t.aside("of-another-registration", &Call::of(Asker::Operator, Command::Tidy(id)));
    t.world.store.remove(&keys::job(&id));
}

pub fn questions(t: &mut Teller) {
    let (owner, admin, member) = (Person::new("owner"), Person::new("admin"), Person::new("Žofie"));
    let service = |command| Call::of(Asker::Service, command);
    let authorized = |who: &Person| Command::IsAuthorized(who.key());
    t.aside("of-a-member", &service(authorized(&member)));
    t.aside("of-nobody", &service(Command::IsAuthorized(nobody())));
    t.aside("of-a-deleted", &service(authorized(&Person::new("agent"))));
    t.aside("by-an-admin", &t.world.signed(&admin, 0, authorized(&member)));
    t.aside("by-a-member", &t.world.signed(&member, 0, authorized(&member)));
    t.aside("by-a-stranger", &Call::of(Asker::Stranger, authorized(&member)));
    let store = t.world.store.clone();
    let ban = |until| Some(Ban { reason: String::new(), by: owner.key(), since: Timestamp(1), until });
    t.world.edit_key(&member, |record| record.ban = ban(Expiry::Never));
    t.aside("of-a-banned", &service(authorized(&member)));
    let now = t.world.now;
    t.world.edit_key(&member, |record| record.ban = ban(Expiry::At(now)));
    t.aside("ban-over-this-second", &service(authorized(&member)));
    t.world.edit_root(|root| root.server.as_mut().unwrap().restore_reviewed = false);
    t.aside("after-a-restore", &service(authorized(&member)));
    t.aside("after-a-restore", &service(Command::HasAdmin));
    t.world.store = store;
    t.aside("owned", &service(Command::HasAdmin));
    t.aside("by-a-member", &t.world.signed(&member, 0, Command::HasAdmin));
    t.aside("by-an-admin", &t.world.signed(&admin, 0, Command::Audit));
    t.aside("by-a-member", &t.world.signed(&member, 0, Command::Audit));
    let can = |who: &Person, permission, space| Command::Can(Can { account: who.key(), permission, space });
    t.aside("a-service-asks", &service(can(&admin, Permission::ReadAudit, SpaceId::SERVER)));
    t.aside("an-admin-transfers", &service(can(&admin, Permission::Transfer, SpaceId::SERVER)));
    t.aside("about-oneself", &t.world.signed(&member, 0, can(&member, Permission::Send, SpaceId::SERVER)));
    t.aside("about-another", &t.world.signed(&member, 0, can(&admin, Permission::Send, SpaceId::SERVER)));
    t.aside("another-space", &service(can(&owner, Permission::Read, SpaceId([1; 16]))));
}

//! Coming in without an invite, and leaving.

use crate::kit::govern::join;
use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Call, Person, World};
use crate::register::bad_key;
use crate::words;
use doorward_core::decide::join::{Situation, judge};
use doorward_core::record::{Ban, JoinRule, KeyRecord, MemberCount, Pause, Standing, Via, keys};
use doorward_core::role::Role;
use doorward_core::time::Expiry;
use doorward_core::wire::{Asker, Command};
use doorward_core::{Code, KexKey, SpaceId, Timestamp, rule};

const FREE: &str = "new | active";

pub fn table() -> Table {
    const THERE: &str = "the server";
    let open = |rule, listed, person, member, full, code, because, done| {
        row([THERE, "yes", "no", rule, listed, person, member, full], code, because, done)
    };
    let mut rows = vec![
        row(["another", ANY, ANY, ANY, ANY, ANY, ANY, ANY], Code::NotFound, rule::SPACE_UNKNOWN, "nothing"),
        row([THERE, "no", ANY, ANY, ANY, ANY, ANY, ANY], Code::RestoreUnreviewed, rule::JOIN_RESTORED, "nothing"),
        row([THERE, "yes", "yes", ANY, ANY, ANY, ANY, ANY], Code::Paused, rule::JOIN_PAUSED, "nothing"),
        open("closed", ANY, ANY, ANY, ANY, Code::JoinClosed, rule::JOIN_CLOSED, "nothing"),
        open("invite | token", ANY, ANY, ANY, ANY, Code::JoinNeedsInvite, rule::JOIN_INVITE, "nothing"),
        open("allowlist", "no", ANY, ANY, ANY, Code::NotAllowlisted, rule::JOIN_ALLOWLIST, "nothing"),
    ];
    for (rule, listed) in [("open", ANY), ("allowlist", "yes")] {
        rows.push(open(rule, listed, "revoked", ANY, ANY, Code::AccountRevoked, rule::JOIN_REVOKED, "nothing"));
        rows.push(open(rule, listed, "banned", ANY, ANY, Code::Banned, rule::JOIN_BANNED, "nothing"));
        rows.push(open(rule, listed, FREE, "yes", ANY, Code::AlreadyMember, rule::JOIN_MEMBER, "nothing"));
        rows.push(open(rule, listed, FREE, "no", "yes", Code::SpaceFull, rule::JOIN_FULL, "nothing"));
        rows.push(open(rule, listed, "new", "no", "no", Code::Allowed, rule::JOIN_DONE, "member with a new account"));
        rows.push(open(rule, listed, "active", "no", "no", Code::Allowed, rule::JOIN_DONE, "member with the old account"));
    }
    Table {
        name: "join",
        title: "Who comes in without an invite",
        verbs: vec!["join"],
        effect: "done",
        columns: vec![
            column("space", &[THERE, "another"]),
            column("last restore accepted", &["yes", "no"]),
            column("joining paused", &["no", "yes"]),
            column("join rule", words::join_rule::WORDS),
            column("key on the allowlist", &["no", "yes"]),
            column("person", words::person::WORDS),
            column("a member", &["no", "yes"]),
            column("place full", &["no", "yes"]),
        ],
        rows,
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
    crate::reviewed(&proof_table());
    crate::reviewed(&leave_table());
}

#[test]
fn judge_in_every_case() {
    let declined = table().check(|cell| {
        let person = cell.get("person");
        let fallen = match person {
            "revoked" => Some(Code::AccountRevoked),
            "banned" => Some(Code::Banned),
            _ => None,
        };
        let situation = Situation {
            exists: cell.is("space", "the server"),
            reviewed: cell.is("last restore accepted", "yes"),
            paused: cell.is("joining paused", "yes"),
            rule: words::join_rule::all()[cell.index("join rule")],
            listed: cell.is("key on the allowlist", "yes"),
            fallen,
            member: cell.is("a member", "yes"),
            full: cell.is("place full", "yes"),
        };
        let (code, rule) = judge(&situation);
        let done = match (code, person) {
            (Code::Allowed, "new") => "member with a new account",
            (Code::Allowed, _) => "member with the old account",
            _ => "nothing",
        };
        Some(Answered::new(code, rule.id(), done))
    });
    assert_eq!(declined, 0);
}

#[test]
fn step_over_real_records() {
    let (mut world, [owner, _, _]) = World::peopled();
    let guest = Person::new("guest");
    world.join(&owner, &guest, Role::Member);
    let base = world.store.clone();
    let declined = table().check(|cell| {
        // Without an account nobody is a member.
        if cell.is("person", "new") && cell.is("a member", "yes") {
            return None;
        }
        world.store = base.clone();
        file(&mut world, cell, &guest);
        let mut asked = join(&world, &guest);
        asked.space = if cell.is("space", "another") { SpaceId([1; 16]) } else { SpaceId::SERVER };
        let before = world.key_record(&guest);
        let outcome = {
            let call = world.signed(&guest, 9, Command::Join(asked.into()));
            world.decide(&call)
        };
        Some(Answered::new(outcome.code(), outcome.rule(), came_in(&outcome, &guest, &before, &world)))
    });
    assert_eq!(declined, 2 * 2 * 2 * 5 * 2 * 2);
}

fn file(world: &mut World, cell: &Cell<'_>, guest: &Person) {
    let (person, now) = (cell.get("person"), world.now);
    let (member, listed) = (cell.is("a member", "yes"), cell.is("key on the allowlist", "yes"));
    world.edit_key(guest, |record| {
        let account = record.account.as_mut().unwrap();
        (account.kex_key, account.handle) = (KexKey([9; 32]), "before".into());
        record.allowlisted_by = listed.then_some(guest.key());
        record.seat = record.seat.take().filter(|_| member);
        match person {
            "new" => record.account = None,
            "revoked" => record.account.as_mut().unwrap().standing = Standing::Revoked,
            "banned" => {
                let until = Expiry::At(now.plus(1));
                record.ban = Some(Ban { reason: String::new(), by: guest.key(), since: Timestamp(1), until });
            }
            _ => {}
        }
    });
    world.edit_root(|root| {
        root.join_rule = words::join_rule::all()[cell.index("join rule")];
        root.pause = if cell.is("joining paused", "yes") { Pause::Until(now.plus(1)) } else { Pause::Until(now) };
        root.max_members = if cell.is("place full", "yes") { 3 } else { 4 };
        root.server.as_mut().unwrap().restore_reviewed = cell.is("last restore accepted", "yes");
    });
    world.edit::<MemberCount>(&keys::members(&SpaceId::SERVER), |count| count.members = 3);
}

fn came_in(outcome: &crate::kit::Outcome, guest: &Person, before: &KeyRecord, world: &World) -> &'static str {
    let Some(after) = outcome.written::<KeyRecord>(&keys::account(&guest.key())) else { return "nothing" };
    let (account, seat) = (after.account.as_ref().unwrap(), after.current_seat().unwrap());
    assert_eq!((seat.role, seat.via, seat.joined_at), (Role::Member, Via::Direct, world.now));
    assert_eq!(account.binding, Some(guest.binding(&world.server.key())), "whoever joins is proved");
    assert_eq!((account.kex_key, &account.handle), (guest.kex_key(), &guest.name), "and is who he says");
    let count: MemberCount = outcome.written(&keys::members(&SpaceId::SERVER)).unwrap();
    assert_eq!(count.members, 4);
    match &before.account {
        Some(old) => {
            assert_eq!((account.incarnation, account.epoch), (old.incarnation, old.epoch));
            "member with the old account"
        }
        None => {
            assert_eq!((account.epoch, account.via, account.invited_by), (0, Via::Direct, guest.key()));
            "member with a new account"
        }
    }
}

pub fn proof_table() -> Table {
    const REST: [&str; 3] = [ANY; 3];
    let signed = |kex, handle, binding, code, because| row(["the key itself", kex, handle, binding], code, because, "nothing");
    let [a, b, c] = REST;
    Table {
        name: "join-proofs",
        title: "What whoever joins has to prove, before anything is looked up",
        verbs: vec!["join"],
        effect: "done",
        columns: vec![
            column("signed by", &["nobody", "another key", "the key itself, 301 seconds ago", "the key itself"]),
            column("kex key", &["good", "of small order"]),
            column("handle", &["showable", "not showable"]),
            column("signature over the keys", &["good", "wrong", "for another server"]),
        ],
        rows: vec![
            row(["nobody | another key", a, b, c], Code::Unauthenticated, rule::ASK_SIGNATURE, "nothing"),
            row(["the key itself, 301 seconds ago", a, b, c], Code::StaleRequest, rule::ASK_FRESH, "nothing"),
            signed("of small order", ANY, ANY, Code::WeakKey, rule::JOIN_PROOF),
            signed("good", "not showable", ANY, Code::BadText, rule::JOIN_PROOF),
            signed("good", "showable", "wrong | for another server", Code::Unauthenticated, rule::JOIN_PROOF),
            row(["the key itself", "good", "showable", "good"], Code::Allowed, rule::JOIN_DONE, "member"),
        ],
    }
}

#[test]
fn step_for_every_proof() {
    let (mut world, _) = World::peopled();
    let (guest, other) = (Person::new("guest"), Person::new("other"));
    world.edit_root(|root| root.join_rule = JoinRule::Open);
    let declined = proof_table().check(|cell| {
        let mut asked = join(&world, &guest);
        if cell.is("kex key", "of small order") {
            asked.kex_key = KexKey(bad_key("of small order").unwrap());
        }
        if cell.is("handle", "not showable") {
            asked.handle = "gu\u{0}est".into();
        }
        let statement = doorward_core::statement::AccountStatement {
            server: if cell.is("signature over the keys", "for another server") { other.key() } else { world.server.key() },
            sign_key: guest.key(),
            kex_key: asked.kex_key,
        };
        let bytes = doorward_core::statement::Domain::Account.statement(&statement);
        asked.binding = if cell.is("signature over the keys", "wrong") { guest.sign(b"x") } else { guest.sign(&bytes) };
        let command = Command::Join(asked.into());
        let call = match cell.get("signed by") {
            "nobody" => Call::of(Asker::Stranger, command),
            "another key" => {
                let mut call = world.signed(&guest, 9, command);
                call.attached = world.signed(&other, 9, call.command.clone()).attached;
                call
            }
            "the key itself" => world.signed(&guest, 9, command),
            _ => world.signed_at(&guest, 9, Timestamp(world.now.0 - 301), command),
        };
        let outcome = world.decide(&call);
        let proofs_first = outcome.allowed() || outcome.guards.is_empty();
        assert!(proofs_first, "no record is read before the proofs: {:?}", outcome.guards);
        let done = if outcome.written::<KeyRecord>(&keys::account(&guest.key())).is_some() { "member" } else { "nothing" };
        Some(Answered::new(outcome.code(), outcome.rule(), done))
    });
    assert_eq!(declined, 0);
}

/// Whoever was let in and fell is not handed the old welcome again.
#[test]
fn an_old_welcome_is_for_members() {
    let (mut world, [_, admin, _]) = World::peopled();
    let guest = Person::new("guest");
    world.edit_root(|root| root.join_rule = JoinRule::Open);
    let call = world.signed(&guest, 9, Command::Join(join(&world, &guest).into()));
    let first = world.ask(&call);
    assert!(first.allowed());
    let again = world.decide(&call);
    assert_eq!((again.code(), again.decided().decision), (Code::Allowed, first.decided().decision), "the first answer again");
    let joined = world.store.clone();
    let member = crate::kit::govern::member(&guest);
    for (command, code) in [
        (Command::Kick(member), Code::NotAMember),
        (crate::kit::govern::ban(&guest, Expiry::Never), Code::Banned),
        (Command::Revoke(guest.key()), Code::AccountRevoked),
        (Command::Delete(guest.key()), Code::NotAMember),
    ] {
        world.store = joined.clone();
        let call_out = world.signed(&admin, 10, command);
        assert!(world.ask(&call_out).allowed());
        let outcome = world.decide(&call);
        assert_eq!((outcome.code(), outcome.decided().writes.len()), (code, 0));
    }
}

pub fn leave_table() -> Table {
    Table {
        name: "leave",
        title: "Leaving",
        verbs: vec!["leave"],
        effect: "done",
        columns: vec![
            column("asker", &["stranger", "member", "admin", "owner"]),
            column("space", &["the server", "another"]),
            column("open invites of his", &["none", "one"]),
        ],
        rows: vec![
            row(["stranger", ANY, ANY], Code::Unauthenticated, rule::ASK_SIGNATURE, "nothing"),
            row(["member | admin | owner", "another", ANY], Code::NotFound, rule::SPACE_UNKNOWN, "nothing"),
            row(["owner", "the server", ANY], Code::LastOwner, rule::LEAVE_OWNER, "nothing"),
            row(["member | admin", "the server", "none"], Code::Allowed, rule::LEAVE_DONE, "no member, one epoch on"),
            row(
                ["member | admin", "the server", "one"],
                Code::Allowed,
                rule::LEAVE_DONE,
                "no member, one epoch on, the invite closed",
            ),
        ],
    }
}

#[test]
fn step_for_every_leave() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let people = [&member, &admin, &owner];
    // A member who was an admin may have an open invite left.
    world.set_role(&member, Role::Admin);
    let base = world.store.clone();
    let declined = leave_table().check(|cell| {
        world.store = base.clone();
        let who = people[cell.index("asker").saturating_sub(1)];
        if cell.is("open invites of his", "one") {
            let made = world.offer(who, 5, |_| {});
            assert!(world.ask(&world.signed(who, 6, made.mint())).allowed());
        }
        if cell.is("asker", "member") {
            world.set_role(&member, Role::Member);
        }
        let leave = Command::Leave(if cell.is("space", "another") { SpaceId([1; 16]) } else { SpaceId::SERVER });
        let call = if cell.is("asker", "stranger") { Call::of(Asker::Stranger, leave) } else { world.signed(who, 9, leave) };
        let before = world.key_record(who).account.unwrap().epoch;
        let outcome = world.ask(&call);
        let after = world.key_record(who);
        world.audit();
        let done = match (after.current_seat(), world.count("x.")) {
            (Some(_), _) => "nothing",
            (None, open) => {
                assert_eq!((after.account.unwrap().epoch, open), (before + 1, 0));
                if cell.is("open invites of his", "one") {
                    assert_eq!(world.count("z."), 1 + world_closed(&base));
                    "no member, one epoch on, the invite closed"
                } else {
                    "no member, one epoch on"
                }
            }
        };
        Some(Answered::new(outcome.code(), outcome.rule(), done))
    });
    assert_eq!(declined, 0);
}

/// Closed invites so far.
fn world_closed(store: &crate::kit::Store) -> usize {
    store.keys().filter(|key| key.starts_with("z.")).count()
}

//! What is too much for one commit: deletes of people with many invites, full lists, pages.

use crate::kit::{Call, Made, Outcome, Person, World, govern};
use doorward_core::SpaceId;
use doorward_core::record::{Closed, InviteRecord, Job, JobKind, OpenCount, keys};
use doorward_core::role::Role;
use doorward_core::time::{DAY, Expiry};
use doorward_core::wire::{Answer, Asker, Command, InviteFilter, ListInvites, Paging, Register, Reply};
use doorward_core::{Code, DecisionId, InviteId};
use std::collections::BTreeSet;

fn mint(world: &mut World, who: &Person, numbers: std::ops::Range<u64>, seconds: u64) -> Vec<Made> {
    let mut all = Vec::new();
    for number in numbers {
        let made = world.offer(who, number, |claims| claims.expires = Expiry::At(world.now.plus(seconds)));
        let outcome = world.ask(&world.signed(who, number, made.mint()));
        assert!(outcome.allowed(), "{}", outcome.code());
        all.push(made);
    }
    all
}

fn jobs(world: &World) -> Vec<DecisionId> {
    world.all::<Job>("t.").into_keys().map(|id| DecisionId::from_hex(&id).unwrap()).collect()
}

fn tidy(world: &mut World, job: DecisionId) -> Outcome {
    world.ask(&Call::of(Asker::Operator, Command::Tidy(job)))
}

fn closed(world: &World, made: &Made) -> Option<Closed> {
    world.get::<InviteRecord>(&keys::invite(&made.id())).unwrap().closed
}

/// A delete closes some invites at once and leaves a job for the rest; all are void at once. What the same key mints
/// after it came back is not the job's business.
#[test]
fn i6_a_large_delete_is_finished_by_housekeeping() {
    let (mut world, [owner, admin, _]) = World::peopled();
    let before = mint(&mut world, &admin, 1_000..1_130, DAY);
    let outcome = world.ask(&world.signed(&owner, 70, Command::Delete(admin.key())));
    assert!(outcome.allowed() && outcome.decided().writes.len() > 100);
    let open = |world: &World, all: &[Made]| all.iter().filter(|made| closed(world, made).is_none()).count();
    assert_eq!(open(&world, &before), 90, "forty at once");
    for made in &before {
        let code = world.decide(&world.redeem(made, &Person::new("guest"), 2)).code();
        assert!(matches!(code, Code::InviteCancelled | Code::IssuerLostAuthority), "{code}");
    }
    let register = Register { sign_key: admin.key(), kex_key: admin.kex_key(), handle: admin.name.clone() };
    assert!(world.ask(&world.signed(&owner, 3, Command::Register(register.into()))).allowed());
    world.set_role(&admin, Role::Admin);
    for made in &before {
        let code = world.decide(&world.redeem(made, &Person::new("guest"), 2)).code();
        assert!(matches!(code, Code::InviteCancelled | Code::IssuerLostAuthority), "the same key, another registration: {code}");
    }
    // They expire later, so that the job comes across them.
    let after = mint(&mut world, &admin, 2_000..2_003, 2 * DAY);
    let [job] = jobs(&world)[..] else { panic!("one job") };
    let mut rounds = 0;
    while tidy(&mut world, job).reply() == &Reply::Tidied(true) {
        rounds += 1;
        world.audit();
    }
    assert!((2..10).contains(&rounds), "{rounds}");
    assert_eq!((open(&world, &before), open(&world, &after)), (0, 3), "the old ones are closed, the new ones are not");
    assert!(before.iter().all(|made| closed(&world, made) == Some(Closed::Cancelled(admin.key()))));
    assert_eq!(tidy(&mut world, job).code(), Code::NotFound, "done is done");
    assert!(jobs(&world).is_empty());
    world.audit();
    assert!(world.ask(&world.redeem(&after[0], &Person::new("guest"), 4)).allowed());
}

/// Whoever was shown the door is still there: what he offered is closed as void, by the kick and by its job alike.
#[test]
fn a_large_kick_is_finished_by_housekeeping() {
    let (mut world, [owner, admin, _]) = World::peopled();
    let all = mint(&mut world, &admin, 1_000..1_060, DAY);
    let kick = Command::Kick(govern::member(&admin));
    assert!(world.ask(&world.signed(&owner, 70, kick)).allowed());
    let [job] = jobs(&world)[..] else { panic!("one job") };
    while tidy(&mut world, job).reply() == &Reply::Tidied(true) {}
    assert!(all.iter().all(|made| closed(&world, made) == Some(Closed::Void)) && jobs(&world).is_empty());
    world.audit();
}

/// What stays does not hold a job up: it goes on behind it.
#[test]
fn a_job_goes_past_what_stays() {
    let (mut world, [owner, admin, _]) = World::peopled();
    let before = mint(&mut world, &admin, 1_000..1_060, 2 * DAY);
    assert!(world.ask(&world.signed(&owner, 70, Command::Delete(admin.key()))).allowed());
    let register = Register { sign_key: admin.key(), kex_key: admin.kex_key(), handle: admin.name.clone() };
    assert!(world.ask(&world.signed(&owner, 71, Command::Register(register.into()))).allowed());
    world.set_role(&admin, Role::Admin);
    // As many as one decision looks at, and all of them before the old ones.
    let after = mint(&mut world, &admin, 2_000..2_041, DAY);
    let id = jobs(&world)[0];
    world.edit::<Job>(&keys::job(&id), |job| {
        let JobKind::CloseInvites(closing) = &mut job.kind else { panic!("another job") };
        closing.after = String::new();
    });
    for round in 0.. {
        assert!(round < 5, "it goes on");
        if tidy(&mut world, id).reply() == &Reply::Tidied(false) {
            break;
        }
    }
    let open = |all: &[Made]| all.iter().filter(|made| closed(&world, made).is_none()).count();
    assert_eq!((open(&before), open(&after)), (0, 41));
}

/// Two who work at the same job: one of them is refused as a whole.
#[test]
fn a_job_is_done_once() {
    let (mut world, [owner, admin, _]) = World::peopled();
    mint(&mut world, &admin, 1_000..1_060, DAY);
    world.ask(&world.signed(&owner, 70, Command::Delete(admin.key())));
    let call = Call::of(Asker::Operator, Command::Tidy(jobs(&world)[0]));
    let (first, second) = (world.decide(&call), world.decide(&call));
    assert!(world.commit(&first) && !world.commit(&second));
    world.audit();
}

/// Whoever has 1,000 open invites makes no more, unless some have expired: those make room, a few at a time.
#[test]
fn full_lists_make_room_for_what_is_new() {
    let (mut world, [owner, admin, _]) = World::peopled();
    let old = mint(&mut world, &admin, 1_000..1_050, 60);
    let fill = |world: &mut World, open: u32| world.edit::<OpenCount>(&keys::open_count(&admin.key()), |count| count.open = open);
    fill(&mut world, 1_000);
    let made = world.offer(&admin, 1, |_| {});
    let refused = world.ask(&world.signed(&admin, 1, made.mint()));
    assert_eq!(refused.code(), Code::TooManyInvites);
    world.now = world.now.plus(60);
    // The refusal was recorded under its id; another request is another matter.
    assert_eq!(world.ask(&world.signed(&admin, 1, made.mint())).code(), Code::TooManyInvites);
    let allowed = world.ask(&world.signed(&admin, 2, made.mint()));
    assert!(allowed.allowed());
    let count: OpenCount = world.get(&keys::open_count(&admin.key())).unwrap();
    assert_eq!(count.open, 1_000 - 40 + 1, "forty expired ones left the lists");
    fill(&mut world, 11);
    world.audit();
    assert_eq!(old.iter().filter(|made| closed(&world, made).is_none()).count(), 10);
    let all: BTreeSet<InviteId> = [InviteFilter::Live, InviteFilter::Expired, InviteFilter::Closed]
        .into_iter()
        .flat_map(|filter| listed(&mut world, &owner, filter, 7))
        .collect();
    assert_eq!(all.len(), 52, "every invite is in one of the lists, the owner's included");
}

/// After a restore, and after a fall, old invites are void; whoever made a thousand of them can make new ones.
#[test]
fn full_lists_make_room_for_what_is_void() {
    for restored in [true, false] {
        let (mut world, [owner, admin, _]) = World::peopled();
        let old = mint(&mut world, &admin, 1_000..1_050, DAY);
        let voids = match restored {
            true => vec![Call::of(Asker::Operator, Command::BeginRestore(0)), Call::of(Asker::Operator, Command::AcceptRestore)],
            false => [Command::Revoke(admin.key()), Command::Restore(admin.key())]
                .into_iter()
                .zip(70..)
                .map(|(verb, id)| world.signed(&owner, id, verb))
                .collect(),
        };
        voids.iter().for_each(|call| assert!(world.ask(call).allowed()));
        world.edit::<OpenCount>(&keys::open_count(&admin.key()), |count| count.open = 1_000);
        let made = world.offer(&admin, 1, |_| {});
        assert!(world.ask(&world.signed(&admin, 2, made.mint())).allowed());
        assert_eq!(old.iter().filter(|made| closed(&world, made) == Some(Closed::Void)).count(), 40);
        world.edit::<OpenCount>(&keys::open_count(&admin.key()), |count| count.open = 11);
        world.audit();
        // Closed or not, they are what they were: void.
        for made in &old {
            assert_eq!(world.decide(&world.redeem(made, &Person::new("guest"), 3)).code(), Code::IssuerLostAuthority);
        }
        assert!(world.ask(&world.redeem(&made, &Person::new("guest"), 4)).allowed());
    }
}

/// The whole list, page by page.
fn listed(world: &mut World, who: &Person, filter: InviteFilter, limit: u16) -> Vec<InviteId> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let list = ListInvites { space: SpaceId::SERVER, filter, paging: Paging { after, limit } };
        let outcome = {
            let call = world.signed(who, 9, Command::ListInvites(list));
            world.decide(&call)
        };
        let Reply::Invites(page) = outcome.reply() else { panic!("{:?}", outcome.reply()) };
        assert!(page.items.len() <= limit.into());
        all.extend(page.items.iter().map(|item| item.invite));
        after = page.page.next.clone();
        if after.is_empty() {
            return all;
        }
    }
}

/// Pages of any length show the same invites in the same order, and none is left out or shown twice.
#[test]
fn pages_show_everything_once() {
    let (mut world, [owner, ..]) = World::peopled();
    let made = mint(&mut world, &owner, 1_000..1_037, DAY);
    let whole = listed(&mut world, &owner, InviteFilter::Live, 200);
    assert_eq!(whole.iter().collect::<BTreeSet<_>>(), made.iter().map(|made| &made.claims.invite).collect());
    for limit in [1, 2, 36, 37, 38] {
        assert_eq!(listed(&mut world, &owner, InviteFilter::Live, limit), whole, "{limit} at a time");
    }
}

/// A cursor is the last key of a page; anything else is malformed, not a way to read elsewhere.
#[test]
fn a_cursor_points_into_its_own_list() {
    let (mut world, [owner, ..]) = World::peopled();
    let paging = |after: &str| Paging { after: after.into(), limit: 5 };
    for after in ["a", "r.", "x.00", "z", "\u{7f}", "a/../r."] {
        let lists = [
            Command::ListInvites(ListInvites { space: SpaceId::SERVER, filter: InviteFilter::Live, paging: paging(after) }),
            Command::ListAccounts(paging(after)),
            Command::ShowInvite(doorward_core::wire::ShowInvite { invite: InviteId([1; 16]), paging: paging(after) }),
        ];
        for command in lists {
            let outcome = {
                let call = world.signed(&owner, 9, command);
                world.decide(&call)
            };
            assert!(matches!(outcome.answer, Answer::Fault(Code::Malformed, _)), "{after}: {:?}", outcome.answer);
        }
    }
}

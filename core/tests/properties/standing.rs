//! I3 to I6: owners, escalation, revocation, deletion; and the whole walk against the model.

use crate::kit::Call;
use crate::model::{Account, Maker, Who};
use crate::walk::{Act, PEOPLE, Step, Walk, walks};
use doorward_core::Code;
use doorward_core::record::{KeyRecord, Standing, keys};
use doorward_core::role::Role;
use doorward_core::wire::{Asker, Command};
use std::collections::{BTreeMap, BTreeSet};

/// 100,000 steps of everything by everybody: the core and the naive model agree on every answer, and every verb was
/// both allowed and refused on the way.
#[test]
fn model_agrees() {
    let mut codes: BTreeMap<String, BTreeSet<bool>> = BTreeMap::new();
    walks(1..51, 2_000, |_, step| {
        let verb = format!("{:?}", step.act).split_whitespace().next().unwrap().to_string();
        codes.entry(verb).or_default().insert(step.outcome.allowed());
    });
    assert_eq!(codes.len(), 40, "every act was done");
    for (verb, seen) in codes {
        assert!(seen.len() == 2 || verb == "Describe", "{verb} was only ever {seen:?}");
    }
}

fn records(walk: &Walk) -> BTreeMap<Who, KeyRecord> {
    (0..PEOPLE).map(|who| (who, walk.world.key_record(&walk.people[who]))).collect()
}

fn stands(walk: &Walk, who: Who) -> bool {
    walk.model.accounts.get(&who).is_some_and(|account| account.active)
}

fn roles(walk: &Walk) -> BTreeMap<Who, Role> {
    records(walk).iter().filter_map(|(who, record)| record.current_seat().map(|seat| (*who, seat.role))).collect()
}

/// Exactly one owner, active, from the first on, whichever verb comes.
#[test]
fn i3_owned() {
    walks(21..24, 1_000, |walk, _| {
        if !walk.model.founded {
            return;
        }
        let owners: Vec<Who> = roles(walk).iter().filter(|(_, role)| **role == Role::Owner).map(|(who, _)| *who).collect();
        let owner = walk.world.root().owner;
        assert_eq!(owners.iter().map(|who| walk.people[*who].key()).collect::<Vec<_>>(), owner.into_iter().collect::<Vec<_>>());
        assert_eq!(owner.is_some(), walk.model.owner.is_some(), "once owned, always owned");
        if let Some(owner) = owner.filter(|_| walk.world.root().server.unwrap().owner_invite.is_none()) {
            let record: KeyRecord = walk.world.get(&keys::account(&owner)).unwrap();
            assert_eq!(record.account.unwrap().standing, Standing::Active);
        }
    });
}

/// Nobody gets more than someone of enough rank gave, and nobody acts on someone of no lower rank.
#[test]
fn i4_no_escalation() {
    let mut before: BTreeMap<Who, Role> = BTreeMap::new();
    let mut rose = 0;
    walks(31..34, 1_000, |walk, step| {
        if walk.past.len() <= 1 {
            before.clear();
        }
        let after = roles(walk);
        for (who, role) in &after {
            if before.get(who) == Some(role) {
                continue;
            }
            rose += u32::from(*role != Role::Member);
            if let Some(was) = before.get(who) {
                changed(step.act, *who, *was, *role, &before);
                continue;
            }
            match (step.act, *role) {
                (Act::Register { who: by, .. }, Role::Member) => assert!(before[&by] != Role::Member),
                (Act::Join { who: by }, Role::Member) => assert_eq!(by, *who, "nobody makes another join"),
                (Act::Redeem { offer, .. }, role) => given(walk, step, offer, role, &before),
                other => panic!("{other:?}"),
            }
        }
        if let (Some((who, target)), Code::Allowed, None) = (acts_on(step.act), step.outcome.code(), &step.repeats) {
            // A request id may have repeated an earlier answer; then nothing happened.
            let happened = step.outcome.decided().events.iter().any(|event| event.account == Some(walk.people[target].key()));
            let rank = before.get(&target).map_or(0, |role| role.rank());
            assert!(!happened || before[&who].rank() > rank, "{:?}", step.act);
        }
        before = after;
    });
    assert!(rose > 5, "some did rise: {rose}");
}

/// A member's role changed: someone above gave it, and no more than he may give.
fn changed(act: Act, who: Who, was: Role, role: Role, before: &BTreeMap<Who, Role>) {
    match act {
        Act::SetRole { who: by, target, role: given } => {
            assert_eq!((target, given), (who, role));
            assert!(role != Role::Owner && before[&by].rank() > was.rank() && before[&by].rank() >= role.rank());
        }
        Act::Transfer { who: by, target } => {
            assert_eq!(before[&by], Role::Owner);
            assert!((who, role) == (target, Role::Owner) || (who, role) == (by, Role::Admin));
        }
        other => panic!("{other:?} makes a {was:?} a {role:?}"),
    }
}

/// Who acts on whom, if it takes a higher rank.
fn acts_on(act: Act) -> Option<(Who, Who)> {
    match act {
        Act::Revoke { who, target } | Act::Restore { who, target } | Act::Delete { who, target } => Some((who, target)),
        Act::Kick { who, target } | Act::Ban { who, target, .. } | Act::SetRole { who, target, .. } => Some((who, target)),
        Act::SetTags { who, target } if who != target => Some((who, target)),
        _ => None,
    }
}

fn given(walk: &Walk, step: &Step, offer: usize, role: Role, before: &BTreeMap<Who, Role>) {
    let (made, offer) = &walk.offers[offer];
    assert_eq!(made.claims.role, role, "as the invite says");
    match &offer.maker {
        Maker::Server => assert!(role == Role::Owner && step.before.owner == offer.rebind),
        Maker::Person { who, born, falls } => {
            assert!(role != Role::Owner && before[who] != Role::Member && before[who].rank() >= role.rank());
            let maker = &step.before.accounts[who];
            assert_eq!((maker.active, maker.born, maker.falls), (true, *born, *falls));
        }
    }
}

/// From a revoke, delete, kick or ban on, everything that account asks is refused, until it is restored or comes in anew.
#[test]
fn i5_revoked_is_out() {
    let mut fell = 0;
    walks(41..44, 700, |walk, step| {
        let (Some(target), Code::Allowed, None) = (puts_out(step.act), step.outcome.code(), &step.repeats) else { return };
        let is_in = |account: &Account| account.active && account.role.is_some();
        if step.outcome.decided().writes.is_empty() || walk.model.accounts.get(&target).is_some_and(is_in) {
            return;
        }
        fell += 1;
        let mut then = walk.clone();
        let key = then.people[target].key();
        for question in [
            Command::IsAuthorized(key),
            Command::Can(doorward_core::wire::Can {
                account: key,
                permission: doorward_core::role::Permission::Read,
                space: doorward_core::SpaceId::SERVER,
            }),
        ] {
            assert!(!then.world.decide(&Call::of(Asker::Service, question)).allowed());
        }
        let offer = then.offer(target, Role::Member, 1, None);
        let who = target;
        let other = (target + 1) % PEOPLE;
        for act in [
            Act::Mint { who, offer },
            Act::Cancel { who, offer: 0 },
            Act::Register { who, target: other },
            Act::Prove { who, good: true },
            Act::Revoke { who, target: other },
            Act::Restore { who, target },
            Act::Delete { who, target: other },
            Act::ListInvites { who },
            Act::ShowInvite { who, offer: 0 },
            Act::ShowAccount { who, target },
            Act::ListAccounts { who },
            Act::Audit { who },
            Act::Kick { who, target: other },
            Act::SetRole { who, target: other, role: Role::Admin },
            Act::Allow { who, target },
            Act::ShowSpace { who },
            Act::Watch { who },
            Act::Leave { who },
        ] {
            let id = then.fresh_id();
            let outcome = {
                let call = then.call(act, id);
                then.world.decide(&call)
            };
            assert!(!outcome.allowed() && outcome.decided().writes.is_empty(), "{act:?}: {}", outcome.code());
        }
        // Its earlier requests are not answered again either.
        for past in then.past.clone().iter().rev().take(20).filter(|past| crate::walk::signer(past.act) == Some(target)) {
            assert!(!then.world.decide(&past.call).allowed(), "{:?}", past.act);
        }
    });
    assert!(fell > 20, "some did fall: {fell}");
}

/// Whom an act puts out.
fn puts_out(act: Act) -> Option<Who> {
    match act {
        Act::Revoke { target, .. } | Act::Delete { target, .. } => Some(target),
        Act::Kick { target, .. } | Act::Ban { target, .. } | Act::Leave { who: target } => Some(target),
        _ => None,
    }
}

/// What someone offered before a fall, be it a revoke, delete, kick, ban, demotion or leave, admits nobody ever again, whatever happens to that key later; and a
/// key that comes again inherits nothing.
#[test]
fn i6_no_resurrection() {
    let mut void: BTreeSet<usize> = BTreeSet::new();
    let mut deleted: BTreeMap<Who, doorward_core::Incarnation> = BTreeMap::new();
    let mut came_back = 0;
    walks(51..57, 1_000, |walk, step| {
        if walk.past.len() <= 1 {
            void.clear();
            deleted.clear();
        }
        let new = step.repeats.is_none() && !step.outcome.decided().writes.is_empty() && step.outcome.allowed();
        let mut fallen: Vec<usize> = Vec::new();
        let mut fall = |target: Who| {
            let its = |at: &usize| matches!(walk.offers[*at].1.maker, Maker::Person { who, .. } if who == target);
            fallen.extend((0..walk.offers.len()).filter(its));
        };
        match step.act {
            Act::Redeem { offer, .. } | Act::Mint { offer, .. } if new => {
                assert!(!void.contains(&offer), "offer {offer} came back")
            }
            Act::Revoke { target, .. } | Act::Delete { target, .. } if new && !stands(walk, target) => fall(target),
            Act::Kick { target, .. } | Act::Ban { target, .. } | Act::Leave { who: target } if new => fall(target),
            Act::SetRole { target, role: Role::Member, .. } if new => fall(target),
            Act::Recover { offer } if new => {
                let owner = walk.offers[offer].1.rebind;
                let its = |at: &usize| matches!(walk.offers[*at].1.maker, Maker::Person { who, .. } if Some(who) == owner);
                void.extend((0..walk.offers.len()).filter(its));
            }
            Act::BeginRestore if new => void.extend(walk.model.invites.keys().copied()),
            _ => {}
        }
        void.extend(fallen);
        let record = |who: Who| walk.world.key_record(&walk.people[who]);
        match step.act {
            Act::Delete { target, .. } if new => {
                let left = record(target);
                assert!(left.account.is_none() && left.current_seat().is_none());
                // A key that lost its seat to another left none behind.
                deleted.extend(left.seat.map(|seat| (target, seat.incarnation)));
            }
            Act::Register { target: who, .. } | Act::Redeem { who, .. } | Act::Join { who } if new => {
                if let Some(former) = deleted.remove(&who) {
                    let back = record(who);
                    came_back += 1;
                    assert_ne!(back.account.as_ref().unwrap().incarnation, former);
                    assert_eq!(
                        (back.account.as_ref().unwrap().epoch, back.current_seat().unwrap().incarnation == former),
                        (0, false)
                    );
                }
            }
            _ => {}
        }
    });
    assert!(came_back > 20, "some did come back: {came_back}");
}

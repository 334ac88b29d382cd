//! I2, I8, I11: what commits together, what is counted once, what is repeated.

use crate::kit::{Call, Outcome, Person, Rng, World};
use crate::walk::{Walk, walks};
use doorward_core::record::{InviteRecord, KeyRecord, keys};
use doorward_core::role::Role;
use doorward_core::wire::{Answer, Asker, Command};
use doorward_core::{Code, SignKey};
use std::collections::BTreeSet;

/// An invite for n admits n, whoever races, retries, loses his answer or is told to try again.
#[test]
fn i2_single_use() {
    for seed in 0..60 {
        let mut rng = Rng::new(seed);
        let (mut world, [owner, _, member]) = World::peopled();
        let uses = 1 + rng.below(4) as u32;
        let made = world.offer(&owner, 10_000 + seed, |claims| claims.max_uses = uses);
        assert!(world.ask(&world.signed(&owner, 99, made.mint())).allowed());
        let mut crowd: Vec<Call> = Vec::new();
        for number in 0..12 {
            let who = if number == 11 { member.clone() } else { Person::new(&format!("guest {}", number % 9)) };
            crowd.push(world.redeem(&made, &who, 100 + number));
        }
        let welcomed = race(&mut world, &crowd, &mut rng);
        let record: InviteRecord = world.get(&keys::invite(&made.id())).unwrap();
        let burned = world.count(&keys::invite_uses(&made.id())) - welcomed.len();
        assert_eq!(record.uses, uses, "all were used");
        assert_eq!(welcomed.len() + burned, uses as usize, "each use once");
        for key in &welcomed {
            let seat = world.get::<KeyRecord>(&keys::account(key)).unwrap();
            assert_eq!(seat.current_seat().unwrap().role, Role::Member);
        }
        world.audit();
    }
}

/// Everybody at once: decisions on old facts, conflicts, lost answers, repeated requests. Returns who got a receipt.
fn race(world: &mut World, crowd: &[Call], rng: &mut Rng) -> BTreeSet<SignKey> {
    let mut waiting: Vec<(Call, Option<Outcome>)> = crowd.iter().map(|call| (call.clone(), None)).collect();
    let mut welcomed = BTreeSet::new();
    while !waiting.is_empty() {
        let at = rng.below(waiting.len());
        let (call, outcome) = waiting.swap_remove(at);
        match outcome {
            // Decide now, commit when it comes up again.
            None => {
                let outcome = world.decide(&call);
                waiting.push((call, Some(outcome)));
            }
            Some(outcome) => match world.commit(&outcome) {
                false => waiting.push((call, None)),
                // Committed, but nobody heard of it: the same request again.
                true if rng.one_in(4) => waiting.push((call, None)),
                true => {
                    let decided = outcome.decided();
                    welcomed.extend(decided.receipt.as_ref().map(|receipt| receipt.account));
                    let again = world.decide(&call);
                    if !decided.writes.is_empty() {
                        assert_eq!(
                            (again.code(), &again.decided().receipt),
                            (outcome.code(), &decided.receipt),
                            "the first answer again"
                        );
                    }
                    assert!(again.decided().writes.is_empty(), "and nothing more");
                }
            },
        }
    }
    welcomed
}

/// Two requests decided on the same facts: either the second one's commit is refused as a whole, or it wrote exactly
/// what it would have written had it come after the first. And every effect is committed with its own answer.
#[test]
fn i8_one_commit() {
    let (mut conflicts, mut both) = (0, 0);
    walks(61..65, 700, |walk, _| {
        let mut fork = walk.clone();
        let calls: Vec<Call> = (0..2).map(|_| new_call(&mut fork)).collect();
        let (first, second) = (fork.world.decide(&calls[0]), fork.world.decide(&calls[1]));
        effects_come_with_their_answer(&first);
        let mut after = fork.world.clone();
        assert!(fork.world.commit(&first) && after.commit(&first));
        *after.drawn() -= 1; // the same entropy as the second had
        let in_turn = after.decide(&calls[1]);
        let before = fork.world.contents();
        if !writes(&second) {
            // What only reads may have come just before.
        } else if fork.world.commit(&second) {
            assert!(after.commit(&in_turn));
            assert_eq!(second.answer, in_turn.answer, "as if it had come after");
            assert_eq!(fork.world.contents(), after.contents());
            both += usize::from(writes(&first));
        } else {
            assert_eq!(fork.world.contents(), before, "nothing of it");
            conflicts += 1;
        }
    });
    assert!(conflicts > 100 && both > 100, "both happen: {conflicts}, {both}");
}

fn new_call(walk: &mut Walk) -> Call {
    let (act, id) = (walk.choose(), walk.fresh_id());
    walk.call(act, id)
}

fn writes(outcome: &Outcome) -> bool {
    matches!(&outcome.answer, Answer::Decided(decided) if !decided.writes.is_empty())
}

fn effects_come_with_their_answer(outcome: &Outcome) {
    let decided = outcome.decided();
    let operators = ["init.", "recover.", "begin-restore.", "accept-restore.", "tidy.", "sweep."];
    let by_operator = operators.iter().any(|verb| decided.rule.starts_with(verb));
    if !decided.writes.is_empty() && !by_operator {
        let answers = decided.writes.iter().filter(|write| write.key.starts_with("r.")).count();
        assert_eq!(answers, 1, "one answer among the writes of {}", decided.rule);
    }
    assert!(decided.events.is_empty() || !decided.writes.is_empty(), "nothing happens without a write");
}

/// A request that was answered is answered the same again, and changes nothing; other content under its id is refused.
#[test]
fn i11_retry_safe() {
    let mut repeated = 0;
    walks(71..75, 1_000, |_, step| {
        let (Some(past), decided) = (&step.repeats, step.outcome.decided()) else { return };
        let barred = matches!(decided.code, Code::StaleRequest | Code::ClockBehind);
        let fallen = decided.rule.starts_with("ask.") && decided.rule != "ask.permission" && decided.code != past.answer.0;
        // The operator's requests bear no id.
        if past.recorded && !barred && !fallen && matches!(past.call.asker, Asker::Account(_) | Asker::Stranger) {
            repeated += 1;
            assert_eq!((decided.code, decided.decision), past.answer, "{:?}", past.act);
            assert!(decided.writes.is_empty() && decided.events.is_empty());
        }
    });
    assert!(repeated > 80, "{repeated}");
}

#[test]
fn i11_other_content_is_refused() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let made = world.offer(&owner, 5, |_| {});
    assert!(world.ask(&world.signed(&owner, 9, made.mint())).allowed());
    let store = world.contents();
    for (who, code) in [(&owner, Code::RequestIdReused), (&admin, Code::Allowed)] {
        let outcome = world.decide(&world.signed(who, 9, Command::Revoke(member.key())));
        assert_eq!(outcome.code(), code, "an id belongs to its signer");
    }
    // The same words, another method: other content.
    let guest = Person::new("guest");
    assert!(world.ask(&world.redeem(&made, &guest, 10)).allowed());
    let mut statement = world.redeem_statement(&made, &guest, 10);
    statement.handle = "someone else".into();
    let outcome = world.ask(&world.redeem_with(&made, &guest, statement));
    assert_eq!((outcome.code(), outcome.rule()), (Code::RequestIdReused, "ask.repeat"));
    assert_ne!(world.contents(), store);
    let store = world.contents();
    assert_eq!(world.ask(&world.redeem(&made, &guest, 11)).code(), Code::UsedByYou);
    assert_eq!(world.contents(), store, "nothing was changed");
}

/// Refused writes are recorded 60 times an hour and signer, then only counted.
#[test]
fn refusals_are_recorded_sixty_an_hour() {
    let (mut world, [owner, _, member]) = World::peopled();
    let mut recorded = 0;
    for hour in 0..2 {
        for id in 0..80 {
            let outcome = world.ask(&world.signed(&member, hour * 100 + id, Command::Revoke(owner.key())));
            assert_eq!(outcome.code(), Code::MissingPermission);
            recorded += usize::from(!outcome.decided().writes.is_empty());
        }
        assert_eq!(recorded, 60 * (hour as usize + 1));
        world.now = world.now.plus(3_600);
    }
}

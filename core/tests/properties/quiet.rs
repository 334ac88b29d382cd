//! I7 and I10: nothing to steal, nothing to learn.

use crate::kit::ask::{hex, token};
use crate::kit::{Call, Made, Person, World};
use crate::walk::Walk;
use doorward_core::digest::sha256;
use doorward_core::time::DAY;
use doorward_core::wire::{Answer, Command, encode};
use doorward_core::{Code, InviteId, Signature};
use std::collections::HashMap;

/// Secrets to look for: their first eight bytes, raw and in hexadecimal.
#[derive(Default)]
struct Needles(HashMap<[u8; 8], Vec<u8>>);

impl Needles {
    fn add(&mut self, secret: &[u8]) {
        for form in [secret.to_vec(), hex(secret).into_bytes()] {
            self.0.insert(form[..8].try_into().unwrap(), form);
        }
    }

    fn found_in(&self, bytes: &[u8]) -> bool {
        let at = |(at, eight): (usize, &[u8])| {
            let found = self.0.get(<&[u8; 8]>::try_from(eight).unwrap());
            found.is_some_and(|needle| bytes[at..].starts_with(needle))
        };
        bytes.windows(8).enumerate().any(at)
    }
}

/// No record, no request as the core gets it, no answer, holds a token, a seed, or a signature that came with a request.
#[test]
fn i7_nothing_to_steal() {
    let mut walk = Walk::begun(101);
    walk.world.log = Some(Vec::new());
    (0..1_200).for_each(|_| drop(walk.step()));
    let mut needles = Needles::default();
    walk.offers.iter().for_each(|(made, _)| needles.add(made.token.expose()));
    walk.people.iter().chain([&walk.world.server]).flat_map(Person::secrets).for_each(|seed| needles.add(&seed));
    let attached: Vec<Signature> = walk.past.iter().flat_map(|past| past.call.attached.clone()).collect();
    attached.iter().for_each(|signature| needles.add(&signature.0));
    assert!(needles.0.len() > 1_000);
    let secret = walk.offers[0].0.token.clone();
    assert!(needles.found_in(&[b"xyz", secret.expose().as_slice()].concat()), "the search finds what is there");
    assert!(needles.found_in(format!("...{}", secret.to_text()).as_bytes()));
    for (key, (_, value)) in &walk.world.store {
        assert!(!needles.found_in(key.as_bytes()) && !needles.found_in(value), "{key} could be stolen from");
    }
    for exchange in walk.world.log.take().unwrap() {
        assert!(
            !needles.found_in(&exchange.request) && !needles.found_in(&exchange.facts) && !needles.found_in(&exchange.answer)
        );
    }
}

/// What a stranger sends: the invite's public id, and no proof.
fn attempts(world: &World, made: &Made) -> Vec<Call> {
    let mallory = Person::new("mallory");
    let mut calls = Vec::new();
    for mut call in [world.preview(made, None), world.preview(made, Some(&mallory)), world.redeem(made, &mallory, 5)] {
        let wrong = mallory.sign(b"not the invite's key");
        let own = token(4_242).invite_key();
        match &mut call.command {
            Command::Preview(preview) => preview.signature = sha256(&[&wrong.0]),
            Command::Redeem(redeem) => redeem.invite_signature = sha256(&[&wrong.0]),
            other => panic!("{other:?}"),
        }
        call.attached.push(wrong);
        calls.push(call.clone());
        // His own key, properly proved, for this invite's id.
        let others = Made { token: token(4_242), ..made.clone() };
        let mut proved = match &call.command {
            Command::Preview(preview) => world.preview(&others, preview.account.as_ref().map(|_| &mallory)),
            _ => world.redeem(&others, &mallory, 5),
        };
        if let Command::Preview(preview) = &mut proved.command {
            assert_eq!(preview.invite_key, own.public());
        }
        calls.push(std::mem::replace(&mut proved, call));
    }
    calls
}

/// Whoever cannot prove that he holds the invite gets the same bytes by the same work, whatever the invite is.
#[test]
fn i10_quiet_to_strangers() {
    let (mut world, [owner, ..]) = World::peopled();
    let invites: Vec<Made> = (0..5).map(|number| world.offer(&owner, 900 + number, |claims| claims.max_uses = 2)).collect();
    let [live, cancelled, _expired, used, unknown] = &invites[..] else { unreachable!() };
    for (number, made) in invites[..4].iter().enumerate() {
        assert!(world.ask(&world.signed(&owner, 900 + number as u64, made.mint())).allowed());
    }
    assert!(world.ask(&world.signed(&owner, 950, Command::CancelInvite(cancelled.id()))).allowed());
    for number in 0..2 {
        assert!(world.ask(&world.redeem(used, &Person::new(&format!("guest {number}")), 960 + number)).allowed());
    }
    world.now = world.now.plus(DAY);
    let mut seen: Vec<Vec<(Vec<usize>, Vec<u8>)>> = Vec::new();
    for made in [live, cancelled, used, unknown] {
        let mut answers = Vec::new();
        for call in attempts(&world, made) {
            let mut world = world.clone();
            world.log = Some(Vec::new());
            let outcome = world.decide(&call);
            assert_eq!((outcome.code(), outcome.guards.len()), (Code::NotFound, 0), "no record is read");
            let log = world.log.take().unwrap();
            let sizes =
                log.iter().flat_map(|exchange| [exchange.request.len(), exchange.facts.len(), exchange.answer.len()]).collect();
            let Answer::Decided(decided) = &outcome.answer else { panic!("{:?}", outcome.answer) };
            answers.push((sizes, encode(&**decided)));
        }
        seen.push(answers);
    }
    assert!(seen.windows(2).all(|two| two[0] == two[1]), "the same work and the same body");
    let bodies: Vec<&Vec<u8>> = seen.iter().flatten().map(|(_, body)| body).collect();
    assert!(bodies.windows(2).all(|two| two[0] == two[1]), "whatever was tried");
}

/// Whoever makes up a key and asks for the invite it would have is told the same, and holders are told the reason.
#[test]
fn i10_holders_are_told() {
    let (mut world, [owner, ..]) = World::peopled();
    let (made, unknown) = (world.offer(&owner, 1, |_| {}), world.offer(&owner, 2, |_| {}));
    assert_eq!(InviteId::of(&made.key().public()), made.id());
    assert!(world.ask(&world.signed(&owner, 3, made.mint())).allowed());
    assert!(world.ask(&world.signed(&owner, 4, Command::CancelInvite(made.id()))).allowed());
    assert_eq!(world.decide(&world.preview(&made, None)).code(), Code::InviteCancelled);
    assert_eq!(world.decide(&world.redeem(&made, &Person::new("guest"), 5)).code(), Code::InviteCancelled);
    let nothing = world.decide(&world.preview(&unknown, None));
    assert_eq!((nothing.code(), nothing.rule()), (Code::NotFound, "redeem.1"));
}

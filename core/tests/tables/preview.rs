//! Preview: what the holder of a link is told, and what nobody else is.

use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Call, Made, Person, World};
use doorward_core::digest::sha256;
use doorward_core::record::{Closed, InviteRecord, JoinRule, Use, keys};
use doorward_core::role::Role;
use doorward_core::time::DAY;
use doorward_core::wire::{Command, Reply};
use doorward_core::{Code, DecisionId, Timestamp, rule};

pub fn table() -> Table {
    const NOT_USED: &str = "none | of a new key | of a member";
    const NO_BAD: &str = "none | of a new key | of a member | of one who used it";
    Table {
        name: "preview",
        title: "What the holder of a link is told",
        verbs: vec!["preview"],
        effect: "told",
        columns: vec![
            column("invite's key signed", &["yes", "no", "another key"]),
            column("made", &["301 s ago", "300 s ago", "300 s ahead", "301 s ahead"]),
            column("own proof", &["none", "of a new key", "of a member", "of one who used it", "bad"]),
            column("invite", &["live", "cancelled", "expired", "used up", "issuer fell", "unknown"]),
            column("place", &["open", "closed"]),
        ],
        rows: vec![
            row(["no | another key", ANY, ANY, ANY, ANY], Code::NotFound, rule::REDEEM_1, "nothing"),
            row(["yes", "301 s ago | 301 s ahead", ANY, ANY, ANY], Code::StaleRequest, rule::ASK_FRESH, "the server's time"),
            row(["yes", "300 s ago | 300 s ahead", "bad", ANY, ANY], Code::Unauthenticated, rule::REDEEM_PROOF, "nothing"),
            row(["yes", "300 s ago | 300 s ahead", NO_BAD, "unknown", ANY], Code::NotFound, rule::REDEEM_1, "nothing"),
            row(
                ["yes", "300 s ago | 300 s ahead", NOT_USED, "cancelled", ANY],
                Code::InviteCancelled,
                rule::REDEEM_3_CANCELLED,
                "code and expiry",
            ),
            row(
                ["yes", "300 s ago | 300 s ahead", NOT_USED, "expired", ANY],
                Code::Expired,
                rule::REDEEM_3_EXPIRED,
                "code and expiry",
            ),
            row(
                ["yes", "300 s ago | 300 s ahead", NOT_USED, "used up", ANY],
                Code::UsedUp,
                rule::REDEEM_3_USED_UP,
                "code and expiry",
            ),
            row(
                ["yes", "300 s ago | 300 s ahead", NOT_USED, "issuer fell", ANY],
                Code::IssuerLostAuthority,
                rule::REDEEM_4,
                "code and expiry",
            ),
            row(
                ["yes", "300 s ago | 300 s ahead", "of one who used it", "cancelled | expired | used up | issuer fell", ANY],
                Code::UsedByYou,
                rule::REDEEM_2,
                "code and expiry",
            ),
            row(
                ["yes", "300 s ago | 300 s ahead", NOT_USED, "live", "closed"],
                Code::Allowed,
                rule::PREVIEW_DONE,
                "all, and that a redeem would say join-closed",
            ),
            row(
                ["yes", "300 s ago | 300 s ahead", "of one who used it", "live", ANY],
                Code::Allowed,
                rule::PREVIEW_DONE,
                "all, and that a redeem would say used-by-you",
            ),
            row(
                ["yes", "300 s ago | 300 s ahead", "of a member", "live", "open"],
                Code::Allowed,
                rule::PREVIEW_DONE,
                "all, and that a redeem would say account-exists",
            ),
            row(
                ["yes", "300 s ago | 300 s ahead", "none | of a new key", "live", "open"],
                Code::Allowed,
                rule::PREVIEW_DONE,
                "all, and that a redeem would say allowed",
            ),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

#[test]
fn step_for_every_holder() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let used = Person::new("used it");
    world.join(&owner, &used, Role::Member);
    let known = world.offer(&admin, 40, |claims| claims.max_uses = 2);
    let unknown = world.offer(&admin, 41, |_| {});
    assert!(world.ask(&world.signed(&admin, 50, known.mint())).allowed());
    let incarnation = world.key_record(&used).account.unwrap().incarnation;
    let first =
        Use { incarnation, handle: "x".into(), at: world.now, code: Code::Allowed, decision: DecisionId([1; 16]), receipt: None };
    world.put(&keys::invite_use(&known.id(), &used.key()), &first);
    world.put(&keys::invite_use(&unknown.id(), &used.key()), &first);
    let (base, start) = (world.store.clone(), world.now);
    let declined = table().check(|cell| {
        world.store = base.clone();
        world.now = start;
        let made = if cell.is("invite", "unknown") { &unknown } else { &known };
        file(&mut world, cell, made, &admin);
        let own = match cell.get("own proof") {
            "none" => None,
            "of a member" => Some(&member),
            "of one who used it" => Some(&used),
            _ => Some(&owner),
        };
        let new = Person::new("new");
        let own = if cell.is("own proof", "of a new key") { Some(&new) } else { own };
        let outcome = {
            let call = call(&world, cell, made, own);
            world.decide(&call)
        };
        assert!(outcome.decided().writes.is_empty() && outcome.decided().events.is_empty(), "a preview changes nothing");
        let told = match outcome.reply() {
            Reply::Nothing => "nothing".to_string(),
            Reply::Stale(now) if *now == world.now => "the server's time".into(),
            Reply::DeadInvite(expires) if *expires == made.claims.expires => "code and expiry".into(),
            Reply::Preview(preview) => {
                assert_eq!((&preview.invite, preview.members), (&made.signed, 4));
                format!("all, and that a redeem would say {}", preview.code)
            }
            other => panic!("{other:?}"),
        };
        Some(Answered::new(outcome.code(), outcome.rule(), &told))
    });
    assert_eq!(declined, 0);
}

fn file(world: &mut World, cell: &Cell<'_>, made: &Made, issuer: &Person) {
    let key = keys::invite(&made.id());
    match cell.get("invite") {
        "cancelled" => world.edit::<InviteRecord>(&key, |record| record.closed = Some(Closed::Cancelled(issuer.key()))),
        "expired" => world.now = world.now.plus(7 * DAY),
        "used up" => world.edit::<InviteRecord>(&key, |record| record.uses = 2),
        "issuer fell" => world.edit_key(issuer, |record| record.account.as_mut().unwrap().epoch += 1),
        _ => {}
    }
    if cell.is("place", "closed") {
        world.edit_root(|root| root.join_rule = JoinRule::Closed);
    }
}

fn call(world: &World, cell: &Cell<'_>, made: &Made, own: Option<&Person>) -> Call {
    let mut then = world.clone();
    then.now = match cell.get("made") {
        "301 s ago" => Timestamp(world.now.0 - 301),
        "300 s ago" => Timestamp(world.now.0 - 300),
        "300 s ahead" => world.now.plus(300),
        _ => world.now.plus(301),
    };
    let mut call = then.preview(made, own);
    let wrong = Person::new("wrong").sign(b"another statement");
    let Command::Preview(preview) = &mut call.command else { unreachable!() };
    if cell.is("own proof", "bad") {
        preview.account.as_mut().unwrap().signature = sha256(&[&wrong.0]);
    }
    match cell.get("invite's key signed") {
        "no" => preview.signature = sha256(&[&wrong.0]),
        "another key" => {
            let other = Made { token: crate::kit::ask::token(77), ..made.clone() };
            preview.invite_key = other.key().public();
            let Command::Preview(others) = then.preview(&other, None).command else { unreachable!() };
            preview.signature = others.signature;
            call.attached.extend(then.preview(&other, None).attached);
        }
        _ => {}
    }
    call.attached.push(wrong);
    call
}

//! Who and what the cases are about: few keys and invites, so that they meet again in records.

use crate::random::Random;
use doorward_core::claims::{self, Claims, SignedClaims};
use doorward_core::digest::derive;
use doorward_core::role::Role;
use doorward_core::time::{DAY, Expiry};
use doorward_core::wire::encode;
use doorward_core::{Incarnation, InviteId, KexKey, ServerKey, SignKey, Signature, SpaceId, Timestamp};
use std::sync::LazyLock;

/// 2026-11-20T04:00:00Z: when most cases happen, give or take some minutes.
pub(super) const NOW: Timestamp = Timestamp(1_795_147_200);

/// How many people there are.
const PEOPLE: u8 = 6;
/// How many invites there are.
const INVITES: u8 = 24;

/// The server's key. Nothing here is signed: whether a signature is good is a made-up fact.
pub(super) fn server() -> ServerKey {
    SignKey(derive("case/server", &[]))
}

/// One of the people.
pub(super) fn person(random: &mut Random) -> SignKey {
    person_number(random.below(PEOPLE.into()) as u8)
}

fn person_number(number: u8) -> SignKey {
    SignKey(derive("case/person", &[number]))
}

pub(super) fn kex_key(key: &SignKey) -> KexKey {
    KexKey(derive("case/kex", &key.0))
}

/// The server, or one of two networks; now and then one that nobody knows.
pub(super) fn space(random: &mut Random) -> SpaceId {
    match random.below(20) {
        0..=11 => SpaceId::SERVER,
        12..=18 => network(random),
        _ => SpaceId(random.bytes()),
    }
}

/// One of the networks.
pub(super) fn network(random: &mut Random) -> SpaceId {
    SpaceId([2 + random.below(2) as u8; 16])
}

/// The registration of a key that its records mostly name.
pub(super) fn incarnation(key: &SignKey) -> Incarnation {
    Incarnation::fresh(&derive("case/incarnation", &key.0))
}

/// An invite: its public key, its id, its claims.
#[derive(Clone)]
pub(super) struct Made {
    pub(super) key: SignKey,
    pub(super) id: InviteId,
    pub(super) claims: Claims,
    pub(super) signed: SignedClaims,
}

static MADE: LazyLock<Vec<Made>> = LazyLock::new(|| (0..INVITES).map(made).collect());

/// One of the invites.
pub(super) fn invite(random: &mut Random) -> &'static Made {
    random.pick(&MADE)
}

/// The invite of that id.
pub(super) fn invite_of(id: &InviteId) -> Option<&'static Made> {
    MADE.iter().find(|made| made.id == *id)
}

/// Invites of every role, limit, expiry and issuer, each number always the same one.
fn made(number: u8) -> Made {
    let random = &mut Random::new(u64::from(number) + 1);
    let key = SignKey(derive("case/invite", &[number]));
    let id = InviteId::of(&key);
    let by_server = number.is_multiple_of(6);
    let issuer = if by_server { server() } else { person_number(number % 3) };
    let rebind = number.is_multiple_of(12).then(|| person_number(0));
    let soon = Expiry::At(NOW.plus(DAY / 2));
    let expires = [soon, Expiry::At(NOW.plus(7 * DAY)), Expiry::Never, Expiry::At(NOW), Expiry::Unreadable];
    let claims = Claims {
        version: if number == 23 {
            9
        } else if rebind.is_some() {
            claims::VERSION_REBIND
        } else {
            claims::VERSION
        },
        server: if number == 22 { person_number(0) } else { server() },
        invite: id,
        invite_key: key,
        space: if number % 4 == 1 { SpaceId([2; 16]) } else { SpaceId::SERVER },
        role: if by_server { Role::Owner } else { *random.pick(&[Role::Member, Role::Member, Role::Admin, Role::Owner]) },
        max_uses: if by_server { 1 } else { *random.pick(&[1, 1, 0, 5]) },
        expires: if by_server { soon } else { expires[usize::from(number) % expires.len()] },
        greeting: (*random.pick(&["", "Come in", "Žofie", "a\u{202e}b"])).into(),
        rooms: if number == 20 { vec![SpaceId([3; 16])] } else { Vec::new() },
        tags: if number % 5 == 1 { vec!["night".into(), "on-call".into()] } else { Vec::new() },
        issuer,
        issuer_incarnation: if by_server { Incarnation::NONE } else { incarnation(&issuer) },
        issuer_epoch: u32::from(number == 19),
        issuer_handle: if by_server { String::new() } else { "Ada".into() },
        rebind,
    };
    let signature = Signature([number; 64]);
    let signed = SignedClaims { claims: encode(&claims), issuer_signature: signature, invite_signature: signature };
    Made { key, id, claims, signed }
}

/// Names as people have them, good and bad.
pub(super) fn text(random: &mut Random) -> String {
    const TEXTS: &[&str] =
        &["Ada", "Ada", "Žofie", "名前", "🚪", "", " Ada", "a\nb", "a\u{200b}b", "e\u{301}", "a much longer name than most"];
    if random.percent(3) { "x".repeat(random.below(400)) } else { (*random.pick(TEXTS)).into() }
}

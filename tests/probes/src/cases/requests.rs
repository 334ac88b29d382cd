//! Requests of every verb, by everybody.

use super::cast::{NOW, invite, kex_key, network, person, server, space, text};
use crate::random::Random;
use doorward_core::digest::{Sha256Digest, derive};
use doorward_core::http_signature::Covered;
use doorward_core::record::{JoinRule, Pause, claims_digest, keys};
use doorward_core::role::{Permission, Role};
use doorward_core::statement::RedeemStatement;
use doorward_core::wire::{
    AccountProof, Asker, Ban, Can, Command, Context, CreateSpace, Event, EventKind, HttpAuth, Init, InviteAccount, InviteFilter,
    Join, ListInvites, ListKeys, ListSpaces, Member, Mint, Paging, Preview, Prove, RecoverOwner, Redeem, Register, Request,
    Respond, Sees, SetRole, SetTags, ShowInvite, SpaceFilter, UpdateSpace, VERSION,
};
use doorward_core::{DecisionId, Expiry, Incarnation, InviteId, Nonce, SignKey, Signature, Timestamp};

/// Any request. Most are what an honest client would send.
pub(super) fn request(random: &mut Random) -> Request {
    let server = if random.percent(99) { server() } else { person(random) };
    let now = match random.below(50) {
        0 => Timestamp(0),
        1 => Timestamp::MAX,
        _ => NOW.plus(random.below(300) as u64),
    };
    let command = command(random, now);
    let version = if random.percent(99) { VERSION } else { VERSION + 1 };
    let asker = asker(random, &command, now);
    Request { version, context: Context { server, now, entropy: random.bytes() }, asker, command }
}

/// Mostly whoever this verb is for.
fn asker(random: &mut Random, command: &Command, now: Timestamp) -> Asker {
    let usual = match command {
        Command::Describe | Command::Preview(_) | Command::Redeem(_) => Asker::Stranger,
        Command::Init(_) | Command::BeginRestore(_) | Command::AcceptRestore => Asker::Operator,
        Command::RecoverOwner(_) | Command::Tidy(_) | Command::Sweep(_) => Asker::Operator,
        Command::IsAuthorized(_) | Command::HasAdmin | Command::Can(_) => Asker::Service,
        _ => Asker::Account(auth(random, now).into()),
    };
    match random.below(16) {
        0 => Asker::Stranger,
        1 => Asker::Service,
        2 => Asker::Operator,
        3 | 4 => Asker::Account(auth(random, now).into()),
        _ => usual,
    }
}

fn auth(random: &mut Random, now: Timestamp) -> HttpAuth {
    let method = *random.pick(&["GET", "POST", "PUT", "DELETE", "get", ""]);
    let body = Covered::has_body(method) != random.percent(3);
    HttpAuth {
        key: person(random),
        method: method.into(),
        target_uri: (*random.pick(&["https://door.example/v1/invites", "https://door.example/v1/accounts?limit=3", ""])).into(),
        content_digest: body.then(|| digest(random)),
        created: around(random, now),
        nonce: nonce(random),
        signature: digest(random),
    }
}

/// Fresh, on the edge of it, or long gone.
fn around(random: &mut Random, now: Timestamp) -> Timestamp {
    match random.below(12) {
        0 => now.plus(*random.pick(&[299, 300, 301, 86_400])),
        1 => Timestamp(now.0.saturating_sub(*random.pick(&[299, 300, 301, 86_400]))),
        _ => now,
    }
}

/// Few of them, so that requests come again.
fn nonce(random: &mut Random) -> Nonce {
    Nonce([random.below(40) as u8; 16])
}

fn digest(random: &mut Random) -> Sha256Digest {
    derive("case/digest", &[random.below(8) as u8])
}

fn signature(random: &mut Random) -> Signature {
    Signature([random.below(8) as u8; 64])
}

fn invite_id(random: &mut Random) -> InviteId {
    if random.percent(95) { invite(random).id } else { InviteId(random.bytes()) }
}

fn paging(random: &mut Random) -> Paging {
    let after = match random.below(5) {
        0 => text(random),
        1 => format!("a.{}", person(random)),
        2 => hex::encode(random.bytes::<16>()),
        _ => String::new(),
    };
    Paging { after, limit: *random.pick(&[1, 2, 20, 1_000, 0, 1_001, u16::MAX]) }
}

fn command(random: &mut Random, now: Timestamp) -> Command {
    match random.below(41) {
        0 => Command::Describe,
        1 => Command::Init(Init { name: text(random), invite: invite(random).signed.clone() }.into()),
        2 | 3 => {
            let salt = random.percent(50).then(|| random.bytes());
            Command::Mint(Mint { invite: invite(random).signed.clone(), label: text(random), salt }.into())
        }
        4 => Command::Preview(preview(random, now).into()),
        5..=8 => Command::Redeem(redeem(random, now).into()),
        9 => Command::CancelInvite(invite_id(random)),
        10 => {
            let filter = *random.pick(&[InviteFilter::Live, InviteFilter::Expired, InviteFilter::Closed]);
            Command::ListInvites(ListInvites { space: space(random), filter, paging: paging(random) })
        }
        11 => Command::ShowInvite(ShowInvite { invite: invite_id(random), paging: paging(random) }),
        12 => {
            let sign_key = person(random);
            Command::Register(Register { sign_key, kex_key: kex_key(&sign_key), handle: text(random) }.into())
        }
        13 => Command::Prove(Prove { binding: signature(random) }),
        14 => Command::ShowAccount(person(random)),
        15 => Command::ListAccounts(paging(random)),
        16 => Command::Revoke(person(random)),
        17 => Command::Restore(person(random)),
        18 => Command::Delete(person(random)),
        19 | 20 => Command::IsAuthorized(if random.percent(95) { person(random) } else { SignKey(random.bytes()) }),
        21 => Command::HasAdmin,
        22 => {
            let permission = *random.pick(Permission::ALL);
            Command::Can(Can { account: person(random), permission, space: space(random) })
        }
        23 => Command::BeginRestore(*random.pick(&[0, 1, 7, u32::MAX])),
        24 => Command::AcceptRestore,
        25 => Command::RecoverOwner(RecoverOwner { invite: invite(random).signed.clone() }.into()),
        26 => Command::Sweep(swept(random)),
        27 => Command::Audit,
        28..=36 => governing(random, now),
        37..=39 => network_itself(random),
        _ => Command::Tidy(DecisionId([random.below(3) as u8; 16])),
    }
}

const RULES: [JoinRule; 5] = [JoinRule::Open, JoinRule::Token, JoinRule::Invite, JoinRule::Allowlist, JoinRule::Closed];

/// What governs the place and its people.
fn governing(random: &mut Random, now: Timestamp) -> Command {
    let space = space(random);
    let member = Member { space, key: person(random) };
    let time = around(random, now);
    let until = *random.pick(&[Expiry::Never, Expiry::Unreadable, Expiry::At(time)]);
    let pause = *random.pick(&[Pause::No, Pause::UntilLifted, Pause::Until(time)]);
    match random.below(16) {
        0 => Command::ShowSpace(space),
        1 => {
            let update = UpdateSpace {
                space,
                name: random.percent(50).then(|| name(random)),
                join_rule: random.percent(50).then(|| *random.pick(&RULES)),
                max_members: random.percent(50).then(|| *random.pick(&[0, 1, 7, u32::MAX])),
                description: random.percent(50).then(|| text(random)),
                pause: random.percent(50).then_some(pause),
                listed: random.percent(30).then(|| random.percent(50)),
                governed: random.percent(30).then(|| random.percent(50)),
            };
            Command::UpdateSpace(update.into())
        }
        2 => Command::Kick(member),
        3 => Command::Ban(Ban { member, reason: text(random), until }.into()),
        4 => Command::Unban(member),
        5 => Command::SetRole(SetRole { member, role: *random.pick(Role::ALL) }),
        6 => Command::Transfer(member),
        7 => Command::SetTags(SetTags { member, tags: vec![text(random), "a".into()] }.into()),
        8 => Command::Allow(member),
        9 => Command::Disallow(member),
        10 => Command::ListBans(ListKeys { space, paging: paging(random) }),
        11 => Command::ListAllowed(ListKeys { space, paging: paging(random) }),
        12 => {
            let join = Join { space, kex_key: kex_key(&member.key), handle: text(random), binding: signature(random) };
            Command::Join(join.into())
        }
        13 => Command::Watch,
        14 => {
            let kind = *random.pick(&[EventKind::MemberJoined, EventKind::InviteMinted, EventKind::KeyBanned]);
            let event =
                Event { kind, space, account: Some(person(random)), invite: random.percent(50).then(|| invite_id(random)) };
            let incarnation = Incarnation(random.bytes());
            let events = vec![event; *random.pick(&[0, 1, 20])];
            Command::Sees(Sees { account: member.key, incarnation, events }.into())
        }
        _ => Command::Leave(space),
    }
}

/// A name for a server, or for a network.
fn name(random: &mut Random) -> String {
    if random.percent(50) { (*random.pick(&["crew", "night-shift", "backbone", "-", "Crew"])).into() } else { text(random) }
}

/// What is asked of networks only.
fn network_itself(random: &mut Random) -> Command {
    let space = if random.percent(90) { network(random) } else { space(random) };
    match random.below(9) {
        6 => {
            Command::InviteAccount(InviteAccount { member: Member { space, key: person(random) }, role: *random.pick(Role::ALL) })
        }
        7 => Command::Inbox,
        8 => Command::Respond(Respond { invite: offer_id(random), accept: random.percent(70) }),
        0 => {
            let create = CreateSpace {
                name: name(random),
                description: text(random),
                join_rule: *random.pick(&RULES),
                max_members: *random.pick(&[0, 1, 7, u32::MAX]),
                listed: random.percent(50),
            };
            Command::CreateSpace(create.into())
        }
        1 => Command::DeleteSpace(space),
        2 => Command::ListSpaces(ListSpaces { filter: SpaceFilter::Mine, paging: paging(random) }),
        3 => Command::ListSpaces(ListSpaces { filter: SpaceFilter::Found, paging: paging(random) }),
        4 => Command::ListMembers(ListKeys { space, paging: paging(random) }),
        _ => Command::Enter(space),
    }
}

/// One of the few that wait in inboxes.
pub(super) fn offer_id(random: &mut Random) -> InviteId {
    InviteId([random.below(3) as u8; 16])
}

/// Keys of one list, of both, or of none.
fn swept(random: &mut Random) -> Vec<String> {
    let (ids, invites) = *random.pick(&[(100, 0), (100, 0), (0, 100), (0, 100), (50, 50)]);
    let count = *random.pick(&[0, 1, 5, 100, 101]);
    let key = |random: &mut Random| match random.below(100) {
        n if n < ids => keys::request_id(&person(random), &nonce(random)),
        n if n < ids + invites => keys::open_by_issuer(&person(random), Expiry::At(NOW), &invite(random).id),
        _ => text(random),
    };
    (0..count).map(|_| key(random)).collect()
}

fn preview(random: &mut Random, now: Timestamp) -> Preview {
    let made = invite(random);
    let account = random.percent(50).then(|| AccountProof { key: person(random), signature: digest(random) });
    let id = if random.percent(95) { made.id } else { invite_id(random) };
    Preview { invite: id, invite_key: made.key, created: around(random, now), signature: digest(random), account }
}

fn redeem(random: &mut Random, now: Timestamp) -> Redeem {
    let made = invite(random);
    let sign_key = person(random);
    let statement = RedeemStatement {
        server: if random.percent(98) { server() } else { person(random) },
        invite: made.id,
        claims_digest: if random.percent(97) { claims_digest(&made.signed) } else { digest(random) },
        sign_key,
        kex_key: kex_key(&sign_key),
        handle: text(random),
        request_id: nonce(random),
        created: around(random, now),
    };
    Redeem {
        invite: if random.percent(97) { made.id } else { invite_id(random) },
        invite_key: made.key,
        statement,
        invite_signature: digest(random),
        account_signature: digest(random),
        binding: signature(random),
    }
}

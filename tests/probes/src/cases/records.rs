//! Records of the type that their key says, with contents made up from the cast.

use super::cast::{NOW, incarnation, invite, invite_of, kex_key, network, person, server, text};
use super::requests::offer_id;
use crate::random::Random;
use doorward_core::digest::{Sha256Digest, sha256};
use doorward_core::record::{
    Account, Allowed, Ban, ChildRoot, Closed, ClosingIn, ClosingJob, Inbox, InviteRecord, Job, JobKind, JoinRule, KeyRecord,
    MemberCount, MemberRecord, MovingJob, Named, Offer, OpenCount, Pause, RefusalCount, RequestRecord, Seat, ServerRoot, Space,
    Standing, Stored, Use, Via, keys,
};
use doorward_core::role::Role;
use doorward_core::statement::ReceiptBody;
use doorward_core::time::{DAY, Expiry};
use doorward_core::wire::{Asker, Command, Decided, Reply, Request, Verdict, encode};
use doorward_core::{Code, DecisionId, Incarnation, InviteId, SignKey, Signature, SpaceId, Timestamp};

/// Makes up records for one request.
pub(super) struct Archive {
    /// What the request's own id would be filed with.
    content: Sha256Digest,
}

impl Archive {
    pub(super) fn new(request: &Request) -> Self {
        let content = match (&request.command, &request.asker) {
            (Command::Redeem(redeem), _) => sha256(&[&encode(&redeem.statement)]),
            (_, Asker::Account(auth)) => {
                sha256(&[&encode(&auth.method), &encode(&auth.target_uri), &encode(&auth.content_digest)])
            }
            (_, Asker::Stranger | Asker::Service | Asker::Operator) => [0; 32],
        };
        Self { content }
    }

    /// The record under a key, or `None` where there is none.
    pub(super) fn record(&self, key: &str, random: &mut Random) -> Option<Vec<u8>> {
        let present = match letter(key) {
            "s" => 96,
            "a" | "v" => 90,
            "u" => 30,
            "r" => 6,
            "w" => 25,
            _ => 75,
        };
        random.percent(present).then(|| self.present(key, random))
    }

    /// The record under a key that is there.
    pub(super) fn present(&self, key: &str, random: &mut Random) -> Vec<u8> {
        match letter(key) {
            "a" => key_record(&key_at(1, key), random).to_stored(),
            "m" => member_record(&key_at(2, key), random).to_stored(),
            "b" if key.split('.').count() == 2 => MemberCount { members: number(random), revision: revision(random) }.to_stored(),
            "i" => inbox(&key_at(1, key), random).to_stored(),
            "u" => Named { space: network(random) }.to_stored(),
            "s" => space(key == keys::SERVER, random).to_stored(),
            "n" => MemberCount { members: number(random), revision: revision(random) }.to_stored(),
            "v" => invite_record(key, random).to_stored(),
            "w" => used(random).to_stored(),
            "q" => OpenCount { open: *random.pick(&[0, 1, 3, 999, 1_000]), revision: revision(random) }.to_stored(),
            "r" => self.request_record(random).to_stored(),
            "f" => RefusalCount { hour: NOW.0 / 3600 - random.below(2) as u64, count: *random.pick(&[0, 59, 60]) }.to_stored(),
            "t" => job(random).to_stored(),
            "z" => random.pick(&[Closed::UsedUp, Closed::Expired, Closed::Void, Closed::Cancelled(server())]).to_stored(),
            _ => vec![1],
        }
    }

    /// A key of a list.
    pub(super) fn key_below(&self, prefix: &str, random: &mut Random) -> String {
        match letter(prefix) {
            // An invite stands once in each list of open ones, under its own expiry.
            "x" | "y" => {
                let made = invite(random);
                format!("{prefix}{}.{}", made.claims.expires.sort_key(), made.id)
            }
            "z" => format!("{prefix}{}.{}", Expiry::At(time(random)).sort_key(), invite(random).id),
            "o" => format!("{prefix}{}.{}", Expiry::At(time(random)).sort_key(), person(random)),
            "t" => format!("{prefix}{}", DecisionId(random.bytes())),
            "b" => format!("{prefix}{}", network(random)),
            "u" => keys::name(["crew", "night-shift"][random.below(2)]),
            _ => format!("{prefix}{}", person(random)),
        }
    }

    /// The answer of an earlier request under the same id, mostly of the same one.
    fn request_record(&self, random: &mut Random) -> RequestRecord {
        let allowed = random.percent(70);
        let answer = Decided {
            decision: DecisionId(random.bytes()),
            verdict: if allowed { Verdict::Allow } else { Verdict::Deny },
            code: if allowed { Code::Allowed } else { *random.pick(Code::ALL) },
            rule: doorward_core::rule::REVOKE_DONE.id().into(),
            reply: Reply::Nothing,
            writes: Vec::new(),
            events: Vec::new(),
            receipt: None,
            about: vec![person(random)],
        };
        let content = if random.percent(80) { self.content } else { random.bytes() };
        RequestRecord { content, created: NOW, allowed, answer: encode(&answer) }
    }
}

fn letter(key: &str) -> &str {
    key.split('.').next().unwrap_or_default()
}

/// The key in one part of another.
fn key_at(part: usize, key: &str) -> SignKey {
    key.split('.').nth(part).and_then(|part| SignKey::from_hex(part).ok()).unwrap_or(SignKey([0; 32]))
}

/// Small mostly; now and then the largest there is.
fn number(random: &mut Random) -> u32 {
    if random.percent(1) { u32::MAX } else { *random.pick(&[0, 1, 2, 3, 5, 100]) }
}

fn revision(random: &mut Random) -> u64 {
    if random.percent(1) { u64::MAX } else { random.below(1_000) as u64 }
}

fn time(random: &mut Random) -> Timestamp {
    Timestamp(NOW.0 - 1_000 + random.below(1_100) as u64)
}

fn via(random: &mut Random) -> Via {
    if random.percent(50) { Via::Direct } else { Via::Invite(invite(random).id) }
}

/// The incarnation a record names: the key's, or a former one.
fn registration(key: &SignKey, random: &mut Random) -> Incarnation {
    if random.percent(92) { incarnation(key) } else { Incarnation(random.bytes()) }
}

fn key_record(key: &SignKey, random: &mut Random) -> KeyRecord {
    let account = random.percent(88).then(|| Account {
        kex_key: kex_key(key),
        binding: random.percent(70).then(|| Signature(random.bytes())),
        handle: text(random),
        standing: if random.percent(90) { Standing::Active } else { Standing::Revoked },
        incarnation: registration(key, random),
        epoch: if random.percent(90) { 0 } else { number(random) },
        created_at: time(random),
        via: via(random),
        invited_by: person(random),
        decision: DecisionId(random.bytes()),
    });
    KeyRecord {
        account,
        seat: random.percent(85).then(|| seat(key, random)),
        ban: random.percent(6).then(|| ban(random)),
        allowlisted_by: random.percent(10).then(|| person(random)),
        spaces_owned: if random.percent(95) { 0 } else { number(random) },
    }
}

fn seat(key: &SignKey, random: &mut Random) -> Seat {
    Seat {
        incarnation: registration(key, random),
        role: *random.pick(&[Role::Member, Role::Admin, Role::Admin, Role::Owner]),
        tags: if random.percent(20) { vec!["night".into()] } else { Vec::new() },
        joined_at: time(random),
        via: via(random),
    }
}

fn member_record(key: &SignKey, random: &mut Random) -> MemberRecord {
    MemberRecord {
        seat: random.percent(70).then(|| seat(key, random)),
        ban: random.percent(6).then(|| ban(random)),
        allowlisted: random.percent(10).then(|| Allowed { by: person(random), incarnation: registration(key, random) }),
        epoch: if random.percent(90) { 0 } else { number(random) },
        era: if random.percent(90) { 0 } else { number(random) },
    }
}

fn inbox(key: &SignKey, random: &mut Random) -> Inbox {
    let waiting = *random.pick(&[0, 1, 1, 2, 100]);
    let offer = |random: &mut Random| Offer {
        id: offer_id(random),
        incarnation: registration(key, random),
        space: network(random),
        role: *random.pick(Role::ALL),
        issuer: person(random),
        issuer_incarnation: registration(&person(random), random),
        issuer_epoch: if random.percent(90) { 0 } else { number(random) },
        restore_epoch: 0,
        expires: *random.pick(&[NOW, NOW.plus(1), NOW.plus(DAY)]),
    };
    Inbox { offers: (0..waiting).map(|_| offer(random)).collect() }
}

fn ban(random: &mut Random) -> Ban {
    let until = [Expiry::At(NOW), Expiry::At(NOW.plus(DAY)), Expiry::Never, Expiry::Unreadable];
    Ban { reason: text(random), by: person(random), since: time(random), until: *random.pick(&until) }
}

/// The server's root, or a network's; in one of a hundred, neither.
fn space(is_server: bool, random: &mut Random) -> Space {
    let rules = [JoinRule::Invite, JoinRule::Invite, JoinRule::Open, JoinRule::Token, JoinRule::Allowlist, JoinRule::Closed];
    let pauses = [Pause::No, Pause::Until(NOW), Pause::Until(NOW.plus(DAY)), Pause::UntilLifted];
    let root = ServerRoot {
        key: if random.percent(99) { server() } else { person(random) },
        owner_invite: random.percent(60).then(|| invite(random).id),
        restore_epoch: if random.percent(95) { 0 } else { number(random) },
        restore_reviewed: random.percent(95),
        highest_now: if random.percent(2) { NOW.plus(DAY) } else { time(random) },
    };
    Space {
        name: text(random),
        join_rule: *random.pick(&rules),
        max_members: if random.percent(80) { 0 } else { number(random) },
        description: text(random),
        governed: is_server || random.percent(85),
        pause: if random.percent(85) { Pause::No } else { *random.pick(&pauses) },
        owner: random.percent(80).then(|| person(random)),
        server: (is_server && random.percent(99)).then_some(root),
        child: (!is_server && random.percent(99)).then(|| child(random)),
    }
}

fn child(random: &mut Random) -> ChildRoot {
    let era = if random.percent(90) { 0 } else { number(random) };
    ChildRoot { listed: random.percent(50), era, since: time(random), remembered: incarnation(&person(random)) }
}

fn invite_record(key: &str, random: &mut Random) -> InviteRecord {
    let id = key.split('.').nth(1).and_then(InviteId::from_hex);
    let made = id.and_then(|id| invite_of(&id)).unwrap_or_else(|| invite(random));
    let closed = [Closed::Cancelled(made.claims.issuer), Closed::UsedUp, Closed::Expired, Closed::Void];
    InviteRecord {
        invite: made.signed.clone(),
        label: text(random),
        salt: random.percent(50).then(|| random.bytes()),
        minted_at: time(random),
        restore_epoch: if random.percent(95) { 0 } else { number(random) },
        uses: if random.percent(80) { 0 } else { number(random) },
        closed: random.percent(10).then(|| *random.pick(&closed)),
    }
}

fn used(random: &mut Random) -> Use {
    let who = person(random);
    let made = invite(random);
    let receipt = random.percent(70).then(|| ReceiptBody {
        server: server(),
        decision: DecisionId(random.bytes()),
        invite: made.id,
        account: who,
        incarnation: incarnation(&who),
        space: SpaceId::SERVER,
        role: made.claims.role,
        at: time(random),
        skipped: Vec::new(),
    });
    Use {
        incarnation: if random.percent(20) { Incarnation::NONE } else { registration(&who, random) },
        handle: text(random),
        at: time(random),
        code: if receipt.is_some() {
            Code::Allowed
        } else {
            *random.pick(&[Code::Banned, Code::SpaceFull, Code::AccountRevoked])
        },
        decision: DecisionId(random.bytes()),
        receipt,
    }
}

fn job(random: &mut Random) -> Job {
    let (from, space) = (person(random), network(random));
    let incarnation = registration(&from, random);
    let starts = random.percent(50);
    let kind = match random.below(5) {
        0 => JobKind::ClearSpace(space),
        kind @ (1 | 2) => {
            let after = if starts { String::new() } else { keys::open_by_issuer(&from, Expiry::At(NOW), &invite(random).id) };
            let closing = ClosingJob { issuer: from, incarnation, after };
            if kind == 1 { JobKind::CloseInvites(closing) } else { JobKind::CloseInvitesIn(ClosingIn { space, closing }) }
        }
        kind => {
            let after = if starts { String::new() } else { keys::joined_space(&from, &space) };
            let to = if kind == 3 { from } else { person(random) };
            let moving = MovingJob { from, to, incarnation, after };
            if kind == 3 { JobKind::LeaveSpaces(moving) } else { JobKind::MoveSpaces(moving) }
        }
    };
    Job { kind, since: time(random) }
}

//! Join: comes in without an invite, where the space's rule lets one. Leave: goes.

use super::arrival::{new_account, seat_directly};
use super::caller::{RequestId, content_of, fallen, proven, writing};
use super::departure::{Counts, put_out};
use super::inquiry::{Inquiry, Root};
use super::redeem::good_keys;
use super::{Halt, Outcome, Ruling, Stop, deny};
use crate::check::{Check, Proof};
use crate::code::Code;
use crate::id::SpaceId;
use crate::key::SignKey;
use crate::record::{Account, JoinRule, KeyRecord, MemberCount, Via, keys};
use crate::role::Role;
use crate::rule::{self, Rule};
use crate::statement::{AccountStatement, Domain};
use crate::text::Kind;
use crate::time::Timestamp;
use crate::wire::{Event, EventKind, Join, Reply, Request};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// What the table looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// Whether the space exists.
    pub exists: bool,
    /// Whether the operator has accepted the last restore.
    pub reviewed: bool,
    /// Whether joining is paused.
    pub paused: bool,
    /// The space's rule.
    pub rule: JoinRule,
    /// Whether the key is on the allowlist.
    pub listed: bool,
    /// Why the key may be nowhere, if so.
    pub fallen: Option<Code>,
    /// Whether it is a member.
    pub member: bool,
    /// Whether the space is full.
    pub full: bool,
}

/// The table of direct joins, in the order of its rows: the space, its pause, its rule, bans, membership, room.
pub fn judge(s: &Situation) -> (Code, Rule) {
    if !s.exists {
        return (Code::NotFound, rule::SPACE_UNKNOWN);
    }
    if !s.reviewed {
        return (Code::RestoreUnreviewed, rule::JOIN_RESTORED);
    }
    if s.paused {
        return (Code::Paused, rule::JOIN_PAUSED);
    }
    match s.rule {
        JoinRule::Closed => return (Code::JoinClosed, rule::JOIN_CLOSED),
        // No space has a join token that could be proved.
        JoinRule::Invite | JoinRule::Token => return (Code::JoinNeedsInvite, rule::JOIN_INVITE),
        JoinRule::Allowlist if !s.listed => return (Code::NotAllowlisted, rule::JOIN_ALLOWLIST),
        JoinRule::Allowlist | JoinRule::Open => {}
    }
    match s.fallen {
        Some(Code::Banned) => return (Code::Banned, rule::JOIN_BANNED),
        Some(code) => return (code, rule::JOIN_REVOKED),
        None => {}
    }
    if s.member {
        return (Code::AlreadyMember, rule::JOIN_MEMBER);
    }
    if s.full { (Code::SpaceFull, rule::JOIN_FULL) } else { (Code::Allowed, rule::JOIN_DONE) }
}

/// Decides a join.
pub(crate) fn decide(request: &Request, join: &Join, inquiry: &mut Inquiry<'_>) -> Outcome {
    let (key, id) = prove(request, join, inquiry)?;
    let (account_key, members_key) = (keys::account(&key), keys::members(&SpaceId::SERVER));
    [keys::SERVER, &account_key, &members_key, &id.storage_key()].into_iter().for_each(|key| inquiry.want(key));
    inquiry.ready()?;
    let root = inquiry.root(&request.context)?;
    let record: KeyRecord = inquiry.load_or_default(&account_key)?;
    let members: MemberCount = inquiry.load_or_default(&members_key)?;
    let situation = situation(join, &record, &root, &members, request.context.now);
    // Standing before the request id: whoever has fallen, or is a member no more, is not handed the old welcome again.
    if let Err(stop) = id.not_used(inquiry) {
        return match &*stop {
            Halt::Repeat { allowed: true, .. } if situation.fallen.is_some() || !situation.member => {
                deny(situation.fallen.unwrap_or(Code::NotAMember), rule::ASK_STANDING)
            }
            _ => Err(stop),
        };
    }
    match judge(&situation) {
        (Code::Allowed, _) => Ok(root.save(&request.context, id.record(request, admit(request, join, &key, record, members)))),
        (code, rule) => deny(code, rule),
    }
}

/// The keys are good, and whoever joins holds both. Before any record is read.
fn prove(request: &Request, join: &Join, inquiry: &mut Inquiry<'_>) -> Result<(SignKey, RequestId), Stop> {
    let kex_key = inquiry.check(Check::KexKey(join.kex_key));
    let named = inquiry.check_text(Kind::Handle, &join.handle);
    let mut checks = None;
    if let crate::wire::Asker::Account(auth) = &request.asker {
        let binding = AccountStatement { server: request.context.server, sign_key: auth.key, kex_key: join.kex_key };
        let bound = inquiry.check_signature(auth.key, Domain::Account.statement(&binding), Proof::Inline(join.binding));
        checks = Some((inquiry.check(Check::SignKey(auth.key)), bound));
    }
    let auth = proven(request, inquiry)?;
    let Some((sign_key, bound)) = checks else { return deny(Code::Unauthenticated, rule::ASK_SIGNATURE) };
    good_keys(sign_key, kex_key, rule::JOIN_PROOF)?;
    if !named {
        return deny(Code::BadText, rule::JOIN_PROOF);
    }
    if !bound {
        return deny(Code::Unauthenticated, rule::JOIN_PROOF);
    }
    let id = RequestId { key: auth.key, nonce: auth.nonce, created: auth.created, content: content_of(auth) };
    Ok((auth.key, id))
}

fn situation(join: &Join, record: &KeyRecord, root: &Root, members: &MemberCount, now: Timestamp) -> Situation {
    let max = root.space.max_members;
    let fallen = match &record.account {
        Some(account) => fallen(record, account, now),
        None => record.is_banned(now).then_some(Code::Banned),
    };
    Situation {
        exists: join.space == SpaceId::SERVER,
        reviewed: root.server.restore_reviewed,
        paused: root.space.pause.holds(now),
        rule: root.space.join_rule,
        listed: record.allowlisted_by.is_some(),
        fallen,
        member: record.current_seat().is_some(),
        full: max != 0 && members.members >= max,
    }
}

/// Makes the account, if there is none, and the membership.
fn admit(request: &Request, join: &Join, key: &SignKey, mut record: KeyRecord, members: MemberCount) -> Ruling {
    let context = &request.context;
    let before = record.account.take();
    let is_new = before.is_none();
    let account = before.unwrap_or_else(|| new_account(context, join.kex_key, join.handle.clone(), Via::Direct, *key));
    let account = Account { kex_key: join.kex_key, binding: Some(join.binding), handle: join.handle.clone(), ..account };
    let mut ruling = Ruling::allow(rule::JOIN_DONE);
    seat_directly(&mut ruling, context, key, &mut record, account, members);
    if is_new {
        ruling.events.push(event(EventKind::AccountRegistered, key));
    }
    ruling.events.push(event(EventKind::MemberJoined, key));
    match super::accounts::view(key, &record, true, context.now) {
        Some(view) => ruling.replying(Reply::Account(Box::new(view))),
        None => ruling,
    }
}

/// Decides a leave.
pub(crate) fn leave(request: &Request, space: &SpaceId, inquiry: &mut Inquiry<'_>) -> Outcome {
    let wanted = match &request.asker {
        crate::wire::Asker::Account(auth) => Counts::keys(&auth.key).to_vec(),
        _ => Vec::new(),
    };
    writing(request, inquiry, &wanted, &mut |inquiry, caller, root| {
        if *space != SpaceId::SERVER {
            return deny(Code::NotFound, rule::SPACE_UNKNOWN);
        }
        if caller.role == Role::Owner {
            return deny(Code::LastOwner, rule::LEAVE_OWNER);
        }
        let mut ruling = Ruling::allow(rule::LEAVE_DONE);
        let mut record = caller.record.clone();
        let counts = Counts::load(&caller.key, inquiry)?;
        put_out(&mut ruling, request, (&caller.key, &mut record), counts, root, inquiry)?;
        ruling.put(keys::account(&caller.key), &record);
        ruling.events.push(event(EventKind::MemberLeft, &caller.key));
        Ok(ruling)
    })
}

fn event(kind: EventKind, key: &SignKey) -> Event {
    Event { kind, space: SpaceId::SERVER, account: Some(*key), invite: None }
}

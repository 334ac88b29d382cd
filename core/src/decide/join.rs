//! Join: comes in without an invite, where the space's rule lets one. Leave: goes.

use super::arrival::{new_account, plain_seat, seat_directly};
use super::caller::{RequestId, Wanted, content_of, proven, writing};
use super::departure::{put_out, rewritten};
use super::inquiry::{Inquiry, Root};
use super::member::view;
use super::place::{Counts, Holder};
use super::redeem::good_keys;
use super::{Halt, Outcome, Ruling, Stop, deny};
use crate::check::{Check, Proof};
use crate::code::Code;
use crate::id::SpaceId;
use crate::key::SignKey;
use crate::record::{Account, JoinRule, Via, keys};
use crate::role::Role;
use crate::rule::{self, Rule};
use crate::statement::{AccountStatement, Domain};
use crate::text::Kind;
use crate::time::Timestamp;
use crate::wire::{Asker, EventKind, Join, Reply, Request};
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

/// The table of direct joins, in the order of its rows: the space, its pause, its rule, bans, membership, room. Of the
/// server and of networks alike.
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

/// Decides a join of the server.
pub(crate) fn decide(request: &Request, join: &Join, inquiry: &mut Inquiry<'_>) -> Outcome {
    let (key, id) = prove(request, join, inquiry)?;
    inquiry.want_all(&[keys::SERVER.into(), keys::account(&key), keys::members(&SpaceId::SERVER), id.storage_key()]);
    inquiry.ready()?;
    let root = inquiry.root(&request.context)?;
    let holder = Holder::load(&root, &key, inquiry)?;
    let counts = Counts::load(&SpaceId::SERVER, &key, inquiry)?;
    let exists = join.space == SpaceId::SERVER;
    let situation = situation(exists, &holder, &root, &counts, request.context.now);
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
        (Code::Allowed, _) => Ok(root.save(&request.context, id.record(request, admit(request, join, holder, counts)))),
        (code, rule) => deny(code, rule),
    }
}

/// Decides a join of a network, by an account.
pub(crate) fn enter(request: &Request, space: &SpaceId, inquiry: &mut Inquiry<'_>) -> Outcome {
    let wanted = match &request.asker {
        Asker::Account(auth) => Counts::keys(space, &auth.key),
        _ => Vec::new(),
    };
    writing(request, inquiry, Wanted::of(space, &wanted), &mut |inquiry, caller, root| {
        let mut holder = Holder::new(root, caller.key, caller.record.clone(), caller.there.clone());
        let counts = Counts::load(space, &caller.key, inquiry)?;
        let (code, rule) = judge(&situation(true, &holder, root, &counts, request.context.now));
        if code != Code::Allowed {
            return deny(code, rule);
        }
        let mut ruling = Ruling::allow(rule);
        let seat = plain_seat(&request.context, Via::Direct);
        super::arrival::seat(&mut ruling, &mut holder, counts, caller.account.incarnation, seat);
        holder.put(&mut ruling);
        ruling.tell(EventKind::MemberJoined, holder.space, Some(holder.key), None);
        let view = view(&holder, caller, request.context.now);
        Ok(ruling.replying(Reply::Member(Box::new(view))))
    })
}

/// The keys are good, and whoever joins holds both. Before any record is read.
fn prove(request: &Request, join: &Join, inquiry: &mut Inquiry<'_>) -> Result<(SignKey, RequestId), Stop> {
    let kex_key = inquiry.check(Check::KexKey(join.kex_key));
    let named = inquiry.check_text(Kind::Handle, &join.handle);
    let mut checks = None;
    if let Asker::Account(auth) = &request.asker {
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

fn situation(exists: bool, holder: &Holder, root: &Root, counts: &Counts, now: Timestamp) -> Situation {
    let here = root.here();
    Situation {
        exists,
        reviewed: root.server.restore_reviewed,
        paused: here.pause.holds(now),
        rule: here.join_rule,
        listed: holder.allowlisted_by().is_some(),
        fallen: holder.fallen(now),
        member: holder.current_seat().is_some(),
        full: here.max_members != 0 && counts.members.members >= here.max_members,
    }
}

/// Makes the account, if there is none, and the membership.
fn admit(request: &Request, join: &Join, mut holder: Holder, counts: Counts) -> Ruling {
    let (context, key) = (&request.context, holder.key);
    let before = holder.record.account.take();
    let is_new = before.is_none();
    let account = before.unwrap_or_else(|| new_account(context, join.kex_key, join.handle.clone(), Via::Direct, key));
    let account = Account { kex_key: join.kex_key, binding: Some(join.binding), handle: join.handle.clone(), ..account };
    let mut ruling = Ruling::allow(rule::JOIN_DONE);
    seat_directly(&mut ruling, context, &mut holder, account, counts);
    if is_new {
        ruling.tell(EventKind::AccountRegistered, holder.space, Some(holder.key), None);
    }
    ruling.tell(EventKind::MemberJoined, holder.space, Some(holder.key), None);
    super::accounts::replying(ruling, &key, &holder.record, context.now)
}

/// Decides a leave.
pub(crate) fn leave(request: &Request, space: &SpaceId, inquiry: &mut Inquiry<'_>) -> Outcome {
    let wanted = match &request.asker {
        Asker::Account(auth) => rewritten(space, &auth.key),
        _ => Vec::new(),
    };
    writing(request, inquiry, Wanted::of(space, &wanted), &mut |inquiry, caller, root| {
        let mut holder = Holder::new(root, caller.key, caller.record.clone(), caller.there.clone());
        match holder.current_seat().map(|seat| seat.role) {
            None => return deny(Code::NotAMember, rule::LEAVE_NONE),
            Some(Role::Owner) if root.is_server() => return deny(Code::LastOwner, rule::LEAVE_OWNER),
            Some(Role::Owner) => return deny(Code::IsOwner, rule::LEAVE_OWNER),
            Some(Role::Admin | Role::Member) => {}
        }
        let mut ruling = Ruling::allow(rule::LEAVE_DONE);
        put_out(&mut ruling, request, &mut holder, root, inquiry)?;
        holder.put(&mut ruling);
        ruling.tell(EventKind::MemberLeft, holder.space, Some(holder.key), None);
        Ok(ruling)
    })
}

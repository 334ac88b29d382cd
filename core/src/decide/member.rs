//! What is done to a member, or to a key that may or may not come in: kick, ban, roles, tags, the allowlist, and handing
//! the space over.

use super::accounts;
use super::caller::{Caller, writing};
use super::departure::{Counts, put_out};
use super::inquiry::{Inquiry, Root};
use super::redeem::good_keys;
use super::{Outcome, Ruling, Stop, deny, fault};
use crate::check::{Check, CheckResult};
use crate::code::Code;
use crate::id::SpaceId;
use crate::key::SignKey;
use crate::record::{self, KeyRecord, Seat, Standing, keys};
use crate::role::{Permission, PlaceKind, Role};
use crate::rule::{self, Rule};
use crate::text::{Kind, screen_tags};
use crate::time::{Expiry, Timestamp};
use crate::wire::{Ban, Event, EventKind, Member, MemberView, Reply, Request};
use alloc::boxed::Box;
use alloc::string::String;

/// What is done, as the table sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Show the door.
    Kick,
    /// Bar the key.
    Ban,
    /// Lift the ban.
    Unban,
    /// Give a role.
    Give(Role),
    /// Hand the space over.
    Transfer,
    /// Set tags.
    SetTags,
    /// Put the key on the allowlist.
    Allow,
    /// Take it off.
    Disallow,
}

impl Act {
    /// What one must be allowed to do it.
    pub const fn permission(self) -> Permission {
        match self {
            Act::Kick => Permission::Kick,
            Act::Ban | Act::Unban => Permission::Ban,
            Act::Give(_) => Permission::ManageRoles,
            Act::Transfer => Permission::Transfer,
            Act::SetTags => Permission::ManageTags,
            Act::Allow | Act::Disallow => Permission::ManageSpace,
        }
    }
}

/// What is done, with what it takes.
#[derive(Clone, Copy)]
pub(crate) enum Change<'r> {
    Kick,
    Ban(&'r Ban),
    Unban,
    SetRole(Role),
    Transfer,
    SetTags(&'r [String]),
    Allow,
    Disallow,
}

impl Change<'_> {
    fn act(self) -> Act {
        match self {
            Change::Kick => Act::Kick,
            Change::Ban(_) => Act::Ban,
            Change::Unban => Act::Unban,
            Change::SetRole(role) => Act::Give(role),
            Change::Transfer => Act::Transfer,
            Change::SetTags(_) => Act::SetTags,
            Change::Allow => Act::Allow,
            Change::Disallow => Act::Disallow,
        }
    }
}

/// Whether something may be given to whoever holds the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fitness {
    /// It may.
    Fit,
    /// It never proved its keys.
    Unproved,
    /// The account is revoked.
    Revoked,
    /// The key is banned.
    Banned,
}

/// The key as the table sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// What it is in the space, if it is a member.
    pub role: Option<Role>,
    /// Whether it is the caller's own.
    pub is_self: bool,
    /// Whether something may be given to it.
    pub fitness: Fitness,
    /// Whether it is on the allowlist.
    pub listed: bool,
}

/// The table of what is done to members and keys.
pub fn judge(act: Act, caller: Role, target: &Target) -> (Code, Rule) {
    if !caller.allows(PlaceKind::Server, act.permission()) {
        return (Code::MissingPermission, rule::ASK_PERMISSION);
    }
    match act {
        Act::Unban if target.fitness == Fitness::Banned => return (Code::Allowed, rule::UNBAN_DONE),
        Act::Allow if !target.listed => return (Code::Allowed, rule::ALLOW_DONE),
        Act::Disallow if target.listed => return (Code::Allowed, rule::DISALLOW_DONE),
        Act::Unban | Act::Allow | Act::Disallow => return (Code::Allowed, rule::MEMBER_AGAIN),
        Act::Give(role) if !caller.may_grant(PlaceKind::Server, role) => return (Code::GrantTooHigh, rule::MEMBER_GRANT),
        Act::Kick | Act::Ban | Act::Give(_) | Act::Transfer | Act::SetTags => {}
    }
    let role = match target.role {
        Some(role) => role,
        None if act == Act::Ban => Role::Member,
        None => return (Code::NotAMember, rule::MEMBER_NONE),
    };
    match (act, role) {
        (Act::Transfer, Role::Owner) => return (Code::AlreadyOwner, rule::MEMBER_ROLE),
        (Act::Give(_), Role::Owner) => return (Code::IsOwner, rule::MEMBER_OWNER),
        (Act::Kick | Act::Ban, Role::Owner) if target.is_self => return (Code::LastOwner, rule::MEMBER_OWNER),
        (Act::Give(Role::Admin), Role::Admin) => return (Code::AlreadyAdmin, rule::MEMBER_ROLE),
        (Act::Give(Role::Member), Role::Member) => return (Code::AlreadyMemberRole, rule::MEMBER_ROLE),
        _ => {}
    }
    if caller.rank() <= role.rank() && !(act == Act::SetTags && target.is_self) {
        return (Code::RankTooLow, rule::MEMBER_RANK);
    }
    match act {
        Act::Kick => (Code::Allowed, rule::KICK_DONE),
        Act::Ban => (Code::Allowed, rule::BAN_DONE),
        Act::SetTags => (Code::Allowed, rule::TAGS_DONE),
        Act::Give(Role::Member) => (Code::Allowed, rule::DEMOTE_DONE),
        Act::Give(_) | Act::Transfer => given(act, target.fitness),
        Act::Unban | Act::Allow | Act::Disallow => (Code::Undecidable, rule::MEMBER_AGAIN),
    }
}

/// What is given is given to someone who may have it.
fn given(act: Act, fitness: Fitness) -> (Code, Rule) {
    match fitness {
        Fitness::Revoked => (Code::AccountRevoked, rule::MEMBER_FALLEN),
        Fitness::Banned => (Code::Banned, rule::MEMBER_FALLEN),
        Fitness::Unproved if act == Act::Transfer => (Code::Unproved, rule::MEMBER_UNPROVED),
        Fitness::Fit | Fitness::Unproved if act == Act::Transfer => (Code::Allowed, rule::TRANSFER_DONE),
        Fitness::Fit | Fitness::Unproved => (Code::Allowed, rule::PROMOTE_DONE),
    }
}

/// Decides what is done to a member or a key.
pub(crate) fn decide(request: &Request, member: &Member, change: Change<'_>, inquiry: &mut Inquiry<'_>) -> Outcome {
    let Member { space, key } = member;
    let act = change.act();
    // A key that can be nobody's is not kept.
    let keeps = matches!(act, Act::Ban | Act::Allow);
    let good = if keeps { inquiry.check(Check::SignKey(*key)) } else { CheckResult::Good };
    let text = match change {
        Change::Ban(terms) => inquiry.check_text(Kind::Label, &terms.reason),
        _ => true,
    };
    let account_key = keys::account(key);
    let [members, open] = Counts::keys(key);
    writing(request, inquiry, &[account_key.clone(), members, open], &mut |inquiry, caller, root| {
        if *space != SpaceId::SERVER {
            return deny(Code::NotFound, rule::SPACE_UNKNOWN);
        }
        caller.require(act.permission())?;
        sound(change, (good, text), request.context.now)?;
        let mut record: KeyRecord = inquiry.load_or_default(&account_key)?;
        let (code, rule) = judge(act, caller.role, &target_of(&record, caller.key == *key, request.context.now));
        if code != Code::Allowed {
            return deny(code, rule);
        }
        let mut ruling = Ruling::allow(rule);
        ruling.about(*key);
        if rule != rule::MEMBER_AGAIN {
            let kind = apply(&mut ruling, request, (key, &mut record), change, (caller, root), inquiry)?;
            ruling.put(account_key.clone(), &record);
            ruling.events.push(Event { kind, space: *space, account: Some(*key), invite: None });
        }
        let view = view(key, &record, caller, request.context.now);
        Ok(ruling.replying(Reply::Member(Box::new(view))))
    })
}

/// What must hold of the change itself. The checks were asked for before any record.
fn sound(change: Change<'_>, (key, text): (CheckResult, bool), now: Timestamp) -> Result<(), Stop> {
    good_keys(key, CheckResult::Good, rule::MEMBER_KEYS)?;
    if !text {
        return deny(Code::BadText, rule::MEMBER_TEXT);
    }
    match change {
        Change::Ban(Ban { until: Expiry::Unreadable, .. }) => deny(Code::UnreadableExpiry, rule::MEMBER_UNTIL),
        Change::Ban(Ban { until, .. }) if until.has_expired(now) => deny(Code::ExpiryInPast, rule::MEMBER_UNTIL),
        Change::SetTags(tags) => screen_tags(tags).or_else(|code| deny(code, rule::MEMBER_TEXT)),
        _ => Ok(()),
    }
}

/// Does it: changes the record of the key, and adds what goes with that to the ruling.
fn apply(
    ruling: &mut Ruling,
    request: &Request,
    (key, record): (&SignKey, &mut KeyRecord),
    change: Change<'_>,
    (caller, root): (&Caller, &mut Root),
    inquiry: &mut Inquiry<'_>,
) -> Result<EventKind, Stop> {
    let now = request.context.now;
    match change {
        Change::Kick | Change::Ban(_) => {
            let was_member = record.current_seat().is_some();
            put_out(ruling, request, (key, record), Counts::load(key, inquiry)?, root, inquiry)?;
            let Change::Ban(Ban { reason, until, .. }) = change else { return Ok(EventKind::MemberKicked) };
            record.ban = Some(record::Ban { reason: reason.clone(), by: caller.key, since: now, until: *until });
            ruling.mark(keys::banned(&SpaceId::SERVER, key));
            if was_member {
                let kind = EventKind::MemberKicked;
                ruling.events.push(Event { kind, space: SpaceId::SERVER, account: Some(*key), invite: None });
            }
            Ok(EventKind::KeyBanned)
        }
        Change::Unban => {
            record.ban = None;
            ruling.remove(keys::banned(&SpaceId::SERVER, key));
            Ok(EventKind::BanLifted)
        }
        Change::SetRole(role) => {
            seat_of(record)?.role = role;
            if let (Role::Member, Some(account)) = (role, record.account.as_mut()) {
                account.epoch = account.epoch.wrapping_add(1);
            }
            Ok(EventKind::RoleChanged)
        }
        Change::Transfer => {
            seat_of(record)?.role = Role::Owner;
            root.set_owner(*key);
            let mut former = caller.record.clone();
            seat_of(&mut former)?.role = Role::Admin;
            ruling.put(keys::account(&caller.key), &former);
            Ok(EventKind::OwnerChanged)
        }
        Change::SetTags(tags) => {
            seat_of(record)?.tags = tags.to_vec();
            Ok(EventKind::TagsChanged)
        }
        Change::Allow => {
            record.allowlisted_by = Some(caller.key);
            ruling.mark(keys::allowed(&SpaceId::SERVER, key));
            Ok(EventKind::KeyAllowed)
        }
        Change::Disallow => {
            record.allowlisted_by = None;
            ruling.remove(keys::allowed(&SpaceId::SERVER, key));
            Ok(EventKind::KeyDisallowed)
        }
    }
}

fn seat_of(record: &mut KeyRecord) -> Result<&mut Seat, Stop> {
    record.seat.as_mut().ok_or_else(|| fault(Code::Undecidable, "member without seat"))
}

fn target_of(record: &KeyRecord, is_self: bool, now: Timestamp) -> Target {
    let fitness = match &record.account {
        _ if record.is_banned(now) => Fitness::Banned,
        Some(account) if account.standing == Standing::Revoked => Fitness::Revoked,
        Some(account) if account.binding.is_some() => Fitness::Fit,
        Some(_) | None => Fitness::Unproved,
    };
    let role = record.current_seat().map(|seat| seat.role);
    Target { role, is_self, fitness, listed: record.allowlisted_by.is_some() }
}

/// A key as the space knows it. Who manages accounts sees all there is of one.
pub(crate) fn view(key: &SignKey, record: &KeyRecord, caller: &Caller, now: Timestamp) -> MemberView {
    MemberView {
        key: *key,
        account: accounts::view(key, record, caller.allows(Permission::ManageAccounts), now),
        ban: record.ban.clone().filter(|ban| ban.stands(now)),
        allowlisted_by: record.allowlisted_by,
    }
}

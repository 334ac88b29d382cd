//! What is done to a member, or to a key that may or may not come in: kick, ban, roles, tags, the allowlist, and handing
//! the space over.

use super::accounts;
use super::caller::{Caller, Wanted, writing};
use super::departure::{put_out, rewritten};
use super::govern::own;
use super::inquiry::{Inquiry, Root};
use super::place::Holder;
use super::redeem::good_keys;
use super::{Outcome, Ruling, Stop, deny};
use crate::check::{Check, CheckResult};
use crate::code::Code;
use crate::id::SpaceId;
use crate::key::SignKey;
use crate::record::{self, Standing, keys};
use crate::role::{Actor, Permission, PlaceKind, Role};
use crate::rule::{self, Rule};
use crate::text::{Kind, screen_tags};
use crate::time::{Expiry, Timestamp};
use crate::wire::{Ban, EventKind, Member, MemberView, Reply, Request};
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
    /// For somebody who governs the server: what the key is at the server, whose rank is the one that counts then.
    pub at_server: Role,
    /// The same of the space's present owner, if that is somebody else.
    pub owner: Option<Role>,
}

/// The table of what is done to members and keys.
pub fn judge(act: Act, caller: Actor, target: &Target) -> (Code, Rule) {
    if !caller.allows(act.permission()) {
        return (Code::MissingPermission, rule::ASK_PERMISSION);
    }
    match act {
        Act::Unban if target.fitness == Fitness::Banned => return (Code::Allowed, rule::UNBAN_DONE),
        Act::Allow if !target.listed => return (Code::Allowed, rule::ALLOW_DONE),
        Act::Disallow if target.listed => return (Code::Allowed, rule::DISALLOW_DONE),
        Act::Unban | Act::Allow | Act::Disallow => return (Code::Allowed, rule::MEMBER_AGAIN),
        Act::Give(_) | Act::Transfer if !caller.governed => return (Code::NotGoverned, rule::MEMBER_GRANT),
        Act::Give(role) if !caller.may_grant(role) => return (Code::GrantTooHigh, rule::MEMBER_GRANT),
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
        (Act::Kick | Act::Ban, Role::Owner) if target.is_self && caller.place == PlaceKind::Server => {
            return (Code::LastOwner, rule::MEMBER_OWNER);
        }
        (Act::Kick | Act::Ban, Role::Owner) if target.is_self || caller.place == PlaceKind::Above => {
            return (Code::IsOwner, rule::MEMBER_OWNER);
        }
        (Act::Give(Role::Admin), Role::Admin) => return (Code::AlreadyAdmin, rule::MEMBER_ROLE),
        (Act::Give(Role::Member), Role::Member) => return (Code::AlreadyMemberRole, rule::MEMBER_ROLE),
        _ => {}
    }
    if !outranks(act, caller, role, target) {
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

/// Whether the caller's rank is above that of whoever the act is done to. Handing a space over takes it from its owner; in
/// the space itself, that is the caller.
fn outranks(act: Act, caller: Actor, role: Role, target: &Target) -> bool {
    let whose = match (act, caller.place) {
        (Act::SetTags, _) if target.is_self => return true,
        (Act::Transfer, PlaceKind::Above) => match target.owner {
            Some(owner) => owner,
            None => return true,
        },
        (_, PlaceKind::Above) => target.at_server,
        (_, PlaceKind::Server | PlaceKind::Child | PlaceKind::Outside) => role,
    };
    caller.rank() > whose.rank()
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
    let mut wanted = Holder::keys(space, key);
    wanted.extend(rewritten(space, key));
    writing(request, inquiry, Wanted::of(space, &wanted), &mut |inquiry, caller, root| {
        caller.require(act.permission())?;
        sound(change, (good, text), request.context.now)?;
        let mut holder = Holder::load(root, key, inquiry)?;
        let owner = former_owner(act, caller, root, inquiry)?;
        let target = target_of(act, &holder, &owner, caller.key, request.context.now);
        let (code, rule) = judge(act, caller.actor, &target);
        if code != Code::Allowed {
            return deny(code, rule);
        }
        let mut ruling = Ruling::allow(rule);
        ruling.about(*key);
        if rule != rule::MEMBER_AGAIN {
            let kind = apply(&mut ruling, request, &mut holder, change, (caller, owner), root, inquiry)?;
            holder.put(&mut ruling);
            ruling.tell(kind, *space, Some(*key), None);
        }
        let view = view(&holder, caller, request.context.now);
        Ok(ruling.replying(Reply::Member(Box::new(view))))
    })
}

/// All about whoever a space is taken from. Who governs the server may hand over a space of somebody else's.
fn former_owner(act: Act, caller: &Caller, root: &Root, inquiry: &mut Inquiry<'_>) -> Result<Holder, Stop> {
    match root.here().owner {
        Some(owner) if act == Act::Transfer && owner != caller.key => {
            Holder::want(inquiry, &root.id, &owner);
            inquiry.ready()?;
            Holder::load(root, &owner, inquiry)
        }
        _ => Ok(Holder::new(root, caller.key, caller.record.clone(), caller.there.clone())),
    }
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

/// Does it: changes what is known of the key here, and adds what goes with that to the ruling.
fn apply(
    ruling: &mut Ruling,
    request: &Request,
    holder: &mut Holder,
    change: Change<'_>,
    (caller, owner): (&Caller, Holder),
    root: &mut Root,
    inquiry: &mut Inquiry<'_>,
) -> Result<EventKind, Stop> {
    let (now, space, key) = (request.context.now, holder.space, holder.key);
    match change {
        Change::Kick | Change::Ban(_) => {
            let was_member = holder.current_seat().is_some();
            put_out(ruling, request, holder, root, inquiry)?;
            let Change::Ban(Ban { reason, until, .. }) = change else { return Ok(EventKind::MemberKicked) };
            *holder.ban() = Some(record::Ban { reason: reason.clone(), by: caller.key, since: now, until: *until });
            ruling.mark(keys::banned(&space, &key));
            if was_member {
                let kind = EventKind::MemberKicked;
                ruling.tell(kind, space, Some(key), None);
            }
            Ok(EventKind::KeyBanned)
        }
        Change::Unban => {
            *holder.ban() = None;
            ruling.remove(keys::banned(&space, &key));
            Ok(EventKind::BanLifted)
        }
        Change::SetRole(role) => {
            holder.seated()?.role = role;
            if role == Role::Member {
                holder.fall();
            }
            Ok(EventKind::RoleChanged)
        }
        Change::Transfer => {
            hand_over(ruling, holder, owner)?;
            root.set_owner(key);
            Ok(EventKind::OwnerChanged)
        }
        Change::SetTags(tags) => {
            holder.seated()?.tags = tags.to_vec();
            Ok(EventKind::TagsChanged)
        }
        Change::Allow => {
            holder.set_allowlisted(Some(caller.key));
            ruling.mark(keys::allowed(&space, &key));
            Ok(EventKind::KeyAllowed)
        }
        Change::Disallow => {
            holder.set_allowlisted(None);
            ruling.remove(keys::allowed(&space, &key));
            Ok(EventKind::KeyDisallowed)
        }
    }
}

/// The role of owner goes from one to the other, who becomes an admin, and with it one more space that an account owns.
fn hand_over(ruling: &mut Ruling, to: &mut Holder, mut from: Holder) -> Result<(), Stop> {
    to.seated()?.role = Role::Owner;
    from.seated()?.role = Role::Admin;
    if to.space != SpaceId::SERVER {
        own(ruling, to, 1)?;
        own(ruling, &mut from, -1)?;
    }
    from.put(ruling);
    Ok(())
}

fn target_of(act: Act, holder: &Holder, owner: &Holder, caller: SignKey, now: Timestamp) -> Target {
    // A ban from the server bars from here, too, but is lifted there.
    let banned = holder.banned(now).is_some() || (act != Act::Unban && holder.record.is_banned(now));
    let fitness = match &holder.record.account {
        _ if banned => Fitness::Banned,
        Some(account) if account.standing == Standing::Revoked => Fitness::Revoked,
        Some(account) if account.binding.is_some() => Fitness::Fit,
        Some(_) | None => Fitness::Unproved,
    };
    let at_server = |holder: &Holder| holder.record.current_seat().map_or(Role::Member, |seat| seat.role);
    Target {
        role: holder.current_seat().map(|seat| seat.role),
        is_self: holder.key == caller,
        fitness,
        listed: holder.allowlisted_by().is_some(),
        at_server: at_server(holder),
        owner: (owner.key != caller).then(|| at_server(owner)),
    }
}

/// A key as the space knows it. Who manages accounts sees all there is of one.
pub(crate) fn view(holder: &Holder, caller: &Caller, now: Timestamp) -> MemberView {
    let all = caller.allows_at_server(Permission::ManageAccounts);
    MemberView {
        key: holder.key,
        account: accounts::view(&holder.key, &holder.record, holder.current_seat(), all, now),
        ban: holder.banned(now).cloned(),
        allowlisted_by: holder.allowlisted_by(),
    }
}

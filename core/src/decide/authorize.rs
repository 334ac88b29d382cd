//! The questions services ask. All fail closed: *yes* exactly when everything was read and everything is in order.
//!
//! They are asked for every message, so what lies on their way is `#[inline]`: here, in [`super::step`], the codec, the
//! glances. `policy.wasm` builds that for speed and the rest for size (`bindings/guest/quick`).

use super::caller::{Wanted, reading, want_space};
use super::inquiry::{Inquiry, Root};
use super::place::{Holder, is_visible};
use super::{Outcome, Ruling, deny};
use crate::code::Code;
use crate::id::SpaceId;
use crate::key::SignKey;
use crate::record::{Glance, KeyRecord, RootGlance, Standing, keys};
use crate::role::{Permission, PlaceKind};
use crate::rule::{self, Rule};
use crate::time::Timestamp;
use crate::wire::{Asker, Can, Description, Reply, Request, Why};
use alloc::string::String;

/// An account as the table sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its standing, if there is an account.
    pub standing: Option<Standing>,
    /// Whether a server ban stands on the key.
    pub banned: bool,
    /// Whether the account's current incarnation is a member of the server.
    pub member: bool,
    /// Whether the operator has accepted the last restore.
    pub reviewed: bool,
}

impl Subject {
    #[inline]
    fn of(glance: &Glance, root: &RootGlance, now: Timestamp) -> Self {
        Self {
            standing: glance.standing,
            banned: glance.is_banned(now),
            member: glance.role.is_some(),
            reviewed: root.restore_reviewed,
        }
    }
}

/// The one fail-closed predicate.
#[inline]
pub fn judge(subject: &Subject) -> (Code, Rule) {
    match *subject {
        Subject { reviewed: false, .. } => (Code::RestoreUnreviewed, rule::AUTHORIZED_RESTORED),
        Subject { standing: None, .. } => (Code::UnknownAccount, rule::AUTHORIZED_UNKNOWN),
        Subject { standing: Some(Standing::Revoked), .. } => (Code::AccountRevoked, rule::AUTHORIZED_REVOKED),
        Subject { banned: true, .. } => (Code::Banned, rule::AUTHORIZED_BANNED),
        Subject { member: false, .. } => (Code::NotAMember, rule::AUTHORIZED_MEMBER),
        Subject { standing: Some(Standing::Active), banned: false, member: true, reviewed: true } => {
            (Code::Allowed, rule::AUTHORIZED_YES)
        }
    }
}

/// The same of an account as its record has it.
pub(super) fn standing(glance: &Glance, root: &RootGlance, now: Timestamp) -> (Code, Rule) {
    judge(&Subject::of(glance, root, now))
}

/// Decides *is authorized*: one load of the server's root and the key's one record.
#[inline]
pub(crate) fn is_authorized(request: &Request, key: &SignKey, inquiry: &mut Inquiry<'_>) -> Outcome {
    let account = keys::account(key);
    asked(request, inquiry, &account, Permission::Query, rule::AUTHORIZED_ASKER, &mut |inquiry, root| {
        let glance = inquiry.glance(&account)?;
        let (code, rule) = judge(&Subject::of(&glance, root, request.context.now));
        Ok(if code == Code::Allowed { Ruling::allow(rule) } else { Ruling::deny(code, rule) })
    })
}

/// Decides *has admin*: is there an owner, and may he be here?
#[inline]
pub(crate) fn has_admin(request: &Request, inquiry: &mut Inquiry<'_>) -> Outcome {
    asked(request, inquiry, keys::SERVER, Permission::Query, rule::AUTHORIZED_ASKER, &mut |inquiry, root| {
        let Some(owner) = root.owner else {
            return deny(Code::NotFound, rule::ADMIN_NONE);
        };
        admin(inquiry, &owner, root, request.context.now)
    })
}

/// Asked now and then, so it is not worth the room that speed takes.
fn admin(inquiry: &mut Inquiry<'_>, owner: &SignKey, root: &RootGlance, now: Timestamp) -> Outcome {
    let account = keys::account(owner);
    inquiry.want(&account);
    inquiry.ready()?;
    let record: KeyRecord = inquiry.load_or_default(&account)?;
    match standing(&record.glance(), root, now) {
        (Code::Allowed, _) => Ok(Ruling::allow(rule::ADMIN_YES)),
        (code, _) => deny(code, rule::ADMIN_NONE),
    }
}

/// Decides *can*, and says why.
#[inline]
pub(crate) fn can(request: &Request, can: &Can, inquiry: &mut Inquiry<'_>) -> Outcome {
    let account = keys::account(&can.account);
    let about_self = matches!(&request.asker, Asker::Account(auth) if auth.key == can.account);
    if can.space != SpaceId::SERVER {
        return can_elsewhere(request, can, &account, about_self, inquiry);
    }
    let answer = |inquiry: &mut Inquiry<'_>, root: &RootGlance, with_facts: bool| {
        let glance = inquiry.glance(&account)?;
        let subject = Subject::of(&glance, root, request.context.now);
        let role = glance.role;
        let (code, rule) = match (judge(&subject), role) {
            ((Code::Allowed, _), Some(role)) if role.allows(PlaceKind::Server, can.permission) => (Code::Allowed, rule::CAN_YES),
            ((Code::Allowed, _), _) => (Code::MissingPermission, rule::CAN_PERMISSION),
            (refused, _) => refused,
        };
        let ruling = if code == Code::Allowed { Ruling::allow(rule) } else { Ruling::deny(code, rule) };
        let why = Why { role, server_role: role, standing: subject.standing, banned: subject.banned };
        Ok(if with_facts { ruling.replying(Reply::Why(why)) } else { ruling })
    };
    if about_self {
        let wanted = Wanted::records(core::slice::from_ref(&account));
        return reading(request, inquiry, wanted, &mut |inquiry, caller, root| {
            answer(inquiry, &root.glance(), caller.allows(Permission::ReadAudit))
        });
    }
    asked(request, inquiry, &account, Permission::ReadAudit, rule::CAN_ASKER, &mut |inquiry, root| answer(inquiry, root, true))
}

/// Decides *can* in a network, for services, for its members and for whoever may read the history.
#[inline(never)]
fn can_elsewhere(request: &Request, can: &Can, account: &str, about_self: bool, inquiry: &mut Inquiry<'_>) -> Outcome {
    if about_self {
        return reading(request, inquiry, Wanted::records(&[]), &mut |inquiry, caller, root| {
            can_there(request, can, !caller.allows(Permission::ReadAudit), root, inquiry)
        });
    }
    asked(request, inquiry, account, Permission::ReadAudit, rule::CAN_ASKER, &mut |inquiry, _| {
        let mut root = inquiry.root(&request.context)?;
        can_there(request, can, false, &mut root, inquiry)
    })
}

/// The same, asked by somebody who may ask: `quietly`, if only about what he sees himself.
fn can_there(request: &Request, can: &Can, quietly: bool, root: &mut Root, inquiry: &mut Inquiry<'_>) -> Outcome {
    want_space(inquiry, &can.space, &can.account);
    inquiry.ready()?;
    let glance = root.glance();
    let exists = root.go(&can.space, inquiry)?;
    let holder = Holder::load(root, &can.account, inquiry)?;
    let (actor, now) = (holder.actor(root), request.context.now);
    if !exists || (quietly && !is_visible(root, actor, holder.allowlisted_by())) {
        return deny(Code::NotFound, rule::CAN_SPACE);
    }
    let of_account = holder.record.glance();
    let (code, rule) = match standing(&of_account, &glance, now) {
        (Code::Allowed, _) if actor.allows(can.permission) => (Code::Allowed, rule::CAN_YES),
        (Code::Allowed, _) if holder.banned(now).is_some() => (Code::Banned, rule::AUTHORIZED_BANNED),
        (Code::Allowed, _) => (Code::MissingPermission, rule::CAN_PERMISSION),
        refused => refused,
    };
    let ruling = if code == Code::Allowed { Ruling::allow(rule) } else { Ruling::deny(code, rule) };
    let banned = holder.fallen(now) == Some(Code::Banned);
    let role = holder.current_seat().map(|seat| seat.role);
    let why = Why { role, server_role: of_account.role, standing: of_account.standing, banned };
    Ok(if quietly { ruling } else { ruling.replying(Reply::Why(why)) })
}

/// Runs a question for whoever may ask it: services and the operator, or an account with this permission.
#[inline]
fn asked(
    request: &Request,
    inquiry: &mut Inquiry<'_>,
    wanted: &str,
    permission: Permission,
    rule: Rule,
    question: &mut dyn FnMut(&mut Inquiry<'_>, &RootGlance) -> Outcome,
) -> Outcome {
    match &request.asker {
        Asker::Stranger => deny(Code::Unauthenticated, rule),
        Asker::Service | Asker::Operator => {
            inquiry.want(keys::SERVER);
            inquiry.want(wanted);
            inquiry.ready()?;
            let root = inquiry.root_glance(&request.context)?;
            question(inquiry, &root)
        }
        Asker::Account(_) => asked_by_account(request, inquiry, wanted, permission, rule, question),
    }
}

fn asked_by_account(
    request: &Request,
    inquiry: &mut Inquiry<'_>,
    wanted: &str,
    permission: Permission,
    rule: Rule,
    question: &mut dyn FnMut(&mut Inquiry<'_>, &RootGlance) -> Outcome,
) -> Outcome {
    let wanted = [String::from(wanted)];
    reading(request, inquiry, Wanted::records(&wanted), &mut |inquiry, caller, root| {
        if !caller.allows(permission) {
            return deny(Code::MissingPermission, rule);
        }
        question(inquiry, &root.glance())
    })
}

/// Decides *audit*: whether the asker may read the history, which the host keeps beside the records.
pub(crate) fn audit(request: &Request, inquiry: &mut Inquiry<'_>) -> Outcome {
    match &request.asker {
        Asker::Stranger | Asker::Service | Asker::Operator => deny(Code::Unauthenticated, rule::AUDIT_ASKER),
        Asker::Account(_) => {
            asked_by_account(request, inquiry, keys::SERVER, Permission::ReadAudit, rule::AUDIT_ASKER, &mut |_, _| {
                Ok(Ruling::allow(rule::AUDIT_YES))
            })
        }
    }
}

/// Decides *describe*: the server's name, for anyone.
pub(crate) fn describe(request: &Request, inquiry: &mut Inquiry<'_>) -> Outcome {
    inquiry.want(keys::SERVER);
    inquiry.ready()?;
    let root = inquiry.root(&request.context)?;
    let recovering = root.is_recovering();
    let description = Description {
        has_owner: root.space.owner.is_some() && !recovering,
        owner: root.space.owner.filter(|_| request.asker == Asker::Operator),
        name: root.space.name,
        recovering,
        unreviewed: !root.server.restore_reviewed,
    };
    Ok(Ruling::allow(rule::DESCRIBE).replying(Reply::Description(description)))
}

//! Restore: the operator, on the machine, put a former state back. It begins a new restore epoch, in which every open
//! invite of the older ones is void for good, and in which everyone is refused until the operator has looked at the
//! state and accepted it: whoever was revoked after the backup was taken is active in it again.

use super::inquiry::Inquiry;
use super::{Outcome, Ruling, deny, fault, operator_only};
use crate::code::Code;
use crate::id::SpaceId;
use crate::record::{KeyRecord, Standing, keys};
use crate::role::Role;
use crate::rule::{self, Rule};
use crate::wire::{Event, EventKind, Request};

/// The owner that a state names, as its records have him.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedOwner {
    /// It names none yet.
    Nobody,
    /// An active member with the role of owner.
    InOrder,
    /// Revoked by a recovery, which has not come to its end.
    Recovering,
    /// Anything else.
    Fallen,
}

/// Whether a state may be put back (I3).
pub fn judge(owner: NamedOwner) -> (Code, Rule) {
    match owner {
        NamedOwner::Fallen => (Code::LastOwner, rule::BEGIN_RESTORE_OWNER),
        NamedOwner::Nobody | NamedOwner::InOrder | NamedOwner::Recovering => (Code::Allowed, rule::BEGIN_RESTORE_DONE),
    }
}

/// Begins with a state that was just put back. `known` is the highest restore epoch the host knows of, which the state
/// itself may not remember.
pub(crate) fn begin(request: &Request, known: u32, inquiry: &mut Inquiry<'_>) -> Outcome {
    operator_only(request)?;
    inquiry.want(keys::SERVER);
    inquiry.ready()?;
    let mut root = inquiry.root(&request.context)?;
    let owner = match root.space.owner {
        None => NamedOwner::Nobody,
        Some(key) => {
            let key = keys::account(&key);
            inquiry.want(&key);
            inquiry.ready()?;
            named_owner(&inquiry.load_or_default(&key)?, root.is_recovering())
        }
    };
    let (code, rule) = judge(owner);
    if code != Code::Allowed {
        return deny(code, rule);
    }
    // An epoch that came again would bring its invites back.
    let Some(epoch) = root.server.restore_epoch.max(known).checked_add(1) else {
        return Err(fault(Code::CorruptRecord, "restore epoch"));
    };
    root.begin_restore(epoch);
    let mut ruling = Ruling::allow(rule);
    ruling.events.push(event(EventKind::RestoreBegun));
    Ok(root.save(&request.context, ruling))
}

fn named_owner(record: &KeyRecord, recovering: bool) -> NamedOwner {
    let standing = record.account.as_ref().map(|account| account.standing);
    match (standing, record.current_seat().map(|seat| seat.role)) {
        (Some(Standing::Active), Some(Role::Owner)) => NamedOwner::InOrder,
        (Some(Standing::Revoked), Some(Role::Owner)) if recovering => NamedOwner::Recovering,
        _ => NamedOwner::Fallen,
    }
}

/// Accepts what was put back. Doing so twice is fine, and writes nothing.
pub(crate) fn accept(request: &Request, inquiry: &mut Inquiry<'_>) -> Outcome {
    operator_only(request)?;
    inquiry.want(keys::SERVER);
    inquiry.ready()?;
    let mut root = inquiry.root(&request.context)?;
    if root.server.restore_reviewed {
        return Ok(Ruling::allow(rule::ACCEPT_RESTORE_AGAIN));
    }
    root.accept_restore();
    let mut ruling = Ruling::allow(rule::ACCEPT_RESTORE_DONE);
    ruling.events.push(event(EventKind::RestoreAccepted));
    Ok(root.save(&request.context, ruling))
}

fn event(kind: EventKind) -> Event {
    Event { kind, space: SpaceId::SERVER, account: None, invite: None }
}

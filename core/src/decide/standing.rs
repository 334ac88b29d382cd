//! Revoke, restore, delete: what account managers do to accounts of lower rank.

use super::accounts::replying;
use super::caller::{Wanted, writing};
use super::departure::rewritten;
use super::inquiry::Inquiry;
use super::place::Holder;
use super::{Outcome, Ruling, deny, fault};
use crate::code::Code;
use crate::id::SpaceId;
use crate::key::SignKey;
use crate::record::{KeyRecord, Standing, keys};
use crate::role::{Permission, PlaceKind, Role};
use crate::rule::{self, Rule};
use crate::wire::{EventKind, Request};

/// What is to happen to the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Refuse it from now on.
    Revoke,
    /// Undo that.
    Restore,
    /// Delete it for good.
    Delete,
}

impl Change {
    /// Every change.
    pub const ALL: &'static [Change] = &[Change::Revoke, Change::Restore, Change::Delete];
}

/// The account as the table sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// There is no account.
    Unknown,
    /// An account without membership of the server.
    Guest(Standing),
    /// A member of the server.
    Member(Role, Standing),
}

/// The table of account changes.
pub fn judge(change: Change, caller: Role, target: Target, is_self: bool, owns_spaces: bool) -> (Code, Rule) {
    if !caller.allows(PlaceKind::Server, Permission::ManageAccounts) {
        return (Code::MissingPermission, rule::ASK_PERMISSION);
    }
    let (role, standing) = match target {
        Target::Unknown => return (Code::NotFound, rule::ACCOUNT_UNKNOWN),
        Target::Guest(standing) => (Role::Member, standing),
        Target::Member(role, standing) => (role, standing),
    };
    if is_self && role == Role::Owner && change != Change::Restore {
        return (Code::LastOwner, rule::ACCOUNT_LAST_OWNER);
    }
    if caller.rank() <= role.rank() {
        return (Code::RankTooLow, rule::ACCOUNT_RANK);
    }
    match (change, standing) {
        (Change::Revoke, Standing::Revoked) | (Change::Restore, Standing::Active) => (Code::Allowed, rule::ACCOUNT_AGAIN),
        (Change::Revoke, Standing::Active) => (Code::Allowed, rule::REVOKE_DONE),
        (Change::Restore, Standing::Revoked) => (Code::Allowed, rule::RESTORE_DONE),
        (Change::Delete, _) if owns_spaces => (Code::OwnsSpaces, rule::ACCOUNT_OWNS),
        (Change::Delete, Standing::Active | Standing::Revoked) => (Code::Allowed, rule::DELETE_DONE),
    }
}

/// Decides a revoke, restore or delete.
pub(crate) fn decide(request: &Request, change: Change, key: &SignKey, inquiry: &mut Inquiry<'_>) -> Outcome {
    let mut wanted = rewritten(&SpaceId::SERVER, key);
    wanted.extend([keys::account(key), keys::joined(key)]);
    writing(request, inquiry, Wanted::records(&wanted), &mut |inquiry, caller, root| {
        let mut holder = Holder::load(root, key, inquiry)?;
        let owns = holder.record.spaces_owned > 0;
        let (code, rule) = judge(change, caller.role, target_of(&holder.record), caller.key == *key, owns);
        if code != Code::Allowed {
            return deny(code, rule);
        }
        let mut ruling = Ruling::allow(rule);
        ruling.about(*key);
        if rule == rule::ACCOUNT_AGAIN {
            return Ok(replying(ruling, key, &holder.record, request.context.now));
        }
        let Some(account) = holder.record.account.as_mut() else {
            return Err(fault(Code::Undecidable, "target without account"));
        };
        let kind = match change {
            Change::Revoke => {
                account.standing = Standing::Revoked;
                // What it issued until now is void for good, restored or not.
                account.epoch = account.epoch.wrapping_add(1);
                EventKind::AccountRevoked
            }
            Change::Restore => {
                account.standing = Standing::Active;
                EventKind::AccountRestored
            }
            Change::Delete => {
                super::delete::erase(&mut ruling, request, &mut holder, root, inquiry)?;
                EventKind::AccountDeleted
            }
        };
        holder.put(&mut ruling);
        ruling.tell(kind, SpaceId::SERVER, Some(*key), None);
        Ok(replying(ruling, key, &holder.record, request.context.now))
    })
}

fn target_of(record: &KeyRecord) -> Target {
    match (&record.account, record.current_seat()) {
        (None, _) => Target::Unknown,
        (Some(account), None) => Target::Guest(account.standing),
        (Some(account), Some(seat)) => Target::Member(seat.role, account.standing),
    }
}

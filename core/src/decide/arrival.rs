//! What goes with coming in, whichever way one comes: an account, a seat on the roster, one more in the count.

use super::Ruling;
use crate::id::{DecisionId, Incarnation, SpaceId};
use crate::key::{KexKey, SignKey};
use crate::record::{Account, KeyRecord, MemberCount, Seat, Standing, Via, keys};
use crate::role::Role;
use crate::wire::Context;
use alloc::string::String;
use alloc::vec::Vec;

/// An account that did not exist: active, in its first epoch, and not yet proved.
pub(crate) fn new_account(context: &Context, kex_key: KexKey, handle: String, via: Via, invited_by: SignKey) -> Account {
    Account {
        kex_key,
        binding: None,
        handle,
        standing: Standing::Active,
        incarnation: Incarnation::fresh(&context.entropy),
        epoch: 0,
        created_at: context.now,
        via,
        invited_by,
        decision: DecisionId::fresh(&context.entropy),
    }
}

/// Seats an account that came without an invite, as a member, and writes everything that follows.
pub(crate) fn seat_directly(
    ruling: &mut Ruling,
    context: &Context,
    key: &SignKey,
    record: &mut KeyRecord,
    account: Account,
    mut members: MemberCount,
) {
    let (incarnation, joined_at) = (account.incarnation, context.now);
    record.account = Some(account);
    record.seat = Some(Seat { incarnation, role: Role::Member, tags: Vec::new(), joined_at, via: Via::Direct });
    members.change(|members| members.saturating_add(1));
    ruling.put(keys::account(key), record);
    ruling.put(keys::members(&SpaceId::SERVER), &members);
    ruling.mark(keys::roster(&SpaceId::SERVER, joined_at, key));
    ruling.about(*key);
}

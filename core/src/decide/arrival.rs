//! What goes with coming in, whichever way one comes: an account, a seat on the roster, one more in the count.

use super::Ruling;
use super::place::{Counts, Holder};
use crate::id::{DecisionId, Incarnation, SpaceId};
use crate::key::{KexKey, SignKey};
use crate::record::{Account, Seat, Standing, Via};
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

/// Seats an account in the space that is asked about, and writes what follows beside the record of the key, which is put
/// by whoever knows what else changes in it.
pub(crate) fn seat(ruling: &mut Ruling, holder: &mut Holder, mut counts: Counts, incarnation: Incarnation, seat: Seat) {
    // In a network, a seat is on the roster until it is gone, whoever has the key now.
    let before = if holder.space == SpaceId::SERVER { None } else { holder.seat().take().map(|seat| seat.joined_at) };
    counts.enter(ruling, &holder.space, &holder.key, seat.joined_at, before);
    *holder.seat() = Some(Seat { incarnation, ..seat });
    ruling.about(holder.key);
}

/// A plain membership from now on.
pub(crate) fn plain_seat(context: &Context, via: Via) -> Seat {
    Seat { incarnation: Incarnation::NONE, role: Role::Member, tags: Vec::new(), joined_at: context.now, via }
}

/// Makes an account that came to the server without an invite a member.
pub(crate) fn seat_directly(ruling: &mut Ruling, context: &Context, holder: &mut Holder, account: Account, counts: Counts) {
    let incarnation = account.incarnation;
    holder.record.account = Some(account);
    seat(ruling, holder, counts, incarnation, plain_seat(context, Via::Direct));
    holder.put(ruling);
}

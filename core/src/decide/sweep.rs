//! Sweep: housekeeping over lists that only grow: request ids, and open invites.
//!
//! The host goes through the keys below [`keys::SWEPT`] in their order and remembers how far it came; a place that is
//! lost costs a second look. So no write pays for an index by age, and every record is read about twice before it goes.
//! The host only says which keys there are. Here each record is read, guarded, and stays unless it has no effect.

use super::inquiry::{Inquiry, Root};
use super::open_invites::{OpenInvites, Place};
use super::redeem::{InviteLife, is_void, life};
use super::{Outcome, Ruling, Stop, fault, operator_only};
use crate::code::Code;
use crate::key::SignKey;
use crate::record::{Closed, InviteRecord, KeyRecord, RequestRecord, keys};
use crate::rule;
use crate::wire::{Reply, Request};
use alloc::string::String;
use alloc::vec::Vec;

/// The most keys of one sweep.
const MOST: usize = 100;
/// Invites looked at in one decision: each is four writes, and a commit holds 200.
const INVITES: usize = 40;

/// Decides a sweep.
pub(crate) fn decide(request: &Request, found: &[String], inquiry: &mut Inquiry<'_>) -> Outcome {
    operator_only(request)?;
    if found.len() > MOST || !found.iter().all(|key| keys::is_key(key)) {
        return Err(fault(Code::Malformed, "sweep"));
    }
    inquiry.want(keys::SERVER);
    let mut ruling = Ruling::allow(rule::SWEEP_DONE);
    let [requests, invites] = keys::SWEPT;
    let looked = if found.iter().all(|key| key.starts_with(requests)) {
        found.iter().for_each(|key| inquiry.want(key));
        inquiry.ready()?;
        for key in found {
            // A later request under the same id is stale before it is looked up.
            if inquiry.load::<RequestRecord>(key)?.is_some_and(|record| record.is_over(request.context.now)) {
                ruling.remove(key.clone());
            }
        }
        found.len()
    } else if found.iter().all(|key| key.starts_with(invites)) {
        inquiry.ready()?;
        let root = inquiry.root(&request.context)?;
        close(&mut ruling, request, &root, found, inquiry)?
    } else {
        return Err(fault(Code::Malformed, "sweep"));
    };
    let root = inquiry.root(&request.context)?;
    Ok(root.save(&request.context, ruling.replying(Reply::Swept(looked as u16))))
}

/// Closes those of the first issuer's open invites that have expired or are void for good. Returns how many it looked at.
fn close(
    ruling: &mut Ruling,
    request: &Request,
    root: &Root,
    found: &[String],
    inquiry: &mut Inquiry<'_>,
) -> Result<usize, Stop> {
    let Some(issuer) = found.first().and_then(|key| SignKey::from_hex(key.get(2..66)?).ok()) else { return Ok(found.len()) };
    let prefix = keys::all_open_by_issuer(&issuer);
    let listed = found.iter().take(INVITES).take_while(|key| key.starts_with(&prefix));
    let invites: Vec<String> = listed.filter_map(|key| keys::trailing_invite(key)).map(|id| keys::invite(&id)).collect();
    let (account_key, count_key) = (keys::account(&issuer), keys::open_count(&issuer));
    [&account_key, &count_key].into_iter().chain(&invites).for_each(|key| inquiry.want(key));
    inquiry.ready()?;
    let account: KeyRecord = inquiry.load_or_default(&account_key)?;
    let mut open = OpenInvites::new(issuer, inquiry.load_or_default(&count_key)?);
    for key in &invites {
        let torn = || fault(Code::CorruptRecord, key);
        let mut record: InviteRecord = inquiry.load(key)?.ok_or_else(torn)?;
        let claims = record.invite.unverified_claims().ok_or_else(torn)?;
        let how = match life(&record, &claims, request.context.now) {
            InviteLife::Expired | InviteLife::Unreadable => Closed::Expired,
            InviteLife::Live if is_void(root, &account, &record, &claims) => Closed::Void,
            InviteLife::Live | InviteLife::Cancelled | InviteLife::UsedUp | InviteLife::Void => continue,
        };
        // Somebody closed it since the list was read.
        if record.closed.is_none() {
            record.closed = Some(how);
            open.close(ruling, Place::from(&claims), how, request.context.now);
            ruling.put(key.clone(), &record);
        }
    }
    if !ruling.writes.is_empty() {
        open.save(ruling);
    }
    Ok(invites.len())
}

//! Sweep: housekeeping over request ids, which every write adds one of.
//!
//! The host goes through them in the order of their keys and remembers how far it came; a place that is lost costs a
//! second look. So no write pays for an index by age, and a record is read about twice before it goes. The host only
//! says which keys there are: here each record is read, guarded, and stays unless it has no effect any more.

use super::inquiry::Inquiry;
use super::{Outcome, Ruling, fault, operator_only};
use crate::code::Code;
use crate::record::{RequestRecord, keys};
use crate::rule;
use crate::wire::{Reply, Request};
use alloc::string::String;

/// The most keys of one sweep.
const MOST: usize = 100;

/// Decides a sweep.
pub(crate) fn decide(request: &Request, found: &[String], inquiry: &mut Inquiry<'_>) -> Outcome {
    operator_only(request)?;
    inquiry.want(keys::SERVER);
    for key in found {
        if found.len() > MOST || !key.starts_with(keys::REQUEST_IDS) || !keys::is_key(key) {
            return Err(fault(Code::Malformed, "sweep"));
        }
        inquiry.want(key);
    }
    inquiry.ready()?;
    let root = inquiry.root(&request.context)?;
    let mut ruling = Ruling::allow(rule::SWEEP_DONE);
    let mut left = 0;
    for key in found {
        match inquiry.load::<RequestRecord>(key)? {
            // A later request under the same id is stale before it is looked up.
            Some(record) if record.is_over(request.context.now) => ruling.remove(key.clone()),
            Some(_) => left += 1,
            None => {}
        }
    }
    Ok(root.save(&request.context, ruling.replying(Reply::Swept(left))))
}

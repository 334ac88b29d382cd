//! Governed or not: a space that begins to be governed gets an owner, and one that ends to be remembers who it was.

use super::inquiry::{Inquiry, Root};
use super::place::Holder;
use super::{Ruling, Stop, deny};
use crate::code::Code;
use crate::id::Incarnation;
use crate::key::SignKey;
use crate::record::keys;
use crate::role::Role;
use crate::rule;
use crate::time::Timestamp;
use crate::wire::PageNeed;
use alloc::string::String;
use alloc::vec::Vec;

/// How far down the roster an owner is looked for.
const LOOKED_AT: u16 = 100;

/// Gives the space an owner, or takes its roles away, after it was said whether it is governed.
pub(crate) fn change_owner(ruling: &mut Ruling, root: &mut Root, now: Timestamp, inquiry: &mut Inquiry<'_>) -> Result<(), Stop> {
    let remembered = root.here().owner;
    let need = PageNeed {
        prefix: keys::all_roster(&root.id),
        after: String::new(),
        until: String::new(),
        limit: LOOKED_AT,
        under: keys::members(&root.id),
    };
    let begins = root.here().governed;
    if begins {
        inquiry.want_page(&need);
    }
    remembered.iter().for_each(|key| Holder::want(inquiry, &root.id, key));
    inquiry.ready()?;
    if !begins {
        let mut keeper = Incarnation::NONE;
        if let Some(owner) = remembered {
            let mut holder = Holder::load(root, &owner, inquiry)?;
            keeper = holder.incarnation();
            own(ruling, &mut holder, -1)?;
        }
        if let Some(child) = root.change().child.as_mut() {
            child.era = child.era.wrapping_add(1);
            child.remembered = keeper;
        }
        return Ok(());
    }
    let keeper = root.here().child.as_ref().map_or(Incarnation::NONE, |child| child.remembered);
    let mut candidates: Vec<SignKey> = Vec::new();
    if let Some(owner) = remembered {
        let is_he = Holder::load(root, &owner, inquiry)?.incarnation() == keeper;
        candidates.extend(is_he.then_some(owner));
    }
    let page = inquiry.page(&need)?;
    candidates.extend(page.records.iter().filter_map(|fact| keys::trailing_key(fact.key)));
    candidates.iter().for_each(|key| Holder::want(inquiry, &root.id, key));
    inquiry.ready()?;
    for key in candidates {
        let mut holder = Holder::load(root, &key, inquiry)?;
        if holder.current_seat().is_none() || holder.fallen(now).is_some() {
            continue;
        }
        holder.seated()?.role = Role::Owner;
        own(ruling, &mut holder, 1)?;
        holder.put(ruling);
        root.set_owner(key);
        return Ok(());
    }
    deny(Code::NotGoverned, rule::SPACE_GOVERNED)
}

/// One more space that the account owns, or one less. Whoever owns a space by its root and none by his own record was
/// rebound: housekeeping has yet to say so to the root.
pub(crate) fn own(ruling: &mut Ruling, holder: &mut Holder, spaces: i32) -> Result<(), Stop> {
    let Some(owned) = holder.record.spaces_owned.checked_add_signed(spaces) else {
        return deny(Code::Conflict, rule::SPACE_MOVING);
    };
    holder.record.spaces_owned = owned;
    ruling.put(keys::account(&holder.key), &holder.record);
    Ok(())
}

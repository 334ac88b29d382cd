//! What housekeeping clears away in networks: what stands below one that is gone, and the places of keys that are gone or
//! were rebound. Nothing of it has had any effect since the decision that left it.

use super::arrival;
use super::inquiry::{Inquiry, Root};
use super::open_invites::{OpenInvites, Place};
use super::place::{Counts, Holder};
use super::{Ruling, Stop, fault};
use crate::code::Code;
use crate::id::SpaceId;
use crate::key::SignKey;
use crate::record::{InviteRecord, MemberCount, MemberRecord, MovingJob, keys};
use crate::role::Role;
use crate::rule;
use crate::wire::PageNeed;
use alloc::string::String;
use alloc::vec::Vec;

/// Keys at once: each is up to six writes, and a commit holds 200.
const KEYS: u16 = 30;
/// Invites at once: each is up to three writes, and a commit holds 200.
const INVITES: u16 = 40;
/// Closed invites at once: each is one write.
const CLOSED: u16 = 150;

/// Clears some of what stands below a space that is gone, and says whether there is more. Nobody adds to that any more:
/// whoever would, decides under the space's root, which is not there.
pub(super) fn space(space: &SpaceId, inquiry: &mut Inquiry<'_>) -> Result<(bool, Ruling), Stop> {
    let below =
        |prefix: String, limit| PageNeed { prefix, after: String::new(), until: String::new(), limit, under: keys::space(space) };
    let members = below(keys::all_members(space), KEYS);
    let open = below(keys::all_open_by_space(space), INVITES);
    let closed = below(keys::all_closed(space), CLOSED);
    let count_key = keys::members(space);
    inquiry.want(&members.under);
    inquiry.want(&count_key);
    [&members, &open, &closed].into_iter().for_each(|need| inquiry.want_page(need));
    inquiry.ready()?;
    let mut ruling = Ruling::allow(rule::TIDY_DONE);
    if !inquiry.page(&members)?.records.is_empty() {
        clear_members(&mut ruling, space, &members, inquiry)?;
    } else if !inquiry.page(&open)?.records.is_empty() {
        clear_open(&mut ruling, &open, inquiry)?;
    } else if !inquiry.page(&closed)?.records.is_empty() {
        inquiry.page(&closed)?.records.iter().for_each(|fact| ruling.remove(fact.key.into()));
    } else {
        if inquiry.load::<MemberCount>(&count_key)?.is_some() {
            ruling.remove(count_key);
        }
        return Ok((false, ruling));
    }
    Ok((true, ruling))
}

/// All about some keys there, and where each stands.
fn clear_members(ruling: &mut Ruling, space: &SpaceId, need: &PageNeed, inquiry: &mut Inquiry<'_>) -> Result<(), Stop> {
    let found: Vec<SignKey> = inquiry.page(need)?.records.iter().filter_map(|fact| keys::trailing_key(fact.key)).collect();
    for key in &found {
        inquiry.want(&keys::joined(key));
        inquiry.want(&keys::member(space, key));
    }
    inquiry.ready()?;
    let mut left: MemberCount = inquiry.load_or_default(&keys::members(space))?;
    for key in found {
        let there: MemberRecord = inquiry.load_or_default(&keys::member(space, &key))?;
        ruling.remove(keys::member(space, &key));
        if let Some(seat) = there.seat {
            let mut joined: MemberCount = inquiry.load_or_default(&keys::joined(&key))?;
            joined.change(|networks| networks.saturating_sub(1));
            left.change(|members| members.saturating_sub(1));
            ruling.put(keys::joined(&key), &joined);
            ruling.remove(keys::joined_space(&key, space));
            ruling.remove(keys::roster(space, seat.joined_at, &key));
        }
        if there.ban.is_some() {
            ruling.remove(keys::banned(space, &key));
        }
        if there.allowlisted.is_some() {
            ruling.remove(keys::allowed(space, &key));
        }
    }
    ruling.put(keys::members(space), &left);
    Ok(())
}

/// Some open invites, of whoever made them. They leave the lists; that they lead nowhere, the missing place says.
fn clear_open(ruling: &mut Ruling, need: &PageNeed, inquiry: &mut Inquiry<'_>) -> Result<(), Stop> {
    let ids: Vec<_> = inquiry.page(need)?.records.iter().filter_map(|fact| keys::trailing_invite(fact.key)).collect();
    ids.iter().for_each(|id| inquiry.want(&keys::invite(id)));
    inquiry.ready()?;
    let mut invites = Vec::new();
    for id in &ids {
        let key = keys::invite(id);
        let record: InviteRecord = inquiry.load(&key)?.ok_or_else(|| fault(Code::CorruptRecord, &key))?;
        let claims = record.invite.unverified_claims().ok_or_else(|| fault(Code::CorruptRecord, &key))?;
        inquiry.want(&keys::open_count(&claims.issuer));
        invites.push(claims);
    }
    inquiry.ready()?;
    let mut issuers: Vec<OpenInvites> = Vec::new();
    for claims in invites {
        if !issuers.iter().any(|open| open.issuer == claims.issuer) {
            issuers.push(OpenInvites::new(claims.issuer, inquiry.load_or_default(&keys::open_count(&claims.issuer))?));
        }
        let place = Place::from(&claims);
        issuers.iter_mut().filter(|open| open.issuer == claims.issuer).for_each(|open| open.drop_from_lists(ruling, place));
    }
    issuers.into_iter().for_each(|open| open.save(ruling));
    Ok(())
}

/// Ends a membership of a key that is gone, or moves it to the key that took its place, and gives what is left.
pub(super) fn membership(
    moving: &MovingJob,
    root: &mut Root,
    inquiry: &mut Inquiry<'_>,
) -> Result<(Option<MovingJob>, Ruling), Stop> {
    let MovingJob { from, to, incarnation, after } = moving;
    let under = keys::joined(from);
    let need = PageNeed { prefix: keys::all_joined(from), after: after.clone(), until: String::new(), limit: 1, under };
    inquiry.want(&need.under);
    inquiry.want_page(&need);
    inquiry.ready()?;
    let mut ruling = Ruling::allow(rule::TIDY_DONE);
    let page = inquiry.page(&need)?;
    let Some(last) = page.records.last().map(|fact| String::from(fact.key)) else { return Ok((None, ruling)) };
    let left = page.more.then(|| MovingJob { after: last.clone(), ..moving.clone() });
    let Some(space) = keys::trailing_space(&last) else { return Err(fault(Code::CorruptRecord, &last)) };
    inquiry.want(&keys::space(&space));
    for key in [from, to] {
        Holder::want(inquiry, &space, key);
        Counts::want(inquiry, &space, key);
    }
    inquiry.ready()?;
    root.go(&space, inquiry)?;
    let (mut old, mut new) = (Holder::load(root, from, inquiry)?, Holder::load(root, to, inquiry)?);
    if from == to && root.is_there() && root.here().owner == Some(*from) && root.here().governed {
        // It is on its way to the key that took its place: another job's.
        return Ok((left, ruling));
    }
    let Some(seat) = old.seat().take_if(|seat| seat.incarnation == *incarnation) else { return Ok((left, ruling)) };
    old.put(&mut ruling);
    let mut counts = Counts::load(&space, from, inquiry)?;
    counts.leave(&mut ruling, &space, from, seat.joined_at);
    let Some(account) = new.record.account.as_ref().filter(|_| from != to) else { return Ok((left, ruling)) };
    let (incarnation, role) = (account.incarnation, seat.role);
    // Whoever came in there meanwhile, by himself, keeps that seat.
    if new.current_seat().is_some() {
        let own = new.seated()?;
        own.role = own.role.max(role);
    } else {
        let arriving = Counts { members: counts.members, ..Counts::load(&space, to, inquiry)? };
        ruling.writes.retain(|write| write.key != keys::members(&space));
        arrival::seat(&mut ruling, &mut new, arriving, incarnation, seat);
    }
    new.put(&mut ruling);
    if role == Role::Owner && root.is_there() {
        root.set_owner(*to);
    }
    Ok((left, ruling))
}

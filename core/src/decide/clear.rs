//! What housekeeping clears away in networks: what stands below one that is gone, and the places of keys that are gone or
//! were rebound. Nothing of it has had any effect since the decision that left it.

use super::inquiry::Inquiry;
use super::open_invites::{OpenInvites, Place};
use super::{Ruling, Stop, fault};
use crate::code::Code;
use crate::id::{Incarnation, SpaceId};
use crate::key::SignKey;
use crate::record::{Closed, InviteRecord, Joined, KeyRecord, MemberCount, MemberRecord, MovingJob, Seat, Space, Stored, keys};
use crate::role::Role;
use crate::rule;
use crate::wire::PageNeed;
use alloc::string::String;
use alloc::vec::Vec;

/// Keys at once: each is up to six writes, and a commit holds 200.
const KEYS: u16 = 30;
/// Invites at once: each is four writes, and a commit holds 200.
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
    let mut found = Vec::new();
    for fact in &inquiry.page(need)?.records {
        let torn = || fault(Code::CorruptRecord, fact.key);
        let key = keys::trailing_key(fact.key).ok_or_else(torn)?;
        found.push((key, MemberRecord::from_stored(fact.value.unwrap_or_default()).map_err(|_| torn())?));
    }
    found.iter().for_each(|(key, _)| inquiry.want(&keys::joined(key)));
    inquiry.ready()?;
    let mut left: MemberCount = inquiry.load_or_default(&keys::members(space))?;
    for (key, there) in found {
        ruling.remove(keys::member(space, &key));
        if let Some(seat) = there.seat {
            let mut joined: Joined = inquiry.load_or_default(&keys::joined(&key))?;
            joined.change(|spaces| spaces.saturating_sub(1));
            left.change(|members| members.saturating_sub(1));
            ruling.put(keys::joined(&key), &joined);
            ruling.remove(keys::joined_space(&key, space));
            ruling.remove(keys::roster(space, seat.joined_at, &key));
        }
        if there.ban.is_some() {
            ruling.remove(keys::banned(space, &key));
        }
        if there.allowlisted_by.is_some() {
            ruling.remove(keys::allowed(space, &key));
        }
    }
    ruling.put(keys::members(space), &left);
    Ok(())
}

/// Some open invites, of whoever made them.
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
        invites.push((key, record, claims));
    }
    inquiry.ready()?;
    let mut issuers: Vec<OpenInvites> = Vec::new();
    for (key, mut record, claims) in invites {
        if !issuers.iter().any(|open| open.issuer == claims.issuer) {
            issuers.push(OpenInvites::new(claims.issuer, inquiry.load_or_default(&keys::open_count(&claims.issuer))?));
        }
        record.closed = Some(Closed::Void);
        let place = Place::from(&claims);
        issuers.iter_mut().filter(|open| open.issuer == claims.issuer).for_each(|open| open.drop_from_lists(ruling, place));
        ruling.put(key, &record);
    }
    issuers.into_iter().for_each(|open| open.save(ruling));
    Ok(())
}

/// Ends some memberships of a key that is gone, or moves them to the key that took its place, and gives what is left.
pub(super) fn memberships(moving: &MovingJob, inquiry: &mut Inquiry<'_>) -> Result<(Option<MovingJob>, Ruling), Stop> {
    let MovingJob { from, to, incarnation, after } = moving;
    let moves = from != to;
    let need = PageNeed {
        prefix: keys::all_joined(from),
        after: after.clone(),
        until: String::new(),
        limit: KEYS / 2,
        under: keys::joined(from),
    };
    inquiry.want(&need.under);
    inquiry.want_page(&need);
    inquiry.want(&keys::account(to));
    inquiry.want(&keys::joined(to));
    inquiry.ready()?;
    let page = inquiry.page(&need)?;
    let last = page.records.last().map(|fact| String::from(fact.key)).filter(|_| page.more);
    let spaces: Vec<SpaceId> = page.records.iter().filter_map(|fact| keys::trailing_space(fact.key)).collect();
    for space in &spaces {
        inquiry.want(&keys::space(space));
        inquiry.want(&keys::members(space));
        [from, to].into_iter().for_each(|key| inquiry.want(&keys::member(space, key)));
    }
    inquiry.ready()?;
    let mut ruling = Ruling::allow(rule::TIDY_DONE);
    let account: KeyRecord = inquiry.load_or_default(&keys::account(to))?;
    let current = account.account.as_ref().map(|account| account.incarnation);
    let mut joined: [Joined; 2] = [inquiry.load_or_default(&keys::joined(from))?, inquiry.load_or_default(&keys::joined(to))?];
    for space in &spaces {
        let mut old: MemberRecord = inquiry.load_or_default(&keys::member(space, from))?;
        let Some(seat) = old.seat.take_if(|seat| seat.incarnation == *incarnation) else { continue };
        let mut members: MemberCount = inquiry.load_or_default(&keys::members(space))?;
        ruling.remove(keys::roster(space, seat.joined_at, from));
        ruling.remove(keys::joined_space(from, space));
        joined[0].change(|spaces| spaces.saturating_sub(1));
        members.change(|members| members.saturating_sub(1));
        ruling.put(keys::member(space, from), &old);
        if let Some(current) = current.filter(|_| moves) {
            let their = Arrival { space, to, current, seat, era: old.era };
            their.take_place(&mut ruling, (&mut members, &mut joined[1]), inquiry)?;
        }
        ruling.put(keys::members(space), &members);
    }
    ruling.put(keys::joined(from), &joined[0]);
    if moves {
        ruling.put(keys::joined(to), &joined[1]);
    }
    Ok((last.map(|after| MovingJob { after, ..moving.clone() }), ruling))
}

/// A seat on its way to the key that took the place of its holder's.
struct Arrival<'a> {
    space: &'a SpaceId,
    to: &'a SignKey,
    current: Incarnation,
    seat: Seat,
    era: u32,
}

impl Arrival<'_> {
    /// Seats the key, unless it came in meanwhile by itself; ownership follows in any case.
    fn take_place(
        self,
        ruling: &mut Ruling,
        (members, joined): (&mut MemberCount, &mut Joined),
        inquiry: &Inquiry<'_>,
    ) -> Result<(), Stop> {
        let Self { space, to, current, seat, era } = self;
        let mut there: MemberRecord = inquiry.load_or_default(&keys::member(space, to))?;
        let role = seat.role;
        match there.seat.as_mut() {
            Some(own) => own.role = own.role.max(role),
            None => {
                ruling.mark(keys::roster(space, seat.joined_at, to));
                ruling.mark(keys::joined_space(to, space));
                joined.change(|spaces| spaces.saturating_add(1));
                members.change(|members| members.saturating_add(1));
                there.seat = Some(Seat { incarnation: current, ..seat });
            }
        }
        there.era = era;
        ruling.put(keys::member(space, to), &there);
        if let (Role::Owner, Some(mut root)) = (role, inquiry.load::<Space>(&keys::space(space))?) {
            root.owner = Some(*to);
            ruling.put(keys::space(space), &root);
        }
        Ok(())
    }
}

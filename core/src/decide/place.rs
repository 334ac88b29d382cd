//! A space as one decision sees it: as what somebody acts there, and all about a key there. The server keeps that in the
//! key's one record; every other space has a record of its own beside it.

use super::inquiry::{Inquiry, Root};
use super::{Ruling, Stop, fault};
use crate::code::Code;
use crate::id::{Incarnation, SpaceId};
use crate::key::SignKey;
use crate::record::{Allowed, Ban, KeyRecord, MemberCount, MemberRecord, Seat, Standing, keys};
use crate::role::{Actor, PlaceKind, Role};
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;

/// As what a key acts in the space that is asked about, from its wanted records: an owner or admin of the server as that,
/// everyone else by the role there.
pub(crate) fn stand(
    root: &Root,
    key: &SignKey,
    record: &KeyRecord,
    exists: bool,
    inquiry: &Inquiry<'_>,
) -> Result<(MemberRecord, Actor), Stop> {
    let mut there = MemberRecord::default();
    if !exists {
        return Ok((there, Actor::OUTSIDE));
    }
    if !root.is_server() {
        there = inquiry.load_or_default(&keys::member(&root.id, key))?;
        there.settle(root.here());
    }
    let actor = actor(root, record, &there);
    Ok((there, actor))
}

/// The same, from all about the key. `there` is as it counts now.
pub(crate) fn actor(root: &Root, record: &KeyRecord, there: &MemberRecord) -> Actor {
    let at_server = record.current_seat().map(|seat| seat.role);
    if root.is_server() {
        return match at_server {
            Some(role) => Actor::at_server(role),
            None => Actor::OUTSIDE,
        };
    }
    let governed = root.here().governed;
    let (role, place) = match (at_server, there.current_seat(record.account.as_ref())) {
        (Some(role), _) if role >= Role::Admin => (role, PlaceKind::Above),
        (Some(_), Some(seat)) => (seat.role, PlaceKind::Child),
        _ => (Role::Member, PlaceKind::Outside),
    };
    Actor { role, place, governed }
}

/// Whether the space is there for somebody: its members, who governs the server, whom its allowlist lets in, and everyone
/// if it is listed.
pub(crate) fn is_visible(root: &Root, actor: Actor, allowlisted: Option<SignKey>) -> bool {
    let listed = root.here().child.as_ref().is_none_or(|child| child.listed);
    listed || actor.place != PlaceKind::Outside || allowlisted.is_some()
}

/// All about one key in the space that is asked about.
pub(crate) struct Holder {
    pub(crate) key: SignKey,
    pub(crate) space: SpaceId,
    pub(crate) record: KeyRecord,
    there: MemberRecord,
}

impl Holder {
    /// Where it is.
    pub(crate) fn keys(space: &SpaceId, key: &SignKey) -> Vec<String> {
        let mut found = alloc::vec![keys::account(key)];
        if *space != SpaceId::SERVER {
            found.push(keys::member(space, key));
        }
        found
    }

    /// Wants it.
    pub(crate) fn want(inquiry: &mut Inquiry<'_>, space: &SpaceId, key: &SignKey) {
        inquiry.want_all(&Self::keys(space, key));
    }

    /// As the wanted records have it.
    pub(crate) fn load(root: &Root, key: &SignKey, inquiry: &Inquiry<'_>) -> Result<Self, Stop> {
        let record = inquiry.load_or_default(&keys::account(key))?;
        let (there, _) = stand(root, key, &record, root.is_there(), inquiry)?;
        Ok(Self { key: *key, space: root.id, record, there })
    }

    /// As somebody has it already.
    pub(crate) fn new(root: &Root, key: SignKey, record: KeyRecord, there: MemberRecord) -> Self {
        Self { key, space: root.id, record, there }
    }

    /// All about it in a space beside the server.
    pub(crate) fn there(&self) -> MemberRecord {
        self.there.clone()
    }

    fn is_at_server(&self) -> bool {
        self.space == SpaceId::SERVER
    }

    /// The membership, if it is one.
    pub(crate) fn current_seat(&self) -> Option<&Seat> {
        if self.is_at_server() { self.record.current_seat() } else { self.there.current_seat(self.record.account.as_ref()) }
    }

    /// Where the membership stands.
    pub(crate) fn seat(&mut self) -> &mut Option<Seat> {
        if self.is_at_server() { &mut self.record.seat } else { &mut self.there.seat }
    }

    /// The membership, of a member.
    pub(crate) fn seated(&mut self) -> Result<&mut Seat, Stop> {
        self.seat().as_mut().ok_or_else(|| fault(Code::Undecidable, "member without seat"))
    }

    /// The ban from this space.
    pub(crate) fn ban(&mut self) -> &mut Option<Ban> {
        if self.is_at_server() { &mut self.record.ban } else { &mut self.there.ban }
    }

    /// The ban from this space, if it stands.
    pub(crate) fn banned(&self, now: Timestamp) -> Option<&Ban> {
        let ban = if self.is_at_server() { &self.record.ban } else { &self.there.ban };
        ban.as_ref().filter(|ban| ban.stands(now))
    }

    /// Puts the key on this space's allowlist, or takes it off.
    pub(crate) fn set_allowlisted(&mut self, by: Option<SignKey>) {
        let incarnation = self.incarnation();
        if self.is_at_server() {
            self.record.allowlisted_by = by;
        } else {
            self.there.allowlisted = by.map(|by| Allowed { by, incarnation });
        }
    }

    /// Who put the key on this space's allowlist, if that counts for the account it has now.
    pub(crate) fn allowlisted_by(&self) -> Option<SignKey> {
        if self.is_at_server() { self.record.allowlisted_by } else { self.there.allowlisted_by(self.record.account.as_ref()) }
    }

    /// Why the key may not be here, if so: it is revoked, or banned from here or from the server.
    pub(crate) fn fallen(&self, now: Timestamp) -> Option<Code> {
        match &self.record.account {
            Some(account) if account.standing == Standing::Revoked => Some(Code::AccountRevoked),
            _ if self.record.is_banned(now) || self.banned(now).is_some() => Some(Code::Banned),
            _ => None,
        }
    }

    /// Which registration the key's account is.
    pub(crate) fn incarnation(&self) -> Incarnation {
        self.record.account.as_ref().map_or(Incarnation::NONE, |account| account.incarnation)
    }

    /// As what it acts here.
    pub(crate) fn actor(&self, root: &Root) -> Actor {
        if root.is_there() { actor(root, &self.record, &self.there) } else { Actor::OUTSIDE }
    }

    /// The authority epoch that the key's claims name here. The sum of two numbers that only grow stays the same only
    /// while both do.
    pub(crate) fn epoch(&self) -> u32 {
        self.record.account.as_ref().map_or(0, |account| account.epoch).wrapping_add(self.there.epoch)
    }

    /// It falls here: what it offered is void for good.
    pub(crate) fn fall(&mut self) {
        match self.record.account.as_mut() {
            Some(account) if self.space == SpaceId::SERVER => account.epoch = account.epoch.wrapping_add(1),
            Some(_) => self.there.epoch = self.there.epoch.wrapping_add(1),
            None => {}
        }
    }

    /// Writes what stands in this space.
    pub(crate) fn put(&self, ruling: &mut Ruling) {
        if self.is_at_server() {
            ruling.put(keys::account(&self.key), &self.record);
        } else {
            ruling.put(keys::member(&self.space, &self.key), &self.there);
        }
    }
}

/// The counters that go with a roster: its members, and for a space beside the server, the spaces of who comes or goes.
pub(crate) struct Counts {
    pub(crate) members: MemberCount,
    pub(crate) joined: MemberCount,
}

impl Counts {
    /// Where they are.
    pub(crate) fn keys(space: &SpaceId, key: &SignKey) -> Vec<String> {
        let mut found = alloc::vec![keys::members(space)];
        if *space != SpaceId::SERVER {
            found.push(keys::joined(key));
        }
        found
    }

    /// Wants them.
    pub(crate) fn want(inquiry: &mut Inquiry<'_>, space: &SpaceId, key: &SignKey) {
        inquiry.want_all(&Self::keys(space, key));
    }

    /// As the records have them.
    pub(crate) fn load(space: &SpaceId, key: &SignKey, inquiry: &Inquiry<'_>) -> Result<Self, Stop> {
        let members = inquiry.load_or_default(&keys::members(space))?;
        let joined =
            if *space == SpaceId::SERVER { MemberCount::default() } else { inquiry.load_or_default(&keys::joined(key))? };
        Ok(Self { members, joined })
    }

    /// Somebody takes a place on the roster, where an earlier holder of the key may still stand.
    pub(crate) fn enter(
        &mut self,
        ruling: &mut Ruling,
        space: &SpaceId,
        key: &SignKey,
        at: Timestamp,
        before: Option<Timestamp>,
    ) {
        ruling.mark(keys::roster(space, at, key));
        self.members.change(|members| if before.is_some() { members } else { members.saturating_add(1) });
        ruling.put(keys::members(space), &self.members);
        if let Some(before) = before.filter(|before| *before != at) {
            ruling.remove(keys::roster(space, before, key));
        }
        if *space != SpaceId::SERVER && before.is_none() {
            ruling.mark(keys::joined_space(key, space));
            self.joined.change(|networks| networks.saturating_add(1));
            ruling.put(keys::joined(key), &self.joined);
        }
    }

    /// Somebody leaves the roster.
    pub(crate) fn leave(&mut self, ruling: &mut Ruling, space: &SpaceId, key: &SignKey, since: Timestamp) {
        ruling.remove(keys::roster(space, since, key));
        self.members.change(|members| members.saturating_sub(1));
        ruling.put(keys::members(space), &self.members);
        if *space != SpaceId::SERVER {
            ruling.remove(keys::joined_space(key, space));
            self.joined.change(|networks| networks.saturating_sub(1));
            ruling.put(keys::joined(key), &self.joined);
        }
    }
}

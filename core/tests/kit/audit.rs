//! What must hold in every store that only the core has written: counters, lists and records agree.

use super::host::World;
use doorward_core::record::{
    Closed, InviteRecord, KeyRecord, MemberCount, MemberRecord, Named, OpenCount, Space, Stored, Use, keys,
};
use doorward_core::role::Role;
use doorward_core::{Code, SignKey, SpaceId};
use std::collections::BTreeMap;

impl World {
    /// All records whose key begins like this, by the rest of their key.
    pub fn all<T: Stored>(&self, prefix: &str) -> BTreeMap<String, T> {
        let under = self.store.range(prefix.to_string()..).take_while(|(key, _)| key.starts_with(prefix));
        under.map(|(key, (_, bytes))| (key[prefix.len()..].to_string(), T::from_stored(bytes).expect(key))).collect()
    }

    /// How many keys begin like this.
    pub fn count(&self, prefix: &str) -> usize {
        self.store.range(prefix.to_string()..).take_while(|(key, _)| key.starts_with(prefix)).count()
    }

    /// Checks that counters, lists and records agree.
    pub fn audit(&self) {
        self.audit_roster();
        self.audit_key_lists();
        self.audit_open_lists();
        self.audit_uses();
        // What housekeeping has still to clear stands where it stood.
        if self.count(keys::JOBS) == 0 {
            self.audit_networks();
        }
    }

    /// Of networks: records, rosters, lists of one's own, counts, names and owners agree.
    fn audit_networks(&self) {
        let members: BTreeMap<String, MemberRecord> = self.all("m.");
        let seated: Vec<(SpaceId, SignKey)> = members
            .iter()
            .filter_map(|(place, record)| {
                let (space, key) = place.split_once('.').expect("a space and a key");
                let (space, key) = (SpaceId::from_hex(space).unwrap(), SignKey::from_hex(key).unwrap());
                let lists = [keys::banned(&space, &key), keys::allowed(&space, &key)];
                let stands = lists.each_ref().map(|list| self.store.contains_key(list));
                assert_eq!(stands, [record.ban.is_some(), record.allowlisted.is_some()], "{place} stands on the lists it is on");
                let seat = record.seat.as_ref()?;
                for mark in [keys::roster(&space, seat.joined_at, &key), keys::joined_space(&key, &space)] {
                    assert!(self.store.contains_key(&mark), "a member of a network stands on both lists: {mark}");
                }
                Some((space, key))
            })
            .collect();
        let counts: BTreeMap<String, MemberCount> = self.all("n.");
        for (space, count) in counts.iter().filter(|(space, _)| **space != SpaceId::SERVER.to_hex()) {
            let there = seated.iter().filter(|(id, _)| id.to_hex() == **space).count();
            assert_eq!(count.members as usize, there, "the count of members of a network is exact");
            assert_eq!(self.count(&format!("o.{space}.")), there, "its roster holds members only");
        }
        let marks = self.all_keys("b.").filter(|key| key.contains('.')).count();
        assert_eq!(marks, seated.len(), "nobody is in a network that he is no member of");
        let networks: BTreeMap<String, Space> = self.all("s.");
        let networks: BTreeMap<_, _> = networks.into_iter().filter(|(_, space)| space.child.is_some()).collect();
        let names: BTreeMap<String, Named> = self.all(keys::NAMES);
        assert_eq!(names.len(), networks.len(), "a network has one name");
        let mut owned: BTreeMap<SignKey, u32> = BTreeMap::new();
        for (id, space) in &networks {
            let named: Named = self.get(&keys::name(&space.name)).expect("the name of a network");
            assert_eq!(named.space.to_hex(), *id);
            let owners: Vec<SignKey> = seated
                .iter()
                .filter(|(id_, key)| id_.to_hex() == *id && self.owns(*id_, *key, space))
                .map(|(_, key)| *key)
                .collect();
            if space.governed {
                assert_eq!(owners, space.owner.into_iter().collect::<Vec<_>>(), "one owner, the one its root names");
                space.owner.into_iter().for_each(|owner| *owned.entry(owner).or_default() += 1);
            } else {
                assert!(owners.is_empty(), "nobody owns a space that is not governed");
            }
        }
        for (hex, record) in &self.all::<KeyRecord>("a.") {
            let key = SignKey::from_hex(hex).unwrap();
            assert_eq!(record.spaces_owned, owned.get(&key).copied().unwrap_or(0), "as many spaces as one owns");
            let joined: MemberCount = self.get(&keys::joined(&key)).unwrap_or_default();
            assert_eq!(
                joined.members as usize,
                seated.iter().filter(|(_, who)| *who == key).count(),
                "as many spaces as one is in"
            );
        }
    }

    fn owns(&self, space: SpaceId, key: SignKey, root: &Space) -> bool {
        let record: MemberRecord = self.get(&keys::member(&space, &key)).unwrap_or_default();
        let now = root.child.as_ref().is_some_and(|child| child.era == record.era) && root.governed;
        now && record.seat.is_some_and(|seat| seat.role == Role::Owner)
    }

    fn audit_roster(&self) {
        let accounts: BTreeMap<String, KeyRecord> = self.all("a.");
        let members: MemberCount = self.get(&keys::members(&SpaceId::SERVER)).unwrap_or_default();
        let mut seated = 0;
        let mut owners = Vec::new();
        for (hex, record) in &accounts {
            let Some(seat) = record.current_seat() else { continue };
            seated += 1;
            let key = SignKey::from_hex(hex).unwrap();
            assert!(
                self.store.contains_key(&keys::roster(&SpaceId::SERVER, seat.joined_at, &key)),
                "a member stands on the roster"
            );
            if seat.role == Role::Owner {
                owners.push(key);
            }
        }
        assert_eq!(members.members, seated, "the count of members is exact");
        let roster = self.count(&keys::all_roster(&SpaceId::SERVER));
        assert_eq!(roster, seated as usize, "the roster holds members only");
        let Some(root) = self.get::<Space>(keys::SERVER) else { return };
        assert_eq!(root.owner.into_iter().collect::<Vec<_>>(), owners, "one owner, the one the root names");
    }

    fn audit_key_lists(&self) {
        let lists = [keys::all_banned(&SpaceId::SERVER), keys::all_allowed(&SpaceId::SERVER)];
        for (hex, record) in &self.all::<KeyRecord>("a.") {
            let stands = lists.each_ref().map(|list| self.store.contains_key(&format!("{list}{hex}")));
            assert_eq!(stands, [record.ban.is_some(), record.allowlisted_by.is_some()], "{hex} stands on the lists it is on");
        }
        for list in &lists {
            assert!(self.all_keys(list).all(|hex| self.store.contains_key(&format!("a.{hex}"))), "nobody else stands there");
        }
    }

    fn all_keys<'w>(&'w self, prefix: &'w str) -> impl Iterator<Item = &'w str> {
        self.store.range(prefix.to_string()..).map_while(move |(key, _)| key.strip_prefix(prefix))
    }

    fn audit_open_lists(&self) {
        let counts: BTreeMap<String, OpenCount> = self.all("q.");
        let mut listed = 0;
        for (issuer, count) in &counts {
            let open = self.count(&format!("x.{issuer}."));
            assert_eq!(count.open as usize, open, "the count of open invites is exact");
            listed += open;
        }
        assert_eq!(self.count("x."), listed, "every list has its counter");
        assert_eq!(self.count("y."), listed, "both open lists hold the same");
        let closed: BTreeMap<String, Closed> = self.all("z.");
        let invites: BTreeMap<String, InviteRecord> = self.all("v.");
        // Those of networks that are gone stand in no list any more.
        let of_gone = invites.values().filter(|record| self.leads_nowhere(record)).count();
        assert_eq!(listed + closed.len(), invites.len() - of_gone, "an invite is open or closed");
    }

    fn leads_nowhere(&self, record: &InviteRecord) -> bool {
        let space = record.invite.unverified_claims().expect("claims").space;
        let listed = self.count(&keys::all_open_by_space(&space)) + self.count(&keys::all_closed(&space));
        listed == 0 && !self.store.contains_key(&keys::space(&space))
    }

    fn audit_uses(&self) {
        let invites: BTreeMap<String, InviteRecord> = self.all("v.");
        for (id, record) in &invites {
            let claims = record.invite.unverified_claims().expect("claims");
            let uses: BTreeMap<String, Use> = self.all(&format!("w.{id}."));
            let admitted = uses.values().filter(|used| used.code == Code::Allowed).count();
            // A key whose account was deleted may spend again: its use is filed over the former.
            assert!(uses.len() <= record.uses as usize, "every filed use was counted");
            assert!(claims.max_uses == 0 || record.uses <= claims.max_uses, "no more uses than offered");
            assert!(claims.max_uses == 0 || admitted <= claims.max_uses as usize, "no more admitted than offered");
        }
    }
}

//! What must hold in every store that only the core has written: counters, lists and records agree.

use super::host::World;
use doorward_core::record::{Closed, InviteRecord, KeyRecord, MemberCount, OpenCount, Space, Stored, Use, keys};
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
        assert_eq!(self.count("o."), seated as usize, "the roster holds members only");
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
        assert_eq!(listed + closed.len(), invites.len(), "an invite is open or closed");
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

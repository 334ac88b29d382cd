//! All about one key at the server, in one record: *is authorized* is one load.

use crate::id::{DecisionId, Incarnation, InviteId};
use crate::key::{KexKey, SignKey, Signature};
use crate::role::Role;
use crate::time::{Expiry, Timestamp};
use crate::wire::{Malformed, Reader, Wire, wire_enum, wire_struct};
use alloc::string::String;
use alloc::vec::Vec;

wire_struct! {
    /// `a.<pub>`. Each part outlives the others: a ban may stand on a key that has no account, and a deleted account's
    /// seat stays behind, inert, because it names an incarnation that is gone.
    #[derive(Default)]
    pub struct KeyRecord {
        /// The account, if the key has one.
        pub account: Option<Account>,
        /// The membership of the server space. Counts only if it names the account's incarnation.
        pub seat: Option<Seat>,
        /// A ban from the server space, which bars from everything.
        pub ban: Option<Ban>,
        /// Put on the server's allowlist by this key.
        pub allowlisted_by: Option<SignKey>,
        /// How many spaces the account owns.
        pub spaces_owned: u32,
    }
}

wire_enum! {
    /// Whether an account may do anything at all.
    #[derive(Copy)]
    pub enum Standing {
        /// It may.
        0 => Active,
        /// It may not.
        1 => Revoked,
    }
}

wire_enum! {
    /// How someone came in.
    #[derive(Copy)]
    pub enum Via {
        /// Added directly.
        0 => Direct,
        /// By this invite.
        1 => Invite(InviteId),
    }
}

wire_struct! {
    /// A person or agent.
    pub struct Account {
        /// X25519 key.
        pub kex_key: KexKey,
        /// The account's own signature over its key pair, or none yet (`unproved`).
        pub binding: Option<Signature>,
        /// What it is called: 1–64 characters, display only.
        pub handle: String,
        /// Active or revoked.
        pub standing: Standing,
        /// Which registration of the key this is.
        pub incarnation: Incarnation,
        /// Raised whenever it falls; what it made before then is void for good.
        pub epoch: u32,
        /// When it was made.
        pub created_at: Timestamp,
        /// How it came.
        pub via: Via,
        /// Who brought it: an issuer's, a manager's, or the server's own key.
        pub invited_by: SignKey,
        /// The recorded decision that made it.
        pub decision: DecisionId,
    }
}

wire_struct! {
    /// A membership.
    pub struct Seat {
        /// Whose, exactly.
        pub incarnation: Incarnation,
        /// As what.
        pub role: Role,
        /// Tags.
        pub tags: Vec<String>,
        /// Since when.
        pub joined_at: Timestamp,
        /// How.
        pub via: Via,
    }
}

wire_struct! {
    /// A key barred from a space.
    pub struct Ban {
        /// Why.
        pub reason: String,
        /// By whom.
        pub by: SignKey,
        /// Since when.
        pub since: Timestamp,
        /// Until when; at that second it is over.
        pub until: Expiry,
    }
}

impl Ban {
    /// Whether the ban still stands. What cannot be read stands: for a ban, that is the safe side.
    pub fn stands(&self, now: Timestamp) -> bool {
        ban_stands(self.until, now)
    }
}

fn ban_stands(until: Expiry, now: Timestamp) -> bool {
    match until {
        Expiry::At(until) => now < until,
        Expiry::Never | Expiry::Unreadable => true,
    }
}

impl KeyRecord {
    /// The account's membership of the server space, if it is one: a seat counts only for the incarnation it names.
    pub fn current_seat(&self) -> Option<&Seat> {
        let account = self.account.as_ref()?;
        self.seat.as_ref().filter(|seat| seat.incarnation == account.incarnation)
    }

    /// What *is authorized* and *can* look at.
    pub fn glance(&self) -> Glance {
        Glance {
            standing: self.account.as_ref().map(|account| account.standing),
            role: self.current_seat().map(|seat| seat.role),
            ban: self.ban.as_ref().map(|ban| ban.until),
        }
    }

    /// Whether a server ban stands on this key.
    pub fn is_banned(&self, now: Timestamp) -> bool {
        self.ban.as_ref().is_some_and(|ban| ban.stands(now))
    }
}

/// What *is authorized* and *can* look at in a [`KeyRecord`], read without taking the rest.
///
/// These questions are asked for every message of a service, so their one record is not copied out to answer them.
/// INVARIANT: [`Glance::of_stored`] says what [`KeyRecord::from_stored`] says (kept by a test over random records).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glance {
    /// The account's standing, if there is an account.
    pub standing: Option<Standing>,
    /// The role of its current membership, if it has one.
    pub role: Option<Role>,
    /// Until when a ban stands, if there is one.
    pub ban: Option<Expiry>,
}

impl Glance {
    /// What a key without a record looks like.
    pub const NOTHING: Glance = Glance { standing: None, role: None, ban: None };

    /// Reads what matters, in the order of the fields of [`KeyRecord`].
    #[inline]
    pub fn of_stored(bytes: &[u8]) -> Result<Self, Malformed> {
        let r = &mut Reader::new(bytes);
        if u8::read(r) != <KeyRecord as super::Stored>::SCHEMA {
            r.fail();
        }
        let mut account = None;
        if bool::read(r) {
            r.take(32); // kex_key
            if bool::read(r) {
                r.take(64); // binding
            }
            r.text(); // handle
            account = Some((Standing::read(r), Incarnation::read(r)));
            u32::read(r); // epoch
            Timestamp::read(r); // created_at
            Via::read(r);
            r.take(32 + 16); // invited_by, decision
        }
        let mut seat = None;
        if bool::read(r) {
            seat = Some((Incarnation::read(r), Role::read(r)));
            for _ in 0..u16::read(r) {
                if r.has_failed() {
                    break;
                }
                r.text(); // a tag
            }
            Timestamp::read(r); // joined_at
            Via::read(r);
        }
        let mut ban = None;
        if bool::read(r) {
            r.text(); // reason
            r.take(32); // by
            Timestamp::read(r); // since
            ban = Some(Expiry::read(r));
        }
        if bool::read(r) {
            r.take(32); // allowlisted_by
        }
        u32::read(r); // spaces_owned
        r.clone().finish()?;
        let role = match (account, seat) {
            (Some((_, current)), Some((incarnation, role))) if incarnation == current => Some(role),
            _ => None,
        };
        Ok(Self { standing: account.map(|(standing, _)| standing), role, ban })
    }

    /// Whether a server ban stands on this key.
    pub fn is_banned(&self, now: Timestamp) -> bool {
        self.ban.is_some_and(|until| ban_stands(until, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Stored;

    /// Every combination of what may be there, with every byte cut off in turn.
    #[test]
    fn a_glance_says_what_the_record_says() {
        for shape in 0..64u8 {
            let has = |bit: u8| shape & 1 << bit != 0;
            let account = Account {
                kex_key: KexKey([9; 32]),
                binding: has(4).then_some(Signature([8; 64])),
                handle: "Žofie".into(),
                standing: if has(3) { Standing::Revoked } else { Standing::Active },
                incarnation: Incarnation([1; 16]),
                epoch: 3,
                created_at: Timestamp(4),
                via: if has(4) { Via::Direct } else { Via::Invite(InviteId([5; 16])) },
                invited_by: SignKey([6; 32]),
                decision: DecisionId([7; 16]),
            };
            let seat = Seat {
                incarnation: Incarnation([if has(3) { 1 } else { 2 }; 16]),
                role: Role::Admin,
                tags: alloc::vec!["a".into(), "bc".into()],
                joined_at: Timestamp(4),
                via: Via::Direct,
            };
            let ban = Ban { reason: "loud".into(), by: SignKey([6; 32]), since: Timestamp(1), until: Expiry::At(Timestamp(50)) };
            let record = KeyRecord {
                account: has(0).then_some(account),
                seat: has(1).then_some(seat),
                ban: has(2).then_some(ban),
                allowlisted_by: has(5).then_some(SignKey([4; 32])),
                spaces_owned: 1,
            };
            let bytes = record.to_stored();
            let glance = record.glance();
            assert_eq!(Glance::of_stored(&bytes), Ok(glance));
            assert_eq!((glance.is_banned(Timestamp(49)), glance.is_banned(Timestamp(50))), (has(2), false));
            for cut in 0..bytes.len() {
                assert_eq!(Glance::of_stored(&bytes[..cut]), Err(Malformed));
            }
        }
    }
}

//! A space's root and its exact count of members; jobs left for housekeeping.

use crate::id::{Incarnation, InviteId, SpaceId};
use crate::key::{ServerKey, SignKey};
use crate::time::{Expiry, Timestamp};
use crate::wire::{Malformed, Reader, Wire, Writer, wire_enum, wire_struct};
use alloc::string::String;

wire_enum! {
    /// Who may join.
    #[derive(Copy)]
    pub enum JoinRule {
        /// Any active account; for the server space any key that proves itself.
        0 => Open,
        /// Whoever proves the space's join token.
        1 => Token,
        /// By invite only. The default.
        2 => Invite,
        /// Keys an admin listed beforehand.
        3 => Allowlist,
        /// Nobody.
        4 => Closed,
    }
}

wire_enum! {
    /// Whether joining is paused.
    #[derive(Copy)]
    pub enum Pause {
        /// It is not.
        0 => No,
        /// Until this second; at it, no longer.
        1 => Until(Timestamp),
        /// Until someone says otherwise.
        2 => UntilLifted,
    }
}

impl Pause {
    /// When it ends, if it does by itself.
    pub fn end(self) -> Option<Timestamp> {
        match self {
            Pause::Until(until) => Some(until),
            Pause::No | Pause::UntilLifted => None,
        }
    }

    /// Whether it holds now.
    pub fn holds(self, now: Timestamp) -> bool {
        match self {
            Pause::No => false,
            Pause::Until(until) => now < until,
            Pause::UntilLifted => true,
        }
    }
}

/// `s.<space>`: the root record of a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    /// What it is called.
    pub name: String,
    /// Who may join.
    pub join_rule: JoinRule,
    /// Most members; 0 = no limit.
    pub max_members: u32,
    /// What it is about.
    pub description: String,
    /// Whether it has roles at all.
    pub governed: bool,
    /// Whether joining is paused.
    pub pause: Pause,
    /// The one owner. A pointer, so that "exactly one" holds by type. While the space is not governed, whoever owned it
    /// last.
    pub owner: Option<SignKey>,
    /// The server's own part, in the server space only.
    pub server: Option<ServerRoot>,
    /// A network's own part, in networks only.
    pub child: Option<ChildRoot>,
}

/// The fields in order. Of the last two there is one, after a tag that says which.
impl Wire for Space {
    fn write(&self, w: &mut Writer) {
        let Self { name, join_rule, max_members, description, governed, pause, owner, server, child } = self;
        name.write(w);
        join_rule.write(w);
        max_members.write(w);
        description.write(w);
        governed.write(w);
        pause.write(w);
        owner.write(w);
        match (server, child) {
            (Some(server), _) => {
                w.put(&[1]);
                server.write(w);
            }
            (None, Some(child)) => {
                w.put(&[2]);
                child.write(w);
            }
            (None, None) => w.put(&[0]),
        }
    }

    fn read(r: &mut Reader<'_>) -> Self {
        let mut space = Self {
            name: String::read(r),
            join_rule: JoinRule::read(r),
            max_members: u32::read(r),
            description: String::read(r),
            governed: bool::read(r),
            pause: Pause::read(r),
            owner: Option::read(r),
            server: None,
            child: None,
        };
        match u8::read(r) {
            0 => {}
            1 => space.server = Some(ServerRoot::read(r)),
            2 => space.child = Some(ChildRoot::read(r)),
            _ => r.fail(),
        }
        space
    }
}

wire_struct! {
    /// What only a network's root holds.
    pub struct ChildRoot {
        /// Whether everyone at the server may find it.
        pub listed: bool,
        /// Raised when roles end all at once, because the space is governed no more.
        pub era: u32,
        /// When it was made.
        pub since: Timestamp,
        /// Which registration of the owner's key is remembered as the owner, while the space is not governed.
        pub remembered: Incarnation,
    }
}

wire_struct! {
    /// What only the server's root holds.
    pub struct ServerRoot {
        /// The server's public key. Another than the request's is a fault.
        pub key: ServerKey,
        /// The one owner invite that is good while there is no owner.
        pub owner_invite: Option<InviteId>,
        /// Raised by every restore; open invites of older epochs are void.
        pub restore_epoch: u32,
        /// Whether the operator has accepted the last restore.
        pub restore_reviewed: bool,
        /// The highest time a committed decision was taken at.
        pub highest_now: Timestamp,
    }
}

wire_struct! {
    /// `n.<space>`: how many members a space has, exactly. Every write that changes a roster rewrites it. And `b.<pub>`:
    /// in how many networks a key is a member; every write that adds or removes a key below `b.<pub>.` rewrites it.
    #[derive(Default)]
    pub struct MemberCount {
        /// Memberships now.
        pub members: u32,
        /// Raised by every change.
        pub revision: u64,
    }
}

impl MemberCount {
    /// Another number of members. Counters of records never overflow: whatever a record says, there is an answer.
    pub(crate) fn change(&mut self, to: impl FnOnce(u32) -> u32) {
        self.members = to(self.members);
        self.revision = self.revision.wrapping_add(1);
    }
}

wire_enum! {
    /// What is left to do.
    pub enum JobKind {
        /// Cancel what a deleted account left open.
        0 => CloseInvites(ClosingJob),
        /// The same for somebody who fell in a network.
        1 => CloseInvitesIn(ClosingIn),
        /// Clear what stands below a space that is gone.
        2 => ClearSpace(SpaceId),
        /// Take a deleted account off the rosters of networks.
        3 => LeaveSpaces(MovingJob),
        /// Move memberships of networks from a key that was rebound.
        4 => MoveSpaces(MovingJob),
    }
}

wire_struct! {
    /// Whose invites to cancel, and where.
    pub struct ClosingIn {
        /// Into which space.
        pub space: SpaceId,
        /// Whose.
        pub closing: ClosingJob,
    }
}

wire_struct! {
    /// Whose memberships of networks end.
    pub struct MovingJob {
        /// The key that stands on the rosters.
        pub from: SignKey,
        /// The key that takes its place; of a deleted account, the same key.
        pub to: SignKey,
        /// Memberships of this incarnation only.
        pub incarnation: Incarnation,
        /// The last key that was looked at.
        pub after: String,
    }
}

wire_struct! {
    /// Whose invites to cancel.
    pub struct ClosingJob {
        /// The issuer's key.
        pub issuer: SignKey,
        /// Invites of this incarnation only.
        pub incarnation: Incarnation,
        /// The last key that was looked at.
        pub after: String,
    }
}

wire_struct! {
    /// `t.<id>`: an unfinished job. What it clears has been without effect since the decision that left it.
    pub struct Job {
        /// What.
        pub kind: JobKind,
        /// Since when.
        pub since: Timestamp,
    }
}

/// When an invite that expired on its own was closed: at its expiry, or now if that cannot be said.
pub(crate) fn closed_at(expires: Expiry, now: Timestamp) -> Timestamp {
    match expires {
        Expiry::At(at) if at <= now => at,
        Expiry::At(_) | Expiry::Never | Expiry::Unreadable => now,
    }
}

/// What *is authorized*, *can* and *has admin* look at in the server's root, read without taking the rest.
///
/// INVARIANT: [`RootGlance::of_stored`] says what [`Space::from_stored`](super::Stored::from_stored) says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootGlance {
    /// The owner.
    pub owner: Option<SignKey>,
    /// The server's public key.
    pub key: ServerKey,
    /// Whether the operator has accepted the last restore.
    pub restore_reviewed: bool,
    /// The highest time a committed decision was taken at.
    pub highest_now: Timestamp,
}

impl RootGlance {
    /// Reads what matters, in the order of the fields of [`Space`]. `None` if it is not the server's root.
    #[inline]
    pub fn of_stored(bytes: &[u8]) -> Result<Option<Self>, Malformed> {
        let r = &mut Reader::new(bytes);
        if u8::read(r) != <Space as super::Stored>::SCHEMA {
            r.fail();
        }
        r.text(); // name
        JoinRule::read(r);
        u32::read(r); // max_members
        r.text(); // description
        bool::read(r); // governed
        Pause::read(r);
        let owner = Option::read(r);
        let mut glance = None;
        match u8::read(r) {
            0 => {}
            1 => {
                let key = SignKey::read(r);
                if bool::read(r) {
                    r.take(16); // owner_invite
                }
                u32::read(r); // restore_epoch
                glance = Some(Self { owner, key, restore_reviewed: bool::read(r), highest_now: Timestamp::read(r) });
            }
            2 => drop(ChildRoot::read(r)),
            _ => r.fail(),
        }
        r.clone().finish()?;
        Ok(glance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Stored;

    #[test]
    fn a_glance_says_what_the_record_says() {
        let server = ServerRoot {
            key: SignKey([1; 32]),
            owner_invite: None,
            restore_epoch: 7,
            restore_reviewed: true,
            highest_now: Timestamp(99),
        };
        let space = Space {
            name: "Müller".into(),
            join_rule: JoinRule::Allowlist,
            max_members: 3,
            description: "x".into(),
            governed: true,
            pause: Pause::Until(Timestamp(5)),
            owner: Some(SignKey([2; 32])),
            server: Some(server.clone()),
            child: None,
        };
        let others = [
            Space { server: None, ..space.clone() },
            Space {
                server: None,
                child: Some(ChildRoot { listed: true, era: 1, since: Timestamp(4), remembered: Incarnation::NONE }),
                ..space.clone()
            },
            Space { owner: None, pause: Pause::No, ..space.clone() },
            Space {
                server: Some(ServerRoot { owner_invite: Some(InviteId([3; 16])), restore_reviewed: false, ..server }),
                ..space.clone()
            },
        ];
        for space in core::iter::once(space).chain(others) {
            let bytes = space.to_stored();
            let expected = space.server.as_ref().map(|server| RootGlance {
                owner: space.owner,
                key: server.key,
                restore_reviewed: server.restore_reviewed,
                highest_now: server.highest_now,
            });
            assert_eq!(RootGlance::of_stored(&bytes), Ok(expected));
            for cut in 0..bytes.len() {
                assert_eq!(RootGlance::of_stored(&bytes[..cut]), Err(Malformed), "{cut}");
            }
        }
    }
}

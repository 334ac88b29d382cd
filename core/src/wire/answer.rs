//! What comes back: what is needed first, what was decided, or a fault.

use super::codec::{Reader, Wire, Writer, list_of};
use super::shape::{wire_enum, wire_struct};
use crate::check::Check;
use crate::code::Code;
use crate::id::{DecisionId, InviteId, SpaceId};
use crate::key::SignKey;
use crate::statement::ReceiptBody;
use crate::wire::Reply;
use alloc::string::String;
use alloc::vec::Vec;

wire_struct! {
    /// A record to fetch.
    pub struct RecordNeed {
        /// Its key.
        pub key: String,
        /// Whether a write that follows from it is good only while it is unchanged. `false` (*observed*) where "as if
        /// this came just before the concurrent writer" is right, said beside the place that asks.
        pub guarded: bool,
    }
}

wire_struct! {
    /// A page of records to fetch, in key order.
    pub struct PageNeed {
        /// Keys begin with this.
        pub prefix: String,
        /// Strictly after this key; empty = from the start.
        pub after: String,
        /// Before this key; empty = to the end of the prefix.
        pub until: String,
        /// At most this many, ≤ 1,000.
        pub limit: u16,
        /// The record under which the page is safe to decide on; empty = the page is for showing only.
        pub under: String,
    }
}
list_of!(RecordNeed, PageNeed);

wire_struct! {
    /// What the policy must know before it can decide. At most 4 rounds, 2,048 records and 1 MiB in all.
    pub struct Need {
        /// Records.
        pub records: Vec<RecordNeed>,
        /// Pages.
        pub pages: Vec<PageNeed>,
        /// Pure arithmetic.
        pub checks: Vec<Check>,
    }
}

wire_enum! {
    /// Yes or no.
    #[derive(Copy)]
    pub enum Verdict {
        /// No.
        0 => Deny,
        /// Yes.
        1 => Allow,
    }
}

wire_struct! {
    /// One record to put or delete.
    pub struct Write {
        /// Its key.
        pub key: String,
        /// The new bytes, or `None` to delete it.
        pub value: Option<Vec<u8>>,
    }
}

wire_enum! {
    /// What happened, for those who watch.
    #[derive(Copy)]
    pub enum EventKind {
        /// The server was set up.
        0 => ServerInitialised,
        /// An invite was made.
        1 => InviteMinted,
        /// An invite was cancelled.
        2 => InviteCancelled,
        /// An invite was spent without letting anyone in.
        3 => InviteBurned,
        /// An account was made.
        4 => AccountRegistered,
        /// An account proved that it holds its keys.
        5 => AccountProved,
        /// Someone became a member.
        6 => MemberJoined,
        /// An account was revoked.
        7 => AccountRevoked,
        /// A revoke was undone.
        8 => AccountRestored,
        /// An account was deleted.
        9 => AccountDeleted,
        /// The state was put back from a backup.
        10 => RestoreBegun,
        /// The operator accepted what was put back.
        11 => RestoreAccepted,
        /// The operator revoked the owner's key, and made a link for another.
        12 => OwnerRecoveryBegun,
        /// An account's memberships moved to another key; this is the key they left.
        13 => AccountRebound,
        /// A member left.
        14 => MemberLeft,
        /// A member was shown the door.
        15 => MemberKicked,
        /// A key was barred.
        16 => KeyBanned,
        /// A ban was lifted.
        17 => BanLifted,
        /// A member's role changed.
        18 => RoleChanged,
        /// A space has another owner.
        19 => OwnerChanged,
        /// A member's tags changed.
        20 => TagsChanged,
        /// A key was put on the allowlist.
        21 => KeyAllowed,
        /// A key was taken off the allowlist.
        22 => KeyDisallowed,
        /// A space's name, rule, limits or pause changed.
        23 => SpaceChanged,
        /// A network was made.
        24 => SpaceCreated,
        /// A network was deleted.
        25 => SpaceDeleted,
        /// An account was invited by name.
        26 => AccountInvited,
        /// It said no.
        27 => InviteDeclined,
    }
}

wire_struct! {
    /// One thing that happened.
    pub struct Event {
        /// What.
        pub kind: EventKind,
        /// Where.
        pub space: SpaceId,
        /// To whom, if to anyone.
        pub account: Option<SignKey>,
        /// Through or to which invite, if any.
        pub invite: Option<InviteId>,
    }
}
list_of!(Write, Event);

wire_struct! {
    /// A decision. With writes, it holds only once they are committed.
    pub struct Decided {
        /// Its id: where its record is filed; [`DecisionId::NONE`] if it wrote nothing and so is not recorded.
        pub decision: DecisionId,
        /// Yes or no.
        pub verdict: Verdict,
        /// The exact reason.
        pub code: Code,
        /// The stable id of the table row that answered.
        pub rule: String,
        /// What the caller gets to read.
        pub reply: Reply,
        /// What to write, all or nothing. A refusal may carry writes: a spent invite is spent.
        pub writes: Vec<Write>,
        /// What happened.
        pub events: Vec<Event>,
        /// A receipt to complete and sign after the commit. For a repeated answer, of the earlier decision it names.
        pub receipt: Option<ReceiptBody>,
        /// The keys of the people it is about, under which its contents can be found and erased.
        pub about: Vec<SignKey>,
    }
}

/// The policy's answer to one request and its facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Fetch or check this, and ask again with everything so far.
    Need(Need),
    /// Decided.
    Decided(alloc::boxed::Box<Decided>),
    /// The request or a record cannot be trusted: refused, with a line for the log that a caller never sees.
    Fault(Code, String),
}

impl Answer {
    /// The tag of [`Answer::Decided`], for whoever has its encoding already.
    pub(crate) const DECIDED: u8 = 1;
}

impl Wire for Answer {
    fn write(&self, w: &mut Writer) {
        w.put(&[super::VERSION]);
        match self {
            Answer::Need(need) => {
                w.put(&[0]);
                need.write(w);
            }
            Answer::Decided(decided) => {
                w.put(&[Self::DECIDED]);
                decided.write(w);
            }
            Answer::Fault(code, line) => {
                w.put(&[2]);
                code.write(w);
                line.write(w);
            }
        }
    }

    fn read(r: &mut Reader<'_>) -> Self {
        if u8::read(r) != super::VERSION {
            r.fail();
        }
        match u8::read(r) {
            0 => Answer::Need(Need::read(r)),
            Self::DECIDED => Answer::Decided(alloc::boxed::Box::new(Decided::read(r))),
            tag => {
                if tag != 2 {
                    r.fail();
                }
                Answer::Fault(Code::read(r), String::read(r))
            }
        }
    }
}

//! The one codec for requests, facts, answers, records and statements: big-endian, length-prefixed, no floats,
//! canonical (one value has one encoding, and only that one is read back).
//!
//! | kind | bytes |
//! |---|---|
//! | integers | big-endian, fixed width |
//! | keys, ids, signatures, digests | as they are |
//! | text | `u16` length, UTF-8 |
//! | bytes | `u32` length, bytes |
//! | list | `u16` count, items |
//! | optional | `0`, or `1` and the value |
//! | one of several | `u8` tag, its payload |
//!
//! Whole messages and stored records begin with a version byte. Unknown versions and tags, trailing bytes, numbers
//! out of range and inputs over [`MAX_INPUT`] are [`Malformed`].

mod answer;
pub(crate) mod codec;
mod facts;
mod governing;
mod reply;
mod request;
pub(crate) mod shape;

pub use answer::{Answer, Decided, Event, EventKind, Need, PageNeed, RecordNeed, Verdict, Write};
pub(crate) use codec::list_of;
pub use codec::{Malformed, Reader, Wire, Writer, decode, encode};
pub use facts::{Facts, FactsBuilder, PageFact, RecordFact};
pub use governing::{
    Ban, CreateSpace, InviteAccount, Join, ListKeys, ListSpaces, Member, Respond, Sees, SetRole, SetTags, SpaceFilter,
    UpdateSpace,
};
pub use reply::{
    AccountDetails, AccountPage, AccountView, Description, InboxItem, InviteItem, InvitePage, InviteShown, InviteState,
    LiveFacts, MemberPage, MemberView, Page, PreviewReply, Redeemed, Reply, Sight, SpacePage, SpaceView, Standpoint, UseItem,
    Why,
};
pub use request::{
    AccountProof, Asker, Can, Command, Context, HttpAuth, Init, InviteFilter, ListInvites, Mint, Paging, Preview, Prove,
    RecoverOwner, Redeem, Register, Request, ShowInvite,
};
pub(crate) use shape::{wire_enum, wire_struct};

/// The most bytes a request, or the facts for it, may have: 1 MiB.
pub const MAX_INPUT: usize = 1 << 20;

/// The wire version this build speaks.
pub const VERSION: u8 = 1;

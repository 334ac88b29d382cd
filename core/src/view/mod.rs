//! JSON shapes for the edges: the only modules that name serde, one resource a file, used alike by the daemon and by the
//! Rust client, so every shape is both written and read.
//!
//! Spellings: keys 64, ids 32 and signatures 128 hexadecimal digits; bytes base64url without padding; times RFC 3339
//! in UTC; an expiry RFC 3339 or `never`. A value stands in a shape as it is spelt ([`Spelt`]); reading it is a step of
//! its own, so that a key that cannot be read is `malformed-key` and not merely bad JSON.
//!
//! Requests refuse unknown and duplicate fields. Answers refuse duplicates only: an older client must be able to read a
//! newer server.

mod accounts;
mod authorized;
mod events;
mod history;
mod inbox;
mod invites;
mod members;
mod preview;
mod problem;
mod redeem;
#[cfg(feature = "schema")]
mod schema;
mod server;
mod spaces;
mod spelt;

pub use accounts::{AccountAnswer, AccountChanged, AccountDetails, AccountList, AccountView, Outcome, ProveBody, RegisterBody};
pub use authorized::{Authorization, AuthorizedBody, AuthorizedList, CanAnswer, CanFacts, CanQuery, KeyAuthorization, MAX_KEYS};
pub use events::{EndedItem, EventItem, EventsQuery, WatchingItem};
pub use history::{Asked, By, DecisionItem, DecisionList};
pub use inbox::{InboxItem, InboxList, InviteAccountBody, Invited};
pub use invites::{InviteAnswer, InviteItem, InviteList, InviteListQuery, InviteShown, MintBody, PageQuery, UseItem};
pub use members::{BanBody, BanView, ChangeMemberBody, MemberAnswer, MemberList, MemberView};
pub use preview::{AccountProofBody, ClaimsView, PreviewAnswer, PreviewBody};
pub use problem::Problem;
pub use redeem::{ReceiptAccount, RedeemAnswer, RedeemBody};
#[cfg(feature = "schema")]
pub use schema::Described;
pub use server::{Health, Versions, WellKnown};
pub use spaces::{CreateSpaceBody, JoinBody, SpaceAnswer, SpaceList, SpaceListQuery, SpaceView, StandpointView, UpdateSpaceBody};
pub use spelt::{Cursor, Spelling, Spelt};

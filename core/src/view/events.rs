//! What happens, for those who watch: the data of Server-Sent Events.

use super::Spelt;
use crate::code::Code;
use crate::id::{InviteId, SpaceId};
use crate::key::SignKey;
use crate::time::Timestamp;
use crate::wire::{Event, EventKind};
use serde::{Deserialize, Serialize};

/// The query of `GET /v1/events`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EventsQuery {
    /// After which sequence number to begin; from now on if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
}

/// Something that happened. The event's name is its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventItem {
    /// The sequence number of the decision that made it happen.
    pub sequence: u64,
    /// When.
    pub at: Spelt<Timestamp>,
    /// What.
    pub kind: Spelt<EventKind>,
    /// Where.
    pub space: Spelt<SpaceId>,
    /// To whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Spelt<SignKey>>,
    /// By or to which invite, for those who may know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<Spelt<InviteId>>,
}

impl EventItem {
    /// An event of a decision.
    pub fn new(sequence: u64, at: Timestamp, event: Event) -> Self {
        let Event { kind, space, account, invite } = event;
        Self {
            sequence,
            at: at.into(),
            kind: kind.into(),
            space: space.into(),
            account: account.map(Spelt::from),
            invite: invite.map(Spelt::from),
        }
    }
}

/// The data of `watching`, at the beginning and whenever nothing happened for a while: everything up to here was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WatchingItem {
    /// Give this as `after` to go on from here.
    pub after: u64,
}

/// The data of `ended`, the last event of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndedItem {
    /// Why nothing more is told. `unavailable` and `busy` are worth another try.
    pub code: Spelt<Code>,
}

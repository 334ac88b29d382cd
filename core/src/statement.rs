//! Everything anyone signs: `0xFF | domain | 0x00 | payload`.
//!
//! Account keys also serve as NATS nkeys, whose holders sign whatever text a server sends as a nonce. A first byte of
//! `0xFF` occurs in no UTF-8 text, so no such signature is ever one of ours. Every payload carries the full server
//! key, so nothing signed for one server means anything to another. Verification is `verify_strict` everywhere.

use crate::digest::Sha256Digest;
use crate::id::{DecisionId, Incarnation, InviteId, SpaceId};
use crate::key::{KexKey, Nonce, ServerKey, SignKey};
use crate::role::Role;
use crate::time::Timestamp;
use crate::wire::{Wire, encode, wire_struct};
use alloc::string::String;
use alloc::vec::Vec;

/// What a signature is about. Each has a domain of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// [`crate::claims::Claims`].
    Claims,
    /// [`PreviewStatement`].
    Preview,
    /// [`RedeemStatement`].
    Redeem,
    /// [`AccountStatement`].
    Account,
    /// [`Receipt`].
    Receipt,
    /// An RFC 9421 signature base.
    Http,
    /// A [`Checkpoint`].
    Checkpoint,
    /// An [`Export`].
    Export,
}

impl Domain {
    /// Every domain.
    pub const ALL: &'static [Domain] = &[
        Domain::Claims,
        Domain::Preview,
        Domain::Redeem,
        Domain::Account,
        Domain::Receipt,
        Domain::Http,
        Domain::Checkpoint,
        Domain::Export,
    ];

    /// The domain's text.
    pub const fn text(self) -> &'static str {
        match self {
            Domain::Claims => "doorward/claims/v1",
            Domain::Preview => "doorward/preview/v1",
            Domain::Redeem => "doorward/redeem/v1",
            Domain::Account => "doorward/account/v1",
            Domain::Receipt => "doorward/receipt/v1",
            Domain::Http => "doorward/http/v1",
            Domain::Checkpoint => "doorward/checkpoint/v1",
            Domain::Export => "doorward/export/v1",
        }
    }

    /// The bytes to sign for this payload.
    pub fn signed_bytes(self, payload: &[u8]) -> Vec<u8> {
        [&[0xff], self.text().as_bytes(), &[0], payload].concat()
    }

    /// The bytes to sign for this statement.
    pub fn statement<T: Wire>(self, statement: &T) -> Vec<u8> {
        self.signed_bytes(&encode(statement))
    }
}

wire_struct! {
    /// "I hold this invite": signed by the invite key and, to be told about oneself, by the account key as well.
    pub struct PreviewStatement {
        /// For which server.
        pub server: ServerKey,
        /// Which invite.
        pub invite: InviteId,
        /// When; good for 300 s either way.
        pub created: Timestamp,
    }
}

wire_struct! {
    /// "Let this account in": signed by the invite key and by the account key.
    pub struct RedeemStatement {
        /// For which server.
        pub server: ServerKey,
        /// Which invite.
        pub invite: InviteId,
        /// SHA-256 of the encoded claims as they were shown.
        pub claims_digest: Sha256Digest,
        /// The account's Ed25519 key.
        pub sign_key: SignKey,
        /// The account's X25519 key.
        pub kex_key: KexKey,
        /// What it wants to be called.
        pub handle: String,
        /// The request id: repeating it repeats the answer.
        pub request_id: Nonce,
        /// When; good for 300 s either way.
        pub created: Timestamp,
    }
}

wire_struct! {
    /// "These two keys are one account": signed by the account's Ed25519 key.
    pub struct AccountStatement {
        /// For which server.
        pub server: ServerKey,
        /// The account's Ed25519 key.
        pub sign_key: SignKey,
        /// The account's X25519 key.
        pub kex_key: KexKey,
    }
}

wire_struct! {
    /// A room an invite named that was not opened, and why.
    pub struct SkippedRoom {
        /// Which room.
        pub room: SpaceId,
        /// Why not.
        pub code: crate::code::Code,
    }
}
crate::wire::list_of!(SkippedRoom);

wire_struct! {
    /// What the server says when it lets someone in, except for what only the host knows after the commit.
    pub struct ReceiptBody {
        /// Which server.
        pub server: ServerKey,
        /// The recorded decision.
        pub decision: DecisionId,
        /// Through which invite.
        pub invite: InviteId,
        /// Whom it let in.
        pub account: SignKey,
        /// Which registration of that key.
        pub incarnation: Incarnation,
        /// Where to.
        pub space: SpaceId,
        /// As what.
        pub role: Role,
        /// When.
        pub at: Timestamp,
        /// Rooms the invite named that were not opened.
        pub skipped: Vec<SkippedRoom>,
    }
}

wire_struct! {
    /// A receipt: signed by the server key, verifies offline. Whoever holds one sees a rewritten or shortened history.
    pub struct Receipt {
        /// What was decided.
        pub body: ReceiptBody,
        /// Sequence number of the decision record.
        pub sequence: u64,
        /// The history's chain hash at that record.
        pub chain: Sha256Digest,
    }
}

wire_struct! {
    /// The history up to here, signed by the server key.
    pub struct Checkpoint {
        /// Which server.
        pub server: ServerKey,
        /// Sequence number of the last record covered.
        pub sequence: u64,
        /// The chain hash at that record.
        pub chain: Sha256Digest,
        /// When it was signed.
        pub at: Timestamp,
    }
}

wire_struct! {
    /// The complete state of a server at one moment, signed by the server key.
    pub struct Export {
        /// Which server.
        pub server: ServerKey,
        /// How many records.
        pub records: u64,
        /// SHA-256 of all of them, with keys and revisions, in order of their keys, as they stand in the file.
        pub digest: Sha256Digest,
        /// The store's last revision then.
        pub revision: u64,
        /// Sequence number of the last decision.
        pub sequence: u64,
        /// The chain hash at it.
        pub chain: Sha256Digest,
        /// When it was made.
        pub at: Timestamp,
    }
}

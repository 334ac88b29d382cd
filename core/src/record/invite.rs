//! Invites, their uses, and the counters and lists that go with them.

use crate::claims::SignedClaims;
use crate::code::Code;
use crate::digest::Sha256Digest;
use crate::id::{DecisionId, Incarnation};
use crate::key::SignKey;
use crate::statement::ReceiptBody;
use crate::time::Timestamp;
use crate::wire::{wire_enum, wire_struct};
use alloc::string::String;

wire_struct! {
    /// `v.<invite>`: a link invite. No token and no private key: only what was signed, and what became of it.
    pub struct InviteRecord {
        /// The claims with both signatures.
        pub invite: SignedClaims,
        /// The issuer's private note.
        pub label: String,
        /// The salt of the token, for the issuer's device.
        pub salt: Option<[u8; 16]>,
        /// When it was made.
        pub minted_at: Timestamp,
        /// The server's restore epoch then; another one voids it.
        pub restore_epoch: u32,
        /// Uses spent, refusals that burned one included.
        pub uses: u32,
        /// Whether and how it was closed before it expired.
        pub closed: Option<Closed>,
    }
}

wire_enum! {
    /// Why an invite stands in the list of closed ones.
    #[derive(Copy)]
    pub enum Closed {
        /// Cancelled, by this key.
        0 => Cancelled(SignKey),
        /// Every use is gone.
        1 => UsedUp,
        /// It had expired when someone tidied up.
        2 => Expired,
        /// It was void for good, by its issuer's fall or by a restore, when someone tidied up.
        3 => Void,
    }
}

wire_struct! {
    /// `w.<invite>.<pub>`: a use and its answer, so that a repeat gets the first answer again.
    pub struct Use {
        /// Which registration of the key; [`Incarnation::NONE`] if it has no account.
        pub incarnation: Incarnation,
        /// Under which handle.
        pub handle: String,
        /// When.
        pub at: Timestamp,
        /// The answer's code: `allowed`, or why the use was burned.
        pub code: Code,
        /// The recorded decision.
        pub decision: DecisionId,
        /// The receipt, if it let someone in.
        pub receipt: Option<ReceiptBody>,
    }
}

wire_struct! {
    /// `q.<issuer>`: how many of an issuer's invites stand in the open lists. Every write that adds or removes a key
    /// below `x.<issuer>.` rewrites it.
    #[derive(Default)]
    pub struct OpenCount {
        /// Open invites, expired ones that nobody tidied up included.
        pub open: u32,
        /// Raised by every change.
        pub revision: u64,
    }
}

/// What a redeem's claims digest must be: SHA-256 of the encoded claims.
pub fn claims_digest(invite: &SignedClaims) -> Sha256Digest {
    crate::digest::sha256(&[&invite.claims])
}

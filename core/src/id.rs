//! Identifiers that are not keys. All are public and safe in logs.

use crate::digest;
use crate::key::SignKey;
use alloc::string::String;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// 32 lower-case hexadecimal characters.
            pub fn to_hex(self) -> String { digest::hex(&self.0) }

            /// Reads 32 hexadecimal characters of either case.
            pub fn from_hex(text: &str) -> Option<Self> {
                let mut bytes = [0; 16];
                hex::decode_to_slice(text, &mut bytes).ok()?;
                Some(Self(bytes))
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.to_hex())
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result { f.write_str(&self.to_hex()) }
        }
    };
}

id!(
    /// One registration of one key: a key that registers again after a delete is a new incarnation and inherits nothing.
    Incarnation
);
id!(
    /// First 16 bytes of SHA-256 over `"doorward/invite-id/v1" | 0x00 | invite public key`.
    InviteId
);
id!(
    /// One decision that was recorded.
    DecisionId
);
id!(
    /// A space. The server space is all zeros.
    SpaceId
);

impl InviteId {
    /// The id of the invite with this public key.
    pub fn of(invite_key: &SignKey) -> Self {
        Self(first16(&digest::derive("doorward/invite-id/v1", &invite_key.0)))
    }

    /// The id of a directed invite, which has no key, from the entropy of the request that makes it.
    pub fn directed(entropy: &[u8; 32]) -> Self {
        Self(first16(&digest::derive("doorward/directed-invite/v1", entropy)))
    }
}

impl SpaceId {
    /// The root space: the server itself.
    pub const SERVER: SpaceId = SpaceId([0; 16]);
}

impl Incarnation {
    /// "No account": what a use by a key without an account is filed under.
    pub const NONE: Incarnation = Incarnation([0; 16]);

    /// A fresh incarnation from the request's entropy. Unique as long as the entropy is.
    pub fn fresh(entropy: &[u8; 32]) -> Self {
        Self(first16(&digest::derive("doorward/incarnation/v1", entropy)))
    }
}

impl DecisionId {
    /// "Not recorded": what an answer carries that wrote nothing.
    pub const NONE: DecisionId = DecisionId([0; 16]);

    /// The id of the decision that this request's entropy belongs to.
    pub fn fresh(entropy: &[u8; 32]) -> Self {
        Self(first16(&digest::derive("doorward/decision/v1", entropy)))
    }

    /// The id of a job that this request's entropy belongs to, beside one under the decision's own id.
    pub fn of_job(entropy: &[u8; 32]) -> Self {
        Self(first16(&digest::derive("doorward/job/v1", entropy)))
    }
}

impl SpaceId {
    /// The id of the space that this request's entropy makes.
    pub fn fresh(entropy: &[u8; 32]) -> Self {
        Self(first16(&digest::derive("doorward/space/v1", entropy)))
    }
}

fn first16(digest: &[u8; 32]) -> [u8; 16] {
    let mut out = [0; 16];
    out.copy_from_slice(&digest[..16]);
    out
}

//! What the spellings are, as JSON Schema: for the daemon's description of its API.

use super::spelt::Words;
use super::{Cursor, Spelt};
use crate::code::Code;
use crate::id::{DecisionId, Incarnation, InviteId, SpaceId};
use crate::key::{KexKey, SignKey, Signature};
use crate::record::{JoinRule, Pause, Standing, Via};
use crate::role::{Permission, Role};
use crate::time::{Expiry, Timestamp};
use crate::wire::{EventKind, InviteFilter, InviteState, SpaceFilter};
use alloc::borrow::Cow;
use alloc::vec::Vec;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// A spelling that can be described beforehand.
pub trait Described {
    /// What the schema is called.
    const NAME: &'static str;

    /// The schema.
    fn describe() -> Schema;
}

impl<T: Described> JsonSchema for Spelt<T> {
    fn schema_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        T::describe()
    }
}

macro_rules! hexadecimal {
    ($($t:ty, $name:literal, $bytes:literal, $text:literal;)*) => {$(
        impl Described for $t {
            const NAME: &'static str = $name;
            fn describe() -> Schema {
                json_schema!({
                    "type": "string",
                    "description": $text,
                    "pattern": alloc::format!("^[0-9a-fA-F]{{{}}}$", 2 * $bytes),
                })
            }
        }
    )*};
}
hexadecimal! {
    SignKey, "SignKey", 32, "A public Ed25519 key, hexadecimal; written in lower case, read in either.";
    KexKey, "KexKey", 32, "A public X25519 key, hexadecimal; written in lower case, read in either.";
    Signature, "Signature", 64, "An Ed25519 signature, hexadecimal; written in lower case, read in either.";
    InviteId, "InviteId", 16, "An invite's id: the first 16 bytes of a digest of its public key. Public, and never reused.";
    DecisionId, "DecisionId", 16, "The id of a recorded decision.";
    Incarnation, "Incarnation", 16, "Which registration of a key.";
    [u8; 10], "Fingerprint", 10, "The first ten bytes of a SHA-256, as links carry them.";
    [u8; 16], "Salt", 16, "Sixteen random bytes.";
    [u8; 32], "Digest", 32, "A SHA-256.";
}

macro_rules! texts {
    ($($t:ty, $name:literal, $schema:tt;)*) => {$(
        impl Described for $t {
            const NAME: &'static str = $name;
            fn describe() -> Schema { json_schema!($schema) }
        }
    )*};
}
texts! {
    Vec<u8>, "Bytes", {
        "type": "string",
        "description": "Bytes in base64url without padding.",
        "pattern": "^[A-Za-z0-9_-]*$",
    };
    Timestamp, "Time", { "type": "string", "format": "date-time", "description": "A time (RFC 3339); written in UTC." };
    Expiry, "Expiry", {
        "type": "string",
        "description": "A time (RFC 3339), or `never`, or `unreadable`, which counts as expired.",
        "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2}T.+|never|unreadable)$",
    };
    Cursor, "Cursor", {
        "type": "string",
        "description": "Where a list goes on. Opaque: give back what you were given.",
        "pattern": "^[A-Za-z0-9_-]*$",
    };
    SpaceId, "SpaceId", {
        "type": "string",
        "description": "A space's id, hexadecimal. The server's own space is all zeros, and `server` stands for it.",
        "pattern": "^([0-9a-fA-F]{32}|server)$",
    };
    JoinRule, "JoinRule", {
        "type": "string",
        "description": "Who may join without an invite: `open` anyone, `invite` nobody, `allowlist` listed keys; and `closed` nobody at all.",
        "enum": ["open", "invite", "allowlist", "closed"],
    };
    Pause, "Pause", {
        "type": "string",
        "description": "Whether joining is paused: `no`, `until-lifted`, or the time (RFC 3339) at which the pause ends.",
        "pattern": "^(no|until-lifted|[0-9]{4}-[0-9]{2}-[0-9]{2}T.+)$",
    };
    Via, "Via", {
        "type": "string",
        "description": "`direct`, or the id of the invite it came by.",
        "pattern": "^(direct|[0-9a-f]{32})$",
    };
}

macro_rules! names {
    ($($t:ty, $name:literal, $text:literal, $all:expr;)*) => {$(
        impl Described for $t {
            const NAME: &'static str = $name;
            fn describe() -> Schema {
                let names: Vec<&str> = $all;
                json_schema!({ "type": "string", "description": $text, "enum": names })
            }
        }
    )*};
}
names! {
    Code, "Code", "A stable code. A name, once released, keeps its meaning; take one that you do not know for a no.",
        Code::ALL.iter().map(|code| code.name()).collect();
    Role, "Role", "What a member is.", Role::ALL.iter().map(|role| role.name()).collect();
    Permission, "Permission", "One thing that a role may allow.", Permission::ALL.iter().map(|one| one.name()).collect();
    Standing, "Standing", "Whether an account is good for anything.", Standing::WORDS.to_vec();
    EventKind, "EventKind", "What happened. Take one that you do not know for none of your concern.", EventKind::WORDS.to_vec();
    InviteState, "InviteState", "What has become of an invite.", InviteState::WORDS.to_vec();
    SpaceFilter, "SpaceFilter", "Which networks: those one is in, or those one may find.", SpaceFilter::WORDS.to_vec();
    InviteFilter, "InviteFilter", "Which invites.", InviteFilter::WORDS.to_vec();
}

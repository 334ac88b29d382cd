//! Values as they are spelt in JSON.

use crate::code::Code;
use crate::id::{DecisionId, Incarnation, InviteId, SpaceId};
use crate::key::{KexKey, Nonce, SignKey, Signature};
use crate::record::{Standing, Via};
use crate::role::{Permission, Role};
use crate::time::{Expiry, Timestamp};
use crate::wire::{InviteFilter, InviteState};
use alloc::string::String;
use alloc::vec::Vec;
use base64ct::{Base64UrlUnpadded, Encoding};
use core::fmt;
use core::marker::PhantomData;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Something with a spelling.
pub trait Spelling: Sized {
    /// How it is written.
    fn spell(&self) -> String;

    /// Reads a spelling.
    ///
    /// # Errors
    /// `malformed-key` for keys, `malformed` for everything else.
    fn read(text: &str) -> Result<Self, Code>;
}

/// A `T` as it is spelt: a JSON string. Nothing is known of it until [`Spelt::read`] has read it.
pub struct Spelt<T> {
    text: String,
    kind: PhantomData<fn() -> T>,
}

impl<T: Spelling> Spelt<T> {
    /// Reads it.
    ///
    /// # Errors
    /// See [`Spelling::read`].
    pub fn read(&self) -> Result<T, Code> {
        T::read(&self.text)
    }
}

impl<T> Spelt<T> {
    /// A spelling that came from somewhere else than JSON, such as a path.
    pub fn unread(text: impl Into<String>) -> Self {
        Self { text: text.into(), kind: PhantomData }
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<T: Spelling> From<T> for Spelt<T> {
    fn from(value: T) -> Self {
        Self::unread(value.spell())
    }
}

impl<T> Clone for Spelt<T> {
    fn clone(&self) -> Self {
        Self::unread(self.text.clone())
    }
}

impl<T> PartialEq for Spelt<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T> Eq for Spelt<T> {}

impl<T> fmt::Debug for Spelt<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl<T> fmt::Display for Spelt<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<T> Serialize for Spelt<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, T> Deserialize<'de> for Spelt<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::unread)
    }
}

macro_rules! hexadecimal {
    ($($t:ty => $code:ident),* $(,)?) => {$(
        impl Spelling for $t {
            fn spell(&self) -> String { hex::encode(self.0) }
            fn read(text: &str) -> Result<Self, Code> { array(text).map(Self).ok_or(Code::$code) }
        }
    )*};
}
hexadecimal! {
    SignKey => MalformedKey, KexKey => MalformedKey, Signature => Malformed, Nonce => Malformed, Incarnation => Malformed,
    InviteId => Malformed, DecisionId => Malformed, SpaceId => Malformed,
}

impl<const N: usize> Spelling for [u8; N] {
    fn spell(&self) -> String {
        hex::encode(self)
    }
    fn read(text: &str) -> Result<Self, Code> {
        array(text).ok_or(Code::Malformed)
    }
}

fn array<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

impl Spelling for Vec<u8> {
    fn spell(&self) -> String {
        Base64UrlUnpadded::encode_string(self)
    }
    fn read(text: &str) -> Result<Self, Code> {
        Base64UrlUnpadded::decode_vec(text).map_err(|_| Code::Malformed)
    }
}

impl Spelling for Timestamp {
    fn spell(&self) -> String {
        self.to_rfc3339()
    }
    fn read(text: &str) -> Result<Self, Code> {
        Timestamp::from_rfc3339(text).ok_or(Code::Malformed)
    }
}

/// Reading never fails: what cannot be read has expired.
impl Spelling for Expiry {
    fn spell(&self) -> String {
        self.to_text()
    }
    fn read(text: &str) -> Result<Self, Code> {
        Ok(Expiry::from_text(Some(text)))
    }
}

macro_rules! named {
    ($($t:ty),* $(,)?) => {$(
        impl Spelling for $t {
            fn spell(&self) -> String { self.name().into() }
            fn read(text: &str) -> Result<Self, Code> { <$t>::from_name(text).ok_or(Code::Malformed) }
        }
    )*};
}
named!(Code, Role, Permission);

macro_rules! spelt_as {
    ($t:ty { $($variant:ident = $name:literal,)* }) => {
        impl Spelling for $t {
            fn spell(&self) -> String { match self { $(<$t>::$variant => $name,)* }.into() }
            fn read(text: &str) -> Result<Self, Code> {
                match text { $($name => Ok(<$t>::$variant),)* _ => Err(Code::Malformed) }
            }
        }
    };
}
spelt_as!(InviteState {
    Live = "live", Expired = "expired", Cancelled = "cancelled", UsedUp = "used-up", IssuerLostAuthority = "issuer-lost-authority",
});
spelt_as!(InviteFilter { Live = "live", Expired = "expired", Closed = "closed", });
spelt_as!(Standing { Active = "active", Revoked = "revoked", });

/// `direct`, or the invite's id.
impl Spelling for Via {
    fn spell(&self) -> String {
        match self {
            Via::Direct => "direct".into(),
            Via::Invite(invite) => invite.spell(),
        }
    }
    fn read(text: &str) -> Result<Self, Code> {
        if text == "direct" { Ok(Via::Direct) } else { InviteId::read(text).map(Via::Invite) }
    }
}

/// Where a list goes on: opaque to whoever holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor(pub String);

impl Spelling for Cursor {
    fn spell(&self) -> String {
        Base64UrlUnpadded::encode_string(self.0.as_bytes())
    }
    fn read(text: &str) -> Result<Self, Code> {
        let bytes = Base64UrlUnpadded::decode_vec(text).map_err(|_| Code::Malformed)?;
        String::from_utf8(bytes).map(Cursor).map_err(|_| Code::Malformed)
    }
}

impl Cursor {
    /// The cursor behind a page, or nothing after the last one.
    pub(super) fn next(page: &crate::wire::Page) -> Option<Spelt<Cursor>> {
        (!page.next.is_empty()).then(|| Cursor(page.next.clone()).into())
    }
}

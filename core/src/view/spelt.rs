//! Values as they are spelt in JSON.

use crate::code::Code;
use crate::id::{DecisionId, Incarnation, InviteId, SpaceId};
use crate::key::{KexKey, Nonce, SignKey, Signature};
use crate::record::{JoinRule, Pause, Standing, Via};
use crate::role::{Permission, Role};
use crate::time::{Expiry, Timestamp};
use crate::wire::{EventKind, InviteFilter, InviteState, SpaceFilter};
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
    InviteId => Malformed, DecisionId => Malformed,
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

/// Everything that a type can be spelt as.
#[cfg(feature = "schema")]
pub(super) trait Words {
    const WORDS: &'static [&'static str];
}

macro_rules! spelt_as {
    ($t:ty { $($variant:ident = $name:literal,)* }) => {
        #[cfg(feature = "schema")]
        impl Words for $t {
            const WORDS: &'static [&'static str] = &[$($name,)*];
        }
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
spelt_as!(SpaceFilter { Mine = "mine", Found = "found", });
spelt_as!(InviteFilter { Live = "live", Expired = "expired", Closed = "closed", });
spelt_as!(EventKind {
    ServerInitialised = "server-initialised", InviteMinted = "invite-minted", InviteCancelled = "invite-cancelled",
    InviteBurned = "invite-burned", AccountRegistered = "account-registered", AccountProved = "account-proved",
    MemberJoined = "member-joined", AccountRevoked = "account-revoked", AccountRestored = "account-restored",
    AccountDeleted = "account-deleted", RestoreBegun = "restore-begun", RestoreAccepted = "restore-accepted",
    OwnerRecoveryBegun = "owner-recovery-begun", AccountRebound = "account-rebound", MemberLeft = "member-left",
    MemberKicked = "member-kicked", KeyBanned = "key-banned", BanLifted = "ban-lifted", RoleChanged = "role-changed",
    OwnerChanged = "owner-changed", TagsChanged = "tags-changed", KeyAllowed = "key-allowed",
    KeyDisallowed = "key-disallowed", SpaceChanged = "space-changed",
    SpaceCreated = "space-created", SpaceDeleted = "space-deleted", AccountInvited = "account-invited",
    InviteDeclined = "invite-declined",
});
spelt_as!(Standing { Active = "active", Revoked = "revoked", });

/// A space's id; `server` stands for the server's own.
impl Spelling for SpaceId {
    fn spell(&self) -> String {
        hex::encode(self.0)
    }
    fn read(text: &str) -> Result<Self, Code> {
        if text == "server" { Ok(SpaceId::SERVER) } else { array(text).map(Self).ok_or(Code::Malformed) }
    }
}

/// How someone may join without an invite, or not at all. A rule that asks for a join token is told, and cannot be set:
/// there are no join tokens yet.
impl Spelling for JoinRule {
    fn spell(&self) -> String {
        match self {
            JoinRule::Open => "open",
            JoinRule::Token => "token",
            JoinRule::Invite => "invite",
            JoinRule::Allowlist => "allowlist",
            JoinRule::Closed => "closed",
        }
        .into()
    }
    fn read(text: &str) -> Result<Self, Code> {
        use JoinRule as R;
        let all = [R::Open, R::Invite, R::Allowlist, R::Closed];
        all.into_iter().find(|rule| rule.spell() == text).ok_or(Code::Malformed)
    }
}

/// `no`, `until-lifted`, or the time at which it ends.
impl Spelling for Pause {
    fn spell(&self) -> String {
        match self {
            Pause::No => "no".into(),
            Pause::UntilLifted => "until-lifted".into(),
            Pause::Until(until) => until.spell(),
        }
    }
    fn read(text: &str) -> Result<Self, Code> {
        match text {
            "no" => Ok(Pause::No),
            "until-lifted" => Ok(Pause::UntilLifted),
            time => Timestamp::read(time).map(Pause::Until),
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn goes_round<T: Spelling + PartialEq + fmt::Debug>(value: T, text: &str) {
        assert_eq!(value.spell(), text);
        assert_eq!(Spelt::<T>::unread(text).read().as_ref(), Ok(&value));
    }

    #[test]
    fn spellings() {
        goes_round(SignKey([0xab; 32]), &"ab".repeat(32));
        goes_round(Signature([1; 64]), &"01".repeat(64));
        goes_round(InviteId([1; 16]), &"01".repeat(16));
        goes_round([0xfeu8; 10], &"fe".repeat(10));
        goes_round(alloc::vec![0xffu8, 0xfe], "__4");
        goes_round(Timestamp(0), "1970-01-01T00:00:00Z");
        goes_round(Expiry::Never, "never");
        goes_round(Expiry::At(Timestamp(0)), "1970-01-01T00:00:00Z");
        goes_round(Code::UsedUp, "used-up");
        goes_round(Role::Owner, "owner");
        goes_round(Permission::ManageAccounts, "manage-accounts");
        goes_round(InviteState::IssuerLostAuthority, "issuer-lost-authority");
        goes_round(InviteFilter::Closed, "closed");
        goes_round(Standing::Revoked, "revoked");
        goes_round(Via::Direct, "direct");
        goes_round(Via::Invite(InviteId([2; 16])), &"02".repeat(16));
        goes_round(SpaceId([3; 16]), &"03".repeat(16));
        assert_eq!(SpaceId::read("server"), Ok(SpaceId::SERVER));
        goes_round(JoinRule::Allowlist, "allowlist");
        assert_eq!(JoinRule::read("token"), Err(Code::Malformed), "told, and not set");
        goes_round(Pause::No, "no");
        goes_round(Pause::UntilLifted, "until-lifted");
        goes_round(Pause::Until(Timestamp(0)), "1970-01-01T00:00:00Z");
        assert_eq!(Pause::read("soon"), Err(Code::Malformed));
        goes_round(Cursor("x.1".into()), "eC4x");
    }

    #[test]
    fn what_cannot_be_read() {
        assert_eq!(SignKey::read(&"AB".repeat(32)), Ok(SignKey([0xab; 32])), "one key in two spellings is one account");
        for bad in ["", "ab", &"ab".repeat(33), &"zz".repeat(32)] {
            assert_eq!(SignKey::read(bad), Err(Code::MalformedKey), "{bad}");
            assert_eq!(Signature::read(bad), Err(Code::Malformed), "{bad}");
        }
        for bad in ["=", "__4=", "+/8", "_", "__5"] {
            assert_eq!(Vec::<u8>::read(bad), Err(Code::Malformed), "{bad}");
        }
        assert_eq!(Timestamp::read("1"), Err(Code::Malformed));
        assert_eq!(Expiry::read("soon"), Ok(Expiry::Unreadable), "fails closed");
        assert_eq!(Role::read("Owner"), Err(Code::Malformed));
        assert_eq!(Cursor::read("_w"), Err(Code::Malformed), "not UTF-8");
    }
}

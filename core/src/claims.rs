//! What an invite says, signed by its issuer **and** by the invite's own key, so that nobody who edits a store can
//! redeem an invite or change one unseen.

use crate::id::{Incarnation, InviteId, SpaceId};
use crate::key::{ServerKey, SignKey, Signature};
use crate::role::Role;
use crate::time::Expiry;
use crate::wire::{Reader, Wire, Writer, wire_struct};
use alloc::string::String;
use alloc::vec::Vec;

/// The version of claims that let someone join.
pub const VERSION: u8 = 1;
/// The version of claims that move an account's memberships to new keys: those of [`VERSION`], and the account's key.
pub const VERSION_REBIND: u8 = 2;
/// Longer claims, in bytes, are damaged: a greeting of 280 characters, ten tags and some dozen rooms fit well.
pub const MAX_CLAIMS: usize = 4_096;

/// The claims of a link invite. Statement domain `doorward/claims/v1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// [`VERSION`] or [`VERSION_REBIND`]; others are refused.
    pub version: u8,
    /// Whom the invite is good for.
    pub server: ServerKey,
    /// Must be [`InviteId::of`] the invite key.
    pub invite: InviteId,
    /// Public half of the key that the token derives.
    pub invite_key: SignKey,
    /// Where it leads.
    pub space: SpaceId,
    /// What it makes of whoever redeems it.
    pub role: Role,
    /// How many accounts it admits; 0 = unlimited.
    pub max_uses: u32,
    /// Until when.
    pub expires: Expiry,
    /// The public word of the issuer, 0–280 characters; never turned into links.
    pub greeting: String,
    /// Further rooms it opens.
    pub rooms: Vec<SpaceId>,
    /// Tags it sets.
    pub tags: Vec<String>,
    /// The issuer's key; the server's own only for the invites of `init` and `recover owner`.
    pub issuer: SignKey,
    /// The issuer's incarnation when it was made ([`Incarnation::NONE`] for the server's own).
    pub issuer_incarnation: Incarnation,
    /// The issuer's authority epoch when it was made.
    pub issuer_epoch: u32,
    /// What the issuer called itself, display only.
    pub issuer_handle: String,
    /// Whose place the holder takes, with new keys; there exactly in [`VERSION_REBIND`].
    pub rebind: Option<SignKey>,
}

/// The fields in order. The last is encoded in its own version only, so that claims of version 1 keep their bytes.
impl Wire for Claims {
    fn write(&self, w: &mut Writer) {
        let Self { version, server, invite, invite_key, space, role, max_uses, expires, greeting, rooms, tags, .. } = self;
        version.write(w);
        server.write(w);
        invite.write(w);
        invite_key.write(w);
        space.write(w);
        role.write(w);
        max_uses.write(w);
        expires.write(w);
        greeting.write(w);
        rooms.write(w);
        tags.write(w);
        let Self { issuer, issuer_incarnation, issuer_epoch, issuer_handle, rebind, .. } = self;
        issuer.write(w);
        issuer_incarnation.write(w);
        issuer_epoch.write(w);
        issuer_handle.write(w);
        if let Some(key) = rebind {
            key.write(w);
        }
    }

    fn read(r: &mut Reader<'_>) -> Self {
        let mut claims = Self {
            version: u8::read(r),
            server: ServerKey::read(r),
            invite: InviteId::read(r),
            invite_key: SignKey::read(r),
            space: SpaceId::read(r),
            role: Role::read(r),
            max_uses: u32::read(r),
            expires: Expiry::read(r),
            greeting: String::read(r),
            rooms: Vec::read(r),
            tags: Vec::read(r),
            issuer: SignKey::read(r),
            issuer_incarnation: Incarnation::read(r),
            issuer_epoch: u32::read(r),
            issuer_handle: String::read(r),
            rebind: None,
        };
        if claims.version == VERSION_REBIND {
            claims.rebind = Some(SignKey::read(r));
        }
        claims
    }
}

wire_struct! {
    /// Claims as they travel and are stored: the exact bytes that were signed, and both signatures.
    pub struct SignedClaims {
        /// Encoding of [`Claims`].
        pub claims: Vec<u8>,
        /// By the issuer's account key.
        pub issuer_signature: Signature,
        /// By the invite's key.
        pub invite_signature: Signature,
    }
}

impl Claims {
    /// Reads encoded claims; trailing bytes, other versions and more than [`MAX_CLAIMS`] are refused.
    pub fn from_payload(payload: &[u8]) -> Option<Claims> {
        if payload.len() > MAX_CLAIMS {
            return None;
        }
        crate::wire::decode::<Claims>(payload).ok().filter(|claims| matches!(claims.version, VERSION | VERSION_REBIND))
    }
}

impl SignedClaims {
    /// Reads the claims, as [`Claims::from_payload`] does. Signatures are not looked at.
    pub fn unverified_claims(&self) -> Option<Claims> {
        Claims::from_payload(&self.claims)
    }
}

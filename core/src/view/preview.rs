//! An invite as its holder sees it.

use super::Spelt;
use crate::claims::{Claims, SignedClaims};
use crate::code::Code;
use crate::digest::sha256;
use crate::id::{InviteId, SpaceId};
use crate::key::{SignKey, Signature};
use crate::role::Role;
use crate::time::{Expiry, Timestamp};
use crate::wire::{self, encode};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The body of `POST /v1/invites/{id}/preview`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PreviewBody {
    /// The invite's public key.
    pub invite_key: Spelt<SignKey>,
    /// When the statement was signed.
    pub created: Spelt<Timestamp>,
    /// Of [`PreviewStatement`](crate::statement::PreviewStatement) by the invite's key.
    pub signature: Spelt<Signature>,
    /// To be told the verdict for oneself.
    #[serde(default)]
    pub account: Option<AccountProofBody>,
}

/// An account's own proof: the same statement, signed by the account's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountProofBody {
    /// The account's key.
    pub key: Spelt<SignKey>,
    /// Its signature.
    pub signature: Spelt<Signature>,
}

impl PreviewBody {
    /// The command, and the signatures that go beside it.
    ///
    /// # Errors
    /// `malformed-key` or `malformed`.
    pub fn into_command(self, invite: InviteId) -> Result<(wire::Preview, Vec<Signature>), Code> {
        let signature = self.signature.read()?;
        let mut attached = alloc::vec![signature];
        let account = match self.account {
            None => None,
            Some(proof) => {
                let signature = proof.signature.read()?;
                attached.push(signature);
                Some(wire::AccountProof { key: proof.key.read()?, signature: sha256(&[&signature.0]) })
            }
        };
        let preview = wire::Preview {
            invite,
            invite_key: self.invite_key.read()?,
            created: self.created.read()?,
            signature: sha256(&[&signature.0]),
            account,
        };
        Ok((preview, attached))
    }
}

/// The answer for a live invite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PreviewAnswer {
    /// Encoded claims, for the holder to check.
    pub claims: Spelt<Vec<u8>>,
    /// By the issuer's account key.
    pub issuer_signature: Spelt<Signature>,
    /// By the invite's key.
    pub invite_signature: Spelt<Signature>,
    /// The server's name.
    pub server_name: String,
    /// The place's name.
    pub space_name: String,
    /// Members of the place.
    pub members: u32,
    /// Uses so far.
    pub uses: u32,
    /// Encoded facts that the verdict follows from, so that the holder's own core can give it.
    pub live: Spelt<Vec<u8>>,
    /// What a redeem would answer now.
    pub code: Spelt<Code>,
    /// The row that would answer.
    pub rule: String,
    /// The claims in words. A convenience for scripts: whoever acts on it checks `claims` first.
    pub invite: ClaimsView,
}

/// Claims in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClaimsView {
    /// Where it leads.
    pub space: Spelt<SpaceId>,
    /// The role it grants.
    pub role: Spelt<Role>,
    /// How many it admits; 0 = unlimited.
    pub max_uses: u32,
    /// Until when.
    pub expires: Spelt<Expiry>,
    /// The public word.
    pub greeting: String,
    /// Tags it sets.
    pub tags: Vec<String>,
    /// The issuer.
    pub issuer: Spelt<SignKey>,
    /// What the issuer called itself.
    pub issuer_handle: String,
    /// What a person compares: shown beside the handle.
    pub issuer_fingerprint: String,
    /// The key whose place the holder takes with new keys; absent in an invite that lets someone join.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebind: Option<Spelt<SignKey>>,
}

impl From<Claims> for ClaimsView {
    fn from(claims: Claims) -> Self {
        Self {
            space: claims.space.into(),
            role: claims.role.into(),
            max_uses: claims.max_uses,
            expires: claims.expires.into(),
            greeting: claims.greeting,
            tags: claims.tags,
            issuer_fingerprint: claims.issuer.fingerprint(),
            issuer: claims.issuer.into(),
            issuer_handle: claims.issuer_handle,
            rebind: claims.rebind.map(Into::into),
        }
    }
}

impl TryFrom<wire::PreviewReply> for PreviewAnswer {
    type Error = Code;

    fn try_from(reply: wire::PreviewReply) -> Result<Self, Code> {
        let wire::PreviewReply { invite, server_name, space_name, members, uses, live, code, rule } = reply;
        let claims = invite.unverified_claims().ok_or(Code::CorruptRecord)?;
        let SignedClaims { claims: payload, issuer_signature, invite_signature } = invite;
        Ok(Self {
            claims: payload.into(),
            issuer_signature: issuer_signature.into(),
            invite_signature: invite_signature.into(),
            server_name,
            space_name,
            members,
            uses,
            live: encode(&live).into(),
            code: code.into(),
            rule,
            invite: claims.into(),
        })
    }
}

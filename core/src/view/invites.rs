//! Invites as those who may invite mint, list, see and cancel them.

use super::{Cursor, Spelt};
use crate::claims::SignedClaims;
use crate::code::Code;
use crate::id::{DecisionId, Incarnation, InviteId, SpaceId};
use crate::key::{SignKey, Signature};
use crate::role::Role;
use crate::time::{Expiry, Timestamp};
use crate::wire::{self, InviteFilter, InviteState};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The body of `POST /v1/invites`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MintBody {
    /// Encoded claims.
    pub claims: Spelt<Vec<u8>>,
    /// By the issuer's account key.
    pub issuer_signature: Spelt<Signature>,
    /// By the invite's key.
    pub invite_signature: Spelt<Signature>,
    /// The issuer's private note.
    #[serde(default)]
    pub label: String,
    /// The salt the token was derived with, to show the link again.
    #[serde(default)]
    pub salt: Option<Spelt<[u8; 16]>>,
}

impl TryFrom<MintBody> for wire::Mint {
    type Error = Code;

    fn try_from(body: MintBody) -> Result<Self, Code> {
        let MintBody { claims, issuer_signature, invite_signature, label, salt } = body;
        let invite = SignedClaims {
            claims: claims.read()?,
            issuer_signature: issuer_signature.read()?,
            invite_signature: invite_signature.read()?,
        };
        Ok(wire::Mint { invite, label, salt: salt.map(|salt| salt.read()).transpose()? })
    }
}

/// The most items of one page.
const MOST: u16 = 1_000;

/// The query of `GET /v1/invites`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InviteListQuery {
    /// Which; live ones if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Spelt<InviteFilter>>,
    /// Into which space; the server's if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<Spelt<SpaceId>>,
    /// Where to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Spelt<Cursor>>,
    /// At most this many, 1–1,000; 100 if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MOST)))]
    pub limit: Option<u16>,
}

impl TryFrom<InviteListQuery> for wire::ListInvites {
    type Error = Code;

    fn try_from(query: InviteListQuery) -> Result<Self, Code> {
        let InviteListQuery { state, space, after, limit } = query;
        let space = space.map_or(Ok(SpaceId::SERVER), |space| space.read())?;
        let filter = state.map_or(Ok(InviteFilter::Live), |state| state.read())?;
        Ok(wire::ListInvites { space, filter, paging: PageQuery { after, limit }.try_into()? })
    }
}

/// The query of every other list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Where to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Spelt<Cursor>>,
    /// At most this many, 1–1,000; 100 if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MOST)))]
    pub limit: Option<u16>,
}

impl TryFrom<PageQuery> for wire::Paging {
    type Error = Code;

    fn try_from(query: PageQuery) -> Result<Self, Code> {
        const USUAL: u16 = 100;
        let after = query.after.map_or(Ok(Cursor::default()), |after| after.read())?.0;
        let limit = query.limit.unwrap_or(USUAL);
        if limit == 0 || limit > MOST {
            return Err(Code::Malformed);
        }
        Ok(wire::Paging { after, limit })
    }
}

/// An invite as its place's inviters see it. Nothing here can redeem it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InviteItem {
    /// Which.
    pub id: Spelt<InviteId>,
    /// What has become of it.
    pub state: Spelt<InviteState>,
    /// Where it leads.
    pub space: Spelt<SpaceId>,
    /// The role it grants.
    pub role: Spelt<Role>,
    /// How many it admits; 0 = unlimited.
    pub max_uses: u32,
    /// How many uses are spent.
    pub uses: u32,
    /// Until when.
    pub expires: Spelt<Expiry>,
    /// The issuer's private note.
    pub label: String,
    /// The public word.
    pub greeting: String,
    /// The issuer.
    pub issuer: Spelt<SignKey>,
    /// What the issuer called itself.
    pub issuer_handle: String,
    /// What a person compares: shown beside the handle.
    pub issuer_fingerprint: String,
    /// When it was made.
    pub minted_at: Spelt<Timestamp>,
    /// The salt of the token, for the issuer's own device.
    pub salt: Option<Spelt<[u8; 16]>>,
}

impl From<wire::InviteItem> for InviteItem {
    fn from(item: wire::InviteItem) -> Self {
        let wire::InviteItem {
            invite,
            state,
            space,
            role,
            max_uses,
            uses,
            expires,
            label,
            greeting,
            issuer,
            issuer_handle,
            minted_at,
            salt,
        } = item;
        Self {
            id: invite.into(),
            state: state.into(),
            space: space.into(),
            role: role.into(),
            max_uses,
            uses,
            expires: expires.into(),
            label,
            greeting,
            issuer_fingerprint: issuer.fingerprint(),
            issuer: issuer.into(),
            issuer_handle,
            minted_at: minted_at.into(),
            salt: salt.map(Spelt::from),
        }
    }
}

/// The answer to mint and cancel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InviteAnswer {
    /// The invite as it is now.
    pub invite: InviteItem,
}

impl From<wire::InviteItem> for InviteAnswer {
    fn from(item: wire::InviteItem) -> Self {
        Self { invite: item.into() }
    }
}

/// The answer to `GET /v1/invites`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InviteList {
    /// In order of expiry (live, expired) or of closing (closed).
    pub items: Vec<InviteItem>,
    /// Give this as `after` for what follows; `null` on the last page.
    pub next: Option<Spelt<Cursor>>,
}

impl From<wire::InvitePage> for InviteList {
    fn from(page: wire::InvitePage) -> Self {
        Self { next: Cursor::next(&page.page), items: page.items.into_iter().map(InviteItem::from).collect() }
    }
}

/// One use of an invite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UseItem {
    /// Who.
    pub account: Spelt<SignKey>,
    /// What a person compares: shown beside the handle.
    pub fingerprint: String,
    /// The handle given.
    pub handle: String,
    /// Which registration of the key.
    pub incarnation: Spelt<Incarnation>,
    /// When.
    pub at: Spelt<Timestamp>,
    /// How it ended: `allowed`, or why the use was burned.
    pub code: Spelt<Code>,
    /// The recorded decision.
    pub decision: Spelt<DecisionId>,
}

impl From<wire::UseItem> for UseItem {
    fn from(used: wire::UseItem) -> Self {
        let wire::UseItem { account, incarnation, handle, at, code, decision } = used;
        Self {
            fingerprint: account.fingerprint(),
            account: account.into(),
            handle,
            incarnation: incarnation.into(),
            at: at.into(),
            code: code.into(),
            decision: decision.into(),
        }
    }
}

/// The answer to `GET /v1/invites/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InviteShown {
    /// The invite.
    pub invite: InviteItem,
    /// Encoded claims, for the issuer's device to check.
    pub claims: Spelt<Vec<u8>>,
    /// By the issuer's account key.
    pub issuer_signature: Spelt<Signature>,
    /// By the invite's key.
    pub invite_signature: Spelt<Signature>,
    /// Who came through it.
    pub uses: Vec<UseItem>,
    /// Give this as `after` for more uses; `null` on the last page.
    pub next: Option<Spelt<Cursor>>,
}

impl From<wire::InviteShown> for InviteShown {
    fn from(shown: wire::InviteShown) -> Self {
        let wire::InviteShown { item, invite, uses, page } = shown;
        Self {
            invite: item.into(),
            claims: invite.claims.into(),
            issuer_signature: invite.issuer_signature.into(),
            invite_signature: invite.invite_signature.into(),
            uses: uses.into_iter().map(UseItem::from).collect(),
            next: Cursor::next(&page),
        }
    }
}

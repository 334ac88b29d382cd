//! Accounts.

use super::{Cursor, Spelt};
use crate::code::Code;
use crate::id::Incarnation;
use crate::key::{KexKey, SignKey, Signature};
use crate::record::{Standing, Via};
use crate::role::Role;
use crate::time::Timestamp;
use crate::wire;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The body of `POST /v1/accounts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RegisterBody {
    /// The account's Ed25519 key.
    pub sign_key: Spelt<SignKey>,
    /// Its X25519 key.
    pub kex_key: Spelt<KexKey>,
    /// What it is called.
    pub handle: String,
}

impl TryFrom<RegisterBody> for wire::Register {
    type Error = Code;

    fn try_from(body: RegisterBody) -> Result<Self, Code> {
        let RegisterBody { sign_key, kex_key, handle } = body;
        Ok(wire::Register { sign_key: sign_key.read()?, kex_key: kex_key.read()?, handle })
    }
}

/// The body of `PUT /v1/accounts/{key}/proof`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProveBody {
    /// The account's signature over [`AccountStatement`](crate::statement::AccountStatement).
    pub binding: Spelt<Signature>,
}

impl TryFrom<ProveBody> for wire::Prove {
    type Error = Code;

    fn try_from(body: ProveBody) -> Result<Self, Code> {
        Ok(wire::Prove { binding: body.binding.read()? })
    }
}

/// An answer that is only a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outcome {
    /// How it ended.
    pub code: Spelt<Code>,
}

/// An account as the caller may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountView {
    /// Its key.
    pub key: Spelt<SignKey>,
    /// What a person compares: shown beside the handle.
    pub fingerprint: String,
    /// What it is called.
    pub handle: String,
    /// Its role in the server space, if it is a member.
    pub role: Option<Spelt<Role>>,
    /// Its tags there.
    pub tags: Vec<String>,
    /// The rest, for those who manage accounts and for the account itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<AccountDetails>,
}

/// What only account managers and the account itself see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountDetails {
    /// Its X25519 key.
    pub kex_key: Spelt<KexKey>,
    /// Active or revoked.
    pub standing: Spelt<Standing>,
    /// Whether it has proved that it holds its keys.
    pub proved: bool,
    /// Which registration of the key.
    pub incarnation: Spelt<Incarnation>,
    /// Its authority epoch.
    pub epoch: u32,
    /// When it was made.
    pub created_at: Spelt<Timestamp>,
    /// `direct`, or the invite it came by.
    pub via: Spelt<Via>,
    /// Who brought it in.
    pub invited_by: Spelt<SignKey>,
    /// Whether the key is banned from the server now.
    pub banned: bool,
}

impl From<wire::AccountView> for AccountView {
    fn from(view: wire::AccountView) -> Self {
        let wire::AccountView { key, handle, role, tags, details } = view;
        Self {
            fingerprint: key.fingerprint(),
            key: key.into(),
            handle,
            role: role.map(Spelt::from),
            tags,
            details: details.map(AccountDetails::from),
        }
    }
}

impl From<wire::AccountDetails> for AccountDetails {
    fn from(details: wire::AccountDetails) -> Self {
        let wire::AccountDetails { kex_key, standing, proved, incarnation, epoch, created_at, via, invited_by, banned } = details;
        Self {
            kex_key: kex_key.into(),
            standing: standing.into(),
            proved,
            incarnation: incarnation.into(),
            epoch,
            created_at: created_at.into(),
            via: via.into(),
            invited_by: invited_by.into(),
            banned,
        }
    }
}

/// The answer to show and register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountAnswer {
    /// The account.
    pub account: AccountView,
}

/// The answer to revoke, restore and delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountChanged {
    /// The account as it is now; `null` if it is gone.
    pub account: Option<AccountView>,
    /// How it ended.
    pub code: Spelt<Code>,
}

/// The answer to `GET /v1/accounts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountList {
    /// In order of key.
    pub items: Vec<AccountView>,
    /// Give this as `after` for what follows; `null` on the last page.
    pub next: Option<Spelt<Cursor>>,
}

impl From<wire::AccountPage> for AccountList {
    fn from(page: wire::AccountPage) -> Self {
        Self { next: Cursor::next(&page.page), items: page.items.into_iter().map(AccountView::from).collect() }
    }
}

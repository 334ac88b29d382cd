//! Invites by name, and the inbox where they wait.

use super::{Outcome, Spelt};
use crate::code::Code;
use crate::id::{InviteId, SpaceId};
use crate::key::SignKey;
use crate::role::Role;
use crate::time::Timestamp;
use crate::wire;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The body of `POST /v1/spaces/{id}/members/{key}/invite`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InviteAccountBody {
    /// As what; `member` if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Spelt<Role>>,
}

impl InviteAccountBody {
    /// The command it stands for.
    ///
    /// # Errors
    /// `malformed` for a role that does not exist.
    pub fn of_member(self, member: wire::Member) -> Result<wire::InviteAccount, Code> {
        let role = self.role.map_or(Ok(Role::Member), |role| role.read())?;
        Ok(wire::InviteAccount { member, role })
    }
}

/// A directed invite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InboxItem {
    /// Which.
    pub id: Spelt<InviteId>,
    /// Where it leads.
    pub space: Spelt<SpaceId>,
    /// What that is called.
    pub space_name: String,
    /// As what.
    pub role: Spelt<Role>,
    /// Who made it.
    pub issuer: Spelt<SignKey>,
    /// What that account is called, if it is still there.
    pub issuer_handle: String,
    /// What a person compares: shown beside the handle.
    pub issuer_fingerprint: String,
    /// Until when.
    pub expires: Spelt<Timestamp>,
    /// What a yes would be answered now.
    pub code: Spelt<Code>,
}

impl From<wire::InboxItem> for InboxItem {
    fn from(item: wire::InboxItem) -> Self {
        let wire::InboxItem { invite, space, space_name, role, issuer, issuer_handle, expires, code } = item;
        Self {
            id: invite.into(),
            space: space.into(),
            space_name,
            role: role.into(),
            issuer_fingerprint: issuer.fingerprint(),
            issuer: issuer.into(),
            issuer_handle,
            expires: expires.into(),
            code: code.into(),
        }
    }
}

/// The answer to an invite by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Invited {
    /// `allowed`, or `already-invited` if one waits for the account already.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The invite, if it was made now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<InboxItem>,
}

/// An inbox: everything that waits in it, which is never more than fits on a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InboxList {
    /// In order of making.
    pub items: Vec<InboxItem>,
}

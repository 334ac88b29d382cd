//! What is done to members of a space, and to keys that may or may not come in.

use super::{AccountView, Cursor, Spelt};
use crate::code::Code;
use crate::key::SignKey;
use crate::record;
use crate::role::Role;
use crate::time::{Expiry, Timestamp};
use crate::wire::{self, Command, Member};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The body of `PATCH /v1/spaces/{id}/members/{key}`: a role or tags, one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ChangeMemberBody {
    /// Make the member this.
    Role(Spelt<Role>),
    /// Give the member these tags, and no others: at most 10, of 1–32 lower-case letters, digits and inner hyphens.
    Tags(Vec<String>),
}

impl ChangeMemberBody {
    /// The command it stands for.
    ///
    /// # Errors
    /// `malformed` for a role that does not exist.
    pub fn of_member(self, member: Member) -> Result<Command, Code> {
        Ok(match self {
            Self::Role(role) => Command::SetRole(wire::SetRole { member, role: role.read()? }),
            Self::Tags(tags) => Command::SetTags(Box::new(wire::SetTags { member, tags })),
        })
    }
}

/// The body of `PUT /v1/spaces/{id}/bans/{key}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BanBody {
    /// Why, for those who may ban: 0–120 characters.
    #[serde(default)]
    pub reason: String,
    /// Until when (RFC 3339), or `never`; at that second it is over. What cannot be read is `unreadable-expiry`.
    pub until: String,
}

impl BanBody {
    /// The command it stands for. An end that cannot be read is the policy's to refuse.
    pub fn of_member(self, member: Member) -> Command {
        let until = Expiry::from_text(Some(&self.until));
        Command::Ban(Box::new(wire::Ban { member, reason: self.reason, until }))
    }
}

/// A ban that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BanView {
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: Spelt<SignKey>,
    /// Since when.
    pub since: Spelt<Timestamp>,
    /// Until when, or `never`.
    pub until: Spelt<Expiry>,
}

impl From<record::Ban> for BanView {
    fn from(ban: record::Ban) -> Self {
        let record::Ban { reason, by, since, until } = ban;
        Self { reason, by: by.into(), since: since.into(), until: until.into() }
    }
}

/// What a space knows of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MemberView {
    /// The key.
    pub key: Spelt<SignKey>,
    /// What a person compares.
    pub fingerprint: String,
    /// Its account, if it has one; with a role, if it is a member.
    pub account: Option<AccountView>,
    /// The ban that stands on it.
    pub ban: Option<BanView>,
    /// Who put it on the allowlist.
    pub allowlisted_by: Option<Spelt<SignKey>>,
}

impl From<wire::MemberView> for MemberView {
    fn from(view: wire::MemberView) -> Self {
        let wire::MemberView { key, account, ban, allowlisted_by } = view;
        Self {
            fingerprint: key.fingerprint(),
            key: key.into(),
            account: account.map(AccountView::from),
            ban: ban.map(BanView::from),
            allowlisted_by: allowlisted_by.map(Spelt::from),
        }
    }
}

/// The answer to what is done to a member or a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MemberAnswer {
    /// As it is now.
    pub member: MemberView,
}

/// A page of banned or of allowlisted keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MemberList {
    /// In order of key.
    pub items: Vec<MemberView>,
    /// Give this as `after` for what follows; `null` on the last page.
    pub next: Option<Spelt<Cursor>>,
}

impl From<wire::MemberPage> for MemberList {
    fn from(page: wire::MemberPage) -> Self {
        Self { next: Cursor::next(&page.page), items: page.items.into_iter().map(MemberView::from).collect() }
    }
}

//! A space itself, and coming and going without an invite.

use super::{Cursor, PageQuery, Spelt};
use crate::code::Code;
use crate::id::SpaceId;
use crate::key::{KexKey, SignKey, Signature};
use crate::record::{JoinRule, Pause};
use crate::role::{Permission, Role};
use crate::wire::{self, SpaceFilter};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The body of `PATCH /v1/spaces/{id}`. What is absent is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateSpaceBody {
    /// What the space is called: 1–64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who may join. Members stay when it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join_rule: Option<Spelt<JoinRule>>,
    /// Most members; 0 = no limit. Members stay when it falls below their number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_members: Option<u32>,
    /// What it is about: 0–280 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether joining is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Spelt<Pause>>,
    /// Whether everyone at the server may find it. Not of the server itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<bool>,
    /// Whether it has roles and an owner. Not of the server itself; for those who govern the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub governed: Option<bool>,
}

impl UpdateSpaceBody {
    /// The command it stands for.
    ///
    /// # Errors
    /// `malformed` for a rule or a pause that cannot be read.
    pub fn of_space(self, space: SpaceId) -> Result<wire::UpdateSpace, Code> {
        let Self { name, join_rule, max_members, description, pause, listed, governed } = self;
        let join_rule = join_rule.map(|rule| rule.read()).transpose()?;
        let pause = pause.map(|pause| pause.read()).transpose()?;
        Ok(wire::UpdateSpace { space, name, join_rule, max_members, description, pause, listed, governed })
    }
}

/// The body of `POST /v1/spaces`: a new network. Who makes it owns it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateSpaceBody {
    /// What it is called: 1–63 lower-case letters, digits and inner hyphens, like no other network.
    pub name: String,
    /// What it is about: 0–280 characters.
    #[serde(default)]
    pub description: String,
    /// Who may join.
    pub join_rule: Spelt<JoinRule>,
    /// Most members; 0 = no limit.
    #[serde(default)]
    pub max_members: u32,
    /// Whether everyone at the server may find it.
    #[serde(default)]
    pub listed: bool,
}

impl CreateSpaceBody {
    /// The command it stands for.
    ///
    /// # Errors
    /// `malformed` for a rule that cannot be read.
    pub fn into_command(self) -> Result<wire::CreateSpace, Code> {
        let Self { name, description, join_rule, max_members, listed } = self;
        Ok(wire::CreateSpace { name, description, join_rule: join_rule.read()?, max_members, listed })
    }
}

/// A space as its members see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SpaceView {
    /// Which.
    pub space: Spelt<SpaceId>,
    /// What it is called.
    pub name: String,
    /// Who may join.
    pub join_rule: Spelt<JoinRule>,
    /// Most members; 0 = no limit.
    pub max_members: u32,
    /// What it is about.
    pub description: String,
    /// For how long joining is paused; a time that has passed is over.
    pub pause: Spelt<Pause>,
    /// Whether it is paused now.
    pub paused: bool,
    /// Whether it has roles at all.
    pub governed: bool,
    /// Its owner, if it has one.
    pub owner: Option<Spelt<SignKey>>,
    /// Members now; `null` for whoever is not one of them.
    pub members: Option<u32>,
    /// Whether everyone at the server may find it.
    pub listed: bool,
    /// As what the asker acts there.
    pub you: StandpointView,
}

/// As what somebody acts in a space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StandpointView {
    /// What it is there, if it is a member.
    pub role: Option<Spelt<Role>>,
    /// What it may do there, by that role or because it governs the server.
    pub may: Vec<Spelt<Permission>>,
    /// The highest role it may give, if any.
    pub grants: Option<Spelt<Role>>,
    /// Its authority epoch there, which the claims of its invites name.
    pub epoch: u32,
}

impl From<wire::Standpoint> for StandpointView {
    fn from(you: wire::Standpoint) -> Self {
        let wire::Standpoint { role, may, grants, epoch } = you;
        let may = may.into_iter().map(Spelt::from).collect();
        Self { role: role.map(Spelt::from), may, grants: grants.map(Spelt::from), epoch }
    }
}

/// The query of `GET /v1/spaces`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SpaceListQuery {
    /// Which; one's own if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show: Option<Spelt<SpaceFilter>>,
    /// Where to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Spelt<Cursor>>,
    /// At most this many, 1–1,000; 100 if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1_000)))]
    pub limit: Option<u16>,
}

impl TryFrom<SpaceListQuery> for wire::ListSpaces {
    type Error = Code;

    fn try_from(query: SpaceListQuery) -> Result<Self, Code> {
        let SpaceListQuery { show, after, limit } = query;
        let filter = show.map_or(Ok(SpaceFilter::Mine), |show| show.read())?;
        Ok(wire::ListSpaces { filter, paging: PageQuery { after, limit }.try_into()? })
    }
}

/// A page of networks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SpaceList {
    /// By id (one's own) or by name (those one may find).
    pub items: Vec<SpaceView>,
    /// Give this as `after` for what follows; `null` on the last page.
    pub next: Option<Spelt<Cursor>>,
}

impl From<wire::SpacePage> for SpaceList {
    fn from(page: wire::SpacePage) -> Self {
        Self { next: Cursor::next(&page.page), items: page.items.into_iter().map(SpaceView::from).collect() }
    }
}

impl From<wire::SpaceView> for SpaceView {
    fn from(view: wire::SpaceView) -> Self {
        let wire::SpaceView { space, name, join_rule, max_members, description, pause, paused, governed, owner, .. } = view;
        Self {
            space: space.into(),
            name,
            join_rule: join_rule.into(),
            max_members,
            description,
            pause: pause.into(),
            paused,
            governed,
            owner: owner.map(Spelt::from),
            members: view.members,
            listed: view.listed,
            you: view.you.into(),
        }
    }
}

/// The answer to `GET` and `PATCH /v1/spaces/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SpaceAnswer {
    /// The space.
    pub space: SpaceView,
}

/// The body of `POST /v1/spaces/{id}/join`, signed by the key that comes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct JoinBody {
    /// Its X25519 key.
    pub kex_key: Spelt<KexKey>,
    /// What it is called: 1–64 characters.
    pub handle: String,
    /// Its signature over its two keys ([`AccountStatement`](crate::statement::AccountStatement)).
    pub binding: Spelt<Signature>,
}

impl JoinBody {
    /// The command it stands for.
    ///
    /// # Errors
    /// `malformed-key` or `malformed` for what cannot be read.
    pub fn of_space(self, space: SpaceId) -> Result<wire::Join, Code> {
        let Self { kex_key, handle, binding } = self;
        Ok(wire::Join { space, kex_key: kex_key.read()?, handle, binding: binding.read()? })
    }
}

//! A space itself, and coming and going without an invite.

use super::Spelt;
use crate::code::Code;
use crate::id::SpaceId;
use crate::key::{KexKey, SignKey, Signature};
use crate::record::{JoinRule, Pause};
use crate::wire;
use alloc::string::String;
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
}

impl UpdateSpaceBody {
    /// The command it stands for.
    ///
    /// # Errors
    /// `malformed` for a rule or a pause that cannot be read.
    pub fn of_space(self, space: SpaceId) -> Result<wire::UpdateSpace, Code> {
        let Self { name, join_rule, max_members, description, pause } = self;
        let join_rule = join_rule.map(|rule| rule.read()).transpose()?;
        let pause = pause.map(|pause| pause.read()).transpose()?;
        Ok(wire::UpdateSpace { space, name, join_rule, max_members, description, pause })
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
    /// Members now.
    pub members: u32,
}

impl From<wire::SpaceView> for SpaceView {
    fn from(view: wire::SpaceView) -> Self {
        let wire::SpaceView { space, name, join_rule, max_members, description, pause, paused, governed, owner, members } = view;
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
            members,
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

//! The questions services ask, and the "why" question.

use super::Spelt;
use crate::code::Code;
use crate::id::SpaceId;
use crate::key::SignKey;
use crate::record::Standing;
use crate::role::{Permission, Role};
use crate::wire;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The most keys in one `POST /v1/authorized`.
pub const MAX_KEYS: usize = 1_000;

/// The answer to `GET /v1/authorized/{key}` and `GET /v1/has-admin`. A "no" is an answer like a "yes"; whoever gets
/// anything else than an answer takes it for a "no".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Authorization {
    /// Yes or no.
    pub allow: bool,
    /// The exact reason.
    pub code: Spelt<Code>,
    /// The table row that answered.
    pub rule: String,
}

/// The body of `POST /v1/authorized`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AuthorizedBody {
    /// About whom, 1–[`MAX_KEYS`].
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_KEYS)))]
    pub keys: Vec<Spelt<SignKey>>,
}

impl AuthorizedBody {
    /// Reads the keys.
    ///
    /// # Errors
    /// `malformed-key`; `malformed` for none; `too-large` for more than [`MAX_KEYS`].
    pub fn into_keys(self) -> Result<Vec<SignKey>, Code> {
        match self.keys.len() {
            0 => Err(Code::Malformed),
            1..=MAX_KEYS => self.keys.iter().map(Spelt::read).collect(),
            _ => Err(Code::TooLarge),
        }
    }
}

/// The answer to `POST /v1/authorized`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuthorizedList {
    /// One answer a key, in the order of the question.
    pub answers: Vec<KeyAuthorization>,
}

/// One answer of many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyAuthorization {
    /// About whom.
    pub key: Spelt<SignKey>,
    /// Yes or no.
    pub allow: bool,
    /// The exact reason.
    pub code: Spelt<Code>,
    /// The table row that answered.
    pub rule: String,
}

/// The query of `GET /v1/can`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CanQuery {
    /// About whom.
    pub account: Spelt<SignKey>,
    /// To do what.
    pub permission: Spelt<Permission>,
    /// Where; the server space if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<Spelt<SpaceId>>,
}

impl TryFrom<CanQuery> for wire::Can {
    type Error = Code;

    fn try_from(query: CanQuery) -> Result<Self, Code> {
        let CanQuery { account, permission, space } = query;
        let space = space.map_or(Ok(SpaceId::SERVER), |space| space.read())?;
        Ok(wire::Can { account: account.read()?, permission: permission.read()?, space })
    }
}

/// The answer to `GET /v1/can`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CanAnswer {
    /// Yes or no.
    pub allow: bool,
    /// The exact reason.
    pub code: Spelt<Code>,
    /// The table row that answered.
    pub rule: String,
    /// What that row says.
    pub text: String,
    /// What the rule looked at, for those who may know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<CanFacts>,
}

/// What a `can` answer looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CanFacts {
    /// The account's role in the place, if any.
    pub role: Option<Spelt<Role>>,
    /// The account's role in the server space, if any.
    pub server_role: Option<Spelt<Role>>,
    /// The account's standing, if it is known.
    pub standing: Option<Spelt<Standing>>,
    /// Whether the key is banned now.
    pub banned: bool,
}

impl From<wire::Why> for CanFacts {
    fn from(why: wire::Why) -> Self {
        let wire::Why { role, server_role, standing, banned } = why;
        Self {
            role: role.map(Spelt::from),
            server_role: server_role.map(Spelt::from),
            standing: standing.map(Spelt::from),
            banned,
        }
    }
}

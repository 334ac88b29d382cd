//! A refusal (RFC 9457, `application/problem+json`).

use super::Spelt;
use crate::code::Code;
use crate::time::{Expiry, Timestamp};
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// Why the answer is no, and nothing internal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// A stable URL path that names the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// One line a person can read.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: Spelt<Code>,
    /// The table row that answered, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// With `stale-request`: the server's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Spelt<Timestamp>>,
    /// With a dead invite: its expiry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Spelt<Expiry>>,
    /// With a redeem that was counted: the first answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Spelt<Code>>,
}

impl Problem {
    /// The problem of a code.
    pub fn new(code: Code, status: u16) -> Self {
        Self {
            kind: alloc::format!("/problems/{code}"),
            title: code.text().into(),
            status,
            code: code.into(),
            rule: None,
            time: None,
            expires: None,
            first: None,
        }
    }
}

//! What a server says of itself.

use super::Spelt;
use crate::key::ServerKey;
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// `GET /.well-known/doorward`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WellKnown {
    /// The server's name.
    pub name: String,
    /// Its public key.
    pub server_key: Spelt<ServerKey>,
    /// First ten bytes of SHA-256 of the key, as links carry them.
    pub fingerprint: Spelt<[u8; 10]>,
    /// SHA-256 of the policy build in force.
    pub policy_digest: Spelt<[u8; 32]>,
    /// What is spoken here.
    pub versions: Versions,
    /// The server's clock.
    pub time: Spelt<Timestamp>,
    /// Whether there is an owner.
    pub has_owner: bool,
    /// The configured public URL, without a trailing slash: what signed requests cover.
    pub public_url: String,
    /// Names of the operator's guards. With any installed, a page shows the server's verdict instead of its own.
    pub guards: Vec<String>,
}

/// What is spoken at a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Versions {
    /// The program's version.
    pub doorward: String,
    /// The wire version of statements, claims and receipts.
    pub wire: u8,
}

/// `GET /healthz` and `GET /readyz`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Health {
    /// `ok`, or the code of what is wrong.
    pub status: String,
    /// SHA-256 of the policy build in force.
    pub policy_digest: Spelt<[u8; 32]>,
    /// The program's version.
    pub version: String,
}

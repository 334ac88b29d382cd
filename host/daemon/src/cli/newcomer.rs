//! Coming in, by an invite or without one: with which keys, and under which name.

use std::path::{Path, PathBuf};

use doorward_client::{Client, Identity, KeyRing, Sharing};
use serde_json::{Value, json};

use super::CliError;
use super::error::NEXT;
use super::failure::explain;
use super::key::{read, ring_fault};
use super::output::clean;

/// What everybody says who comes in.
#[derive(Debug, clap::Args)]
pub(super) struct Newcomer {
    /// What you want to be called there, 1 to 64 characters
    #[arg(long, value_name = "NAME")]
    handle: Option<String>,
    /// Use the keys in this file instead of new ones; '-' reads them from standard input
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Allow a key that was made for another server. The two servers can then tell that you are one person
    #[arg(long, requires = "key")]
    share_key: bool,
}

impl Newcomer {
    /// Whether the keys come from standard input.
    pub(super) fn reads_stdin(&self) -> bool {
        self.key.as_deref().is_some_and(|key| key.as_os_str() == "-")
    }

    /// The keys to come in with: the ones given, the ones filed for this server, or new ones. New ones are not saved yet.
    pub(super) fn identity(&self, client: &Client, ring: &KeyRing) -> Result<Identity, CliError> {
        let Some(file) = &self.key else {
            return match ring.find(client.server_key()).map_err(ring_fault)? {
                Some(identity) => Ok(identity),
                None => client.new_identity("").map_err(explain),
            };
        };
        let mut identity = read(file)?;
        if identity.server_key != *client.server_key() {
            if !self.share_key {
                return Err(CliError::Fault(format!(
                    "these keys were made for another server ({}){NEXT}Leave out --key to get new ones, or say --share-key if the two servers may know that you are one person.",
                    clean(&identity.public_url)
                )));
            }
            identity.server_key = *client.server_key();
            identity.handle.clear();
        }
        identity.server_name.clone_from(&client.well_known().name);
        identity.public_url = client.public_url().into();
        Ok(identity)
    }

    /// What to be called: what was said, or what these keys were called before.
    pub(super) fn handle(&self, identity: &Identity) -> Result<String, CliError> {
        let handle = self.handle.clone().or_else(|| Some(identity.handle.clone()).filter(|handle| !handle.is_empty()));
        handle.ok_or_else(|| CliError::Usage("what do you want to be called there? Say --handle NAME".into()))
    }

    /// Whether the keys may be another server's as well.
    pub(super) fn sharing(&self) -> Sharing {
        if self.share_key { Sharing::Allowed } else { Sharing::Refused }
    }
}

/// Who came in where, for scripts.
pub(super) fn as_json(identity: &Identity, handle: &str, role: &str, code: &str, path: &Path) -> Value {
    let sign_key = identity.keys.sign_key();
    json!({
        "code": code, "server_name": identity.server_name, "public_url": identity.public_url,
        "server_key": identity.server_key.to_hex(), "account": sign_key.to_hex(), "fingerprint": sign_key.fingerprint(),
        "handle": handle, "role": role, "file": path.display().to_string(),
    })
}

/// What nobody may lose.
pub(super) const KEEP_IT: &str = "That file is your only way in. Keep a copy of it somewhere safe.";

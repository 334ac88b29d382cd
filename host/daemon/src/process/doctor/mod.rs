//! `doorward doctor`: looks at everything that can be wrong with a server on this machine, and changes nothing. It
//! takes no lock, so the server may run meanwhile.

mod files;
mod network;
mod state;

use std::fmt;

use super::data::{DataFolder, KEY};
use super::{Failure, policy};
use crate::config::Config;

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// As it should be.
    Ok,
    /// Works, but the operator should know.
    Warn,
    /// Wrong.
    Fail,
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Health::Ok => "ok",
            Health::Warn => "warn",
            Health::Fail => "fail",
        })
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What: a stable kebab-case name.
    pub about: &'static str,
    /// How it stands.
    pub health: Health,
    /// One line.
    pub line: String,
    /// What to do about it; empty if nothing.
    pub next: String,
}

impl Finding {
    fn ok(about: &'static str, line: impl Into<String>) -> Self {
        Self { about, health: Health::Ok, line: line.into(), next: String::new() }
    }

    fn warn(about: &'static str, line: impl Into<String>, next: impl Into<String>) -> Self {
        Self { about, health: Health::Warn, line: line.into(), next: next.into() }
    }

    fn fail(about: &'static str, line: impl Into<String>, next: impl Into<String>) -> Self {
        Self { about, health: Health::Fail, line: line.into(), next: next.into() }
    }

    /// Of settings that do not hold: nothing else can be looked at then.
    pub fn of_settings(line: String) -> Self {
        Self::fail("settings", line, "mend it; see what holds, and where it came from, with: doorward serve --print-config")
    }
}

/// Looks at everything.
pub async fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = vec![policy(config)];
    findings.push(network::proxies(config));
    let folder = match DataFolder::find(&config.data) {
        Ok(folder) => folder,
        Err(Failure(line)) => {
            findings.push(Finding::fail(
                "data",
                line,
                "name it with --data; a server makes its own at its first start: doorward serve",
            ));
            return findings;
        }
    };
    findings.extend(files::permissions(&folder, &config.data));
    findings.push(files::room(&folder));
    let signer = match folder.signer(false, || [0; 32]) {
        Ok(signer) => signer,
        Err(Failure(line)) => {
            findings.push(Finding::fail("key", line, "without its key this server is nobody"));
            return findings;
        }
    };
    let server = signer.public();
    findings.push(Finding::ok("key", format!("{} is {}", folder.file(KEY).display(), server.fingerprint())));
    findings.extend(network::addresses(config, &server).await);
    findings.extend(state::examine(config, &folder, signer).await);
    findings
}

/// The policy in force knows the answer to every golden vector.
fn policy(config: &Config) -> Finding {
    match policy::examine(config.policy.as_deref()) {
        Ok((policy, vectors)) => {
            Finding::ok("policy", format!("{vectors} known answers come out right; {}", hex::encode(policy.digest())))
        }
        Err(Failure(line)) => Finding::fail("policy", line, "use the one built in, or install the program again"),
    }
}

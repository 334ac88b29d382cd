//! The store and what is in it: whole, the newest, and of this server.

use std::path::Path;
use std::sync::Arc;

use doorward_core::wire::{Asker, Command, Description, Reply};
use doorward_core::{Code, Timestamp};
use doorward_engine::Slot;
use doorward_shell::{Census, Limits, Parts, ServerSigner, Shell};
use doorward_store::Store;

use super::Finding;
use crate::ambient::{clock, entropy};
use crate::config::Config;
use crate::process::backup::Source;
use crate::process::data::{DATABASE, DataFolder};
use crate::process::{Failure, high_water, policy, store};

/// No clock of a machine that runs this program shows an earlier time: 2026-01-01.
const EARLIEST: Timestamp = Timestamp(1_767_225_600);
const RESTORE: &str = "restore a backup: doorward restore FILE";

pub(super) async fn examine(config: &Config, folder: &DataFolder, signer: ServerSigner) -> Vec<Finding> {
    let server = signer.public();
    let path = folder.file(DATABASE);
    // Before the store, which only goes on: a mark read later could be of a later commit.
    let mark = high_water::read(folder);
    let opened = match store::look(&path) {
        Ok(store) => store,
        Err(error) => return vec![clock_alone(), Finding::fail("store", error.to_string(), RESTORE)],
    };
    let mut findings = vec![whole(&path, &server)];
    let compared = mark.and_then(|mark| Ok((mark, high_water::compare(folder, &*opened, &server, mark)?)));
    findings.push(match compared {
        _ if high_water::is_unsettled(folder) => {
            Finding::warn("high-water", "a restore was interrupted", "start the server: it finds out which state is there")
        }
        Ok((Some(mark), end)) => Finding::ok(
            "high-water",
            format!("decision {}, and the store's history holds it; it ends at {}", mark.place.sequence, end.sequence),
        ),
        Ok((None, _)) => Finding::warn("high-water", "there is none yet", "start the server once with this version"),
        Err(Failure(line)) => {
            let (line, next) = line.split_once("; ").unwrap_or((&line, RESTORE));
            Finding::fail("high-water", line, next)
        }
    });
    findings.extend(described(config, signer, Arc::from(opened)).await);
    findings
}

/// The file is whole, every record in it can be read, and its history is one chain signed by this server.
fn whole(path: &Path, server: &doorward_core::ServerKey) -> Finding {
    if let Err(error) = store::verify(path) {
        return Finding::fail("store", error.to_string(), RESTORE);
    }
    match Source::open(path).and_then(|source| source.check(server)) {
        Ok(checked) => {
            Finding::ok("store", format!("whole: {} records, decisions up to number {}", checked.records, checked.place.sequence))
        }
        Err(Failure(line)) => Finding::fail("store", line, RESTORE),
    }
}

/// What the policy says of the state.
async fn described(config: &Config, signer: ServerSigner, store: Arc<dyn Store>) -> Vec<Finding> {
    let Ok(policy) = policy::load(config.policy.as_deref()) else { return vec![clock_alone()] };
    let policy = Arc::new(Slot::new(policy));
    let (clock, entropy) = (clock::now as fn() -> Timestamp, entropy::fresh as fn() -> [u8; 32]);
    let parts = Parts { store, policy, signer, clock, entropy, limits: Limits::default(), reached: None };
    // Why one cannot start was said of the store above.
    let Ok(shell) = Shell::start(parts) else { return vec![clock_alone()] };
    let answered = shell.ask(Asker::Operator, Command::Describe, Vec::new()).await;
    match (answered.code, answered.reply) {
        (Code::Allowed, Reply::Description(description)) => {
            let mut findings = vec![clock_alone(), owner(&description), restore(&description)];
            findings.extend(shell.census().await.ok().map(jobs));
            findings
        }
        (Code::NotInitialised, _) => {
            vec![clock_alone(), Finding::warn("owner", "the server is not set up", "doorward serve, or doorward init")]
        }
        (Code::ClockBehind, _) => {
            let line = format!("it says {}, and the store knows a later time", clock().to_rfc3339());
            vec![Finding::fail("clock", line, "set this machine's clock; until then everything is refused")]
        }
        (code, _) => {
            vec![clock_alone(), Finding::fail("root", format!("{code}: {}", code.text()), RESTORE)]
        }
    }
}

/// The clock by itself.
fn clock_alone() -> Finding {
    let now = clock::now();
    let line = now.to_rfc3339();
    if now < EARLIEST {
        return Finding::fail("clock", line, "set this machine's clock: links would be void, or live too long");
    }
    Finding::ok("clock", line)
}

fn owner(description: &Description) -> Finding {
    let Description { has_owner, recovering, .. } = description;
    match (has_owner, recovering) {
        (_, true) => {
            Finding::warn("owner", "its keys are being replaced", "open the link, or make a new one: doorward owner recover")
        }
        (true, false) => Finding::ok("owner", "there is one"),
        (false, false) => Finding::warn("owner", "there is none yet", "open the owner link, or make a new one: doorward init"),
    }
}

fn restore(description: &Description) -> Finding {
    if description.unreviewed {
        let next = "look at accounts and invites, stop the server, and then: doorward restore --accept";
        return Finding::warn("restore", "one waits to be accepted; nobody is let in", next);
    }
    Finding::ok("restore", "none waits to be accepted")
}

/// What decisions left to housekeeping, which the server does at once while it runs.
fn jobs(census: Census) -> Finding {
    match census.jobs {
        0 => Finding::ok("jobs", "nothing is left to be cleared away"),
        left => {
            let line = format!("{left} of them wait, such as clearing a deleted network; what they clear has no effect any more");
            Finding::warn("jobs", line, "let the server run; if they stay, see its log for: a job left behind waits")
        }
    }
}

//! Takes a command to the policy and its decision to the store: load, step, commit.
//!
//! **What it promises.** Every ask gets one [`Answered`], and every failure is *no* with its own code. A decision and
//! its record become durable together or not at all, and nobody is told of it before. A decision holds on the state it
//! is committed to: when a fact of its has moved, it is taken again. The same admission always has the same receipt.
//!
//! **What it does not do.** It holds no rule. A record is a key, bytes and a revision; the only ones it reads are its
//! own: decision records and checkpoints. It opens no file and no socket; clock and entropy are handed in.
//!
//! Reading order: [`Shell`] → `gather` (the rounds of one decision, over a `view`; questions at the `desk`, or from the
//! `cache`) → `committer` (many decisions, one sync) with `compose`, `pending` and `recent` → `record` and `history`
//! (what is kept of it; `recorded` reads it back, `watcher` tells it to those who watch) → [`SignedReceipt`].

mod answered;
mod audit;
mod cache;
mod census;
mod checks;
mod committer;
mod compose;
mod desk;
mod facts;
mod gather;
mod history;
mod init;
mod job;
mod pending;
mod recent;
mod record;
mod recorded;
mod shared;
mod shell;
mod signer;
mod stats;
mod verb;
mod view;
mod watcher;

pub use answered::{Answered, HOST_RULE, SignedReceipt};
pub use audit::Audit;
pub use census::Census;
pub use history::Place;
pub use init::OwnerInvite;
pub use recorded::Recorded;
pub use shared::Limits;
pub use shell::{Parts, Shell, StartError, history_end};
pub use signer::ServerSigner;
pub use stats::{Answers, Histogram, Stats};
pub use watcher::{Happening, Watcher};

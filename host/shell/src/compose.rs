//! Puts many decisions into one batch, each on the state the ones before it leave.

use std::collections::HashSet;

use doorward_core::DecisionId;
use doorward_core::wire::{Decided, Write};
use doorward_store::{MAX_BATCH_BYTES, MAX_BATCH_GUARDS};

use crate::answered::Refusal;
use crate::gather::{Reached, decide};
use crate::job::Job;
use crate::pending::{Merged, Pending};
use crate::recent::{Moved, Recent};
use crate::record;
use crate::shared::Shared;
use crate::stats::one_more;
use crate::view::{Moment, View};

/// The decisions of a batch so far.
#[derive(Default)]
pub(crate) struct Attempt {
    pub(crate) pending: Pending,
    /// One for each job that is in, in order.
    pub(crate) rulings: Vec<Result<Ruled, Refusal>>,
    /// Builds of the policy that are kept from this batch on.
    pub(crate) builds: Vec<[u8; 32]>,
}

/// A decision that is in the batch.
pub(crate) struct Ruled {
    pub(crate) decided: Box<Decided>,
    /// Whether it writes and is recorded.
    pub(crate) recorded: bool,
}

/// Whether a decision still fits.
enum Fit {
    In(Ruled),
    Full,
}

/// What a batch is composed with.
pub(crate) struct Composer<'c> {
    pub(crate) shared: &'c Shared,
    pub(crate) recent: &'c Recent,
    /// Builds that are known to be kept.
    pub(crate) builds: &'c HashSet<[u8; 32]>,
    /// Writes the batch may hold, room for the host's own left out.
    pub(crate) max_writes: usize,
}

impl Composer<'_> {
    /// Takes jobs in order until one does not fit any more; that one and all after it have no ruling and come again.
    pub(crate) fn compose(&self, jobs: &mut [Job]) -> Attempt {
        let mut attempt = Attempt::default();
        // One view for all decisions that are taken again. It is let go before the commit.
        let mut moment = Moment::new(&*self.shared.store);
        for job in jobs {
            match self.rule(job, &mut moment, &mut attempt) {
                Ok(Fit::In(ruled)) => attempt.rulings.push(Ok(ruled)),
                Ok(Fit::Full) => break,
                Err(refusal) => attempt.rulings.push(Err(refusal)),
            }
        }
        attempt
    }

    fn rule(&self, job: &mut Job, moment: &mut Moment<'_>, attempt: &mut Attempt) -> Result<Fit, Refusal> {
        let moved = Moved::of(&job.known, self.recent, &attempt.pending);
        let reached = match job.first.take() {
            Some(reached) if moved.is_nothing() => reached,
            Some(_) | None => {
                one_more(&self.shared.stats.again);
                self.again(job, moved, &attempt.pending, moment)?
            }
        };
        if reached.decided.writes.is_empty() {
            return Ok(Fit::In(Ruled { decided: reached.decided, recorded: false }));
        }
        let salt = self.shared.salt();
        let own = record::of_decision(&job.asked, &reached, &job.known, salt)?;
        let builds = self.build(&reached, moment, attempt)?;
        if !self.fits(&attempt.pending, job, [&reached.decided.writes, &own, &builds]) {
            return match attempt.rulings.is_empty() {
                true => Err(Refusal::undecidable("it does not fit into a batch of its own")),
                false => Ok(Fit::Full),
            };
        }
        if !builds.is_empty() {
            attempt.builds.push(reached.policy.digest());
        }
        Ok(Fit::In(enter(&mut attempt.pending, job, reached, own, builds)))
    }

    /// Decides again, on what moved and all that did not.
    fn again(&self, job: &mut Job, moved: Moved, pending: &Pending, moment: &mut Moment<'_>) -> Result<Reached, Refusal> {
        let Job { asked, known, .. } = job;
        let mut view = Merged { pending, below: moment };
        if moved.pages {
            known.pages.clear();
        }
        if !moved.records.is_empty() {
            let keys: Vec<&str> = moved.records.iter().map(String::as_str).collect();
            let facts = view.load(&keys)?;
            if facts.len() != keys.len() {
                return Err(Refusal::new(doorward_core::Code::Unavailable, "the store did not answer for every key"));
            }
            for (key, fact) in moved.records.iter().zip(facts) {
                known.records.entry(key.clone()).and_modify(|held| held.fact = fact);
            }
            known.seen_at(view.as_of());
        }
        let policy = self.shared.policy.current();
        decide(asked, &policy, &self.shared.checks, &mut view, known)
    }

    /// The build that decided, if this is the first time it did.
    fn build(&self, reached: &Reached, moment: &mut Moment<'_>, attempt: &Attempt) -> Result<Vec<Write>, Refusal> {
        let digest = reached.policy.digest();
        if self.builds.contains(&digest) || attempt.builds.contains(&digest) {
            return Ok(Vec::new());
        }
        let found = moment.load(&[&record::first_part(&digest)])?;
        let is_kept = found.first().is_some_and(|fact| fact.value.is_some());
        Ok(if is_kept { Vec::new() } else { record::of_policy(&digest, reached.policy.wasm()) })
    }

    fn fits(&self, pending: &Pending, job: &Job, more: [&Vec<Write>; 3]) -> bool {
        let (writes, bytes, guards) = pending.size();
        let size = |write: &Write| write.key.len() + write.value.as_ref().map_or(0, Vec::len);
        let count: usize = more.iter().map(|writes| writes.len()).sum();
        let added: usize = more.into_iter().flatten().map(size).sum();
        writes + count <= self.max_writes
            && bytes + added < MAX_BATCH_BYTES
            && guards + job.known.records.len() < MAX_BATCH_GUARDS
    }
}

/// Adds a decision and all that goes with it.
fn enter(pending: &mut Pending, job: &Job, reached: Reached, own: Vec<Write>, builds: Vec<Write>) -> Ruled {
    let Reached { mut decided, .. } = reached;
    let by: DecisionId = decided.decision;
    pending.guard(&job.known);
    // Two decisions under one id would be a history rewritten.
    pending.guard_one(&doorward_core::record::keys::decision(&by), 0);
    let writes = std::mem::take(&mut decided.writes);
    writes.into_iter().chain(own).chain(builds).for_each(|Write { key, value }| pending.write(key, value, by));
    Ruled { decided, recorded: true }
}

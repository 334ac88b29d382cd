//! The one place that commits. Decisions that arrive while the disk is busy go into the next batch together; nobody is
//! answered before the sync.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use doorward_core::record::keys;
use doorward_core::{Code, DecisionId};
use doorward_store::{Batch, Commit};
use tokio::sync::oneshot;

use crate::answered::Refusal;
use crate::compose::{Attempt, Composer, Ruled};
use crate::history::{self, Chain, Place};
use crate::job::{Job, Message};
use crate::pending::{Composed, Pending};
use crate::recent::Recent;
use crate::shared::{Shared, State};
use crate::stats::{now, one_more};

/// How often a batch is decided again after a conflict.
const MAX_CONFLICTS: usize = 3;
/// What the readiness probe writes: a record that means nothing.
const PROBE_KEY: &str = "g.00";
/// Writes the host may add to a batch on its own account: a checkpoint and a probe.
const HOSTS_OWN: usize = 2;
/// How long to sleep when nothing is due.
const IDLE: Duration = Duration::from_secs(3_600);

/// The committer's own state.
pub(crate) struct Committer {
    shared: Arc<Shared>,
    queue: Receiver<Message>,
    chain: Chain,
    recent: Recent,
    /// Builds of the policy that are known to be kept.
    builds: HashSet<[u8; 32]>,
    /// Taken, but too many for the last batch.
    carried: VecDeque<Job>,
    /// When the history is to be signed, if there is something new in it.
    due: Option<Instant>,
    /// Told how far the history has come.
    reached: Option<Box<dyn FnMut(Place) + Send>>,
}

/// What goes into the next batch.
#[derive(Default)]
struct Work {
    jobs: Vec<Job>,
    probes: Vec<oneshot::Sender<Result<(), Code>>>,
    stop: bool,
}

/// Nobody knows what the store holds: nothing may be decided on it any more.
struct Broken;

impl Committer {
    pub(crate) fn new(
        shared: Arc<Shared>,
        queue: Receiver<Message>,
        chain: Chain,
        reached: Option<Box<dyn FnMut(Place) + Send>>,
    ) -> Self {
        let recent = Recent::from(chain.seen());
        shared.cache.start(chain.seen());
        let (builds, carried) = Default::default();
        let mut committer = Self { shared, queue, chain, recent, builds, carried, due: None, reached };
        committer.watch_history();
        committer
    }

    /// Works until it is told to stop, everyone is gone, or the store's state is unknown.
    pub(crate) fn run(mut self) {
        let ended = self.work();
        if ended.is_err() {
            // Taken, but never tried.
            let lost = || Refusal::new(Code::Unavailable, "the store has failed");
            self.carried.into_iter().for_each(|job| job.ticket.settle(Err(lost())));
        }
        self.shared.enter(match ended {
            Ok(()) => State::Stopped,
            Err(Broken) => State::Failed,
        });
    }

    fn work(&mut self) -> Result<(), Broken> {
        loop {
            let work = self.next();
            let stop = work.stop;
            self.settle(work)?;
            while stop && !self.carried.is_empty() {
                let jobs = self.carried.drain(..).collect();
                self.settle(Work { jobs, ..Work::default() })?;
            }
            if stop {
                self.due = Some(now());
                return self.settle(Work { stop, ..Work::default() });
            }
        }
    }

    /// Waits for something to do, and takes what else is there.
    fn next(&mut self) -> Work {
        let mut work = Work { jobs: self.carried.drain(..).collect(), ..Work::default() };
        if work.jobs.is_empty() {
            let patience = self.due.map_or(IDLE, |due| due.saturating_duration_since(now()));
            match self.queue.recv_timeout(patience) {
                Ok(message) => self.take(message, &mut work),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => work.stop = true,
            }
        }
        while !work.stop && work.jobs.len() < self.shared.limits.batch {
            match self.queue.try_recv() {
                Ok(message) => self.take(message, &mut work),
                Err(_) => break,
            }
        }
        work
    }

    fn take(&self, message: Message, work: &mut Work) {
        match message {
            Message::Decide(job) => {
                self.shared.stats.queue.fetch_sub(1, Relaxed);
                if job.ticket.take() {
                    work.jobs.push(*job);
                }
            }
            Message::Probe(answer) => work.probes.push(answer),
            Message::Stop => work.stop = true,
        }
    }

    /// Commits one batch and answers everyone in it.
    fn settle(&mut self, work: Work) -> Result<(), Broken> {
        let Work { mut jobs, probes, stop: _ } = work;
        let checkpoint = self.is_checkpoint_due().then(|| (self.chain.end(), self.chain.unsigned()));
        for _ in 0..=MAX_CONFLICTS {
            let attempt = self.compose(&mut jobs, checkpoint.map(|(place, _)| place), !probes.is_empty());
            let rest = jobs.split_off(attempt.rulings.len());
            // Before those that an earlier attempt left over: they came earlier.
            rest.into_iter().rev().for_each(|job| self.carried.push_front(job));
            let Attempt { pending, rulings, builds } = attempt;
            if pending.size().0 == 0 {
                rulings.into_iter().zip(jobs).for_each(|(ruling, job)| answer(job, ruling));
                return Ok(());
            }
            let torn = pending.is_torn();
            let composed = pending.compose();
            let started = now();
            let outcome = if torn { Commit::Conflict { keys: Vec::new() } } else { self.commit(&composed.batch) };
            match outcome {
                Commit::Committed { last } => {
                    self.shared.stats.committed(composed.decisions.len(), started.elapsed());
                    self.committed(&composed, last, &rulings, checkpoint)?;
                    self.builds.extend(builds);
                    rulings.into_iter().zip(jobs).for_each(|(ruling, job)| answer(job, ruling));
                    tell(probes, Ok(()));
                    return Ok(());
                }
                Commit::Conflict { keys } => {
                    tracing::debug!(?keys, torn, "someone else was first; deciding again");
                    one_more(&self.shared.stats.conflicts);
                    jobs.iter_mut().for_each(|job| job.known.forget());
                }
                Commit::Unavailable(reason) => {
                    tracing::error!(cause = reason.cause().name(), "the store did not take a batch: {reason}");
                    one_more(&self.shared.stats.unavailable);
                    self.postpone_checkpoint();
                    refuse(jobs, probes, Code::Unavailable, reason.line());
                    return Ok(());
                }
                Commit::Indeterminate(reason) => {
                    tracing::error!(cause = reason.cause().name(), "nobody knows whether a batch was kept: {reason}");
                    // Before anyone is told: whoever hears of it must not find the shell still working.
                    self.shared.enter(State::Failed);
                    refuse(jobs, probes, Code::OutcomeUnknown, reason.line());
                    return Err(Broken);
                }
            }
        }
        self.postpone_checkpoint();
        refuse(jobs, probes, Code::Conflict, "someone else was first every time");
        Ok(())
    }

    fn compose(&self, jobs: &mut [Job], checkpoint: Option<Place>, probe: bool) -> Attempt {
        let Self { shared, recent, builds, .. } = self;
        let max_writes = shared.store.max_writes().saturating_sub(HOSTS_OWN);
        let mut attempt = Composer { shared, recent, builds, max_writes }.compose(jobs);
        if let Some(place) = checkpoint {
            let (key, value) = history::checkpoint(&shared.signer, place, (shared.clock)());
            host_write(&mut attempt.pending, key, value);
        }
        // A probe that shares a batch with anything else is answered by that batch.
        if probe && attempt.pending.size().0 == 0 {
            host_write(&mut attempt.pending, PROBE_KEY.into(), vec![1]);
        }
        attempt
    }

    fn commit(&self, batch: &Batch) -> Commit {
        let Shared { store, cache, .. } = &*self.shared;
        cache.begin(&batch.writes);
        let outcome = store.commit(batch);
        match &outcome {
            Commit::Committed { last } => cache.end(Some(*last)),
            Commit::Conflict { .. } | Commit::Unavailable(_) => cache.end(None),
            // Nobody knows what these keys hold; they stay out.
            Commit::Indeterminate(_) => {}
        }
        outcome
    }

    /// Takes note of what is durable now, before anyone is told.
    fn committed(
        &mut self,
        composed: &Composed,
        last: u64,
        rulings: &[Result<Ruled, Refusal>],
        checkpoint: Option<(Place, u64)>,
    ) -> Result<(), Broken> {
        let Composed { batch, decisions } = composed;
        self.shared.committed_at(now());
        for (index, write) in batch.writes.iter().enumerate() {
            let Some(revision) = batch.revision(last, index) else { return Err(self.impossible(last)) };
            self.recent.note(&write.key, revision);
        }
        if let Some((place, unsigned)) = checkpoint {
            self.chain.checkpointed(place, unsigned);
            self.due = None;
        }
        let Some(first) = batch.revision(last, 0) else { return Err(self.impossible(last)) };
        let own: Vec<(u64, &[u8])> = decisions.iter().filter_map(|index| decision_record(batch, last, *index)).collect();
        match self.chain.extend(&*self.shared.store, first, last, &own) {
            Ok(places) => {
                if let (Some(reached), Some(newest)) = (&mut self.reached, places.last()) {
                    reached(*newest);
                }
                let recorded = rulings.iter().flatten().filter(|ruled| ruled.recorded);
                let ids = recorded.map(|ruled| ruled.decided.decision);
                self.shared.note_places(ids.zip(places).collect::<Vec<(DecisionId, Place)>>());
            }
            // Whoever needs his place looks for it in the store.
            Err(unavailable) => tracing::warn!("the end of the history could not be read back: {unavailable}"),
        }
        if batch.writes.iter().any(|write| write.key.starts_with(keys::JOBS) && write.value.is_some()) {
            self.shared.job_left.notify_one();
        }
        self.shared.advance(last);
        self.watch_history();
        Ok(())
    }

    /// A commit that cannot have happened is one nobody knows anything about.
    fn impossible(&self, last: u64) -> Broken {
        tracing::error!(last, "the store says it committed a batch at a revision that is too small for it");
        self.shared.enter(State::Failed);
        Broken
    }

    fn is_checkpoint_due(&self) -> bool {
        let is_new = self.chain.end().sequence > self.chain.signed();
        is_new && (self.chain.unsigned() >= self.shared.limits.checkpoint_every || self.due.is_some_and(|due| due <= now()))
    }

    /// Sets the time by which what is new is signed.
    fn watch_history(&mut self) {
        let (end, signed) = (self.chain.end().sequence, self.chain.signed());
        if end > signed && self.due.is_none() {
            self.due = now().checked_add(self.shared.limits.checkpoint_after);
        }
        self.shared.stats.history.store(end, Relaxed);
        self.shared.stats.checkpoint.store(signed, Relaxed);
    }

    /// A store that does not take it now is not asked again at once.
    fn postpone_checkpoint(&mut self) {
        if self.due.is_some_and(|due| due <= now()) {
            self.due = now().checked_add(self.shared.limits.checkpoint_after);
        }
    }
}

fn decision_record(batch: &Batch, last: u64, index: usize) -> Option<(u64, &[u8])> {
    let record = batch.writes.get(index)?.value.as_deref()?;
    Some((batch.revision(last, index)?, record))
}

fn host_write(pending: &mut Pending, key: String, value: Vec<u8>) {
    // Read back by nobody within the batch, so whose it is does not matter.
    pending.write(key, Some(value), DecisionId([0; 16]));
}

fn answer(job: Job, ruling: Result<Ruled, Refusal>) {
    job.ticket.settle(ruling.map(|ruled| ruled.decided));
}

fn refuse(jobs: Vec<Job>, probes: Vec<oneshot::Sender<Result<(), Code>>>, code: Code, line: &str) {
    jobs.into_iter().for_each(|job| job.ticket.settle(Err(Refusal::new(code, line))));
    tell(probes, Err(code));
}

fn tell(probes: Vec<oneshot::Sender<Result<(), Code>>>, result: Result<(), Code>) {
    for probe in probes {
        // Whoever asked may be gone.
        let _ = probe.send(result);
    }
}

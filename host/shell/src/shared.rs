//! What askers and the committer share.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use doorward_core::wire::{Asker, Command, Context, Decided, Request, VERSION, encode};
use doorward_core::{Code, DecisionId, ServerKey, Signature, Timestamp};
use doorward_engine::Slot;
use doorward_store::Store;
use tokio::sync::{Notify, Semaphore, watch};

use crate::answered::{Answered, Refusal, SignedReceipt};
use crate::cache::Cache;
use crate::checks::{Attached, Checks};
use crate::desk::Desk;
use crate::facts::Known;
use crate::gather::{self, Asked, Reached};
use crate::history::{self, Place, Places};
use crate::signer::ServerSigner;
use crate::stats::{Counters, now};
use crate::verb::{Kind, Verb};
use crate::view::Moment;

/// How much, how long, how often.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a read may take, a write may wait for its turn, and a commit may take: 2 s.
    pub timeout: Duration,
    /// Reads at one time; fewer than the store holds snapshots, for the committer needs one too.
    pub readers: usize,
    /// Decisions that may wait for the committer, and questions for a reader; more are `busy`.
    pub queue: usize,
    /// Decisions in one batch.
    pub batch: usize,
    /// Records after which the history is signed.
    pub checkpoint_every: u64,
    /// Time after which it is signed when there is anything new.
    pub checkpoint_after: Duration,
    /// Records kept in memory for questions (twice as many at most), each for a second; 0 = none. INVARIANT: only for
    /// a store that no other process writes to.
    pub cache: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(2),
            readers: 6,
            queue: 1_024,
            batch: 256,
            checkpoint_every: 1_000,
            checkpoint_after: Duration::from_secs(60),
            cache: 0,
        }
    }
}

impl Limits {
    /// Those of the readers who answer plain questions.
    fn clerks(&self) -> usize {
        (self.readers / 3).max(1)
    }
}

/// Whether anything can be decided at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Running,
    /// In good order.
    Stopped,
    /// Nobody knows what the store holds.
    Failed,
}

/// What askers and the committer share.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) policy: Arc<Slot>,
    pub(crate) signer: ServerSigner,
    pub(crate) server: ServerKey,
    pub(crate) clock: fn() -> Timestamp,
    pub(crate) entropy: fn() -> [u8; 32],
    pub(crate) limits: Limits,
    pub(crate) checks: Checks,
    pub(crate) cache: Cache,
    pub(crate) stats: Counters,
    pub(crate) desk: Desk,
    pub(crate) readers: Arc<Semaphore>,
    /// Told whenever a decision left something to be done.
    pub(crate) job_left: Notify,
    places: Mutex<Places>,
    state: watch::Sender<State>,
    started: Instant,
    /// Milliseconds after `started`, plus one; 0 = never.
    committed: AtomicU64,
    /// The last revision that was committed.
    advanced: watch::Sender<u64>,
}

/// Where the first attempt at a decision leads.
pub(crate) enum First {
    /// It is over.
    Answer(Answered),
    /// It writes.
    Commit(Asked, Known, Reached),
}

impl Shared {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        policy: Arc<Slot>,
        signer: ServerSigner,
        clock: fn() -> Timestamp,
        entropy: fn() -> [u8; 32],
        limits: Limits,
    ) -> Self {
        Self {
            server: signer.public(),
            store,
            policy,
            signer,
            clock,
            entropy,
            limits,
            checks: Checks::default(),
            cache: Cache::new(limits.cache),
            stats: Counters::new(),
            desk: Desk::new(limits.clerks(), limits.queue),
            readers: Arc::new(Semaphore::new(limits.readers.saturating_sub(limits.clerks()).max(1))),
            job_left: Notify::new(),
            places: Mutex::default(),
            state: watch::Sender::new(State::Running),
            advanced: watch::Sender::new(0),
            started: now(),
            committed: AtomicU64::new(0),
        }
    }

    /// Makes the request as the policy gets it.
    pub(crate) fn asked(&self, asker: Asker, command: Command, attached: Vec<Signature>) -> Asked {
        let context = Context { server: self.server, now: (self.clock)(), entropy: (self.entropy)() };
        let (verb, decision, at) = (Verb::of(&command), DecisionId::fresh(&context.entropy), context.now);
        let bytes = encode(&Request { version: VERSION, context, asker, command });
        Asked { verb, bytes, attached: Attached::new(attached), decision, at }
    }

    /// Decides for the first time, on a snapshot of its own. Blocking.
    pub(crate) fn first(&self, asked: Asked) -> Result<First, Refusal> {
        let policy = self.policy.current();
        let mut known = Known::default();
        let mut moment = Moment::new(&*self.store);
        let reached = gather::decide(&asked, &policy, &self.checks, &mut moment, &mut known)?;
        drop(moment);
        if !reached.decided.writes.is_empty() {
            return Ok(First::Commit(asked, known, reached));
        }
        self.finish(reached.decided).map(First::Answer)
    }

    /// Answers a plain question from memory, if everything it needs is there. Takes no thread and waits for nothing.
    pub(crate) fn at_once(&self, asked: &Asked) -> Option<Answered> {
        if !self.cache.is_on() || !asked.is_plain() {
            return None;
        }
        let policy = self.policy.current();
        // Whatever stands in the way, the store is asked, and what it is then comes out.
        let reached = gather::decide(asked, &policy, &self.checks, &mut self.cache.view(), &mut Known::default()).ok()?;
        let Reached { decided, .. } = reached;
        if decided.receipt.is_some() { None } else { Some(Answered::new(*decided, None)) }
    }

    /// A decision as its caller sees it, the receipt completed if there is one. Blocking when the receipt is an old one.
    pub(crate) fn finish(&self, mut decided: Box<Decided>) -> Result<Answered, Refusal> {
        let receipt = match decided.receipt.take() {
            None => None,
            Some(body) => {
                // Looked up first, so that the lock is not held while the store is read.
                let known = self.places().get(&body.decision);
                let place = match known {
                    Some(place) => place,
                    None => history::locate(&*self.store, &self.server, &body.decision)?,
                };
                Some(SignedReceipt::complete(body, place, &self.signer))
            }
        };
        Ok(Answered::new(*decided, receipt))
    }

    /// Whether the receipt of this decision, if any, can be completed without asking the store.
    pub(crate) fn is_at_hand(&self, decided: &Decided) -> bool {
        decided.receipt.as_ref().is_none_or(|body| self.places().get(&body.decision).is_some())
    }

    pub(crate) fn note_places(&self, new: Vec<(DecisionId, Place)>) {
        let mut places = self.places();
        new.into_iter().for_each(|(decision, place)| places.note(decision, place));
    }

    /// Sixteen fresh bytes that keep the digest of erased contents from being guessed back.
    pub(crate) fn salt(&self) -> [u8; 16] {
        let entropy = (self.entropy)();
        let mut salt = [0; 16];
        salt.copy_from_slice(&entropy[..16]);
        salt
    }

    /// Refuses when nothing can be decided. After an outcome nobody knows, a write may be the very one in question.
    pub(crate) fn alive(&self, kind: Kind) -> Result<(), Refusal> {
        match (*self.state.borrow(), kind) {
            (State::Running, _) => Ok(()),
            (State::Stopped, _) => Err(Refusal::new(Code::Unavailable, "the shell has stopped")),
            (State::Failed, Kind::Reads) => Err(Refusal::new(Code::Unavailable, "the store has failed")),
            (State::Failed, Kind::Writes) => Err(Refusal::new(Code::OutcomeUnknown, "the store has failed")),
        }
    }

    /// Enters a state. What has failed does not come back.
    pub(crate) fn enter(&self, next: State) {
        self.state.send_if_modified(|state| {
            let moves = *state != State::Failed && *state != next;
            if moves {
                *state = next;
            }
            moves
        });
    }

    /// Resolves when the state is one of those.
    pub(crate) async fn reached(&self, is_it: impl FnMut(&State) -> bool) {
        // The sender is `self`, which outlives the wait.
        let _ = self.state.subscribe().wait_for(is_it).await;
    }

    pub(crate) fn committed_at(&self, at: Instant) {
        let millis = u64::try_from(at.duration_since(self.started).as_millis()).unwrap_or(u64::MAX - 1);
        self.committed.store(millis + 1, Relaxed);
    }

    /// The store came to this revision; whoever watches is woken.
    pub(crate) fn advance(&self, revision: u64) {
        self.advanced.send_replace(revision);
    }

    /// How far the store has come, as it goes on.
    pub(crate) fn advances(&self) -> watch::Receiver<u64> {
        self.advanced.subscribe()
    }

    /// Whether something was committed within this time.
    pub(crate) fn committed_within(&self, time: Duration) -> bool {
        match self.committed.load(Relaxed).checked_sub(1) {
            None => false,
            Some(millis) => now().duration_since(self.started) < Duration::from_millis(millis) + time,
        }
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        // Whole at every point where a holder could panic: a place that is missing is looked up in the store.
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

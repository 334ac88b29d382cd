//! The shell itself: what HTTP and the command line ask.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use doorward_core::code::Blame;
use doorward_core::wire::{Asker, Command, Description, MAX_INPUT, Reply, Verdict};
use doorward_core::{Code, ServerKey, SignKey, Signature, Timestamp};
use doorward_engine::Slot;
use doorward_store::Store;
use tokio::sync::{Mutex, oneshot};

use crate::answered::{Answered, Refusal};
use crate::census::{self, Census};
use crate::committer::Committer;
use crate::desk::{self, Left};
use crate::gather::Asked;
use crate::history::{self, Chain, Place};
use crate::job::{Job, Message, ticket};
use crate::recorded::{self, Recorded};
use crate::shared::{First, Limits, Shared, State};
use crate::signer::ServerSigner;
use crate::stats::{Stats, now, one_more};
use crate::verb::{Kind, Verb};

/// How long the answer of a readiness probe is good for.
const PROBED: Duration = Duration::from_secs(1);
/// How long a census is good for: several may watch.
const COUNTED: Duration = Duration::from_secs(5);

/// What a shell is put together from.
pub struct Parts {
    /// Where the records are.
    pub store: Arc<dyn Store>,
    /// Who decides. Whoever keeps the other half may swap it while the shell runs.
    pub policy: Arc<Slot>,
    /// The server's key.
    pub signer: ServerSigner,
    /// The clock that decisions are taken by.
    pub clock: fn() -> Timestamp,
    /// 32 fresh bytes from the operating system. It must not return when there are none.
    pub entropy: fn() -> [u8; 32],
    /// How much, how long, how often.
    pub limits: Limits,
    /// Told how far the history has come, after each commit and before anyone hears of it. Runs on the committer's
    /// thread, so it must be quick.
    pub reached: Option<Box<dyn FnMut(Place) + Send>>,
}

/// Why a shell did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store did not answer.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
    /// The history in the store is not this server's own.
    #[error("the history cannot be trusted: {0}")]
    History(String),
    /// The history ends before a decision that was taken.
    #[error("the store is behind: decision {known} was committed, and its history ends at {end}")]
    Behind {
        /// The decision that is known from elsewhere.
        known: u64,
        /// The last one in the store.
        end: u64,
    },
    /// The history has another decision in the place of one that was taken.
    #[error("the store is not the one it was: decision {0} in its history is not the one that was committed")]
    Forked(u64),
    /// The operating system gave no thread.
    #[error("no thread for the committer: {0}")]
    Thread(#[from] std::io::Error),
}

impl From<Refusal> for StartError {
    fn from(Refusal { code, line }: Refusal) -> Self {
        if code == Code::CorruptRecord { Self::History(line) } else { Self::Unavailable(line) }
    }
}

/// The end of a store's history, from its last checkpoint on. What is `known` of it from elsewhere must be in it:
/// otherwise the store is older than it should be, or another. Blocking: reads the store.
///
/// # Errors
/// The store does not answer, a checkpoint is not signed by this server's key, or the history does not hold what is
/// known.
pub fn history_end(store: &dyn Store, server: &ServerKey, known: Place) -> Result<Place, StartError> {
    let end = Chain::load(store, server)?.end();
    if known.sequence > end.sequence {
        return Err(StartError::Behind { known: known.sequence, end: end.sequence });
    }
    if history::place_at(store, server, known.sequence)? != known {
        return Err(StartError::Forked(known.sequence));
    }
    Ok(end)
}

/// Takes commands to the policy and its decisions to the store. Cloning is cheap; all clones are one shell.
#[derive(Clone)]
pub struct Shell(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    queue: SyncSender<Message>,
    probed: Mutex<Option<(Instant, Result<(), Code>)>>,
    counted: Mutex<Option<(Instant, Census)>>,
}

impl Shell {
    /// Finds the end of the history and starts the committer. Blocking: reads the store.
    ///
    /// # Errors
    /// The store does not answer, or its last checkpoint is not signed by this server's key.
    pub fn start(parts: Parts) -> Result<Shell, StartError> {
        let Parts { store, policy, signer, clock, entropy, limits, reached } = parts;
        let shared = Arc::new(Shared::new(store, policy, signer, clock, entropy, limits));
        let chain = Chain::load(&*shared.store, &shared.server)?;
        shared.advance(chain.end().sequence);
        let (queue, receiver) = sync_channel(limits.queue.max(1));
        let committer = Committer::new(Arc::clone(&shared), receiver, chain, reached);
        let watched = Arc::clone(&shared);
        std::thread::Builder::new().name("committer".into()).spawn(move || {
            // A panic in the middle of a batch leaves its outcome unknown, and the process must say so.
            if std::panic::catch_unwind(AssertUnwindSafe(|| committer.run())).is_err() {
                watched.enter(State::Failed);
            }
        })?;
        Ok(Shell(Arc::new(Inner { shared, queue, probed: Mutex::new(None), counted: Mutex::new(None) })))
    }

    /// Asks. A decision that writes is answered when it is durable; every failure is an answer too, *no* with its own
    /// code. `attached` are the signatures the command refers to by digest.
    ///
    /// Dropping the future does not take a decision back that was under way.
    pub async fn ask(&self, asker: Asker, command: Command, attached: Vec<Signature>) -> Answered {
        let shared = &self.0.shared;
        let asked = shared.asked(asker, command, attached);
        let verb = asked.verb;
        let answered = match self.resolve(asked).await {
            Ok(answered) => answered,
            Err(Refusal { code, line }) => {
                match code.blame() {
                    Blame::Place => tracing::warn!(verb = verb.name(), code = code.name(), "not decided: {line}"),
                    Blame::Nobody | Blame::Caller | Blame::Standing | Blame::State => {
                        tracing::debug!(verb = verb.name(), code = code.name(), "not decided: {line}");
                    }
                }
                Answered::refused(code)
            }
        };
        let Answered { verdict, code, rule, .. } = &answered;
        shared.stats.answered(verb, *code);
        tracing::debug!(verb = verb.name(), allow = *verdict == Verdict::Allow, code = code.name(), rule, "answered");
        answered
    }

    /// The newest decisions before a sequence number, at most `limit` (1 to 1,000), and whether there are more: for
    /// whoever the policy shows the history to.
    ///
    /// # Errors
    /// The refusal, from the policy or of a store that does not answer.
    pub async fn history(
        &self,
        asker: Asker,
        attached: Vec<Signature>,
        before: u64,
        limit: usize,
    ) -> Result<(Vec<Recorded>, bool), Answered> {
        let answered = self.ask(asker, Command::Audit, attached).await;
        if answered.verdict != Verdict::Allow {
            return Err(answered);
        }
        let read = self.blocking(move |shared| recorded::newest(&*shared.store, before, limit)).await;
        read.map_err(|Refusal { code, line }| {
            tracing::warn!(code = code.name(), "the history was not read: {line}");
            Answered::refused(code)
        })
    }

    /// Readiness: whether a question can be decided and a commit made right now. At most one commit a second; the
    /// answer is good for as long.
    ///
    /// # Errors
    /// The code that an ask would be refused with.
    pub async fn probe(&self) -> Result<(), Code> {
        let mut probed = self.0.probed.lock().await;
        self.0.shared.alive(Kind::Reads).map_err(|refusal| refusal.code)?;
        match &*probed {
            Some((at, result)) if at.elapsed() < PROBED => *result,
            Some(_) | None => {
                let result = self.probe_now().await;
                *probed = Some((now(), result));
                result
            }
        }
    }

    /// Whether this is a good signature, for whoever must know before he asks. The policy's own question about it then
    /// costs no second calculation.
    pub fn verify(&self, key: SignKey, bytes: Vec<u8>, signature: Signature) -> bool {
        self.0.shared.checks.verify(key, bytes, signature)
    }

    /// The server's public key.
    pub fn server_key(&self) -> ServerKey {
        self.0.shared.server
    }

    /// SHA-256 of the policy build in force.
    pub fn policy_digest(&self) -> [u8; 32] {
        self.0.shared.policy.current().digest()
    }

    /// The counters.
    pub fn stats(&self) -> Stats {
        let Shared { stats, policy, .. } = &*self.0.shared;
        stats.read(policy.current().stats())
    }

    /// How many there are, as of at most some seconds ago.
    ///
    /// # Errors
    /// The code of why nobody knows.
    pub async fn census(&self) -> Result<Census, Code> {
        let mut counted = self.0.counted.lock().await;
        match &*counted {
            Some((at, census)) if at.elapsed() < COUNTED => Ok(*census),
            Some(_) | None => {
                let census = self.blocking(census::take).await.map_err(|Refusal { code, line }| {
                    tracing::warn!(code = code.name(), "not counted: {line}");
                    code
                })?;
                *counted = Some((now(), census));
                Ok(census)
            }
        }
    }

    /// Resolves when a decision has left a job since this was last awaited.
    pub async fn job_left(&self) {
        self.0.shared.job_left.notified().await;
    }

    /// Finishes what is under way, signs the history, and stops. Asks that come later are `unavailable`. The store is
    /// whole then, and whoever owns it may close it.
    pub async fn stop(&self) {
        let inner = Arc::clone(&self.0);
        // Blocks while the queue is full. That it cannot be sent means that the committer has ended.
        let _ = tokio::task::spawn_blocking(move || inner.queue.send(Message::Stop)).await;
        self.0.shared.reached(|state| *state != State::Running).await;
    }

    /// Resolves when the outcome of a commit is unknown: nothing is decided any more, and the process must end with an
    /// error. A restart finds out what was kept.
    pub async fn failed(&self) {
        self.0.shared.reached(|state| *state == State::Failed).await;
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.0.shared
    }

    async fn resolve(&self, asked: Asked) -> Result<Answered, Refusal> {
        let shared = &self.0.shared;
        let (verb, length) = (asked.verb, asked.bytes.len());
        shared.alive(verb.kind())?;
        if length > MAX_INPUT {
            return Err(Refusal::new(Code::TooLarge, "a request over 1 MiB"));
        }
        if let Some(answered) = shared.at_once(&asked) {
            return Ok(answered);
        }
        if asked.is_plain() {
            return self.at_desk(asked).await;
        }
        match self.blocking(move |shared| shared.first(asked)).await? {
            First::Answer(answered) => Ok(self.unrecorded(verb, answered)),
            First::Commit(asked, known, reached) => {
                let (ticket, waiter) = ticket();
                self.enqueue(verb, Message::Decide(Box::new(Job { asked, known, first: Some(reached), ticket })))?;
                let decided = waiter.wait(shared.limits.timeout).await?;
                let finished = if shared.is_at_hand(&decided) {
                    shared.finish(decided)
                } else {
                    self.blocking(move |shared| shared.finish(decided)).await
                };
                // It is committed, whatever became of its receipt; repeating it shows it.
                finished.map_err(|Refusal { line, .. }| Refusal::new(Code::OutcomeUnknown, line))
            }
        }
    }

    /// Has a plain question answered together with those that come at the same time.
    async fn at_desk(&self, asked: Asked) -> Result<Answered, Refusal> {
        let shared = Arc::clone(&self.0.shared);
        let (timeout, Left { answer, needs_clerk }) = (shared.limits.timeout, shared.desk.leave(asked)?);
        if needs_clerk {
            // A store that hangs keeps its clerks, and there are few of them.
            drop(tokio::task::spawn_blocking(move || desk::serve(&shared)));
        }
        match tokio::time::timeout(timeout, answer).await {
            Ok(Ok(answered)) => answered,
            Ok(Err(_)) => Err(desk::lost()),
            Err(_) => Err(late()),
        }
    }

    /// Counts refused writes that leave no record.
    fn unrecorded(&self, verb: Verb, answered: Answered) -> Answered {
        if verb.kind() == Kind::Writes && answered.verdict == Verdict::Deny {
            one_more(&self.0.shared.stats.unrecorded);
        }
        answered
    }

    /// Runs something that reads the store on a thread for it, for no longer than the timeout.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let shared = Arc::clone(&self.0.shared);
        let (readers, timeout) = (Arc::clone(&shared.readers), shared.limits.timeout);
        let all = async move {
            // A store that hangs keeps its permits, so it holds up a bounded number of threads.
            let Ok(permit) = readers.acquire_owned().await else {
                return Err(Refusal::new(Code::Unavailable, "no reader"));
            };
            // Whatever is logged there belongs to the same request.
            let span = tracing::Span::current();
            let work = tokio::task::spawn_blocking(move || {
                let _permit = permit;
                let _entered = span.enter();
                work(&shared)
            });
            work.await.unwrap_or_else(|_| Err(Refusal::undecidable("a panic while deciding")))
        };
        tokio::time::timeout(timeout, all).await.unwrap_or_else(|_| Err(late()))
    }

    fn enqueue(&self, verb: Verb, message: Message) -> Result<(), Refusal> {
        let Inner { shared, queue, .. } = &*self.0;
        shared.stats.queue.fetch_add(1, Relaxed);
        queue.try_send(message).map_err(|error| {
            shared.stats.queue.fetch_sub(1, Relaxed);
            match error {
                TrySendError::Full(_) => Refusal::new(Code::Busy, "the committer's queue is full"),
                TrySendError::Disconnected(_) => {
                    shared.alive(verb.kind()).err().unwrap_or_else(|| Refusal::new(Code::Unavailable, "the committer has ended"))
                }
            }
        })
    }

    async fn probe_now(&self) -> Result<(), Code> {
        let shared = &self.0.shared;
        let asked = shared.asked(Asker::Operator, Command::Describe, Vec::new());
        let answered = self.resolve(asked).await.map_err(|refusal| refusal.code)?;
        if answered.code.blame() == Blame::Place {
            return Err(answered.code);
        }
        if matches!(answered.reply, Reply::Description(Description { unreviewed: true, .. })) {
            return Err(Code::RestoreUnreviewed);
        }
        if shared.committed_within(PROBED) {
            return Ok(());
        }
        let (sender, receiver) = oneshot::channel();
        self.0.queue.try_send(Message::Probe(sender)).map_err(|error| match error {
            TrySendError::Full(_) => Code::Busy,
            TrySendError::Disconnected(_) => Code::Unavailable,
        })?;
        match tokio::time::timeout(shared.limits.timeout, receiver).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Err(Code::Unavailable),
        }
    }
}

fn late() -> Refusal {
    Refusal::new(Code::Unavailable, "the store did not answer in time")
}

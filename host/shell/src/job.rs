//! A decision on its way to the committer, and the ticket of whoever waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use doorward_core::Code;
use doorward_core::wire::Decided;
use tokio::sync::oneshot;

use crate::answered::Refusal;
use crate::facts::Known;
use crate::gather::{Asked, Reached};

/// What the committer is sent.
pub(crate) enum Message {
    /// Commit this decision.
    Decide(Box<Job>),
    /// Show that a commit works.
    Probe(oneshot::Sender<Result<(), Code>>),
    /// Finish what came before this, sign the history, and end.
    Stop,
}

/// A decision that wants to write.
pub(crate) struct Job {
    pub(crate) asked: Asked,
    pub(crate) known: Known,
    /// The decision as it was first reached; taken again when a fact moved.
    pub(crate) first: Option<Reached>,
    pub(crate) ticket: Ticket,
}

/// How a decision ended.
pub(crate) type Settlement = Result<Box<Decided>, Refusal>;

const WAITING: u8 = 0;
const TAKEN: u8 = 1;
const ABANDONED: u8 = 2;

/// The committer's half.
pub(crate) struct Ticket {
    state: Arc<AtomicU8>,
    answer: oneshot::Sender<Settlement>,
}

/// The asker's half.
pub(crate) struct Waiter {
    state: Arc<AtomicU8>,
    answer: oneshot::Receiver<Settlement>,
}

/// A ticket and its waiter.
pub(crate) fn ticket() -> (Ticket, Waiter) {
    let state = Arc::new(AtomicU8::new(WAITING));
    let (sender, receiver) = oneshot::channel();
    (Ticket { state: Arc::clone(&state), answer: sender }, Waiter { state, answer: receiver })
}

impl Ticket {
    /// Begins the work; `false` if nobody waits any more, and then it must not be done.
    pub(crate) fn take(&self) -> bool {
        self.state.compare_exchange(WAITING, TAKEN, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Ends it.
    pub(crate) fn settle(self, settlement: Settlement) {
        // Whoever asked may be gone; what was committed stays committed.
        let _ = self.answer.send(settlement);
    }
}

impl Waiter {
    /// Waits this long for its turn, and as long again for the commit.
    ///
    /// INVARIANT: `unavailable` only if the committer has not begun and never will. Once it has, the outcome is
    /// unknown until it says so.
    pub(crate) async fn wait(mut self, patience: Duration) -> Settlement {
        let unknown = || Err(Refusal::new(Code::OutcomeUnknown, "the commit did not come to an end"));
        let first = tokio::time::timeout(patience, &mut self.answer).await;
        if let Ok(Ok(settlement)) = first {
            return settlement;
        }
        let abandoned = self.state.compare_exchange(WAITING, ABANDONED, Ordering::AcqRel, Ordering::Acquire).is_ok();
        if abandoned {
            return Err(Refusal::new(Code::Unavailable, "its turn to be committed did not come"));
        }
        match first {
            // The ticket is gone without an answer.
            Ok(_) => unknown(),
            Err(_) => match tokio::time::timeout(patience, &mut self.answer).await {
                Ok(Ok(settlement)) => settlement,
                Ok(Err(_)) | Err(_) => unknown(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    fn code(settlement: Settlement) -> Code {
        settlement.map_or_else(|refusal| refusal.code, |decided| decided.code)
    }

    #[tokio::test]
    async fn what_was_never_begun_is_unavailable_and_never_begins() {
        let (ticket, waiter) = ticket();
        assert_eq!(code(waiter.wait(SHORT).await), Code::Unavailable);
        assert!(!ticket.take());
        let (ticket, waiter) = super::ticket();
        drop(ticket);
        assert_eq!(code(waiter.wait(SHORT).await), Code::Unavailable);
    }

    #[tokio::test]
    async fn what_was_begun_is_unknown_until_it_ends() {
        let (ticket, waiter) = ticket();
        assert!(ticket.take());
        assert_eq!(code(waiter.wait(SHORT).await), Code::OutcomeUnknown);
        let (ticket, waiter) = super::ticket();
        assert!(ticket.take());
        drop(ticket);
        assert_eq!(code(waiter.wait(SHORT).await), Code::OutcomeUnknown);
        let (ticket, waiter) = super::ticket();
        assert!(ticket.take());
        let settle = async {
            // After the first patience is over, and before the second.
            tokio::time::sleep(SHORT + SHORT / 2).await;
            ticket.settle(Err(Refusal::new(Code::Conflict, "")));
        };
        let (settlement, ()) = tokio::join!(waiter.wait(SHORT), settle);
        assert_eq!(code(settlement), Code::Conflict);
    }
}

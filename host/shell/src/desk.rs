//! Where plain questions wait for the store. Whoever comes while others are being answered is answered with the next
//! ones: by the same thread, from one snapshot. A thread and a snapshot for each would cost several times the answer.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use doorward_core::Code;
use tokio::sync::oneshot;

use crate::answered::{Answered, Refusal};
use crate::facts::Known;
use crate::gather::{self, Asked};
use crate::shared::Shared;
use crate::view::Moment;

/// Questions answered from one snapshot: it is not held long.
const AT_ONCE: usize = 32;

/// How a question ended.
pub(crate) type Answer = Result<Answered, Refusal>;

struct Question {
    asked: Asked,
    answer: oneshot::Sender<Answer>,
}

#[derive(Default)]
struct Waiting {
    questions: VecDeque<Question>,
    clerks: usize,
}

/// The desk.
pub(crate) struct Desk {
    waiting: Mutex<Waiting>,
    /// Threads that answer at one time.
    most: usize,
    /// Questions that may wait; more are `busy`.
    room: usize,
}

/// What whoever left a question has to do.
pub(crate) struct Left {
    /// Where the answer comes.
    pub(crate) answer: oneshot::Receiver<Answer>,
    /// Whether a further thread is to [`serve`] the desk.
    pub(crate) needs_clerk: bool,
}

impl Desk {
    pub(crate) fn new(most: usize, room: usize) -> Self {
        Self { waiting: Mutex::default(), most: most.max(1), room: room.max(1) }
    }

    /// Leaves a question.
    ///
    /// # Errors
    /// `busy` when there is no room.
    pub(crate) fn leave(&self, asked: Asked) -> Result<Left, Refusal> {
        let (sender, answer) = oneshot::channel();
        let mut waiting = self.waiting();
        if waiting.questions.len() >= self.room {
            // While a store hangs, those who gave up stay until somebody looks.
            waiting.questions.retain(|question| !question.answer.is_closed());
        }
        if waiting.questions.len() >= self.room {
            return Err(Refusal::new(Code::Busy, "too many questions wait"));
        }
        // A second clerk only when the first has more than he takes at once: two would take turns with one processor.
        let needs_clerk = waiting.clerks < self.most && waiting.questions.len() >= waiting.clerks * AT_ONCE;
        waiting.clerks += usize::from(needs_clerk);
        waiting.questions.push_back(Question { asked, answer: sender });
        Ok(Left { answer, needs_clerk })
    }

    /// The next questions. With none, the clerk has gone: under one lock, so that no question comes in between.
    fn take(&self) -> Vec<Question> {
        let mut waiting = self.waiting();
        let count = waiting.questions.len().min(AT_ONCE);
        if count == 0 {
            waiting.clerks = waiting.clerks.saturating_sub(1);
        }
        waiting.questions.drain(..count).collect()
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Whole at every point where a holder could panic.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a clerk out who leaves in a panic.
struct Clerk<'d> {
    desk: &'d Desk,
    is_gone: bool,
}

impl Drop for Clerk<'_> {
    fn drop(&mut self) {
        if !self.is_gone {
            let mut waiting = self.desk.waiting();
            waiting.clerks = waiting.clerks.saturating_sub(1);
        }
    }
}

/// Answers questions until nobody waits. Blocking.
pub(crate) fn serve(shared: &Shared) {
    let mut clerk = Clerk { desk: &shared.desk, is_gone: false };
    loop {
        // INVARIANT: the snapshot is taken after the questions, so that what was acknowledged before one was asked is in
        // its answer (I5).
        let questions = shared.desk.take();
        if questions.is_empty() {
            clerk.is_gone = true;
            return;
        }
        answer(shared, questions);
    }
}

fn answer(shared: &Shared, questions: Vec<Question>) {
    let policy = shared.policy.current();
    let mut moment = Moment::new(&*shared.store);
    // Who waits for too long is gone, and costs nothing more.
    for Question { asked, answer } in questions.into_iter().filter(|question| !question.answer.is_closed()) {
        let mut known = Known::default();
        let reached = gather::decide(&asked, &policy, &shared.checks, &mut moment, &mut known);
        let answered = reached.and_then(|reached| {
            shared.cache.fill(&known);
            shared.finish(reached.decided)
        });
        // Gone in this very moment.
        let _ = answer.send(answered);
    }
}

/// The answer of a clerk who left in a panic.
pub(crate) fn lost() -> Refusal {
    Refusal::new(Code::Undecidable, "a panic while deciding")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Attached;
    use crate::verb::Verb;
    use doorward_core::{DecisionId, Timestamp};

    const ROOM: usize = 300;

    fn try_leave(desk: &Desk, number: u8) -> Result<Left, Refusal> {
        let (attached, decision) = (Attached::default(), DecisionId::NONE);
        desk.leave(Asked { verb: Verb::HasAdmin, bytes: vec![number], attached, decision, at: Timestamp(0) })
    }

    fn leave(desk: &Desk, number: u8) -> Left {
        try_leave(desk, number).unwrap_or_else(|refusal| panic!("{refusal:?}"))
    }

    fn numbers(questions: &[Question]) -> Vec<u8> {
        questions.iter().map(|question| question.asked.bytes[0]).collect()
    }

    #[test]
    fn whoever_comes_while_a_clerk_is_there_needs_no_other() {
        let desk = Desk::new(2, ROOM);
        assert!(leave(&desk, 1).needs_clerk);
        assert!(!leave(&desk, 2).needs_clerk && !leave(&desk, 3).needs_clerk);
        assert_eq!(numbers(&desk.take()), [1, 2, 3], "together, in the order they came");
        assert!(!leave(&desk, 4).needs_clerk, "the clerk looks again before he goes");
        assert_eq!(numbers(&desk.take()), [4]);
        assert!(desk.take().is_empty());
        assert!(leave(&desk, 5).needs_clerk, "he has gone");
    }

    #[test]
    fn clerks_are_few_and_come_when_many_wait() {
        let desk = Desk::new(2, ROOM);
        let clerks = (0..=200).filter(|number| leave(&desk, *number).needs_clerk).count();
        assert_eq!(clerks, 2);
        assert_eq!(desk.take().len(), AT_ONCE);
    }

    #[test]
    fn a_clerk_who_leaves_in_a_panic_is_missed() {
        let desk = Desk::new(1, ROOM);
        assert!(leave(&desk, 1).needs_clerk && !leave(&desk, 2).needs_clerk);
        drop(Clerk { desk: &desk, is_gone: false });
        assert!(leave(&desk, 3).needs_clerk);
    }

    #[test]
    fn those_who_gave_up_make_room() {
        let desk = Desk::new(1, 3);
        let mut waiting: Vec<Left> = (0..3).map(|number| leave(&desk, number)).collect();
        assert_eq!(try_leave(&desk, 3).map(|_| ()).map_err(|refusal| refusal.code), Err(Code::Busy));
        waiting.remove(1);
        leave(&desk, 4);
        assert_eq!(numbers(&desk.take()), [0, 2, 4]);
    }
}

//! What happens, told to somebody who watches: read back from the history in its order, without a gap, and shown as the
//! policy says, which is asked again about every part of it. So nobody watches on who may not be here any more.

use std::time::Duration;

use doorward_core::wire::{Asker, Command, Event, Reply, Sees, Sight, Verdict};
use doorward_core::{Code, Incarnation, SignKey, Signature, Timestamp};
use tokio::sync::watch;

use crate::answered::{Answered, Refusal};
use crate::recorded::{self, Recorded};
use crate::shell::Shell;

/// Decisions read at a time. INVARIANT: what happens by them are at most 1,000 events, the most the policy takes.
const AT_ONCE: usize = 100;
/// For how long more is gathered once something happened: many watch, and each reads for himself.
const GATHERED: Duration = Duration::from_millis(50);

/// Something that happened, as the watcher may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// The sequence number of the decision that made it happen.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Event,
}

/// Somebody who watches.
pub struct Watcher {
    shell: Shell,
    account: SignKey,
    incarnation: Incarnation,
    after: u64,
    advances: watch::Receiver<u64>,
}

impl Shell {
    /// Lets somebody watch, from after this sequence number on, or from now.
    ///
    /// # Errors
    /// The refusal of the policy, or of a store that does not answer.
    pub async fn watch(&self, asker: Asker, attached: Vec<Signature>, after: Option<u64>) -> Result<Watcher, Answered> {
        let account = match &asker {
            Asker::Account(auth) => Some(auth.key),
            Asker::Stranger | Asker::Service | Asker::Operator => None,
        };
        let advances = self.shared().advances();
        let now = *advances.borrow();
        let answered = self.ask(asker, Command::Watch, attached).await;
        match (answered.verdict, &answered.reply, account) {
            (Verdict::Allow, Reply::Watching(incarnation), Some(account)) => {
                // No number was given out beyond the last one.
                let after = after.map_or(now, |after| after.min(now));
                Ok(Watcher { shell: self.clone(), account, incarnation: *incarnation, after, advances })
            }
            (Verdict::Deny, ..) => Err(answered),
            (Verdict::Allow, ..) => Err(Answered::refused(Code::Undecidable)),
        }
    }
}

impl Watcher {
    /// The sequence number up to which everything was told that this watcher may see.
    pub fn after(&self) -> u64 {
        self.after
    }

    /// What happened next, in its order; nothing if that took longer than `patience`. Everything that one decision made
    /// happen comes together.
    ///
    /// # Errors
    /// Why nothing more is told: the watcher fell, left or was put out, or the place cannot tell.
    pub async fn next(&mut self, patience: Duration) -> Result<Vec<Happening>, Code> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let after = self.after;
            // The borrow ends here: whoever holds it holds up the committer.
            let advance = async { self.advances.wait_for(|reached| *reached > after).await.map(|reached| *reached) };
            let reached = match tokio::time::timeout_at(deadline, advance).await {
                Ok(Ok(reached)) => reached,
                Ok(Err(_)) => return Err(Code::Unavailable),
                Err(_) => return self.shown(&[]).await,
            };
            tokio::time::sleep(GATHERED).await;
            let read = self.shell.blocking(move |shared| recorded::since(&*shared.store, after, AT_ONCE)).await;
            let found = read.map_err(|Refusal { code, line }| {
                tracing::warn!(code = code.name(), "what happened was not read: {line}");
                code
            })?;
            let shown = self.shown(&found).await?;
            // What was written beside decisions has numbers, too.
            self.after = found.last().map_or(reached, |last| last.sequence);
            if !shown.is_empty() {
                return Ok(shown);
            }
        }
    }

    /// What the watcher sees of these decisions; that he may watch at all is asked even where nothing happened.
    async fn shown(&self, found: &[Recorded]) -> Result<Vec<Happening>, Code> {
        let all = found.iter().flat_map(|recorded| {
            let happening =
                |event: &Event| Happening { sequence: recorded.sequence, at: recorded.record.at, event: event.clone() };
            recorded.events.iter().map(happening)
        });
        let all: Vec<Happening> = all.collect();
        let events = all.iter().map(|happening| happening.event.clone()).collect();
        let sees = Sees { account: self.account, incarnation: self.incarnation, events };
        let answered = self.shell.ask(Asker::Service, Command::Sees(Box::new(sees)), Vec::new()).await;
        let seen = match (answered.verdict, answered.reply) {
            (Verdict::Allow, Reply::Seen(seen)) if seen.len() == all.len() => seen,
            (Verdict::Allow, _) => return Err(Code::Undecidable),
            (Verdict::Deny, _) => return Err(answered.code),
        };
        let seen = all.into_iter().zip(seen).filter_map(|(happening, sight)| match sight {
            Sight::Nothing => None,
            Sight::Bare => Some(Happening { event: Event { invite: None, ..happening.event }, ..happening }),
            Sight::Whole => Some(happening),
        });
        Ok(seen.collect())
    }
}

//! Jobs that decisions left behind: each is finished in small decisions of its own, a moment after it was left; what waits
//! is tried again every minute. And request ids, which every write adds one of: one goes through them page by page, and the
//! policy clears those it says are over.

use std::sync::Arc;
use std::time::Duration;

use doorward_core::DecisionId;
use doorward_core::record::keys::{JOBS, REQUEST_IDS};
use doorward_core::wire::{Asker, Command, Reply, Verdict};
use doorward_shell::Shell;
use doorward_store::{PageQuery, Store};

/// How often one looks for what nobody told of.
const EVERY: Duration = Duration::from_secs(60);
/// How long a job may lie before it is begun: those who watch are told of what happened by the records that stand, and
/// what is left in one go is done in one.
const MOMENT: Duration = Duration::from_secs(1);
/// How many keys one looks at.
const AT_ONCE: u16 = 100;
/// How many steps one job, or the request ids, may take in one go, before the others have theirs: 30,000 members of a
/// network that is gone, or 100,000 request ids.
const STEPS: usize = 1_000;

/// Finishes jobs for as long as it runs.
pub(super) async fn keep(shell: Shell, store: Arc<dyn Store>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // How far the request ids were gone through; a place that is lost with the process costs a second look.
    let mut swept = String::new();
    loop {
        let told = tokio::select! {
            () = shell.job_left() => {
                tokio::time::sleep(MOMENT).await;
                true
            }
            _ = ticks.tick() => false,
        };
        let mut goes_on = true;
        while goes_on {
            goes_on = false;
            for job in jobs(store.clone()).await {
                goes_on |= take_on(&shell, job).await;
            }
        }
        if !told {
            swept = sweep(&shell, &store, swept).await;
        }
    }
}

/// Goes through request ids from `after` on, for at most [`STEPS`] pages. Returns how far it came: empty at the end.
async fn sweep(shell: &Shell, store: &Arc<dyn Store>, mut after: String) -> String {
    for _ in 0..STEPS {
        let query = PageQuery { prefix: REQUEST_IDS.into(), after: after.clone(), until: String::new(), limit: AT_ONCE };
        let (found, more) = keys(Arc::clone(store), query).await;
        let Some(last) = found.last().cloned() else { return String::new() };
        let answered = shell.ask(Asker::Operator, Command::Sweep(found), Vec::new()).await;
        if answered.verdict == Verdict::Deny {
            tracing::warn!(code = %answered.code, "old request ids wait to be cleared");
            return after;
        }
        if !more {
            return String::new();
        }
        after = last;
    }
    after
}

/// The jobs there are. This is all the host knows of them: where they are filed.
async fn jobs(store: Arc<dyn Store>) -> Vec<DecisionId> {
    let (found, _) = keys(store, PageQuery::below(JOBS, AT_ONCE)).await;
    found.iter().filter_map(|key| DecisionId::from_hex(key.strip_prefix(JOBS)?)).collect()
}

/// The keys of a page, and whether there are more; none if it cannot be read.
async fn keys(store: Arc<dyn Store>, query: PageQuery) -> (Vec<String>, bool) {
    let read = tokio::task::spawn_blocking(move || store.snapshot()?.page(&query));
    match read.await {
        Ok(Ok(page)) => (page.records.into_iter().map(|record| record.key).collect(), page.more),
        Ok(Err(error)) => {
            tracing::warn!(%error, "housekeeping cannot read the store");
            Default::default()
        }
        Err(error) => {
            tracing::error!(%error, "housekeeping failed");
            Default::default()
        }
    }
}

/// Takes a job on for a while, and says whether it goes on.
async fn take_on(shell: &Shell, job: DecisionId) -> bool {
    for _ in 0..STEPS {
        let answered = shell.ask(Asker::Operator, Command::Tidy(job), Vec::new()).await;
        match (answered.verdict, answered.reply) {
            (Verdict::Allow, Reply::Tidied(true)) => {}
            (Verdict::Allow, _) => {
                tracing::info!(%job, "a job left behind is finished");
                return false;
            }
            (Verdict::Deny, _) => {
                tracing::warn!(%job, code = %answered.code, "a job left behind waits");
                return false;
            }
        }
    }
    tracing::info!(%job, "a job left behind is a long one and goes on");
    true
}

//! Jobs that decisions left behind: each is finished in small decisions of its own, at the start and every minute.
//!
//! Request ids (`r.*`) that are older than they are kept for are not cleared yet.

use std::sync::Arc;
use std::time::Duration;

use doorward_core::DecisionId;
use doorward_core::record::keys::JOBS;
use doorward_core::wire::{Asker, Command, Reply, Verdict};
use doorward_shell::Shell;
use doorward_store::{PageQuery, Store};

/// How often one looks for jobs.
const EVERY: Duration = Duration::from_secs(60);
/// How many jobs one looks at.
const AT_ONCE: u16 = 100;
/// How many steps one job may take in one go: each clears a page, so this is far more than any has.
const STEPS: usize = 1_000;

/// Finishes jobs for as long as it runs.
pub(super) async fn keep(shell: Shell, store: Arc<dyn Store>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        for job in jobs(store.clone()).await {
            finish(&shell, job).await;
        }
    }
}

/// The jobs there are. This is all the host knows of them: where they are filed.
async fn jobs(store: Arc<dyn Store>) -> Vec<DecisionId> {
    let read = tokio::task::spawn_blocking(move || store.snapshot()?.page(&PageQuery::below(JOBS, AT_ONCE)));
    match read.await {
        Ok(Ok(page)) => page.records.iter().filter_map(|record| DecisionId::from_hex(record.key.strip_prefix(JOBS)?)).collect(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "housekeeping cannot read the list of jobs");
            Vec::new()
        }
        Err(error) => {
            tracing::error!(%error, "housekeeping failed");
            Vec::new()
        }
    }
}

async fn finish(shell: &Shell, job: DecisionId) {
    for _ in 0..STEPS {
        let answered = shell.ask(Asker::Operator, Command::Tidy(job), Vec::new()).await;
        match (answered.verdict, answered.reply) {
            (Verdict::Allow, Reply::Tidied(true)) => {}
            (Verdict::Allow, _) => return tracing::info!(%job, "a job left behind is finished"),
            (Verdict::Deny, _) => return tracing::warn!(%job, code = %answered.code, "a job left behind waits"),
        }
    }
    tracing::warn!(%job, "a job left behind takes long and goes on later");
}

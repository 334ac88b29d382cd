//! `doorward restore`: another state takes the place of the present one, in one step, and starts a new restore epoch:
//! links that were open in it are void, and nobody is let in until the operator has accepted it.
//!
//! The new state is built beside the present one, checked, and has its restore begun by the policy *before* it takes the
//! place. So at every moment there is one whole state: the one before, or the restored one that waits for acceptance.
//! Revisions go on above all that were ever given out, so no number of the history stands for two decisions.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorward_core::DecisionId;
use doorward_core::record::{Space, Stored, keys};
use doorward_core::wire::{Asker, Command, Verdict};
use doorward_engine::Slot;
use doorward_shell::{Limits, Parts, ServerSigner, Shell, history_end};
use doorward_store::Store;

use super::backup::{Checked, Source};
use super::data::DataFolder;
use super::high_water::{self, Mark};
use super::store::{Built, Held};
use super::{Failure, policy, run};
use crate::ambient::{clock, entropy};
use crate::config::Config;

/// A restore that was done.
#[derive(Clone, Debug)]
pub struct Restored {
    /// What was put back.
    pub checked: Checked,
    /// The restore epoch it began.
    pub epoch: u32,
    /// Where the state before it is kept, if there was one.
    pub kept: Option<PathBuf>,
    /// Why that cannot be opened, if it cannot.
    pub fault: Option<String>,
}

/// Reads a state whole and checks it, for the server in this data folder. Changes nothing.
///
/// # Errors
/// One line: what is wrong with it.
pub fn check(config: &Config, from: &Path) -> Result<Checked, Failure> {
    let signer = DataFolder::find(&config.data)?.signer(false, || [0; 32])?;
    Source::open(from)?.check(&signer.public())
}

/// Puts a state that was [`check`]ed in the place of the present one.
///
/// # Errors
/// One line: a server runs on the folder, or what is wrong. The present state is then what it was.
pub async fn restore(config: &Config, checked: Checked) -> Result<Restored, Failure> {
    let folder = DataFolder::find(&config.data)?;
    let signer = folder.signer(false, || [0; 32])?;
    let server = signer.public();
    let held = Held::take(&folder, clock::now())?;
    if let Some(present) = held.present() {
        // What an interrupted restore left open is decided before the next begins.
        high_water::settle(&folder, present, &server)?;
    }
    let fault = held.fault().map(str::to_owned);
    let past = Past::of(&folder, &held)?;
    let built = {
        let source = Source::open(&checked.path)?;
        let mut records = source.records()?;
        held.build(&mut records, past.revision, clock::now())?
    };
    let mark = begin(config, signer, &built, &checked, past.epoch).await?;
    high_water::announce(&folder, &mark)?;
    let name = format!("doorward.db.before-{}", clock::now().to_rfc3339().replace(['-', ':'], ""));
    let kept = held.swap(built, &name)?;
    high_water::confirm(&folder)?;
    Ok(Restored { checked, epoch: mark.restore_epoch, kept, fault })
}

/// What must never come again.
struct Past {
    /// The highest revision given out that is known of.
    revision: u64,
    /// The highest restore epoch.
    epoch: u32,
}

impl Past {
    fn of(folder: &DataFolder, held: &Held) -> Result<Self, Failure> {
        // A mark that cannot be read says nothing; restoring is the way out of that.
        let mark = high_water::read(folder).ok().flatten();
        let mut past =
            Self { revision: mark.map_or(0, |mark| mark.place.sequence), epoch: mark.map_or(0, |mark| mark.restore_epoch) };
        let Some(present) = held.present() else { return Ok(past) };
        // A present state that is damaged says as much as one that is gone.
        past.revision = past.revision.max(present.snapshot().map_or(0, |snapshot| snapshot.as_of()));
        past.epoch = past.epoch.max(epoch(present).unwrap_or(0));
        Ok(past)
    }
}

/// The restore epoch of a state, if it can be read.
fn epoch(store: &dyn Store) -> Option<u32> {
    let root = store.snapshot().ok()?.load(&[keys::SERVER]).ok()?.pop()?.value?;
    Some(Space::from_stored(&root).ok()?.server?.restore_epoch)
}

/// Has the policy begin the restore in the state that was built, and gives the mark of it.
async fn begin(config: &Config, signer: ServerSigner, built: &Built, checked: &Checked, known: u32) -> Result<Mark, Failure> {
    let server = signer.public();
    let store = built.store();
    let end = |known| history_end(&*store, &server, known).map_err(|error| Failure(error.to_string()));
    if end(checked.place)? != checked.place {
        return Err(Failure::at(&checked.path, "the file was changed while it was being restored; begin again"));
    }
    let parts = Parts {
        store: Arc::clone(&store),
        policy: Arc::new(Slot::new(policy::load(config.policy.as_deref())?)),
        signer,
        clock: clock::now,
        entropy: entropy::fresh,
        limits: Limits::default(),
        reached: None,
    };
    let shell = Shell::start(parts).map_err(|error| Failure(error.to_string()))?;
    let answered = shell.ask(Asker::Operator, Command::BeginRestore(known), Vec::new()).await;
    shell.stop().await;
    if answered.verdict == Verdict::Deny {
        return Err(Failure(format!("this state cannot be restored: {}: {}", answered.code, answered.code.text())));
    }
    let place = end(checked.place)?;
    let restore_epoch = epoch(&*store).ok_or_else(|| Failure("the restored state has no root".into()))?;
    built.settle()?;
    Ok(Mark { server, place, restore_epoch })
}

/// Has the policy lift what a restore began: people are let in again. `false` if nothing waited for it.
///
/// # Errors
/// One line: a server runs on the folder, or the answer that refused it.
pub async fn accept(config: &Config) -> Result<bool, Failure> {
    DataFolder::find(&config.data)?;
    let opened = run::open(config, policy::load(config.policy.as_deref())?)?;
    let answered = opened.shell.ask(Asker::Operator, Command::AcceptRestore, Vec::new()).await;
    opened.stop().await;
    match answered.verdict {
        Verdict::Allow => Ok(answered.decision != DecisionId::NONE),
        Verdict::Deny => Err(Failure(format!("the restore cannot be accepted: {}: {}", answered.code, answered.code.text()))),
    }
}

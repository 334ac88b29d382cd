//! The one place that names a concrete store.

use std::sync::Arc;
use std::time::Duration;

use doorward_core::Timestamp;
use doorward_sqlite::{Options, Sqlite};
use doorward_store::{Cause, Store, Unavailable};

use super::Failure;
use super::data::DataFolder;

/// A file of at most so many bytes is read whole before it is served: some milliseconds. In a larger one, damage is
/// noticed by the reads that meet it.
const CHECKED_WHOLE: u64 = 8 << 20;

/// Opens the store in the data folder, or makes it.
///
/// # Errors
/// One line: who has it, or what is wrong with the file.
pub(super) fn open(data: &DataFolder, now: Timestamp, sync_delay: Duration) -> Result<Arc<dyn Store>, Failure> {
    let path = data.file("doorward.db");
    let sync_delay = Some(sync_delay).filter(|delay| !delay.is_zero());
    let options = Options { sync_delay, ..Options::new(now.0, env!("CARGO_PKG_VERSION")) };
    match Sqlite::open(&path, &options) {
        Ok(store) => {
            if std::fs::metadata(store.path()).is_ok_and(|found| found.len() <= CHECKED_WHOLE) {
                store.verify().map_err(|error| Failure::at(&path, error))?;
            }
            Ok(Arc::new(store))
        }
        Err(Unavailable(reason)) if reason.cause() == Cause::Locked => {
            Err(Failure(format!("{reason}; is another doorward running on this data folder?")))
        }
        Err(error) => Err(Failure(error.to_string())),
    }
}

/// Whether it has never been written.
///
/// # Errors
/// It does not answer.
pub(super) fn is_new(store: &dyn Store) -> Result<bool, Failure> {
    let snapshot = store.snapshot().map_err(|error| Failure(error.to_string()))?;
    Ok(snapshot.as_of() == 0)
}

//! The high-water mark: how far the history had come, kept in a file of its own beside the store, so that an older
//! database file in the store's place is noticed, and one whose history took another way as well.
//!
//! It is written after every commit and before anyone hears of it, in place and without a sync, and synced every ten
//! seconds and at the end. So it is never ahead of what was committed; it is exact after a stop or a kill; and after
//! a power cut it may be ten seconds old: a copy of the database made within them would pass. A sync with each commit
//! would close that gap at the price of every second sync, and a mark reserved ahead of commits could not tell a
//! commit that was lost from one that was never made.
//!
//! The file holds two lines of 512 bytes, written in turn, each with a checksum: a torn line leaves the other.
//!
//! A store that was opened with a mark says so itself ([`KEPT`]): from then on a missing mark is no accident of an
//! update, and nothing starts.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use doorward_core::ServerKey;
use doorward_core::digest::sha256;
use doorward_shell::{Place, StartError, history_end};
use doorward_store::{Batch, Commit, Guard, Store, Write};

use super::Failure;
use super::data::{DATABASE, DataFolder, sync_folder, write_private};

const MARK: &str = "high-water.mark";
/// The mark of a state that is about to take the store's place: the two cannot change in one step.
const NEXT: &str = "high-water.next";
/// The store's own word that a mark is kept beside it.
const KEPT: &str = "g.01";
/// Bytes of a line: a sector, which disks write whole.
const LINE: usize = 512;
/// The longest a mark waits to be synced.
const SYNC_EVERY: Duration = Duration::from_secs(10);

/// What a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Whose history.
    pub(super) server: ServerKey,
    /// A decision that was committed.
    pub(super) place: Place,
    /// The restore epoch then.
    pub(super) restore_epoch: u32,
}

impl Mark {
    fn line(&self) -> Vec<u8> {
        let Self { server, place: Place { sequence, chain }, restore_epoch } = self;
        let text = format!("doorward high-water 1 {server} {sequence} {} {restore_epoch}", hex::encode(chain));
        let sum = hex::encode(&sha256(&[text.as_bytes()])[..8]);
        format!("{:<width$}\n", format!("{text} {sum}"), width = LINE - 1).into_bytes()
    }

    fn read_line(line: &[u8]) -> Option<Self> {
        let (text, sum) = std::str::from_utf8(line).ok()?.trim_end().rsplit_once(' ')?;
        if sum != hex::encode(&sha256(&[text.as_bytes()])[..8]) {
            return None;
        }
        let mut words = text.strip_prefix("doorward high-water 1 ")?.split(' ');
        let server = ServerKey::from_hex(words.next()?).ok()?;
        let sequence = words.next()?.parse().ok()?;
        let mut chain = [0; 32];
        hex::decode_to_slice(words.next()?, &mut chain).ok()?;
        let restore_epoch = words.next()?.parse().ok()?;
        words.next().is_none().then_some(Self { server, place: Place { sequence, chain }, restore_epoch })
    }

    /// The newest whole line.
    fn newest(bytes: &[u8]) -> Option<Self> {
        bytes.chunks(LINE).filter_map(Self::read_line).max_by_key(|mark| mark.place.sequence)
    }
}

/// The mark of this folder, if there is one.
///
/// # Errors
/// It cannot be read, or is none.
pub(super) fn read(folder: &DataFolder) -> Result<Option<Mark>, Failure> {
    read_file(folder, MARK)
}

/// Whether a restore was interrupted, which the next start settles.
pub(super) fn is_unsettled(folder: &DataFolder) -> bool {
    folder.file(NEXT).exists()
}

fn read_file(folder: &DataFolder, name: &str) -> Result<Option<Mark>, Failure> {
    let path = folder.file(name);
    match std::fs::read(&path) {
        Ok(bytes) => match Mark::newest(&bytes) {
            Some(mark) => Ok(Some(mark)),
            None => Err(Failure::at(
                &path,
                format!("the high-water mark is damaged, so nobody knows whether the store is the newest; {}", adopt(folder)),
            )),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::at(&path, error)),
    }
}

/// What to do when the store is not what it should be.
fn adopt(folder: &DataFolder) -> String {
    let database = folder.file(DATABASE);
    format!(
        "put the newest one back, or, to go on from this one on purpose, run: doorward restore --adopt {}",
        database.display()
    )
}

/// That the store holds what the mark says. Changes nothing.
///
/// # Errors
/// It does not, or the mark is missing where there was one, or nobody can say.
pub(super) fn compare(folder: &DataFolder, store: &dyn Store, server: &ServerKey, mark: Option<Mark>) -> Result<Place, Failure> {
    let path = folder.file(MARK);
    let known = match mark {
        Some(mark) if mark.server != *server => {
            let key = folder.file("server.key");
            return Err(Failure::at(
                &path,
                format!(
                    "the mark is of another server's history than {} belongs to; put the files that belong together back",
                    key.display()
                ),
            ));
        }
        Some(mark) => mark.place,
        None if is_promised(store)? => {
            return Err(Failure::at(
                &path,
                format!("the high-water mark is missing, so nobody knows whether the store is the newest; {}", adopt(folder)),
            ));
        }
        None => Place::START,
    };
    history_end(store, server, known).map_err(|error| match error {
        StartError::Behind { .. } | StartError::Forked(_) => {
            let database = folder.file(DATABASE);
            Failure::at(&database, format!("{error}; {}", adopt(folder)))
        }
        StartError::Unavailable(_) | StartError::History(_) | StartError::Thread(_) => Failure(error.to_string()),
    })
}

fn is_promised(store: &dyn Store) -> Result<bool, Failure> {
    let found = store.snapshot()?.load(&[KEPT])?;
    Ok(found.iter().any(|record| record.value.is_some()))
}

/// Has the store say that a mark is kept beside it.
///
/// # Errors
/// It does not take it.
pub(super) fn promise(store: &dyn Store) -> Result<(), Failure> {
    if is_promised(store)? {
        return Ok(());
    }
    match store.commit(&Batch { writes: vec![Write::put(KEPT, [1])], guards: vec![Guard::at(KEPT, 0)] }) {
        Commit::Committed { .. } => Ok(()),
        Commit::Conflict { .. } => Err(Failure("another program writes to the store; stop it and start again".into())),
        Commit::Unavailable(reason) | Commit::Indeterminate(reason) => Err(Failure(reason.to_string())),
    }
}

/// The mark of the state that is about to take the store's place. Until [`settle`] has seen it there, the former one
/// holds as well.
///
/// # Errors
/// It cannot be written.
pub(super) fn announce(folder: &DataFolder, mark: &Mark) -> Result<(), Failure> {
    write_private(&folder.file(NEXT), &mark.line())
}

/// Ends a restore: its mark becomes the mark if its state is there, and goes if it is not.
///
/// # Errors
/// The store does not answer, or a file cannot be moved.
pub(super) fn settle(folder: &DataFolder, store: &dyn Store, server: &ServerKey) -> Result<(), Failure> {
    let path = folder.file(NEXT);
    let Some(next) = read_file(folder, NEXT)? else { return Ok(()) };
    let moved = match history_end(store, server, next.place) {
        Ok(_) => std::fs::rename(&path, folder.file(MARK)),
        Err(StartError::Behind { .. } | StartError::Forked(_)) => std::fs::remove_file(&path),
        Err(error) => return Err(Failure(error.to_string())),
    };
    moved.and_then(|()| sync_folder(&path)).map_err(|error| Failure::at(&path, error))
}

/// Makes the announced mark the mark: its state has taken the store's place.
///
/// # Errors
/// The file cannot be moved; the next start does it.
pub(super) fn confirm(folder: &DataFolder) -> Result<(), Failure> {
    let path = folder.file(MARK);
    let moved = std::fs::rename(folder.file(NEXT), &path).and_then(|()| sync_folder(&path));
    moved.map_err(|error| Failure::at(&path, error))
}

/// The file, open to be written.
pub(super) struct HighWater {
    mark: Mark,
    /// Which line is written next.
    turn: bool,
    file: Arc<Kept>,
    failing: bool,
}

/// What [`HighWater`] writes and others sync.
pub(super) struct Kept {
    file: File,
    is_new: AtomicBool,
}

impl HighWater {
    /// Opens the file; makes it, with this mark, if it is not there.
    ///
    /// # Errors
    /// It cannot be made or opened.
    pub(super) fn open(folder: &DataFolder, mark: Mark) -> Result<Self, Failure> {
        let path = folder.file(MARK);
        // Whole, durable and in the first line, whatever was there: the second is written next.
        write_private(&path, &mark.line())?;
        let file = OpenOptions::new().write(true).open(&path).map_err(|error| Failure::at(&path, error))?;
        Ok(Self { mark, turn: true, file: Arc::new(Kept { file, is_new: AtomicBool::new(false) }), failing: false })
    }

    /// The file, to be synced.
    pub(super) fn kept(&self) -> Arc<Kept> {
        Arc::clone(&self.file)
    }

    /// Notes that the history has come this far.
    pub(super) fn raise(&mut self, place: Place) {
        self.mark.place = place;
        let offset = if self.turn { LINE as u64 } else { 0 };
        self.turn = !self.turn;
        let written = self.file.file.write_all_at(&self.mark.line(), offset);
        self.file.is_new.store(true, Ordering::Release);
        match written {
            Ok(()) => self.failing = false,
            Err(error) if !self.failing => {
                self.failing = true;
                tracing::error!(%error, "the high-water mark cannot be written; an older database would not be noticed");
            }
            Err(_) => {}
        }
    }
}

impl Kept {
    /// Makes what was written durable.
    pub(super) fn sync(&self) {
        if !self.is_new.swap(false, Ordering::AcqRel) {
            return;
        }
        if let Err(error) = self.file.sync_data() {
            self.is_new.store(true, Ordering::Release);
            tracing::error!(%error, "the high-water mark cannot be synced; after a power cut an older database might not be noticed");
        }
    }

    /// Does so for as long as it runs.
    pub(super) async fn keep_synced(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(SYNC_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let kept = Arc::clone(&self);
            // A panic in it is logged, and the next round tries again.
            let _ = tokio::task::spawn_blocking(move || kept.sync()).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(sequence: u64) -> Mark {
        let place = Place { sequence, chain: [sequence as u8; 32] };
        Mark { server: doorward_core::SignKey([7; 32]), place, restore_epoch: 3 }
    }

    #[test]
    fn a_line_is_a_sector_and_says_what_it_says() {
        let line = mark(u64::MAX).line();
        assert_eq!((line.len(), line.last()), (LINE, Some(&b'\n')));
        assert_eq!(Mark::read_line(&line), Some(mark(u64::MAX)));
        let end = String::from_utf8(line.clone()).unwrap().trim_end().len();
        for at in 0..end {
            let mut damaged = line.clone();
            damaged[at] ^= 1;
            assert_eq!(Mark::read_line(&damaged), None, "byte {at}");
        }
    }

    #[test]
    fn a_torn_line_leaves_the_other() {
        let whole = [mark(8).line(), mark(9).line()].concat();
        assert_eq!(Mark::newest(&whole), Some(mark(9)));
        let text = String::from_utf8(mark(9).line()).unwrap().trim_end().len();
        for cut in 0..LINE {
            let newest = Mark::newest(&whole[..LINE + cut]).map(|mark| mark.place.sequence);
            assert_eq!(newest, Some(if cut < text { 8 } else { 9 }), "{cut} bytes of the second line");
        }
        assert_eq!(Mark::newest(&whole[1..]).map(|mark| mark.place.sequence), None, "no line where one belongs");
    }
}

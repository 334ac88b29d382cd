//! What a state is read from: a backup, or the database file of a store.

use std::path::{Path, PathBuf};

use doorward_core::ServerKey;
use doorward_shell::Audit;
use doorward_store::{MAX_PAGE, PageQuery, Record, Snapshot, Store, Unavailable};

use super::file::Reader;
use super::{Checked, length};
use crate::process::{Failure, Progress, store};

/// A state to be checked, and put back.
pub(in crate::process) struct Source {
    path: PathBuf,
    /// The store, if it is a database file.
    database: Option<Box<dyn Store>>,
}

impl Source {
    /// Looks what the file is.
    ///
    /// # Errors
    /// It is neither, or cannot be opened.
    pub(in crate::process) fn open(path: &Path) -> Result<Self, Failure> {
        length(path)?;
        let database = match Reader::open(path)? {
            Some(_) => None,
            None => Some(store::look(path).map_err(|error| match error.cause() {
                doorward_store::Cause::Foreign => Failure::at(path, "is neither a backup nor a database of doorward"),
                _ => Failure(error.to_string()),
            })?),
        };
        Ok(Self { path: path.to_owned(), database })
    }

    /// Reads and checks all of it: that it is whole, that every record can be read, that its history is one chain.
    ///
    /// # Errors
    /// One line: what is wrong with it, or whose it is.
    pub(in crate::process) fn check(&self, server: &ServerKey) -> Result<Checked, Failure> {
        let (mut audit, mut progress, mut records) = (Audit::default(), Progress::new("checking"), 0);
        let mut note = |record: Result<Record, Unavailable>| {
            let Record { key, revision, value } = record?;
            records += 1;
            progress.step();
            audit.note(&key, revision, &value.unwrap_or_default()).map_err(|line| Failure::at(&self.path, line))
        };
        let (revision, export) = match &self.database {
            Some(store) => {
                let snapshot = store.snapshot()?;
                let revision = snapshot.as_of();
                Pages::of(snapshot).try_for_each(&mut note)?;
                (revision, None)
            }
            None => {
                let mut reader = self.reader()?;
                reader.by_ref().try_for_each(&mut note)?;
                let export = reader.export().cloned().ok_or_else(|| Failure::at(&self.path, "the backup has no end"))?;
                if export.server != *server {
                    return Err(Failure::at(&self.path, of_another(&export.server, server)));
                }
                (export.revision, Some(export))
            }
        };
        progress.end();
        let place = audit.end(server).map_err(|line| Failure::at(&self.path, line))?;
        if export.as_ref().is_some_and(|export| (export.sequence, export.chain) != (place.sequence, place.chain)) {
            return Err(Failure::at(&self.path, "its history is not the one that was signed"));
        }
        let (path, bytes) = (self.path.clone(), length(&self.path)?);
        Ok(Checked { path, records, bytes, server: *server, revision, place, signed_at: export.map(|export| export.at) })
    }

    /// The records again, to be put into a store: whoever takes them to the end without an error has what was checked.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub(in crate::process) fn records(&self) -> Result<Box<dyn Iterator<Item = Result<Record, Unavailable>> + '_>, Failure> {
        Ok(match &self.database {
            Some(store) => Box::new(Pages::of(store.snapshot()?)),
            None => Box::new(self.reader()?),
        })
    }

    fn reader(&self) -> Result<Reader, Failure> {
        Reader::open(&self.path)?.ok_or_else(|| Failure::at(&self.path, "is not the backup any more that it was"))
    }
}

fn of_another(theirs: &ServerKey, ours: &ServerKey) -> String {
    format!(
        "this is a backup of the server {}, and the key in this data folder is that of {}; restore it beside its own \
         server.key, for every link and receipt in it names that key",
        theirs.fingerprint(),
        ours.fingerprint()
    )
}

/// Every record of a snapshot, in order of the keys.
pub(super) struct Pages<'s> {
    snapshot: Box<dyn Snapshot + 's>,
    query: PageQuery,
    page: std::vec::IntoIter<Record>,
    more: bool,
}

impl<'s> Pages<'s> {
    pub(super) fn of(snapshot: Box<dyn Snapshot + 's>) -> Self {
        let query = PageQuery::below("", MAX_PAGE as u16);
        Self { snapshot, query, page: Vec::new().into_iter(), more: true }
    }
}

impl Iterator for Pages<'_> {
    type Item = Result<Record, Unavailable>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(record) = self.page.next() {
            return Some(Ok(record));
        }
        if !std::mem::take(&mut self.more) {
            return None;
        }
        match self.snapshot.page(&self.query) {
            Ok(page) => {
                self.more = page.more;
                if let Some(last) = page.records.last() {
                    self.query.after.clone_from(&last.key);
                }
                self.page = page.records.into_iter();
                self.page.next().map(Ok)
            }
            Err(error) => Some(Err(error)),
        }
    }
}

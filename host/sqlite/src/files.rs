//! The files around the database: the lock, modes, directories.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use doorward_store::{Cause, Reason};

use crate::error::file;

/// The right to a store's place: held as long as it is open. The file stays: removing it would let a third process lock
/// a new one while a second still waits for this.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock beside `store` (a path without symbolic links), or says who is in the way.
    ///
    /// # Errors
    /// [`Locked`](Cause::Locked), or the lock's file cannot be made.
    pub fn take(store: &Path) -> Result<Lock, Reason> {
        let path = beside(store, ".lock");
        let open = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
        let held = open.map_err(|e| file("opening the lock", &path, &e))?;
        match held.try_lock() {
            Ok(()) => Ok(Lock { _file: held }),
            Err(TryLockError::WouldBlock) => {
                let line = format!("another process has the store {} open", store.display());
                Err(Reason::new(Cause::Locked, line))
            }
            Err(TryLockError::Error(e)) => Err(file("locking", &path, &e)),
        }
    }
}

/// A directory of its own that goes when this is dropped.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(parent: &Path) -> Result<Scratch, Reason> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let next = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = parent.join(format!("doorward-{}-{next}", process::id()));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Scratch(path)),
                // Left by a process that had this number before.
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(file("making the directory", &path, &e)),
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is only litter, and there is nobody left to tell.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// `path` with every symbolic link resolved, so that one file has one lock, whatever it is called.
/// The file need not exist; its directory must.
pub(crate) fn resolve(path: &Path) -> Result<PathBuf, Reason> {
    match fs::canonicalize(path) {
        Ok(real) => return Ok(real),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => return Err(file("finding", path, &e)),
    }
    let Some(name) = path.file_name() else {
        return Err(Reason::new(Cause::Invalid, format!("{} names no file", path.display())));
    };
    let parent = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) | None => Path::new("."),
    };
    let parent = fs::canonicalize(parent).map_err(|e| file("finding", parent, &e))?;
    Ok(parent.join(name))
}

/// Makes an empty file with mode 0600, or takes the rights of others from the one that is there.
///
/// A file that is there is never opened here: closing it would drop the locks SQLite holds on it
/// in this process (POSIX locks belong to the process, not to the descriptor).
pub(crate) fn prepare(path: &Path) -> Result<(), Reason> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => return sync_parent(path),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
        Err(e) => return Err(file("making", path, &e)),
    }
    let about = fs::metadata(path).map_err(|e| file("looking at", path, &e))?;
    if !about.is_file() {
        return Err(Reason::new(Cause::Foreign, format!("{} is not a file", path.display())));
    }
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let own = Permissions::from_mode(mode & 0o700);
        fs::set_permissions(path, own).map_err(|e| file("closing to others", path, &e))?;
    }
    Ok(())
}

/// Makes the name of a new file durable.
pub(crate) fn sync_parent(path: &Path) -> Result<(), Reason> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    let synced = File::open(parent).and_then(|dir| dir.sync_all());
    synced.map_err(|e| file("syncing the directory", parent, &e))
}

/// The file next to `path` whose name ends in `suffix`.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

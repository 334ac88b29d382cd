//! Files that hold secrets: new ones, readable by their owner alone.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::CliError;
use super::error::NEXT;

/// A file that was made, and is to be written. It goes away again if it is not.
pub(super) struct Reserved {
    path: PathBuf,
    file: File,
    keep: bool,
}

impl Reserved {
    /// Makes it (0600). What is there already is never touched: it may hold links that are still to be handed out.
    ///
    /// # Errors
    /// Something has that name, or it cannot be made.
    pub(super) fn new(path: &Path) -> Result<Self, CliError> {
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Ok(file) => Ok(Self { path: path.into(), file, keep: false }),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(CliError::Usage(format!("{} is there already{NEXT}Choose another name, or move it away.", path.display())))
            }
            Err(error) => Err(CliError::Fault(format!("cannot make {}: {error}", path.display()))),
        }
    }

    /// Writes it whole, and gives its name.
    pub(super) fn write(mut self, text: &str) -> Result<PathBuf, CliError> {
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_all());
        written.map_err(|error| CliError::Fault(format!("cannot write {}: {error}", self.path.display())))?;
        self.keep = true;
        Ok(self.path.clone())
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if !self.keep {
            // Nothing of value is in it.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

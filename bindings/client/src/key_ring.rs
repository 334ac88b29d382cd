//! Keys on this machine: one file a server, `<dir>/<server key>.json`, readable by nobody else.
//!
//! Beside a key file may lie what is no secret: the receipt of the account (`<server key>.receipt.json`), and the
//! invite that is being redeemed with it (`<server key>.redeeming.json`), so that an answer that was lost can be asked
//! for again.

use crate::identity::{BadIdentity, Identity};
use doorward_core::{ServerKey, SignKey};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A directory of key files.
#[derive(Clone, Debug)]
pub struct KeyRing {
    dir: PathBuf,
}

/// Why a key file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// The file system refused.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// `read`, `write`, …
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that is no key file.
    #[error("{}: {reason}", path.display())]
    Bad {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: BadIdentity,
    },
    /// A file that others could read.
    #[error("{} can be read by others; run: chmod 600 {}", path.display(), path.display())]
    Exposed {
        /// Which file.
        path: PathBuf,
    },
    /// There are other keys for this server already, and they would be lost.
    #[error("{} holds other keys for this server already", path.display())]
    Occupied {
        /// Which file.
        path: PathBuf,
    },
    /// The same key would be used with two servers, which lets them tell that it is one person.
    #[error("this key is the one of another server ({}); keys are made for one server each", other.fingerprint())]
    Shared {
        /// The server it was made for.
        other: ServerKey,
    },
}

/// Whether one key may be filed under more than one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// No, as it should be.
    Refused,
    /// Yes: the person said so.
    Allowed,
}

impl KeyRing {
    /// The ring in this directory, which is made when the first key is saved.
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// Where the keys for this server are, or would be.
    pub fn path(&self, server: &ServerKey) -> PathBuf {
        self.dir.join(format!("{server}.json"))
    }

    /// The keys for this server, if there are any.
    pub fn find(&self, server: &ServerKey) -> Result<Option<Identity>, KeyRingError> {
        let path = self.path(server);
        let Some(identity) = read_if_there(&path)? else { return Ok(None) };
        if identity.server_key == *server {
            Ok(Some(identity))
        } else {
            Err(KeyRingError::Bad { path, reason: BadIdentity::Contradiction })
        }
    }

    /// Every key file in the directory, by server key.
    pub fn list(&self) -> Result<Vec<Identity>, KeyRingError> {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(KeyRingError::Io { doing: "read", path: self.dir.clone(), source }),
        };
        let mut servers: Vec<ServerKey> = entries
            .filter_map(|entry| SignKey::from_hex(entry.ok()?.file_name().to_str()?.strip_suffix(".json")?).ok())
            .collect();
        servers.sort();
        servers.iter().filter_map(|server| self.find(server).transpose()).collect()
    }

    /// Files keys under their server. Refuses to replace other keys, and to file one key under two servers unless that
    /// is allowed. The file is on disk when this returns.
    pub fn save(&self, identity: &Identity, sharing: Sharing) -> Result<PathBuf, KeyRingError> {
        let path = self.path(&identity.server_key);
        let sign_key = identity.keys.sign_key();
        let present = self.find(&identity.server_key)?;
        if present.as_ref().is_some_and(|present| present.keys.sign_key() != sign_key) {
            return Err(KeyRingError::Occupied { path });
        }
        if sharing == Sharing::Refused
            && let Some(other) =
                self.list()?.into_iter().find(|o| o.server_key != identity.server_key && o.keys.sign_key() == sign_key)
        {
            return Err(KeyRingError::Shared { other: other.server_key });
        }
        self.make_dir()?;
        let place = if present.is_some() { Place::Replace } else { Place::New };
        write_private(&path, identity.to_json().as_bytes(), place)?;
        Ok(path)
    }

    /// Keeps something beside the keys for this server. `what` is `receipt` or `redeeming`.
    pub(crate) fn keep_beside(&self, server: &ServerKey, what: &str, json: &str) -> Result<(), KeyRingError> {
        self.make_dir()?;
        write_private(&self.beside(server, what), json.as_bytes(), Place::Replace)
    }

    /// What was kept, if anything.
    pub(crate) fn kept_beside(&self, server: &ServerKey, what: &str) -> Result<Option<String>, KeyRingError> {
        let path = self.beside(server, what);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(KeyRingError::Io { doing: "read", path, source }),
        }
    }

    /// Forgets what was kept.
    pub(crate) fn forget_beside(&self, server: &ServerKey, what: &str) {
        // What cannot be removed is harmless: it is public, and only ever asked for again.
        let _ = fs::remove_file(self.beside(server, what));
    }

    fn beside(&self, server: &ServerKey, what: &str) -> PathBuf {
        self.dir.join(format!("{server}.{what}.json"))
    }

    fn make_dir(&self) -> Result<(), KeyRingError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.dir).map_err(|source| KeyRingError::Io { doing: "make", path: self.dir.clone(), source })
    }
}

/// Reads one key file, wherever it lies. One that others could read is refused.
pub fn read_identity(path: &Path) -> Result<Identity, KeyRingError> {
    read_if_there(path)?.ok_or_else(|| KeyRingError::Io {
        doing: "read",
        path: path.into(),
        source: io::ErrorKind::NotFound.into(),
    })
}

fn read_if_there(path: &Path) -> Result<Option<Identity>, KeyRingError> {
    let io_error = |source| KeyRingError::Io { doing: "read", path: path.into(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error(error)),
    };
    if is_exposed(&file).map_err(io_error)? {
        return Err(KeyRingError::Exposed { path: path.into() });
    }
    // Read into one buffer of the right size, so that no copy is left behind by growing.
    let length = file.metadata().map_err(io_error)?.len();
    let mut text = Zeroizing::new(String::with_capacity(usize::try_from(length.min(1 << 20)).unwrap_or(0) + 1));
    io::Read::read_to_string(&mut io::Read::take(file, 1 << 20), &mut text).map_err(io_error)?;
    Identity::from_json(&text).map(Some).map_err(|reason| KeyRingError::Bad { path: path.into(), reason })
}

#[cfg(unix)]
fn is_exposed(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// Whether a file may be there already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It must not: somebody else's new keys are not lost.
    New,
    /// It may, and is replaced.
    Replace,
}

/// Writes beside, syncs, and moves into place: whoever looks finds the old file or the new one. 0600 from the first
/// byte.
fn write_private(path: &Path, bytes: &[u8], place: Place) -> Result<(), KeyRingError> {
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || {
        let mut file = options.open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        match place {
            Place::New => fs::hard_link(&beside, path)?,
            Place::Replace => fs::rename(&beside, path)?,
        }
        path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
    };
    // One that a process of the same number left when it was killed.
    let _ = fs::remove_file(&beside);
    let written = write();
    let _ = fs::remove_file(&beside);
    written.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => KeyRingError::Occupied { path: path.into() },
        _ => KeyRingError::Io { doing: "write", path: path.into(), source },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::tests::identity;

    fn ring(name: &str) -> KeyRing {
        let dir = std::env::temp_dir().join(format!("doorward-ring-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        KeyRing::at(dir)
    }

    #[test]
    fn what_was_saved_is_found_and_private() {
        let ring = ring("saved");
        assert!(ring.find(&SignKey([1; 32])).unwrap().is_none());
        assert!(ring.list().unwrap().is_empty());
        let path = ring.save(&identity(7, 1), Sharing::Refused).unwrap();
        ring.save(&identity(8, 2), Sharing::Refused).unwrap();
        assert_eq!(ring.find(&SignKey([1; 32])).unwrap().unwrap().keys.sign_key(), identity(7, 1).keys.sign_key());
        assert_eq!(ring.list().unwrap().len(), 2);
        let left: Vec<_> = fs::read_dir(&ring.dir).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "nothing half-written stays: {left:?}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(&ring.dir)), (0o600, 0o700));
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            assert!(matches!(ring.find(&SignKey([1; 32])), Err(KeyRingError::Exposed { .. })));
        }
    }

    #[test]
    fn other_keys_are_not_replaced() {
        let ring = ring("occupied");
        ring.save(&identity(7, 1), Sharing::Refused).unwrap();
        assert!(matches!(ring.save(&identity(8, 1), Sharing::Allowed), Err(KeyRingError::Occupied { .. })));
        let mut renamed = identity(7, 1);
        renamed.handle = "Ada".into();
        ring.save(&renamed, Sharing::Refused).unwrap();
        assert_eq!(ring.find(&SignKey([1; 32])).unwrap().unwrap().handle, "Ada");
        // Two processes that both saw no file: the second is refused.
        let path = ring.path(&SignKey([1; 32]));
        assert!(matches!(write_private(&path, b"{}", Place::New), Err(KeyRingError::Occupied { .. })));
        assert!(ring.find(&SignKey([1; 32])).is_ok());
    }

    #[test]
    fn one_key_for_one_server() {
        let ring = ring("shared");
        ring.save(&identity(7, 1), Sharing::Refused).unwrap();
        let refused = ring.save(&identity(7, 2), Sharing::Refused).unwrap_err();
        assert!(matches!(refused, KeyRingError::Shared { other } if other == SignKey([1; 32])), "{refused}");
        assert!(ring.find(&SignKey([2; 32])).unwrap().is_none());
        ring.save(&identity(7, 2), Sharing::Allowed).unwrap();
        assert!(ring.find(&SignKey([2; 32])).unwrap().is_some());
    }

    #[test]
    fn a_file_under_another_servers_name_is_refused() {
        let ring = ring("moved");
        let path = ring.save(&identity(7, 1), Sharing::Refused).unwrap();
        fs::rename(path, ring.path(&SignKey([2; 32]))).unwrap();
        assert!(matches!(ring.find(&SignKey([2; 32])), Err(KeyRingError::Bad { reason: BadIdentity::Contradiction, .. })));
    }
}

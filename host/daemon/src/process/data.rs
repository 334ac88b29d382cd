//! The data folder (0700) and the server's key in it (0600).

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use doorward_shell::ServerSigner;
use zeroize::Zeroizing;

use super::Failure;

/// The store's file.
pub(super) const DATABASE: &str = "doorward.db";
/// The server's key.
pub(super) const KEY: &str = "server.key";

/// The folder with everything this server keeps.
#[derive(Clone, Debug)]
pub(super) struct DataFolder(PathBuf);

impl DataFolder {
    /// Makes the folder, or checks the one that is there.
    ///
    /// # Errors
    /// It cannot be made, is no folder, or others may write to it.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        match fs::metadata(path) {
            Ok(found) if !found.is_dir() => return Err(Failure::at(path, "not a folder")),
            Ok(found) if found.permissions().mode() & 0o022 != 0 => {
                return Err(Failure::at(path, "others may write to the data folder; run: chmod go-w on it"));
            }
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut builder = fs::DirBuilder::new();
                builder.recursive(true).mode(0o700).create(path).map_err(|error| Failure::at(path, error))?;
            }
            Err(error) => return Err(Failure::at(path, error)),
        }
        let path = path.canonicalize().map_err(|error| Failure::at(path, error))?;
        Ok(Self(path))
    }

    /// The folder that is there already.
    ///
    /// # Errors
    /// It is not, or others may write to it.
    pub(super) fn find(path: &Path) -> Result<Self, Failure> {
        match fs::metadata(path) {
            Ok(_) => Self::open(path),
            Err(error) => Err(Failure::at(path, format!("no data folder: {error}; name yours with --data"))),
        }
    }

    /// A file in it.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The server's key. `is_new` says that the store has never been written: only then is a missing key made.
    ///
    /// # Errors
    /// Others may read it, it is no key, or it is missing beside a store that belongs to one.
    pub(super) fn signer(&self, is_new: bool, entropy: fn() -> [u8; 32]) -> Result<ServerSigner, Failure> {
        let path = self.file(KEY);
        let found = match fs::metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && is_new => {
                let seed = Zeroizing::new(entropy());
                let text = Zeroizing::new(format!("{}\n", hex::encode(seed.as_slice())));
                write_private(&path, text.as_bytes())?;
                return Ok(ServerSigner::from_seed(&seed));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Failure::at(
                    &path,
                    "missing, but the store beside it belongs to a key; put the key back from a backup",
                ));
            }
            Err(error) => return Err(Failure::at(&path, error)),
        };
        let mode = found.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(Failure::at(&path, format!("others may read the server's key (mode {mode:04o}); run: chmod 600 on it")));
        }
        let text = Zeroizing::new(fs::read_to_string(&path).map_err(|error| Failure::at(&path, error))?);
        let mut seed = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), &mut *seed).map_err(|_| Failure::at(&path, "not 64 hexadecimal characters"))?;
        Ok(ServerSigner::from_seed(&seed))
    }
}

/// Writes a file that only its owner can read, so that it is there whole or not at all.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let write = || -> std::io::Result<()> {
        // What an interrupted start left.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        sync_folder(path)
    };
    write().map_err(|error| Failure::at(path, error))
}

/// Makes the names in the folder of this file durable.
pub(super) fn sync_folder(path: &Path) -> std::io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(parent)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("doorward-data-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        path
    }

    #[test]
    fn folder_and_key_are_private_and_kept() {
        let path = folder("new");
        let data = DataFolder::open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        let made = data.signer(true, || [7; 32]).unwrap().public();
        assert_eq!(fs::metadata(path.join("server.key")).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(path.join("server.key")).unwrap().trim(), "07".repeat(32));
        assert_eq!(DataFolder::open(&path).unwrap().signer(true, || [8; 32]).unwrap().public(), made, "kept");
        fs::remove_dir_all(&path).unwrap();
    }

    #[test]
    fn doubtful_keys_are_refused() {
        let path = folder("doubt");
        let data = DataFolder::open(&path).unwrap();
        let refused = |says: &str| {
            let failure = data.signer(false, || [7; 32]).unwrap_err().0;
            assert!(failure.contains(says), "{failure}");
        };
        refused("missing, but the store beside it");
        write_private(&path.join("server.key"), b"nonsense").unwrap();
        refused("not 64 hexadecimal");
        fs::set_permissions(path.join("server.key"), fs::Permissions::from_mode(0o640)).unwrap();
        refused("others may read");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(DataFolder::open(&path).unwrap_err().0.contains("others may write"));
        fs::remove_dir_all(&path).unwrap();
    }
}

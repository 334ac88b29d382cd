//! Where the process listens.

use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::{TcpListener, UnixListener, UnixStream};

use super::Failure;
use crate::config::ServiceListen;

/// The socket for everyone.
///
/// # Errors
/// The port is in use, or not ours to take.
pub(super) async fn public(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            Failure(format!("{address} is in use; stop what listens there, or choose another with --listen"))
        }
        _ => Failure(format!("cannot listen on {address}: {error}")),
    })
}

/// The socket for services; its file is removed when this is dropped.
pub(super) struct ServiceSocket {
    path: PathBuf,
}

impl Drop for ServiceSocket {
    fn drop(&mut self) {
        // Gone already, or a stale file that the next start removes.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Makes the socket for services, if there is to be one.
///
/// # Errors
/// Somebody listens there, or the file cannot be made.
pub(super) async fn service(wanted: &ServiceListen) -> Result<Option<(UnixListener, ServiceSocket)>, Failure> {
    let (path, mode) = match wanted {
        ServiceListen::Off => return Ok(None),
        ServiceListen::Unix(path, mode) => (path, *mode),
    };
    reachable(path, mode)?;
    remove_stale(path).await?;
    let listener = bind(path, mode).map_err(|error| {
        Failure::at(path, format!("cannot listen: {error}; choose another place with --service-listen unix:<path>, or `off`"))
    })?;
    Ok(Some((listener, ServiceSocket { path: path.clone() })))
}

/// A socket for the group is of no use in a folder that the group cannot enter, such as the data folder as it is made.
fn reachable(path: &Path, mode: u32) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let found = std::fs::metadata(folder).map_err(|error| Failure::at(folder, error))?;
    if mode & 0o060 != 0 && found.permissions().mode() & 0o010 == 0 {
        return Err(Failure::at(
            path,
            "service-mode 0660 lets the group in, but the group cannot enter this folder; choose another place with \
             --service-listen unix:<path>, or run: chmod g+x on the folder",
        ));
    }
    Ok(())
}

/// Binds under another name and moves it in place when its permissions are right, so that nobody else can connect in
/// between.
fn bind(path: &Path, mode: u32) -> std::io::Result<UnixListener> {
    let beside = path.with_extension("new");
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let listener = UnixListener::bind(&beside)?;
    std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(mode))?;
    std::fs::rename(&beside, path)?;
    Ok(listener)
}

/// Removes a socket nobody answers on.
async fn remove_stale(path: &Path) -> Result<(), Failure> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::at(path, error)),
        Ok(found) if !found.file_type().is_socket() => Err(Failure::at(path, "is in the way: not a socket")),
        Ok(_) if UnixStream::connect(path).await.is_ok() => Err(Failure::at(path, "is in use; is another doorward running?")),
        Ok(_) => std::fs::remove_file(path).map_err(|error| Failure::at(path, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_socket_for_the_group_needs_a_folder_for_the_group() {
        let folder = std::env::temp_dir().join(format!("doorward-sockets-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("service.sock");
        for (folder_mode, mode, good) in [(0o700, 0o660, false), (0o710, 0o660, true), (0o700, 0o600, true)] {
            std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(folder_mode)).unwrap();
            match service(&ServiceListen::Unix(path.clone(), mode)).await {
                Ok(bound) => {
                    assert!(good && bound.is_some(), "{folder_mode:o} {mode:o}");
                    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode);
                }
                Err(failure) => assert!(!good && failure.0.contains("the group cannot enter"), "{failure}"),
            }
            assert!(!path.exists(), "a socket goes with its listener");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}

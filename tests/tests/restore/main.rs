//! Backup, restore and what guards them, from outside: the real program on a real folder.

mod backups;
mod doctor;
mod kills;
mod marks;
mod recover;

use doorward_core::SignKey;
use doorward_tests::{Connection, Daemon, Oops, program};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs a subcommand on the daemon's data folder, as a script would.
fn doorward(daemon: &Daemon, arguments: &[&str]) -> Result<Output, Oops> {
    let mut command = Command::new(program()?);
    command.args(arguments).arg("--data").arg(daemon.data());
    Ok(command.stdin(Stdio::null()).output()?)
}

/// The same, which must work; what it printed.
fn done(daemon: &Daemon, arguments: &[&str]) -> Result<String, Oops> {
    let output = doorward(daemon, arguments)?;
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// The same, which must fail with one line.
fn refused(daemon: &Daemon, arguments: &[&str]) -> Result<String, Oops> {
    one_line(&doorward(daemon, arguments)?)
}

fn one_line(output: &Output) -> Result<String, Oops> {
    let said = String::from_utf8(output.stderr.clone())?;
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().filter(|line| !line.starts_with("  →")).count(), 1, "one line: {said}");
    Ok(said)
}

/// What `serve` says when it does not start. One that does is an error, and is ended.
fn does_not_serve(daemon: &Daemon) -> Result<String, Oops> {
    let listen = daemon.address.to_string();
    let mut command = Command::new(program()?);
    command.args(["serve", "--log", "off", "--listen", &listen, "--public-url", &daemon.public_url]);
    command.arg("--data").arg(daemon.data()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    while child.try_wait()?.is_none() {
        if TcpStream::connect(daemon.address).is_ok() {
            child.kill()?;
            child.wait()?;
            return Err("it serves".into());
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    one_line(&child.wait_with_output()?)
}

/// What a service on the same machine is told about an account.
fn authorized(daemon: &Daemon, key: &SignKey) -> Result<(bool, String), Oops> {
    let mut socket = Connection::over(UnixStream::connect(daemon.service_socket())?);
    let answer = socket.call("GET", &format!("/v1/authorized/{key}"), None)?;
    Ok((answer.json()["allow"].as_bool().ok_or("no verdict")?, answer.code()))
}

/// What the readiness probe says.
fn ready(daemon: &Daemon) -> Result<(u16, String), Oops> {
    let answer = Connection::open(daemon.address)?.call("GET", "/readyz", None)?;
    Ok((answer.status, answer.json()["status"].as_str().unwrap_or_default().to_owned()))
}

/// Copies a data folder's files (not its sockets) over another's.
fn copy_folder(from: &Path, to: &Path) -> Result<(), Oops> {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// A path as an argument.
fn text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

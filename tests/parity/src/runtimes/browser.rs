//! A page in Chromium that fetches chunk after chunk from this process, over loopback, and posts what came out. No
//! WebDriver: the page needs nobody to press anything.

use super::{Checked, Runtime};
use crate::chunk::Chunk;
use doorward_probes::Oops;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// How long the browser may take to start, or for one chunk.
const PATIENCE: Duration = Duration::from_secs(120);

const PAGE: &str = "<!doctype html><meta charset=utf-8><title>parity</title><script type=module src=/page.mjs></script>";
const SCRIPT: &str = include_str!("page.mjs");
const CHECK: &str = include_str!("check.mjs");

/// A browser on our page; ended when dropped.
pub(super) struct Chromium {
    child: Child,
    calls: Receiver<Call>,
    /// The page, waiting for its next chunk.
    waiting: TcpStream,
    name: String,
    /// Its profile.
    _profile: tempfile::TempDir,
}

/// The page asks for a chunk, and says what became of the last one.
struct Call {
    said: String,
    stream: TcpStream,
}

impl Chromium {
    pub(super) fn start() -> Result<Self, Oops> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (address, (sender, calls)) = (listener.local_addr()?, channel());
        std::thread::spawn(move || serve(&listener, &sender));
        let profile = tempfile::tempdir()?;
        let mut child = browse(address, profile.path())?;
        let first = match calls.recv_timeout(PATIENCE) {
            Ok(first) => first,
            Err(_) => {
                end(&mut child);
                return Err("the page does not answer".into());
            }
        };
        Ok(Self { child, calls, waiting: first.stream, name: first.said, _profile: profile })
    }
}

impl Runtime for Chromium {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn check(&mut self, chunk: &Chunk) -> Result<Checked, Oops> {
        answer(&mut self.waiting, "application/octet-stream", chunk.bytes())?;
        let call = self.calls.recv_timeout(PATIENCE).map_err(|_| "the page does not answer any more")?;
        self.waiting = call.stream;
        Checked::read(&call.said)
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn browse(address: SocketAddr, profile: &std::path::Path) -> Result<Child, Oops> {
    let mut command = Command::new("chromium");
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]);
    command.arg(format!("--user-data-dir={}", profile.display())).arg(format!("http://{address}/"));
    // A group of its own, so that all its processes can be ended together.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    Ok(command.spawn().map_err(|error| format!("chromium: {error}; `cargo xtask parity` installs it"))?)
}

fn end(child: &mut Child) {
    // It is our own group; processes that are gone already are what we want.
    let _ = Command::new("kill").args(["-TERM", "--", &format!("-{}", child.id())]).status();
    let _ = child.wait();
}

/// Each connection on a thread of its own: browsers open some that they never use.
fn serve(listener: &TcpListener, calls: &Sender<Call>) {
    for stream in listener.incoming().flatten() {
        let calls = calls.clone();
        // A connection that fails is the browser's to open again; a page that never calls is noticed by who waits.
        std::thread::spawn(move || handle(stream, &calls).is_ok());
    }
}

fn handle(mut stream: TcpStream, calls: &Sender<Call>) -> Result<(), Oops> {
    let (path, said) = read(&mut stream)?;
    let (kind, bytes) = match path.as_str() {
        "/" => ("text/html", PAGE.as_bytes()),
        "/page.mjs" => ("text/javascript", SCRIPT.as_bytes()),
        "/check.mjs" => ("text/javascript", CHECK.as_bytes()),
        "/policy.wasm" => ("application/wasm", doorward_artifacts::POLICY),
        "/next" => return Ok(calls.send(Call { said, stream })?),
        _ => ("text/plain", &b""[..]),
    };
    answer(&mut stream, kind, bytes)
}

/// Path and body of one request.
fn read(stream: &mut TcpStream) -> Result<(String, String), Oops> {
    let mut lines = BufReader::new(stream);
    let mut first = String::new();
    lines.read_line(&mut first)?;
    let path = first.split(' ').nth(1).ok_or("no path")?.to_owned();
    let mut length = 0;
    loop {
        let mut line = String::new();
        lines.read_line(&mut line)?;
        match line.trim().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = String::new();
    lines.take(length).read_to_string(&mut body)?;
    Ok((path, body))
}

fn answer(stream: &mut TcpStream, kind: &str, bytes: &[u8]) -> Result<(), Oops> {
    let length = bytes.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    Ok(stream.write_all(bytes)?)
}

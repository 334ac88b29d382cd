//! P7: how many of a service's questions are answered in a second on the Unix socket, beside an empty axum handler on a
//! Unix socket: the same client, the same number of connections, in turns.

use crate::machine::processor_millis;
use crate::measure::summarise;
use crate::table::Row;
use doorward_core::SignKey;
use doorward_tests::{Connection, Daemon, Oops, request};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// Connections that ask at a time.
const CONNECTIONS: usize = 8;
/// How long one round of one side takes.
const ROUND: Duration = Duration::from_millis(400);
/// Rounds, interleaved.
const ROUNDS: usize = 15;
/// People who are asked about.
const PEOPLE: usize = 200;

/// Measures P7.
pub(crate) fn measure() -> Result<Vec<Row>, Oops> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let daemon = Daemon::start()?;
    let keys = runtime.block_on(people(&daemon))?;
    let peer = Peer::start()?;
    let questions: Vec<Vec<u8>> = keys.iter().map(question).collect();
    let (mut ours, mut theirs) = (Side::default(), Side::default());
    for _ in 0..ROUNDS {
        theirs.round(peer.child.id(), &peer.socket, &questions)?;
        ours.round(daemon.pid(), &daemon.service_socket(), &questions)?;
    }
    let ratio = summarise(&mut ours.rates).median / summarise(&mut theirs.rates).median;
    Ok(vec![Row {
        id: "P7",
        what: format!("GET /v1/authorized/{{key}} on the Unix socket, {CONNECTIONS} connections"),
        ours: ours.show(),
        peer: format!("empty axum handler {}", theirs.show()),
        ratio: Some(ratio),
        target: "≥ 0.6×",
        holds: ratio >= 0.6,
    }])
}

/// What one side did in its rounds.
#[derive(Default)]
struct Side {
    /// Answers per second.
    rates: Vec<f64>,
    answers: f64,
    /// Milliseconds of the processor that its process took for them: what is left when others use the machine too.
    processor: f64,
}

impl Side {
    fn round(&mut self, process: u32, socket: &Path, questions: &[Vec<u8>]) -> Result<(), Oops> {
        let before = processor_millis(process)?;
        let (count, seconds) = ask(socket, questions)?;
        self.rates.push(count as f64 / seconds);
        self.answers += count as f64;
        self.processor += processor_millis(process)? - before;
        Ok(())
    }

    fn show(&mut self) -> String {
        let (rate, each) = (summarise(&mut self.rates), self.processor * 1e3 / self.answers);
        format!("{:.0}/s ({each:.0} µs of processor each)", rate.median)
    }
}

/// The question about a key, as a service sends it.
pub(crate) fn question(key: &SignKey) -> Vec<u8> {
    request("GET", &format!("/v1/authorized/{key}"), &[], None)
}

async fn people(daemon: &Daemon) -> Result<Vec<SignKey>, Oops> {
    let owner = daemon.owner().await?;
    let mut keys = vec![owner.sign_key()];
    let link = Daemon::invite(&owner, 0).await?.link().ok_or("an invite without a link")?;
    while keys.len() < PEOPLE {
        keys.push(daemon.join(&link, "Guest").await?.sign_key());
    }
    Ok(keys)
}

/// Every connection asks one question after the other: how many were answered, in how many seconds.
fn ask(socket: &Path, questions: &[Vec<u8>]) -> Result<(usize, f64), Oops> {
    let connections =
        (0..CONNECTIONS).map(|_| Ok(Connection::over(UnixStream::connect(socket)?))).collect::<Result<Vec<_>, Oops>>()?;
    let start = Instant::now();
    let counts = std::thread::scope(|scope| {
        let ask = |(number, mut connection): (usize, Connection<UnixStream>)| {
            scope.spawn(move || -> Result<usize, Oops> {
                let mut count = 0;
                // Each connection begins elsewhere, so that not everyone asks about the same person.
                for question in questions.iter().cycle().skip(number * questions.len() / CONNECTIONS) {
                    let answer = connection.send(question)?;
                    if answer.status != 200 {
                        return Err(format!("{}: {}", answer.status, answer.json()).into());
                    }
                    count += 1;
                    if start.elapsed() > ROUND {
                        break;
                    }
                }
                Ok(count)
            })
        };
        let workers: Vec<_> = connections.into_iter().enumerate().map(ask).collect();
        workers.into_iter().map(|worker| worker.join().map_err(|_| "a client panicked")?).sum::<Result<usize, Oops>>()
    })?;
    Ok((counts, start.elapsed().as_secs_f64()))
}

/// The peer, in a process of its own as the daemon is.
struct Peer {
    child: Child,
    socket: PathBuf,
    _folder: tempfile::TempDir,
}

impl Peer {
    fn start() -> Result<Self, Oops> {
        let folder = tempfile::tempdir()?;
        let socket = folder.path().join("peer.sock");
        let child = Command::new(std::env::current_exe()?).arg("--peer").arg(&socket).spawn()?;
        let peer = Self { child, socket, _folder: folder };
        let start = Instant::now();
        while UnixStream::connect(&peer.socket).is_err() {
            if start.elapsed() > Duration::from_secs(10) {
                return Err("the peer does not answer".into());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(peer)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Our own child; gone already is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves the empty handler on this socket, for ever: with the runtime and the route the daemon has.
pub(crate) fn serve_empty(socket: &Path) -> Result<(), Oops> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::UnixListener::bind(socket)?;
        let routes = axum::Router::new().route("/v1/authorized/{key}", axum::routing::get(async || ()));
        Ok(axum::serve(listener, routes).await?)
    })
}

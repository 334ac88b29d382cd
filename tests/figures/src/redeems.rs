//! P6: redeems acknowledged per second over HTTP by 64 clients, every answer after its sync, beside the raw rate of
//! durable one-at-a-time commits of the same disk.

use crate::measure::summarise;
use crate::table::Row;
use doorward_tests::{Connection, Daemon, Guest, Oops, Settings};
use ed25519_dalek::{Signer, SigningKey};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How many redeem at a time.
const CLIENTS: usize = 64;
/// Redeems in one round, each round through an invite of its own.
const REDEEMS: usize = 1_536;
/// Raw commits in one round.
const COMMITS: usize = 400;
/// Rounds, interleaved.
const ROUNDS: usize = 5;

/// Measures P6 on this disk, and on one whose sync takes 2 ms longer.
pub(crate) fn measure() -> Result<Vec<Row>, Oops> {
    let ceiling = signature_ceiling();
    let mut rows = Vec::new();
    for delay in [None, Some(Duration::from_millis(2))] {
        let (redeems, commits, median_latency) = rates(delay)?;
        let ratio = redeems / commits;
        let slow = 1e3 / commits >= 2.0;
        let (target, least) = if slow { ("≥ 3×", 3.0) } else { ("≥ 0.6×", 0.6) };
        let disk = if delay.is_some() { "sync + 2 ms" } else { "this disk" };
        rows.push(Row {
            id: "P6",
            what: format!("redeems over HTTP, {CLIENTS} clients, {disk}"),
            ours: format!("{redeems:.0}/s (median {median_latency:.1} ms)"),
            peer: format!("raw durable commits {commits:.0}/s; signatures alone allow {ceiling:.0}/s"),
            ratio: Some(ratio),
            target,
            holds: ratio >= least,
        });
    }
    Ok(rows)
}

/// Redeems per second, commits per second, and the median latency of a redeem in milliseconds.
fn rates(delay: Option<Duration>) -> Result<(f64, f64, f64), Oops> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let daemon = Daemon::start_with(Settings { sync_delay: delay, ..Settings::default() })?;
    let owner = runtime.block_on(daemon.owner())?;
    let raw = RawDisk::new()?;
    let (mut redeems, mut commits, mut latencies) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        commits.push(raw.commits_per_second(delay)?);
        let (invitation, claims) = runtime.block_on(async {
            let invitation = Daemon::invite(&owner, 0).await?;
            let claims = owner.client().preview(&invitation, None).await?.invite.claims;
            Ok::<_, Oops>((invitation, claims))
        })?;
        let requests = (0..REDEEMS)
            .map(|_| Guest::new()?.redeem_request(owner.client(), &invitation, &claims))
            .collect::<Result<Vec<_>, _>>()?;
        let (rate, mut times) = storm(daemon.address, &requests)?;
        redeems.push(rate);
        latencies.append(&mut times);
    }
    Ok((summarise(&mut redeems).median, summarise(&mut commits).median, summarise(&mut latencies).median))
}

/// Sends all requests from [`CLIENTS`] connections; answers per second and each one's time in milliseconds. Every
/// answer must be a receipt.
fn storm(address: SocketAddr, requests: &[Vec<u8>]) -> Result<(f64, Vec<f64>), Oops> {
    let connections = (0..CLIENTS).map(|_| Connection::open(address)).collect::<Result<Vec<_>, _>>()?;
    let start = Instant::now();
    let times = std::thread::scope(|scope| {
        let shares = connections.into_iter().zip(requests.chunks(requests.len() / CLIENTS));
        let workers: Vec<_> =
            shares.map(|(mut connection, share)| scope.spawn(move || exchange(&mut connection, share))).collect();
        let shares = workers.into_iter().map(|worker| worker.join().map_err(|_| "a client panicked")?);
        shares.collect::<Result<Vec<Vec<f64>>, Oops>>()
    })?;
    let seconds = start.elapsed().as_secs_f64();
    Ok((requests.len() as f64 / seconds, times.concat()))
}

fn exchange(connection: &mut Connection, share: &[Vec<u8>]) -> Result<Vec<f64>, Oops> {
    let mut times = Vec::with_capacity(share.len());
    for request in share {
        let start = Instant::now();
        let answer = connection.send(request)?;
        if answer.status != 200 {
            return Err(format!("{}: {}", answer.status, answer.json()).into());
        }
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(times)
}

/// The peer: SQLite on the same disk, WAL, `synchronous=FULL`, one row of 1 kB a commit.
struct RawDisk {
    connection: rusqlite::Connection,
    _folder: tempfile::TempDir,
}

impl RawDisk {
    fn new() -> Result<Self, Oops> {
        let folder = tempfile::tempdir()?;
        let connection = rusqlite::Connection::open(folder.path().join("raw.db"))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute("CREATE TABLE raw (id INTEGER PRIMARY KEY, value BLOB NOT NULL)", [])?;
        Ok(Self { connection, _folder: folder })
    }

    fn commits_per_second(&self, delay: Option<Duration>) -> Result<f64, Oops> {
        let mut insert = self.connection.prepare("INSERT INTO raw (value) VALUES (?1)")?;
        let start = Instant::now();
        for _ in 0..COMMITS {
            insert.execute([&[7u8; 1_024][..]])?;
            if let Some(delay) = delay {
                std::thread::sleep(delay);
            }
        }
        Ok(COMMITS as f64 / start.elapsed().as_secs_f64())
    }
}

/// Redeems per second that this machine's cores could do if they did nothing but their signatures: three checks that
/// differ with every redeem, and the receipt.
fn signature_ceiling() -> f64 {
    let key = SigningKey::from_bytes(&[7; 32]);
    let signature = key.sign(b"as long as a redeem statement, which is some three hundred bytes");
    let rounds = 300u32;
    let start = Instant::now();
    for _ in 0..rounds {
        for _ in 0..3 {
            let good = key
                .verifying_key()
                .verify_strict(b"as long as a redeem statement, which is some three hundred bytes", &signature);
            assert!(std::hint::black_box(good).is_ok());
        }
        std::hint::black_box(key.sign(b"a receipt"));
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    f64::from(rounds) * cores as f64 / start.elapsed().as_secs_f64()
}

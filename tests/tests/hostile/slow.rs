//! Peers who take their time: each is cut off when it is up, and holds nobody else up meanwhile.

use crate::{expect, expect_allowed, set_up};
use doorward_tests::{Connection, Daemon, Oops, request};
use std::time::{Duration, Instant};

/// More than any of these may take.
const AT_MOST: Duration = Duration::from_secs(40);
/// How often a drop comes.
const DRIP: Duration = Duration::from_millis(500);
const HEAD: &str = "POST /v1/authorized HTTP/1.1\r\nhost: door\r\ncontent-type: application/json\r\n";

/// Lets bytes drip into a connection until it ends; gives what was answered, and after how long.
fn drip(daemon: &Daemon, head: &str, drop: &[u8]) -> Result<(Option<doorward_tests::Answer>, Duration), Oops> {
    let mut line = Connection::open_for(daemon.address, DRIP)?;
    line.push(head.as_bytes());
    let start = Instant::now();
    while start.elapsed() < AT_MOST {
        line.push(drop);
        // Reading waits for as long as a drop takes.
        match line.receive() {
            Ok(answer) => {
                let took = start.elapsed();
                assert!(line.has_ended(), "an answer to half a request is the last one");
                return Ok((Some(answer), took));
            }
            Err(_) if line.is_open()? => {}
            Err(_) => return Ok((None, start.elapsed())),
        }
    }
    Err("nobody ended it".into())
}

fn took(took: Duration, from: u64, what: &str) {
    let seconds = took.as_secs_f64();
    assert!(seconds > from as f64 - 1.0 && seconds < from as f64 + 10.0, "{what}: after {seconds} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_bodies_are_answered_408_and_hung_up_on() -> Result<(), Oops> {
    let (daemon, _session, _key) = set_up().await?;
    let announced = format!("{HEAD}content-length: 1000000\r\n\r\n");
    let chunked = format!("{HEAD}transfer-encoding: chunked\r\n\r\n");
    let silent = announced.clone();
    std::thread::scope(|scope| -> Result<(), Oops> {
        let cases = [
            ("a length, in drops", announced, &b"x"[..]),
            ("chunks without end", chunked, b"1\r\nx\r\n"),
            ("silence", silent, b""),
        ];
        let daemon = &daemon;
        let running: Vec<_> =
            cases.into_iter().map(|(what, head, drop)| (what, scope.spawn(move || drip(daemon, &head, drop)))).collect();
        for (what, case) in running {
            let (answer, after) = case.join().map_err(|_| "a client panicked")??;
            expect(&answer.ok_or(what)?, 408, "malformed", what);
            took(after, 10, what);
        }
        Ok(())
    })?;
    expect_allowed(&Connection::open(daemon.address)?.call("GET", "/healthz", None)?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_heads_and_idle_connections_are_hung_up_on() -> Result<(), Oops> {
    let (daemon, _session, _key) = set_up().await?;
    std::thread::scope(|scope| -> Result<(), Oops> {
        let daemon = &daemon;
        let head = scope.spawn(move || drip(daemon, "GET /healthz HTTP/1.1\r\n", b"x: y\r\n"));
        let line = scope.spawn(move || drip(daemon, "", b"G"));
        let silent = scope.spawn(move || drip(daemon, "", b""));
        let idle = scope.spawn(move || -> Result<Duration, Oops> {
            let mut line = Connection::open_for(daemon.address, AT_MOST)?;
            expect_allowed(&line.call("GET", "/healthz", None)?);
            let start = Instant::now();
            assert!(line.has_ended(), "an idle connection is given up");
            Ok(start.elapsed())
        });
        for (what, case) in [("drops of headers", head), ("drops of a request line", line), ("silence", silent)] {
            let (answer, after) = case.join().map_err(|_| "a client panicked")??;
            assert!(answer.is_none_or(|answer| answer.status == 408), "{what}");
            took(after, 15, what);
        }
        took(idle.join().map_err(|_| "a client panicked")??, 15, "idle");
        Ok(())
    })
}

/// Who asks and asks and reads nothing fills no memory, and is cut off.
#[tokio::test(flavor = "multi_thread")]
async fn answers_nobody_reads_are_not_kept() -> Result<(), Oops> {
    let (daemon, _session, _key) = set_up().await?;
    let (before, files) = (daemon.resident()?, daemon.open_files()?);
    let asset = request("GET", "/assets/door_bg.wasm", &[], None);
    // 100 MB of answers.
    let rows: Vec<u8> = asset.repeat(2_000);
    let mut lines = Vec::new();
    for _ in 0..20 {
        let mut line = Connection::open_for(daemon.address, AT_MOST)?;
        line.give_up_writing_after(Duration::from_millis(200))?;
        line.push(&rows);
        lines.push(line);
    }
    let during = daemon.resident()?;
    eprintln!("memory: {} kB, with 40,000 unread answers {} kB", before >> 10, during >> 10);
    assert!(during < before + (32 << 20), "{} kB, then {} kB", before >> 10, during >> 10);
    let start = Instant::now();
    expect_allowed(&Connection::open(daemon.address)?.call("GET", "/healthz", None)?);
    assert!(start.elapsed() < Duration::from_secs(2), "nobody else waits for them");
    while daemon.open_files()? > files {
        assert!(start.elapsed() < AT_MOST, "who reads nothing is hung up on");
        std::thread::sleep(DRIP);
    }
    took(start.elapsed(), 20, "unread answers");
    for line in &mut lines {
        let read = line.read_to_the_end()?;
        assert!(read < 16 << 20, "{read} bytes are what lay between the two, not all that was asked for");
    }
    Ok(())
}

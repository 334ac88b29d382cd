//! How much anyone can make the daemon hold: connections, memory, decisions that wait for the disk.

use crate::{expect, expect_allowed, set_up_with};
use doorward_tests::{Answer, Connection, Daemon, Guest, Oops, Settings};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};
use tokio::net::TcpSocket;

/// Longer than any connection without a request is kept.
const PATIENCE: Duration = Duration::from_secs(40);
const STACK: usize = 256 << 10;

fn with_connections(most: usize) -> Settings {
    Settings { args: vec!["--max-connections".to_owned(), most.to_string()], ..Settings::default() }
}

/// What a committer that is behind is asked for: more than it can queue.
const GUESTS: usize = 1_700;

#[tokio::test(flavor = "multi_thread")]
async fn who_finds_the_disk_busy_is_told_when_to_come_back() -> Result<(), Oops> {
    let slow = Settings { sync_delay: Some(Duration::from_millis(700)), ..with_connections(GUESTS + 100) };
    let (daemon, session, _key) = set_up_with(slow).await?;
    let (invitation, client) = (Daemon::invite(&session, 0).await?, session.client());
    let claims = client.preview(&invitation, None).await?.invite.claims;
    let mut waiting =
        (0..GUESTS).map(|_| Guest::new()?.redeem_request(client, &invitation, &claims)).collect::<Result<Vec<_>, _>>()?;
    let before = daemon.resident()?;
    let (mut told, mut rounds) = (BTreeMap::<String, usize>::new(), 0);
    while !waiting.is_empty() {
        assert!(rounds < 20, "{} still wait: {told:?}", waiting.len());
        // First all of them, later as many as one batch holds.
        let at_once = if rounds == 0 { waiting.len() } else { waiting.len().min(200) };
        let later = waiting.split_off(at_once);
        let answers = all_at_once(daemon.address, &waiting)?;
        waiting = answers.into_iter().filter_map(|(request, answer)| keep(request, &answer, &mut told)).collect();
        waiting.extend(later);
        rounds += 1;
    }
    let after = daemon.resident()?;
    eprintln!("{told:?}; memory: {} kB before, {} kB after", before >> 10, after >> 10);
    assert!(told.get("busy").is_some_and(|busy| *busy > 100), "the queue has an end: {told:?}");
    assert!(after < before + GUESTS as u64 * (64 << 10), "{} kB, then {} kB", before >> 10, after >> 10);
    assert_eq!(
        session.show_invite(invitation.id(), None, None).await?.invite.uses as usize,
        GUESTS,
        "everyone once, nobody twice"
    );
    let metrics = Connection::open(daemon.address)?.call("GET", "/metrics", None)?;
    assert!(String::from_utf8(metrics.body)?.contains("\ndoorward_commit_queue 0\n"), "nobody waits any more");
    Ok(())
}

/// The request, if it has to be repeated.
fn keep(request: Vec<u8>, answer: &Answer, told: &mut BTreeMap<String, usize>) -> Option<Vec<u8>> {
    *told.entry(answer.code()).or_default() += 1;
    if answer.status == 200 {
        return None;
    }
    assert_eq!(answer.status, 503, "{}", answer.json());
    assert!(matches!(answer.code().as_str(), "busy" | "unavailable" | "outcome-unknown"), "{}", answer.json());
    let seconds = answer.header("retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
    assert!(seconds.is_some_and(|seconds| (1..=10).contains(&seconds)), "{:?}", answer.headers);
    Some(request)
}

fn all_at_once(address: SocketAddr, requests: &[Vec<u8>]) -> Result<Vec<(Vec<u8>, Answer)>, Oops> {
    let lines = requests.iter().map(|_| Connection::open_for(address, PATIENCE)).collect::<Result<Vec<_>, _>>()?;
    let start = Arc::new(Barrier::new(requests.len()));
    let mut people = Vec::new();
    for (mut line, request) in lines.into_iter().zip(requests.to_vec()) {
        let start = start.clone();
        let send = move || -> Result<(Vec<u8>, Answer), Oops> {
            start.wait();
            let answer = line.send(&request)?;
            Ok((request, answer))
        };
        people.push(std::thread::Builder::new().stack_size(STACK).spawn(send)?);
    }
    people.into_iter().map(|person| person.join().map_err(|_| "a client panicked")?).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_connections_take_little_memory_and_end() -> Result<(), Oops> {
    const LINES: usize = 5_000;
    let (daemon, _session, _key) = set_up_with(with_connections(LINES + 100)).await?;
    let before = daemon.resident()?;
    let mut lines = Vec::new();
    for _ in 0..LINES {
        let mut line = Connection::open_for(daemon.address, PATIENCE)?;
        // The beginning of a request, as slow attackers send it.
        assert!(line.push(b"GET /healthz HTTP/1.1\r\nhost: door\r\nx-more: "));
        lines.push(line);
    }
    let start = Instant::now();
    expect_allowed(&Connection::open(daemon.address)?.call("GET", "/healthz", None)?);
    assert!(start.elapsed() < Duration::from_secs(3), "somebody who does ask is answered");
    let during = daemon.resident()?;
    eprintln!("memory: {} kB, with {LINES} connections {} kB", before >> 10, during >> 10);
    assert!(during < before + (LINES as u64) * (32 << 10), "{} kB, then {} kB", before >> 10, during >> 10);
    assert!(lines.iter_mut().all(Connection::has_ended), "none is kept for ever");
    expect_allowed(&Connection::open(daemon.address)?.call("GET", "/healthz", None)?);
    Ok(())
}

/// A full house keeps newcomers waiting, not for ever, and services of the operator have a house of their own.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_house_empties_and_services_do_not_wait_for_it() -> Result<(), Oops> {
    const MOST: usize = 32;
    let (daemon, _session, _key) = set_up_with(with_connections(MOST)).await?;
    let silent = (0..MOST).map(|_| Connection::open(daemon.address)).collect::<Result<Vec<_>, _>>()?;
    let mut service = Connection::over(UnixStream::connect(daemon.service_socket())?);
    expect_allowed(&service.call("GET", "/healthz", None)?);
    let start = Instant::now();
    expect_allowed(&Connection::open_for(daemon.address, PATIENCE)?.call("GET", "/healthz", None)?);
    let waited = start.elapsed();
    assert!(waited > Duration::from_secs(5) && waited < Duration::from_secs(30), "the house was full for {waited:?}");
    drop(silent);

    let crowd = (0..MOST).map(|_| UnixStream::connect(daemon.service_socket())).collect::<Result<Vec<_>, _>>()?;
    let start = Instant::now();
    expect_allowed(&Connection::open(daemon.address)?.call("GET", "/healthz", None)?);
    assert!(start.elapsed() < Duration::from_secs(5), "and nobody waits for services");
    // One of them is the connection from before, so the last of the crowd waits as well.
    let stream = UnixStream::connect(daemon.service_socket())?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let start = Instant::now();
    expect_allowed(&Connection::over(stream).call("GET", "/healthz", None)?);
    assert!(start.elapsed() > Duration::from_secs(5), "services have a bound, too: {:?}", start.elapsed());
    drop(crowd);
    Ok(())
}

/// An address of this machine that is not its loopback, if it has one. Nothing is sent to find out.
fn elsewhere() -> Result<Option<IpAddr>, Oops> {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    let found = socket.connect("192.0.2.1:9").and_then(|()| socket.local_addr());
    Ok(found.ok().map(|address| address.ip()).filter(|ip| !ip.is_loopback() && !ip.is_unspecified()))
}

/// A connection that comes from there. It never leaves this machine.
async fn from(source: IpAddr, to: SocketAddr) -> Result<Connection, Oops> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((source, 0).into())?;
    let stream = socket.connect(to).await?.into_std()?;
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    Ok(Connection::over(stream))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_neighbour_does_not_fill_the_house() -> Result<(), Oops> {
    const MOST: usize = 40;
    const SHARE: usize = MOST / 4;
    let Some(source) = elsewhere()? else {
        eprintln!("this machine has no address but its loopback: left out");
        return Ok(());
    };
    let (daemon, _session, _key) = set_up_with(with_connections(MOST)).await?;
    let mut kept = Vec::new();
    for _ in 0..SHARE {
        let mut line = from(source, daemon.address).await?;
        expect_allowed(&line.call("GET", "/healthz", None)?);
        kept.push(line);
    }
    for _ in 0..3 * MOST {
        let mut line = from(source, daemon.address).await?;
        let refused = line.receive()?;
        expect(&refused, 429, "rate-limited", "one more than a quarter");
        assert!(refused.header("retry-after").is_some() && line.has_ended());
    }
    expect_allowed(&Connection::open(daemon.address)?.call("GET", "/healthz", None)?);
    expect_allowed(&kept[0].call("GET", "/healthz", None)?);
    kept.pop();
    let start = Instant::now();
    // The daemon sees the end of a connection a moment after it ended.
    while from(source, daemon.address).await?.call("GET", "/healthz", None).map_or(0, |answer| answer.status) != 200 {
        assert!(start.elapsed() < Duration::from_secs(5), "who leaves makes room for himself");
    }

    let mut settings = with_connections(MOST);
    settings.args.extend(["--trusted-proxies".to_owned(), source.to_string()]);
    let (daemon, _session, _key) = set_up_with(settings).await?;
    let mut kept = Vec::new();
    for _ in 0..2 * SHARE {
        let mut line = from(source, daemon.address).await?;
        expect_allowed(&line.call("GET", "/healthz", None)?);
        kept.push(line);
    }
    Ok(())
}

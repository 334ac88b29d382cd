//! I2, from outside: one single-use invite and 2,000 people at once, each on a connection of his own.

use doorward_tests::{Connection, Daemon, Guest, Oops, Settings};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Barrier};

const PEOPLE: usize = 2_000;
/// What a thread that sends one request needs; the usual 2 MiB times 2,000 would be a lot to ask for.
const STACK: usize = 256 << 10;
/// Files that the daemon and this test hold beside their connections.
const SPARE: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_redeem_one_single_use_invite() -> Result<(), Oops> {
    let args = vec!["--max-connections".to_owned(), (PEOPLE + SPARE).to_string()];
    let daemon = Daemon::start_with(Settings { args, ..Settings::default() })?;
    let owner = daemon.owner().await?;
    let invitation = Daemon::invite(&owner, 1).await?;
    let claims = owner.client().preview(&invitation, None).await?.invite.claims;
    let requests =
        (0..PEOPLE).map(|_| Guest::new()?.redeem_request(owner.client(), &invitation, &claims)).collect::<Result<Vec<_>, _>>()?;

    let at_once = people_at_once()?;
    let mut counts: BTreeMap<(u16, String), usize> = BTreeMap::new();
    for wave in requests.chunks(at_once) {
        for answer in storm(daemon.address, wave)? {
            *counts.entry(answer).or_default() += 1;
        }
    }
    let expected = BTreeMap::from([((200, "allowed".to_owned()), 1), ((410, "used-up".to_owned()), PEOPLE - 1)]);
    assert_eq!(counts, expected, "one receipt, and every other answer exact");
    let people = owner.accounts(None, None).await?.items;
    assert_eq!(people.len(), 2, "the owner and one guest");
    assert_eq!(owner.show_invite(invitation.id(), None, None).await?.invite.uses, 1);
    Ok(())
}

/// Everyone, if this machine lets a process hold that many connections; otherwise as many as it does.
fn people_at_once() -> Result<usize, Oops> {
    let limit = Command::new("sh").args(["-c", "ulimit -n"]).output()?.stdout;
    let limit = String::from_utf8(limit)?.trim().parse().unwrap_or(usize::MAX);
    let at_once = PEOPLE.min(limit.saturating_sub(SPARE).max(1));
    if at_once < PEOPLE {
        eprintln!("`ulimit -n` is {limit}: {PEOPLE} people come in waves of {at_once}, not all at once");
    }
    Ok(at_once)
}

/// Everyone connects, waits for the last to have done so, and sends.
fn storm(address: SocketAddr, requests: &[Vec<u8>]) -> Result<Vec<(u16, String)>, Oops> {
    // All connections before any thread, so that one who cannot connect leaves nobody waiting for him.
    let connections = requests.iter().map(|_| Connection::open(address)).collect::<Result<Vec<_>, _>>()?;
    let start = Arc::new(Barrier::new(requests.len()));
    let mut people = Vec::new();
    for (mut connection, request) in connections.into_iter().zip(requests.to_vec()) {
        let start = start.clone();
        let redeem = move || -> Result<(u16, String), Oops> {
            start.wait();
            let answer = connection.send(&request)?;
            Ok((answer.status, answer.code()))
        };
        people.push(std::thread::Builder::new().stack_size(STACK).spawn(redeem)?);
    }
    people.into_iter().map(|person| person.join().map_err(|_| "a client panicked")?).collect()
}

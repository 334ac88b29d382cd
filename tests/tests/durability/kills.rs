//! The process is killed at random moments under load, started again, and held to all it ever answered.

use doorward_tests::load::{Book, Crowd, Dice, Owner};
use doorward_tests::{Daemon, Oops};
use std::time::{Duration, Instant};

/// Kills when nothing else is asked for. `cargo xtask test --long` asks for 500.
const KILLS: u32 = 12;
/// Connections that write.
const WRITERS: usize = 6;
/// The longest time between a start and the kill, in milliseconds.
const LONGEST: usize = 250;

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_was_answered_holds_after_kill_9() -> Result<(), Oops> {
    let kills = std::env::var("DOORWARD_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let mut daemon = Daemon::start()?;
    let crowd = Crowd::new(Owner::of(&daemon).await?);
    let mut book = Book::new(*crowd.owner().client().server_key());
    let (mut dice, start, mut slowest) = (Dice::new()?, Instant::now(), Duration::ZERO);
    for kill in 1..=kills {
        let done = until_killed(&mut daemon, &crowd, Duration::from_millis(10 + dice.below(LONGEST) as u64))?;
        let down = Instant::now();
        daemon.restart()?;
        slowest = slowest.max(down.elapsed());
        book.after_kill(&daemon, &crowd, &done)?;
        if kill % 25 == 0 {
            eprintln!("{kill} of {kills} kills in {:.0} s: {:?}", start.elapsed().as_secs_f64(), book.tally());
        }
        assert_eq!((book.faults(), crowd.wrong()), (&[][..], Vec::new()), "after kill {kill}");
    }
    book.close(&daemon, &crowd).await?;
    eprintln!("{kills} kills, slowest start {} ms: {:#?}", slowest.as_millis(), book.tally());
    assert_eq!((book.faults(), crowd.wrong()), (&[][..], Vec::new()), "at the end");
    let tally = book.tally();
    assert!(tally.receipts > u64::from(kills) && tally.unheard + tally.unmade > 0, "too little was tried to show anything");
    for code in tally.answers.keys().filter(|code| !code.starts_with('2')) {
        assert!(["used-up", "invite-cancelled"].contains(&code.as_str()), "nothing here provokes {code}: {tally:?}");
    }
    Ok(())
}

/// Everyone asks; then the process is killed. What they asked, and what they heard.
fn until_killed(daemon: &mut Daemon, crowd: &Crowd, after: Duration) -> Result<Vec<Vec<doorward_tests::load::Done>>, Oops> {
    let (address, socket) = (daemon.address, daemon.service_socket());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WRITERS).map(|_| scope.spawn(move || crowd.ask(address, &mut Dice::new()?))).collect();
        let service = scope.spawn(move || crowd.question(&socket, &mut Dice::new()?));
        std::thread::sleep(after);
        daemon.kill()?;
        // A connection that the dead process had not taken yet ends as well.
        service.join().map_err(|_| "the service panicked")??;
        workers.into_iter().map(|worker| worker.join().map_err(|_| "a client panicked")?).collect()
    })
}

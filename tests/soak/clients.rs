//! The clients: each asks at its pace, and whoever is cut off by a kill repeats the same bytes until they are answered.

use crate::Oops;
use doorward_core::InviteId;
use doorward_tests::load::{Crowd, Dice, What};
use doorward_tests::{Answer, Connection, request};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

/// Connections that write, and connections that ask.
const WRITERS: usize = 4;
const ASKERS: usize = 4;
/// For how long after a kill a cut connection is explained.
const DOWN: Duration = Duration::from_secs(15);
/// How long one request is repeated before this gives up.
const PATIENCE: Duration = Duration::from_secs(60);
/// What the crowd provokes: contested invites, cancelled ones, and repeats of people who were revoked meanwhile.
const PROVOKED: [&str; 3] = ["used-up", "invite-cancelled", "account-revoked"];
/// How many invites are compared with what their guests were told.
const COMPARED: usize = 500;

/// Requests per second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) writes: f64,
    pub(crate) questions: f64,
}

impl Pace {
    pub(crate) fn half(self) -> Self {
        Self { writes: self.writes / 2.0, questions: self.questions / 2.0 }
    }
}

#[derive(Default)]
struct Seen {
    writes: u64,
    questions: u64,
    /// Refusals by code.
    refused: BTreeMap<String, u64>,
    /// Connections that ended before the answer.
    cut: u64,
    reloads: u64,
    /// Sequence numbers of receipts.
    sequences: HashSet<u64>,
    /// Guests told *yes*, by invite.
    admitted: HashMap<InviteId, u32>,
    last_kill: Option<Instant>,
    faults: Vec<String>,
}

/// Everyone.
pub(crate) struct Clients<'c> {
    crowd: &'c Crowd,
    address: SocketAddr,
    socket: PathBuf,
    seen: Mutex<Seen>,
}

impl<'c> Clients<'c> {
    pub(crate) fn new(crowd: &'c Crowd, address: SocketAddr, socket: PathBuf) -> Self {
        Self { crowd, address, socket, seen: Mutex::default() }
    }

    /// How much is answered when everyone asks as fast as they can.
    pub(crate) fn measure(&self, time: Duration) -> Result<Pace, Oops> {
        let everything = Pace { writes: f64::INFINITY, questions: f64::INFINITY };
        let start = Instant::now();
        std::thread::scope(|scope| {
            let workers = self.drive(scope, everything);
            std::thread::sleep(time);
            self.crowd.stop(true);
            workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a client panicked")?)
        })?;
        self.crowd.stop(false);
        let (seconds, mut seen) = (start.elapsed().as_secs_f64(), self.seen());
        let pace = Pace { writes: seen.writes as f64 / seconds, questions: seen.questions as f64 / seconds };
        (seen.writes, seen.questions) = (0, 0);
        Ok(pace)
    }

    /// Everyone asks at this pace until the crowd is stopped.
    pub(crate) fn drive<'s>(&'s self, scope: &'s Scope<'s, '_>, pace: Pace) -> Vec<ScopedJoinHandle<'s, Result<(), Oops>>> {
        let writers = (0..WRITERS).map(|_| scope.spawn(move || self.write(pace.writes / WRITERS as f64)));
        let askers = (0..ASKERS).map(|_| scope.spawn(move || self.ask(pace.questions / ASKERS as f64)));
        writers.collect::<Vec<_>>().into_iter().chain(askers.collect::<Vec<_>>()).collect()
    }

    fn write(&self, rate: f64) -> Result<(), Oops> {
        let (mut dice, mut clock) = (Dice::new()?, Clock::new(rate));
        let connect = || Connection::open(self.address);
        let mut connection: Option<Connection<TcpStream>> = None;
        let mut last = 0;
        while !self.crowd.is_stopped() {
            clock.wait();
            let deed = self.crowd.next(&mut dice)?;
            let answer = self.until_answered(&mut connection, connect, &deed.request)?;
            self.crowd.learn(&deed.what, &answer);
            self.count(&deed.what, &answer, &mut last);
        }
        Ok(())
    }

    fn ask(&self, rate: f64) -> Result<(), Oops> {
        let (mut dice, mut clock) = (Dice::new()?, Clock::new(rate));
        let connect = || Ok(Connection::over(UnixStream::connect(&self.socket)?));
        let mut connection: Option<Connection<UnixStream>> = None;
        while !self.crowd.is_stopped() {
            clock.wait();
            let Some((key, fallen)) = self.crowd.someone(&mut dice) else {
                std::thread::sleep(Duration::from_millis(5));
                continue;
            };
            let question = request("GET", &format!("/v1/authorized/{key}"), &[], None);
            let answer = self.until_answered(&mut connection, connect, &question)?;
            self.crowd.judge(&key, fallen, &answer);
            let mut seen = self.seen();
            seen.questions += 1;
            if answer.json()["allow"] != true {
                *seen.refused.entry(answer.code()).or_default() += 1;
            }
        }
        Ok(())
    }

    /// Sends bytes until there is an answer to them.
    fn until_answered<S: Read + Write>(
        &self,
        connection: &mut Option<Connection<S>>,
        connect: impl Fn() -> Result<Connection<S>, Oops>,
        bytes: &[u8],
    ) -> Result<Answer, Oops> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let open = match connection.take() {
                Some(open) => Ok(open),
                None => connect(),
            };
            if let Ok(mut open) = open {
                match open.send(bytes) {
                    Ok(answer) => {
                        *connection = Some(open);
                        return Ok(answer);
                    }
                    Err(error) => self.cut(&error.to_string()),
                }
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err("a request was not answered for a minute".into())
    }

    fn cut(&self, error: &str) {
        let mut seen = self.seen();
        seen.cut += 1;
        if seen.last_kill.is_none_or(|kill| kill.elapsed() > DOWN) {
            seen.faults.push(format!("a connection was cut, and nothing was killed: {error}"));
        }
    }

    fn count(&self, what: &What, answer: &Answer, last: &mut u64) {
        let is_yes = matches!(answer.status, 200 | 201);
        let mut seen = self.seen();
        seen.writes += 1;
        if !is_yes {
            *seen.refused.entry(answer.code()).or_default() += 1;
        }
        let (What::Redeem(offer, _), true) = (what, is_yes) else { return };
        let sequence = answer.json()["account"]["sequence"].as_u64().unwrap_or(0);
        if !seen.sequences.insert(sequence) {
            seen.faults.push(format!("two receipts have the sequence number {sequence}"));
        }
        if sequence <= *last {
            seen.faults.push(format!("the receipt {sequence} came after {last}"));
        }
        *last = sequence;
        *seen.admitted.entry(offer.id()).or_default() += 1;
    }

    /// From now on connections may be cut.
    pub(crate) fn killing(&self) {
        self.seen().last_kill = Some(Instant::now());
    }

    pub(crate) fn reloaded(&self) {
        self.seen().reloads += 1;
    }

    /// Invites whose count is not that of their guests.
    pub(crate) async fn uses(&self) -> Result<Vec<String>, Oops> {
        let admitted: Vec<(InviteId, u32)> = {
            let seen = self.seen();
            seen.admitted.iter().take(COMPARED).map(|(id, count)| (*id, *count)).collect()
        };
        let mut faults = Vec::new();
        for (id, count) in admitted {
            let invite = self.crowd.owner().session().show_invite(id, None, Some(1)).await?.invite;
            if invite.uses != count || (invite.max_uses != 0 && invite.uses > invite.max_uses) {
                faults.push(format!("invite {id}: {} uses of {}, and {count} receipts", invite.uses, invite.max_uses));
            }
        }
        Ok(faults)
    }

    /// Everything that must not be.
    pub(crate) fn faults(&self) -> Vec<String> {
        let seen = self.seen();
        let unexplained = seen.refused.iter().filter(|(code, _)| !PROVOKED.contains(&code.as_str()));
        let refusals = unexplained.map(|(code, count)| format!("{count} refused with `{code}`, which nobody provoked"));
        seen.faults.iter().take(20).cloned().chain(refusals).collect()
    }

    /// One line of what happened.
    pub(crate) fn line(&self) -> String {
        let Seen { writes, questions, refused, cut, reloads, .. } = &*self.seen();
        format!("{writes} writes, {questions} questions, {reloads} reloads, {cut} cut, refused {refused:?}")
    }

    /// What happened, as a table.
    pub(crate) fn table(&self) -> String {
        let Seen { writes, questions, refused, cut, reloads, sequences, .. } = &*self.seen();
        let mut lines = vec![
            format!("writes answered        {writes}"),
            format!("questions answered     {questions}"),
            format!("receipts               {}", sequences.len()),
            format!("reloads                {reloads}"),
            format!("connections cut        {cut}"),
        ];
        lines.extend(refused.iter().map(|(code, count)| format!("refused {code:<14} {count}")));
        lines.join("\n") + "\n"
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says when the next request is due.
struct Clock {
    between: Duration,
    due: Instant,
}

impl Clock {
    fn new(rate: f64) -> Self {
        let between = if rate.is_finite() && rate > 0.0 { Duration::from_secs_f64(1.0 / rate) } else { Duration::ZERO };
        Self { between, due: Instant::now() }
    }

    fn wait(&mut self) {
        let now = Instant::now();
        // What was missed while the daemon was down is not made up for.
        self.due = self.due.max(now.checked_sub(Duration::from_millis(100)).unwrap_or(now));
        if let Some(wait) = self.due.checked_duration_since(now) {
            std::thread::sleep(wait);
        }
        self.due += self.between;
    }
}

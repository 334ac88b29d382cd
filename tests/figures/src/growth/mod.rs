//! P8, P9 and P10: what a thousand times as many accounts cost, from outside: a question of a service, a redeem, memory,
//! a page of people; and what a network of a tenth of them costs. Two daemons run side by side and are asked in turns.

mod fill;
mod network;

use crate::measure::{Sample, summarise};
use crate::questions::question;
use crate::table::Row;
use doorward_core::SignKey;
use doorward_core::record::keys;
use doorward_tests::load::{Deed, Dice, Owner, StoreFile, What};
use doorward_tests::{Connection, Daemon, Oops, Settings};
use std::os::unix::net::UnixStream;
use std::time::Instant;

/// Accounts of the two servers.
const FEW: u32 = 1_000;
const MANY: u32 = 1_000_000;
/// Rounds, interleaved, and what each holds.
const ROUNDS: usize = 25;
const QUESTIONS: usize = 200;
/// People a service asks about again and again.
const ACTIVE: usize = 500;
const REDEEMS: usize = 16;
/// Pages of 100 people.
const PAGES: usize = 40;

/// Measures all three.
pub(crate) fn measure() -> Result<Vec<Row>, Oops> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let began = Instant::now();
    let servers = [runtime.block_on(Server::with(FEW))?, runtime.block_on(Server::with(MANY))?];
    eprintln!("{FEW} and {MANY} accounts made in {:.0} s", began.elapsed().as_secs_f64());
    let mut dice = Dice::new()?;
    let everyone = |server: &Server| server.people.len();
    let [mut active, mut anyone, mut redeems, mut loads] = [(); 4].map(|()| [Vec::new(), Vec::new()]);
    for round in 0..=ROUNDS {
        for (at, server) in servers.iter().enumerate() {
            let asked = [server.ask(&mut dice, ACTIVE)?, server.ask(&mut dice, everyone(server))?];
            let (joined, loaded) = (server.redeem()?, server.load(&mut dice)?);
            if round > 0 {
                let [of_active, of_anyone] = asked;
                active[at].extend(of_active);
                anyone[at].extend(of_anyone);
                redeems[at].extend(joined);
                loads[at].extend(loaded);
            }
        }
    }
    let sums = |times: [Vec<f64>; 2]| times.map(|mut times| summarise(&mut times));
    let commits = [servers[0].commit_micros()?, servers[1].commit_micros()?];
    let stores = sums(loads).map(|load| load.median);
    let mut rows = vec![
        growth("is authorized, of 500 active people", sums(active), stores),
        growth("is authorized, of anyone", sums(anyone), stores),
        growth("redeem over HTTP, one at a time", sums(redeems), commits),
    ];
    let [_, many] = &servers;
    let resident = many.resident_mib()?;
    rows.push(Row {
        id: "P9",
        what: format!("memory of the daemon with {MANY} accounts and invites"),
        ours: format!("{resident:.0} MiB resident"),
        peer: String::new(),
        ratio: None,
        target: "≤ 512 MiB",
        holds: resident <= 512.0,
    });
    let mut pages = runtime.block_on(many.pages())?;
    let pages = summarise(&mut pages);
    rows.push(Row {
        id: "P10",
        what: format!("a page of 100 people out of {MANY}"),
        ours: format!("{:.1} ms (p99 {:.1})", pages.median, pages.p99),
        peer: String::new(),
        ratio: None,
        target: "≤ 20 ms",
        holds: pages.median <= 20.0,
    });
    rows.extend(runtime.block_on(network::measure(&servers))?);
    Ok(rows)
}

fn growth(what: &str, [few, many]: [Sample; 2], [store_few, store_many]: [f64; 2]) -> Row {
    let show = |sample: Sample, store: f64| format!("{:.0} µs (p99 {:.0}, store {store:.0})", sample.median, sample.p99);
    let ratio = many.median / few.median;
    Row {
        id: "P8",
        what: what.into(),
        ours: format!("{MANY} accounts: {}", show(many, store_many)),
        peer: format!("{FEW} accounts: {}", show(few, store_few)),
        ratio: Some(ratio),
        target: "≤ 1.5×",
        holds: ratio <= 1.5,
    }
}

/// A daemon with many accounts.
struct Server {
    daemon: Daemon,
    owner: Owner,
    /// The unlimited invite that guests come by.
    minted: Deed,
    people: Vec<SignKey>,
}

impl Server {
    async fn with(accounts: u32) -> Result<Self, Oops> {
        let folder = tempfile::tempdir()?;
        let people = fill::fill(&folder.path().join("data"), accounts)?;
        let daemon = Daemon::start_in(folder, Settings::default())?;
        let owner = Owner::of(&daemon).await?;
        let minted = Deed::mint(&owner, 0)?;
        let answer = Connection::open(daemon.address)?.send(&minted.request)?;
        if answer.status != 201 {
            return Err(format!("{}: {}", answer.status, answer.json()).into());
        }
        Ok(Self { daemon, owner, minted, people })
    }

    /// One of so many people, who are spread over all.
    fn someone(&self, dice: &mut Dice, among: usize) -> &SignKey {
        &self.people[dice.below(among) * (self.people.len() / among)]
    }

    /// Microseconds of questions about one of so many people.
    fn ask(&self, dice: &mut Dice, among: usize) -> Result<Vec<f64>, Oops> {
        let mut connection = Connection::over(UnixStream::connect(self.daemon.service_socket())?);
        let mut times = Vec::with_capacity(QUESTIONS);
        for _ in 0..QUESTIONS {
            let question = question(self.someone(dice, among));
            let start = Instant::now();
            let answer = connection.send(&question)?;
            times.push(start.elapsed().as_secs_f64() * 1e6);
            if answer.json()["allow"] != true {
                return Err(format!("{}: {}", answer.status, answer.json()).into());
            }
        }
        Ok(times)
    }

    /// Microseconds of redeems.
    fn redeem(&self) -> Result<Vec<f64>, Oops> {
        let What::Mint(offer) = &self.minted.what else { return Err("no invite".into()) };
        let mut connection = Connection::open(self.daemon.address)?;
        let mut times = Vec::with_capacity(REDEEMS);
        for _ in 0..REDEEMS {
            let redeem = Deed::redeem(&self.owner, offer)?;
            let start = Instant::now();
            let answer = connection.send(&redeem.request)?;
            times.push(start.elapsed().as_secs_f64() * 1e6);
            if answer.status != 200 {
                return Err(format!("{}: {}", answer.status, answer.json()).into());
            }
        }
        Ok(times)
    }

    /// Microseconds of loading one record straight from the store's file: the store's share of a question.
    fn load(&self, dice: &mut Dice) -> Result<Vec<f64>, Oops> {
        let file = StoreFile::open(&self.daemon.store())?;
        let mut times = Vec::with_capacity(QUESTIONS);
        for _ in 0..QUESTIONS {
            let key = keys::account(self.someone(dice, self.people.len()));
            let start = Instant::now();
            let found = file.get(&key)?;
            times.push(start.elapsed().as_secs_f64() * 1e6);
            found.ok_or("an account is not in the store")?;
        }
        Ok(times)
    }

    /// Microseconds of a commit, on average since the start: the store's share of a redeem.
    fn commit_micros(&self) -> Result<f64, Oops> {
        Ok(self.metric("doorward_commit_seconds_sum")? / self.metric("doorward_commit_seconds_count")? * 1e6)
    }

    /// One of the daemon's own figures.
    fn metric(&self, name: &str) -> Result<f64, Oops> {
        let mut socket = Connection::over(UnixStream::connect(self.daemon.service_socket())?);
        let metrics = String::from_utf8(socket.call("GET", "/metrics", None)?.body)?;
        let read = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok();
        metrics.lines().find_map(read).ok_or_else(|| format!("the metrics do not tell {name}").into())
    }

    fn resident_mib(&self) -> Result<f64, Oops> {
        Ok(self.daemon.resident()? as f64 / f64::from(1 << 20))
    }

    /// Milliseconds of pages of people, one after the other.
    async fn pages(&self) -> Result<Vec<f64>, Oops> {
        let (mut times, mut after) = (Vec::with_capacity(PAGES), None);
        for _ in 0..PAGES {
            let start = Instant::now();
            let page = self.owner.session().accounts(after.as_ref(), Some(100)).await?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
            if page.items.len() != 100 {
                return Err(format!("a page of {}", page.items.len()).into());
            }
            after = page.next;
        }
        Ok(times)
    }
}

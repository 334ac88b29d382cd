//! P5: from the start of the process to its first answer, from a cold page to the verdict on it, and what that page weighs.

use crate::chromium::Driver;
use crate::machine::processor_millis;
use crate::measure::{Sample, summarise};
use crate::table::Row;
use crate::weight::{Loaded, loaded, verdict_shown, weigh};
use doorward_tests::{Connection, Daemon, Oops, program};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Starts of each kind.
const STARTS: usize = 15;
/// Pages opened, each in a profile of its own.
const PAGES: usize = 9;
/// How long a first answer may take before this gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// Most bytes of the invite page until the verdict is on it.
const MOST_BYTES: u64 = 60_000;

/// Measures both.
pub(crate) fn measure() -> Result<Vec<Row>, Oops> {
    let [mut new, mut known, mut worked] = [(); 3].map(|()| Vec::new());
    for _ in 0..STARTS {
        let folder = tempfile::tempdir()?;
        new.push(first_answer(folder.path())?.0);
        let (took, work) = first_answer(folder.path())?;
        known.push(took);
        worked.push(work);
    }
    let worked = summarise(&mut worked).median;
    let mut rows = vec![
        row("process start → first answer, new folder", summarise(&mut new), "≤ 150 ms", 150.0),
        row("process start → first answer, known folder", summarise(&mut known), "≤ 150 ms", 150.0),
    ];
    rows.iter_mut().for_each(|row| row.peer = format!("of processor time {worked:.0} ms"));
    if let Some(driver) = Driver::start()? {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (mut shown, files) = runtime.block_on(cold_pages(&driver))?;
        rows.push(row("cold page → verdict shown, headless Chromium", summarise(&mut shown), "≤ 300 ms", 300.0));
        let (verdict, backup) = weigh(&files);
        rows.push(bytes("invite page until the verdict, as a browser gets it", verdict, "≤ 60,000 B", verdict <= MOST_BYTES));
        rows.push(bytes("what its backup step adds, while nobody waits", backup, "", true));
    }
    Ok(rows)
}

fn row(what: &str, took: Sample, target: &'static str, most: f64) -> Row {
    let ours = format!("{:.0} ms (p99 {:.0})", took.median, took.p99);
    Row { id: "P5", what: what.into(), ours, peer: String::new(), ratio: None, target, holds: took.median <= most }
}

fn bytes(what: &str, bytes: u64, target: &'static str, holds: bool) -> Row {
    Row { id: "P5", what: what.into(), ours: format!("{bytes} B"), peer: String::new(), ratio: None, target, holds }
}

/// Ends the daemon however this ends.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // Our own child; gone already is what we want.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Milliseconds from the start of the process until `/healthz` was answered, and of the processor's work for it.
fn first_answer(folder: &Path) -> Result<(f64, f64), Oops> {
    let address: SocketAddr = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut command = Command::new(program()?);
    command.args(["serve", "--log", "error", "--listen", &address.to_string(), "--data"]).arg(folder.join("data"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let daemon = Ended(command.spawn()?);
    while start.elapsed() < PATIENCE {
        let answered = Connection::open(address).and_then(|mut connection| connection.call("GET", "/healthz", None));
        if answered.is_ok_and(|answer| answer.status == 200) {
            return Ok((start.elapsed().as_secs_f64() * 1e3, processor_millis(daemon.0.id())?));
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    Err("the daemon does not answer".into())
}

/// Milliseconds from navigation to verdict, each in a browser that has seen nothing yet, and what one of them loaded.
async fn cold_pages(driver: &Driver) -> Result<(Vec<f64>, Vec<Loaded>), Oops> {
    let daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    let link = Daemon::invite(&owner, 0).await?.link().ok_or("an invite without a link")?;
    let (mut times, mut files) = (Vec::new(), Vec::new());
    for number in 0..PAGES {
        let browser = driver.browser(&format!("cold-{number}")).await?;
        times.push(verdict_shown(&browser, &link).await?);
        files = loaded(&browser).await?;
        browser.close().await?;
    }
    Ok((times, files))
}

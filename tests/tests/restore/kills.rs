//! A restore that is killed half way.

use super::{authorized, copy_folder, done, ready, text};
use doorward_tests::{Daemon, Oops, program};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What can be seen of a restore from outside, in order.
#[derive(Clone, Copy, Debug)]
enum Seen {
    Building,
    Announced,
    Kept,
    Done,
}

/// Waits until a restore has come this far, or has ended.
fn wait_until(seen: Seen, data: &Path, child: &mut Child) -> Result<(), Oops> {
    let there = |name: &str| data.join(name).exists();
    let kept = || -> Result<bool, Oops> {
        let mut files = std::fs::read_dir(data)?.flatten();
        Ok(files.any(|file| file.file_name().to_string_lossy().starts_with("doorward.db.before-")))
    };
    let start = Instant::now();
    loop {
        let come = match seen {
            Seen::Building => there("doorward.db.new"),
            Seen::Announced => there("high-water.next"),
            Seen::Kept => kept()?,
            Seen::Done => false,
        };
        if come || child.try_wait()?.is_some() {
            return Ok(());
        }
        if start.elapsed() > Duration::from_secs(60) {
            return Err(format!("the restore did not come as far as {seen:?}").into());
        }
        std::thread::yield_now();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_killed_leaves_one_whole_state() -> Result<(), Oops> {
    let mut daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    let file = daemon.data().with_file_name("door.backup");
    done(&daemon, &["backup", text(&file)])?;
    let late = daemon.join(&Daemon::invite(&owner, 1).await?.link().ok_or("no link")?, "Late").await?.sign_key();
    daemon.terminate()?;
    let saved = daemon.data().with_file_name("saved");
    copy_folder(&daemon.data(), &saved)?;
    let (mut old, mut new) = (0, 0);
    for seen in [Seen::Building, Seen::Announced, Seen::Kept, Seen::Done] {
        for micros in [0, 300, 2_000] {
            copy_folder(&saved, &daemon.data())?;
            let mut command = Command::new(program()?);
            command.args(["restore", text(&file), "--yes", "--data"]).arg(daemon.data());
            let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
            wait_until(seen, &daemon.data(), &mut child)?;
            std::thread::sleep(Duration::from_micros(micros));
            child.kill()?;
            child.wait()?;
            daemon.restart()?;
            // It takes connections before its other socket is there; what it answers, it answers with both.
            ready(&daemon)?;
            match authorized(&daemon, &late)?.1.as_str() {
                "allowed" => old += 1,
                "restore-unreviewed" => new += 1,
                other => {
                    return Err(format!("{seen:?} + {micros} µs: neither the old state nor the restored one: {other}").into());
                }
            }
            daemon.terminate()?;
            assert!(!daemon.data().join("high-water.next").exists(), "{seen:?} + {micros} µs: still unsettled");
        }
    }
    assert!(old >= 3 && new >= 3, "{old} old and {new} new: nothing was shown");
    Ok(())
}

//! A restore that is killed half way.

use super::{authorized, copy_folder, done, text};
use doorward_tests::{Daemon, Oops, program};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_is_killed_leaves_one_whole_state() -> Result<(), Oops> {
    const KILLS: u32 = 24;
    let mut daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    let file = daemon.data().with_file_name("door.backup");
    done(&daemon, &["backup", text(&file)])?;
    let late = daemon.join(&Daemon::invite(&owner, 1).await?.link().ok_or("no link")?, "Late").await?.sign_key();
    daemon.terminate()?;
    let saved = daemon.data().with_file_name("saved");
    copy_folder(&daemon.data(), &saved)?;
    let started = Instant::now();
    done(&daemon, &["restore", text(&file), "--yes"])?;
    let whole = started.elapsed();
    let (mut old, mut new) = (0, 0);
    for round in 0..KILLS {
        copy_folder(&saved, &daemon.data())?;
        let mut command = Command::new(program()?);
        command.args(["restore", text(&file), "--yes", "--data"]).arg(daemon.data());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        // From before anything is touched to after everything is done, and most of them near the end.
        std::thread::sleep(whole * (KILLS + 2 * round) / (KILLS * 5 / 2));
        child.kill()?;
        child.wait()?;
        daemon.restart()?;
        match authorized(&daemon, &late)?.1.as_str() {
            "allowed" => old += 1,
            "restore-unreviewed" => new += 1,
            other => return Err(format!("round {round}: neither the old state nor the restored one: {other}").into()),
        }
        daemon.terminate()?;
        let left: Vec<_> = std::fs::read_dir(daemon.data())?.flatten().map(|entry| entry.file_name()).collect();
        assert!(!left.iter().any(|name| name == "high-water.next"), "{left:?}");
    }
    assert!(
        old > 0 && new > 0,
        "{old} old and {new} new in {KILLS} kills within {:?}: nothing was shown",
        whole + Duration::ZERO
    );
    Ok(())
}

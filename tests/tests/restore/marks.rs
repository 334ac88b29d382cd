//! The high-water mark: a database that is not the newest does not serve; and what else keeps a database from it.

use super::{copy_folder, does_not_serve, done, doorward, ready, refused, text};
use doorward_tests::{Daemon, Oops, program};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn an_older_database_copied_back_is_noticed() -> Result<(), Oops> {
    let mut daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    daemon.terminate()?;
    let (database, mark) = (daemon.data().join("doorward.db"), daemon.data().join("high-water.mark"));
    let (older, of_older) = (std::fs::read(&database)?, std::fs::read(&mark)?);
    assert_eq!(std::fs::metadata(&mark)?.permissions().mode() & 0o777, 0o600);
    daemon.restart()?;
    // One decision, acknowledged, and no time to stop: the mark must be there already.
    let invitation = Daemon::invite(&owner, 1).await?;
    daemon.kill()?;
    let (newest, of_newest) = (daemon.data().with_file_name("newest"), std::fs::read(&mark)?);
    copy_folder(&daemon.data(), &newest)?;
    std::fs::write(&database, &older)?;
    for beside in ["doorward.db-wal", "doorward.db-shm"] {
        let _ = std::fs::remove_file(daemon.data().join(beside));
    }
    let said = does_not_serve(&daemon)?;
    assert!(said.contains("the store is behind") && said.contains("doorward restore --adopt"), "{said}");
    assert!(refused(&daemon, &["restore", "--accept"])?.contains("the store is behind"), "nothing else opens it either");

    std::fs::remove_file(&mark)?;
    assert!(does_not_serve(&daemon)?.contains("the high-water mark is missing"), "nor is it enough to take the mark away");
    let mut torn = of_newest.clone();
    torn.fill(b'x');
    std::fs::write(&mark, torn)?;
    assert!(does_not_serve(&daemon)?.contains("the high-water mark is damaged"));
    std::fs::write(&mark, &of_newest)?;
    std::fs::remove_file(&database)?;
    assert!(does_not_serve(&daemon)?.contains("the store is behind"), "no database at all is the oldest one");

    // The newest one again is good, and so is going back on purpose.
    copy_folder(&newest, &daemon.data())?;
    daemon.restart()?;
    owner.show_invite(invitation.id(), None, None).await?;
    daemon.terminate()?;
    std::fs::write(&database, &older)?;
    assert!(refused(&daemon, &["restore", text(&database), "--yes"])?.contains("nobody vouches"));
    done(&daemon, &["restore", text(&database), "--yes", "--adopt"])?;
    daemon.restart()?;
    assert_eq!(ready(&daemon)?, (503, "restore-unreviewed".into()));
    daemon.terminate()?;
    std::fs::write(&database, &older)?;
    std::fs::write(&mark, &of_older)?;
    daemon.restart()?; // Both of them put back together are what nobody can notice.
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_took_another_way_is_noticed() -> Result<(), Oops> {
    let mut daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    daemon.terminate()?;
    let saved = daemon.data().with_file_name("saved");
    copy_folder(&daemon.data(), &saved)?;
    daemon.restart()?;
    Daemon::invite(&owner, 1).await?;
    daemon.terminate()?;
    let mark = std::fs::read(daemon.data().join("high-water.mark"))?;
    copy_folder(&saved, &daemon.data())?;
    daemon.restart()?;
    for _ in 0..3 {
        Daemon::invite(&owner, 1).await?;
    }
    daemon.terminate()?;
    std::fs::write(daemon.data().join("high-water.mark"), &mark)?;
    let said = does_not_serve(&daemon)?;
    assert!(said.contains("is not the one it was") && said.contains("doorward restore --adopt"), "{said}");
    Ok(())
}

/// A store of a version that kept no mark yet gets one, once.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_from_before_there_were_marks_serves() -> Result<(), Oops> {
    let mut daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    daemon.terminate()?;
    let mark = daemon.data().join("high-water.mark");
    std::fs::remove_file(&mark)?;
    let database = rusqlite::Connection::open(daemon.data().join("doorward.db"))?;
    assert_eq!(database.execute("DELETE FROM records WHERE key = 'g.01'", [])?, 1);
    drop(database);
    daemon.restart()?;
    assert!(mark.exists());
    Daemon::invite(&owner, 1).await?;
    daemon.terminate()?;
    std::fs::remove_file(&mark)?;
    assert!(does_not_serve(&daemon)?.contains("the high-water mark is missing"), "from then on it is needed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_program_is_left_alone() -> Result<(), Oops> {
    let mut daemon = Daemon::start()?;
    daemon.owner().await?;
    daemon.terminate()?;
    let path = daemon.data().join("doorward.db");
    let database = rusqlite::Connection::open(&path)?;
    database.execute("INSERT INTO migrations VALUES (2, 'later', 'ff', 1800000000, '9.9.9')", [])?;
    drop(database);
    let before = std::fs::read(&path)?;
    let backup = daemon.data().with_file_name("door.backup");
    for said in [does_not_serve(&daemon)?, refused(&daemon, &["backup", text(&backup)])?] {
        assert!(said.contains("use version 9.9.9 or newer"), "{said}");
    }
    assert!(std::fs::read(&path)? == before && !backup.exists());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_takes_no_writes_is_refused() -> Result<(), Oops> {
    const NOBODY: u32 = 65_534;
    let mut daemon = Daemon::start()?;
    daemon.owner().await?;
    daemon.terminate()?;
    let data = daemon.data();
    let database = data.join("doorward.db");
    // One that starts all the same must not be waited for.
    let mut command = Command::new("timeout");
    command.arg("20").arg(program()?);
    if std::fs::metadata(&data)?.uid() == 0 {
        // Modes do not bind root.
        for entry in std::fs::read_dir(&data)? {
            std::os::unix::fs::chown(entry?.path(), Some(NOBODY), None)?;
        }
        for folder in [&data, data.parent().ok_or("no parent")?] {
            std::os::unix::fs::chown(folder, Some(NOBODY), None)?;
        }
        command.uid(NOBODY);
    }
    std::fs::set_permissions(&database, std::fs::Permissions::from_mode(0o400))?;
    command.args(["serve", "--log", "off", "--listen", "127.0.0.1:0", "--public-url", &daemon.public_url, "--data"]);
    let output = command.arg(&data).output()?;
    let said = String::from_utf8(output.stderr)?;
    assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("does not take writes"), "{said}");
    // Looking is allowed.
    assert!(doorward(&daemon, &["backup", text(&data.with_file_name("door.backup"))])?.status.success());
    Ok(())
}

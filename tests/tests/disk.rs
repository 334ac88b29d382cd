//! The real program on a disk that is full, does not take writes, or is damaged, and on a file that is not its own: a
//! clear line and a non-zero exit, or 503; nothing acknowledged is lost, and nobody comes in twice.

use doorward_client::{Invitation, Session};
use doorward_core::SignKey;
use doorward_tests::{Answer, Connection, Daemon, Guest, Oops, Settings};
use std::fs;
use std::os::unix::net::UnixStream;
use std::path::Path;

/// A redeem that was sent, and what came back.
struct Sent {
    key: SignKey,
    request: Vec<u8>,
    answer: Answer,
}

/// A server with an owner and an invite for many.
struct Scene {
    daemon: Daemon,
    owner: Session,
    invitation: Invitation,
    claims: Vec<u8>,
}

impl Scene {
    async fn start(settings: Settings) -> Result<Self, Oops> {
        let daemon = Daemon::start_with(settings)?;
        let owner = daemon.owner().await?;
        let invitation = Daemon::invite(&owner, 0).await?;
        let claims = owner.client().preview(&invitation, None).await?.invite.claims;
        Ok(Self { daemon, owner, invitation, claims })
    }

    fn request(&self) -> Result<(SignKey, Vec<u8>), Oops> {
        let guest = Guest::new()?;
        Ok((guest.key(), guest.redeem_request(self.owner.client(), &self.invitation, &self.claims)?))
    }

    fn send(&self, request: &[u8]) -> Result<Answer, Oops> {
        Connection::open(self.daemon.address)?.send(request)
    }

    /// Guests come in until one is refused. Those who came in, and the refused one; `None` if there was no answer.
    fn until_refused(&self, most: usize) -> Result<(Vec<Sent>, Option<Sent>), Oops> {
        let mut joined = Vec::new();
        while joined.len() < most {
            let (key, request) = self.request()?;
            let Ok(answer) = self.send(&request) else { return Ok((joined, None)) };
            let is_in = answer.status == 200;
            let sent = Sent { key, request, answer };
            if !is_in {
                return Ok((joined, Some(sent)));
            }
            joined.push(sent);
        }
        Err(format!("{most} people came in, and the disk was never full").into())
    }

    fn is_authorized(&self, key: &SignKey) -> Result<Answer, Oops> {
        let mut socket = Connection::over(UnixStream::connect(self.daemon.service_socket())?);
        socket.call("GET", &format!("/v1/authorized/{key}"), None)
    }

    /// Everyone who was let in is in, and asking again gives the same receipt.
    fn holds(&self, joined: &[Sent]) -> Result<(), Oops> {
        for Sent { key, request, answer } in joined {
            assert_eq!(self.is_authorized(key)?.json()["allow"], true, "{key}");
            assert_eq!(self.send(request)?.json(), answer.json());
        }
        Ok(())
    }

    /// Starts the program again where it must not start, and gives its last words.
    fn refused(&mut self) -> Result<String, Oops> {
        let before = self.daemon.log().len();
        let error = self.daemon.restart().err().ok_or("it started")?.to_string();
        assert!(error.contains("exit status: 1"), "{error}");
        Ok(self.daemon.log().split_off(before))
    }

    /// Its store, changed by another program while it does not run.
    fn edit(&self, sql: &str) -> Result<(), Oops> {
        Ok(rusqlite::Connection::open(self.daemon.store())?.execute_batch(sql)?)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_503_and_then_it_goes_on() -> Result<(), Oops> {
    if !Settings::may_mount() {
        return Ok(());
    }
    // The kernel itself says that there is no room.
    let script = r#"mkdir -p "$DATA"; mount -t tmpfs -o size=6m,mode=700 tmpfs "$DATA"; exec "$@""#;
    let scene = Scene::start(Settings { script: Some(script.into()), mounts: true, ..Settings::default() }).await?;
    let filler = scene.daemon.data().join("filler");
    fill(&filler, 256 << 10)?;
    let (joined, refused) = scene.until_refused(2_000)?;
    let refused = refused.ok_or("no answer")?;
    assert!(!joined.is_empty(), "there was no room for anyone");
    assert_eq!((refused.answer.status, refused.answer.code()), (503, "unavailable".into()));
    assert!(refused.answer.header("retry-after").is_some(), "it says when to come again");
    assert_eq!(scene.is_authorized(&refused.key)?.code(), "unknown-account");
    scene.holds(&joined)?;
    assert_eq!(scene.owner.whoami().await?.handle, "Ada", "questions are answered all the same");
    assert!(scene.daemon.log().contains("the disk that holds the store is full"), "{}", scene.daemon.log());
    fs::remove_file(filler)?;
    assert_eq!(scene.send(&refused.request)?.status, 200, "there is room again");
    scene.holds(&joined)?;
    let uses = scene.owner.show_invite(scene.invitation.id(), None, None).await?.invite.uses as usize;
    assert_eq!(uses, joined.len() + 1);
    Ok(())
}

/// Leaves this many bytes of the file system a file is on.
fn fill(file: &Path, room: u64) -> Result<(), Oops> {
    use std::io::Write as _;
    let mut filler = fs::File::create(file)?;
    let block = [7; 4_096];
    while filler.write_all(&block).is_ok() {}
    let length = filler.metadata()?.len();
    Ok(filler.set_len(length.saturating_sub(room))?)
}

/// A limit on the size of files is a disk that fails in the middle of a write: nobody knows what it kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fails_ends_the_process_and_loses_nothing() -> Result<(), Oops> {
    // In blocks of 512 bytes; without the trap the signal would end the process before it can say anything.
    let script = r#"trap "" XFSZ; ulimit -f 3000; exec "$@""#;
    let mut scene = Scene::start(Settings { script: Some(script.into()), ..Settings::default() }).await?;
    let (joined, refused) = scene.until_refused(2_000)?;
    assert!(!joined.is_empty(), "there was no room for anyone");
    if let Some(refused) = &refused {
        assert_eq!((refused.answer.status, refused.answer.code()), (503, "outcome-unknown".into()));
    }
    assert_eq!(scene.daemon.ended()?.code(), Some(1), "{}", scene.daemon.log());
    let log = scene.daemon.log();
    assert!(log.contains("the outcome of a commit is not known; starting again finds out what was kept"), "{log}");
    scene.daemon.settings().script = None;
    scene.daemon.restart()?;
    scene.holds(&joined)?;
    let mut uses = joined.len();
    if let Some(Sent { request, .. }) = refused {
        let again = scene.send(&request)?;
        assert_eq!(again.status, 200, "repeating it is safe");
        assert_eq!(scene.send(&request)?.json(), again.json());
        uses += 1;
    }
    assert_eq!(scene.owner.show_invite(scene.invitation.id(), None, None).await?.invite.uses as usize, uses);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_takes_no_writes_is_refused() -> Result<(), Oops> {
    if !Settings::may_mount() {
        return Ok(());
    }
    let mut scene = Scene::start(Settings::default()).await?;
    let (key, request) = scene.request()?;
    let joined = [Sent { key, answer: scene.send(&request)?, request }];
    scene.daemon.terminate()?;
    let of = |what: &str| format!(r#"mount --bind {what} {what}; mount -o remount,bind,ro {what}; exec "$@""#);
    for (what, says) in [(r#""$DATA/doorward.db""#, "does not take writes"), (r#""$DATA""#, "Read-only file system")] {
        *scene.daemon.settings() = Settings { script: Some(of(what)), mounts: true, ..Settings::default() };
        let line = scene.refused()?;
        assert!(line.contains(says) && line.contains("doorward.db"), "{what}: {line}");
    }
    *scene.daemon.settings() = Settings::default();
    scene.daemon.restart()?;
    scene.holds(&joined)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_refused_and_left_alone() -> Result<(), Oops> {
    let mut scene = Scene::start(Settings::default()).await?;
    scene.daemon.terminate()?;
    scene.edit("INSERT INTO migrations VALUES (1000, 'later', 'ff', 1800000000, '9.9.9')")?;
    let before = fs::read(scene.daemon.store())?;
    let line = scene.refused()?;
    assert!(line.contains("use version 9.9.9 or newer"), "{line}");
    assert!(fs::read(scene.daemon.store())? == before, "the refused file was changed");
    scene.edit("DELETE FROM migrations WHERE version = 1000")?;
    scene.daemon.restart()?;
    assert_eq!(scene.owner.whoami().await?.handle, "Ada");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_page_is_noticed() -> Result<(), Oops> {
    let mut scene = Scene::start(Settings::default()).await?;
    let joined = (0..150)
        .map(|_| {
            let (key, request) = scene.request()?;
            Ok(Sent { key, answer: scene.send(&request)?, request })
        })
        .collect::<Result<Vec<_>, Oops>>()?;
    assert_eq!(scene.daemon.terminate()?.code(), Some(0));
    let file = scene.daemon.store();
    let whole = fs::read(&file)?;
    let beside = fs::metadata(file.with_extension("db-wal")).map_or(0, |wal| wal.len());
    assert_eq!(beside, 0, "after a graceful stop the file alone is the whole store");
    let pages = whole.len() / 4_096;
    for page in [pages / 2, pages / 3, pages - 1, 1, 0] {
        let mut bytes = whole.clone();
        // The half that fills first.
        bytes[page * 4_096 + 2_048..(page + 1) * 4_096].iter_mut().for_each(|byte| *byte ^= 0x5a);
        fs::write(&file, &bytes)?;
        let line = scene.refused().map_err(|error| format!("page {page} of {pages}: {error}"))?;
        assert!(line.contains("damaged; restore a backup"), "page {page} of {pages}: {line}");
    }
    fs::write(&file, &whole)?;
    scene.daemon.restart()?;
    scene.holds(&joined)
}

/// By another name, and on another port: the file is what counts.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_daemon_on_the_same_file_is_refused() -> Result<(), Oops> {
    let scene = Scene::start(Settings::default()).await?;
    let elsewhere = tempfile::tempdir()?;
    let other = elsewhere.path().join("data");
    std::os::unix::fs::symlink(scene.daemon.data(), &other)?;
    for data in [scene.daemon.data(), other] {
        // One that starts all the same must not be waited for.
        let second = std::process::Command::new("timeout")
            .arg("20")
            .arg(doorward_tests::program()?)
            .args(["serve", "--listen", "127.0.0.1:0", "--public-url", "http://127.0.0.1:1", "--service-listen", "off", "--data"])
            .arg(&data)
            .output()?;
        let line = String::from_utf8_lossy(&second.stderr);
        assert_eq!(second.status.code(), Some(1), "{line}");
        assert!(line.contains("is another doorward running on this data folder?"), "{line}");
    }
    let (key, request) = scene.request()?;
    assert_eq!(scene.send(&request)?.status, 200, "the first goes on");
    assert_eq!(scene.is_authorized(&key)?.json()["allow"], true);
    Ok(())
}

//! Policies that trap, loop, grow, answer garbage, reach out, decide otherwise, or remember: none gets in, and one that
//! slips through decides nothing.

use crate::policy_modules::{LONG, Misdeed, forgetful_of_nothing, patched, renamed, spoilt, written};
use crate::{expect, expect_allowed, set_up_with, sign_key};
use doorward_client::Session;
use doorward_tests::{Answer, Connection, Daemon, Guest, Oops, Settings, Signed, program, random};
use ed25519_dalek::SigningKey;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A policy file of the operator's.
struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl File {
    fn new(wasm: &[u8]) -> Result<Self, Oops> {
        let folder = tempfile::tempdir()?;
        let file = Self { path: folder.path().join("policy.wasm"), _folder: folder };
        file.put(wasm)?;
        Ok(file)
    }

    fn put(&self, wasm: &[u8]) -> Result<(), Oops> {
        Ok(std::fs::write(&self.path, wasm)?)
    }

    fn settings(&self) -> Settings {
        Settings { args: vec!["--policy".into(), self.path.display().to_string()], ..Settings::default() }
    }
}

/// What a module does, its bytes, and what is said about it.
type Bad = (&'static str, Vec<u8>, &'static str);

/// Every module that must not be taken.
fn unacceptable() -> Result<Vec<Bad>, Oops> {
    let trap = written("", "unreachable")?;
    Ok(vec![
        ("traps", trap, "trap"),
        ("loops", written("", "(loop $l (br $l)) unreachable")?, "out-of-fuel"),
        (
            "grows",
            written(
                "",
                "(loop $l (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then unreachable)) (br $l)) unreachable",
            )?,
            "memory",
        ),
        ("is too large from the start", written("(memory 1000)", "(i64.const 1)")?, "does not compile"),
        ("answers beyond its memory", written("", "(i64.const -1)")?, "bad-output"),
        ("answers nothing", written("", "(i64.const 0)")?, "bad-output"),
        ("answers garbage", written("", "(i64.const 0x40000000010)")?, "golden vector"),
        ("wants the time", written("(import \"env\" \"now\" (func (result i64)))", "(i64.const 1)")?, "imports env.now"),
        (
            "wants to write",
            written(
                "(import \"wasi_snapshot_preview1\" \"fd_write\" (func (param i32 i32 i32 i32) (result i32)))",
                "(i64.const 1)",
            )?,
            "imports wasi_snapshot_preview1.fd_write",
        ),
        ("decides otherwise", patched(b"redeem.10", b"redeem.01")?, "golden vector"),
        ("remembers", forgetful_of_nothing()?, "(reused instance)"),
        ("is no module", b"\0asm\x01\0\0\0 not one at all".to_vec(), "does not compile"),
        ("is text", b"(module)\n(second line)\n".to_vec(), "does not compile"),
        ("is empty", Vec::new(), "does not compile"),
        ("is huge", vec![0; 5 << 20], "bytes"),
        ("is half of one", doorward_artifacts::POLICY[..40_000].to_vec(), "does not compile"),
        ("speaks nothing", wat::parse_str("(module)")?, "does not export"),
    ])
}

#[test]
fn a_bad_policy_does_not_start() -> Result<(), Oops> {
    for (what, wasm, says) in unacceptable()? {
        let (file, folder) = (File::new(&wasm)?, tempfile::tempdir()?);
        let mut command = Command::new(program()?);
        command.args(["serve", "--listen", "127.0.0.1:0", "--public-url", "http://127.0.0.1:1", "--log", "error", "--data"]);
        let ended = command.arg(folder.path().join("data")).arg("--policy").arg(&file.path).output()?;
        let said = String::from_utf8(ended.stderr)?;
        assert_eq!(ended.status.code(), Some(1), "a module that {what}: {said}");
        assert!(said.contains(says) && said.contains("policy.wasm"), "a module that {what}: {said}");
        assert_eq!(said.trim_end().lines().count(), 1, "a module that {what}: {said}");
    }
    let gone = Command::new(program()?).args(["serve", "--policy", "/nowhere/policy.wasm", "--data", "/nowhere"]).output()?;
    assert_eq!(gone.status.code(), Some(1));
    Ok(())
}

/// Something for a committer, with room to be as long as one likes.
fn register(daemon: &Daemon, owner: &SigningKey, handle: &str) -> Result<Answer, Oops> {
    let key = sign_key(&SigningKey::from_bytes(&random()?)).to_hex();
    let kex = doorward_core::KexKey(random()?).to_hex();
    let body = serde_json::to_vec(&serde_json::json!({ "sign_key": key, "kex_key": kex, "handle": handle }))?;
    Signed::post(daemon, owner, "/v1/accounts", &body)?.send(daemon)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_goes_wrong_later_decides_nothing_and_harms_nobody() -> Result<(), Oops> {
    for (misdeed, reason) in Misdeed::ALL {
        let file = File::new(&spoilt(misdeed)?)?;
        let (daemon, session, key) = set_up_with(file.settings()).await?;
        let long = "x".repeat(LONG);
        let what = format!("{misdeed:?}");
        expect_undecidable(&register(&daemon, &key, &long)?, &what);
        let list = format!("/v1/accounts?after={}", "YWFh".repeat(LONG / 4));
        expect_undecidable(&Signed::get(&daemon, &key, &list)?.send(&daemon)?, &what);
        expect_undecidable(&redeem_at_length(&daemon, &session, &long).await?, &what);
        expect_allowed(&register(&daemon, &key, "Ben")?);
        assert_eq!(session.accounts(None, None).await?.items.len(), 2, "{what}: nobody else is in");
        let metrics = String::from_utf8(Connection::open(daemon.address)?.call("GET", "/metrics", None)?.body)?;
        let counted =
            reason.is_none_or(|reason| metrics.contains(&format!("doorward_policy_failures_total{{reason=\"{reason}\"}} 3")));
        assert!(counted && metrics.contains("doorward_undecidable_total 3"), "{what}: {metrics}");
    }
    Ok(())
}

fn expect_undecidable(answer: &Answer, what: &str) {
    expect(answer, 503, "undecidable", what);
    assert!(answer.header("retry-after").is_some(), "{what}");
}

async fn redeem_at_length(daemon: &Daemon, session: &Session, handle: &str) -> Result<Answer, Oops> {
    let (invitation, client) = (Daemon::invite(session, 1).await?, session.client());
    let claims = client.preview(&invitation, None).await?.invite.claims;
    let guest = Guest::new()?;
    let mut statement = guest.statement(&invitation, &claims, client.server_key(), client.now());
    statement.handle = handle.into();
    let body = serde_json::to_vec(&guest.body_of(&invitation, &statement))?;
    let answer =
        Connection::open(daemon.address)?.call("POST", &format!("/v1/invites/{}/redeem", invitation.id()), Some(&body))?;
    assert_eq!(session.show_invite(invitation.id(), None, None).await?.invite.uses, 0, "nothing is spent");
    Ok(answer)
}

/// The digest of the policy in force.
fn in_force(daemon: &Daemon) -> Result<String, Oops> {
    let health = Connection::open(daemon.address)?.call("GET", "/healthz", None)?;
    Ok(health.json()["policy_digest"].as_str().ok_or("no digest")?.to_owned())
}

/// Reads the file again, and waits until the log has said what became of it.
fn reload(daemon: &Daemon) -> Result<(), Oops> {
    let told = |daemon: &Daemon| daemon.log().matches("the policy ").count();
    let before = told(daemon);
    daemon.signal("HUP")?;
    let start = Instant::now();
    while told(daemon) == before {
        if start.elapsed() > Duration::from_secs(60) {
            return Err(format!("SIGHUP changed nothing:\n{}", daemon.log()).into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_takes_good_policies_only_and_drops_no_request() -> Result<(), Oops> {
    let file = File::new(doorward_artifacts::POLICY)?;
    let mut settings = file.settings();
    settings.log = Some("info".into());
    let (daemon, session, key) = set_up_with(settings).await?;
    let (invitation, client) = (Daemon::invite(&session, 0).await?, session.client().clone());
    let claims = client.preview(&invitation, None).await?.invite.claims;
    let done = AtomicBool::new(false);
    let (daemon, key, done) = (&daemon, &sign_key(&key), &done);
    let (asked, joined) = std::thread::scope(|scope| -> Result<(usize, usize), Oops> {
        let questions: Vec<_> = (0..2).map(|_| scope.spawn(move || ask_until(daemon, &key.to_hex(), done))).collect();
        let redeems = scope.spawn(|| -> Result<usize, Oops> {
            let (mut line, mut count) = (Connection::open(daemon.address)?, 0);
            while !done.load(Ordering::Relaxed) {
                let answer = line.send(&Guest::new()?.redeem_request(&client, &invitation, &claims)?)?;
                expect(&answer, 200, "allowed", "a redeem during a reload");
                count += 1;
            }
            Ok(count)
        });
        let ended = Ended(done);
        let swapped = swap(daemon, &file);
        drop(ended);
        let mut asked = 0;
        for question in questions {
            asked += question.join().map_err(|_| "a service panicked")??;
        }
        let joined = redeems.join().map_err(|_| "a guest panicked")??;
        swapped?;
        Ok((asked, joined))
    })?;
    eprintln!("{asked} questions and {joined} redeems during reloads, none without its answer");
    assert!(asked > 2_000 && joined > 50, "there was load: {asked}, {joined}");
    assert_eq!(session.show_invite(invitation.id(), None, None).await?.invite.uses as usize, joined);
    Ok(())
}

/// Ends the load also when what it accompanies panics.
struct Ended<'a>(&'a AtomicBool);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn ask_until(daemon: &Daemon, key: &str, done: &AtomicBool) -> Result<usize, Oops> {
    let (mut line, mut count) = (Connection::over(UnixStream::connect(daemon.service_socket())?), 0);
    while !done.load(Ordering::Relaxed) {
        let answer = line.call("GET", &format!("/v1/authorized/{key}"), None)?;
        expect(&answer, 200, "allowed", "a question during a reload");
        count += 1;
    }
    Ok(count)
}

/// Puts good and bad policies in place, in turns; every good one is in force afterwards, and no bad one ever is.
fn swap(daemon: &Daemon, file: &File) -> Result<(), Oops> {
    let bad = unacceptable()?;
    for (round, (what, wasm, says)) in bad.iter().enumerate() {
        if round % 4 == 0 {
            let before = in_force(daemon)?;
            file.put(&renamed(&format!("build {round}")))?;
            reload(daemon)?;
            assert_ne!(in_force(daemon)?, before, "another build is in force");
        }
        let before = in_force(daemon)?;
        file.put(wasm)?;
        reload(daemon)?;
        assert_eq!(in_force(daemon)?, before, "a module that {what} stays out");
        let log = daemon.log();
        let last = log.lines().rev().find(|line| line.contains("the policy stays as it was")).ok_or("the log says so")?;
        assert!(last.contains(says), "{what}: {last}");
    }
    std::fs::remove_file(&file.path)?;
    let before = in_force(daemon)?;
    reload(daemon)?;
    assert_eq!(in_force(daemon)?, before, "a file that is gone changes nothing");
    Ok(())
}

//! What `doctor` sees.

use super::{done, doorward, text};
use doorward_tests::{Daemon, Oops};
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

/// Exit code, how each thing stands, and everything that was said.
type Seen = (Option<i32>, BTreeMap<String, String>, String);

/// Runs it with the settings the daemon has; of each thing, the worst.
fn doctor(daemon: &Daemon, more: &[&str]) -> Result<Seen, Oops> {
    let listen = daemon.address.to_string();
    let mut arguments = [&["doctor", "--json"], more].concat();
    for (flag, usual) in [("--listen", listen.as_str()), ("--public-url", &daemon.public_url)] {
        if !more.contains(&flag) {
            arguments.extend([flag, usual]);
        }
    }
    let output = doorward(daemon, &arguments)?;
    let said: Value = serde_json::from_slice(&output.stdout)?;
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for finding in said["findings"].as_array().ok_or("no findings")? {
        let (about, health) = (finding["about"].as_str().ok_or("no name")?, finding["health"].as_str().ok_or("no health")?);
        let rank = |health: &str| ["ok", "warn", "fail"].iter().position(|known| *known == health);
        if all.get(about).is_none_or(|before| rank(before) < rank(health)) {
            all.insert(about.into(), health.into());
        }
        assert_eq!(finding["next"] == "", health == "ok", "{finding}: what is not well has a next step");
    }
    Ok((output.status.code(), all, said.to_string()))
}

const ALL: [&str; 13] = [
    "clock",
    "disk",
    "files",
    "high-water",
    "jobs",
    "key",
    "owner",
    "policy",
    "proxies",
    "public-url",
    "restore",
    "server",
    "store",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_server_is_healthy_running_and_stopped() -> Result<(), Oops> {
    let mut daemon = Daemon::start()?;
    let (code, all, said) = doctor(&daemon, &[])?;
    assert_eq!((code, all["owner"].as_str()), (Some(0), "warn"), "{said}");
    daemon.owner().await?;
    for running in [true, false] {
        if !running {
            daemon.terminate()?;
        }
        let (code, all, said) = doctor(&daemon, &[])?;
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(all.keys().map(String::as_str).collect::<Vec<_>>(), ALL);
        assert!(all.values().all(|health| health == "ok"), "{said}");
        assert_eq!(said.contains("it does not run"), !running, "{said}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named() -> Result<(), Oops> {
    let mut daemon = Daemon::start()?;
    daemon.owner().await?;
    let (data, other) = (daemon.data(), Daemon::start()?);
    let expect = |daemon: &Daemon, more: &[&str], about: &str, health: &str| {
        let (code, all, said) = doctor(daemon, more)?;
        assert_eq!(all.get(about).map(String::as_str), Some(health), "{about}: {said}");
        assert_eq!(code, Some(if health == "fail" { 1 } else { 0 }), "{said}");
        Ok::<(), Oops>(())
    };
    let mode = |name: &str, mode| std::fs::set_permissions(data.join(name), std::fs::Permissions::from_mode(mode));
    mode("doorward.db", 0o644)?;
    expect(&daemon, &[], "files", "fail")?;
    mode("doorward.db", 0o600)?;
    mode("server.key", 0o640)?;
    expect(&daemon, &[], "key", "fail")?;
    mode("server.key", 0o600)?;
    let theirs = other.public_url.clone();
    expect(&daemon, &["--public-url", &theirs], "public-url", "fail")?;
    expect(&daemon, &["--listen", &other.address.to_string()], "server", "fail")?;
    expect(&daemon, &["--public-url", "http://door.example"], "settings", "fail")?;
    expect(&daemon, &["--trusted-proxies", "10.1.2.3"], "proxies", "warn")?;
    let nonsense = data.with_file_name("nonsense.wasm");
    std::fs::write(&nonsense, b"\0asm")?;
    expect(&daemon, &["--policy", text(&nonsense)], "policy", "fail")?;

    daemon.terminate()?;
    expect(&daemon, &["--public-url", "https://door.example"], "proxies", "warn")?;
    let mark = std::fs::read(data.join("high-water.mark"))?;
    std::fs::remove_file(data.join("high-water.mark"))?;
    expect(&daemon, &[], "high-water", "fail")?;
    std::fs::write(data.join("high-water.mark"), &mark)?;
    mode("high-water.mark", 0o600)?;
    let file = data.with_file_name("door.backup");
    done(&daemon, &["backup", text(&file)])?;
    done(&daemon, &["restore", text(&file), "--yes"])?;
    expect(&daemon, &[], "restore", "warn")?;
    let database = data.join("doorward.db");
    let mut bytes = std::fs::read(&database)?;
    let at = bytes.windows(3).rposition(|three| three == b"Ada").ok_or("no record to damage")?;
    bytes[at] ^= 1;
    std::fs::write(&database, &bytes)?;
    expect(&daemon, &[], "store", "fail")?;
    Ok(())
}

//! The settings and the service of the Debian package.

use super::{done, found, replaced, shipped};
use doorward_tests::{Oops, program};
use serde_json::Value;
use std::process::Command;

/// What the program makes of the shipped settings, in a folder that is not there.
fn settings(text: &str) -> Result<Value, Oops> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("doorward.toml");
    std::fs::write(&file, text)?;
    let mut serve = Command::new(program()?);
    serve.current_dir(folder.path()).args(["serve", "--print-config", "--json", "--config"]).arg(&file);
    Ok(serde_json::from_str(&done(&mut serve)?)?)
}

#[test]
fn the_shipped_settings_hold() -> Result<(), Oops> {
    let text = std::fs::read_to_string(shipped("doorward.toml"))?;
    let held = settings(&text)?;
    for (name, value) in [
        ("listen", "127.0.0.1:8460"),
        ("data", "/var/lib/doorward"),
        ("service-listen", "unix:/run/doorward/service.sock"),
        ("service-mode", "0660"),
    ] {
        assert_eq!(held[name]["value"], value, "{name}");
    }
    // And so do the ones that are only proposed.
    let proposed: Vec<&str> = text
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| rest.contains(" = ") && !rest.starts_with(' ')).unwrap_or(line))
        .collect();
    let held = settings(&proposed.join("\n"))?;
    assert_eq!(held["public-url"]["value"], "https://door.example");
    assert_eq!(held["trusted-proxies"]["value"], "127.0.0.1,::1");
    Ok(())
}

#[test]
fn systemd_takes_the_service_and_finds_it_well_locked_in() -> Result<(), Oops> {
    let Some(analyze) = found("systemd-analyze") else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let unit = folder.path().join("doorward.service");
    let text = std::fs::read_to_string(shipped("systemd/doorward.service"))?;
    let here = program()?;
    std::fs::write(&unit, replaced(&text, 1, "/usr/bin/doorward", &here.to_string_lossy()))?;
    let output = Command::new(&analyze).args(["verify", "--man=no"]).arg(&unit).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("doorward.service:"), "{said}");
    // 0 is a service that can do nothing, 100 one that can do everything. The two that cost most here are the network and
    // the missing MemoryDenyWriteExecute, for reasons that stand in the file.
    done(Command::new(&analyze).args(["security", "--offline=yes", "--no-pager", "--threshold=20"]).arg(&unit))?;
    Ok(())
}

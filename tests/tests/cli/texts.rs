//! What teaches: help, manual pages, completions; and that none of it is coloured where nobody wants colours.

use super::exits::{commands, help};
use super::world::World;
use doorward_tests::{Oops, program};
use std::process::{Command, Stdio};

#[test]
fn every_help_says_what_it_does_and_shows_how() -> Result<(), Oops> {
    for command in commands()? {
        let help = help(&command)?;
        assert!(help.starts_with(|c: char| c.is_uppercase()), "{command}: {help}");
        let example = format!("doorward {command}");
        let examples = help.split_once("Example").map_or("", |(_, rest)| rest);
        assert!(examples.contains(&example), "{command} has no example of itself: {help}");
        assert!(!help.contains(env!("CARGO_MANIFEST_DIR")) && !help.contains("env: DOORWARD_KEYS="), "{command}: {help}");
    }
    Ok(())
}

#[test]
fn every_command_has_its_page() -> Result<(), Oops> {
    let folder = tempfile::tempdir()?;
    assert!(Command::new(program()?).args(["man", "--out"]).arg(folder.path().join("new")).status()?.success());
    for command in commands()?.iter().map(String::as_str).chain([""]) {
        let name = format!("doorward {command}").trim().replace(' ', "-");
        let page = std::fs::read_to_string(folder.path().join("new").join(format!("{name}.1"))).map_err(|_| name.clone())?;
        assert!(page.contains(".TH ") && page.contains(".SH NAME") && page.contains("doorward"), "{name}: {page}");
    }
    Ok(())
}

#[test]
fn shells_take_their_completions() -> Result<(), Oops> {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let output = Command::new(program()?).args(["completions", shell]).output()?;
        let script = String::from_utf8(output.stdout)?;
        for word in ["invite", "create", "labels"] {
            assert!(output.status.success() && script.contains(word), "{shell}: {word}");
        }
    }
    // What a shell itself makes of it.
    let script = "eval \"$(\"$0\" completions bash)\"; COMP_WORDS=(doorward invite cr); COMP_CWORD=2; \
                  _doorward doorward cr invite; echo \"${COMPREPLY[*]}\"";
    let output = Command::new("bash").args(["-ec", script]).arg(program()?).output()?;
    assert_eq!(String::from_utf8(output.stdout)?.trim(), "create", "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// What a command shows to a terminal (`script` of util-linux is one).
fn at_terminal(world: &World, line: &str, env: &[(&str, &str)]) -> Result<String, Oops> {
    let line = line.replacen("doorward", &program()?.to_string_lossy(), 1);
    let mut script = world.person("ada").command(&[])?;
    let envs: Vec<_> = script.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    script = Command::new("script");
    script.current_dir(world.person("ada").keys.path());
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).envs(envs).env_remove("NO_COLOR");
    let output = script.envs(env.iter().copied()).stdin(Stdio::null()).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn colours_and_bars_are_for_terminals_that_want_them() -> Result<(), Oops> {
    let world = World::new()?;
    let colour = "\u{1b}[";
    let (terminal, plain) = ([("TERM", "xterm")], [("TERM", "xterm"), ("NO_COLOR", "1")]);
    for line in ["doorward --help", "doorward serve --listen nowhere --bogus"] {
        assert!(at_terminal(&world, line, &terminal)?.contains(colour), "{line}");
        assert!(!at_terminal(&world, line, &plain)?.contains(colour), "{line}");
    }
    let batch = "doorward invite create --count 12";
    for (env, data) in [(&terminal[..], "one"), (&plain[..], "other")] {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = at_terminal(&world, &format!("timeout 5 doorward serve --data {data} --listen {port}"), env)?;
        assert!(log.contains("serving") && log.contains(colour) == (data == "one"), "{log}");
    }
    assert!(at_terminal(&world, batch, &terminal)?.contains("making invites [##############################] 12 of 12"));
    assert!(!at_terminal(&world, batch, &[("TERM", "dumb")])?.contains("making invites"));
    let (_, said) = world.person("ada").ended(0, &["invite", "create", "--count", "12"])?;
    assert!(!said.contains("making invites"), "{said}");
    assert!(at_terminal(&world, "doorward invite create", &terminal)?.contains('█'), "a terminal is shown the QR code");
    Ok(())
}

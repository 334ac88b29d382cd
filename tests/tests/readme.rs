//! The README is a newcomer's way from nothing to the first guest, and this walks it: every command of its `console` blocks
//! is run as it stands, in order, in an empty folder, by a shell, and must print what stands below it.
//!
//! What is new each time (links, keys, fingerprints, codes, times) may differ, but is the same everywhere: what a command
//! printed is what a later command is given. `…` alone on a line stands for any lines, at the end of a line for its rest.

#![allow(clippy::disallowed_methods, reason = "a test reads its environment")]

use doorward_tests::{Connection, Oops, program};
use std::collections::BTreeMap;
use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Where the README's server listens. Here it is any free port.
const USUAL: &str = "127.0.0.1:8460";

fn readme() -> Result<String, Oops> {
    Ok(std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md"))?)
}

/// The code blocks: their language, and what is in them.
fn blocks(text: &str) -> Vec<(&str, Vec<&str>)> {
    let (mut blocks, mut open) = (Vec::new(), false);
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(language) => {
                open = true;
                blocks.push((language, Vec::new()));
            }
            None if open => blocks.last_mut().into_iter().for_each(|(_, lines): &mut (&str, Vec<&str>)| lines.push(line)),
            None => {}
        }
    }
    blocks
}

/// A command, and what it must print.
struct Step<'a> {
    command: &'a str,
    expected: Vec<&'a str>,
}

fn steps(text: &str) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    for line in blocks(text).into_iter().filter(|(language, _)| *language == "console").flat_map(|(_, lines)| lines) {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step { command, expected: Vec::new() }),
            (None, Some(step)) => step.expected.push(line),
            (None, None) => {}
        }
    }
    steps
}

/// A shape of what is new each time.
#[derive(Debug, PartialEq, Eq)]
enum Fresh {
    Link,
    Fingerprint,
    Hex(usize),
    TypedCode,
    Date,
    Time,
}

fn fresh(word: &str) -> Option<Fresh> {
    let hex = |text: &str| !text.is_empty() && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
    let parts: Vec<&str> = word.split('-').collect();
    match parts.as_slice() {
        _ if word.contains("/i#") => Some(Fresh::Link),
        [one, two] if one.len() == 4 && two.len() == 4 && hex(one) && hex(two) => Some(Fresh::Fingerprint),
        [year, month, day] if (year.len(), month.len(), day.len()) == (4, 2, 2) => Some(Fresh::Date),
        groups if groups.len() == 14 => Some(Fresh::TypedCode),
        [one] if one.len() >= 8 && hex(one) => Some(Fresh::Hex(one.len())),
        [one] if one.len() == 5 && one.as_bytes()[2] == b':' => Some(Fresh::Time),
        _ => None,
    }
}

/// What the README calls it, and what it is this time.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    /// A command with everything in it as it is this time, the longest names first: one may be a part of another.
    fn filled(&self, command: &str) -> String {
        let mut names: Vec<_> = self.0.iter().collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        names.into_iter().fold(command.to_owned(), |text, (name, actual)| text.replace(name, actual))
    }

    /// Whether a line is the one that was expected. Learns from it if it is.
    fn matches(&mut self, expected: &str, actual: &str) -> bool {
        let (expected, actual): (Vec<&str>, Vec<&str>) =
            (expected.split_whitespace().collect(), actual.split_whitespace().collect());
        let mut learnt = BTreeMap::new();
        for (at, word) in expected.iter().enumerate() {
            if *word == "…" && at + 1 == expected.len() {
                self.0.extend(learnt);
                return true;
            }
            let Some(found) = actual.get(at) else { return false };
            if word == found {
                continue;
            }
            // Links may end in `-` and `_`, typed codes in any of `*~$=`: only what stands around a word is taken off.
            let bare = |word: &str| word.trim_matches(['\'', '"', '(', ')', ',', '.', ';', ':', '`']).to_owned();
            let (name, value) = (bare(word), bare(found));
            if fresh(&name).is_none() || fresh(&name) != fresh(&value) || word.replace(&name, &value) != *found {
                return false;
            }
            match fresh(&name) {
                // Times go on.
                Some(Fresh::Date | Fresh::Time) | None => {}
                Some(_) if self.0.get(&name).is_some_and(|known| *known != value) => return false,
                Some(_) => _ = learnt.insert(name, value),
            }
        }
        self.0.extend(learnt);
        expected.len() == actual.len()
    }

    /// The first line that was expected and is not there; nothing if all are.
    fn missing(&mut self, expected: &[&str], actual: &str) -> Option<String> {
        let mut lines = actual.lines().map(str::trim_end);
        let mut any = false;
        for wanted in expected {
            if wanted.trim() == "…" {
                any = true;
                continue;
            }
            loop {
                match lines.next() {
                    Some(line) if self.matches(wanted, line) => break,
                    Some(_) if any => {}
                    Some(_) | None => return Some((*wanted).to_owned()),
                }
            }
            any = false;
        }
        lines.next().filter(|_| !any).map(|line| format!("(nothing more) but: {line}"))
    }
}

/// Where the newcomer sits: a folder, a home, the program on the path.
struct Desk {
    folder: tempfile::TempDir,
    address: String,
    servers: Vec<Child>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        for server in &mut self.servers {
            // `script` hands it on to the program in it, which a kill would leave behind.
            let _ = Command::new("kill").args(["-TERM", &server.id().to_string()]).status();
            let _ = server.wait();
        }
    }
}

impl Desk {
    fn new() -> Result<Self, Oops> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        Ok(Self { folder: tempfile::tempdir()?, address, servers: Vec::new() })
    }

    fn at(&self, mut command: Command) -> Result<Command, Oops> {
        let program = program()?;
        let folder = program.parent().ok_or("no folder")?.to_string_lossy().into_owned();
        let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
        command.current_dir(self.folder.path()).env("PATH", path).env("HOME", self.folder.path()).env("TERM", "dumb");
        command.env("NO_COLOR", "1").env_remove("XDG_DATA_HOME").env("DOORWARD_LISTEN", &self.address);
        command.env("DOORWARD_SERVER", format!("http://{}", self.address)).stdin(Stdio::null());
        Ok(command)
    }

    /// What it prints, as far as the README tells: with the usual address.
    fn told(&self, text: &str) -> String {
        text.replace(&self.address, USUAL)
    }

    fn answers(&self) -> bool {
        self.address.parse().is_ok_and(|address| Connection::open(address).is_ok())
    }

    /// Runs one that ends; everything it said, in order.
    fn run(&self, line: &str) -> Result<String, Oops> {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{} 2>&1", line.replace(USUAL, &self.address))]);
        Ok(self.told(&String::from_utf8_lossy(&self.at(shell)?.output()?.stdout)))
    }

    /// Starts one that goes on, in a terminal, and waits until it has said what is expected.
    fn serve(&mut self, step: &Step<'_>, names: &mut Names) -> Result<(), Oops> {
        let mut script = Command::new("script");
        script.args(["--quiet", "--flush", "--command", step.command, "/dev/null"]);
        let mut child = self.at(script)?.stdout(Stdio::piped()).spawn()?;
        let mut out = child.stdout.take().ok_or("no output")?;
        self.servers.push(child);
        let (hears, heard) = mpsc::channel();
        std::thread::spawn(move || {
            let mut some = [0; 4096];
            // Nobody listens any more when it has said enough; it goes on all the same.
            while let Ok(length @ 1..) = out.read(&mut some) {
                let _ = hears.send(some[..length].to_vec());
            }
        });
        let (start, mut said) = (Instant::now(), Vec::new());
        loop {
            said.extend(heard.try_iter().flatten());
            let text = self.told(&String::from_utf8_lossy(&said));
            match names.missing(&step.expected, &text) {
                None if self.answers() => return Ok(()),
                Some(line) if start.elapsed() > Duration::from_secs(30) => {
                    return Err(format!("{}: {line}\nin:\n{text}", step.command).into());
                }
                None | Some(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }
}

#[test]
fn a_newcomer_gets_there_with_the_readme_alone() -> Result<(), Oops> {
    let text = readme()?;
    let (steps, mut desk, mut names) = (steps(&text), Desk::new()?, Names::default());
    let walk = ["serve", "redeem", "invite create", "invite list", "redeem", "account list", "why", "account revoke", "whoami"];
    let mut left = steps.iter();
    for verb in walk {
        assert!(left.any(|step| step.command.starts_with(&format!("doorward {verb}"))), "the README no longer says: {verb}");
    }
    for step in &steps {
        if step.command.starts_with("doorward serve") {
            desk.serve(step, &mut names)?;
            continue;
        }
        let said = desk.run(&names.filled(step.command))?;
        if let Some(line) = names.missing(&step.expected, &said) {
            return Err(format!("$ {}\nshould say: {line}\nand says:\n{said}", step.command).into());
        }
    }
    Ok(())
}

#[test]
fn every_other_command_in_the_readme_is_one() -> Result<(), Oops> {
    let (text, desk) = (readme()?, Desk::new()?);
    let mut seen = 0;
    for line in blocks(&text).into_iter().filter(|(language, _)| *language != "console").flat_map(|(_, lines)| lines) {
        let line = line.split("  #").next().and_then(|line| line.split(" > ").next()).unwrap_or_default();
        let line = line.trim().trim_start_matches("sudo -u doorward ");
        if !line.starts_with("doorward ") || line.starts_with("doorward serve") {
            continue;
        }
        // In an empty folder, with nobody to talk to: it fails, but not for what was typed.
        let said = desk.run(line)?;
        assert!(!said.contains("error: ") && !said.contains("Usage:"), "{line}: {said}");
        seen += 1;
    }
    assert!(seen > 5, "only {seen}");
    for command in ["cargo run --release", "cargo install --path host/daemon", "cargo xtask test", "cargo xtask deb"] {
        assert!(text.contains(command), "{command}");
    }
    Ok(())
}

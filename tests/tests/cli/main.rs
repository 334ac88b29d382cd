//! The command line as people and scripts use it: the real program, against the real daemon.

#![allow(clippy::disallowed_methods, reason = "a test reads its environment")]

mod exits;
mod share;
mod texts;
mod why;
mod world;

use doorward_tests::{Oops, program};
use serde_json::Value;
use std::process::{Command, Output, Stdio};

/// Somebody at a terminal: a folder of keys of one's own, and a server.
struct Person {
    keys: tempfile::TempDir,
    server: String,
}

impl Person {
    /// Without keys yet.
    fn at(server: &str) -> Result<Self, Oops> {
        Ok(Self { keys: tempfile::tempdir()?, server: server.into() })
    }

    /// Who came in by this link.
    fn joined(server: &str, link: &str, handle: &str) -> Result<Self, Oops> {
        let person = Self::at(server)?;
        person.done(&["redeem", link, "--handle", handle])?;
        Ok(person)
    }

    fn command(&self, arguments: &[&str]) -> Result<Command, Oops> {
        let mut command = Command::new(program()?);
        command.args(arguments).env("DOORWARD_KEYS", self.keys.path()).env("DOORWARD_SERVER", &self.server);
        command.current_dir(self.keys.path()).stdin(Stdio::null());
        Ok(command)
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, Oops> {
        Ok(self.command(arguments)?.output()?)
    }

    /// Runs what must work; what it printed.
    fn done(&self, arguments: &[&str]) -> Result<String, Oops> {
        self.ended(0, arguments).map(|(printed, _)| printed)
    }

    /// Runs what must end like this; what it printed, and what it said beside.
    fn ended(&self, code: i32, arguments: &[&str]) -> Result<(String, String), Oops> {
        let output = self.run(arguments)?;
        let (printed, said) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{printed}\n{said}");
        Ok((printed, said))
    }

    /// Runs what must work, for scripts.
    fn json(&self, arguments: &[&str]) -> Result<Value, Oops> {
        Ok(serde_json::from_str(&self.done(&[arguments, &["--json"]].concat())?)?)
    }
}

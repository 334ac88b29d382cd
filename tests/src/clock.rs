//! A clock that jumps: a daemon started with it reads what a test sets.

use crate::{Oops, Settings};
use std::path::Path;
use std::process::Command;

/// A clock that a daemon can be started with.
pub struct Clock(tempfile::TempDir);

impl Clock {
    /// One that is right.
    pub fn new() -> Result<Self, Oops> {
        let folder = tempfile::tempdir()?;
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/clock.c");
        let mut compiler = Command::new("cc");
        // The compiler that SQLite was built with.
        compiler.args(["-shared", "-fPIC", "-o"]).arg(folder.path().join("clock.so")).arg(source);
        let built = compiler.status()?;
        if !built.success() {
            return Err(format!("cc: {built}").into());
        }
        let clock = Self(folder);
        clock.set("0")?;
        Ok(clock)
    }

    /// What starts a daemon with it.
    pub fn settings(&self) -> Settings {
        let at = |name: &str| self.0.path().join(name).display().to_string();
        let env = vec![("LD_PRELOAD".to_owned(), at("clock.so")), ("TEST_CLOCK".to_owned(), at("now"))];
        Settings { env, ..Settings::default() }
    }

    /// Sets it: seconds to be added, or `@` and a second to stand still at.
    pub fn set(&self, to: &str) -> Result<(), Oops> {
        let (new, now) = (self.0.path().join("new"), self.0.path().join("now"));
        std::fs::write(&new, to)?;
        Ok(std::fs::rename(new, now)?)
    }
}

//! Runtimes in a process of their own: a script that reads chunks from its input, each behind its length, and writes one
//! line for each. Its first line is its name.

use super::{Checked, Runtime};
use crate::chunk::Chunk;
use doorward_probes::Oops;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

const CHECK: &str = include_str!("check.mjs");
const NODE: &str = include_str!("node.mjs");
const PYTHON: &str = include_str!("check.py");

/// A process that runs `policy.wasm`; ended when dropped.
pub(super) struct Child {
    process: std::process::Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    name: String,
    /// Holds the scripts and the module while it runs.
    _folder: tempfile::TempDir,
}

impl Child {
    pub(super) fn node() -> Result<Self, Oops> {
        Self::start(Path::new("node"), "node.mjs", &[("node.mjs", NODE), ("check.mjs", CHECK)])
    }

    pub(super) fn python(program: &Path) -> Result<Self, Oops> {
        Self::start(program, "check.py", &[("check.py", PYTHON)])
    }

    fn start(program: &Path, script: &str, files: &[(&str, &str)]) -> Result<Self, Oops> {
        let folder = tempfile::tempdir()?;
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text)?;
        }
        let policy = folder.path().join("policy.wasm");
        std::fs::write(&policy, doorward_artifacts::POLICY)?;
        let mut command = Command::new(program);
        command.arg(folder.path().join(script)).arg(policy).stdin(Stdio::piped()).stdout(Stdio::piped());
        let why = |error| format!("{}: {error}; `cargo xtask parity` installs it", program.display());
        let mut process = command.spawn().map_err(why)?;
        let input = process.stdin.take().ok_or("no input")?;
        let output = BufReader::new(process.stdout.take().ok_or("no output")?);
        let mut child = Self { process, input, output, name: String::new(), _folder: folder };
        child.name = child.line()?;
        Ok(child)
    }

    fn line(&mut self) -> Result<String, Oops> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        if line.is_empty() { Err("it ended early; what it says stands above".into()) } else { Ok(line.trim().to_owned()) }
    }
}

impl Runtime for Child {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn check(&mut self, chunk: &Chunk) -> Result<Checked, Oops> {
        self.input.write_all(&u32::try_from(chunk.bytes().len())?.to_le_bytes())?;
        self.input.write_all(chunk.bytes())?;
        self.input.flush()?;
        Checked::read(&self.line()?)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It is our own child; one that is gone already is what we want.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

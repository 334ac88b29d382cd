//! The runtimes: each takes a chunk and says how many answers differ.

mod browser;
mod child;
mod here;

use crate::chunk::Chunk;
use doorward_probes::Oops;
use std::path::Path;

/// Which runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// The core itself, again, on another thread.
    Native,
    /// `policy.wasm` in the daemon's own engine, in fresh and in reused instances.
    Wasmtime,
    /// `policy.wasm` in Node.
    Node,
    /// `policy.wasm` in Python, by the package `wasmtime` of PyPI.
    Python,
    /// `policy.wasm` in a page in Chromium.
    Chromium,
}

impl Kind {
    pub(crate) const ALL: [Kind; 5] = [Kind::Native, Kind::Wasmtime, Kind::Node, Kind::Python, Kind::Chromium];

    /// Starts it.
    pub(crate) fn start(self, python: &Path) -> Result<Box<dyn Runtime>, Oops> {
        Ok(match self {
            Kind::Native => Box::new(here::Native),
            Kind::Wasmtime => Box::new(here::Wasmtime::load()?),
            Kind::Node => Box::new(child::Child::node()?),
            Kind::Python => Box::new(child::Child::python(python)?),
            Kind::Chromium => Box::new(browser::Chromium::start()?),
        })
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&format!("{self:?}").to_lowercase())
    }
}

/// What became of a chunk.
#[derive(Default)]
pub(crate) struct Checked {
    pub(crate) cases: u64,
    pub(crate) differences: u64,
    /// The first case that differed, counted from the chunk's first.
    pub(crate) first: Option<usize>,
}

impl Checked {
    /// Reads `cases differences first`, the last −1 if there is none: what the other languages say.
    fn read(line: &str) -> Result<Self, Oops> {
        let numbers: Vec<i64> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>().map_err(|_| line.to_owned())?;
        let [cases, differences, first] = numbers.as_slice() else { return Err(line.into()) };
        Ok(Self { cases: (*cases).try_into()?, differences: (*differences).try_into()?, first: usize::try_from(*first).ok() })
    }

    /// Counts one case.
    fn count(&mut self, same: bool) {
        if !same {
            self.first.get_or_insert(self.cases as usize);
            self.differences += 1;
        }
        self.cases += 1;
    }
}

/// Somewhere the core runs.
pub(crate) trait Runtime {
    /// Its name and version.
    fn name(&self) -> String;

    /// Runs every case of a chunk.
    fn check(&mut self, chunk: &Chunk) -> Result<Checked, Oops>;
}

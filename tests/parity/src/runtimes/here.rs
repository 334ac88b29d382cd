//! The two runtimes of this process.

use super::{Checked, Runtime};
use crate::chunk::Chunk;
use doorward_engine::{Policy, Undecidable};
use doorward_probes::{Oops, cases};

/// The core, compiled for this machine.
pub(super) struct Native;

impl Runtime for Native {
    fn name(&self) -> String {
        "native".into()
    }

    fn check(&mut self, chunk: &Chunk) -> Result<Checked, Oops> {
        let mut checked = Checked::default();
        chunk.iter().for_each(|[request, facts, answer]| checked.count(cases::native(request, facts) == answer));
        Ok(checked)
    }
}

/// `policy.wasm` as the daemon runs it.
pub(super) struct Wasmtime(Policy);

impl Wasmtime {
    pub(super) fn load() -> Result<Self, Oops> {
        Ok(Self(Policy::load(doorward_artifacts::POLICY, &[]).map_err(|error| error.to_string())?))
    }
}

impl Runtime for Wasmtime {
    fn name(&self) -> String {
        "wasmtime".into()
    }

    /// Every sixteenth in a fresh instance: the reused one must not drift from it either.
    fn check(&mut self, chunk: &Chunk) -> Result<Checked, Oops> {
        let mut checked = Checked::default();
        for (at, [request, facts, answer]) in chunk.iter().enumerate() {
            let step = if at % 16 == 0 { Policy::step_fresh } else { Policy::step_reused };
            let got = match step(&self.0, request, facts) {
                Err(Undecidable::Trap) => Vec::new(),
                got => got?,
            };
            checked.count(got == answer);
        }
        Ok(checked)
    }
}

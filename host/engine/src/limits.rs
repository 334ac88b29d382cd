//! What a module may use up.

use std::time::Duration;

/// Bytes of linear memory an instance may have.
pub const MAX_MEMORY: usize = 16 * 1024 * 1024;

/// Bytes of request and facts together that are handed to a module at all. The core refuses over 1 MiB of either by
/// its own rules; this is only the engine's ceiling above that.
pub const MAX_INPUT: usize = 4 * 1024 * 1024;

/// Bytes an answer may have.
pub const MAX_ANSWER: usize = 1024 * 1024;

/// Bytes a module may have before it is compiled. `policy.wasm` is held to 90 kB; other builds get room.
pub const MAX_MODULE: usize = 4 * 1024 * 1024;

/// Entries in a module's function table.
pub(crate) const MAX_TABLE: usize = 4096;

/// Bytes of native stack that wasm code may use.
pub(crate) const NATIVE_STACK: usize = 256 * 1024;

/// Instances that may be alive at once, in the whole process: one kept a thread and module, one fresh a thread.
pub(crate) const MAX_INSTANCES: u32 = 1000;

/// A reused instance whose memory grew beyond this many bytes is dropped rather than kept.
pub(crate) const KEEP_AT_MOST: usize = 1024 * 1024;

/// How often the epoch advances. A deadline is this coarse; it is a backstop, fuel is the limit.
pub(crate) const TICK: Duration = Duration::from_millis(50);

/// How much work one step may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Fuel every step gets; about one unit is spent per wasm instruction.
    pub fuel_base: u64,
    /// Fuel added for every byte of request and facts.
    pub fuel_per_byte: u64,
    /// Epochs of 50 ms that may begin before a step is cut off. Reached only when the machine is starved, since fuel
    /// runs out sooner.
    pub deadline_ticks: u64,
}

impl Limits {
    /// Fuel for `input` bytes: the same bytes get the same fuel on every machine.
    pub(crate) fn fuel(&self, input: usize) -> u64 {
        self.fuel_per_byte.saturating_mul(input as u64).saturating_add(self.fuel_base)
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { fuel_base: 8_000_000, fuel_per_byte: 1_024, deadline_ticks: 60 }
    }
}

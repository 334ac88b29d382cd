//! What must hold for any bytes whatever. Three users, one body: the fuzz targets (`fuzz/`) run [`targets`] on what a
//! fuzzer makes up, `cargo test` runs them on the golden vectors and on damaged copies of those, and the parity run
//! sends [`cases`] through every runtime.
//!
//! Everything here is deterministic: the same seed makes the same cases, on every machine.

pub mod apart;
pub mod cases;
pub mod damage;
pub mod random;
pub mod seeds;
pub mod targets;
pub mod vectors;

/// What goes wrong while vectors are being read.
pub type Oops = Box<dyn std::error::Error + Send + Sync>;

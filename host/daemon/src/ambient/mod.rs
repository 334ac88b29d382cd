//! The only places where this program looks at its surroundings without being asked to: the clock, the system's
//! entropy, the environment, the process itself. Everything else gets them as arguments (see `clippy.toml`).

pub mod clock;
pub mod entropy;
pub mod environment;
pub mod process;

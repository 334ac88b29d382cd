//! What holds, and where it came from: flags over the environment (`DOORWARD_*`) over `doorward.toml` over defaults.

mod layers;
mod settings;
mod url;

pub use layers::{Layers, Origin, Sourced};
pub use settings::{Config, LogFormat, ServiceListen};
pub use url::PublicUrl;

/// Why the configuration does not hold: one line that names the setting, where its value came from, and what to do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

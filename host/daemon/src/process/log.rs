//! What is logged, and how: standard error, one event a line. What belongs to a request says to which: its span holds
//! request id, method, route template and the decision's id (see `http::observe`).

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Directive;

use super::Failure;
use crate::ambient::environment;
use crate::config::LogFormat;

/// What no filter can make louder: wasmtime traces the end of instances, and those of a thread end when the thread does,
/// when there is nothing left to log with. That is a panic in a destructor, and the end of the process.
const QUIET: &str = "wasmtime=info";

/// Starts logging.
///
/// # Errors
/// The filter cannot be read.
pub(super) fn start(filter: &str, format: LogFormat) -> Result<(), Failure> {
    let unreadable = |error: &dyn std::fmt::Display| Failure(format!("log: `{filter}` is no filter: {error}"));
    let quiet = QUIET.parse::<Directive>().map_err(|error| unreadable(&error))?;
    let filter = EnvFilter::try_new(filter).map_err(|error| unreadable(&error))?.add_directive(quiet);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => builder.with_ansi(may_colour()).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_span_list(false).try_init(),
    };
    started.map_err(|error| Failure(format!("cannot log: {error}")))
}

/// Colours are for terminals, and for those who do not say otherwise (<https://no-color.org>).
fn may_colour() -> bool {
    std::io::IsTerminal::is_terminal(&std::io::stderr()) && environment::foreign("NO_COLOR").is_none()
}

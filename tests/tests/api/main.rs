//! What operators and programs are told: the API's description, metrics, the log.

#![allow(clippy::disallowed_methods, reason = "a test reads its environment for itself")]

mod described;
mod logs;
mod metrics;

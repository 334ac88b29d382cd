//! What operators and programs are told: the API's description, metrics, the log.

mod described;
mod logs;
mod metrics;

//! Puts the process together: configuration, the store, the policy, the shell, and the surfaces in front of them (HTTP
//! and the command line). It promises to decide nothing: every question goes to the shell in the core's protocol, and
//! every answer is only rendered here. The concrete store is named in one place, `process::store`.
//!
//! Reading order: [`ambient`] (clock, entropy, environment), [`config`], [`http`], [`process`], [`cli`].

pub mod ambient;
pub mod cli;
pub mod config;
pub mod http;
pub mod process;

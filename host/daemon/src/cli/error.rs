//! How a subcommand fails: what is printed, and with which exit code.

use std::process::ExitCode;

use doorward_core::Code;
use serde_json::json;

/// Exit code for a fault or wrong usage.
pub(crate) const FAULT: u8 = 1;
/// Exit code for a refusal.
pub(crate) const DENIED: u8 = 2;

/// Stands before what to do next.
pub(super) const NEXT: &str = "\n  → ";

/// Why a subcommand did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// What was typed makes no sense. Says what to type instead.
    #[error("{0}")]
    Usage(String),
    /// Something did not work: a file, the network, the server. Says what to do next.
    #[error("{0}")]
    Fault(String),
    /// The answer is no.
    #[error("{}: {message}", code.name())]
    Denied {
        /// The stable code.
        code: Code,
        /// What it means for the person who asked, and what to do next.
        message: String,
    },
}

impl CliError {
    /// The exit code it ends with.
    pub fn exit_code(&self) -> u8 {
        match self {
            CliError::Usage(_) | CliError::Fault(_) => FAULT,
            CliError::Denied { .. } => DENIED,
        }
    }

    /// Prints one line to standard error, and one for each next step, or all of it as JSON; returns the exit code.
    pub(crate) fn report(&self, json: bool) -> ExitCode {
        // Some causes come with line breaks of their own.
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = self.to_string().split(NEXT).map(one_line).collect();
        if json {
            let code = match self {
                CliError::Denied { code, .. } => Some(code.name()),
                CliError::Usage(_) | CliError::Fault(_) => None,
            };
            let (message, next) = lines.split_first().map_or(("", &[][..]), |(message, next)| (message.as_str(), next));
            eprintln!("{}", json!({"error": {"code": code, "message": message, "next": next}}));
        } else {
            eprintln!("doorward: {}", lines.join(NEXT));
        }
        ExitCode::from(self.exit_code())
    }
}

//! `doorward doctor`: what is wrong, and what to do about it.

use std::process::ExitCode;

use serde_json::json;

use super::error::FAULT;
use super::output::{clean, print, print_json};
use super::serve::Settings;
use super::{CliError, Global};
use crate::config::Config;
use crate::process::{Finding, Health, examine};

/// What `doctor` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  doorward doctor
  doorward doctor --data /var/lib/doorward --json

Give it the settings that the server has. It changes nothing, and the server may run meanwhile. It ends with 1 if
anything fails, and with 0 otherwise; what is only worth knowing is a warning.")]
pub(super) struct Args {
    #[command(flatten)]
    settings: Settings,
}

/// Looks, and says what it saw.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let findings = match args.settings.layers().and_then(|layers| Config::read(&layers)) {
        Ok(config) => examine(&config).await,
        Err(error) => vec![Finding::of_settings(error.to_string())],
    };
    let worst = findings.iter().map(|finding| finding.health).max().unwrap_or(Health::Ok);
    if global.json {
        let rows: Vec<_> = findings
            .iter()
            .map(|Finding { about, health, line, next }| {
                json!({"about": about, "health": health.to_string(), "line": line, "next": next})
            })
            .collect();
        print_json(&json!({"health": worst.to_string(), "findings": rows}))?;
    } else {
        print(&findings.iter().map(in_words).collect::<String>())?;
    }
    Ok(if worst == Health::Fail { ExitCode::from(FAULT) } else { ExitCode::SUCCESS })
}

fn in_words(finding: &Finding) -> String {
    let Finding { about, health, line, next } = finding;
    let next = if next.is_empty() { String::new() } else { format!("{:19}→ {}\n", "", clean(next)) };
    format!("{health:<6}{about:<13}{}\n{next}", clean(line))
}

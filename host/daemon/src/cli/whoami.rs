//! `doorward whoami`: who the server takes you for.

use std::process::ExitCode;

use serde_json::json;

use super::failure::explain;
use super::output::{clean, field, person, print, print_json};
use super::{CliError, Global, words};

/// What `whoami` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  doorward whoami --server https://door.example")]
pub(super) struct Args {}

/// Asks, and prints.
pub(super) async fn run(_args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let session = global.session().await?;
    let account = session.whoami().await.map_err(explain)?;
    let client = session.client();
    let receipt = global.ring()?.receipt(client.server_key()).map_err(super::key::ring_fault)?;
    let receipt = receipt.as_ref().map(|receipt| receipt.receipt()).filter(|receipt| receipt.body.account == session.sign_key());
    if global.json {
        let receipt =
            receipt.map(|r| json!({"sequence": r.sequence, "at": r.body.at.to_rfc3339(), "invite": r.body.invite.to_hex()}));
        let server = json!({"name": client.well_known().name, "server_key": client.server_key().to_hex(), "public_url": client.public_url()});
        print_json(&json!({"server": server, "account": account, "receipt": receipt}))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = person(&account.handle, &account.fingerprint) + "\n";
    text += &field("server", &format!("{} at {}", clean(&client.well_known().name), clean(client.public_url())));
    text += &field("role", account.role.as_ref().map_or("none", |role| role.as_str()));
    if !account.tags.is_empty() {
        text += &field("tags", &clean(&account.tags.join(", ")));
    }
    if let Some(details) = &account.details {
        let unproved = if details.proved { "" } else { ", not proved yet: doorward key prove" };
        text += &field("standing", &format!("{}{unproved}", details.standing.as_str()));
    }
    text += &field("key", account.key.as_str());
    if let Some(receipt) = receipt {
        text += &field("receipt", &format!("decision {}, {}", receipt.sequence, words::in_full(receipt.body.at, client.now())));
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

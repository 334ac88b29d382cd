//! `doorward join URL`: comes in without an invite.

use std::path::Path;
use std::process::ExitCode;

use doorward_client::{Client, Error, Identity, Invitation};
use doorward_core::view::AccountView;
use doorward_core::{Code, SignKey, SpaceId};

use super::error::NEXT;
use super::failure::explain;
use super::key::{remember_handle, ring_fault, save};
use super::newcomer::{self, Newcomer};
use super::output::{clean, field, note, person, print, print_json};
use super::{CliError, Global};

/// What `join` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  doorward join https://door.example --handle Ada

Works where the server is open to anybody, or has your key on its allowlist; elsewhere you need an invite, and
'doorward redeem'. Makes keys for this server if there are none yet, saves them, and only then asks to be let in. The
server learns two public keys and the handle, nothing else.")]
pub(super) struct Args {
    /// The server's address
    #[arg(value_name = "URL")]
    url: String,
    #[command(flatten)]
    newcomer: Newcomer,
}

/// Comes in.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    // The secret of a link is not sent anywhere by mistake.
    if args.url.contains('#') || Invitation::read(&args.url).is_ok() {
        return Err(CliError::Usage(format!("this is an invite{NEXT}Come in by it: doorward redeem LINK --handle NAME")));
    }
    let client = global.connect_to(&args.url).await?;
    let ring = global.ring()?;
    let identity = args.newcomer.identity(&client, &ring)?;
    let handle = args.newcomer.handle(&identity)?;
    // Saved before anything is asked: an account without its keys would be lost.
    let path = save(&ring, &identity, args.newcomer.sharing())?;
    let key = identity.keys.sign_key();
    let session = client.sign_in(identity, args.newcomer.sharing()).map_err(explain)?;
    let account = session.join(&SpaceId::SERVER, &handle).await.map_err(|error| refused(error, &key))?;
    remember_handle(&account.handle, client.server_key(), &ring)?;
    if let Some(identity) = ring.find(client.server_key()).map_err(ring_fault)? {
        report(&client, &identity, &account, &path, global)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Whoever is not on the list tells an admin his key; it is kept for the next time.
fn refused(error: Error, key: &SignKey) -> CliError {
    match error.code() {
        Some(code @ Code::NotAllowlisted) => CliError::Denied {
            code,
            message: format!("{}{NEXT}Ask an admin to run this, then repeat: doorward allow add {key}", code.text()),
        },
        _ => explain(error),
    }
}

fn report(client: &Client, identity: &Identity, account: &AccountView, path: &Path, global: &Global) -> Result<(), CliError> {
    let role = account.role.as_ref().map_or("none", |role| role.as_str());
    if global.json {
        return print_json(&newcomer::as_json(identity, &account.handle, role, Code::Allowed.name(), path));
    }
    let mut text = format!("You are in: {}.\n", clean(&client.well_known().name));
    text += &field("you", &person(&account.handle, &account.fingerprint));
    text += &field("role", role);
    text += &field("keys", &path.display().to_string());
    print(&text)?;
    note(newcomer::KEEP_IT);
    Ok(())
}

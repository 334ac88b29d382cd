//! `doorward key`: the keys on this machine, one pair a server.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use doorward_client::{Error, Identity, KeyRing, Sharing, read_identity};
use doorward_core::{Code, ServerKey};
use serde_json::json;

use super::error::NEXT;
use super::failure::explain;
use super::output::{Table, field, note, person_of, print, print_json};
use super::{CliError, Global};

/// What `key` understands.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A key file is one account at one server. It lies in the directory of keys, readable by you alone, and it is
your only way in: keep a copy somewhere safe. The files have the form of the backups the web pages make."
)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make keys for a server, to be registered there by somebody else
    #[command(after_help = "Example:
  doorward key new --server https://door.example
  … send the two public keys to an admin, who runs: doorward account register …
  doorward key prove --server https://door.example

With an invite link you need none of this: 'doorward redeem' makes the keys.")]
    New,
    /// Show the public halves of your keys, and where they lie
    #[command(after_help = "Example:\n  doorward key show\n\nShows no secret. Needs no server.")]
    Show,
    /// Take over a key file from elsewhere: another machine, or a decrypted browser backup
    #[command(after_help = "Example:
  age --decrypt doorward-home-ada.age | doorward key import -")]
    Import(Import),
    /// Prove to the server that you hold your keys, after somebody else registered them
    #[command(after_help = "Example:\n  doorward key prove --server https://door.example")]
    Prove,
}

#[derive(Debug, clap::Args)]
struct Import {
    /// The key file; '-' reads it from standard input
    file: PathBuf,
    /// Allow a key that is filed under another server already. The two servers can then tell that you are one person
    #[arg(long)]
    share_key: bool,
}

/// Does it.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    match args.verb {
        Verb::New => new(global).await?,
        Verb::Show => show(global)?,
        Verb::Import(import) => take_over(&import, global)?,
        Verb::Prove => prove(global).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn new(global: &Global) -> Result<(), CliError> {
    let client = global.connect().await?;
    let ring = global.ring()?;
    if ring.find(client.server_key()).map_err(ring_fault)?.is_some() {
        return Err(CliError::Usage("you have keys for this server already; see them with: doorward key show".into()));
    }
    let identity = client.new_identity("").map_err(explain)?;
    let path = ring.save(&identity, Sharing::Refused).map_err(ring_fault)?;
    if global.json {
        return print_json(&public(&identity, &path));
    }
    print(&format!("New keys for {}:\n{}", super::output::clean(&identity.server_name), in_words(&identity, &path)))?;
    note("They are not known there yet. Ask an admin to run:");
    note(&format!("  doorward account register {} {} --handle NAME", identity.keys.sign_key(), identity.keys.kex_key()));
    Ok(())
}

fn show(global: &Global) -> Result<(), CliError> {
    let ring = global.ring()?;
    let all = ring.list().map_err(ring_fault)?;
    if global.json {
        let all: Vec<_> = all.iter().map(|identity| public(identity, &ring.path(&identity.server_key))).collect();
        return print_json(&all);
    }
    match all.as_slice() {
        [] => {
            note("No keys on this machine. Come in by an invite: doorward redeem LINK --handle NAME");
            Ok(())
        }
        [one] => print(&format!("{}\n{}", super::output::clean(&one.server_name), in_words(one, &ring.path(&one.server_key)))),
        many => {
            let mut table = Table::new(&["SERVER", "AT", "YOU", "SIGN KEY", "KEX KEY"]);
            for identity in many {
                let (sign, kex) = (identity.keys.sign_key(), identity.keys.kex_key());
                let who = person_of(&identity.handle, &sign);
                table.row(vec![identity.server_name.clone(), identity.public_url.clone(), who, sign.to_hex(), kex.to_hex()]);
            }
            print(&table.text())
        }
    }
}

fn take_over(import: &Import, global: &Global) -> Result<(), CliError> {
    let ring = global.ring()?;
    let identity = read(&import.file)?;
    let sharing = if import.share_key { Sharing::Allowed } else { Sharing::Refused };
    let path = save(&ring, &identity, sharing)?;
    if global.json {
        return print_json(&public(&identity, &path));
    }
    print(&format!("Your keys for {}:\n{}", super::output::clean(&identity.server_name), in_words(&identity, &path)))
}

async fn prove(global: &Global) -> Result<(), CliError> {
    let session = global.session().await?;
    let code = session.prove().await.map_err(explain)?;
    remember_handle(&session.whoami().await.map_err(explain)?.handle, session.client().server_key(), &global.ring()?)?;
    if global.json {
        return print_json(&json!({"key": session.sign_key().to_hex(), "code": code.name()}));
    }
    match code {
        Code::Allowed => print("Proved. You are in.\n"),
        other => print(&format!("{}: {}\n", other.name(), other.text())),
    }
}

/// The handle was chosen by whoever registered the keys; the key file did not know it.
pub(super) fn remember_handle(handle: &str, server: &ServerKey, ring: &KeyRing) -> Result<(), CliError> {
    let Some(mut identity) = ring.find(server).map_err(ring_fault)?.filter(|identity| identity.handle != handle) else {
        return Ok(());
    };
    identity.handle = handle.into();
    // The same keys in the same place: nothing is shared that was not before.
    ring.save(&identity, Sharing::Allowed).map_err(ring_fault)?;
    Ok(())
}

/// Reads a key file, or standard input for `-`.
pub(super) fn read(file: &Path) -> Result<Identity, CliError> {
    if file != Path::new("-") {
        return read_identity(file).map_err(ring_fault);
    }
    let text = super::context::all_from_stdin("Paste the key file and press Ctrl-D:")?;
    Identity::from_json(&text).map_err(|error| CliError::Fault(error.to_string()))
}

/// Saves keys, and says what `--share-key` is for when they are another server's.
pub(super) fn save(ring: &KeyRing, identity: &Identity, sharing: Sharing) -> Result<PathBuf, CliError> {
    ring.save(identity, sharing).map_err(|error| match error {
        doorward_client::KeyRingError::Shared { .. } => CliError::Fault(format!(
            "{error}{NEXT}Make new ones, or say --share-key if these two servers may know that you are one person."
        )),
        doorward_client::KeyRingError::Occupied { .. } => {
            CliError::Fault(format!("{error}{NEXT}Move that file away first, if you no longer need it."))
        }
        other => ring_fault(other),
    })
}

/// A key file that cannot be used.
pub(super) fn ring_fault(error: doorward_client::KeyRingError) -> CliError {
    explain(Error::KeyRing(error))
}

fn public(identity: &Identity, path: &Path) -> serde_json::Value {
    let sign_key = identity.keys.sign_key();
    json!({
        "server_key": identity.server_key.to_hex(), "server_name": identity.server_name, "public_url": identity.public_url,
        "handle": identity.handle, "fingerprint": sign_key.fingerprint(), "sign_key": sign_key.to_hex(),
        "kex_key": identity.keys.kex_key().to_hex(), "created": identity.created.to_rfc3339(), "file": path.display().to_string(),
    })
}

fn in_words(identity: &Identity, path: &Path) -> String {
    let sign_key = identity.keys.sign_key();
    [
        field("server", &super::output::clean(&identity.public_url)),
        field("you", &person_of(&identity.handle, &sign_key)),
        field("sign key", &sign_key.to_hex()),
        field("kex key", &identity.keys.kex_key().to_hex()),
        field("file", &path.display().to_string()),
    ]
    .concat()
}

//! `doorward backup`: the whole state in one signed file.

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::output::{field, note, print, print_json};
use super::serve::Folder;
use super::{CliError, Global, words};
use crate::ambient::clock;
use crate::process::{self, Checked};

/// What `backup` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  doorward backup door-monday.backup
  doorward backup door.backup --force --json        from a timer, over the one of yesterday
  doorward restore door-monday.backup --check       reads it all back; changes nothing

The server may serve meanwhile; what is in the file is one moment. It is signed by the server, read back before it gets
its name, and readable by you alone (0600): it says who is here, but nobody comes in by it.

The server's key is not in it. Keep doorward-data/server.key somewhere safe as well, apart from the backups: without it
no backup is of use, and whoever has it is the server.")]
pub(super) struct Args {
    /// The file to write
    file: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    folder: Folder,
}

/// Writes it.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let config = args.folder.config()?;
    let checked = process::backup(&config, &args.file, args.force)?;
    if global.json {
        print_json(&as_json(&checked))?;
    } else {
        print(&format!("Backed up to {}\n{}", args.file.display(), in_words(&checked)))?;
        note("Not in it: the server's key. Keep a copy of server.key as well, somewhere else.");
    }
    Ok(ExitCode::SUCCESS)
}

/// What a state says of itself.
pub(super) fn in_words(checked: &Checked) -> String {
    let Checked { path: _, records, bytes, server, revision: _, place, signed_at } = checked;
    let signed = signed_at.map_or("by nobody: it is a database file".into(), |at| words::in_full(at, clock::now()));
    [
        field("server", &server.fingerprint()),
        field("records", &format!("{records}, in {}", size(*bytes))),
        field("decisions", &format!("up to number {}", place.sequence)),
        field("signed", &signed),
    ]
    .concat()
}

/// The same for scripts.
pub(super) fn as_json(checked: &Checked) -> Value {
    let Checked { path, records, bytes, server, revision, place, signed_at } = checked;
    json!({
        "file": path.display().to_string(), "server_key": server.to_hex(), "records": records, "bytes": bytes,
        "revision": revision, "sequence": place.sequence, "chain": hex::encode(place.chain),
        "signed_at": signed_at.map(|at| at.to_rfc3339()),
    })
}

/// `512 bytes`, `3.4 MB`.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes / 100 % 10),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

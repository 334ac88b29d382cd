//! `cargo xtask book`: the policy book as a file.

use crate::run::workspace;
use std::path::PathBuf;

/// Write every decision table as one page that anyone can read.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where to.
    #[arg(long, default_value = "target/policy-book.html")]
    out: PathBuf,
}

/// Writes it.
///
/// # Errors
/// It cannot be written.
pub(crate) fn run(args: &Args) -> Result<(), String> {
    let path = workspace().join(&args.out);
    std::fs::write(&path, doorward_book::ALONE).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("{}", path.display());
    Ok(())
}

//! `doorward init`: sets the server up without serving.

use std::process::ExitCode;

use doorward_core::Code;

use super::serve::Settings;
use super::{CliError, Global};
use crate::config::Config;
use crate::process;

/// What `init` understands.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  doorward init\n  doorward init --data /var/lib/doorward --public-url https://door.example\n\n\
                  The link is shown on a terminal only; otherwise it is in `owner-link.txt` (0600) in the data folder."
)]
pub(super) struct Args {
    #[command(flatten)]
    settings: Settings,
}

/// Makes a new owner link; the former one is void.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let config = Config::read(&args.settings.layers()?)?;
    if process::init(&config).await? {
        super::output::link_file(&process::owner_link_file(&config.data), global)?;
        return Ok(ExitCode::SUCCESS);
    }
    let message = "this server has an owner; ask the owner for an invite".to_owned();
    Err(CliError::Denied { code: Code::OwnerExists, message })
}

//! `doorward serve`: runs the server.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use super::{CliError, Global};
use crate::ambient::environment;
use crate::config::{Config, ConfigError, Layers};
use crate::process;

/// What `serve` understands.
///
/// Every setting can also stand in the environment (`--public-url` as `DOORWARD_PUBLIC_URL`) or in `doorward.toml`
/// (`public-url = "…"`); flags win over the environment, the environment over the file.
#[derive(Debug, Parser)]
#[command(
    after_help = "Examples:\n  doorward serve\n  doorward serve --listen 0.0.0.0:8460 --public-url https://door.example --data /var/lib/doorward\n  \
                  doorward serve --print-config\n\nSIGTERM stops it after what is in flight; SIGHUP reads the policy file again."
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) settings: Settings,

    /// Show every setting, its value and where it came from, and stop
    #[arg(long)]
    print_config: bool,
}

/// Which server on this machine: what commands need that only touch its files.
#[derive(Debug, clap::Args)]
pub(super) struct Folder {
    /// Read settings from this file [env: DOORWARD_CONFIG] [default: doorward.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// The folder with the store and the server's key [default: ./doorward-data]
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
}

impl Folder {
    /// Lays the flags over environment and file.
    pub(super) fn config(self) -> Result<Config, ConfigError> {
        let Self { config, data } = self;
        Config::read(&Layers::gather(config.as_deref(), &[("data", data)], environment::setting)?)
    }
}

/// The settings that `serve` and `init` share. The words behind each end with what holds when nobody says otherwise.
#[derive(Debug, clap::Args)]
pub(super) struct Settings {
    /// Read settings from this file [env: DOORWARD_CONFIG] [default: doorward.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Where to listen [default: 127.0.0.1:8460]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,

    /// What links begin with: https, or http on this machine itself; must be set if `listen` is not for this machine
    /// alone [default: follows listen: http://<listen>]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,

    /// The folder with the store and the server's key; made if it is not there [default: ./doorward-data]
    #[arg(long, value_name = "DIR")]
    data: Option<String>,

    /// What a new server is called [default: Doorward]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// The kind of store [default: sqlite]
    #[arg(long, value_name = "STORE")]
    store: Option<String>,

    /// Where services of yours ask: `unix:<path>` or `off` [default: unix:<data>/service.sock]
    #[arg(long, value_name = "SOCKET")]
    service_listen: Option<String>,

    /// Who may use that socket: 0600 (the same user) or 0660 (the same group, which must be able to enter the socket's
    /// folder; the data folder is made 0700, so put the socket elsewhere) [default: 0600]
    #[arg(long, value_name = "MODE")]
    service_mode: Option<String>,

    /// A policy module to use instead of the one built in
    #[arg(long, value_name = "FILE")]
    policy: Option<String>,

    /// Connections served at one time; further ones wait [default: 1024]
    #[arg(long, value_name = "NUMBER")]
    max_connections: Option<String>,

    /// Addresses of proxies whose X-Forwarded-For counts, with commas between [default: none]
    #[arg(long, value_name = "ADDRESSES")]
    trusted_proxies: Option<String>,

    /// What to log: error, warn, info, debug, trace, or a filter such as `info,doorward_shell=debug` [default: info]
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,

    /// How to log: text, or json for machines [default: text]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
}

impl Settings {
    /// Lays the flags over environment and file.
    pub(super) fn layers(self) -> Result<Layers, ConfigError> {
        let Self {
            config,
            listen,
            public_url,
            data,
            name,
            store,
            service_listen,
            service_mode,
            policy,
            max_connections,
            trusted_proxies,
            log,
            log_format,
        } = self;
        let flags = [
            ("listen", listen),
            ("public-url", public_url),
            ("data", data),
            ("name", name),
            ("store", store),
            ("service-listen", service_listen),
            ("service-mode", service_mode),
            ("policy", policy),
            ("max-connections", max_connections),
            ("trusted-proxies", trusted_proxies),
            ("log", log),
            ("log-format", log_format),
        ];
        Layers::gather(config.as_deref(), &flags, environment::setting)
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        CliError::Usage(error.to_string())
    }
}

impl From<process::Failure> for CliError {
    fn from(failure: process::Failure) -> Self {
        CliError::Fault(failure.to_string())
    }
}

/// Serves until it is told to stop.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let layers = args.settings.layers()?;
    if args.print_config {
        print(&layers, global.json)?;
        // What makes no sense is shown as well, and then refused.
        Config::read(&layers)?;
        return Ok(ExitCode::SUCCESS);
    }
    process::serve(&Config::read(&layers)?).await?;
    Ok(ExitCode::SUCCESS)
}

fn print(layers: &Layers, json: bool) -> Result<(), CliError> {
    if !json {
        print!("{}", layers.describe());
        return Ok(());
    }
    let rows: serde_json::Map<String, serde_json::Value> = layers
        .rows()
        .map(|(name, sourced)| {
            (name.to_owned(), serde_json::json!({ "value": sourced.value, "origin": sourced.origin.to_string() }))
        })
        .collect();
    let text = serde_json::to_string_pretty(&rows).map_err(|error| CliError::Fault(error.to_string()))?;
    println!("{text}");
    Ok(())
}

//! Settings, read: from here on every value is what it says it is.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::{ConfigError, Layers, Origin, PublicUrl, Sourced};

/// Everything `serve` and `init` need to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where HTTP is served to everyone.
    pub listen: SocketAddr,
    /// What links begin with and signed requests cover.
    pub public_url: PublicUrl,
    /// The data folder.
    pub data: PathBuf,
    /// What a new server is called.
    pub name: String,
    /// Where HTTP is served to services of the same operator.
    pub service_listen: ServiceListen,
    /// The policy module to use instead of the one built in.
    pub policy: Option<PathBuf>,
    /// Connections served at one time; further ones wait.
    pub max_connections: usize,
    /// Added to every commit, to stand for a slower disk in figures.
    pub sync_delay: Duration,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpAddr>,
    /// What is logged: a `tracing` filter.
    pub log: String,
    /// How it is logged.
    pub log_format: LogFormat,
}

/// Where services ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceListen {
    /// A Unix socket, with these permission bits: 0600 or 0660.
    Unix(PathBuf, u32),
    /// Nowhere.
    Off,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines, one object a line.
    Json,
}

impl Config {
    /// Reads every setting.
    ///
    /// # Errors
    /// The first setting that makes no sense, where it came from, and what to write instead.
    pub fn read(layers: &Layers) -> Result<Config, ConfigError> {
        let data = PathBuf::from(text(layers, "data")?);
        let listen = parsed(layers, "listen", |value| {
            value.parse().map_err(|_| format!("`{value}` is not an address and port; write for example 127.0.0.1:8460"))
        })?;
        Ok(Config {
            listen,
            public_url: public_url(layers, listen)?,
            name: text(layers, "name")?,
            service_listen: service_listen(layers)?,
            policy: Some(&layers.get("policy").value).filter(|value| !value.is_empty()).map(PathBuf::from),
            max_connections: parsed(layers, "max-connections", |value| {
                value
                    .parse()
                    .ok()
                    .filter(|n| (1..=100_000).contains(n))
                    .ok_or_else(|| format!("`{value}` is not a number from 1 to 100000"))
            })?,
            sync_delay: parsed(layers, "sync-delay-ms", |value| {
                value.parse().map(Duration::from_millis).map_err(|_| format!("`{value}` is not a number of milliseconds"))
            })?,
            trusted_proxies: parsed(layers, "trusted-proxies", addresses)?,
            log: text(layers, "log")?,
            log_format: parsed(layers, "log-format", |value| match value {
                "text" => Ok(LogFormat::Text),
                "json" => Ok(LogFormat::Json),
                _ => Err(format!("`{value}` is neither `text` nor `json`")),
            })?,
            data: parsed(layers, "store", |value| match value {
                "sqlite" => Ok(data.clone()),
                _ => Err(format!("`{value}` is no store; there is: sqlite")),
            })?,
        })
    }
}

fn parsed<T>(layers: &Layers, name: &'static str, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<T, ConfigError> {
    let Sourced { value, origin } = layers.get(name);
    parse(value).map_err(|why| ConfigError(format!("{name} ({origin}): {why}")))
}

fn text(layers: &Layers, name: &'static str) -> Result<String, ConfigError> {
    parsed(layers, name, |value| if value.is_empty() { Err("must not be empty".to_owned()) } else { Ok(value.to_owned()) })
}

/// What others are to call an address that is not this machine's alone, nobody but the operator knows.
fn public_url(layers: &Layers, listen: SocketAddr) -> Result<PublicUrl, ConfigError> {
    let follows = matches!(layers.get("public-url").origin, Origin::Follows(_));
    if follows && !listen.ip().is_loopback() {
        return Err(ConfigError(format!(
            "public-url: must be set when listening on {listen}, which is not for this machine alone; \
             write the https address that people see, for example --public-url https://door.example"
        )));
    }
    parsed(layers, "public-url", PublicUrl::parse)
}

fn service_listen(layers: &Layers) -> Result<ServiceListen, ConfigError> {
    let mode = parsed(layers, "service-mode", |value| match value {
        "0600" | "600" => Ok(0o600),
        "0660" | "660" => Ok(0o660),
        _ => Err(format!("`{value}` is neither 0600 (the same user) nor 0660 (the same group)")),
    })?;
    parsed(layers, "service-listen", |value| match value {
        "off" => Ok(ServiceListen::Off),
        _ => match value.strip_prefix("unix:") {
            Some(path) if !path.is_empty() => Ok(ServiceListen::Unix(PathBuf::from(path), mode)),
            _ => Err(format!("`{value}` is neither `unix:<path>` nor `off`")),
        },
    })
}

fn addresses(value: &str) -> Result<Vec<IpAddr>, String> {
    let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.map(|item| item.parse().map_err(|_| format!("`{item}` is not an IP address"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(flags: &[(&'static str, &str)]) -> Result<Config, ConfigError> {
        let flags: Vec<_> = flags.iter().map(|(name, value)| (*name, Some((*value).to_owned()))).collect();
        Config::read(&Layers::gather(None, &flags, |_| Ok(None)).unwrap())
    }

    #[test]
    fn defaults_hold() {
        let config = read(&[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8460");
        assert_eq!(config.public_url.as_str(), "http://127.0.0.1:8460");
        assert_eq!(config.data, PathBuf::from("./doorward-data"));
        assert_eq!(config.name, "Doorward");
        assert_eq!(config.service_listen, ServiceListen::Unix("./doorward-data/service.sock".into(), 0o600));
        assert_eq!(config.policy, None);
    }

    #[test]
    fn the_public_url_follows_a_loopback_address_and_no_other() {
        for listen in ["127.0.0.1:9000", "[::1]:9000", "127.0.0.2:80"] {
            assert_eq!(read(&[("listen", listen)]).unwrap().public_url.as_str(), format!("http://{listen}"));
        }
        for listen in ["0.0.0.0:8460", "[::]:8460", "192.168.1.2:8460"] {
            let error = read(&[("listen", listen)]).unwrap_err();
            assert!(error.0.starts_with(&format!("public-url: must be set when listening on {listen}")), "{error}");
            let said = [("listen", listen), ("public-url", "https://door.example")];
            assert_eq!(read(&said).unwrap().public_url.as_str(), "https://door.example");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused_and_named() {
        for (name, value) in [
            ("listen", "8460"),
            ("public-url", "http://door.example"),
            ("data", ""),
            ("store", "postgres"),
            ("service-listen", "127.0.0.1:1"),
            ("service-mode", "0666"),
            ("max-connections", "0"),
            ("trusted-proxies", "10.0.0.1, proxy"),
            ("log-format", "xml"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert!(error.0.starts_with(&format!("{name} (flag): ")), "{error}");
        }
        assert_eq!(read(&[("service-listen", "off")]).unwrap().service_listen, ServiceListen::Off);
        assert_eq!(read(&[("trusted-proxies", "10.0.0.1, ::1")]).unwrap().trusted_proxies.len(), 2);
    }
}

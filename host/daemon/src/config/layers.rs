//! Settings as text, from four places, and which place won.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::ConfigError;

/// A setting: what it is called everywhere, what it is when nobody says, and what it means.
pub(super) struct Setting {
    /// In flags and the file as it is; in the environment `DOORWARD_<NAME>`.
    pub(super) name: &'static str,
    /// The default; empty if there is none.
    pub(super) default: &'static str,
}

/// Every setting, in the order `--print-config` shows them. The words for people stand in `cli::serve`.
pub(super) const SETTINGS: &[Setting] = &[
    Setting { name: "listen", default: "127.0.0.1:8460" },
    Setting { name: "public-url", default: "" },
    Setting { name: "data", default: "./doorward-data" },
    Setting { name: "name", default: "Doorward" },
    Setting { name: "store", default: "sqlite" },
    Setting { name: "service-listen", default: "" },
    Setting { name: "service-mode", default: "0600" },
    Setting { name: "policy", default: "" },
    Setting { name: "max-connections", default: "1024" },
    // Stands for a slower disk in figures; no flag, because nobody should want it.
    Setting { name: "sync-delay-ms", default: "0" },
    Setting { name: "trusted-proxies", default: "" },
    Setting { name: "log", default: "info" },
    Setting { name: "log-format", default: "text" },
];

/// The file that is read when none is named and it is there.
pub(super) const USUAL_FILE: &str = "doorward.toml";

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag.
    Flag,
    /// An environment variable, of this name.
    Environment(String),
    /// This file.
    File(PathBuf),
    /// Nobody said otherwise.
    Default,
    /// Nobody said otherwise, and it depends on another setting.
    Follows(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag => f.write_str("flag"),
            Origin::Environment(variable) => write!(f, "environment {variable}"),
            Origin::File(path) => write!(f, "file {}", path.display()),
            Origin::Default => f.write_str("default"),
            Origin::Follows(setting) => write!(f, "follows {setting}"),
        }
    }
}

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced {
    /// As it was written.
    pub value: String,
    /// Where.
    pub origin: Origin,
}

/// Every setting with its winning value.
#[derive(Clone, Debug)]
pub struct Layers {
    values: BTreeMap<&'static str, Sourced>,
}

impl Layers {
    /// Lays `flags` over the environment (asked through `environment`, by setting name) over the file.
    ///
    /// # Errors
    /// A file that cannot be read, does not parse, or has a setting nobody knows.
    pub fn gather(
        file: Option<&Path>,
        flags: &[(&'static str, Option<String>)],
        environment: impl Fn(&str) -> Result<Option<String>, String>,
    ) -> Result<Layers, ConfigError> {
        let asked = |name: &str| environment(name).map_err(|variable| ConfigError(format!("{variable} is not UTF-8")));
        let named = match file {
            Some(path) => Some(path.to_path_buf()),
            None => asked("config")?.map(PathBuf::from),
        };
        let (path, from_file) = read_file(named)?;
        let mut values = BTreeMap::new();
        for Setting { name, default } in SETTINGS {
            let flag = flags.iter().find(|(flag, _)| flag == name).and_then(|(_, value)| value.clone());
            let sourced = if let Some(value) = flag {
                Sourced { value, origin: Origin::Flag }
            } else if let Some(value) = asked(name)? {
                Sourced { value, origin: Origin::Environment(crate::ambient::environment::variable(name)) }
            } else if let Some(value) = from_file.get(*name) {
                Sourced { value: value.clone(), origin: Origin::File(path.clone()) }
            } else {
                Sourced { value: (*default).to_owned(), origin: Origin::Default }
            };
            values.insert(*name, sourced);
        }
        // The defaults that follow from other settings.
        let listen = values["listen"].value.clone();
        if let Some(url) = values.get_mut("public-url").filter(|url| url.origin == Origin::Default) {
            let address = listen.parse::<SocketAddr>().map_or(listen, |address| address.to_string());
            *url = Sourced { value: format!("http://{address}"), origin: Origin::Follows("listen") };
        }
        let data = values["data"].value.clone();
        if let Some(service) = values.get_mut("service-listen").filter(|service| service.value.is_empty()) {
            service.value = format!("unix:{}/service.sock", data.trim_end_matches('/'));
        }
        Ok(Layers { values })
    }

    /// The value of a setting.
    ///
    /// # Panics
    /// For a name that is not in [`SETTINGS`], which a test would notice.
    pub fn get(&self, name: &'static str) -> &Sourced {
        &self.values[name]
    }

    /// One line a setting: name, value, origin.
    pub fn describe(&self) -> String {
        let longest = |text: fn(&(&'static str, &Sourced)) -> usize| self.rows().map(|row| text(&row)).max().unwrap_or(0);
        let (names, values) = (longest(|row| row.0.len()), longest(|row| row.1.value.len()));
        self.rows().map(|(name, Sourced { value, origin })| format!("{name:names$}  {value:values$}  # {origin}\n")).collect()
    }

    /// Every setting in the order of the table.
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, &Sourced)> {
        SETTINGS.iter().map(|setting| (setting.name, self.get(setting.name)))
    }
}

/// Reads the file that was named, or the usual one if it is there.
fn read_file(named: Option<PathBuf>) -> Result<(PathBuf, BTreeMap<String, String>), ConfigError> {
    let path = named.clone().unwrap_or_else(|| PathBuf::from(USUAL_FILE));
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => String::new(),
        Err(error) => return Err(ConfigError(format!("cannot read {}: {error}", path.display()))),
    };
    let values = parse_file(&text).map_err(|why| ConfigError(format!("{}: {why}", path.display())))?;
    Ok((path, values))
}

fn parse_file(text: &str) -> Result<BTreeMap<String, String>, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let mut values = BTreeMap::new();
    for (name, value) in table {
        if !SETTINGS.iter().any(|setting| setting.name == name) {
            let known: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
            return Err(format!("there is no setting `{name}`; there are: {}", known.join(", ")));
        }
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Array(items) => joined(&name, items)?,
            toml::Value::Boolean(_) | toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => {
                return Err(format!("`{name}` is neither text nor a number nor a list of texts"));
            }
        };
        values.insert(name, value);
    }
    Ok(values)
}

fn joined(name: &str, items: Vec<toml::Value>) -> Result<String, String> {
    let texts: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
    texts.map(|texts| texts.join(",")).ok_or_else(|| format!("`{name}` is a list of something else than texts"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(_: &str) -> Result<Option<String>, String> {
        Ok(None)
    }

    #[test]
    fn flags_over_environment_over_file_over_default() {
        let dir = std::env::temp_dir().join(format!("doorward-layers-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let file = dir.join("some.toml");
        std::fs::write(&file, "listen = \"1.1.1.1:1\"\nname = \"From file\"\nmax-connections = 7\n").unwrap();
        let environment = |name: &str| Ok((name == "listen" || name == "data").then(|| "from environment".to_owned()));
        let flags = [("data", Some("from flag".to_owned())), ("name", None)];
        let layers = Layers::gather(Some(&file), &flags, environment).unwrap();
        for (name, value, origin) in [
            ("data", "from flag", Origin::Flag),
            ("listen", "from environment", Origin::Environment("DOORWARD_LISTEN".into())),
            ("name", "From file", Origin::File(file.clone())),
            ("max-connections", "7", Origin::File(file.clone())),
            ("store", "sqlite", Origin::Default),
            ("public-url", "http://from environment", Origin::Follows("listen")),
        ] {
            assert_eq!(layers.get(name), &Sourced { value: value.into(), origin }, "{name}");
        }
        assert!(
            layers.describe().lines().any(|line| line.starts_with("listen") && line.ends_with("# environment DOORWARD_LISTEN"))
        );
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn a_file_that_says_something_unknown_is_refused() {
        for (text, says) in [("lisen = \"x\"", "there is no setting `lisen`"), ("listen = true", "neither text nor"), ("= 1", "")]
        {
            let why = parse_file(text).unwrap_err();
            assert!(why.contains(says), "{why}");
        }
        let missing = Layers::gather(Some(Path::new("/nowhere/doorward.toml")), &[], nothing).unwrap_err();
        assert!(missing.0.starts_with("cannot read /nowhere/doorward.toml"), "{missing}");
    }
}

//! The public URL: what links begin with, and what every signed request covers.

use std::fmt;
use std::net::IpAddr;

/// `https://host[:port]`, or `http` to a loopback host: keys can be made in no other place. No path, no slash at the
/// end, lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with it, and what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = text.trim_end_matches('/');
        let Some((scheme, authority)) = url.split_once("://") else {
            return Err(format!("`{text}` is not a URL; write for example https://door.example"));
        };
        if !is_authority(authority) {
            return Err(format!(
                "`{text}` must be a scheme and a host in lower case, with a port if needed, and nothing after them"
            ));
        }
        match scheme {
            "https" => Ok(Self(url.to_owned())),
            "http" if is_loopback(host_of(authority)) => Ok(Self(url.to_owned())),
            "http" => Err(format!(
                "`{text}` is neither https nor this machine itself, so browsers would make no keys there; \
                 put TLS in front and write https://…"
            )),
            _ => Err(format!("`{text}` is neither https nor http")),
        }
    }

    /// Without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether browsers see it over TLS.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_authority(authority: &str) -> bool {
    let (host, port) = split_port(authority);
    let is_name = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'.' || c == b'-';
    let good_host = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(is_name),
    };
    good_host && port.is_none_or(|port| !port.starts_with('0') && port.parse::<u16>().is_ok())
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rfind(':') {
        Some(at) if !authority[at..].contains(']') => (&authority[..at], Some(&authority[at + 1..])),
        _ => (authority, None),
    }
}

fn host_of(authority: &str) -> &str {
    split_port(authority).0.trim_start_matches('[').trim_end_matches(']')
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_or_loopback() {
        for good in [
            "https://door.example",
            "https://door.example:8443",
            "http://127.0.0.1:8460",
            "http://localhost",
            "http://[::1]:8460",
            "https://192.168.1.2",
        ] {
            assert_eq!(PublicUrl::parse(good).as_ref().map(PublicUrl::as_str), Ok(good));
        }
        assert_eq!(PublicUrl::parse("https://door.example/").unwrap().as_str(), "https://door.example");
        for bad in [
            "",
            "door.example",
            "http://door.example",
            "http://192.168.1.2:8460",
            "ftp://door.example",
            "https://",
            "https://door.example/x",
            "https://user@door.example",
            "https://Door.example",
            "https://door.example?x",
            "https://door.example:0443",
            "https://door.example:99999",
            "https://[::1",
            "http://localhost.example",
            // Names below it may lead anywhere: no client takes them for this machine.
            "http://door.localhost:80",
            "https://door.example#x",
            "http://[::2]:1",
            "https://a b",
        ] {
            assert!(PublicUrl::parse(bad).is_err(), "{bad}");
        }
    }
}

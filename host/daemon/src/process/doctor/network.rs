//! Where the server is to be found, and who stands in front of it.

use std::net::{IpAddr, SocketAddr};

use doorward_client::Client;
use doorward_core::ServerKey;

use super::Finding;
use crate::config::Config;

/// Whether guessing is counted by guesser, and plain http stays where it belongs.
pub(super) fn proxies(config: &Config) -> Finding {
    let Config { listen, public_url, trusted_proxies, .. } = config;
    let name = "give its address as trusted-proxies";
    match (listen.ip().is_loopback(), trusted_proxies.as_slice()) {
        (true, []) if public_url.is_https() => Finding::warn(
            "proxies",
            "behind a proxy that is not trusted, failed proofs and joins without an invite have one limit for everyone",
            name,
        ),
        (true, []) => Finding::ok("proxies", "none, and only this machine can connect"),
        (false, []) => Finding::warn(
            "proxies",
            format!("whoever reaches {listen} speaks plain http to it, past any proxy"),
            "listen on this machine alone (127.0.0.1) and put a proxy with TLS in front",
        ),
        (true, proxies) if !proxies.iter().any(IpAddr::is_loopback) => Finding::warn(
            "proxies",
            format!("the server listens on {listen}, where none of the trusted proxies can come from"),
            "a proxy on this machine has the address 127.0.0.1 or ::1",
        ),
        (_, proxies) => {
            let proxies = proxies.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ");
            Finding::ok("proxies", format!("trusted: {proxies}"))
        }
    }
}

/// Whether the server runs here, and whether people find it where its links say.
pub(super) async fn addresses(config: &Config, server: &ServerKey) -> Vec<Finding> {
    let near = near(config.listen);
    let public = config.public_url.as_str();
    let running = match meet(&near).await {
        Ok(key) if key == *server => true,
        Ok(_) => {
            let line = format!("another server than this answers at {near}");
            return vec![Finding::fail("server", line, "stop it, or give one of them another address with --listen")];
        }
        Err(_) => false,
    };
    if !running {
        return vec![
            Finding::ok("server", format!("nobody answers at {near}: it does not run")),
            Finding::ok("public-url", format!("{public}, which was not tried: the server does not run")),
        ];
    }
    let is_running = Finding::ok("server", format!("runs, and answers at {near}"));
    let found = match meet(public).await {
        Ok(key) if key == *server => Finding::ok("public-url", format!("{public} leads here")),
        Ok(_) => Finding::fail("public-url", format!("{public} leads to another server"), "look at the proxy, and at public-url"),
        Err(why) => Finding::fail(
            "public-url",
            format!("{public} does not lead here: {why}"),
            "look at name, certificate and proxy; if only this machine cannot reach it, try it from elsewhere",
        ),
    };
    vec![is_running, found]
}

/// The listener as this machine reaches it.
fn near(listen: SocketAddr) -> String {
    let mut address = listen;
    if listen.ip().is_unspecified() {
        let loopback = if listen.is_ipv4() { IpAddr::from([127, 0, 0, 1]) } else { IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1u16]) };
        address.set_ip(loopback);
    }
    format!("http://{address}")
}

async fn meet(url: &str) -> Result<ServerKey, doorward_client::Error> {
    Client::connect(url).await.map(|client| *client.server_key())
}

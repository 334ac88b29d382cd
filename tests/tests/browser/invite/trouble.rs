//! A server, a network or a browser in trouble.

use super::{Guest, link, mint};
use crate::chromium::Driver;
use doorward_client::MintOptions;
use doorward_tests::{Clock, Daemon, Oops, program};
use serde_json::json;
use std::process::Command;

/// `plain` resolves `door.test`, which is no address that a browser trusts without https.
pub(super) async fn tour(guest: Guest, plain: Guest) -> Result<(), Oops> {
    let clock = Clock::new()?;
    let mut daemon = Daemon::start_with(clock.settings())?;
    let owner = daemon.owner().await?;
    let link = link(&mint(&owner, MintOptions { max_uses: 0, ..MintOptions::default() }).await?)?;
    plain.is_told(&link.replace("127.0.0.1", "door.test"), "insecure-origin").await?;
    not_all_of_the_page(&guest, &link).await?;
    no_server(&guest, &mut daemon, &link).await?;
    clock.set("-3600")?;
    guest.is_told(&link, "clock-behind").await?;
    clock.set("0")?;
    guest.browser.press("Try again").await?;
    guest.browser.see("Ada invites you").await?;
    the_owner_is_recovered(&guest, &mut daemon).await
}

async fn not_all_of_the_page(guest: &Guest, link: &str) -> Result<(), Oops> {
    let browser = &guest.browser;
    browser.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": true })).await?;
    browser.open(link).await?;
    browser.pictures("invite/no-script").await?;
    browser.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": false })).await?;
    browser.devtools("Network.enable", &json!({})).await?;
    browser.devtools("Network.setBlockedURLs", &json!({ "urls": ["*/shared/dom.js"] })).await?;
    browser.open(link).await?;
    browser.see("This page did not load completely").await?;
    browser.looks("invite/not-loaded").await?;
    browser.devtools("Network.setBlockedURLs", &json!({ "urls": [] })).await?;
    browser.press("Load it again · Neu laden").await?;
    browser.see("Ada invites you").await
}

async fn no_server(guest: &Guest, daemon: &mut Daemon, link: &str) -> Result<(), Oops> {
    guest.browser.open(&format!("{}/i", daemon.public_url)).await?;
    guest.browser.fill("textarea", link).await?;
    daemon.kill()?;
    guest.browser.press("Look at the invitation").await?;
    guest.meets("unavailable", "unavailable").await?;
    daemon.restart()?;
    guest.browser.press("Try again").await?;
    guest.browser.see("Ada invites you").await
}

async fn the_owner_is_recovered(guest: &Guest, daemon: &mut Daemon) -> Result<(), Oops> {
    daemon.terminate()?;
    let mut recover = Command::new(program()?);
    recover.args(["owner", "recover", "--yes", "--public-url", &daemon.public_url, "--data"]).arg(daemon.data());
    let done = recover.output()?;
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    daemon.restart()?;
    guest.browser.open(&daemon.owner_link()?).await?;
    guest.browser.see("Take your server back").await?;
    guest.sees("rebind").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_keeps_nothing_makes_no_keys() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let link = daemon.owner_link()?;
    let forgetful = [("profile.default_content_setting_values.cookies", json!(2))];
    let browser = driver.browser_for("forgetful", "en-US", &[], &forgetful).await?;
    browser.open(&link).await?;
    browser.see("This browser would not keep your keys").await?;
    browser.looks("invite/no-storage").await
}

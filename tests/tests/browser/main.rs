//! The story in a real Chromium against the real daemon: the owner comes in by the printed link, makes an invite in the
//! console, a second person redeems it in another browser profile, and is shown the door.
//!
//! Screenshots of what was seen are left in `target/screenshots/`. `DOORWARD_TEST_NO_BROWSER` leaves these tests out.

#![allow(clippy::disallowed_methods, reason = "a test reads its environment")]

mod chromium;
mod console;
mod govern;
mod inbox;
mod invite;
mod links;
mod looks;
mod networks;
mod person;
mod place;
mod shell;
mod weight;

use chromium::{Browser, Driver};
use doorward_tests::{Connection, Daemon, Oops};
use std::os::unix::net::UnixStream;

const PASSPHRASE: &str = "correct horse battery staple";

/// Opens an owner link, makes keys with a backup that is read back, and comes in.
async fn come_in_as_owner(browser: &Browser, link: &str) -> Result<(), Oops> {
    browser.open(link).await?;
    browser.see("Welcome to your server").await?;
    assert!(!browser.url().await?.contains('#'), "the link is taken out of the address bar");
    browser.fill("input[name=username]", "Ada").await?;
    browser.press("Accept the invitation").await?;
    browser.see("First, a backup of your keys").await?;
    for field in browser.all("input[type=password]").await? {
        field.send_keys(PASSPHRASE).await?;
    }
    browser.press("Save the backup").await?;
    browser.see("see whether it works").await?;
    let backup = browser.downloaded(".age").await?;
    let sealed = std::fs::read_to_string(&backup)?;
    assert!(sealed.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"), "an established format");
    browser.fill("input[type=file]", backup.to_str().ok_or("not UTF-8")?).await?;
    browser.fill("input[type=password]", "not the passphrase").await?;
    browser.press("Open the backup and join").await?;
    browser.see("does not open the file").await?;
    browser.fill("input[type=password]", PASSPHRASE).await?;
    browser.press("Open the backup and join").await?;
    browser.see("You are in").await?;
    browser.looks("invite/in-as-owner").await
}

/// Makes an invite in the console and gives its link.
async fn invite(browser: &Browser, daemon: &Daemon, greeting: &str) -> Result<String, Oops> {
    browser.open(&format!("{}/admin/invites", daemon.public_url)).await?;
    browser.press("Invite someone").await?;
    browser.fill("dialog textarea", greeting).await?;
    browser.press("Make the link").await?;
    let link = browser.text_starting_with("dialog output", &format!("{}/i#", daemon.public_url)).await?;
    browser.find("dialog svg").await?;
    browser.press("Done").await?;
    Ok(link)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_invites_a_person_and_shows_them_the_door() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let owner = driver.browser("owner").await?;
    come_in_as_owner(&owner, &daemon.owner_link()?).await?;
    let link = invite(&owner, &daemon, "Welcome to the reading circle").await?;

    let guest = driver.browser("guest").await?;
    guest.open(&link).await?;
    guest.see("Ada").await?;
    guest.see("Welcome to the reading circle").await?;
    guest.fill("input[name=username]", "Cyd").await?;
    guest.press("Accept the invitation").await?;
    guest.press("Go on without").await?;
    guest.see("Without a backup?").await?;
    guest.press("Join without a backup").await?;
    guest.see("You are in").await?;
    guest.see("Welcome to Doorward. You are Cyd").await?;
    guest.open(&link).await?;
    guest.see("Cyd").await?;

    owner.open(&format!("{}/admin/invites", daemon.public_url)).await?;
    owner.press("Closed").await?;
    owner.see("Welcome to the reading circle").await?;
    assert!(!owner.text().await?.contains("Cyd"), "nobody has asked yet who came through");
    for summary in owner.all("invites-section summary").await? {
        summary.click().await?;
    }
    owner.see("Cyd").await?;
    owner.looks("console/invites").await?;

    owner.open(&format!("{}/admin/people", daemon.public_url)).await?;
    owner.see("Cyd").await?;
    owner.looks("console/people").await?;
    let key = key_of(&daemon, "Cyd", &owner).await?;
    assert_eq!(asked_by_a_service(&daemon, &key)?, (true, "allowed".into()));
    owner.press_labelled("Manage Cyd").await?;
    owner.press_labelled("Revoke: Cyd").await?;
    owner.press_in_dialog("Revoke").await?;
    owner.see("revoked").await?;
    owner.shot("console-revoked").await?;
    assert_eq!(asked_by_a_service(&daemon, &key)?, (false, "account-revoked".into()));

    guest.open(&format!("{}/admin", daemon.public_url)).await?;
    guest.see("Your account here has been closed.").await?;
    guest.shot("guest-revoked").await?;
    Ok(())
}

/// The guest's key, as the daemon's own log of acknowledged people has it: asked by the service socket for everyone
/// the console lists.
async fn key_of(daemon: &Daemon, handle: &str, owner: &Browser) -> Result<String, Oops> {
    // The console keeps the key of a person in no attribute; the signed list behind it does, and the page can fetch it.
    let script = "const [url, done] = arguments; import('/assets/shared/api.js').then(async (api) => {
        const { loadKeys } = await import('/assets/shared/keystore.js');
        const server = await api.wellKnown();
        const keys = await loadKeys(server.server_key);
        const list = await api.signed(keys, server, 'GET', '/v1/accounts');
        done(JSON.stringify(list.items));
    }).catch((error) => done('error ' + error));";
    let text = owner.run_async(script, &daemon.public_url).await?;
    let items: serde_json::Value = serde_json::from_str(&text).map_err(|_| text.clone())?;
    let found = items.as_array().into_iter().flatten().find(|account| account["handle"] == handle);
    Ok(found.and_then(|account| account["key"].as_str()).ok_or("nobody by that name")?.to_owned())
}

fn asked_by_a_service(daemon: &Daemon, key: &str) -> Result<(bool, String), Oops> {
    let mut socket = Connection::over(UnixStream::connect(daemon.service_socket())?);
    let answer = socket.call("GET", &format!("/v1/authorized/{key}"), None)?;
    Ok((answer.json()["allow"] == true, answer.code()))
}

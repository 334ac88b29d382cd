//! What is done to people in the console: roles, tags, the door, bans, the list of keys that may join, and handing over.

use crate::chromium::Driver;
use crate::person::Person;
use doorward_client::{Session, Until};
use doorward_core::role::Role;
use doorward_core::{SignKey, SpaceId};
use doorward_tests::{Daemon, Oops};

const SERVER: &SpaceId = &SpaceId::SERVER;

/// Somebody new, in a browser of their own.
pub(crate) async fn come_in(driver: &Driver, daemon: &Daemon, owner: &Session, handle: &str) -> Result<Person, Oops> {
    let link = Daemon::invite(owner, 1).await?.link().ok_or("no link")?;
    Person::come_in(driver, daemon, &link, handle).await
}

/// Somebody new, without a browser.
async fn join(daemon: &Daemon, owner: &Session, handle: &str) -> Result<Session, Oops> {
    daemon.join(&Daemon::invite(owner, 1).await?.link().ok_or("no link")?, handle).await
}

impl Person {
    /// Unfolds what may be done to somebody, and presses one of it.
    pub(crate) async fn start(&self, what: &str, handle: &str) -> Result<(), Oops> {
        let row = format!("[...document.querySelectorAll('.rows > li')].find((row) => row.innerText.startsWith({handle:?}))");
        self.until(&row).await?;
        if self.script(&format!("return {row}.querySelector('details.manage').open;")).await? == false {
            self.browser.press_labelled(&format!("Manage {handle} ")).await?;
        }
        self.browser.press_labelled(&format!("{what}: {handle} ")).await
    }

    /// Does it, where it asks first.
    pub(crate) async fn does(&self, what: &str, handle: &str) -> Result<(), Oops> {
        self.start(what, handle).await?;
        self.browser.press_in_dialog(what).await?;
        self.until("!document.querySelector('dialog')").await
    }

    /// The chips beside somebody's name, as they are now.
    pub(crate) async fn chips(&self, handle: &str) -> Result<Vec<String>, Oops> {
        let row = format!("[...document.querySelectorAll('.rows > li')].find((row) => row.innerText.startsWith({handle:?}))");
        let chips = format!("return [...({row}?.querySelectorAll('.chip') ?? [])].map((chip) => chip.textContent);");
        Ok(serde_json::from_value(self.script(&chips).await?)?)
    }

    /// Waits until the chips beside somebody's name are these.
    pub(crate) async fn sees_chips(&self, handle: &str, chips: &[&str]) -> Result<(), Oops> {
        let start = std::time::Instant::now();
        loop {
            let seen = self.chips(handle).await?;
            if seen == chips {
                return Ok(());
            }
            if start.elapsed().as_secs() > 20 {
                return Err(format!("{handle}: {seen:?} and not {chips:?}").into());
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

async fn role_of(owner: &Session, key: &SignKey) -> Result<Option<String>, Oops> {
    Ok(owner.account(key).await?.role.map(|role| role.as_str().to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_tags_and_the_door() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    let bea = come_in(&driver, &daemon, &ada.session, "Bea").await?;
    let cyd = join(&daemon, &ada.session, "Cyd").await?;
    let key = bea.session.sign_key();

    ada.go(&daemon, "people").await?;
    ada.sees_chips("Bea", &["member"]).await?;
    ada.browser.press_labelled("Manage Bea ").await?;
    ada.browser.looks("console/manage").await?;
    ada.start("Make admin", "Bea").await?;
    ada.browser.looks("console/promote").await?;
    ada.browser.press_in_dialog("Make admin").await?;
    ada.sees_chips("Bea", &["admin"]).await?;
    assert_eq!(role_of(&ada.session, &key).await?.as_deref(), Some("admin"));
    let focused = "document.activeElement.closest('li')?.innerText.startsWith('Bea')";
    ada.until(focused).await?;

    // What Bea has become shows on her own page, which she has left as it was.
    bea.until("[...document.querySelectorAll('#sections a')].some(({ textContent }) => textContent === 'Invites')").await?;
    bea.start("Show the door", "Ada").await?;
    bea.browser.press_in_dialog("Show the door").await?;
    bea.browser.see("Only someone of higher rank may do this.").await?;
    bea.browser.looks("console/rank-too-low").await?;
    bea.browser.press_in_dialog("Never mind").await?;

    ada.start("Edit tags", "Bea").await?;
    ada.browser.fill("dialog input", "Reading Circle").await?;
    ada.browser.press_in_dialog("Save the tags").await?;
    ada.browser.see("These tags cannot be used.").await?;
    ada.browser.looks("console/tags").await?;
    ada.browser.fill("dialog input", "reading,  board ,").await?;
    ada.browser.press_in_dialog("Save the tags").await?;
    ada.sees_chips("Bea", &["admin", "reading", "board"]).await?;
    assert_eq!(ada.session.account(&key).await?.tags, ["reading", "board"]);

    // Somebody was faster: the answer is the server's, and says so.
    ada.start("Make admin", "Cyd").await?;
    ada.session.set_role(SERVER, &cyd.sign_key(), Role::Admin).await?;
    ada.browser.press_in_dialog("Make admin").await?;
    ada.browser.see("This account is an admin already.").await?;
    ada.browser.press_in_dialog("Never mind").await?;
    ada.does("Make member", "Cyd").await?;
    assert_eq!(ada.chips("Cyd").await?, ["member"], "what was done is on the page at once");

    bea.does("Show the door", "Cyd").await?;
    assert_eq!(bea.chips("Cyd").await?, ["no member"]);
    let refused = cyd.whoami().await.err().and_then(|error| error.code());
    assert_eq!(refused.map(|code| code.name()), Some("not-a-member"));
    ada.go(&daemon, "activity").await?;
    for told in ["Bea showed Cyd", "Ada changed the role of Bea", "Ada set the tags of Bea"] {
        let line = format!(
            "[...document.querySelectorAll('.what')].some(({{ textContent }}) => textContent.replace(/ \\w{{4}}-\\w{{4}}/g, '').startsWith({told:?}))"
        );
        ada.until(&line).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn bans_and_keys_that_may_join() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    let cyd = join(&daemon, &ada.session, "Cyd").await?;

    ada.go(&daemon, "people").await?;
    ada.start("Ban", "Cyd").await?;
    ada.browser.fill("dialog input:not([type])", "Sold the guest list").await?;
    ada.script("const choice = document.querySelector('dialog select'); choice.value = 'own'; choice.dispatchEvent(new Event('change'));").await?;
    ada.browser.press_in_dialog("Ban").await?;
    ada.browser.see("Please choose a date and a time.").await?;
    ada.browser.looks("console/ban").await?;
    ada.script("document.querySelector('dialog select').value = '604800';").await?;
    ada.browser.press_in_dialog("Ban").await?;
    ada.sees_chips("Cyd", &["no member", "banned"]).await?;
    let refused = cyd.whoami().await.err().and_then(|error| error.code());
    assert_eq!(refused.map(|code| code.name()), Some("banned"));

    ada.browser.press("Banned").await?;
    ada.browser.see("Sold the guest list").await?;
    ada.browser.see("in seven days").await?;
    ada.browser.press("Ban a key").await?;
    ada.browser.fill("dialog input", "0bb0-130b").await?;
    ada.browser.press_in_dialog("Ban").await?;
    ada.browser.see("This is not a whole key.").await?;
    ada.browser.looks("console/ban-key").await?;
    let stranger = daemon.client().await?.new_identity("Dov")?.keys.sign_key();
    ada.browser.fill("dialog input", &format!(" {stranger}")).await?;
    ada.browser.press_in_dialog("Ban").await?;
    ada.browser.see("no account").await?;
    ada.browser.looks("console/banned").await?;
    for _ in 0..2 {
        ada.browser.press_labelled("Lift the ban: ").await?;
        ada.browser.press_in_dialog("Lift the ban").await?;
        ada.until("!document.querySelector('dialog')").await?;
    }
    ada.browser.see("Nobody is banned").await?;
    ada.browser.looks("console/banned-none").await?;
    assert_eq!(ada.session.bans(SERVER, None, None).await?.items, []);

    ada.browser.press("May join").await?;
    ada.browser.see("No key is listed").await?;
    ada.browser.see("Who may join now: with an invite.").await?;
    ada.browser.looks("console/allowed-none").await?;
    ada.browser.press("Add a key").await?;
    ada.browser.press_in_dialog("Put it on the list").await?;
    ada.browser.see("Please enter the key.").await?;
    ada.browser.looks("console/allow").await?;
    ada.browser.fill("dialog input", &stranger.to_hex()).await?;
    ada.browser.press_in_dialog("Put it on the list").await?;
    ada.browser.see("Listed by").await?;
    ada.browser.press("Public key").await?;
    ada.browser.looks("console/allowed").await?;
    ada.browser.press_labelled("Remove: ").await?;
    ada.browser.press_in_dialog("Remove").await?;
    ada.browser.see("No key is listed").await?;
    assert_eq!(ada.session.allowlist(SERVER, None, None).await?.items, []);
    many_bans(&ada).await
}

/// A long list comes in parts.
async fn many_bans(ada: &Person) -> Result<(), Oops> {
    for _ in 0..103 {
        let key = ada.session.client().new_identity("Eve")?.keys.sign_key();
        ada.session.ban(SERVER, &key, "", Until::Never).await?;
    }
    ada.browser.press("Banned").await?;
    ada.until("document.querySelectorAll('.rows > li').length === 100").await?;
    ada.browser.press("Show more").await?;
    ada.until("document.querySelectorAll('.rows > li').length === 103").await?;
    assert!(!ada.browser.text().await?.contains("Show more"), "these are all");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_handed_over() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    let bea = come_in(&driver, &daemon, &ada.session, "Bea").await?;

    ada.go(&daemon, "you").await?;
    ada.browser.press("Leave …").await?;
    ada.browser.press_in_dialog("Leave").await?;
    ada.browser.see("The server must keep an owner.").await?;
    ada.browser.looks("console/leave").await?;

    ada.go(&daemon, "people").await?;
    ada.start("Hand the server over", "Bea").await?;
    ada.browser.fill("dialog input", "bea").await?;
    ada.browser.press_in_dialog("Hand it over").await?;
    ada.browser.see("This is not the name.").await?;
    ada.browser.looks("console/transfer").await?;
    assert_eq!(role_of(&ada.session, &bea.session.sign_key()).await?.as_deref(), Some("member"));
    ada.browser.fill("dialog input", "Bea").await?;
    ada.browser.press_in_dialog("Hand it over").await?;
    ada.sees_chips("Bea", &["owner"]).await?;
    ada.sees_chips("Ada", &["you", "admin"]).await?;
    assert_eq!(role_of(&ada.session, &bea.session.sign_key()).await?.as_deref(), Some("owner"));
    let offered =
        "return [...document.querySelectorAll('button')].some(({ textContent }) => textContent === 'Hand the server over');";
    assert_eq!(ada.script(offered).await?, false);
    bea.sees_chips("Ada", &["admin"]).await?;

    ada.go(&daemon, "you").await?;
    ada.browser.press("Leave …").await?;
    ada.browser.press_in_dialog("Leave").await?;
    ada.browser.see("This account is not a member here.").await?;
    ada.browser.looks("console/left").await?;
    bea.sees_chips("Ada", &["no member"]).await
}

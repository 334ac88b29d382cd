//! The console as a place: the keyboard, a server that stops, what stays where it was, and its sections.

use crate::chromium::Driver;
use crate::person::Person;
use doorward_client::{MintOptions, Until};
use doorward_tests::{Connection, Daemon, Oops};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn the_console_stays_in_place_while_things_happen() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let mut daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    for label in ["Benno", "Bénédicte", "Cyd"] {
        let options = MintOptions { label: label.into(), max_uses: 3, until: Until::In(86_400), ..MintOptions::default() };
        ada.session.mint(&options).await?;
    }
    ada.go(&daemon, "invites").await?;
    ada.browser.see("Bénédicte").await?;
    let focus =
        "return document.activeElement.closest('li')?.querySelector('h2')?.textContent ?? document.activeElement.tagName;";

    // By keyboard alone: past the frame, into the search, down the list, and back.
    ada.script("document.querySelector('body > a').focus();").await?;
    assert_eq!(ada.script("return document.activeElement.innerText;").await?, "Skip to the content");
    ada.key("Enter").await?;
    ada.until("document.activeElement.tagName === 'MAIN'").await?;
    ada.key("/").await?;
    assert_eq!(ada.script("return document.activeElement.type;").await?, "search");
    for letter in ["b", "e", "n"] {
        ada.key(letter).await?;
    }
    ada.until("document.querySelectorAll('.rows > li').length === 2").await?;
    ada.key("ArrowDown").await?;
    let first = ada.script(focus).await?;
    ada.key("ArrowDown").await?;
    assert_ne!(ada.script(focus).await?, first);
    ada.key("Home").await?;
    assert_eq!(ada.script(focus).await?, first);
    ada.key("ArrowUp").await?;
    assert_eq!(ada.script(focus).await?, "INPUT");
    ada.key("Escape").await?;
    ada.until("document.querySelectorAll('.rows > li').length === 3").await?;

    // Others do things: the list follows, and nobody is thrown out of it.
    ada.script("[...document.querySelectorAll('.rows > li')].find((row) => row.innerText.includes('Cyd')).querySelectorAll('button')[1].focus();").await?;
    Daemon::invite(&ada.session, 7).await?;
    ada.browser.see("0 of 7 used").await?;
    assert_eq!(ada.script(focus).await?, "Cyd");
    assert_eq!(ada.script("return document.activeElement.textContent;").await?, "Cancel");

    // The server stops: said, and nothing is lost; it comes back: nothing to do.
    daemon.kill()?;
    ada.browser.see("The server cannot be reached.").await?;
    ada.browser.see("Bénédicte").await?;
    assert_eq!(ada.script(focus).await?, "Cyd");
    daemon.restart()?;
    ada.until("document.querySelector('#contact').hidden").await?;
    assert_eq!(ada.script(focus).await?, "Cyd");
    Daemon::invite(&ada.session, 8).await?;
    ada.browser.see("0 of 8 used").await?;

    ada.go(&daemon, "people").await?;
    ada.browser.see("Everyone with an account here").await?;
    ada.browser.find("people-section .rows > li").await?;
    daemon.kill()?;
    ada.browser.see("The server cannot be reached.").await?;
    ada.browser.looks("console/lost").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_says_what_somebody_may_do_and_what_server_this_is() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    let link = Daemon::invite(&ada.session, 1).await?.link().ok_or("no link")?;
    let cyd = Person::come_in(&driver, &daemon, &link, "Cyd").await?;

    ada.browser.see("Ask “why?”").await?;
    ada.go(&daemon, "people").await?;
    ada.browser.press_labelled("Why? Cyd").await?;
    ada.browser.see("Allowed: 2 of 13").await?;
    let answers = "return [...document.querySelectorAll('.verdicts li')].map((li) => [li.querySelector('.what').textContent, li.querySelector('.chip').textContent]);";
    let answers: Vec<(String, String)> = serde_json::from_value(ada.script(answers).await?)?;
    let allowed: Vec<&str> = answers.iter().filter(|(_, verdict)| verdict == "yes").map(|(what, _)| &**what).collect();
    assert_eq!((allowed, answers.len()), (vec!["read", "write"], 13));
    ada.browser.all(".verdicts summary").await?.remove(8).click().await?;
    ada.browser.see("The role must allow it. can.permission").await?;
    ada.browser.looks("console/why").await?;
    ada.browser.press_in_dialog("Done").await?;

    ada.go(&daemon, "settings").await?;
    ada.browser.see("The server decides and saves.").await?;
    ada.browser.see("The server decides by the same policy as this page.").await?;
    ada.browser.see("leads here, but only on this machine").await?;
    ada.browser.see("It does not hold server.key").await?;
    ada.until("document.querySelector('settings-section').innerText.includes('Accounts\\n2')").await?;
    ada.browser.looks("console/settings").await?;

    // Everything of the list is done now, so it is gone.
    ada.go(&daemon, "invites").await?;
    ada.browser.find("invites-section .tools").await?;
    let steps = "const { firstSteps } = await import('/assets/admin/steps.js'); return await firstSteps(() => {});";
    assert!(ada.script(steps).await?.is_null());

    // A member sees the people and the server, and is offered nothing that would be refused.
    let sections = "return [...document.querySelectorAll('#sections a')].map((link) => link.textContent);";
    assert_eq!(cyd.script(sections).await?, serde_json::json!(["People", "Networks", "Settings", "You"]));
    cyd.browser.looks("console/member").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_tells_what_happened() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    let cyd = daemon.join(&Daemon::invite(&ada.session, 1).await?.link().ok_or("no link")?, "Cyd").await?;
    let too_far = MintOptions { max_uses: 1, until: Until::In(400 * 86_400), ..MintOptions::default() };
    assert!(ada.session.mint(&too_far).await.is_err());

    ada.go(&daemon, "activity").await?;
    ada.browser.see("came in through an invite").await?;
    let told = "return [...document.querySelectorAll('.rows > li')].map((row) => row.querySelector('.what').textContent.replace(/ \\w{4}-\\w{4}/g, '') + (row.querySelector('p.hint')?.textContent ?? ''));";
    let told = async || -> Result<Vec<String>, Oops> { Ok(serde_json::from_value(ada.script(told).await?)?) };
    let all = told().await?;
    for sentence in [
        "Ada could not make an inviteThis end is too far away for such an invite.",
        "Cyd came in through an invite",
        "Ada made an invite",
        "Ada came in through an invite",
        "The server was set up",
    ] {
        assert!(all.iter().any(|line| line == sentence), "{sentence:?} is not in {all:#?}");
    }
    ada.browser.looks("console/activity").await?;

    // Every line opens down to its rule.
    ada.browser.all(".rows summary").await?.remove(0).click().await?;
    ada.browser.see("mint.").await?;
    ada.browser.see("in force now").await?;
    ada.browser.looks("console/activity-open").await?;

    // It goes on by itself, and what was opened stays open.
    ada.session.revoke(&cyd.sign_key()).await?;
    ada.until("document.querySelector('.rows .what').textContent.includes('revoked Cyd')").await?;
    assert_eq!(ada.script("return document.querySelectorAll('.rows details[open]').length;").await?, 1);

    ada.browser.press("Refused").await?;
    assert_eq!(told().await?.len(), 1);
    ada.browser.press("All").await?;
    ada.script("const choice = document.querySelector('activity-section select'); choice.selectedIndex = [...choice.options].findIndex(({ text }) => text.startsWith('Cyd')); choice.dispatchEvent(new Event('change'));").await?;
    assert_eq!(told().await?, ["Ada revoked Cyd", "Cyd came in through an invite"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_tried_saved_again_removed_and_brought_back() -> Result<(), Oops> {
    const OLD: &str = "correct horse battery staple";
    const NEW: &str = "a passphrase for another year";
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    let sealed = format!(
        "const keep = await import('/assets/keep.js'); await keep.default({{ module_or_path: '/assets/keep_bg.wasm' }});
         return keep.encrypt({OLD:?}, new TextEncoder().encode({:?}));",
        ada.keys.trim()
    );
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("ada.age");
    std::fs::write(&file, ada.script(&sealed).await?.as_str().ok_or("nothing sealed")?)?;
    let file = file.to_str().ok_or("not UTF-8")?;

    ada.go(&daemon, "you").await?;
    ada.browser.see("Your account").await?;
    ada.browser.looks("console/you").await?;
    ada.browser.press("Try the backup").await?;
    ada.browser.fill("dialog input[type=file]", file).await?;
    ada.browser.fill("dialog input[type=password]", "not the passphrase").await?;
    ada.browser.press("Open the backup").await?;
    ada.browser.see("This passphrase does not open the file.").await?;
    ada.browser.looks("console/backup-wrong").await?;
    ada.browser.fill("dialog input[type=password]", OLD).await?;
    ada.browser.press("Open the backup").await?;
    ada.browser.see("Your backup works").await?;
    ada.browser.press("Save it again with another passphrase").await?;
    ada.browser.looks("console/backup-works").await?;
    for field in ada.browser.all("dialog input[type=password]").await? {
        field.send_keys(NEW).await?;
    }
    ada.browser.press("Save the backup").await?;
    ada.browser.see("The backup is saved").await?;
    let renewed = ada.browser.downloaded(".age").await?;
    ada.browser.press("Done").await?;

    ada.browser.press("Remove the keys …").await?;
    ada.browser.press("Remove them").await?;
    ada.browser.see("Your keys are not on this device").await?;
    ada.browser.looks("console/entry").await?;
    ada.browser.fill("input[type=file]", renewed.to_str().ok_or("not UTF-8")?).await?;
    ada.browser.fill("input[type=password]", OLD).await?;
    ada.browser.press("Bring my keys here").await?;
    ada.browser.see("This passphrase does not open the file.").await?;
    ada.browser.fill("input[type=password]", NEW).await?;
    ada.browser.press("Bring my keys here").await?;
    ada.browser.see("Your account").await
}

/// How many event streams a server has open.
fn watchers(daemon: &Daemon) -> Result<u64, Oops> {
    let page = String::from_utf8(Connection::open(daemon.address)?.call("GET", "/metrics", None)?.body)?;
    let line = page.lines().find_map(|line| line.strip_prefix("doorward_watchers "));
    Ok(line.ok_or("no such figure")?.parse()?)
}

/// A page that is told what happens asks once a minute at most: what shows sooner, it was told.
#[tokio::test(flavor = "multi_thread")]
async fn the_console_is_told_what_happens() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    ada.go(&daemon, "invites").await?;
    for _ in 0..100 {
        if watchers(&daemon)? == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(watchers(&daemon)?, 1);
    // The last look before the stream was open asks again within four seconds.
    tokio::time::sleep(Duration::from_secs(5)).await;
    for uses in [7, 8] {
        Daemon::invite(&ada.session, uses).await?;
        ada.browser.see(&format!("0 of {uses} used")).await?;
    }
    assert_eq!(watchers(&daemon)?, 1, "over one stream");
    Ok(())
}

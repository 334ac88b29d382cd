//! The place in the console's settings: its name and rule, how many fit, and joining paused and resumed.

use crate::chromium::Driver;
use crate::person::Person;
use doorward_client::Invitation;
use doorward_core::SpaceId;
use doorward_tests::{Daemon, Oops};

#[tokio::test(flavor = "multi_thread")]
async fn the_place_is_named_opened_and_paused() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    let link = Daemon::invite(&ada.session, 3).await?.link().ok_or("no link")?;
    let cyd = Person::come_in(&driver, &daemon, &link, "Cyd").await?;

    ada.go(&daemon, "settings").await?;
    ada.browser.press("Change …").await?;
    ada.browser.fill("dialog input:not([type])", "Reading\u{200b}Circle").await?;
    ada.browser.press_in_dialog("Save").await?;
    ada.browser.see("This text cannot be used.").await?;
    ada.browser.fill("dialog input:not([type])", "Reading Circle").await?;
    ada.browser.fill("dialog textarea", "Books, and tea on Thursdays").await?;
    ada.browser.all("dialog input[value=allowlist]").await?.remove(0).click().await?;
    ada.browser.all("dialog input[type=checkbox]").await?.remove(0).click().await?;
    ada.browser.press_in_dialog("Save").await?;
    ada.browser.see("A whole number, at least 1.").await?;
    ada.browser.looks("console/place-edit").await?;
    ada.browser.fill("dialog input[type=number]", "40").await?;
    ada.browser.press_in_dialog("Save").await?;
    ada.browser.see("2 of at most 40").await?;
    ada.until("document.querySelector('#place').textContent === 'Reading Circle'").await?;
    let space = ada.session.space(&SpaceId::SERVER).await?;
    let told = (&*space.name, &*space.description, space.join_rule.as_str(), space.max_members);
    assert_eq!(told, ("Reading Circle", "Books, and tea on Thursdays", "allowlist", 40));

    ada.browser.press("Pause joining …").await?;
    ada.script("const choice = document.querySelector('dialog select'); choice.value = '3600';").await?;
    ada.browser.looks("console/pause").await?;
    ada.browser.press_in_dialog("Pause").await?;
    ada.browser.see("Joining is paused").await?;
    ada.browser.find(".note.warn time-words[as=until]").await?;
    ada.browser.looks("console/place").await?;
    let (client, invitation) = (daemon.client().await?, Invitation::read(&link).map_err(|code| code.name())?);
    assert_eq!(client.preview(&invitation, None).await?.verdict.code.name(), "paused");
    ada.browser.press("Let people in again").await?;
    ada.browser.see("Pause joining …").await?;
    assert_eq!(client.preview(&invitation, None).await?.verdict.code.name(), "not-allowlisted");

    // A member reads it all, and is offered nothing that would be refused.
    cyd.go(&daemon, "settings").await?;
    cyd.browser.see("Books, and tea on Thursdays").await?;
    let text = cyd.browser.text().await?;
    assert!(!text.contains("Change …") && !text.contains("Pause joining"), "{text}");
    cyd.browser.looks("console/place-member").await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_people_change_at_once_both_holds() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    ada.go(&daemon, "settings").await?;
    ada.browser.press("Change …").await?;
    ada.browser.fill("dialog textarea", "Books").await?;
    let change = doorward_core::view::UpdateSpaceBody { name: Some("Circle".into()), ..Default::default() };
    ada.session.update_space(&SpaceId::SERVER, change).await?;
    ada.browser.press_in_dialog("Save").await?;
    ada.until("document.querySelector('#place').textContent === 'Circle'").await?;
    assert_eq!(ada.session.space(&SpaceId::SERVER).await?.description, "Books");
    Ok(())
}

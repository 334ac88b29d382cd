//! Invites by name: made in a network's page, answered from the inbox.

use crate::chromium::Driver;
use crate::govern::come_in;
use crate::networks::network;
use crate::person::Person;
use doorward_core::record::{JoinRule, Pause};
use doorward_core::role::Role;
use doorward_core::view::UpdateSpaceBody;
use doorward_tests::{Daemon, Oops};

fn pause(pause: Pause) -> UpdateSpaceBody {
    UpdateSpaceBody { pause: Some(pause.into()), ..UpdateSpaceBody::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_invited_by_name_and_answers() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    let bea = come_in(&driver, &daemon, &ada.session, "Bea").await?;
    let garden = network(&ada.session, "garden", JoinRule::Invite, false).await?;
    bea.go(&daemon, "networks").await?;
    bea.browser.see("You are in no network yet").await?;

    ada.visit(&daemon, &garden).await?;
    ada.browser.see("You are the first").await?;
    ada.browser.press("Invite by name …").await?;
    ada.browser.see("has 30 days for a yes or a no").await?;
    ada.browser.looks("console/by-name").await?;
    ada.browser.press_in_dialog("Invite").await?;
    ada.until("!document.querySelector('dialog')").await?;
    ada.browser.press("Invite by name …").await?;
    ada.browser.press_in_dialog("Invite").await?;
    ada.browser.see("This account has been invited already.").await?;
    ada.browser.press_in_dialog("Never mind").await?;

    // Whoever is invited sees that first; and what a yes would be answered, before saying it.
    bea.go(&daemon, "networks").await?;
    bea.browser.see("garden").await?;
    bea.browser.looks("console/inbox").await?;
    ada.session.update_space(&garden, pause(Pause::UntilLifted)).await?;
    bea.go(&daemon, "networks").await?;
    bea.browser.see("Joining is paused for now.").await?;
    assert_eq!(bea.script("return document.querySelectorAll('.rows button').length;").await?, 1, "only the no");
    bea.browser.looks("console/inbox-paused").await?;
    ada.session.update_space(&garden, pause(Pause::No)).await?;
    bea.go(&daemon, "networks").await?;
    bea.browser.press_labelled("Come in: garden").await?;
    bea.sees_standing(&["member", "not listed"]).await?;
    ada.sees_chips("Bea", &["member"]).await?;
    ada.browser.press("Invite by name …").await?;
    ada.browser.see("Everybody at this server is in this network already.").await?;
    ada.browser.press_in_dialog("Done").await?;

    let choir = network(&ada.session, "choir", JoinRule::Invite, false).await?;
    ada.session.invite_account(&choir, &bea.session.sign_key(), Role::Admin).await?;
    bea.go(&daemon, "networks").await?;
    bea.browser.press_labelled("Decline: choir").await?;
    bea.browser.press_in_dialog("Decline").await?;
    bea.browser.see("No invite waits for you").await?;
    bea.browser.looks("console/inbox-none").await?;
    assert!(bea.session.space(&choir).await.is_err(), "a no is no way in");
    Ok(())
}

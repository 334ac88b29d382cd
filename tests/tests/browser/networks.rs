//! Networks in the console: made, filled by a link, looked after, entered and left, and deleted.

use crate::chromium::{Browser, Driver};
use crate::govern::come_in;
use crate::person::Person;
use doorward_client::Session;
use doorward_core::record::JoinRule;
use doorward_core::role::Role;
use doorward_core::view::{CreateSpaceBody, UpdateSpaceBody};
use doorward_core::wire::SpaceFilter;
use doorward_core::{SignKey, SpaceId};
use doorward_tests::{Daemon, Oops};

impl Person {
    /// Opens a network's page.
    pub(crate) async fn visit(&self, daemon: &Daemon, network: &SpaceId) -> Result<(), Oops> {
        self.go(daemon, &format!("networks/{network}")).await?;
        self.until("document.querySelector('.which, network-itself .actions')").await
    }

    /// Opens a part of the network's page.
    async fn part(&self, name: &str) -> Result<(), Oops> {
        let button = format!(".which button[value={name}]");
        self.browser.find(&button).await?;
        self.browser.all(&button).await?.remove(0).click().await?;
        // Whoever chooses by keyboard goes on from there.
        self.until(&format!("document.activeElement === document.querySelector('{button}')")).await
    }

    /// The chips beside the network's name.
    pub(crate) async fn sees_standing(&self, chips: &[&str]) -> Result<(), Oops> {
        let shown = "[...document.querySelectorAll('.head .chip')].map((chip) => chip.textContent)";
        self.until(&format!("JSON.stringify({shown}) === {:?}", serde_json::to_string(chips)?)).await
    }
}

pub(crate) async fn network(owner: &Session, name: &str, join_rule: JoinRule, listed: bool) -> Result<SpaceId, Oops> {
    let body = CreateSpaceBody {
        name: name.into(),
        description: "Books, and tea on Thursdays".into(),
        join_rule: join_rule.into(),
        max_members: 0,
        listed,
    };
    Ok(owner.create_space(body).await?.space.read().map_err(|code| code.name())?)
}

/// As what somebody is in a network.
async fn role_in(session: &Session, network: &SpaceId, key: &SignKey) -> Result<Option<String>, Oops> {
    let members = session.members(network, None, None).await?.items;
    let found = members.into_iter().find(|member| member.key.read() == Ok(*key)).and_then(|member| member.account?.role);
    Ok(found.map(|role| role.as_str().to_owned()))
}

/// Makes a network in the console, and gives its id.
async fn made(ada: &Person, daemon: &Daemon) -> Result<SpaceId, Oops> {
    let browser = &ada.browser;
    ada.go(daemon, "networks").await?;
    browser.see("You are in no network yet").await?;
    browser.looks("console/networks-none").await?;
    browser.press("All you can find").await?;
    browser.see("There is no network to be found").await?;
    browser.press("Make a network").await?;
    browser.fill("dialog input:not([type])", "Reading Circle").await?;
    browser.press_in_dialog("Make it").await?;
    browser.see("A network cannot have this name.").await?;
    browser.looks("console/network-create").await?;
    browser.fill("dialog input:not([type])", "reading-circle").await?;
    browser.fill("dialog textarea", "Books, and tea on Thursdays").await?;
    browser.press_in_dialog("Make it").await?;
    browser.see("Books, and tea on Thursdays").await?;
    ada.sees_standing(&["owner", "not listed"]).await?;
    ada.sees_chips("Ada", &["you", "owner"]).await?;
    browser.looks("console/network-new").await?;
    let mine = ada.session.spaces(SpaceFilter::Mine, None, None).await?.items;
    let [space] = &mine[..] else { return Err(format!("{mine:?}").into()) };
    assert_eq!((&*space.name, space.join_rule.as_str(), space.listed), ("reading-circle", "invite", false));
    Ok(space.space.read().map_err(|code| code.name())?)
}

/// Mints a link into the network whose page is open, and gives it.
async fn link_into(ada: &Person, daemon: &Daemon) -> Result<String, Oops> {
    ada.part("invites").await?;
    ada.browser.see("Whoever opens one of these links can come into this network.").await?;
    ada.browser.press("Invite someone").await?;
    ada.browser.fill("dialog textarea", "Welcome to the reading circle").await?;
    ada.browser.see("Whoever has no account at Doorward yet becomes a member of the server as well.").await?;
    ada.browser.looks("console/network-invite").await?;
    ada.browser.press("Make the link").await?;
    let link = ada.browser.text_starting_with("dialog output", &format!("{}/i#", daemon.public_url)).await?;
    let (words, _) = ada.printed().await?;
    assert!(words.contains("You are invited to reading-circle at Doorward"), "{words}");
    ada.browser.press("Done").await?;
    ada.browser.see("0 of 1 used").await?;
    ada.browser.looks("console/network-invites").await?;
    Ok(link)
}

async fn redeem(guest: &Browser, link: &str) -> Result<(), Oops> {
    guest.open(link).await?;
    guest.see("Ada invites you to reading-circle, a network at Doorward").await?;
    guest.fill("input[name=username]", "Cyd").await?;
    guest.press("Accept the invitation").await?;
    guest.press("Go on without").await?;
    guest.press("Join without a backup").await?;
    guest.see("Welcome to reading-circle at Doorward. You are Cyd").await?;
    guest.press("Open the console").await?;
    guest.press("Networks").await?;
    guest.press("reading-circle").await?;
    guest.see("Books, and tea on Thursdays").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_is_made_filled_looked_after_and_deleted() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    let circle = made(&ada, &daemon).await?;
    let link = link_into(&ada, &daemon).await?;
    ada.part("members").await?;

    let guest = driver.browser("guest").await?;
    redeem(&guest, &link).await?;
    // Nobody has loaded anything anew: the page was told.
    ada.sees_chips("Cyd", &["member"]).await?;
    guest.looks("console/network-member").await?;
    assert!(!guest.text().await?.contains("Manage"), "a plain member is offered nothing");

    ada.start("Make admin", "Cyd").await?;
    ada.browser.see("Cyd may then let people into this network").await?;
    ada.browser.press_in_dialog("Make admin").await?;
    ada.sees_chips("Cyd", &["admin"]).await?;
    guest.find(".which button[value=invites]").await?;
    guest.find(".which button[value=banned]").await?;
    ada.start("Edit tags", "Cyd").await?;
    ada.browser.fill("dialog input", "tea, books").await?;
    ada.browser.press_in_dialog("Save the tags").await?;
    ada.sees_chips("Cyd", &["admin", "tea", "books"]).await?;
    ada.browser.looks("console/network-members").await?;

    ada.start("Show the door", "Cyd").await?;
    ada.browser.see("is no longer a member of this network, at once, but stays at the server").await?;
    ada.browser.press_in_dialog("Show the door").await?;
    ada.until("!document.querySelector('dialog') && document.querySelectorAll('.rows > li').length === 1").await?;
    guest.see("There is no such network").await?;
    guest.looks("console/network-gone").await?;

    ada.part("itself").await?;
    ada.browser.press("Delete …").await?;
    ada.browser.fill("dialog input", "reading").await?;
    ada.browser.press_in_dialog("Delete it for good").await?;
    ada.browser.see("This is not the name.").await?;
    ada.browser.looks("console/network-delete").await?;
    ada.browser.fill("dialog input", "reading-circle").await?;
    ada.browser.press_in_dialog("Delete it for good").await?;
    ada.browser.see("You are in no network yet").await?;
    let gone = ada.session.space(&circle).await.err().and_then(|error| error.code());
    assert_eq!(gone.map(|code| code.name()), Some("not-found"));
    told_of_it(&ada, &daemon).await
}

/// The log names the network.
async fn told_of_it(ada: &Person, daemon: &Daemon) -> Result<(), Oops> {
    let kept = network(&ada.session, "garden", JoinRule::Open, true).await?;
    ada.session.update_space(&kept, UpdateSpaceBody { max_members: Some(9), ..Default::default() }).await?;
    ada.go(daemon, "activity").await?;
    for told in [
        "Ada made a network reading-circle",
        "Ada changed the place garden",
        "Ada deleted a network reading-circle",
        "Ada set the tags of Cyd reading-circle",
    ] {
        let line = format!(
            "[...document.querySelectorAll('.what')].some(({{ textContent }}) => textContent.replace(/ \\w{{4}}-\\w{{4}}/g, '') === {told:?})"
        );
        ada.until(&line).await?;
    }
    ada.browser.looks("console/network-activity").await
}

#[tokio::test(flavor = "multi_thread")]
async fn people_find_a_network_come_in_and_are_handed_it() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    let bea = come_in(&driver, &daemon, &ada.session, "Bea").await?;
    let garden = network(&ada.session, "garden", JoinRule::Open, true).await?;
    network(&ada.session, "hidden", JoinRule::Open, false).await?;

    bea.go(&daemon, "networks").await?;
    bea.browser.see("You are in no network yet").await?;
    let text = bea.browser.text().await?;
    assert!(!text.contains("Make a network"), "what would be refused is not offered: {text}");
    bea.browser.press("All you can find").await?;
    bea.browser.see("garden").await?;
    assert!(!bea.browser.text().await?.contains("hidden"));
    bea.browser.looks("console/networks").await?;
    bea.browser.press("garden").await?;
    bea.sees_standing(&["no member"]).await?;
    bea.browser.see("Everyone who has an account at this server").await?;
    bea.browser.looks("console/network-outside").await?;
    bea.browser.press("Come in …").await?;
    bea.browser.press_in_dialog("Come in").await?;
    bea.sees_standing(&["member"]).await?;
    bea.until("document.activeElement.tagName !== 'BODY'").await?;

    // What Bea is given shows on her page, which she has left as it was.
    ada.visit(&daemon, &garden).await?;
    ada.start("Hand the network over", "Bea").await?;
    ada.browser.fill("dialog input", "Bea").await?;
    ada.browser.looks("console/network-transfer").await?;
    ada.browser.press_in_dialog("Hand it over").await?;
    ada.sees_chips("Bea", &["owner"]).await?;
    ada.sees_chips("Ada", &["you", "admin"]).await?;
    bea.sees_standing(&["owner"]).await?;
    assert_eq!(role_in(&bea.session, &garden, &bea.session.sign_key()).await?.as_deref(), Some("owner"));

    // An owner who is nobody in particular at the server may let in who is there.
    bea.part("invites").await?;
    bea.browser.see("Make a link").await?;
    bea.browser.press("Invite someone").await?;
    bea.browser.see("Only for people who have an account at Doorward already").await?;
    let roles = "return [...document.querySelectorAll('dialog select')][0].innerText.trim().split(/\\s+/);";
    assert_eq!(bea.script(roles).await?, serde_json::json!(["member", "admin"]));
    bea.browser.press_in_dialog("Never mind").await?;
    bea.part("itself").await?;
    bea.browser.press("Leave …").await?;
    bea.browser.press_in_dialog("Leave").await?;
    bea.browser.see("The owner stays the owner until the place is handed over.").await?;
    bea.browser.press_in_dialog("Never mind").await?;
    settings(&ada, &bea, &garden).await
}

/// The network itself: both have it open. Only whoever looks after the server takes the roles away.
async fn settings(ada: &Person, bea: &Person, garden: &SpaceId) -> Result<(), Oops> {
    bea.browser.press("Change …").await?;
    assert_eq!(bea.script("return document.querySelectorAll('dialog input[name=governed]').length;").await?, 0);
    bea.browser.fill("dialog input:not([type])", "hidden").await?;
    bea.browser.press_in_dialog("Save").await?;
    bea.browser.see("Another network has this name.").await?;
    bea.browser.fill("dialog input:not([type])", "orchard").await?;
    bea.script("document.querySelector('dialog input[name=listed]').click();").await?;
    bea.browser.press_in_dialog("Save").await?;
    bea.until("document.querySelector('h1').textContent === 'orchard'").await?;
    bea.sees_standing(&["owner", "not listed"]).await?;
    bea.browser.looks("console/network-itself").await?;
    ada.until("document.querySelector('h1').textContent === 'orchard'").await?;
    bea.browser.press("Pause joining …").await?;
    bea.browser.press_in_dialog("Pause").await?;
    bea.sees_standing(&["owner", "paused", "not listed"]).await?;
    ada.part("itself").await?;
    ada.browser.see("Joining is paused").await?;
    ada.browser.press("Let people in again").await?;
    ada.sees_standing(&["admin", "not listed"]).await?;

    ada.browser.press("Change …").await?;
    ada.browser.looks("console/network-edit").await?;
    ada.script("document.querySelector('dialog input[name=governed]').click();").await?;
    ada.browser.press_in_dialog("Save").await?;
    ada.sees_standing(&["member", "not listed", "without roles"]).await?;
    bea.sees_standing(&["member", "not listed", "without roles"]).await?;
    ada.part("members").await?;
    ada.sees_chips("Bea", &["member"]).await?;
    ada.browser.press_labelled("Manage Bea ").await?;
    let offered = "return [...document.querySelectorAll('details.manage[open] button')].map(({ textContent }) => textContent);";
    assert_eq!(ada.script(offered).await?, serde_json::json!(["Edit tags", "Show the door", "Ban"]));
    ada.browser.looks("console/network-ungoverned").await?;
    let space = ada.session.space(garden).await?;
    assert_eq!((&*space.name, space.listed, space.governed), ("orchard", false, false));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_keeps_bans_and_a_list_of_its_own() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    let bea = come_in(&driver, &daemon, &ada.session, "Bea").await?;
    let garden = network(&ada.session, "garden", JoinRule::Open, true).await?;
    bea.session.enter(&garden).await?;
    bea.visit(&daemon, &garden).await?;

    ada.visit(&daemon, &garden).await?;
    ada.start("Ban", "Bea").await?;
    ada.browser.fill("dialog input:not([type])", "Picked all the apples").await?;
    ada.browser.press_in_dialog("Ban").await?;
    ada.until("!document.querySelector('dialog')").await?;
    bea.sees_standing(&["no member"]).await?;
    bea.browser.press("Come in …").await?;
    bea.browser.press_in_dialog("Come in").await?;
    bea.browser.see("You are banned here.").await?;
    bea.browser.looks("console/network-banned-me").await?;
    bea.browser.press_in_dialog("Never mind").await?;
    assert!(bea.session.whoami().await.is_ok(), "at the server nothing has changed");
    ada.part("banned").await?;
    ada.browser.see("Picked all the apples").await?;
    ada.browser.looks("console/network-banned").await?;
    assert_eq!(ada.session.bans(&SpaceId::SERVER, None, None).await?.items, []);
    ada.browser.press_labelled("Lift the ban: ").await?;
    ada.browser.press_in_dialog("Lift the ban").await?;
    ada.browser.see("Nobody is banned").await?;

    let listed = UpdateSpaceBody { join_rule: Some(JoinRule::Allowlist.into()), listed: Some(false), ..Default::default() };
    ada.session.update_space(&garden, listed).await?;
    bea.browser.see("There is no such network").await?;
    ada.part("allowed").await?;
    ada.browser.see("Who may join now: listed keys.").await?;
    ada.browser.press("Add a key").await?;
    ada.browser.fill("dialog input", &bea.session.sign_key().to_hex()).await?;
    ada.browser.press_in_dialog("Put it on the list").await?;
    ada.browser.see("Listed by").await?;
    ada.browser.looks("console/network-allowed").await?;
    assert_eq!(ada.session.allowlist(&SpaceId::SERVER, None, None).await?.items, []);
    bea.sees_standing(&["no member", "not listed"]).await?;
    bea.browser.press("Come in …").await?;
    bea.browser.press_in_dialog("Come in").await?;
    bea.sees_standing(&["member", "not listed"]).await?;

    // What she may do there hangs on the network; why, too.
    ada.session.set_role(&garden, &bea.session.sign_key(), Role::Admin).await?;
    bea.sees_standing(&["admin", "not listed"]).await?;
    bea.part("members").await?;
    bea.browser.press_labelled("Why? Bea").await?;
    bea.browser.see("What may Bea do in garden?").await?;
    bea.browser.see("Allowed: 7 of 13").await?;
    bea.browser.looks("console/network-why").await
}

#[tokio::test(flavor = "multi_thread")]
async fn in_german_networks_fit_too() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let ada = Person::owner(&driver, &daemon).await?;
    let garden = network(&ada.session, "garten", JoinRule::Open, true).await?;
    ada.script("localStorage.setItem('doorward.language', 'de');").await?;
    ada.go(&daemon, "networks").await?;
    ada.browser.see("Netzwerk machen").await?;
    ada.browser.looks("console/networks-german").await?;
    ada.visit(&daemon, &garden).await?;
    ada.part("itself").await?;
    ada.browser.see("Dieses Netzwerk verlassen").await?;
    ada.browser.looks("console/network-german").await
}

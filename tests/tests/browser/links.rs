//! Links in the page: explained, repaired, or the exact reason; with no request where none is needed.

use crate::chromium::{Browser, Driver};
use doorward_client::Session;
use doorward_tests::{Daemon, Oops, Settings};
use std::cell::Cell;

const DAMAGED: &str = "This link is damaged or incomplete.";

/// A browser, and a daemon that logs everything it is asked.
struct Visit {
    daemon: Daemon,
    owner: Session,
    guest: Browser,
    /// What the log held when the guest came.
    before: Cell<usize>,
}

impl Visit {
    async fn new(driver: &Driver, name: &str) -> Result<Self, Oops> {
        let daemon = Daemon::start_with(Settings { log: Some("trace".into()), ..Settings::default() })?;
        let owner = daemon.owner().await?;
        let before = Cell::new(daemon.log().len());
        Ok(Self { guest: driver.browser(name).await?, daemon, owner, before })
    }

    /// A link of a new invite.
    async fn link(&self) -> Result<String, Oops> {
        let link = Daemon::invite(&self.owner, 1).await?.link().ok_or("no link")?;
        self.before.set(self.daemon.log().len());
        Ok(link)
    }

    /// What was asked beyond the files of the page.
    fn questions(&self) -> Vec<String> {
        let log = self.daemon.log().split_off(self.before.get());
        let routes = log.lines().filter_map(|line| line.split_once("route=\"")?.1.split_once('"'));
        let routes: Vec<String> = routes.map(|(route, _)| route.to_owned()).collect();
        assert!(routes.iter().any(|route| route.starts_with("/i")), "the log tells of the page: {routes:?}");
        routes.into_iter().filter(|route| route.starts_with("/v1/") || route.starts_with("/.well-known/")).collect()
    }

    /// Opens a link, and sees this on the page, and nothing of the link in the address bar.
    async fn opens(&self, link: &str, sees: &str) -> Result<(), Oops> {
        self.guest.open(link).await?;
        self.guest
            .see(sees)
            .await
            .map_err(|error| format!("{} bytes, {}…: {error}", link.len(), &link[..link.len().min(140)]))?;
        let address = self.guest.url().await?;
        assert!(address.ends_with("/i"), "{address}");
        Ok(())
    }

    /// No line of the log has a piece of the body.
    fn is_nowhere(&self, link: &str) {
        let piece = &link[link.len() - 60..link.len() - 20];
        assert!(!self.daemon.log().contains(piece), "it is in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_link_is_told_without_a_question() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let visit = Visit::new(&driver, "damaged").await?;
    let link = visit.link().await?;
    let start = link.len() - 71;
    for length in [start + 1, start + 2, start + 35, link.len() - 1] {
        visit.opens(&link[..length], DAMAGED).await?;
    }
    for at in (start..link.len()).step_by(9).chain([link.len() - 1]) {
        let mut other = link.clone().into_bytes();
        other[at] = if other[at] == b'x' { b'y' } else { b'x' };
        visit.opens(&String::from_utf8(other)?, DAMAGED).await?;
    }
    visit.opens(&format!("{}{}", link, "0".repeat(100_000)), DAMAGED).await?;
    visit.opens(&format!("{}i#{}", &link[..start - 2], "%00%ff<b>%F0%9F%9A%AA"), DAMAGED).await?;
    visit.guest.shot("damaged-in-many-ways").await?;
    assert_eq!(visit.questions(), Vec::<String>::new(), "nobody was asked");
    visit.is_nowhere(&link);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_repaired_where_it_can_be() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let visit = Visit::new(&driver, "repaired").await?;
    let link = visit.link().await?;
    let middle = link.len() - 20;
    for whole in [
        link.clone(),
        link.replace('#', "#%23"),
        format!("{link}%20"),
        format!("{link}."),
        link.replace('#', "#%20"),
        format!("{}%0A%20{}", &link[..middle], &link[middle..]),
    ] {
        visit.opens(&whole, "invites you").await?;
    }
    visit.is_nowhere(&link);
    Ok(())
}

/// A mail program escaped the `#`, or a scanner moved what stood behind it: servers have seen the secret, and the page
/// says so before it asks anything.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_shown_to_servers_is_asked_about_first() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let visit = Visit::new(&driver, "shown").await?;
    let link = visit.link().await?;
    for shown in [link.replace('#', "%23"), link.replace('#', "/"), link.replace('#', "?x=")] {
        visit.opens(&shown, "Others may have seen this link").await?;
    }
    assert_eq!(visit.questions(), Vec::<String>::new(), "nobody was asked before the guest was");
    visit.guest.press("Go on anyway").await?;
    visit.guest.see("invites you").await?;
    let piece = &link[link.len() - 60..link.len() - 20];
    assert!(!visit.daemon.log().contains(piece), "it is in the log");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_link_and_a_foreign_one_are_not_shown_to_the_server() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let visit = Visit::new(&driver, "foreign").await?;
    let (origin, key) = (visit.daemon.public_url.clone(), *visit.owner.client().server_key());
    for expires in [
        doorward_core::Expiry::Unreadable,
        doorward_core::Expiry::At(doorward_core::Timestamp(0)),
        doorward_core::Expiry::At(doorward_core::Timestamp(doorward_tests::now())),
    ] {
        let token = doorward_core::token::Token::new(doorward_tests::random()?);
        let link = doorward_core::link::Link::new(token, expires, &key).to_url(&origin);
        visit.opens(&link, "This invite has expired.").await?;
    }
    assert_eq!(visit.questions(), Vec::<String>::new(), "an expired link is explained without a question");
    let other = Daemon::start()?;
    let foreign = other.owner_link()?.replace(&other.public_url, &origin);
    visit.opens(&foreign, "This link belongs to another server.").await?;
    assert_eq!(visit.questions(), Vec::<String>::new(), "the page itself knows its server");
    visit.is_nowhere(&foreign);
    Ok(())
}

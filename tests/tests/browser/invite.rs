//! Every state of the invite page: what a guest sees from the first look at a link until the door has opened, or why it
//! does not. Each is brought about by a real daemon, or by a browser that will not do.

mod gate;
mod join;
mod network;
mod refusals;
mod trouble;

use crate::chromium::{Browser, Driver};
use crate::weight::{loaded, verdict_shown, weigh};
use doorward_client::{Invitation, MintOptions, Session};
use doorward_tests::{Daemon, Oops};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// Codes that the page has a sentence for, and that no guest can be shown here, with the reason.
const OUT_OF_REACH: &[(&str, &str)] = &[
    ("bad-text", "the page refuses such a name before it is sent"),
    ("busy", "takes more load than a test of pictures should make"),
    ("conflict", "takes a race that is lost on purpose"),
    ("corrupt-record", "a store that was changed by hand is not served"),
    ("damaged-invite", "a store that was changed by hand is not served"),
    ("guard-denied", "there are no guards yet"),
    ("malformed", "takes a page and a server of different versions"),
    ("not-initialised", "a server that is not set up sets itself up"),
    ("owner-exists", "an owner link is used up or cancelled before it is that"),
    ("restore-unreviewed", "an invite from before a restore is void, and nobody can make one until it is accepted"),
    ("stale-request", "the page goes by the server's clock"),
    ("unauthenticated", "is the console's"),
    ("undecidable", "takes a policy that is broken"),
    ("unreadable-expiry", "no server mints such an invite"),
];

/// Most bytes of the page until the verdict is on it.
const MOST_BYTES: u64 = 60_000;

/// A guest, and the codes that were explained to him.
struct Guest {
    browser: Browser,
    met: Arc<Mutex<BTreeSet<String>>>,
}

impl Guest {
    /// Sees the sentence of this code, in this state.
    async fn meets(&self, code: &str, state: &str) -> Result<(), Oops> {
        let card = format!("#card[data-code={code:?}]");
        if let Err(error) = self.browser.find(&card).await {
            self.browser.shot("not-met").await?;
            return Err(format!("{code}: {error}; the page says:\n{}", self.browser.text().await?).into());
        }
        self.met.lock().map_err(|_| "poisoned")?.insert(code.to_owned());
        self.sees(state).await
    }

    /// Looks at a state in which the reader begins at the heading.
    async fn sees(&self, state: &str) -> Result<(), Oops> {
        let begins = self.browser.run("return document.activeElement === document.querySelector('#card h1')").await?;
        assert_eq!(begins, true, "{state}: the heading has the focus");
        self.browser.looks(&format!("invite/{state}")).await
    }

    /// Opens a link, and sees the sentence of this code.
    async fn is_told(&self, link: &str, code: &str) -> Result<(), Oops> {
        self.browser.open(link).await?;
        self.meets(code, code).await
    }
}

/// Mints with a greeting.
async fn mint(owner: &Session, options: MintOptions) -> Result<Invitation, Oops> {
    Ok(owner.mint(&MintOptions { greeting: "Welcome to the reading circle".into(), ..options }).await?.invitation)
}

fn link(invitation: &Invitation) -> Result<String, Oops> {
    invitation.link().ok_or_else(|| "an invite without a link".into())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_state_of_the_invite_page() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let met = Arc::new(Mutex::new(BTreeSet::new()));
    let guest = |browser| Guest { browser, met: met.clone() };
    let plain = driver.browser_for("plain", "en-US", &["--host-resolver-rules=MAP door.test 127.0.0.1"], &[]).await?;
    let tours = [
        tokio::spawn(refusals::tour(guest(driver.browser("refusals").await?))),
        tokio::spawn(gate::tour(guest(driver.browser("gate").await?))),
        tokio::spawn(join::tour(guest(driver.browser("join").await?))),
        tokio::spawn(network::tour(guest(driver.browser("network").await?))),
        tokio::spawn(trouble::tour(guest(driver.browser("trouble").await?), guest(plain))),
    ];
    let mut failed = Vec::new();
    for tour in tours {
        // A panic has had its say already.
        failed.extend(tour.await.map_err(Oops::from).flatten().err().map(|error| error.to_string()));
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let met = met.lock().map_err(|_| "poisoned")?.clone();
    let out_of_reach: BTreeSet<String> = OUT_OF_REACH.iter().map(|(code, _)| (*code).to_owned()).collect();
    assert_eq!(met.intersection(&out_of_reach).count(), 0, "within reach after all");
    assert_eq!(met.union(&out_of_reach).cloned().collect::<BTreeSet<_>>(), sentences()?, "every sentence was looked at");
    Ok(())
}

/// The codes that the page has a sentence for.
fn sentences() -> Result<BTreeSet<String>, Oops> {
    let english = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../www/shared/lang/en.js"))?;
    let answers =
        english.split_once("export const answers = {").and_then(|(_, rest)| rest.split_once("\n};")).ok_or("no answers")?.0;
    let codes = answers.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(": ["));
    Ok(codes.map(|(code, _)| code.trim_matches('"').to_owned()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn in_german_it_fits_and_says_so() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    let guest = driver.browser_for("german", "de-DE", &[], &[]).await?;
    guest.open(&link(&mint(&owner, MintOptions { max_uses: 3, ..MintOptions::default() }).await?)?).await?;
    guest.see("Ada lädt dich zu Doorward ein").await?;
    guest.see("für noch drei Personen").await?;
    assert_eq!(guest.run("return document.documentElement.lang").await?, "de");
    guest.looks("invite/german-offer").await?;
    guest.fill("input[name=username]", "Cyd").await?;
    guest.press("Einladung annehmen").await?;
    guest.see("Zuerst eine Sicherung deiner Schlüssel").await?;
    guest.looks("invite/german-backup").await?;
    let english =
        guest.run("return performance.getEntriesByType('resource').some((file) => file.name.endsWith('/lang/en.js'))").await?;
    assert_eq!(english, false, "the other language is not loaded");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn until_the_verdict_the_page_is_light() -> Result<(), Oops> {
    let Some(driver) = Driver::start()? else { return Ok(()) };
    let daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    let guest = driver.browser("light").await?;
    verdict_shown(&guest, &link(&mint(&owner, MintOptions::default()).await?)?).await?;
    let files = loaded(&guest).await?;
    let (verdict, backup) = weigh(&files);
    assert!(verdict <= MOST_BYTES, "{verdict} bytes until the verdict: {files:#?}");
    let early = files.iter().find(|file| file.before && file.path.contains("keep"));
    assert!(backup > 0 && early.is_none(), "what only a yes needs comes later: {files:#?}");
    for file in files.iter().filter(|file| file.path != "/i") {
        assert!(file.bytes < file.unpacked, "{} comes compressed", file.path);
    }
    Ok(())
}

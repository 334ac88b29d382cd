//! What a link may be told, and what the page makes of it before anyone is asked.

use super::{Guest, link, mint};
use doorward_client::{Invitation, MintOptions, Session, Until};
use doorward_core::role::Role;
use doorward_core::token::Token;
use doorward_core::view::PreviewBody;
use doorward_core::{Expiry, Signature, Timestamp};
use doorward_tests::{Connection, Daemon, Oops, now, random};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) async fn tour(guest: Guest) -> Result<(), Oops> {
    let daemon = Daemon::start()?;
    let first = daemon.owner_link()?;
    guest.browser.open(&first).await?;
    guest.browser.see("Welcome to your server").await?;
    guest.sees("owner").await?;
    let owner = daemon.owner().await?;
    before_anyone_is_asked(&guest, &daemon, &owner).await?;
    a_code_is_typed(&guest, &daemon, &owner).await?;
    what_became_of_it(&guest, &daemon, &owner).await?;
    too_many_tries(&guest, &daemon, &owner).await
}

async fn before_anyone_is_asked(guest: &Guest, daemon: &Daemon, owner: &Session) -> Result<(), Oops> {
    let page = format!("{}/i", daemon.public_url);
    guest.is_told(&format!("{page}#AQnonsense"), "damaged-link").await?;
    let token = Token::new(random()?);
    let over = Invitation::new(token, Expiry::At(Timestamp(now() - 7_200)), owner.client().server_key(), &daemon.public_url);
    guest.is_told(&link(&over)?, "expired").await?;
    guest.browser.see("two hours ago").await?;
    let other = Daemon::start()?;
    guest.is_told(&other.owner_link()?.replace(&other.public_url, &daemon.public_url), "other-server").await?;
    let shown = link(&mint(owner, MintOptions::default()).await?)?.replace("/i#", "/i/");
    guest.browser.open(&shown).await?;
    guest.browser.see("Others may have seen this link").await?;
    guest.sees("exposed").await
}

async fn a_code_is_typed(guest: &Guest, daemon: &Daemon, owner: &Session) -> Result<(), Oops> {
    let browser = &guest.browser;
    browser.open(&format!("{}/i", daemon.public_url)).await?;
    browser.see("Have you been invited?").await?;
    guest.sees("paste").await?;
    browser.fill("textarea", "0GF2-1R51").await?;
    browser.press("Look at the invitation").await?;
    browser.see("neither a whole link nor a whole code").await?;
    browser.looks("invite/paste-wrong").await?;
    browser.fill("textarea", &mint(owner, MintOptions { max_uses: 2, ..MintOptions::default() }).await?.typed_code()).await?;
    browser.press("Look at the invitation").await?;
    browser.see("A typed code does not say which server it is for").await?;
    browser.see("for two more people").await?;
    guest.sees("typed").await
}

async fn what_became_of_it(guest: &Guest, daemon: &Daemon, owner: &Session) -> Result<(), Oops> {
    // Looked at while it was good, so that the page knows later whom to ask.
    let gone = mint(owner, MintOptions::default()).await?;
    guest.browser.open(&link(&gone)?).await?;
    guest.browser.see("Ada invites you").await?;
    owner.cancel(gone.id()).await?;
    guest.is_told(&link(&gone)?, "invite-cancelled").await?;
    guest.browser.see("Hi Ada, the invite link to Doorward you sent me does not work any more.").await?;

    let spent = Daemon::invite(owner, 1).await?;
    daemon.join(&link(&spent)?, "Ben").await?;
    guest.is_told(&link(&spent)?, "used-up").await?;

    let admins = mint(owner, MintOptions { role: Role::Admin, ..MintOptions::default() }).await?;
    let admin = daemon.join(&link(&admins)?, "Bea").await?;
    let orphan = Daemon::invite(&admin, 1).await?;
    owner.revoke(&admin.sign_key()).await?;
    guest.is_told(&link(&orphan)?, "issuer-lost-authority").await?;

    // A link that says "never" of an invite that ends: the page believes the server.
    let short = mint(owner, MintOptions { until: Until::In(1), ..MintOptions::default() }).await?;
    let code = short.typed_code();
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    guest.browser.open(&format!("{}/i", daemon.public_url)).await?;
    guest.browser.fill("textarea", &code).await?;
    guest.browser.press("Look at the invitation").await?;
    guest.meets("expired", "expired-by-server").await
}

/// The limit that all of a neighbourhood shares, as long as guesses go on.
async fn too_many_tries(guest: &Guest, daemon: &Daemon, owner: &Session) -> Result<(), Oops> {
    let unknown = Invitation::new(Token::new(random()?), Expiry::Never, owner.client().server_key(), &daemon.public_url);
    guest.is_told(&link(&unknown)?, "not-found").await?;
    let (enough, full) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let guesses = tokio::task::spawn_blocking({
        let (enough, full, address) = (enough.clone(), full.clone(), daemon.address);
        move || guess_until(&enough, &full, address)
    });
    while !full.load(Ordering::Relaxed) && !guesses.is_finished() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let told = is_limited(guest, &link(&unknown)?).await;
    enough.store(true, Ordering::Relaxed);
    guesses.await??;
    told
}

/// One try in some gets through even then, where the guesses leave a moment.
async fn is_limited(guest: &Guest, link: &str) -> Result<(), Oops> {
    for _ in 0..20 {
        guest.browser.open(link).await?;
        guest.browser.find("#card[data-code]").await?;
        if guest.browser.run("return document.getElementById('card').dataset.code").await? == "rate-limited" {
            break;
        }
    }
    guest.meets("rate-limited", "rate-limited").await
}

fn guess_until(enough: &AtomicBool, full: &AtomicBool, address: SocketAddr) -> Result<(), Oops> {
    let key = Token::new(random()?).invite_key().public();
    let id = doorward_core::InviteId::of(&key);
    let body = PreviewBody {
        invite_key: key.into(),
        created: Timestamp(now()).into(),
        signature: Signature([7; 64]).into(),
        account: None,
    };
    let (body, mut line) = (serde_json::to_vec(&body)?, Connection::open(address)?);
    while !enough.load(Ordering::Relaxed) {
        let answer = line.call("POST", &format!("/v1/invites/{id}/preview"), Some(&body))?;
        full.fetch_or(answer.status == 429, Ordering::Relaxed);
    }
    Ok(())
}

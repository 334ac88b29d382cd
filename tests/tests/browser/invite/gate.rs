//! A good invite to a place that lets nobody in for now, and what a guest does about it.

use super::{Guest, link, mint};
use doorward_client::{MintOptions, Session, Until};
use doorward_core::record::{JoinRule, Pause};
use doorward_core::view::UpdateSpaceBody;
use doorward_core::{SignKey, SpaceId};
use doorward_tests::{Daemon, Oops};

pub(super) async fn tour(guest: Guest) -> Result<(), Oops> {
    let daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    let invitation = link(&mint(&owner, MintOptions { max_uses: 3, ..MintOptions::default() }).await?)?;
    for (code, shut, open) in [
        ("paused", pause(Pause::UntilLifted), pause(Pause::No)),
        ("join-closed", rule(JoinRule::Closed), rule(JoinRule::Invite)),
        ("space-full", most(1), most(0)),
    ] {
        owner.update_space(&SpaceId::SERVER, shut).await?;
        guest.is_told(&invitation, code).await?;
        owner.update_space(&SpaceId::SERVER, open).await?;
    }
    a_list(&guest, &owner, &invitation).await?;
    let key = key_of(&guest).await?;
    owner.ban(&SpaceId::SERVER, &key, "", Until::Never).await?;
    guest.is_told(&invitation, "banned").await?;
    guest.browser.see("I am banned from Doorward.").await
}

/// Whose key is on no list can have it made, and asks for a place with all that takes.
async fn a_list(guest: &Guest, owner: &Session, invitation: &str) -> Result<(), Oops> {
    let browser = &guest.browser;
    owner.update_space(&SpaceId::SERVER, rule(JoinRule::Allowlist)).await?;
    browser.open(invitation).await?;
    browser.see("Only people on a list can join here.").await?;
    guest.sees("offer-listed").await?;
    browser.fill("input[name=username]", "Cyd").await?;
    browser.press("Accept the invitation").await?;
    browser.press("Go on without").await?;
    browser.press("Join without a backup").await?;
    guest.meets("not-allowlisted", "not-allowlisted").await?;
    let key = key_of(guest).await?;
    browser.see(&format!("and it is {key}")).await?;
    owner.allow(&SpaceId::SERVER, &key).await?;
    browser.press("Try again").await?;
    browser.see("You are in").await
}

/// The key that this device has there.
async fn key_of(guest: &Guest) -> Result<SignKey, Oops> {
    let script = "return import('/assets/shared/keystore.js').then(async (store) => {
        const server = document.querySelector('meta[name=doorward-server]').content;
        return (await store.loadKeys(server)).signKey;
    })";
    let key = guest.browser.run(script).await?;
    Ok(SignKey::from_hex(key.as_str().ok_or("no keys")?).map_err(|code| code.name())?)
}

fn rule(rule: JoinRule) -> UpdateSpaceBody {
    UpdateSpaceBody { join_rule: Some(rule.into()), ..UpdateSpaceBody::default() }
}

fn pause(pause: Pause) -> UpdateSpaceBody {
    UpdateSpaceBody { pause: Some(pause.into()), ..UpdateSpaceBody::default() }
}

fn most(max_members: u32) -> UpdateSpaceBody {
    UpdateSpaceBody { max_members: Some(max_members), ..UpdateSpaceBody::default() }
}

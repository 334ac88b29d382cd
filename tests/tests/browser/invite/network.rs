//! An invite into a network: for somebody new, who comes to the server with it, and for somebody who is there already.

use super::{Guest, link};
use doorward_client::{Invitation, MintOptions, Session};
use doorward_core::SpaceId;
use doorward_core::record::JoinRule;
use doorward_core::role::Role;
use doorward_core::view::CreateSpaceBody;
use doorward_tests::{Daemon, Oops};

pub(super) async fn tour(guest: Guest) -> Result<(), Oops> {
    let daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    let circle = network(&owner, "reading-circle").await?;
    somebody_new(&guest, &mint(&owner, &circle, Role::Member).await?).await?;
    // In the very browser that has the keys now.
    let garden = network(&owner, "garden").await?;
    somebody_with_an_account(&guest, &mint(&owner, &garden, Role::Member).await?).await?;
    guest.is_told(&mint(&owner, &garden, Role::Admin).await?, "already-member").await?;
    guest.browser.see("member of garden at Doorward since").await?;
    whose_maker_may_not_invite_to_the_server(&guest, &daemon, &owner).await
}

async fn somebody_new(guest: &Guest, link: &str) -> Result<(), Oops> {
    let browser = &guest.browser;
    browser.open(link).await?;
    browser.see("Ada invites you to reading-circle, a network at Doorward").await?;
    browser.see("You become a member of both: of Doorward, where you get an account, and of its network reading-circle.").await?;
    guest.sees("network-offer").await?;
    browser.fill("input[name=username]", "Cyd").await?;
    browser.press("Accept the invitation").await?;
    browser.press("Go on without").await?;
    browser.press("Join without a backup").await?;
    browser.see("Welcome to reading-circle at Doorward. You are Cyd, member since").await?;
    browser.see("You have an account at Doorward now, too.").await?;
    guest.sees("network-in").await?;
    browser.press("Open the console").await?;
    browser.press("Networks").await?;
    browser.see("reading-circle").await
}

async fn somebody_with_an_account(guest: &Guest, link: &str) -> Result<(), Oops> {
    let browser = &guest.browser;
    browser.open(link).await?;
    browser.see("Ada invites you to garden, a network at Doorward").await?;
    browser.see("You join with the keys you already have on this device, as Cyd").await?;
    let text = browser.text().await?;
    assert!(!text.contains("You become a member of both") && !text.contains("What do you want to be called?"), "{text}");
    guest.sees("network-offer-own-keys").await?;
    browser.press("Accept the invitation").await?;
    browser.see("Welcome to garden at Doorward. You are Cyd, member since").await?;
    assert!(!browser.text().await?.contains("You have an account at Doorward now, too."));
    browser.see("Open the console").await?;
    // The same link again shows the receipt of that network, not that of the first.
    browser.open(link).await?;
    browser.see("You have used this invite already.").await?;
    browser.see("member of garden at Doorward since").await
}

/// The owner of a network who is a plain member at the server lets in who is there, and nobody else.
async fn whose_maker_may_not_invite_to_the_server(guest: &Guest, daemon: &Daemon, owner: &Session) -> Result<(), Oops> {
    let bea = daemon.join(&link(&Daemon::invite(owner, 1).await?)?, "Bea").await?;
    let choir = network(owner, "choir").await?;
    come_into(&bea, owner, &choir).await?;
    owner.transfer(&choir, &bea.sign_key()).await?;
    let invitation = mint(&bea, &choir, Role::Member).await?;
    let stranger = "const [name, done] = arguments; const gone = indexedDB.deleteDatabase(name);
        gone.onsuccess = () => done('gone'); gone.onerror = gone.onblocked = () => done('still there');";
    assert_eq!(guest.browser.run_async(stranger, "doorward").await?, "gone");
    guest.is_told(&invitation, "account-required").await?;
    guest.browser.see("You need an account at Doorward first.").await?;
    guest.browser.see("ask Bea for an invite to Doorward itself").await?;
    guest.browser.see("Could you please invite me to Doorward first?").await
}

async fn network(owner: &Session, name: &str) -> Result<SpaceId, Oops> {
    let body = CreateSpaceBody {
        name: name.into(),
        description: String::new(),
        join_rule: JoinRule::Invite.into(),
        max_members: 0,
        listed: false,
    };
    Ok(owner.create_space(body).await?.space.read().map_err(|code| code.name())?)
}

/// A link into it.
async fn mint(issuer: &Session, network: &SpaceId, role: Role) -> Result<String, Oops> {
    let options = MintOptions { role, max_uses: 3, greeting: "Books, and tea on Thursdays".into(), ..MintOptions::default() };
    link(&issuer.mint_into(network, &options).await?.invitation)
}

/// Comes into a network by an invite of its owner's, with the account there is.
async fn come_into(person: &Session, owner: &Session, network: &SpaceId) -> Result<(), Oops> {
    let invitation = Invitation::read(&mint(owner, network, Role::Member).await?).map_err(|code| code.name())?;
    let preview = person.client().preview(&invitation, Some(person.keys())).await?;
    person.client().redeem(&invitation, &preview.invite, "Bea", person.keys()).await?;
    Ok(())
}

//! The whole story over HTTP, with the typed client: from an empty folder to a person let in, and shown the door.

use doorward_client::{Error, Invitation, MintOptions, Sharing};
use doorward_core::role::Role;
use doorward_core::view::Authorization;
use doorward_core::wire::InviteFilter;
use doorward_core::{Code, SignKey, SpaceId};
use doorward_tests::{Connection, Daemon, Oops};
use std::os::unix::net::UnixStream;

/// What a service on the same machine is told.
fn asked_by_a_service(daemon: &Daemon, key: &SignKey) -> Result<(bool, String), Oops> {
    let mut socket = Connection::over(UnixStream::connect(daemon.service_socket())?);
    let answer = socket.call("GET", &format!("/v1/authorized/{key}"), None)?;
    let json = answer.json();
    Ok((json["allow"].as_bool().ok_or("no verdict")?, answer.code()))
}

fn code_of<T>(result: Result<T, Error>) -> Option<Code> {
    match result {
        Err(Error::Refused(refusal)) => Some(refusal.code),
        Ok(_) | Err(_) => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_an_empty_folder_to_a_person_let_in() -> Result<(), Oops> {
    let daemon = Daemon::start()?;
    let owner_link = daemon.owner_link()?;
    let owner = daemon.owner().await?;
    assert_eq!(owner.whoami().await?.role.map(|role| role.read()), Some(Ok(Role::Owner)));
    assert!(owner.has_admin().await?.allow);

    let options = MintOptions { greeting: "Welcome, friend".into(), label: "for Cyd".into(), ..MintOptions::default() };
    let minted = owner.mint(&options).await?;
    let client = daemon.client().await?;
    let identity = client.new_identity("Cyd")?;
    let guest = identity.keys.sign_key();
    assert_eq!(asked_by_a_service(&daemon, &guest)?, (false, "unknown-account".into()));

    let preview = client.preview(&minted.invitation, Some(&identity.keys)).await?;
    let joined = client.redeem(&minted.invitation, &preview.invite, "Cyd", &identity.keys).await?;
    let receipt = joined.receipt.receipt();
    assert_eq!((receipt.body.account, receipt.body.role), (guest, Role::Member));
    assert_eq!(asked_by_a_service(&daemon, &guest)?, (true, "allowed".into()));

    let session = client.sign_in(identity, Sharing::Refused)?;
    assert_eq!(session.whoami().await?.handle, "Cyd");
    assert_eq!(code_of(session.mint(&options).await), Some(Code::MissingPermission));

    let shown = owner.show_invite(minted.invitation.id(), None, None).await?;
    assert_eq!(shown.uses.iter().map(|used| used.handle.as_str()).collect::<Vec<_>>(), ["Cyd"]);
    assert_eq!(
        owner.invites(&SpaceId::SERVER, InviteFilter::Closed, None, None).await?.items.len(),
        2,
        "the owner's and the guest's"
    );

    owner.revoke(&guest).await?;
    assert_eq!(code_of(session.whoami().await), Some(Code::AccountRevoked), "the very next request");
    assert_eq!(asked_by_a_service(&daemon, &guest)?, (false, "account-revoked".into()));
    owner.restore(&guest).await?;
    assert_eq!(asked_by_a_service(&daemon, &guest)?, (true, "allowed".into()));
    owner.delete(&guest).await?;
    assert_eq!(asked_by_a_service(&daemon, &guest)?, (false, "unknown-account".into()));

    let stranger = daemon.join(&owner_link, "Mallory").await;
    assert!(stranger.is_err(), "the owner link opens once");
    assert!(!daemon.data().join("owner-link.txt").exists(), "the file with the owner link is gone");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_shown_again_from_the_issuers_device_and_can_be_cancelled() -> Result<(), Oops> {
    let daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    let minted = owner.mint(&MintOptions::default()).await?;
    assert_eq!(owner.show_link(minted.invitation.id()).await?.link(), minted.invitation.link());
    let typed = Invitation::read(&minted.invitation.typed_code()).map_err(|code| code.name())?;
    assert_eq!(typed.id(), minted.invitation.id());
    let client = daemon.client().await?;
    assert_eq!(client.preview(&minted.invitation, None).await?.verdict.code, Code::Allowed);
    owner.cancel(minted.invitation.id()).await?;
    owner.cancel(minted.invitation.id()).await?;
    assert_eq!(code_of(client.preview(&minted.invitation, None).await), Some(Code::InviteCancelled));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_says_what_was_decided_to_whoever_may_read_it() -> Result<(), Oops> {
    let daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    let minted = owner.mint(&MintOptions::default()).await?;
    let client = daemon.client().await?;
    let guest = client.new_identity("Cyd")?;
    let preview = client.preview(&minted.invitation, Some(&guest.keys)).await?;
    let joined = client.redeem(&minted.invitation, &preview.invite, "Cyd", &guest.keys).await?;
    let key = guest.keys.sign_key();
    let guest = client.sign_in(guest, Sharing::Refused)?;
    assert_eq!(code_of(guest.audit(None, None).await), Some(Code::MissingPermission));
    assert_eq!(code_of(guest.mint(&MintOptions::default()).await), Some(Code::MissingPermission));
    owner.revoke(&key).await?;

    let (mut items, mut after) = (Vec::new(), None);
    loop {
        let page = owner.audit(after.as_ref(), Some(2)).await?;
        assert!(page.items.len() <= 2);
        items.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let told: Vec<_> =
        items.iter().rev().map(|item| (item.asked.as_ref().map(|asked| asked.verb.as_str()), item.allow)).collect();
    let yes = |verb| (Some(verb), true);
    let expected = [yes("init"), yes("redeem"), yes("mint-invite"), yes("redeem"), (Some("mint-invite"), false), yes("revoke")];
    assert_eq!(told, expected);
    let joining = &items[2];
    assert_eq!(joining.sequence, joined.receipt.receipt().sequence);
    let asked = joining.asked.as_ref().ok_or("it names nobody")?;
    assert_eq!(asked.key.as_ref().map(|key| key.read()), Some(Ok(key)));
    assert_eq!(asked.invite.as_ref().map(|id| id.read()), Some(Ok(minted.invitation.id())));
    assert_eq!((asked.handle.as_deref(), joining.rule.as_str()), (Some("Cyd"), "redeem.10"));
    let revoking = items[0].asked.as_ref().ok_or("it names nobody")?;
    assert_eq!(revoking.account.as_ref().map(|account| account.read()), Some(Ok(key)));
    assert!(items.windows(2).all(|pair| pair[0].sequence > pair[1].sequence), "the newest first");
    assert_eq!(owner.audit(None, None).await?.items, items, "in one page or many");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn services_ask_without_a_signature_and_strangers_do_not() -> Result<(), Oops> {
    let daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    let key = owner.sign_key();
    let answer = Connection::open(daemon.address)?.call("GET", &format!("/v1/authorized/{key}"), None)?;
    assert_eq!((answer.status, answer.code()), (401, "unauthenticated".into()));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let Authorization { allow, .. } = owner.is_authorized(&key).await?;
    assert!(allow, "the owner holds `query`");

    let body = serde_json::to_vec(&serde_json::json!({ "keys": [key.to_hex(), SignKey([7; 32]).to_hex()] }))?;
    let mut socket = Connection::over(UnixStream::connect(daemon.service_socket())?);
    let many = socket.call("POST", "/v1/authorized", Some(&body))?.json();
    let allows: Vec<bool> =
        many["answers"].as_array().ok_or("no answers")?.iter().map(|answer| answer["allow"] == true).collect();
    assert_eq!(allows, [true, false]);
    let malformed = socket.call("GET", "/v1/authorized/not-a-key", None)?;
    assert_eq!((malformed.status, malformed.code()), (400, "malformed-key".into()));
    Ok(())
}

//! Bad input, from outside, against the real program, and the exact answer each gets.

#![allow(clippy::disallowed_methods, reason = "a test reads clock and environment as a client does")]

mod bodies;
mod bots;
mod clock;
mod expiries;
mod guesses;
mod joins;
mod keys;
mod limits;
mod links;
mod policy;
mod policy_modules;
mod signatures;
mod slow;

use doorward_client::{Identity, Invitation, Session, Sharing};
use doorward_core::statement::{Domain, PreviewStatement};
use doorward_core::token::InviteKey;
use doorward_core::view::PreviewBody;
use doorward_core::{InviteId, ServerKey, Timestamp};
use doorward_tests::{Answer, Daemon, Oops, Settings, now, request};
use ed25519_dalek::SigningKey;
use std::path::Path;
use std::process::{Command, Output};

/// A daemon with an owner whose key we hold.
async fn set_up() -> Result<(Daemon, Session, SigningKey), Oops> {
    set_up_with(Settings::default()).await
}

/// The same, started with settings.
async fn set_up_with(settings: Settings) -> Result<(Daemon, Session, SigningKey), Oops> {
    let daemon = Daemon::start_with(settings)?;
    let invitation = Invitation::read(&daemon.owner_link()?).map_err(|code| code.name())?;
    let client = daemon.client().await?;
    let identity: Identity = client.new_identity("Ada")?;
    let key = SigningKey::from_bytes(&identity.keys.expose_seeds().sign);
    let preview = client.preview(&invitation, None).await?;
    client.redeem(&invitation, &preview.invite, "Ada", &identity.keys).await?;
    let session = client.sign_in(identity, Sharing::Refused)?;
    Ok((daemon, session, key))
}

/// A daemon that logs everything there is to log.
async fn set_up_loud() -> Result<(Daemon, Session, SigningKey), Oops> {
    set_up_with(Settings { log: Some("trace".into()), ..Settings::default() }).await
}

fn expect(answer: &Answer, status: u16, code: &str, what: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{what}: {}", answer.json());
}

fn expect_allowed(answer: &Answer) {
    assert!(matches!(answer.status, 200 | 201), "{} {}", answer.status, answer.json());
}

fn sign_key(key: &SigningKey) -> doorward_core::SignKey {
    doorward_core::SignKey(key.verifying_key().to_bytes())
}

/// A preview with a good proof of holding this key's invite, as a request of its own headers.
fn preview_request(invite: &InviteKey, server: &ServerKey, created: u64, headers: &[(&str, &str)]) -> Result<Vec<u8>, Oops> {
    let (id, created) = (InviteId::of(&invite.public()), Timestamp(created));
    let bytes = Domain::Preview.statement(&PreviewStatement { server: *server, invite: id, created });
    let body = PreviewBody {
        invite_key: invite.public().into(),
        created: created.into(),
        signature: invite.sign(&bytes).into(),
        account: None,
    };
    Ok(request("POST", &format!("/v1/invites/{id}/preview"), headers, Some(&serde_json::to_vec(&body)?)))
}

/// What a holder of this invite is told.
fn preview(daemon: &Daemon, invitation: &Invitation, session: &Session) -> Result<Answer, Oops> {
    let request = preview_request(&invitation.key(), session.client().server_key(), now(), &[])?;
    doorward_tests::Connection::open(daemon.address)?.send(&request)
}

/// Runs the program as a person does, with keys in this folder.
fn door(keys: &Path, args: &[&str]) -> Result<Output, Oops> {
    let mut command = Command::new(doorward_tests::program()?);
    command.args(args).env_remove("DOORWARD_SERVER").env("DOORWARD_KEYS", keys);
    Ok(command.output()?)
}

fn words(output: &Output) -> String {
    [&output.stdout[..], &output.stderr[..]].concat().escape_ascii().to_string()
}

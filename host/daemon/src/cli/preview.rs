//! `doorward preview LINK`: what an invite says, without using it.

use std::process::ExitCode;

use doorward_client::{Invitation, Preview};
use doorward_core::role::Role;
use doorward_core::{Code, SpaceId};
use serde_json::json;

use super::failure::{denied, explain};
use super::output::{clean, field, note, person_of, print, print_json};
use super::{CliError, Global, context, words};
use crate::ambient::clock;

/// What `preview` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  doorward preview 'https://door.example/i#AQB…'
  doorward preview --offline -        (paste the link: it is then in no process list and no shell history)
  doorward preview --server https://door.example 0K3F-…   (a typed code does not say which server it is for)

Looking never uses an invite up. What the link itself says (which server, until when, whether it is damaged) is said
without asking anybody.")]
pub(super) struct Args {
    /// The whole link, the part after '#', or a typed code; '-' reads it from standard input
    link: String,
    /// Say only what the link itself says, and ask no server
    #[arg(long)]
    offline: bool,
}

/// Says what can be said.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let invitation = context::invitation(&args.link)?;
    if args.offline {
        return offline(&invitation, global);
    }
    refuse_expired(&invitation)?;
    let client = global.connect_to(server_of(&invitation, global)).await?;
    let identity = global.ring()?.find(client.server_key()).map_err(super::key::ring_fault)?;
    let preview = client.preview(&invitation, identity.as_ref().map(|identity| &identity.keys)).await.map_err(explain)?;
    if global.json {
        print_json(&as_json(&invitation, &preview))?;
    } else {
        print(&in_words(&preview, client.now()))?;
        warn_if_exposed(&invitation);
    }
    match preview.verdict.code {
        Code::Allowed => Ok(ExitCode::SUCCESS),
        code => Err(denied(code, "")),
    }
}

/// Where the invite leads: an explicit `--server`, else what the link says, else the usual.
pub(super) fn server_of<'a>(invitation: &'a Invitation, global: &'a Global) -> &'a str {
    match &invitation.public_url {
        Some(url) if !global.names_server() => url,
        Some(_) | None => global.server_url(),
    }
}

/// Explains an expired link without a request.
pub(super) fn refuse_expired(invitation: &Invitation) -> Result<(), CliError> {
    let now = clock::now();
    match invitation.expires {
        Some(expires) if expires.has_expired(now) => {
            Err(denied(Code::Expired, &format!(" It said so itself: {}.", words::expiry_in_full(expires, now))))
        }
        Some(_) | None => Ok(()),
    }
}

/// A secret that servers have seen is one that others may use first.
pub(super) fn warn_if_exposed(invitation: &Invitation) {
    if invitation.exposed {
        note("Warning: this link was changed on its way (its secret part stands where servers see it).");
        note("Whoever runs the mail or chat it came through could use it before you.");
    }
}

fn offline(invitation: &Invitation, global: &Global) -> Result<ExitCode, CliError> {
    let now = clock::now();
    let expired = invitation.has_expired(now);
    if global.json {
        print_json(&json!({
            "id": invitation.id().to_hex(), "server": invitation.public_url, "exposed": invitation.exposed, "expired": expired,
            "expires": invitation.expires.map(|expires| expires.to_text()), "fingerprint": invitation.server_fingerprint.map(hex::encode),
        }))?;
    } else {
        let unknown = "not said by a typed code";
        let mut text = String::from("An invite that is not damaged.\n");
        text += &field("server", invitation.public_url.as_deref().unwrap_or("not said by this form of the link"));
        text += &field("its key", &invitation.server_fingerprint.map_or(unknown.into(), hex::encode));
        text += &field("good until", &invitation.expires.map_or(unknown.into(), |expires| words::expiry_in_full(expires, now)));
        text += &field("invite", &invitation.id().to_hex());
        print(&text)?;
        warn_if_exposed(invitation);
        if !expired {
            note("Who invites you, and whether it still holds, only the server can say: leave out --offline.");
        }
    }
    refuse_expired(invitation)?;
    Ok(ExitCode::SUCCESS)
}

/// What an invite says, in words.
pub(super) fn in_words(preview: &Preview, now: doorward_core::Timestamp) -> String {
    let Preview { claims, invite: _, server_name, space_name: _, members, uses, verdict } = preview;
    let place = place(preview);
    let issuer = if claims.issuer == claims.server {
        "The server itself".into()
    } else {
        person_of(&claims.issuer_handle, &claims.issuer)
    };
    let left = match claims.max_uses {
        0 => format!("unlimited, {uses} so far"),
        most => format!("{} of {most}", most.saturating_sub(*uses)),
    };
    let mut text = match &claims.rebind {
        None => format!("{} invites you to {place}.\n", clean(&issuer)),
        Some(key) => format!(
            "{} gives you the place of the key {} at {}, with new keys. That key is revoked, and stays so.\n",
            clean(&issuer),
            key.fingerprint(),
            clean(server_name)
        ),
    };
    if !claims.greeting.is_empty() {
        text += &field("greeting", &format!("\"{}\"", claims.greeting));
    }
    text += &field("role", &format!("{}: {}", claims.role.name(), may(claims.role)));
    text += &field("good until", &words::expiry_in_full(claims.expires, now));
    text += &field("uses left", &left);
    text += &field("members", &members.to_string());
    let whose = if verdict.own { "" } else { " (says the server; it could not be checked here)" };
    let now = if verdict.code == Code::Allowed { "you can come in" } else { verdict.code.text() };
    text + &field("now", &format!("{now}{whose}"))
}

/// Where an invite leads: the server, or `crew at Home`.
pub(super) fn place(preview: &Preview) -> String {
    let server = clean(&preview.server_name);
    if preview.claims.space == SpaceId::SERVER { server } else { format!("{} at {server}", clean(&preview.space_name)) }
}

/// What a role may do, in words. Display only: what it may do is the core's table.
fn may(role: Role) -> &'static str {
    match role {
        Role::Member => "may be there and take part",
        Role::Admin => "may also invite, and manage people and settings",
        Role::Owner => "may do everything",
    }
}

fn as_json(invitation: &Invitation, preview: &Preview) -> serde_json::Value {
    let Preview { claims, invite: _, server_name, space_name, members, uses, verdict } = preview;
    json!({
        "id": claims.invite.to_hex(), "server_key": claims.server.to_hex(), "server_name": server_name, "space_name": space_name,
        "role": claims.role.name(), "max_uses": claims.max_uses, "uses": uses, "members": members,
        "expires": claims.expires.to_text(), "greeting": claims.greeting, "tags": claims.tags,
        "issuer": claims.issuer.to_hex(), "issuer_handle": claims.issuer_handle, "issuer_fingerprint": claims.issuer.fingerprint(),
        "rebind": claims.rebind.map(|key| key.to_hex()), "exposed": invitation.exposed,
        "verdict": {"code": verdict.code.name(), "rule": verdict.rule, "spends": verdict.spends, "own": verdict.own},
    })
}

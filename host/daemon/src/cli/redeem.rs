//! `doorward redeem LINK`: comes in through an invite.

use std::process::ExitCode;

use doorward_client::{Client, Error, Identity, Invitation, Joined, KeyRing, Sharing};
use doorward_core::claims::SignedClaims;
use doorward_core::{Code, SpaceId};

use super::error::NEXT;
use super::failure::{denied, explain};
use super::key::{ring_fault, save};
use super::newcomer::{self, Newcomer};
use super::output::{clean, confirm, field, note, person_of, print, print_json};
use super::places::name_of;
use super::preview::{in_words, refuse_expired, server_of, warn_if_exposed};
use super::{CliError, Global, context, words};

/// What `redeem` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  doorward redeem 'https://door.example/i#AQB…' --handle Ada
  doorward redeem - --handle Ada < link.txt     (the link is then in no process list and no shell history)

Makes keys for this server if there are none yet, saves them, and only then uses the invite. The server learns two
public keys and the handle, nothing else. Repeating it with the same link gives the same answer again.")]
pub(super) struct Args {
    /// The whole link, the part after '#', or a typed code; '-' reads it from standard input
    link: String,
    #[command(flatten)]
    newcomer: Newcomer,
    /// Use the link although its secret part was in a request on its way
    #[arg(long)]
    accept_exposed: bool,
}

/// Comes in.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    if args.link == "-" && args.newcomer.reads_stdin() {
        return Err(CliError::Usage("standard input can hold the link or the keys, not both".into()));
    }
    let invitation = context::invitation(&args.link)?;
    refuse_expired(&invitation)?;
    accept_exposed(&invitation, args.accept_exposed)?;
    let client = global.connect_to(server_of(&invitation, global)).await?;
    if !invitation.is_for(client.server_key()) {
        return Err(explain(Error::Local(Code::OtherServer)));
    }
    let ring = global.ring()?;
    let mut identity = args.newcomer.identity(&client, &ring)?;
    let handle = args.newcomer.handle(&identity)?;
    // Saved before the invite is used: an account without its keys would be lost.
    let sharing = args.newcomer.sharing();
    save(&ring, &identity, sharing)?;

    let joined = match shown(&client, &ring, &invitation, &identity, global).await? {
        Shown::Usable(invite) => {
            ring.keep_redeeming(client.server_key(), &invite).map_err(ring_fault)?;
            let joined = client.redeem(&invitation, &invite, &handle, &identity.keys).await.map_err(explain)?;
            ring.keep_receipt(client.server_key(), &joined.receipt).map_err(ring_fault)?;
            joined
        }
        Shown::Used(joined) => joined,
    };
    identity.handle.clone_from(&joined.handle);
    let path = save(&ring, &identity, sharing)?;
    let network = network_of(&client, &ring, &joined, sharing).await;
    report(&client, &identity, (&joined, network), &path, global)?;
    Ok(ExitCode::SUCCESS)
}

fn accept_exposed(invitation: &Invitation, accepted: bool) -> Result<(), CliError> {
    if !invitation.exposed {
        return Ok(());
    }
    warn_if_exposed(invitation);
    if accepted || confirm("Use it all the same?") {
        return Ok(());
    }
    Err(CliError::Usage("nothing was used; ask for a fresh link, or say --accept-exposed".into()))
}

/// What came of looking at the invite.
enum Shown {
    /// It can be used, or used again to hear the first answer.
    Usable(SignedClaims),
    /// These keys came in through it before, and the receipt is here.
    Used(Joined),
}

/// Shows what the invite says. One that would only be burned is not used. One that these keys used before is answered
/// from the receipt kept here; if the answer never came, it is asked for with the claims kept from then.
async fn shown(
    client: &Client,
    ring: &KeyRing,
    invitation: &Invitation,
    identity: &Identity,
    global: &Global,
) -> Result<Shown, CliError> {
    let preview = match client.preview(invitation, Some(&identity.keys)).await {
        Err(error) if error.code() == Some(Code::UsedByYou) => {
            return used_before(client, ring, invitation, identity)?.ok_or_else(|| explain(error));
        }
        Err(error) if error.code() == Some(Code::AccountRevoked) => return Err(revoked(client, ring)),
        result => result.map_err(explain)?,
    };
    let code = preview.verdict.code;
    if code == Code::UsedByYou {
        return Ok(used_before(client, ring, invitation, identity)?.unwrap_or(Shown::Usable(preview.invite)));
    }
    if code == Code::AccountRevoked {
        return Err(revoked(client, ring));
    }
    if code != Code::Allowed {
        let burn = if preview.verdict.only_burns() { " It was not sent: that would only have used the invite up." } else { "" };
        return Err(denied(code, burn));
    }
    if !global.json {
        note(in_words(&preview, client.now()).trim_end());
    }
    Ok(Shown::Usable(preview.invite))
}

/// The keys on this machine are the ones that were shown the door; whoever hands out a fresh link means new ones.
fn revoked(client: &Client, ring: &KeyRing) -> CliError {
    let path = ring.path(client.server_key());
    let path = path.display();
    let code = Code::AccountRevoked;
    CliError::Denied {
        code,
        message: format!(
            "{} It was not sent.{NEXT}Your keys for this server are the revoked ones. If the link is to give you a new place, move them away and repeat: mv {path} {path}.revoked",
            code.text()
        ),
    }
}

fn used_before(client: &Client, ring: &KeyRing, invitation: &Invitation, identity: &Identity) -> Result<Option<Shown>, CliError> {
    let (server, id) = (client.server_key(), invitation.id());
    let receipt = ring.receipt(server).map_err(ring_fault)?.filter(|receipt| {
        let body = &receipt.receipt().body;
        body.invite == id && body.account == identity.keys.sign_key()
    });
    if let Some(receipt) = receipt {
        return Ok(Some(Shown::Used(Joined { receipt, code: Code::UsedByYou, handle: identity.handle.clone() })));
    }
    let before = ring.redeeming(server).map_err(ring_fault)?;
    Ok(before.filter(|invite| invite.unverified_claims().is_some_and(|claims| claims.invite == id)).map(Shown::Usable))
}

/// What the network is called that the invite led to, if it led to one.
async fn network_of(client: &Client, ring: &KeyRing, joined: &Joined, sharing: Sharing) -> Option<String> {
    let space = joined.receipt.receipt().body.space;
    if space == SpaceId::SERVER {
        return None;
    }
    let identity = ring.find(client.server_key()).ok()??;
    let session = client.sign_in(identity, sharing).ok()?;
    Some(name_of(&session, &space).await)
}

fn report(
    client: &Client,
    identity: &Identity,
    (joined, network): (&Joined, Option<String>),
    path: &std::path::Path,
    global: &Global,
) -> Result<(), CliError> {
    let receipt = joined.receipt.receipt();
    let (body, sign_key) = (&receipt.body, identity.keys.sign_key());
    if global.json {
        let mut told = newcomer::as_json(identity, &joined.handle, body.role.name(), joined.code.name(), path);
        told["at"] = body.at.to_rfc3339().into();
        told["sequence"] = receipt.sequence.into();
        told["space"] = body.space.to_hex().into();
        return print_json(&told);
    }
    let already = if joined.code == Code::Allowed { "You are in" } else { "You came in through this invite before" };
    let server = clean(&identity.server_name);
    let mut text = format!("{already}: {}.\n", network.map_or(server.clone(), |network| format!("{network} at {server}")));
    text += &field("you", &person_of(&joined.handle, &sign_key));
    text += &field("role", body.role.name());
    text += &field(
        "receipt",
        &format!("decision {}, signed by the server, {}", receipt.sequence, words::in_full(body.at, client.now())),
    );
    text += &field("keys", &path.display().to_string());
    print(&text)?;
    note(newcomer::KEEP_IT);
    Ok(())
}

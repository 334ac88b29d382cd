//! `/v1/invites`: mint, list, show, cancel; and for holders of a link: preview, redeem.

use axum::Json;
use axum::extract::{Extension, Path, State};
use doorward_core::statement::{Domain, PreviewStatement};
use doorward_core::view::{
    InviteAnswer, InviteList, InviteListQuery, InviteShown, MintBody, PageQuery, PreviewAnswer, PreviewBody, RedeemAnswer,
    RedeemBody, Spelt,
};
use doorward_core::wire::{Asker, Command, Reply, ShowInvite};
use doorward_core::{Code, InviteId, SignKey, Signature};
use doorward_shell::Answered;

use super::door::Door;
use super::incoming::{Incoming, Object, Query};
use super::limits::{Origin, Proof};
use super::operation::Created;
use super::problem::{Refusal, allowed};

/// `POST /v1/invites`
pub(crate) async fn mint(
    State(door): State<Door>,
    incoming: Incoming<Object<MintBody>>,
) -> Result<Created<InviteAnswer>, Refusal> {
    let mint = incoming.body.0.try_into()?;
    let answered = allowed(door.ask(incoming.asker, Command::Mint(Box::new(mint)), incoming.attached).await)?;
    match answered.reply {
        Reply::Invite(item) => Ok(Created((*item).into())),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

/// `GET /v1/invites`
pub(crate) async fn list(
    State(door): State<Door>,
    Query(query): Query<InviteListQuery>,
    incoming: Incoming,
) -> Result<Json<InviteList>, Refusal> {
    let list = query.try_into()?;
    let answered = allowed(door.ask(incoming.asker, Command::ListInvites(list), incoming.attached).await)?;
    match answered.reply {
        Reply::Invites(page) => Ok(Json(page.into())),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

/// `GET /v1/invites/{id}`
pub(crate) async fn show(
    State(door): State<Door>,
    Path(id): Path<Spelt<InviteId>>,
    Query(query): Query<PageQuery>,
    incoming: Incoming,
) -> Result<Json<InviteShown>, Refusal> {
    let show = ShowInvite { invite: id.read()?, paging: query.try_into()? };
    let answered = allowed(door.ask(incoming.asker, Command::ShowInvite(show), incoming.attached).await)?;
    match answered.reply {
        Reply::InviteShown(shown) => Ok(Json((*shown).into())),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

/// `DELETE /v1/invites/{id}`
pub(crate) async fn cancel(
    State(door): State<Door>,
    Path(id): Path<Spelt<InviteId>>,
    incoming: Incoming,
) -> Result<Json<InviteAnswer>, Refusal> {
    let answered = allowed(door.ask(incoming.asker, Command::CancelInvite(id.read()?), incoming.attached).await)?;
    match answered.reply {
        Reply::Invite(item) => Ok(Json((*item).into())),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

/// `POST /v1/invites/{id}/preview`
pub(crate) async fn preview(
    State(door): State<Door>,
    Extension(origin): Extension<Origin>,
    Path(id): Path<Spelt<InviteId>>,
    incoming: Incoming<Object<PreviewBody>>,
) -> Result<Json<PreviewAnswer>, Refusal> {
    let invite = id.read()?;
    let (preview, attached) = incoming.body.0.into_command(invite)?;
    let statement = PreviewStatement { server: door.shell.server_key(), invite, created: preview.created };
    let proof = proof_of(&door, invite, preview.invite_key, Domain::Preview.statement(&statement), attached.first());
    door.throttle.admit(origin, proof)?;
    let answered = door.ask(Asker::Stranger, Command::Preview(Box::new(preview)), attached).await;
    let answered = allowed(counted(&door, origin, proof, answered)?)?;
    match answered.reply {
        Reply::Preview(reply) => Ok(Json((*reply).try_into()?)),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

/// `POST /v1/invites/{id}/redeem`
pub(crate) async fn redeem(
    State(door): State<Door>,
    Extension(origin): Extension<Origin>,
    Path(id): Path<Spelt<InviteId>>,
    incoming: Incoming<Object<RedeemBody>>,
) -> Result<Json<RedeemAnswer>, Refusal> {
    let invite = id.read()?;
    let (redeem, attached) = incoming.body.0.into_command(invite)?;
    let proof = proof_of(&door, invite, redeem.invite_key, Domain::Redeem.statement(&redeem.statement), attached.first());
    door.throttle.admit(origin, proof)?;
    let answered = door.ask(Asker::Stranger, Command::Redeem(Box::new(redeem)), attached).await;
    let answered = allowed(counted(&door, origin, proof, answered)?)?;
    door.admitted.notify_one();
    let Answered { code, rule, reply: Reply::Redeemed(redeemed), receipt: Some(receipt), .. } = answered else {
        return Err(Refusal::unexpected(&answered));
    };
    Ok(Json(RedeemAnswer::new(receipt.receipt, receipt.signature, code, rule, redeemed.handle)?))
}

/// The answer, unless it is that there is no such invite, and too many were looked for from there.
fn counted(door: &Door, origin: Origin, proof: Proof, answered: Answered) -> Result<Answered, Refusal> {
    if answered.code == Code::NotFound {
        door.throttle.not_found(origin, proof)?;
    }
    Ok(answered)
}

/// Whether the request proves that its sender holds the invite, as far as arithmetic can tell: for the rate limits
/// only, which count good proofs by invite and all others by where they come from. The policy asks for itself.
fn proof_of(door: &Door, invite: InviteId, key: SignKey, signed: Vec<u8>, signature: Option<&Signature>) -> Proof {
    let good = InviteId::of(&key) == invite && signature.is_some_and(|signature| door.shell.verify(key, signed, *signature));
    if good { Proof::Good(invite) } else { Proof::Bad }
}

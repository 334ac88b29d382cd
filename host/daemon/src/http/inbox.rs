//! `/v1/inbox`: what an account was invited to by name, and `/v1/spaces/{id}/members/{key}/invite`, which puts it there.

use axum::Json;
use axum::extract::{Path, State};
use doorward_core::view::{InboxList, InviteAccountBody, Invited, MemberAnswer, Outcome, Spelt};
use doorward_core::wire::{Command, Member, Reply, Respond};
use doorward_core::{InviteId, SignKey, SpaceId};

use super::door::Door;
use super::incoming::{Incoming, Object};
use super::problem::{Refusal, allowed};

/// `POST /v1/spaces/{id}/members/{key}/invite`
pub(crate) async fn invite(
    State(door): State<Door>,
    Path((space, key)): Path<(Spelt<SpaceId>, Spelt<SignKey>)>,
    incoming: Incoming<Object<InviteAccountBody>>,
) -> Result<Json<Invited>, Refusal> {
    let member = Member { space: space.read()?, key: key.read()? };
    let invite = incoming.body.0.of_member(member)?;
    let answered = allowed(door.ask(incoming.asker, Command::InviteAccount(invite), incoming.attached).await)?;
    let outcome = Outcome { code: answered.code.into() };
    match answered.reply {
        Reply::Inbox(items) => Ok(Json(Invited { outcome, invite: items.into_iter().next().map(Into::into) })),
        Reply::Nothing => Ok(Json(Invited { outcome, invite: None })),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

/// `GET /v1/inbox`
pub(crate) async fn list(State(door): State<Door>, incoming: Incoming) -> Result<Json<InboxList>, Refusal> {
    let answered = allowed(door.ask(incoming.asker, Command::Inbox, incoming.attached).await)?;
    match answered.reply {
        Reply::Inbox(items) => Ok(Json(InboxList { items: items.into_iter().map(Into::into).collect() })),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

/// `POST /v1/inbox/{invite}/accept`
pub(crate) async fn accept(
    State(door): State<Door>,
    Path(invite): Path<Spelt<InviteId>>,
    incoming: Incoming,
) -> Result<Json<MemberAnswer>, Refusal> {
    let respond = Command::Respond(Respond { invite: invite.read()?, accept: true });
    let answered = allowed(door.ask(incoming.asker, respond, incoming.attached).await)?;
    match answered.reply {
        Reply::Member(member) => Ok(Json(MemberAnswer { member: (*member).into() })),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

/// `POST /v1/inbox/{invite}/decline`
pub(crate) async fn decline(
    State(door): State<Door>,
    Path(invite): Path<Spelt<InviteId>>,
    incoming: Incoming,
) -> Result<Json<Outcome>, Refusal> {
    let respond = Command::Respond(Respond { invite: invite.read()?, accept: false });
    let answered = allowed(door.ask(incoming.asker, respond, incoming.attached).await)?;
    Ok(Json(Outcome { code: answered.code.into() }))
}

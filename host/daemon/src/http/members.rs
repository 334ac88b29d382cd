//! `/v1/spaces/{id}/members`, `…/bans`, `…/allowlist`: what is done to members, and to keys that may or may not come in.

use axum::Json;
use axum::extract::{Path, State};
use doorward_core::view::{BanBody, ChangeMemberBody, MemberAnswer, MemberList, PageQuery, Spelt};
use doorward_core::wire::{Command, ListKeys, Member, Reply};
use doorward_core::{Code, SignKey, SpaceId};

use super::door::Door;
use super::incoming::{Incoming, Nothing, Object, Query};
use super::problem::{Refusal, allowed};

/// Which space, and which key.
type Place = Path<(Spelt<SpaceId>, Spelt<SignKey>)>;

/// `PATCH /v1/spaces/{id}/members/{key}`
pub(crate) async fn change(
    door: State<Door>,
    place: Place,
    incoming: Incoming<Object<ChangeMemberBody>>,
) -> Result<Json<MemberAnswer>, Refusal> {
    done(door, place, incoming, |body, member| body.0.of_member(member)).await
}

/// `POST /v1/spaces/{id}/members/{key}/kick`
pub(crate) async fn kick(door: State<Door>, place: Place, incoming: Incoming) -> Result<Json<MemberAnswer>, Refusal> {
    done(door, place, incoming, only(Command::Kick)).await
}

/// `POST /v1/spaces/{id}/members/{key}/transfer`
pub(crate) async fn transfer(door: State<Door>, place: Place, incoming: Incoming) -> Result<Json<MemberAnswer>, Refusal> {
    done(door, place, incoming, only(Command::Transfer)).await
}

/// `PUT /v1/spaces/{id}/bans/{key}`
pub(crate) async fn ban(
    door: State<Door>,
    place: Place,
    incoming: Incoming<Object<BanBody>>,
) -> Result<Json<MemberAnswer>, Refusal> {
    done(door, place, incoming, |body, member| Ok(body.0.of_member(member))).await
}

/// `DELETE /v1/spaces/{id}/bans/{key}`
pub(crate) async fn unban(door: State<Door>, place: Place, incoming: Incoming) -> Result<Json<MemberAnswer>, Refusal> {
    done(door, place, incoming, only(Command::Unban)).await
}

/// `PUT /v1/spaces/{id}/allowlist/{key}`
pub(crate) async fn allow(door: State<Door>, place: Place, incoming: Incoming) -> Result<Json<MemberAnswer>, Refusal> {
    done(door, place, incoming, only(Command::Allow)).await
}

/// `DELETE /v1/spaces/{id}/allowlist/{key}`
pub(crate) async fn disallow(door: State<Door>, place: Place, incoming: Incoming) -> Result<Json<MemberAnswer>, Refusal> {
    done(door, place, incoming, only(Command::Disallow)).await
}

/// A command that says nothing but to whom.
fn only(command: fn(Member) -> Command) -> impl FnOnce(Nothing, Member) -> Result<Command, Code> {
    move |_, member| Ok(command(member))
}

async fn done<B>(
    State(door): State<Door>,
    Path((space, key)): Place,
    incoming: Incoming<B>,
    command: impl FnOnce(B, Member) -> Result<Command, Code>,
) -> Result<Json<MemberAnswer>, Refusal> {
    let member = Member { space: space.read()?, key: key.read()? };
    let command = command(incoming.body, member)?;
    let answered = allowed(door.ask(incoming.asker, command, incoming.attached).await)?;
    match answered.reply {
        Reply::Member(member) => Ok(Json(MemberAnswer { member: (*member).into() })),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

/// `GET /v1/spaces/{id}/members`
pub(crate) async fn members(
    door: State<Door>,
    space: Path<Spelt<SpaceId>>,
    query: Query<PageQuery>,
    incoming: Incoming,
) -> Result<Json<MemberList>, Refusal> {
    list(door, space, query, incoming, Command::ListMembers).await
}

/// `GET /v1/spaces/{id}/bans`
pub(crate) async fn bans(
    door: State<Door>,
    space: Path<Spelt<SpaceId>>,
    query: Query<PageQuery>,
    incoming: Incoming,
) -> Result<Json<MemberList>, Refusal> {
    list(door, space, query, incoming, Command::ListBans).await
}

/// `GET /v1/spaces/{id}/allowlist`
pub(crate) async fn allowlist(
    door: State<Door>,
    space: Path<Spelt<SpaceId>>,
    query: Query<PageQuery>,
    incoming: Incoming,
) -> Result<Json<MemberList>, Refusal> {
    list(door, space, query, incoming, Command::ListAllowed).await
}

async fn list(
    State(door): State<Door>,
    Path(space): Path<Spelt<SpaceId>>,
    Query(query): Query<PageQuery>,
    incoming: Incoming,
    command: fn(ListKeys) -> Command,
) -> Result<Json<MemberList>, Refusal> {
    let list = ListKeys { space: space.read()?, paging: query.try_into()? };
    let answered = allowed(door.ask(incoming.asker, command(list), incoming.attached).await)?;
    match answered.reply {
        Reply::Members(page) => Ok(Json(page.into())),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

//! `/v1/spaces`: make, list, show, change, delete; join, enter, leave.

use axum::Json;
use axum::extract::{Extension, Path, State};
use doorward_core::SpaceId;
use doorward_core::view::{
    AccountAnswer, CreateSpaceBody, JoinBody, MemberAnswer, Outcome, SpaceAnswer, SpaceList, SpaceListQuery, Spelt,
    UpdateSpaceBody,
};
use doorward_core::wire::{Command, Reply};
use doorward_shell::Answered;

use super::door::Door;
use super::incoming::{Incoming, Object, Query};
use super::limits::{Origin, Proof};
use super::operation::Created;
use super::problem::{Refusal, allowed};

/// `POST /v1/spaces`
pub(crate) async fn create(
    State(door): State<Door>,
    incoming: Incoming<Object<CreateSpaceBody>>,
) -> Result<Created<SpaceAnswer>, Refusal> {
    let create = incoming.body.0.into_command()?;
    let answered = door.ask(incoming.asker, Command::CreateSpace(Box::new(create)), incoming.attached).await;
    shown(answered).map(|Json(space)| Created(space))
}

/// `GET /v1/spaces`
pub(crate) async fn list(
    State(door): State<Door>,
    Query(query): Query<SpaceListQuery>,
    incoming: Incoming,
) -> Result<Json<SpaceList>, Refusal> {
    let command = Command::ListSpaces(query.try_into()?);
    let answered = allowed(door.ask(incoming.asker, command, incoming.attached).await)?;
    match answered.reply {
        Reply::Spaces(page) => Ok(Json(page.into())),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

/// `GET /v1/spaces/{id}`
pub(crate) async fn show(
    State(door): State<Door>,
    Path(space): Path<Spelt<SpaceId>>,
    incoming: Incoming,
) -> Result<Json<SpaceAnswer>, Refusal> {
    let command = Command::ShowSpace(space.read()?);
    shown(door.ask(incoming.asker, command, incoming.attached).await)
}

/// `PATCH /v1/spaces/{id}`
pub(crate) async fn update(
    State(door): State<Door>,
    Path(space): Path<Spelt<SpaceId>>,
    incoming: Incoming<Object<UpdateSpaceBody>>,
) -> Result<Json<SpaceAnswer>, Refusal> {
    let update = incoming.body.0.of_space(space.read()?)?;
    shown(door.ask(incoming.asker, Command::UpdateSpace(Box::new(update)), incoming.attached).await)
}

/// `DELETE /v1/spaces/{id}`
pub(crate) async fn delete(
    State(door): State<Door>,
    Path(space): Path<Spelt<SpaceId>>,
    incoming: Incoming,
) -> Result<Json<Outcome>, Refusal> {
    let command = Command::DeleteSpace(space.read()?);
    done(door.ask(incoming.asker, command, incoming.attached).await)
}

fn shown(answered: Answered) -> Result<Json<SpaceAnswer>, Refusal> {
    let answered = allowed(answered)?;
    match answered.reply {
        Reply::Space(space) => Ok(Json(SpaceAnswer { space: (*space).into() })),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

/// `POST /v1/spaces/{id}/join`, signed by the key that comes in.
pub(crate) async fn join(
    State(door): State<Door>,
    Extension(origin): Extension<Origin>,
    Path(space): Path<Spelt<SpaceId>>,
    incoming: Incoming<Object<JoinBody>>,
) -> Result<Created<AccountAnswer>, Refusal> {
    let join = incoming.body.0.of_space(space.read()?)?;
    // Anyone can make a key and sign with it, so a good signature proves nothing yet. All are counted alike, so that
    // nobody learns by this whether a key has an account.
    door.throttle.admit(origin, Proof::Bad)?;
    let answered = allowed(door.ask(incoming.asker, Command::Join(Box::new(join)), incoming.attached).await)?;
    door.admitted.notify_one();
    match answered.reply {
        Reply::Account(account) => Ok(Created(AccountAnswer { account: (*account).into() })),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

/// `POST /v1/spaces/{id}/enter`
pub(crate) async fn enter(
    State(door): State<Door>,
    Path(space): Path<Spelt<SpaceId>>,
    incoming: Incoming,
) -> Result<Json<MemberAnswer>, Refusal> {
    let command = Command::Enter(space.read()?);
    let answered = allowed(door.ask(incoming.asker, command, incoming.attached).await)?;
    match answered.reply {
        Reply::Member(member) => Ok(Json(MemberAnswer { member: (*member).into() })),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

/// `POST /v1/spaces/{id}/leave`
pub(crate) async fn leave(
    State(door): State<Door>,
    Path(space): Path<Spelt<SpaceId>>,
    incoming: Incoming,
) -> Result<Json<Outcome>, Refusal> {
    let command = Command::Leave(space.read()?);
    done(door.ask(incoming.asker, command, incoming.attached).await)
}

fn done(answered: Answered) -> Result<Json<Outcome>, Refusal> {
    Ok(Json(Outcome { code: allowed(answered)?.code.into() }))
}

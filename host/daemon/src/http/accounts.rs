//! `/v1/accounts`: register, prove, list, show, revoke, restore, delete.

use axum::Json;
use axum::extract::{Path, State};
use doorward_core::view::{AccountAnswer, AccountChanged, AccountList, Outcome, PageQuery, ProveBody, RegisterBody, Spelt};
use doorward_core::wire::{Asker, Command, Prove, Reply};
use doorward_core::{Code, SignKey};

use super::door::Door;
use super::incoming::{Incoming, Object, Query};
use super::operation::Created;
use super::problem::{Refusal, allowed};

/// `POST /v1/accounts`
pub(crate) async fn register(
    State(door): State<Door>,
    incoming: Incoming<Object<RegisterBody>>,
) -> Result<Created<AccountAnswer>, Refusal> {
    let register = incoming.body.0.try_into()?;
    let answered = allowed(door.ask(incoming.asker, Command::Register(Box::new(register)), incoming.attached).await)?;
    match answered.reply {
        Reply::Account(account) => Ok(Created(AccountAnswer { account: (*account).into() })),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

/// `PUT /v1/accounts/{key}/proof`, signed by that very key.
pub(crate) async fn prove(
    State(door): State<Door>,
    Path(key): Path<Spelt<SignKey>>,
    incoming: Incoming<Object<ProveBody>>,
) -> Result<Json<Outcome>, Refusal> {
    let key = key.read()?;
    let prove: Prove = incoming.body.0.try_into()?;
    // The command has no room for another's key: an account proves itself.
    if matches!(&incoming.asker, Asker::Account(auth) if auth.key != key) {
        return Err(Code::Unauthenticated.into());
    }
    let answered = allowed(door.ask(incoming.asker, Command::Prove(prove), incoming.attached).await)?;
    Ok(Json(Outcome { code: answered.code.into() }))
}

/// `GET /v1/accounts`
pub(crate) async fn list(
    State(door): State<Door>,
    Query(query): Query<PageQuery>,
    incoming: Incoming,
) -> Result<Json<AccountList>, Refusal> {
    let paging = query.try_into()?;
    let answered = allowed(door.ask(incoming.asker, Command::ListAccounts(paging), incoming.attached).await)?;
    match answered.reply {
        Reply::Accounts(page) => Ok(Json(page.into())),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

/// `GET /v1/accounts/{key}`
pub(crate) async fn show(
    State(door): State<Door>,
    Path(key): Path<Spelt<SignKey>>,
    incoming: Incoming,
) -> Result<Json<AccountAnswer>, Refusal> {
    let command = Command::ShowAccount(key.read()?);
    let answered = allowed(door.ask(incoming.asker, command, incoming.attached).await)?;
    match answered.reply {
        Reply::Account(account) => Ok(Json(AccountAnswer { account: (*account).into() })),
        _ => Err(Refusal::unexpected(&answered)),
    }
}

/// `POST /v1/accounts/{key}/revoke`
pub(crate) async fn revoke(
    door: State<Door>,
    key: Path<Spelt<SignKey>>,
    incoming: Incoming,
) -> Result<Json<AccountChanged>, Refusal> {
    change(door, key, incoming, Command::Revoke).await
}

/// `POST /v1/accounts/{key}/restore`
pub(crate) async fn restore(
    door: State<Door>,
    key: Path<Spelt<SignKey>>,
    incoming: Incoming,
) -> Result<Json<AccountChanged>, Refusal> {
    change(door, key, incoming, Command::Restore).await
}

/// `DELETE /v1/accounts/{key}`
pub(crate) async fn delete(
    door: State<Door>,
    key: Path<Spelt<SignKey>>,
    incoming: Incoming,
) -> Result<Json<AccountChanged>, Refusal> {
    change(door, key, incoming, Command::Delete).await
}

async fn change(
    State(door): State<Door>,
    Path(key): Path<Spelt<SignKey>>,
    incoming: Incoming,
    command: fn(SignKey) -> Command,
) -> Result<Json<AccountChanged>, Refusal> {
    let answered = allowed(door.ask(incoming.asker, command(key.read()?), incoming.attached).await)?;
    let account = match answered.reply {
        Reply::Account(account) => Some((*account).into()),
        Reply::Nothing => None,
        _ => return Err(Refusal::unexpected(&answered)),
    };
    Ok(Json(AccountChanged { account, code: answered.code.into() }))
}

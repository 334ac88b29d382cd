//! Governing a place, from outside: who may, what it does at once, and what happens when several do it together.

#![allow(clippy::disallowed_methods, reason = "a test reads the clock as a client does")]

mod authority;
mod events;
mod networks;
mod out;
mod races;
mod refusals;

use doorward_client::{Client, Error, Session, Sharing};
use doorward_core::record::JoinRule;
use doorward_core::role::Role;
use doorward_core::view::{AccountView, UpdateSpaceBody};
use doorward_core::{Code, SignKey, SpaceId};
use doorward_tests::{Daemon, Oops};

/// The only place there is.
const HERE: &SpaceId = &SpaceId::SERVER;

/// An open place with an owner.
async fn open_place() -> Result<(Daemon, Session), Oops> {
    let daemon = Daemon::start()?;
    let owner = daemon.owner().await?;
    set_rule(&owner, JoinRule::Open).await?;
    Ok((daemon, owner))
}

async fn set_rule(owner: &Session, rule: JoinRule) -> Result<(), Oops> {
    owner.update_space(HERE, UpdateSpaceBody { join_rule: Some(rule.into()), ..UpdateSpaceBody::default() }).await?;
    Ok(())
}

/// New keys, and nobody's yet.
fn keys(client: &Client, handle: &str) -> Result<Session, Oops> {
    Ok(client.sign_in(client.new_identity(handle)?, Sharing::Refused)?)
}

/// Somebody who came in by himself.
async fn comes_in(client: &Client, handle: &str) -> Result<Session, Oops> {
    let person = keys(client, handle)?;
    person.join(HERE, handle).await?;
    Ok(person)
}

/// Somebody who came in and was made an admin.
async fn admin(owner: &Session, handle: &str) -> Result<Session, Oops> {
    let person = comes_in(owner.client(), handle).await?;
    owner.set_role(HERE, &person.sign_key(), Role::Admin).await?;
    Ok(person)
}

/// With which code it ended.
fn code_of<T>(result: Result<T, Error>) -> Code {
    match result {
        Ok(_) => Code::Allowed,
        Err(Error::Refused(refusal)) => refusal.code,
        Err(error) => panic!("{error}"),
    }
}

/// Everybody, as the list of accounts has them: counted by nobody else.
async fn people(session: &Session) -> Result<Vec<AccountView>, Oops> {
    Ok(session.accounts(None, Some(1_000)).await?.items)
}

/// Whoever is an owner, by the list of accounts.
fn owners(people: &[AccountView]) -> Vec<SignKey> {
    let is_owner = |person: &&AccountView| person.role.as_ref().is_some_and(|role| role.read() == Ok(Role::Owner));
    people.iter().filter(is_owner).filter_map(|person| person.key.read().ok()).collect()
}

/// How many are members, by the list of accounts.
fn members(people: &[AccountView]) -> usize {
    people.iter().filter(|person| person.role.is_some()).count()
}

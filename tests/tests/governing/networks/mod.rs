//! Networks, from outside: groups within the server, with members, roles, bans and invites of their own.

mod authority;
mod directed;
mod invites;
mod life;
mod races;

use crate::{code_of, set_rule};
use doorward_client::{Error, Session};
use doorward_core::record::JoinRule;
use doorward_core::role::Role;
use doorward_core::view::{CreateSpaceBody, MemberView, SpaceView, UpdateSpaceBody};
use doorward_core::wire::SpaceFilter;
use doorward_core::{SignKey, SpaceId};
use doorward_tests::{Connection, Daemon, Oops};
use std::time::{Duration, Instant};

/// How a network is to be.
fn called(name: &str, rule: JoinRule, listed: bool) -> CreateSpaceBody {
    CreateSpaceBody { name: name.into(), description: String::new(), join_rule: rule.into(), max_members: 0, listed }
}

/// A network of somebody's.
async fn network(owner: &Session, name: &str, rule: JoinRule, listed: bool) -> Result<SpaceId, Oops> {
    Ok(id_of(&owner.create_space(called(name, rule, listed)).await?)?)
}

/// An open network that everybody at the server may find.
pub(crate) async fn open_network(owner: &Session, name: &str) -> Result<SpaceId, Oops> {
    network(owner, name, JoinRule::Open, true).await
}

fn id_of(space: &SpaceView) -> Result<SpaceId, &'static str> {
    space.space.read().map_err(|code| code.name())
}

/// A change of one thing.
fn change(what: impl FnOnce(&mut UpdateSpaceBody)) -> UpdateSpaceBody {
    let mut body = UpdateSpaceBody::default();
    what(&mut body);
    body
}

/// What the list names, in its order.
async fn names(who: &Session, filter: SpaceFilter) -> Result<Vec<String>, Oops> {
    Ok(who.spaces(filter, None, None).await?.items.into_iter().map(|item| item.name).collect())
}

/// Who is in, in order of joining, and as what.
async fn roster(who: &Session, space: &SpaceId) -> Result<Vec<(SignKey, Role)>, Oops> {
    let seat = |item: &MemberView| Some((item.key.read().ok()?, item.account.as_ref()?.role.as_ref()?.read().ok()?));
    let items = who.members(space, None, None).await?.items;
    items.iter().map(|item| seat(item).ok_or_else(|| "on the roster, and no member".into())).collect()
}

/// The same without their order.
async fn keys_in(who: &Session, space: &SpaceId) -> Result<std::collections::BTreeSet<SignKey>, Oops> {
    Ok(roster(who, space).await?.into_iter().map(|(key, _)| key).collect())
}

/// As what a space takes somebody.
async fn role_in(who: &Session, space: &SpaceId) -> Result<Option<Role>, Error> {
    Ok(who.space(space).await?.you.role.and_then(|role| role.read().ok()))
}

/// Keys of records that match a pattern, read past the server.
fn stored(daemon: &Daemon, pattern: &str) -> Result<Vec<String>, Oops> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let database = rusqlite::Connection::open_with_flags(daemon.store(), flags)?;
    let mut found = database.prepare("SELECT key FROM records WHERE key LIKE ?1 ORDER BY key")?;
    let keys = found.query_map([pattern], |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// Records that stand below a space or lead to it.
fn left_of(daemon: &Daemon, space: &SpaceId) -> Result<Vec<String>, Oops> {
    stored(daemon, &format!("%{space}%"))
}

/// Waits until housekeeping has nothing left to do: some seconds, where a minute would pass before it looks by itself.
async fn tidied(daemon: &Daemon) -> Result<(), Oops> {
    let begun = Instant::now();
    while let [job, ..] = &stored(daemon, "t.%")?[..] {
        if begun.elapsed() > Duration::from_secs(15) {
            return Err(format!("{job} is left").into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// What the figures say of jobs that are left.
fn jobs(daemon: &Daemon) -> Result<String, Oops> {
    let page = String::from_utf8(Connection::open(daemon.address)?.call("GET", "/metrics", None)?.body)?;
    let found = page.lines().find_map(|line| line.strip_prefix("doorward_unfinished_jobs "));
    Ok(found.ok_or("no such figure")?.to_owned())
}

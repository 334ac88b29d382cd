//! What is refused of networks only, or in them only.

use super::World;
use crate::{HERE, comes_in};
use doorward_client::Until;
use doorward_core::record::{JoinRule, Pause};
use doorward_core::role::Role;
use doorward_core::view::{CreateSpaceBody, UpdateSpaceBody};
use doorward_core::{Code, SpaceId};
use doorward_tests::Oops;

/// Who asks for what, and how it is refused. `{crew}` is a network that "head" owns, with an admin "aide" and a member
/// "plain"; `{free}` is one that is not governed, `{named}` asks for invites. Nothing here changes anything.
const ROWS: &[(&str, &str, &str, &str, &str)] = &[
    ("member", "POST", "", r#"{"name":"club","join_rule":"open"}"#, "missing-permission"),
    ("late", "POST", "", r#"{"name":"club","join_rule":"open"}"#, "unproved"),
    ("owner", "POST", "", r#"{"name":"Club","join_rule":"open"}"#, "bad-name"),
    ("owner", "POST", "", r#"{"name":"server","join_rule":"open"}"#, "bad-name"),
    ("owner", "POST", "", r#"{"name":"crew","join_rule":"open"}"#, "name-taken"),
    ("owner", "POST", "", r#"{"name":"club","join_rule":"open","description":"a\u0007b"}"#, "bad-text"),
    ("owner", "POST", "", r#"{"name":"club","join_rule":"token"}"#, "malformed"),
    ("owner", "POST", "", r#"{"name":"club"}"#, "malformed"),
    ("owner", "GET", "?show=all", "", "malformed"),
    ("owner", "GET", "?after=%21", "", "malformed"),
    ("head", "PATCH", "/{crew}", r#"{"name":"Crew"}"#, "bad-name"),
    ("head", "PATCH", "/{crew}", r#"{"name":"free"}"#, "name-taken"),
    ("head", "PATCH", "/{crew}", r#"{"governed":false}"#, "missing-permission"),
    ("owner", "PATCH", "/{free}", r#"{"join_rule":"invite"}"#, "not-governed"),
    ("owner", "PATCH", "/server", r#"{"listed":true}"#, "malformed"),
    ("owner", "PATCH", "/server", r#"{"governed":false}"#, "malformed"),
    ("plain", "PATCH", "/{crew}", r#"{"description":"x"}"#, "missing-permission"),
    ("owner", "DELETE", "/server", "", "missing-permission"),
    ("aide", "DELETE", "/{crew}", "", "missing-permission"),
    ("member", "DELETE", "/{hidden}", "", "not-found"),
    ("member", "GET", "/{hidden}", "", "not-found"),
    ("member", "GET", "/{crew}/members", "", "missing-permission"),
    ("member", "GET", "/{hidden}/members", "", "not-found"),
    ("head", "POST", "/{crew}/leave", "", "is-owner"),
    ("member", "POST", "/{crew}/leave", "", "not-a-member"),
    ("head", "POST", "/{crew}/members/{head}/kick", "", "is-owner"),
    ("owner", "POST", "/{crew}/members/{head}/kick", "", "is-owner"),
    ("aide", "POST", "/{crew}/members/{head}/kick", "", "rank-too-low"),
    ("owner", "PUT", "/{crew}/bans/{head}", r#"{"until":"never"}"#, "is-owner"),
    ("aide", "POST", "/{crew}/members/{plain}/transfer", "", "missing-permission"),
    ("admin", "POST", "/{owned}/members/{plain}/transfer", "", "rank-too-low"),
    ("owner", "POST", "/{free}/members/{plain}/transfer", "", "not-governed"),
    ("owner", "PATCH", "/{free}/members/{plain}", r#"{"role":"admin"}"#, "not-governed"),
    ("plain", "PATCH", "/{free}/members/{plain}", r#"{"tags":["a"]}"#, "missing-permission"),
    ("plain", "POST", "/{named}/members/{member}/invite", r#"{"role":"member"}"#, "missing-permission"),
    ("owner", "POST", "/{free}/members/{member}/invite", r#"{"role":"member"}"#, "not-governed"),
    ("owner", "POST", "/{crew}/members/{member}/invite", r#"{"role":"member"}"#, "not-by-invite"),
    ("owner", "POST", "/{named}/members/{owner}/invite", r#"{"role":"member"}"#, "self-invite"),
    ("owner", "POST", "/{named}/members/{nobody}/invite", r#"{"role":"member"}"#, "unknown-account"),
    ("owner", "POST", "/{named}/members/{kicked}/invite", r#"{"role":"member"}"#, "not-a-member"),
    ("owner", "POST", "/{named}/members/{member}/invite", r#"{"role":"owner"}"#, "grant-too-high"),
    ("owner", "POST", "/{named}/members/{revoked}/invite", r#"{"role":"member"}"#, "account-revoked"),
    ("owner", "POST", "/{named}/members/{banned}/invite", r#"{"role":"member"}"#, "banned"),
    ("owner", "POST", "/{named}/members/{plain}/invite", r#"{"role":"member"}"#, "already-member"),
    ("owner", "POST", "/{named}/members/{member}/invite", r#"{"role":"member"}"#, "inbox-full"),
    ("owner", "POST", "/server/enter", "", "already-member"),
    ("plain", "POST", "/{crew}/enter", "", "already-member"),
    ("barred", "POST", "/{crew}/enter", "", "banned"),
];

/// Brings them about.
pub(super) async fn rows(world: &mut World) -> Result<(), Oops> {
    let spaces = set_up(world).await?;
    let in_full = |path: &str| spaces.iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, &id.to_hex()));
    for (who, method, path, body, code) in ROWS {
        let path = world.filled(&in_full(&format!("/v1/spaces{path}")));
        let answer = world.ask(who, method, &path, body)?;
        world.note(method, &path, &answer, code);
    }
    let (_, crew) = spaces[0];
    let path = format!("/v1/spaces/{crew}/enter");
    for (code, rule, pause, max_members) in [
        ("join-needs-invite", JoinRule::Invite, Pause::No, 0),
        ("join-closed", JoinRule::Closed, Pause::No, 0),
        ("not-allowlisted", JoinRule::Allowlist, Pause::No, 0),
        ("paused", JoinRule::Open, Pause::UntilLifted, 0),
        ("space-full", JoinRule::Open, Pause::No, 1),
    ] {
        let (join_rule, pause) = (Some(rule.into()), Some(pause.into()));
        let change = UpdateSpaceBody { join_rule, pause, max_members: Some(max_members), ..UpdateSpaceBody::default() };
        world.people["head"].update_space(&crew, change).await?;
        let answer = world.ask("member", "POST", &path, "")?;
        world.note("POST", &path, &answer, code);
    }
    Ok(())
}

/// Networks, and people in them.
async fn set_up(world: &mut World) -> Result<Vec<(&'static str, SpaceId)>, Oops> {
    let client = world.owner().client().clone();
    for name in ["head", "aide", "plain", "barred"] {
        world.people.insert(name, comes_in(&client, name).await?);
    }
    let late = crate::keys(&client, "Lea")?;
    let owner = world.owner();
    owner.register(late.sign_key(), late.keys().kex_key(), "Lea").await?;
    owner.set_role(HERE, &late.sign_key(), Role::Admin).await?;
    let mut spaces = Vec::new();
    for (named, name) in
        [("{crew}", "crew"), ("{free}", "free"), ("{named}", "named"), ("{hidden}", "hidden"), ("{owned}", "owned")]
    {
        let listed = name != "hidden";
        let network = CreateSpaceBody {
            name: name.into(),
            description: String::new(),
            join_rule: JoinRule::Open.into(),
            max_members: 0,
            listed,
        };
        let id = owner.create_space(network).await?.space.read().map_err(Code::name)?;
        spaces.push((named, id));
        if listed {
            world.people["plain"].enter(&id).await?;
        }
    }
    let [(_, crew), (_, free), (_, named), ..] = spaces[..] else { return Err("five networks".into()) };
    for name in ["head", "aide"] {
        world.people[name].enter(&crew).await?;
    }
    owner.set_role(&crew, &world.people["aide"].sign_key(), Role::Admin).await?;
    owner.ban(&crew, &world.people["barred"].sign_key(), "", Until::Never).await?;
    owner.transfer(&crew, &world.people["head"].sign_key()).await?;
    owner
        .update_space(&named, UpdateSpaceBody { join_rule: Some(JoinRule::Invite.into()), ..UpdateSpaceBody::default() })
        .await?;
    // As many invites as an inbox holds.
    for number in 0..100 {
        let network = CreateSpaceBody {
            name: format!("waits-{number}"),
            description: String::new(),
            join_rule: JoinRule::Invite.into(),
            max_members: 0,
            listed: false,
        };
        let id = owner.create_space(network).await?.space.read().map_err(Code::name)?;
        owner.invite_account(&id, &world.people["member"].sign_key(), Role::Member).await?;
    }
    owner.update_space(&free, UpdateSpaceBody { governed: Some(false), ..UpdateSpaceBody::default() }).await?;
    let nobody = crate::keys(&client, "Nobody")?;
    world.people.extend([("late", late), ("nobody", nobody)]);
    Ok(spaces)
}

//! `doorward why PERSON PERMISSION`: whether somebody may do something, and which rule says so.

use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use doorward_client::Session;
use doorward_core::role::Permission;
use doorward_core::view::{CanAnswer, CanFacts};
use doorward_core::{SignKey, SpaceId};
use serde_json::{Value, json};

use super::context::Who;
use super::error::DENIED;
use super::failure::explain;
use super::output::{clean, field, person, print, print_json};
use super::places::At;
use super::{CliError, Global};

/// What `why` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  doorward why Cyd invite
  doorward why Cyd kick --space crew
  doorward why ab12-cd34 manage-accounts --json

The answer is the server's, by the same rules it decides with. It ends with 0 for yes and 2 for no, so that a script can
ask: if doorward why ab12-cd34 send; then …

Everybody may ask about themselves; about others, whoever may read the decision records: owner and admins.")]
pub(super) struct Args {
    /// About whom: a key, a fingerprint (ab12-cd34), or a handle that only one person has
    #[arg(value_name = "PERSON")]
    who: Who,
    /// To do what
    #[arg(value_parser = permission())]
    permission: Permission,
    #[command(flatten)]
    at: At,
}

/// Asks, and says what was answered.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let Args { who, permission, at } = args;
    let session = global.session().await?;
    let key = who.find(&session).await?;
    let space = at.find(&session).await?.id;
    let answer = session.can(&key, permission, &space).await.map_err(explain)?;
    if global.json {
        print_json(&as_json(&key, permission, &space, &answer))?;
    } else {
        print(&in_words(&name(&session, &key).await, permission, &answer))?;
    }
    Ok(if answer.allow { ExitCode::SUCCESS } else { ExitCode::from(DENIED) })
}

/// What the person is called, if the server tells.
async fn name(session: &Session, key: &SignKey) -> String {
    match session.account(key).await {
        Ok(account) => person(&account.handle, &account.fingerprint),
        Err(_) => key.fingerprint(),
    }
}

fn in_words(who: &str, permission: Permission, answer: &CanAnswer) -> String {
    let CanAnswer { allow, code, rule, text, facts } = answer;
    let (verdict, may) = if *allow { ("Yes", "may") } else { ("No", "may not") };
    let mut words = format!("{verdict}: {who} {may} {}.\n", meaning(permission));
    let said = code.read().map_or(String::new(), |code| format!(": {}", code.text()));
    if !allow {
        words += &field("code", &format!("{}{said}", code.as_str()));
    }
    words += &field("rule", &format!("{rule}: {text}"));
    match facts {
        None => words + &field("facts", "not for you to know"),
        Some(CanFacts { role, server_role: _, standing, banned }) => {
            words += &field("role", role.as_ref().map_or("none", |role| role.as_str()));
            words += &field("standing", standing.as_ref().map_or("no account", |standing| standing.as_str()));
            words + &field("banned", if *banned { "yes" } else { "no" })
        }
    }
}

fn as_json(key: &SignKey, permission: Permission, space: &SpaceId, answer: &CanAnswer) -> Value {
    let CanAnswer { allow, code, rule, text, facts } = answer;
    json!({
        "account": key.to_hex(), "fingerprint": key.fingerprint(), "permission": permission.name(), "space": space.to_hex(),
        "allow": allow, "code": clean(code.as_str()), "rule": rule, "text": text, "facts": facts,
    })
}

/// Reads a permission by its stable name; `--help` says what each means.
fn permission() -> impl TypedValueParser<Value = Permission> {
    let values = Permission::ALL.iter().map(|permission| PossibleValue::new(permission.name()).help(meaning(*permission)));
    PossibleValuesParser::new(values.collect::<Vec<_>>())
        .try_map(|name| Permission::from_name(&name).ok_or("there is no such permission"))
}

/// What a permission is for, in words. Display only: who has it is the core's table.
fn meaning(permission: Permission) -> &'static str {
    match permission {
        Permission::Read => "see what is in the place",
        Permission::Send => "say something there",
        Permission::Invite => "make, see and cancel invites",
        Permission::Kick => "show someone the door",
        Permission::Ban => "bar a key",
        Permission::ManageTags => "set members' tags",
        Permission::ManageRoles => "grant and take roles",
        Permission::ManageSpace => "change the place's name, rules and policy",
        Permission::ManageAccounts => "register, revoke, restore and delete accounts",
        Permission::Query => "ask from afar who is authorized",
        Permission::ReadAudit => "read the decision records",
        Permission::DeleteSpace => "delete the place",
        Permission::Transfer => "hand the place to another owner",
    }
}

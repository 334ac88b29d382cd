//! `doorward allow`: keys that an allowlist lets in.

use std::process::ExitCode;

use clap::Subcommand;
use doorward_client::Session;
use doorward_core::view::MemberView;

use super::context::{Who, all_keys, names};
use super::failure::explain;
use super::member::{name, report};
use super::output::{Table, note, print, print_json};
use super::places::{At, Here};
use super::{CliError, Global};

/// What `allow` understands.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The list counts while the rule of the server, or of the network, is 'allowlist': doorward space set --rule allowlist
People find their key with 'doorward key show', or are told it when 'doorward join' refuses them."
)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Put a key on the allowlist
    #[command(after_help = "Example:
  doorward allow add 3c9f…

Then they come in with: doorward join URL --handle NAME, into a network with: doorward space enter NAME. Again is fine.
Needs a role that may manage the place: owner or admin.")]
    Add(One),
    /// Take a key off the allowlist; a member stays
    #[command(
        after_help = "Example:\n  doorward allow remove 3c9f-12ab\n\nAgain is fine.\nNeeds a role that may manage the place: owner or admin."
    )]
    Remove(One),
    /// List the keys on the allowlist
    #[command(
        after_help = "Examples:\n  doorward allow list\n  doorward allow list --json\n\nNeeds a role that may manage the place: owner or admin."
    )]
    List,
}

#[derive(Debug, clap::Args)]
struct One {
    /// The key, 64 hexadecimal characters; the fingerprint will do for one that has an account or is on the list
    #[arg(value_name = "KEY")]
    who: Who,
}

/// Does it.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let session = global.session().await?;
    let place = args.at.find(&session).await?;
    match args.verb {
        Verb::Add(One { who }) => {
            let key = who.find_to_change(&session).await?;
            let member = session.allow(&place.id, &key).await.map_err(explain)?;
            report(&member, &format!("On the allowlist{}: {}.", place.inside(), name(&member)), global)?;
            if !global.json {
                say_if_unused(&session, &place).await?;
            }
        }
        Verb::Remove(One { who }) => {
            let key = match who {
                Who::Key(key) => key,
                _ => who.find_on(&all(&session, &place).await?, "doorward allow list")?,
            };
            let member = session.disallow(&place.id, &key).await.map_err(explain)?;
            report(&member, &format!("Off the allowlist{}: {}.", place.inside(), name(&member)), global)?;
        }
        Verb::List => list(&session, &place, global).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A list that nobody looks at would be a surprise.
async fn say_if_unused(session: &Session, place: &Here) -> Result<(), CliError> {
    let rule = session.space(&place.id).await.map_err(explain)?.join_rule;
    if rule.as_str() != "allowlist" {
        note(&format!(
            "The rule here is '{}', so the list does not count yet: doorward space set{} --rule allowlist",
            rule.as_str(),
            place.argument()
        ));
    }
    Ok(())
}

async fn all(session: &Session, place: &Here) -> Result<Vec<MemberView>, CliError> {
    all_keys(async |after| session.allowlist(&place.id, after, Some(1_000)).await).await
}

async fn list(session: &Session, place: &Here, global: &Global) -> Result<(), CliError> {
    let items = all(session, place).await?;
    if global.json {
        return print_json(&items);
    }
    if items.is_empty() {
        note(&format!("The allowlist is empty. Put a key on it with: doorward allow add KEY{}", place.option()));
        return Ok(());
    }
    let names = names(session, items.iter().filter_map(|item| item.allowlisted_by.as_ref())).await;
    let mut table = Table::new(&["KEY", "WHO", "ROLE", "PUT THERE BY"]);
    for item in &items {
        let role = item.account.as_ref().and_then(|account| account.role.as_ref());
        let by = item.allowlisted_by.as_ref().and_then(|by| by.read().ok());
        table.row(vec![
            item.key.as_str().to_owned(),
            name(item),
            role.map_or("not in", |role| role.as_str()).to_owned(),
            by.map_or("-".into(), |by| names.get(&by).cloned().unwrap_or_else(|| by.fingerprint())),
        ]);
    }
    print(&table.text())
}

//! `doorward audit`: what was decided, and by which rule.

use std::collections::BTreeMap;
use std::process::ExitCode;

use doorward_client::Session;
use doorward_core::view::{Asked, By, DecisionItem};
use doorward_core::{SignKey, Timestamp};

use super::failure::explain;
use super::output::{Table, print, print_json};
use super::{CliError, Global, words};

/// The most in one page of a list.
const PAGE: u32 = 1_000;

/// What `audit` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  doorward audit
  doorward audit --limit 500 --json

The newest comes first. What a rule says in words is in --json, and beside every rule in the tables of the source.
What was asked is missing where it was erased together with an account.

Needs a role that may read the decision records: owner or admin.")]
pub(super) struct Args {
    /// How many decisions
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
}

/// Asks for them, page after page, and lists them.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let session = global.session().await?;
    let (mut items, mut after): (Vec<DecisionItem>, _) = (Vec::new(), None);
    loop {
        let left = args.limit - u32::try_from(items.len()).unwrap_or(args.limit).min(args.limit);
        // At most a page, so it is no more than a page has.
        let page = session.audit(after.as_ref(), u16::try_from(left.min(PAGE)).ok()).await.map_err(explain)?;
        items.extend(page.items);
        after = page.next;
        if after.is_none() || items.len() >= args.limit as usize {
            break;
        }
    }
    if global.json {
        print_json(&items)?;
    } else {
        let names = names(&session, &items).await;
        print(&table(&items, &names, session.client().now()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn table(items: &[DecisionItem], names: &BTreeMap<SignKey, String>, now: Timestamp) -> String {
    let mut table = Table::new(&["WHEN", "WHAT", "WHO", "ANSWER", "RULE"]);
    for DecisionItem { at, code, rule, asked, .. } in items {
        let when = at.read().map_or("-".into(), |at| words::relative(at, now));
        let (what, who) = asked.as_ref().map_or(("(erased)".into(), "-".into()), |asked| (what(asked, names), who(asked, names)));
        table.row(vec![when, what, who, code.as_str().to_owned(), rule.clone()]);
    }
    table.text()
}

/// The verb, and whom or what it is about.
fn what(asked: &Asked, names: &BTreeMap<SignKey, String>) -> String {
    let Asked { verb, by: _, key: _, account, invite, handle, space, name: called } = asked;
    let account = account.as_ref().and_then(|key| key.read().ok()).map(|key| name(&key, names));
    let short = |id: &str| format!("{}…", id.chars().take(8).collect::<String>());
    let invite = || invite.as_ref().map(|invite| short(invite.as_str()));
    let about = account.or_else(invite).or_else(|| handle.clone()).or_else(|| called.clone());
    let place = space.as_ref().filter(|_| called.is_none()).map(|space| format!("in {}", short(space.as_str())));
    [Some(verb.clone()), about, place].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn who(asked: &Asked, names: &BTreeMap<SignKey, String>) -> String {
    match (asked.by, asked.key.as_ref().and_then(|key| key.read().ok())) {
        (By::Account, Some(key)) => name(&key, names),
        (By::Account, None) => "an account".into(),
        (By::Stranger, _) => "a stranger".into(),
        (By::Service, _) => "a service".into(),
        (By::Operator, _) => "the operator".into(),
    }
}

fn name(key: &SignKey, names: &BTreeMap<SignKey, String>) -> String {
    names.get(key).cloned().unwrap_or_else(|| key.fingerprint())
}

/// What everybody in it is called now. Who is gone has no name any more.
async fn names(session: &Session, items: &[DecisionItem]) -> BTreeMap<SignKey, String> {
    let asked = items.iter().filter_map(|item| item.asked.as_ref());
    super::context::names(session, asked.flat_map(|asked| [&asked.key, &asked.account]).flatten()).await
}

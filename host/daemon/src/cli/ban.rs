//! `doorward ban`: keys that are kept out.

use std::process::ExitCode;

use clap::Subcommand;
use doorward_client::{Session, Until};
use doorward_core::view::{BanView, MemberView};
use doorward_core::{Expiry, Timestamp};

use super::context::{Who, all_keys, names};
use super::failure::{explain, explain_about_them};
use super::member::{name, report};
use super::output::{Table, note, print, print_json};
use super::places::{At, Here};
use super::{CliError, Global, words};

/// What `ban` understands.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A ban is on a key. Whoever makes new keys is somebody else, and comes in again only by an invite or where the server is
open: cancel links that too many have, or change the rule with 'doorward space set'."
)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Bar a key, of a member or of anybody
    #[command(after_help = "Examples:
  doorward ban add ab12-cd34 --until 7d --reason 'cool down'
  doorward ban add ab12-cd34 --space crew

A member is shown the door at once, and links it made stop working for good. Banning again sets reason and end anew.
Needs a role above the other's: owner or admin.")]
    Add(Add),
    /// Lift a ban; nobody is let in by that
    #[command(
        after_help = "Example:\n  doorward ban remove ab12-cd34\n\nThey come in again by an invite. Lifting what is lifted is fine.\nNeeds a role that may ban: owner or admin."
    )]
    Remove(Remove),
    /// List the keys that are banned now
    #[command(
        after_help = "Examples:\n  doorward ban list\n  doorward ban list --json\n\nNeeds a role that may ban: owner or admin."
    )]
    List,
}

#[derive(Debug, clap::Args)]
struct Add {
    /// Its key or, if it has an account, its fingerprint
    #[arg(value_name = "KEY")]
    who: Who,
    /// Why, for those who may ban: at most 120 characters
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    reason: String,
    /// Until when: a time from now (12h, 7d), a moment (2026-12-24T18:00:00+01:00) or 'never' [default: never]
    #[arg(long, value_name = "WHEN", value_parser = words::until)]
    until: Option<Until>,
}

#[derive(Debug, clap::Args)]
struct Remove {
    /// Its key or fingerprint
    #[arg(value_name = "KEY")]
    who: Who,
}

/// Does it.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let session = global.session().await?;
    let place = args.at.find(&session).await?;
    match args.verb {
        Verb::Add(args) => add(&args, &session, &place, global).await?,
        Verb::Remove(Remove { who }) => {
            let key = match who {
                Who::Key(key) => key,
                _ => who.find_on(&all(&session, &place).await?, "doorward ban list")?,
            };
            let member = session.unban(&place.id, &key).await.map_err(explain)?;
            report(&member, &format!("Not banned any more{}: {}.", place.inside(), name(&member)), global)?;
        }
        Verb::List => list(&session, &place, global).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(args: &Add, session: &Session, place: &Here, global: &Global) -> Result<(), CliError> {
    let key = args.who.find_to_change(session).await?;
    let until = args.until.unwrap_or(Until::Never);
    let member = session.ban(&place.id, &key, &args.reason, until).await.map_err(explain_about_them)?;
    let end = member.ban.as_ref().map_or(String::new(), |ban| format!(", {}", end(ban, session.client().now())));
    report(&member, &format!("Banned{}: {}{end}.", place.inside(), name(&member)), global)?;
    if args.until.is_none() && !global.json {
        note("It stands until somebody lifts it; --until 7d would have let it end by itself.");
    }
    Ok(())
}

fn end(ban: &BanView, now: Timestamp) -> String {
    match ban.until.read() {
        Ok(Expiry::At(at)) => format!("until {}", words::in_full(at, now)),
        Ok(Expiry::Never | Expiry::Unreadable) | Err(_) => "until it is lifted".into(),
    }
}

async fn all(session: &Session, place: &Here) -> Result<Vec<MemberView>, CliError> {
    all_keys(async |after| session.bans(&place.id, after, Some(1_000)).await).await
}

async fn list(session: &Session, place: &Here, global: &Global) -> Result<(), CliError> {
    let items = all(session, place).await?;
    if global.json {
        return print_json(&items);
    }
    if items.is_empty() {
        note(&format!("Nobody is banned{}.", place.inside()));
        return Ok(());
    }
    let now = session.client().now();
    let names = names(session, items.iter().filter_map(|item| Some(&item.ban.as_ref()?.by))).await;
    let mut table = Table::new(&["WHO", "UNTIL", "SINCE", "BY", "REASON"]);
    for item in &items {
        let Some(ban) = &item.ban else { continue };
        let by = ban.by.read().map_or("-".into(), |by| names.get(&by).cloned().unwrap_or_else(|| by.fingerprint()));
        let until = ban.until.read().map_or("-".into(), |until| words::expiry(until, now));
        let since = ban.since.read().map_or("-".into(), |since| words::relative(since, now));
        table.row(vec![name(item), until, since, by, ban.reason.clone()]);
    }
    print(&table.text())
}

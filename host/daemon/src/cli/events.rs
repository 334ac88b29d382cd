//! `doorward events`: what happens, as it happens.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::process::ExitCode;
use std::time::Duration;

use doorward_client::{Error, Session, Told};
use doorward_core::view::EventItem;
use doorward_core::{Code, SignKey, SpaceId};

use super::context::names;
use super::failure::{denied, explain};
use super::output::{note, print};
use super::places::{At, Here, name_of};
use super::{CliError, Global};

/// How long to wait before a connection that broke is made again.
const AGAIN: Duration = Duration::from_secs(2);
/// How often in a row that is tried.
const TRIES: u32 = 30;

/// What `events` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  doorward events
  doorward events --after 0 --count 20
  doorward events --space crew
  doorward events --json | while read -r event; do …; done

One line for each, until Ctrl-C; a broken connection is made again, and nothing is left out. --json prints one object a
line, whose `sequence` is what --after takes.

Members see who comes and goes and what changes where they are: at the server, and in their networks. Whoever may read
the decision records (owner, admin) sees everything. It ends when you are put out.")]
pub(super) struct Args {
    #[command(flatten)]
    at: At,
    /// From after this sequence number on; 0 is from the beginning [default: from now on]
    #[arg(long, value_name = "SEQUENCE")]
    after: Option<u64>,
    /// Stop after so many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
}

/// Why a stream was left.
enum Left {
    /// All that was wanted was shown.
    Enough,
    /// The server tells nothing more.
    Ended(Code),
}

/// How far one came, and who is called what.
struct Place {
    after: Option<u64>,
    left: u64,
    tries: u32,
    names: BTreeMap<SignKey, String>,
    /// What networks are called.
    spaces: BTreeMap<SpaceId, String>,
    /// Where the events are that are wanted; everywhere if it is not said.
    only: Option<Here>,
}

/// Prints them as they come.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let session = global.session().await?;
    let only = if args.at.is_named() { Some(args.at.find(&session).await?) } else { None };
    let (names, spaces) = Default::default();
    let mut place = Place { after: args.after, left: args.count.unwrap_or(u64::MAX), tries: 0, names, spaces, only };
    loop {
        let trouble = match follow(&session, global, &mut place).await {
            Ok(Left::Enough) => return Ok(ExitCode::SUCCESS),
            Ok(Left::Ended(code)) if !matches!(code, Code::Unavailable | Code::Busy) => return Err(denied(code, "")),
            Ok(Left::Ended(code)) => code.text().to_owned(),
            Err(Error::Network(error)) if place.tries < TRIES => error.to_string(),
            Err(error) => return Err(explain(error)),
        };
        place.tries += 1;
        note(&format!("the stream broke off, going on where it was: {trouble}"));
        tokio::time::sleep(AGAIN).await;
    }
}

/// Watches until it ends, and keeps how far it came.
async fn follow(session: &Session, global: &Global, place: &mut Place) -> Result<Left, Error> {
    let mut events = session.events(place.after).await?;
    while let Some(told) = events.next().await? {
        place.tries = 0;
        if place.after.is_none() {
            note("watching; Ctrl-C ends it");
        }
        place.after = events.after();
        match told {
            Told::Upto(_) => {}
            Told::Happened(item) if place.only.as_ref().is_some_and(|only| item.space.read() != Ok(only.id)) => {}
            Told::Happened(item) => {
                show(session, global, place, &item).await;
                place.left -= 1;
                if place.left == 0 {
                    return Ok(Left::Enough);
                }
            }
            Told::Ended(code) => return Ok(Left::Ended(code)),
        }
    }
    Ok(Left::Ended(Code::Unavailable))
}

async fn show(session: &Session, global: &Global, place: &mut Place, item: &EventItem) {
    let line = if global.json {
        serde_json::to_string(item).unwrap_or_default()
    } else {
        let (whom, place) = (whom(session, place, item).await, inside(session, place, item).await);
        format!("{}  {:<20}  {whom}{place}", item.at.as_str(), item.kind.as_str())
    };
    // Whoever closed the pipe has seen enough.
    let _ = print(&(line.trim_end().to_owned() + "\n"));
}

/// What the person is called now, or the fingerprint of whoever is gone.
async fn whom(session: &Session, place: &mut Place, item: &EventItem) -> String {
    let Some(key) = item.account.as_ref().and_then(|key| key.read().ok()) else { return String::new() };
    if !place.names.contains_key(&key) {
        place.names.extend(names(session, item.account.iter()).await);
    }
    place.names.get(&key).cloned().unwrap_or_else(|| key.fingerprint())
}

/// `in crew`, for what happened in a network; what it is called now, or the id of one that is gone.
async fn inside(session: &Session, place: &mut Place, item: &EventItem) -> String {
    let Some(id) = item.space.read().ok().filter(|id| *id != SpaceId::SERVER) else { return String::new() };
    let name = match place.spaces.entry(id) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => new.insert(name_of(session, &id).await),
    };
    format!("  in {name}")
}

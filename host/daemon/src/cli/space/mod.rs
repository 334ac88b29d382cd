//! `doorward space`: the place itself, and the networks in it.

mod told;

use std::process::ExitCode;

use clap::Subcommand;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use doorward_client::{Session, Until};
use doorward_core::record::{JoinRule, Pause};
use doorward_core::view::{CreateSpaceBody, SpaceView, Spelling, UpdateSpaceBody};
use doorward_core::wire::SpaceFilter;
use doorward_core::{SpaceId, Timestamp};
use serde_json::json;

use self::told::{in_words, meaning, table};
use super::context::line_from_stdin;
use super::failure::explain;
use super::member::name;
use super::output::{clean, confirm, is_asked, note, print, print_json};
use super::places::{Here, Place, all};
use super::{CliError, Global, words};

/// What `space` understands.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A network is a group within the server: it has members, roles, a rule for joining, bans and invites of its own. Where it
is not created or deleted, commands mean the server itself unless a network is named."
)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a network, which is yours then
    #[command(after_help = "Examples:
  doorward space create crew
  doorward space create book-club --description 'Every second Monday' --rule open --listed

You are its owner. Bring people in with: doorward invite create --space crew
Needs a role that governs the server: owner or admin.")]
    Create(Create),
    /// List the networks you are in, or those you may find
    #[command(after_help = "Examples:
  doorward space list
  doorward space list --found

Whoever governs the server finds all of them.")]
    List(List),
    /// Show what a place is called, who may come in, and how many are there
    #[command(after_help = "Examples:\n  doorward space show\n  doorward space show crew")]
    Show(Named),
    /// Change its name, description, rule or limit; pause joining, or let it go on
    #[command(after_help = "Examples:
  doorward space set --name 'Home' --description 'Friends and family'
  doorward space set --rule open --max-members 200
  doorward space set crew --listed yes --pause 1h
  doorward space set --resume

Who is in stays in, whatever changes. What you do not name stays as it is.
Needs a role that may manage the place: owner or admin.")]
    Set(Box<Set>),
    /// Come into a network, where it lets you
    #[command(after_help = "Example:
  doorward space enter book-club

Works where the network is open, or has your key on its allowlist. Elsewhere you need an invite: doorward redeem LINK")]
    Enter(One),
    /// Leave a network
    #[command(after_help = "Example:
  doorward space leave book-club

You stay at the server. Links you made into the network stop working for good. Its owner hands it over first:
doorward member transfer KEY --space book-club")]
    Leave(Yes),
    /// Delete a network for good
    #[command(after_help = "Example:
  doorward space delete book-club

It is gone at once, with everybody's place in it, its bans and its invites; its name is free. It cannot be undone. The
people stay at the server. Needs to be its owner, or to govern the server.")]
    Delete(Yes),
}

#[derive(Debug, clap::Args)]
struct Create {
    /// What it is called: 1 to 63 lower-case letters, digits and inner hyphens
    name: String,
    /// What it is about, at most 280 characters
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    description: String,
    /// Who may come in
    #[arg(long, default_value = "invite", value_parser = rule())]
    rule: JoinRule,
    /// How many fit: a number, or 'unlimited'
    #[arg(long, alias = "max", default_value = "unlimited", value_name = "N", value_parser = most)]
    max_members: u32,
    /// Let everybody at the server find it
    #[arg(long)]
    listed: bool,
}

#[derive(Debug, clap::Args)]
struct List {
    /// Those you may find, not only those you are in
    #[arg(long)]
    found: bool,
}

#[derive(Debug, clap::Args)]
struct Named {
    /// Which network: its name or id [default: the server itself]
    #[arg(value_name = "NETWORK")]
    space: Option<Place>,
}

#[derive(Debug, clap::Args)]
struct One {
    /// Which network: its name or id
    #[arg(value_name = "NETWORK")]
    space: Place,
}

#[derive(Debug, clap::Args)]
struct Yes {
    #[command(flatten)]
    one: One,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, clap::Args)]
struct Set {
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    change: Change,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct Change {
    /// What it is called: 1 to 64 characters; a network, 1 to 63 lower-case letters, digits and inner hyphens
    #[arg(long)]
    name: Option<String>,
    /// Who may come in
    #[arg(long, value_parser = rule())]
    rule: Option<JoinRule>,
    /// How many fit: a number, or 'unlimited'
    #[arg(long, alias = "max", value_name = "N", value_parser = most)]
    max_members: Option<u32>,
    /// What it is about, at most 280 characters; '' for nothing
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Let nobody in for now, for a time (1h), to a moment (2026-12-24T18:00:00+01:00), or 'until-lifted'
    #[arg(long, value_name = "WHEN", value_parser = pause)]
    pause: Option<Until>,
    /// Let people in again
    #[arg(long, conflicts_with = "pause")]
    resume: bool,
    /// Whether everybody at the server may find the network
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    listed: Option<bool>,
    /// Whether the network has an owner and roles; for those who govern the server
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    governed: Option<bool>,
}

/// Does it.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let session = global.session().await?;
    match args.verb {
        Verb::Create(args) => create(args, &session, global).await?,
        Verb::List(args) => list(&args, &session, global).await?,
        Verb::Show(named) => {
            let here = named.find(&session).await?;
            let space = session.space(&here.id).await.map_err(explain)?;
            report(&space, &here, &session, global).await?;
        }
        Verb::Set(set) => set_to(*set, &session, global).await?,
        Verb::Enter(One { space }) => {
            let here = network(&space, &session).await?;
            let member = session.enter(&here.id).await.map_err(explain)?;
            super::member::report(&member, &format!("{} is in: {}.", name(&member), here.name), global)?;
        }
        Verb::Leave(args) => leave(&args, &session, global).await?,
        Verb::Delete(args) => delete(&args, &session, global).await?,
    }
    Ok(ExitCode::SUCCESS)
}

impl Named {
    async fn find(&self, session: &Session) -> Result<Here, CliError> {
        self.space.clone().unwrap_or_default().find(session).await
    }
}

/// The network that is meant. The server is none.
async fn network(place: &Place, session: &Session) -> Result<Here, CliError> {
    let here = place.find(session).await?;
    if here.id == SpaceId::SERVER {
        return Err(CliError::Usage("that is the server itself; for it there are: doorward join, doorward leave".into()));
    }
    Ok(here)
}

async fn create(args: Create, session: &Session, global: &Global) -> Result<(), CliError> {
    let Create { name, description, rule, max_members, listed } = args;
    let network = CreateSpaceBody { name, description, join_rule: rule.into(), max_members, listed };
    let space = session.create_space(network).await.map_err(explain)?;
    let id = space.space.read().map_err(|code| CliError::Fault(code.text().into()))?;
    let here = Here { id, name: clean(&space.name) };
    report(&space, &here, session, global).await?;
    if !global.json {
        note(&format!("Bring people in with: doorward invite create{}", here.option()));
    }
    Ok(())
}

async fn list(args: &List, session: &Session, global: &Global) -> Result<(), CliError> {
    let spaces = all(session, if args.found { SpaceFilter::Found } else { SpaceFilter::Mine }).await?;
    match (global.json, args.found, spaces.as_slice()) {
        (true, ..) => print_json(&spaces),
        (false, true, []) => {
            note("There is no network that you may find.");
            Ok(())
        }
        (false, false, []) => {
            note("You are in no network. See those you may find with: doorward space list --found");
            Ok(())
        }
        (false, _, spaces) => print(&table(spaces)),
    }
}

async fn set_to(set: Set, session: &Session, global: &Global) -> Result<(), CliError> {
    let Set { named, change } = set;
    let here = named.find(session).await?;
    let opens = change.rule == Some(JoinRule::Open);
    let space = session.update_space(&here.id, change.into_body(session.client().now())).await.map_err(explain)?;
    let here = Here { name: if here.id == SpaceId::SERVER { here.name } else { clean(&space.name) }, ..here };
    if opens && space.max_members == 0 && here.id == SpaceId::SERVER && !global.json {
        note("Anybody who finds this server can come in now, as often as they like. A limit: --max-members N");
    }
    report(&space, &here, session, global).await
}

async fn leave(args: &Yes, session: &Session, global: &Global) -> Result<(), CliError> {
    let here = network(&args.one.space, session).await?;
    if !args.yes && !confirm(&format!("Leave {}? Links you made into it stop working.", here.name)) {
        return Err(CliError::Usage("you have not left; where nobody can be asked, say --yes".into()));
    }
    let code = session.leave(&here.id).await.map_err(explain)?;
    if global.json {
        return print_json(&json!({"space": here.id.to_hex(), "key": session.sign_key().to_hex(), "code": code.name()}));
    }
    print(&format!("You left {}.\n", here.name))
}

async fn delete(args: &Yes, session: &Session, global: &Global) -> Result<(), CliError> {
    let here = network(&args.one.space, session).await?;
    if !args.yes {
        // What is gone is gone: a key pressed by mistake is not enough.
        let asked = is_asked()
            .then(|| line_from_stdin(&format!("Deleting {} cannot be undone. Type its name again to delete it:", here.name)));
        if asked.transpose()?.is_none_or(|answer| answer.trim() != here.name) {
            return Err(CliError::Usage("nothing was deleted; where nobody can be asked, say --yes".into()));
        }
    }
    let code = session.delete_space(&here.id).await.map_err(explain)?;
    if global.json {
        return print_json(&json!({"space": here.id.to_hex(), "code": code.name()}));
    }
    print(&format!("Deleted for good: {}.\n", here.name))
}

async fn report(space: &SpaceView, here: &Here, session: &Session, global: &Global) -> Result<(), CliError> {
    if global.json { print_json(space) } else { print(&in_words(space, here, session).await) }
}

impl Change {
    fn into_body(self, now: Timestamp) -> UpdateSpaceBody {
        let Self { name, rule, max_members, description, pause, resume, listed, governed } = self;
        let pause = pause.map(|until| match until {
            Until::In(seconds) => Pause::Until(now.plus(seconds)),
            Until::At(at) => Pause::Until(at),
            Until::Never => Pause::UntilLifted,
        });
        let pause = pause.or(resume.then_some(Pause::No)).map(Into::into);
        UpdateSpaceBody { name, join_rule: rule.map(Into::into), max_members, description, pause, listed, governed }
    }
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("say yes or no".into()),
    }
}

fn rule() -> impl TypedValueParser<Value = JoinRule> {
    let names = ["open", "invite", "allowlist", "closed"];
    let value = |name: &'static str| JoinRule::read(name).map(|rule| PossibleValue::new(name).help(meaning(rule)));
    let values = names.into_iter().filter_map(|name| value(name).ok());
    PossibleValuesParser::new(values.collect::<Vec<_>>()).try_map(|name| JoinRule::read(&name).map_err(|code| code.text()))
}

fn most(text: &str) -> Result<u32, String> {
    match text {
        "unlimited" => Ok(0),
        _ => text.parse().ok().filter(|most| *most > 0).ok_or_else(|| "give a number from 1, or 'unlimited'".into()),
    }
}

fn pause(text: &str) -> Result<Until, String> {
    match (text, words::until(text)) {
        ("until-lifted", _) => Ok(Until::Never),
        (_, Ok(until @ (Until::In(_) | Until::At(_)))) => Ok(until),
        (_, Ok(Until::Never) | Err(_)) => {
            Err("type a time from now (30m, 1h, 2d), a moment (2026-12-24T18:00:00+01:00) or 'until-lifted'".into())
        }
    }
}

//! `doorward space`: the place itself.

use std::process::ExitCode;

use clap::Subcommand;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use doorward_client::{Session, Until};
use doorward_core::record::{JoinRule, Pause};
use doorward_core::view::{SpaceView, Spelling, UpdateSpaceBody};
use doorward_core::{SpaceId, Timestamp};

use super::context::names;
use super::failure::explain;
use super::output::{clean, field, note, print, print_json};
use super::{CliError, Global, words};

/// What `space` understands.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show what the place is called, who may come in, and how many are there
    #[command(after_help = "Example:\n  doorward space show\n\nMembers see it.")]
    Show,
    /// Change its name, description, rule or limit; pause joining, or let it go on
    #[command(after_help = "Examples:
  doorward space set --name 'Home' --description 'Friends and family'
  doorward space set --rule open --max-members 200
  doorward space set --pause 1h
  doorward space set --resume

Who is in stays in, whatever changes. What you do not name stays as it is.
Needs a role that may manage the place: owner or admin.")]
    Set(Box<Set>),
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct Set {
    /// What it is called, 1 to 64 characters
    #[arg(long)]
    name: Option<String>,
    /// Who may come in
    #[arg(long, value_parser = rule())]
    rule: Option<JoinRule>,
    /// How many fit: a number, or 'unlimited'
    #[arg(long, value_name = "N", value_parser = most)]
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
}

/// Does it.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let session = global.session().await?;
    let space = match args.verb {
        Verb::Show => session.space(&SpaceId::SERVER).await.map_err(explain)?,
        Verb::Set(set) => {
            let opens = set.rule == Some(JoinRule::Open);
            let change = set.into_change(session.client().now());
            let space = session.update_space(&SpaceId::SERVER, change).await.map_err(explain)?;
            if opens && space.max_members == 0 && !global.json {
                note("Anybody who finds this server can come in now, as often as they like. A limit: --max-members N");
            }
            space
        }
    };
    if global.json {
        print_json(&space)?
    } else {
        print(&in_words(&space, &session).await)?
    }
    Ok(ExitCode::SUCCESS)
}

impl Set {
    fn into_change(self, now: Timestamp) -> UpdateSpaceBody {
        let Self { name, rule, max_members, description, pause, resume } = self;
        let pause = pause.map(|until| match until {
            Until::In(seconds) => Pause::Until(now.plus(seconds)),
            Until::At(at) => Pause::Until(at),
            Until::Never => Pause::UntilLifted,
        });
        let pause = pause.or(resume.then_some(Pause::No));
        UpdateSpaceBody {
            name,
            join_rule: rule.map(Into::into),
            max_members,
            description,
            pause: pause.map(Into::into),
            ..UpdateSpaceBody::default()
        }
    }
}

async fn in_words(space: &SpaceView, session: &Session) -> String {
    let now = session.client().now();
    let names = names(session, space.owner.iter()).await;
    let owner = space.owner.as_ref().and_then(|key| key.read().ok());
    let owner = owner.map_or("none".into(), |key| names.get(&key).cloned().unwrap_or_else(|| key.fingerprint()));
    let limit = if space.max_members == 0 { "no limit".into() } else { format!("at most {}", space.max_members) };
    let mut text = clean(&space.name) + "\n";
    if !space.description.is_empty() {
        text += &field("about", &space.description);
    }
    text += &field("joining", &space.join_rule.read().map_or_else(|_| space.join_rule.as_str().to_owned(), told));
    match space.pause.read() {
        _ if !space.paused => {}
        Ok(Pause::Until(until)) => text += &field("paused", &format!("nobody comes in; ends {}", words::in_full(until, now))),
        Ok(Pause::UntilLifted | Pause::No) | Err(_) => {
            text += &field("paused", "nobody comes in, until: doorward space set --resume")
        }
    }
    text += &field("members", &space.members.map_or(limit.clone(), |members| format!("{members}, {limit}")));
    text + &field("owner", &owner)
}

/// A rule with its name and what it means.
fn told(rule: JoinRule) -> String {
    format!("{}: {}", rule.spell(), meaning(rule))
}

/// What a rule means, in words. Display only: who comes in is the core's table.
fn meaning(rule: JoinRule) -> &'static str {
    match rule {
        JoinRule::Open => "anybody comes in, with an invite or without",
        JoinRule::Token => "whoever holds the join token comes in",
        JoinRule::Invite => "whoever holds an invite comes in",
        JoinRule::Allowlist => "keys on the allowlist come in, with an invite or without",
        JoinRule::Closed => "nobody comes in, not even with an invite",
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

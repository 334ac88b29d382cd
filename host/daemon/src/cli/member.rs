//! `doorward member`: what members are, and whether they stay.

use std::process::ExitCode;

use clap::Subcommand;
use doorward_client::Session;
use doorward_core::role::Role;
use doorward_core::view::MemberView;
use doorward_core::{SignKey, SpaceId};

use super::context::Who;
use super::failure::{explain, explain_about_them};
use super::output::{clean, confirm, person, print, print_json};
use super::{CliError, Global};

/// What `member` understands.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A member is named by its key (64 hexadecimal characters) or by its fingerprint (ab12-cd34); see them with:
doorward account list"
)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a member an admin, or an admin a member
    #[command(after_help = "Examples:
  doorward member role ab12-cd34 admin
  doorward member role ab12-cd34 member

Links that a former admin made stop working. The role 'owner' is not given but handed over: doorward member transfer
Needs a role above the other's: owner or admin. An admin makes members admins; only the owner takes that back.")]
    Role(SetRole),
    /// Give a member tags, and no others
    #[command(after_help = "Examples:
  doorward member tags ab12-cd34 team night-shift
  doorward member tags ab12-cd34 --none

They replace the tags that were there: at most 10, of lower-case letters, digits and hyphens.
Needs a role above the other's: owner or admin. Everybody who may set tags may set his own.")]
    Tags(SetTags),
    /// Show a member the door; it may come in again
    #[command(after_help = "Example:
  doorward member kick ab12-cd34

The very next request is refused, and links it made stop working for good. To keep it out: doorward ban add ab12-cd34
Needs a role above the other's: owner or admin.")]
    Kick(One),
    /// Hand the server over to a member; you become an admin
    #[command(after_help = "Example:
  doorward member transfer ab12-cd34

There is one owner: from then on it is the other, who alone can give it back. Compare the whole fingerprint with the
person first. Only the owner can do this.")]
    Transfer(Transfer),
}

#[derive(Debug, clap::Args)]
struct One {
    /// Its key or fingerprint
    #[arg(value_name = "KEY")]
    who: Who,
}

#[derive(Debug, clap::Args)]
struct SetRole {
    #[command(flatten)]
    one: One,
    /// What it becomes: member or admin
    #[arg(value_parser = role)]
    role: Role,
}

#[derive(Debug, clap::Args)]
struct SetTags {
    #[command(flatten)]
    one: One,
    /// All of its tags
    #[arg(value_name = "TAG", required_unless_present = "none", conflicts_with = "none")]
    tags: Vec<String>,
    /// Take all of its tags away
    #[arg(long)]
    none: bool,
}

#[derive(Debug, clap::Args)]
struct Transfer {
    #[command(flatten)]
    one: One,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Does it.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let session = global.session().await?;
    let here = &SpaceId::SERVER;
    match args.verb {
        Verb::Role(SetRole { one, role }) => {
            let key = one.who.find_to_change(&session).await?;
            let member = session.set_role(here, &key, role).await.map_err(explain_about_them)?;
            let article = if role == Role::Member { "a" } else { "an" };
            report(&member, &format!("{} is {article} {} now.", name(&member), role.name()), global)?;
        }
        Verb::Tags(SetTags { one, tags, none: _ }) => {
            let key = one.who.find_to_change(&session).await?;
            let member = session.set_tags(here, &key, &tags).await.map_err(explain_about_them)?;
            let tags = if tags.is_empty() { "none".into() } else { clean(&tags.join(", ")) };
            report(&member, &format!("Tags of {}: {tags}.", name(&member)), global)?;
        }
        Verb::Kick(One { who }) => {
            let key = who.find_to_change(&session).await?;
            let member = session.kick(here, &key).await.map_err(explain_about_them)?;
            report(&member, &format!("Shown the door: {}.", name(&member)), global)?;
        }
        Verb::Transfer(Transfer { one, yes }) => {
            let key = one.who.find_to_change(&session).await?;
            transfer(&session, &key, yes, global).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn transfer(session: &Session, key: &SignKey, yes: bool, global: &Global) -> Result<(), CliError> {
    let place = clean(&session.client().well_known().name);
    if !yes {
        let account = session.account(key).await.map_err(explain)?;
        let who = person(&account.handle, &account.fingerprint);
        if !confirm(&format!("Hand {place} over to {who}? You become an admin, and only they can give it back.")) {
            return Err(CliError::Usage("nothing was handed over; where nobody can be asked, say --yes".into()));
        }
    }
    let member = session.transfer(&SpaceId::SERVER, key).await.map_err(explain_about_them)?;
    report(&member, &format!("{place} belongs to {} now, and you are an admin.", name(&member)), global)
}

/// Says what was done to whom.
pub(super) fn report(member: &MemberView, sentence: &str, global: &Global) -> Result<(), CliError> {
    if global.json { print_json(member) } else { print(&format!("{sentence}\n")) }
}

/// What a key is called, if it has an account.
pub(super) fn name(member: &MemberView) -> String {
    match &member.account {
        Some(account) => person(&account.handle, &member.fingerprint),
        None => format!("{} (no account)", clean(&member.fingerprint)),
    }
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_name(text).ok_or_else(|| "a role is 'member' or 'admin'".into())
}

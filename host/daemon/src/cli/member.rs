//! `doorward member`: what members are, and whether they stay.

use std::process::ExitCode;

use clap::Subcommand;
use doorward_client::Session;
use doorward_core::SignKey;
use doorward_core::role::Role;
use doorward_core::view::MemberView;

use super::context::{Who, all_keys};
use super::failure::{explain, explain_about_them};
use super::output::{Table, clean, confirm, person, print, print_json};
use super::places::{At, Here};
use super::{CliError, Global};

/// What `member` understands.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A member is named by its key (64 hexadecimal characters) or by its fingerprint (ab12-cd34); see them with:
doorward member list"
)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List who is in, in order of joining
    #[command(after_help = "Examples:
  doorward member list
  doorward member list --space crew

Members see it, and whoever governs the server. Accounts that are known and not in: doorward account list")]
    List,
    /// Make a member an admin, or an admin a member
    #[command(after_help = "Examples:
  doorward member role ab12-cd34 admin
  doorward member role ab12-cd34 member --space crew

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
    /// Invite somebody of the server into a network, by name
    #[command(after_help = "Examples:
  doorward member invite ab12-cd34 --space crew
  doorward member invite ab12-cd34 --space crew --role admin

It waits in their inbox for 30 days: doorward inbox
Where the rule of the network is 'invite'. Who is not at the server yet comes by a link: doorward invite create --space crew
Needs a role that may invite there.")]
    Invite(Invite),
    /// Show a member the door; it may come in again
    #[command(after_help = "Example:
  doorward member kick ab12-cd34

The very next request is refused, and links it made stop working for good. To keep it out: doorward ban add ab12-cd34
Needs a role above the other's: owner or admin.")]
    Kick(One),
    /// Hand the server or a network over to a member; its owner becomes an admin
    #[command(after_help = "Examples:
  doorward member transfer ab12-cd34
  doorward member transfer ab12-cd34 --space crew

There is one owner: from then on it is the other, who alone can give it back. Compare the whole fingerprint with the
person first. Only the owner can do this; a network may be handed over by whoever governs the server, too.")]
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
struct Invite {
    #[command(flatten)]
    one: One,
    /// What it would become: member or admin
    #[arg(long, default_value = "member", value_parser = role)]
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
    let place = args.at.find(&session).await?;
    let here = &place.id;
    match args.verb {
        Verb::List => list(&session, &place, global).await?,
        Verb::Role(SetRole { one, role }) => {
            let key = one.who.find_to_change(&session).await?;
            let member = session.set_role(here, &key, role).await.map_err(explain_about_them)?;
            let article = if role == Role::Member { "a" } else { "an" };
            report(&member, &format!("{} is {article} {} now{}.", name(&member), role.name(), place.inside()), global)?;
        }
        Verb::Invite(Invite { one, role }) => {
            let key = one.who.find_to_change(&session).await?;
            invite(&session, &place, &key, role, global).await?;
        }
        Verb::Tags(SetTags { one, tags, none: _ }) => {
            let key = one.who.find_to_change(&session).await?;
            let member = session.set_tags(here, &key, &tags).await.map_err(explain_about_them)?;
            let tags = if tags.is_empty() { "none".into() } else { clean(&tags.join(", ")) };
            report(&member, &format!("Tags of {}{}: {tags}.", name(&member), place.inside()), global)?;
        }
        Verb::Kick(One { who }) => {
            let key = who.find_to_change(&session).await?;
            let member = session.kick(here, &key).await.map_err(explain_about_them)?;
            report(&member, &format!("Shown the door{}: {}.", place.inside(), name(&member)), global)?;
        }
        Verb::Transfer(Transfer { one, yes }) => {
            let key = one.who.find_to_change(&session).await?;
            transfer(&session, &place, &key, yes, global).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Lists all of them, however many pages that takes.
async fn list(session: &Session, place: &Here, global: &Global) -> Result<(), CliError> {
    let items = all_keys(async |after| session.members(&place.id, after, Some(1_000)).await).await?;
    if global.json {
        return print_json(&items);
    }
    let mut table = Table::new(&["WHO", "ROLE", "TAGS"]);
    for item in &items {
        let (role, tags) = item.account.as_ref().map_or((None, String::new()), |of| (of.role.as_ref(), of.tags.join(" ")));
        table.row(vec![name(item), role.map_or("-", |role| role.as_str()).to_owned(), tags]);
    }
    print(&table.text())
}

async fn invite(session: &Session, place: &Here, key: &SignKey, role: Role, global: &Global) -> Result<(), CliError> {
    let made = session.invite_account(&place.id, key, role).await.map_err(explain_about_them)?;
    if global.json {
        return print_json(&made);
    }
    let account = session.account(key).await.map_err(explain)?;
    let who = person(&account.handle, &account.fingerprint);
    match made {
        Some(invite) => print(&format!(
            "Invited into {}: {who}, until {}. They answer with: doorward inbox\n",
            clean(&invite.space_name),
            invite.expires.as_str()
        )),
        None => print(&format!("Invited into {} already: {who}. They answer with: doorward inbox\n", place.name)),
    }
}

async fn transfer(session: &Session, place: &Here, key: &SignKey, yes: bool, global: &Global) -> Result<(), CliError> {
    let Here { id, name: place } = place;
    if !yes {
        let account = session.account(key).await.map_err(explain)?;
        let who = person(&account.handle, &account.fingerprint);
        if !confirm(&format!("Hand {place} over to {who}? Its owner becomes an admin, and only they can give it back.")) {
            return Err(CliError::Usage("nothing was handed over; where nobody can be asked, say --yes".into()));
        }
    }
    let member = session.transfer(id, key).await.map_err(explain_about_them)?;
    report(&member, &format!("{place} belongs to {} now, and its former owner is an admin.", name(&member)), global)
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

//! `doorward invite create`.

use std::path::PathBuf;

use doorward_client::{Issuer, MintOptions, MintedInvite, Session, Until};
use doorward_core::decide::mint::MAX_OPEN;
use doorward_core::role::Role;

use super::labels;
use super::share::{Card, Forms};
use crate::cli::error::NEXT;
use crate::cli::failure::explain;
use crate::cli::output::{clean, note, print_json};
use crate::cli::places::At;
use crate::cli::{CliError, Global, words};
use crate::process::{Interrupt, Progress};

/// What `invite create` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  doorward invite create                                       one person, seven days
  doorward invite create --uses 20 --expires 12h --label 'workshop'
  doorward invite create --role admin --expires 2d --greeting 'Help me run this?'
  doorward invite create --count 30 --label 'class 7b' --sheet class-7b.html
  doorward invite create --labels guests.csv --csv links.csv
  doorward invite create --space crew                          into a network

A file of labels has one on each line, or is a CSV file whose first line names a column 'label'. The sheet is for
printing: a card with QR code, typed code and expiry for each invite. Whoever reads these files can use the links in
them, so they are readable by you alone (0600); delete them when they have been handed out.

Ctrl-C ends a long batch after the invite that is being made; what was made is listed. Every link can be shown again:
doorward invite link ID

Whoever has no account yet becomes a member of the server, too, if you may invite to it; everybody else needs to be one.

Needs a role that may invite there: owner or admin.")]
pub(super) struct Args {
    /// What the guest becomes: member or admin
    #[arg(long, default_value = "member", value_parser = role)]
    role: Role,
    /// How many people it lets in: a number, or 'unlimited'
    #[arg(long, default_value = "1", value_name = "N", value_parser = uses)]
    uses: u32,
    /// Until when: a time from now (30m, 12h, 7d, 2w), a moment (2026-12-24T18:00:00+01:00) or 'never'
    #[arg(long, default_value = "7d", value_name = "WHEN", value_parser = words::until)]
    expires: Until,
    /// A note for yourself and your fellow inviters
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    label: String,
    /// A word to the guest, shown with the invite
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    greeting: String,
    /// A tag the guest gets; may be repeated
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Make this many invites alike
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_OPEN)), conflicts_with = "labels")]
    count: Option<u32>,
    /// Make one invite for each label in this file
    #[arg(long, value_name = "FILE", conflicts_with = "label")]
    labels: Option<PathBuf>,
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    forms: Forms,
}

/// Makes them.
pub(super) async fn run(args: Args, global: &Global) -> Result<(), CliError> {
    let labels = match &args.labels {
        Some(file) => labels::read(file)?,
        None => vec![args.label.clone(); args.count.unwrap_or(1) as usize],
    };
    let session = global.session().await?;
    let place = args.at.find(&session).await?;
    let issuer = session.issuer(&place.id).await.map_err(explain)?;
    // Before anything is made: links that cannot be written down would be of no use.
    let files = args.forms.reserve()?;
    let (minted, ended) = mint(&args, &labels, &session, &issuer).await;
    let cards = minted.iter().map(|one| Card::of(&one.item, &one.invitation)).collect::<Result<Vec<_>, _>>()?;
    // What was made is made, whatever came after it.
    show(&args, global, &cards, &session)?;
    files.write(&cards, &session)?;
    ended
}

/// Makes one after the other, until one is refused or the person interrupts. A link that was made is never lost.
async fn mint(args: &Args, labels: &[String], session: &Session, issuer: &Issuer) -> (Vec<MintedInvite>, Result<(), CliError>) {
    let (mut minted, interrupt) = (Vec::with_capacity(labels.len()), Interrupt::watch());
    let mut progress = Progress::of("making invites", labels.len() as u64);
    let mut ended = Ok(());
    for label in labels {
        if interrupt.came() {
            let (made, left) = (minted.len(), labels.len() - minted.len());
            ended = Err(CliError::Fault(format!("interrupted: {made} invites were made{NEXT}{left} are left to make.")));
            break;
        }
        match session.mint_as(issuer, &options(args, label)).await {
            Ok(one) => minted.push(one),
            Err(error) => {
                ended = Err(explain(error));
                break;
            }
        }
        progress.step();
    }
    progress.end();
    if let (Err(_), made @ 1.., Some(next)) = (&ended, minted.len(), labels.get(minted.len())) {
        let next = if next.is_empty() { String::new() } else { format!("; the next would have been \"{}\"", clean(next)) };
        note(&format!("Made {made} of {} invites{next}.", labels.len()));
    }
    (minted, ended)
}

fn show(args: &Args, global: &Global, cards: &[Card], session: &Session) -> Result<(), CliError> {
    let many = args.count.is_some() || args.labels.is_some();
    match (global.json, many, cards) {
        (_, false, []) => Ok(()),
        (true, false, [one]) => print_json(&one.as_json()),
        (true, _, all) => print_json(&all.iter().map(Card::as_json).collect::<Vec<_>>()),
        (false, false, [one]) => args.forms.hand_out(one, session.client().now()),
        (false, _, all) => Card::list(all),
    }
}

fn options(args: &Args, label: &str) -> MintOptions {
    MintOptions {
        role: args.role,
        max_uses: args.uses,
        until: args.expires,
        label: label.into(),
        greeting: args.greeting.clone(),
        tags: args.tags.clone(),
    }
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_name(text).ok_or_else(|| "a role is 'member' or 'admin'".into())
}

fn uses(text: &str) -> Result<u32, String> {
    match text {
        "unlimited" => Ok(0),
        _ => text.parse().ok().filter(|uses| *uses > 0).ok_or_else(|| "give a number from 1, or 'unlimited'".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unlimited_is_said_never_guessed() {
        assert_eq!(uses("unlimited"), Ok(0));
        assert_eq!(uses("20"), Ok(20));
        for bad in ["0", "", "-1", "4294967296", "many"] {
            assert!(uses(bad).is_err(), "{bad}");
        }
    }
}

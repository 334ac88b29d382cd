//! `doorward invite create`.

use std::path::PathBuf;

use doorward_client::{MintOptions, MintedInvite, Until};
use doorward_core::role::Role;
use serde_json::{Value, json};

use super::{hand_out, link_of};
use crate::cli::failure::explain;
use crate::cli::output::{Table, is_terminal, note, print, print_json};
use crate::cli::{CliError, Global, words};

/// The most invites one issuer may have open at a time.
const MOST: u32 = 1_000;

/// What `invite create` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  doorward invite create                                       one person, seven days
  doorward invite create --uses 20 --expires 12h --label 'workshop'
  doorward invite create --role admin --expires 2d --greeting 'Help me run this?'
  doorward invite create --count 30 --label 'class 7b' --json > links.json")]
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
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST)), conflicts_with = "labels")]
    count: Option<u32>,
    /// Make one invite for each line of this file, the line as its label
    #[arg(long, value_name = "FILE", conflicts_with = "label")]
    labels: Option<PathBuf>,
    /// Draw the QR code even if the output is not a terminal
    #[arg(long)]
    qr: bool,
}

/// Makes them.
pub(super) async fn run(args: Args, global: &Global) -> Result<(), CliError> {
    let labels = labels(&args)?;
    let session = global.session().await?;
    let issuer = session.issuer().await.map_err(explain)?;
    let mut minted = Vec::with_capacity(labels.len());
    for (at, label) in labels.iter().enumerate() {
        match session.mint_as(&issuer, &options(&args, label)).await {
            Ok(one) => minted.push(one),
            Err(error) => {
                // What was made is made, and its links would be lost with an early end.
                show(&args, global, &minted, &session)?;
                if at > 0 {
                    note(&format!("Made {at} of {} invites, then:", labels.len()));
                }
                return Err(explain(error));
            }
        }
    }
    show(&args, global, &minted, &session)
}

fn show(args: &Args, global: &Global, minted: &[MintedInvite], session: &doorward_client::Session) -> Result<(), CliError> {
    let many = args.count.is_some() || args.labels.is_some();
    if global.json {
        return match (many, minted) {
            (false, [one]) => print_json(&as_json(one)?),
            (false, _) => Ok(()),
            (true, all) => print_json(&all.iter().map(as_json).collect::<Result<Vec<_>, _>>()?),
        };
    }
    match (many, minted) {
        (_, []) => Ok(()),
        (false, [one]) => hand_out(&one.invitation, args.qr || is_terminal(), session.client().now()),
        (_, all) => {
            let mut table = Table::new(&["LABEL", "LINK"]);
            for one in all {
                table.row(vec![one.item.label.clone(), link_of(&one.invitation)?]);
            }
            print(&table.text())
        }
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

fn labels(args: &Args) -> Result<Vec<String>, CliError> {
    let Some(file) = &args.labels else {
        return Ok(vec![args.label.clone(); args.count.unwrap_or(1) as usize]);
    };
    let text =
        std::fs::read_to_string(file).map_err(|error| CliError::Fault(format!("cannot read {}: {error}", file.display())))?;
    let labels: Vec<String> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    match labels.len() {
        0 => Err(CliError::Usage(format!("{} holds no labels; put one on each line", file.display()))),
        n if n > MOST as usize => {
            Err(CliError::Usage(format!("{} holds {n} labels; one account can have {MOST} open invites", file.display())))
        }
        _ => Ok(labels),
    }
}

pub(super) fn as_json(minted: &MintedInvite) -> Result<Value, CliError> {
    let item = &minted.item;
    Ok(json!({
        "id": item.id, "link": link_of(&minted.invitation)?, "typed_code": minted.invitation.typed_code(),
        "token": minted.invitation.token.to_text(), "role": item.role, "max_uses": item.max_uses, "expires": item.expires,
        "label": item.label, "greeting": item.greeting,
    }))
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

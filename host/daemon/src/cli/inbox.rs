//! `doorward inbox`: what one was invited to by name, and what one says to it.

use std::process::ExitCode;

use clap::Subcommand;
use doorward_client::Session;
use doorward_core::view::{InboxItem, Spelling};
use doorward_core::{Code, InviteId};

use super::failure::explain;
use super::output::{Table, clean, person, print, print_json};
use super::{CliError, Global};

/// What `inbox` understands.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  doorward inbox
  doorward inbox accept 3fa9c04b
  doorward inbox decline 3fa9c04b

Invites by name lead into networks, and wait for 30 days. They are made with: doorward member invite KEY --space NAME")]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Say yes, and be a member there
    #[command(
        after_help = "Example:\n  doorward inbox accept 3fa9c04b\n\nWhoever made it must still be able to, and the network must let you in."
    )]
    Accept(One),
    /// Say no
    #[command(after_help = "Example:\n  doorward inbox decline 3fa9c04b\n\nYou may be invited again.")]
    Decline(One),
}

#[derive(Debug, clap::Args)]
struct One {
    /// The invite: the first column of the list, or more of its id
    #[arg(value_name = "ID")]
    invite: String,
}

/// How much of an id is shown and has to be typed.
const SHORT: usize = 8;

/// Does it.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    let session = global.session().await?;
    match args.verb {
        None => list(&session.inbox().await.map_err(explain)?, global)?,
        Some(Verb::Accept(one)) => {
            let (id, item) = one.find(&session).await?;
            let member = session.accept(&id).await.map_err(explain)?;
            if global.json {
                print_json(&member)?;
            } else {
                print(&format!("You are in {} now. See: doorward space show {0}\n", clean(&item.space_name)))?;
            }
        }
        Some(Verb::Decline(one)) => {
            let (id, item) = one.find(&session).await?;
            session.decline(&id).await.map_err(explain)?;
            if global.json {
                print_json(&item)?;
            } else {
                print(&format!("Declined: {}.\n", clean(&item.space_name)))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl One {
    /// The invite that is meant.
    async fn find(&self, session: &Session) -> Result<(InviteId, InboxItem), CliError> {
        let typed = self.invite.trim().to_ascii_lowercase();
        let waiting = session.inbox().await.map_err(explain)?;
        let mut fitting = waiting.into_iter().filter(|item| typed.len() >= 4 && item.id.as_str().starts_with(&typed));
        let (Some(item), None) = (fitting.next(), fitting.next()) else {
            let text = format!("no one invite in your inbox begins with '{}'; see them with: doorward inbox", clean(&typed));
            return Err(CliError::Usage(text));
        };
        let id = InviteId::read(item.id.as_str()).map_err(|_| CliError::Usage("the server sent an id that is none".into()))?;
        Ok((id, item))
    }
}

fn list(items: &[InboxItem], global: &Global) -> Result<(), CliError> {
    if global.json {
        return print_json(&items);
    }
    if items.is_empty() {
        return print("Nothing waits for you. Networks one may find: doorward space list --found\n");
    }
    let mut table = Table::new(&["ID", "NETWORK", "AS", "FROM", "UNTIL", "A YES IS"]);
    for item in items {
        let code = item.code.read().map_or("unknown", Code::name);
        table.row(vec![
            item.id.as_str().chars().take(SHORT).collect(),
            clean(&item.space_name),
            item.role.as_str().to_owned(),
            person(&item.issuer_handle, &item.issuer_fingerprint),
            item.expires.as_str().to_owned(),
            code.to_owned(),
        ]);
    }
    print(&table.text())
}

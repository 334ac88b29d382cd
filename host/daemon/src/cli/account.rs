//! `doorward account`: the people of a server.

use std::process::ExitCode;

use clap::Subcommand;
use doorward_core::view::{AccountChanged, AccountView};
use doorward_core::{Code, KexKey, SignKey, Timestamp};

use super::context::Who;
use super::failure::explain;
use super::output::{Table, confirm, field, note, person, print, print_json};
use super::{CliError, Global, words};

/// What `account` understands.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "An account is named by its key (64 hexadecimal characters) or by its fingerprint (ab12-cd34). A handle is good
enough to look at somebody, and not to change anything: anybody can call themselves anything."
)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List everybody you may see
    #[command(
        after_help = "Examples:\n  doorward account list\n  doorward account list --json\n\nMembers see each other; owner and admins see standing, and who came through which invite."
    )]
    List,
    /// Show one account
    #[command(after_help = "Examples:\n  doorward account show ab12-cd34\n  doorward account show Cyd")]
    Show(Show),
    /// Refuse an account everywhere from now on; it can be restored
    #[command(
        after_help = "Example:\n  doorward account revoke ab12-cd34\n\nThe very next request is refused. Its invites stop working for good.\nNeeds a role above the other's: owner or admin."
    )]
    Revoke(One),
    /// Undo a revoke
    #[command(
        after_help = "Example:\n  doorward account restore ab12-cd34\n\nInvites it made before do not come back.\nNeeds a role above the other's: owner or admin."
    )]
    Restore(One),
    /// Delete an account for good
    #[command(after_help = "Example:\n  doorward account delete ab12-cd34

It cannot be undone. The same key can come back only as a new account that inherits nothing.
Needs a role above the other's: owner or admin.")]
    Delete(Delete),
    /// Add an account without an invite
    #[command(after_help = "Example:
  doorward account register SIGN_KEY KEX_KEY --handle Ada
The person makes the keys with 'doorward key new' and then proves them with 'doorward key prove'.")]
    Register(Register),
}

#[derive(Debug, clap::Args)]
struct Show {
    /// Its key, its fingerprint, or a handle that only one person has
    #[arg(value_name = "PERSON")]
    who: Who,
}

#[derive(Debug, clap::Args)]
struct One {
    /// Its key or fingerprint
    #[arg(value_name = "KEY")]
    who: Who,
}

#[derive(Debug, clap::Args)]
struct Delete {
    /// Its key or fingerprint
    #[arg(value_name = "KEY")]
    who: Who,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, clap::Args)]
struct Register {
    /// The person's public Ed25519 key
    sign_key: String,
    /// The person's public X25519 key
    kex_key: String,
    /// What the person is called, 1 to 64 characters
    #[arg(long, value_name = "NAME")]
    handle: String,
}

/// Does it.
pub(super) async fn run(args: Args, global: &Global) -> Result<ExitCode, CliError> {
    match args.verb {
        Verb::List => list(global).await?,
        Verb::Show(Show { who }) => show(&who, global).await?,
        Verb::Revoke(One { who }) => {
            let session = global.session().await?;
            let key = who.find_to_change(&session).await?;
            let changed = session.revoke(&key).await.map_err(explain)?;
            report(&key, &changed, "Revoked", global)?;
        }
        Verb::Restore(One { who }) => {
            let session = global.session().await?;
            let key = who.find_to_change(&session).await?;
            let changed = session.restore(&key).await.map_err(explain)?;
            report(&key, &changed, "Restored", global)?;
        }
        Verb::Delete(args) => delete(&args, global).await?,
        Verb::Register(args) => register(&args, global).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(global: &Global) -> Result<(), CliError> {
    let session = global.session().await?;
    let (mut items, mut after) = (Vec::new(), None);
    loop {
        let page = session.accounts(after.as_ref(), Some(1_000)).await.map_err(explain)?;
        items.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if global.json {
        return print_json(&items);
    }
    let now = session.client().now();
    let mut table = Table::new(&["WHO", "ROLE", "STANDING", "IN SINCE", "THROUGH", "TAGS"]);
    for item in &items {
        let role = item.role.as_ref().map_or("not in", |role| role.as_str()).to_owned();
        table.row(vec![
            person(&item.handle, &item.fingerprint),
            role,
            standing(item),
            since(item, now),
            via(item),
            item.tags.join(" "),
        ]);
    }
    print(&table.text())
}

async fn show(who: &Who, global: &Global) -> Result<(), CliError> {
    let session = global.session().await?;
    let account = session.account(&who.find(&session).await?).await.map_err(explain)?;
    if global.json { print_json(&account) } else { print(&in_words(&account, session.client().now())) }
}

async fn delete(args: &Delete, global: &Global) -> Result<(), CliError> {
    let session = global.session().await?;
    let key = args.who.find_to_change(&session).await?;
    if !args.yes {
        let account = session.account(&key).await.map_err(explain)?;
        if !confirm(&format!("Delete {} for good?", person(&account.handle, &account.fingerprint))) {
            return Err(CliError::Usage("nothing was deleted; where nobody can be asked, say --yes".into()));
        }
    }
    let changed = session.delete(&key).await.map_err(explain)?;
    report(&key, &changed, "Deleted for good", global)
}

async fn register(args: &Register, global: &Global) -> Result<(), CliError> {
    let key =
        |what: &str| CliError::Usage(format!("{what} has 64 hexadecimal characters; the person sees it with: doorward key show"));
    let sign_key = SignKey::from_hex(&args.sign_key).map_err(|_| key("SIGN_KEY"))?;
    let kex_key = KexKey::from_hex(&args.kex_key).map_err(|_| key("KEX_KEY"))?;
    let session = global.session().await?;
    let account = session.register(sign_key, kex_key, &args.handle).await.map_err(explain)?;
    if global.json {
        return print_json(&account);
    }
    print(&format!("Added {}.\n", person(&account.handle, &account.fingerprint)))?;
    note(&format!("They prove that they hold these keys with: doorward key prove --server {}", session.client().public_url()));
    Ok(())
}

fn report(key: &SignKey, changed: &AccountChanged, done: &str, global: &Global) -> Result<(), CliError> {
    if global.json {
        return print_json(changed);
    }
    let who = match &changed.account {
        Some(account) => person(&account.handle, &account.fingerprint),
        None => key.fingerprint(),
    };
    // A code other than "allowed" is a success too: it was so already.
    let already = match changed.code.read() {
        Ok(Code::Allowed) => "",
        Ok(_) | Err(_) => " (it was so already)",
    };
    print(&format!("{done}: {who}{already}\n"))
}

fn standing(account: &AccountView) -> String {
    let Some(details) = &account.details else { return "-".into() };
    let mut text = details.standing.as_str().to_owned();
    if details.banned {
        text += ", banned";
    }
    if !details.proved {
        text += ", unproved";
    }
    text
}

fn since(account: &AccountView, now: Timestamp) -> String {
    let created = account.details.as_ref().and_then(|details| details.created_at.read().ok());
    created.map_or("-".into(), |at| words::relative(at, now))
}

fn via(account: &AccountView) -> String {
    let via = account.details.as_ref().map_or("-", |details| details.via.as_str());
    if via.len() == 32 { format!("invite {}…", &via.chars().take(8).collect::<String>()) } else { via.to_owned() }
}

fn in_words(account: &AccountView, now: Timestamp) -> String {
    let mut text = person(&account.handle, &account.fingerprint) + "\n";
    text += &field("role", account.role.as_ref().map_or("not in", |role| role.as_str()));
    text += &field("tags", if account.tags.is_empty() { "none".into() } else { account.tags.join(", ") }.as_str());
    text += &field("key", account.key.as_str());
    if let Some(details) = &account.details {
        text += &field("standing", &standing(account));
        text += &field("in since", &details.created_at.read().map_or("-".into(), |at| words::in_full(at, now)));
        text += &field("through", details.via.as_str());
        text += &field("invited by", details.invited_by.as_str());
        text += &field("kex key", details.kex_key.as_str());
    }
    text
}

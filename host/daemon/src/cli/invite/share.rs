//! Handing an invite on: link, QR code, typed code, command, paper, table.

use std::path::PathBuf;

use doorward_client::{Invitation, Session};
use doorward_core::view::InviteItem;
use doorward_core::{Expiry, Timestamp};
use serde_json::{Value, json};

use super::sheet;
use crate::cli::output::{Table, clean, field, is_terminal, note, print, qr};
use crate::cli::private::Reserved;
use crate::cli::{CliError, words};

/// An invite as it is handed on.
pub(super) struct Card {
    pub(super) id: String,
    pub(super) state: String,
    pub(super) label: String,
    pub(super) greeting: String,
    pub(super) role: String,
    pub(super) max_uses: u32,
    pub(super) expires: Expiry,
    pub(super) link: String,
    pub(super) typed_code: String,
    token: String,
}

impl Card {
    /// Of an invite whose link is known.
    pub(super) fn of(item: &InviteItem, invitation: &Invitation) -> Result<Self, CliError> {
        let link = invitation.link().ok_or_else(|| CliError::Fault("this invite does not say where it leads".into()))?;
        Ok(Self {
            id: item.id.as_str().into(),
            state: item.state.as_str().into(),
            label: item.label.clone(),
            greeting: item.greeting.clone(),
            role: item.role.as_str().into(),
            max_uses: item.max_uses,
            expires: invitation.expires.unwrap_or(Expiry::Unreadable),
            link,
            typed_code: invitation.typed_code(),
            token: invitation.token.to_text(),
        })
    }

    /// What a friend at a command line types.
    pub(super) fn command(&self) -> String {
        format!("doorward redeem '{}' --handle NAME", self.link)
    }

    /// `1 person`, `20 people`, `everyone who has it`.
    pub(super) fn for_whom(&self) -> String {
        match self.max_uses {
            0 => "everyone who has it".into(),
            1 => "1 person".into(),
            n => format!("{n} people"),
        }
    }

    /// For scripts.
    pub(super) fn as_json(&self) -> Value {
        let Self { id, state, label, greeting, role, max_uses, expires, link, typed_code, token } = self;
        json!({
            "id": id, "state": state, "link": link, "typed_code": typed_code, "token": token, "command": self.command(),
            "role": role, "max_uses": max_uses, "expires": expires.to_text(), "label": label, "greeting": greeting,
        })
    }

    /// A line for each of many.
    pub(super) fn list(cards: &[Card]) -> Result<(), CliError> {
        if cards.is_empty() {
            return Ok(());
        }
        let mut table = Table::new(&["LABEL", "LINK"]);
        for card in cards {
            table.row(vec![card.label.clone(), card.link.clone()]);
        }
        print(&table.text())
    }
}

/// In which forms links are handed on.
#[derive(Debug, clap::Args)]
pub(super) struct Forms {
    /// Draw the QR code even if the output is not a terminal
    #[arg(long)]
    qr: bool,
    /// Also write a page to print, a card for each invite, into this new file
    #[arg(long, value_name = "FILE")]
    sheet: Option<PathBuf>,
    /// Also write a table with label, link, typed code and expiry into this new file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

impl Forms {
    /// Makes sure that the files can be written, before there is anything to write.
    pub(super) fn reserve(&self) -> Result<Files, CliError> {
        let reserve = |path: &Option<PathBuf>| path.as_deref().map(Reserved::new).transpose();
        Ok(Files { sheet: reserve(&self.sheet)?, csv: reserve(&self.csv)? })
    }

    /// Prints a link in every form it can be handed on in.
    pub(super) fn hand_out(&self, card: &Card, now: Timestamp) -> Result<(), CliError> {
        let mut text = format!("\n{}\n\n", card.link);
        if self.qr || is_terminal() {
            text += &qr(&card.link);
        }
        text += &field("typed code", &card.typed_code);
        text += &field("command", &card.command());
        text += &field("good until", &words::expiry_in_full(card.expires, now));
        text += &field("good for", &format!("{}, as {}", card.for_whom(), card.role));
        text += &field("invite id", &card.id);
        print(&text)?;
        if card.state != "live" {
            note(&format!("It lets nobody in any more: {}.", clean(&card.state)));
        }
        Ok(())
    }
}

/// Files that are there already, empty and for nobody else to read.
pub(super) struct Files {
    sheet: Option<Reserved>,
    csv: Option<Reserved>,
}

impl Files {
    /// Writes them. Without anything to write they go away again.
    pub(super) fn write(self, cards: &[Card], session: &Session) -> Result<(), CliError> {
        let Self { sheet, csv } = self;
        if cards.is_empty() {
            return Ok(());
        }
        let client = session.client();
        let page = || sheet::page(&client.well_known().name, client.public_url(), cards);
        let sheet = sheet.map(|file| page().and_then(|page| file.write(&page))).transpose()?;
        let csv = csv.map(|file| table(cards).and_then(|table| file.write(&table))).transpose()?;
        for path in [sheet, csv].into_iter().flatten() {
            let what = if cards.len() == 1 { "a link".into() } else { format!("{} links", cards.len()) };
            note(&format!(
                "{} holds {what}: whoever reads it can come in. It is readable by you alone; delete it when all is handed out.",
                path.display()
            ));
        }
        Ok(())
    }
}

fn table(cards: &[Card]) -> Result<String, CliError> {
    let fault = |error: &dyn std::fmt::Display| CliError::Fault(format!("cannot write CSV: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = ["label", "link", "typed_code", "expires", "role", "max_uses", "id"];
    writer.write_record(header).map_err(|error| fault(&error))?;
    for Card { id, label, role, max_uses, expires, link, typed_code, .. } in cards {
        let row = [label, link, typed_code, &expires.to_text(), role, &max_uses.to_string(), id];
        writer.write_record(row).map_err(|error| fault(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| fault(&error))?;
    String::from_utf8(bytes).map_err(|error| fault(&error))
}

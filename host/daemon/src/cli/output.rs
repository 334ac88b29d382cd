//! What people read: aligned tables, QR codes, and texts that cannot play tricks on a terminal.

use std::io::{self, IsTerminal, Write};

use doorward_core::SignKey;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::CliError;

/// Prints to standard output. A reader that has gone away (`| head`) is no error.
pub(super) fn print(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CliError::Fault(format!("cannot print: {error}"))),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Prints a value as JSON, one document with a newline.
pub(super) fn print_json(value: &impl Serialize) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| CliError::Fault(format!("cannot write JSON: {error}")))?;
    print(&(text + "\n"))
}

/// A note beside the output: to standard error, where no script reads it.
pub(super) fn note(text: &str) {
    // If there is nobody to tell, nothing is lost.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Whether a person looks at the output.
pub(super) fn is_terminal() -> bool {
    crate::process::is_terminal()
}

/// Whether there is a person who can be asked.
pub(super) fn is_asked() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks a question that is answered by `y` or anything else. Only at a terminal: elsewhere the answer is no.
pub(super) fn confirm(question: &str) -> bool {
    if !is_asked() {
        return false;
    }
    let _ = write!(io::stderr().lock(), "{question} [y/N] ");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

/// Text from elsewhere as it may stand in a terminal: what could move the cursor, change colours or turn the line
/// around becomes `�`. Servers refuse such texts; a hostile one would not.
pub(super) fn clean(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars().map(|c| if hidden(c) { '\u{fffd}' } else { c }).collect()
}

/// A handle as it is always shown: beside the fingerprint of its key.
pub(super) fn person(handle: &str, fingerprint: &str) -> String {
    let handle = if handle.is_empty() { "(no handle)".into() } else { clean(handle) };
    format!("{handle} ({})", clean(fingerprint))
}

/// [`person`] for a key.
pub(super) fn person_of(handle: &str, key: &SignKey) -> String {
    person(handle, &key.fingerprint())
}

/// Rows under headings, aligned by what a terminal shows, two spaces between.
pub(super) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(headings: &[&'static str]) -> Self {
        Self { headings: headings.to_vec(), rows: Vec::new() }
    }

    /// Adds a row with one cell a heading. Cells are [`clean`]ed here.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.headings.len());
        self.rows.push(cells.iter().map(|cell| clean(cell)).collect());
    }

    /// The lines.
    pub(super) fn text(&self) -> String {
        let headings: Vec<String> = self.headings.iter().map(|heading| (*heading).to_owned()).collect();
        let all: Vec<&Vec<String>> = [&headings].into_iter().chain(&self.rows).collect();
        let widths: Vec<usize> = (0..headings.len()).map(|at| all.iter().map(|row| row[at].width()).max().unwrap_or(0)).collect();
        all.iter().map(|row| line(row, &widths)).collect()
    }
}

fn line(row: &[String], widths: &[usize]) -> String {
    let padded: String =
        row.iter().zip(widths).map(|(cell, width)| format!("{cell}{}  ", " ".repeat(width - cell.width()))).collect();
    padded.trim_end().to_owned() + "\n"
}

/// A name and a value on a line, the values aligned and [`clean`]ed.
pub(super) fn field(name: &str, value: &str) -> String {
    format!("  {name:<12}{}\n", clean(value))
}

/// Says where a link was left that nobody was there to see; a terminal was shown it.
pub(super) fn link_file(path: &std::path::Path, global: &super::Global) -> Result<(), CliError> {
    match (is_terminal(), global.json) {
        (true, _) => Ok(()),
        (false, true) => print_json(&serde_json::json!({"file": path.display().to_string()})),
        (false, false) => print(&format!("{}\n", path.display())),
    }
}

/// A QR code for a terminal; nothing if the text is too long for one.
pub(super) fn qr(text: &str) -> String {
    crate::process::blocks(text).map_or(String::new(), |blocks| blocks + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_by_width_not_by_bytes() {
        let mut table = Table::new(&["HANDLE", "ROLE"]);
        table.row(vec!["Žofie".into(), "owner".into()]);
        table.row(vec!["名前".into(), "member".into()]);
        table.row(vec!["a\u{1b}[31m".into(), String::new()]);
        assert_eq!(table.text(), "HANDLE  ROLE\nŽofie   owner\n名前    member\na\u{fffd}[31m\n");
    }

    #[test]
    fn nothing_turns_the_line_around() {
        assert_eq!(clean("a\u{202e}b\n\u{7}c\u{9b}"), "a\u{fffd}b\u{fffd}\u{fffd}c\u{fffd}");
        assert_eq!(clean("Žofie 🚪 名前"), "Žofie 🚪 名前");
    }

    #[test]
    fn a_link_fits_into_a_terminal() {
        let link = format!("https://door.example.org:8460/i#{}", "x".repeat(71));
        let width = qr(&link).lines().map(UnicodeWidthStr::width).max();
        assert!(width.is_some_and(|width| (20..80).contains(&width)), "{width:?}");
    }
}

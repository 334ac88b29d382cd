//! Labels for a batch of invites, from a file: one on each line, or the column `label` of a CSV file.

use std::path::Path;

use doorward_core::decide::mint::MAX_OPEN;
use doorward_core::text::{Kind, screen};

use crate::cli::CliError;
use crate::cli::error::NEXT;
use crate::cli::output::clean;

/// What separates columns: a spreadsheet writes one or the other, as its country is used to.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
/// What the column with the labels is called.
const COLUMN: &str = "label";

/// Reads them, and refuses now what would be refused half way.
///
/// # Errors
/// The file, its line, and what to write there.
pub(super) fn read(file: &Path) -> Result<Vec<String>, CliError> {
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| CliError::Fault(format!("cannot read {name}: {error}")))?;
    let is_csv = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let labels = parse(&text, is_csv).map_err(|why| CliError::Usage(format!("{name}: {why}")))?;
    match labels.len() {
        0 => Err(CliError::Usage(format!("{name} holds no labels{NEXT}Put one on each line."))),
        n if n > MAX_OPEN as usize => Err(CliError::Usage(format!(
            "{name} holds {n} labels{NEXT}One account can have {MAX_OPEN} open invites: split the file."
        ))),
        _ => Ok(labels),
    }
}

fn parse(text: &str, is_csv: bool) -> Result<Vec<String>, String> {
    // Spreadsheets put a byte order mark in front.
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let labels = match DELIMITERS.iter().find_map(|delimiter| Some((*delimiter, column(first, *delimiter)?))) {
        Some((delimiter, at)) => of_column(text, delimiter, at)?,
        None if is_csv && DELIMITERS.iter().any(|delimiter| first.as_bytes().contains(delimiter)) => {
            return Err(format!("its first line names no column '{COLUMN}'; it says: {}", clean(first)));
        }
        None => text.lines().enumerate().map(|(at, line)| (at as u64 + 1, line.trim().to_owned())).collect(),
    };
    let filled = labels.into_iter().filter(|(_, label)| !label.is_empty());
    filled.map(|(line, label)| screen(Kind::Label, &label).map(|()| label).map_err(|_| bad(line))).collect()
}

/// Which column of a heading holds the labels.
fn column(heading: &str, delimiter: u8) -> Option<usize> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(heading.as_bytes());
    let names = reader.records().next()?.ok()?;
    names.iter().position(|name| name.trim().eq_ignore_ascii_case(COLUMN))
}

/// Line and text of each label. A row without one is an error: its person would go without an invite.
fn of_column(text: &str, delimiter: u8, at: usize) -> Result<Vec<(u64, String)>, String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let rows = reader.records().map(|row| {
        let row = row.map_err(|error| error.to_string())?;
        let line = row.position().map_or(0, csv::Position::line);
        match row.get(at).map(str::trim).filter(|label| !label.is_empty()) {
            Some(label) => Ok((line, label.to_owned())),
            None => Err(format!("line {line} has no label")),
        }
    });
    rows.collect()
}

fn bad(line: u64) -> String {
    let (_, most) = Kind::Label.bounds();
    format!("the label of line {line} has more than {most} characters, or some that cannot be shown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_or_a_column_named_label() {
        for (text, expected) in [
            ("Ada\nBen\n", vec!["Ada", "Ben"]),
            ("  Ada  \r\n\r\nBen, the other one", vec!["Ada", "Ben, the other one"]),
            ("label\nAda\n", vec!["Ada"]),
            ("name,Label ,seat\nx,Ada,1\ny,\"Ben, \"\"B\"\"\",2\n", vec!["Ada", "Ben, \"B\""]),
            ("\u{feff}label;seat\r\nŽofie;3\r\n\r\n", vec!["Žofie"]),
            ("seat\tLABEL\n1\tAda\n", vec!["Ada"]),
            ("", vec![]),
        ] {
            let expected = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(parse(text, true), Ok(expected), "{text:?}");
        }
        assert_eq!(parse("Lovelace, Ada\n", false), Ok(vec!["Lovelace, Ada".into()]));
    }

    #[test]
    fn what_would_go_wrong_half_way_is_refused_at_once() {
        for (text, says) in [
            ("name;seat\nAda;1\n", "no column 'label'"),
            ("label,seat\nAda,1\n,2\n", "line 3 has no label"),
            ("seat,label\n1\n", "line 2 has no label"),
            ("Ada\nB\u{202e}en\n", "the label of line 2"),
            (&format!("\n{}\n", "x".repeat(121)), "the label of line 2 has more than 120"),
        ] {
            let error = parse(text, true).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}

//! The one format of all golden files: lines of columns, one space between them, `-` for empty, `#` for remarks.

use std::fmt::Write;
use std::path::PathBuf;

/// The lines of a golden file, each with its columns.
pub type Lines = Vec<Vec<String>>;

fn path(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../bindings/vectors")).join(name)
}

/// Whether the golden files are to be written.
#[allow(clippy::disallowed_methods)] // a switch for whoever runs the tests; nothing the core would see
pub fn blessing() -> bool {
    std::env::var_os("DOORWARD_BLESS").is_some_and(|value| value == "1")
}

/// The file's lines.
pub fn read(name: &str) -> Lines {
    let text = match std::fs::read_to_string(path(name)) {
        Err(error) if blessing() && error.kind() == std::io::ErrorKind::NotFound => String::new(),
        text => text.unwrap_or_else(|error| panic!("{name}: {error}")),
    };
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| line.split(' ').map(|column| if column == "-" { String::new() } else { column.to_string() }).collect())
        .collect()
}

/// Compares with the golden file, or writes it when blessing.
pub fn golden(name: &str, remark: &str, lines: &Lines) {
    let mut text = String::new();
    remark.lines().for_each(|line| writeln!(text, "# {line}").unwrap());
    for line in lines {
        assert!(line.iter().all(|column| !column.contains([' ', '\n']) && column != "-"), "{name}: {line:?}");
        let columns: Vec<&str> = line.iter().map(|column| if column.is_empty() { "-" } else { column.as_str() }).collect();
        writeln!(text, "{}", columns.join(" ")).unwrap();
    }
    if blessing() {
        std::fs::create_dir_all(path(name).parent().unwrap()).unwrap();
        std::fs::write(path(name), &text).unwrap();
    }
    let kept = read(name);
    for (line, kept) in lines.iter().zip(&kept) {
        assert_eq!(line, kept, "{name}: another build gave other bytes; if that is meant, bless and say so in the change");
    }
    assert_eq!(lines.len(), kept.len(), "{name}: as many lines as were told");
}

/// Bytes from hexadecimal.
pub fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}");
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// A fixed number of bytes from hexadecimal.
pub fn array<const N: usize>(text: &str) -> [u8; N] {
    unhex(text).try_into().unwrap_or_else(|bytes: Vec<u8>| panic!("{} bytes: {text}", bytes.len()))
}

/// All golden files together.
#[test]
fn they_are_small() {
    fn size(folder: PathBuf) -> u64 {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        entries.map(|entry| if entry.path().is_dir() { size(entry.path()) } else { entry.metadata().unwrap().len() }).sum()
    }
    if blessing() {
        return; // while they are being written
    }
    let total = size(path("."));
    assert!(total < 800_000, "{total} bytes");
}

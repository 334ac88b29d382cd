//! The golden files of `bindings/vectors`, read as their README says.

use crate::Oops;
use std::path::{Path, PathBuf};

/// One golden step.
#[derive(Clone, Debug)]
pub struct Step {
    /// `verb.situation`.
    pub name: String,
    /// Bytes of the request.
    pub request: Vec<u8>,
    /// Bytes of the facts; empty = none yet.
    pub facts: Vec<u8>,
    /// What `step` answers.
    pub answer: Vec<u8>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bindings/vectors")
}

fn lines(path: &Path) -> Result<Vec<Vec<String>>, Oops> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let column = |column: &str| if column == "-" { String::new() } else { column.to_owned() };
    Ok(lines.map(|line| line.split(' ').map(column).collect()).collect())
}

/// The lines of one file, each with its columns.
///
/// # Errors
/// The file cannot be read.
pub fn table(name: &str) -> Result<Vec<Vec<String>>, Oops> {
    lines(&folder().join(name))
}

/// Every golden step, in order of file and line.
///
/// # Errors
/// A file cannot be read, or a line has not four columns of hexadecimal.
pub fn steps() -> Result<Vec<Step>, Oops> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder().join("step"))?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    let mut steps = Vec::new();
    for file in files {
        for line in lines(&file)? {
            let [name, request, facts, answer] = line.as_slice() else {
                return Err(format!("{}: not four columns", file.display()).into());
            };
            let (request, facts, answer) = (hex::decode(request)?, hex::decode(facts)?, hex::decode(answer)?);
            steps.push(Step { name: name.clone(), request, facts, answer });
        }
    }
    if steps.len() > 100 { Ok(steps) } else { Err("the golden steps are missing".into()) }
}

//! Embeds the pages, every file below `www/` that a browser could load, the golden vectors of policy steps, and which verb
//! answers which codes according to the core's decision tables, as they are now. No list is kept by hand.
#![expect(clippy::disallowed_methods, reason = "a build script gets its arguments in the environment")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "../../bindings/artifacts/src/smaller.rs"]
mod smaller;

/// The folders of `www/` that are served. Others (tests, tools) are not.
const FOLDERS: [&str; 3] = ["admin", "invite", "shared"];

/// What is served, by its ending. A file with another ending is not for browsers.
const KINDS: &[(&str, &str)] = &[
    ("css", "text/css; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/x-icon"),
    ("js", "text/javascript; charset=utf-8"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
    ("webmanifest", "application/manifest+json"),
    ("woff2", "font/woff2"),
];

fn main() -> Result<(), String> {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set")?);
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let workspace = here.ancestors().nth(2).ok_or("host/daemon is not two levels below the workspace")?;
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={}", workspace.join("bindings/artifacts/src/smaller.rs").display());
    let write = |name: &str, text: String| fs::write(out.join(name), text).map_err(|error| format!("{}: {error}", out.display()));
    write("www.rs", pages(&workspace.join("www"), &out)?)?;
    write("vectors.rs", vectors(&workspace.join("bindings/vectors/step"))?)?;
    write("answers.rs", answers(&workspace.join("core/tests/snapshots"))?)
}

fn pages(www: &Path, out: &Path) -> Result<String, String> {
    let mut text = String::from("static WWW: &[Embedded] = &[\n");
    for folder in FOLDERS {
        let folder = www.join(folder);
        println!("cargo:rerun-if-changed={}", folder.display());
        for file in files(&folder)? {
            embed(www, &file, out, &mut text)?;
        }
    }
    text.push_str("];\n");
    Ok(text)
}

fn vectors(folder: &Path) -> Result<String, String> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut text = String::from("static STEPS: &[&str] = &[\n");
    for file in files(folder)?.into_iter().filter(|file| file.extension().is_some_and(|ending| ending == "txt")) {
        writeln!(text, "    include_str!({file:?}),").map_err(|error| error.to_string())?;
    }
    text.push_str("];\n");
    Ok(text)
}

/// The refusals in the decision tables: table, verb, code. The tables are what tests hold the core to, so this is all that
/// each verb can answer by a rule.
fn answers(folder: &Path) -> Result<String, String> {
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut found = BTreeSet::new();
    for file in files(folder)?.into_iter().filter(|file| file.extension().is_some_and(|ending| ending == "snap")) {
        let table = file.file_stem().and_then(|stem| stem.to_str()).ok_or("a table without a name")?.to_owned();
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let rows = table_rows(&text).ok_or_else(|| format!("{} is no decision table", file.display()))?;
        found.extend(rows.into_iter().map(|(verb, code)| (table.clone(), verb, code)));
    }
    let mut text = String::from("static ANSWERS: &[(&str, &str, &str)] = &[\n");
    for row in found {
        writeln!(text, "    {row:?},").map_err(|error| error.to_string())?;
    }
    text.push_str("];\n");
    Ok(text)
}

/// What stands in a cell that is for anything.
const ANY: &str = "–";

/// Verb and code of every row that says no.
fn table_rows(text: &str) -> Option<Vec<(String, String)>> {
    let verbs: Vec<&str> = text.lines().find_map(|line| line.strip_prefix("Verbs: "))?.split(", ").collect();
    let mut lines = text.lines().skip_while(|line| !line.starts_with("# "));
    let (head, ruler) = (lines.next()?, lines.next()?);
    let starts: Vec<usize> =
        ruler.char_indices().filter(|(at, c)| *c == '-' && !ruler[..*at].ends_with('-')).map(|at| at.0).collect();
    let cells = |line: &str| -> Vec<String> {
        let chars: Vec<char> = line.chars().collect();
        let ends = starts.iter().skip(1).copied().chain([usize::MAX]);
        let cell =
            |(from, to): (&usize, usize)| chars.get(*from..to.min(chars.len())).unwrap_or_default().iter().collect::<String>();
        starts.iter().zip(ends).map(|ends| cell(ends).trim().to_owned()).collect()
    };
    let head = cells(head);
    let column = |wanted: &str| head.iter().position(|name| name == wanted);
    let (answer, code, verb) = (column("answer")?, column("code")?, column("verb"));
    let mut rows = Vec::new();
    for cells in lines.map(cells).filter(|cells| cells.get(answer).is_some_and(|answer| answer != "yes")) {
        // A column "verb" names some of the table's, with or without what they are asked to do, or is for any.
        let cell = verb.and_then(|verb| cells.get(verb)).map_or(ANY, String::as_str);
        let names = |verb: &str| {
            cell.split(" | ").any(|one| one == verb || one.strip_prefix(verb).is_some_and(|rest| rest.starts_with(' ')))
        };
        let meant = verbs.iter().filter(|verb| cell == ANY || names(verb));
        rows.extend(meant.filter_map(|verb| Some((verb.replace(' ', "-"), cells.get(code)?.clone()))));
    }
    Some(rows)
}

/// Every file below a folder, in an order that is the same everywhere.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let trouble = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut entries = fs::read_dir(folder).map_err(trouble)?.collect::<Result<Vec<_>, _>>().map_err(trouble)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name();
        if name.to_string_lossy().starts_with('.') || name == "node_modules" {
            continue;
        }
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    Ok(found)
}

fn embed(www: &Path, file: &Path, out: &Path, text: &mut String) -> Result<(), String> {
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let name = file.file_name().and_then(|name| name.to_str()).ok_or_else(|| format!("{} is no name", file.display()))?;
    let Some((_, kind)) = KINDS.iter().find(|(known, _)| *known == ending) else { return Ok(()) };
    if name.contains(".test.") {
        return Ok(());
    }
    let path = file.strip_prefix(www).map_err(|error| error.to_string())?;
    let path = path.to_str().ok_or_else(|| format!("{} is not UTF-8", file.display()))?.replace('\\', "/");
    let trouble = |error: std::io::Error| format!("{}: {error}", file.display());
    let bytes = fs::read(file).map_err(trouble)?;
    let bytes = if ending == "js" { lean(&String::from_utf8_lossy(&bytes)).into_bytes() } else { bytes };
    let copy = out.join("www").join(&path);
    let small = copy.with_file_name(format!("{name}.br"));
    let folder = copy.parent().ok_or("a file has a folder")?;
    fs::create_dir_all(folder).and_then(|()| fs::write(&copy, &bytes)).map_err(trouble)?;
    fs::write(&small, smaller::brotli(&bytes)?).map_err(trouble)?;
    writeln!(
        text,
        "    Embedded {{ path: {path:?}, content_type: {kind:?}, bytes: include_bytes!({copy:?}), brotli: include_bytes!({small:?}) }},"
    )
    .map_err(|error| error.to_string())
}

/// A script without its comments and indentation: half of a page's weight is documentation and types that
/// no browser reads. Only whole lines are left out, and none inside a template text, so that code stays as it is.
fn lean(code: &str) -> String {
    let (mut kept, mut in_comment, mut in_template) = (String::with_capacity(code.len()), false, false);
    for line in code.lines() {
        let bare = line.trim();
        if in_comment {
            in_comment = !bare.ends_with("*/");
        } else if in_template {
            in_template = bare.matches('`').count() % 2 == 0;
            kept.extend([line, "\n"]);
        } else if bare.starts_with("/**") && bare.find("*/").is_none_or(|end| end + 2 == bare.len()) {
            in_comment = !bare.ends_with("*/");
        } else if !bare.is_empty() && !bare.starts_with("//") {
            in_template = bare.matches('`').count() % 2 == 1;
            kept.extend([bare, "\n"]);
        }
    }
    kept
}

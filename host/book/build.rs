//! Makes the policy book.
#![expect(clippy::disallowed_methods, reason = "a build script gets its arguments in the environment")]

#[path = "build/chapters.rs"]
mod chapters;
#[path = "build/html.rs"]
mod html;
#[path = "build/table.rs"]
mod table;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use html::Style;
use table::Table;

fn main() -> Result<(), String> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).ok_or(format!("{name} is not set"));
    let (here, out) = (variable("CARGO_MANIFEST_DIR")?, variable("OUT_DIR")?);
    let top = here.ancestors().nth(2).ok_or("host/book is not two levels below the workspace")?;
    let (snapshots, style) = (top.join("core/tests/snapshots"), top.join("www/shared/book.css"));
    for input in [&snapshots, &style, &here.join("build"), &here.join("build.rs")] {
        println!("cargo:rerun-if-changed={}", input.display());
    }
    let tables = read(&snapshots)?;
    chapters::check(&tables)?;
    let css = fs::read_to_string(&style).map_err(|error| format!("{}: {error}", style.display()))?;
    for (name, style) in [("served.html", Style::Linked("/assets/shared/book.css")), ("alone.html", Style::Within(&css))] {
        let path = out.join(name);
        fs::write(&path, html::page(&tables, &style)).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// Every table, by name.
fn read(folder: &Path) -> Result<BTreeMap<String, Table>, String> {
    let trouble = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut tables = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(trouble)? {
        let path = entry.map_err(trouble)?.path();
        if path.extension().is_some_and(|ending| ending == "snap") {
            let name = path.file_stem().and_then(|stem| stem.to_str()).ok_or("a table without a name")?.to_owned();
            let text = fs::read_to_string(&path).map_err(trouble)?;
            let table = Table::read(&text).map_err(|what| format!("{}: {what}", path.display()))?;
            tables.insert(name, table);
        }
    }
    Ok(tables)
}

//! Who may import whom, and what may not be written twice: the promises of ARCHITECTURE.md that Cargo cannot keep alone.

use doorward_tests::Oops;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Direct dependencies (not for tests or builds) of each workspace member.
fn dependencies() -> Result<BTreeMap<String, BTreeSet<String>>, Oops> {
    let output =
        Command::new(env!("CARGO")).current_dir(workspace()).args(["metadata", "--format-version", "1", "--no-deps"]).output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let mut all = BTreeMap::new();
    for package in metadata["packages"].as_array().ok_or("no packages")? {
        let normal = package["dependencies"].as_array().into_iter().flatten().filter(|dependency| dependency["kind"].is_null());
        let names = normal.filter_map(|dependency| dependency["name"].as_str()).map(str::to_owned).collect();
        all.insert(package["name"].as_str().unwrap_or_default().to_owned(), names);
    }
    Ok(all)
}

fn sources(folder: &str, ending: &str) -> Result<Vec<(PathBuf, String)>, Oops> {
    let mut found = Vec::new();
    let mut folders = vec![workspace().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                let text = std::fs::read_to_string(&path)?;
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "no {ending} files under {folder}");
    Ok(found)
}

#[test]
fn dependencies_point_the_right_way() -> Result<(), Oops> {
    let all = dependencies()?;
    let of = |name: &str| all.get(name).cloned().unwrap_or_default();
    let ours = |name: &str| of(name).into_iter().filter(|name| name.starts_with("doorward")).collect::<Vec<_>>();
    assert_eq!(ours("doorward-core"), Vec::<String>::new(), "the core needs nobody");
    assert_eq!(ours("doorward-guest"), ["doorward-guest-quick"]);
    assert_eq!(ours("doorward-guest-quick"), ["doorward-core"]);
    assert_eq!(ours("doorward-web"), ["doorward-core"]);
    assert_eq!(ours("doorward-keep"), Vec::<String>::new());
    assert_eq!(ours("doorward-client"), ["doorward-core"]);
    assert_eq!(ours("doorward-store"), Vec::<String>::new(), "the contract knows no domain type");
    assert_eq!(ours("doorward-sqlite"), ["doorward-store"], "a backend knows the contract only");
    assert_eq!(ours("doorward-engine"), Vec::<String>::new(), "the engine knows bytes only");
    assert_eq!(ours("doorward-shell"), ["doorward-core", "doorward-engine", "doorward-store"], "the shell names no backend");
    let impure = ["tokio", "tracing", "log", "getrandom", "rand", "wasm-bindgen", "std"];
    assert!(of("doorward-core").iter().all(|name| !impure.contains(&name.as_str())), "{:?}", of("doorward-core"));
    Ok(())
}

#[test]
fn the_core_reaches_for_nothing() -> Result<(), Oops> {
    let forbidden = ["std::", "HashMap", "SystemTime", "Instant::", "println!", "getrandom", "tracing::", "unsafe "];
    for (path, text) in sources("core/src", "rs")? {
        let is_view = path.components().any(|part| part.as_os_str() == "view");
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for word in forbidden {
                assert!(!line.contains(word), "{}: {word} in: {line}", path.display());
            }
            assert!(is_view || !line.contains("serde"), "{}: only the views name serde: {line}", path.display());
        }
    }
    Ok(())
}

#[test]
fn one_place_names_a_concrete_store() -> Result<(), Oops> {
    let naming: Vec<PathBuf> = sources("host/daemon/src", "rs")?
        .into_iter()
        .filter(|(_, text)| text.contains("doorward_sqlite"))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(naming.len(), 1, "{naming:?}");
    Ok(())
}

/// Whatever is served is in the table that the API's description is made from, or is a page.
#[test]
fn the_api_has_no_route_outside_its_table() -> Result<(), Oops> {
    let mut pages = 0;
    for (path, text) in sources("host/daemon/src", "rs")? {
        for (_, route) in text.match_indices(".route(").map(|(at, call)| (at, &text[at + call.len()..])) {
            let (place, handler) = route.split_once(',').ok_or("a route without a handler")?;
            let is_page = handler.trim_start().starts_with("get(pages::");
            assert!(is_page || place == "operation.path", "{}: {place}", path.display());
            pages += usize::from(is_page);
        }
    }
    assert!(pages >= 8, "{pages}");
    Ok(())
}

#[test]
fn pages_hold_no_inline_code_and_reach_for_nobody_else() -> Result<(), Oops> {
    for (path, text) in sources("www", "html")? {
        for tag in text.split("<script").skip(1) {
            let (attributes, rest) = tag.split_once('>').ok_or("a tag without an end")?;
            let is_empty = rest.trim_start().starts_with("</script>");
            assert!(attributes.contains(" src=\"") && is_empty, "{}: inline script: {attributes}", path.display());
        }
        for forbidden in ["<style", "style=\"", " onclick", "javascript:"] {
            assert!(!text.contains(forbidden), "{}: {forbidden}", path.display());
        }
    }
    for ending in ["html", "css", "js"] {
        for (path, text) in sources("www", ending)? {
            for (at, _) in text.match_indices("://") {
                let scheme_start = text[..at].rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |before| before + 1);
                let rest: String = text[at + 3..].chars().take(12).collect();
                let example = ["door.example", "www.w3.org", "${", "127.0.0.1", "localhost"]
                    .iter()
                    .any(|known| rest.starts_with(&known[..known.len().min(12)]));
                let is_comment = text[..at].rsplit('\n').next().is_some_and(|line| line.trim_start().starts_with(['*', '/']));
                assert!(example || is_comment, "{}: {}://{rest}", path.display(), &text[scheme_start..at]);
            }
            assert!(!text.contains("innerHTML"), "{}: innerHTML", path.display());
        }
    }
    Ok(())
}

#[test]
fn sql_compares_keys_and_revisions_only() -> Result<(), Oops> {
    for (path, text) in [sources("host/sqlite/src", "rs")?, sources("host/sqlite/migrations", "sql")?].concat() {
        for word in ["expire", "standing", "role", "invite", "banned"] {
            assert!(!text.to_lowercase().contains(word), "{}: {word}: a rule in the store", path.display());
        }
    }
    Ok(())
}

/// Every feature of `ANCESTORS.md` names at least one test, and each of them is one.
#[test]
fn every_test_named_for_an_ancestor_exists() -> Result<(), Oops> {
    let text = std::fs::read_to_string(workspace().join("tests/ANCESTORS.md"))?;
    let rows = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| its feature"));
    let mut features = 0;
    for row in rows {
        let quoted: Vec<&str> = row.rsplit("| ").next().unwrap_or_default().split('`').skip(1).step_by(2).collect();
        assert!(!quoted.is_empty() && quoted.len().is_multiple_of(2), "a file and a test, each time: {row}");
        for named in quoted.chunks(2) {
            let source = std::fs::read_to_string(workspace().join(named[0])).map_err(|error| format!("{}: {error}", named[0]))?;
            assert!(is_a_test(&source, named[1]), "{} has no test {}", named[0], named[1]);
        }
        features += 1;
    }
    assert!(features > 30, "{features} features");
    Ok(())
}

/// Whether a function of this name stands below an attribute that makes it a test.
fn is_a_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let at = lines.iter().position(|line| line.contains(&format!("fn {name}(")));
    let attributes = at.into_iter().flat_map(|at| lines[..at].iter().rev().take_while(|line| line.starts_with("#[")));
    attributes.into_iter().any(|line| line.contains("test]") || line.contains("test("))
}

//! Laws of every decision, whatever it decides.

use super::host::{Outcome, Store};
use doorward_core::Code;
use doorward_core::rule::Rule;
use doorward_core::wire::{Answer, Decided, Need, PageNeed, Request, Verdict, Write};
use std::collections::BTreeSet;

/// Rounds of facts before a decision must be there.
const ROUNDS: usize = 4;
/// Writes in one commit.
const WRITES: usize = 200;

/// What is needed is new, small, and safe to decide on.
pub fn check_need(store: &Store, need: &Need, keys: &BTreeSet<String>, pages: &[PageNeed]) {
    let Need { records, pages: wanted, checks } = need;
    assert!(!(records.is_empty() && wanted.is_empty() && checks.is_empty()), "a need needs something");
    for record in records {
        assert!(!keys.contains(&record.key), "asked twice: {}", record.key);
        assert!(record.guarded, "every fact is guarded: {}", record.key);
        check_key(&record.key);
    }
    for page in wanted {
        assert!(!pages.contains(page), "asked twice: {}", page.prefix);
        assert!((1..=1_000).contains(&page.limit), "a page has a length: {}", page.prefix);
        assert!(page.after.is_empty() || page.after.starts_with(&page.prefix));
        let here = records.iter().any(|record| record.key == page.under);
        assert!(
            page.under.is_empty() || here || keys.contains(&page.under),
            "{} is decided on under a record that nobody read",
            page.prefix
        );
        assert!(
            page.under.is_empty() || roots_of(&page.prefix).contains(&page.under) || is_below_gone(store, page),
            "{} is not kept by {}",
            page.prefix,
            page.under
        );
    }
}

/// Whether the page is of a space that is gone: whoever would add to it decides under the space's root, and there is none.
fn is_below_gone(store: &Store, page: &PageNeed) -> bool {
    let mut parts = page.prefix.split('.');
    let (letter, space) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let root = format!("s.{space}");
    matches!(letter, "m" | "y" | "z") && page.under == root && !store.contains_key(&root)
}

/// What was decided can be committed, recorded and explained.
pub fn check(store: &Store, request: &Request, outcome: &Outcome) {
    assert!(outcome.needs <= ROUNDS, "{} rounds for {:?}", outcome.needs, request.command);
    assert!(outcome.guards.len() <= 2_048);
    let decided = match &outcome.answer {
        Answer::Decided(decided) => decided,
        Answer::Fault(code, line) => {
            assert_ne!(*code, Code::Allowed);
            assert!(line.len() <= 200, "a line for the log is a line");
            return;
        }
        Answer::Need(_) => unreachable!("the loop ends with an answer"),
    };
    check_verdict(decided);
    check_writes(store, decided);
    check_unread(outcome, decided);
    let safe = decided.writes.is_empty() || outcome.pages.iter().all(|page| !page.under.is_empty());
    assert!(safe, "what is written follows from a page that nothing keeps: {:?}", outcome.pages);
}

fn check_verdict(decided: &Decided) {
    match decided.verdict {
        // Row 2 of redeem repeats a welcome under its own code, and so does a second invite by name.
        Verdict::Allow => {
            assert!(matches!(decided.code, Code::Allowed | Code::UsedByYou | Code::AlreadyInvited), "{}", decided.code)
        }
        Verdict::Deny => assert_ne!(decided.code, Code::Allowed),
    }
    assert!(Rule::find(&decided.rule).is_some(), "a rule of the table: {}", decided.rule);
    let operators = ["init.", "begin-restore.", "accept-restore.", "tidy.", "sweep."];
    let about_nobody = operators.iter().any(|verb| decided.rule.starts_with(verb));
    assert!(decided.writes.is_empty() || !decided.about.is_empty() || about_nobody);
}

fn check_writes(store: &Store, decided: &Decided) {
    let Decided { writes, .. } = decided;
    assert!(writes.len() <= WRITES, "{} writes", writes.len());
    let written: BTreeSet<&str> = writes.iter().map(|write| write.key.as_str()).collect();
    assert_eq!(written.len(), writes.len(), "no key is written twice");
    for Write { key, value } in writes {
        check_key(key);
        if value.is_some() != store.contains_key(key) {
            for root in roots_of(key) {
                assert!(written.contains(root.as_str()), "{key} comes or goes without its root {root}");
            }
        }
    }
}

/// Whoever changes a record has read it: what is blindly overwritten would be lost.
fn check_unread(outcome: &Outcome, decided: &Decided) {
    for write in &decided.writes {
        let letter = write.key.split('.').next().unwrap_or_default();
        // List entries and jobs say all in their key, or have a fresh one; their root record is read instead.
        let is_mark = letter == "b" && write.key.matches('.').count() == 2;
        if !is_mark && !matches!(letter, "x" | "y" | "z" | "o" | "t" | "ban" | "allow") {
            assert!(outcome.guards.contains_key(&write.key), "{} is written unread", write.key);
        }
    }
}

/// The records that every change of which keys stand in this list rewrites.
fn roots_of(key: &str) -> Vec<String> {
    let mut parts = key.split('.');
    let (letter, first) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match letter {
        "x" => vec![format!("q.{first}")],
        "o" => vec![format!("n.{first}")],
        "w" => vec![format!("v.{first}")],
        "b" if parts.next().is_some() => vec![format!("b.{first}")],
        "ban" | "allow" if first.bytes().all(|c| c == b'0') => parts.next().map(|key| format!("a.{key}")).into_iter().collect(),
        "ban" | "allow" => parts.next().map(|key| format!("m.{first}.{key}")).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// At most 160 bytes, parts of `[a-z0-9]` joined by dots.
fn check_key(key: &str) {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    assert!(key.len() <= 160 && key.split('.').all(part), "not a key: {key}");
}

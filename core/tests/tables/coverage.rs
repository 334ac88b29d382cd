//! Nothing is in no table: every verb, code, rule, role and state has its place in one.

use crate::kit::World;
use crate::reading::state;
use crate::{all, words};
use doorward_core::record::{Closed, Pause};
use doorward_core::rule::Rule;
use doorward_core::wire::InviteState;
use doorward_core::{Code, Timestamp};
use std::collections::BTreeSet;

/// Codes that no table of the core answers, each with the reason.
const EDGES: &[(Code, &str)] = &[
    (Code::DamagedLink, "links and typed codes are read on the holder's device"),
    (Code::TooLarge, "the edge refuses a body before it is read"),
    (Code::GuardDenied, "guards are asked by the host; none exist yet"),
    (Code::Unavailable, "the host answers it for a store that does not"),
    (Code::OutcomeUnknown, "the host answers it for a commit nobody knows the end of"),
    (Code::RateLimited, "the edge counts requests"),
    (Code::Busy, "the committer's queue is full"),
    (Code::InsecureOrigin, "the page answers it where there is no WebCrypto"),
];

#[test]
fn every_code_is_in_a_table_or_listed_with_its_reason() {
    let in_tables: BTreeSet<Code> = all().iter().flat_map(|table| table.rows.iter().map(|row| row.code)).collect();
    let listed: BTreeSet<Code> = EDGES.iter().map(|edge| edge.0).collect();
    assert_eq!(listed.len(), EDGES.len());
    let missing: Vec<Code> =
        Code::ALL.iter().copied().filter(|code| !in_tables.contains(code) && !listed.contains(code)).collect();
    assert!(missing.is_empty(), "in no table: {missing:?}");
    let both: Vec<&Code> = in_tables.intersection(&listed).collect();
    assert!(both.is_empty(), "listed as an edge's, but in a table: {both:?}");
}

#[test]
fn every_rule_is_in_a_table() {
    let in_tables: BTreeSet<&str> = all().iter().flat_map(|table| table.rows.iter().map(|row| row.rule_id())).collect();
    let missing: Vec<&str> = Rule::all().map(Rule::id).filter(|id| !in_tables.contains(id)).collect();
    assert!(missing.is_empty(), "in no table: {missing:?}");
    let ids: BTreeSet<&str> = Rule::all().map(Rule::id).collect();
    assert_eq!(ids.len(), Rule::all().count(), "a rule has an id of its own");
}

#[test]
fn every_verb_is_in_a_table() {
    let in_tables: BTreeSet<&str> = all().iter().flat_map(|table| table.verbs.clone()).collect();
    let all: BTreeSet<&str> = words::VERBS.iter().copied().collect();
    assert_eq!(in_tables, all);
    // The names are the exhaustive match's.
    let (world, made) = World::initialised();
    assert_eq!(words::verb(&world.preview(&made, None).command), "preview");
}

#[test]
fn every_variant_is_in_a_table() {
    let tables = all();
    let known: BTreeSet<&str> =
        tables.iter().flat_map(|table| table.columns.iter().flat_map(|column| column.values.clone())).collect();
    let enums = [
        words::prior::WORDS,
        words::life::WORDS,
        words::issuer::WORDS,
        words::gate::WORDS,
        words::person::WORDS,
        words::role::WORDS,
        words::standing::WORDS,
        words::join_rule::WORDS,
        words::change::WORDS,
        words::act::WORDS,
        words::fitness::WORDS,
        words::event::WORDS,
        words::maker::WORDS,
        words::key_check::WORDS,
        words::permission::WORDS,
        words::membership::WORDS,
        words::name::WORDS,
    ];
    for word in enums.into_iter().flatten() {
        assert!(known.contains(word) || *word == "expired" || *word == "live", "in no table: {word}");
    }
    let by = World::empty().server.key();
    for closed in [Closed::Cancelled(by), Closed::UsedUp, Closed::Expired, Closed::Void] {
        let word = match closed {
            Closed::Cancelled(_) => "cancelled",
            Closed::UsedUp => "used up",
            Closed::Expired => "archived",
            Closed::Void => "closed as void",
        };
        assert!(known.contains(word), "in no table: {word}");
    }
    for pause in [Pause::No, Pause::Until(Timestamp(1)), Pause::UntilLifted] {
        let word = match pause {
            Pause::No => "no",
            Pause::Until(_) => "until this second",
            Pause::UntilLifted => "until lifted",
        };
        assert!(known.contains(word), "in no table: {word}");
    }
    let effects: BTreeSet<&str> = tables.iter().flat_map(|table| table.rows.iter().map(|row| row.effect)).collect();
    use InviteState as S;
    for shown in [S::Live, S::Expired, S::Cancelled, S::UsedUp, S::IssuerLostAuthority] {
        assert!(effects.contains(format!("as {}", state(shown)).as_str()), "in no table: {shown:?}");
    }
}

#[test]
fn every_table_is_reviewed_text() {
    let names: BTreeSet<String> = all().iter().map(|table| format!("{}.snap", table.name)).collect();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots");
    let kept: BTreeSet<String> =
        std::fs::read_dir(folder).expect("snapshots").map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(kept, names, "one text for every table, and none besides");
}

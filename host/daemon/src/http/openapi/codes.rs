//! Which codes an operation can refuse with: what the decision tables say of its verb and of its asker, what reading a
//! request can find wrong, and what can be wrong with the place.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use doorward_core::Code;
use doorward_core::code::Blame;
use serde_json::Value;

use super::schemas::Schemas;
use crate::http::operation::{Asks, Operation, Who};
use crate::http::status::status_of;

include!(concat!(env!("OUT_DIR"), "/answers.rs"));

/// The table of what every signed request passes first. Its own verb's answers are in it too.
const CALLER: &str = "caller";
/// The table of who may ask the questions at all.
const ASKERS: &str = "askers";

/// What the place can lack whenever the policy is asked.
const PLACE: [Code; 7] = [
    Code::Undecidable,
    Code::Unavailable,
    Code::ClockBehind,
    Code::NotInitialised,
    Code::CorruptRecord,
    Code::RestoreUnreviewed,
    Code::Busy,
];
/// What a commit can meet besides.
const COMMIT: [Code; 2] = [Code::Conflict, Code::OutcomeUnknown];

/// The refusals of an operation, by status.
pub(super) fn refusals(operation: &Operation, taken: &[Value], schemas: &Schemas) -> BTreeMap<u16, Vec<Code>> {
    let mut codes = by_rule(operation);
    let facts = &operation.facts;
    let takes_key = taken.iter().any(|schema| ["SignKey", "KexKey"].iter().any(|name| schemas.leads_to(schema, name)));
    let reads = facts.reads_request;
    for (code, can_be) in [
        (Code::Malformed, reads),
        (Code::MalformedKey, takes_key),
        (Code::TooLarge, reads),
        // Headers that look like a signature and are none.
        (Code::Unauthenticated, reads),
        (Code::RateLimited, facts.is_limited),
        (Code::NotFound, !facts.path.is_empty() && operation.asks == Asks::Nothing),
    ] {
        codes.extend(can_be.then_some(code));
    }
    let mut by_status = BTreeMap::<u16, Vec<Code>>::new();
    // A "no" of the tables that is a success, as that one was invited already, is told with the other successes.
    for code in Code::ALL.iter().copied().filter(|code| codes.contains(code) && code.blame() != Blame::Nobody) {
        by_status.entry(status_of(code).as_u16()).or_default().push(code);
    }
    if reads {
        // A body that does not arrive in time.
        by_status.entry(StatusCode::REQUEST_TIMEOUT.as_u16()).or_default().push(Code::Malformed);
    }
    by_status
}

fn by_rule(operation: &Operation) -> BTreeSet<Code> {
    let rows = |wanted: &dyn Fn(&str, &str) -> bool| -> Vec<Code> {
        let found = ANSWERS.iter().filter(|(table, verb, _)| wanted(table, verb));
        found.filter_map(|(_, _, code)| Code::from_name(code)).collect()
    };
    let mut codes = BTreeSet::new();
    let may_write = matches!(operation.asks, Asks::Writes(_) | Asks::WritesOneOf(_));
    if matches!(operation.who, Who::Account | Who::Newcomer | Who::Service) {
        let of_caller = rows(&|table, _| table == CALLER);
        codes.extend(of_caller.into_iter().filter(|code| match code {
            Code::MissingPermission => false,
            Code::RequestIdReused => may_write,
            _ => true,
        }));
    }
    match operation.asks {
        Asks::Nothing => return codes,
        Asks::Question(asked) => codes.extend(rows(&|table, verb| table == ASKERS && verb == asked)),
        Asks::Reads(_) | Asks::Writes(_) | Asks::WritesOneOf(_) => {
            codes.extend(rows(&|table, verb| table != CALLER && operation.asks.verbs().contains(&verb)));
        }
    }
    // Bytes that the host itself wrote for the policy are not the caller's to mend.
    if operation.who == Who::Anyone {
        codes.remove(&Code::Malformed);
    }
    codes.extend(PLACE);
    codes.extend(COMMIT.into_iter().filter(|_| may_write));
    codes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::table::operations;

    #[test]
    fn every_row_of_the_tables_is_read() {
        assert!(ANSWERS.len() > 100, "{}", ANSWERS.len());
        let unknown: Vec<_> = ANSWERS.iter().filter(|(_, _, code)| Code::from_name(code).is_none()).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        for table in [CALLER, ASKERS] {
            assert!(ANSWERS.iter().any(|row| row.0 == table), "{table}");
        }
        // What `accounts` says of one of its verbs, it does not say of the others.
        assert!(
            ANSWERS.contains(&("accounts", "delete", "owns-spaces")) && !ANSWERS.contains(&("accounts", "revoke", "owns-spaces"))
        );
    }

    /// A verb that is spelt wrongly in the table of operations would have no codes.
    #[test]
    fn every_verb_is_in_a_decision_table() {
        for operation in operations() {
            for asked in operation.asks.verbs() {
                assert!(ANSWERS.iter().any(|(_, verb, _)| verb == asked), "{asked}");
            }
        }
    }
}

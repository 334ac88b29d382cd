//! The facts of one decision: what was found, where it was found, and what must not have changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use doorward_core::DecisionId;
use doorward_core::check::CheckResult;
use doorward_core::digest::Sha256Digest;
use doorward_core::record::{CheckRef, FactRef, FactSource, PageRef};
use doorward_core::wire::{FactsBuilder, PageFact, PageNeed, RecordFact};

/// The revision of a fact that is not committed yet, so that a replay can give the policy the same bytes again. No
/// store gives it out.
pub(crate) const PENDING: u64 = u64::MAX;

/// A record as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) value: Option<Arc<[u8]>>,
    pub(crate) source: Source,
}

/// Where a record was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// In the store, at this revision; 0 = absent.
    Store(u64),
    /// Among the writes of this decision, which are not committed yet.
    Pending(DecisionId),
}

impl Fact {
    /// What the policy is told.
    fn revision(&self) -> u64 {
        match (&self.value, self.source) {
            (None, _) => 0,
            (Some(_), Source::Store(revision)) => revision,
            (Some(_), Source::Pending(_)) => PENDING,
        }
    }

    fn as_core<'a>(&'a self, key: &'a str) -> RecordFact<'a> {
        RecordFact { key, revision: self.revision(), value: self.value.as_deref() }
    }

    fn reference(&self, key: &str) -> FactRef {
        let source = match (&self.value, self.source) {
            (None, _) => FactSource::Absent,
            (Some(_), Source::Store(revision)) => FactSource::Revision(revision),
            (Some(_), Source::Pending(decision)) => FactSource::Decision(decision),
        };
        FactRef { key: key.to_owned(), source }
    }
}

/// A record a decision follows from.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) fact: Fact,
    /// Whether a commit is good only while it is unchanged.
    pub(crate) guarded: bool,
}

/// A page a decision follows from.
#[derive(Clone, Debug)]
pub(crate) struct FoundPage {
    pub(crate) need: PageNeed,
    pub(crate) more: bool,
    pub(crate) records: Vec<(String, Fact)>,
}

/// Everything one decision follows from.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The oldest snapshot anything here is from; `None` while the store was not asked.
    pub(crate) as_of: Option<u64>,
    pub(crate) records: BTreeMap<String, Held>,
    pub(crate) pages: Vec<FoundPage>,
    pub(crate) checks: BTreeMap<Sha256Digest, CheckResult>,
}

impl Known {
    /// Drops all that a store said. Checks stay: they are arithmetic.
    pub(crate) fn forget(&mut self) {
        let Self { as_of, records, pages, checks: _ } = self;
        *as_of = None;
        records.clear();
        pages.clear();
    }

    /// How many records, those on pages included.
    pub(crate) fn count(&self) -> usize {
        self.records.len() + self.pages.iter().map(|page| page.records.len()).sum::<usize>()
    }

    /// Takes over how old the view is that something was read from.
    pub(crate) fn seen_at(&mut self, as_of: Option<u64>) {
        self.as_of = match (self.as_of, as_of) {
            (Some(mine), Some(other)) => Some(mine.min(other)),
            (mine, other) => mine.or(other),
        };
    }

    /// The bytes the policy gets.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut facts = FactsBuilder::default();
        for (key, held) in &self.records {
            let RecordFact { key, revision, value } = held.fact.as_core(key);
            facts.record(key, revision, value);
        }
        for FoundPage { need, more, records } in &self.pages {
            let records = records.iter().map(|(key, fact)| fact.as_core(key)).collect();
            facts.page(PageFact { need: need.clone(), more: *more, records });
        }
        for (digest, result) in &self.checks {
            facts.check(*digest, *result);
        }
        facts.encode()
    }

    /// Guarded records that came from the store, with their revisions.
    pub(crate) fn guards(&self) -> impl Iterator<Item = (&str, u64)> {
        self.records.iter().filter_map(|(key, held)| match held.fact.source {
            Source::Store(revision) if held.guarded => Some((key.as_str(), revision)),
            Source::Store(_) | Source::Pending(_) => None,
        })
    }

    /// What the history keeps of it: places, not values.
    pub(crate) fn references(&self) -> (Vec<FactRef>, Vec<PageRef>, Vec<CheckRef>) {
        let facts = self.records.iter().map(|(key, held)| held.fact.reference(key)).collect();
        let page = |FoundPage { need, more, records }: &FoundPage| PageRef {
            need: need.clone(),
            more: *more,
            records: records.iter().map(|(key, fact)| fact.reference(key)).collect(),
        };
        let pages = self.pages.iter().map(page).collect();
        let checks = self.checks.iter().map(|(check, result)| CheckRef { check: *check, result: *result }).collect();
        (facts, pages, checks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_core::wire::Facts;

    #[test]
    fn a_fact_says_where_it_is_from() {
        let decision = DecisionId([7; 16]);
        let mut known = Known::default();
        let value = || Some(Arc::from(*b"value"));
        for (key, value, source) in [
            ("a", None, Source::Store(0)),
            ("b", value(), Source::Store(5)),
            ("c", value(), Source::Pending(decision)),
            ("d", None, Source::Pending(decision)),
        ] {
            known.records.insert(key.into(), Held { fact: Fact { value, source }, guarded: key != "b" });
        }
        let bytes = known.encode();
        let facts = Facts::read(&bytes).expect("facts");
        let seen = ["a", "b", "c", "d"].map(|key| facts.record(key).map(|fact| (fact.revision, fact.value.is_some())));
        assert_eq!(seen, [Some((0, false)), Some((5, true)), Some((PENDING, true)), Some((0, false))]);
        let sources: Vec<FactSource> = known.references().0.into_iter().map(|fact| fact.source).collect();
        assert_eq!(sources, [FactSource::Absent, FactSource::Revision(5), FactSource::Decision(decision), FactSource::Absent]);
        assert_eq!(known.guards().collect::<Vec<_>>(), [("a", 0)], "what is pending, or observed, is not guarded");
    }

    #[test]
    fn it_is_as_old_as_its_oldest() {
        let mut known = Known::default();
        for (seen, as_of) in [(None, None), (Some(7), Some(7)), (Some(9), Some(7)), (None, Some(7)), (Some(3), Some(3))] {
            known.seen_at(seen);
            assert_eq!(known.as_of, as_of);
        }
    }
}

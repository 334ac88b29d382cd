//! Which keys were written lately, so that a decision whose facts moved since its snapshot is taken again.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;

use crate::facts::{Known, Source};
use crate::pending::Pending;

/// Writes remembered: several full batches. A decision waits for one or two.
const KEPT: usize = 16_384;

/// The newest writes of this process.
#[derive(Default)]
pub(crate) struct Recent {
    revisions: BTreeMap<String, u64>,
    order: VecDeque<(u64, String)>,
    /// Nothing is known of writes at or below this revision.
    floor: u64,
}

impl Recent {
    /// Starts to watch at this revision.
    pub(crate) fn from(floor: u64) -> Self {
        Self { floor, ..Self::default() }
    }

    /// Takes note of a committed write. Revisions ascend.
    pub(crate) fn note(&mut self, key: &str, revision: u64) {
        self.revisions.insert(key.to_owned(), revision);
        self.order.push_back((revision, key.to_owned()));
        while self.order.len() > KEPT {
            if let Some((revision, key)) = self.order.pop_front() {
                self.floor = revision;
                // Only if it was not written again since.
                if self.revisions.get(&key) == Some(&revision) {
                    self.revisions.remove(&key);
                }
            }
        }
    }

    /// Whether everything since this snapshot is remembered.
    pub(crate) fn reaches(&self, as_of: u64) -> bool {
        as_of >= self.floor
    }

    /// Whether this record was written after the snapshot.
    pub(crate) fn moved(&self, key: &str, as_of: u64) -> bool {
        self.revisions.get(key).is_some_and(|revision| *revision > as_of)
    }

    /// Whether any record with this prefix was.
    pub(crate) fn moved_below(&self, prefix: &str, as_of: u64) -> bool {
        let from = self.revisions.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        from.take_while(|(key, _)| key.starts_with(prefix)).any(|(_, revision)| *revision > as_of)
    }
}

/// What has become of a decision's facts.
pub(crate) struct Moved {
    /// Records to read again.
    pub(crate) records: Vec<String>,
    /// Whether pages have to be read again.
    pub(crate) pages: bool,
}

impl Moved {
    /// Compares facts with what was written since they were read, and with what is pending.
    pub(crate) fn of(known: &Known, recent: &Recent, pending: &Pending) -> Moved {
        // Without a snapshot there are no facts of the store that could have moved.
        let as_of = known.as_of.unwrap_or(u64::MAX);
        let all = !recent.reaches(as_of);
        let stale = |key: &String, source: Source| match source {
            // Of a batch that was not committed as it stood, or of this one, where it may have been written again.
            Source::Pending(_) => true,
            Source::Store(_) => all || recent.moved(key, as_of) || pending.get(key).is_some(),
        };
        let records =
            known.records.iter().filter(|(key, held)| stale(key, held.fact.source)).map(|(key, _)| key.clone()).collect();
        let touched = |prefix: &str| all || recent.moved_below(prefix, as_of) || pending.touches(prefix);
        let is_pending = |source: Source| matches!(source, Source::Pending(_));
        let pages = known
            .pages
            .iter()
            .any(|page| touched(&page.need.prefix) || page.records.iter().any(|(_, fact)| is_pending(fact.source)));
        Moved { records, pages }
    }

    /// Whether nothing moved.
    pub(crate) fn is_nothing(&self) -> bool {
        let Self { records, pages } = self;
        records.is_empty() && !pages
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Fact, FoundPage, Held};
    use doorward_core::DecisionId;
    use doorward_core::wire::PageNeed;

    fn known(as_of: u64, source: Source) -> Known {
        let mut known = Known { as_of: Some(as_of), ..Known::default() };
        for key in ["a", "b"] {
            let fact = Fact { value: None, source };
            known.records.insert(key.into(), Held { fact, guarded: true });
        }
        let need = PageNeed { prefix: "x.".into(), after: String::new(), until: String::new(), limit: 9, under: "a".into() };
        known.pages.push(FoundPage { need, more: false, records: vec![] });
        known
    }

    fn moved(known: &Known, recent: &Recent, pending: &Pending) -> (Vec<String>, bool) {
        let Moved { records, pages } = Moved::of(known, recent, pending);
        (records, pages)
    }

    #[test]
    fn only_what_moved_is_read_again() {
        let (mut recent, none) = (Recent::from(10), Pending::default());
        let (stored, pending) = (Source::Store(0), Source::Pending(DecisionId([1; 16])));
        let all = (vec!["a".to_owned(), "b".to_owned()], true);
        assert_eq!(moved(&known(10, stored), &recent, &none), (vec![], false));
        assert!(Moved::of(&known(10, stored), &recent, &none).is_nothing());
        assert_eq!(moved(&known(9, stored), &recent, &none), all, "from before the first thing remembered");
        assert_eq!(moved(&known(10, pending), &recent, &none).0, all.0, "it was never committed as it stood");
        recent.note("b", 11);
        assert_eq!(moved(&known(10, stored), &recent, &none), (vec!["b".into()], false));
        assert_eq!(moved(&known(11, stored), &recent, &none), (vec![], false));
        recent.note("x.1", 12);
        assert_eq!(moved(&known(11, stored), &recent, &none), (vec![], true));
        for (key, expected) in [("a", (vec!["a".to_owned()], false)), ("x.2", (vec![], true)), ("y.2", (vec![], false))] {
            let mut one = Pending::default();
            one.write(key.into(), None, DecisionId([2; 16]));
            assert_eq!(moved(&known(12, stored), &recent, &one), expected, "{key}");
        }
    }

    #[test]
    fn what_is_forgotten_is_said_to_be() {
        let mut recent = Recent::from(10);
        assert!(recent.reaches(10) && !recent.reaches(9));
        recent.note("a", 11);
        recent.note("b", 12);
        recent.note("a", 13);
        assert!(recent.moved("a", 12) && !recent.moved("a", 13) && recent.moved("b", 11) && !recent.moved("b", 12));
        assert!(recent.moved_below("", 12) && !recent.moved_below("b", 12) && !recent.moved("c", 0));
        let kept = KEPT as u64;
        (0..kept).for_each(|i| recent.note(&format!("k{i}"), 14 + i));
        assert!(recent.reaches(13) && !recent.reaches(12));
        assert!(!recent.moved("a", 12), "not known any more, which `reaches` says");
        assert!(recent.moved("k0", 13));
        assert_eq!(recent.revisions.len(), KEPT);
    }
}

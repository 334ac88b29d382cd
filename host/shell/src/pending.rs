//! The writes of a batch that is not committed yet, and the view that has them over the store.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Bound;
use std::sync::Arc;

use doorward_core::DecisionId;
use doorward_core::wire::PageNeed;
use doorward_store::key::prefix_end;
use doorward_store::{Batch, Guard, MAX_PAGE, PageQuery, Unavailable, Write};

use crate::facts::{Fact, FoundPage, Known, Source};
use crate::view::{Moment, View, fact, query};

/// The last value of each key, and what must not have changed since it was first read.
#[derive(Default)]
pub(crate) struct Pending {
    writes: BTreeMap<String, Slot>,
    guards: BTreeMap<String, u64>,
    /// Two decisions follow from different revisions of one record: the batch would not be accepted.
    torn: bool,
    next: usize,
    bytes: usize,
}

struct Slot {
    value: Option<Arc<[u8]>>,
    by: DecisionId,
    /// Position among the writes; of the last one, if a key is written again.
    order: usize,
}

/// A batch ready to be committed.
pub(crate) struct Composed {
    pub(crate) batch: Batch,
    /// Where the decision records are among the writes, in the order of the decisions.
    pub(crate) decisions: Vec<usize>,
}

impl Pending {
    /// A pending value, as a fact.
    pub(crate) fn get(&self, key: &str) -> Option<Fact> {
        self.writes.get(key).map(Slot::fact)
    }

    /// Whether a key with this prefix has a pending write.
    pub(crate) fn touches(&self, prefix: &str) -> bool {
        self.writes
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
            .next()
            .is_some_and(|(key, _)| key.starts_with(prefix))
    }

    /// Adds a write. Later ones of the same key win.
    pub(crate) fn write(&mut self, key: String, value: Option<Vec<u8>>, by: DecisionId) {
        let slot = Slot { value: value.map(Arc::from), by, order: self.next };
        self.next += 1;
        // Never taken back when a key is written again: an upper bound is all that is wanted.
        self.bytes += key.len() + slot.value.as_ref().map_or(0, |value| value.len());
        self.writes.insert(key, slot);
    }

    /// Adds the guards of a decision's facts.
    pub(crate) fn guard(&mut self, known: &Known) {
        known.guards().for_each(|(key, revision)| self.guard_one(key, revision));
    }

    /// Adds one guard. The first read of a key decides; another revision of it means that the batch is torn.
    pub(crate) fn guard_one(&mut self, key: &str, revision: u64) {
        match self.guards.entry(key.to_owned()) {
            Entry::Vacant(vacant) => {
                vacant.insert(revision);
            }
            Entry::Occupied(first) => self.torn |= *first.get() != revision,
        }
    }

    pub(crate) fn is_torn(&self) -> bool {
        self.torn
    }

    /// Writes, bytes and guards so far: never less than what the batch will have.
    pub(crate) fn size(&self) -> (usize, usize, usize) {
        (self.next, self.bytes, self.guards.len())
    }

    /// The batch: each key once, in the order of the last writes, so that decision records keep the order of the
    /// decisions.
    pub(crate) fn compose(self) -> Composed {
        let mut slots: Vec<(String, Slot)> = self.writes.into_iter().collect();
        slots.sort_by_key(|(_, slot)| slot.order);
        let is_decision = |(_, (key, _)): &(usize, &(String, Slot))| key.starts_with(doorward_core::record::keys::DECISIONS);
        let decisions = slots.iter().enumerate().filter(is_decision).map(|(index, _)| index).collect();
        let write = |(key, slot): (String, Slot)| Write { key, value: slot.value.map(|value| value.to_vec()) };
        let writes = slots.into_iter().map(write).collect();
        let guards = self.guards.into_iter().map(|(key, revision)| Guard { key, revision }).collect();
        Composed { batch: Batch { writes, guards }, decisions }
    }
}

impl Slot {
    fn fact(&self) -> Fact {
        Fact { value: self.value.clone(), source: Source::Pending(self.by) }
    }
}

/// The store as it will be once the pending writes are committed.
pub(crate) struct Merged<'a, 's> {
    pub(crate) pending: &'a Pending,
    pub(crate) below: &'a mut Moment<'s>,
}

impl View for Merged<'_, '_> {
    fn load(&mut self, keys: &[&str]) -> Result<Vec<Fact>, Unavailable> {
        let mut facts: Vec<Option<Fact>> = keys.iter().map(|key| self.pending.get(key)).collect();
        let missing: Vec<&str> = keys.iter().zip(&facts).filter(|(_, fact)| fact.is_none()).map(|(key, _)| *key).collect();
        if !missing.is_empty() {
            let found = self.below.load(&missing)?;
            facts.iter_mut().filter(|fact| fact.is_none()).zip(found).for_each(|(slot, fact)| *slot = Some(fact));
        }
        // A fact the store left out is missing here too, and the caller counts.
        Ok(facts.into_iter().flatten().collect())
    }

    fn page(&mut self, need: &PageNeed) -> Result<FoundPage, Unavailable> {
        let asked = query(need);
        asked.check()?;
        let over: Vec<(&String, &Slot)> = self.pending.range(&asked).collect();
        // Deletions take at most as many away as there are pending writes. So the first `limit` of what is left are
        // known, and a pending key above the last one read is never among them.
        let (mut found, more) = self.at_least(&asked, usize::from(asked.limit) + over.len())?;
        for (key, slot) in over {
            match slot.value {
                Some(_) => found.insert(key.clone(), slot.fact()),
                None => found.remove(key),
            };
        }
        let limit = usize::from(asked.limit);
        let more = more || found.len() > limit;
        Ok(FoundPage { need: need.clone(), more, records: found.into_iter().take(limit).collect() })
    }

    fn as_of(&self) -> Option<u64> {
        self.below.as_of()
    }
}

impl Merged<'_, '_> {
    /// At least this many records of the store in the range of a question, or all; and whether there are more.
    fn at_least(&mut self, asked: &PageQuery, count: usize) -> Result<(BTreeMap<String, Fact>, bool), Unavailable> {
        let mut found = BTreeMap::new();
        let mut next = asked.clone();
        loop {
            let left = count.saturating_sub(found.len()).clamp(1, MAX_PAGE);
            next.limit = u16::try_from(left).unwrap_or(1);
            let page = self.below.query(&next)?;
            let Some(last) = page.records.last().map(|record| record.key.clone()) else {
                return Ok((found, page.more));
            };
            found.extend(page.records.into_iter().map(|record| (record.key.clone(), fact(record))));
            if !page.more || found.len() >= count {
                return Ok((found, page.more));
            }
            next.after = last;
        }
    }
}

impl Pending {
    /// The pending writes in the range of a question, in key order.
    fn range(&self, asked: &PageQuery) -> impl Iterator<Item = (&String, &Slot)> {
        let PageQuery { prefix, after, until, limit: _ } = asked;
        let end = if until.is_empty() { prefix_end(prefix) } else { until.clone().min(prefix_end(prefix)) };
        let from = self.writes.range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded));
        let after = after.clone();
        from.take_while(move |(key, _)| **key < end).filter(move |(key, _)| after.is_empty() || **key > after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_store::{Commit, Memory, Store};

    /// A small generator of numbers below a bound.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % bound
        }

        fn key(&mut self) -> String {
            let below = ["x.0.", "x.1.", "x.10.", "y."];
            format!("{}{:02}", below[self.below(4) as usize], self.below(30))
        }
    }

    /// A merged page is the page there would be once all is committed.
    #[test]
    fn merged_pages_are_those_of_the_state_to_come() {
        let mut dice = Dice(7);
        for _ in 0..300 {
            let (store, mut pending) = (Memory::new(), Pending::default());
            let mut model: BTreeMap<String, Vec<u8>> = BTreeMap::new();
            for _ in 0..dice.below(40) + 1 {
                let (key, value) = (dice.key(), vec![dice.below(250) as u8]);
                let batch = Batch { writes: vec![Write::put(key.clone(), value.clone())], guards: vec![] };
                assert!(matches!(store.commit(&batch), Commit::Committed { .. }));
                model.insert(key, value);
            }
            for _ in 0..dice.below(40) {
                let (key, value) = (dice.key(), (dice.below(2) == 0).then(|| vec![dice.below(250) as u8]));
                pending.write(key.clone(), value.clone(), DecisionId([1; 16]));
                match value {
                    Some(value) => model.insert(key, value),
                    None => model.remove(&key),
                };
            }
            let mut moment = Moment::new(&store);
            let mut merged = Merged { pending: &pending, below: &mut moment };
            for _ in 0..10 {
                let prefix = ["x.", "x.0.", "x.1.", "x.1", "y.", "z."][dice.below(6) as usize].to_owned();
                let bound = |dice: &mut Dice| if dice.below(2) == 0 { String::new() } else { dice.key() };
                let (after, until, limit) = (bound(&mut dice), bound(&mut dice), dice.below(12) as u16 + 1);
                let need = PageNeed { prefix, after, until, limit, under: String::new() };
                let page = merged.page(&need).unwrap();
                let in_range = |key: &String| {
                    key.starts_with(&need.prefix) && *key > need.after && (need.until.is_empty() || *key < need.until)
                };
                let expected: Vec<_> = model.iter().filter(|(key, _)| in_range(key)).collect();
                let found: Vec<_> = page.records.iter().map(|(key, fact)| (key, fact.value.clone().unwrap().to_vec())).collect();
                let shown = expected.len().min(limit.into());
                assert_eq!(found, expected[..shown].iter().map(|(key, value)| (*key, (*value).clone())).collect::<Vec<_>>());
                assert_eq!(page.more, expected.len() > shown, "{need:?}");
            }
            let keys: Vec<String> = (0..10).map(|_| dice.key()).collect();
            let facts = merged.load(&keys.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
            for (key, fact) in keys.iter().zip(facts) {
                assert_eq!(fact.value.as_deref(), model.get(key).map(Vec::as_slice));
            }
        }
    }

    #[test]
    fn the_last_value_counts_and_the_first_revision() {
        let (one, two) = (DecisionId([1; 16]), DecisionId([2; 16]));
        let mut pending = Pending::default();
        pending.guard_one("a", 3);
        pending.write("a".into(), Some(vec![1]), one);
        pending.write("d.1".into(), Some(vec![]), one);
        pending.guard_one("a", 3);
        pending.write("a".into(), None, two);
        pending.write("d.0".into(), Some(vec![]), two);
        assert!(!pending.is_torn());
        let Composed { batch, decisions } = pending.compose();
        assert_eq!(batch.writes, [Write::put("d.1", []), Write::delete("a"), Write::put("d.0", [])]);
        assert_eq!(batch.guards, [Guard::at("a", 3)]);
        assert_eq!(decisions, [0, 2], "in the order of the decisions");
        let mut torn = Pending::default();
        torn.guard_one("a", 3);
        torn.guard_one("a", 4);
        assert!(torn.is_torn());
    }
}

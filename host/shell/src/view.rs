//! What a decision's facts are read from: one snapshot of the store, or the same with pending writes over it.

use std::sync::Arc;

use doorward_core::wire::PageNeed;
use doorward_store::{PageQuery, Record, Snapshot, Store, Unavailable};

use crate::facts::{Fact, FoundPage, Source};

/// One consistent view.
pub(crate) trait View {
    /// The records of these keys, in that order.
    fn load(&mut self, keys: &[&str]) -> Result<Vec<Fact>, Unavailable>;
    /// One page.
    fn page(&mut self, need: &PageNeed) -> Result<FoundPage, Unavailable>;
    /// The last revision the snapshot shows; `None` while nothing was read.
    fn as_of(&self) -> Option<u64>;
}

/// A snapshot that is taken when it is first read from, and held from then on. Proofs come before records, so a
/// stranger never takes one.
pub(crate) struct Moment<'s> {
    store: &'s dyn Store,
    held: Option<Box<dyn Snapshot + 's>>,
}

impl<'s> Moment<'s> {
    pub(crate) fn new(store: &'s dyn Store) -> Self {
        Self { store, held: None }
    }

    /// The snapshot itself.
    pub(crate) fn snapshot(&mut self) -> Result<&mut (dyn Snapshot + 's), Unavailable> {
        let held = match self.held.take() {
            Some(held) => held,
            None => self.store.snapshot()?,
        };
        Ok(self.held.insert(held).as_mut())
    }

    /// A page by the store's own question.
    pub(crate) fn query(&mut self, query: &PageQuery) -> Result<doorward_store::Page, Unavailable> {
        self.snapshot()?.page(query)
    }
}

impl View for Moment<'_> {
    fn load(&mut self, keys: &[&str]) -> Result<Vec<Fact>, Unavailable> {
        Ok(self.snapshot()?.load(keys)?.into_iter().map(fact).collect())
    }

    fn page(&mut self, need: &PageNeed) -> Result<FoundPage, Unavailable> {
        let page = self.query(&query(need))?;
        let records = page.records.into_iter().map(|record| (record.key.clone(), fact(record))).collect();
        Ok(FoundPage { need: need.clone(), more: page.more, records })
    }

    fn as_of(&self) -> Option<u64> {
        self.held.as_ref().map(|held| held.as_of())
    }
}

/// The store's question for the policy's.
pub(crate) fn query(need: &PageNeed) -> PageQuery {
    let PageNeed { prefix, after, until, limit, under: _ } = need;
    PageQuery { prefix: prefix.clone(), after: after.clone(), until: until.clone(), limit: *limit }
}

/// A record as a fact.
pub(crate) fn fact(record: Record) -> Fact {
    let Record { key: _, revision, value } = record;
    Fact { value: value.map(Arc::from), source: Source::Store(revision) }
}

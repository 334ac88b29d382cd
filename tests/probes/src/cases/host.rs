//! A host that makes up whatever the policy asks for.

use super::records::Archive;
use crate::apart::{Apart, Record};
use crate::random::Random;
use doorward_core::check::CheckResult;
use doorward_core::wire::{Need, PageNeed, Request};

/// What has been found so far for one request. What it says depends on the request and the seed alone.
pub struct Host {
    archive: Archive,
    random: Random,
    found: Apart,
}

impl Host {
    /// Knows nothing yet.
    pub fn new(request: &Request, random: Random) -> Self {
        let found = Apart { records: Vec::new(), pages: Vec::new(), checks: Vec::new() };
        Self { archive: Archive::new(request), random, found }
    }

    /// Makes up what is needed.
    pub fn find(&mut self, need: &Need) {
        for record in &need.records {
            let value = self.archive.record(&record.key, &mut self.random);
            let revision = if value.is_some() { 1 + self.random.below(1_000) as u64 } else { 0 };
            self.found.records.push((record.key.clone(), revision, value));
        }
        for page in &need.pages {
            let found = self.page(page);
            self.found.pages.push(found);
        }
        for check in &need.checks {
            let result = match self.random.below(48) {
                0 => CheckResult::Bad,
                1 => CheckResult::NonCanonical,
                2 => CheckResult::Weak,
                _ => CheckResult::Good,
            };
            self.found.checks.push((check.digest(), result));
        }
    }

    /// The bytes of everything so far.
    pub fn facts(&self) -> Vec<u8> {
        self.found.encode()
    }

    fn page(&mut self, need: &PageNeed) -> (PageNeed, bool, Vec<Record>) {
        let count = self.random.below(usize::from(need.limit).min(5) + 1);
        let mut records: Vec<Record> = Vec::new();
        for _ in 0..count {
            let key = self.archive.key_below(&need.prefix, &mut self.random);
            let value = self.archive.present(&key, &mut self.random);
            records.push((key, 1 + self.random.below(1_000) as u64, Some(value)));
        }
        records.sort();
        records.dedup_by(|a, b| a.0 == b.0);
        (need.clone(), self.random.percent(20), records)
    }
}

//! What the host found: records with their revisions (absence included), pages, and answered checks. Borrowed.

use super::answer::PageNeed;
use super::codec::{Malformed, Reader, Wire, Writer};
use crate::check::CheckResult;
use crate::digest::Sha256Digest;
use alloc::vec::Vec;

/// So few records are looked through; more are searched. Keys of different kinds differ in length, so most comparisons
/// are of two numbers.
const FEW: usize = 4;

/// A record as it was found. "Not there" is a fact too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordFact<'a> {
    /// Its key.
    pub key: &'a str,
    /// The store's revision of it; 0 = absent.
    pub revision: u64,
    /// Its bytes, or `None` if it is not there.
    pub value: Option<&'a [u8]>,
}

/// A page as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageFact<'a> {
    /// Which page was asked for.
    pub need: PageNeed,
    /// Whether more keys follow.
    pub more: bool,
    /// In key order; all present.
    pub records: Vec<RecordFact<'a>>,
}

/// Everything the host found so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    records: Vec<RecordFact<'a>>,
    pages: Vec<PageFact<'a>>,
    checks: Vec<(Sha256Digest, CheckResult)>,
}

impl<'a> Facts<'a> {
    /// Reads facts. Records and checks must be in strictly ascending order (of key, of digest). Empty input is "no
    /// facts yet".
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        if bytes.len() > super::MAX_INPUT {
            return Err(Malformed);
        }
        let mut r = Reader::new(bytes);
        if u8::read(&mut r) != super::VERSION {
            r.fail();
        }
        let records = read_records(&mut r);
        let mut pages = Vec::new();
        for _ in 0..u16::read(&mut r) {
            if r.has_failed() {
                break;
            }
            pages.push(PageFact { need: PageNeed::read(&mut r), more: bool::read(&mut r), records: read_records(&mut r) });
        }
        let mut checks: Vec<(Sha256Digest, CheckResult)> = Vec::new();
        for _ in 0..u16::read(&mut r) {
            let check = (r.array(), CheckResult::read(&mut r));
            if checks.last().is_some_and(|last| last.0 >= check.0) {
                r.fail();
            }
            if r.has_failed() {
                break;
            }
            checks.push(check);
        }
        r.finish()?;
        Ok(Self { records, pages, checks })
    }

    /// The record under this key, if it was fetched.
    #[inline]
    pub fn record(&self, key: &str) -> Option<&RecordFact<'a>> {
        if self.records.len() <= FEW {
            return self.records.iter().find(|fact| fact.key == key);
        }
        self.records.binary_search_by(|fact| fact.key.cmp(key)).ok().map(|at| &self.records[at])
    }

    /// The page that was asked for in these words, if it was fetched.
    pub fn page(&self, need: &PageNeed) -> Option<&PageFact<'a>> {
        self.pages.iter().find(|page| page.need == *need)
    }

    /// The answer to the check with this digest, if it was made.
    pub fn check(&self, digest: &Sha256Digest) -> Option<CheckResult> {
        self.checks.binary_search_by(|check| check.0.cmp(digest)).ok().map(|at| self.checks[at].1)
    }
}

#[inline]
fn read_records<'a>(r: &mut Reader<'a>) -> Vec<RecordFact<'a>> {
    let mut records: Vec<RecordFact<'a>> = Vec::new();
    for _ in 0..u16::read(r) {
        let fact = RecordFact { key: r.text(), revision: u64::read(r), value: if bool::read(r) { Some(r.blob()) } else { None } };
        if records.last().is_some_and(|last| last.key >= fact.key) {
            r.fail();
        }
        if r.has_failed() {
            break;
        }
        records.push(fact);
    }
    records
}

/// Writes what a host found, in any order; duplicates keep the first.
#[derive(Clone, Debug, Default)]
pub struct FactsBuilder<'a> {
    records: Vec<RecordFact<'a>>,
    pages: Vec<PageFact<'a>>,
    checks: Vec<(Sha256Digest, CheckResult)>,
}

impl<'a> FactsBuilder<'a> {
    /// Adds a record.
    pub fn record(&mut self, key: &'a str, revision: u64, value: Option<&'a [u8]>) {
        self.records.push(RecordFact { key, revision, value });
    }

    /// Adds a page.
    pub fn page(&mut self, page: PageFact<'a>) {
        self.pages.push(page);
    }

    /// Adds an answered check.
    pub fn check(&mut self, digest: Sha256Digest, result: CheckResult) {
        self.checks.push((digest, result));
    }

    /// The bytes that [`Facts::read`] reads.
    pub fn encode(mut self) -> Vec<u8> {
        self.records.sort_by(|a, b| a.key.cmp(b.key));
        self.records.dedup_by(|a, b| a.key == b.key);
        self.checks.sort_by_key(|check| check.0);
        self.checks.dedup_by(|a, b| a.0 == b.0);
        let mut w = Writer::default();
        w.put(&[super::VERSION]);
        write_records(&self.records, &mut w);
        w.put(&(self.pages.len() as u16).to_be_bytes());
        for page in &self.pages {
            page.need.write(&mut w);
            page.more.write(&mut w);
            write_records(&page.records, &mut w);
        }
        w.put(&(self.checks.len() as u16).to_be_bytes());
        for (digest, result) in &self.checks {
            w.put(digest);
            result.write(&mut w);
        }
        w.into_bytes()
    }
}

fn write_records(records: &[RecordFact<'_>], w: &mut Writer) {
    w.put(&(records.len() as u16).to_be_bytes());
    for fact in records {
        w.text(fact.key);
        fact.revision.write(w);
        match fact.value {
            None => w.put(&[0]),
            Some(value) => {
                w.put(&[1]);
                w.blob(value);
            }
        }
    }
}

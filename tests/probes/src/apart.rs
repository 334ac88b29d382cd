//! Facts taken apart by a second reader, so that some can be left out or changed, and so that the core's own reader has
//! somebody to agree with.

use doorward_core::check::CheckResult;
use doorward_core::digest::Sha256Digest;
use doorward_core::wire::{FactsBuilder, MAX_INPUT, PageFact, PageNeed, Reader, RecordFact, VERSION, Wire};

/// A record: key, revision, bytes if it is there.
pub type Record = (String, u64, Option<Vec<u8>>);

/// Facts that can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apart {
    /// Records by key.
    pub records: Vec<Record>,
    /// Pages: which, whether more follow, what is on it.
    pub pages: Vec<(PageNeed, bool, Vec<Record>)>,
    /// Answered checks by digest.
    pub checks: Vec<(Sha256Digest, CheckResult)>,
}

impl Apart {
    /// Reads facts; `None` for what is not the one encoding of some facts. (Nothing at all is not an encoding.)
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MAX_INPUT {
            return None;
        }
        let r = &mut Reader::new(bytes);
        let version = u8::read(r);
        let records = list(r, record);
        let pages = list(r, |r| (PageNeed::read(r), bool::read(r), list(r, record)));
        let checks = list(r, |r| (r.array(), CheckResult::read(r)));
        r.clone().finish().ok()?;
        let ascending = |records: &[Record]| records.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let good = version == VERSION
            && ascending(&records)
            && pages.iter().all(|page| ascending(&page.2))
            && checks.windows(2).all(|pair| pair[0].0 < pair[1].0);
        good.then_some(Self { records, pages, checks })
    }

    /// The one encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut facts = FactsBuilder::default();
        self.records.iter().for_each(|(key, revision, value)| facts.record(key, *revision, value.as_deref()));
        for (need, more, records) in &self.pages {
            let records =
                records.iter().map(|(key, revision, value)| RecordFact { key, revision: *revision, value: value.as_deref() });
            facts.page(PageFact { need: need.clone(), more: *more, records: records.collect() });
        }
        self.checks.iter().for_each(|(digest, result)| facts.check(*digest, *result));
        facts.encode()
    }
}

fn list<T>(r: &mut Reader<'_>, item: impl Fn(&mut Reader<'_>) -> T) -> Vec<T> {
    let count = u16::read(r);
    let mut items = Vec::new();
    for _ in 0..count {
        if r.has_failed() {
            break;
        }
        items.push(item(r));
    }
    items
}

fn record(r: &mut Reader<'_>) -> Record {
    (String::read(r), u64::read(r), Option::<Vec<u8>>::read(r))
}

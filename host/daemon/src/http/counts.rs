//! How many requests were answered how, by route: never by path, which may hold ids.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper ends of the buckets of the time a request took, in milliseconds.
pub(crate) const BUCKETS_MS: [u64; 8] = [1, 5, 10, 25, 100, 500, 2_500, 10_000];

/// Counters of one route, by method and status.
pub(crate) type ByOutcome = BTreeMap<(&'static str, u16), u64>;

/// What was served since the start.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    inner: Mutex<Inner>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Inner {
    /// Requests by route template.
    pub(crate) requests: BTreeMap<String, ByOutcome>,
    /// Requests that took at most as long as the bucket of the same index says.
    pub(crate) within: [u64; BUCKETS_MS.len()],
    /// All requests.
    pub(crate) total: u64,
    /// How long they took in all.
    pub(crate) spent: Duration,
}

impl Counts {
    /// Counts one request.
    pub(crate) fn add(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        // A panic while counting loses a count at most.
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        match inner.requests.get_mut(route) {
            Some(counters) => *counters.entry((method, status)).or_default() += 1,
            None => _ = inner.requests.insert(route.to_owned(), [((method, status), 1)].into()),
        }
        inner.total += 1;
        inner.spent += took;
        for (bucket, most) in inner.within.iter_mut().zip(BUCKETS_MS) {
            *bucket += u64::from(took <= Duration::from_millis(most));
        }
    }

    /// The counts now.
    pub(crate) fn read(&self) -> Inner {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

//! What every backend must do, as tests a backend adopts in one line:
//!
//! ```text
//! doorward_store::conformance::suite!(Fixture::new(MyStore::open()));            // lives in memory
//! doorward_store::conformance::suite!(Fixture::reopening(open), durable);        // survives a restart
//! ```
//!
//! Each test gets a new, empty store. The tests know nothing of how it is made.

#![allow(
    missing_docs,
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "these are tests: their names say what they check, and a panic is how they fail"
)]

mod changes;
mod commits;
mod facts;
mod pages;
mod races;
mod replace;
mod restart;
mod snapshots;

pub use changes::*;
pub use commits::*;
pub use facts::*;
pub use pages::*;
pub use races::*;
pub use replace::*;
pub use restart::*;
pub use snapshots::*;

pub use crate::conformance_suite as suite;

use crate::{Batch, Commit, Guard, Record, Store, Write};

/// A new, empty store, and how to open it again.
pub struct Fixture {
    /// The store.
    pub store: Box<dyn Store>,
    /// Opens what the store left, after it was dropped; `None` when nothing outlives it.
    pub reopen: Option<Box<dyn Fn() -> Box<dyn Store>>>,
}

impl Fixture {
    /// A store that does not outlive the process.
    pub fn new(store: impl Store) -> Fixture {
        Fixture { store: Box::new(store), reopen: None }
    }

    /// A store that `open` finds again, however often it is dropped.
    pub fn reopening<S: Store>(open: impl Fn() -> S + 'static) -> Fixture {
        let store = Box::new(open());
        Fixture { store, reopen: Some(Box::new(move || Box::new(open()))) }
    }

    /// The same store after a restart.
    #[must_use]
    pub fn restart(self) -> Fixture {
        let Fixture { store, reopen } = self;
        drop(store);
        let open = reopen.expect("the suite is marked durable, so the fixture can reopen");
        Fixture { store: open(), reopen: Some(open) }
    }
}

/// Expands to one `#[test]` for each thing the contract promises. The argument is evaluated once
/// for each test and gives a [`Fixture`](crate::conformance::Fixture). With `, durable`, what must
/// survive a restart is tested too.
#[macro_export]
#[doc(hidden)]
macro_rules! conformance_suite {
    ($make:expr) => {
        $crate::conformance_suite!(@cases $make;
            absence_is_a_fact an_empty_value_is_there bytes_come_back_as_they_were
            a_load_keeps_the_order_asked a_deleted_key_is_not_there a_recreated_key_is_another
            bad_keys_are_refused_everywhere oversized_values_are_refused
            revisions_follow_the_law a_batch_is_all_or_nothing a_conflict_names_every_moved_key
            of_two_creators_one_wins a_guard_protects_what_is_only_read
            a_conflict_changes_nothing_and_takes_no_number a_batch_needs_a_write
            a_key_is_written_once_in_a_batch deleting_what_is_not_there_takes_a_number
            the_largest_batch_is_taken_and_no_larger
            pages_are_in_order_and_say_when_there_is_more pages_answer_like_a_sorted_map
            walking_pages_meets_every_record_once a_prefix_is_not_its_neighbour
            limits_are_1_to_1000
            a_snapshot_does_not_move snapshots_of_different_moments_stand_side_by_side
            no_snapshot_sees_half_a_batch a_snapshot_survives_many_commits
            changes_come_in_order_of_revision changes_resume_where_they_stopped
            changes_keep_to_their_prefix the_newest_come_first_and_resume a_follower_meets_every_new_key_once
            a_wait_wakes_on_a_commit a_wait_that_is_over_returns_at_once a_wait_ends_at_its_timeout
            increments_are_not_lost of_2000_attempts_one_uses_it readers_who_write_do_not_cross
            replace_swaps_everything replace_keeps_the_order_and_outdates_old_guards
            a_failed_replace_changes_nothing commits_wait_outside_a_replace
            a_snapshot_outlives_a_replace a_replace_is_seen_whole_or_not_at_all
        );
    };
    ($make:expr, durable) => {
        $crate::conformance_suite!($make);
        $crate::conformance_suite!(@cases $make;
            what_was_committed_is_there_after_a_restart numbers_go_on_after_a_restart
            a_replace_survives_a_restart a_failed_replace_leaves_no_trace
        );
    };
    (@cases $make:expr; $($case:ident)*) => {
        $(
            #[test]
            fn $case() {
                $crate::conformance::$case($make);
            }
        )*
    };
}

fn put(store: &dyn Store, key: &str, value: &[u8]) -> u64 {
    committed(store, vec![Write::put(key, value)], vec![])
}

fn delete(store: &dyn Store, key: &str) -> u64 {
    committed(store, vec![Write::delete(key)], vec![])
}

fn commit(store: &dyn Store, writes: Vec<Write>, guards: Vec<Guard>) -> Commit {
    store.commit(&Batch { writes, guards })
}

fn committed(store: &dyn Store, writes: Vec<Write>, guards: Vec<Guard>) -> u64 {
    match commit(store, writes, guards) {
        Commit::Committed { last } => last,
        other => panic!("expected a commit, got {other:?}"),
    }
}

/// Commits any number of writes, in as few batches as the backend takes.
fn fill(store: &dyn Store, writes: &[Write]) {
    for part in writes.chunks(store.max_writes()) {
        committed(store, part.to_vec(), vec![]);
    }
}

fn get(store: &dyn Store, key: &str) -> Record {
    let record = store.snapshot().unwrap().load(&[key]).unwrap().remove(0);
    assert!(record.is_well_formed(), "{record:?}");
    assert_eq!(record.key, key);
    record
}

fn last(store: &dyn Store) -> u64 {
    store.snapshot().unwrap().as_of()
}

/// Every record below `prefix`, page by page.
fn all(store: &dyn Store, prefix: &str) -> Vec<Record> {
    let mut snapshot = store.snapshot().unwrap();
    walk(&mut *snapshot, prefix, 1_000)
}

fn walk(snapshot: &mut dyn crate::Snapshot, prefix: &str, limit: u16) -> Vec<Record> {
    let mut query = crate::PageQuery::below(prefix, limit);
    let mut found = Vec::new();
    loop {
        let page = snapshot.page(&query).unwrap();
        assert_eq!(page.query, query);
        assert_eq!(page.as_of, snapshot.as_of());
        found.extend(page.records);
        if !page.more {
            return found;
        }
        query.after = found.last().expect("a page that says more is not empty").key.clone();
    }
}

/// Numbers that look random and are the same in every run (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) % n
    }
}

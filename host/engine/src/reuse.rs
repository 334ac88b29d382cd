//! One kept instance a thread and policy. INVARIANT: an instance in here has never failed.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use crate::failure::Undecidable;
use crate::instance::Instance;
use crate::limits::KEEP_AT_MOST;
use crate::policy::Inner;

/// Policies a thread keeps an instance of: the policy and its guards, with room for a reload.
const KEEP: usize = 8;

struct Kept {
    id: u64,
    /// Dead once every clone of the policy is gone, after a reload.
    policy: Weak<Inner>,
    instance: Instance,
}

thread_local! {
    #[allow(clippy::vec_box, reason = "every use moves one out and in again, and it is large")]
    static KEPT: RefCell<Vec<Box<Kept>>> = const { RefCell::new(Vec::new()) };
}

/// Runs `use_it` in this thread's instance of `policy`. The instance is out of the store meanwhile, so that a failure or
/// a panic leaves none behind.
pub(crate) fn with<T>(
    policy: &Arc<Inner>,
    use_it: impl FnOnce(&mut Instance) -> Result<T, Undecidable>,
) -> Result<T, Undecidable> {
    let mut kept = match take(policy.id) {
        Some(kept) => kept,
        None => Box::new(Kept { id: policy.id, policy: Arc::downgrade(policy), instance: Instance::new(&policy.mould)? }),
    };
    let result = use_it(&mut kept.instance)?;
    if kept.instance.memory_bytes() <= KEEP_AT_MOST {
        put(kept);
    }
    Ok(result)
}

fn take(id: u64) -> Option<Box<Kept>> {
    KEPT.with_borrow_mut(|all| {
        let Some(at) = all.iter().rposition(|kept| kept.id == id) else {
            // About to make one, which is rare: the moment to free the slots of policies that were replaced.
            all.retain(|kept| kept.policy.strong_count() > 0);
            return None;
        };
        Some(all.remove(at))
    })
}

/// Puts it last, so that the first is the one unused for longest.
fn put(kept: Box<Kept>) {
    KEPT.with_borrow_mut(|all| {
        if all.len() == KEEP {
            all.remove(0);
        }
        all.push(kept);
    });
}

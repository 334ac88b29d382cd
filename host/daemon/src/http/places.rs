//! Places for connections: how many there are, and how many of them one neighbour may hold, so that nobody fills the
//! house alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::limits::Origin;

/// One neighbour may hold one place in this many.
const SHARE: usize = 4;

/// All places.
pub(crate) struct Places {
    free: Arc<Semaphore>,
    /// INVARIANT: nobody is in here with none.
    held: Mutex<HashMap<Origin, usize>>,
    most_each: usize,
}

/// A place whose holder is not known yet.
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
    places: Arc<Places>,
    holder: Option<Origin>,
}

impl Places {
    /// This many.
    pub(crate) fn new(most: usize) -> Arc<Self> {
        let most_each = most.div_ceil(SHARE);
        Arc::new(Self { free: Arc::new(Semaphore::new(most)), held: Mutex::default(), most_each })
    }

    /// Waits for a free one.
    pub(crate) async fn free(self: &Arc<Self>) -> Option<Place> {
        // The semaphore is never closed.
        let permit = Arc::clone(&self.free).acquire_owned().await.ok()?;
        Some(Place { _permit: permit, places: Arc::clone(self), holder: None })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Origin, usize>> {
        // Whole at every point where a holder could panic.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Gives it to this neighbour; `false` if he holds his share already. Whom nobody can tell from others has no share.
    pub(crate) fn give(&mut self, neighbour: Option<Origin>) -> bool {
        let Some(origin) = neighbour else { return true };
        let mut held = self.places.held();
        let count = held.get(&origin).copied().unwrap_or_default();
        if count >= self.places.most_each {
            return false;
        }
        held.insert(origin, count + 1);
        self.holder = Some(origin);
        true
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(origin) = self.holder.take() else { return };
        let mut held = self.places.held();
        match held.get_mut(&origin) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => drop(held.remove(&origin)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_neighbour_holds_a_share_and_others_find_room() {
        let places = Places::new(8);
        let (one, other) = (Origin::V4([192, 0, 2, 1]), Origin::V6([1; 8]));
        let give = async |neighbour| {
            let mut place = places.free().await.unwrap();
            place.give(neighbour).then_some(place)
        };
        let mut kept = vec![give(Some(one)).await.unwrap(), give(Some(one)).await.unwrap()];
        assert!(give(Some(one)).await.is_none(), "two of eight are a quarter");
        kept.push(give(Some(other)).await.expect("somebody else has his own"));
        for _ in 0..3 {
            kept.push(give(None).await.expect("whoever cannot be told apart has no share"));
        }
        drop(kept.remove(0));
        kept.push(give(Some(one)).await.expect("who leaves makes room for himself"));
        assert_eq!(places.free.available_permits(), 2, "refused ones hold nothing");
        kept.clear();
        assert_eq!(places.free.available_permits(), 8);
        assert!(places.held().is_empty(), "nobody is remembered");
    }
}

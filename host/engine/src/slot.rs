//! The policy in force, which a reload replaces.

use std::sync::{PoisonError, RwLock};

use crate::policy::Policy;

/// Holds the policy that new decisions use. A decision under way keeps the one it took, so a swap drops nothing.
pub struct Slot {
    current: RwLock<Policy>,
}

impl Slot {
    /// A slot with its first policy.
    pub fn new(policy: Policy) -> Slot {
        Slot { current: RwLock::new(policy) }
    }

    /// The policy in force now. Take it once per decision, so that all its rounds are answered by the same module.
    pub fn current(&self) -> Policy {
        // A panic cannot leave half a policy behind a lock: the only write is one assignment.
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts `next` in force and returns the one before.
    pub fn swap(&self, next: Policy) -> Policy {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *current, next)
    }
}

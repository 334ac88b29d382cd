//! The history: what was decided, by which rule.

use crate::error::Error;
use crate::invites::page;
use crate::session::Session;
use doorward_core::view::{Cursor, DecisionList, Spelt};

impl Session {
    /// One page of the history, the newest decision first. Needs `read-audit`.
    pub async fn audit(&self, after: Option<&Spelt<Cursor>>, limit: Option<u16>) -> Result<DecisionList, Error> {
        self.get(&format!("/v1/audit{}", page('?', after, limit))).await
    }
}

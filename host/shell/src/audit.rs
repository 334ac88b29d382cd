//! Checks a whole state, record by record: before it is kept as a backup, and before it is put back.

use doorward_core::ServerKey;
use doorward_core::digest::{Sha256Digest, sha256};
use doorward_core::record::{chain_over, is_readable, keys};

use crate::history::{Place, read_checkpoint};

/// Takes all records of one state in the order of their keys. Costs 40 bytes of memory for each decision.
#[derive(Debug, Default)]
pub struct Audit {
    /// Sequence number and digest of each decision record.
    decisions: Vec<(u64, Sha256Digest)>,
    checkpoints: Vec<(String, Vec<u8>)>,
    last: String,
}

impl Audit {
    /// Takes one record.
    ///
    /// # Errors
    /// One line: it cannot be read, or does not come after the one before. It names the key, never the value.
    pub fn note(&mut self, key: &str, revision: u64, value: &[u8]) -> Result<(), String> {
        if key <= self.last.as_str() {
            return Err(format!("the record {} is out of order", key.escape_debug()));
        }
        key.clone_into(&mut self.last);
        if revision == 0 || !is_readable(key, value) {
            return Err(format!("the record {} cannot be read", key.escape_debug()));
        }
        if key.starts_with(keys::DECISIONS) {
            self.decisions.push((revision, sha256(&[value])));
        } else if key.starts_with(keys::CHECKPOINTS) {
            self.checkpoints.push((key.to_owned(), value.to_vec()));
        }
        Ok(())
    }

    /// The end of the history: one chain from its first decision, with every checkpoint on it.
    ///
    /// # Errors
    /// One line: two decisions in one place, a checkpoint that is not this server's, or one the history does not lead
    /// to.
    pub fn end(mut self, server: &ServerKey) -> Result<Place, String> {
        self.decisions.sort_unstable_by_key(|(sequence, _)| *sequence);
        let mut end = Place::START;
        // In the order of their keys, which is the order of their sequence numbers.
        let mut checkpoints = self.checkpoints.into_iter().peekable();
        for (sequence, record) in &self.decisions {
            if *sequence == end.sequence {
                return Err(format!("two decisions have the number {sequence}"));
            }
            end = Place { sequence: *sequence, chain: chain_over(&end.chain, *sequence, record) };
            if let Some((key, value)) = checkpoints.next_if(|(key, _)| *key == keys::checkpoint(*sequence)) {
                let place = read_checkpoint(&key, &value, server).map_err(|refusal| refusal.line)?;
                if place != end {
                    return Err(format!("the history up to decision {sequence} is not the one that was signed"));
                }
            }
        }
        match checkpoints.next() {
            Some((key, _)) => Err(format!("the checkpoint {key} is of a decision that is not in the history")),
            None => Ok(end),
        }
    }
}

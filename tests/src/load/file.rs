//! The store's file, looked at from beside a running daemon: with the core's types and none of the host's code.

use super::deed::{Deed, What};
use crate::Oops;
use doorward_core::digest::Sha256Digest;
use doorward_core::record::{Closed, InviteRecord, KeyRecord, RequestRecord, Standing, Stored, chain_next, keys};
use doorward_core::statement::{Checkpoint, Domain};
use doorward_core::wire::{Decided, Reader, Wire, decode};
use doorward_core::{DecisionId, ServerKey, Signature, check};
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use std::collections::BTreeMap;
use std::path::Path;

/// Where every recorded decision stands: its sequence number, and the chain hash there.
pub(super) type Chain = BTreeMap<u64, Sha256Digest>;

/// A view of the records. It only reads, and the daemon need not know of it.
pub struct StoreFile {
    connection: Connection,
}

impl StoreFile {
    /// Opens the file of a daemon that runs: opened beside none, SQLite would do the recovery that is the daemon's.
    pub fn open(path: &Path) -> Result<Self, Oops> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        Ok(Self { connection })
    }

    /// The stored bytes of a record.
    pub fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Oops> {
        let mut ask = self.connection.prepare_cached("SELECT value FROM records WHERE key = ?1")?;
        Ok(ask.query_row([key], |row| row.get(0)).optional()?)
    }

    fn record<T: Stored>(&self, key: &str) -> Result<Option<T>, Oops> {
        let read = |bytes: Vec<u8>| T::from_stored(&bytes).map_err(|_| format!("{key} cannot be read").into());
        self.get(key)?.map(read).transpose()
    }

    /// Whether a request left its traces: all of them, or none. A part of them is the error (I8).
    pub fn has_traces(&self, deed: &Deed) -> Result<bool, Oops> {
        let effects = match &deed.what {
            What::Redeem(offer, guest) => vec![
                (
                    "its account",
                    self.record::<KeyRecord>(&keys::account(&guest.key()))?.is_some_and(|record| record.account.is_some()),
                ),
                ("its use", self.get(&keys::invite_use(&offer.id(), &guest.key()))?.is_some()),
            ],
            What::Mint(offer) => vec![("its invite", self.get(&keys::invite(&offer.id()))?.is_some())],
            What::Cancel(offer) => {
                let invite = self.record::<InviteRecord>(&keys::invite(&offer.id()))?;
                vec![("its end", invite.is_some_and(|invite| matches!(invite.closed, Some(Closed::Cancelled(_)))))]
            }
            What::Revoke(key) => {
                let account = self.record::<KeyRecord>(&keys::account(key))?.and_then(|record| record.account);
                vec![("its standing", account.is_some_and(|account| account.standing == Standing::Revoked))]
            }
        };
        let request = self.record::<RequestRecord>(&deed.request_id)?;
        let is_there = request.as_ref().is_some_and(|request| request.allowed);
        for (what, found) in effects {
            if found != is_there {
                return Err(format!("{what} is there: {found}; its request id: {is_there}").into());
            }
        }
        if let Some(request) = request {
            let decided = decode::<Decided>(&request.answer).map_err(|_| "a stored answer cannot be read")?;
            self.recorded(&decided.decision)?;
        }
        Ok(is_there)
    }

    /// A decision record and its contents.
    fn recorded(&self, decision: &DecisionId) -> Result<(), Oops> {
        for key in [keys::decision(decision), keys::contents(decision)] {
            if self.get(&key)?.is_none() {
                return Err(format!("{key} is missing beside its request id").into());
            }
        }
        Ok(())
    }

    /// The chain after a place in it; every checkpoint on the way must be signed by the server and stand on it.
    pub fn chain(&self, server: &ServerKey, after: (u64, Sha256Digest)) -> Result<Chain, Oops> {
        let sql = "SELECT revision, key, value FROM records WHERE revision > ?1 AND (key GLOB 'd.*' OR key GLOB 'k.*')
            ORDER BY revision";
        let mut ask = self.connection.prepare_cached(sql)?;
        let mut rows = ask.query([i64::try_from(after.0)?])?;
        let (mut chain, mut end, mut signed) = (Chain::from([after]), after.1, Vec::new());
        while let Some(row) = rows.next()? {
            let (sequence, key, value) =
                (u64::try_from(row.get::<_, i64>(0)?)?, row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?);
            if key.starts_with(keys::DECISIONS) {
                end = chain_next(&end, sequence, &value);
                chain.insert(sequence, end);
            } else {
                signed.push(checkpoint(&value, server)?);
            }
        }
        for checkpoint in signed.iter().filter(|checkpoint| checkpoint.sequence >= after.0) {
            if chain.get(&checkpoint.sequence) != Some(&checkpoint.chain) {
                return Err(format!("the checkpoint at {} is not on the chain", checkpoint.sequence).into());
            }
        }
        Ok(chain)
    }
}

/// A stored checkpoint: a schema byte, what was signed, the signature.
fn checkpoint(value: &[u8], server: &ServerKey) -> Result<Checkpoint, Oops> {
    let mut reader = Reader::new(value);
    let (_, checkpoint, signature) = (u8::read(&mut reader), Checkpoint::read(&mut reader), Signature::read(&mut reader));
    reader.finish().map_err(|_| "a checkpoint cannot be read")?;
    let good = check::verify(server, &Domain::Checkpoint.statement(&checkpoint), &signature);
    if good { Ok(checkpoint) } else { Err(format!("the checkpoint at {} is not the server's", checkpoint.sequence).into()) }
}

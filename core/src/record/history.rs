//! The history: decision records in a hash chain, and beside each its contents, which can be erased without breaking
//! the chain.
//!
//! `h(n) = SHA-256(h(n−1) | n | SHA-256(record n))` over the records in order of their sequence numbers `n`, with
//! `h` before the first record all zeros. The chain is derived, not stored: nobody contends for a head.

use crate::check::CheckResult;
use crate::code::Code;
use crate::digest::{self, Sha256Digest};
use crate::id::DecisionId;
use crate::time::Timestamp;
use crate::wire::{PageNeed, Verdict, wire_enum, wire_struct};
use alloc::string::String;
use alloc::vec::Vec;

wire_struct! {
    /// `d.<id>`: that a decision was taken. Names nobody, so it never has to be erased.
    pub struct DecisionRecord {
        /// When.
        pub at: Timestamp,
        /// SHA-256 of the policy build that decided.
        pub policy: Sha256Digest,
        /// Yes or no.
        pub verdict: Verdict,
        /// The exact reason.
        pub code: Code,
        /// The table row.
        pub rule: String,
        /// SHA-256 of the encoded [`Contents`], whose salt keeps it from being guessed back after an erasure.
        pub contents: Sha256Digest,
    }
}

wire_enum! {
    /// Where the value of a fact is found again.
    pub enum FactSource {
        /// It was absent.
        0 => Absent,
        /// The store's revision of it.
        1 => Revision(u64),
        /// The value this decision wrote, in the same commit, before it had a revision of its own.
        2 => Decision(DecisionId),
    }
}

wire_struct! {
    /// One fact a decision followed from.
    pub struct FactRef {
        /// Its key.
        pub key: String,
        /// Which value.
        pub source: FactSource,
    }
}

wire_struct! {
    /// One page a decision followed from.
    pub struct PageRef {
        /// Which.
        pub need: PageNeed,
        /// Whether more followed.
        pub more: bool,
        /// What was on it.
        pub records: Vec<FactRef>,
    }
}

wire_struct! {
    /// One answered check.
    pub struct CheckRef {
        /// Which ([`Check::digest`](crate::check::Check::digest)).
        pub check: Sha256Digest,
        /// The answer.
        pub result: CheckResult,
    }
}
crate::wire::list_of!(FactRef, PageRef, CheckRef);

wire_struct! {
    /// `c.<id>`: everything needed to replay a decision. Erased when an account it is about is deleted for good.
    pub struct Contents {
        /// 16 random bytes of the host's, erased with the rest.
        pub salt: [u8; 16],
        /// The request as the policy got it. The signatures that authenticate a request or a redeem stand in it as their
        /// digests only; those that are part of a record anyway (claims, an account over its keys) stand in it whole.
        pub request: Vec<u8>,
        /// The facts it followed from.
        pub facts: Vec<FactRef>,
        /// The pages it followed from.
        pub pages: Vec<PageRef>,
        /// The checks it followed from.
        pub checks: Vec<CheckRef>,
        /// The policy's answer, as it gave it: verdict, reply, post-images of all writes, events.
        pub answer: Vec<u8>,
    }
}

wire_struct! {
    /// `j.<pub>.<id>`: that a decision is about a key.
    pub struct Involved {
        /// Which.
        pub decision: DecisionId,
    }
}

/// The chain hash at record `sequence`, from the hash before it and the stored bytes of the record.
pub fn chain_next(before: &Sha256Digest, sequence: u64, stored_record: &[u8]) -> Sha256Digest {
    chain_over(before, sequence, &digest::sha256(&[stored_record]))
}

/// The same, from SHA-256 of the stored bytes.
pub fn chain_over(before: &Sha256Digest, sequence: u64, record_digest: &Sha256Digest) -> Sha256Digest {
    digest::sha256(&[before, &sequence.to_be_bytes(), record_digest])
}

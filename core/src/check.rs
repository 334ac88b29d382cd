//! The questions of pure arithmetic that the policy asks instead of doing: is this a good key, a good signature, a
//! text in normal form. Whoever runs the policy answers them with [`run`] (features `crypto` and `text`), so that
//! `policy.wasm` carries no curve and no Unicode tables.
//!
//! Answers are matched by [`Check::digest`], never by position; a check nobody made counts as failed.

use crate::digest::{self, Sha256Digest};
use crate::key::{KexKey, SignKey, Signature};
use crate::wire::{encode, wire_enum, wire_struct};
use alloc::string::String;
use alloc::vec::Vec;

wire_enum! {
    /// Where the signature to check is.
    pub enum Proof {
        /// Here, because it is part of what is stored (claims, an account's signature over its keys).
        0 => Inline(Signature),
        /// With the request, under the SHA-256 of its bytes, so that it never enters a record.
        1 => Attached(Sha256Digest),
    }
}

wire_struct! {
    /// Is this a good signature (Ed25519, RFC 8032, `verify_strict`)?
    pub struct SignatureCheck {
        /// By this key.
        pub key: SignKey,
        /// Over these bytes.
        pub bytes: Vec<u8>,
        /// The signature, or where it is.
        pub proof: Proof,
    }
}

wire_enum! {
    /// One question.
    pub enum Check {
        /// A signature.
        0 => Signature(SignatureCheck),
        /// Is this the canonical encoding of a point that is not of small order?
        1 => SignKey(SignKey),
        /// Is this not a low-order point?
        2 => KexKey(KexKey),
        /// Is this text in Unicode normal form C?
        3 => Nfc(String),
    }
}
crate::wire::list_of!(Check);

wire_enum! {
    /// One answer.
    #[derive(Copy)]
    pub enum CheckResult {
        /// Yes.
        0 => Good,
        /// No.
        1 => Bad,
        /// A key that is not written canonically.
        2 => NonCanonical,
        /// A key of small order.
        3 => Weak,
    }
}

impl Check {
    /// What the answer is filed under: SHA-256 of `"doorward/check/v1" | 0x00 | encoding`.
    pub fn digest(&self) -> Sha256Digest {
        digest::derive("doorward/check/v1", &encode(self))
    }
}

#[cfg(all(feature = "crypto", feature = "text"))]
pub use full::run;

#[cfg(feature = "crypto")]
mod arithmetic {
    use super::{Check, CheckResult, Proof, SignatureCheck};
    use crate::key::{KexKey, SignKey, Signature};
    use ed25519_dalek::VerifyingKey;
    use ed25519_dalek::ed25519::Signature as DalekSignature;

    /// Whether this is a good Ed25519 key: canonical (RFC 8032, 5.1.3, and no negative zero) and not of small order.
    pub fn sign_key(key: &SignKey) -> CheckResult {
        match VerifyingKey::from_bytes(&key.0) {
            Err(_) => CheckResult::Bad,
            // Decompression accepts a y of p or more; compressing again does not give it back.
            Ok(point) if point.to_edwards().compress().to_bytes() != key.0 => CheckResult::NonCanonical,
            Ok(point) if point.is_weak() => CheckResult::Weak,
            Ok(_) => CheckResult::Good,
        }
    }

    /// Whether this X25519 key gives a shared secret at all (RFC 7748, section 6.1: not a low-order point).
    pub fn kex_key(key: &KexKey) -> CheckResult {
        let secret = x25519_dalek::StaticSecret::from([0x77; 32]);
        let shared = secret.diffie_hellman(&x25519_dalek::PublicKey::from(key.0));
        if shared.was_contributory() { CheckResult::Good } else { CheckResult::Weak }
    }

    /// Whether this is a good signature, strictly (RFC 8032, 5.1.7, no malleability, no small-order key).
    pub fn verify(key: &SignKey, bytes: &[u8], signature: &Signature) -> bool {
        VerifyingKey::from_bytes(&key.0)
            .is_ok_and(|point| point.verify_strict(bytes, &DalekSignature::from_bytes(&signature.0)).is_ok())
    }

    /// Answers everything but [`Check::Nfc`], which gets `text`'s answer. `attached` are the request's signatures.
    pub fn answer(check: &Check, attached: &[Signature], text: impl Fn(&str) -> bool) -> CheckResult {
        let yes = |good: bool| if good { CheckResult::Good } else { CheckResult::Bad };
        match check {
            Check::SignKey(key) => sign_key(key),
            Check::KexKey(key) => kex_key(key),
            Check::Nfc(value) => yes(text(value)),
            Check::Signature(SignatureCheck { key, bytes, proof }) => {
                let signature = match proof {
                    Proof::Inline(signature) => Some(signature),
                    Proof::Attached(digest) => attached.iter().find(|s| crate::digest::sha256(&[&s.0]) == *digest),
                };
                yes(signature.is_some_and(|signature| verify(key, bytes, signature)))
            }
        }
    }
}
#[cfg(feature = "crypto")]
pub use arithmetic::{answer, kex_key, sign_key, verify};

#[cfg(all(feature = "crypto", feature = "text"))]
mod full {
    use super::{Check, CheckResult};
    use crate::key::Signature;

    /// Answers any check. `attached` are the signatures that came with the request.
    pub fn run(check: &Check, attached: &[Signature]) -> CheckResult {
        super::answer(check, attached, unicode_normalization::is_nfc)
    }
}

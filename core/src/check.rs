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

    /// Every u-coordinate with which X25519 gives zero whatever the secret, on the curve or on its twist: 0, 1, the two
    /// of order 8, p − 1, and p and p + 1, which are 0 and 1 written otherwise. RFC 7748, section 6.1, asks to refuse
    /// that zero; a test asks X25519 itself about each of these and about their neighbours.
    pub(super) const LOW_ORDER: [[u8; 32]; 7] = [
        [0; 32],
        little_endian("0000000000000000000000000000000000000000000000000000000000000001"),
        little_endian("00b8495f16056286fdb1329ceb8d09da6ac49ff1fae35616aeb8413b7c7aebe0"),
        little_endian("57119fd0dd4e22d8868e1c58c45c44045bef839c55b1d0b1248c50a3bc959c5f"),
        little_endian("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec"),
        little_endian("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed"),
        little_endian("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffee"),
    ];

    /// A number in hexadecimal digits, as the bytes of a key.
    const fn little_endian(digits: &str) -> [u8; 32] {
        let (digits, mut bytes, mut at) = (digits.as_bytes(), [0; 32], 0);
        while at < 64 {
            let digit = digits[at];
            let value = if digit.is_ascii_digit() { digit - b'0' } else { digit - b'a' + 10 };
            bytes[31 - at / 2] = bytes[31 - at / 2] << 4 | value;
            at += 1;
        }
        bytes
    }

    /// Whether this X25519 key gives a shared secret at all, that is, whether it is not a low-order point. The highest
    /// bit does not count (RFC 7748, section 5).
    pub fn kex_key(key: &KexKey) -> CheckResult {
        let mut u = key.0;
        u[31] &= 0x7f;
        if LOW_ORDER.contains(&u) { CheckResult::Weak } else { CheckResult::Good }
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

#[cfg(all(test, feature = "crypto"))]
mod tests {
    use super::*;
    use x25519_dalek::{PublicKey, StaticSecret};

    /// The list is what X25519 itself says, for the list, its neighbours, both ends of the field and keys at random.
    #[test]
    fn low_order_is_what_gives_no_secret() {
        let small = (0..=40u8).map(|u| [&[u][..], &[0; 31]].concat());
        let large = (0xd0..=0xffu8).map(|u| [&[u][..], &[0xff; 30], &[0x7f]].concat());
        let random = (0..200u8).map(|n| digest::sha256(&[&[n]]).to_vec());
        let mut weak = 0;
        for bytes in small.chain(large).chain(random).chain(arithmetic::LOW_ORDER.map(|u| u.to_vec())) {
            for step in [0, 1, 255] {
                for bit in [0, 0x80] {
                    let mut u: [u8; 32] = bytes.clone().try_into().unwrap();
                    (u[0], u[31]) = (u[0].wrapping_add(step), u[31] ^ bit);
                    let secret = StaticSecret::from([0x77; 32]).diffie_hellman(&PublicKey::from(u));
                    let expected = if secret.was_contributory() { CheckResult::Good } else { CheckResult::Weak };
                    assert_eq!(kex_key(&KexKey(u)), expected, "{u:02x?}");
                    weak += u32::from(expected == CheckResult::Weak);
                }
            }
        }
        assert!(weak > 14, "each is among them");
    }
}

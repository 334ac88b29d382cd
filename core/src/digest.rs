//! SHA-256 (FIPS 180-4) over length-prefixed or domain-separated parts.

use alloc::string::String;
use alloc::vec::Vec;
use sha2::{Digest, Sha256};

/// A SHA-256 digest.
pub type Sha256Digest = [u8; 32];

/// SHA-256 of the concatenation of `parts`. Callers keep concatenations unambiguous.
pub fn sha256(parts: &[&[u8]]) -> Sha256Digest {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// SHA-256 of `domain | 0x00 | part`, the form every derived id of Doorward has.
pub fn derive(domain: &str, part: &[u8]) -> Sha256Digest {
    sha256(&[domain.as_bytes(), &[0], part])
}

/// Appends bytes as lower-case hexadecimal digits. By hand: every question writes a key of them, and `policy.wasm` is
/// short of room.
#[inline]
pub(crate) fn push_hex(text: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let start = text.len();
    text.resize(start + 2 * bytes.len(), b'0');
    for (pair, byte) in text[start..].chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(2 * bytes.len());
    push_hex(&mut text, bytes);
    // Digits are ASCII.
    String::from_utf8(text).unwrap_or_default()
}

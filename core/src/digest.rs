//! SHA-256 (FIPS 180-4) over length-prefixed or domain-separated parts.

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

//! Whole files: armor around header and payload.

use crate::{Refusal, armor, header, payload};
use alloc::string::String;
use alloc::vec::Vec;
use zeroize::Zeroizing;

/// The randomness of one file. Every file needs fresh bytes from the operating system.
pub struct Entropy {
    /// Salt of the passphrase.
    pub salt: [u8; 16],
    /// The file key.
    pub file_key: Zeroizing<[u8; 16]>,
    /// Nonce of the payload.
    pub nonce: [u8; 16],
}

/// Encrypts to armored text with work factor [`header::WORK`].
pub fn encrypt(passphrase: &str, plaintext: &[u8], entropy: &Entropy) -> Result<String, Refusal> {
    let Entropy { salt, file_key, nonce } = entropy;
    let mut file = header::write(passphrase, header::WORK, salt, file_key)?;
    file.extend_from_slice(&payload::seal(file_key, nonce, plaintext)?);
    Ok(armor::wrap(&file))
}

/// Decrypts armored text. The result is wiped when dropped.
pub fn decrypt(passphrase: &str, armored: &str) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let file = armor::unwrap(armored)?;
    let (file_key, sealed) = header::open(passphrase, &file)?;
    payload::open(&file_key, sealed)
}

#[cfg(test)]
mod tests;

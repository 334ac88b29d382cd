//! What the page calls.

use crate::Refusal;
use crate::file::{self, Entropy};
use alloc::string::String;
use alloc::vec::Vec;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

#[wasm_bindgen]
extern "C" {
    /// The operating system's randomness (Web Cryptography API, section 10.1.1).
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn fill_random(bytes: &mut [u8]);
}

/// Encrypts a backup under a passphrase: an armored age file. Takes about a second, and 64 MiB while it runs. Throws
/// `too-little-memory`.
#[wasm_bindgen]
pub fn encrypt(passphrase: String, plaintext: Vec<u8>) -> Result<String, JsError> {
    let (passphrase, plaintext) = (Zeroizing::new(passphrase), Zeroizing::new(plaintext));
    let mut drawn = Zeroizing::new([0; 48]);
    fill_random(&mut *drawn);
    let mut entropy = Entropy { salt: [0; 16], file_key: Zeroizing::new([0; 16]), nonce: [0; 16] };
    entropy.salt.copy_from_slice(&drawn[..16]);
    entropy.file_key.copy_from_slice(&drawn[16..32]);
    entropy.nonce.copy_from_slice(&drawn[32..]);
    file::encrypt(&passphrase, &plaintext, &entropy).map_err(thrown)
}

/// Decrypts an armored age file under a passphrase. Throws `wrong-passphrase`, `damaged-backup` (not an age file under a
/// passphrase, not all of it, changed, or asking for more work than 2^20), `too-little-memory`. Wipe the result after use.
#[wasm_bindgen]
pub fn decrypt(passphrase: String, armored: &str) -> Result<Vec<u8>, JsError> {
    let passphrase = Zeroizing::new(passphrase);
    let mut plaintext = file::decrypt(&passphrase, armored).map_err(thrown)?;
    // The glue frees what it copied out without wiping it; the page holds the same bytes then, so that reveals no more.
    Ok(core::mem::take(&mut *plaintext))
}

fn thrown(refusal: Refusal) -> JsError {
    JsError::new(refusal.name())
}

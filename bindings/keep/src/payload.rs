//! The payload of an age file: STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) of ChaCha20-Poly1305 over chunks of
//! 64 KiB. The nonce of a chunk is its number in 11 bytes, and 1 for the last one, else 0.

use crate::Refusal;
use crate::header::{FileKey, derive};
use alloc::vec::Vec;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Tag};
use zeroize::Zeroizing;

const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;

/// Encrypts; `nonce` is 16 fresh random bytes, which come first in the result.
pub fn seal(file_key: &FileKey, nonce: &[u8; 16], plaintext: &[u8]) -> Result<Vec<u8>, Refusal> {
    let cipher = cipher(file_key, nonce);
    let count = plaintext.len().div_ceil(CHUNK).max(1);
    let mut sealed = nonce.to_vec();
    for number in 0..count {
        let chunk = &plaintext[number * CHUNK..plaintext.len().min((number + 1) * CHUNK)];
        let start = sealed.len();
        sealed.extend_from_slice(chunk);
        let tag = cipher
            .encrypt_inout_detached(&chunk_nonce(number, number + 1 == count).into(), &[], (&mut sealed[start..]).into())
            .map_err(|_| Refusal::Damaged)?;
        sealed.extend_from_slice(&tag);
    }
    Ok(sealed)
}

/// Decrypts. Nothing is given out unless all of it is good; an empty last chunk after others is not.
pub fn open(file_key: &FileKey, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let (nonce, rest) = sealed.split_first_chunk::<16>().ok_or(Refusal::Damaged)?;
    let cipher = cipher(file_key, nonce);
    let count = rest.len().div_ceil(CHUNK + TAG);
    let mut plaintext = Zeroizing::new(Vec::with_capacity(rest.len()));
    if count == 0 {
        return Err(Refusal::Damaged);
    }
    for (number, chunk) in rest.chunks(CHUNK + TAG).enumerate() {
        let (body, tag) = chunk.split_last_chunk::<TAG>().ok_or(Refusal::Damaged)?;
        if body.is_empty() && number > 0 {
            return Err(Refusal::Damaged);
        }
        let start = plaintext.len();
        plaintext.extend_from_slice(body);
        cipher
            .decrypt_inout_detached(
                &chunk_nonce(number, number + 1 == count).into(),
                &[],
                (&mut plaintext[start..]).into(),
                &Tag::from(*tag),
            )
            .map_err(|_| Refusal::Damaged)?;
    }
    Ok(plaintext)
}

fn cipher(file_key: &FileKey, nonce: &[u8; 16]) -> ChaCha20Poly1305 {
    let key = derive(file_key, nonce, b"payload");
    ChaCha20Poly1305::new(&(*key).into())
}

fn chunk_nonce(number: usize, is_last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&(number as u64).to_be_bytes());
    nonce[11] = u8::from(is_last);
    nonce
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn an_empty_last_chunk_stands_alone_or_not_at_all() {
        let (file_key, nonce) = (Zeroizing::new([1; 16]), [2; 16]);
        let cipher = cipher(&file_key, &nonce);
        let mut sealed = nonce.to_vec();
        for (number, mut chunk, is_last) in [(0, vec![7; CHUNK], false), (1, vec![], true)] {
            let tag =
                cipher.encrypt_inout_detached(&chunk_nonce(number, is_last).into(), &[], chunk.as_mut_slice().into()).unwrap();
            sealed.extend([chunk.as_slice(), &tag].concat());
        }
        assert_eq!(open(&file_key, &sealed), Err(Refusal::Damaged));
        for plaintext in [vec![], vec![7; CHUNK]] {
            assert_eq!(*open(&file_key, &seal(&file_key, &nonce, &plaintext).unwrap()).unwrap(), plaintext);
        }
    }
}

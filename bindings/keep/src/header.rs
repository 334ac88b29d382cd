//! The header of an age file with one scrypt recipient (age v1, "The scrypt recipient type").
//!
//! ```text
//! age-encryption.org/v1
//! -> scrypt <base64 of the salt, 16 bytes> <log2 of the work factor>
//! <base64 of the file key, encrypted>
//! --- <base64 of the MAC>
//! ```

use crate::Refusal;
use alloc::string::String;
use alloc::vec::Vec;
use base64ct::{Base64Unpadded, Encoding};
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Tag};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use scrypt::Params;
use sha2::Sha256;
use zeroize::Zeroizing;

const MAGIC: &str = "age-encryption.org/v1\n-> scrypt ";
const SALT_LABEL: &[u8] = b"age-encryption.org/v1/scrypt";

/// The work factor of new files, as a power of two: 64 MiB, and a second or less on the devices of 2026.
pub const WORK: u8 = 16;
/// The most work a file may ask for: 1 GiB. More would let a file stall the page that opens it.
pub const MOST_WORK: u8 = 20;

/// The key that everything in one file derives from.
pub type FileKey = Zeroizing<[u8; 16]>;

/// Writes the header for a file key.
pub fn write(passphrase: &str, work: u8, salt: &[u8; 16], file_key: &FileKey) -> Result<Vec<u8>, Refusal> {
    let mut wrapped = file_key.to_vec();
    let key = wrapping_key(passphrase, work, salt)?;
    let tag = ChaCha20Poly1305::new(&(*key).into())
        .encrypt_inout_detached(&[0; 12].into(), &[], wrapped.as_mut_slice().into())
        .map_err(|_| Refusal::Damaged)?;
    wrapped.extend_from_slice(&tag);
    let mut header = String::from(MAGIC);
    header.push_str(&Base64Unpadded::encode_string(salt));
    header.push(' ');
    if work >= 10 {
        header.push(char::from(b'0' + work / 10));
    }
    header.push(char::from(b'0' + work % 10));
    header.push('\n');
    header.push_str(&Base64Unpadded::encode_string(&wrapped));
    header.push_str("\n---");
    let mac: [u8; 32] = mac(file_key, header.as_bytes()).finalize().into_bytes().into();
    header.push(' ');
    header.push_str(&Base64Unpadded::encode_string(&mac));
    header.push('\n');
    Ok(header.into_bytes())
}

/// Reads a header and opens its file key. Returns the key and what follows the header.
pub fn open<'a>(passphrase: &str, file: &'a [u8]) -> Result<(FileKey, &'a [u8]), Refusal> {
    let damaged = Refusal::Damaged;
    let rest = file.strip_prefix(MAGIC.as_bytes()).ok_or(damaged)?;
    let (recipient, rest) = line(rest)?;
    let (salt, work) = recipient.split_at_checked(22).ok_or(damaged)?;
    let salt = exactly::<16>(salt)?;
    let work = work_factor(work.strip_prefix(' ').ok_or(damaged)?)?;
    let (wrapped, rest) = line(rest)?;
    let wrapped = exactly::<32>(wrapped)?;
    let (last, payload) = line(rest)?;
    let claimed = exactly::<32>(last.strip_prefix("--- ").ok_or(damaged)?)?;

    let key = wrapping_key(passphrase, work, &salt)?;
    let mut file_key = Zeroizing::new([0; 16]);
    file_key.copy_from_slice(&wrapped[..16]);
    let tag = Tag::try_from(&wrapped[16..]).map_err(|_| damaged)?;
    ChaCha20Poly1305::new(&(*key).into())
        .decrypt_inout_detached(&[0; 12].into(), &[], file_key.as_mut_slice().into(), &tag)
        .map_err(|_| Refusal::WrongPassphrase)?;

    let signed = file.len() - payload.len() - last.len() - 1 + "---".len();
    mac(&file_key, &file[..signed]).verify_slice(&claimed).map_err(|_| damaged)?;
    Ok((file_key, payload))
}

/// HKDF-SHA256 (RFC 5869) of the file key, as the header and the payload use it.
pub(crate) fn derive(file_key: &FileKey, salt: &[u8], info: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    // 32 bytes are far below HKDF's limit of 255 blocks, the only error there is.
    if Hkdf::<Sha256>::new(Some(salt), &**file_key).expand(info, &mut *key).is_err() {
        key.fill(0);
    }
    key
}

fn mac(file_key: &FileKey, header: &[u8]) -> Hmac<Sha256> {
    let key = derive(file_key, &[], b"header");
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&(*key).into_iter().chain([0; 32]).collect());
    mac.update(header);
    mac
}

fn wrapping_key(passphrase: &str, work: u8, salt: &[u8; 16]) -> Result<Zeroizing<[u8; 32]>, Refusal> {
    let params = Params::new(work, 8, 1).map_err(|_| Refusal::Damaged)?;
    // scrypt takes its memory without asking; asked for here and given back, it is there.
    Vec::<u8>::new().try_reserve_exact(1024 << work).map_err(|_| Refusal::TooLittleMemory)?;
    let mut key = Zeroizing::new([0; 32]);
    scrypt::scrypt(passphrase.as_bytes(), &[SALT_LABEL, salt].concat(), &params, &mut *key).map_err(|_| Refusal::Damaged)?;
    Ok(key)
}

/// A decimal without leading zeros, at most [`MOST_WORK`].
fn work_factor(text: &str) -> Result<u8, Refusal> {
    let number = match text.as_bytes() {
        [b @ b'1'..=b'9'] => b - b'0',
        [tens @ b'1'..=b'9', ones @ b'0'..=b'9'] => (tens - b'0') * 10 + (ones - b'0'),
        _ => return Err(Refusal::Damaged),
    };
    if number <= MOST_WORK { Ok(number) } else { Err(Refusal::Damaged) }
}

fn line(bytes: &[u8]) -> Result<(&str, &[u8]), Refusal> {
    // No line of such a header is longer; a search in a long payload would be for nothing.
    let end = bytes.iter().take(80).position(|c| *c == b'\n').ok_or(Refusal::Damaged)?;
    let text = core::str::from_utf8(&bytes[..end]).map_err(|_| Refusal::Damaged)?;
    Ok((text, &bytes[end + 1..]))
}

fn exactly<const N: usize>(text: &str) -> Result<[u8; N], Refusal> {
    let mut bytes = [0; N];
    match Base64Unpadded::decode(text, &mut bytes) {
        Ok(decoded) if decoded.len() == N => Ok(bytes),
        Ok(_) | Err(_) => Err(Refusal::Damaged),
    }
}

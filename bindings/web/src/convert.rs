//! From JavaScript's few types to the core's many. Everything that does not fit exactly is refused.

use crate::thrown::Thrown;
use doorward_core::{Code, Nonce, SignKey, Signature, Timestamp};

/// Seconds since 1970; fractions are cut. Negative, endless and too late times are `malformed`.
pub(crate) fn timestamp(seconds: f64) -> Result<Timestamp, Thrown> {
    if (0.0..=Timestamp::MAX.0 as f64).contains(&seconds) { Ok(Timestamp(seconds as u64)) } else { Err(Thrown(Code::Malformed)) }
}

/// 64 hexadecimal characters, else `malformed-key`.
pub(crate) fn sign_key(hex: &str) -> Result<SignKey, Thrown> {
    bytes(hex, Code::MalformedKey).map(SignKey)
}

/// 128 hexadecimal characters, else `malformed`.
pub(crate) fn signature(hex: &str) -> Result<Signature, Thrown> {
    bytes(hex, Code::Malformed).map(Signature)
}

/// 32 hexadecimal characters, else `malformed`.
pub(crate) fn nonce(hex: &str) -> Result<Nonce, Thrown> {
    bytes(hex, Code::Malformed).map(Nonce)
}

fn bytes<const N: usize>(text: &str, otherwise: Code) -> Result<[u8; N], Thrown> {
    let mut bytes = [0; N];
    fill(&mut bytes, text, otherwise).map(|()| bytes)
}

/// Reads as many bytes as are wanted from hexadecimal of either case, to the place where they belong: moving keys about
/// is a large part of small functions.
pub(crate) fn fill(bytes: &mut [u8], text: &str, otherwise: Code) -> Result<(), Thrown> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return Err(Thrown(otherwise));
    }
    for ([high, low], byte) in pairs.iter().zip(bytes) {
        *byte = digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low).ok_or(otherwise)?;
    }
    Ok(())
}

fn digit(c: u8) -> Option<u8> {
    char::from(c).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(nonce("000102030405060708090a0B0c0D0eFf").map(|n| n.0[15]), Ok(0xff));
        for bad in [
            "",
            "00",
            "g00102030405060708090a0b0c0d0e0f",
            "000102030405060708090a0b0c0d0e0f0",
            "000102030405060708090a0b0c0d0e0f00",
            "é00102030405060708090a0b0c0d0e0",
        ] {
            assert_eq!(nonce(bad).map(|n| n.0), Err(Thrown(Code::Malformed)), "{bad}");
        }
        assert_eq!(sign_key("00").map(|k| k.0), Err(Thrown(Code::MalformedKey)));
        assert_eq!(timestamp(1.9), Ok(Timestamp(1)));
        for bad in [-1.0, f64::NAN, f64::INFINITY, 253_402_300_800.0] {
            assert_eq!(timestamp(bad), Err(Thrown(Code::Malformed)), "{bad}");
        }
    }
}

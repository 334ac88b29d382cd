//! The secret in a link: 32 bytes, in its three spellings, and the key it stands for.
//!
//! The token is made by the issuer's client and never sent to a server. A server stores the public half of the key it
//! derives, so a stolen store redeems nothing.

use crate::code::Code;
use alloc::string::String;

/// An invite token. Its `Debug` shows nothing; it is wiped when dropped wherever keys are handled (feature `crypto`).
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

const PREFIX: &str = "dwi1_";
/// Crockford's base32: no I, L, O, U.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// The five further check symbols, for remainders 32 to 36.
const CHECK_SYMBOLS: &[u8; 5] = b"*~$=U";

impl core::fmt::Debug for Token {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(feature = "crypto")]
impl Drop for Token {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl Token {
    /// Takes 32 bytes drawn from the operating system or derived from an invite root.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes. Handle with care.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// `dwi1_` and 64 lower-case hexadecimal characters, so that it is never mistaken for a key.
    pub fn to_text(&self) -> String {
        [PREFIX, &hex::encode(self.0)].concat()
    }

    /// Reads [`Token::to_text`]'s form, in either case.
    pub fn from_text(text: &str) -> Result<Self, Code> {
        let digits = text.strip_prefix(PREFIX).ok_or(Code::DamagedLink)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| Code::DamagedLink)?;
        Ok(Self(bytes))
    }

    /// The code to type where nothing can be pasted: Crockford base32, 13 groups of four and a check symbol.
    pub fn to_typed_code(&self) -> String {
        let mut code = String::with_capacity(66);
        for index in 0..52 {
            if index > 0 && index % 4 == 0 {
                code.push('-');
            }
            code.push(char::from(SYMBOLS[self.quintet(index)]));
        }
        code.push('-');
        code.push(char::from(check_symbol(self.remainder())));
        code
    }

    /// Reads a typed code in any case, with or without groups; `O` is read as 0 and `I`, `L` as 1. A wrong check
    /// symbol is `damaged-link`.
    pub fn from_typed_code(text: &str) -> Result<Self, Code> {
        let mut symbols = text.bytes().filter(|c| *c != b'-' && !c.is_ascii_whitespace()).map(|c| c.to_ascii_uppercase());
        let mut bytes = [0u8; 32];
        // 52 symbols hold 260 bits, so the first symbol carries one bit and the others five.
        let (mut pool, mut bits, mut filled) = (0u32, 0u32, 0usize);
        for index in 0..52 {
            let value = symbol_value(symbols.next().ok_or(Code::DamagedLink)?).ok_or(Code::DamagedLink)?;
            if index == 0 && value > 1 {
                return Err(Code::DamagedLink);
            }
            pool = pool << 5 | value;
            bits += if index == 0 { 1 } else { 5 };
            if bits >= 8 {
                bits -= 8;
                bytes[filled] = (pool >> bits) as u8;
                filled += 1;
                pool &= (1 << bits) - 1;
            }
        }
        let token = Self(bytes);
        match (symbols.next(), symbols.next()) {
            (Some(check), None) if plain(check) == check_symbol(token.remainder()) => Ok(token),
            _ => Err(Code::DamagedLink),
        }
    }

    /// The five bits that symbol `index` stands for, counting four leading zero bits.
    fn quintet(&self, index: usize) -> usize {
        (0..5).fold(0, |value, bit| {
            let position = index * 5 + bit;
            let set = position >= 4 && self.0[(position - 4) / 8] >> (7 - (position - 4) % 8) & 1 == 1;
            value << 1 | usize::from(set)
        })
    }

    /// The token as a number, modulo 37.
    fn remainder(&self) -> usize {
        self.0.iter().fold(0, |rest, byte| (rest * 256 + usize::from(*byte)) % 37)
    }
}

fn check_symbol(remainder: usize) -> u8 {
    if remainder < 32 { SYMBOLS[remainder] } else { CHECK_SYMBOLS[remainder - 32] }
}

/// Letters that people read as digits.
fn plain(c: u8) -> u8 {
    match c {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        c => c,
    }
}

fn symbol_value(c: u8) -> Option<u32> {
    SYMBOLS.iter().position(|s| *s == plain(c)).and_then(|at| u32::try_from(at).ok())
}

#[cfg(feature = "crypto")]
mod derive {
    use super::Token;
    use crate::key::{ServerKey, SignKey, Signature};
    use ed25519_dalek::{Signer, SigningKey};
    use hkdf::Hkdf;
    use sha2::Sha256;
    use zeroize::Zeroizing;

    /// An invite's key, derived from its token with HKDF-SHA256 (RFC 5869), salt `doorward/invite/v1`, empty info.
    pub struct InviteKey(SigningKey);

    impl InviteKey {
        /// The public half, which the server keeps.
        pub fn public(&self) -> SignKey {
            SignKey(self.0.verifying_key().to_bytes())
        }

        /// Signs the bytes of a statement.
        pub fn sign(&self, bytes: &[u8]) -> Signature {
            Signature(self.0.sign(bytes).to_bytes())
        }
    }

    impl Token {
        /// The key this token stands for.
        pub fn invite_key(&self) -> InviteKey {
            let mut seed = Zeroizing::new([0; 32]);
            expand(Some(b"doorward/invite/v1"), self.expose(), b"", &mut seed);
            InviteKey(SigningKey::from_bytes(&seed))
        }

        /// The token that an issuer's invite root gives for one salt: HKDF-SHA256(root, salt,
        /// `"doorward/invite-token/v1" | server key`). The same three inputs show the same link again later.
        pub fn from_invite_root(root: &[u8; 32], salt: &[u8; 16], server: &ServerKey) -> Self {
            let mut bytes = Zeroizing::new([0; 32]);
            expand(Some(salt), root, &token_info(server), &mut bytes);
            Self(*bytes)
        }
    }

    /// The HKDF info of [`Token::from_invite_root`], for key stores that derive on their own (WebCrypto).
    pub fn token_info(server: &ServerKey) -> alloc::vec::Vec<u8> {
        [b"doorward/invite-token/v1".as_slice(), &server.0].concat()
    }

    fn expand(salt: Option<&[u8]>, secret: &[u8], info: &[u8], out: &mut [u8; 32]) {
        // 32 bytes are far below HKDF's limit of 255 blocks, the only error there is.
        if Hkdf::<Sha256>::new(salt, secret).expand(info, out).is_err() {
            out.fill(0);
        }
    }
}
#[cfg(feature = "crypto")]
pub use derive::{InviteKey, token_info};

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(step: u8) -> Token {
        Token(core::array::from_fn(|i| (i as u8).wrapping_mul(step).wrapping_add(step)))
    }

    #[test]
    fn spellings_round_trip() {
        for step in 0..=255 {
            let token = sample(step);
            assert_eq!(Token::from_text(&token.to_text()), Ok(token.clone()));
            let typed = token.to_typed_code();
            assert_eq!(typed.split('-').count(), 14);
            assert_eq!(Token::from_typed_code(&typed), Ok(token.clone()));
            assert_eq!(Token::from_typed_code(&typed.to_lowercase().replace('-', " ")), Ok(token.clone()));
            assert_eq!(Token::from_typed_code(&typed.replace('0', "o").replace('1', "l")), Ok(token));
        }
        assert_eq!(
            Token([0xff; 32]).to_typed_code(),
            Token::from_typed_code(&Token([0xff; 32]).to_typed_code()).unwrap().to_typed_code()
        );
    }

    #[test]
    fn one_wrong_symbol_is_noticed() {
        let typed = sample(91).to_typed_code();
        for at in (0..typed.len()).filter(|at| typed.as_bytes()[*at] != b'-') {
            for other in SYMBOLS {
                let mut wrong = typed.clone().into_bytes();
                if wrong[at] != *other {
                    wrong[at] = *other;
                    assert_eq!(Token::from_typed_code(core::str::from_utf8(&wrong).unwrap()), Err(Code::DamagedLink));
                }
            }
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(alloc::format!("{:?}", sample(3)), "Token(…)");
    }
}

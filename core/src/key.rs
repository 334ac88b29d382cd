//! Public keys and signatures as bytes. Parsing only: whether a key is a good point is a [`check`](crate::check).
//!
//! A key is 32 bytes, written as 64 hexadecimal characters. Upper case is accepted and normalised, so one key in two
//! spellings is one account.

use crate::code::Code;
use crate::digest;
use alloc::string::String;

macro_rules! bytes_newtype {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Lower-case hexadecimal.
            pub fn to_hex(&self) -> String { digest::hex(&self.0) }

            /// Reads exactly the right number of hexadecimal characters, of either case; anything else is
            /// `malformed-key`.
            pub fn from_hex(text: &str) -> Result<Self, Code> {
                let mut bytes = [0; $len];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| Code::MalformedKey)?;
                Ok(Self(bytes))
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.to_hex())
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result { f.write_str(&self.to_hex()) }
        }
    };
}

bytes_newtype!(
    /// An Ed25519 public key (RFC 8032): who an account, invite or server is.
    SignKey,
    32
);
bytes_newtype!(
    /// An X25519 public key (RFC 7748): what others seal to.
    KexKey,
    32
);
bytes_newtype!(
    /// An Ed25519 signature (RFC 8032).
    Signature,
    64
);
bytes_newtype!(
    /// A request id: 16 random bytes chosen by the client.
    Nonce,
    16
);

/// The server's own Ed25519 public key, carried in full by every statement.
pub type ServerKey = SignKey;

impl SignKey {
    /// What a person compares: the first 8 hexadecimal characters in two groups, shown beside every handle.
    pub fn fingerprint(&self) -> String {
        let [a, b, c, d, ..] = self.0;
        [hex::encode([a, b]), hex::encode([c, d])].join("-")
    }

    /// First 10 bytes of SHA-256 of the key: how a link names its server.
    pub fn server_fingerprint(&self) -> [u8; 10] {
        let mut out = [0; 10];
        out.copy_from_slice(&digest::sha256(&[&self.0])[..10]);
        out
    }
}

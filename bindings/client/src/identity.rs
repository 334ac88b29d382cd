//! One account at one server as it is written to a file: the JSON that browser backups hold too.
//!
//! `{"doorward-backup":1, server_key, server_name, public_url, sign_key, sign_seed, kex_key, kex_seed, invite_root,
//! handle, created}`: keys and seeds as hexadecimal, `created` as RFC 3339. Fields this build does not know are left
//! alone; another version, a missing field, or a public key that is not its seed's is refused.

use crate::keys::{Keys, Seeds};
use doorward_core::{KexKey, ServerKey, SignKey, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// The format this build writes and reads.
const VERSION: u8 = 1;

/// An account at a server: its keys and what a person calls it.
#[derive(Debug)]
pub struct Identity {
    /// Which server it is for. The keys sign for no other.
    pub server_key: ServerKey,
    /// What that server called itself, display only.
    pub server_name: String,
    /// Where that server is.
    pub public_url: String,
    /// What the account is called there; empty until it has joined.
    pub handle: String,
    /// When the keys were made.
    pub created: Timestamp,
    /// The secrets.
    pub keys: Keys,
}

/// Why a key file was not understood. Never quotes what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadIdentity {
    /// Not the JSON of a key file, or a field is missing or malformed.
    #[error("this is not a Doorward key file")]
    NotAKeyFile,
    /// Written by a later release.
    #[error("this key file was written by a later release of Doorward")]
    OtherVersion,
    /// A public key that is not the seed's.
    #[error("this key file contradicts itself: a public key is not the one of its seed")]
    Contradiction,
}

impl Identity {
    /// The JSON, secrets included, ending in a newline. Wiped when dropped.
    pub fn to_json(&self) -> Zeroizing<String> {
        let seeds = self.keys.expose_seeds();
        let file = File {
            version: VERSION,
            server_key: self.server_key.to_hex(),
            server_name: self.server_name.clone(),
            public_url: self.public_url.clone(),
            sign_key: self.keys.sign_key().to_hex(),
            sign_seed: SecretHex(seeds.sign.clone()),
            kex_key: self.keys.kex_key().to_hex(),
            kex_seed: SecretHex(seeds.kex.clone()),
            invite_root: SecretHex(seeds.invite_root.clone()),
            handle: self.handle.clone(),
            created: self.created.to_rfc3339(),
        };
        // Large enough that no half-written copy is left behind by growing.
        let mut bytes =
            Zeroizing::new(Vec::with_capacity(4_096 + 12 * (self.handle.len() + self.server_name.len() + self.public_url.len())));
        // Strings and integers only: there is nothing in it that JSON cannot write.
        let written = serde_json::to_writer_pretty(&mut *bytes, &file).is_ok();
        debug_assert!(written);
        bytes.push(b'\n');
        Zeroizing::new(String::from_utf8(std::mem::take(&mut *bytes)).unwrap_or_default())
    }

    /// Reads [`Identity::to_json`]'s form.
    pub fn from_json(json: &str) -> Result<Identity, BadIdentity> {
        let marked: Marked = serde_json::from_str(json).map_err(|_| BadIdentity::NotAKeyFile)?;
        if marked.version != u64::from(VERSION) {
            return Err(BadIdentity::OtherVersion);
        }
        let file: File = serde_json::from_str(json).map_err(|_| BadIdentity::NotAKeyFile)?;
        let key = |text: &str| SignKey::from_hex(text).map_err(|_| BadIdentity::NotAKeyFile);
        let seeds = Seeds { sign: file.sign_seed.0, kex: file.kex_seed.0, invite_root: file.invite_root.0 };
        let identity = Identity {
            server_key: key(&file.server_key)?,
            server_name: file.server_name,
            public_url: file.public_url,
            handle: file.handle,
            created: Timestamp::from_rfc3339(&file.created).ok_or(BadIdentity::NotAKeyFile)?,
            keys: Keys::from_seeds(&seeds),
        };
        let kex_key = KexKey::from_hex(&file.kex_key).map_err(|_| BadIdentity::NotAKeyFile)?;
        if identity.keys.sign_key() != key(&file.sign_key)? || identity.keys.kex_key() != kex_key {
            return Err(BadIdentity::Contradiction);
        }
        Ok(identity)
    }
}

/// Enough to tell which release wrote it.
#[derive(Deserialize)]
struct Marked {
    #[serde(rename = "doorward-backup")]
    version: u64,
}

#[derive(Serialize, Deserialize)]
struct File {
    #[serde(rename = "doorward-backup")]
    version: u8,
    server_key: String,
    server_name: String,
    public_url: String,
    sign_key: String,
    sign_seed: SecretHex,
    kex_key: String,
    kex_seed: SecretHex,
    invite_root: SecretHex,
    handle: String,
    created: String,
}

/// 32 secret bytes as hexadecimal, never in a `String` that is not wiped.
struct SecretHex(Zeroizing<[u8; 32]>);

impl Serialize for SecretHex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(hex::encode(*self.0)))
    }
}

impl<'de> Deserialize<'de> for SecretHex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Borrowed from the input, which its owner wipes; hexadecimal needs no escapes.
        let text = <&str>::deserialize(deserializer)?;
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text, bytes.as_mut_slice()).map_err(|_| D::Error::custom("not 64 hexadecimal characters"))?;
        Ok(Self(bytes))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn identity(byte: u8, server: u8) -> Identity {
        let seeds =
            Seeds { sign: Zeroizing::new([byte; 32]), kex: Zeroizing::new([byte; 32]), invite_root: Zeroizing::new([byte; 32]) };
        Identity {
            server_key: SignKey([server; 32]),
            server_name: "Home \"1\"".into(),
            public_url: "https://door.example".into(),
            handle: "Žofie".into(),
            created: Timestamp(1_795_148_280),
            keys: Keys::from_seeds(&seeds),
        }
    }

    #[test]
    fn round_trips() {
        let json = identity(7, 9).to_json();
        let back = Identity::from_json(&json).unwrap();
        assert_eq!(*back.to_json(), *json);
        assert_eq!(back.handle, "Žofie");
        assert_eq!(back.keys.sign_key(), identity(7, 9).keys.sign_key());
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        let mut fields: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        let expected = [
            "created",
            "doorward-backup",
            "handle",
            "invite_root",
            "kex_key",
            "kex_seed",
            "public_url",
            "server_key",
            "server_name",
            "sign_key",
            "sign_seed",
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn doubt_is_refused() {
        let json = identity(7, 9).to_json();
        let seed = hex::encode([7u8; 32]);
        let cases = [
            (json.replace("\"doorward-backup\": 1", "\"doorward-backup\": 2"), BadIdentity::OtherVersion),
            (json.replace("\"doorward-backup\": 1,", ""), BadIdentity::NotAKeyFile),
            (json.replace("\"handle\"", "\"handel\""), BadIdentity::NotAKeyFile),
            (json.replacen(&seed, &seed[1..], 1), BadIdentity::NotAKeyFile),
            (json.replacen(&seed, &hex::encode([8u8; 32]), 1), BadIdentity::Contradiction),
            (json.replace("2026-11-20T", "2026-11-20 "), BadIdentity::NotAKeyFile),
            (String::new(), BadIdentity::NotAKeyFile),
        ];
        for (bad, expected) in cases {
            assert_eq!(Identity::from_json(&bad).unwrap_err(), expected);
        }
    }
}

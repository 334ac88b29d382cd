//! What one account at one server holds: an Ed25519 seed, an X25519 seed, and the invite root.

use crate::ambient::{Ambient, NoEntropy};
use doorward_core::statement::{AccountStatement, Domain};
use doorward_core::token::Token;
use doorward_core::{KexKey, ServerKey, SignKey, Signature};
use ed25519_dalek::{Signer, SigningKey};
use std::fmt;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// The secrets of one account at one server. Wiped when dropped; `Debug` shows the public fingerprint only.
pub struct Keys {
    sign: SigningKey,
    kex: StaticSecret,
    invite_root: Zeroizing<[u8; 32]>,
}

/// The three seeds of [`Keys`], for whoever writes them to a backup. Wiped when dropped; no `Debug`.
pub struct Seeds {
    /// Ed25519 seed (RFC 8032, section 5.1.5).
    pub sign: Zeroizing<[u8; 32]>,
    /// X25519 private key (RFC 7748, section 5), not clamped.
    pub kex: Zeroizing<[u8; 32]>,
    /// What invite tokens are derived from.
    pub invite_root: Zeroizing<[u8; 32]>,
}

impl Keys {
    /// Draws new keys.
    pub fn generate(ambient: &Ambient) -> Result<Keys, NoEntropy> {
        let mut seeds =
            Seeds { sign: Zeroizing::new([0; 32]), kex: Zeroizing::new([0; 32]), invite_root: Zeroizing::new([0; 32]) };
        for seed in [&mut seeds.sign, &mut seeds.kex, &mut seeds.invite_root] {
            (ambient.entropy)(seed.as_mut_slice())?;
        }
        Ok(Keys::from_seeds(&seeds))
    }

    /// The keys of these seeds.
    pub fn from_seeds(seeds: &Seeds) -> Keys {
        Keys {
            sign: SigningKey::from_bytes(&seeds.sign),
            kex: StaticSecret::from(*seeds.kex),
            invite_root: seeds.invite_root.clone(),
        }
    }

    /// The seeds, to be written to a backup.
    pub fn expose_seeds(&self) -> Seeds {
        Seeds {
            sign: Zeroizing::new(self.sign.to_bytes()),
            kex: Zeroizing::new(self.kex.to_bytes()),
            invite_root: self.invite_root.clone(),
        }
    }

    /// Who this is.
    pub fn sign_key(&self) -> SignKey {
        SignKey(self.sign.verifying_key().to_bytes())
    }

    /// What others seal to.
    pub fn kex_key(&self) -> KexKey {
        KexKey(PublicKey::from(&self.kex).to_bytes())
    }

    /// Signs bytes made by [`Domain::signed_bytes`]. INVARIANT: nothing else is ever signed, so that no signature of an
    /// account is one over text that somebody else chose.
    pub(crate) fn sign(&self, domain: Domain, payload: &[u8]) -> Signature {
        Signature(self.sign.sign(&domain.signed_bytes(payload)).to_bytes())
    }

    /// "These two keys are one account", for one server.
    pub fn binding(&self, server: &ServerKey) -> Signature {
        let statement = AccountStatement { server: *server, sign_key: self.sign_key(), kex_key: self.kex_key() };
        self.sign(Domain::Account, &doorward_core::wire::encode(&statement))
    }

    /// The token of the invite that was made with this salt.
    pub fn derive_token(&self, salt: &[u8; 16], server: &ServerKey) -> Token {
        Token::from_invite_root(&self.invite_root, salt, server)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.sign_key().fingerprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeds(byte: u8) -> Seeds {
        Seeds {
            sign: Zeroizing::new([byte; 32]),
            kex: Zeroizing::new([byte + 1; 32]),
            invite_root: Zeroizing::new([byte + 2; 32]),
        }
    }

    /// RFC 8032 section 7.1, test 1, and RFC 7748 section 6.1, Alice.
    #[test]
    fn public_halves_are_the_rfcs() {
        let mut known = seeds(0);
        hex::decode_to_slice("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", known.sign.as_mut_slice())
            .unwrap();
        hex::decode_to_slice("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a", known.kex.as_mut_slice())
            .unwrap();
        let keys = Keys::from_seeds(&known);
        assert_eq!(keys.sign_key().to_hex(), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        assert_eq!(keys.kex_key().to_hex(), "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    }

    #[test]
    fn debug_shows_no_secret() {
        let keys = Keys::from_seeds(&seeds(7));
        let shown = format!("{keys:?}");
        assert_eq!(shown, format!("Keys({})", keys.sign_key().fingerprint()));
        assert!(!shown.contains(&hex::encode([7u8; 4])));
    }

    #[test]
    fn binding_is_for_one_server_only() {
        let keys = Keys::from_seeds(&seeds(7));
        let (here, there) = (SignKey([1; 32]), SignKey([2; 32]));
        let statement = AccountStatement { server: here, sign_key: keys.sign_key(), kex_key: keys.kex_key() };
        let bytes = Domain::Account.statement(&statement);
        assert!(doorward_core::check::verify(&keys.sign_key(), &bytes, &keys.binding(&here)));
        assert!(!doorward_core::check::verify(&keys.sign_key(), &bytes, &keys.binding(&there)));
    }
}

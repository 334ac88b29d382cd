//! People with keys. Every key is derived from a name, so that runs and golden files are the same everywhere.

use doorward_core::digest::derive;
use doorward_core::statement::{AccountStatement, Domain};
use doorward_core::{KexKey, ServerKey, SignKey, Signature};
use ed25519_dalek::{Signer, SigningKey};

/// Someone who holds keys: a person, an agent, or the server itself.
#[derive(Clone)]
pub struct Person {
    pub name: String,
    sign: SigningKey,
    kex: [u8; 32],
}

impl Person {
    pub fn new(name: &str) -> Self {
        let sign = SigningKey::from_bytes(&derive("test/sign", name.as_bytes()));
        Self { name: name.into(), sign, kex: derive("test/kex", name.as_bytes()) }
    }

    pub fn key(&self) -> SignKey {
        SignKey(self.sign.verifying_key().to_bytes())
    }

    pub fn kex_key(&self) -> KexKey {
        KexKey(x25519_dalek::PublicKey::from(&x25519_dalek::StaticSecret::from(self.kex)).to_bytes())
    }

    pub fn sign(&self, bytes: &[u8]) -> Signature {
        Signature(self.sign.sign(bytes).to_bytes())
    }

    /// The person's own signature over its two keys.
    pub fn binding(&self, server: &ServerKey) -> Signature {
        let statement = AccountStatement { server: *server, sign_key: self.key(), kex_key: self.kex_key() };
        self.sign(&Domain::Account.statement(&statement))
    }

    /// Everything that must never be found in a store: the seeds.
    pub fn secrets(&self) -> [[u8; 32]; 2] {
        [self.sign.to_bytes(), self.kex]
    }
}

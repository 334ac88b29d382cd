//! The server's own key.

use doorward_core::statement::Domain;
use doorward_core::{ServerKey, Signature};
use ed25519_dalek::{Signer, SigningKey};
use zeroize::Zeroizing;

/// Signs receipts, checkpoints and the owner invite with the server's key (Ed25519, RFC 8032). The seed is wiped when
/// it is dropped, and nothing shows it.
pub struct ServerSigner(SigningKey);

impl ServerSigner {
    /// The signer of this 32-byte seed (RFC 8032, section 5.1.5).
    pub fn from_seed(seed: &Zeroizing<[u8; 32]>) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public half: the server's name to the world.
    pub fn public(&self) -> ServerKey {
        doorward_core::SignKey(self.0.verifying_key().to_bytes())
    }

    /// Signs a statement's payload under its domain.
    pub fn sign(&self, domain: Domain, payload: &[u8]) -> Signature {
        Signature(self.0.sign(&domain.signed_bytes(payload)).to_bytes())
    }
}

impl std::fmt::Debug for ServerSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServerSigner({})", self.public())
    }
}

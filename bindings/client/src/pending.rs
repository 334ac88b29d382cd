//! What is kept beside an account's keys that is no secret: its receipt, and the invite it is redeeming.

use crate::key_ring::{KeyRing, KeyRingError};
use crate::receipt::SignedReceipt;
use base64ct::{Base64UrlUnpadded, Encoding};
use doorward_core::claims::SignedClaims;
use doorward_core::{ServerKey, wire};

const RECEIPT: &str = "receipt";
const REDEEMING: &str = "redeeming";

impl KeyRing {
    /// Keeps a receipt, and forgets the invite that was being redeemed.
    pub fn keep_receipt(&self, server: &ServerKey, receipt: &SignedReceipt) -> Result<(), KeyRingError> {
        self.keep_beside(server, RECEIPT, &receipt.to_json())?;
        self.forget_beside(server, REDEEMING);
        Ok(())
    }

    /// The receipt of the account at this server, if it is there and the server's.
    pub fn receipt(&self, server: &ServerKey) -> Result<Option<SignedReceipt>, KeyRingError> {
        Ok(self.kept_beside(server, RECEIPT)?.and_then(|json| SignedReceipt::from_json(&json, server)))
    }

    /// Keeps the claims of the invite that is about to be redeemed: a used invite is not shown again, but whoever
    /// lost the answer can ask for it once more with the claims as they were shown.
    pub fn keep_redeeming(&self, server: &ServerKey, invite: &SignedClaims) -> Result<(), KeyRingError> {
        let text = Base64UrlUnpadded::encode_string(&wire::encode(invite));
        self.keep_beside(server, REDEEMING, &format!("\"{text}\""))
    }

    /// The claims of the invite whose answer never came, if there is one.
    pub fn redeeming(&self, server: &ServerKey) -> Result<Option<SignedClaims>, KeyRingError> {
        let read = |json: String| {
            let bytes = Base64UrlUnpadded::decode_vec(json.trim().trim_matches('"')).ok()?;
            wire::decode::<SignedClaims>(&bytes).ok()
        };
        Ok(self.kept_beside(server, REDEEMING)?.and_then(read))
    }
}

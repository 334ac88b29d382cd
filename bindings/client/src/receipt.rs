//! The server's signed word that it let someone in: kept by whoever was let in, verified without the server.

use base64ct::{Base64UrlUnpadded, Encoding};
use doorward_core::statement::{Domain, Receipt};
use doorward_core::{ServerKey, Signature, check, wire};
use serde::{Deserialize, Serialize};

/// A receipt whose signature was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedReceipt {
    /// The bytes that were signed.
    payload: Vec<u8>,
    signature: Signature,
    receipt: Receipt,
}

#[derive(Serialize, Deserialize)]
struct File {
    receipt: String,
    signature: String,
}

impl SignedReceipt {
    /// Reads a receipt and verifies that this server signed it. `None` if it cannot be read or is not the server's.
    pub fn verify(payload: &[u8], signature: Signature, server: &ServerKey) -> Option<Self> {
        let receipt: Receipt = wire::decode(payload).ok()?;
        let good = receipt.body.server == *server && check::verify(server, &Domain::Receipt.signed_bytes(payload), &signature);
        good.then(|| Self { payload: payload.into(), signature, receipt })
    }

    /// What it says.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// `{"receipt": base64url, "signature": hex}`.
    pub fn to_json(&self) -> String {
        let file = File { receipt: Base64UrlUnpadded::encode_string(&self.payload), signature: self.signature.to_hex() };
        // Two strings; JSON can write them.
        serde_json::to_string(&file).unwrap_or_default()
    }

    /// Reads [`SignedReceipt::to_json`]'s form, and verifies it.
    pub fn from_json(json: &str, server: &ServerKey) -> Option<Self> {
        let file: File = serde_json::from_str(json).ok()?;
        let payload = Base64UrlUnpadded::decode_vec(&file.receipt).ok()?;
        Self::verify(&payload, Signature::from_hex(&file.signature).ok()?, server)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::keys::{Keys, Seeds};
    use doorward_core::role::Role;
    use doorward_core::statement::ReceiptBody;
    use doorward_core::{DecisionId, Incarnation, InviteId, SignKey, SpaceId, Timestamp};
    use zeroize::Zeroizing;

    #[test]
    fn only_the_servers_own_word_counts() {
        let seeds = Seeds { sign: Zeroizing::new([5; 32]), kex: Zeroizing::new([5; 32]), invite_root: Zeroizing::new([5; 32]) };
        let server = Keys::from_seeds(&seeds);
        let body = ReceiptBody {
            server: server.sign_key(),
            decision: DecisionId([1; 16]),
            invite: InviteId([2; 16]),
            account: SignKey([3; 32]),
            incarnation: Incarnation([4; 16]),
            space: SpaceId::SERVER,
            role: Role::Member,
            at: Timestamp(1_795_148_280),
            skipped: Vec::new(),
        };
        let receipt = Receipt { body, sequence: 7, chain: [6; 32] };
        let payload = wire::encode(&receipt);
        let signature = server.sign(Domain::Receipt, &payload);
        let verified = SignedReceipt::verify(&payload, signature, &server.sign_key()).unwrap();
        assert_eq!(verified.receipt(), &receipt);
        assert_eq!(SignedReceipt::from_json(&verified.to_json(), &server.sign_key()), Some(verified));

        assert_eq!(SignedReceipt::verify(&payload, signature, &SignKey([9; 32])), None);
        for at in 0..payload.len() {
            let mut wrong = payload.clone();
            wrong[at] ^= 1;
            assert_eq!(SignedReceipt::verify(&wrong, signature, &server.sign_key()), None, "{at}");
        }
        // The server's signature over something else is no receipt.
        assert_eq!(SignedReceipt::verify(&payload, server.sign(Domain::Claims, &payload), &server.sign_key()), None);
    }
}

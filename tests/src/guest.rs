//! A guest with keys and a link, and his redeem as bytes that are ready to be sent.

use crate::{Oops, random, raw};
use doorward_client::{Client, Invitation};
use doorward_core::digest::sha256;
use doorward_core::statement::{AccountStatement, Domain, RedeemStatement};
use doorward_core::view::RedeemBody;
use doorward_core::wire::encode;
use doorward_core::{KexKey, Nonce, ServerKey, SignKey, Signature, Timestamp};
use ed25519_dalek::{Signer, SigningKey};

/// Someone about to redeem.
#[derive(Clone)]
pub struct Guest {
    account: SigningKey,
    kex_key: KexKey,
    request_id: Nonce,
}

impl Guest {
    /// With new keys.
    pub fn new() -> Result<Self, Oops> {
        Ok(Self { account: SigningKey::from_bytes(&random()?), kex_key: KexKey(random()?), request_id: Nonce(random()?) })
    }

    /// Who it is.
    pub fn key(&self) -> SignKey {
        SignKey(self.account.verifying_key().to_bytes())
    }

    /// The request id of what it asks.
    pub fn request_id(&self) -> Nonce {
        self.request_id
    }

    /// Signs bytes.
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        Signature(self.account.sign(bytes).to_bytes())
    }

    /// The same redeem under a new request id.
    pub fn again(&mut self) -> Result<&mut Self, Oops> {
        self.request_id = Nonce(random()?);
        Ok(self)
    }

    /// What it signs to redeem this invite, whose encoded claims are known from a preview.
    pub fn statement(&self, invitation: &Invitation, claims: &[u8], server: &ServerKey, now: Timestamp) -> RedeemStatement {
        RedeemStatement {
            server: *server,
            invite: invitation.id(),
            claims_digest: sha256(&[claims]),
            sign_key: self.key(),
            kex_key: self.kex_key,
            handle: "Guest".into(),
            request_id: self.request_id,
            created: now,
        }
    }

    /// The body with this statement, signed by the invite's key and by the guest's, whatever it says.
    pub fn body_of(&self, invitation: &Invitation, statement: &RedeemStatement) -> RedeemBody {
        let invite = invitation.key();
        let RedeemStatement { server, sign_key, kex_key, .. } = *statement;
        let bytes = Domain::Redeem.statement(statement);
        let binding = Domain::Account.statement(&AccountStatement { server, sign_key, kex_key });
        RedeemBody {
            invite_key: invite.public().into(),
            statement: encode(statement).into(),
            invite_signature: invite.sign(&bytes).into(),
            account_signature: self.sign(&bytes).into(),
            binding: self.sign(&binding).into(),
        }
    }

    /// The body of a redeem of this invite.
    pub fn redeem_body(&self, invitation: &Invitation, claims: &[u8], server: &ServerKey, now: Timestamp) -> RedeemBody {
        self.body_of(invitation, &self.statement(invitation, claims, server, now))
    }

    /// The whole request.
    pub fn redeem_request(&self, client: &Client, invitation: &Invitation, claims: &[u8]) -> Result<Vec<u8>, Oops> {
        let body = self.redeem_body(invitation, claims, client.server_key(), client.now());
        let path = format!("/v1/invites/{}/redeem", invitation.id());
        Ok(raw::request("POST", &path, &[], Some(&serde_json::to_vec(&body)?)))
    }
}

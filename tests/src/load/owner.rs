//! The owner with a key of our own, so that the same bytes can be sent again after a crash.

use crate::{Daemon, Guest, Oops, random, raw};
use base64ct::{Base64, Encoding};
use doorward_client::{Client, Invitation, Session, Sharing};
use doorward_core::claims::{Claims, VERSION};
use doorward_core::digest::sha256;
use doorward_core::http_signature::{Covered, content_digest};
use doorward_core::record::keys;
use doorward_core::role::Role;
use doorward_core::statement::Domain;
use doorward_core::time::DAY;
use doorward_core::token::Token;
use doorward_core::view::MintBody;
use doorward_core::wire::encode;
use doorward_core::{Expiry, Incarnation, InviteId, Nonce, SignKey, Signature, SpaceId};
use ed25519_dalek::{Signer, SigningKey};

/// The owner of a server.
pub struct Owner {
    key: SigningKey,
    session: Session,
    incarnation: Incarnation,
}

/// An invite as whoever made it knows it.
pub struct Offer {
    /// The link.
    pub invitation: Invitation,
    /// Its encoded claims.
    pub claims: Vec<u8>,
    /// How many it admits; 0 = unlimited.
    pub max_uses: u32,
}

impl Offer {
    /// Which invite.
    pub fn id(&self) -> InviteId {
        self.invitation.id()
    }
}

/// A signed request, and the key its request id is stored under.
pub(crate) struct Signed {
    pub(crate) bytes: Vec<u8>,
    pub(crate) request_id: String,
}

impl Owner {
    /// Redeems the owner link.
    pub async fn of(daemon: &Daemon) -> Result<Self, Oops> {
        let invitation = Invitation::read(&daemon.owner_link()?).map_err(|code| code.name())?;
        let client = daemon.client().await?;
        let identity = client.new_identity("Ada")?;
        let key = SigningKey::from_bytes(&identity.keys.expose_seeds().sign);
        let preview = client.preview(&invitation, None).await?;
        let joined = client.redeem(&invitation, &preview.invite, "Ada", &identity.keys).await?;
        let incarnation = joined.receipt.receipt().body.incarnation;
        Ok(Self { key, session: client.sign_in(identity, Sharing::Refused)?, incarnation })
    }

    /// The owner as a polite client has it.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The server.
    pub fn client(&self) -> &Client {
        self.session.client()
    }

    /// Who the owner is.
    pub fn sign_key(&self) -> SignKey {
        self.session.sign_key()
    }

    /// A new invite for members, good for a day, and the request that mints it.
    pub(crate) fn mint(&self, max_uses: u32) -> Result<(Offer, Signed), Oops> {
        let (server, token) = (*self.client().server_key(), Token::new(random()?));
        let invite_key = token.invite_key().public();
        let claims = Claims {
            version: VERSION,
            server,
            invite: InviteId::of(&invite_key),
            invite_key,
            space: SpaceId::SERVER,
            role: Role::Member,
            max_uses,
            expires: Expiry::At(self.client().now().plus(DAY)),
            greeting: String::new(),
            rooms: Vec::new(),
            tags: Vec::new(),
            issuer: self.sign_key(),
            issuer_incarnation: self.incarnation,
            issuer_epoch: 0,
            issuer_handle: "Ada".into(),
            rebind: None,
        };
        let payload = encode(&claims);
        let bytes = Domain::Claims.signed_bytes(&payload);
        let body = MintBody {
            claims: payload.clone().into(),
            issuer_signature: self.sign(&bytes).into(),
            invite_signature: token.invite_key().sign(&bytes).into(),
            label: String::new(),
            salt: None,
        };
        let signed = self.request("POST", "/v1/invites", &serde_json::to_vec(&body)?)?;
        let invitation = Invitation::new(token, claims.expires, &server, self.client().public_url());
        Ok((Offer { invitation, claims: payload, max_uses }, signed))
    }

    /// The request that cancels an invite.
    pub(crate) fn cancel(&self, id: InviteId) -> Result<Signed, Oops> {
        self.request("DELETE", &format!("/v1/invites/{id}"), &[])
    }

    /// The request that revokes an account.
    pub(crate) fn revoke(&self, key: &SignKey) -> Result<Signed, Oops> {
        self.request("POST", &format!("/v1/accounts/{key}/revoke"), &[])
    }

    /// The request of a guest who redeems an invite.
    pub(crate) fn redeem(&self, guest: &Guest, offer: &Offer) -> Result<Signed, Oops> {
        let bytes = guest.redeem_request(self.client(), &offer.invitation, &offer.claims)?;
        Ok(Signed { bytes, request_id: keys::request_id(&guest.key(), &guest.request_id()) })
    }

    fn sign(&self, bytes: &[u8]) -> Signature {
        Signature(self.key.sign(bytes).to_bytes())
    }

    fn request(&self, method: &str, path: &str, body: &[u8]) -> Result<Signed, Oops> {
        let (nonce, digest, key) = (Nonce(random()?), sha256(&[body]), self.sign_key());
        let target_uri = format!("{}{path}", self.client().public_url());
        let covered = Covered {
            method,
            target_uri: &target_uri,
            content_digest: Some(&digest),
            created: self.client().now(),
            nonce: &nonce,
            key: &key,
        };
        let signature = self.sign(&Domain::Http.signed_bytes(covered.base().as_bytes()));
        let headers = [
            ("signature-input", format!("doorward={}", covered.signature_params())),
            ("signature", format!("doorward=:{}:", Base64::encode_string(&signature.0))),
            ("content-digest", content_digest(&digest)),
        ];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let body = Some(body).filter(|body| !body.is_empty());
        Ok(Signed { bytes: raw::request(method, path, &headers, body), request_id: keys::request_id(&key, &nonce) })
    }
}

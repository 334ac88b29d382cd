//! From outside: what an invite says, and coming in through it.

use crate::client::{Client, Sending, to_body};
use crate::error::Error;
use crate::identity::Identity;
use crate::invitation::Invitation;
use crate::keys::Keys;
use crate::receipt::SignedReceipt;
use doorward_core::claims::{Claims, SignedClaims};
use doorward_core::decide::redeem::judge;
use doorward_core::digest::sha256;
use doorward_core::statement::{Domain, PreviewStatement, RedeemStatement};
use doorward_core::view::{AccountProofBody, PreviewAnswer, PreviewBody, RedeemAnswer, RedeemBody};
use doorward_core::wire::{LiveFacts, decode, encode};
use doorward_core::{Code, InviteId, Nonce, check};
use serde::de::DeserializeOwned;
use unicode_normalization::UnicodeNormalization;

/// A live invite, explained; its claims bear both signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What it says.
    pub claims: Claims,
    /// The same as it was signed: what a redeem refers to.
    pub invite: SignedClaims,
    /// What the server is called.
    pub server_name: String,
    /// What the place is called.
    pub space_name: String,
    /// How many are there.
    pub members: u32,
    /// How many uses are gone.
    pub uses: u32,
    /// What a redeem would answer now.
    pub verdict: Verdict,
}

/// What a redeem would answer now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `allowed`, or why not.
    pub code: Code,
    /// The table row.
    pub rule: String,
    /// Whether redeeming would spend a use. `true` when it is not known.
    pub spends: bool,
    /// Whether it is the core's on this machine, from the server's facts, and not only the server's word. It is the
    /// server's when guards are installed there or its policy judges otherwise than ours.
    pub own: bool,
}

impl Verdict {
    /// Whether a redeem would do nothing but spend a use.
    pub fn only_burns(&self) -> bool {
        self.code != Code::Allowed && self.spends
    }
}

/// How a redeem ended well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The server's signed word, verified. Keep it.
    pub receipt: SignedReceipt,
    /// `allowed`, or `used-by-you` when the same account came in through the same invite before.
    pub code: Code,
    /// Under which handle the account is known.
    pub handle: String,
}

impl Client {
    /// New keys for this server, filed nowhere yet. Save them before they are used.
    pub fn new_identity(&self, handle: &str) -> Result<Identity, Error> {
        Ok(Identity {
            server_key: *self.server_key(),
            server_name: self.well_known().name.clone(),
            public_url: self.public_url().into(),
            handle: handle.nfc().collect(),
            created: self.now(),
            keys: Keys::generate(self.ambient())?,
        })
    }

    /// Asks what an invite says, and verifies it. With keys, the verdict is the one for their account. A dead invite is
    /// a [`Error::Refused`] that tells its expiry; one for another server is `other-server` without a request.
    pub async fn preview(&self, invitation: &Invitation, account: Option<&Keys>) -> Result<Preview, Error> {
        if !invitation.is_for(self.server_key()) {
            return Err(Error::Local(Code::OtherServer));
        }
        let (key, id) = (invitation.key(), invitation.id());
        let body = || {
            let created = self.now();
            let payload = encode(&PreviewStatement { server: *self.server_key(), invite: id, created });
            PreviewBody {
                invite_key: key.public().into(),
                created: created.into(),
                signature: key.sign(&Domain::Preview.signed_bytes(&payload)).into(),
                account: account.map(|keys| AccountProofBody {
                    key: keys.sign_key().into(),
                    signature: keys.sign(Domain::Preview, &payload).into(),
                }),
            }
        };
        let answer: PreviewAnswer = self.post_fresh(&format!("/v1/invites/{id}/preview"), || to_body(&body())).await?;
        self.verified(answer, id)
    }

    /// Redeems an invite whose claims are known from a preview, with keys that are saved already. Repeating it with the
    /// same keys gives the first answer again.
    pub async fn redeem(
        &self,
        invitation: &Invitation,
        invite: &SignedClaims,
        handle: &str,
        keys: &Keys,
    ) -> Result<Joined, Error> {
        let (key, id) = (invitation.key(), invitation.id());
        let claims = verified_claims(invite, id)?;
        if claims.server != *self.server_key() {
            return Err(Error::Local(Code::OtherServer));
        }
        let request_id = Nonce(self.ambient().bytes()?);
        let handle: String = handle.nfc().collect();
        let body = || {
            let statement = RedeemStatement {
                server: *self.server_key(),
                invite: id,
                claims_digest: sha256(&[&invite.claims]),
                sign_key: keys.sign_key(),
                kex_key: keys.kex_key(),
                handle: handle.clone(),
                request_id,
                created: self.now(),
            };
            let payload = encode(&statement);
            RedeemBody {
                invite_key: key.public().into(),
                invite_signature: key.sign(&Domain::Redeem.signed_bytes(&payload)).into(),
                account_signature: keys.sign(Domain::Redeem, &payload).into(),
                binding: keys.binding(self.server_key()).into(),
                statement: payload.into(),
            }
        };
        let answer: RedeemAnswer = self.post_fresh(&format!("/v1/invites/{id}/redeem"), || to_body(&body())).await?;
        self.joined(&answer, id, keys)
    }

    /// Posts what carries its own proofs and its own time; once more when our clock was wrong.
    async fn post_fresh<T: DeserializeOwned>(&self, target: &str, body: impl Fn() -> hyper::body::Bytes) -> Result<T, Error> {
        let sending = || Sending { method: "POST", target, body: body(), headers: Vec::new() };
        match self.send(&sending()).await {
            Err(error) if self.learn_time(&error) => self.send(&sending()).await,
            result => result,
        }
    }

    fn verified(&self, answer: PreviewAnswer, id: InviteId) -> Result<Preview, Error> {
        let unreadable = |_| Error::BadAnswer("the invite cannot be read");
        let invite = SignedClaims {
            claims: answer.claims.read().map_err(unreadable)?,
            issuer_signature: answer.issuer_signature.read().map_err(unreadable)?,
            invite_signature: answer.invite_signature.read().map_err(unreadable)?,
        };
        let claims = verified_claims(&invite, id)?;
        if claims.server != *self.server_key() {
            return Err(Error::Local(Code::DamagedInvite));
        }
        let live: LiveFacts =
            decode(&answer.live.read().map_err(unreadable)?).map_err(|_| Error::BadAnswer("its facts cannot be read"))?;
        let (row, servers) = (judge(&live), answer.code.read().map_err(unreadable)?);
        let own = self.well_known().guards.is_empty() && row.code == servers;
        let verdict = if own {
            Verdict { code: row.code, rule: row.rule.id().into(), spends: row.spent, own }
        } else {
            Verdict { code: servers, rule: answer.rule, spends: row.code != servers || row.spent, own }
        };
        let PreviewAnswer { server_name, space_name, members, uses, .. } = answer;
        Ok(Preview { claims, invite, server_name, space_name, members, uses, verdict })
    }

    fn joined(&self, answer: &RedeemAnswer, id: InviteId, keys: &Keys) -> Result<Joined, Error> {
        let unreadable = |_| Error::BadAnswer("the receipt cannot be read");
        let (payload, signature) = (answer.receipt.read().map_err(unreadable)?, answer.signature.read().map_err(unreadable)?);
        let receipt = SignedReceipt::verify(&payload, signature, self.server_key())
            .filter(|receipt| receipt.receipt().body.account == keys.sign_key() && receipt.receipt().body.invite == id)
            .ok_or(Error::BadAnswer("the receipt is not this server's word about these keys"))?;
        Ok(Joined { receipt, code: answer.code.read().map_err(unreadable)?, handle: answer.handle.clone() })
    }
}

/// The claims of this very invite, if both the issuer and the invite's own key signed them.
pub(crate) fn verified_claims(invite: &SignedClaims, id: InviteId) -> Result<Claims, Error> {
    let claims = invite.unverified_claims().ok_or(Error::Local(Code::DamagedInvite))?;
    let bytes = Domain::Claims.signed_bytes(&invite.claims);
    let good = claims.invite == id
        && InviteId::of(&claims.invite_key) == id
        && check::verify(&claims.invite_key, &bytes, &invite.invite_signature)
        && check::verify(&claims.issuer, &bytes, &invite.issuer_signature);
    if good { Ok(claims) } else { Err(Error::Local(Code::DamagedInvite)) }
}

//! One request under load: what it asks for, its bytes, and what came of it.

use super::owner::{Offer, Owner, Signed};
use crate::{Answer, Guest, Oops};
use doorward_core::SignKey;
use std::sync::Arc;

/// What a request asks for.
#[derive(Clone)]
pub enum What {
    /// A new account through an invite.
    Redeem(Arc<Offer>, Arc<Guest>),
    /// A new invite.
    Mint(Arc<Offer>),
    /// An invite's end. INVARIANT: asked for once an invite.
    Cancel(Arc<Offer>),
    /// An account's end. INVARIANT: asked for once an account.
    Revoke(SignKey),
}

/// A request, ready to be sent, and to be sent again.
#[derive(Clone)]
pub struct Deed {
    /// What it asks for.
    pub what: What,
    /// The same bytes every time: the same request id.
    pub request: Vec<u8>,
    /// The key of the record of its request id.
    pub(crate) request_id: String,
}

/// A request that was sent.
pub struct Done {
    /// The request.
    pub deed: Deed,
    /// What came back; `None` if the connection ended first.
    pub answer: Option<Answer>,
}

impl Deed {
    fn new(what: What, Signed { bytes, request_id }: Signed) -> Self {
        Self { what, request: bytes, request_id }
    }

    /// Someone new redeems an invite.
    pub fn redeem(owner: &Owner, offer: &Arc<Offer>) -> Result<Self, Oops> {
        Self::redeem_by(owner, offer, Guest::new()?)
    }

    /// The same guest redeems the same invite once more, under a new request id.
    pub fn redeem_again(owner: &Owner, offer: &Arc<Offer>, guest: &Guest) -> Result<Self, Oops> {
        Self::redeem_by(owner, offer, guest.clone().again()?.clone())
    }

    fn redeem_by(owner: &Owner, offer: &Arc<Offer>, guest: Guest) -> Result<Self, Oops> {
        let signed = owner.redeem(&guest, offer)?;
        Ok(Self::new(What::Redeem(offer.clone(), Arc::new(guest)), signed))
    }

    /// The owner makes an invite.
    pub fn mint(owner: &Owner, max_uses: u32) -> Result<Self, Oops> {
        let (offer, signed) = owner.mint(max_uses)?;
        Ok(Self::new(What::Mint(Arc::new(offer)), signed))
    }

    /// The owner cancels an invite.
    pub fn cancel(owner: &Owner, offer: &Arc<Offer>) -> Result<Self, Oops> {
        Ok(Self::new(What::Cancel(offer.clone()), owner.cancel(offer.id())?))
    }

    /// The owner revokes an account.
    pub fn revoke(owner: &Owner, key: SignKey) -> Result<Self, Oops> {
        Ok(Self::new(What::Revoke(key), owner.revoke(&key)?))
    }
}

impl Done {
    /// Whether it was answered with a *yes*.
    pub fn is_acknowledged(&self) -> bool {
        self.answer.as_ref().is_some_and(is_yes)
    }
}

/// Whether this is a *yes*.
pub(crate) fn is_yes(answer: &Answer) -> bool {
    matches!(answer.status, 200 | 201)
}

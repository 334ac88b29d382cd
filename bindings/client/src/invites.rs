//! For those who may invite: mint, list, show, cancel, and show a link again.

use crate::client::Client;
use crate::door::verified_claims;
use crate::error::{Error, NotDerivable};
use crate::invitation::Invitation;
use crate::session::Session;
use doorward_core::claims::{Claims, SignedClaims, VERSION};
use doorward_core::role::Role;
use doorward_core::statement::Domain;
use doorward_core::time::DAY;
use doorward_core::token::Token;
use doorward_core::view::{AccountView, Cursor, InviteAnswer, InviteItem, InviteList, InviteShown, MintBody, Spelling, Spelt};
use doorward_core::wire::{InviteFilter, encode};
use doorward_core::{Code, Expiry, Incarnation, InviteId, SpaceId, Timestamp};
use unicode_normalization::UnicodeNormalization;

/// What an invite shall say. Defaults are filled in here, by whoever signs, never by the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MintOptions {
    /// What it makes of whoever redeems it.
    pub role: Role,
    /// How many accounts it admits; 0 = unlimited.
    pub max_uses: u32,
    /// Until when.
    pub until: Until,
    /// Private note of the issuer, 0–120 characters.
    pub label: String,
    /// Public word to the holder, 0–280 characters.
    pub greeting: String,
    /// Tags it sets.
    pub tags: Vec<String>,
}

/// Until when something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// For this many seconds from now, by the server's clock.
    In(u64),
    /// Until this second.
    At(Timestamp),
    /// For ever, and someone said so.
    Never,
}

impl Until {
    /// The end, by the clock of the server.
    pub(crate) fn by(self, client: &Client) -> Expiry {
        match self {
            Until::In(seconds) => Expiry::At(client.now().plus(seconds)),
            Until::At(at) => Expiry::At(at),
            Until::Never => Expiry::Never,
        }
    }
}

impl Default for MintOptions {
    /// Role *member*, one use, seven days.
    fn default() -> Self {
        Self {
            role: Role::Member,
            max_uses: 1,
            until: Until::In(7 * DAY),
            label: String::new(),
            greeting: String::new(),
            tags: Vec::new(),
        }
    }
}

/// An invite that was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MintedInvite {
    /// The invite as the server keeps it.
    pub item: InviteItem,
    /// The invite as its holder will have it: link and typed code.
    pub invitation: Invitation,
}

/// What claims say of their issuer, and of the space they lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    space: SpaceId,
    incarnation: Incarnation,
    epoch: u32,
    handle: String,
}

impl Session {
    /// How this account stands in a space at present, to mint into it with.
    pub async fn issuer(&self, space: &SpaceId) -> Result<Issuer, Error> {
        let AccountView { handle, details, .. } = self.whoami().await?;
        let details = details.ok_or(Error::BadAnswer("it does not tell about one's own account"))?;
        let incarnation = details.incarnation.read().map_err(|_| Error::BadAnswer("an incarnation cannot be read"))?;
        let epoch = if *space == SpaceId::SERVER { details.epoch } else { self.space(space).await?.you.epoch };
        Ok(Issuer { space: *space, incarnation, epoch, handle })
    }

    /// Makes an invite to the server. The token is derived from the invite root and a fresh salt, so that the link can be
    /// shown again.
    pub async fn mint(&self, options: &MintOptions) -> Result<MintedInvite, Error> {
        self.mint_into(&SpaceId::SERVER, options).await
    }

    /// [`Session::mint`] into any space.
    pub async fn mint_into(&self, space: &SpaceId, options: &MintOptions) -> Result<MintedInvite, Error> {
        self.mint_as(&self.issuer(space).await?, options).await
    }

    /// [`Session::mint`] for many: how the account stands is asked only once.
    pub async fn mint_as(&self, issuer: &Issuer, options: &MintOptions) -> Result<MintedInvite, Error> {
        let server = *self.client().server_key();
        let salt: [u8; 16] = self.client().ambient().bytes()?;
        let token = self.keys().derive_token(&salt, &server);
        let claims = self.claims(issuer, options, &token);
        let payload = encode(&claims);
        let body = MintBody {
            issuer_signature: self.keys().sign(Domain::Claims, &payload).into(),
            invite_signature: token.invite_key().sign(&Domain::Claims.signed_bytes(&payload)).into(),
            claims: payload.into(),
            label: options.label.nfc().collect(),
            salt: Some(salt.into()),
        };
        let answer: InviteAnswer = self.send("POST", "/v1/invites", &body).await?;
        if answer.invite.id.read() != Ok(claims.invite) {
            return Err(Error::BadAnswer("it is about another invite"));
        }
        let invitation = Invitation::new(token, claims.expires, &server, self.client().public_url());
        Ok(MintedInvite { item: answer.invite, invitation })
    }

    fn claims(&self, issuer: &Issuer, options: &MintOptions, token: &Token) -> Claims {
        let invite_key = token.invite_key().public();
        Claims {
            version: VERSION,
            server: *self.client().server_key(),
            invite: InviteId::of(&invite_key),
            invite_key,
            space: issuer.space,
            role: options.role,
            max_uses: options.max_uses,
            expires: options.until.by(self.client()),
            greeting: options.greeting.nfc().collect(),
            rooms: Vec::new(),
            tags: options.tags.clone(),
            issuer: self.sign_key(),
            issuer_incarnation: issuer.incarnation,
            issuer_epoch: issuer.epoch,
            issuer_handle: issuer.handle.clone(),
            rebind: None,
        }
    }

    /// The link of an invite this account made, derived again and checked: id, key and both signatures. Anything that
    /// does not fit is `damaged-invite`, so a server cannot hand out one invite for another.
    pub async fn show_link(&self, id: InviteId) -> Result<Invitation, Error> {
        let shown = self.show_invite(id, None, Some(1)).await?;
        self.derive_link(id, &shown)
    }

    /// [`Session::show_link`] for an invite that was shown already.
    pub fn derive_link(&self, id: InviteId, shown: &InviteShown) -> Result<Invitation, Error> {
        let damaged = |_| Error::Local(Code::DamagedInvite);
        let invite = SignedClaims {
            claims: shown.claims.read().map_err(damaged)?,
            issuer_signature: shown.issuer_signature.read().map_err(damaged)?,
            invite_signature: shown.invite_signature.read().map_err(damaged)?,
        };
        let claims = verified_claims(&invite, id)?;
        if claims.issuer != self.sign_key() {
            return Err(Error::NotDerivable(NotDerivable::OtherIssuer));
        }
        let salt = shown.invite.salt.as_ref().ok_or(Error::NotDerivable(NotDerivable::NoSalt))?.read().map_err(damaged)?;
        let server = self.client().server_key();
        let token = self.keys().derive_token(&salt, server);
        if claims.server != *server || token.invite_key().public() != claims.invite_key {
            return Err(Error::Local(Code::DamagedInvite));
        }
        Ok(Invitation::new(token, claims.expires, server, self.client().public_url()))
    }

    /// One page of invites into a space.
    pub async fn invites(
        &self,
        space: &SpaceId,
        filter: InviteFilter,
        after: Option<&Spelt<Cursor>>,
        limit: Option<u16>,
    ) -> Result<InviteList, Error> {
        self.get(&format!("/v1/invites?space={space}&state={}{}", filter.spell(), page('&', after, limit))).await
    }

    /// One invite, and one page of who came through it.
    pub async fn show_invite(
        &self,
        id: InviteId,
        after: Option<&Spelt<Cursor>>,
        limit: Option<u16>,
    ) -> Result<InviteShown, Error> {
        let shown: InviteShown = self.get(&format!("/v1/invites/{id}{}", page('?', after, limit))).await?;
        if shown.invite.id.read() == Ok(id) { Ok(shown) } else { Err(Error::BadAnswer("it is about another invite")) }
    }

    /// Cancels an invite; again is fine.
    pub async fn cancel(&self, id: InviteId) -> Result<InviteItem, Error> {
        Ok(self.send_empty::<InviteAnswer>("DELETE", &format!("/v1/invites/{id}")).await?.invite)
    }
}

/// The query of a page, beginning with `first`, or nothing. A cursor that is none is left out, which starts over.
pub(crate) fn page(first: char, after: Option<&Spelt<Cursor>>, limit: Option<u16>) -> String {
    let after = after.and_then(|after| after.read().ok()).map(|cursor| format!("after={}", cursor.spell()));
    let limit = limit.map(|limit| format!("limit={limit}"));
    let parts: Vec<String> = after.into_iter().chain(limit).collect();
    if parts.is_empty() { String::new() } else { format!("{first}{}", parts.join("&")) }
}

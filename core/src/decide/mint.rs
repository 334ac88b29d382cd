//! Mint: makes a link invite. The claims come signed by the issuer and by the invite's own key; the token never comes.

use super::caller::{Caller, Wanted, writing};
use super::inquiry::{Inquiry, Root};
use super::invites::item_of;
use super::open_invites::{OpenInvites, Place};
use super::place::Holder;
use super::redeem::claims_are_signed;
use super::tidy::close_some;
use super::{Outcome, Ruling, Stop, deny};
use crate::claims::Claims;
use crate::code::Code;
use crate::record::{Closed, InviteRecord, keys};
use crate::role::{Actor, Permission, Role};
use crate::rule::{self, Rule};
use crate::text::{Kind, screen_tags};
use crate::time::{DAY, Expiry, Timestamp};
use crate::wire::{EventKind, Mint, Reply, Request};
use alloc::boxed::Box;

/// At most this many live invites an issuer.
pub const MAX_OPEN: u32 = 1_000;
/// At most this far away, in seconds.
pub const FURTHEST: u64 = 365 * DAY;
/// At most this far away for an invite that grants more than `member`, in seconds.
pub const FURTHEST_ELEVATED: u64 = 7 * DAY;
/// At most this many uses of an invite that grants more than `member`.
pub const MOST_ELEVATED: u32 = 10;

/// What the table looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// As what the issuer acts in the place.
    pub issuer: Actor,
    /// The role the invite grants.
    pub role: Role,
    /// Whether it sets tags.
    pub tags: bool,
    /// How many it admits; 0 = unlimited.
    pub max_uses: u32,
    /// Until when.
    pub expires: Expiry,
    /// How many live invites the issuer has.
    pub open: u32,
}

/// The mint table: what may be offered, checked when it is made. (The redeem table checks it again.)
pub fn judge(offer: &Offer, now: Timestamp) -> (Code, Rule) {
    let Offer { issuer, role, tags, max_uses, expires, open } = *offer;
    if !issuer.allows(Permission::Invite) {
        return (Code::MissingPermission, rule::ASK_PERMISSION);
    }
    if !issuer.may_grant(role) || (tags && !issuer.allows(Permission::ManageTags)) {
        return (Code::GrantTooHigh, rule::MINT_GRANT);
    }
    let elevated = role != Role::Member;
    let furthest = now.plus(if elevated { FURTHEST_ELEVATED } else { FURTHEST });
    match expires {
        Expiry::Unreadable => return (Code::UnreadableExpiry, rule::MINT_EXPIRY),
        Expiry::At(_) if expires.has_expired(now) => return (Code::ExpiryInPast, rule::MINT_EXPIRY),
        Expiry::At(at) if at > furthest => return (Code::ExpiryTooFar, rule::MINT_EXPIRY),
        Expiry::Never if elevated => return (Code::ExpiryTooFar, rule::MINT_EXPIRY),
        Expiry::Never if max_uses == 0 => return (Code::UnlimitedNeedsExpiry, rule::MINT_USES),
        Expiry::At(_) | Expiry::Never => {}
    }
    if elevated && (max_uses == 0 || max_uses > MOST_ELEVATED) {
        return (Code::TooManyUses, rule::MINT_USES);
    }
    if open >= MAX_OPEN {
        return (Code::TooManyInvites, rule::MINT_COUNT);
    }
    (Code::Allowed, rule::MINT_DONE)
}

/// Decides a mint.
pub(crate) fn decide(request: &Request, mint: &Mint, inquiry: &mut Inquiry<'_>) -> Outcome {
    let Some(claims) = mint.invite.unverified_claims() else {
        return deny(Code::DamagedInvite, rule::MINT_CLAIMS);
    };
    let signed = claims_are_signed(inquiry, &mint.invite, &claims);
    let texts = inquiry.check_text(Kind::Greeting, &claims.greeting) & inquiry.check_text(Kind::Label, &mint.label);
    let (invite_key, count_key) = (keys::invite(&claims.invite), keys::open_count(&claims.issuer));
    let wanted = [invite_key.clone(), count_key.clone()];
    writing(request, inquiry, Wanted::of(&claims.space, &wanted), &mut |inquiry, caller, root| {
        let now = request.context.now;
        caller.require(Permission::Invite)?;
        match (texts, screen_tags(&claims.tags)) {
            (true, Ok(())) => {}
            (false, _) => return deny(Code::BadText, rule::MINT_TEXT),
            (_, Err(code)) => return deny(code, rule::MINT_TEXT),
        }
        claims_are_callers(request, &claims, signed, caller)?;
        // Who takes another's place is decided on the host.
        if claims.rebind.is_some() {
            return deny(Code::GrantTooHigh, rule::MINT_GRANT);
        }
        if !claims.rooms.is_empty() {
            return deny(Code::NotFound, rule::MINT_SPACE);
        }
        if inquiry.load::<InviteRecord>(&invite_key)?.is_some() {
            return deny(Code::InviteExists, rule::MINT_EXISTS);
        }
        let mut ruling = Ruling::allow(rule::MINT_DONE);
        let mut open = OpenInvites::new(claims.issuer, inquiry.load_or_default(&count_key)?);
        if open.count() >= MAX_OPEN {
            // Nobody is locked out by old invites: some of what has expired or is void leaves the lists.
            let issuer = Holder::new(root, caller.key, caller.record.clone(), caller.there.clone());
            close_some(&mut ruling, "", &mut open, (root, &issuer), Closed::Void, inquiry, now)?;
        }
        let offer = Offer {
            issuer: caller.actor,
            role: claims.role,
            tags: !claims.tags.is_empty(),
            max_uses: claims.max_uses,
            expires: claims.expires,
            open: open.count(),
        };
        match judge(&offer, now) {
            (Code::Allowed, _) => {}
            (code, rule) => return deny(code, rule),
        }
        enter(&mut ruling, open, &claims, mint, root, now);
        Ok(ruling)
    })
}

/// Files a new invite and enters it into the lists.
pub(crate) fn enter(ruling: &mut Ruling, mut open: OpenInvites, claims: &Claims, mint: &Mint, root: &Root, now: Timestamp) {
    let record = InviteRecord {
        invite: mint.invite.clone(),
        label: mint.label.clone(),
        salt: mint.salt,
        minted_at: now,
        restore_epoch: root.server.restore_epoch,
        uses: 0,
        closed: None,
    };
    open.add(ruling, Place::from(claims));
    open.save(ruling);
    ruling.put(keys::invite(&claims.invite), &record);
    ruling.tell(EventKind::InviteMinted, claims.space, Some(claims.issuer), Some(claims.invite));
    ruling.reply = Reply::Invite(Box::new(item_of(&record, claims, crate::wire::InviteState::Live)));
}

/// The claims are for this server, by this caller as it stands now, and signed by both keys.
fn claims_are_callers(request: &Request, claims: &Claims, signed: bool, caller: &Caller) -> Result<(), Stop> {
    if claims.server != request.context.server {
        return deny(Code::OtherServer, rule::MINT_CLAIMS);
    }
    let current = claims.issuer == caller.key
        && claims.issuer_incarnation == caller.account.incarnation
        && claims.issuer_epoch == caller.epoch()
        && claims.issuer_handle == caller.account.handle;
    if signed && current { Ok(()) } else { deny(Code::DamagedInvite, rule::MINT_CLAIMS) }
}

//! What the redeem table looks at: the invite, its issuer, the place and the person, as the records have them.

use super::table::{Gate, InviteLife, Issuer, Person, Prior, Situation};
use crate::check::Proof;
use crate::claims::{Claims, SignedClaims};
use crate::code::Code;
use crate::decide::inquiry::{Inquiry, Root};
use crate::decide::{Stop, deny};
use crate::id::{Incarnation, InviteId};
use crate::key::SignKey;
use crate::record::{Closed, InviteRecord, JoinRule, KeyRecord, MemberCount, OpenCount, Standing, Use, keys};
use crate::role::{Permission, PlaceKind};
use crate::rule;
use crate::statement::Domain;
use crate::time::{Expiry, Timestamp};
use crate::wire::Context;

/// Everything a redeem or preview of one invite by one key (or by nobody in particular) looks at.
pub(crate) struct Scene {
    pub(crate) root: Root,
    pub(crate) invite: InviteRecord,
    pub(crate) claims: Claims,
    pub(crate) issuer: KeyRecord,
    pub(crate) open: OpenCount,
    pub(crate) members: MemberCount,
    pub(crate) person: KeyRecord,
    pub(crate) prior: Option<Use>,
    /// All about the key whose place the holder takes, if the invite is one for that.
    pub(crate) target: KeyRecord,
}

impl Scene {
    /// Loads it, in two rounds; `not-found` if there is no such invite, `damaged-invite` if the store's copy does not
    /// bear both signatures.
    pub(crate) fn load(context: &Context, id: &InviteId, key: Option<&SignKey>, inquiry: &mut Inquiry<'_>) -> Result<Self, Stop> {
        let (invite_key, members) = (keys::invite(id), keys::members(&crate::SpaceId::SERVER));
        let person = key.map(|key| (keys::account(key), keys::invite_use(id, key)));
        [keys::SERVER, &invite_key, &members].into_iter().for_each(|key| inquiry.want(key));
        if let Some((account, used)) = &person {
            inquiry.want(account);
            inquiry.want(used);
        }
        inquiry.ready()?;
        let root = inquiry.root(context)?;
        let Some(invite) = inquiry.load::<InviteRecord>(&invite_key)? else {
            return deny(Code::NotFound, rule::REDEEM_1);
        };
        let Some(claims) = invite.invite.unverified_claims() else {
            return deny(Code::DamagedInvite, rule::REDEEM_CLAIMS);
        };
        let (issuer, open) = (keys::account(&claims.issuer), keys::open_count(&claims.issuer));
        let target = claims.rebind.map(|key| keys::account(&key));
        [&issuer, &open].into_iter().chain(&target).for_each(|key| inquiry.want(key));
        let signed = claims_are_signed(inquiry, &invite.invite, &claims);
        inquiry.ready()?;
        if !signed || claims.invite != *id || claims.server != context.server {
            return deny(Code::DamagedInvite, rule::REDEEM_CLAIMS);
        }
        let (issuer, open) = (inquiry.load_or_default(&issuer)?, inquiry.load_or_default(&open)?);
        let (person, prior) = match &person {
            Some((account, used)) => (inquiry.load_or_default(account)?, inquiry.load(used)?),
            None => Default::default(),
        };
        let members = inquiry.load_or_default(&members)?;
        let target = target.map_or_else(|| Ok(KeyRecord::default()), |key| inquiry.load_or_default(&key))?;
        Ok(Self { root, invite, claims, issuer, open, members, person, prior, target })
    }

    /// What the table looks at. Whoever takes another's place does not join: no gate holds him up and no seat is added,
    /// but his key must be unknown.
    pub(crate) fn situation(&self, now: Timestamp) -> Situation {
        let (max, rebinds) = (self.root.space.max_members, self.claims.rebind.is_some());
        let known = if rebinds { self.person.account.is_some() } else { self.person.current_seat().is_some() };
        Situation {
            prior: self.prior(),
            invite: life(&self.invite, &self.claims, now),
            issuer: self.issuer(now),
            gate: self.gate(now),
            person: person(&self.person, now),
            member: known,
            full: !rebinds && max != 0 && self.members.members >= max,
        }
    }

    /// What the issuer is worth; and a place that is to be taken must still be there, left by its owner.
    fn issuer(&self, now: Timestamp) -> Issuer {
        let holds = authority(&self.root, &self.issuer, &self.invite, &self.claims, now);
        let left = self.target.account.as_ref().is_some_and(|account| account.standing == Standing::Revoked);
        let role = self.target.current_seat().map(|seat| seat.role);
        let open = left && role == Some(self.claims.role);
        if holds == Issuer::Holds && self.claims.rebind.is_some() && !open { Issuer::OtherEpoch } else { holds }
    }

    fn prior(&self) -> Prior {
        let incarnation = self.person.account.as_ref().map_or(Incarnation::NONE, |account| account.incarnation);
        match &self.prior {
            Some(used) if used.incarnation == incarnation && used.code != Code::Allowed => Prior::Refused,
            Some(used) if used.incarnation == incarnation && self.person.current_seat().is_some() => Prior::StillMember,
            Some(used) if used.incarnation == incarnation => Prior::Left,
            Some(_) | None => Prior::None,
        }
    }

    fn gate(&self, now: Timestamp) -> Gate {
        let space = &self.root.space;
        if self.claims.space != crate::SpaceId::SERVER {
            return Gate::Gone;
        }
        if !self.root.server.restore_reviewed {
            return Gate::Unreviewed;
        }
        if self.claims.rebind.is_some() {
            return Gate::Open;
        }
        if space.pause.holds(now) {
            return Gate::Paused;
        }
        match space.join_rule {
            JoinRule::Closed => Gate::Closed,
            JoinRule::Allowlist if self.person.allowlisted_by.is_none() => Gate::NotAllowlisted,
            JoinRule::Open | JoinRule::Token | JoinRule::Invite | JoinRule::Allowlist => Gate::Open,
        }
    }
}

/// Whether both the issuer and the invite's own key signed these claims.
pub(crate) fn claims_are_signed(inquiry: &mut Inquiry<'_>, signed: &SignedClaims, claims: &Claims) -> bool {
    let bytes = Domain::Claims.signed_bytes(&signed.claims);
    let issuer = inquiry.check_signature(claims.issuer, bytes.clone(), Proof::Inline(signed.issuer_signature));
    let invite = inquiry.check_signature(claims.invite_key, bytes, Proof::Inline(signed.invite_signature));
    issuer && invite && InviteId::of(&claims.invite_key) == claims.invite
}

/// What has become of an invite.
pub(crate) fn life(invite: &InviteRecord, claims: &Claims, now: Timestamp) -> InviteLife {
    match (&invite.closed, claims.expires) {
        (Some(Closed::Cancelled(_)), _) => InviteLife::Cancelled,
        (_, Expiry::Unreadable) => InviteLife::Unreadable,
        (Some(Closed::Expired), _) => InviteLife::Expired,
        (_, expires) if expires.has_expired(now) => InviteLife::Expired,
        (Some(Closed::UsedUp), _) => InviteLife::UsedUp,
        (Some(Closed::Void), _) => InviteLife::Void,
        (None, _) if claims.max_uses != 0 && invite.uses >= claims.max_uses => InviteLife::UsedUp,
        (None, _) => InviteLife::Live,
    }
}

/// Whether the issuer could issue the same invite now (I4, and I6 by way of incarnation and epoch).
pub(crate) fn authority(root: &Root, issuer: &KeyRecord, invite: &InviteRecord, claims: &Claims, now: Timestamp) -> Issuer {
    if claims.issuer == root.server.key {
        // An owner is made where there is none, or in the place of the one that is being recovered.
        let current = root.server.owner_invite == Some(claims.invite) && invite.restore_epoch == root.server.restore_epoch;
        return match root.space.owner {
            owner if owner == claims.rebind && current => Issuer::Holds,
            Some(_) if claims.rebind.is_none() => Issuer::OwnerExists,
            _ => Issuer::OtherEpoch,
        };
    }
    let Some(account) = issuer.account.as_ref().filter(|account| account.incarnation == claims.issuer_incarnation) else {
        return Issuer::Deleted;
    };
    if account.standing == Standing::Revoked {
        return Issuer::Revoked;
    }
    if account.epoch != claims.issuer_epoch || invite.restore_epoch != root.server.restore_epoch {
        return Issuer::OtherEpoch;
    }
    let may = issuer.current_seat().is_some_and(|seat| {
        let allows = |permission| seat.role.allows(PlaceKind::Server, permission);
        allows(Permission::Invite)
            && seat.role.may_grant(PlaceKind::Server, claims.role)
            && claims.rebind.is_none()
            && (claims.tags.is_empty() || allows(Permission::ManageTags))
    });
    if may && !issuer.is_banned(now) { Issuer::Holds } else { Issuer::NotAllowed }
}

/// Whether nothing can ever make this invite good again, whoever regains what. Of an account's invite: the server's own is
/// cancelled by the next one, and in nobody's list to be tidied.
pub(crate) fn is_void(root: &Root, issuer: &KeyRecord, invite: &InviteRecord, claims: &Claims) -> bool {
    if invite.restore_epoch != root.server.restore_epoch {
        return true;
    }
    let made = (claims.issuer_incarnation, claims.issuer_epoch);
    issuer.account.as_ref().is_none_or(|account| (account.incarnation, account.epoch) != made)
}

/// Whether the person may be anywhere.
fn person(record: &KeyRecord, now: Timestamp) -> Person {
    match &record.account {
        Some(account) if account.standing == Standing::Revoked => Person::Revoked,
        _ if record.is_banned(now) => Person::Banned,
        Some(_) => Person::Active,
        None => Person::New,
    }
}

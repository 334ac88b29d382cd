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
        inquiry.want(&issuer);
        inquiry.want(&open);
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
        Ok(Self { root, invite, claims, issuer, open, members, person, prior })
    }

    /// What the table looks at.
    pub(crate) fn situation(&self, now: Timestamp) -> Situation {
        let max = self.root.space.max_members;
        Situation {
            prior: self.prior(),
            invite: life(&self.invite, &self.claims, now),
            issuer: authority(&self.root, &self.issuer, &self.invite, &self.claims, now),
            gate: self.gate(now),
            person: person(&self.person, now),
            member: self.person.current_seat().is_some(),
            full: max != 0 && self.members.members >= max,
        }
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
        (None, _) if claims.max_uses != 0 && invite.uses >= claims.max_uses => InviteLife::UsedUp,
        (None, _) => InviteLife::Live,
    }
}

/// Whether the issuer could issue the same invite now (I4, and I6 by way of incarnation and epoch).
pub(crate) fn authority(root: &Root, issuer: &KeyRecord, invite: &InviteRecord, claims: &Claims, now: Timestamp) -> Issuer {
    if claims.issuer == root.server.key {
        return match root.space.owner {
            Some(_) => Issuer::OwnerExists,
            None if root.server.owner_invite == Some(claims.invite) && invite.restore_epoch == root.server.restore_epoch => {
                Issuer::Holds
            }
            None => Issuer::OtherEpoch,
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
            && (claims.tags.is_empty() || allows(Permission::ManageTags))
    });
    if may && !issuer.is_banned(now) { Issuer::Holds } else { Issuer::NotAllowed }
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

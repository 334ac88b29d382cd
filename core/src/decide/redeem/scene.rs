//! What the redeem table looks at: the invite, its issuer, the place and the person, as the records have them.

use super::table::{Gate, InviteLife, Issuer, Membership, Person, Prior, Situation};
use crate::check::Proof;
use crate::claims::{Claims, SignedClaims};
use crate::code::Code;
use crate::decide::caller::want_space;
use crate::decide::inquiry::{Inquiry, Root};
use crate::decide::place::{Counts, Holder};
use crate::decide::{Stop, deny};
use crate::id::{Incarnation, InviteId};
use crate::key::SignKey;
use crate::record::{
    Closed, InviteRecord, JoinRule, KeyRecord, MemberCount, MemberRecord, OpenCount, Space, Standing, Use, keys,
};
use crate::role::{Permission, PlaceKind, Role};
use crate::rule;
use crate::statement::Domain;
use crate::time::{Expiry, Timestamp};
use crate::wire::Context;
use alloc::boxed::Box;

/// Everything a redeem or preview of one invite by one key (or by nobody in particular) looks at.
pub(crate) struct Scene {
    pub(crate) root: Root,
    pub(crate) invite: InviteRecord,
    pub(crate) claims: Claims,
    /// All about who issued it, in the place it leads to.
    pub(crate) issuer: Holder,
    pub(crate) open: OpenCount,
    /// Of the server.
    pub(crate) members: MemberCount,
    /// All about who holds it, in the place it leads to; nobody in particular if nobody said.
    pub(crate) person: Holder,
    /// Of that place.
    pub(crate) counts: Counts,
    pub(crate) prior: Option<Use>,
    /// All about the key whose place the holder takes, if the invite is one for that.
    pub(crate) target: KeyRecord,
    /// In how many networks that key is.
    pub(crate) target_joined: u32,
}

impl Scene {
    /// Loads it, in two rounds; `not-found` if there is no such invite, `damaged-invite` if the store's copy does not
    /// bear both signatures.
    pub(crate) fn load(
        context: &Context,
        id: &InviteId,
        key: Option<&SignKey>,
        inquiry: &mut Inquiry<'_>,
    ) -> Result<Box<Self>, Stop> {
        let (invite_key, members) = (keys::invite(id), keys::members(&crate::SpaceId::SERVER));
        let person = key.map(|key| (keys::account(key), keys::invite_use(id, key)));
        inquiry.want(keys::SERVER);
        inquiry.want(&invite_key);
        inquiry.want(&members);
        if let Some((account, used)) = &person {
            inquiry.want(account);
            inquiry.want(used);
        }
        inquiry.ready()?;
        let mut root = inquiry.root(context)?;
        let Some(invite) = inquiry.load::<InviteRecord>(&invite_key)? else {
            return deny(Code::NotFound, rule::REDEEM_1);
        };
        let Some(claims) = invite.invite.unverified_claims() else {
            return deny(Code::DamagedInvite, rule::REDEEM_CLAIMS);
        };
        let (space, open) = (claims.space, keys::open_count(&claims.issuer));
        let target = claims.rebind.map(|key| [keys::account(&key), keys::joined(&key)]);
        inquiry.want(&open);
        if let Some(target) = &target {
            inquiry.want_all(target);
        }
        Holder::want(inquiry, &space, &claims.issuer);
        want_space(inquiry, &space, &claims.issuer);
        inquiry.want(&keys::members(&space));
        if let Some(key) = key {
            Holder::want(inquiry, &space, key);
            Counts::want(inquiry, &space, key);
        }
        let signed = claims_are_signed(inquiry, &invite.invite, &claims);
        inquiry.ready()?;
        if !signed || claims.invite != *id || claims.server != context.server {
            return deny(Code::DamagedInvite, rule::REDEEM_CLAIMS);
        }
        root.go(&space, inquiry)?;
        let issuer = Holder::load(&root, &claims.issuer, inquiry)?;
        let nobody = || Holder::new(&root, SignKey([0; 32]), KeyRecord::default(), MemberRecord::default());
        let (person, counts, prior) = match (key, &person) {
            (Some(key), Some((_, used))) => {
                (Holder::load(&root, key, inquiry)?, Counts::load(&space, key, inquiry)?, inquiry.load(used)?)
            }
            _ => (
                nobody(),
                Counts { members: inquiry.load_or_default(&keys::members(&space))?, joined: MemberCount::default() },
                None,
            ),
        };
        let members = inquiry.load_or_default(&members)?;
        let open = inquiry.load_or_default(&open)?;
        let (target, target_joined) = match &target {
            Some([key, joined]) => (inquiry.load_or_default(key)?, inquiry.load_or_default::<MemberCount>(joined)?.members),
            None => Default::default(),
        };
        let scene = Self { root, invite, claims, issuer, open, members, person, counts, prior, target, target_joined };
        Ok(Box::new(scene))
    }

    /// What the table looks at. Whoever takes another's place does not join: no gate holds him up and no seat is added,
    /// but his key must be unknown.
    pub(crate) fn situation(&self, now: Timestamp) -> Situation {
        let rebinds = self.claims.rebind.is_some();
        let membership = match self.person.current_seat() {
            _ if rebinds && self.person.record.account.is_some() => Membership::Server,
            Some(_) if self.root.is_server() => Membership::Server,
            Some(_) => Membership::Place,
            None => Membership::None,
        };
        Situation {
            prior: self.prior(),
            invite: life(&self.invite, &self.claims, now),
            issuer: self.issuer(now),
            gate: self.gate(now),
            person: person(&self.person, now),
            member: membership,
            full: !rebinds && self.full(),
        }
    }

    /// Whether the place is full, or the server for somebody who would join that, too.
    fn full(&self) -> bool {
        let over = |space: &Space, members: &MemberCount| space.max_members != 0 && members.members >= space.max_members;
        over(self.root.here(), &self.counts.members) || (self.is_new_here() && over(&self.root.space, &self.members))
    }

    /// Whether the holder would become a member of the server with the place.
    pub(crate) fn is_new_here(&self) -> bool {
        !self.root.is_server() && self.person.record.current_seat().is_none()
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
        let incarnation = self.person.record.account.as_ref().map_or(Incarnation::NONE, |account| account.incarnation);
        match &self.prior {
            Some(used) if used.incarnation == incarnation && used.code != Code::Allowed => Prior::Refused,
            Some(used) if used.incarnation == incarnation && self.person.current_seat().is_some() => Prior::StillMember,
            Some(used) if used.incarnation == incarnation => Prior::Left,
            Some(_) | None => Prior::None,
        }
    }

    fn gate(&self, now: Timestamp) -> Gate {
        if !self.root.is_there() {
            return Gate::Gone;
        }
        if !self.root.server.restore_reviewed {
            return Gate::Unreviewed;
        }
        if self.claims.rebind.is_some() {
            return Gate::Open;
        }
        let gate = gate_of(self.root.here(), self.person.allowlisted_by(), now);
        if gate != Gate::Open || !self.is_new_here() {
            return gate;
        }
        // Who comes to the server with it passes the server's gate, too, if the issuer could have let him in there.
        let at_server = self.issuer.record.current_seat().map(|seat| seat.role);
        if !at_server.is_some_and(|role| role.allows(PlaceKind::Server, Permission::Invite)) {
            return Gate::AccountRequired;
        }
        gate_of(&self.root.space, self.person.record.allowlisted_by, now)
    }
}

/// Whether a space lets this key in by link.
pub(crate) fn gate_of(space: &Space, allowlisted_by: Option<SignKey>, now: Timestamp) -> Gate {
    if space.pause.holds(now) {
        return Gate::Paused;
    }
    match space.join_rule {
        JoinRule::Closed => Gate::Closed,
        JoinRule::Allowlist if allowlisted_by.is_none() => Gate::NotAllowlisted,
        JoinRule::Open | JoinRule::Token | JoinRule::Invite | JoinRule::Allowlist => Gate::Open,
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
pub(crate) fn authority(root: &Root, issuer: &Holder, invite: &InviteRecord, claims: &Claims, now: Timestamp) -> Issuer {
    if claims.issuer == root.server.key {
        // An owner is made where there is none, or in the place of the one that is being recovered.
        let current = root.server.owner_invite == Some(claims.invite) && invite.restore_epoch == root.server.restore_epoch;
        return match root.space.owner {
            owner if owner == claims.rebind && current => Issuer::Holds,
            Some(_) if claims.rebind.is_none() => Issuer::OwnerExists,
            _ => Issuer::OtherEpoch,
        };
    }
    let made = Made {
        incarnation: claims.issuer_incarnation,
        epoch: claims.issuer_epoch,
        restore_epoch: invite.restore_epoch,
        role: claims.role,
        tags: !claims.tags.is_empty(),
    };
    match worth(root, issuer, &made, now) {
        // Who takes another's place is decided on the host.
        Issuer::Holds if claims.rebind.is_some() => Issuer::NotAllowed,
        worth => worth,
    }
}

/// What an offer says of its making.
pub(crate) struct Made {
    /// Which registration of the issuer's key.
    pub(crate) incarnation: Incarnation,
    /// The issuer's authority epoch in the place.
    pub(crate) epoch: u32,
    /// The server's restore epoch.
    pub(crate) restore_epoch: u32,
    /// The role it grants.
    pub(crate) role: Role,
    /// Whether it sets tags.
    pub(crate) tags: bool,
}

/// Whether an account could make the same offer now.
pub(crate) fn worth(root: &Root, issuer: &Holder, made: &Made, now: Timestamp) -> Issuer {
    let record = &issuer.record;
    let Some(account) = record.account.as_ref().filter(|account| account.incarnation == made.incarnation) else {
        return Issuer::Deleted;
    };
    if account.standing == Standing::Revoked {
        return Issuer::Revoked;
    }
    if issuer.epoch() != made.epoch || made.restore_epoch != root.server.restore_epoch {
        return Issuer::OtherEpoch;
    }
    let actor = issuer.actor(root);
    let may =
        actor.allows(Permission::Invite) && actor.may_grant(made.role) && (!made.tags || actor.allows(Permission::ManageTags));
    // Of a place that is gone, the gate says so.
    let may = may || !root.is_there();
    if may && issuer.fallen(now).is_none() { Issuer::Holds } else { Issuer::NotAllowed }
}

/// Whether nothing can ever make this invite good again, whoever regains what. Of an account's invite: the server's own is
/// cancelled by the next one, and in nobody's list to be tidied. Of an invite to another place than the one the issuer
/// fell in, only what the account itself says is known.
pub(crate) fn is_void(root: &Root, issuer: &Holder, invite: &InviteRecord, claims: &Claims) -> bool {
    if invite.restore_epoch != root.server.restore_epoch {
        return true;
    }
    issuer.record.account.as_ref().is_none_or(|account| {
        let epoch = if claims.space == issuer.space { issuer.epoch() } else { claims.issuer_epoch.max(account.epoch) };
        (account.incarnation, epoch) != (claims.issuer_incarnation, claims.issuer_epoch)
    })
}

/// Whether the person may be here.
pub(crate) fn person(holder: &Holder, now: Timestamp) -> Person {
    match (holder.fallen(now), &holder.record.account) {
        (Some(Code::Banned), _) => Person::Banned,
        (Some(_), _) => Person::Revoked,
        (None, Some(_)) => Person::Active,
        (None, None) => Person::New,
    }
}

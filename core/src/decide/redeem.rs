//! Redeem: the table that decides who comes in through a link, and what the table looks at.
//!
//! The table is [`judge`], over the closed [`Situation`]. A preview shows its verdict on the holder's own device.
//! What follows from a row is written in `redeem_effects`.

use super::caller::{RequestId, fresh};
use super::inquiry::{Inquiry, Root};
use super::redeem_effects::{admit, burn};
use super::{Halt, Outcome, Ruling, Stop, deny};
use crate::check::{Check, CheckResult, Proof};
use crate::claims::{Claims, SignedClaims};
use crate::code::Code;
use crate::digest::sha256;
use crate::id::{Incarnation, InviteId};
use crate::key::SignKey;
use crate::record::{Closed, InviteRecord, JoinRule, KeyRecord, MemberCount, OpenCount, Standing, Use, claims_digest, keys};
use crate::role::{Permission, PlaceKind};
use crate::rule::{self, Rule};
use crate::statement::{AccountStatement, Domain};
use crate::text::Kind;
use crate::time::{Expiry, Timestamp};
use crate::wire::{Context, Redeem, Redeemed, Reply, Request, Verdict, encode, wire_enum, wire_struct};

wire_enum! {
    /// What this incarnation of the key has done with the invite before.
    #[derive(Copy)]
    pub enum Prior {
        /// Nothing.
        0 => None,
        /// Spent a use and was refused.
        1 => Refused,
        /// Spent a use, came in, and is still a member.
        2 => StillMember,
        /// Spent a use, came in, and is a member no more.
        3 => Left,
    }
}

wire_enum! {
    /// What has become of the invite itself.
    #[derive(Copy)]
    pub enum InviteLife {
        /// It is open.
        0 => Live,
        /// It was cancelled.
        1 => Cancelled,
        /// Its time is over.
        2 => Expired,
        /// Its expiry cannot be read.
        3 => Unreadable,
        /// Every use is gone.
        4 => UsedUp,
    }
}

wire_enum! {
    /// What has become of whoever issued it.
    #[derive(Copy)]
    pub enum Issuer {
        /// Could issue the same invite now.
        0 => Holds,
        /// Is revoked.
        1 => Revoked,
        /// Is deleted, or the key is another incarnation now.
        2 => Deleted,
        /// Fell since, or the server was restored since.
        3 => OtherEpoch,
        /// May no longer grant this.
        4 => NotAllowed,
        /// Is the server itself, which has an owner by now.
        5 => OwnerExists,
    }
}

wire_enum! {
    /// Whether the place lets anyone in by link.
    #[derive(Copy)]
    pub enum Gate {
        /// It does.
        0 => Open,
        /// There is no such place.
        1 => Gone,
        /// Joining is paused.
        2 => Paused,
        /// Nobody joins.
        3 => Closed,
        /// Only listed keys do, and this is not one.
        4 => NotAllowlisted,
    }
}

wire_enum! {
    /// Whether the account may be anywhere.
    #[derive(Copy)]
    pub enum Person {
        /// The key has no account.
        0 => New,
        /// It has an active one.
        1 => Active,
        /// It has a revoked one.
        2 => Revoked,
        /// The key is banned.
        3 => Banned,
    }
}

wire_struct! {
    /// Everything the table looks at, once the proofs are good.
    #[derive(Copy)]
    pub struct Situation {
        /// Earlier uses.
        pub prior: Prior,
        /// The invite.
        pub invite: InviteLife,
        /// Its issuer.
        pub issuer: Issuer,
        /// The place.
        pub gate: Gate,
        /// The person.
        pub person: Person,
        /// Whether the person is a member of the place now.
        pub member: bool,
        /// Whether the place is full.
        pub full: bool,
    }
}

/// What a row of the table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// `allowed`, or why not.
    pub code: Code,
    /// The row.
    pub rule: Rule,
    /// Whether the use is spent.
    pub spent: bool,
}

/// The redeem table, rows 2 to 10, in their order. Above row 6 nothing is spent: those are faults of the link or the
/// place. From row 6 on the use is spent, because a good proof was presented; except that a full place spends nothing.
pub fn judge(s: &Situation) -> Row {
    let unspent = |code, rule| Row { code, rule, spent: false };
    let spent = |code, rule| Row { code, rule, spent: true };
    match s.prior {
        Prior::Refused | Prior::StillMember => return unspent(Code::UsedByYou, rule::REDEEM_2),
        Prior::None | Prior::Left => {}
    }
    match s.invite {
        InviteLife::Cancelled => return unspent(Code::InviteCancelled, rule::REDEEM_3_CANCELLED),
        InviteLife::Expired => return unspent(Code::Expired, rule::REDEEM_3_EXPIRED),
        InviteLife::Unreadable => return unspent(Code::UnreadableExpiry, rule::REDEEM_3_UNREADABLE),
        InviteLife::UsedUp => return unspent(Code::UsedUp, rule::REDEEM_3_USED_UP),
        InviteLife::Live => {}
    }
    match s.issuer {
        Issuer::OwnerExists => return unspent(Code::OwnerExists, rule::REDEEM_4_OWNER),
        Issuer::Revoked | Issuer::Deleted | Issuer::OtherEpoch | Issuer::NotAllowed => {
            return unspent(Code::IssuerLostAuthority, rule::REDEEM_4);
        }
        Issuer::Holds => {}
    }
    match s.gate {
        Gate::Gone => return unspent(Code::NotFound, rule::REDEEM_5_GONE),
        Gate::Paused => return unspent(Code::Paused, rule::REDEEM_5_PAUSED),
        Gate::Closed => return unspent(Code::JoinClosed, rule::REDEEM_5_CLOSED),
        Gate::NotAllowlisted => return unspent(Code::NotAllowlisted, rule::REDEEM_5_ALLOWLIST),
        Gate::Open => {}
    }
    match s.person {
        Person::Revoked => spent(Code::AccountRevoked, rule::REDEEM_6_REVOKED),
        Person::Banned => spent(Code::Banned, rule::REDEEM_6_BANNED),
        Person::New | Person::Active if s.member => spent(Code::AccountExists, rule::REDEEM_7),
        Person::New | Person::Active if s.full => unspent(Code::SpaceFull, rule::REDEEM_9),
        Person::New | Person::Active => spent(Code::Allowed, rule::REDEEM_10),
    }
}

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

/// Decides a redeem.
pub(crate) fn decide(request: &Request, redeem: &Redeem, inquiry: &mut Inquiry<'_>) -> Outcome {
    prove(request, redeem, inquiry)?;
    let statement = &redeem.statement;
    let content = sha256(&[&encode(statement)]);
    let id = RequestId { key: statement.sign_key, nonce: statement.request_id, created: statement.created, content };
    inquiry.want(&id.storage_key());
    let scene = Scene::load(&request.context, &redeem.invite, Some(&statement.sign_key), inquiry)?;
    let now = request.context.now;
    // Standing before the request id: whoever has fallen or is gone is not handed the old welcome again.
    let admitted = scene.prior.as_ref().map(|used| used.incarnation);
    let fallen = match &scene.person.account {
        Some(account) if admitted == Some(account.incarnation) => super::caller::fallen(&scene.person, account, now),
        Some(_) | None => Some(Code::UnknownAccount),
    };
    if let Err(stop) = id.not_used(inquiry) {
        return match (&*stop, fallen) {
            (Halt::Repeat { allowed: true, .. }, Some(code)) => deny(code, rule::ASK_STANDING),
            _ => Err(stop),
        };
    }
    if claims_digest(&scene.invite.invite) != statement.claims_digest {
        return deny(Code::DamagedInvite, rule::REDEEM_CLAIMS);
    }
    let row = judge(&scene.situation(now));
    match (row.code, row.spent) {
        (Code::UsedByYou, _) => Ok(first_answer_again(&scene, row)),
        (Code::Allowed, _) => Ok(id.record(request, admit(request, redeem, scene, row))),
        (_, true) => Ok(id.record(request, burn(request, redeem, scene, row))),
        (_, false) => deny(row.code, row.rule),
    }
}

/// Row 2.
fn first_answer_again(scene: &Scene, row: Row) -> Ruling {
    let Some(used) = &scene.prior else { return Ruling::deny(row.code, row.rule) };
    let verdict = if used.code == Code::Allowed { Verdict::Allow } else { Verdict::Deny };
    let mut ruling = Ruling::new(verdict, row.code, row.rule);
    ruling.receipt = used.receipt.clone();
    ruling.replying(Reply::Redeemed(Redeemed { first: used.code, handle: used.handle.clone() }))
}

/// Row 1 and the proofs, before any record is read: whoever cannot prove that they hold the invite learns nothing.
fn prove(request: &Request, redeem: &Redeem, inquiry: &mut Inquiry<'_>) -> Result<(), Stop> {
    let statement = &redeem.statement;
    let bytes = Domain::Redeem.statement(statement);
    let binding = AccountStatement { server: request.context.server, sign_key: statement.sign_key, kex_key: statement.kex_key };
    let holds = inquiry.check_signature(redeem.invite_key, bytes.clone(), Proof::Attached(redeem.invite_signature));
    let sign_key = inquiry.check(Check::SignKey(statement.sign_key));
    let kex_key = inquiry.check(Check::KexKey(statement.kex_key));
    let signed = inquiry.check_signature(statement.sign_key, bytes, Proof::Attached(redeem.account_signature));
    let bound = inquiry.check_signature(statement.sign_key, Domain::Account.statement(&binding), Proof::Inline(redeem.binding));
    let handle = inquiry.check_text(Kind::Handle, &statement.handle);
    inquiry.ready()?;
    let is_invites = InviteId::of(&redeem.invite_key) == redeem.invite && statement.invite == redeem.invite;
    if !is_invites || !holds || statement.server != request.context.server {
        return deny(Code::NotFound, rule::REDEEM_1);
    }
    fresh(&request.context, statement.created)?;
    good_keys(sign_key, kex_key, rule::REDEEM_PROOF)?;
    if !handle {
        return deny(Code::BadText, rule::REDEEM_PROOF);
    }
    if !signed || !bound {
        return deny(Code::Unauthenticated, rule::REDEEM_PROOF);
    }
    Ok(())
}

/// Refuses keys that are not good ones, each with its own code.
pub(crate) fn good_keys(sign_key: CheckResult, kex_key: CheckResult, rule: Rule) -> Result<(), Stop> {
    for result in [sign_key, kex_key] {
        match result {
            CheckResult::Good => {}
            CheckResult::Bad => return deny(Code::MalformedKey, rule),
            CheckResult::NonCanonical => return deny(Code::NonCanonicalKey, rule),
            CheckResult::Weak => return deny(Code::WeakKey, rule),
        }
    }
    Ok(())
}

//! The redeem table: who comes in through a link. A closed [`Situation`] in, a [`Row`] out; a preview shows the same
//! verdict on the holder's own device.

use crate::code::Code;
use crate::rule::{self, Rule};
use crate::wire::{wire_enum, wire_struct};

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
        /// It was closed because it was void for good.
        5 => Void,
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
        /// It was restored, and the operator has yet to accept that.
        5 => Unreviewed,
        /// It is a network's, for members of the server: the issuer could not let anyone in there.
        6 => AccountRequired,
    }
}

wire_enum! {
    /// What the person is a member of already.
    #[derive(Copy)]
    pub enum Membership {
        /// Nothing that stands in the way.
        0 => None,
        /// The server, whose invite it is; for an invite that moves memberships to new keys, that the key has an account
        /// at all.
        1 => Server,
        /// The network whose invite it is.
        2 => Place,
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
        /// What the person is a member of already.
        pub member: Membership,
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
        InviteLife::Void => return unspent(Code::IssuerLostAuthority, rule::REDEEM_4),
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
        Gate::Unreviewed => return unspent(Code::RestoreUnreviewed, rule::REDEEM_5_RESTORED),
        Gate::Gone => return unspent(Code::NotFound, rule::REDEEM_5_GONE),
        Gate::Paused => return unspent(Code::Paused, rule::REDEEM_5_PAUSED),
        Gate::Closed => return unspent(Code::JoinClosed, rule::REDEEM_5_CLOSED),
        Gate::NotAllowlisted => return unspent(Code::NotAllowlisted, rule::REDEEM_5_ALLOWLIST),
        Gate::AccountRequired => return unspent(Code::AccountRequired, rule::REDEEM_5_ACCOUNT),
        Gate::Open => {}
    }
    match s.person {
        Person::Revoked => spent(Code::AccountRevoked, rule::REDEEM_6_REVOKED),
        Person::Banned => spent(Code::Banned, rule::REDEEM_6_BANNED),
        Person::New | Person::Active if s.member == Membership::Server => spent(Code::AccountExists, rule::REDEEM_7),
        Person::New | Person::Active if s.member == Membership::Place => spent(Code::AlreadyMember, rule::REDEEM_8),
        Person::New | Person::Active if s.full => unspent(Code::SpaceFull, rule::REDEEM_9),
        Person::New | Person::Active => spent(Code::Allowed, rule::REDEEM_10),
    }
}

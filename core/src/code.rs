//! Every answer's code, in one table: a stable kebab-case name, who is to blame, and one line of text.
//!
//! Codes are part of the API: a name, once released, keeps its meaning. HTTP statuses, CLI exit codes, the pages'
//! sentences and the problem types are all derived from this table by exhaustive matches.

/// Who has to act for the answer to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// Nobody: the answer is yes.
    Nobody,
    /// The caller sent something that can never be right.
    Caller,
    /// The caller is not who may do this.
    Standing,
    /// The request is good, but the state of things refuses it.
    State,
    /// The place (host, store, policy build) could not decide.
    Place,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal, $blame:ident, $text:literal;)*) => {
        /// A stable answer code. On the wire a big-endian `u16`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Code { $(#[doc = $text] $variant = $number,)* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The stable kebab-case name.
            pub const fn name(self) -> &'static str { match self { $(Code::$variant => $name,)* } }

            /// Who has to act for the answer to change.
            pub const fn blame(self) -> Blame { match self { $(Code::$variant => Blame::$blame,)* } }

            /// One line a person can read.
            pub const fn text(self) -> &'static str { match self { $(Code::$variant => $text,)* } }

            /// The code of a wire number, or `None` for a number no release has used.
            pub const fn from_number(number: u16) -> Option<Code> {
                match number { $($number => Some(Code::$variant),)* _ => None }
            }

            /// The code of a name, or `None`.
            pub fn from_name(name: &str) -> Option<Code> {
                match name { $($name => Some(Code::$variant),)* _ => None }
            }
        }
    };
}

codes! {
    Allowed = 0, "allowed", Nobody, "Yes.";

    // Requests that can never be right.
    Malformed = 100, "malformed", Caller, "The request cannot be read.";
    MalformedKey = 101, "malformed-key", Caller, "A key is 64 hexadecimal characters; this one is not.";
    NonCanonicalKey = 102, "non-canonical-key", Caller, "This key is not written in its one canonical form.";
    WeakKey = 103, "weak-key", Caller, "This key is one of the few that protect nothing.";
    DamagedLink = 104, "damaged-link", Caller, "The link is damaged or incomplete.";
    DamagedInvite = 105, "damaged-invite", Caller, "The invite does not match its own signatures.";
    BadText = 106, "bad-text", Caller, "A name or text is empty, too long, or holds characters that cannot be shown.";
    BadTag = 107, "bad-tag", Caller, "Tags are at most 10, each of 1 to 32 lower-case letters, digits and inner hyphens.";
    UnreadableExpiry = 108, "unreadable-expiry", Caller, "The expiry cannot be read, so it counts as expired.";
    RequestIdReused = 109, "request-id-reused", Caller, "This request id was used for another request.";
    TooLarge = 110, "too-large", Caller, "The request is too large.";
    OtherServer = 111, "other-server", Caller, "This was made for another server.";
    BadName = 112, "bad-name", Caller, "A network's name is 1 to 63 lower-case letters, digits and inner hyphens, and neither 'server' nor 'backbone'.";

    // Who is asking.
    Unauthenticated = 200, "unauthenticated", Standing, "The request carries no good signature of a known account.";
    StaleRequest = 201, "stale-request", Standing, "The request was signed too long ago or too far ahead.";
    AccountRevoked = 202, "account-revoked", Standing, "This account has been revoked.";
    Banned = 203, "banned", Standing, "This key is banned.";
    NotAMember = 204, "not-a-member", Standing, "This account is not a member here.";
    MissingPermission = 205, "missing-permission", Standing, "The role held here does not allow this.";
    RankTooLow = 206, "rank-too-low", Standing, "Only someone of higher rank may do this.";
    UnknownAccount = 207, "unknown-account", Standing, "No account has this key.";

    // What the state of things refuses.
    NotFound = 300, "not-found", State, "There is nothing here by that name.";
    InviteCancelled = 301, "invite-cancelled", State, "The invite was cancelled.";
    Expired = 302, "expired", State, "The invite has expired.";
    UsedUp = 303, "used-up", State, "Every use of the invite is gone.";
    UsedByYou = 304, "used-by-you", State, "You have used this invite already.";
    IssuerLostAuthority = 305, "issuer-lost-authority", State, "Whoever made the invite may no longer invite.";
    OwnerExists = 306, "owner-exists", State, "This server has an owner already.";
    Paused = 307, "paused", State, "Joining is paused for now.";
    JoinClosed = 308, "join-closed", State, "Nobody can join at present.";
    NotAllowlisted = 309, "not-allowlisted", State, "Only keys on the allowlist can join.";
    GuardDenied = 310, "guard-denied", State, "A guard of this server's operator refused.";
    AccountRequired = 311, "account-required", State, "This invite is for people who have an account here.";
    AccountExists = 312, "account-exists", State, "This key has an account here already.";
    AlreadyMember = 313, "already-member", State, "This account is a member already.";
    SpaceFull = 314, "space-full", State, "No more members fit.";
    GrantTooHigh = 315, "grant-too-high", State, "This would grant more than its maker may grant.";
    ExpiryTooFar = 316, "expiry-too-far", State, "The expiry is further away than allowed.";
    ExpiryInPast = 317, "expiry-in-past", State, "The expiry is in the past.";
    UnlimitedNeedsExpiry = 318, "unlimited-needs-expiry", State, "Unlimited uses need an expiry, and 'never' needs a number of uses.";
    TooManyUses = 319, "too-many-uses", State, "An invite that grants more than 'member' has at most 10 uses.";
    TooManyInvites = 320, "too-many-invites", State, "This account has 1,000 live invites already.";
    LastOwner = 321, "last-owner", State, "The server must keep an active owner.";
    OwnsSpaces = 322, "owns-spaces", State, "The account owns spaces; transfer them first.";
    Conflict = 323, "conflict", State, "Something changed meanwhile; look again and repeat.";
    InviteExists = 324, "invite-exists", State, "This invite was minted already.";
    Unproved = 325, "unproved", State, "This account has not yet proved that it holds its keys.";
    IsOwner = 326, "is-owner", State, "This is the owner; the space is handed over first.";
    AlreadyOwner = 327, "already-owner", State, "This account owns the space already.";
    AlreadyAdmin = 328, "already-admin", State, "This member is an admin already.";
    AlreadyMemberRole = 329, "already-member-role", State, "This member has no role above member.";
    JoinNeedsInvite = 330, "join-needs-invite", State, "Joining needs an invite here.";
    NameTaken = 331, "name-taken", State, "Another network has this name.";
    NotGoverned = 332, "not-governed", State, "This needs a governed space, one with an owner and roles.";
    NotByInvite = 333, "not-by-invite", State, "Nobody is invited by name here: the rule of the space is another one.";
    SelfInvite = 334, "self-invite", State, "Nobody invites himself.";
    AlreadyInvited = 335, "already-invited", Nobody, "This account has been invited here already.";
    InboxFull = 336, "inbox-full", State, "This account has 100 invites waiting; it answers some first.";
    NoSuchInvite = 337, "no-such-invite", State, "No such invite is waiting for this account.";

    // The place could not decide.
    Undecidable = 400, "undecidable", Place, "The policy could not decide, so the answer is no.";
    Unavailable = 401, "unavailable", Place, "The store did not answer; nothing was changed.";
    OutcomeUnknown = 402, "outcome-unknown", Place, "Whether this was done is not known; repeating it is safe.";
    ClockBehind = 403, "clock-behind", Place, "The server's clock is behind its own records.";
    NotInitialised = 404, "not-initialised", Place, "This server has not been set up yet.";
    CorruptRecord = 405, "corrupt-record", Place, "A stored record cannot be read.";
    RestoreUnreviewed = 406, "restore-unreviewed", Place, "The server was restored from a backup that its operator has not yet accepted.";
    RateLimited = 407, "rate-limited", Place, "Too many requests; wait and repeat.";
    Busy = 408, "busy", Place, "The server has more work than it can take; wait and repeat.";

    // What only the holder of a link meets, on his own device.
    InsecureOrigin = 500, "insecure-origin", Caller, "Keys can only be made on a page served over https or from this machine.";
}

impl core::fmt::Display for Code {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

//! Every variant of every enum the tables look at, with its word. The matches are exhaustive: a new variant does not
//! compile until it has a word here, and the coverage test wants every word in a table.

use doorward_core::check::CheckResult;
use doorward_core::decide::cancel::Maker;
use doorward_core::decide::member::{Act, Fitness};
use doorward_core::decide::redeem::{Gate, InviteLife, Issuer, Membership, Person, Prior};
use doorward_core::decide::space::Name;
use doorward_core::decide::standing::Change;
use doorward_core::record::{JoinRule, Standing};
use doorward_core::role::{Permission, Role};
use doorward_core::wire::{Command, EventKind};

macro_rules! words {
    ($name:ident, $t:ty, $($variant:pat => $value:expr, $word:literal;)*) => {
        pub mod $name {
            use super::*;
            /// The words, in order.
            pub const WORDS: &[&str] = &[$($word,)*];
            /// The variants, in the same order.
            #[allow(dead_code)]
            pub fn all() -> Vec<$t> { vec![$($value,)*] }
            /// The word of a variant.
            #[allow(dead_code)]
            pub fn of(value: &$t) -> &'static str { match value { $($variant => $word,)* } }
        }
    };
}

words!(prior, Prior,
    Prior::None => Prior::None, "nothing";
    Prior::Refused => Prior::Refused, "was refused";
    Prior::StillMember => Prior::StillMember, "came in, is a member";
    Prior::Left => Prior::Left, "came in, left";
);
words!(life, InviteLife,
    InviteLife::Live => InviteLife::Live, "live";
    InviteLife::Cancelled => InviteLife::Cancelled, "cancelled";
    InviteLife::Expired => InviteLife::Expired, "expired";
    InviteLife::Unreadable => InviteLife::Unreadable, "expiry unreadable";
    InviteLife::UsedUp => InviteLife::UsedUp, "used up";
    InviteLife::Void => InviteLife::Void, "closed as void";
);
words!(issuer, Issuer,
    Issuer::Holds => Issuer::Holds, "in order";
    Issuer::Revoked => Issuer::Revoked, "revoked";
    Issuer::Deleted => Issuer::Deleted, "deleted";
    Issuer::OtherEpoch => Issuer::OtherEpoch, "fell since";
    Issuer::NotAllowed => Issuer::NotAllowed, "may not grant this";
    Issuer::OwnerExists => Issuer::OwnerExists, "the server, owned by now";
);
words!(gate, Gate,
    Gate::Open => Gate::Open, "open";
    Gate::Gone => Gate::Gone, "gone";
    Gate::Paused => Gate::Paused, "paused";
    Gate::Closed => Gate::Closed, "closed";
    Gate::NotAllowlisted => Gate::NotAllowlisted, "not on its list";
    Gate::Unreviewed => Gate::Unreviewed, "restored, not accepted";
    Gate::AccountRequired => Gate::AccountRequired, "for members of the server";
);
words!(membership, Membership,
    Membership::None => Membership::None, "no";
    Membership::Server => Membership::Server, "of the server";
    Membership::Place => Membership::Place, "of the network";
);
words!(name, Name,
    Name::Free => Name::Free, "free";
    Name::Bad => Name::Bad, "no name";
    Name::Taken => Name::Taken, "taken";
);
words!(person, Person,
    Person::New => Person::New, "new";
    Person::Active => Person::Active, "active";
    Person::Revoked => Person::Revoked, "revoked";
    Person::Banned => Person::Banned, "banned";
);
words!(role, Role,
    Role::Member => Role::Member, "member";
    Role::Admin => Role::Admin, "admin";
    Role::Owner => Role::Owner, "owner";
);
words!(standing, Standing,
    Standing::Active => Standing::Active, "active";
    Standing::Revoked => Standing::Revoked, "revoked";
);
words!(join_rule, JoinRule,
    JoinRule::Open => JoinRule::Open, "open";
    JoinRule::Token => JoinRule::Token, "token";
    JoinRule::Invite => JoinRule::Invite, "invite";
    JoinRule::Allowlist => JoinRule::Allowlist, "allowlist";
    JoinRule::Closed => JoinRule::Closed, "closed";
);
words!(change, Change,
    Change::Revoke => Change::Revoke, "revoke";
    Change::Restore => Change::Restore, "restore";
    Change::Delete => Change::Delete, "delete";
);
words!(act, Act,
    Act::Kick => Act::Kick, "kick";
    Act::Ban => Act::Ban, "ban";
    Act::Unban => Act::Unban, "unban";
    Act::Give(Role::Admin) => Act::Give(Role::Admin), "set role admin";
    Act::Give(Role::Member) => Act::Give(Role::Member), "set role member";
    Act::Give(Role::Owner) => Act::Give(Role::Owner), "set role owner";
    Act::Transfer => Act::Transfer, "transfer";
    Act::SetTags => Act::SetTags, "set tags";
    Act::Allow => Act::Allow, "allow";
    Act::Disallow => Act::Disallow, "disallow";
);
words!(fitness, Fitness,
    Fitness::Fit => Fitness::Fit, "fit";
    Fitness::Unproved => Fitness::Unproved, "unproved";
    Fitness::Revoked => Fitness::Revoked, "revoked";
    Fitness::Banned => Fitness::Banned, "banned";
);
words!(event, EventKind,
    EventKind::ServerInitialised => EventKind::ServerInitialised, "server set up";
    EventKind::InviteMinted => EventKind::InviteMinted, "invite made";
    EventKind::InviteCancelled => EventKind::InviteCancelled, "invite cancelled";
    EventKind::InviteBurned => EventKind::InviteBurned, "invite burned";
    EventKind::AccountRegistered => EventKind::AccountRegistered, "account made";
    EventKind::AccountProved => EventKind::AccountProved, "account proved";
    EventKind::MemberJoined => EventKind::MemberJoined, "member joined";
    EventKind::AccountRevoked => EventKind::AccountRevoked, "account revoked";
    EventKind::AccountRestored => EventKind::AccountRestored, "account restored";
    EventKind::AccountDeleted => EventKind::AccountDeleted, "account deleted";
    EventKind::RestoreBegun => EventKind::RestoreBegun, "restore begun";
    EventKind::RestoreAccepted => EventKind::RestoreAccepted, "restore accepted";
    EventKind::OwnerRecoveryBegun => EventKind::OwnerRecoveryBegun, "owner recovery begun";
    EventKind::AccountRebound => EventKind::AccountRebound, "account moved to other keys";
    EventKind::MemberLeft => EventKind::MemberLeft, "member left";
    EventKind::MemberKicked => EventKind::MemberKicked, "member kicked";
    EventKind::KeyBanned => EventKind::KeyBanned, "key banned";
    EventKind::BanLifted => EventKind::BanLifted, "ban lifted";
    EventKind::RoleChanged => EventKind::RoleChanged, "role changed";
    EventKind::OwnerChanged => EventKind::OwnerChanged, "owner changed";
    EventKind::TagsChanged => EventKind::TagsChanged, "tags changed";
    EventKind::KeyAllowed => EventKind::KeyAllowed, "key allowed";
    EventKind::KeyDisallowed => EventKind::KeyDisallowed, "key disallowed";
    EventKind::SpaceChanged => EventKind::SpaceChanged, "space changed";
    EventKind::SpaceCreated => EventKind::SpaceCreated, "network made";
    EventKind::SpaceDeleted => EventKind::SpaceDeleted, "network deleted";
    EventKind::AccountInvited => EventKind::AccountInvited, "account invited";
    EventKind::InviteDeclined => EventKind::InviteDeclined, "invite declined";
);
words!(maker, Maker,
    Maker::Caller => Maker::Caller, "the caller";
    Maker::Member(Role::Member) => Maker::Member(Role::Member), "a member";
    Maker::Member(Role::Admin) => Maker::Member(Role::Admin), "an admin";
    Maker::Member(Role::Owner) => Maker::Member(Role::Owner), "the owner";
    Maker::Gone => Maker::Gone, "no member any more";
    Maker::Server => Maker::Server, "the server";
);
words!(key_check, CheckResult,
    CheckResult::Good => CheckResult::Good, "good";
    CheckResult::Bad => CheckResult::Bad, "no point";
    CheckResult::NonCanonical => CheckResult::NonCanonical, "not canonical";
    CheckResult::Weak => CheckResult::Weak, "of small order";
);
words!(permission, Permission,
    Permission::Read => Permission::Read, "read";
    Permission::Send => Permission::Send, "send";
    Permission::Invite => Permission::Invite, "invite";
    Permission::Kick => Permission::Kick, "kick";
    Permission::Ban => Permission::Ban, "ban";
    Permission::ManageTags => Permission::ManageTags, "manage-tags";
    Permission::ManageRoles => Permission::ManageRoles, "manage-roles";
    Permission::ManageSpace => Permission::ManageSpace, "manage-space";
    Permission::ManageAccounts => Permission::ManageAccounts, "manage-accounts";
    Permission::Query => Permission::Query, "query";
    Permission::ReadAudit => Permission::ReadAudit, "read-audit";
    Permission::DeleteSpace => Permission::DeleteSpace, "delete-space";
    Permission::Transfer => Permission::Transfer, "transfer";
);

/// Every verb.
pub const VERBS: &[&str] = &[
    "describe",
    "init",
    "mint invite",
    "preview",
    "redeem",
    "cancel invite",
    "list invites",
    "show invite",
    "register",
    "prove",
    "show account",
    "list accounts",
    "revoke",
    "restore",
    "delete",
    "is authorized",
    "has admin",
    "can",
    "tidy",
    "begin restore",
    "accept restore",
    "recover owner",
    "sweep",
    "audit",
    "show space",
    "update space",
    "kick",
    "ban",
    "unban",
    "set role",
    "transfer",
    "set tags",
    "allow",
    "disallow",
    "list bans",
    "list allowed",
    "join",
    "leave",
    "watch",
    "sees",
    "create space",
    "delete space",
    "list spaces",
    "list members",
    "enter",
    "invite account",
    "inbox",
    "respond",
];

/// The name of a verb. A new one does not compile until it is named, and named in [`VERBS`].
#[allow(dead_code)]
pub fn verb(command: &Command) -> &'static str {
    match command {
        Command::Describe => VERBS[0],
        Command::Init(_) => VERBS[1],
        Command::Mint(_) => VERBS[2],
        Command::Preview(_) => VERBS[3],
        Command::Redeem(_) => VERBS[4],
        Command::CancelInvite(_) => VERBS[5],
        Command::ListInvites(_) => VERBS[6],
        Command::ShowInvite(_) => VERBS[7],
        Command::Register(_) => VERBS[8],
        Command::Prove(_) => VERBS[9],
        Command::ShowAccount(_) => VERBS[10],
        Command::ListAccounts(_) => VERBS[11],
        Command::Revoke(_) => VERBS[12],
        Command::Restore(_) => VERBS[13],
        Command::Delete(_) => VERBS[14],
        Command::IsAuthorized(_) => VERBS[15],
        Command::HasAdmin => VERBS[16],
        Command::Can(_) => VERBS[17],
        Command::Tidy(_) => VERBS[18],
        Command::BeginRestore(_) => VERBS[19],
        Command::AcceptRestore => VERBS[20],
        Command::RecoverOwner(_) => VERBS[21],
        Command::Sweep(_) => VERBS[22],
        Command::Audit => VERBS[23],
        Command::ShowSpace(_) => VERBS[24],
        Command::UpdateSpace(_) => VERBS[25],
        Command::Kick(_) => VERBS[26],
        Command::Ban(_) => VERBS[27],
        Command::Unban(_) => VERBS[28],
        Command::SetRole(_) => VERBS[29],
        Command::Transfer(_) => VERBS[30],
        Command::SetTags(_) => VERBS[31],
        Command::Allow(_) => VERBS[32],
        Command::Disallow(_) => VERBS[33],
        Command::ListBans(_) => VERBS[34],
        Command::ListAllowed(_) => VERBS[35],
        Command::Join(_) => VERBS[36],
        Command::Leave(_) => VERBS[37],
        Command::Watch => VERBS[38],
        Command::Sees(_) => VERBS[39],
        Command::CreateSpace(_) => VERBS[40],
        Command::DeleteSpace(_) => VERBS[41],
        Command::ListSpaces(_) => VERBS[42],
        Command::ListMembers(_) => VERBS[43],
        Command::Enter(_) => VERBS[44],
        Command::InviteAccount(_) => VERBS[45],
        Command::Inbox => VERBS[46],
        Command::Respond(_) => VERBS[47],
    }
}

//! The stable ids of the table rows that answer, each with one line a person can read.
//!
//! Every decision names its rule, in its record and in "why". A test keeps every rule in a decision table.

/// A table row. One byte inside; its words are in the table below.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule(u8);

impl Rule {
    /// The stable id: `<table>.<row>`.
    pub fn id(self) -> &'static str {
        IDS[usize::from(self.0)]
    }

    /// What the row says. (A function of its own, so that `policy.wasm`, which only names rules, leaves the texts out.)
    pub fn text(self) -> &'static str {
        TEXTS[usize::from(self.0)]
    }

    /// Every rule, in the order of the table.
    pub fn all() -> impl Iterator<Item = Rule> {
        (0..IDS.len()).filter_map(|number| u8::try_from(number).ok()).map(Rule)
    }

    /// The rule of an id.
    pub fn find(id: &str) -> Option<Rule> {
        Self::all().find(|rule| rule.id() == id)
    }
}

impl core::fmt::Debug for Rule {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.id())
    }
}

macro_rules! rules {
    ($($name:ident = $id:literal, $text:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Number { $($name,)* }

        $(#[doc = $text] pub const $name: Rule = Rule(Number::$name as u8);)*

        const IDS: &[&str] = &[$($id,)*];
        const TEXTS: &[&str] = &[$($text,)*];
    };
}

rules! {
    // Before any verb.
    ASK_SIGNATURE = "ask.signature", "A signed request must carry a good signature.";
    ASK_FRESH = "ask.fresh", "A signed request is good for 300 seconds.";
    ASK_KNOWN = "ask.known", "The signer must have an account.";
    ASK_STANDING = "ask.standing", "The signer's account must be active and its key not banned.";
    ASK_MEMBER = "ask.member", "The signer must be a member of the server.";
    ASK_PERMISSION = "ask.permission", "The signer's role must allow the verb.";
    ASK_REPEAT = "ask.repeat", "A repeated request repeats its answer; other content under the same id is refused.";
    ASK_CLOCK = "ask.clock", "Nothing is decided while the clock is more than 5 seconds behind the records.";
    ASK_SET_UP = "ask.set-up", "Nothing is decided before the server is set up.";
    ASK_REVIEWED = "ask.reviewed", "After a restore, until the operator has accepted it, account managers read, revoke and cancel, and nobody else does anything.";
    ASK_OPERATOR = "ask.operator", "Only the operator may do this, on the machine itself.";

    DESCRIBE = "describe", "Anyone may learn the server's name.";

    INIT_OWNER_EXISTS = "init.owner-exists", "There is no owner invite once there is an owner.";
    INIT_CLAIMS = "init.claims", "An owner invite is signed by the server's key, for one use and at most 24 hours.";
    INIT_DONE = "init.done", "A new owner invite cancels the former.";

    RECOVER_NO_OWNER = "recover.no-owner", "There must be an owner to recover; before the first one comes, init makes the link.";
    RECOVER_CLAIMS = "recover.claims", "A recovery link is signed by the server's key, names the owner's key, and is good for one use and at most 24 hours.";
    RECOVER_DONE = "recover.done", "The owner's key is revoked, and whoever redeems the link takes the owner's place with new keys. A new link cancels the former.";

    BEGIN_RESTORE_OWNER = "begin-restore.owner", "A state that names an owner is put back only if that owner is an active member, or is being recovered.";
    BEGIN_RESTORE_DONE = "begin-restore.done", "What was put back begins a new restore epoch: open invites are void, and everyone is refused until the operator accepts.";
    ACCEPT_RESTORE_DONE = "accept-restore.done", "What was put back is accepted.";
    ACCEPT_RESTORE_AGAIN = "accept-restore.again", "What was accepted stays accepted.";

    MINT_TEXT = "mint.text", "Label, greeting and tags must be showable.";
    MINT_CLAIMS = "mint.claims", "The claims must be signed by the caller and by the invite's key, for this server and as the caller stands now.";
    MINT_SPACE = "mint.space", "Further rooms must exist.";
    MINT_EXISTS = "mint.exists", "An invite is minted once.";
    MINT_GRANT = "mint.grant", "Nobody grants more than he may: roles above member need manage-roles and no higher rank, tags need manage-tags, owner is never granted.";
    MINT_EXPIRY = "mint.expiry", "The expiry must be readable, in the future, and within 365 days (7 for more than member).";
    MINT_USES = "mint.uses", "Unlimited uses need an expiry, 'never' needs role member and a number of uses, and more than member has at most 10 uses.";
    MINT_COUNT = "mint.count", "At most 1,000 live invites an issuer.";
    MINT_DONE = "mint.done", "Otherwise the invite is made.";

    REDEEM_1 = "redeem.1", "A damaged link, a wrong proof and an unknown invite are alike: nothing is there.";
    REDEEM_PROOF = "redeem.1-proof", "The account must prove its keys, for this server, within 300 seconds.";
    REDEEM_CLAIMS = "redeem.1-claims", "The invite must match its signatures and what the holder was shown.";
    REDEEM_2 = "redeem.2", "Whoever spent this invite before gets the first answer again.";
    REDEEM_3_CANCELLED = "redeem.3-cancelled", "A cancelled invite admits nobody.";
    REDEEM_3_EXPIRED = "redeem.3-expired", "An expired invite admits nobody.";
    REDEEM_3_UNREADABLE = "redeem.3-unreadable", "An expiry that cannot be read has passed.";
    REDEEM_3_USED_UP = "redeem.3-used-up", "An invite admits no more than its number of uses.";
    REDEEM_4 = "redeem.4", "An invite is worth what its issuer is worth now.";
    REDEEM_4_OWNER = "redeem.4-owner", "An owner invite is void once there is an owner.";
    REDEEM_5_GONE = "redeem.5-gone", "The place must exist.";
    REDEEM_5_RESTORED = "redeem.5-restored", "Nobody joins after a restore until the operator has accepted it.";
    REDEEM_5_PAUSED = "redeem.5-paused", "Nobody joins while joining is paused.";
    REDEEM_5_CLOSED = "redeem.5-closed", "Nobody joins a closed place.";
    REDEEM_5_ALLOWLIST = "redeem.5-allowlist", "Only listed keys join under an allowlist.";
    REDEEM_5_ACCOUNT = "redeem.5-account", "A network's invite lets a newcomer into the server, too, only if its issuer could invite to the server.";
    REDEEM_6_REVOKED = "redeem.6-revoked", "A revoked account is not let in, and the use is spent.";
    REDEEM_6_BANNED = "redeem.6-banned", "A banned key is not let in, and the use is spent.";
    REDEEM_7 = "redeem.7", "A server member needs no server invite, and the use is spent.";
    REDEEM_8 = "redeem.8", "A member of the place needs no invite to it, and the use is spent.";
    REDEEM_9 = "redeem.9", "Nobody joins a full place.";
    REDEEM_10 = "redeem.10", "Otherwise the holder is let in.";
    PREVIEW_DONE = "preview.done", "Whoever holds a live invite is told what it is.";

    CANCEL_UNKNOWN = "cancel.unknown", "The invite, and the place it leads to, must exist.";
    CANCEL_RANK = "cancel.rank", "An invite is cancelled by its issuer, or by an inviter of higher rank.";
    CANCEL_AGAIN = "cancel.again", "Cancelling twice is fine.";
    CANCEL_DEAD = "cancel.dead", "What has expired or is used up cannot be cancelled.";
    CANCEL_DONE = "cancel.done", "Otherwise the invite is cancelled.";

    INVITES_LIST = "invites.list", "Whoever may invite sees the place's invites.";
    INVITES_UNKNOWN = "invites.unknown", "The invite must exist.";

    REGISTER_KEYS = "register.keys", "The keys must be good ones.";
    REGISTER_TEXT = "register.text", "The handle must be showable.";
    REGISTER_BANNED = "register.banned", "A banned key is not registered.";
    REGISTER_EXISTS = "register.exists", "A known key is not registered again.";
    REGISTER_FULL = "register.full", "Nobody is added to a full place.";
    REGISTER_DONE = "register.done", "Otherwise account and membership are made.";
    PROVE_SIGNATURE = "prove.signature", "The account must sign its own keys.";
    PROVE_DONE = "prove.done", "An account that signed its keys is proved.";

    ACCOUNT_UNKNOWN = "account.unknown", "The account must exist.";
    ACCOUNT_SHOW = "account.show", "Members see whom they share a space with; account managers see all.";
    ACCOUNT_LAST_OWNER = "account.last-owner", "The server keeps an active owner.";
    ACCOUNT_RANK = "account.rank", "Nobody acts on someone whose rank is not below his own.";
    ACCOUNT_OWNS = "account.owns-spaces", "An account that owns spaces is not deleted.";
    ACCOUNT_AGAIN = "account.again", "What is so already stays so.";
    REVOKE_DONE = "revoke.done", "The account is refused from now on, and what it made is void.";
    RESTORE_DONE = "restore.done", "The account is active again; what it made before stays void.";
    DELETE_DONE = "delete.done", "The account is gone for good; its memberships stay behind, inert.";

    SPACE_UNKNOWN = "space.unknown", "The space must exist.";
    SPACE_SHOW = "space.show", "Whoever may see a space learns what it is called and who may join; its members, how many are there.";
    SPACE_TEXT = "space.text", "Names and descriptions must be showable.";
    SPACE_PAUSE = "space.pause", "A pause ends in the future.";
    SPACE_GOVERNED = "space.governed", "Who governs the server says whether a network is governed; the rule invite needs one that is.";
    SPACE_NAME = "space.name", "A network's name is a short one of lower-case letters, digits and inner hyphens, and like no other.";
    SPACE_MOVING = "space.moving", "What is on its way to a recovered owner stays as it is until it is there.";
    SPACE_AGAIN = "space.again", "What is so already stays so.";
    SPACE_DONE = "space.done", "Whoever manages the space sets its name, rule, limits and pause; members stay.";

    CREATE_DONE = "create.done", "Who governs the server makes networks, and owns what he makes.";
    CREATE_OWNER = "create.owner", "Only an account that proved its keys owns a network.";
    SPACES_LIST = "spaces.list", "Members see the networks they are in, and those that are listed; who governs the server sees all.";
    DELETE_SPACE_DONE = "delete-space.done", "The network is gone at once, with all that stands in it; housekeeping clears it away.";
    DELETE_SPACE_SERVER = "delete-space.server", "The server itself is not deleted.";
    MEMBERS_LIST = "members.list", "Members see who else is a member.";

    INVITE_RULE = "invite-account.rule", "People are invited by name where the space is governed and its rule is invite.";
    INVITE_SELF = "invite-account.self", "Nobody invites himself.";
    INVITE_UNKNOWN = "invite-account.unknown", "Only accounts are invited by name.";
    INVITE_GRANT = "invite-account.grant", "Nobody offers a role that he may not give.";
    INVITE_FALLEN = "invite-account.fallen", "Nothing is offered to an account that is revoked or banned, or that is not at the server.";
    INVITE_MEMBER = "invite-account.member", "A member needs no invite.";
    INVITE_AGAIN = "invite-account.again", "One invite to a space waits for an account at a time.";
    INVITE_FULL = "invite-account.full", "At most 100 invites wait for an account.";
    INVITE_DONE = "invite-account.done", "The invite waits in the account's inbox for 30 days.";
    INBOX_LIST = "inbox.list", "Everyone sees his own inbox; what has expired is not in it.";
    RESPOND_UNKNOWN = "respond.unknown", "The invite must wait for this account.";
    RESPOND_DECLINED = "respond.declined", "Whoever says no is asked no more.";

    MEMBER_GRANT = "member.grant", "Nobody gives a role that he may not give; the role owner is only handed over.";
    MEMBER_KEYS = "member.keys", "The key must be a good one.";
    MEMBER_TEXT = "member.text", "Reasons and tags must be showable.";
    MEMBER_UNTIL = "member.until", "A ban ends at a time that can be read and is in the future, or expressly never.";
    MEMBER_NONE = "member.none", "This is done to members only.";
    MEMBER_OWNER = "member.owner", "The owner keeps role and place until he hands the space over.";
    MEMBER_RANK = "member.rank", "Nobody acts on a member whose rank is not below his own.";
    MEMBER_ROLE = "member.role", "A role is given to whoever has another one.";
    MEMBER_FALLEN = "member.fallen", "Nothing is given to an account that is revoked or banned.";
    MEMBER_UNPROVED = "member.unproved", "A space is not handed to an account that never proved its keys.";
    MEMBER_AGAIN = "member.again", "What is so already stays so.";
    KICK_DONE = "kick.done", "The member is shown the door, and its invites are void. It may come in again.";
    BAN_DONE = "ban.done", "The key is barred; a member is shown the door, and its invites are void.";
    UNBAN_DONE = "unban.done", "The ban is lifted; nobody is let in by that.";
    PROMOTE_DONE = "promote.done", "The member is an admin.";
    DEMOTE_DONE = "demote.done", "The admin is a member, and what it offered is void.";
    TRANSFER_DONE = "transfer.done", "The member owns the space, and the former owner is an admin.";
    TAGS_DONE = "tags.done", "The member has these tags. Whoever may set tags sets his own, too.";
    ALLOW_DONE = "allow.done", "The key comes in under an allowlist.";
    DISALLOW_DONE = "disallow.done", "The key comes in under an allowlist no more; a member stays.";
    KEYS_LIST = "keys.list", "Whoever may ban sees who is banned; whoever manages the space sees its allowlist.";

    JOIN_PROOF = "join.proof", "Whoever joins proves both keys, and has a name that can be shown.";
    JOIN_RESTORED = "join.restored", "Nobody joins after a restore until the operator has accepted it.";
    JOIN_PAUSED = "join.paused", "Nobody joins while joining is paused.";
    JOIN_INVITE = "join.invite", "Without an invite, one joins only where the rule is open or lists one's key.";
    JOIN_ALLOWLIST = "join.allowlist", "Only listed keys join under an allowlist.";
    JOIN_CLOSED = "join.closed", "Nobody joins a closed place.";
    JOIN_REVOKED = "join.revoked", "A revoked account is not let in.";
    JOIN_BANNED = "join.banned", "A banned key is not let in.";
    JOIN_MEMBER = "join.member", "A member is in already.";
    JOIN_FULL = "join.full", "Nobody joins a full place.";
    JOIN_DONE = "join.done", "Otherwise whoever asks is let in, as a member.";
    LEAVE_OWNER = "leave.owner", "The owner hands the space over before leaving.";
    LEAVE_NONE = "leave.none", "Only a member leaves.";
    LEAVE_DONE = "leave.done", "Whoever leaves is a member no more, and his invites are void.";

    AUTHORIZED_ASKER = "authorized.asker", "Services on the service listener and accounts with query may ask.";
    AUTHORIZED_RESTORED = "authorized.restored", "After a restore everyone is refused until the operator has accepted it.";
    AUTHORIZED_UNKNOWN = "authorized.unknown", "There must be an account.";
    AUTHORIZED_REVOKED = "authorized.revoked", "It must be active.";
    AUTHORIZED_BANNED = "authorized.banned", "No ban may stand on the key.";
    AUTHORIZED_MEMBER = "authorized.member", "Its current incarnation must be a member of the server.";
    AUTHORIZED_YES = "authorized.yes", "Then, and only then, yes.";
    ADMIN_NONE = "admin.none", "There is no active owner.";
    ADMIN_YES = "admin.yes", "There is an active owner.";
    CAN_ASKER = "can.asker", "Members may ask about themselves, read-audit about anyone.";
    CAN_SPACE = "can.space", "The space must exist.";
    CAN_PERMISSION = "can.permission", "The role must allow it.";
    CAN_YES = "can.yes", "The role allows it.";
    AUDIT_ASKER = "audit.asker", "The history is shown to accounts with read-audit.";
    AUDIT_YES = "audit.yes", "Whoever may read the history sees every decision that was recorded.";

    WATCH_YES = "watch.yes", "Members may watch what happens where they are.";
    SEES_ASKER = "sees.asker", "Only the host asks for others.";
    SEES_YES = "sees.yes", "Members see who is here, as what, and what the place is; everything about themselves; and with read-audit everything.";

    SWEEP_DONE = "sweep.done", "Request ids that no fresh request can bear any more are cleared.";
    TIDY_DONE = "tidy.done", "Housekeeping clears what has been without effect already.";
}

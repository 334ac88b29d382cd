//! What a caller gets to read, before an edge turns it into JSON.

use super::codec::list_of;
use super::shape::{wire_enum, wire_struct};
use crate::claims::SignedClaims;
use crate::code::Code;
use crate::id::{DecisionId, Incarnation, InviteId, SpaceId};
use crate::key::{KexKey, SignKey};
use crate::record::{Ban, JoinRule, Pause, Standing, Via};
use crate::role::{Permission, Role};
use crate::time::{Expiry, Timestamp};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

pub use crate::decide::redeem::Situation as LiveFacts;

wire_enum! {
    /// The body of an answer.
    pub enum Reply {
        /// Verdict, code and rule say it all.
        0 => Nothing,
        /// To `describe`.
        1 => Description(Description),
        /// To a request that was signed too long ago or too far ahead: the server's time.
        2 => Stale(Timestamp),
        /// To `mint`, and to `init` and `cancel`.
        3 => Invite(Box<InviteItem>),
        /// To `preview` of a live invite.
        4 => Preview(Box<PreviewReply>),
        /// To `preview` of a dead one: its expiry; the code says the rest.
        5 => DeadInvite(Expiry),
        /// To `redeem` that was counted.
        6 => Redeemed(Redeemed),
        /// To `show invite`.
        7 => InviteShown(Box<InviteShown>),
        /// To `list invites`.
        8 => Invites(InvitePage),
        /// To `show account`, and to the verbs that change one.
        9 => Account(Box<AccountView>),
        /// To `list accounts`.
        10 => Accounts(AccountPage),
        /// To `can`, for those who may know: what the rule looked at.
        11 => Why(Why),
        /// To `tidy`: whether the job has more to do.
        12 => Tidied(bool),
        /// To `sweep`: how many of the request ids stay.
        13 => Swept(u16),
        /// To `show space`, and to the verb that changes one.
        14 => Space(Box<SpaceView>),
        /// To what is done to a member or a key.
        15 => Member(Box<MemberView>),
        /// To the lists of keys.
        16 => Members(MemberPage),
        /// To `watch`: which registration of the key watches.
        17 => Watching(Incarnation),
        /// To `sees`: what is seen of each event, in their order.
        18 => Seen(Vec<Sight>),
        /// To `list spaces`.
        19 => Spaces(SpacePage),
        /// To `inbox`, and to what puts something there.
        20 => Inbox(Vec<InboxItem>),
    }
}

wire_struct! {
    /// What a stranger may know of a server, and a little more for its operator.
    pub struct Description {
        /// Its name.
        pub name: String,
        /// Whether it has an owner who may be here: not before the first one came, and not while one is recovered.
        pub has_owner: bool,
        /// The owner's key, present or last. Told to the operator only.
        pub owner: Option<SignKey>,
        /// Whether the owner is being recovered: his key is revoked, and whoever redeems the link takes his place.
        pub recovering: bool,
        /// Whether the operator has yet to accept a restore; until then everyone is refused.
        pub unreviewed: bool,
    }
}

wire_struct! {
    /// A live invite, explained to its holder.
    pub struct PreviewReply {
        /// The claims with both signatures, for the holder to check.
        pub invite: SignedClaims,
        /// The server's name.
        pub server_name: String,
        /// The place's name.
        pub space_name: String,
        /// Members of the place.
        pub members: u32,
        /// Uses so far.
        pub uses: u32,
        /// What the verdict follows from, so that the holder's own core can give it.
        pub live: LiveFacts,
        /// The verdict's code: what a redeem would answer now.
        pub code: Code,
        /// The verdict's rule.
        pub rule: String,
    }
}

wire_struct! {
    /// How a redeem ended. The receipt, if there is one, is beside it.
    pub struct Redeemed {
        /// The first answer's code.
        pub first: Code,
        /// Under which handle the account is known.
        pub handle: String,
    }
}

wire_enum! {
    /// What has become of an invite.
    #[derive(Copy)]
    pub enum InviteState {
        /// It still lets people in.
        0 => Live,
        /// It has expired, or its expiry cannot be read.
        1 => Expired,
        /// It was cancelled.
        2 => Cancelled,
        /// Every use is gone.
        3 => UsedUp,
        /// Whoever made it may no longer invite.
        4 => IssuerLostAuthority,
    }
}

wire_struct! {
    /// An invite as its place's inviters see it. Nothing here can redeem it.
    pub struct InviteItem {
        /// Which.
        pub invite: InviteId,
        /// What has become of it.
        pub state: InviteState,
        /// Where it leads.
        pub space: SpaceId,
        /// The role it grants.
        pub role: Role,
        /// How many it admits; 0 = unlimited.
        pub max_uses: u32,
        /// How many uses are spent.
        pub uses: u32,
        /// Until when.
        pub expires: Expiry,
        /// The issuer's private note.
        pub label: String,
        /// The public word.
        pub greeting: String,
        /// The issuer.
        pub issuer: SignKey,
        /// What the issuer called itself.
        pub issuer_handle: String,
        /// When it was made.
        pub minted_at: Timestamp,
        /// The salt of the token, for the issuer's own device.
        pub salt: Option<[u8; 16]>,
    }
}

wire_struct! {
    /// One use of an invite.
    pub struct UseItem {
        /// Who.
        pub account: SignKey,
        /// Which registration.
        pub incarnation: Incarnation,
        /// The handle given.
        pub handle: String,
        /// When.
        pub at: Timestamp,
        /// How it ended: `allowed`, or why the use was burned.
        pub code: Code,
        /// The recorded decision.
        pub decision: DecisionId,
    }
}

wire_struct! {
    /// An invite with a page of its uses.
    pub struct InviteShown {
        /// The invite.
        pub item: InviteItem,
        /// The signed claims, so that the issuer's device can check what it shows.
        pub invite: SignedClaims,
        /// Who came through it.
        pub uses: Vec<UseItem>,
        /// Whether there are more, and where they start.
        pub page: Page,
    }
}

wire_struct! {
    /// A page of invites.
    pub struct InvitePage {
        /// In order of expiry (live, expired) or of closing (closed).
        pub items: Vec<InviteItem>,
        /// Whether there are more.
        pub page: Page,
    }
}

wire_struct! {
    /// Where a list goes on.
    pub struct Page {
        /// The cursor to give as `after` for what follows; empty if this was the last page.
        pub next: String,
    }
}

wire_struct! {
    /// An account as the caller may see it.
    pub struct AccountView {
        /// Its key.
        pub key: SignKey,
        /// What it is called.
        pub handle: String,
        /// Its role in the server space, if it is a member.
        pub role: Option<Role>,
        /// Its tags there.
        pub tags: Vec<String>,
        /// The rest, for those who manage accounts and for the account itself.
        pub details: Option<AccountDetails>,
    }
}

wire_struct! {
    /// What only account managers and the account itself see.
    pub struct AccountDetails {
        /// Its X25519 key.
        pub kex_key: KexKey,
        /// Active or revoked.
        pub standing: Standing,
        /// Whether it has proved that it holds its keys.
        pub proved: bool,
        /// Which registration.
        pub incarnation: Incarnation,
        /// Its authority epoch.
        pub epoch: u32,
        /// When it was made.
        pub created_at: Timestamp,
        /// How it came in.
        pub via: Via,
        /// Who brought it in: an issuer's, manager's or the server's key.
        pub invited_by: SignKey,
        /// Whether the key is banned from the server now.
        pub banned: bool,
    }
}

wire_struct! {
    /// A page of accounts, by key.
    pub struct AccountPage {
        /// In order of key.
        pub items: Vec<AccountView>,
        /// Whether there are more.
        pub page: Page,
    }
}

wire_struct! {
    /// What a `can` answer looked at.
    pub struct Why {
        /// The account's role in the place, if any.
        pub role: Option<Role>,
        /// The account's role in the server space, if any.
        pub server_role: Option<Role>,
        /// The account's standing, if it is known.
        pub standing: Option<Standing>,
        /// Whether the key is banned now.
        pub banned: bool,
    }
}

wire_struct! {
    /// A space as its members see it.
    pub struct SpaceView {
        /// Which.
        pub space: SpaceId,
        /// What it is called.
        pub name: String,
        /// Who may join.
        pub join_rule: JoinRule,
        /// Most members; 0 = no limit.
        pub max_members: u32,
        /// What it is about.
        pub description: String,
        /// For how long joining is paused.
        pub pause: Pause,
        /// Whether it is paused now.
        pub paused: bool,
        /// Whether it has roles at all.
        pub governed: bool,
        /// Its owner, if it has one.
        pub owner: Option<SignKey>,
        /// Members now. Of networks one is not in, told to those who govern the server.
        pub members: Option<u32>,
        /// Whether everyone at the server may find it.
        pub listed: bool,
        /// As what the asker acts there.
        pub you: Standpoint,
    }
}

wire_struct! {
    /// As what somebody acts in a space.
    pub struct Standpoint {
        /// What it is there, if it is a member.
        pub role: Option<Role>,
        /// What it may do there, by that role or because it governs the server.
        pub may: Vec<Permission>,
        /// The highest role it may give.
        pub grants: Option<Role>,
        /// Its authority epoch there, which the claims of its invites name.
        pub epoch: u32,
    }
}

wire_struct! {
    /// A directed invite.
    pub struct InboxItem {
        /// Which.
        pub invite: InviteId,
        /// Where it leads.
        pub space: SpaceId,
        /// What that is called.
        pub space_name: String,
        /// As what.
        pub role: Role,
        /// Who made it.
        pub issuer: SignKey,
        /// What that account is called, if it is still there.
        pub issuer_handle: String,
        /// Until when; at that second it has expired.
        pub expires: Timestamp,
        /// What a yes would be answered now.
        pub code: Code,
    }
}

wire_struct! {
    /// A page of networks.
    pub struct SpacePage {
        /// By id (one's own) or by name (those one may find).
        pub items: Vec<SpaceView>,
        /// Whether there are more.
        pub page: Page,
    }
}

wire_struct! {
    /// What a space knows of a key, for those who decide on it.
    pub struct MemberView {
        /// The key.
        pub key: SignKey,
        /// Its account, if it has one; with a role, if it is a member.
        pub account: Option<AccountView>,
        /// The ban that stands on it.
        pub ban: Option<Ban>,
        /// Who put it on the allowlist.
        pub allowlisted_by: Option<SignKey>,
    }
}

wire_struct! {
    /// A page of keys.
    pub struct MemberPage {
        /// In order of key.
        pub items: Vec<MemberView>,
        /// Whether there are more.
        pub page: Page,
    }
}

wire_enum! {
    /// What somebody sees of an event.
    #[derive(Copy)]
    pub enum Sight {
        /// Nothing.
        0 => Nothing,
        /// That it happened, where and to whom; not by which invite.
        1 => Bare,
        /// All of it.
        2 => Whole,
    }
}
list_of!(InviteItem, UseItem, AccountView, MemberView, Sight, SpaceView, Permission, InboxItem);

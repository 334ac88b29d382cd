//! What is asked about a space itself, its members, the keys that may or may not come in, and what happens there.

use super::shape::{wire_enum, wire_struct};
use crate::id::{Incarnation, InviteId, SpaceId};
use crate::key::{KexKey, SignKey, Signature};
use crate::record::{JoinRule, Pause};
use crate::role::Role;
use crate::time::Expiry;
use crate::wire::{Event, Paging};
use alloc::string::String;
use alloc::vec::Vec;

wire_struct! {
    /// Change a space. What is absent is kept.
    pub struct UpdateSpace {
        /// Which.
        pub space: SpaceId,
        /// What it is called.
        pub name: Option<String>,
        /// Who may join. Members stay when it changes.
        pub join_rule: Option<JoinRule>,
        /// Most members; 0 = no limit. Members stay when it falls below their number.
        pub max_members: Option<u32>,
        /// What it is about.
        pub description: Option<String>,
        /// Whether joining is paused.
        pub pause: Option<Pause>,
        /// Whether everyone at the server may find it. Not of the server itself.
        pub listed: Option<bool>,
        /// Whether it has roles and an owner. Not of the server itself.
        pub governed: Option<bool>,
    }
}

wire_struct! {
    /// Make a network. Who makes it owns it.
    pub struct CreateSpace {
        /// What it is called: 1–63 lower-case letters, digits and inner hyphens, and like no other.
        pub name: String,
        /// What it is about.
        pub description: String,
        /// Who may join.
        pub join_rule: JoinRule,
        /// Most members; 0 = no limit.
        pub max_members: u32,
        /// Whether everyone at the server may find it.
        pub listed: bool,
    }
}

wire_struct! {
    /// Invite an account by name.
    #[derive(Copy)]
    pub struct InviteAccount {
        /// Whom, and where to.
        pub member: Member,
        /// As what.
        pub role: Role,
    }
}

wire_struct! {
    /// Answer a directed invite.
    #[derive(Copy)]
    pub struct Respond {
        /// Which.
        pub invite: InviteId,
        /// Whether one comes.
        pub accept: bool,
    }
}

wire_enum! {
    /// Which spaces to list.
    #[derive(Copy)]
    pub enum SpaceFilter {
        /// Those one is in, by id.
        0 => Mine,
        /// Those one may find, by name.
        1 => Found,
    }
}

wire_struct! {
    /// List networks.
    pub struct ListSpaces {
        /// Which.
        pub filter: SpaceFilter,
        /// Which page.
        pub paging: Paging,
    }
}

wire_struct! {
    /// A key in a space: a member, or one that may or may not come in.
    #[derive(Copy)]
    pub struct Member {
        /// Where.
        pub space: SpaceId,
        /// Who.
        pub key: SignKey,
    }
}

wire_struct! {
    /// Bar a key.
    pub struct Ban {
        /// Which, and from where.
        pub member: Member,
        /// Why, for those who may ban.
        pub reason: String,
        /// Until when; at that second it is over.
        pub until: Expiry,
    }
}

wire_struct! {
    /// Give a role.
    pub struct SetRole {
        /// To whom.
        pub member: Member,
        /// Which.
        pub role: Role,
    }
}

wire_struct! {
    /// Set tags.
    pub struct SetTags {
        /// Whose.
        pub member: Member,
        /// All of them; none clears them.
        pub tags: Vec<String>,
    }
}

wire_struct! {
    /// List keys of a space, in their order.
    pub struct ListKeys {
        /// Which space.
        pub space: SpaceId,
        /// Which page.
        pub paging: Paging,
    }
}

wire_struct! {
    /// Come in without an invite. The request is signed by the key that comes in, whether it has an account or not.
    pub struct Join {
        /// Where.
        pub space: SpaceId,
        /// Its X25519 key.
        pub kex_key: KexKey,
        /// What it is called.
        pub handle: String,
        /// Its signature over its two keys ([`crate::statement::AccountStatement`]).
        pub binding: Signature,
    }
}

wire_struct! {
    /// Events, for somebody who watches.
    pub struct Sees {
        /// Who watches.
        pub account: SignKey,
        /// Which registration of that key.
        pub incarnation: Incarnation,
        /// What happened, at most 1,000 of it.
        pub events: Vec<Event>,
    }
}

//! Roles, ranks and permissions: who may do what, in one table.

use crate::wire::{Reader, Wire, Writer, wire_enum};

macro_rules! permissions {
    ($($(#[$doc:meta])* $variant:ident = $bit:literal, $name:literal;)*) => {
        /// One thing a role may allow.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Permission { $($(#[$doc])* $variant = $bit,)* }

        impl Permission {
            /// Every permission, in the order of the table.
            pub const ALL: &'static [Permission] = &[$(Permission::$variant,)*];

            /// The stable kebab-case name.
            pub const fn name(self) -> &'static str { match self { $(Permission::$variant => $name,)* } }

            /// The permission of a name.
            pub fn from_name(name: &str) -> Option<Permission> {
                match name { $($name => Some(Permission::$variant),)* _ => None }
            }

            const fn from_number(number: u8) -> Option<Permission> {
                match number { $($bit => Some(Permission::$variant),)* _ => None }
            }
        }
    };
}

permissions! {
    /// See what is in the place.
    Read = 0, "read";
    /// Say something there.
    Send = 1, "send";
    /// Make, see and cancel invites.
    Invite = 2, "invite";
    /// Show someone the door.
    Kick = 3, "kick";
    /// Bar a key.
    Ban = 4, "ban";
    /// Set members' tags.
    ManageTags = 5, "manage-tags";
    /// Grant and take roles.
    ManageRoles = 6, "manage-roles";
    /// Name, rule, policy, pause.
    ManageSpace = 7, "manage-space";
    /// Register, revoke, restore, delete (server space only).
    ManageAccounts = 8, "manage-accounts";
    /// Ask *is authorized* from afar.
    Query = 9, "query";
    /// Read the decision records.
    ReadAudit = 10, "read-audit";
    /// Delete the space.
    DeleteSpace = 11, "delete-space";
    /// Hand the space to another owner.
    Transfer = 12, "transfer";
}

impl Wire for Permission {
    fn write(&self, w: &mut Writer) {
        w.put(&[*self as u8]);
    }
    fn read(r: &mut Reader<'_>) -> Self {
        Permission::from_number(u8::read(r)).unwrap_or_else(|| {
            r.fail();
            Permission::Read
        })
    }
}

/// What kind of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    /// The root space.
    Server,
    /// A network or a room.
    Child,
    /// The same, for an owner or admin of the server, whose role there is what counts.
    Above,
    /// The same, for somebody who is not a member of it.
    Outside,
}

wire_enum! {
    /// What a member is in a space. Ordered by rank.
    #[derive(Copy, PartialOrd, Ord)]
    pub enum Role {
        /// Rank 0.
        0 => Member,
        /// Rank 50.
        1 => Admin,
        /// Rank 100; exactly one in a governed space.
        2 => Owner,
    }
}

impl Role {
    /// Every built-in role, lowest rank first.
    pub const ALL: &'static [Role] = &[Role::Member, Role::Admin, Role::Owner];

    /// Whose word weighs more.
    pub const fn rank(self) -> u8 {
        match self {
            Role::Member => 0,
            Role::Admin => 50,
            Role::Owner => 100,
        }
    }

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Member => "member",
            Role::Admin => "admin",
            Role::Owner => "owner",
        }
    }

    /// The role of a name.
    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.iter().copied().find(|role| role.name() == name)
    }

    /// Whether this role allows `permission` in a place of this kind.
    ///
    /// | | owner | admin | member |
    /// |---|---|---|---|
    /// | network, room | all | read, send, invite, kick, ban, manage-tags, manage-space | read, send |
    /// | server | all | all but transfer and delete-space | read, send |
    /// | network, room, for who governs the server | all | all | – |
    ///
    /// `manage-accounts` exists in the server space only.
    pub const fn allows(self, place: PlaceKind, permission: Permission) -> bool {
        use Permission as P;
        match (self, place) {
            (_, PlaceKind::Outside) | (Role::Member, PlaceKind::Above) => false,
            (Role::Owner, PlaceKind::Server) => true,
            (Role::Owner, PlaceKind::Child) | (Role::Owner | Role::Admin, PlaceKind::Above) => {
                !matches!(permission, P::ManageAccounts)
            }
            (Role::Admin, PlaceKind::Server) => !matches!(permission, P::Transfer | P::DeleteSpace),
            (Role::Admin, PlaceKind::Child) => {
                matches!(permission, P::Read | P::Send | P::Invite | P::Kick | P::Ban | P::ManageTags | P::ManageSpace)
            }
            (Role::Member, PlaceKind::Server | PlaceKind::Child) => matches!(permission, P::Read | P::Send),
        }
    }

    /// Whether someone of this role may hand out `granted` there (I4): *owner* never; anything else above *member*
    /// needs `manage-roles` and a rank not above one's own.
    pub const fn may_grant(self, place: PlaceKind, granted: Role) -> bool {
        match granted {
            Role::Member => true,
            Role::Admin => self.allows(place, Permission::ManageRoles) && granted.rank() <= self.rank(),
            Role::Owner => false,
        }
    }
}

/// As what somebody acts in a space: the role that counts there, and in which kind of place.
///
/// The chain for spaces other than the server: an owner or admin of the server, then the role in the space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The role in the space; for an owner or admin of the server, that one.
    pub role: Role,
    /// How it counts.
    pub place: PlaceKind,
    /// Whether the space has roles at all.
    pub governed: bool,
}

impl Actor {
    /// Somebody who is no member.
    pub const OUTSIDE: Self = Self { role: Role::Member, place: PlaceKind::Outside, governed: true };

    /// Somebody at the server.
    pub const fn at_server(role: Role) -> Self {
        Self { role, place: PlaceKind::Server, governed: true }
    }

    /// Whether this is allowed.
    pub const fn allows(self, permission: Permission) -> bool {
        self.role.allows(self.place, permission)
    }

    /// Whether a role may be handed out ([`Role::may_grant`]); where there are no roles, only *member* is one.
    pub const fn may_grant(self, granted: Role) -> bool {
        matches!(granted, Role::Member) || (self.governed && self.role.may_grant(self.place, granted))
    }

    /// Whose word weighs more.
    pub const fn rank(self) -> u8 {
        self.role.rank()
    }
}

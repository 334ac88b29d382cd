//! What someone does, in one step of a walk among networks.

use super::model::{At, Who};
use doorward_core::record::{JoinRule, Pause};
use doorward_core::role::{Permission, Role};

/// What networks may be called in a walk; the last two are no names.
pub const NAMES: [&str; 5] = ["harbour", "mill", "orchard", "server", "The Mill"];

/// What someone does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    // At the server.
    Recover { offer: usize },
    Register { who: Who, target: Who },
    Prove { who: Who },
    Revoke { who: Who, target: Who },
    Restore { who: Who, target: Who },
    Delete { who: Who, target: Who },
    Join { who: Who },
    IsAuthorized { target: Who },
    // Networks as such.
    Create { who: Who, name: usize, rule: JoinRule, most: u32, listed: bool },
    DeleteSpace { who: Who, at: At },
    Update { who: Who, at: At, change: Change },
    ListSpaces { who: Who, mine: bool },
    ShowSpace { who: Who, at: At },
    ListMembers { who: Who, at: At },
    ListBans { who: Who, at: At },
    ListAllowed { who: Who, at: At },
    // Who is in one, and as what; of the server, too.
    Enter { who: Who, at: At },
    Leave { who: Who, at: At },
    Kick { who: Who, target: Who, at: At },
    Ban { who: Who, target: Who, at: At, until: Option<u64> },
    Unban { who: Who, target: Who, at: At },
    SetRole { who: Who, target: Who, at: At, role: Role },
    Transfer { who: Who, target: Who, at: At },
    SetTags { who: Who, target: Who, at: At, tagged: bool },
    Allow { who: Who, target: Who, at: At },
    Disallow { who: Who, target: Who, at: At },
    // Invites.
    Mint { who: Who, offer: usize },
    Redeem { who: Who, offer: usize },
    Preview { own: Option<Who>, offer: usize },
    Cancel { who: Who, offer: usize },
    ShowInvite { who: Who, offer: usize },
    ListInvites { who: Who, at: At },
    // Questions. Nobody asks: a service does.
    Can { asker: Option<Who>, target: Who, permission: Permission, at: At },
    Sees { who: Who, at: At },
}

/// What changes in a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Rule(JoinRule),
    Pause(Pause),
    Most(u32),
    Listed(bool),
    /// And the rule with it, if one is given.
    Governed(bool, Option<JoinRule>),
    Name(usize),
}

impl Act {
    /// Its name, to be counted under.
    pub fn verb(self) -> String {
        format!("{self:?}").split_whitespace().next().unwrap().to_string()
    }
}

//! What someone does, in one step of a walk.

use crate::model::Who;
use doorward_core::record::{JoinRule, Pause};
use doorward_core::role::{Permission, Role};

/// What someone does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Init { offer: usize },
    Recover { offer: usize },
    BeginRestore,
    AcceptRestore,
    Sweep,
    Mint { who: Who, offer: usize },
    Redeem { who: Who, offer: usize },
    Preview { own: Option<Who>, offer: usize },
    Cancel { who: Who, offer: usize },
    Register { who: Who, target: Who },
    Prove { who: Who, good: bool },
    Revoke { who: Who, target: Who },
    Restore { who: Who, target: Who },
    Delete { who: Who, target: Who },
    IsAuthorized { target: Who },
    HasAdmin,
    Can { target: Who, permission: Permission },
    ListInvites { who: Who },
    ShowInvite { who: Who, offer: usize },
    ShowAccount { who: Who, target: Who },
    ListAccounts { who: Who },
    Audit { who: Who },
    Describe,
    ShowSpace { who: Who },
    SetRule { who: Who, rule: JoinRule },
    SetPause { who: Who, pause: Pause },
    SetMost { who: Who, most: u32 },
    Kick { who: Who, target: Who },
    Ban { who: Who, target: Who, until: Option<u64> },
    Unban { who: Who, target: Who },
    SetRole { who: Who, target: Who, role: Role },
    Transfer { who: Who, target: Who },
    SetTags { who: Who, target: Who },
    Allow { who: Who, target: Who },
    Disallow { who: Who, target: Who },
    ListBans { who: Who },
    ListAllowed { who: Who },
    Join { who: Who },
    Leave { who: Who },
    Watch { who: Who },
}

/// Who signs it, if it is a signed write.
pub fn signer(act: Act) -> Option<Who> {
    match act {
        Act::Mint { who, .. }
        | Act::Cancel { who, .. }
        | Act::Register { who, .. }
        | Act::Prove { who, .. }
        | Act::Revoke { who, .. }
        | Act::Restore { who, .. }
        | Act::Delete { who, .. }
        | Act::SetRule { who, .. }
        | Act::SetPause { who, .. }
        | Act::SetMost { who, .. }
        | Act::Kick { who, .. }
        | Act::Ban { who, .. }
        | Act::Unban { who, .. }
        | Act::SetRole { who, .. }
        | Act::Transfer { who, .. }
        | Act::SetTags { who, .. }
        | Act::Allow { who, .. }
        | Act::Disallow { who, .. }
        | Act::Join { who }
        | Act::Leave { who } => Some(who),
        Act::Init { .. }
        | Act::Recover { .. }
        | Act::BeginRestore
        | Act::AcceptRestore
        | Act::Sweep
        | Act::Redeem { .. }
        | Act::Preview { .. }
        | Act::IsAuthorized { .. }
        | Act::HasAdmin
        | Act::Can { .. }
        | Act::ListInvites { .. }
        | Act::ShowInvite { .. }
        | Act::ShowAccount { .. }
        | Act::ListAccounts { .. }
        | Act::Audit { .. }
        | Act::ShowSpace { .. }
        | Act::Watch { .. }
        | Act::ListBans { .. }
        | Act::ListAllowed { .. }
        | Act::Describe => None,
    }
}

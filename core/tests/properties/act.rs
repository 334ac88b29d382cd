//! What someone does, in one step of a walk.

use crate::model::Who;
use doorward_core::role::Permission;

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
        | Act::Delete { who, .. } => Some(who),
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
        | Act::Describe => None,
    }
}

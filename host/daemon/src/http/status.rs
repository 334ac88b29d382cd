//! Which HTTP status goes with which code. One table, exhaustive: a new code does not compile until it is here.

use axum::http::StatusCode;
use doorward_core::Code;

/// The HTTP status of an answer with this code.
pub fn status_of(code: Code) -> StatusCode {
    match code {
        Code::Allowed | Code::AlreadyInvited => StatusCode::OK,

        Code::Malformed
        | Code::MalformedKey
        | Code::NonCanonicalKey
        | Code::WeakKey
        | Code::DamagedLink
        | Code::BadName
        | Code::InsecureOrigin => StatusCode::BAD_REQUEST,

        Code::Unauthenticated | Code::StaleRequest => StatusCode::UNAUTHORIZED,

        Code::AccountRevoked
        | Code::Banned
        | Code::NotAMember
        | Code::MissingPermission
        | Code::RankTooLow
        | Code::GrantTooHigh
        | Code::Paused
        | Code::JoinClosed
        | Code::NotAllowlisted
        | Code::JoinNeedsInvite
        | Code::GuardDenied
        | Code::AccountRequired
        | Code::Unproved => StatusCode::FORBIDDEN,

        Code::NotFound | Code::UnknownAccount | Code::NoSuchInvite => StatusCode::NOT_FOUND,

        Code::RequestIdReused
        | Code::UsedByYou
        | Code::OwnerExists
        | Code::AccountExists
        | Code::AlreadyMember
        | Code::SpaceFull
        | Code::TooManyInvites
        | Code::LastOwner
        | Code::OwnsSpaces
        | Code::Conflict
        | Code::InviteExists
        | Code::IsOwner
        | Code::AlreadyOwner
        | Code::AlreadyAdmin
        | Code::AlreadyMemberRole
        | Code::NameTaken
        | Code::NotByInvite
        | Code::SelfInvite
        | Code::InboxFull
        | Code::NotGoverned => StatusCode::CONFLICT,

        Code::InviteCancelled | Code::Expired | Code::UnreadableExpiry | Code::UsedUp | Code::IssuerLostAuthority => {
            StatusCode::GONE
        }

        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,

        Code::DamagedInvite
        | Code::BadText
        | Code::BadTag
        | Code::OtherServer
        | Code::ExpiryTooFar
        | Code::ExpiryInPast
        | Code::UnlimitedNeedsExpiry
        | Code::TooManyUses => StatusCode::UNPROCESSABLE_ENTITY,

        Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,

        Code::Undecidable
        | Code::Unavailable
        | Code::OutcomeUnknown
        | Code::ClockBehind
        | Code::NotInitialised
        | Code::CorruptRecord
        | Code::RestoreUnreviewed
        | Code::Busy => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// After how many seconds the same request may be repeated, for codes that pass by themselves.
pub(crate) fn retry_after(code: Code) -> Option<u32> {
    match status_of(code) {
        StatusCode::TOO_MANY_REQUESTS => Some(10),
        StatusCode::SERVICE_UNAVAILABLE => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use doorward_core::code::Blame;

    use super::*;

    /// Only *yes* is a success, and only the place's own trouble is the place's fault.
    #[test]
    fn statuses_say_whose_turn_it_is() {
        for &code in Code::ALL {
            let status = status_of(code);
            match code.blame() {
                Blame::Nobody => assert_eq!(status, StatusCode::OK, "{code}"),
                Blame::Place => assert!(status.is_server_error() || code == Code::RateLimited, "{code}"),
                Blame::Caller | Blame::Standing | Blame::State => assert!(status.is_client_error(), "{code}"),
            }
            assert_eq!(retry_after(code).is_some(), code.blame() == Blame::Place, "{code}");
        }
    }
}

//! What went wrong between this machine and the server, in words, with what to do next.

use doorward_client::{Error, NetworkError, NotDerivable, Refusal};
use doorward_core::Code;
use doorward_core::code::Blame;

use super::CliError;
use super::error::NEXT;

/// [`explain`] for what was to be done to somebody else: some codes are then about him, as the table of members says.
pub(super) fn explain_about_them(error: Error) -> CliError {
    let Error::Refused(refusal) = &error else { return explain(error) };
    let is_theirs = refusal.rule.as_deref().is_some_and(|rule| rule.starts_with("member."));
    let next = match refusal.code {
        Code::NotAMember => "They are not in. See who is: doorward member list. Bring them in: doorward invite create",
        Code::AccountRevoked => "Restore their account first: doorward account restore KEY",
        Code::Banned => "Lift their ban first: doorward ban remove KEY",
        Code::Unproved => "They prove it on their machine: doorward key prove",
        _ => return explain(error),
    };
    if !is_theirs {
        return explain(error);
    }
    CliError::Denied { code: refusal.code, message: format!("{}{NEXT}{next}", refusal.code.text()) }
}

/// Says what happened and what to do next. A server that could not decide is a fault; a "no" is a denial.
pub(super) fn explain(error: Error) -> CliError {
    match error {
        Error::Refused(refusal) => refused(&refusal),
        Error::Local(code) => denied(code, ""),
        Error::Network(error) => CliError::Fault(network(&error)),
        Error::BadAnswer(_) => {
            CliError::Fault(format!("{error}{NEXT}Is this the server you mean, and is it as new as this program?"))
        }
        Error::NotDerivable(NotDerivable::OtherIssuer) => {
            CliError::Fault("somebody else made this invite: only the keys that made it can show its link again".into())
        }
        Error::NotDerivable(NotDerivable::NoSalt) => {
            CliError::Fault("the link of this invite was not kept by anybody; cancel it and make a new one".into())
        }
        Error::KeyRing(error) => CliError::Fault(error.to_string()),
        Error::NoEntropy(error) => CliError::Fault(error.to_string()),
    }
}

fn refused(refusal: &Refusal) -> CliError {
    let mut more = String::new();
    if let (Code::UsedByYou, Some(first)) = (refusal.code, refusal.first) {
        more = format!(" The answer was: {}. {}", first.name(), first.text());
    }
    if refusal.code.blame() == Blame::Place {
        return CliError::Fault(format!("{}: {}", refusal.code.name(), message(refusal.code, &more)));
    }
    denied(refusal.code, &more)
}

/// A refusal with this code.
pub(super) fn denied(code: Code, more: &str) -> CliError {
    CliError::Denied { code, message: message(code, more) }
}

fn message(code: Code, more: &str) -> String {
    let next = next_step(code);
    let gap = if next.is_empty() { "" } else { NEXT };
    format!("{}{more}{gap}{next}", code.text())
}

fn network(error: &NetworkError) -> String {
    match error {
        NetworkError::Connect(_) => format!("{error}{NEXT}The server went away. Try again when it runs; repeating is safe."),
        NetworkError::Broken(_) | NetworkError::Timeout(_) => {
            format!("{error}{NEXT}Whether it was done is not known. Look, or simply repeat it.")
        }
        NetworkError::TooLarge => error.to_string(),
        NetworkError::NoTls(_) => {
            format!("{error}{NEXT}Install your system's certificates (the package is often called ca-certificates).")
        }
    }
}

/// What a person at a command line does about a refusal; empty where the code's own line says it all.
fn next_step(code: Code) -> &'static str {
    match code {
        Code::DamagedLink => {
            "Copy the whole link again: the part after # has 71 characters. A typed code has 13 groups and a check symbol."
        }
        Code::DamagedInvite => "Do not use it. Ask whoever sent it for a new one, and tell the server's operator.",
        Code::OtherServer => "Name the right server with --server URL, or paste the whole link, which says where it leads.",
        Code::MalformedKey => "See keys with: doorward account list",
        Code::NonCanonicalKey | Code::WeakKey => "Make proper keys with: doorward key new",
        Code::BadText => {
            "Use 1 to 64 visible characters for a handle or name, at most 280 for a greeting or description and 120 for a label or reason, without spaces at the ends."
        }
        Code::UnreadableExpiry | Code::ExpiryInPast => {
            "Give a time from now (12h, 7d), a moment with its offset, or 'never' where something may hold for ever."
        }
        Code::ExpiryTooFar => "At most 365 days for 'member'; at most 7 days, and never 'never', for 'admin'.",
        Code::TooManyUses => "Give --uses 1 to 10, or invite as 'member'.",
        Code::UnlimitedNeedsExpiry => "Give --uses a number, or --expires a time.",
        Code::TooManyInvites => "Cancel some: doorward invite list, then doorward invite cancel ID",
        Code::GrantTooHigh => {
            "Grant 'member', or ask the owner. The role 'owner' is only handed over: doorward member transfer KEY"
        }
        Code::InsecureOrigin => "Use the server's https:// address.",
        Code::Unauthenticated => {
            "The server does not know your key. See it with: doorward key show. Ask an admin whether your account was deleted."
        }
        Code::StaleRequest => "Set this machine's clock.",
        Code::AccountRevoked | Code::Banned => "Ask an admin of the server.",
        Code::NotAMember => "Ask a member for an invite.",
        Code::MissingPermission | Code::RankTooLow => "Ask an admin or the owner to do it. Your role: doorward whoami",
        Code::UnknownAccount => "See accounts with: doorward account list",
        Code::NotFound => "Check what you typed, and whether this is the right server.",
        Code::InviteCancelled | Code::Expired | Code::UsedUp | Code::IssuerLostAuthority => "Ask for a fresh invite.",
        Code::UsedByYou => "See who you are there with: doorward whoami",
        Code::OwnerExists => "Ask the owner for an invite.",
        Code::Paused => "Try again later.",
        Code::JoinClosed | Code::NotAllowlisted | Code::GuardDenied | Code::SpaceFull => "Ask an admin of the server.",
        Code::AccountRequired => "Join the server first, by an invite to it; then repeat this.",
        Code::AccountExists => "You are in. See: doorward whoami",
        Code::AlreadyMember => "You are in. See: doorward whoami, or doorward space list",
        Code::OwnsSpaces => {
            "See whose each is with: doorward space list --found; then: doorward member transfer KEY --space NAME"
        }
        Code::JoinNeedsInvite => "Ask a member for an invite, then: doorward redeem LINK --handle NAME",
        Code::LastOwner | Code::IsOwner => "Hand it over first: doorward member transfer KEY (for a network with --space NAME)",
        Code::AlreadyOwner | Code::AlreadyAdmin | Code::AlreadyMemberRole => {
            "There is nothing to do. See who is what: doorward member list"
        }
        Code::Unproved => "Prove it: doorward key prove",
        Code::NotByInvite => "They come in by the network's rule, or by a link: doorward invite create --space NAME",
        Code::SelfInvite => "If you may go in, do: doorward space enter NAME",
        Code::AlreadyInvited => "Ask them to look: doorward inbox",
        Code::InboxFull => "They answer some first: doorward inbox",
        Code::NoSuchInvite => "See what waits for you with: doorward inbox",
        Code::NameTaken => "Take another name. See which are taken: doorward space list --found",
        Code::NotGoverned => "Whoever governs the server says so: doorward space set NAME --governed yes",
        Code::Conflict | Code::Busy | Code::RateLimited => "Wait a moment and repeat it.",
        Code::Unavailable | Code::OutcomeUnknown => "Repeating is safe. If it goes on, tell the server's operator.",
        Code::Undecidable | Code::ClockBehind | Code::CorruptRecord | Code::RestoreUnreviewed => "Tell the server's operator.",
        Code::NotInitialised => "On the server's machine: doorward serve",
        Code::Allowed
        | Code::Malformed
        | Code::BadTag
        | Code::BadName
        | Code::RequestIdReused
        | Code::TooLarge
        | Code::InviteExists => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(code: Code) -> Error {
        Error::Refused(Box::new(Refusal {
            code,
            status: 403,
            title: String::new(),
            rule: None,
            time: None,
            expires: None,
            first: None,
        }))
    }

    #[test]
    fn exit_codes_tell_no_from_cannot() {
        for code in Code::ALL {
            let expected = if code.blame() == Blame::Place { 1 } else { 2 };
            let error = explain(refusal(*code));
            assert_eq!(error.exit_code(), expected, "{code}");
            assert!(error.to_string().starts_with(code.name()), "{code}: the code is printed");
        }
        assert_eq!(explain(Error::Local(Code::DamagedLink)).exit_code(), 2);
        assert_eq!(explain(Error::Network(NetworkError::TooLarge)).exit_code(), 1);
    }

    #[test]
    fn the_first_answer_is_told() {
        let Error::Refused(mut refusal) = refusal(Code::UsedByYou) else { unreachable!() };
        refusal.first = Some(Code::Banned);
        assert!(explain(Error::Refused(refusal)).to_string().contains("banned"));
    }
}

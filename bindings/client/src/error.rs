//! How a call fails. Closed: whoever handles it handles all of it.

use crate::ambient::NoEntropy;
use crate::key_ring::KeyRingError;
use crate::transport::NetworkError;
use doorward_core::{Code, Expiry, Timestamp};

/// The server said no, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The exact reason.
    pub code: Code,
    /// The HTTP status.
    pub status: u16,
    /// One line for people.
    pub title: String,
    /// The table row that answered, if one did.
    pub rule: Option<String>,
    /// To `stale-request`: the server's time.
    pub time: Option<Timestamp>,
    /// To a dead invite: its expiry.
    pub expires: Option<Expiry>,
    /// To a redeem that was counted before: how that one ended.
    pub first: Option<Code>,
}

/// Why a call did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server refused.
    #[error("{}: {}", .0.code.name(), .0.title)]
    Refused(Box<Refusal>),
    /// There was no answer, and repeating it did not help. A write may or may not have been done.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// Found out on this machine, before or after asking: a damaged link, another server, claims without their
    /// signatures, an origin that is neither https nor this machine.
    #[error("{}: {}", .0.name(), .0.text())]
    Local(Code),
    /// An answer that is no answer to what was asked.
    #[error("the server's answer cannot be trusted: {0}")]
    BadAnswer(&'static str),
    /// A key file.
    #[error(transparent)]
    KeyRing(#[from] KeyRingError),
    /// The link of this invite cannot be shown again from these keys.
    #[error("this link cannot be shown again: {0}")]
    NotDerivable(NotDerivable),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
}

/// Why a link cannot be shown again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDerivable {
    /// Only the issuer's keys derive the token.
    #[error("somebody else made it")]
    OtherIssuer,
    /// It was not made from an invite root.
    #[error("its token was drawn, not derived, and nobody kept it")]
    NoSalt,
}

impl Error {
    /// The code, if there is one.
    pub fn code(&self) -> Option<Code> {
        match self {
            Error::Refused(refusal) => Some(refusal.code),
            Error::Local(code) => Some(*code),
            Error::Network(_) | Error::BadAnswer(_) | Error::KeyRing(_) | Error::NotDerivable(_) | Error::NoEntropy(_) => None,
        }
    }
}

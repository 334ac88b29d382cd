//! What comes back to whoever asked. Every failure is an answer too: *no*, with its own code.

use doorward_core::statement::{Domain, Receipt, ReceiptBody};
use doorward_core::wire::{Decided, Reply, Verdict, encode};
use doorward_core::{Code, DecisionId, Signature};

use crate::history::Place;
use crate::signer::ServerSigner;

/// The rule of a refusal that no policy made.
pub const HOST_RULE: &str = "host";

/// The answer to one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Yes or no.
    pub verdict: Verdict,
    /// The exact reason.
    pub code: Code,
    /// The stable id of the policy's rule that answered; [`HOST_RULE`] when the host could not get an answer.
    pub rule: String,
    /// What the caller gets to read.
    pub reply: Reply,
    /// Proof of having been let in, when that is the answer.
    pub receipt: Option<SignedReceipt>,
    /// The id the decision is recorded under; of a repeated answer, the first one's. [`DecisionId::NONE`] if there is
    /// no record.
    pub decision: DecisionId,
}

/// A receipt, signed. The same admission always gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedReceipt {
    /// Encoding of [`Receipt`].
    pub receipt: Vec<u8>,
    /// The server key's, over [`Domain::Receipt`].
    pub signature: Signature,
}

impl SignedReceipt {
    /// Completes a receipt with what only the host knows after the commit, and signs it.
    pub(crate) fn complete(body: ReceiptBody, place: Place, signer: &ServerSigner) -> Self {
        let Place { sequence, chain } = place;
        let receipt = encode(&Receipt { body, sequence, chain });
        let signature = signer.sign(Domain::Receipt, &receipt);
        Self { receipt, signature }
    }
}

impl Answered {
    /// A decision as the caller sees it.
    pub(crate) fn new(decided: Decided, receipt: Option<SignedReceipt>) -> Self {
        let Decided { decision, verdict, code, rule, reply, writes: _, events: _, receipt: _, about: _ } = decided;
        Self { verdict, code, rule, reply, receipt, decision }
    }

    /// No decision, therefore no.
    pub(crate) fn refused(code: Code) -> Self {
        let decision = DecisionId::NONE;
        Self { verdict: Verdict::Deny, code, rule: HOST_RULE.into(), reply: Reply::Nothing, receipt: None, decision }
    }
}

/// Why there is no decision. The line is for the log and names keys at most, never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    pub(crate) line: String,
}

impl Refusal {
    pub(crate) fn new(code: Code, line: impl Into<String>) -> Self {
        Self { code, line: line.into() }
    }

    pub(crate) fn undecidable(line: impl Into<String>) -> Self {
        Self::new(Code::Undecidable, line)
    }
}

impl From<doorward_store::Unavailable> for Refusal {
    fn from(doorward_store::Unavailable(reason): doorward_store::Unavailable) -> Self {
        match reason.cause() {
            // The policy asked for something no store holds.
            doorward_store::Cause::Invalid => Self::undecidable(reason.line()),
            doorward_store::Cause::Busy
            | doorward_store::Cause::Full
            | doorward_store::Cause::ReadOnly
            | doorward_store::Cause::Corrupt
            | doorward_store::Cause::Foreign
            | doorward_store::Cause::Schema
            | doorward_store::Cause::Locked
            | doorward_store::Cause::Io
            | doorward_store::Cause::Stopped => Self::new(Code::Unavailable, reason.line()),
        }
    }
}

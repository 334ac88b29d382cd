//! Letting the holder of an invite in.

use super::Spelt;
use crate::code::Code;
use crate::digest::sha256;
use crate::id::{Incarnation, InviteId, SpaceId};
use crate::key::{SignKey, Signature};
use crate::role::Role;
use crate::statement::{Receipt, RedeemStatement};
use crate::time::Timestamp;
use crate::wire::{self, decode};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The body of `POST /v1/invites/{id}/redeem`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RedeemBody {
    /// The invite's public key.
    pub invite_key: Spelt<SignKey>,
    /// Encoded [`RedeemStatement`].
    pub statement: Spelt<Vec<u8>>,
    /// Of the statement by the invite's key.
    pub invite_signature: Spelt<Signature>,
    /// Of the statement by the account's key.
    pub account_signature: Spelt<Signature>,
    /// Of the account's two keys by the account's key.
    pub binding: Spelt<Signature>,
}

impl RedeemBody {
    /// The command, and the signatures that go beside it.
    ///
    /// # Errors
    /// `malformed-key` or `malformed`.
    pub fn into_command(self, invite: InviteId) -> Result<(wire::Redeem, Vec<Signature>), Code> {
        let (by_invite, by_account) = (self.invite_signature.read()?, self.account_signature.read()?);
        let statement = decode::<RedeemStatement>(&self.statement.read()?).map_err(|_| Code::Malformed)?;
        let redeem = wire::Redeem {
            invite,
            invite_key: self.invite_key.read()?,
            statement,
            invite_signature: sha256(&[&by_invite.0]),
            account_signature: sha256(&[&by_account.0]),
            binding: self.binding.read()?,
        };
        Ok((redeem, alloc::vec![by_invite, by_account]))
    }
}

/// The answer to whoever was let in, now or at an earlier redeem of the same invite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RedeemAnswer {
    /// Encoded [`Receipt`], to keep.
    pub receipt: Spelt<Vec<u8>>,
    /// Of the receipt by the server's key.
    pub signature: Spelt<Signature>,
    /// `allowed`, or `used-by-you` when this was answered before.
    pub code: Spelt<Code>,
    /// The row that answered.
    pub rule: String,
    /// Under which handle the account is known.
    pub handle: String,
    /// The receipt in words. A convenience for scripts: whoever acts on it checks `receipt` first.
    pub account: ReceiptAccount,
}

/// A receipt in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReceiptAccount {
    /// Who.
    pub key: Spelt<SignKey>,
    /// Which registration of the key.
    pub incarnation: Spelt<Incarnation>,
    /// As what.
    pub role: Spelt<Role>,
    /// Where to.
    pub space: Spelt<SpaceId>,
    /// When.
    pub at: Spelt<Timestamp>,
    /// Sequence number of the decision record.
    pub sequence: u64,
}

impl RedeemAnswer {
    /// Renders a signed receipt.
    ///
    /// # Errors
    /// `corrupt-record` if the bytes are no receipt.
    pub fn new(receipt: Vec<u8>, signature: Signature, code: Code, rule: String, handle: String) -> Result<Self, Code> {
        let Receipt { body, sequence, chain: _ } = decode::<Receipt>(&receipt).map_err(|_| Code::CorruptRecord)?;
        let account = ReceiptAccount {
            key: body.account.into(),
            incarnation: body.incarnation.into(),
            role: body.role.into(),
            space: body.space.into(),
            at: body.at.into(),
            sequence,
        };
        Ok(Self { receipt: receipt.into(), signature: signature.into(), code: code.into(), rule, handle, account })
    }
}

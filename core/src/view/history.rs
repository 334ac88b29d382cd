//! The history: what was decided, as those see it who may read it.

use super::{Cursor, Spelt};
use crate::claims::Claims;
use crate::code::Code;
use crate::digest::Sha256Digest;
use crate::id::{DecisionId, InviteId, SpaceId};
use crate::key::SignKey;
use crate::record::DecisionRecord;
use crate::rule::Rule;
use crate::time::Timestamp;
use crate::wire::{Asker, Command, Request, Verdict, decode};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// One page of the history, the newest decision first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionList {
    /// The decisions.
    pub items: Vec<DecisionItem>,
    /// Where older ones go on; absent after the oldest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Spelt<Cursor>>,
}

/// One recorded decision. What names somebody is absent when it was erased with an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionItem {
    /// Its place in the history.
    pub sequence: u64,
    /// Its id.
    pub decision: Spelt<DecisionId>,
    /// When.
    pub at: Spelt<Timestamp>,
    /// Yes or no.
    pub allow: bool,
    /// The exact reason.
    pub code: Spelt<Code>,
    /// The table row that answered.
    pub rule: String,
    /// What that row says.
    pub text: String,
    /// SHA-256 of the policy build that decided.
    pub policy: Spelt<Sha256Digest>,
    /// What was asked; absent if that was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
}

/// What was asked, by whom, about whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Asked {
    /// What, as the metrics call it.
    pub verb: String,
    /// What kind of asker.
    pub by: By,
    /// Whose key it was, if it was an account's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Spelt<SignKey>>,
    /// The account it is about, if that is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Spelt<SignKey>>,
    /// The invite it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<Spelt<InviteId>>,
    /// The name it gives the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
    /// Where, unless that is the server itself or only the invite says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<Spelt<SpaceId>>,
    /// What a new network is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// Somebody without an account.
    Stranger,
    /// A service of the same operator.
    Service,
    /// The operator, on the machine; housekeeping too.
    Operator,
    /// An account.
    Account,
}

impl DecisionItem {
    /// A decision from its record, and what was asked under which name, if that is still there.
    pub fn new(sequence: u64, decision: DecisionId, record: DecisionRecord, asked: Option<(&str, &Request)>) -> Self {
        let DecisionRecord { at, policy, verdict, code, rule, contents: _ } = record;
        Self {
            sequence,
            decision: decision.into(),
            at: at.into(),
            allow: verdict == Verdict::Allow,
            code: code.into(),
            text: Rule::find(&rule).map_or("", Rule::text).to_owned(),
            rule,
            policy: policy.into(),
            asked: asked.map(|(verb, request)| Asked::new(verb, request)),
        }
    }
}

impl Asked {
    fn new(verb: &str, request: &Request) -> Self {
        let About { account, invite, handle } = About::of(&request.command);
        let Whereabouts { space, name } = Whereabouts::of(request);
        let (by, key) = match (&request.asker, &request.command) {
            // Whoever redeems has no account yet, but a key, and proves it.
            (_, Command::Redeem(redeem)) => (By::Account, Some(redeem.statement.sign_key)),
            (Asker::Stranger, _) => (By::Stranger, None),
            (Asker::Service, _) => (By::Service, None),
            (Asker::Operator, _) => (By::Operator, None),
            (Asker::Account(auth), _) => (By::Account, Some(auth.key)),
        };
        let account = account.filter(|account| key != Some(*account));
        Self {
            verb: verb.to_owned(),
            by,
            key: key.map(Spelt::from),
            account: account.map(Spelt::from),
            invite: invite.map(Spelt::from),
            handle,
            space: space.filter(|space| *space != SpaceId::SERVER).map(Spelt::from),
            name,
        }
    }
}

/// Whom and what a command is about.
#[derive(Default)]
struct About {
    account: Option<SignKey>,
    invite: Option<InviteId>,
    handle: Option<String>,
}

impl About {
    fn of(command: &Command) -> Self {
        let claims = |bytes: &[u8]| match decode::<Claims>(bytes) {
            Ok(claims) => Self { account: claims.rebind, invite: Some(claims.invite), handle: None },
            Err(_) => Self::default(),
        };
        match command {
            Command::Init(init) => claims(&init.invite.claims),
            Command::RecoverOwner(recover) => claims(&recover.invite.claims),
            Command::Mint(mint) => claims(&mint.invite.claims),
            Command::Preview(preview) => Self { invite: Some(preview.invite), ..Self::default() },
            Command::Redeem(redeem) => {
                Self { account: None, invite: Some(redeem.invite), handle: Some(redeem.statement.handle.clone()) }
            }
            Command::CancelInvite(invite) => Self { invite: Some(*invite), ..Self::default() },
            Command::ShowInvite(show) => Self { invite: Some(show.invite), ..Self::default() },
            Command::Register(register) => {
                Self { account: Some(register.sign_key), invite: None, handle: Some(register.handle.clone()) }
            }
            Command::ShowAccount(key)
            | Command::Revoke(key)
            | Command::Restore(key)
            | Command::Delete(key)
            | Command::IsAuthorized(key) => Self { account: Some(*key), ..Self::default() },
            Command::Kick(member)
            | Command::Unban(member)
            | Command::Transfer(member)
            | Command::Allow(member)
            | Command::Disallow(member) => Self { account: Some(member.key), ..Self::default() },
            Command::Ban(ban) => Self { account: Some(ban.member.key), ..Self::default() },
            Command::InviteAccount(invite) => Self { account: Some(invite.member.key), ..Self::default() },
            Command::Respond(respond) => Self { invite: Some(respond.invite), ..Self::default() },
            Command::SetRole(set) => Self { account: Some(set.member.key), ..Self::default() },
            Command::SetTags(set) => Self { account: Some(set.member.key), ..Self::default() },
            Command::Join(join) => Self { handle: Some(join.handle.clone()), ..Self::default() },
            Command::Can(can) => Self { account: Some(can.account), ..Self::default() },
            Command::Describe
            | Command::BeginRestore(_)
            | Command::AcceptRestore
            | Command::ListInvites(_)
            | Command::Prove(_)
            | Command::ListAccounts(_)
            | Command::HasAdmin
            | Command::Audit
            | Command::Tidy(_)
            | Command::Sweep(_)
            | Command::ShowSpace(_)
            | Command::UpdateSpace(_)
            | Command::ListBans(_)
            | Command::ListAllowed(_)
            | Command::Leave(_)
            | Command::Watch
            | Command::CreateSpace(_)
            | Command::DeleteSpace(_)
            | Command::ListSpaces(_)
            | Command::ListMembers(_)
            | Command::Enter(_)
            | Command::Inbox => Self::default(),
            Command::Sees(sees) => Self { account: Some(sees.account), ..Self::default() },
        }
    }
}

/// Where something was asked for.
#[derive(Default)]
struct Whereabouts {
    space: Option<SpaceId>,
    name: Option<String>,
}

impl Whereabouts {
    fn of(request: &Request) -> Self {
        let space = match &request.command {
            Command::CreateSpace(create) => {
                // The id that the decision gave it.
                return Self { space: Some(SpaceId::fresh(&request.context.entropy)), name: Some(create.name.clone()) };
            }
            Command::Mint(mint) => mint.invite.unverified_claims().map(|claims| claims.space),
            Command::ListInvites(list) => Some(list.space),
            Command::Can(can) => Some(can.space),
            Command::Kick(member)
            | Command::Unban(member)
            | Command::Transfer(member)
            | Command::Allow(member)
            | Command::Disallow(member) => Some(member.space),
            Command::Ban(ban) => Some(ban.member.space),
            Command::InviteAccount(invite) => Some(invite.member.space),
            Command::SetRole(set) => Some(set.member.space),
            Command::SetTags(set) => Some(set.member.space),
            Command::UpdateSpace(update) => Some(update.space),
            Command::ListBans(list) | Command::ListAllowed(list) | Command::ListMembers(list) => Some(list.space),
            Command::Join(join) => Some(join.space),
            Command::ShowSpace(space) | Command::Leave(space) | Command::DeleteSpace(space) | Command::Enter(space) => {
                Some(*space)
            }
            Command::Describe
            | Command::Init(_)
            | Command::BeginRestore(_)
            | Command::AcceptRestore
            | Command::RecoverOwner(_)
            | Command::Preview(_)
            | Command::Redeem(_)
            | Command::CancelInvite(_)
            | Command::ShowInvite(_)
            | Command::Register(_)
            | Command::Prove(_)
            | Command::ShowAccount(_)
            | Command::ListAccounts(_)
            | Command::Revoke(_)
            | Command::Restore(_)
            | Command::Delete(_)
            | Command::IsAuthorized(_)
            | Command::HasAdmin
            | Command::Audit
            | Command::Tidy(_)
            | Command::Sweep(_)
            | Command::Watch
            | Command::Sees(_)
            | Command::ListSpaces(_)
            | Command::Inbox
            | Command::Respond(_) => None,
        };
        Self { space, name: None }
    }
}

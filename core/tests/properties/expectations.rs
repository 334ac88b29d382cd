//! What the naive model says to an act of a walk.

use crate::kit::Call;
use crate::model::{Account, Expected, Model, Rule, Who};
use crate::walk::{Act, Walk};
use doorward_core::Code;
use doorward_core::record::{JoinRule, Pause};
use doorward_core::role::Role;
use doorward_core::time::Timestamp;
use doorward_core::wire::{Asker, Command, encode};

impl Walk {
    /// What the model says.
    pub fn expect(&mut self, act: Act, id: u64, call: &Call, created: Timestamp) -> Expected {
        let stale = created.distance(self.world.now) > 300;
        let proven =
            !matches!(call.asker, Asker::Service | Asker::Operator | Asker::Stranger) || matches!(act, Act::Redeem { .. });
        if stale && proven {
            return vec![Code::StaleRequest];
        }
        let content = match &call.command {
            Command::Redeem(redeem) => encode(&redeem.statement),
            command => encode(command),
        };
        let offer = |walk: &Self, offer: usize| walk.offers[offer].1.clone();
        let model = &mut self.model;
        let door = model.before_any_verb();
        let member = |model: &Model, who: Who| door.or_else(|| model.refuses(who)).or_else(|| model.refuses_review(who));
        match act {
            Act::Init { offer: n } => {
                let offer = offer(self, n);
                self.model.init(n, &offer)
            }
            Act::Recover { offer: n } => {
                let offer = offer(self, n);
                self.model.recover(n, &offer)
            }
            Act::BeginRestore => model.begin_restore(),
            Act::AcceptRestore => model.accept_restore(),
            Act::Sweep => vec![door.unwrap_or(Code::Allowed)],
            Act::Mint { who, offer: n } => {
                let offer = offer(self, n);
                self.model.write(who, id, content, false, |model| model.mint(who, n, &offer))
            }
            Act::Redeem { who, offer } => model.redeem(who, offer, id, content),
            Act::Preview { own, offer } => model.preview(own, offer),
            Act::Cancel { who, offer } => model.write(who, id, content, true, |model| model.cancel(who, offer)),
            Act::Register { who, target } => model.write(who, id, content, false, |model| model.register(who, target)),
            Act::Prove { who, good } => model.write(who, id, content, false, |model| model.prove(who, good)),
            Act::Revoke { who, target } => model.write(who, id, content, true, |model| model.revoke(who, target)),
            Act::Restore { who, target } => model.write(who, id, content, false, |model| model.restore(who, target)),
            Act::Delete { who, target } => model.write(who, id, content, false, |model| model.delete(who, target)),
            Act::IsAuthorized { target } => vec![model.is_authorized(target)],
            Act::HasAdmin => vec![model.has_admin()],
            Act::Can { target, permission } => vec![model.can(target, permission)],
            Act::ListInvites { who } | Act::ShowInvite { who, .. } if member(model, who).is_some() => {
                vec![member(model, who).unwrap()]
            }
            Act::ListInvites { who } | Act::ShowInvite { who, .. } if !model.is_staff(who) => vec![Code::MissingPermission],
            Act::ListInvites { .. } => vec![Code::Allowed],
            Act::ShowInvite { offer, .. } => {
                vec![if model.invites.contains_key(&offer) { Code::Allowed } else { Code::NotFound }]
            }
            Act::ShowAccount { who, target } => {
                let seen = |account: &Account| account.role.is_some() || who == target || model.is_staff(who);
                let shown = if model.accounts.get(&target).is_some_and(seen) { Code::Allowed } else { Code::NotFound };
                vec![member(model, who).unwrap_or(shown)]
            }
            Act::ListAccounts { who } => vec![member(model, who).unwrap_or(Code::Allowed)],
            Act::Audit { who } => {
                let shown = if model.is_staff(who) { Code::Allowed } else { Code::MissingPermission };
                vec![member(model, who).unwrap_or(shown)]
            }
            Act::Describe => vec![door.unwrap_or(Code::Allowed)],
            act => self.expect_of_place(act, id, content),
        }
    }

    /// The same, of what governs the place.
    fn expect_of_place(&mut self, act: Act, id: u64, content: Vec<u8>) -> Expected {
        let now = self.model.now;
        let model = &mut self.model;
        let reads = |model: &Model, who: Who, staff: bool| {
            let refused = model.before_any_verb().or_else(|| model.refuses(who)).or_else(|| model.refuses_review(who));
            let shown = if staff && !model.is_staff(who) { Code::MissingPermission } else { Code::Allowed };
            vec![refused.unwrap_or(shown)]
        };
        match act {
            Act::ShowSpace { who } => reads(model, who, false),
            // Nobody watches a state that was put back.
            Act::Watch { who } if model.unreviewed => {
                vec![model.before_any_verb().or_else(|| model.refuses(who)).unwrap_or(Code::RestoreUnreviewed)]
            }
            Act::Watch { who } => reads(model, who, false),
            Act::ListBans { who } | Act::ListAllowed { who } => reads(model, who, true),
            Act::SetRule { who, rule } => {
                let rule = match rule {
                    JoinRule::Open => Rule::Open,
                    JoinRule::Allowlist => Rule::Listed,
                    JoinRule::Closed => Rule::Nobody,
                    JoinRule::Invite | JoinRule::Token => Rule::Invite,
                };
                model.write(who, id, content, false, |model| model.change_place(who, None, |place| place.rule = rule))
            }
            Act::SetPause { who, pause } => {
                let until = match pause {
                    Pause::No => 0,
                    Pause::Until(until) => until.0,
                    Pause::UntilLifted => u64::MAX,
                };
                let over = (pause != Pause::No && until <= now).then_some(Code::ExpiryInPast);
                model.write(who, id, content, false, |model| model.change_place(who, over, |place| place.paused_until = until))
            }
            Act::SetMost { who, most } => {
                model.write(who, id, content, false, |model| model.change_place(who, None, |place| place.most = most))
            }
            Act::Kick { who, target } => model.write(who, id, content, true, |model| model.kick(who, target)),
            Act::Ban { who, target, until } => model.write(who, id, content, true, |model| model.ban(who, target, until)),
            Act::Unban { who, target } => model.write(who, id, content, false, |model| {
                model.change_place(who, None, |place| place.bans.retain(|who, _| *who != target))
            }),
            Act::SetRole { who, target, role } => {
                model.write(who, id, content, role == Role::Member, |model| model.set_role(who, target, role))
            }
            Act::Transfer { who, target } => model.write(who, id, content, false, |model| model.transfer(who, target)),
            Act::SetTags { who, target } => model.write(who, id, content, false, |model| model.set_tags(who, target)),
            Act::Allow { who, target } => {
                model.write(who, id, content, false, |model| model.change_place(who, None, |place| place.listed.extend([target])))
            }
            Act::Disallow { who, target } => model.write(who, id, content, true, |model| {
                model.change_place(who, None, |place| place.listed.retain(|who| *who != target))
            }),
            Act::Join { who } => model.join(who, id, content),
            Act::Leave { who } => model.write(who, id, content, false, |model| model.leave(who)),
            other => unreachable!("{other:?}"),
        }
    }
}

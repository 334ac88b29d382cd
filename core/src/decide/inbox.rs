//! Directed invites: to one account, by name. They wait in its inbox, and what they are worth is decided when it answers,
//! by the redeem table.

use super::arrival::{self, plain_seat};
use super::caller::{Caller, Wanted, reading, writing};
use super::inquiry::{Inquiry, Root};
use super::member::Fitness;
use super::place::{Counts, Holder};
use super::redeem::{Gate, InviteLife, Made, Membership, Prior, Row, Situation, gate_of, judge as redeem_judge, person, worth};
use super::{Outcome, Ruling, Stop, deny};
use crate::code::Code;
use crate::id::{InviteId, SpaceId};
use crate::key::SignKey;
use crate::record::{Inbox, JoinRule, Offer, Seat, Via, keys};
use crate::role::{Actor, Permission, Role};
use crate::rule::{self, Rule};
use crate::time::{DAY, Timestamp};
use crate::wire::{Asker, EventKind, InboxItem, InviteAccount, Member, Reply, Request, Respond};
use alloc::string::String;
use alloc::vec::Vec;

/// At most this many wait for an account.
pub const MOST: usize = 100;
/// For how long one waits, in seconds.
pub const LIFE: u64 = 30 * DAY;

/// What the table of directed invites looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The space's rule.
    pub rule: JoinRule,
    /// The role that is offered.
    pub role: Role,
    /// Whether it is the caller himself.
    pub is_self: bool,
    /// Whether the key has an account.
    pub exists: bool,
    /// Whether that may be anything.
    pub fitness: Fitness,
    /// Whether it is at the server.
    pub at_server: bool,
    /// Whether it is a member of the space.
    pub member: bool,
    /// Whether an invite into the space waits for it already.
    pub invited: bool,
    /// How many invites wait for it.
    pub waiting: usize,
}

/// The table of directed invites. (The redeem table decides again when one is answered.)
pub fn judge(caller: Actor, plan: &Plan) -> (Code, Rule) {
    if !caller.allows(Permission::Invite) {
        return (Code::MissingPermission, rule::ASK_PERMISSION);
    }
    if !caller.governed {
        return (Code::NotGoverned, rule::INVITE_RULE);
    }
    if plan.rule != JoinRule::Invite {
        return (Code::NotByInvite, rule::INVITE_RULE);
    }
    if plan.is_self {
        return (Code::SelfInvite, rule::INVITE_SELF);
    }
    if !plan.exists {
        return (Code::UnknownAccount, rule::INVITE_UNKNOWN);
    }
    if !caller.may_grant(plan.role) {
        return (Code::GrantTooHigh, rule::INVITE_GRANT);
    }
    match plan.fitness {
        Fitness::Revoked => return (Code::AccountRevoked, rule::INVITE_FALLEN),
        Fitness::Banned => return (Code::Banned, rule::INVITE_FALLEN),
        Fitness::Fit | Fitness::Unproved if !plan.at_server => return (Code::NotAMember, rule::INVITE_FALLEN),
        Fitness::Fit | Fitness::Unproved => {}
    }
    if plan.member {
        return (Code::AlreadyMember, rule::INVITE_MEMBER);
    }
    if plan.invited {
        return (Code::AlreadyInvited, rule::INVITE_AGAIN);
    }
    if plan.waiting >= MOST { (Code::InboxFull, rule::INVITE_FULL) } else { (Code::Allowed, rule::INVITE_DONE) }
}

/// Decides an invite by name.
pub(crate) fn invite(request: &Request, invite: &InviteAccount, inquiry: &mut Inquiry<'_>) -> Outcome {
    let InviteAccount { member: Member { space, key }, role } = invite;
    let inbox_key = keys::inbox(key);
    let mut wanted = Holder::keys(space, key);
    wanted.push(inbox_key.clone());
    writing(request, inquiry, Wanted::of(space, &wanted), &mut |inquiry, caller, root| {
        let (now, target) = (request.context.now, Holder::load(root, key, inquiry)?);
        let mut inbox = of_account(&target, inquiry.load_or_default(&inbox_key)?, root, now);
        let plan = Plan {
            rule: root.here().join_rule,
            role: *role,
            is_self: caller.key == *key,
            exists: target.record.account.is_some(),
            fitness: match target.fallen(now) {
                Some(Code::Banned) => Fitness::Banned,
                Some(_) => Fitness::Revoked,
                None => Fitness::Fit,
            },
            at_server: target.record.current_seat().is_some(),
            member: target.current_seat().is_some(),
            invited: inbox.offers.iter().any(|offer| offer.space == *space),
            waiting: inbox.offers.len(),
        };
        let (code, rule) = judge(caller.actor, &plan);
        let mut ruling = Ruling::allow(rule);
        ruling.about(*key);
        match code {
            Code::Allowed => {}
            Code::AlreadyInvited => {
                ruling.code = code;
                return Ok(ruling);
            }
            code => return deny(code, rule),
        }
        let offer = offer(request, invite, &target, (caller, root));
        ruling.tell(EventKind::AccountInvited, *space, Some(*key), Some(offer.id));
        let item = item_of(&offer, root, caller.account.handle.clone(), Code::Allowed);
        inbox.offers.push(offer);
        ruling.put(inbox_key.clone(), &inbox);
        Ok(ruling.replying(Reply::Inbox(alloc::vec![item])))
    })
}

fn offer(request: &Request, invite: &InviteAccount, target: &Holder, (caller, root): (&Caller, &Root)) -> Offer {
    Offer {
        id: InviteId::directed(&request.context.entropy),
        incarnation: target.incarnation(),
        space: invite.member.space,
        role: invite.role,
        issuer: caller.key,
        issuer_incarnation: caller.account.incarnation,
        issuer_epoch: caller.epoch(),
        restore_epoch: root.server.restore_epoch,
        expires: request.context.now.plus(LIFE),
    }
}

/// What of an inbox waits for the account that the key has now.
fn of_account(target: &Holder, mut inbox: Inbox, root: &Root, now: Timestamp) -> Inbox {
    let (incarnation, epoch) = (target.incarnation(), root.server.restore_epoch);
    inbox.offers.retain(|offer| now < offer.expires && offer.incarnation == incarnation && offer.restore_epoch == epoch);
    inbox
}

/// Takes what leads into a space out of an inbox: whoever is shown the door there is not invited any more.
pub(crate) fn forget(ruling: &mut Ruling, key: &SignKey, space: &SpaceId, inquiry: &Inquiry<'_>) -> Result<(), Stop> {
    let inbox_key = keys::inbox(key);
    let mut inbox: Inbox = inquiry.load_or_default(&inbox_key)?;
    let before = inbox.offers.len();
    inbox.offers.retain(|offer| offer.space != *space);
    if inbox.offers.len() < before {
        ruling.put(inbox_key, &inbox);
    }
    Ok(())
}

/// Shows the inbox of who asks, and what a yes to each of it would be answered.
pub(crate) fn list(request: &Request, inquiry: &mut Inquiry<'_>) -> Outcome {
    let wanted = own_inbox(request);
    reading(request, inquiry, Wanted::records(&wanted), &mut |inquiry, caller, root| {
        let now = request.context.now;
        let own = Holder::load(root, &caller.key, inquiry)?;
        let inbox = of_account(&own, inquiry.load_or_default(&keys::inbox(&caller.key))?, root, now);
        inbox.offers.iter().for_each(|offer| want_scene(inquiry, offer, &caller.key));
        inquiry.ready()?;
        let mut items = Vec::new();
        for offer in &inbox.offers {
            let (row, issuer) = look(offer, &caller.key, root, inquiry, now)?;
            if root.is_there() {
                let handle = issuer.record.account.map(|account| account.handle).unwrap_or_default();
                items.push(item_of(offer, root, handle, row.code));
            }
        }
        Ok(Ruling::allow(rule::INBOX_LIST).replying(Reply::Inbox(items)))
    })
}

fn own_inbox(request: &Request) -> Vec<String> {
    match &request.asker {
        Asker::Account(auth) => alloc::vec![keys::inbox(&auth.key)],
        _ => Vec::new(),
    }
}

fn item_of(offer: &Offer, root: &Root, issuer_handle: String, code: Code) -> InboxItem {
    let Offer { id, space, role, issuer, expires, .. } = *offer;
    InboxItem { invite: id, space, space_name: root.here().name.clone(), role, issuer, issuer_handle, expires, code }
}

/// Wants what a yes to an offer is decided on.
fn want_scene(inquiry: &mut Inquiry<'_>, offer: &Offer, key: &SignKey) {
    if offer.space != SpaceId::SERVER {
        inquiry.want(&keys::space(&offer.space));
    }
    Holder::want(inquiry, &offer.space, &offer.issuer);
    Holder::want(inquiry, &offer.space, key);
    Counts::want(inquiry, &offer.space, key);
}

/// What a yes to an offer would be answered, by the redeem table; and who made it.
fn look(offer: &Offer, key: &SignKey, root: &mut Root, inquiry: &Inquiry<'_>, now: Timestamp) -> Result<(Row, Holder), Stop> {
    root.go(&offer.space, inquiry)?;
    let (issuer, own) = (Holder::load(root, &offer.issuer, inquiry)?, Holder::load(root, key, inquiry)?);
    let counts = Counts::load(&offer.space, key, inquiry)?;
    let here = root.here();
    let made = Made {
        incarnation: offer.issuer_incarnation,
        epoch: offer.issuer_epoch,
        restore_epoch: offer.restore_epoch,
        role: offer.role,
        tags: false,
    };
    let situation = Situation {
        prior: Prior::None,
        invite: InviteLife::Live,
        issuer: worth(root, &issuer, &made, now),
        gate: if root.is_there() { gate_of(here, own.allowlisted_by(), now) } else { Gate::Gone },
        person: person(&own, now),
        member: if own.current_seat().is_some() { Membership::Place } else { Membership::None },
        full: here.max_members != 0 && counts.members.members >= here.max_members,
    };
    Ok((redeem_judge(&situation), issuer))
}

/// Decides an answer. An offer that is good for nothing any more leaves the inbox with it.
pub(crate) fn respond(request: &Request, respond: Respond, inquiry: &mut Inquiry<'_>) -> Outcome {
    let wanted = own_inbox(request);
    writing(request, inquiry, Wanted::records(&wanted), &mut |inquiry, caller, root| {
        let (now, inbox_key) = (request.context.now, keys::inbox(&caller.key));
        let all: Inbox = inquiry.load_or_default(&inbox_key)?;
        let own = Holder::load(root, &caller.key, inquiry)?;
        let expired = all.offers.iter().any(|offer| offer.id == respond.invite && offer.expires <= now);
        let mut inbox = of_account(&own, all, root, now);
        let Some(at) = inbox.offers.iter().position(|offer| offer.id == respond.invite) else {
            return deny(if expired { Code::Expired } else { Code::NoSuchInvite }, rule::RESPOND_UNKNOWN);
        };
        let offer = inbox.offers.remove(at);
        if !respond.accept {
            let mut ruling = Ruling::allow(rule::RESPOND_DECLINED);
            ruling.put(inbox_key, &inbox);
            ruling.tell(EventKind::InviteDeclined, offer.space, Some(caller.key), Some(offer.id));
            return Ok(ruling);
        }
        want_scene(inquiry, &offer, &caller.key);
        inquiry.ready()?;
        let (row, _) = look(&offer, &caller.key, root, inquiry, now)?;
        if row.code != Code::Allowed {
            let mut ruling = Ruling::deny(row.code, row.rule);
            if row.spent || matches!(row.code, Code::IssuerLostAuthority | Code::NotFound) {
                ruling.put(inbox_key, &inbox);
            }
            return Ok(ruling);
        }
        let mut ruling = Ruling::allow(row.rule);
        ruling.put(inbox_key, &inbox);
        let mut holder = Holder::load(root, &caller.key, inquiry)?;
        let counts = Counts::load(&offer.space, &caller.key, inquiry)?;
        let seat = Seat { role: offer.role, ..plain_seat(&request.context, Via::Invite(offer.id)) };
        arrival::seat(&mut ruling, &mut holder, counts, caller.account.incarnation, seat);
        holder.put(&mut ruling);
        ruling.tell(EventKind::MemberJoined, offer.space, Some(caller.key), Some(offer.id));
        let view = super::member::view(&holder, caller, now);
        Ok(ruling.replying(Reply::Member(alloc::boxed::Box::new(view))))
    })
}

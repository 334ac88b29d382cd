//! Networks: made by who governs the server, listed for those who may see them, deleted at once.

use super::arrival::plain_seat;
use super::caller::{Caller, Wanted, reading, want_space, writing};
use super::departure::leave_job;
use super::govern::own;
use super::inquiry::Inquiry;
use super::invites::cursor;
use super::place::{self, Counts, Holder};
use super::space::{Name, can_be_met, may_be_called, name_for, view};
use super::{Outcome, Ruling, deny, fault};
use crate::code::Code;
use crate::id::{Incarnation, SpaceId};
use crate::record::{ChildRoot, JobKind, MemberRecord, Named, Pause, Space, Stored, Via, keys};
use crate::role::{Permission, Role};
use crate::rule::{self, Rule};
use crate::text::Kind;
use crate::wire::{Asker, CreateSpace, EventKind, ListSpaces, Page, PageNeed, Reply, Request, SpaceFilter, SpacePage};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// The most networks on one page.
const MOST: u16 = 100;

/// The table of new networks.
pub fn judge(at_server: Role, proved: bool, showable: bool, name: Name) -> (Code, Rule) {
    if at_server < Role::Admin {
        return (Code::MissingPermission, rule::ASK_PERMISSION);
    }
    match name {
        _ if !showable => (Code::BadText, rule::SPACE_TEXT),
        Name::Bad => (Code::BadName, rule::SPACE_NAME),
        Name::Taken => (Code::NameTaken, rule::SPACE_NAME),
        Name::Free if !proved => (Code::Unproved, rule::CREATE_OWNER),
        Name::Free => (Code::Allowed, rule::CREATE_DONE),
    }
}

/// Decides a new network.
pub(crate) fn create(request: &Request, create: &CreateSpace, inquiry: &mut Inquiry<'_>) -> Outcome {
    let CreateSpace { name, description, join_rule, max_members, listed } = create;
    let described = inquiry.check_text(Kind::Greeting, description);
    can_be_met(*join_rule)?;
    let context = &request.context;
    let id = SpaceId::fresh(&context.entropy);
    let mut wanted = Vec::new();
    if let Asker::Account(auth) = &request.asker {
        wanted = Counts::keys(&id, &auth.key);
        wanted.extend([keys::space(&id), keys::member(&id, &auth.key)]);
    }
    wanted.extend(may_be_called(name).then(|| keys::name(name)));
    writing(request, inquiry, Wanted::records(&wanted), &mut |inquiry, caller, root| {
        let free = name_for(name, &id, inquiry)?;
        let (code, rule) = judge(caller.role, caller.account.binding.is_some(), described, free);
        if code != Code::Allowed {
            return deny(code, rule);
        }
        let mut ruling = Ruling::allow(rule);
        root.found(
            id,
            Space {
                name: name.clone(),
                join_rule: *join_rule,
                max_members: *max_members,
                description: description.clone(),
                governed: true,
                pause: Pause::No,
                owner: Some(caller.key),
                server: None,
                child: Some(ChildRoot { listed: *listed, era: 0, since: context.now, remembered: Incarnation::NONE }),
            },
        );
        let mut holder = Holder::new(root, caller.key, caller.record.clone(), MemberRecord::default());
        let mut counts = Counts::load(&id, &caller.key, inquiry)?;
        counts.enter(&mut ruling, &id, &caller.key, context.now, None);
        let mut seat = plain_seat(context, Via::Direct);
        (seat.incarnation, seat.role) = (caller.account.incarnation, Role::Owner);
        *holder.seat() = Some(seat);
        holder.put(&mut ruling);
        own(&mut ruling, &mut holder, 1)?;
        ruling.put(keys::name(name), &Named { space: id });
        for kind in [EventKind::SpaceCreated, EventKind::MemberJoined] {
            ruling.tell(kind, id, Some(caller.key), None);
        }
        let (there, actor) = (holder.there(), place::actor(root, &holder.record, &holder.there()));
        let owner = Caller { there, actor, ..caller.clone() };
        let view = view(root, &owner, counts.members, context.now);
        Ok(ruling.replying(Reply::Space(Box::new(view))))
    })
}

/// Decides that a network is gone: its root and its name now, the rest by housekeeping.
pub(crate) fn delete(request: &Request, id: &SpaceId, inquiry: &mut Inquiry<'_>) -> Outcome {
    writing(request, inquiry, Wanted::of(id, &[]), &mut |inquiry, caller, root| {
        caller.require(Permission::DeleteSpace)?;
        if root.is_server() {
            return deny(Code::MissingPermission, rule::DELETE_SPACE_SERVER);
        }
        let name = keys::name(&root.here().name);
        inquiry.want(&name);
        let owner = root.here().owner.filter(|_| root.here().governed);
        owner.iter().for_each(|key| Holder::want(inquiry, id, key));
        inquiry.ready()?;
        let mut ruling = Ruling::allow(rule::DELETE_SPACE_DONE);
        if let Some(owner) = owner {
            own(&mut ruling, &mut Holder::load(root, &owner, inquiry)?, -1)?;
        }
        ruling.remove(name);
        ruling.remove(keys::space(id));
        leave_job(&mut ruling, &request.context, JobKind::ClearSpace(*id));
        ruling.tell(EventKind::SpaceDeleted, *id, None, None);
        Ok(ruling)
    })
}

/// Lists networks: one's own, or those one may find.
pub(crate) fn list(request: &Request, list: &ListSpaces, inquiry: &mut Inquiry<'_>) -> Outcome {
    let prefix = match (list.filter, &request.asker) {
        (SpaceFilter::Mine, Asker::Account(auth)) => keys::all_joined(&auth.key),
        _ => keys::NAMES.into(),
    };
    let after = cursor(&list.paging, &prefix)?;
    let need = PageNeed { prefix, after, until: String::new(), limit: list.paging.limit.clamp(1, MOST), under: String::new() };
    reading(request, inquiry, Wanted::page(&SpaceId::SERVER, &need), &mut |inquiry, caller, root| {
        let page = inquiry.page(&need)?;
        let mut found = Vec::new();
        for fact in &page.records {
            let space = match list.filter {
                SpaceFilter::Mine => keys::trailing_space(fact.key),
                SpaceFilter::Found => Named::from_stored(fact.value.unwrap_or_default()).ok().map(|named| named.space),
            };
            found.push(space.ok_or_else(|| fault(Code::CorruptRecord, fact.key))?);
        }
        let next = if page.more { page.records.last().map(|fact| fact.key.into()).unwrap_or_default() } else { String::new() };
        for space in &found {
            want_space(inquiry, space, &caller.key);
            inquiry.want(&keys::members(space));
        }
        inquiry.ready()?;
        let mut items = Vec::new();
        for space in &found {
            let there = caller.go(root, space, inquiry)?;
            let mine = there.there.current_seat(Some(&caller.account)).is_some() || list.filter != SpaceFilter::Mine;
            let listed = there.there.allowlisted_by(Some(&caller.account));
            if mine && root.is_there() && place::is_visible(root, there.actor, listed) {
                items.push(view(root, &there, inquiry.load_or_default(&keys::members(space))?, request.context.now));
            }
        }
        Ok(Ruling::allow(rule::SPACES_LIST).replying(Reply::Spaces(SpacePage { items, page: Page { next } })))
    })
}

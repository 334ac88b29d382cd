//! The keys a space keeps: its members, those that are barred, and those that an allowlist lets in.

use super::caller::{Wanted, reading};
use super::inquiry::Inquiry;
use super::invites::cursor;
use super::member::view;
use super::place::Holder;
use super::{Outcome, Ruling, fault};
use crate::code::Code;
use crate::record::keys;
use crate::role::Permission;
use crate::rule;
use crate::wire::{ListKeys, MemberPage, Page, PageNeed, Reply, Request};
use alloc::string::String;
use alloc::vec::Vec;

/// The most keys on one page: all about each must fit into one round of facts.
const MOST: u16 = 400;

/// Which keys.
#[derive(Clone, Copy)]
pub(crate) enum List {
    /// Those that are barred now.
    Banned,
    /// Those that an allowlist lets in.
    Allowed,
    /// Those that are members.
    Members,
}

/// Lists keys in their order, members in order of joining. A page may hold fewer than it was asked for, where bans have run
/// out or accounts are gone.
pub(crate) fn decide(request: &Request, list: &ListKeys, which: List, inquiry: &mut Inquiry<'_>) -> Outcome {
    let (prefix, permission, rule) = match which {
        List::Banned => (keys::all_banned(&list.space), Permission::Ban, rule::KEYS_LIST),
        List::Allowed => (keys::all_allowed(&list.space), Permission::ManageSpace, rule::KEYS_LIST),
        List::Members => (keys::all_roster(&list.space), Permission::Read, rule::MEMBERS_LIST),
    };
    let after = cursor(&list.paging, &prefix)?;
    let limit = list.paging.limit.clamp(1, MOST);
    let need = PageNeed { prefix, after, until: String::new(), limit, under: String::new() };
    reading(request, inquiry, Wanted::page(&list.space, &need), &mut |inquiry, caller, root| {
        caller.require(permission)?;
        let page = inquiry.page(&need)?;
        let mut found = Vec::new();
        for fact in &page.records {
            found.push(keys::trailing_key(fact.key).ok_or_else(|| fault(Code::CorruptRecord, fact.key))?);
        }
        let next = if page.more { page.records.last().map(|fact| fact.key.into()).unwrap_or_default() } else { String::new() };
        found.iter().for_each(|key| Holder::want(inquiry, &list.space, key));
        inquiry.ready()?;
        let mut items = Vec::new();
        for key in &found {
            let holder = Holder::load(root, key, inquiry)?;
            let seen = view(&holder, caller, request.context.now);
            let is_on_it = match which {
                List::Banned => seen.ban.is_some(),
                List::Allowed => seen.allowlisted_by.is_some(),
                List::Members => holder.current_seat().is_some(),
            };
            items.extend(is_on_it.then_some(seen));
        }
        Ok(Ruling::allow(rule).replying(Reply::Members(MemberPage { items, page: Page { next } })))
    })
}

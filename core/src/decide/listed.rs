//! The keys a space keeps beside its members: those that are barred, and those that an allowlist lets in.

use super::caller::{Wanted, reading};
use super::inquiry::Inquiry;
use super::invites::cursor;
use super::member::view;
use super::{Outcome, Ruling, deny, fault};
use crate::code::Code;
use crate::id::SpaceId;
use crate::record::{KeyRecord, keys};
use crate::role::Permission;
use crate::rule;
use crate::wire::{ListKeys, MemberPage, Page, PageNeed, Reply, Request};
use alloc::string::String;
use alloc::vec::Vec;

/// The most keys on one page.
const MOST: u16 = 1_000;

/// Which keys.
#[derive(Clone, Copy)]
pub(crate) enum List {
    /// Those that are barred now.
    Banned,
    /// Those that an allowlist lets in.
    Allowed,
}

/// Lists keys in their order. A page may hold fewer than it was asked for, where bans have run out.
pub(crate) fn decide(request: &Request, list: &ListKeys, which: List, inquiry: &mut Inquiry<'_>) -> Outcome {
    let (prefix, permission) = match which {
        List::Banned => (keys::all_banned(&list.space), Permission::Ban),
        List::Allowed => (keys::all_allowed(&list.space), Permission::ManageSpace),
    };
    let after = cursor(&list.paging, &prefix)?;
    let limit = list.paging.limit.clamp(1, MOST);
    let need = PageNeed { prefix, after, until: String::new(), limit, under: String::new() };
    reading(request, inquiry, Wanted::page(&need), &mut |inquiry, caller, _root| {
        if list.space != SpaceId::SERVER {
            return deny(Code::NotFound, rule::SPACE_UNKNOWN);
        }
        caller.require(permission)?;
        let page = inquiry.page(&need)?;
        let mut found = Vec::new();
        for fact in &page.records {
            found.push(keys::trailing_key(fact.key).ok_or_else(|| fault(Code::CorruptRecord, fact.key))?);
        }
        let next = if page.more { page.records.last().map(|fact| fact.key.into()).unwrap_or_default() } else { String::new() };
        found.iter().for_each(|key| inquiry.want(&keys::account(key)));
        inquiry.ready()?;
        let mut items = Vec::new();
        for key in &found {
            let record: KeyRecord = inquiry.load_or_default(&keys::account(key))?;
            let seen = view(key, &record, caller, request.context.now);
            let is_on_it = match which {
                List::Banned => seen.ban.is_some(),
                List::Allowed => seen.allowlisted_by.is_some(),
            };
            items.extend(is_on_it.then_some(seen));
        }
        Ok(Ruling::allow(rule::KEYS_LIST).replying(Reply::Members(MemberPage { items, page: Page { next } })))
    })
}

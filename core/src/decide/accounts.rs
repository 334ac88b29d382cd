//! Show and list accounts. Members see key, handle, role and tags of those they share a space with; account managers
//! see everything, and everyone sees everything about himself.

use super::caller::{Caller, Wanted, reading};
use super::inquiry::Inquiry;
use super::invites::cursor;
use super::{Outcome, Ruling, deny, fault};
use crate::code::Code;
use crate::id::SpaceId;
use crate::key::SignKey;
use crate::record::{KeyRecord, Seat, Stored, keys};
use crate::role::Permission;
use crate::rule;
use crate::time::Timestamp;
use crate::wire::{AccountDetails, AccountPage, AccountView, Page, PageNeed, Paging, Reply, Request};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// The most accounts on one page.
const MOST: u16 = 1_000;

/// Shows one account.
pub(crate) fn show(request: &Request, key: &SignKey, inquiry: &mut Inquiry<'_>) -> Outcome {
    let record_key = keys::account(key);
    reading(request, inquiry, Wanted::records(core::slice::from_ref(&record_key)), &mut |inquiry, caller, _root| {
        let record: KeyRecord = inquiry.load_or_default(&record_key)?;
        match visible(caller, key, &record, request.context.now) {
            Some(view) => Ok(Ruling::allow(rule::ACCOUNT_SHOW).replying(Reply::Account(Box::new(view)))),
            None => deny(Code::NotFound, rule::ACCOUNT_UNKNOWN),
        }
    })
}

/// Lists accounts in order of key.
pub(crate) fn list(request: &Request, paging: &Paging, inquiry: &mut Inquiry<'_>) -> Outcome {
    let after = cursor(paging, keys::ACCOUNTS)?;
    let limit = paging.limit.clamp(1, MOST);
    let need = PageNeed { prefix: keys::ACCOUNTS.into(), after, until: String::new(), limit, under: String::new() };
    reading(request, inquiry, Wanted::page(&SpaceId::SERVER, &need), &mut |inquiry, caller, _root| {
        let page = inquiry.page(&need)?;
        let mut items = Vec::new();
        for fact in &page.records {
            let torn = || fault(Code::CorruptRecord, fact.key);
            let key = fact.key.strip_prefix(keys::ACCOUNTS).and_then(|hex| SignKey::from_hex(hex).ok()).ok_or_else(torn)?;
            let record = KeyRecord::from_stored(fact.value.unwrap_or_default()).map_err(|_| torn())?;
            // Keys that only carry a ban, or what a deleted account left behind, are nobody.
            items.extend(visible(caller, &key, &record, request.context.now));
        }
        let next = if page.more { page.records.last().map(|fact| fact.key.into()).unwrap_or_default() } else { String::new() };
        Ok(Ruling::allow(rule::ACCOUNT_SHOW).replying(Reply::Accounts(AccountPage { items, page: Page { next } })))
    })
}

/// What this caller may see of that account.
fn visible(caller: &Caller, key: &SignKey, record: &KeyRecord, now: Timestamp) -> Option<AccountView> {
    let all = caller.allows(Permission::ManageAccounts) || caller.key == *key;
    if !all && record.current_seat().is_none() {
        return None;
    }
    view(key, record, record.current_seat(), all, now)
}

/// Answers with the account as its managers see it, if there still is one.
pub(crate) fn replying(ruling: Ruling, key: &SignKey, record: &KeyRecord, now: Timestamp) -> Ruling {
    match view(key, record, record.current_seat(), true, now) {
        Some(view) => ruling.replying(Reply::Account(Box::new(view))),
        None => ruling,
    }
}

/// An account with this membership, with or without what only its managers see. `None` if the key has no account.
pub(crate) fn view(key: &SignKey, record: &KeyRecord, seat: Option<&Seat>, all: bool, now: Timestamp) -> Option<AccountView> {
    let account = record.account.as_ref()?;
    let details = AccountDetails {
        kex_key: account.kex_key,
        standing: account.standing,
        proved: account.binding.is_some(),
        incarnation: account.incarnation,
        epoch: account.epoch,
        created_at: account.created_at,
        via: account.via,
        invited_by: account.invited_by,
        banned: record.is_banned(now),
    };
    Some(AccountView {
        key: *key,
        handle: account.handle.clone(),
        role: seat.map(|seat| seat.role),
        tags: seat.map(|seat| seat.tags.clone()).unwrap_or_default(),
        details: all.then_some(details),
    })
}

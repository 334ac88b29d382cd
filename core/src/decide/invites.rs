//! List and show invites, for those who may invite. Nothing here could redeem one.

use super::caller::{Wanted, reading};
use super::inquiry::{Inquiry, Root};
use super::place::Holder;
use super::redeem::{InviteLife, Issuer, authority, life};
use super::{Outcome, Ruling, Stop, deny, fault};
use crate::claims::Claims;
use crate::code::Code;
use crate::record::{InviteRecord, Use, keys};
use crate::role::Permission;
use crate::rule;
use crate::time::Timestamp;
use crate::wire::{
    InviteFilter, InviteItem, InvitePage, InviteShown, InviteState, ListInvites, Page, PageNeed, Paging, Reply, Request,
    ShowInvite, UseItem,
};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// The most invites on one page: their records must fit into one round of facts. A longer page is asked for in parts,
/// and every page says whether there is more.
const MOST: u16 = 200;

/// Lists invites.
pub(crate) fn list(request: &Request, list: &ListInvites, inquiry: &mut Inquiry<'_>) -> Outcome {
    let now = request.context.now;
    let need = page_need(list, now)?;
    reading(request, inquiry, Wanted::page(&list.space, &need), &mut |inquiry, caller, root| {
        caller.require(Permission::Invite)?;
        let page = inquiry.page(&need)?;
        let more = page.more;
        let found: Vec<String> = page.records.iter().map(|fact| fact.key.into()).collect();
        let invites: Vec<String> =
            found.iter().filter_map(|key| keys::trailing_invite(key)).map(|id| keys::invite(&id)).collect();
        inquiry.want_all(&invites);
        inquiry.ready()?;
        let mut records = Vec::new();
        for key in &invites {
            // A list and its records are one snapshot; a key without its record is a torn store.
            let record: InviteRecord = inquiry.load(key)?.ok_or_else(|| fault(Code::CorruptRecord, key))?;
            let claims = record.invite.unverified_claims().ok_or_else(|| fault(Code::CorruptRecord, key))?;
            Holder::want(inquiry, &list.space, &claims.issuer);
            records.push((record, claims));
        }
        inquiry.ready()?;
        let mut items = Vec::new();
        for (record, claims) in &records {
            items.push(item_of(record, claims, state_of(inquiry, root, record, claims, now)?));
        }
        let next = if more { found.last().cloned().unwrap_or_default() } else { String::new() };
        Ok(Ruling::allow(rule::INVITES_LIST).replying(Reply::Invites(InvitePage { items, page: Page { next } })))
    })
}

fn page_need(list: &ListInvites, now: Timestamp) -> Result<PageNeed, Stop> {
    let (prefix, from, until) = match list.filter {
        InviteFilter::Live => {
            let prefix = keys::all_open_by_space(&list.space);
            let from = keys::not_expired_from(&prefix, now);
            (prefix, from, String::new())
        }
        InviteFilter::Expired => {
            let prefix = keys::all_open_by_space(&list.space);
            let until = keys::not_expired_from(&prefix, now);
            (prefix, String::new(), until)
        }
        InviteFilter::Closed => (keys::all_closed(&list.space), String::new(), String::new()),
    };
    let after = cursor(&list.paging, &prefix)?.max(from);
    Ok(PageNeed { prefix, after, until, limit: list.paging.limit.clamp(1, MOST), under: String::new() })
}

/// A cursor is the last key of the page before; another prefix is malformed.
pub(crate) fn cursor(paging: &Paging, prefix: &str) -> Result<String, Stop> {
    let after = &paging.after;
    if after.is_empty() || (after.starts_with(prefix) && keys::is_key(after)) {
        return Ok(after.clone());
    }
    Err(fault(Code::Malformed, "cursor"))
}

/// Shows one invite and who came through it.
pub(crate) fn show(request: &Request, show: &ShowInvite, inquiry: &mut Inquiry<'_>) -> Outcome {
    let key = keys::invite(&show.invite);
    let prefix = keys::invite_uses(&show.invite);
    let after = cursor(&show.paging, &prefix)?;
    let need = PageNeed { prefix, after, until: String::new(), limit: show.paging.limit.clamp(1, 1_000), under: String::new() };
    let wanted = Wanted { page: Some(&need), ..Wanted::records(core::slice::from_ref(&key)) };
    reading(request, inquiry, wanted, &mut |inquiry, caller, root| {
        let Some(record) = inquiry.load::<InviteRecord>(&key)? else {
            // Whoever may not see invites learns nothing about which exist.
            caller.require(Permission::Invite)?;
            return deny(Code::NotFound, rule::INVITES_UNKNOWN);
        };
        let claims = record.invite.unverified_claims().ok_or_else(|| fault(Code::CorruptRecord, &key))?;
        Holder::want(inquiry, &claims.space, &claims.issuer);
        caller.go(root, &claims.space, inquiry)?.require(Permission::Invite)?;
        let state = state_of(inquiry, root, &record, &claims, request.context.now)?;
        let page = inquiry.page(&need)?;
        let mut uses = Vec::new();
        for fact in &page.records {
            uses.push(use_of(fact.key, fact.value).ok_or_else(|| fault(Code::CorruptRecord, fact.key))?);
        }
        let next = if page.more { page.records.last().map(|fact| fact.key.into()).unwrap_or_default() } else { String::new() };
        let item = item_of(&record, &claims, state);
        let shown = InviteShown { item, invite: record.invite, uses, page: Page { next } };
        Ok(Ruling::allow(rule::INVITES_LIST).replying(Reply::InviteShown(Box::new(shown))))
    })
}

fn use_of(key: &str, value: Option<&[u8]>) -> Option<UseItem> {
    use crate::record::Stored;
    let account = crate::SignKey::from_hex(key.get(key.len().checked_sub(64)?..)?).ok()?;
    let Use { incarnation, handle, at, code, decision, receipt: _ } = Use::from_stored(value?).ok()?;
    Some(UseItem { account, incarnation, handle, at, code, decision })
}

/// What has become of an invite, for people who manage invites.
pub(crate) fn state_of(
    inquiry: &Inquiry<'_>,
    root: &Root,
    record: &InviteRecord,
    claims: &Claims,
    now: Timestamp,
) -> Result<InviteState, Stop> {
    let issuer = Holder::load(root, &claims.issuer, inquiry)?;
    Ok(match life(record, claims, now) {
        InviteLife::Cancelled => InviteState::Cancelled,
        InviteLife::Expired | InviteLife::Unreadable => InviteState::Expired,
        InviteLife::UsedUp => InviteState::UsedUp,
        InviteLife::Void => InviteState::IssuerLostAuthority,
        InviteLife::Live => match authority(root, &issuer, record, claims, now) {
            Issuer::Holds => InviteState::Live,
            Issuer::Revoked | Issuer::Deleted | Issuer::OtherEpoch | Issuer::NotAllowed | Issuer::OwnerExists => {
                InviteState::IssuerLostAuthority
            }
        },
    })
}

/// An invite as inviters see it.
pub(crate) fn item_of(record: &InviteRecord, claims: &Claims, state: InviteState) -> InviteItem {
    InviteItem {
        invite: claims.invite,
        state,
        space: claims.space,
        role: claims.role,
        max_uses: claims.max_uses,
        uses: record.uses,
        expires: claims.expires,
        label: record.label.clone(),
        greeting: claims.greeting.clone(),
        issuer: claims.issuer,
        issuer_handle: claims.issuer_handle.clone(),
        minted_at: record.minted_at,
        salt: record.salt,
    }
}

//! Register: adds an account without an invite. Prove: that account supplies its own signature over its keys.

use super::accounts::replying;
use super::arrival::{new_account, seat_directly};
use super::caller::{Wanted, writing};
use super::inquiry::Inquiry;
use super::place::{Counts, Holder};
use super::redeem::good_keys;
use super::{Outcome, Ruling, deny, fault};
use crate::check::{Check, Proof};
use crate::code::Code;
use crate::id::SpaceId;
use crate::record::{Via, keys};
use crate::role::Permission;
use crate::rule;
use crate::statement::{AccountStatement, Domain};
use crate::text::Kind;
use crate::wire::{EventKind, Prove, Register, Request};

/// Decides a register.
pub(crate) fn decide(request: &Request, register: &Register, inquiry: &mut Inquiry<'_>) -> Outcome {
    let Register { sign_key, kex_key, handle } = register;
    let (good_sign, good_kex) = (inquiry.check(Check::SignKey(*sign_key)), inquiry.check(Check::KexKey(*kex_key)));
    let named = inquiry.check_text(Kind::Handle, handle);
    let wanted = [keys::account(sign_key), keys::members(&SpaceId::SERVER)];
    writing(request, inquiry, Wanted::records(&wanted), &mut |inquiry, caller, root| {
        caller.require(Permission::ManageAccounts)?;
        good_keys(good_sign, good_kex, rule::REGISTER_KEYS)?;
        if !named {
            return deny(Code::BadText, rule::REGISTER_TEXT);
        }
        let now = request.context.now;
        let mut holder = Holder::load(root, sign_key, inquiry)?;
        if holder.record.account.is_some() {
            return deny(Code::AccountExists, rule::REGISTER_EXISTS);
        }
        if holder.record.is_banned(now) {
            return deny(Code::Banned, rule::REGISTER_BANNED);
        }
        let counts = Counts::load(&SpaceId::SERVER, sign_key, inquiry)?;
        if root.space.max_members != 0 && counts.members.members >= root.space.max_members {
            return deny(Code::SpaceFull, rule::REGISTER_FULL);
        }
        let mut ruling = Ruling::allow(rule::REGISTER_DONE);
        let account = new_account(&request.context, *kex_key, handle.clone(), Via::Direct, caller.key);
        seat_directly(&mut ruling, &request.context, &mut holder, account, counts);
        for kind in [EventKind::AccountRegistered, EventKind::MemberJoined] {
            ruling.tell(kind, SpaceId::SERVER, Some(*sign_key), None);
        }
        Ok(replying(ruling, sign_key, &holder.record, now))
    })
}

/// Decides a prove.
pub(crate) fn prove(request: &Request, prove: &Prove, inquiry: &mut Inquiry<'_>) -> Outcome {
    writing(request, inquiry, Wanted::records(&[]), &mut |inquiry, caller, _root| {
        let statement =
            AccountStatement { server: request.context.server, sign_key: caller.key, kex_key: caller.account.kex_key };
        let good = inquiry.check_signature(caller.key, Domain::Account.statement(&statement), Proof::Inline(prove.binding));
        inquiry.ready()?;
        if !good {
            return deny(Code::Unauthenticated, rule::PROVE_SIGNATURE);
        }
        let mut ruling = Ruling::allow(rule::PROVE_DONE);
        let mut record = caller.record.clone();
        let Some(account) = record.account.as_mut() else {
            return Err(fault(Code::Undecidable, "caller without account"));
        };
        if account.binding.is_none() {
            account.binding = Some(prove.binding);
            ruling.put(keys::account(&caller.key), &record);
            ruling.tell(EventKind::AccountProved, SpaceId::SERVER, Some(caller.key), None);
        }
        Ok(ruling)
    })
}

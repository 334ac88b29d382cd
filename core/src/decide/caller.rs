//! Who is asking: the signature, its freshness, the account's standing, and request ids of writes.

use super::inquiry::{Inquiry, Root};
use super::{Halt, Outcome, Ruling, Stop, deny};
use crate::check::Proof;
use crate::code::Code;
use crate::digest::{Sha256Digest, sha256};
use crate::http_signature::Covered;
use crate::id::DecisionId;
use crate::key::{Nonce, SignKey};
use crate::record::{Account, KeyRecord, REFUSALS_KEPT, RefusalCount, RequestRecord, keys};
use crate::role::{Permission, PlaceKind, Role};
use crate::rule;
use crate::statement::Domain;
use crate::time::Timestamp;
use crate::wire::{Asker, Command, Context, HttpAuth, PageNeed, Reply, Request, Verdict, Writer, encode};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// For how many seconds either way a signed statement is fresh.
pub(crate) const FRESH: u64 = 300;

/// An active, unbanned member that proved to be asking.
pub(crate) struct Caller {
    pub(crate) key: SignKey,
    pub(crate) record: KeyRecord,
    pub(crate) account: Account,
    pub(crate) role: Role,
}

impl Caller {
    /// Whether the caller's role in the server space allows this.
    pub(crate) fn allows(&self, permission: Permission) -> bool {
        self.role.allows(PlaceKind::Server, permission)
    }

    /// Refuses unless it does.
    pub(crate) fn require(&self, permission: Permission) -> Result<(), Stop> {
        if self.allows(permission) { Ok(()) } else { deny(Code::MissingPermission, rule::ASK_PERMISSION) }
    }
}

/// What a verb will look at, fetched together with the caller's own record once the signature is good.
#[derive(Default)]
pub(crate) struct Wanted<'w> {
    pub(crate) records: &'w [String],
    pub(crate) page: Option<&'w PageNeed>,
}

impl<'w> Wanted<'w> {
    pub(crate) fn records(records: &'w [String]) -> Self {
        Self { records, page: None }
    }

    pub(crate) fn page(page: &'w PageNeed) -> Self {
        Self { records: &[], page: Some(page) }
    }
}

/// Runs a verb that only reads, for a caller who proved who he is.
pub(crate) fn reading(
    request: &Request,
    inquiry: &mut Inquiry<'_>,
    wanted: Wanted<'_>,
    verb: &mut dyn FnMut(&mut Inquiry<'_>, &Caller, &Root) -> Outcome,
) -> Outcome {
    let auth = proven(request, inquiry)?;
    let (caller, root) = known(request, auth, inquiry, wanted)?;
    verb(inquiry, &caller, &root)
}

/// Runs a verb that writes: repeats the answer of a repeated request, records the answer of a new one, refusals
/// included.
pub(crate) fn writing(
    request: &Request,
    inquiry: &mut Inquiry<'_>,
    wanted: &[String],
    verb: &mut dyn FnMut(&mut Inquiry<'_>, &Caller, &mut Root) -> Outcome,
) -> Outcome {
    let auth = proven(request, inquiry)?;
    let id = RequestId { key: auth.key, nonce: auth.nonce, created: auth.created, content: content_of(auth) };
    let refusals = keys::refusals(&auth.key);
    let wanted: Vec<String> = wanted.iter().cloned().chain([id.storage_key(), refusals.clone()]).collect();
    let (caller, mut root) = known(request, auth, inquiry, Wanted::records(&wanted))?;
    id.not_used(inquiry)?;
    let mut ruling = match verb(inquiry, &caller, &mut root) {
        Ok(ruling) => ruling,
        Err(stop) => match *stop {
            Halt::Ruled(ruling) => ruling,
            other => return Err(Box::new(other)),
        },
    };
    if ruling.verdict == Verdict::Deny && ruling.writes.is_empty() {
        let mut count: RefusalCount = inquiry.load_or_default(&refusals)?;
        let hour = request.context.now.0 / 3600;
        if count.hour != hour {
            count = RefusalCount { hour, count: 0 };
        }
        if count.count >= REFUSALS_KEPT {
            return Ok(ruling);
        }
        count.count += 1;
        ruling.put(refusals, &count);
    }
    ruling.about(caller.key);
    // The root last: whatever is committed, and be it only the answer, was decided at a time that counts.
    Ok(root.save(&request.context, id.record(request, ruling)))
}

/// The signature is good and fresh. Asked before any record, so that a stranger causes no read.
pub(crate) fn proven<'r>(request: &'r Request, inquiry: &mut Inquiry<'_>) -> Result<&'r HttpAuth, Stop> {
    let auth = match &request.asker {
        Asker::Account(auth) => auth,
        Asker::Stranger | Asker::Service | Asker::Operator => return deny(Code::Unauthenticated, rule::ASK_SIGNATURE),
    };
    let covered = Covered {
        method: &auth.method,
        target_uri: &auth.target_uri,
        content_digest: auth.content_digest.as_ref(),
        created: auth.created,
        nonce: &auth.nonce,
        key: &auth.key,
    };
    if Covered::has_body(&auth.method) != auth.content_digest.is_some() {
        return deny(Code::Unauthenticated, rule::ASK_SIGNATURE);
    }
    let signed = Domain::Http.signed_bytes(covered.base().as_bytes());
    let good = inquiry.check_signature(auth.key, signed, Proof::Attached(auth.signature));
    inquiry.ready()?;
    if !good {
        return deny(Code::Unauthenticated, rule::ASK_SIGNATURE);
    }
    fresh(&request.context, auth.created)?;
    Ok(auth)
}

/// Refuses what was signed too long ago or too far ahead, and tells the server's time.
pub(crate) fn fresh(context: &Context, created: Timestamp) -> Result<(), Stop> {
    if created.distance(context.now) <= FRESH {
        return Ok(());
    }
    Err(Ruling::deny(Code::StaleRequest, rule::ASK_FRESH).replying(Reply::Stale(context.now)).stop())
}

/// The signer is an active, unbanned member.
fn known(request: &Request, auth: &HttpAuth, inquiry: &mut Inquiry<'_>, wanted: Wanted<'_>) -> Result<(Caller, Root), Stop> {
    let own = keys::account(&auth.key);
    inquiry.want(keys::SERVER);
    inquiry.want(&own);
    wanted.records.iter().for_each(|key| inquiry.want(key));
    if let Some(page) = wanted.page {
        inquiry.want_page(page);
    }
    inquiry.ready()?;
    let root = inquiry.root(&request.context)?;
    let record: KeyRecord = inquiry.load_or_default(&own)?;
    let Some(account) = record.account.clone() else {
        return deny(Code::Unauthenticated, rule::ASK_KNOWN);
    };
    if let Some(code) = fallen(&record, &account, request.context.now) {
        return deny(code, rule::ASK_STANDING);
    }
    let Some(role) = record.current_seat().map(|seat| seat.role) else {
        return deny(Code::NotAMember, rule::ASK_MEMBER);
    };
    if !root.server.restore_reviewed && !may_review(role, &request.command) {
        return deny(Code::RestoreUnreviewed, rule::ASK_REVIEWED);
    }
    Ok((Caller { key: auth.key, record, account, role }, root))
}

/// Whether an account may ask this of a state that was put back and not accepted yet. Account managers look around, and
/// take away again what came back with it; nobody is let in, and nothing is given or deleted.
fn may_review(role: Role, command: &Command) -> bool {
    let looks = matches!(command, Command::ListInvites(_) | Command::ShowInvite(_) | Command::ShowAccount(_))
        || matches!(
            command,
            Command::ListAccounts(_)
                | Command::IsAuthorized(_)
                | Command::HasAdmin
                | Command::Can(_)
                | Command::Audit
                | Command::ShowSpace(_)
                | Command::ListBans(_)
                | Command::ListAllowed(_)
        );
    let takes = match command {
        Command::CancelInvite(_) | Command::Revoke(_) | Command::Kick(_) | Command::Ban(_) | Command::Disallow(_) => true,
        Command::SetRole(set) => set.role == Role::Member,
        _ => false,
    };
    (looks || takes) && role.allows(PlaceKind::Server, Permission::ManageAccounts)
}

/// Why an account may do nothing at all, if so.
pub(crate) fn fallen(record: &KeyRecord, account: &Account, now: Timestamp) -> Option<Code> {
    match account.standing {
        crate::record::Standing::Revoked => Some(Code::AccountRevoked),
        crate::record::Standing::Active if record.is_banned(now) => Some(Code::Banned),
        crate::record::Standing::Active => None,
    }
}

/// What a signed request asks, apart from when: method, target and body.
pub(crate) fn content_of(auth: &HttpAuth) -> Sha256Digest {
    sha256(&[&encode(&auth.method), &encode(&auth.target_uri), &encode(&auth.content_digest)])
}

/// The id of a write.
pub(crate) struct RequestId {
    pub(crate) key: SignKey,
    pub(crate) nonce: Nonce,
    pub(crate) created: Timestamp,
    pub(crate) content: Sha256Digest,
}

impl RequestId {
    pub(crate) fn storage_key(&self) -> String {
        keys::request_id(&self.key, &self.nonce)
    }

    /// Repeats the answer if this very request was answered before; refuses other content under the same id.
    pub(crate) fn not_used(&self, inquiry: &Inquiry<'_>) -> Result<(), Stop> {
        match inquiry.load::<RequestRecord>(&self.storage_key())? {
            None => Ok(()),
            Some(before) if before.content == self.content => {
                Err(Box::new(Halt::Repeat { allowed: before.allowed, answer: before.answer }))
            }
            Some(_) => deny(Code::RequestIdReused, rule::ASK_REPEAT),
        }
    }

    /// Adds the id and the answer to a ruling that writes.
    pub(crate) fn record(&self, request: &Request, mut ruling: Ruling) -> Ruling {
        if ruling.writes.is_empty() && ruling.verdict == Verdict::Deny {
            return ruling;
        }
        let mut answer = Writer::default();
        ruling.encode(DecisionId::fresh(&request.context.entropy), false, &mut answer);
        let allowed = ruling.verdict == Verdict::Allow;
        let record = RequestRecord { content: self.content, created: self.created, allowed, answer: answer.into_bytes() };
        ruling.put(self.storage_key(), &record);
        ruling
    }
}

//! Who is asking: the signature, its freshness, the account's standing, and request ids of writes.

use super::inquiry::{Inquiry, Root};
use super::{Halt, Outcome, Ruling, Stop, deny, place};
use crate::check::Proof;
use crate::code::Code;
use crate::digest::{Sha256Digest, sha256};
use crate::http_signature::Covered;
use crate::id::{DecisionId, SpaceId};
use crate::key::{Nonce, SignKey};
use crate::record::{Account, KeyRecord, MemberRecord, REFUSALS_KEPT, RefusalCount, RequestRecord, keys};
use crate::role::{Actor, Permission, PlaceKind, Role};
use crate::rule;
use crate::statement::Domain;
use crate::time::Timestamp;
use crate::wire::{Asker, Command, Context, HttpAuth, PageNeed, Reply, Request, Verdict, Writer, encode};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// For how many seconds either way a signed statement is fresh.
pub(crate) const FRESH: u64 = 300;

/// An active, unbanned member of the server that proved to be asking, in the space that is asked about.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) key: SignKey,
    pub(crate) record: KeyRecord,
    pub(crate) account: Account,
    /// The role at the server.
    pub(crate) role: Role,
    /// All about the caller in the space.
    pub(crate) there: MemberRecord,
    /// As what the caller acts in the space.
    pub(crate) actor: Actor,
}

impl Caller {
    /// Whether the caller may do this in the space.
    pub(crate) fn allows(&self, permission: Permission) -> bool {
        self.actor.allows(permission)
    }

    /// Whether the caller's role at the server allows this.
    pub(crate) fn allows_at_server(&self, permission: Permission) -> bool {
        self.role.allows(PlaceKind::Server, permission)
    }

    /// Refuses unless the caller may do this in the space.
    pub(crate) fn require(&self, permission: Permission) -> Result<(), Stop> {
        if self.allows(permission) { Ok(()) } else { deny(Code::MissingPermission, rule::ASK_PERMISSION) }
    }

    /// Goes to the space of an invite, once it is known which that is.
    pub(crate) fn go(&self, root: &mut Root, space: &SpaceId, inquiry: &mut Inquiry<'_>) -> Result<Caller, Stop> {
        want_space(inquiry, space, &self.key);
        inquiry.ready()?;
        let exists = root.go(space, inquiry)?;
        let (there, actor) = place::stand(root, &self.key, &self.record, exists, inquiry)?;
        Ok(Caller { there, actor, ..self.clone() })
    }

    /// The authority epoch that claims of the caller's name, in the space.
    pub(crate) fn epoch(&self) -> u32 {
        self.account.epoch.wrapping_add(self.there.epoch)
    }
}

/// What a verb will look at, fetched together with the caller's own record once the signature is good.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'w> {
    pub(crate) space: SpaceId,
    pub(crate) records: &'w [String],
    pub(crate) page: Option<&'w PageNeed>,
}

impl<'w> Wanted<'w> {
    /// Records, for a verb of the server.
    pub(crate) fn records(records: &'w [String]) -> Self {
        Self::of(&SpaceId::SERVER, records)
    }

    /// Records, for a verb of this space.
    pub(crate) fn of(space: &SpaceId, records: &'w [String]) -> Self {
        Self { space: *space, records, page: None }
    }

    /// A page, for a verb of this space.
    pub(crate) fn page(space: &SpaceId, page: &'w PageNeed) -> Self {
        Self { space: *space, records: &[], page: Some(page) }
    }
}

/// Wants what says as what a key acts in a space.
pub(crate) fn want_space(inquiry: &mut Inquiry<'_>, space: &SpaceId, key: &SignKey) {
    if *space != SpaceId::SERVER {
        inquiry.want(&keys::space(space));
        inquiry.want(&keys::member(space, key));
    }
}

/// Runs a verb that only reads, for a caller who proved who he is.
pub(crate) fn reading(
    request: &Request,
    inquiry: &mut Inquiry<'_>,
    wanted: Wanted<'_>,
    verb: &mut dyn FnMut(&mut Inquiry<'_>, &Caller, &mut Root) -> Outcome,
) -> Outcome {
    let auth = proven(request, inquiry)?;
    let (caller, mut root, seen) = known(request, auth, inquiry, wanted)?;
    seen?;
    verb(inquiry, &caller, &mut root)
}

/// Runs a verb that writes: repeats the answer of a repeated request, records the answer of a new one, refusals
/// included.
pub(crate) fn writing(
    request: &Request,
    inquiry: &mut Inquiry<'_>,
    wanted: Wanted<'_>,
    verb: &mut dyn FnMut(&mut Inquiry<'_>, &Caller, &mut Root) -> Outcome,
) -> Outcome {
    let auth = proven(request, inquiry)?;
    let id = RequestId { key: auth.key, nonce: auth.nonce, created: auth.created, content: content_of(auth) };
    let refusals = keys::refusals(&auth.key);
    let records: Vec<String> = wanted.records.iter().cloned().chain([id.storage_key(), refusals.clone()]).collect();
    let (caller, mut root, seen) = known(request, auth, inquiry, Wanted { records: &records, ..wanted })?;
    id.not_used(inquiry)?;
    let mut ruling = match seen.and_then(|()| verb(inquiry, &caller, &mut root)) {
        Ok(ruling) => ruling,
        Err(stop) => match *stop {
            Halt::Ruled(ruling) => ruling,
            other => return Err(Box::new(other)),
        },
    };
    if ruling.verdict == Verdict::Deny {
        root.forget();
    }
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

/// The signer is an active, unbanned member of the server. Beside that: whether the space is one that he may see.
fn known(
    request: &Request,
    auth: &HttpAuth,
    inquiry: &mut Inquiry<'_>,
    wanted: Wanted<'_>,
) -> Result<(Caller, Root, Result<(), Stop>), Stop> {
    let own = keys::account(&auth.key);
    inquiry.want(keys::SERVER);
    inquiry.want(&own);
    want_space(inquiry, &wanted.space, &auth.key);
    inquiry.want_all(wanted.records);
    if let Some(page) = wanted.page {
        inquiry.want_page(page);
    }
    inquiry.ready()?;
    let mut root = inquiry.root(&request.context)?;
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
    let exists = root.go(&wanted.space, inquiry)?;
    let (there, actor) = place::stand(&root, &auth.key, &record, exists, inquiry)?;
    let seen = if exists && place::is_visible(&root, actor, there.allowlisted_by(Some(&account))) {
        Ok(())
    } else {
        deny(Code::NotFound, rule::SPACE_UNKNOWN)
    };
    Ok((Caller { key: auth.key, record, account, role, there, actor }, root, seen))
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
                | Command::ListSpaces(_)
                | Command::ListMembers(_)
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

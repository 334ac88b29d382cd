//! Where records are: ASCII keys of fixed-width lower-case hexadecimal parts joined by dots, at most 160 bytes, the
//! same text in SQLite and as a NATS subject.
//!
//! | key | record |
//! |---|---|
//! | `a.<pub>` | all about one key at the server: account, seat, ban, allowlisted ([`KeyRecord`](super::KeyRecord)) |
//! | `m.<space>.<pub>` | the same in a network, whose account is the server's ([`MemberRecord`](super::MemberRecord)) |
//! | `b.<pub>` | in how many networks a key is ([`MemberCount`](super::MemberCount)) |
//! | `b.<pub>.<space>` | that a key is in a network (empty record) |
//! | `i.<pub>` | the directed invites of a key ([`Inbox`](super::Inbox)) |
//! | `u.01.<name>` | whose a network's name is ([`Named`](super::Named)) |
//! | `s.<space>` | a space's root; the server's also holds owner, restore epoch and highest time ([`Space`](super::Space)) |
//! | `n.<space>` | exact member count and roster revision ([`MemberCount`](super::MemberCount)) |
//! | `o.<space>.<joined>.<pub>` | the roster, in order of joining (empty record) |
//! | `ban.<space>.<pub>` | that a key was barred from a space; the ban stands in the record of the key (empty record) |
//! | `allow.<space>.<pub>` | that a key is on a space's allowlist, likewise (empty record) |
//! | `v.<invite>` | an invite ([`InviteRecord`](super::InviteRecord)) |
//! | `w.<invite>.<pub>` | a use and its answer ([`Use`](super::Use)) |
//! | `q.<issuer>` | count of open invites ([`OpenCount`](super::OpenCount)) |
//! | `x.<issuer>.<expiry>.<invite>` | open invites of an issuer, by expiry (empty record) |
//! | `y.<space>.<expiry>.<invite>` | open invites of a space, by expiry (empty record) |
//! | `z.<space>.<closed>.<invite>` | closed invites of a space, by closing time ([`Closed`](super::Closed)) |
//! | `r.<pub>.<nonce>` | a request id and its answer ([`RequestRecord`](super::RequestRecord)) |
//! | `f.<pub>` | refused writes recorded this hour ([`RefusalCount`](super::RefusalCount)) |
//! | `t.<id>` | an unfinished job ([`Job`](super::Job)) |
//! | `d.<id>` | a decision record ([`DecisionRecord`](super::DecisionRecord)) |
//! | `c.<id>` | its contents, erasable ([`Contents`](super::Contents)) |
//! | `c.<id>.1`, `c.<id>.2` … | what does not fit into one record of them; erased with the first |
//! | `j.<pub>.<id>` | which decisions are about a key ([`Involved`](super::Involved)) |
//! | `k.<sequence>` | a signed checkpoint of the history |
//! | `p.<digest>.0`, `p.<digest>.1` … | a policy build that has decided, in parts |
//! | `g.00` | the host's own, rewritten to find out whether the store commits |
//! | `g.01` | the host's own: a high-water mark is kept outside the store |
//!
//! Reserved for rooms and roles: `e`, `h`, `l`; other kinds of names below `u`.

use crate::digest::push_hex;
use crate::id::{DecisionId, InviteId, SpaceId};
use crate::key::{Nonce, SignKey};
use crate::time::{Expiry, Timestamp};
use alloc::string::String;
use alloc::vec::Vec;

/// The most bytes a key may have.
pub const LONGEST: usize = 160;

/// A key of one part.
#[inline]
fn part(letter: &str, bytes: &[u8]) -> String {
    parts(letter, &[bytes])
}

/// A key of several parts, joined by dots.
#[inline]
fn parts(letter: &str, parts: &[&[u8]]) -> String {
    let mut key = Vec::with_capacity(letter.len() + parts.iter().map(|part| 2 * part.len() + 1).sum::<usize>());
    key.extend_from_slice(letter.as_bytes());
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            key.push(b'.');
        }
        push_hex(&mut key, part);
    }
    String::from_utf8(key).unwrap_or_default()
}

/// Everything below a key's first part.
fn below(letter: &str, bytes: &[u8]) -> String {
    parts(letter, &[bytes, &[]])
}

/// A time as five bytes, which sort as times do.
fn time(at: Timestamp) -> [u8; 5] {
    Expiry::At(at).to_bytes()
}

/// All about one key at the server.
#[inline]
pub fn account(key: &SignKey) -> String {
    part("a.", &key.0)
}
/// Every key known to the server.
pub const ACCOUNTS: &str = "a.";
/// All about one key in a network.
pub fn member(space: &SpaceId, key: &SignKey) -> String {
    parts("m.", &[&space.0, &key.0])
}
/// All about every key in a network.
pub fn all_members(space: &SpaceId) -> String {
    below("m.", &space.0)
}
/// In how many networks a key is.
pub fn joined(key: &SignKey) -> String {
    part("b.", &key.0)
}
/// That a key is in a network.
pub fn joined_space(key: &SignKey, space: &SpaceId) -> String {
    parts("b.", &[&key.0, &space.0])
}
/// Every network a key is in.
pub fn all_joined(key: &SignKey) -> String {
    below("b.", &key.0)
}
/// The directed invites of a key.
pub fn inbox(key: &SignKey) -> String {
    part("i.", &key.0)
}
/// Whose a network's name is.
pub fn name(name: &str) -> String {
    part(NAMES, name.as_bytes())
}
/// The names of all networks.
pub const NAMES: &str = "u.01.";
/// A space's root.
pub fn space(space: &SpaceId) -> String {
    part("s.", &space.0)
}
/// The server's root. (Spelled out because every decision reads it.)
pub const SERVER: &str = "s.00000000000000000000000000000000";
/// A space's roster.
pub fn all_roster(space: &SpaceId) -> String {
    below("o.", &space.0)
}
/// A space's member count.
pub fn members(space: &SpaceId) -> String {
    part("n.", &space.0)
}
/// A seat in the roster.
pub fn roster(space: &SpaceId, joined: Timestamp, key: &SignKey) -> String {
    parts("o.", &[&space.0, &time(joined), &key.0])
}
/// That a key was barred from a space.
pub fn banned(space: &SpaceId, key: &SignKey) -> String {
    parts("ban.", &[&space.0, &key.0])
}
/// All keys that were barred from a space.
pub fn all_banned(space: &SpaceId) -> String {
    below("ban.", &space.0)
}
/// That a key is on a space's allowlist.
pub fn allowed(space: &SpaceId, key: &SignKey) -> String {
    parts("allow.", &[&space.0, &key.0])
}
/// A space's allowlist.
pub fn all_allowed(space: &SpaceId) -> String {
    below("allow.", &space.0)
}
/// An invite.
pub fn invite(invite: &InviteId) -> String {
    part("v.", &invite.0)
}
/// A use of an invite by a key.
pub fn invite_use(invite: &InviteId, key: &SignKey) -> String {
    parts("w.", &[&invite.0, &key.0])
}
/// All uses of an invite.
pub fn invite_uses(invite: &InviteId) -> String {
    below("w.", &invite.0)
}
/// Count of an issuer's open invites.
pub fn open_count(issuer: &SignKey) -> String {
    part("q.", &issuer.0)
}
/// The counts of all issuers.
pub const OPEN_COUNTS: &str = "q.";
/// An open invite of an issuer.
pub fn open_by_issuer(issuer: &SignKey, expires: Expiry, invite: &InviteId) -> String {
    parts("x.", &[&issuer.0, &expires.to_bytes(), &invite.0])
}
/// All open invites of an issuer.
pub fn all_open_by_issuer(issuer: &SignKey) -> String {
    below("x.", &issuer.0)
}
/// An open invite of a space.
pub fn open_by_space(space: &SpaceId, expires: Expiry, invite: &InviteId) -> String {
    parts("y.", &[&space.0, &expires.to_bytes(), &invite.0])
}
/// All open invites of a space.
pub fn all_open_by_space(space: &SpaceId) -> String {
    below("y.", &space.0)
}
/// A closed invite of a space.
pub fn closed(space: &SpaceId, at: Timestamp, invite: &InviteId) -> String {
    parts("z.", &[&space.0, &time(at), &invite.0])
}
/// All closed invites of a space.
pub fn all_closed(space: &SpaceId) -> String {
    below("z.", &space.0)
}
/// Where keys with an expiry after `now` begin, below an `x.` or `y.` prefix: everything before this has expired.
pub fn not_expired_from(prefix: &str, now: Timestamp) -> String {
    parts(prefix, &[&time(now.plus(1))])
}
/// All request ids.
pub const REQUEST_IDS: &str = "r.";
/// A request id.
pub fn request_id(key: &SignKey, nonce: &Nonce) -> String {
    parts("r.", &[&key.0, &nonce.0])
}
/// Refused writes of an account.
pub fn refusals(key: &SignKey) -> String {
    part("f.", &key.0)
}
/// An unfinished job.
pub fn job(id: &DecisionId) -> String {
    part("t.", &id.0)
}
/// All unfinished jobs.
pub const JOBS: &str = "t.";
/// A decision record.
pub fn decision(id: &DecisionId) -> String {
    part("d.", &id.0)
}
/// All decision records.
pub const DECISIONS: &str = "d.";
/// The erasable contents of a decision record.
pub fn contents(id: &DecisionId) -> String {
    part("c.", &id.0)
}
/// That a decision is about a key.
pub fn involved(key: &SignKey, id: &DecisionId) -> String {
    parts("j.", &[&key.0, &id.0])
}
/// A signed checkpoint.
pub fn checkpoint(sequence: u64) -> String {
    part("k.", &sequence.to_be_bytes())
}
/// All checkpoints.
pub const CHECKPOINTS: &str = "k.";
/// A policy build.
pub fn policy(digest: &[u8; 32]) -> String {
    part("p.", digest)
}

/// Whether this could be a key: [`LONGEST`] at most, of lower-case letters, digits and dots.
pub(crate) fn is_key(text: &str) -> bool {
    text.len() <= LONGEST && text.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'.')
}

/// The last part of a key, read as a public key.
pub fn trailing_key(key: &str) -> Option<SignKey> {
    SignKey::from_hex(key.get(key.len().checked_sub(64)?..)?).ok()
}

/// The last part of a key, read as a space id.
pub fn trailing_space(key: &str) -> Option<SpaceId> {
    SpaceId::from_hex(key.get(key.len().checked_sub(32)?..)?)
}

/// The last part of a key, read as an invite id.
pub fn trailing_invite(key: &str) -> Option<InviteId> {
    InviteId::from_hex(key.get(key.len().checked_sub(32)?..)?)
}

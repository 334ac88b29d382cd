//! Stored records: every schema that was ever written stays readable. A golden line, once released, is never changed or
//! removed; a new schema adds lines.

use crate::files::{blessing, golden, read, unhex};
use crate::kit::Person;
use crate::kit::ask::hex;
use crate::statements;
use doorward_core::check::CheckResult;
use doorward_core::claims::SignedClaims;
use doorward_core::record::{
    Account, Allowed, Ban, CheckRef, ChildRoot, Closed, ClosingIn, ClosingJob, Contents, DecisionRecord, FactRef, FactSource,
    Inbox, InviteRecord, Involved, Job, JobKind, JoinRule, KeyRecord, MemberCount, MemberRecord, MovingJob, Named, Offer,
    OpenCount, PageRef, Pause, RefusalCount, RequestRecord, Seat, ServerRoot, Space, Standing, Stored, Use, Via,
};
use doorward_core::role::Role;
use doorward_core::time::{Expiry, Timestamp};
use doorward_core::wire::{PageNeed, Verdict};
use doorward_core::{Code, DecisionId, Incarnation, InviteId, Signature, SpaceId};
use std::collections::{BTreeMap, BTreeSet};

/// Reads a stored record of this type and writes it again.
type Again = fn(&[u8]) -> Option<Vec<u8>>;

fn again<T: Stored>(bytes: &[u8]) -> Option<Vec<u8>> {
    T::from_stored(bytes).ok().map(|record| record.to_stored())
}

#[derive(Default)]
struct Book {
    lines: Vec<Vec<String>>,
    readers: BTreeMap<&'static str, Again>,
}

impl Book {
    fn add<T: Stored + PartialEq + std::fmt::Debug>(&mut self, kind: &'static str, name: &str, record: &T) {
        let bytes = record.to_stored();
        assert_eq!(T::from_stored(&bytes).as_ref(), Ok(record), "{kind} {name}");
        self.lines.push(vec![kind.into(), bytes[0].to_string(), name.into(), hex(&bytes)]);
        self.readers.insert(kind, again::<T>);
    }
}

fn key_records(book: &mut Book) {
    let (who, by) = (Person::new("Žofie"), Person::new("owner").key());
    let account = Account {
        kex_key: who.kex_key(),
        binding: Some(Signature([3; 64])),
        handle: "Žofie".into(),
        standing: Standing::Active,
        incarnation: Incarnation([1; 16]),
        epoch: 0,
        created_at: Timestamp(1_795_147_200),
        via: Via::Invite(InviteId([2; 16])),
        invited_by: by,
        decision: DecisionId([4; 16]),
    };
    let seat = Seat {
        incarnation: Incarnation([1; 16]),
        role: Role::Member,
        tags: vec!["night".into()],
        joined_at: Timestamp(9),
        via: account.via,
    };
    let ban = |until| Some(Ban { reason: "spam".into(), by, since: Timestamp(5), until });
    book.add("KeyRecord", "empty", &KeyRecord::default());
    let member = KeyRecord { account: Some(account.clone()), seat: Some(seat.clone()), ..KeyRecord::default() };
    book.add("KeyRecord", "member", &member);
    let account = Account { binding: None, standing: Standing::Revoked, epoch: 7, via: Via::Direct, ..account };
    let revoked = KeyRecord { account: Some(account), spaces_owned: 2, ban: ban(Expiry::At(Timestamp(10))), ..member.clone() };
    book.add("KeyRecord", "revoked-and-banned", &revoked);
    let deleted = KeyRecord { account: None, seat: Some(Seat { role: Role::Admin, ..seat }), ..member };
    book.add("KeyRecord", "deleted", &deleted);
    let barred = KeyRecord { ban: ban(Expiry::Never), allowlisted_by: Some(by), ..KeyRecord::default() };
    book.add("KeyRecord", "barred", &barred);
}

fn spaces(book: &mut Book) {
    let by = Person::new("owner").key();
    let server = ServerRoot {
        key: Person::new("the server").key(),
        owner_invite: Some(InviteId([5; 16])),
        restore_epoch: 1,
        restore_reviewed: false,
        highest_now: Timestamp(1_795_147_200),
    };
    let mut space = Space {
        name: "Vector server".into(),
        join_rule: JoinRule::Invite,
        max_members: 100,
        description: "for vectors".into(),
        governed: true,
        pause: Pause::Until(Timestamp(77)),
        owner: None,
        server: Some(server),
        child: None,
    };
    book.add("Space", "server", &space);
    for (name, rule) in
        [("open", JoinRule::Open), ("token", JoinRule::Token), ("allowlist", JoinRule::Allowlist), ("closed", JoinRule::Closed)]
    {
        (space.join_rule, space.server, space.owner) = (rule, None, Some(by));
        space.pause = if name == "open" { Pause::No } else { Pause::UntilLifted };
        book.add("Space", name, &space);
    }
    (space.join_rule, space.child) =
        (JoinRule::Invite, Some(ChildRoot { listed: true, era: 2, since: Timestamp(5), remembered: Incarnation([3; 16]) }));
    book.add("Space", "network", &space);
    let offer = Offer {
        id: InviteId([5; 16]),
        incarnation: Incarnation([1; 16]),
        space: SpaceId([4; 16]),
        role: Role::Member,
        issuer: by,
        issuer_incarnation: Incarnation([2; 16]),
        issuer_epoch: 3,
        restore_epoch: 1,
        expires: Timestamp(9),
    };
    book.add("Inbox", "one", &Inbox { offers: vec![offer] });
    book.add("Named", "a-network", &Named { space: SpaceId([4; 16]) });
    book.add("MemberCount", "two-networks", &MemberCount { members: 2, revision: 5 });
    let seat = Seat {
        incarnation: Incarnation([1; 16]),
        role: Role::Admin,
        tags: vec!["tea".into()],
        joined_at: Timestamp(6),
        via: Via::Direct,
    };
    let ban = Ban { reason: "loud".into(), by, since: Timestamp(7), until: Expiry::Never };
    let whole = MemberRecord {
        seat: Some(seat),
        ban: Some(ban),
        allowlisted: Some(Allowed { by, incarnation: Incarnation::NONE }),
        epoch: 3,
        era: 2,
    };
    book.add("MemberRecord", "whole", &whole);
    book.add("MemberRecord", "bare", &MemberRecord::default());
    book.add("MemberCount", "three", &MemberCount { members: 3, revision: 9 });
    let closing = ClosingJob { issuer: by, incarnation: Incarnation([1; 16]), after: "x.after".into() };
    let space = SpaceId([4; 16]);
    let moving = MovingJob { from: by, to: by, incarnation: Incarnation([1; 16]), after: "b.after".into() };
    for (name, kind) in [
        ("close-invites", JobKind::CloseInvites(closing.clone())),
        ("close-invites-in", JobKind::CloseInvitesIn(ClosingIn { space, closing })),
        ("clear-space", JobKind::ClearSpace(space)),
        ("leave-spaces", JobKind::LeaveSpaces(moving.clone())),
        ("move-spaces", JobKind::MoveSpaces(moving)),
    ] {
        book.add("Job", name, &Job { kind, since: Timestamp(3) });
    }
}

fn invites(book: &mut Book) {
    let by = Person::new("owner").key();
    let invite =
        SignedClaims { claims: vec![1, 2, 3], issuer_signature: Signature([1; 64]), invite_signature: Signature([2; 64]) };
    let mut record = InviteRecord {
        invite,
        label: "mine".into(),
        salt: Some([6; 16]),
        minted_at: Timestamp(8),
        restore_epoch: 2,
        uses: 1,
        closed: None,
    };
    book.add("InviteRecord", "open", &record);
    for (name, closed) in
        [("cancelled", Closed::Cancelled(by)), ("used-up", Closed::UsedUp), ("expired", Closed::Expired), ("void", Closed::Void)]
    {
        (record.closed, record.salt) = (Some(closed), None);
        book.add("InviteRecord", name, &record);
        book.add("Closed", name, &closed);
    }
    let body = statements::receipt().body;
    let mut used = Use {
        incarnation: Incarnation([1; 16]),
        handle: "Žofie".into(),
        at: Timestamp(8),
        code: Code::Allowed,
        decision: DecisionId([4; 16]),
        receipt: Some(body),
    };
    book.add("Use", "came-in", &used);
    (used.code, used.receipt, used.incarnation) = (Code::Banned, None, Incarnation::NONE);
    book.add("Use", "burned", &used);
    book.add("OpenCount", "two", &OpenCount { open: 2, revision: 5 });
}

fn history(book: &mut Book) {
    let need = PageNeed { prefix: "x.".into(), after: String::new(), until: "y".into(), limit: 40, under: "q.00".into() };
    let request = RequestRecord { content: [1; 32], created: Timestamp(4), allowed: true, answer: vec![1, 2, 3] };
    book.add("RequestRecord", "answered", &request);
    book.add("RefusalCount", "seven", &RefusalCount { hour: 498_651, count: 7 });
    let record = DecisionRecord {
        at: Timestamp(4),
        policy: [2; 32],
        verdict: Verdict::Deny,
        code: Code::Banned,
        rule: "redeem.6-banned".into(),
        contents: [3; 32],
    };
    book.add("DecisionRecord", "denied", &record);
    let fact = |key: &str, source| FactRef { key: key.into(), source };
    let facts = vec![
        fact("a.00", FactSource::Absent),
        fact("a.01", FactSource::Revision(3)),
        fact("a.02", FactSource::Decision(DecisionId([1; 16]))),
    ];
    let contents = Contents {
        salt: [1; 16],
        request: vec![1, 2],
        pages: vec![PageRef { need, more: true, records: facts.clone() }],
        facts,
        checks: vec![CheckRef { check: [5; 32], result: CheckResult::Weak }],
        answer: vec![3, 4],
    };
    book.add("Contents", "whole", &contents);
    book.add("Involved", "one", &Involved { decision: DecisionId([4; 16]) });
}

fn book() -> Book {
    let mut book = Book::default();
    key_records(&mut book);
    spaces(&mut book);
    invites(&mut book);
    history(&mut book);
    book
}

#[test]
fn golden_records() {
    let book = book();
    let mut lines = book.lines.clone();
    // Lines of schemas that this build does not write any more stay, before the others.
    let written: BTreeSet<(String, String)> = lines.iter().map(|line| (line[0].clone(), line[1].clone())).collect();
    let old = read("records.txt").into_iter().filter(|line| !written.contains(&(line[0].clone(), line[1].clone())));
    lines.splice(0..0, old);
    golden("records.txt", "type schema name bytes (hexadecimal): stored records of every schema that was ever written", &lines);
}

/// As a later build reads them: every line, whatever its schema.
#[test]
fn every_stored_schema_is_read() {
    if blessing() {
        return; // while they are being written
    }
    let book = book();
    for line in read("records.txt") {
        let [kind, schema, name, bytes] = &line[..] else { panic!("{line:?}") };
        let reader = book.readers.get(kind.as_str()).unwrap_or_else(|| panic!("{kind} is stored no more?"));
        let written = reader(&unhex(bytes)).unwrap_or_else(|| panic!("{kind} {schema} {name} cannot be read"));
        let current = book.lines.iter().find(|line| line[0] == *kind).unwrap()[1] == *schema;
        assert!(!current || hex(&written) == *bytes, "{kind} {name} is written otherwise");
        let (whole, mut longer, mut other) = (unhex(bytes), unhex(bytes), unhex(bytes));
        longer.push(0);
        other[0] = 0;
        let damaged = [&whole[..whole.len() - 1], &longer, &other];
        assert!(damaged.iter().all(|bytes| reader(bytes).is_none()), "{kind} {name}: damaged, and read all the same");
    }
}

/// Every type the core stores is in the book.
#[test]
fn every_stored_type_has_a_line() {
    let source = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/record/mod.rs")).unwrap();
    let list = source.rsplit("\nstored! {").next().unwrap().split('}').next().unwrap();
    let types: BTreeSet<&str> =
        list.split(',').filter_map(|part| part.split('=').next()).map(str::trim).filter(|name| !name.is_empty()).collect();
    let book = book();
    assert!(types.len() >= 13 && types.contains("KeyRecord"), "{types:?}");
    assert_eq!(types, book.readers.keys().copied().collect());
}

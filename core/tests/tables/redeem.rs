//! Redeem, rows 2 to 10: every situation, and every situation again as real records under the whole of `step`.

use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Call, Made, Person, World};
use crate::words;
use doorward_core::decide::redeem::{Gate, InviteLife, Issuer, Person as Standing, Prior, Situation, judge};
use doorward_core::record::{Ban, Closed, InviteRecord, JoinRule, KeyRecord, Pause, Standing as AccountStanding, Use, keys};
use doorward_core::role::Role;
use doorward_core::statement::ReceiptBody;
use doorward_core::time::Expiry;
use doorward_core::{Code, DecisionId, Incarnation, SpaceId, Timestamp, rule};
use std::collections::BTreeMap;

const RECORDS: &[&str] = &["open", "cancelled", "used up", "uses gone", "archived", "closed as void"];
const CLOCKS: &[&str] = &["before expiry", "at expiry", "after expiry", "never expires", "expiry unreadable"];

pub fn table() -> Table {
    // What stands in every row below row 2: nothing was done with the invite, or it led in and the person left.
    const FREE: &str = "nothing | came in, left";
    const GOOD: &str = "before expiry | never expires";
    Table {
        name: "redeem",
        title: "Who comes in through a link, once all proofs are good",
        verbs: vec!["redeem"],
        effect: "use spent",
        columns: vec![
            column("done with it before", words::prior::WORDS),
            column("the invite", RECORDS),
            column("the clock", CLOCKS),
            column("its issuer", words::issuer::WORDS),
            column("the place", words::gate::WORDS),
            column("the person", words::person::WORDS),
            column("member now", words::membership::WORDS),
            column("place full", &["no", "yes"]),
        ],
        rows: vec![
            row(["was refused | came in, is a member", ANY, ANY, ANY, ANY, ANY, ANY, ANY], Code::UsedByYou, rule::REDEEM_2, "no"),
            row([FREE, "cancelled", ANY, ANY, ANY, ANY, ANY, ANY], Code::InviteCancelled, rule::REDEEM_3_CANCELLED, "no"),
            row(
                [FREE, "open | used up | uses gone | archived | closed as void", "expiry unreadable", ANY, ANY, ANY, ANY, ANY],
                Code::UnreadableExpiry,
                rule::REDEEM_3_UNREADABLE,
                "no",
            ),
            row(
                [FREE, "open | used up | uses gone | closed as void", "at expiry | after expiry", ANY, ANY, ANY, ANY, ANY],
                Code::Expired,
                rule::REDEEM_3_EXPIRED,
                "no",
            ),
            row(
                [FREE, "archived", "before expiry | at expiry | after expiry | never expires", ANY, ANY, ANY, ANY, ANY],
                Code::Expired,
                rule::REDEEM_3_EXPIRED,
                "no",
            ),
            row([FREE, "used up | uses gone", GOOD, ANY, ANY, ANY, ANY, ANY], Code::UsedUp, rule::REDEEM_3_USED_UP, "no"),
            row([FREE, "closed as void", GOOD, ANY, ANY, ANY, ANY, ANY], Code::IssuerLostAuthority, rule::REDEEM_4, "no"),
            row(
                [FREE, "open", GOOD, "revoked | deleted | fell since | may not grant this", ANY, ANY, ANY, ANY],
                Code::IssuerLostAuthority,
                rule::REDEEM_4,
                "no",
            ),
            row(
                [FREE, "open", GOOD, "the server, owned by now", ANY, ANY, ANY, ANY],
                Code::OwnerExists,
                rule::REDEEM_4_OWNER,
                "no",
            ),
            row([FREE, "open", GOOD, "in order", "gone", ANY, ANY, ANY], Code::NotFound, rule::REDEEM_5_GONE, "no"),
            row(
                [FREE, "open", GOOD, "in order", "restored, not accepted", ANY, ANY, ANY],
                Code::RestoreUnreviewed,
                rule::REDEEM_5_RESTORED,
                "no",
            ),
            row([FREE, "open", GOOD, "in order", "paused", ANY, ANY, ANY], Code::Paused, rule::REDEEM_5_PAUSED, "no"),
            row([FREE, "open", GOOD, "in order", "closed", ANY, ANY, ANY], Code::JoinClosed, rule::REDEEM_5_CLOSED, "no"),
            row(
                [FREE, "open", GOOD, "in order", "for members of the server", ANY, ANY, ANY],
                Code::AccountRequired,
                rule::REDEEM_5_ACCOUNT,
                "no",
            ),
            row(
                [FREE, "open", GOOD, "in order", "not on its list", ANY, ANY, ANY],
                Code::NotAllowlisted,
                rule::REDEEM_5_ALLOWLIST,
                "no",
            ),
            row(
                [FREE, "open", GOOD, "in order", "open", "revoked", ANY, ANY],
                Code::AccountRevoked,
                rule::REDEEM_6_REVOKED,
                "yes",
            ),
            row([FREE, "open", GOOD, "in order", "open", "banned", ANY, ANY], Code::Banned, rule::REDEEM_6_BANNED, "yes"),
            row(
                [FREE, "open", GOOD, "in order", "open", "new | active", "of the server", ANY],
                Code::AccountExists,
                rule::REDEEM_7,
                "yes",
            ),
            row(
                [FREE, "open", GOOD, "in order", "open", "new | active", "of the network", ANY],
                Code::AlreadyMember,
                rule::REDEEM_8,
                "yes",
            ),
            row([FREE, "open", GOOD, "in order", "open", "new | active", "no", "yes"], Code::SpaceFull, rule::REDEEM_9, "no"),
            row([FREE, "open", GOOD, "in order", "open", "new | active", "no", "no"], Code::Allowed, rule::REDEEM_10, "yes"),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

/// The core's own table, over its whole closed enum.
#[test]
fn judge_in_every_situation() {
    let cells = table().check(|cell| {
        let life = match (cell.get("the invite"), cell.get("the clock")) {
            ("open", "before expiry") => InviteLife::Live,
            ("cancelled", "before expiry") => InviteLife::Cancelled,
            ("open", "at expiry") => InviteLife::Expired,
            ("open", "expiry unreadable") => InviteLife::Unreadable,
            ("used up", "before expiry") => InviteLife::UsedUp,
            ("closed as void", "before expiry") => InviteLife::Void,
            // How records and clock make up the invite's life is for the records below.
            _ => return None,
        };
        let situation = Situation {
            prior: words::prior::all()[cell.index("done with it before")],
            invite: life,
            issuer: words::issuer::all()[cell.index("its issuer")],
            gate: words::gate::all()[cell.index("the place")],
            person: words::person::all()[cell.index("the person")],
            member: words::membership::all()[cell.index("member now")],
            full: cell.is("place full", "yes"),
        };
        let row = judge(&situation);
        Some(Answered::new(row.code, row.rule.id(), if row.spent { "yes" } else { "no" }))
    });
    assert_eq!(table().cells().len() - cells, 4 * 6 * 6 * 7 * 4 * 3 * 2, "every situation was judged");
}

/// The same cells as real records, decided by the whole of `step`.
#[test]
fn step_over_real_records() {
    let table = table();
    let mut stage = Stage::new();
    let declined = table.check(|cell| stage.play(cell));
    // New but a member; or filed as a member and none; or as gone and one. Nothing can write such records.
    // Five places with every issuer and whoever the records can make; and one that is gone, where nobody has a role or a
    // seat.
    let made = 4 * 4 * 2 - (4 + 4 + 4 - 1);
    let played = 6 * 5 * 2 * (5 * 6 * made + 5 * 3 * 4);
    // What networks add is played in its own table.
    assert_eq!(declined, table.cells().len() - played, "only impossible cells are left out");
}

struct Stage {
    world: World,
    base: crate::kit::Store,
    issuer: Person,
    guest: Person,
    calls: BTreeMap<(bool, bool, usize), (Made, Call)>,
}

impl Stage {
    fn new() -> Self {
        let (mut world, [owner, issuer, _]) = World::peopled();
        let guest = Person::new("guest");
        world.join(&owner, &guest, Role::Member);
        world.now = world.now.plus(1_000);
        let base = world.store.clone();
        Self { world, base, issuer, guest, calls: BTreeMap::new() }
    }

    fn play(&mut self, cell: &Cell<'_>) -> Option<Answered> {
        let prior = words::prior::all()[cell.index("done with it before")];
        let person = words::person::all()[cell.index("the person")];
        let member = cell.is("member now", "of the server");
        if cell.is("member now", "of the network") || cell.is("the place", "for members of the server") {
            return None;
        }
        let agrees = match prior {
            Prior::None | Prior::Refused => true,
            Prior::StillMember => member,
            Prior::Left => !member,
        };
        if !agrees || (member && person == Standing::New) {
            return None;
        }
        // In a place that is gone nobody has a role that could be too low, and nobody is a member.
        if cell.is("the place", "gone") && (member || cell.is("its issuer", "may not grant this")) {
            return None;
        }
        self.world.store = self.base.clone();
        let (made, call) = self.invite(cell);
        self.file_invite(cell, &made);
        self.file_person(prior, person, member);
        self.file_use(prior, &made);
        self.file_issuer(words::issuer::all()[cell.index("its issuer")]);
        self.file_place(cell);
        let before = self.world.get::<InviteRecord>(&keys::invite(&made.id())).unwrap().uses;
        let outcome = self.world.decide(&call);
        let uses = outcome.written::<InviteRecord>(&keys::invite(&made.id())).map(|record| record.uses);
        let filed = outcome.written::<Use>(&keys::invite_use(&made.id(), &self.guest.key()));
        let spent = uses == Some(before + 1);
        assert_eq!(spent, uses.is_some(), "an invite is written to count one use");
        assert_eq!(
            filed.map(|used| used.code),
            spent.then_some(outcome.code()),
            "a use is filed with its answer, {}",
            cell.words()
        );
        let seat =
            outcome.written::<KeyRecord>(&keys::account(&self.guest.key())).and_then(|record| record.current_seat().cloned());
        assert_eq!(
            seat.map(|seat| seat.role),
            (outcome.code() == Code::Allowed).then_some(Role::Member),
            "row 10, and only it, makes a member"
        );
        assert_eq!(outcome.decided().receipt.is_some(), outcome.allowed(), "a welcome comes with its receipt");
        Some(Answered::new(outcome.code(), outcome.rule(), if spent { "yes" } else { "no" }))
    }

    fn invite(&mut self, cell: &Cell<'_>) -> (Made, Call) {
        let servers = cell.is("its issuer", "the server, owned by now");
        let gone = cell.is("the place", "gone");
        let clock = cell.index("the clock");
        let now = self.world.now;
        let expires = match CLOCKS[clock] {
            "before expiry" => Expiry::At(now.plus(1)),
            "at expiry" => Expiry::At(now),
            "after expiry" => Expiry::At(Timestamp(now.0 - 1)),
            "never expires" => Expiry::Never,
            _ => Expiry::Unreadable,
        };
        let (world, guest) = (&self.world, &self.guest);
        let by = if servers { &world.server } else { &self.issuer };
        let number = 100 + clock as u64 * 4 + u64::from(servers) * 2 + u64::from(gone);
        let entry = self.calls.entry((servers, gone, clock)).or_insert_with(|| {
            let made = world.offer(by, number, |claims| {
                claims.expires = expires;
                claims.max_uses = 3;
                claims.space = if gone { SpaceId([1; 16]) } else { SpaceId::SERVER };
                claims.role = if servers { Role::Owner } else { Role::Member };
            });
            let call = world.redeem(&made, guest, 9);
            (made, call)
        });
        entry.clone()
    }

    fn file_invite(&mut self, cell: &Cell<'_>, made: &Made) {
        let (uses, closed) = match cell.get("the invite") {
            "open" => (2, None),
            "cancelled" => (2, Some(Closed::Cancelled(self.issuer.key()))),
            "used up" => (3, Some(Closed::UsedUp)),
            "uses gone" => (3, None),
            "closed as void" => (2, Some(Closed::Void)),
            _ => (2, Some(Closed::Expired)),
        };
        let invite = made.signed.clone();
        let record =
            InviteRecord { invite, label: String::new(), salt: None, minted_at: Timestamp(0), restore_epoch: 0, uses, closed };
        self.world.put(&keys::invite(&made.id()), &record);
    }

    fn file_person(&mut self, prior: Prior, person: Standing, member: bool) {
        let alone = prior == Prior::None && !member;
        let by = self.issuer.key();
        self.world.edit_key(&self.guest, |record| {
            if !member {
                record.seat = None;
            }
            match person {
                Standing::New => record.account = None,
                Standing::Active => {}
                Standing::Revoked => record.account.as_mut().unwrap().standing = AccountStanding::Revoked,
                Standing::Banned => {
                    // A ban stands on a key whether or not it has an account.
                    if alone {
                        record.account = None;
                    }
                    record.ban = Some(Ban { reason: String::new(), by, since: Timestamp(0), until: Expiry::Never });
                }
            }
        });
    }

    fn file_use(&mut self, prior: Prior, made: &Made) {
        let account = self.world.key_record(&self.guest).account;
        let code = match prior {
            Prior::None => return,
            Prior::Refused => Code::Banned,
            Prior::StillMember | Prior::Left => Code::Allowed,
        };
        let incarnation = account.map_or(Incarnation::NONE, |account| account.incarnation);
        let decision = DecisionId([3; 16]);
        let receipt = (code == Code::Allowed).then(|| ReceiptBody {
            server: self.world.server.key(),
            decision,
            invite: made.id(),
            account: self.guest.key(),
            incarnation,
            space: SpaceId::SERVER,
            role: Role::Member,
            at: Timestamp(5),
            skipped: Vec::new(),
        });
        let used = Use { incarnation, handle: "guest".into(), at: Timestamp(5), code, decision, receipt };
        self.world.put(&keys::invite_use(&made.id(), &self.guest.key()), &used);
    }

    fn file_issuer(&mut self, state: Issuer) {
        let issuer = self.issuer.clone();
        self.world.edit_key(&issuer, |record| match state {
            Issuer::Holds | Issuer::OwnerExists => {}
            Issuer::Revoked => record.account.as_mut().unwrap().standing = AccountStanding::Revoked,
            Issuer::Deleted => record.account = None,
            Issuer::OtherEpoch => record.account.as_mut().unwrap().epoch += 1,
            Issuer::NotAllowed => record.seat.as_mut().unwrap().role = Role::Member,
        });
    }

    fn file_place(&mut self, cell: &Cell<'_>) {
        let gate = words::gate::all()[cell.index("the place")];
        let full = cell.is("place full", "yes");
        self.world.edit_root(|root| {
            root.max_members = if full { 1 } else { 0 };
            match gate {
                Gate::Open | Gate::Gone | Gate::AccountRequired => {}
                Gate::Paused => root.pause = Pause::UntilLifted,
                Gate::Closed => root.join_rule = JoinRule::Closed,
                Gate::NotAllowlisted => root.join_rule = JoinRule::Allowlist,
                Gate::Unreviewed => root.server.as_mut().unwrap().restore_reviewed = false,
            }
        });
    }
}

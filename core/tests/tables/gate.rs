//! Whether the place lets anyone in by link (row 5), and whether the server's own owner invite holds, from records.

use crate::kit::table::{ANY, Answered, Table, column, row};
use crate::kit::{Person, World};
use crate::words;
use doorward_core::record::{KeyRecord, Pause, keys};
use doorward_core::{Code, Timestamp, rule};

pub fn table() -> Table {
    const OPEN_NOW: &str = "no | until this second | until a second ago";
    Table {
        name: "redeem-place",
        title: "Redeem, row 5: whether the place lets a new key in by an invite that is in order",
        verbs: vec!["redeem"],
        effect: "–",
        columns: vec![
            column("join rule", words::join_rule::WORDS),
            column("paused", &["no", "until a second ago", "until this second", "one second more", "until lifted"]),
            column("key on the allowlist", &["no", "yes"]),
            column("most members", &["no limit", "one fits", "none fits"]),
        ],
        rows: vec![
            row([ANY, "one second more | until lifted", ANY, ANY], Code::Paused, rule::REDEEM_5_PAUSED, ""),
            row(["closed", OPEN_NOW, ANY, ANY], Code::JoinClosed, rule::REDEEM_5_CLOSED, ""),
            row(["allowlist", OPEN_NOW, "no", ANY], Code::NotAllowlisted, rule::REDEEM_5_ALLOWLIST, ""),
            row(["allowlist", OPEN_NOW, "yes", "none fits"], Code::SpaceFull, rule::REDEEM_9, ""),
            row(["allowlist", OPEN_NOW, "yes", "no limit | one fits"], Code::Allowed, rule::REDEEM_10, ""),
            row(["open | token | invite", OPEN_NOW, ANY, "none fits"], Code::SpaceFull, rule::REDEEM_9, ""),
            row(["open | token | invite", OPEN_NOW, ANY, "no limit | one fits"], Code::Allowed, rule::REDEEM_10, ""),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
}

#[test]
fn step_over_real_records() {
    let (mut world, [owner, ..]) = World::peopled();
    let guest = Person::new("guest");
    let made = world.offer(&owner, 30, |_| {});
    assert!(world.ask(&world.signed(&owner, 31, made.mint())).allowed());
    let (base, call, now) = (world.store.clone(), world.redeem(&made, &guest, 32), world.now);
    let declined = table().check(|cell| {
        world.store = base.clone();
        world.edit_root(|root| {
            root.join_rule = words::join_rule::all()[cell.index("join rule")];
            root.pause = match cell.get("paused") {
                "no" => Pause::No,
                "until a second ago" => Pause::Until(Timestamp(now.0 - 1)),
                "until this second" => Pause::Until(now),
                "one second more" => Pause::Until(now.plus(1)),
                _ => Pause::UntilLifted,
            };
            root.max_members = match cell.get("most members") {
                "no limit" => 0,
                "one fits" => 4,
                _ => 3,
            };
        });
        let allowlisted_by = cell.is("key on the allowlist", "yes").then(|| owner.key());
        world.put(&keys::account(&guest.key()), &KeyRecord { allowlisted_by, ..KeyRecord::default() });
        let outcome = world.decide(&call);
        Some(Answered::new(outcome.code(), outcome.rule(), ""))
    });
    assert_eq!(declined, 0);
}

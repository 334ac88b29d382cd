//! What each role allows in each kind of place, and what it may hand on.

use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::words;
use doorward_core::role::PlaceKind;
use doorward_core::{Code, rule};

const PLACES: &[&str] = &["the server", "a network or room", "one, for who governs the server", "one, for somebody outside"];
const CHILD: &str = "a network or room";
const ABOVE: &str = "one, for who governs the server";
const OUTSIDE: &str = "one, for somebody outside";
/// Where members are members.
const IN: &str = "the server | a network or room";

pub fn table() -> Table {
    const ADMINS: &str = "read | send | invite | kick | ban | manage-tags | manage-space";
    const NOT_ADMINS: &str = "manage-roles | manage-accounts | query | read-audit | delete-space | transfer";
    const SERVER_ADMINS: &str =
        "read | send | invite | kick | ban | manage-tags | manage-roles | manage-space | manage-accounts | query | read-audit";
    const NOT_MANAGE_ACCOUNTS: &str = "read | send | invite | kick | ban | manage-tags | manage-roles | manage-space | query | read-audit | delete-space | transfer";
    const NOT_MEMBERS: &str = "invite | kick | ban | manage-tags | manage-roles | manage-space | manage-accounts | query | read-audit | delete-space | transfer";
    Table {
        name: "roles",
        title: "What a role allows",
        verbs: vec![],
        effect: "–",
        columns: vec![
            column("place", PLACES),
            column("role", words::role::WORDS),
            column("permission", words::permission::WORDS),
        ],
        rows: vec![
            row([OUTSIDE, ANY, ANY], Code::MissingPermission, rule::CAN_PERMISSION, ""),
            row([ABOVE, "member", ANY], Code::MissingPermission, rule::CAN_PERMISSION, ""),
            row([ABOVE, "admin | owner", NOT_MANAGE_ACCOUNTS], Code::Allowed, rule::CAN_YES, ""),
            row([ABOVE, "admin | owner", "manage-accounts"], Code::MissingPermission, rule::CAN_PERMISSION, ""),
            row([IN, "member", "read | send"], Code::Allowed, rule::CAN_YES, ""),
            row([IN, "member", NOT_MEMBERS], Code::MissingPermission, rule::CAN_PERMISSION, ""),
            row(["the server", "admin", SERVER_ADMINS], Code::Allowed, rule::CAN_YES, ""),
            row(["the server", "admin", "delete-space | transfer"], Code::MissingPermission, rule::CAN_PERMISSION, ""),
            row([CHILD, "admin", ADMINS], Code::Allowed, rule::CAN_YES, ""),
            row([CHILD, "admin", NOT_ADMINS], Code::MissingPermission, rule::CAN_PERMISSION, ""),
            row(["the server", "owner", ANY], Code::Allowed, rule::CAN_YES, ""),
            row([CHILD, "owner", NOT_MANAGE_ACCOUNTS], Code::Allowed, rule::CAN_YES, ""),
            row([CHILD, "owner", "manage-accounts"], Code::MissingPermission, rule::CAN_PERMISSION, ""),
        ],
    }
}

pub fn grant_table() -> Table {
    const NOT_OUTSIDE: &str = "the server | a network or room | one, for who governs the server";
    Table {
        name: "grants",
        title: "Which role may hand out which",
        verbs: vec![],
        effect: "–",
        columns: vec![column("place", PLACES), column("role", words::role::WORDS), column("hands out", words::role::WORDS)],
        rows: vec![
            row([ANY, ANY, "member"], Code::Allowed, rule::MINT_DONE, ""),
            row([OUTSIDE, ANY, "admin"], Code::GrantTooHigh, rule::MINT_GRANT, ""),
            row([NOT_OUTSIDE, "member", "admin"], Code::GrantTooHigh, rule::MINT_GRANT, ""),
            row(["the server | one, for who governs the server", "admin", "admin"], Code::Allowed, rule::MINT_DONE, ""),
            row([CHILD, "admin", "admin"], Code::GrantTooHigh, rule::MINT_GRANT, ""),
            row([NOT_OUTSIDE, "owner", "admin"], Code::Allowed, rule::MINT_DONE, ""),
            row([ANY, ANY, "owner"], Code::GrantTooHigh, rule::MINT_GRANT, ""),
        ],
    }
}

fn place(cell: &Cell<'_>) -> PlaceKind {
    [PlaceKind::Server, PlaceKind::Child, PlaceKind::Above, PlaceKind::Outside][cell.index("place")]
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
    crate::reviewed(&grant_table());
}

#[test]
fn every_role_in_every_place() {
    table().check(|cell| {
        let permission = words::permission::all()[cell.index("permission")];
        let allowed = words::role::all()[cell.index("role")].allows(place(cell), permission);
        let (code, rule) = if allowed { (Code::Allowed, rule::CAN_YES) } else { (Code::MissingPermission, rule::CAN_PERMISSION) };
        Some(Answered::new(code, rule.id(), ""))
    });
    grant_table().check(|cell| {
        let granted = words::role::all()[cell.index("hands out")];
        let allowed = words::role::all()[cell.index("role")].may_grant(place(cell), granted);
        let (code, rule) = if allowed { (Code::Allowed, rule::MINT_DONE) } else { (Code::GrantTooHigh, rule::MINT_GRANT) };
        Some(Answered::new(code, rule.id(), ""))
    });
}

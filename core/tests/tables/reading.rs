//! Who sees which accounts and invites.

use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Call, Made, Person, World};
use crate::words;
use doorward_core::record::InviteRecord;
use doorward_core::record::{Closed, keys};
use doorward_core::role::Role;
use doorward_core::wire::{
    AccountView, Asker, Command, InviteFilter, InviteItem, InviteState, ListInvites, Paging, Reply, ShowInvite,
};
use doorward_core::{Code, SpaceId, rule};

pub fn account_table() -> Table {
    const MANAGERS: &str = "admin | owner";
    Table {
        name: "show-account",
        title: "What a member sees of an account, shown or listed",
        verbs: vec!["show account", "list accounts"],
        effect: "sees",
        columns: vec![
            column("asker", words::role::WORDS),
            column("account", &["its own", "unknown", "deleted", "no member", "member"]),
        ],
        rows: vec![
            row([ANY, "unknown | deleted"], Code::NotFound, rule::ACCOUNT_UNKNOWN, "nothing"),
            row([ANY, "its own"], Code::Allowed, rule::ACCOUNT_SHOW, "everything"),
            row(["member", "no member"], Code::NotFound, rule::ACCOUNT_UNKNOWN, "nothing"),
            row(["member", "member"], Code::Allowed, rule::ACCOUNT_SHOW, "key, handle, role and tags"),
            row([MANAGERS, "no member | member"], Code::Allowed, rule::ACCOUNT_SHOW, "everything"),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&account_table());
    crate::reviewed(&invite_table());
}

#[test]
fn step_for_every_account() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let (people, guest) = ([&member, &admin, &owner], Person::new("guest"));
    world.join(&owner, &guest, Role::Member);
    let base = world.store.clone();
    let declined = account_table().check(|cell| {
        world.store = base.clone();
        let asker = people[cell.index("asker")];
        let about = if cell.is("account", "its own") { asker } else { &guest };
        match cell.get("account") {
            "unknown" => drop(world.store.remove(&keys::account(&guest.key()))),
            "deleted" => world.edit_key(&guest, |record| record.account = None),
            "no member" => world.edit_key(&guest, |record| record.seat = None),
            _ => {}
        }
        let outcome = {
            let call = world.signed(asker, 9, Command::ShowAccount(about.key()));
            world.decide(&call)
        };
        let sees = match outcome.reply() {
            Reply::Account(view) => seen(view, about),
            _ => "nothing",
        };
        let listed = listed(&mut world, asker);
        let in_list = listed.iter().find(|view| view.key == about.key()).map_or("nothing", |view| seen(view, about));
        assert_eq!(sees, in_list, "shown and listed alike: {}", cell.words());
        Some(Answered::new(outcome.code(), outcome.rule(), sees))
    });
    assert_eq!(declined, 0);
}

fn seen(view: &AccountView, about: &Person) -> &'static str {
    assert_eq!((view.key, view.handle.as_str()), (about.key(), about.name.as_str()));
    if view.details.is_some() { "everything" } else { "key, handle, role and tags" }
}

/// The whole list, page by page, two at a time.
fn listed(world: &mut World, asker: &Person) -> Vec<AccountView> {
    let (mut views, mut after) = (Vec::new(), String::new());
    loop {
        let call = world.signed(asker, 9, Command::ListAccounts(Paging { after, limit: 2 }));
        let outcome = world.decide(&call);
        let Reply::Accounts(page) = outcome.reply() else { panic!("{:?}", outcome.reply()) };
        views.extend(page.items.clone());
        after = page.page.next.clone();
        if after.is_empty() {
            assert!(views.is_sorted_by_key(|view| view.key), "in order of key");
            return views;
        }
    }
}

const ASKERS: &[&str] = &["stranger", "service", "operator", "member", "admin", "owner"];

pub fn invite_table() -> Table {
    const MAY: &str = "admin | owner";
    let seen = |question, invite, effect| row([MAY, question, invite], Code::Allowed, rule::INVITES_LIST, effect);
    Table {
        name: "show-invites",
        title: "Who sees which invites, and as what",
        verbs: vec!["list invites", "show invite"],
        effect: "sees it",
        columns: vec![
            column("asker", ASKERS),
            column("question", &["list", "show", "show an unknown one"]),
            column("invite", &["live", "cancelled", "expired", "used up", "issuer fell"]),
        ],
        rows: vec![
            row(["stranger | service | operator", ANY, ANY], Code::Unauthenticated, rule::ASK_SIGNATURE, "no"),
            row(["member", ANY, ANY], Code::MissingPermission, rule::ASK_PERMISSION, "no"),
            row([MAY, "show an unknown one", ANY], Code::NotFound, rule::INVITES_UNKNOWN, "no"),
            seen("show", "live", "as live"),
            seen("show", "cancelled", "as cancelled"),
            seen("show", "expired", "as expired"),
            seen("show", "used up", "as used up"),
            seen("show", "issuer fell", "as without authority"),
            seen("list", "live", "among the live, as live"),
            seen("list", "cancelled", "among the closed, as cancelled"),
            seen("list", "expired", "among the expired, as expired"),
            seen("list", "used up", "among the closed, as used up"),
            seen("list", "issuer fell", "among the live, as without authority"),
        ],
    }
}

/// The words of [`InviteState`]; exhaustive.
pub fn state(state: InviteState) -> &'static str {
    match state {
        InviteState::Live => "live",
        InviteState::Expired => "expired",
        InviteState::Cancelled => "cancelled",
        InviteState::UsedUp => "used up",
        InviteState::IssuerLostAuthority => "without authority",
    }
}

#[test]
fn step_for_every_invite() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let other_admin = Person::new("other admin");
    world.join(&owner, &other_admin, Role::Admin);
    let people = [&member, &admin, &owner];
    let (base, start) = (world.store.clone(), world.now);
    let mut number = 300;
    let declined = invite_table().check(|cell| {
        world.store = base.clone();
        world.now = start;
        number += 1;
        let made = file(&mut world, cell, &other_admin, number);
        let unknown = crate::kit::ask::token(1).invite_key().public();
        let ask = |filter| match cell.get("question") {
            "list" => Command::ListInvites(ListInvites {
                space: SpaceId::SERVER,
                filter,
                paging: Paging { after: String::new(), limit: 100 },
            }),
            "show" => show(&made),
            _ => Command::ShowInvite(ShowInvite {
                invite: doorward_core::InviteId::of(&unknown),
                paging: Paging { after: String::new(), limit: 1 },
            }),
        };
        let call = |world: &World, command| match cell.index("asker") {
            0 => Call::of(Asker::Stranger, command),
            1 => Call::of(Asker::Service, command),
            2 => Call::of(Asker::Operator, command),
            at => world.signed(people[at - 3], 9, command),
        };
        let mut sees = Vec::new();
        let filters = [(InviteFilter::Live, "live"), (InviteFilter::Expired, "expired"), (InviteFilter::Closed, "closed")];
        for (filter, word) in filters {
            let outcome = {
                let call = call(&world, ask(filter));
                world.decide(&call)
            };
            match outcome.reply() {
                Reply::Invites(page) => {
                    sees.extend(page.items.iter().map(|item| format!("among the {word}, {}", as_what(item, &made))))
                }
                Reply::InviteShown(shown) => sees = vec![as_what(&shown.item, &made)],
                _ => {}
            }
        }
        assert!(sees.len() <= 1, "in one list only: {sees:?}");
        let outcome = {
            let call = call(&world, ask(InviteFilter::Live));
            world.decide(&call)
        };
        Some(Answered::new(outcome.code(), outcome.rule(), sees.first().map_or("no", String::as_str)))
    });
    assert_eq!(declined, 0);
}

fn show(made: &Made) -> Command {
    Command::ShowInvite(ShowInvite { invite: made.id(), paging: Paging { after: String::new(), limit: 10 } })
}

fn as_what(item: &InviteItem, made: &Made) -> String {
    assert_eq!((item.invite, item.issuer, item.expires), (made.id(), made.claims.issuer, made.claims.expires));
    format!("as {}", state(item.state))
}

fn file(world: &mut World, cell: &Cell<'_>, issuer: &Person, number: u64) -> Made {
    let made = world.offer(issuer, number, |_| {});
    // The owner invite that is in the store already is closed by its use; it would be in every list of closed ones.
    let closed: Vec<String> = world.store.keys().filter(|key| key.starts_with("z.")).cloned().collect();
    closed.iter().for_each(|key| drop(world.store.remove(key)));
    assert!(world.ask(&world.signed(issuer, 5, made.mint())).allowed());
    match cell.get("invite") {
        "cancelled" => assert!(world.ask(&world.signed(issuer, 6, Command::CancelInvite(made.id()))).allowed()),
        "expired" => {
            // At the boundary: `now == expires_at` has expired.
            let doorward_core::Expiry::At(at) = made.claims.expires else { unreachable!() };
            world.now = at;
        }
        "used up" => {
            assert!(world.ask(&world.redeem(&made, &Person::new("comer"), 7)).allowed());
            let record: InviteRecord = world.get(&keys::invite(&made.id())).unwrap();
            assert_eq!(record.closed, Some(Closed::UsedUp));
        }
        "issuer fell" => world.edit_key(issuer, |record| record.account.as_mut().unwrap().epoch += 1),
        _ => {}
    }
    made
}

//! Networks: who makes them, changes them, deletes them, and who sees them.

use crate::kit::network::{create, list_members, list_spaces, update_of};
use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Call, Outcome, Person, World};
use crate::words;
use doorward_core::decide::network;
use doorward_core::decide::space::{Name, Wish, judge};
use doorward_core::record::{Account, JoinRule, Named, Pause, Space, keys};
use doorward_core::role::{Actor, PlaceKind, Role};
use doorward_core::wire::{Asker, Command, Reply, SpaceFilter};
use doorward_core::{Code, SpaceId, rule};

/// As what people act in a network.
pub const ACTORS: &[&str] = &["no member", "member", "admin", "owner", "admin of the server", "owner of the server"];
/// Those who are there at all.
pub const HERE: &str = "member | admin | owner | admin of the server | owner of the server";
/// Those who may change a network.
pub const MANAGERS: &str = "admin | owner | admin of the server | owner of the server";
/// Those who govern it from above.
pub const ABOVE: &str = "admin of the server | owner of the server";

/// As what somebody of this word acts.
pub fn actor(word: &str) -> Actor {
    let (role, place) = match word {
        "member" => (Role::Member, PlaceKind::Child),
        "admin" => (Role::Admin, PlaceKind::Child),
        "owner" => (Role::Owner, PlaceKind::Child),
        "admin of the server" => (Role::Admin, PlaceKind::Above),
        "owner of the server" => (Role::Owner, PlaceKind::Above),
        _ => (Role::Member, PlaceKind::Outside),
    };
    Actor { role, place, governed: true }
}

/// A world with a network, and who acts in it, in the order of [`ACTORS`].
pub fn stage() -> (World, SpaceId, Vec<Person>) {
    let (world, space, [owner, admin, member], [its_owner, its_admin, its_member]) = World::with_network();
    (world, space, vec![member, its_member, its_admin, its_owner, admin, owner])
}

pub fn create_table() -> Table {
    const MAY: &str = "admin | owner";
    Table {
        name: "create-space",
        title: "Making a network",
        verbs: vec!["create space"],
        effect: "made",
        columns: vec![
            column("caller, at the server", words::role::WORDS),
            column("texts", &["showable", "not showable"]),
            column("the name", words::name::WORDS),
            column("caller's keys", &["proved", "not proved"]),
        ],
        rows: vec![
            row(["member", ANY, ANY, ANY], Code::MissingPermission, rule::ASK_PERMISSION, "no"),
            row([MAY, "not showable", ANY, ANY], Code::BadText, rule::SPACE_TEXT, "no"),
            row([MAY, "showable", "no name", ANY], Code::BadName, rule::SPACE_NAME, "no"),
            row([MAY, "showable", "taken", ANY], Code::NameTaken, rule::SPACE_NAME, "no"),
            row([MAY, "showable", "free", "not proved"], Code::Unproved, rule::CREATE_OWNER, "no"),
            row([MAY, "showable", "free", "proved"], Code::Allowed, rule::CREATE_DONE, "and owned by the caller"),
        ],
    }
}

pub fn table() -> Table {
    let there = |caller, governs, when: [&'static str; 5], code, rule, done| {
        let [texts, name, pause, invite, changes] = when;
        row([caller, governs, texts, name, pause, invite, changes], code, rule, done)
    };
    let may = |when, code, rule, done| {
        let rest = there(MANAGERS, "no", when, code, rule, done);
        [rest, there(ABOVE, "yes", when, code, rule, done)]
    };
    let mut rows = vec![
        there("no member | member", ANY, [ANY; 5], Code::MissingPermission, rule::ASK_PERMISSION, "nothing"),
        there("admin | owner", "yes", [ANY; 5], Code::MissingPermission, rule::SPACE_GOVERNED, "nothing"),
    ];
    rows.extend(may(["not showable", ANY, ANY, ANY, ANY], Code::BadText, rule::SPACE_TEXT, "nothing"));
    rows.extend(may(["showable", "no name", ANY, ANY, ANY], Code::BadName, rule::SPACE_NAME, "nothing"));
    rows.extend(may(["showable", "taken", ANY, ANY, ANY], Code::NameTaken, rule::SPACE_NAME, "nothing"));
    rows.extend(may(["showable", "free", "yes", ANY, ANY], Code::ExpiryInPast, rule::SPACE_PAUSE, "nothing"));
    rows.extend(may(["showable", "free", "no", "yes", ANY], Code::NotGoverned, rule::SPACE_GOVERNED, "nothing"));
    rows.extend(may(["showable", "free", "no", "no", "no"], Code::Allowed, rule::SPACE_AGAIN, "nothing"));
    rows.extend(may(["showable", "free", "no", "no", "yes"], Code::Allowed, rule::SPACE_DONE, "changed"));
    Table {
        name: "network",
        title: "Changing a network: its name, rule, limits and pause, and whether it is listed and governed",
        verbs: vec!["update space"],
        effect: "done",
        columns: vec![
            column("caller is there", ACTORS),
            column("begins or ends to be governed", &["no", "yes"]),
            column("texts", &["showable", "not showable"]),
            column("the name", words::name::WORDS),
            column("a pause that is over", &["no", "yes"]),
            column("by invite, but not governed", &["no", "yes"]),
            column("anything is other than before", &["no", "yes"]),
        ],
        rows,
    }
}

/// The same, and whoever is nobody at the server.
const ASKERS: &[&str] = &["no member", "member", "admin", "owner", "admin of the server", "owner of the server", "a stranger"];

pub fn seen_table() -> Table {
    const NETWORK: &str = "a listed network | an unlisted one";
    let of_list = |which, who, space, sees| row(["list spaces", which, who, space], Code::Allowed, rule::SPACES_LIST, sees);
    Table {
        name: "networks-seen",
        title: "Who sees what of a network",
        verbs: vec!["show space", "list spaces", "list members"],
        effect: "sees",
        columns: vec![
            column("verb", &["show space", "list spaces", "list members"]),
            column("of lists of networks", &["one's own", "those to be found"]),
            column("asker is there", ASKERS),
            column("space", &["a listed network", "an unlisted one"]),
        ],
        rows: vec![
            row([ANY, ANY, "a stranger", ANY], Code::Unauthenticated, rule::ASK_SIGNATURE, "nothing"),
            row(["show space", ANY, HERE, NETWORK], Code::Allowed, rule::SPACE_SHOW, "with the number of members"),
            row(["show space", ANY, "no member", "a listed network"], Code::Allowed, rule::SPACE_SHOW, "without that number"),
            row(
                ["show space | list members", ANY, "no member", "an unlisted one"],
                Code::NotFound,
                rule::SPACE_UNKNOWN,
                "nothing",
            ),
            of_list("one's own", "member | admin | owner", NETWORK, "with the number of members"),
            of_list("one's own", "no member | admin of the server | owner of the server", NETWORK, "nothing"),
            of_list("those to be found", HERE, NETWORK, "with the number of members"),
            of_list("those to be found", "no member", "a listed network", "without that number"),
            of_list("those to be found", "no member", "an unlisted one", "nothing"),
            row(["list members", ANY, "no member", "a listed network"], Code::MissingPermission, rule::ASK_PERMISSION, "nothing"),
            row(["list members", ANY, HERE, NETWORK], Code::Allowed, rule::MEMBERS_LIST, "all three, in order of joining"),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    [create_table(), table(), seen_table()].iter().for_each(crate::reviewed);
}

#[test]
fn step_for_every_new_network() {
    let (mut world, [owner, admin, member]) = World::peopled();
    world.network(&owner, "harbour");
    let (people, base) = ([&member, &admin, &owner], world.store.clone());
    let declined = create_table().check(|cell| {
        world.store = base.clone();
        let caller = people[cell.index("caller, at the server")];
        let proof = caller.binding(&world.server.key());
        let binding = cell.is("caller's keys", "proved").then_some(proof);
        world.edit_key(caller, |record| record.account = record.account.take().map(|account| Account { binding, ..account }));
        let name = ["lighthouse", "Light house", "harbour"][cell.index("the name")];
        let mut wish = create(name);
        if cell.is("texts", "not showable") {
            wish.description = "a\nb".into();
        }
        let outcome = {
            let call = world.signed(caller, 9, Command::CreateSpace(wish.into()));
            world.decide(&call)
        };
        let made = match outcome.reply() {
            Reply::Space(view) => {
                let (root, owns) =
                    (outcome.written::<Space>(&keys::space(&view.space)).unwrap(), 1 + u32::from(caller.key() == owner.key()));
                assert_eq!((root.owner, root.governed, view.owner), (Some(caller.key()), true, Some(caller.key())));
                assert_eq!((view.you.role, view.you.grants, view.members), (Some(Role::Owner), Some(Role::Admin), Some(1)));
                assert_eq!(outcome.written::<Named>(&keys::name(name)).unwrap().space, view.space);
                let record: doorward_core::record::KeyRecord = outcome.written(&keys::account(&caller.key())).unwrap();
                assert_eq!(record.spaces_owned, owns);
                "and owned by the caller"
            }
            _ => "no",
        };
        Some(Answered::new(outcome.code(), outcome.rule(), made))
    });
    assert_eq!(declined, 0);
    create_table().check(|cell| {
        let (role, name) = (words::role::all()[cell.index("caller, at the server")], words::name::all()[cell.index("the name")]);
        let (code, rule) = network::judge(role, cell.is("caller's keys", "proved"), cell.is("texts", "showable"), name);
        Some(Answered::new(code, rule.id(), if code == Code::Allowed { "and owned by the caller" } else { "no" }))
    });
}

/// Names a network may not have, by name.
#[test]
fn names_of_networks() {
    let (mut world, [owner, _, _]) = World::peopled();
    world.prove(&owner);
    let names = ["server", "backbone", "", "-a", "a-", "Ä", "a b", "a.b", &"a".repeat(64)];
    let good = ["a", "0", "a-b", "servers", &"a".repeat(63)];
    for (id, name) in (100..).zip(names.into_iter().chain(good)) {
        let outcome = world.ask(&world.signed(&owner, id, Command::CreateSpace(create(name).into())));
        let expected = if good.contains(&name) { Code::Allowed } else { Code::BadName };
        assert_eq!(outcome.code(), expected, "{name:?}");
    }
    // There are no join tokens yet: a rule that asks for one is none.
    let mut wish = create("tokens");
    wish.join_rule = JoinRule::Token;
    assert_eq!(world.ask(&world.signed(&owner, 200, Command::CreateSpace(wish.into()))).code(), Code::Malformed);
    world.audit();
}

#[test]
fn judge_of_every_change() {
    let now = crate::kit::host::START;
    let declined = table().check(|cell| {
        let yes = |title| cell.is(title, "yes");
        let wish = Wish {
            showable: cell.is("texts", "showable"),
            name: words::name::all()[cell.index("the name")],
            pause_until: yes("a pause that is over").then_some(now),
            governs: yes("begins or ends to be governed"),
            ungoverned_invite: yes("by invite, but not governed"),
            changes: yes("anything is other than before"),
        };
        let (code, rule) = judge(actor(cell.get("caller is there")), &wish, now);
        Some(Answered::new(code, rule.id(), if rule == rule::SPACE_DONE { "changed" } else { "nothing" }))
    });
    assert_eq!(declined, 0);
    assert_eq!(words::name::of(&Name::Free), "free");
}

#[test]
fn step_for_every_change() {
    let (mut world, space, people) = stage();
    let admin = &people[4];
    world.network(admin, "lighthouse");
    let base = world.store.clone();
    let declined = table().check(|cell| {
        world.store = base.clone();
        let yes = |title| cell.is(title, "yes");
        let (governs, simple) = (yes("begins or ends to be governed"), yes("by invite, but not governed"));
        let (changes, name) = (yes("anything is other than before"), cell.is("the name", "free"));
        // Whoever begins to govern changes something; so does whoever renames.
        if !changes && (governs || !name) {
            return None;
        }
        // Simple as it would be after: governed before exactly if it begins or ends so.
        let was_governed = simple == governs;
        let now = world.now;
        world.edit_space(space, |root| {
            root.governed = was_governed;
            root.join_rule = if simple { JoinRule::Open } else { JoinRule::Closed };
            root.description = if changes { "before".into() } else { "x".into() };
            root.pause = Pause::No;
        });
        let who = &people[cell.index("caller is there")];
        let command = update_of(space, |update| {
            update.description = Some(if cell.is("texts", "showable") { "x".into() } else { "a\nb".into() });
            update.name = [None, Some("Light house".into()), Some("lighthouse".into())][cell.index("the name")].clone();
            update.pause = yes("a pause that is over").then_some(Pause::Until(now));
            update.governed = governs.then_some(!was_governed);
            update.join_rule = simple.then_some(JoinRule::Invite);
        });
        // In a simple space there are no roles but member.
        if !was_governed && matches!(cell.get("caller is there"), "admin" | "owner") {
            return None;
        }
        let outcome = {
            let call = world.signed(who, 9, command);
            world.decide(&call)
        };
        let done = match outcome.written::<Space>(&keys::space(&space)) {
            Some(root) if root.description == "x" => "changed",
            _ => "nothing",
        };
        Some(Answered::new(outcome.code(), outcome.rule(), done))
    });
    // What is declined: cells in which something both changes and does not, and admins and owners of simple spaces.
    assert_eq!(table().cells().len() - declined, 280);
}

#[test]
fn step_for_every_look() {
    let (mut world, space, people) = stage();
    let base = world.store.clone();
    let declined = seen_table().check(|cell| {
        world.store = base.clone();
        world.edit_space(space, |root| root.child.as_mut().unwrap().listed = cell.is("space", "a listed network"));
        let which = [SpaceFilter::Mine, SpaceFilter::Found][cell.index("of lists of networks")];
        let command = match cell.get("verb") {
            "show space" => Command::ShowSpace(space),
            "list spaces" => list_spaces(which),
            _ => list_members(space),
        };
        let outcome = {
            let call = match people.get(cell.index("asker is there")) {
                Some(who) => world.signed(who, 9, command),
                None => Call::of(Asker::Stranger, command),
            };
            world.decide(&call)
        };
        Some(Answered::new(outcome.code(), outcome.rule(), seen(&outcome, &people, cell)))
    });
    assert_eq!(declined, 0);
}

fn seen(outcome: &Outcome, people: &[Person], cell: &Cell<'_>) -> &'static str {
    let of_one = |view: &doorward_core::wire::SpaceView| {
        assert_eq!((view.name.as_str(), view.owner, view.governed), ("harbour", Some(people[3].key()), true));
        let expected = actor(cell.get("asker is there"));
        let may: Vec<_> = doorward_core::role::Permission::ALL.iter().copied().filter(|one| expected.allows(*one)).collect();
        assert_eq!(view.you.may, may);
        let grants = match cell.get("asker is there") {
            "no member" | "member" => None,
            "admin" => Some(Role::Member),
            _ => Some(Role::Admin),
        };
        assert_eq!(view.you.grants, grants);
        let is_member = expected.place == PlaceKind::Child;
        assert_eq!(view.you.role, is_member.then_some(expected.role));
        match view.members {
            Some(3) => "with the number of members",
            None => "without that number",
            other => panic!("{other:?}"),
        }
    };
    match outcome.reply() {
        Reply::Space(view) => of_one(view),
        Reply::Spaces(page) => page.items.first().map_or("nothing", of_one),
        Reply::Members(page) => {
            let listed: Vec<_> = page.items.iter().map(|item| item.key).collect();
            let mut expected: Vec<_> = [3, 2, 1].map(|at: usize| people[at].key()).to_vec();
            // All three joined in the same second: then the order is that of their keys.
            expected.sort_by_key(|key| key.0);
            assert_eq!(listed, expected);
            "all three, in order of joining"
        }
        _ => "nothing",
    }
}

/// A change that is refused on its way changes nothing, whatever else it asked for.
#[test]
fn a_refused_change_changes_nothing() {
    let (mut world, space, people) = stage();
    let simple = update_of(space, |update| (update.governed, update.join_rule) = (Some(false), Some(JoinRule::Open)));
    assert!(world.ask(&world.signed(&people[5], 60, simple)).allowed());
    for who in &people[1..4] {
        assert!(world.ask(&world.signed(&people[5], 61 + u64::from(who.key().0[0]), Command::Revoke(who.key()))).allowed());
    }
    let before = world.space(space);
    let again = update_of(space, |update| (update.governed, update.name) = (Some(true), Some("lighthouse".into())));
    let outcome = world.ask(&world.signed(&people[5], 400, again));
    assert_eq!((outcome.code(), outcome.rule()), (Code::NotGoverned, "space.governed"));
    assert_eq!(world.space(space), before);
    world.audit();
}

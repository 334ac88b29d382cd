//! What must be right in what is said of a member or key, and who sees the lists of keys.

use crate::kit::govern::set_tags;
use crate::kit::table::{ANY, Answered, Table, column, row};
use crate::kit::{Call, Person, World};
use crate::register::bad_key;
use crate::words;
use doorward_core::record::Ban;
use doorward_core::role::Role;
use doorward_core::time::Expiry;
use doorward_core::wire::{self, Asker, Command, ListKeys, Member, Paging, Reply};
use doorward_core::{Code, SignKey, SpaceId, Timestamp, rule};

const ENDS: &[&str] = &["never", "in a second", "this second", "a second ago", "unreadable"];

pub fn table() -> Table {
    const KEPT: &str = "ban | allow";
    let refused = |verb, key, text, until, code, rule| row(["the server", verb, key, text, until], code, rule, "nothing");
    let done = |verb, text, until, rule, done| row(["the server", verb, "good", text, until], Code::Allowed, rule, done);
    Table {
        name: "member-content",
        title: "What must be right in a ban, an entry of the allowlist, and tags",
        verbs: vec!["ban", "allow", "set tags"],
        effect: "done",
        columns: vec![
            column("space", &["the server", "another"]),
            column("verb", &["ban", "allow", "set tags"]),
            column("key", words::key_check::WORDS),
            column("reason or tags", &["showable", "not showable"]),
            column("until", ENDS),
        ],
        rows: vec![
            row(["another", ANY, ANY, ANY, ANY], Code::NotFound, rule::SPACE_UNKNOWN, "nothing"),
            refused(KEPT, "no point", ANY, ANY, Code::MalformedKey, rule::MEMBER_KEYS),
            refused(KEPT, "not canonical", ANY, ANY, Code::NonCanonicalKey, rule::MEMBER_KEYS),
            refused(KEPT, "of small order", ANY, ANY, Code::WeakKey, rule::MEMBER_KEYS),
            refused("ban", "good", "not showable", ANY, Code::BadText, rule::MEMBER_TEXT),
            refused("ban", "good", "showable", "unreadable", Code::UnreadableExpiry, rule::MEMBER_UNTIL),
            refused("ban", "good", "showable", "this second | a second ago", Code::ExpiryInPast, rule::MEMBER_UNTIL),
            done("ban", "showable", "never | in a second", rule::BAN_DONE, "yes"),
            done("allow", ANY, ANY, rule::ALLOW_DONE, "yes"),
            refused("set tags", ANY, "not showable", ANY, Code::BadTag, rule::MEMBER_TEXT),
            refused(
                "set tags",
                "no point | not canonical | of small order",
                "showable",
                ANY,
                Code::NotAMember,
                rule::MEMBER_NONE,
            ),
            done("set tags", "showable", ANY, rule::TAGS_DONE, "yes"),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
    crate::reviewed(&list_table());
}

#[test]
fn step_for_every_content() {
    let (mut world, [_, admin, member]) = World::peopled();
    let declined = table().check(|cell| {
        let space = if cell.is("space", "another") { SpaceId([1; 16]) } else { SpaceId::SERVER };
        let key = bad_key(cell.get("key")).map_or(member.key(), SignKey);
        let member_there = Member { space, key };
        let (showable, now) = (cell.is("reason or tags", "showable"), world.now);
        let until = match cell.get("until") {
            "never" => Expiry::Never,
            "in a second" => Expiry::At(now.plus(1)),
            "this second" => Expiry::At(now),
            "a second ago" => Expiry::At(Timestamp(now.0 - 1)),
            _ => Expiry::Unreadable,
        };
        let command = match cell.get("verb") {
            "ban" => {
                let reason = if showable { "loud" } else { "lo\u{202e}ud" };
                Command::Ban(wire::Ban { member: member_there, reason: reason.into(), until }.into())
            }
            "allow" => Command::Allow(member_there),
            _ => {
                let Command::SetTags(mut set) = set_tags(&member, if showable { &["tea"] } else { &["Tea"] }) else { panic!() };
                set.member = member_there;
                Command::SetTags(set)
            }
        };
        let outcome = {
            let call = world.signed(&admin, 9, command);
            world.decide(&call)
        };
        let done = if outcome.decided().events.is_empty() { "nothing" } else { "yes" };
        Some(Answered::new(outcome.code(), outcome.rule(), done))
    });
    assert_eq!(declined, 0);
}

const MAY: &str = "admin | owner";

pub fn list_table() -> Table {
    let shown = |question, state, told| row([MAY, question, "the server", state], Code::Allowed, rule::KEYS_LIST, told);
    Table {
        name: "keys",
        title: "Who sees which keys are banned, and which are on the allowlist",
        verbs: vec!["list bans", "list allowed"],
        effect: "sees the key",
        columns: vec![
            column("asker", &["stranger", "member", "admin", "owner"]),
            column("question", &["list bans", "list allowed"]),
            column("space", &["the server", "another"]),
            column("a key is", &["on neither", "banned one second more", "banned until this second", "allowlisted"]),
        ],
        rows: vec![
            row(["stranger", ANY, ANY, ANY], Code::Unauthenticated, rule::ASK_SIGNATURE, "no"),
            row(["member | admin | owner", ANY, "another", ANY], Code::NotFound, rule::SPACE_UNKNOWN, "no"),
            row(["member", ANY, "the server", ANY], Code::MissingPermission, rule::ASK_PERMISSION, "no"),
            shown("list bans", "banned one second more", "yes, with the ban"),
            shown("list bans", "on neither | banned until this second | allowlisted", "no"),
            shown("list allowed", "allowlisted", "yes, with who listed it"),
            shown("list allowed", "on neither | banned one second more | banned until this second", "no"),
        ],
    }
}

#[test]
fn step_for_every_list() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let (people, guest) = ([&member, &admin, &owner], Person::new("guest"));
    world.join(&owner, &guest, Role::Member);
    let base = world.store.clone();
    let declined = list_table().check(|cell| {
        world.store = base.clone();
        let now = world.now;
        let ban = |until| Some(Ban { reason: "loud".into(), by: admin.key(), since: Timestamp(1), until: Expiry::At(until) });
        let state = cell.get("a key is");
        world.edit_key(&guest, |record| match state {
            "banned one second more" => record.ban = ban(now.plus(1)),
            "banned until this second" => record.ban = ban(now),
            "allowlisted" => record.allowlisted_by = Some(owner.key()),
            _ => {}
        });
        let space = if cell.is("space", "another") { SpaceId([1; 16]) } else { SpaceId::SERVER };
        let mark = |world: &mut World, key: String| world.store.insert(key, (1, vec![1]));
        match state {
            "allowlisted" => drop(mark(&mut world, doorward_core::record::keys::allowed(&SpaceId::SERVER, &guest.key()))),
            "on neither" => {}
            _ => drop(mark(&mut world, doorward_core::record::keys::banned(&SpaceId::SERVER, &guest.key()))),
        }
        let list = ListKeys { space, paging: Paging { after: String::new(), limit: 5 } };
        let question = if cell.is("question", "list bans") { Command::ListBans(list) } else { Command::ListAllowed(list) };
        let call = match cell.index("asker") {
            0 => Call::of(Asker::Stranger, question),
            at => world.signed(people[at - 1], 9, question),
        };
        let outcome = world.decide(&call);
        let sees = match outcome.reply() {
            Reply::Members(page) => match &page.items[..] {
                [] => "no",
                [seen] => {
                    assert_eq!((seen.key, seen.account.as_ref().unwrap().handle.as_str()), (guest.key(), "guest"));
                    match (&seen.ban, seen.allowlisted_by) {
                        (Some(ban), None) if ban.reason == "loud" && ban.by == admin.key() => "yes, with the ban",
                        (None, Some(by)) if by == owner.key() => "yes, with who listed it",
                        other => panic!("{other:?}"),
                    }
                }
                more => panic!("{more:?}"),
            },
            _ => "no",
        };
        Some(Answered::new(outcome.code(), outcome.rule(), sees))
    });
    assert_eq!(declined, 0);
}

/// A hundred and one banned keys, ten a page: each once, in order.
#[test]
fn lists_are_paged_and_never_cut() {
    let (mut world, [_, admin, _]) = World::peopled();
    let mut banned: Vec<SignKey> = (0..101).map(|number| Person::new(&format!("banned {number}")).key()).collect();
    for (number, key) in (0..).zip(&banned) {
        let member = Member { space: SpaceId::SERVER, key: *key };
        let ban = Command::Ban(wire::Ban { member, reason: String::new(), until: Expiry::Never }.into());
        let outcome = world.ask(&world.signed(&admin, 100 + number, ban));
        assert!(outcome.allowed(), "{}", outcome.code());
    }
    banned.sort();
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let list = ListKeys { space: SpaceId::SERVER, paging: Paging { after, limit: 10 } };
        let call = world.signed(&admin, 0, Command::ListBans(list));
        let outcome = world.decide(&call);
        let Reply::Members(page) = outcome.reply() else { panic!("{:?}", outcome.reply()) };
        assert!(page.items.len() <= 10);
        seen.extend(page.items.iter().map(|item| item.key));
        after = page.page.next.clone();
        if after.is_empty() {
            break;
        }
    }
    assert_eq!(seen, banned);
    world.audit();
}

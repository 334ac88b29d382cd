//! Register and prove.

use crate::issuer::ban;
use crate::kit::table::{ANY, Answered, Cell, Table, column, row};
use crate::kit::{Person, World};
use crate::words;
use doorward_core::record::{Ban, KeyRecord, Standing, keys};
use doorward_core::role::Role;
use doorward_core::wire::{Command, Prove, Register};
use doorward_core::{Code, KexKey, SignKey, Timestamp, rule};

const KEYS: &[&str] =
    &["unknown", "known", "known and revoked", "deleted before", "banned one second more", "ban over this second"];

pub fn table() -> Table {
    const MAY: &str = "admin | owner";
    const FREE: &str = "unknown | deleted before | ban over this second";
    Table {
        name: "register",
        title: "Adding an account without an invite",
        verbs: vec!["register"],
        effect: "done",
        columns: vec![
            column("caller", words::role::WORDS),
            column("sign key", words::key_check::WORDS),
            column("kex key", &["good", "of small order"]),
            column("handle", &["showable", "not showable"]),
            column("the key is", KEYS),
            column("place full", &["no", "yes"]),
        ],
        rows: vec![
            row(["member", ANY, ANY, ANY, ANY, ANY], Code::MissingPermission, rule::ASK_PERMISSION, "nothing"),
            row([MAY, "no point", ANY, ANY, ANY, ANY], Code::MalformedKey, rule::REGISTER_KEYS, "nothing"),
            row([MAY, "not canonical", ANY, ANY, ANY, ANY], Code::NonCanonicalKey, rule::REGISTER_KEYS, "nothing"),
            row([MAY, "of small order", ANY, ANY, ANY, ANY], Code::WeakKey, rule::REGISTER_KEYS, "nothing"),
            row([MAY, "good", "of small order", ANY, ANY, ANY], Code::WeakKey, rule::REGISTER_KEYS, "nothing"),
            row([MAY, "good", "good", "not showable", ANY, ANY], Code::BadText, rule::REGISTER_TEXT, "nothing"),
            row(
                [MAY, "good", "good", "showable", "known | known and revoked", ANY],
                Code::AccountExists,
                rule::REGISTER_EXISTS,
                "nothing",
            ),
            row([MAY, "good", "good", "showable", "banned one second more", ANY], Code::Banned, rule::REGISTER_BANNED, "nothing"),
            row([MAY, "good", "good", "showable", FREE, "yes"], Code::SpaceFull, rule::REGISTER_FULL, "nothing"),
            row(
                [MAY, "good", "good", "showable", FREE, "no"],
                Code::Allowed,
                rule::REGISTER_DONE,
                "unproved member of a new registration",
            ),
        ],
    }
}

#[test]
fn is_as_reviewed() {
    crate::reviewed(&table());
    crate::reviewed(&prove_table());
}

#[test]
fn step_for_every_key() {
    let (mut world, [owner, admin, member]) = World::peopled();
    let (people, guest) = ([&member, &admin, &owner], Person::new("guest"));
    world.join(&owner, &guest, Role::Member);
    let (base, former) = (world.store.clone(), world.key_record(&guest));
    let declined = table().check(|cell| {
        world.store = base.clone();
        file(&mut world, cell, &guest, &owner);
        let sign_key = bad_key(cell.get("sign key")).map_or(guest.key(), SignKey);
        let kex_key = if cell.is("kex key", "good") { guest.kex_key() } else { KexKey(bad_key("of small order").unwrap()) };
        let handle = if cell.is("handle", "showable") { "guest" } else { "" };
        let register = Command::Register(Register { sign_key, kex_key, handle: handle.into() }.into());
        let outcome = {
            let call = world.signed(people[cell.index("caller")], 9, register);
            world.decide(&call)
        };
        let done = match outcome.written::<KeyRecord>(&keys::account(&sign_key)) {
            None => "nothing",
            Some(record) => {
                let (account, seat) = (record.account.as_ref().unwrap(), record.current_seat().unwrap());
                assert_ne!(account.incarnation, former.account.as_ref().unwrap().incarnation, "a new registration");
                assert_eq!((account.binding, account.epoch, seat.role), (None, 0, Role::Member));
                "unproved member of a new registration"
            }
        };
        Some(Answered::new(outcome.code(), outcome.rule(), done))
    });
    assert_eq!(declined, 0);
}

fn file(world: &mut World, cell: &Cell<'_>, guest: &Person, by: &Person) {
    let now = world.now;
    let word = cell.get("the key is");
    world.edit_key(guest, |record| match word {
        "unknown" => *record = KeyRecord::default(),
        "known" => {}
        "known and revoked" => record.account.as_mut().unwrap().standing = Standing::Revoked,
        // What a delete leaves: the seat, inert.
        "deleted before" => record.account = None,
        _ => {
            record.account = None;
            record.ban = ban(word.trim_start_matches("banned ").trim_start_matches("ban "), now).map(|until| Ban {
                reason: String::new(),
                by: by.key(),
                since: Timestamp(0),
                until,
            });
        }
    });
    // Owner, admin and member are three; whoever is full of them takes no fourth.
    world.edit_root(|root| root.max_members = if cell.is("place full", "yes") { 3 } else { 0 });
    world.edit::<doorward_core::record::MemberCount>(&keys::members(&doorward_core::SpaceId::SERVER), |count| count.members = 3);
}

/// A key that is not a good one, in this way.
pub fn bad_key(word: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    match word {
        "no point" => bytes[0] = 2,
        "of small order" => bytes[0] = 1,
        "not canonical" => {
            bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (0xed, 0x7f);
        }
        _ => return None,
    }
    Some(bytes)
}

pub fn prove_table() -> Table {
    Table {
        name: "prove",
        title: "Supplying one's own signature over one's keys",
        verbs: vec!["prove"],
        effect: "done",
        columns: vec![
            column("signature over the keys", &["good", "wrong", "for another server"]),
            column("proved before", &["no", "yes"]),
        ],
        rows: vec![
            row(["wrong | for another server", ANY], Code::Unauthenticated, rule::PROVE_SIGNATURE, "nothing"),
            row(["good", "no"], Code::Allowed, rule::PROVE_DONE, "proved"),
            row(["good", "yes"], Code::Allowed, rule::PROVE_DONE, "nothing"),
        ],
    }
}

#[test]
fn step_for_every_proof() {
    let (mut world, [_, _, member]) = World::peopled();
    let base = world.store.clone();
    let declined = prove_table().check(|cell| {
        world.store = base.clone();
        let good = member.binding(&world.server.key());
        if cell.is("proved before", "yes") {
            world.edit_key(&member, |record| record.account.as_mut().unwrap().binding = Some(good));
        }
        let binding = match cell.get("signature over the keys") {
            "good" => good,
            "wrong" => member.sign(b"something else"),
            _ => member.binding(&Person::new("other").key()),
        };
        let outcome = {
            let call = world.signed(&member, 9, Command::Prove(Prove { binding }));
            world.decide(&call)
        };
        let written = outcome.written::<KeyRecord>(&keys::account(&member.key()));
        let done = match written.map(|record| record.account.unwrap().binding) {
            None => "nothing",
            Some(binding) => {
                assert_eq!(binding, Some(good));
                "proved"
            }
        };
        Some(Answered::new(outcome.code(), outcome.rule(), done))
    });
    assert_eq!(declined, 0);
}

//! The people and questions both sides are asked about, from the files in `cedar/`, and Doorward's bytes for them.

use doorward_core::record::{Account, Ban, KeyRecord, Pause, Seat, ServerRoot, Space, Standing, Stored, Via, keys};
use doorward_core::role::{Permission, Role};
use doorward_core::wire::{Asker, Can, Command, Context, FactsBuilder, Request, VERSION, encode};
use doorward_core::{DecisionId, Expiry, Incarnation, KexKey, SignKey, SpaceId, Timestamp};
use serde_json::Value;

/// When it all happens.
const NOW: Timestamp = Timestamp(1_800_000_000);
const SERVER: SignKey = SignKey([0x5e; 32]);

/// One person.
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) standing: String,
    pub(crate) banned: bool,
    pub(crate) member: bool,
}

/// One question: about whom, to do what (`None` = be here), and the right answer.
pub(crate) struct Question {
    pub(crate) name: String,
    pub(crate) permission: Option<String>,
    pub(crate) expected: bool,
}

/// Reads `cedar/people.json`.
pub(crate) fn people() -> Vec<Person> {
    let people: Value = serde_json::from_str(include_str!("../cedar/people.json")).unwrap_or_default();
    let text = |person: &Value, field: &str| person[field].as_str().unwrap_or_default().to_owned();
    let flag = |person: &Value, field: &str| person[field].as_bool().unwrap_or_default();
    let people = people.as_array().cloned().unwrap_or_default();
    people
        .iter()
        .map(|person| Person {
            name: text(person, "name"),
            role: text(person, "role"),
            standing: text(person, "standing"),
            banned: flag(person, "banned"),
            member: flag(person, "member"),
        })
        .collect()
}

/// Reads `cedar/questions.json`: those of *is authorized* (`enter`) or of *can*.
pub(crate) fn questions(kind: &str) -> Vec<Question> {
    let questions: Value = serde_json::from_str(include_str!("../cedar/questions.json")).unwrap_or_default();
    let rows = questions[kind].as_array().cloned().unwrap_or_default();
    let read = |row: &Value| {
        let cells = row.as_array().cloned().unwrap_or_default();
        let text = |at: usize| cells.get(at).and_then(Value::as_str).map(str::to_owned);
        let expected = cells.last().and_then(Value::as_bool).unwrap_or_default();
        Question { name: text(0).unwrap_or_default(), permission: text(1), expected }
    };
    rows.iter().map(read).collect()
}

fn key_of(name: &str) -> SignKey {
    SignKey(doorward_core::digest::sha256(&[name.as_bytes()]))
}

/// The request's bytes and the facts' bytes of a question, as a host would hand them to the policy.
pub(crate) fn bytes_of(question: &Question, people: &[Person]) -> (Vec<u8>, Vec<u8>) {
    let key = key_of(&question.name);
    let command = match question.permission.as_deref().and_then(Permission::from_name) {
        None => Command::IsAuthorized(key),
        Some(permission) => Command::Can(Can { account: key, permission, space: SpaceId::SERVER }),
    };
    let context = Context { server: SERVER, now: NOW, entropy: [7; 32] };
    let request = encode(&Request { version: VERSION, context, asker: Asker::Service, command });
    let record = people.iter().find(|person| person.name == question.name).map(record_of);
    let (root, account_key) = (root(), keys::account(&key));
    let account = record.map(|record| record.to_stored());
    let mut facts = FactsBuilder::default();
    facts.record(keys::SERVER, 12, Some(&root));
    facts.record(&account_key, 34, account.as_deref());
    (request, facts.encode())
}

fn root() -> Vec<u8> {
    Space {
        name: "A place to be".into(),
        join_rule: doorward_core::record::JoinRule::Invite,
        max_members: 0,
        description: String::new(),
        governed: true,
        pause: Pause::No,
        owner: Some(key_of("ada")),
        server: Some(ServerRoot { key: SERVER, owner_invite: None, restore_epoch: 0, restore_reviewed: true, highest_now: NOW }),
        child: None,
    }
    .to_stored()
}

fn record_of(person: &Person) -> KeyRecord {
    let incarnation = Incarnation([1; 16]);
    let standing = if person.standing == "revoked" { Standing::Revoked } else { Standing::Active };
    let account = Account {
        kex_key: KexKey([9; 32]),
        binding: None,
        handle: person.name.clone(),
        standing,
        incarnation,
        epoch: 0,
        created_at: NOW,
        via: Via::Direct,
        invited_by: SERVER,
        decision: DecisionId([2; 16]),
    };
    let role = Role::from_name(&person.role).unwrap_or(Role::Member);
    let seat = Seat { incarnation, role, tags: Vec::new(), joined_at: NOW, via: Via::Direct };
    let ban = Ban { reason: String::new(), by: SERVER, since: NOW, until: Expiry::Never };
    KeyRecord {
        account: Some(account),
        seat: person.member.then_some(seat),
        ban: person.banned.then_some(ban),
        allowlisted_by: None,
        spaces_owned: 0,
    }
}

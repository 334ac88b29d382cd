//! Every refusal of every operation on spaces and members, as the description of the API names them: each is brought about
//! over HTTP. What only a place in trouble answers is brought about elsewhere (`disk.rs`, `restore/`, `hostile/`).

mod networks;

use crate::{HERE, admin, comes_in, keys, open_place, set_rule};
use doorward_client::{Session, Until};
use doorward_core::code::Blame;
use doorward_core::record::{JoinRule, Pause};
use doorward_core::statement::{AccountStatement, Domain};
use doorward_core::view::UpdateSpaceBody;
use doorward_core::{Code, KexKey};
use doorward_tests::{Answer, Connection, Daemon, Oops, Signed, now, request};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Codes that nobody brings about by what he asks here, and where they are.
const ELSEWHERE: [(&str, &str); 2] = [
    // A commit that lost a race that it could not win by deciding again: `host/shell`.
    ("*", "conflict"),
    // `hostile/joins.rs`.
    ("join-space", "rate-limited"),
];

/// Codes that are answered, and stand in no decision table yet: so the description of the API does not name them.
const NOT_DESCRIBED: [(&str, &str); 3] =
    [("change-member", "not-governed"), ("transfer-space", "not-governed"), ("invite-account", "not-found")];

/// An operation of the description, with the statuses of each of its codes.
struct Operation {
    id: String,
    method: String,
    path: String,
    codes: BTreeMap<String, BTreeSet<u16>>,
}

impl Operation {
    fn writes(&self) -> bool {
        self.method != "GET"
    }

    /// Where it is, with some key and the server's own space.
    fn filled(&self, key: &str) -> String {
        self.path.replace("{id}", "server").replace("{key}", key)
    }

    fn takes_body(&self) -> bool {
        ["create-space", "update-space", "join-space", "change-member", "ban-key", "invite-account"].contains(&self.id.as_str())
    }
}

/// What the description says of operations on spaces.
fn described(daemon: &Daemon) -> Result<Vec<Operation>, Oops> {
    let document = Connection::open(daemon.address)?.call("GET", "/v1/openapi.json", None)?.json();
    let mut found = Vec::new();
    let paths = document["paths"].as_object().ok_or("no paths")?;
    for (path, methods) in paths.iter().filter(|(path, _)| path.starts_with("/v1/spaces")) {
        for (method, operation) in methods.as_object().ok_or("no methods")? {
            let mut codes = BTreeMap::<String, BTreeSet<u16>>::new();
            for (status, answer) in operation["responses"].as_object().ok_or("no answers")? {
                let named = &answer["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"]["code"]["enum"];
                for code in named.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    codes.entry(code.to_owned()).or_default().insert(status.parse()?);
                }
            }
            let id = operation["operationId"].as_str().ok_or("no name")?.to_owned();
            found.push(Operation { id, method: method.to_uppercase(), path: path.clone(), codes });
        }
    }
    Ok(found)
}

/// Who asks, all there is to ask about, and of which operation which code was answered.
struct World {
    daemon: Daemon,
    people: BTreeMap<&'static str, Session>,
    operations: Vec<Operation>,
    seen: BTreeSet<(String, String)>,
}

impl World {
    async fn new() -> Result<Self, Oops> {
        let (daemon, owner) = open_place().await?;
        let client = owner.client().clone();
        let mut people = BTreeMap::new();
        for name in ["admin", "other"] {
            people.insert(name, admin(&owner, "Bob").await?);
        }
        for name in ["member", "revoked", "banned", "kicked"] {
            people.insert(name, comes_in(&client, "Cyd").await?);
        }
        owner.revoke(&people["revoked"].sign_key()).await?;
        owner.ban(HERE, &people["banned"].sign_key(), "", Until::Never).await?;
        owner.kick(HERE, &people["kicked"].sign_key()).await?;
        let unproved = keys(&client, "Una")?;
        owner.register(unproved.sign_key(), unproved.keys().kex_key(), "Una").await?;
        people.extend([("unproved", unproved), ("stranger", keys(&client, "Eve")?), ("owner", owner)]);
        let operations = described(&daemon)?;
        Ok(Self { daemon, people, operations, seen: BTreeSet::new() })
    }

    fn owner(&self) -> &Session {
        &self.people["owner"]
    }

    fn signing_key(&self, who: &str) -> SigningKey {
        SigningKey::from_bytes(&self.people[who].keys().expose_seeds().sign)
    }

    /// A path with keys in place of `{names}`.
    fn filled(&self, path: &str) -> String {
        self.people
            .iter()
            .fold(path.to_owned(), |path, (name, who)| path.replace(&format!("{{{name}}}"), &who.sign_key().to_hex()))
    }

    /// Sends it as somebody, and gives the answer.
    fn ask(&self, who: &str, method: &str, path: &str, body: &str) -> Result<Answer, Oops> {
        let key = self.signing_key(who);
        match method {
            "GET" => Signed::get(&self.daemon, &key, path)?.send(&self.daemon),
            _ => Signed { method, signed_method: method, ..Signed::post(&self.daemon, &key, path, body.as_bytes())? }
                .send(&self.daemon),
        }
    }

    /// Checks a refusal against what is expected, and against what the description says of the operation.
    fn note(&mut self, method: &str, path: &str, answer: &Answer, code: &str) {
        let path = path.split('?').next().unwrap_or_default();
        let fits = |operation: &&Operation| {
            let (template, path): (Vec<&str>, Vec<&str>) = (operation.path.split('/').collect(), path.split('/').collect());
            let same = template.iter().zip(&path).all(|(wanted, part)| wanted.starts_with('{') || wanted == part);
            operation.method == method && template.len() == path.len() && same
        };
        let operation = self.operations.iter().find(fits).unwrap_or_else(|| panic!("{method} {path} is not described"));
        let id = &operation.id;
        assert_eq!(answer.code(), code, "{id}: {}", answer.json());
        let is_described = operation.codes.get(code).is_some_and(|statuses| statuses.contains(&answer.status));
        let is_expected = !NOT_DESCRIBED.contains(&(id, code));
        assert_eq!(is_described, is_expected, "{id} answers {code} with {}: what the description says of it", answer.status);
        self.seen.insert((id.clone(), code.to_owned()));
    }

    /// The body of a join with somebody's keys.
    fn join_body(&self, who: &str, change: impl FnOnce(&mut Value)) -> String {
        let person = &self.people[who];
        let server = *person.client().server_key();
        let (sign_key, kex_key) = (person.sign_key(), person.keys().kex_key());
        let statement = Domain::Account.statement(&AccountStatement { server, sign_key, kex_key });
        let binding = hex::encode(self.signing_key(who).sign(&statement).to_bytes());
        let mut body = json!({ "kex_key": kex_key.to_hex(), "handle": "Eve", "binding": binding });
        change(&mut body);
        body.to_string()
    }
}

/// What every operation refuses alike: requests that cannot be read, and askers who are nobody here.
fn alike(world: &mut World) -> Result<(), Oops> {
    let target = world.people["member"].sign_key().to_hex();
    let all: Vec<_> = world
        .operations
        .iter()
        .map(|one| (one.id.clone(), one.method.clone(), one.filled(&target), one.filled("xyz"), one.writes(), one.takes_body()))
        .collect();
    let member_body = |id: &str, world: &World, who: &str| match id {
        "update-space" => "{}".to_owned(),
        "create-space" => r#"{"name":"crew","join_rule":"open"}"#.to_owned(),
        "join-space" => world.join_body(who, |_| {}),
        "change-member" => r#"{"role":"admin"}"#.to_owned(),
        "invite-account" => r#"{"role":"member"}"#.to_owned(),
        "ban-key" => r#"{"until":"never"}"#.to_owned(),
        _ => String::new(),
    };
    for (id, method, path, bad_path, writes, takes_body) in all {
        let mut line = Connection::open(world.daemon.address)?;
        let unsigned = |line: &mut Connection, path: &str, body: &[u8]| line.send(&request(&method, path, &[], Some(body)));
        let good = member_body(&id, world, "owner");
        let body = good.as_bytes();
        let answer = unsigned(&mut line, &path, body)?;
        world.note(&method, &path, &answer, "unauthenticated");
        let answer = unsigned(&mut line, &path, b"x")?;
        world.note(&method, &path, &answer, "malformed");
        if bad_path != path {
            let answer = unsigned(&mut line, &bad_path, body)?;
            world.note(&method, &bad_path, &answer, "malformed-key");
        }
        let answer = Connection::open(world.daemon.address)?.send(&too_large(&method, &path))?;
        world.note(&method, &path, &answer, "too-large");
        let mut askers = vec![("revoked", "account-revoked"), ("banned", "banned")];
        if id != "join-space" {
            askers.extend([("stranger", "unauthenticated"), ("kicked", "not-a-member")]);
        }
        for (who, code) in askers {
            let answer = world.ask(who, &method, &path, &member_body(&id, world, who))?;
            world.note(&method, &path, &answer, code);
        }
        let key = world.signing_key("owner");
        let body = if method == "GET" { None } else { Some(good.as_bytes()) };
        let late =
            Signed { method: &method, signed_method: &method, body, sent_body: body, ..Signed::get(&world.daemon, &key, &path)? };
        let answer = Signed { created: now() - 301, ..late.clone() }.send(&world.daemon)?;
        world.note(&method, &path, &answer, "stale-request");
        if writes {
            // The same request id as of a request that said something else.
            let first = Signed {
                path: "/v1/spaces/server",
                signed_path: "/v1/spaces/server",
                method: "PATCH",
                signed_method: "PATCH",
                body: Some(b"{ }"),
                sent_body: Some(b"{ }"),
                ..late.clone()
            };
            assert_eq!(first.send(&world.daemon)?.status, 200);
            let answer = late.send(&world.daemon)?;
            world.note(&method, &path, &answer, "request-id-reused");
        }
        let elsewhere = path.replace("/server", &format!("/{}", "07".repeat(16)));
        if elsewhere != path {
            let answer = world.ask("owner", &method, &elsewhere, &good)?;
            world.note(&method, &elsewhere, &answer, "not-found");
        }
        assert_eq!(takes_body, !good.is_empty());
    }
    Ok(())
}

fn too_large(method: &str, path: &str) -> Vec<u8> {
    format!("{method} {path} HTTP/1.1\r\nhost: door\r\ncontent-length: 1048577\r\n\r\n").into_bytes()
}

/// Who asks for what, and how it is refused. Nothing here changes anything.
const ROWS: &[(&str, &str, &str, &str, &str)] = &[
    ("member", "PATCH", "", r#"{"name":"Mine"}"#, "missing-permission"),
    ("owner", "PATCH", "", r#"{"name":""}"#, "bad-text"),
    ("owner", "PATCH", "", r#"{"pause":"2020-01-01T00:00:00Z"}"#, "expiry-in-past"),
    ("owner", "PATCH", "", r#"{"join_rule":"token"}"#, "malformed"),
    ("owner", "PATCH", "", r#"{"pause":"soon"}"#, "malformed"),
    ("owner", "PATCH", "", r#"{"colour":"red"}"#, "malformed"),
    ("owner", "POST", "/leave", "", "last-owner"),
    ("member", "PATCH", "/members/{member}", r#"{"role":"admin"}"#, "missing-permission"),
    ("member", "PATCH", "/members/{member}", r#"{"tags":[]}"#, "missing-permission"),
    ("owner", "PATCH", "/members/{member}", r#"{"role":"king"}"#, "malformed"),
    ("owner", "PATCH", "/members/{member}", r#"{"role":"admin","tags":[]}"#, "malformed"),
    ("owner", "PATCH", "/members/{member}", "{}", "malformed"),
    ("admin", "PATCH", "/members/{member}", r#"{"role":"owner"}"#, "grant-too-high"),
    ("owner", "PATCH", "/members/{kicked}", r#"{"role":"admin"}"#, "not-a-member"),
    ("owner", "PATCH", "/members/{stranger}", r#"{"tags":["a"]}"#, "not-a-member"),
    ("admin", "PATCH", "/members/{owner}", r#"{"role":"member"}"#, "is-owner"),
    ("owner", "PATCH", "/members/{admin}", r#"{"role":"admin"}"#, "already-admin"),
    ("owner", "PATCH", "/members/{member}", r#"{"role":"member"}"#, "already-member-role"),
    ("admin", "PATCH", "/members/{other}", r#"{"role":"member"}"#, "rank-too-low"),
    ("admin", "PATCH", "/members/{owner}", r#"{"tags":["a"]}"#, "rank-too-low"),
    ("owner", "PATCH", "/members/{revoked}", r#"{"role":"admin"}"#, "account-revoked"),
    ("owner", "PATCH", "/members/{member}", r#"{"tags":["A"]}"#, "bad-tag"),
    ("member", "POST", "/members/{admin}/kick", "", "missing-permission"),
    ("owner", "POST", "/members/{kicked}/kick", "", "not-a-member"),
    ("owner", "POST", "/members/{owner}/kick", "", "last-owner"),
    ("admin", "POST", "/members/{owner}/kick", "", "rank-too-low"),
    ("admin", "POST", "/members/{owner}/transfer", "", "missing-permission"),
    ("owner", "POST", "/members/{owner}/transfer", "", "already-owner"),
    ("owner", "POST", "/members/{kicked}/transfer", "", "not-a-member"),
    ("owner", "POST", "/members/{revoked}/transfer", "", "account-revoked"),
    ("owner", "POST", "/members/{unproved}/transfer", "", "unproved"),
    ("member", "PUT", "/bans/{stranger}", r#"{"until":"never"}"#, "missing-permission"),
    ("owner", "PUT", "/bans/{owner}", r#"{"until":"never"}"#, "last-owner"),
    ("admin", "PUT", "/bans/{other}", r#"{"until":"never"}"#, "rank-too-low"),
    ("owner", "PUT", "/bans/{stranger}", r#"{"reason":"no end"}"#, "malformed"),
    ("owner", "PUT", "/bans/{stranger}", r#"{"reason":" ","until":"never"}"#, "bad-text"),
    ("owner", "PUT", "/bans/{stranger}", r#"{"until":"soon"}"#, "unreadable-expiry"),
    ("owner", "PUT", "/bans/{stranger}", r#"{"until":"2020-01-01T00:00:00Z"}"#, "expiry-in-past"),
    ("member", "DELETE", "/bans/{banned}", "", "missing-permission"),
    ("member", "GET", "/bans", "", "missing-permission"),
    ("owner", "GET", "/bans?limit=70000", "", "malformed"),
    ("member", "PUT", "/allowlist/{stranger}", "", "missing-permission"),
    ("member", "DELETE", "/allowlist/{stranger}", "", "missing-permission"),
    ("member", "GET", "/allowlist", "", "missing-permission"),
    ("owner", "GET", "/allowlist?after=%21", "", "malformed"),
];

/// Keys that nobody can hold: no point of the curve, one point in a second spelling, and one of small order.
fn bad_keys() -> [(String, &'static str); 3] {
    let written = |first: u8, rest: u8, last: u8| hex::encode([&[first][..], &[rest; 30], &[last]].concat());
    [(written(2, 0, 0), "malformed-key"), (written(0xee, 0xff, 0x7f), "non-canonical-key"), (written(1, 0, 0), "weak-key")]
}

fn rows(world: &mut World) -> Result<(), Oops> {
    for (who, method, path, body, code) in ROWS {
        let path = world.filled(&format!("/v1/spaces/server{path}"));
        let answer = world.ask(who, method, &path, body)?;
        world.note(method, &path, &answer, code);
    }
    for (key, code) in bad_keys() {
        for (path, body) in [("bans", r#"{"until":"never"}"#), ("allowlist", "")] {
            let path = format!("/v1/spaces/server/{path}/{key}");
            let answer = world.ask("owner", "PUT", &path, body)?;
            world.note("PUT", &path, &answer, code);
        }
    }
    Ok(())
}

/// Coming in by oneself, under every rule.
async fn joins(world: &mut World) -> Result<(), Oops> {
    const JOIN: &str = "/v1/spaces/server/join";
    let refused = |world: &mut World, who: &str, body: String, code: &str| -> Result<(), Oops> {
        let answer = world.ask(who, "POST", JOIN, &body)?;
        world.note("POST", JOIN, &answer, code);
        Ok(())
    };
    for (field, value, code) in [
        ("handle", json!(""), "bad-text"),
        ("handle", json!(7), "malformed"),
        ("kex_key", json!("xyz"), "malformed-key"),
        ("kex_key", json!(KexKey([0; 32]).to_hex()), "weak-key"),
        ("binding", json!("00".repeat(64)), "unauthenticated"),
        ("more", json!(1), "malformed"),
    ] {
        let body = world.join_body("stranger", |body| body[field] = value);
        refused(world, "stranger", body, code)?;
    }
    let good = |world: &World, who: &str| world.join_body(who, |_| {});
    let body = good(world, "member");
    refused(world, "member", body, "already-member")?;
    let rules =
        [("join-needs-invite", JoinRule::Invite), ("join-closed", JoinRule::Closed), ("not-allowlisted", JoinRule::Allowlist)];
    for (code, rule) in rules.into_iter().chain([("", JoinRule::Open)]) {
        set_rule(world.owner(), rule).await?;
        if !code.is_empty() {
            let body = good(world, "stranger");
            refused(world, "stranger", body, code)?;
        }
    }
    let change = async |world: &World, max_members: u32, pause: Pause| -> Result<(), Oops> {
        let change = UpdateSpaceBody { max_members: Some(max_members), pause: Some(pause.into()), ..UpdateSpaceBody::default() };
        world.owner().update_space(HERE, change).await?;
        Ok(())
    };
    for (code, max_members, pause) in [("space-full", 1, Pause::No), ("paused", 0, Pause::UntilLifted)] {
        change(world, max_members, pause).await?;
        let body = good(world, "stranger");
        refused(world, "stranger", body, code)?;
    }
    change(world, 0, Pause::No).await?;
    // The welcome of somebody who was shown the door since is not handed out again.
    let (key, body) = (world.signing_key("stranger"), good(world, "stranger"));
    let welcome = Signed::post(&world.daemon, &key, JOIN, body.as_bytes())?;
    for _ in 0..2 {
        assert_eq!(welcome.send(&world.daemon)?.status, 201, "asking twice is asking once");
    }
    world.owner().kick(HERE, &world.people["stranger"].sign_key()).await?;
    let answer = welcome.send(&world.daemon)?;
    world.note("POST", JOIN, &answer, "not-a-member");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_that_is_described_is_answered() -> Result<(), Oops> {
    let mut world = World::new().await?;
    alike(&mut world)?;
    rows(&mut world)?;
    joins(&mut world).await?;
    networks::rows(&mut world).await?;
    let mut missing = Vec::new();
    for operation in &world.operations {
        for code in operation.codes.keys() {
            let is_elsewhere = ELSEWHERE.iter().any(|(id, known)| (*id == "*" || *id == operation.id) && known == code);
            let is_trouble = Code::from_name(code).is_some_and(|code| code.blame() == Blame::Place) && !is_elsewhere;
            let was_seen = world.seen.contains(&(operation.id.clone(), code.clone()));
            if !(is_elsewhere || is_trouble || was_seen) {
                missing.push(format!("{}: {code}", operation.id));
            }
        }
    }
    assert!(missing.is_empty(), "described, and never answered: {missing:#?}");
    assert!(world.operations.len() >= 18 && world.seen.len() > 180, "{}", world.seen.len());
    Ok(())
}

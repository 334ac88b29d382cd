//! The description of the API against the program that serves it. What it says of answers, `cargo xtask api` holds it
//! to with many requests; here it is what is there at all, and its examples.

use doorward_client::{Client, Invitation, MintOptions, Session, Sharing, Until};
use doorward_core::record::JoinRule;
use doorward_core::role::{Permission, Role};
use doorward_core::time::DAY;
use doorward_core::view::{CreateSpaceBody, UpdateSpaceBody};
use doorward_core::wire::{InviteFilter, SpaceFilter};
use doorward_core::{SignKey, SpaceId};
use doorward_tests::{Answer, Connection, Daemon, Oops, Tape};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::os::unix::net::UnixStream;
use std::path::Path;

/// Every method that anyone may try.
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

fn description(answer: &Answer) -> Result<Value, Oops> {
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    Ok(serde_json::from_slice(&answer.body)?)
}

/// The path with something in place of what varies.
fn filled(path: &str) -> String {
    let key = "07".repeat(32);
    path.replace("{key}", &key).replace("{id}", &key[..32]).replace("{code}", "used-up")
}

/// Methods and paths of a description.
fn operations(description: &Value) -> Result<Vec<(String, BTreeSet<String>)>, Oops> {
    let paths = description["paths"].as_object().ok_or("no paths")?;
    let methods = |of: &Value| of.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase()).collect();
    Ok(paths.iter().map(|(path, of)| (path.clone(), methods(of))).collect())
}

#[test]
fn what_is_described_is_served_and_no_other_method_is() -> Result<(), Oops> {
    let daemon = Daemon::start()?;
    let mut line = Connection::open(daemon.address)?;
    let described = operations(&description(&line.call("GET", "/v1/openapi.json", None)?)?)?;
    assert!(described.len() > 15, "{described:?}");
    for (path, methods) in &described {
        for method in METHODS {
            let answer = line.call(method, &filled(path), None)?;
            if methods.contains(method) {
                assert!(answer.status != 405, "{method} {path} is described and not served");
            } else {
                assert_eq!(answer.status, 405, "{method} {path} is served and not described");
                let allowed: BTreeSet<String> =
                    answer.header("allow").unwrap_or_default().split(',').map(str::to_owned).collect();
                let heads = methods.contains("GET").then(|| "HEAD".to_owned());
                assert_eq!(allowed, methods.iter().cloned().chain(heads).collect(), "{path}");
            }
        }
    }
    Ok(())
}

#[test]
fn services_are_told_of_what_is_there_for_them() -> Result<(), Oops> {
    let daemon = Daemon::start()?;
    let mut line = Connection::over(UnixStream::connect(daemon.service_socket())?);
    let document = description(&line.call("GET", "/v1/openapi.json", None)?)?;
    let described = operations(&document)?;
    assert!(described.iter().any(|(path, _)| path == "/v1/authorized/{key}"));
    assert_eq!(document["paths"]["/v1/authorized/{key}"]["get"]["security"][0], json!({}), "no signature is needed there");
    assert!(!described.iter().any(|(path, _)| path.starts_with("/v1/invites") || path.starts_with("/v1/accounts")));
    for path in ["/v1/invites", "/v1/accounts", "/v1/spaces/server"] {
        assert_eq!(line.call("GET", path, None)?.status, 404, "{path}");
    }
    Ok(())
}

/// Everything that clients ask, from the owner's arrival to a guest's end.
async fn story(daemon: &Daemon, tape: &Tape) -> Result<(), Oops> {
    let client = Client::connect(&format!("http://{}", tape.address)).await?;
    let link = Invitation::read(&daemon.owner_link()?).map_err(|code| code.name())?;
    let join = async |link: &Invitation, handle: &str| {
        let identity = client.new_identity(handle)?;
        let preview = client.preview(link, None).await?;
        client.redeem(link, &preview.invite, handle, &identity.keys).await?;
        Ok::<_, Oops>(client.sign_in(identity, Sharing::Refused)?)
    };
    let owner = join(&link, "Ada").await?;
    owner.audit(None, Some(1)).await?;
    let options = MintOptions { label: "for Cyd".into(), greeting: "Welcome!".into(), ..MintOptions::default() };
    let invite = owner.mint(&options).await?.invitation;
    let guest = join(&invite, "Cyd").await?.sign_key();
    owner.show_invite(invite.id(), None, None).await?;
    let other = owner.mint(&MintOptions::default()).await?.invitation;
    owner.invites(&SpaceId::SERVER, InviteFilter::Live, None, None).await?;
    owner.cancel(other.id()).await?;
    let device = client.new_identity("Bea")?;
    let bea = device.keys.sign_key();
    owner.register(device.keys.sign_key(), device.keys.kex_key(), "Bea").await?;
    client.sign_in(device, Sharing::Refused)?.prove().await?;
    owner.accounts(None, Some(2)).await?;
    owner.account(&guest).await?;
    owner.is_authorized(&guest).await?;
    owner.authorized(&[guest, owner.sign_key()]).await?;
    owner.has_admin().await?;
    owner.can(&guest, Permission::Invite, &SpaceId::SERVER).await?;
    govern(&client, &owner, &guest).await?;
    network(&client, &owner).await?;
    owner.revoke(&guest).await?;
    owner.restore(&guest).await?;
    owner.delete(&guest).await?;
    owner.transfer(&SpaceId::SERVER, &bea).await?;
    let mut line = Connection::open(tape.address)?;
    for path in ["/healthz", "/readyz", "/.well-known/doorward"] {
        line.call("GET", path, None)?;
    }
    Ok(())
}

/// The place, its members, and who may come in.
async fn govern(client: &Client, owner: &Session, guest: &SignKey) -> Result<(), Oops> {
    let here = &SpaceId::SERVER;
    let opened = UpdateSpaceBody {
        join_rule: Some(JoinRule::Open.into()),
        description: Some("Friends and family".into()),
        ..UpdateSpaceBody::default()
    };
    owner.update_space(here, opened).await?;
    owner.space(here).await?;
    let dee = client.sign_in(client.new_identity("Dee")?, Sharing::Refused)?;
    dee.join(here, "Dee").await?;
    owner.set_role(here, guest, Role::Admin).await?;
    owner.kick(here, &dee.sign_key()).await?;
    dee.join(here, "Dee").await?;
    dee.leave(here).await?;
    owner.ban(here, &dee.sign_key(), "cool down", Until::In(7 * DAY)).await?;
    owner.bans(here, None, None).await?;
    owner.unban(here, &dee.sign_key()).await?;
    owner.allow(here, &dee.sign_key()).await?;
    owner.allowlist(here, None, None).await?;
    owner.disallow(here, &dee.sign_key()).await?;
    Ok(())
}

/// A network, from its beginning to its end.
async fn network(client: &Client, owner: &Session) -> Result<(), Oops> {
    let crew = CreateSpaceBody {
        name: "book-club".into(),
        description: "Every second Monday".into(),
        join_rule: JoinRule::Open.into(),
        max_members: 30,
        listed: true,
    };
    let crew = owner.create_space(crew).await?.space.read().map_err(|code| code.name())?;
    let eve = client.sign_in(client.new_identity("Eve")?, Sharing::Refused)?;
    eve.join(&SpaceId::SERVER, "Eve").await?;
    owner.spaces(SpaceFilter::Found, None, Some(10)).await?;
    eve.enter(&crew).await?;
    owner.members(&crew, None, Some(10)).await?;
    owner.delete_space(&crew).await?;
    let shift = CreateSpaceBody {
        name: "night-shift".into(),
        description: String::new(),
        join_rule: JoinRule::Invite.into(),
        max_members: 0,
        listed: false,
    };
    let shift = owner.create_space(shift).await?.space.read().map_err(|code| code.name())?;
    for accepts in [false, true] {
        owner.invite_account(&shift, &eve.sign_key(), Role::Member).await?;
        let waiting = eve.inbox().await?.pop().ok_or("nothing waits")?.id.read().map_err(|code| code.name())?;
        if accepts {
            eve.accept(&waiting).await?;
        } else {
            eve.decline(&waiting).await?;
        }
    }
    Ok(())
}

/// What went over the wire, by the names of the operations: the first of each.
fn seen(tape: &Tape, document: &Value) -> Result<Value, Oops> {
    let mut seen = json!({});
    for (sent, answer) in tape.exchanged() {
        let [method, target] = [0, 1].map(|word| sent.line.split(' ').nth(word).unwrap_or_default());
        let path = target.split('?').next().unwrap_or_default();
        let (template, varying) = document["paths"]
            .as_object()
            .into_iter()
            .flatten()
            .find_map(|(template, _)| Some((template, fits(template, path)?)))
            .ok_or_else(|| format!("{path} is not described"))?;
        let operation = &document["paths"][template][method.to_lowercase()]["operationId"];
        let example = &mut seen[operation.as_str().ok_or_else(|| format!("{method} {path} is not described"))?];
        if !example.is_null() {
            continue;
        }
        *example = json!({ "answers": { answer.status.to_string(): serde_json::from_slice::<Value>(&answer.body)? } });
        if !varying.is_empty() {
            example["path"] = varying.into();
        }
        if !sent.body.is_empty() {
            example["request"] = serde_json::from_slice(&sent.body)?;
        }
    }
    Ok(seen)
}

/// What stands in a path in place of what varies, by its name; empty where nothing does.
fn fits(template: &str, path: &str) -> Option<Map<String, Value>> {
    let mut varying = Map::new();
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    for (wanted, part) in template.iter().zip(&path) {
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => _ = varying.insert(name.to_owned(), json!(part)),
            None if wanted != part => return None,
            None => {}
        }
    }
    (template.len() == path.len()).then_some(varying)
}

/// A value without what is another one each time.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::String(_) => json!("text"),
        Value::Number(_) => json!("number"),
        Value::Bool(_) => json!("yes or no"),
        Value::Null => Value::Null,
    }
}

/// The examples in the description were recorded here. `DOORWARD_EXAMPLES=write` records them again.
#[tokio::test(flavor = "multi_thread")]
async fn examples_are_what_a_server_says_today() -> Result<(), Oops> {
    let daemon = Daemon::start()?;
    let tape = Tape::start(daemon.address)?;
    let document = description(&Connection::open(daemon.address)?.call("GET", "/v1/openapi.json", None)?)?;
    story(&daemon, &tape).await?;
    let today = seen(&tape, &document)?;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/daemon/src/http/openapi/examples.json");
    if std::env::var_os("DOORWARD_EXAMPLES").is_some_and(|wanted| wanted == "write") {
        std::fs::write(&file, serde_json::to_string_pretty(&today)? + "\n")?;
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&file)?)?;
    assert_eq!(shape(&kept), shape(&today), "record them again, with DOORWARD_EXAMPLES=write, and look at the difference");
    let ids =
        document["paths"].as_object().into_iter().flatten().flat_map(|(_, methods)| methods.as_object().into_iter().flatten());
    let ids: BTreeSet<&str> = ids.filter_map(|(_, operation)| operation["operationId"].as_str()).collect();
    // These are no JSON, or are the description itself.
    let others = ["explain-problem", "metrics", "openapi", "watch"];
    let kept = kept.as_object().ok_or("no examples")?.keys().map(String::as_str).chain(others).collect();
    assert_eq!(ids, kept, "every operation has its example");
    Ok(())
}

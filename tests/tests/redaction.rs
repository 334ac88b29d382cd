//! Secrets stay where they are: with the log at its most talkative, no token, link, key seed, nor signature of a request
//! is in the log, in the data folder, in the metrics or in an answer, however they are spelt.

use base64ct::{Base64UrlUnpadded, Encoding};
use doorward_client::{Client, Identity, Invitation, MintOptions, Session, Sharing, Until};
use doorward_core::record::JoinRule;
use doorward_core::view::UpdateSpaceBody;
use doorward_core::{SignKey, SpaceId};
use doorward_tests::{Connection, Daemon, Guest, Oops, Settings, Tape, request};
use serde_json::{Value, json};
use std::path::Path;

/// Something that must be found nowhere, in one of its spellings.
struct Needle {
    what: String,
    bytes: Vec<u8>,
}

/// What is looked through.
struct Haystack {
    place: String,
    bytes: Vec<u8>,
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

/// Every way in which programs write bytes down: raw, hexadecimal, both Base64 alphabets, and as Rust prints them.
fn spellings(what: &str, bytes: &[u8]) -> Vec<Needle> {
    let url = Base64UrlUnpadded::encode_string(bytes);
    let list = format!("{bytes:?}");
    let spelt = [
        bytes.to_vec(),
        hex::encode(bytes).into_bytes(),
        hex::encode_upper(bytes).into_bytes(),
        url.replace('-', "+").replace('_', "/").into_bytes(),
        url.into_bytes(),
        list.trim_matches(['[', ']']).replace(' ', "").into_bytes(),
        list.trim_matches(['[', ']']).to_owned().into_bytes(),
        bytes.escape_ascii().to_string().into_bytes(),
    ];
    spelt.into_iter().map(|bytes| Needle { what: what.to_owned(), bytes }).collect()
}

fn text(what: &str, text: &str) -> Needle {
    Needle { what: what.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn of_invitation(whose: &str, invitation: &Invitation) -> Result<Vec<Needle>, Oops> {
    let mut needles = spellings(&format!("{whose} token"), invitation.token.expose());
    let typed = invitation.typed_code();
    for typed in [typed.clone(), typed.replace('-', "")] {
        needles.push(text(&format!("{whose} typed code"), &typed));
        needles.push(text(&format!("{whose} typed code"), &typed.to_lowercase()));
    }
    // A piece is enough: whoever cuts a line must not be forgiven for it.
    needles.push(text(&format!("{whose} link"), &body_of(invitation)?[8..48]));
    Ok(needles)
}

fn of_account(whose: &str, session: &Session) -> Vec<Needle> {
    let seeds = session.keys().expose_seeds();
    let parts = [("signing seed", &seeds.sign), ("key-exchange seed", &seeds.kex), ("invite root", &seeds.invite_root)];
    parts.into_iter().flat_map(|(what, seed)| spellings(&format!("{whose} {what}"), &seed[..])).collect()
}

fn body_of(invitation: &Invitation) -> Result<String, Oops> {
    let link = invitation.link().ok_or("no link")?;
    Ok(link.split_once('#').ok_or("no fragment")?.1.to_owned())
}

/// The signatures by which requests were allowed. Those over an invite's claims and over a key binding are not among
/// them: they prove something for as long as the invite or the account lives, and are kept for that.
fn request_signatures(tape: &Tape) -> Result<Vec<Needle>, Oops> {
    let mut needles = Vec::new();
    for sent in tape.sent() {
        for (_, value) in sent.headers.iter().filter(|(name, _)| name == "signature") {
            let encoded = value.strip_prefix("doorward=:").and_then(|value| value.strip_suffix(':')).ok_or("not ours")?;
            needles.extend(spellings(&format!("the signature of {}", sent.line), &base64ct::Base64::decode_vec(encoded)?));
        }
        let body: Value = serde_json::from_slice(&sent.body).unwrap_or_default();
        let path = sent.line.split(' ').nth(1).unwrap_or_default();
        let proofs = if path.ends_with("/redeem") {
            vec![&body["invite_signature"], &body["account_signature"]]
        } else if path.ends_with("/preview") {
            vec![&body["signature"], &body["account"]["signature"]]
        } else {
            Vec::new()
        };
        // What is of another length stood there as part of a refusal and was no signature.
        for proof in proofs.into_iter().filter_map(Value::as_str).filter(|proof| proof.len() == 128) {
            needles.extend(spellings(&format!("a proof in {}", sent.line), &hex::decode(proof)?));
        }
    }
    Ok(needles)
}

/// All files of the data folder but the one that is the server's own key, and the log.
fn on_disk(daemon: &Daemon) -> Result<Vec<Haystack>, Oops> {
    let mut found = vec![Haystack { place: "the log".into(), bytes: daemon.log().into_bytes() }];
    let mut folders = vec![daemon.data()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let named = |name: &str| path.file_name() == Some(name.as_ref());
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() && !named("server.key") {
                found.push(Haystack { place: path.display().to_string(), bytes: std::fs::read(&path)? });
            }
        }
    }
    Ok(found)
}

fn nothing_is_found(needles: &[Needle], haystacks: &[Haystack]) {
    for needle in needles {
        assert!(needle.bytes.len() >= 32, "{}: too short to look for", needle.what);
        for haystack in haystacks {
            let spelling = String::from_utf8_lossy(&needle.bytes);
            assert!(!contains(&haystack.bytes, &needle.bytes), "{} is in {}, as {spelling}", needle.what, haystack.place);
        }
    }
}

async fn join(client: &Client, invitation: &Invitation, handle: &str) -> Result<Session, Oops> {
    let identity: Identity = client.new_identity(handle)?;
    let preview = client.preview(invitation, Some(&identity.keys)).await?;
    client.redeem(invitation, &preview.invite, handle, &identity.keys).await?;
    Ok(client.sign_in(identity, Sharing::Refused)?)
}

/// What goes wrong: links where they do not belong, proofs that are none, secrets in the wrong fields.
async fn refusals(tape: &Tape, owner: &Session, open: &Invitation, claims: &[u8]) -> Result<(), Oops> {
    let (client, body, token) = (owner.client(), body_of(open)?, open.token.to_text());
    let call = |method: &str, path: &str, body: Option<&Value>| {
        let body = body.map(|body| body.to_string().into_bytes());
        Connection::open(tape.address)?.call(method, path, body.as_deref())
    };
    for path in [format!("/i/{body}"), format!("/i%23{body}"), format!("/i?x={body}")] {
        assert_eq!(call("GET", &path, None)?.status, 200, "the page explains it");
    }
    for path in [format!("/{body}"), format!("/problems/{body}"), format!("/assets/{body}"), format!("/v1/accounts/{token}")] {
        assert!(call("GET", &path, None)?.status >= 400, "{path}");
    }
    let preview = format!("/v1/invites/{}/preview", open.id());
    let redeem = format!("/v1/invites/{}/redeem", open.id());
    for field in ["token", "invite_key", "created", "signature"] {
        for path in [&preview, &redeem] {
            for secret in [&token, &body, &open.typed_code(), &hex::encode(open.token.expose())] {
                assert!(call("POST", path, Some(&json!({ field: secret })))?.status >= 400, "{field} to {path}");
            }
        }
    }
    assert!(call("POST", &format!("/v1/invites/{token}/preview"), Some(&json!({})))?.status >= 400);

    let guest = Guest::new()?;
    for field in ["invite_signature", "account_signature"] {
        let mut wrong = serde_json::to_value(guest.redeem_body(open, claims, client.server_key(), client.now()))?;
        wrong[field] = json!(guest.sign(b"something else").to_hex());
        assert!(call("POST", &redeem, Some(&wrong))?.status >= 400, "{field}");
    }
    let stranger = client.sign_in(client.new_identity("Mallory")?, Sharing::Refused)?;
    assert!(stranger.whoami().await.is_err() && stranger.mint(&MintOptions::default()).await.is_err());
    Ok(())
}

/// Opens the place, and bars somebody who came in without an invite.
async fn govern(owner: &Session) -> Result<Session, Oops> {
    let (here, client) = (&SpaceId::SERVER, owner.client());
    let change = UpdateSpaceBody { join_rule: Some(JoinRule::Open.into()), ..UpdateSpaceBody::default() };
    owner.update_space(here, change).await?;
    let joined = client.sign_in(client.new_identity("Dee")?, Sharing::Refused)?;
    joined.join(here, "Dee").await?;
    owner.set_tags(here, &joined.sign_key(), &["new".into()]).await?;
    owner.ban(here, &joined.sign_key(), "loud", Until::Never).await?;
    assert!(joined.join(here, "Dee").await.is_err(), "and stays out");
    Ok(joined)
}

/// From the owner's arrival to a guest's return, with a restart in between; gives what must stay secret, and a public key that need not.
async fn story(daemon: &mut Daemon, tape: &Tape) -> Result<(Vec<Needle>, SignKey), Oops> {
    let url = format!("http://{}", tape.address);
    let client = Client::connect(&url).await?;
    let owner_link = Invitation::read(&daemon.owner_link()?).map_err(|code| code.name())?;
    let owner = join(&client, &owner_link, "Ada").await?;
    assert!(join(&client, &owner_link, "Eve").await.is_err(), "used up");
    let minted = owner.mint(&MintOptions { label: "for Cyd".into(), ..MintOptions::default() }).await?.invitation;
    let guest = join(&client, &minted, "Cyd").await?;
    let open = Daemon::invite(&owner, 5).await?;
    let claims = client.preview(&open, None).await?.invite.claims;
    let urls = tape.sent().into_iter().map(|sent| sent.line + "\n").collect::<String>();
    refusals(tape, &owner, &open, &claims).await?;
    let joined = govern(&owner).await?;

    owner.revoke(&guest.sign_key()).await?;
    assert!(guest.whoami().await.is_err());
    let mut needles = of_account("the owner's", &owner);
    needles.extend(of_account("the guest's", &guest));
    needles.extend(of_account("the keys of one who joined by himself", &joined));
    needles.extend(of_invitation("the owner's", &owner_link)?);
    needles.extend(of_invitation("the guest's", &minted)?);
    needles.extend(of_invitation("an open", &open)?);
    let seed = hex::decode(std::fs::read_to_string(daemon.data().join("server.key"))?.trim())?;
    needles.extend(spellings("the server's seed", &seed));
    assert!(urls.contains("/redeem HTTP/1.1"), "{urls}");
    nothing_is_found(&needles, &[Haystack { place: "a URL that clients ask for".into(), bytes: urls.into_bytes() }]);

    // Once while the daemon runs and the store has its journal, once when it has written everything back.
    needles.extend(request_signatures(tape)?);
    nothing_is_found(&needles, &on_disk(daemon)?);
    daemon.terminate()?;
    nothing_is_found(&needles, &on_disk(daemon)?);
    refused_starts(daemon, &needles)?;
    daemon.restart()?;
    assert!(guest.whoami().await.is_err(), "still revoked");
    owner.cancel(open.id()).await?;
    owner.restore(&guest.sign_key()).await?;
    guest.whoami().await?;
    let key = guest.sign_key();
    let stored = on_disk(daemon)?.into_iter().any(|file| is_store(&file) && contains(&file.bytes, &key.0));
    assert!(stored, "the search reads the right files: a public key is in the store");
    Ok((needles, key))
}

/// What a start says that cannot be: with a key nobody can read, and with a policy that is none.
fn refused_starts(daemon: &Daemon, needles: &[Needle]) -> Result<(), Oops> {
    let key = daemon.data().join("server.key");
    let (good, start) = (std::fs::read_to_string(&key)?, |more: &[&str]| -> Result<Haystack, Oops> {
        let mut command = std::process::Command::new(doorward_tests::program()?);
        command.args(["serve", "--log", "trace", "--listen", "127.0.0.1:0", "--public-url", "http://127.0.0.1:1", "--data"]);
        let ended = command.arg(daemon.data()).args(more).env("RUST_BACKTRACE", "full").output()?;
        assert_eq!(ended.status.code(), Some(1), "{}", String::from_utf8_lossy(&ended.stderr));
        Ok(Haystack { place: "what a refused start says".into(), bytes: [ended.stdout, ended.stderr].concat() })
    });
    // A character too many: what is left is the whole seed.
    std::fs::write(&key, format!("{}0\n", good.trim()))?;
    let said = start(&[])?;
    assert!(contains(&said.bytes, b"server.key"), "it says what is wrong");
    std::fs::write(&key, &good)?;
    nothing_is_found(needles, &[said, start(&["--policy", key.to_str().ok_or("not UTF-8")?])?]);
    Ok(())
}

/// Takes its memory away and goes on asking, with secrets in every request, until it dies of it. Requests stay
/// unfinished and are held side by side, so that what was freed before is soon used up.
fn crash(daemon: &mut Daemon, open: &[u8]) -> Result<(), Oops> {
    const SIDE_BY_SIDE: usize = 100;
    // Threads that live a moment longer log after them.
    const LAST_WORDS: [&str; 2] = ["memory allocation of", "panicked at"];
    let quiet = daemon.log().len();
    let limited = std::process::Command::new("prlimit").args(["--as=1", "--pid", &daemon.pid().to_string()]).status()?;
    assert!(limited.success(), "prlimit: {limited}");
    let whole = request("POST", "/v1/authorized", &[], Some(&open.repeat(1_000_000 / open.len())));
    let (start, mut held) = (std::time::Instant::now(), std::collections::VecDeque::new());
    while let Ok(mut line) = Connection::open(daemon.address) {
        assert!(start.elapsed() < std::time::Duration::from_secs(60), "it does not die");
        // Whether it still reads does not matter.
        line.push(&whole[..whole.len() - 1]);
        held.push_back(line);
        if held.len() > SIDE_BY_SIDE {
            held.pop_front();
        }
    }
    assert!(!daemon.ended()?.success());
    let log = daemon.log();
    assert!(LAST_WORDS.iter().any(|words| log[quiet..].contains(words)), "it says what it died of");
    Ok(())
}

fn is_store(file: &Haystack) -> bool {
    Path::new(&file.place).file_name().is_some_and(|name| name.to_string_lossy().starts_with("doorward.db"))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_written_down_or_answered() -> Result<(), Oops> {
    nothing_is_told("text").await
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_in_the_log_that_machines_read() -> Result<(), Oops> {
    nothing_is_told("json").await
}

async fn nothing_is_told(log_format: &str) -> Result<(), Oops> {
    let env = vec![("RUST_BACKTRACE".to_owned(), "full".to_owned())];
    let args = vec!["--log-format".to_owned(), log_format.to_owned()];
    let mut daemon = Daemon::start_with(Settings { log: Some("trace".into()), env, args, ..Settings::default() })?;
    let tape = Tape::start(daemon.address)?;
    let (mut needles, key) = story(&mut daemon, &tape).await?;
    let metrics = Connection::open(tape.address)?.send(&request("GET", "/metrics", &[], None))?;
    assert!(contains(&metrics.body, b"doorward_http_requests_total"), "{}", metrics.status);

    needles.extend(request_signatures(&tape)?);
    let signed = needles.iter().filter(|needle| needle.what.starts_with("the signature of")).count();
    let proofs = needles.iter().filter(|needle| needle.what.starts_with("a proof in")).count();
    assert!(signed >= 8 * 8 && proofs >= 8 * 8, "signatures were seen on the wire: {signed}, {proofs}");
    let log = daemon.log();
    for line in ["TRACE", "DEBUG", "doorward::http", "/v1/invites/{id}/redeem", "/i/{*rest}"] {
        assert!(log.contains(line), "the log tells of requests: {line}");
    }
    let mut haystacks = on_disk(&daemon)?;
    let answers = tape.received();
    let public = spellings("a public key", &key.0);
    assert!(public.iter().any(|spelt| contains(&answers, &spelt.bytes)), "the answers are there, and so is a public key");
    haystacks.push(Haystack { place: "an answer".into(), bytes: answers });
    assert!(haystacks.iter().any(is_store) && !daemon.data().join("owner-link.txt").exists());
    nothing_is_found(&needles, &haystacks);
    let token = needles.iter().find(|needle| needle.what == "an open token").ok_or("no token")?;
    crash(&mut daemon, &token.bytes)?;
    nothing_is_found(&needles, &on_disk(&daemon)?);
    Ok(())
}

//! How every command ends, for people and for scripts: 0 done or allowed, 1 fault or wrong usage, 2 denied with the code
//! printed. One table, run twice: as people type it, and with `--json`.

use super::world::World;
use doorward_tests::{Oops, program};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

/// Who types what, how it ends, and what is seen then: after 0 the shape of the JSON (members of the object, or of the
/// first one in a list), otherwise a part of what is said.
type Row = (&'static str, &'static str, i32, &'static str);

const INVITE: &str =
    "expires greeting id issuer issuer_fingerprint issuer_handle label max_uses minted_at role salt space state uses";
const CARD: &str = "command expires greeting id label link max_uses role state token typed_code";
const ACCOUNT: &str = "details fingerprint handle key role tags";
const KEY: &str = "created file fingerprint handle kex_key public_url server_key server_name sign_key";
const PREVIEW: &str = "expires exposed greeting id issuer issuer_fingerprint issuer_handle max_uses members rebind role server_key server_name space_name tags uses verdict";
const SPACE: &str = "description governed join_rule listed max_members members name owner pause paused space you";
const MEMBER: &str = "account allowlisted_by ban fingerprint key";
const OFFER: &str = "code expires id issuer issuer_fingerprint issuer_handle role space space_name";
const STATE: &str = "bytes chain file records revision sequence server_key signed_at";

/// While the server runs. Later rows build on earlier ones.
const RUNNING: &[Row] = &[
    ("ada", "whoami", 0, "account receipt server"),
    ("fay", "whoami", 1, "you have no keys"),
    ("gus", "whoami", 2, "account-revoked"),
    ("ada", "invite create --label x", 0, CARD),
    ("ada", "invite create --count 2", 0, CARD),
    ("ada", "invite create --uses 0", 1, "unlimited"),
    ("ada", "invite create --labels no-such-file", 1, "cannot read no-such-file"),
    ("ada", "invite create --expires 400d", 2, "expiry-too-far"),
    ("ada", "invite create --role owner", 2, "grant-too-high"),
    ("cyd", "invite create", 2, "missing-permission"),
    ("cyd", "invite create --count 3 --sheet never.html", 2, "missing-permission"),
    ("ada", "invite list", 0, INVITE),
    ("ada", "invite list --state none", 1, "possible values"),
    ("cyd", "invite list", 2, "missing-permission"),
    ("ada", "invite show {invite}", 0, "claims invite invite_signature issuer_signature next uses"),
    ("ada", "invite show 7", 1, "32 hexadecimal"),
    ("cyd", "invite show {invite}", 2, "missing-permission"),
    ("ada", "invite link {invite}", 0, CARD),
    ("fay", "invite link {invite}", 1, "you have no keys"),
    ("cyd", "invite link {invite}", 2, "missing-permission"),
    ("ada", "invite cancel {spare}", 0, INVITE),
    ("ada", "invite cancel", 1, "required"),
    ("cyd", "invite cancel {invite}", 2, "missing-permission"),
    ("fay", "preview {link}", 0, PREVIEW),
    ("fay", "preview --offline {link}", 0, "expired expires exposed fingerprint id server"),
    ("fay", "preview --server http://127.0.0.1:9 {link}", 1, "no server at"),
    ("fay", "preview nonsense", 2, "damaged-link"),
    ("fay", "preview {cancelled_link}", 2, "invite-cancelled"),
    ("fay", "redeem {cancelled_link} --handle Fay", 2, "invite-cancelled"),
    ("fay", "redeem {link}", 1, "--handle NAME"),
    (
        "fay",
        "redeem {link} --handle Fay",
        0,
        "account at code file fingerprint handle public_url role sequence server_key server_name space",
    ),
    ("gus", "redeem {fresh_link} --handle Gus", 2, "move them away"),
    ("ada", "account list", 0, ACCOUNT),
    ("cyd", "account list --everybody", 1, "--everybody"),
    ("gus", "account list", 2, "account-revoked"),
    ("ada", "account show Cyd", 0, ACCOUNT),
    ("ada", "account show Nobody", 1, "nobody you may see is called Nobody"),
    ("gus", "account show {cyd}", 2, "account-revoked"),
    ("ada", "why Cyd send", 0, "account allow code facts fingerprint permission rule space text"),
    ("ada", "why Cyd fly", 1, "possible values"),
    ("ada", "why Cyd invite", 2, "missing-permission"),
    ("cyd", "why Ada send", 2, "missing-permission"),
    ("ada", "audit", 0, "allow asked at code decision policy rule sequence text"),
    ("ada", "audit --limit 0", 1, "0 is not in 1.."),
    ("cyd", "audit", 2, "missing-permission"),
    ("ada", "events --after 0 --count 1", 0, "at kind sequence space"),
    ("ada", "events --count 0", 1, "0 is not in 1.."),
    ("gus", "events", 2, "account-revoked"),
    ("ada", "account revoke {dee}", 0, "account code"),
    ("ada", "account revoke Cyd", 1, "Name the fingerprint"),
    ("cyd", "account revoke {dee}", 2, "missing-permission"),
    ("ada", "account restore {dee}", 0, "account code"),
    ("ada", "account restore {dee} {dee}", 1, "unexpected argument"),
    ("cyd", "account restore {dee}", 2, "missing-permission"),
    ("ada", "account delete {dee}", 1, "say --yes"),
    ("cyd", "account delete {dee} --yes", 2, "missing-permission"),
    ("ada", "account delete {dee} --yes", 0, "account code"),
    ("cyd", "account register {eve} {eve_kex} --handle Eve", 2, "missing-permission"),
    ("ada", "account register {eve} nonsense --handle Eve", 1, "64 hexadecimal"),
    ("eve", "key prove", 2, "unauthenticated"),
    ("ada", "account register {eve} {eve_kex} --handle Eve", 0, ACCOUNT),
    ("fay", "key prove --server http://127.0.0.1:9", 1, "no server at"),
    ("eve", "key prove", 0, "code key"),
    ("ada", "space show", 0, SPACE),
    ("hal", "space show", 1, "you have no keys"),
    ("gus", "space show", 2, "account-revoked"),
    ("ada", "space set --name Home --max-members 50 --pause 1h", 0, SPACE),
    ("ada", "space set --resume", 0, SPACE),
    ("ada", "space set", 1, "required"),
    ("ada", "space set --pause never", 1, "until-lifted"),
    ("ada", "space set --rule nobody", 1, "possible values"),
    ("ada", "space set --name \u{202e}", 2, "bad-text"),
    ("cyd", "space set --name Mine", 2, "missing-permission"),
    ("ada", "space create crew --description Cooks --rule open --max 30", 0, SPACE),
    ("ada", "space create", 1, "required"),
    ("ada", "space create Crew", 2, "bad-name"),
    ("ada", "space create crew", 2, "name-taken"),
    ("cyd", "space create mine", 2, "missing-permission"),
    ("ada", "space list", 0, SPACE),
    ("cyd", "space list --found", 0, ""),
    ("ada", "space list --lost", 1, "--lost"),
    ("gus", "space list", 2, "account-revoked"),
    ("cyd", "space show crew", 2, "doorward space list --found"),
    ("cyd", "space enter crew", 2, "not-found"),
    ("ada", "space set crew --listed yes", 0, SPACE),
    ("ada", "space set crew --listed maybe", 1, "say yes or no"),
    ("cyd", "space list --found", 0, SPACE),
    ("cyd", "space show crew", 0, SPACE),
    ("cyd", "space show Crew", 1, "by its name or its id"),
    ("cyd", "space enter crew", 0, MEMBER),
    ("cyd", "space enter", 1, "required"),
    ("cyd", "space enter server", 1, "doorward join"),
    ("cyd", "space enter crew", 2, "already-member"),
    ("cyd", "member list --space crew", 0, MEMBER),
    ("ada", "member list", 0, MEMBER),
    ("ada", "member list all", 1, "unexpected argument"),
    ("fay", "member list --space crew", 2, "missing-permission"),
    ("ada", "member role {cyd} admin --space crew", 0, MEMBER),
    ("cyd", "member tags {cyd} cook --space crew", 0, MEMBER),
    ("cyd", "invite create --space crew", 0, CARD),
    ("cyd", "invite create --space crew --role admin", 2, "grant-too-high"),
    ("cyd", "invite list --space crew", 0, INVITE),
    ("cyd", "invite list --space none", 2, "not-found"),
    ("ada", "ban add {eve} --space crew", 0, MEMBER),
    ("ada", "ban list --space crew", 0, MEMBER),
    ("ada", "ban remove {eve} --space crew", 0, MEMBER),
    ("ada", "allow add {eve} --space crew", 0, MEMBER),
    ("ada", "allow list --space crew", 0, MEMBER),
    ("ada", "allow remove {eve} --space crew", 0, MEMBER),
    ("cyd", "events --space crew --after 0 --count 1", 0, "account at kind sequence space"),
    ("cyd", "why Cyd kick --space crew", 0, "account allow code facts fingerprint permission rule space text"),
    ("cyd", "inbox", 0, OFFER),
    ("ada", "space set club --pause 1h", 0, SPACE),
    ("cyd", "inbox accept {offer}", 2, "paused"),
    ("ada", "space set club --resume", 0, SPACE),
    ("cyd", "inbox accept 0", 1, "no one invite"),
    ("cyd", "inbox accept {offer}", 0, MEMBER),
    ("cyd", "inbox decline 0", 1, "no one invite"),
    ("gus", "inbox decline {other_offer}", 2, "account-revoked"),
    ("cyd", "inbox decline {other_offer}", 0, OFFER),
    ("ada", "member invite {cyd} --space den --role admin", 0, ""),
    ("ada", "member invite {cyd} --space den", 0, ""),
    ("ada", "member invite --space den", 1, "required"),
    ("ada", "member invite {cyd} --space club", 2, "already-member"),
    ("cyd", "space leave crew", 1, "say --yes"),
    ("cyd", "space leave crew --yes", 0, "code key space"),
    ("ada", "space leave crew --yes", 2, "is-owner"),
    ("cyd", "space delete crew --yes", 2, "missing-permission"),
    ("ada", "space delete crew", 1, "say --yes"),
    ("ada", "space delete server --yes", 1, "the server itself"),
    ("ada", "space delete crew --yes", 0, "code space"),
    ("ada", "space delete crew --yes", 2, "not-found"),
    ("ada", "member tags {cyd} team night-shift", 0, MEMBER),
    ("ada", "member tags {cyd} --none", 0, MEMBER),
    ("ada", "member tags {cyd}", 1, "required"),
    ("ada", "member tags Cyd team", 1, "Name the fingerprint"),
    ("ada", "member tags {cyd} Team", 2, "bad-tag"),
    ("cyd", "member tags {eve} team", 2, "missing-permission"),
    ("ada", "member role {eve} admin", 0, MEMBER),
    ("ada", "member role {eve} king", 1, "a role is"),
    ("ada", "member role {eve} admin", 2, "already-admin"),
    ("ada", "member role {eve} owner", 2, "doorward member transfer"),
    ("ada", "member transfer {eve}", 1, "say --yes"),
    ("cyd", "member transfer {eve} --yes", 2, "missing-permission"),
    ("ada", "member kick {eve}", 0, MEMBER),
    ("ada", "member kick", 1, "required"),
    ("ada", "member kick {eve}", 2, "They are not in"),
    ("eve", "join {url}", 2, "join-needs-invite"),
    ("ivy", "join {url}", 1, "--handle NAME"),
    ("ivy", "join {fresh_link} --handle Ivy", 1, "doorward redeem LINK"),
    ("ada", "space set --rule allowlist", 0, SPACE),
    ("ivy", "join {url} --handle Ivy", 2, "doorward allow add"),
    ("ada", "allow add {eve}", 0, MEMBER),
    ("ada", "allow add Eve", 1, "Name the fingerprint"),
    ("cyd", "allow add {eve}", 2, "missing-permission"),
    ("ada", "allow list", 0, MEMBER),
    ("ada", "allow list all", 1, "unexpected argument"),
    ("cyd", "allow list", 2, "missing-permission"),
    ("eve", "join {url}", 0, "account code file fingerprint handle public_url role server_key server_name"),
    ("eve", "leave", 1, "say --yes"),
    ("eve", "leave --yes", 0, "code key"),
    ("ada", "leave --yes", 2, "last-owner"),
    ("ada", "allow remove ffff-ffff", 1, "no key there"),
    ("cyd", "allow remove {eve}", 2, "missing-permission"),
    ("ada", "allow remove {eve}", 0, MEMBER),
    ("ada", "ban add {eve} --until 7d --reason loud", 0, MEMBER),
    ("ada", "ban add Cyd", 1, "Name the fingerprint"),
    ("cyd", "ban add {eve}", 2, "missing-permission"),
    ("eve", "join {url}", 2, "not-allowlisted"),
    ("ada", "ban list", 0, MEMBER),
    ("ada", "ban list all", 1, "unexpected argument"),
    ("cyd", "ban list", 2, "missing-permission"),
    ("ada", "ban remove ffff-ffff", 1, "no key there"),
    ("cyd", "ban remove {eve}", 2, "missing-permission"),
    ("ada", "ban remove {eve}", 0, MEMBER),
    ("hal", "key new", 0, KEY),
    ("fay", "key new --server http://127.0.0.1:9", 1, "no server at"),
    ("fay", "key new", 1, "you have keys for this server already"),
    ("fay", "key show", 0, KEY),
    ("fay", "key show --all", 1, "--all"),
    ("fay", "key import no-such-file", 1, "cannot read"),
    ("cyd", "key import {key_file}", 0, KEY),
    ("ada", "doctor --data {data} --listen {listen}", 0, "findings health"),
    ("ada", "doctor --data no-such-folder", 1, "a server makes its own"),
    ("ada", "backup now.backup --data {data}", 0, STATE),
    ("ada", "backup now.backup --data {data}", 1, "now.backup"),
    ("ada", "restore now.backup --check --data {data}", 0, STATE),
    ("ada", "restore now.backup --yes --data {data}", 1, "Stop it first"),
    ("ada", "restore --accept --data {data}", 1, "Stop it first"),
    ("ada", "owner recover --yes --data {data}", 1, "Stop it first"),
    ("ada", "init --data {data}", 1, "Stop it first"),
    (
        "ada",
        "serve --print-config",
        0,
        "data listen log log-format max-connections name policy public-url service-listen service-mode store sync-delay-ms trusted-proxies",
    ),
    ("ada", "serve --data {data} --listen 127.0.0.1:9", 1, "Stop it first"),
    ("ada", "serve --listen nowhere", 1, "is not an address and port"),
    ("ada", "completions fish", 0, ""),
    ("ada", "completions fishy", 1, "possible values"),
    ("ada", "man --out pages", 0, ""),
    ("ada", "man", 1, "--out"),
    ("ada", "frobnicate", 1, "unrecognized subcommand"),
    ("ada", "member transfer {cyd} --yes", 0, MEMBER),
];

/// When it has stopped.
const STOPPED: &[Row] = &[
    ("ada", "init --data {data}", 2, "owner-exists"),
    ("ada", "init --data elsewhere", 0, "file"),
    ("ada", "restore now.backup --yes --data {data}", 0, "fault kept restore_epoch restored"),
    ("ada", "restore --accept --data {data}", 0, "accepted waited"),
    ("ada", "owner recover --yes --data {data}", 0, "file"),
    ("ada", "whoami", 1, "doorward serve"),
];

/// Commands that nobody is refused: they only touch this machine.
const NEVER_REFUSED: [&str; 9] =
    ["backup", "completions", "doctor", "key import", "key new", "key show", "man", "restore", "serve"];

#[test]
fn every_command_ends_as_it_should() -> Result<(), Oops> {
    let mut wrong = Vec::new();
    for json in [false, true] {
        let mut world = World::new()?;
        for row in RUNNING {
            wrong.extend(check(&world, row, json)?);
        }
        world.daemon.terminate()?;
        for row in STOPPED {
            wrong.extend(check(&world, row, json)?);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// What is not as the row says.
fn check(world: &World, (who, line, code, seen): &Row, json: bool) -> Result<Option<String>, Oops> {
    let mut words = world.words(line);
    words.extend(json.then(|| "--json".to_owned()));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = world.person(who).run(&words)?;
    let (printed, said) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    let as_expected = match code {
        0 if json && !seen.is_empty() => shape(&serde_json::from_str(&printed).unwrap_or_default()) == *seen,
        0 => true,
        // The answer to `why` is no error: it is printed.
        _ => (said.contains(seen) || printed.contains(seen)) && (!json || is_json_error(&said, *code) || is_json(&printed)),
    };
    let good = output.status.code() == Some(*code) && as_expected && !said.contains("panicked");
    Ok((!good).then(|| format!("{who}: {words:?} ended with {}\n{printed}{said}", output.status)))
}

/// `clap` refuses what was typed in its own words, before anything else; all other errors are one object.
fn is_json_error(said: &str, code: i32) -> bool {
    let last = said.lines().last().and_then(|line| serde_json::from_str::<Value>(line).ok());
    match last {
        None => code == 1 && said.starts_with("error: "),
        Some(error) => error["error"]["code"].is_string() == (code == 2) && error["error"]["next"].is_array(),
    }
}

fn is_json(printed: &str) -> bool {
    serde_json::from_str::<Value>(printed).is_ok()
}

fn shape(value: &Value) -> String {
    let object = value.get(0).unwrap_or(value);
    let mut members: Vec<&str> = object.as_object().into_iter().flat_map(|object| object.keys().map(String::as_str)).collect();
    members.sort_unstable();
    members.join(" ")
}

#[test]
fn no_command_is_missing_in_the_table() -> Result<(), Oops> {
    let table: Vec<&Row> = RUNNING.iter().chain(STOPPED).collect();
    let all = commands()?;
    assert!(all.len() > 20, "{all:?}");
    for command in all {
        let codes: BTreeSet<i32> = table
            .iter()
            .filter(|(_, line, _, _)| *line == command || line.starts_with(&format!("{command} ")))
            .map(|(_, _, code, _)| *code)
            .collect();
        let refusable = !NEVER_REFUSED.contains(&command.as_str()) && command != "owner recover";
        let expected = if refusable { BTreeSet::from([0, 1, 2]) } else { BTreeSet::from([0, 1]) };
        assert_eq!(codes, expected, "{command}");
    }
    Ok(())
}

/// Every command that does something, as `--help` lists them.
pub(crate) fn commands() -> Result<Vec<String>, Oops> {
    let (mut found, mut open) = (Vec::new(), vec![String::new()]);
    while let Some(parent) = open.pop() {
        let below = below(&parent)?;
        if below.is_empty() {
            found.push(parent);
        } else {
            open.extend(below.iter().map(|name| format!("{parent} {name}").trim().to_owned()));
        }
    }
    found.sort();
    Ok(found)
}

fn below(parent: &str) -> Result<Vec<String>, Oops> {
    let help = help(parent)?;
    let Some((_, list)) = help.split_once("\nCommands:\n") else { return Ok(Vec::new()) };
    let lines = list.lines().take_while(|line| line.starts_with("  "));
    let names = lines.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    Ok(names.map(str::to_owned).collect())
}

/// What `--help` says about a command.
pub(crate) fn help(command: &str) -> Result<String, Oops> {
    let output = Command::new(program()?).args(command.split_whitespace()).arg("--help").output()?;
    assert_eq!(output.status.code(), Some(0), "{command}");
    Ok(String::from_utf8(output.stdout)?)
}

//! Lets a fuzzer read the API's description and hold a real daemon to it: signed and unsigned, on both listeners.
//! `cargo xtask api` fetches what it needs and runs it.

#![allow(clippy::disallowed_methods, reason = "a test reads clock and environment for itself")]

use clap::Parser;
use doorward_client::{Invitation, MintOptions, Session, Until};
use doorward_core::digest::sha256;
use doorward_core::record::JoinRule;
use doorward_core::view::CreateSpaceBody;
use doorward_tests::{Daemon, Oops, Settings};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use tokio::net::{TcpListener, TcpStream, UnixStream};

/// What is looked at. The others would ask for more than anyone promised: a random body is rightly refused however well
/// it is formed, and who may do what is asked by the tests of the core.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance,negative_data_rejection,unsupported_method,allow_header_conformance";

#[derive(Parser)]
struct Args {
    /// A Python that has schemathesis, openapi-spec-validator and cryptography.
    #[arg(long)]
    python: PathBuf,
    /// Seconds for all runs together.
    #[arg(long, default_value_t = 45)]
    seconds: u64,
    /// The same seed asks the same.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// One way of asking.
struct Run {
    name: &'static str,
    /// Where requests go.
    at: SocketAddr,
    unsigned: bool,
    /// Its share of the time, in hundredths.
    share: u64,
}

#[tokio::main]
async fn main() -> Result<(), Oops> {
    let args = Args::parse();
    let proxies = ["--trusted-proxies", "127.0.0.1"].map(str::to_owned).into();
    let daemon = Daemon::start_with(Settings { args: proxies, ..Settings::default() })?;
    let service = forward(daemon.service_socket()).await?;
    let world = world(&daemon, args.seed).await?;
    for address in [daemon.address, service] {
        validate(&args.python, address)?;
    }
    for run in [
        Run { name: "signed", at: daemon.address, unsigned: false, share: 60 },
        Run { name: "unsigned", at: daemon.address, unsigned: true, share: 20 },
        Run { name: "service listener", at: service, unsigned: true, share: 20 },
    ] {
        fuzz(&args, &run, &world)?;
    }
    let log = daemon.log();
    if log.contains("ERROR") || log.contains("panicked") {
        return Err(format!("the daemon complains:\n{log}").into());
    }
    Ok(())
}

/// Whom to be, and what is there: an owner, a member, and invites whose tokens are known.
async fn world(daemon: &Daemon, seed: u64) -> Result<Value, Oops> {
    let owner = daemon.owner().await?;
    let mut invites = Vec::new();
    for max_uses in [0, 1, 1_000] {
        let options = MintOptions { max_uses, until: Until::In(86_400), ..MintOptions::default() };
        invites.push(owner.mint(&options).await?.invitation);
    }
    let mut told = Vec::new();
    for invite in &invites {
        told.push(of_invite(&owner, invite).await?);
    }
    // One of them is used up then.
    let member = daemon.join(&invites[0].link().ok_or("no link")?, "Bea").await?;
    let guest = daemon.join(&invites[1].link().ok_or("no link")?, "Cyd").await?;
    let network = CreateSpaceBody {
        name: "crew".into(),
        description: String::new(),
        join_rule: JoinRule::Open.into(),
        max_members: 0,
        listed: true,
    };
    let network = owner.create_space(network).await?.space;
    let incarnation = owner.whoami().await?.details.ok_or("one sees oneself")?.incarnation;
    let accounts = [&owner, &member, &guest].map(|session| json!({ "id": session.sign_key().to_hex() }));
    let seed_of = |session: &Session| hex::encode(&session.keys().expose_seeds().sign[..]);
    Ok(json!({
        "public_url": daemon.public_url,
        "server": owner.client().server_key().to_hex(),
        "owner": seed_of(&owner),
        "member": seed_of(&member),
        "incarnation": incarnation.as_str(),
        "accounts": accounts,
        "invites": told,
        "spaces": ["server", network.as_str()],
        "seed": seed,
    }))
}

async fn of_invite(owner: &Session, invite: &Invitation) -> Result<Value, Oops> {
    let claims = owner.client().preview(invite, None).await?.invite.claims;
    Ok(json!({
        "id": hex::encode(invite.id().0),
        "token": hex::encode(invite.token.expose()),
        "claims_digest": hex::encode(sha256(&[&claims])),
    }))
}

/// Makes a Unix socket reachable by TCP, for a fuzzer that knows no other way.
async fn forward(socket: PathBuf) -> Result<SocketAddr, Oops> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let socket = socket.clone();
            tokio::spawn(async move { pass_on(&mut client, &socket).await });
        }
    });
    Ok(address)
}

async fn pass_on(client: &mut TcpStream, socket: &Path) -> std::io::Result<()> {
    let mut server = UnixStream::connect(socket).await?;
    tokio::io::copy_bidirectional(client, &mut server).await.map(drop)
}

/// Holds the description itself to the schema of OpenAPI 3.1, and its examples to its schemas.
fn validate(python: &Path, at: SocketAddr) -> Result<(), Oops> {
    let valid = Command::new(python).arg(here().join("validate.py")).arg(url(at)).status()?;
    if valid.success() { Ok(()) } else { Err(format!("the description at {at} is not a good one").into()) }
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("api")
}

fn url(at: SocketAddr) -> String {
    format!("http://{at}/v1/openapi.json")
}

fn fuzz(args: &Args, run: &Run, world: &Value) -> Result<(), Oops> {
    let Run { name, at, unsigned, share } = run;
    let mut world = world.clone();
    world["unsigned"] = json!(unsigned);
    let mut fuzzer = Command::new(&args.python);
    fuzzer.args(["-m", "schemathesis.cli", "run", &url(*at), "--url", &format!("http://{at}"), "--checks", CHECKS]);
    fuzzer.args(["--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--warnings", "off", "--no-color"]);
    fuzzer.args(["--seed", &args.seed.to_string(), "--max-time", &(args.seconds * share / 100).max(1).to_string()]);
    fuzzer.args(["--generation-database", "none", "--suppress-health-check", "all"]);
    if !unsigned {
        // A stream has no end, and the fuzzer waits for one. What comes of it has tests of its own.
        fuzzer.args(["--exclude-path", "/v1/events"]);
    }
    // Signatures are the hook's: it would mend what was left out on purpose.
    fuzzer.args(["--generation-with-security-parameters", "false"]);
    fuzzer.env("SCHEMATHESIS_HOOKS", here().join("hooks.py")).env("DOORWARD_FUZZ", world.to_string());
    eprintln!("── {name}");
    let ended = fuzzer.status()?;
    if ended.success() { Ok(()) } else { Err(format!("{name}: the daemon does not do what its description says").into()) }
}

//! The log: one line a request with what an operator asks about, the same id on every other line about it, and machines
//! can read it.

use doorward_tests::{Connection, Daemon, Oops, Settings};
use serde_json::Value;

fn lines(daemon: &Daemon) -> Result<Vec<Value>, Oops> {
    daemon.log().lines().filter(|line| line.starts_with('{')).map(|line| Ok(serde_json::from_str(line)?)).collect()
}

fn start(format: &str, log: &str) -> Result<Daemon, Oops> {
    let args = ["--log-format", format].map(str::to_owned).into();
    Daemon::start_with(Settings { args, log: Some(log.into()), ..Settings::default() })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_of_a_request_says_which() -> Result<(), Oops> {
    let daemon = start("json", "debug")?;
    let owner = daemon.owner().await?;
    let invite = Daemon::invite(&owner, 1).await?;
    owner.revoke(&daemon.join(&invite.link().ok_or("no link")?, "Bea").await?.sign_key()).await?;
    let mut line = Connection::open(daemon.address)?;
    let answer = line.call("DELETE", &format!("/v1/accounts/{}", "07".repeat(32)), None)?;
    let id = answer.header("x-request-id").ok_or("no id")?;
    assert_eq!((answer.status, id.len()), (401, 16));

    let lines = lines(&daemon)?;
    let of = |id: &str| lines.iter().filter(|line| line["span"]["id"] == id).collect::<Vec<_>>();
    let mine = of(id);
    assert!(mine.len() >= 2, "what the policy said, and how it went: {mine:?}");
    let last = mine.last().ok_or("no line")?;
    for (field, wanted) in [("message", "answered"), ("code", "unauthenticated"), ("target", "doorward::http"), ("level", "INFO")]
    {
        assert_eq!(last[field], wanted, "{last}");
    }
    assert_eq!(last["status"], 401);
    assert!(last["micros"].as_u64().is_some_and(|micros| micros < 30_000_000), "{last}");
    assert_eq!((&last["span"]["method"], &last["span"]["route"]), (&"DELETE".into(), &"/v1/accounts/{key}".into()));
    assert!(last["span"].get("decision").is_none(), "nothing was recorded");

    let answered = |route: &str| {
        let found = lines.iter().find(|line| line["span"]["route"] == route && line["target"] == "doorward::http");
        found.ok_or_else(|| format!("no line about {route}"))
    };
    for route in ["/v1/invites", "/v1/invites/{id}/redeem", "/v1/accounts/{key}/revoke"] {
        let decision = &answered(route)?["span"]["decision"];
        assert!(decision.as_str().is_some_and(|id| id.len() == 32), "{route}: {decision}");
    }
    // Nothing about a request is said beside its span: the shell's own lines are in it, wherever they were written.
    let strays = lines.iter().filter(|line| line["verb"].is_string() && line["span"].is_null());
    let by_itself = ["describe", "init", "sweep", "tidy"];
    let strays: Vec<_> = strays.filter(|line| !by_itself.iter().any(|verb| line["verb"] == *verb)).collect();
    assert!(strays.is_empty(), "{strays:?}");
    Ok(())
}

#[test]
fn people_read_the_same() -> Result<(), Oops> {
    let daemon = start("text", "info")?;
    let answer = Connection::open(daemon.address)?.call("GET", "/v1/accounts?limit=1", None)?;
    let (log, id) = (daemon.log(), answer.header("x-request-id").ok_or("no id")?.to_owned());
    let line = log.lines().find(|line| line.contains(&id)).ok_or_else(|| format!("{id} is not in the log:\n{log}"))?;
    for part in ["INFO", "method=\"GET\"", "route=\"/v1/accounts\"", "status=401", "code=\"unauthenticated\"", "micros="] {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(!line.contains("limit"), "no query: {line}");
    Ok(())
}

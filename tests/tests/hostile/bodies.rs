//! Requests that cannot be read: refused exactly, the connection closed, and not a megabyte of memory spent on them.

use crate::{expect, expect_allowed, set_up};
use doorward_tests::{Answer, Connection, Daemon, Oops, Signed, request};

/// More than is read, less than would take long to send.
const TEN_MB: usize = 10 << 20;
/// What a daemon may grow by while it refuses: what its allocator keeps of a few bodies of one MiB.
const LITTLE: u64 = 12 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_cannot_be_read_are_refused() -> Result<(), Oops> {
    let (daemon, session, key) = set_up().await?;
    let good = r#""sign_key":"00","kex_key":"00","handle":"x""#;
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000)).into_bytes();
    for (what, body) in [
        ("unknown field", format!("{{{good},\"extra\":1}}").into_bytes()),
        ("duplicate key", format!("{{{good},\"handle\":\"y\"}}").into_bytes()),
        ("the same key, escaped", format!("{{{good},\"h\\u0061ndle\":\"y\"}}").into_bytes()),
        ("trailing bytes", format!("{{{good}}} x").into_bytes()),
        ("a second object", format!("{{{good}}}{{{good}}}").into_bytes()),
        ("a trailing zero", format!("{{{good}}}\0").into_bytes()),
        ("deep lists", nested("[", "]")),
        ("deep objects", nested("{\"x\":", "}")),
        ("deep in a field", format!("{{\"handle\":{}", String::from_utf8(nested("[", "]"))?).into_bytes()),
        ("not UTF-8", b"{\"handle\":\"\xff\"}".to_vec()),
        ("half a surrogate", br#"{"sign_key":"00","kex_key":"00","handle":"\ud800"}"#.to_vec()),
        ("UTF-16", "{}".encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ("a byte order mark", format!("\u{feff}{{{good}}}").into_bytes()),
        ("a comment", format!("{{{good}}}//").into_bytes()),
        ("a list of the values", br#"["00","00","x"]"#.to_vec()),
        ("a number for a text", br#"{"sign_key":0,"kex_key":"00","handle":"x"}"#.to_vec()),
        ("a huge number", format!("{{\"handle\":1e{}}}", "9".repeat(1_000)).into_bytes()),
        ("null", b"null".to_vec()),
        ("empty", Vec::new()),
    ] {
        expect(&Signed::post(&daemon, &key, "/v1/accounts", &body)?.send(&daemon)?, 400, "malformed", what);
    }
    let short = format!("{{{good}}}");
    expect(&Signed::post(&daemon, &key, "/v1/accounts", short.as_bytes())?.send(&daemon)?, 400, "malformed-key", "a short key");
    let with_body = Signed { sent_body: Some(b"{}"), ..Signed::get(&daemon, &key, "/v1/accounts")? };
    expect(&with_body.send(&daemon)?, 400, "malformed", "a question with a body");
    let no_body = format!("/v1/accounts/{}/revoke", crate::sign_key(&key));
    expect(&Signed::post(&daemon, &key, &no_body, b"{}")?.send(&daemon)?, 400, "malformed", "a body where nothing is to be said");
    expect(&Connection::open(daemon.address)?.call("GET", "/nowhere", None)?, 404, "not-found", "no such path");
    assert_eq!(session.accounts(None, None).await?.items.len(), 1);
    Ok(())
}

/// Sends all of it, to somebody who would rather not have it, and reads what he says.
fn send_all(daemon: &Daemon, head: &str, piece: &[u8], times: usize) -> Result<(Answer, bool), Oops> {
    let mut line = Connection::open(daemon.address)?;
    line.push(head.as_bytes());
    // The other side may hang up before the end; its answer is there to be read all the same.
    let sent = (0..times).take_while(|_| line.push(piece)).count();
    let answer = line.receive()?;
    Ok((answer, sent < times || line.has_ended()))
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_megabytes_are_refused_and_kept_nowhere() -> Result<(), Oops> {
    let (daemon, session, _key) = set_up().await?;
    let id = Daemon::invite(&session, 1).await?.id();
    let piece = vec![b'x'; 64 << 10];
    let chunk = [format!("{:x}\r\n", piece.len()).as_bytes(), &piece, b"\r\n"].concat();
    let times = TEN_MB / piece.len();
    let mut before = 0;
    for round in 0..40 {
        for path in ["/v1/accounts".to_owned(), format!("/v1/invites/{id}/redeem"), "/v1/authorized".to_owned()] {
            let head = format!("POST {path} HTTP/1.1\r\nhost: door\r\ncontent-type: application/json\r\n");
            let (announced, chunked) =
                (format!("{head}content-length: {TEN_MB}\r\n\r\n"), format!("{head}transfer-encoding: chunked\r\n\r\n"));
            for (what, head, piece) in [("announced", announced, &piece), ("in chunks", chunked, &chunk)] {
                let (answer, ended) = send_all(&daemon, &head, piece, times)?;
                expect(&answer, 413, "too-large", what);
                assert!(ended, "{what}: nobody waits for the rest");
            }
        }
        // The allocator has seen everything once by then.
        if round == 4 {
            before = daemon.resident()?;
        }
    }
    let after = daemon.resident()?;
    assert!(after < before + LITTLE, "{} kB after {} kB", after >> 10, before >> 10);
    eprintln!("memory: {} kB before, {} kB after 210 bodies of 10 MB", before >> 10, after >> 10);
    let one_mib = [b"{\"handle\":\"".to_vec(), vec![b'x'; (1 << 20) - 13], b"\"}".to_vec()].concat();
    let line = Connection::open(daemon.address)?.call("POST", "/v1/accounts", Some(&one_mib))?;
    expect(&line, 400, "malformed", "one MiB is still read");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_that_are_none_are_refused() -> Result<(), Oops> {
    let (daemon, _session, _key) = set_up().await?;
    let many = "x-more: y\r\n".repeat(200);
    let huge = format!("x-more: {}\r\n", "y".repeat(100_000));
    let get = "GET /healthz HTTP/1.1\r\nhost: door\r\n";
    let post = "POST /v1/authorized HTTP/1.1\r\nhost: door\r\n";
    for (what, head, statuses) in [
        ("many headers", format!("{get}{many}\r\n"), &[431, 400][..]),
        ("huge headers", format!("{get}{huge}\r\n"), &[431]),
        ("a huge target", format!("GET /{} HTTP/1.1\r\nhost: door\r\n\r\n", "x".repeat(100_000)), &[414, 431]),
        ("no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\x7c\x03\x03 a client of TLS\r\n\r\n".into(), &[400]),
        ("another version", "GET / HTTP/3.0\r\nhost: door\r\n\r\n".into(), &[400, 505]),
        ("a space in the target", "GET /health z HTTP/1.1\r\nhost: door\r\n\r\n".into(), &[400]),
        ("a header without a colon", format!("{get}nonsense\r\n\r\n"), &[400]),
        ("a zero in a header", format!("{get}x-more: a\0b\r\n\r\n"), &[400]),
        ("a folded header", format!("{get}x-more: a\r\n b\r\n\r\n"), &[400]),
        ("a space before the colon", format!("{get}x-more : a\r\n\r\n"), &[400]),
        ("two lengths", format!("{post}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}"), &[400]),
        ("a negative length", format!("{post}content-length: -1\r\n\r\n"), &[400]),
        ("a length that is a word", format!("{post}content-length: many\r\n\r\n"), &[400]),
        ("a length past all numbers", format!("{post}content-length: {}\r\n\r\n", "9".repeat(40)), &[400, 413]),
        ("another encoding", format!("{post}transfer-encoding: gzip\r\n\r\n"), &[400, 501]),
        ("chunks, but not last", format!("{post}transfer-encoding: chunked, gzip\r\n\r\n"), &[400, 501]),
        ("a chunk that is none", format!("{post}transfer-encoding: chunked\r\n\r\nzz\r\n"), &[400]),
        ("a chunk past all numbers", format!("{post}transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n"), &[400]),
        (
            "a chunk with an endless extension",
            format!("{post}transfer-encoding: chunked\r\n\r\n2;{}", "x".repeat(1 << 20)),
            &[400],
        ),
        ("endless trailers", format!("{post}transfer-encoding: chunked\r\n\r\n0\r\n{}", "x: y\r\n".repeat(100_000)), &[400]),
    ] {
        let mut line = Connection::open(daemon.address)?;
        line.push(head.as_bytes());
        let answer = line.receive().map_err(|error| format!("{what}: {error}"))?;
        assert!(statuses.contains(&answer.status), "{what}: {} {}", answer.status, answer.json());
        assert!(line.has_ended(), "{what}: the connection is over");
        assert!(answer.body.len() < 1_000 && !String::from_utf8_lossy(&answer.body).contains("panicked"), "{what}");
    }
    expect_allowed(&Connection::open(daemon.address)?.call("GET", "/healthz", None)?);
    Ok(())
}

/// A length and chunks at once are how one request is smuggled inside another: nothing behind them is ever read as one.
#[tokio::test(flavor = "multi_thread")]
async fn no_request_is_smuggled_inside_another() -> Result<(), Oops> {
    let (daemon, _session, _key) = set_up().await?;
    let smuggled = "GET /metrics HTTP/1.1\r\nhost: door\r\n\r\n";
    let text = format!(
        "POST /v1/authorized HTTP/1.1\r\nhost: door\r\ncontent-length: {}\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}",
        smuggled.len() + 5
    );
    let mut line = Connection::open(daemon.address)?;
    assert!(line.push(text.as_bytes()));
    let first = line.receive()?;
    assert!((400..500).contains(&first.status), "{}", first.status);
    assert!(line.has_ended(), "whatever follows is nobody's request");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_in_a_row_are_answered_in_their_order() -> Result<(), Oops> {
    let (daemon, _session, key) = set_up().await?;
    let mut line = Connection::open(daemon.address)?;
    let paths: Vec<String> = (0..500).map(|n| if n % 2 == 0 { "/healthz".into() } else { format!("/nowhere/{n}") }).collect();
    let all: Vec<u8> = paths.iter().flat_map(|path| request("GET", path, &[], None)).collect();
    assert!(line.push(&all));
    for path in &paths {
        assert_eq!(line.receive()?.status, if path == "/healthz" { 200 } else { 404 }, "{path}");
    }
    // A refused body ends the row: what stands behind it may be a piece of it.
    let row = [&request("POST", "/v1/accounts", &[], Some(b"{}"))[..], &request("GET", "/healthz", &[], None)].concat();
    assert!(line.push(&row));
    assert_eq!((line.receive()?.status, line.receive()?.status), (400, 200), "a body that was read to its end does not");
    let large = format!("POST /v1/accounts HTTP/1.1\r\nhost: door\r\ncontent-length: {TEN_MB}\r\n\r\n");
    assert!(line.push(&[large.as_bytes(), &request("GET", "/healthz", &[], None)].concat()));
    assert_eq!(line.receive()?.status, 413);
    assert!(line.has_ended(), "one that was not does");
    expect_allowed(&Signed::get(&daemon, &key, "/v1/accounts")?.send(&daemon)?);
    Ok(())
}

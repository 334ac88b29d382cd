//! A server that does what its script says, one connection a request, and keeps what it was sent, byte for byte.

use crate::Ambient;
use crate::client::{Client, Options};
use crate::identity::Identity;
use crate::keys::{Keys, Seeds};
use crate::retry::Retry;
use doorward_core::Timestamp;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use zeroize::Zeroizing;

/// What the clock of the client under test says.
pub(super) const NOW: Timestamp = Timestamp(1_795_148_280);

/// What to do with one request.
pub(super) enum Step {
    /// Answer with this status and JSON.
    Answer(u16, Value),
    /// The same, with a `Retry-After` of no time at all.
    Later(u16, Value),
    /// Send elsewhere.
    Redirect,
    /// Read the request, and hang up.
    HangUp,
}

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Received {
    pub(super) line: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Received {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// The value of a parameter of `Signature-Input`.
    pub(super) fn parameter(&self, name: &str) -> &str {
        let after = self.header("signature-input").split_once(&format!(";{name}=")).map_or("", |(_, after)| after);
        after.split(';').next().unwrap_or_default().trim_matches('"')
    }
}

pub(super) struct Server {
    pub(super) client: Client,
    pub(super) keys: Keys,
    received: Arc<Mutex<Vec<Received>>>,
}

pub(super) fn keys(byte: u8) -> Keys {
    let seed = |byte| Zeroizing::new([byte; 32]);
    Keys::from_seeds(&Seeds { sign: seed(byte), kex: seed(byte), invite_root: seed(byte) })
}

pub(super) fn identity(byte: u8, server: &Keys) -> Identity {
    Identity {
        server_key: server.sign_key(),
        server_name: "Home".into(),
        public_url: "https://door.example".into(),
        handle: "Ada".into(),
        created: NOW,
        keys: keys(byte),
    }
}

pub(super) fn options() -> Options {
    fn now() -> Timestamp {
        NOW
    }
    let retry = Retry { tries: 4, first_wait: Duration::from_millis(1), longest_wait: Duration::from_millis(5) };
    Options { ambient: Ambient { now, ..Ambient::SYSTEM }, retry, first_retry: retry }
}

impl Server {
    /// A server with this script, and a client that has met it. The server is behind a proxy: its public URL is not
    /// where it is met.
    pub(super) async fn with(script: Vec<Step>) -> Server {
        let keys = keys(200);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let steps = [Step::Answer(200, well_known(&keys))].into_iter().chain(script);
        let kept = received.clone();
        tokio::spawn(async move {
            for step in steps {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = receive(&mut stream).await;
                kept.lock().unwrap().push(request);
                act(step, &mut stream).await;
            }
        });
        let client = Client::connect_with(&url, options()).await.unwrap();
        received.lock().unwrap().clear();
        Server { client, keys, received }
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

fn well_known(keys: &Keys) -> Value {
    let key = keys.sign_key();
    json!({
        "name": "Home", "server_key": key.to_hex(), "fingerprint": hex::encode(key.server_fingerprint()),
        "policy_digest": "00".repeat(32), "versions": {"doorward": "0.1.0", "wire": 1}, "time": NOW.to_rfc3339(),
        "has_owner": true, "public_url": "https://door.example", "guards": [],
    })
}

pub(super) fn problem(code: &str) -> Value {
    json!({"type": format!("/problems/{code}"), "title": "No.", "status": 0, "code": code})
}

async fn receive(stream: &mut TcpStream) -> Received {
    let mut bytes = Vec::new();
    let end = loop {
        assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "hung up on us");
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break end;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let (line, rest) = head.split_once("\r\n").unwrap();
    let headers: Vec<(String, String)> =
        rest.lines().filter_map(|l| l.split_once(": ")).map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned())).collect();
    let length = headers.iter().find(|(n, _)| n == "content-length").map_or(0, |(_, v)| v.parse().unwrap());
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        assert_ne!(stream.read_buf(&mut body).await.unwrap(), 0, "hung up on us");
    }
    Received { line: line.into(), headers, body }
}

async fn act(step: Step, stream: &mut TcpStream) {
    let (status, extra, body) = match step {
        Step::Answer(status, body) => (status, "", body.to_string()),
        Step::Later(status, body) => (status, "retry-after: 0\r\n", body.to_string()),
        Step::Redirect => (307, "location: /elsewhere\r\n", String::new()),
        Step::HangUp => return,
    };
    let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{extra}\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).await.unwrap();
}

//! What goes over the wire, and how often.

use super::scripted::{NOW, Received, Server, Step, identity, keys, options, problem};
use crate::{Client, Error, NetworkError, Sharing, Until};
use base64ct::{Base64, Encoding};
use doorward_core::digest::sha256;
use doorward_core::http_signature::Covered;
use doorward_core::role::Role;
use doorward_core::statement::Domain;
use doorward_core::{Code, Nonce, SignKey, Signature, SpaceId, Timestamp, check};
use serde_json::{Value, json};

fn changed() -> Value {
    json!({"account": null, "code": "allowed"})
}

fn stale(time: u64) -> Step {
    let mut body = problem("stale-request");
    body["time"] = Timestamp(time).to_rfc3339().into();
    Step::Answer(401, body)
}

/// Verifies a request as a server would: from its own public URL, never from headers.
fn is_signed(request: &Received) -> bool {
    let (method, rest) = request.line.split_once(' ').unwrap();
    let target = rest.strip_suffix(" HTTP/1.1").unwrap();
    let key = SignKey::from_hex(request.parameter("keyid")).unwrap();
    let nonce = Nonce::from_hex(request.parameter("nonce")).unwrap();
    let digest = sha256(&[&request.body]);
    let covered = Covered {
        method,
        target_uri: &format!("https://door.example{target}"),
        content_digest: Covered::has_body(method).then_some(&digest),
        created: Timestamp(request.parameter("created").parse().unwrap()),
        nonce: &nonce,
        key: &key,
    };
    let mut signature = [0; 64];
    let text = request.header("signature").strip_prefix("doorward=:").unwrap().strip_suffix(':').unwrap();
    Base64::decode(text, &mut signature).unwrap();
    check::verify(&key, &Domain::Http.signed_bytes(covered.base().as_bytes()), &Signature(signature))
}

#[tokio::test]
async fn a_write_is_repeated_under_the_same_request_id() {
    let server = Server::with(vec![Step::HangUp, Step::Later(503, problem("busy")), Step::Answer(200, changed())]).await;
    let session = server.client.sign_in(identity(1, &server.keys), Sharing::Refused).unwrap();
    session.revoke(&keys(2).sign_key()).await.unwrap();
    session.revoke(&keys(2).sign_key()).await.unwrap_err();
    let received = server.received();
    assert_eq!(received.len(), 3);
    assert_eq!(received[0].line, format!("POST /v1/accounts/{}/revoke HTTP/1.1", keys(2).sign_key()));
    assert_eq!(received[0], received[1], "byte for byte");
    assert_eq!(received[0], received[2], "byte for byte");
    assert!(is_signed(&received[0]));
}

#[tokio::test]
async fn another_call_is_another_request() {
    let server = Server::with(vec![Step::Answer(200, changed()), Step::Answer(200, changed())]).await;
    let session = server.client.sign_in(identity(1, &server.keys), Sharing::Refused).unwrap();
    session.delete(&keys(2).sign_key()).await.unwrap();
    session.delete(&keys(2).sign_key()).await.unwrap();
    let received = server.received();
    assert_ne!(received[0].parameter("nonce"), received[1].parameter("nonce"));
    assert!(received.iter().all(is_signed));
}

#[tokio::test]
async fn patience_has_an_end_and_no_is_no() {
    let later = || Step::Later(503, problem("unavailable"));
    let server = Server::with(vec![later(), later(), later(), later(), later()]).await;
    let session = server.client.sign_in(identity(1, &server.keys), Sharing::Refused).unwrap();
    let refused = session.revoke(&keys(2).sign_key()).await.unwrap_err();
    assert_eq!((refused.code(), server.received().len()), (Some(Code::Unavailable), 4));

    for (status, code) in [(503, Code::Undecidable), (403, Code::RankTooLow), (404, Code::NotFound), (409, Code::Conflict)] {
        let server = Server::with(vec![Step::Answer(status, problem(code.name())), Step::Answer(200, changed())]).await;
        let session = server.client.sign_in(identity(1, &server.keys), Sharing::Refused).unwrap();
        let Err(Error::Refused(refusal)) = session.revoke(&keys(2).sign_key()).await else { panic!("{code}") };
        assert_eq!((refusal.code, refusal.status, server.received().len()), (code, status, 1));
    }
}

#[tokio::test]
async fn a_wrong_clock_costs_one_more_signature_once() {
    let ahead = NOW.0 + 4_000;
    let list = || Step::Answer(200, json!({"items": [], "next": null}));
    let server = Server::with(vec![stale(ahead), list(), list()]).await;
    let session = server.client.sign_in(identity(1, &server.keys), Sharing::Refused).unwrap();
    session.accounts(None, None).await.unwrap();
    session.accounts(None, None).await.unwrap();
    let received = server.received();
    let created: Vec<_> = received.iter().map(|r| r.parameter("created").to_owned()).collect();
    assert_eq!(created, [NOW.0, ahead, ahead].map(|t| t.to_string()));
    assert_eq!(received[0].parameter("nonce"), received[1].parameter("nonce"), "one call, one request id");
    assert!(received.iter().all(is_signed));

    let server = Server::with(vec![stale(ahead), stale(ahead + 9_000), list()]).await;
    let session = server.client.sign_in(identity(1, &server.keys), Sharing::Refused).unwrap();
    assert_eq!(session.accounts(None, None).await.unwrap_err().code(), Some(Code::StaleRequest));
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn redirects_and_other_answers_are_not_followed() {
    let server =
        Server::with(vec![Step::Redirect, Step::Answer(200, json!({"items": 7})), Step::Answer(500, json!("oops"))]).await;
    let session = server.client.sign_in(identity(1, &server.keys), Sharing::Refused).unwrap();
    for _ in 0..3 {
        assert!(matches!(session.accounts(None, None).await, Err(Error::BadAnswer(_))));
    }
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn keys_sign_for_their_own_server_only() {
    let server = Server::with(vec![]).await;
    let foreign = identity(1, &keys(9));
    assert!(matches!(server.client.sign_in(foreign, Sharing::Refused), Err(Error::Local(Code::OtherServer))));
    let shared = server.client.sign_in(identity(1, &keys(9)), Sharing::Allowed).unwrap();
    assert_eq!(shared.sign_key(), keys(1).sign_key());
}

#[tokio::test]
async fn an_answer_about_another_account_is_none() {
    let answer = |key: &SignKey| json!({"answers": [{"key": key.to_hex(), "allow": true, "code": "allowed", "rule": "x"}]});
    let (asked, other) = (keys(2).sign_key(), keys(3).sign_key());
    let server = Server::with(vec![
        Step::Answer(200, answer(&asked)),
        Step::Answer(200, answer(&other)),
        Step::Answer(200, json!({"answers": []})),
    ])
    .await;
    let session = server.client.sign_in(identity(1, &server.keys), Sharing::Refused).unwrap();
    assert!(session.authorized(&[asked]).await.unwrap()[0].allow);
    assert!(matches!(session.authorized(&[asked]).await, Err(Error::BadAnswer(_))));
    assert!(matches!(session.authorized(&[asked]).await, Err(Error::BadAnswer(_))));
}

#[tokio::test]
async fn governing_is_sent_as_it_was_meant_and_answered_about_whom_it_was_asked() {
    let (asked, other, server_space) = (keys(2).sign_key(), keys(3).sign_key(), SpaceId::SERVER);
    let about = |key: &SignKey| {
        let key = key.to_hex();
        json!({"member": {"key": key, "fingerprint": "x", "account": null, "ban": null, "allowlisted_by": null}})
    };
    let answer = |key: &SignKey| Step::Answer(200, about(key));
    let space = json!({"space": {"space": SpaceId([7; 16]).to_hex(), "name": "Home", "join_rule": "open", "max_members": 0,
        "description": "", "pause": "no", "governed": true, "owner": null, "members": 1}});
    let steps = vec![
        Step::HangUp,
        answer(&asked),
        answer(&asked),
        answer(&asked),
        answer(&other),
        Step::Answer(200, space),
        Step::Answer(
            201,
            json!({"account": {"key": other.to_hex(), "fingerprint": "x", "handle": "x", "role": null, "tags": []}}),
        ),
    ];
    let server = Server::with(steps).await;
    let session = server.client.sign_in(identity(1, &server.keys), Sharing::Refused).unwrap();
    session.set_role(&server_space, &asked, Role::Admin).await.unwrap();
    session.set_tags(&server_space, &asked, &["team".into()]).await.unwrap();
    session.ban(&server_space, &asked, "cafe\u{301}", Until::In(60)).await.unwrap();
    for answered in [
        session.kick(&server_space, &asked).await.err(),
        session.space(&server_space).await.err(),
        session.join(&server_space, "Ada").await.err(),
    ] {
        assert!(matches!(answered, Some(Error::BadAnswer(_))), "about somebody or something else");
    }
    let received = server.received();
    assert_eq!(received[0], received[1], "byte for byte");
    assert!(received.iter().all(is_signed));
    let sent: Vec<(String, Value)> = received[1..]
        .iter()
        .map(|request| (request.line.clone(), serde_json::from_slice(&request.body).unwrap_or(Value::Null)))
        .collect();
    let space = format!("/v1/spaces/{server_space}");
    let line = |method: &str, rest: &str| format!("{method} {space}{rest} HTTP/1.1");
    let member = format!("/members/{asked}");
    let until = Timestamp(NOW.0 + 60).to_rfc3339();
    assert_eq!(sent[0], (line("PATCH", &member), json!({"role": "admin"})));
    assert_eq!(sent[1], (line("PATCH", &member), json!({"tags": ["team"]})));
    assert_eq!(sent[2], (line("PUT", &format!("/bans/{asked}")), json!({"reason": "caf\u{e9}", "until": until})));
    assert_eq!(sent[3], (line("POST", &format!("{member}/kick")), Value::Null));
    assert_eq!(sent[5].0, line("POST", "/join"));
    let binding = Signature::from_hex(sent[5].1["binding"].as_str().unwrap()).unwrap();
    assert_eq!(binding, keys(1).binding(&server.keys.sign_key()), "it proves its keys in the same breath");
}

#[tokio::test]
async fn nobody_there_and_insecure_origins() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refused = Client::connect_with(&format!("http://{free}"), options()).await.unwrap_err();
    assert!(matches!(refused, Error::Network(NetworkError::Connect(_))), "{refused}");
    for url in ["http://door.example", "http://192.168.0.7:8460", "ftp://127.0.0.1", "door.example", ""] {
        let refused = Client::connect_with(url, options()).await.unwrap_err();
        assert!(matches!(refused, Error::Local(Code::InsecureOrigin)), "{url}: {refused}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn services_ask_on_their_socket_unsigned() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let path = std::env::temp_dir().join(format!("doorward-service-{}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let socket = crate::ServiceSocket::with(&path, options());
    let refused = socket.has_admin().await.unwrap_err();
    assert!(matches!(refused, Error::Network(NetworkError::Connect(_))), "{refused}");

    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = vec![0; 4096];
        let n = stream.read(&mut head).await.unwrap();
        let body = json!({"allow": false, "code": "account-revoked", "rule": "authorized.revoked"}).to_string();
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(head[..n].to_vec()).unwrap()
    });
    let answer = socket.is_authorized(&keys(2).sign_key()).await.unwrap();
    assert!(!answer.allow);
    let request = served.await.unwrap();
    assert!(request.starts_with(&format!("GET /v1/authorized/{} HTTP/1.1\r\n", keys(2).sign_key())), "{request}");
    assert!(!request.to_lowercase().contains("signature"));
    let _ = std::fs::remove_file(&path);
}

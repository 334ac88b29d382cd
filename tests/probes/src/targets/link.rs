//! What people paste: links, tokens, typed codes, times.

use doorward_core::Code;
use doorward_core::link::{self, BODY_CHARS, Link, MAX_LINK};
use doorward_core::time::{Expiry, Timestamp};
use doorward_core::token::Token;

/// A link that is found is a whole one and says again what it said; whatever else is `damaged-link`.
pub fn link(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let found = link::find(&text);
    assert_eq!(found, link::find(&text), "found alike twice");
    let body = Link::from_body(&text);
    match &found {
        Ok(found) => {
            assert!(text.len() <= MAX_LINK);
            check_found(&found.link, text.len());
        }
        Err(code) => {
            assert_eq!(*code, Code::DamagedLink);
            assert!(body.is_err(), "a bare body is a link");
        }
    }
    if let Ok(read) = &body {
        assert_eq!(read.body(), *text, "a body has one spelling");
    }
    token(&text);
    time(&text);
}

/// It reads back from its own spelling, inside a sentence too; one changed character makes it nobody's.
fn check_found(read: &Link, choice: usize) {
    let body = read.body();
    assert_eq!(body.len(), BODY_CHARS);
    assert_eq!(Link::from_body(&body).as_ref(), Ok(read));
    let again = link::find(&format!("See <{}>, please", read.to_url("https://door.example"))).expect("found in a sentence");
    assert_eq!((&again.link, again.origin.as_str(), again.exposed), (read, "https://door.example/i", false));
    let mut wrong = body.into_bytes();
    let at = choice % wrong.len();
    wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
    assert_eq!(link::find(&String::from_utf8_lossy(&wrong)), Err(Code::DamagedLink), "character {at} changed");
}

fn token(text: &str) {
    for read in [Token::from_text(text), Token::from_typed_code(text)] {
        match read {
            Ok(token) => {
                assert_eq!(Token::from_text(&token.to_text()).as_ref(), Ok(&token));
                assert_eq!(Token::from_typed_code(&token.to_typed_code()).as_ref(), Ok(&token));
            }
            Err(code) => assert_eq!(code, Code::DamagedLink),
        }
    }
}

/// A time that is read is the same time when written again; what cannot be read has expired, and nothing but the word
/// is for ever.
fn time(text: &str) {
    if let Some(time) = Timestamp::from_rfc3339(text) {
        assert!(time <= Timestamp::MAX);
        assert_eq!(Timestamp::from_rfc3339(&time.to_rfc3339()), Some(time));
    }
    let expiry = Expiry::from_text(Some(text));
    assert_eq!(expiry == Expiry::Never, text == "never");
    assert_eq!(Expiry::from_bytes(expiry.to_bytes()), expiry);
    match expiry {
        Expiry::At(at) => assert!(expiry.has_expired(at), "at its second it has expired"),
        Expiry::Never => assert!(!expiry.has_expired(Timestamp::MAX)),
        Expiry::Unreadable => assert!(expiry.has_expired(Timestamp(0))),
    }
}

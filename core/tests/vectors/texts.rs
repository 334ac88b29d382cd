//! What people hold: tokens, typed codes, links.

use crate::files::{golden, read, unhex};
use crate::kit::Person;
use crate::kit::ask::{hex, token};
use doorward_core::check::{Check, CheckResult, run};
use doorward_core::link::{Link, find};
use doorward_core::time::{Expiry, Timestamp};
use doorward_core::token::{Token, token_info};
use doorward_core::{Code, InviteId};

fn tokens() -> Vec<Token> {
    vec![Token::new([0; 32]), Token::new([0xff; 32]), Token::new(std::array::from_fn(|at| at as u8)), token(1), token(2)]
}

#[test]
fn golden_tokens() {
    let mut lines = Vec::new();
    for token in tokens() {
        let key = token.invite_key().public();
        assert_eq!(run(&Check::SignKey(key), &[]), CheckResult::Good);
        lines.push(vec![token.to_text(), token.to_typed_code(), key.to_hex(), InviteId::of(&key).to_hex()]);
    }
    golden(
        "tokens.txt",
        "token typed-code invite-public-key invite-id: what a token is in its spellings, and the key and id it stands for",
        &lines,
    );
    for line in read("tokens.txt") {
        let token = Token::from_text(&line[0]).unwrap();
        assert_eq!(Token::from_typed_code(&line[1]), Ok(token.clone()));
        assert_eq!(token.invite_key().public().to_hex(), line[2]);
    }
}

#[test]
fn golden_derived_tokens() {
    let server = Person::new("the server").key();
    let mut lines = Vec::new();
    for (root, salt) in [([0; 32], [0; 16]), ([7; 32], [9; 16])] {
        let token = Token::from_invite_root(&root, &salt, &server);
        lines.push(vec![hex(&root), hex(&salt), server.to_hex(), hex(&token_info(&server)), token.to_text()]);
    }
    golden(
        "derived-tokens.txt",
        "invite-root salt server-key hkdf-info token (hexadecimal but for the token): HKDF-SHA256(root, salt, info)",
        &lines,
    );
}

#[test]
fn golden_links() {
    let server = Person::new("the server").key();
    let mut lines = Vec::new();
    for token in tokens() {
        for expires in [Expiry::At(Timestamp(1_795_752_000)), Expiry::Never] {
            let link = Link::new(token.clone(), expires, &server);
            let url = link.to_url("https://door.example");
            let found = find(&url).unwrap();
            assert_eq!((found.link, found.exposed), (link, false));
            lines.push(vec![url, token.to_text(), expires.to_text(), server.to_hex()]);
        }
    }
    golden("links.txt", "link token expires server-key", &lines);
}

#[test]
fn golden_damaged_links() {
    let body = Link::new(token(1), Expiry::Never, &Person::new("the server").key()).body();
    let texts = [
        String::new(),
        "https://door.example/i#".into(),
        body[..70].into(),
        format!("{body}A"),
        body.replacen('A', "B", 1),
        format!("B{}", &body[1..]),
        body.to_lowercase(),
        token(1).to_text(),
    ];
    let lines = texts
        .iter()
        .filter(|text| **text != body)
        .map(|text| vec![hex(text.as_bytes()), find(text).unwrap_err().name().into()])
        .collect();
    golden("damaged-links.txt", "text code (text in hexadecimal): what is no link", &lines);
    for line in read("damaged-links.txt") {
        let text = String::from_utf8(unhex(&line[0])).unwrap();
        assert_eq!(find(&text).unwrap_err(), Code::from_name(&line[1]).unwrap());
    }
}

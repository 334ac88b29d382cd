//! Invite links: building them, and reading what is left of them after mail programs, phones and people.
//!
//! ```text
//! <public_url>/i#<body>      body = base64url without padding of 53 bytes, 71 characters:
//! u8 version = 1 | u8 flags = 0 | 32 token | 5 expires_at | 10 server fingerprint | 4 check
//! ```
//!
//! Everything that matters stands behind `#`, so it is in no request, no access log and no Referer. `check` is the
//! first 4 bytes of SHA-256 over the 49 bytes before it.

use crate::code::Code;
use crate::digest;
use crate::key::ServerKey;
use crate::time::{Expiry, Timestamp};
use crate::token::Token;
use alloc::string::String;
use base64ct::{Base64UrlUnpadded, Encoding};

/// Longer input is `damaged-link` before anything is decoded.
pub const MAX_LINK: usize = 2_048;
/// Bytes of a link body.
pub const BODY_BYTES: usize = 53;
/// Characters of a link body.
pub const BODY_CHARS: usize = 71;

const VERSION: u8 = 1;

/// A link that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The secret.
    pub token: Token,
    /// A hint that lets an expired link be explained without a request; the signed claims decide.
    pub expires: Expiry,
    /// Which server it is for.
    pub server_fingerprint: [u8; 10],
}

/// A link together with how it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLink {
    /// What it says.
    pub link: Link,
    /// What stood before the body, for example `https://door.example/i`; empty for a bare body.
    pub origin: String,
    /// A scanner or proxy moved the fragment into the path or query, so servers have seen it: warn before redeeming.
    pub exposed: bool,
}

impl Link {
    /// A link for this token at this server.
    pub fn new(token: Token, expires: Expiry, server: &ServerKey) -> Self {
        Self { token, expires, server_fingerprint: server.server_fingerprint() }
    }

    /// The 71 characters behind `#`.
    pub fn body(&self) -> String {
        let mut bytes = [0; BODY_BYTES];
        bytes[0] = VERSION;
        bytes[2..34].copy_from_slice(self.token.expose());
        bytes[34..39].copy_from_slice(&self.expires.to_bytes());
        bytes[39..49].copy_from_slice(&self.server_fingerprint);
        let check = digest::sha256(&[&bytes[..49]]);
        bytes[49..].copy_from_slice(&check[..4]);
        Base64UrlUnpadded::encode_string(&bytes)
    }

    /// The whole link. `public_url` has no trailing slash.
    pub fn to_url(&self, public_url: &str) -> String {
        [public_url, "/i#", &self.body()].concat()
    }

    /// Whether the link is for the server with this key.
    pub fn is_for(&self, server: &ServerKey) -> bool {
        self.server_fingerprint == server.server_fingerprint()
    }

    /// Whether the link's own hint says it has expired.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.has_expired(now)
    }

    /// Reads a body, and nothing but a body.
    pub fn from_body(body: &str) -> Result<Self, Code> {
        let mut bytes = [0; BODY_BYTES];
        let read = Base64UrlUnpadded::decode(body, &mut bytes).map_err(|_| Code::DamagedLink)?;
        if read.len() != BODY_BYTES || bytes[0] != VERSION || bytes[1] != 0 || digest::sha256(&[&bytes[..49]])[..4] != bytes[49..]
        {
            return Err(Code::DamagedLink);
        }
        let mut token = [0; 32];
        token.copy_from_slice(&bytes[2..34]);
        let mut expires = [0; 5];
        expires.copy_from_slice(&bytes[34..39]);
        let mut server_fingerprint = [0; 10];
        server_fingerprint.copy_from_slice(&bytes[39..49]);
        Ok(Self { token: Token::new(token), expires: Expiry::from_bytes(expires), server_fingerprint })
    }
}

/// Finds the link in what someone pasted, clicked or scanned: a whole URL, a `doorward:` URL, a bare body; with spaces
/// and punctuation around it, line breaks inside it, `%23` for `#`, or the fragment moved into path or query.
pub fn find(input: &str) -> Result<FoundLink, Code> {
    if input.len() > MAX_LINK {
        return Err(Code::DamagedLink);
    }
    let text = with_fragment_marks(input);
    // Once as it stands, and once without the line breaks that a mail program put inside.
    find_in(&text).or_else(|| find_in(&text.chars().filter(|c| !c.is_whitespace()).collect::<String>())).ok_or(Code::DamagedLink)
}

/// `%23` is `#`, as written by programs that escape too much.
// By hand rather than by `replace`: string search and formatting are most of what a small browser package would weigh.
fn with_fragment_marks(input: &str) -> String {
    let mut text = String::with_capacity(input.len());
    for c in input.chars() {
        text.push(c);
        if text.ends_with("%23") {
            text.truncate(text.len() - 3);
            text.push('#');
        }
    }
    text
}

fn find_in(text: &str) -> Option<FoundLink> {
    let bytes = text.as_bytes();
    let mut end = bytes.len();
    // From the end, where links carry their body: every longest run of body characters is a candidate.
    loop {
        let start = bytes[..end].iter().rposition(|c| !is_body(*c)).map_or(0, |at| at + 1);
        if end - start == BODY_CHARS
            && let (Some(before), Some(body)) = (text.get(..start), text.get(start..end))
            && let Ok(link) = Link::from_body(body)
        {
            let words = before.rfind(char::is_whitespace).and_then(|at| before.get(at..));
            let before = words.unwrap_or(before);
            return Some(FoundLink { link, origin: origin_of(before), exposed: is_exposed(before) });
        }
        end = start.checked_sub(1)?;
    }
}

fn is_body(c: u8) -> bool {
    c.is_ascii_alphanumeric() || c == b'-' || c == b'_'
}

/// What stands before the body, without the separator.
fn origin_of(before: &str) -> String {
    let origin = before.trim_end_matches(['#', '/', '?', '=', ':']);
    origin.trim_start_matches(|c: char| !c.is_ascii_alphanumeric()).into()
}

/// A body that is neither bare nor behind `#` or `doorward:` has been in a request.
fn is_exposed(before: &str) -> bool {
    let bare = !before.as_bytes().windows(3).any(|window| window == b"://");
    !(before.ends_with('#') || bare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::SignKey;

    fn link() -> Link {
        Link::new(Token::new([7; 32]), Expiry::At(Timestamp(1_800_000_000)), &SignKey([9; 32]))
    }

    #[test]
    fn found_in_what_the_world_makes_of_it() {
        let body = link().body();
        assert_eq!(body.len(), BODY_CHARS);
        let url = link().to_url("https://door.example");
        for (input, exposed) in [
            (url.clone(), false),
            (alloc::format!("  <{url}>.\n"), false),
            (alloc::format!("Join here: {url}, see you"), false),
            (alloc::format!("Join here: {url} see you"), false),
            (url.replace('#', "%23"), false),
            (alloc::format!("{}\n  {}", &url[..40], &url[40..]), false),
            (body.clone(), false),
            (alloc::format!("doorward:{body}"), false),
            (url.replace('#', "/"), true),
            (url.replace('#', "?x="), true),
        ] {
            let found = find(&input).unwrap_or_else(|code| panic!("{code}: {input}"));
            assert_eq!(found.link, link(), "{input}");
            assert_eq!(found.exposed, exposed, "{input}");
        }
        assert_eq!(find(&url).unwrap().origin, "https://door.example/i");
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let body = link().body();
        for at in 0..body.len() {
            let mut wrong = body.clone().into_bytes();
            wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(Link::from_body(core::str::from_utf8(&wrong).unwrap()), Err(Code::DamagedLink), "{at}");
            assert_eq!(find(&body[..at]), Err(Code::DamagedLink));
        }
        assert_eq!(find(&"A".repeat(MAX_LINK + 1)), Err(Code::DamagedLink));
        assert_eq!(find(""), Err(Code::DamagedLink));
        assert_eq!(find("äöü#ß"), Err(Code::DamagedLink));
    }
}

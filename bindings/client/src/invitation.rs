//! What someone was handed: a link in any of its spellings, read without a request.

use doorward_core::link::{self, Link};
use doorward_core::token::{InviteKey, Token};
use doorward_core::{Code, Expiry, InviteId, ServerKey, Timestamp};

/// An invite as its holder has it. Holds the secret token, which `Debug` does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The secret.
    pub token: Token,
    /// Until when, as the link itself hints; a typed code does not say.
    pub expires: Option<Expiry>,
    /// Which server it is for; a typed code does not say.
    pub server_fingerprint: Option<[u8; 10]>,
    /// Where that server is, if the whole link was there.
    pub public_url: Option<String>,
    /// The secret has been in a request, so servers on the way have seen it: warn before redeeming.
    pub exposed: bool,
}

impl Invitation {
    /// Reads a whole link, its body, a typed code, or a token's text; anything else is `damaged-link`.
    pub fn read(text: &str) -> Result<Self, Code> {
        if text.len() > link::MAX_LINK {
            return Err(Code::DamagedLink);
        }
        if let Ok(found) = link::find(text) {
            let Link { token, expires, server_fingerprint } = found.link;
            return Ok(Self {
                token,
                expires: Some(expires),
                server_fingerprint: Some(server_fingerprint),
                public_url: public_url_of(&found.origin),
                exposed: found.exposed,
            });
        }
        let text = text.trim();
        let token = Token::from_text(text).or_else(|_| Token::from_typed_code(text))?;
        Ok(Self { token, expires: None, server_fingerprint: None, public_url: None, exposed: false })
    }

    /// An invite that was just made, or whose token was derived again.
    pub fn new(token: Token, expires: Expiry, server: &ServerKey, public_url: &str) -> Self {
        let server_fingerprint = Some(server.server_fingerprint());
        Self { token, expires: Some(expires), server_fingerprint, public_url: Some(public_url.into()), exposed: false }
    }

    /// The key the token stands for.
    pub fn key(&self) -> InviteKey {
        self.token.invite_key()
    }

    /// The invite's public id.
    pub fn id(&self) -> InviteId {
        InviteId::of(&self.key().public())
    }

    /// Whether its own hint says that it has expired. One without a hint has not said so.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires.has_expired(now))
    }

    /// Whether it is for this server. One that names none may be for any.
    pub fn is_for(&self, server: &ServerKey) -> bool {
        self.server_fingerprint.is_none_or(|fingerprint| fingerprint == server.server_fingerprint())
    }

    /// The link, if what it needs is known.
    pub fn link(&self) -> Option<String> {
        let link = Link { token: self.token.clone(), expires: self.expires?, server_fingerprint: self.server_fingerprint? };
        Some(link.to_url(self.public_url.as_deref()?))
    }

    /// The code to type where nothing can be pasted.
    pub fn typed_code(&self) -> String {
        self.token.to_typed_code()
    }
}

/// What stands before `/i` in what stood before the body.
fn public_url_of(origin: &str) -> Option<String> {
    let path_end = origin.find(['?', '#']).unwrap_or(origin.len());
    let url = origin[..path_end].trim_end_matches('/').strip_suffix("/i")?;
    let is_url = url.split_once("://").is_some_and(|(scheme, rest)| matches!(scheme, "http" | "https") && !rest.is_empty());
    is_url.then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_core::SignKey;

    fn invitation() -> Invitation {
        Invitation::new(Token::new([7; 32]), Expiry::At(Timestamp(1_800_000_000)), &SignKey([9; 32]), "https://door.example")
    }

    #[test]
    fn every_spelling_is_the_same_invite() {
        let whole = invitation();
        let link = whole.link().unwrap();
        let body = link.rsplit('#').next().unwrap();
        assert_eq!(Invitation::read(&link).unwrap(), whole);
        for (text, url) in [
            (format!(" <{link}>\n"), Some("https://door.example")),
            (link.replace('#', "%23"), Some("https://door.example")),
            (format!("http://127.0.0.1:8460/i#{body}"), Some("http://127.0.0.1:8460")),
            (format!("https://example.org/door/i#{body}"), Some("https://example.org/door")),
            (link.replace('#', "/"), Some("https://door.example")),
            (link.replace('#', "?x="), Some("https://door.example")),
            (format!("https://door.example/elsewhere#{body}"), None),
            (format!("doorward:{body}"), None),
            (body.into(), None),
            (whole.typed_code().to_lowercase(), None),
            (whole.token.to_text(), None),
        ] {
            let read = Invitation::read(&text).unwrap_or_else(|code| panic!("{code}: {text}"));
            assert_eq!(read.id(), whole.id(), "{text}");
            assert_eq!(read.public_url.as_deref(), url, "{text}");
        }
        assert!(Invitation::read(&link.replace('#', "/")).unwrap().exposed);
    }

    #[test]
    fn damage_and_foreign_servers_are_told_offline() {
        let mut link = invitation().link().unwrap();
        link.pop();
        assert_eq!(Invitation::read(&link), Err(Code::DamagedLink));
        assert_eq!(Invitation::read("hello"), Err(Code::DamagedLink));
        assert_eq!(Invitation::read(&"0".repeat(3_000)), Err(Code::DamagedLink));
        assert!(invitation().is_for(&SignKey([9; 32])));
        assert!(!invitation().is_for(&SignKey([8; 32])));
        assert!(invitation().has_expired(Timestamp(1_800_000_000)));
        assert!(!invitation().has_expired(Timestamp(1_799_999_999)));
        assert!(!Invitation::read(&invitation().typed_code()).unwrap().has_expired(Timestamp(u64::MAX)));
    }
}

//! Invite links and typed codes: what is known of an invite before any server was asked.
//!
//! An [`Invitation`] is the only thing here that holds a secret: the token, and by it the invite's key.

use crate::convert;
use crate::thrown::Thrown;
use alloc::string::String;
use alloc::vec::Vec;
use doorward_core::link::{self, Link};
use doorward_core::statement::{Domain, PreviewStatement};
use doorward_core::token::{self, InviteKey, Token};
use doorward_core::{Code, Expiry, InviteId, ServerKey, Signature};
use wasm_bindgen::prelude::*;

/// An invite as its holder has it: by a whole link, or by a code typed from paper, which names no server and no expiry.
#[wasm_bindgen]
pub struct Invitation {
    token: Token,
    /// What only a link says.
    hints: Option<Hints>,
    origin: String,
    exposed: bool,
}

/// What a link says beyond the token. Hints: the signed claims decide.
struct Hints {
    expires: Expiry,
    server_fingerprint: [u8; 10],
}

#[wasm_bindgen]
impl Invitation {
    /// Finds the link in whatever was pasted, clicked or scanned. Throws `damaged-link`.
    #[wasm_bindgen(js_name = fromLink)]
    pub fn from_link(text: &str) -> Result<Invitation, Thrown> {
        let found = link::find(text)?;
        Ok(Self::new(found.link, found.origin, found.exposed))
    }

    /// Reads a code typed by hand: no expiry and no server is known. Throws `damaged-link`.
    #[wasm_bindgen(js_name = fromTypedCode)]
    pub fn from_typed_code(code: &str) -> Result<Invitation, Thrown> {
        Ok(Self { token: Token::from_typed_code(code)?, hints: None, origin: String::new(), exposed: false })
    }

    /// The invite of a token (32 bytes) that this device drew or derived. Throws `malformed` for any other length and
    /// `unreadable-expiry` for an expiry that is neither RFC 3339 nor `never`.
    #[wasm_bindgen(js_name = fromToken)]
    pub fn from_token(
        token: &[u8],
        #[wasm_bindgen(unchecked_param_type = "ExpiryText")] expires: &str,
        #[wasm_bindgen(js_name = serverKey, unchecked_param_type = "KeyHex")] server_key: &str,
    ) -> Result<Invitation, Thrown> {
        let token = Token::new(token.try_into().map_err(|_| Code::Malformed)?);
        let expires = match Expiry::from_text(Some(expires)) {
            Expiry::Unreadable => return Err(Thrown(Code::UnreadableExpiry)),
            readable @ (Expiry::At(_) | Expiry::Never) => readable,
        };
        Ok(Self::new(Link::new(token, expires, &convert::sign_key(server_key)?), String::new(), false))
    }

    /// Whether servers have seen the secret (a scanner moved the fragment into the path): warn before redeeming.
    #[wasm_bindgen(getter)]
    pub fn exposed(&self) -> bool {
        self.exposed
    }

    /// What stood before the secret, such as `https://door.example/i`; empty if nothing did.
    #[wasm_bindgen(getter)]
    pub fn origin(&self) -> String {
        self.origin.clone()
    }

    /// The link's own hint of its expiry; empty for a typed code, which has none.
    #[wasm_bindgen(getter, unchecked_return_type = "ExpiryText | \"\"")]
    pub fn expires(&self) -> String {
        self.hints.as_ref().map_or_else(String::new, |hints| hints.expires.to_text())
    }

    /// Whether that hint says it has expired; `true` for a `now` that is no time. A typed code has no hint: `false`.
    #[wasm_bindgen(js_name = hasExpired)]
    pub fn has_expired(&self, #[wasm_bindgen(unchecked_param_type = "Seconds")] now: f64) -> bool {
        let has_expired = |hints: &Hints| convert::timestamp(now).map_or(true, |now| hints.expires.has_expired(now));
        self.hints.as_ref().is_some_and(has_expired)
    }

    /// Whether it is for the server with this key; `false` for what is no key. A typed code names no server: `true`.
    #[wasm_bindgen(js_name = isFor)]
    pub fn is_for(&self, #[wasm_bindgen(js_name = serverKey, unchecked_param_type = "KeyHex")] server_key: &str) -> bool {
        let is_for = |hints: &Hints| {
            convert::sign_key(server_key).is_ok_and(|server| hints.server_fingerprint == server.server_fingerprint())
        };
        self.hints.as_ref().is_none_or(is_for)
    }

    /// The invite's public id.
    #[wasm_bindgen(getter, js_name = inviteId, unchecked_return_type = "IdHex")]
    pub fn invite_id(&self) -> String {
        self.id().to_hex()
    }

    /// The invite's public key.
    #[wasm_bindgen(getter, js_name = inviteKey, unchecked_return_type = "KeyHex")]
    pub fn invite_key(&self) -> String {
        self.key().public().to_hex()
    }

    /// **Secret.** The code to type where nothing can be pasted.
    #[wasm_bindgen(getter, js_name = typedCode)]
    pub fn typed_code(&self) -> String {
        self.token.to_typed_code()
    }

    /// **Secret.** `dwi1_` and 64 hexadecimal characters, for the API and the command line.
    #[wasm_bindgen(getter)]
    pub fn token(&self) -> String {
        self.token.to_text()
    }

    /// **Secret.** The whole link. `publicUrl` has no trailing slash. Throws `damaged-link` for a typed code, which
    /// does not know what a link says.
    pub fn link(&self, #[wasm_bindgen(js_name = publicUrl)] public_url: &str) -> Result<String, Thrown> {
        let hints = self.hints.as_ref().ok_or(Code::DamagedLink)?;
        let link = Link { token: self.token.clone(), expires: hints.expires, server_fingerprint: hints.server_fingerprint };
        Ok(link.to_url(public_url))
    }

    /// Signs the bytes of a statement with the invite's key. Throws `malformed` for bytes that are no statement.
    #[wasm_bindgen(unchecked_return_type = "SignatureHex")]
    pub fn sign(&self, bytes: &[u8]) -> Result<String, Thrown> {
        Ok(self.signature(bytes)?.to_hex())
    }

    /// The bytes that prove, for a preview, that one holds this invite: signed by the invite's key and, to be told
    /// about oneself, by the account's as well. `created` is the server's time, to within 300 s.
    #[wasm_bindgen(js_name = previewBytes)]
    pub fn preview_bytes(
        &self,
        #[wasm_bindgen(js_name = serverKey, unchecked_param_type = "KeyHex")] server_key: &str,
        #[wasm_bindgen(unchecked_param_type = "Seconds")] created: f64,
    ) -> Result<Vec<u8>, Thrown> {
        let statement =
            PreviewStatement { server: convert::sign_key(server_key)?, invite: self.id(), created: convert::timestamp(created)? };
        Ok(Domain::Preview.statement(&statement))
    }
}

impl Invitation {
    fn new(link: Link, origin: String, exposed: bool) -> Self {
        let hints = Hints { expires: link.expires, server_fingerprint: link.server_fingerprint };
        Self { token: link.token, hints: Some(hints), origin, exposed }
    }

    /// The invite's key, derived anew: it is rarely asked for.
    pub(crate) fn key(&self) -> InviteKey {
        self.token.invite_key()
    }

    fn id(&self) -> InviteId {
        InviteId::of(&self.key().public())
    }

    fn signature(&self, bytes: &[u8]) -> Result<Signature, Thrown> {
        if bytes.starts_with(b"\xffdoorward/") { Ok(self.key().sign(bytes)) } else { Err(Thrown(Code::Malformed)) }
    }
}

/// The HKDF info under which an invite root gives tokens for invites to one server:
/// `token = HKDF-SHA256(root, salt, tokenInfo(serverKey))`, 32 bytes.
#[wasm_bindgen(js_name = tokenInfo)]
pub fn token_info(
    #[wasm_bindgen(js_name = serverKey, unchecked_param_type = "KeyHex")] server_key: &str,
) -> Result<Vec<u8>, Thrown> {
    let server: ServerKey = convert::sign_key(server_key)?;
    Ok(token::token_info(&server))
}

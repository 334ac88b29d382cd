//! What an invite says: checked by its holder, written by its maker.

use crate::convert;
use crate::link::Invitation;
use crate::plain::{Members, Plain};
use crate::thrown::Thrown;
use alloc::string::String;
use alloc::vec::Vec;
use doorward_core::check;
use doorward_core::claims::{Claims, VERSION};
use doorward_core::digest::sha256;
use doorward_core::role::Role;
use doorward_core::statement::Domain;
use doorward_core::text::{Kind, screen, screen_tags};
use doorward_core::wire::encode;
use doorward_core::{Code, Expiry, Incarnation, InviteId, SignKey, SpaceId};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The parameter of [`create_claims`].
    #[wasm_bindgen(typescript_type = "ClaimsFields")]
    pub type ClaimsFields;

    #[wasm_bindgen(js_namespace = Reflect, js_name = get)]
    fn text(fields: &JsValue, name: &str) -> String;
    #[wasm_bindgen(js_namespace = Reflect, js_name = get)]
    fn number(fields: &JsValue, name: &str) -> f64;
    #[wasm_bindgen(js_namespace = Reflect, js_name = get)]
    fn list(fields: &JsValue, name: &str) -> Texts;

    type Texts;

    #[wasm_bindgen(method)]
    fn join(this: &Texts, between: &str) -> String;
}

/// `Claims.verify`: checks claims as a server gave them: both signatures, and that they are about this invitation and
/// this server. Throws `damaged-invite` if anything does not match.
#[wasm_bindgen(js_namespace = Claims, js_name = verify, unchecked_return_type = "Claims")]
pub fn verify_claims(
    payload: &[u8],
    #[wasm_bindgen(js_name = issuerSignature, unchecked_param_type = "SignatureHex")] issuer_signature: &str,
    #[wasm_bindgen(js_name = inviteSignature, unchecked_param_type = "SignatureHex")] invite_signature: &str,
    invitation: &Invitation,
    #[wasm_bindgen(js_name = serverKey, unchecked_param_type = "KeyHex")] server_key: &str,
) -> Result<Plain, Thrown> {
    let server = convert::sign_key(server_key)?;
    let claims = read(payload)?;
    if !is_good(&claims, payload, [issuer_signature, invite_signature], &invitation.key().public(), &server) {
        return Err(Thrown(Code::DamagedInvite));
    }
    Ok(object(&claims))
}

/// `Claims.create`: the claims of an invite, ready to be signed by the issuer and by the
/// invite's key. Throws `malformed`, `malformed-key`, `unreadable-expiry`, `bad-text`, `bad-tag`, `damaged-invite` (the id
/// is not the key's); whether the issuer may grant it is for the server to say.
#[wasm_bindgen(js_namespace = Claims, js_name = create, unchecked_return_type = "Claims")]
pub fn create_claims(fields: &ClaimsFields) -> Result<Plain, Thrown> {
    let mut claims = Claims {
        version: VERSION,
        server: SignKey([0; 32]),
        invite: InviteId([0; 16]),
        invite_key: SignKey([0; 32]),
        space: SpaceId::SERVER,
        role: Role::from_name(&text(fields, "role")).ok_or(Code::Malformed)?,
        max_uses: whole(fields, "maxUses")?,
        expires: Expiry::from_text(Some(&text(fields, "expires"))),
        greeting: text(fields, "greeting"),
        rooms: Vec::new(),
        tags: tags(fields)?,
        issuer: SignKey([0; 32]),
        issuer_incarnation: Incarnation::NONE,
        issuer_epoch: whole(fields, "issuerEpoch")?,
        issuer_handle: text(fields, "issuerHandle"),
        rebind: None,
    };
    for (name, bytes, otherwise) in [
        ("serverKey", claims.server.0.as_mut_slice(), Code::MalformedKey),
        ("inviteId", &mut claims.invite.0, Code::Malformed),
        ("inviteKey", &mut claims.invite_key.0, Code::MalformedKey),
        ("space", &mut claims.space.0, Code::Malformed),
        ("issuer", &mut claims.issuer.0, Code::MalformedKey),
        ("issuerIncarnation", &mut claims.issuer_incarnation.0, Code::Malformed),
    ] {
        convert::fill(bytes, &text(fields, name), otherwise)?;
    }
    shown(&claims)
}

/// The tags. A tag that would fall in two is `bad-tag`.
fn tags(fields: &JsValue) -> Result<Vec<String>, Thrown> {
    let list = list(fields, "tags");
    let tags: Vec<String> = match whole(&list, "length")? {
        0 => Vec::new(),
        // By closure, because a `char` brings a searcher of its own.
        #[allow(clippy::manual_pattern_char_comparison, reason = "size")]
        _ => list.join("\n").split(|c| c == '\n').map(String::from).collect(),
    };
    if f64::from(tags.len() as u32) == number(&list, "length") { Ok(tags) } else { Err(Thrown(Code::BadTag)) }
}

/// A whole number that fits; anything else is `malformed`.
fn whole(fields: &JsValue, name: &str) -> Result<u32, Thrown> {
    let number = number(fields, name);
    let cut = number as u32;
    if f64::from(cut) == number { Ok(cut) } else { Err(Thrown(Code::Malformed)) }
}

/// Reads claims back from the payload of an object that [`verify_claims`] or [`create_claims`] returned.
pub(crate) fn read(payload: &[u8]) -> Result<Claims, Thrown> {
    Claims::from_payload(payload).ok_or(Thrown(Code::DamagedInvite))
}

/// The claims as an object, if no server would refuse them for their form alone.
fn shown(claims: &Claims) -> Result<Plain, Thrown> {
    if InviteId::of(&claims.invite_key) != claims.invite {
        return Err(Thrown(Code::DamagedInvite));
    }
    if claims.expires == Expiry::Unreadable {
        return Err(Thrown(Code::UnreadableExpiry));
    }
    screen(Kind::Greeting, &claims.greeting)?;
    screen(Kind::Handle, &claims.issuer_handle)?;
    screen_tags(&claims.tags)?;
    Ok(object(claims))
}

fn object(claims: &Claims) -> Plain {
    let payload = encode(claims);
    let mut members = Members::new();
    members.hex("digest", &sha256(&[&payload]));
    members.hex("inviteId", &claims.invite.0);
    members.hex("space", &claims.space.0);
    members.text("role", claims.role.name());
    members.number("maxUses", claims.max_uses.into());
    members.text("expires", &claims.expires.to_text());
    members.text("greeting", &claims.greeting);
    members.texts("tags", &claims.tags);
    members.hex("issuer", &claims.issuer.0);
    members.text("issuerHandle", &claims.issuer_handle);
    members.flag("isServerIssued", claims.issuer == claims.server);
    members.hex("rebind", claims.rebind.as_ref().map_or(&[], |key| &key.0));
    let object = members.object();
    object.bytes("signedBytes", Domain::Claims.signed_bytes(&payload));
    object.bytes("payload", payload);
    object
}

/// Whether these claims are about this invite and this server, and bear both signatures.
fn is_good(claims: &Claims, payload: &[u8], signatures: [&str; 2], invite_key: &SignKey, server: &SignKey) -> bool {
    let bytes = Domain::Claims.signed_bytes(payload);
    claims.invite_key == *invite_key
        && claims.invite == InviteId::of(invite_key)
        && claims.server == *server
        && [&claims.issuer, invite_key]
            .into_iter()
            .zip(signatures)
            .all(|(key, signature)| convert::signature(signature).is_ok_and(|signature| check::verify(key, &bytes, &signature)))
}

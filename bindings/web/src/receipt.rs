//! The server's signed word that it let someone in.

use crate::convert;
use crate::plain::{Members, Plain};
use crate::thrown::Thrown;
use doorward_core::Code;
use doorward_core::check;
use doorward_core::statement::{Domain, Receipt};
use doorward_core::wire::decode;
use wasm_bindgen::prelude::*;

/// `Receipt.verify`: checks a receipt, offline. Throws `other-server` if another server is named in it, and `malformed`
/// if it cannot be read or this server did not sign it.
#[wasm_bindgen(js_namespace = Receipt, js_name = verify, unchecked_return_type = "Receipt")]
pub fn verify_receipt(
    payload: &[u8],
    #[wasm_bindgen(unchecked_param_type = "SignatureHex")] signature: &str,
    #[wasm_bindgen(js_name = serverKey, unchecked_param_type = "KeyHex")] server_key: &str,
) -> Result<Plain, Thrown> {
    let server = convert::sign_key(server_key)?;
    let signature = convert::signature(signature)?;
    let receipt: Receipt = decode(payload).map_err(|_| Code::Malformed)?;
    let Receipt { body, sequence, chain } = &receipt;
    if body.server != server {
        return Err(Thrown(Code::OtherServer));
    }
    if !check::verify(&server, &Domain::Receipt.signed_bytes(payload), &signature) {
        return Err(Thrown(Code::Malformed));
    }
    let mut members = Members::new();
    members.hex("account", &body.account.0);
    members.hex("incarnation", &body.incarnation.0);
    members.text("role", body.role.name());
    members.hex("space", &body.space.0);
    members.hex("inviteId", &body.invite.0);
    members.number("at", body.at.0);
    members.number("sequence", *sequence);
    members.hex("decision", &body.decision.0);
    members.hex("chain", chain);
    Ok(members.object())
}

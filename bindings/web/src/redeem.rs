//! Accepting an invite: the verdict beforehand, and the statement that is signed.

use crate::convert;
use crate::plain::{Members, Plain};
use crate::thrown::Thrown;
use alloc::string::String;
use alloc::vec::Vec;
use doorward_core::decide::redeem::{Row, judge};
use doorward_core::digest::sha256;
use doorward_core::statement::{AccountStatement, Domain, RedeemStatement};
use doorward_core::text::{Kind, screen};
use doorward_core::wire::{LiveFacts, decode, encode};
use doorward_core::{Code, KexKey, Nonce, SignKey};
use wasm_bindgen::prelude::*;

/// What a redeem would answer now, from the live facts of a preview, by the core's own table. Throws `malformed`.
///
/// The row's id is not in it: the names of all rules would weigh half a kilobyte, and a preview brings the server's.
#[wasm_bindgen(unchecked_return_type = "Verdict")]
pub fn verdict(live: &[u8]) -> Result<Plain, Thrown> {
    let row = judged(live)?;
    let mut members = Members::new();
    members.text("code", row.code.name());
    members.flag("allow", row.code == Code::Allowed);
    members.flag("spends", row.spent);
    Ok(members.object())
}

fn judged(live: &[u8]) -> Result<Row, Thrown> {
    let facts: LiveFacts = decode(live).map_err(|_| Code::Malformed)?;
    Ok(judge(&facts))
}

#[wasm_bindgen]
extern "C" {
    /// What `Claims.verify` returned.
    #[wasm_bindgen(typescript_type = "Claims")]
    pub type VerifiedClaims;

    #[wasm_bindgen(method, getter, structural)]
    fn payload(this: &VerifiedClaims) -> Vec<u8>;
}

/// `RedeemStatement.create`: "let this account in". Keep it and send the very same bytes and signatures again after a
/// failure of the network; the server then repeats its first answer.
///
/// `signKey` and `kexKey` are the account's public keys; `requestId` is 16 random bytes in hexadecimal; `created` is the
/// server's time, to within 300 s. Throws `other-server` if the claims are for another server than `serverKey`,
/// `bad-text` for a handle that nobody could show, `malformed-key`, `malformed`.
#[allow(clippy::too_many_arguments, reason = "the fields of the statement, each of its own")]
#[wasm_bindgen(js_namespace = RedeemStatement, js_name = create, unchecked_return_type = "RedeemStatement")]
pub fn create_statement(
    #[wasm_bindgen(js_name = serverKey, unchecked_param_type = "KeyHex")] server_key: &str,
    claims: &VerifiedClaims,
    #[wasm_bindgen(js_name = signKey, unchecked_param_type = "KeyHex")] sign_key: &str,
    #[wasm_bindgen(js_name = kexKey, unchecked_param_type = "KeyHex")] kex_key: &str,
    handle: &str,
    #[wasm_bindgen(js_name = requestId, unchecked_param_type = "IdHex")] request_id: &str,
    #[wasm_bindgen(unchecked_param_type = "Seconds")] created: f64,
) -> Result<Plain, Thrown> {
    screen(Kind::Handle, handle)?;
    let shown = claims.payload();
    let claims = crate::claims::read(&shown)?;
    let mut statement = RedeemStatement {
        server: claims.server,
        invite: claims.invite,
        claims_digest: sha256(&[&shown]),
        sign_key: SignKey([0; 32]),
        kex_key: KexKey([0; 32]),
        handle: handle.into(),
        request_id: Nonce([0; 16]),
        created: convert::timestamp(created)?,
    };
    convert::fill(&mut statement.sign_key.0, sign_key, Code::MalformedKey)?;
    convert::fill(&mut statement.kex_key.0, kex_key, Code::MalformedKey)?;
    convert::fill(&mut statement.request_id.0, request_id, Code::Malformed)?;
    if convert::sign_key(server_key)? != statement.server {
        return Err(Thrown(Code::OtherServer));
    }
    let payload = encode(&statement);
    let object = Members::new().object();
    object.bytes("signedBytes", Domain::Redeem.signed_bytes(&payload));
    let binding = AccountStatement { server: statement.server, sign_key: statement.sign_key, kex_key: statement.kex_key };
    object.bytes("bindingBytes", Domain::Account.statement(&binding));
    object.bytes("payload", payload);
    Ok(object)
}

/// Empty if a handle can be shown, else `bad-text`. Normal form C is the caller's part: `handle.normalize("NFC")`.
#[wasm_bindgen(js_name = checkHandle, unchecked_return_type = "\"\" | \"bad-text\"")]
pub fn check_handle(text: &str) -> String {
    screen(Kind::Handle, text).err().map_or_else(String::new, |code| code.name().into())
}

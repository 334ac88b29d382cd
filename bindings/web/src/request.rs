//! Signed HTTP requests: RFC 9421 as the profile of [`doorward_core::http_signature`].

use crate::convert;
use crate::plain::{Members, Plain};
use crate::thrown::Thrown;
use doorward_core::digest::sha256;
use doorward_core::http_signature::{Covered, LABEL, content_digest};
use doorward_core::statement::Domain;
use wasm_bindgen::prelude::*;

/// `SignedRequest.create`: the headers of one signed request, and the bytes to sign for it.
///
/// `method` in upper case; `targetUri` is the server's public URL, path and query byte for byte; `body` is sent as it is,
/// empty if there is none, and counts only for methods that have one; `created` is the server's time, to within 300 s;
/// `nonce` is the request id, 16 random bytes in hexadecimal; `key` is who signs. Throws `malformed-key`, `malformed`.
#[wasm_bindgen(js_namespace = SignedRequest, js_name = create, unchecked_return_type = "SignedRequest")]
pub fn create_request(
    method: &str,
    #[wasm_bindgen(js_name = targetUri)] target_uri: &str,
    body: &[u8],
    #[wasm_bindgen(unchecked_param_type = "Seconds")] created: f64,
    #[wasm_bindgen(unchecked_param_type = "IdHex")] nonce: &str,
    #[wasm_bindgen(unchecked_param_type = "KeyHex")] key: &str,
) -> Result<Plain, Thrown> {
    let digest = Covered::has_body(method).then(|| sha256(&[body]));
    let covered = Covered {
        method,
        target_uri,
        content_digest: digest.as_ref(),
        created: convert::timestamp(created)?,
        nonce: &convert::nonce(nonce)?,
        key: &convert::sign_key(key)?,
    };
    let mut members = Members::new();
    members.text("signatureInput", &[LABEL, "=", &covered.signature_params()].concat());
    if let Some(digest) = &digest {
        members.text("contentDigest", &content_digest(digest));
    }
    let object = members.object();
    object.bytes("signedBytes", Domain::Http.signed_bytes(covered.base().as_bytes()));
    Ok(object)
}

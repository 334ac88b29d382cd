//! What people are called and what their roles allow, so that a page offers only what can succeed.

use crate::convert;
use crate::thrown::Thrown;
use alloc::string::String;
use doorward_core::role::{Permission, PlaceKind, Role};
use wasm_bindgen::prelude::*;

/// What a person compares, such as `ab12-cd34`: shown beside every handle. Throws `malformed-key`.
#[wasm_bindgen]
pub fn fingerprint(#[wasm_bindgen(unchecked_param_type = "KeyHex")] key: &str) -> Result<String, Thrown> {
    Ok(convert::sign_key(key)?.fingerprint())
}

/// Whether a role allows something in the server's own space, by the core's table. Unknown names: `false`.
#[wasm_bindgen]
pub fn permits(role: &str, permission: &str) -> bool {
    match (Role::from_name(role), Permission::from_name(permission)) {
        (Some(role), Some(permission)) => role.allows(PlaceKind::Server, permission),
        (None, _) | (_, None) => false,
    }
}

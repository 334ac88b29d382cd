//! The core's table of codes, so that no page copies it by hand.

use crate::plain::{Members, Plain, list};
use doorward_core::Code;
use wasm_bindgen::prelude::*;

/// Every code, in the order of the table.
#[wasm_bindgen(unchecked_return_type = "CodeEntry[]")]
pub fn codes() -> Plain {
    list(Code::ALL.iter().map(|code| {
        let mut members = Members::new();
        members.text("code", code.name());
        members
    }))
}

//! The core's table of codes, so that no page copies it by hand.

use crate::plain::{Members, Plain, list};
use doorward_core::Code;
use doorward_core::code::Blame;
use wasm_bindgen::prelude::*;

/// Every code and who is to blame, in the order of the table.
#[wasm_bindgen(unchecked_return_type = "CodeEntry[]")]
pub fn codes() -> Plain {
    list(Code::ALL.iter().map(|code| {
        let mut members = Members::new();
        members.text("code", code.name());
        members.text("blame", blame(code.blame()));
        members
    }))
}

const fn blame(blame: Blame) -> &'static str {
    match blame {
        Blame::Nobody => "nobody",
        Blame::Caller => "caller",
        Blame::Standing => "standing",
        Blame::State => "state",
        Blame::Place => "place",
    }
}

//! How a refusal reaches JavaScript.

use doorward_core::Code;
use wasm_bindgen::prelude::*;

/// A code on its way out; JavaScript catches an `Error` whose `message` is the code's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thrown(pub Code);

impl From<Code> for Thrown {
    fn from(code: Code) -> Self {
        Self(code)
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        JsError::new(thrown.0.name()).into()
    }
}

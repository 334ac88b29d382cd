//! Answers as plain JavaScript objects: nothing to free, nothing that outlives what it came from.
//!
//! The text of an answer crosses as one JSON text that is well-formed by construction; bytes are set beside it.

use alloc::string::String;
use alloc::vec::Vec;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// A plain object (or list of them).
    pub type Plain;

    #[wasm_bindgen(js_namespace = JSON)]
    fn parse(json: &str) -> Plain;

    #[wasm_bindgen(js_namespace = Reflect)]
    fn set(target: &Plain, name: &str, bytes: Vec<u8>) -> bool;
}

/// The members of one JSON object, as they are written.
pub(crate) struct Members(String);

// Methods that change it in place, and hexadecimal without a string of its own: this file is a tenth of the package.
impl Members {
    pub(crate) fn new() -> Self {
        Self(String::from("{"))
    }

    /// A string.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        quote(&mut self.0, value);
    }

    /// Bytes as a string of lower-case hexadecimal.
    pub(crate) fn hex(&mut self, name: &str, bytes: &[u8]) {
        self.name(name);
        self.0.push('"');
        for byte in bytes {
            hexadecimal(&mut self.0, byte >> 4);
            hexadecimal(&mut self.0, *byte);
        }
        self.0.push('"');
    }

    /// A whole number. Past 2^53 JavaScript rounds it.
    pub(crate) fn number(&mut self, name: &str, value: u64) {
        self.name(name);
        let mut digits = [b'0'; 20];
        let mut rest = value;
        for digit in digits.iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        let first = digits.iter().position(|digit| *digit != b'0').unwrap_or(digits.len() - 1);
        digits.iter().skip(first).for_each(|digit| self.0.push(char::from(*digit)));
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, name: &str, value: bool) {
        self.name(name);
        self.0.push_str(if value { "true" } else { "false" });
    }

    /// A list of strings.
    pub(crate) fn texts(&mut self, name: &str, values: &[String]) {
        self.name(name);
        self.0.push('[');
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.0.push(',');
            }
            quote(&mut self.0, value);
        }
        self.0.push(']');
    }

    /// The object's JSON text.
    pub(crate) fn json(mut self) -> String {
        self.0.push('}');
        self.0
    }

    /// The object.
    pub(crate) fn object(self) -> Plain {
        parse(&self.json())
    }

    fn name(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        quote(&mut self.0, name);
        self.0.push(':');
    }
}

impl Plain {
    /// Sets bytes beside the texts.
    pub(crate) fn bytes(&self, name: &str, bytes: Vec<u8>) {
        set(self, name, bytes);
    }
}

/// A list of objects.
pub(crate) fn list(items: impl Iterator<Item = Members>) -> Plain {
    let mut json = String::from("[");
    for item in items {
        if json.len() > 1 {
            json.push(',');
        }
        json.push_str(&item.json());
    }
    json.push(']');
    parse(&json)
}

/// RFC 8259, section 7: quotation mark, reverse solidus and control characters are escaped.
fn quote(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.push('\\'),
            '\0'..='\u{1f}' => {
                json.push_str("\\u00");
                hexadecimal(json, c as u8 >> 4);
                hexadecimal(json, c as u8);
                continue;
            }
            _ => {}
        }
        json.push(c);
    }
    json.push('"');
}

/// The last four bits as a digit.
fn hexadecimal(json: &mut String, bits: u8) {
    json.push(char::from(b"0123456789abcdef"[usize::from(bits & 15)]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_well_formed() {
        let mut members = Members::new();
        members.text("a", "\"\\\n\u{1f}\0é🚪</script>");
        members.hex("h", &[0, 0xa5, 0xff]);
        members.number("n", 0);
        members.number("m", u64::MAX);
        members.number("k", 1_800_000_000);
        members.flag("f", false);
        members.texts("t", &["x".into(), "y\"".into()]);
        members.texts("e", &[]);
        assert_eq!(
            members.json(),
            "{\"a\":\"\\\"\\\\\\u000a\\u001f\\u0000é🚪</script>\",\"h\":\"00a5ff\",\"n\":0,\"m\":18446744073709551615,\"k\":1800000000,\
             \"f\":false,\"t\":[\"x\",\"y\\\"\"],\"e\":[]}"
        );
    }
}

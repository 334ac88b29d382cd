//! Keys: lower-case letters, digits and dots, at most 160 bytes, the same text in every backend
//! and as a NATS subject.

use crate::{Cause, Reason};

/// The longest key, in bytes.
pub const MAX_KEY: usize = 160;

/// The smallest text that is above every key: keys hold no byte at or above `{`.
pub const ABOVE_ALL: &str = "{";

/// Says whether `key` may name a record: 1 to [`MAX_KEY`] bytes of `a`–`z`, `0`–`9` and dots, no
/// empty part between dots (a subject with an empty token is not a subject).
///
/// # Errors
/// [`Cause::Invalid`], with the key in the line.
pub fn check_key(key: &str) -> Result<(), Reason> {
    let fault = if key.is_empty() {
        "is empty"
    } else if key.len() > MAX_KEY {
        "is longer than 160 bytes"
    } else if !key.bytes().all(is_key_byte) {
        "holds something other than a-z, 0-9 and dots"
    } else if key.split('.').any(str::is_empty) {
        "has an empty part"
    } else {
        return Ok(());
    };
    Err(refuse("key", key, fault))
}

/// Says whether `prefix` may begin a page or a watch: empty, or the beginning of some key.
///
/// # Errors
/// [`Cause::Invalid`].
pub fn check_prefix(prefix: &str) -> Result<(), Reason> {
    let fault = if prefix.len() > MAX_KEY {
        "is longer than 160 bytes"
    } else if !prefix.bytes().all(is_key_byte) {
        "holds something other than a-z, 0-9 and dots"
    } else if prefix.starts_with('.') || prefix.contains("..") {
        "has an empty part"
    } else {
        return Ok(());
    };
    Err(refuse("prefix", prefix, fault))
}

/// Says whether `bound` may stand as the `after` or `until` of a page: any printable ASCII of at
/// most 161 bytes, for a bound need not be a key (`d/` is the end of everything below `d.`).
///
/// # Errors
/// [`Cause::Invalid`].
pub fn check_bound(bound: &str) -> Result<(), Reason> {
    let fault = if bound.len() > MAX_KEY + 1 {
        "is longer than 161 bytes"
    } else if !bound.bytes().all(|b| b.is_ascii_graphic()) {
        "holds something other than printable ASCII"
    } else {
        return Ok(());
    };
    Err(refuse("bound", bound, fault))
}

/// The smallest text above every key that begins with `prefix`; [`ABOVE_ALL`] for the empty one.
#[must_use]
pub fn prefix_end(prefix: &str) -> String {
    let mut end = prefix.to_owned();
    match end.pop() {
        // A checked prefix ends in a key byte, all of which have an ASCII successor.
        Some(last) => end.push(char::from_u32(last as u32 + 1).unwrap_or(char::MAX)),
        None => end.push_str(ABOVE_ALL),
    }
    end
}

fn is_key_byte(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.'
}

fn refuse(what: &str, text: &str, fault: &str) -> Reason {
    // A hostile key must not flood a log or write control characters to a terminal.
    let shown: String = text.chars().take(48).flat_map(char::escape_default).collect();
    Reason::new(Cause::Invalid, format!("the {what} \"{shown}\" {fault}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_subjects() {
        let longest = "a".repeat(MAX_KEY);
        for good in ["n", "a.00ff", "u.name.6a", "9", longest.as_str()] {
            assert!(check_key(good).is_ok(), "{good}");
        }
        let long = "a".repeat(MAX_KEY + 1);
        for bad in ["", ".", "a.", ".a", "a..b", "A", "a b", "a*", "a.>", "a-b", "a_b", "é", "a\0", &long] {
            let reason = check_key(bad).expect_err(bad);
            assert_eq!(reason.cause(), Cause::Invalid);
        }
    }

    #[test]
    fn prefixes_begin_keys() {
        for good in ["", "a", "a.", "a.0", "a.0."] {
            assert!(check_prefix(good).is_ok(), "{good}");
        }
        for bad in [".", ".a", "a..", "A", "a/", &"a".repeat(MAX_KEY + 1)] {
            assert!(check_prefix(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn bounds_are_printable() {
        assert!(check_bound("").is_ok());
        assert!(check_bound("d/").is_ok());
        assert!(check_bound("d \n").is_err());
        assert!(check_bound(&"z".repeat(162)).is_err());
    }

    #[test]
    fn the_end_of_a_prefix_is_tight() {
        assert_eq!(prefix_end("a."), "a/");
        assert_eq!(prefix_end("a.9"), "a.:");
        assert_eq!(prefix_end("z"), "{");
        assert_eq!(prefix_end(""), ABOVE_ALL);
        assert!("z".repeat(MAX_KEY).as_str() < ABOVE_ALL);
    }
}

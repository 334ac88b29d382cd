//! What people may call themselves and each other: handles, names, greetings, labels, tags.
//!
//! Texts are in Unicode normal form C and free of control, bidirectional and format characters, so that two names
//! that look alike are alike and nothing rewrites the line it stands on. Normal form is a
//! [`check`](crate::check::Check::Nfc) (its tables are larger than the whole policy); ASCII needs none.

use crate::code::Code;
use alloc::string::String;

/// What kind of text, which sets how long it may be, in characters (Unicode scalar values).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What an account is called: 1–64.
    Handle,
    /// What a server is called: 1–64.
    ServerName,
    /// The public word on an invite, and what a space says it is about: 0–280.
    Greeting,
    /// The private note of an invite's maker, and the reason of a ban: 0–120.
    Label,
}

impl Kind {
    /// Fewest and most characters.
    pub const fn bounds(self) -> (usize, usize) {
        match self {
            Kind::Handle | Kind::ServerName => (1, 64),
            Kind::Greeting => (0, 280),
            Kind::Label => (0, 120),
        }
    }
}

/// Refuses (`bad-text`) what is too short, too long, padded with spaces, or holds characters that cannot be shown.
pub fn screen(kind: Kind, text: &str) -> Result<(), Code> {
    let (least, most) = kind.bounds();
    let length = text.chars().fold(0, |n, _| n + 1);
    let padded = text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
    if length < least || length > most || padded || text.chars().any(is_hidden) {
        return Err(Code::BadText);
    }
    Ok(())
}

/// Refuses (`bad-tag`) more than 10 tags, a repeated one, or one that is not a name of 1–32 characters.
pub fn screen_tags(tags: &[String]) -> Result<(), Code> {
    let repeated = tags.iter().enumerate().any(|(i, tag)| tags[..i].contains(tag));
    if tags.len() > 10 || repeated || !tags.iter().all(|tag| is_name(tag, 32)) {
        return Err(Code::BadTag);
    }
    Ok(())
}

/// Most characters of a network's name.
pub const NETWORK_NAME: usize = 63;

/// Lower-case letters, digits and inner hyphens, 1 to `most` of them.
pub fn is_name(text: &str, most: usize) -> bool {
    let allowed = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    !text.is_empty() && text.len() <= most && text.bytes().all(allowed) && !text.starts_with('-') && !text.ends_with('-')
}

/// Control (Cc), format (Cf, bidirectional controls included), and line and paragraph separators.
fn is_hidden(c: char) -> bool {
    c.is_control() || HIDDEN.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// Format characters and separators as of Unicode 16. A table, because it is smaller than a match.
const HIDDEN: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0001}', '\u{e0001}'),
    ('\u{e0020}', '\u{e007f}'),
];

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn texts() {
        for good in ["a", "Ada Lovelace", "Žofie", "名前", "🚪"] {
            assert_eq!(screen(Kind::Handle, good), Ok(()), "{good}");
        }
        for bad in ["", " ada", "ada ", "a\nb", "a\u{202e}b", "a\u{200b}b", &"x".repeat(65)] {
            assert_eq!(screen(Kind::Handle, bad), Err(Code::BadText), "{bad:?}");
        }
        assert_eq!(screen(Kind::Greeting, ""), Ok(()));
    }

    #[test]
    fn tags() {
        assert_eq!(screen_tags(&["a".into(), "on-call".into(), "7".into()]), Ok(()));
        for bad in ["", "-a", "a-", "A", "ä", "a b", &"x".repeat(33)] {
            assert_eq!(screen_tags(&[bad.into()]), Err(Code::BadTag), "{bad:?}");
        }
        assert_eq!(screen_tags(&["a".into(), "a".into()]), Err(Code::BadTag));
        assert_eq!(screen_tags(&vec!["a".into(); 11]), Err(Code::BadTag));
    }
}

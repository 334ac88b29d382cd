//! age's ASCII armor: strict PEM (RFC 7468) labelled `AGE ENCRYPTED FILE`, base64 in lines of 64.

use crate::Refusal;
use alloc::string::String;
use alloc::vec::Vec;
use base64ct::{Base64, Encoding};

const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";
const END: &str = "-----END AGE ENCRYPTED FILE-----";
const COLUMNS: usize = 64;

/// Bytes as armored text, ending in a line break.
pub fn wrap(bytes: &[u8]) -> String {
    let mut text = String::from(BEGIN);
    for line in bytes.chunks(COLUMNS / 4 * 3) {
        text.push('\n');
        text.push_str(&Base64::encode_string(line));
    }
    text.push('\n');
    text.push_str(END);
    text.push('\n');
    text
}

/// The bytes of armored text. Whitespace around it and CRLF line ends are what file transfers add; anything else that
/// [`wrap`] would not have written is [`Refusal::Damaged`].
pub fn unwrap(text: &str) -> Result<Vec<u8>, Refusal> {
    let body = text.trim().strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END)).ok_or(Refusal::Damaged)?;
    // One line break after BEGIN, one before END: what `lines` sees is an empty line and then those of the body.
    let mut lines =
        body.strip_suffix('\n').ok_or(Refusal::Damaged)?.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    if lines.next() != Some("") {
        return Err(Refusal::Damaged);
    }
    let (mut bytes, mut ended) = (Vec::new(), false);
    for line in lines {
        if ended || line.is_empty() || line.len() > COLUMNS {
            return Err(Refusal::Damaged);
        }
        let mut decoded = [0; COLUMNS / 4 * 3];
        let decoded = Base64::decode(line, &mut decoded).map_err(|_| Refusal::Damaged)?;
        ended = decoded.len() < COLUMNS / 4 * 3;
        bytes.extend_from_slice(decoded);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        for length in [0, 1, 47, 48, 49, 95, 96, 97, 500] {
            let bytes: Vec<u8> = (0..length).map(|i| i as u8).collect();
            let text = wrap(&bytes);
            assert_eq!(unwrap(&text), Ok(bytes.clone()), "{length}");
            assert_eq!(unwrap(&alloc::format!("\n  {}\n", text.replace('\n', "\r\n"))), Ok(bytes), "{length}");
        }
    }

    #[test]
    fn what_is_not_strict_is_damaged() {
        let text = wrap(&[7; 100]);
        let bad = [
            String::new(),
            BEGIN.into(),
            text.replace("BEGIN AGE", "BEGIN PGP"),
            text.replacen("\nBwcH", "\n\nBwcH", 1),
            text.replacen("BwcH", "BwcH\n", 1),
            text.replacen("BwcH", "Bwc H", 1),
            text.replace('=', ""),
            wrap(&[7; 96]).replace("\n-----END", "\n\n-----END"),
            text.replacen("BwcH", "Bwc_", 1),
            text.replace(END, ""),
        ];
        for bad in bad {
            assert_eq!(unwrap(&bad), Err(Refusal::Damaged), "{bad}");
        }
    }
}

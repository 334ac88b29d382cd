//! A page to print: a card for each invite, in black and white, without a script and without anything from elsewhere.

use std::fmt::Write as _;

use super::share::Card;
use crate::cli::output::clean;
use crate::cli::{CliError, words};
use crate::process::qr_svg;

/// In front of the cards. Its style stands in it, for the file is opened by itself.
const HEAD: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width">
<style>
:root { color-scheme: light }
* { box-sizing: border-box }
body { margin: 1rem auto; max-width: 19cm; padding: 0 .5rem; background: #fff; color: #000; font: 11pt/1.35 system-ui, sans-serif }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(8.5cm, 100%), 1fr)) }
article { border: 1px dashed #000; padding: .5cm; text-align: center; break-inside: avoid; margin: 0 -1px -1px 0 }
h2 { font-size: 13pt; margin: 0 0 .2cm }
h2, p { overflow-wrap: anywhere }
p { margin: .15cm 0 }
svg { display: block; width: 5cm; height: 5cm; margin: .2cm auto }
code { font: 10.5pt/1.5 ui-monospace, monospace }
.label { font-size: 9pt }
.warning { border: 2px solid #000; padding: .3cm .5cm; margin-bottom: .5cm }
@page { margin: 12mm }
@media print { .warning { display: none } body { margin: 0 auto } }
</style>
"#;

/// The whole page.
///
/// # Errors
/// A link is too long for a QR code.
pub(super) fn page(server: &str, public_url: &str, cards: &[Card]) -> Result<String, CliError> {
    let (server, url) = (escaped(server), escaped(public_url));
    let mut page = format!("{HEAD}<title>Invites to {server}</title>\n</head>\n<body>\n");
    page += "<p class=\"warning\"><strong>Everything here is secret.</strong> Whoever sees a code can use it. Print this, hand \
             it out, delete the file.</p>\n<main>\n";
    for card in cards {
        page += &one(card, &server, &url)?;
    }
    page += "</main>\n</body>\n</html>\n";
    Ok(page)
}

fn one(card: &Card, server: &str, url: &str) -> Result<String, CliError> {
    let Card { label, greeting, expires, link, typed_code, .. } = card;
    let svg = qr_svg(link).ok_or_else(|| CliError::Fault(format!("{} is too long for a QR code", clean(link))))?;
    let mut text = format!("<article>\n<h2>You are invited to {server}</h2>\n");
    if !label.is_empty() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "<p class=\"label\">{}</p>", escaped(label));
    }
    if !greeting.is_empty() {
        let _ = writeln!(text, "<p>“{}”</p>", escaped(greeting));
    }
    let _ = writeln!(text, "{svg}\n<p>Scan this with your phone, or open <b>{url}/i</b> and type</p>");
    let _ = writeln!(text, "<p><code>{}</code></p>", breakable(typed_code));
    let _ = writeln!(text, "<p>Good {} for {}.</p>\n</article>", words::on_paper(*expires), card.for_whom());
    Ok(text)
}

/// A typed code that may be broken between its groups, and nowhere else.
fn breakable(code: &str) -> String {
    escaped(code).replace('-', "-<wbr>")
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_becomes_part_of_the_page() {
        assert_eq!(escaped("<b a='\"'>&\u{202e}"), "&lt;b a=&#39;&quot;&#39;&gt;&amp;\u{fffd}");
    }
}

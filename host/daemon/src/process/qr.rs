//! QR codes in a terminal.

use std::io::IsTerminal;

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

/// A QR code of unicode half blocks with its quiet zone, for light letters on a dark ground, as most terminals have;
/// scanners read the other way round as well. `None` if the text is too long.
pub fn blocks(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    Some(code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}

/// Whether standard output is a terminal: secrets are shown to nobody else.
pub fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

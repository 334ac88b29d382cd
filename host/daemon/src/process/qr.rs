//! QR codes, in a terminal and on paper.

use std::fmt::Write as _;
use std::io::IsTerminal;

use qrcode::render::unicode::Dense1x2;
use qrcode::{Color, EcLevel, QrCode};

/// Modules of white around a code, which scanners need (ISO/IEC 18004).
const QUIET: usize = 4;

/// A QR code of unicode half blocks with its quiet zone, for light letters on a dark ground, as most terminals have;
/// scanners read the other way round as well. `None` if the text is too long.
pub fn blocks(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    Some(code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}

/// A QR code as an SVG element, black on white, a unit a module. `None` if the text is too long.
pub fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, size) = (code.width(), code.width() + 2 * QUIET);
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{} {}h{}v1h-{}z", x + QUIET, y + QUIET, run.len(), run.len());
            }
            x += run.len();
        }
    }
    Some(format!(
        "<svg role=\"img\" aria-label=\"QR code of the link\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

/// Whether standard output is a terminal: secrets are shown to nobody else.
pub fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://door.example/i#AQCCx5P1sGKmwj7V6uZBWWH3ssKHZgDuvVOTYBsYqkHz_ABrCWDsGfj_0RF20WHz_BS1Ufc";

    /// The modules of the code, with white all around.
    fn expected() -> (usize, impl Fn(usize, usize) -> bool) {
        let code = QrCode::with_error_correction_level(LINK, EcLevel::M).unwrap();
        let width = code.width();
        let inside = move |at: usize| at.checked_sub(QUIET).filter(|at| *at < width);
        (width + 2 * QUIET, move |x, y| matches!((inside(x), inside(y)), (Some(x), Some(y)) if code[(x, y)] == Color::Dark))
    }

    #[test]
    fn paper_shows_every_module() {
        let picture = svg(LINK).unwrap();
        let (_, rest) = picture.split_once("<path d=\"").unwrap();
        let (path, _) = rest.split_once('"').unwrap();
        let runs: Vec<(usize, usize, usize)> = path
            .split_terminator('z')
            .map(|run| {
                let numbers: Vec<usize> = run.split(['M', ' ', 'h', 'v', '-']).filter_map(|part| part.parse().ok()).collect();
                assert!(numbers[2] == numbers[4] && numbers[3] == 1, "{run}");
                (numbers[0], numbers[1], numbers[2])
            })
            .collect();
        let size: usize = picture.split_once("0 0 ").unwrap().1.split(' ').next().unwrap().parse().unwrap();
        let dark = |x, y| runs.iter().any(|(from, row, length)| *row == y && (*from..from + length).contains(&x));
        let (width, expected) = expected();
        assert_eq!(size, width);
        assert!((0..size).all(|y| (0..size).all(|x| dark(x, y) == expected(x, y))));
    }

    #[test]
    fn a_terminal_shows_every_module() {
        let blocks = blocks(LINK).unwrap();
        let rows: Vec<Vec<char>> = blocks.lines().map(|line| line.chars().collect()).collect();
        // Light letters on a dark ground: a full block is light.
        let dark = |x: usize, y: usize| match rows.get(y / 2).and_then(|row| row.get(x)) {
            Some('█') | None => false,
            Some('▀') => !y.is_multiple_of(2),
            Some('▄') => y.is_multiple_of(2),
            Some(_) => true,
        };
        let (width, expected) = expected();
        assert_eq!(rows[0].len(), width);
        assert!((0..width).all(|y| (0..width).all(|x| dark(x, y) == expected(x, y))));
    }
}

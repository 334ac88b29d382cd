//! RFC 3339 against jiff, and expiry that fails closed.

use crate::files::golden;
use crate::kit::Rng;
use crate::kit::ask::hex;
use doorward_core::{Expiry, Timestamp};

fn jiffs(text: &str) -> Option<u64> {
    let second = text.parse::<jiff::Timestamp>().ok()?.as_second();
    u64::try_from(second).ok().filter(|second| *second <= Timestamp::MAX.0)
}

/// RFC 3339, section 5.6, by its grammar: nothing but shape.
fn has_the_shape(text: &str) -> bool {
    let b = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| b.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let at = |index: usize, set: &[u8]| b.get(index).is_some_and(|c| set.contains(c));
    let date = digits(0..4) && at(4, b"-") && digits(5..7) && at(7, b"-") && digits(8..10) && at(10, b"Tt");
    let time = digits(11..13) && at(13, b":") && digits(14..16) && at(16, b":") && digits(17..19);
    let mut end = 19;
    if at(19, b".") {
        end = 20 + b[20..].iter().take_while(|c| c.is_ascii_digit()).count();
        if end == 20 {
            return false;
        }
    }
    let zulu = b.len() == end + 1 && at(end, b"Zz");
    let offset =
        b.len() == end + 6 && at(end, b"+-") && digits(end + 1..end + 3) && at(end + 3, b":") && digits(end + 4..end + 6);
    date && time && (zulu || offset)
}

/// A time of day that RFC 3339 has and a day does not: a leap second, or an offset no clock shows.
fn is_odd(text: &str) -> bool {
    let offset = &text[text.len() - 6..];
    let hours = offset.starts_with(['+', '-']).then(|| offset[1..3].parse::<u32>().unwrap_or(99));
    &text[17..19] == "60" || hours.is_some_and(|hours| hours > 23)
}

fn compare(text: &str) {
    let ours = Timestamp::from_rfc3339(text).map(|at| at.0);
    if text.starts_with("9999-12-3") {
        return; // where jiff ends; the golden expiries tell of it
    }
    if has_the_shape(text) && !is_odd(text) {
        assert_eq!(ours, jiffs(text), "{text}");
    } else {
        assert_eq!(ours, None, "{text}");
    }
    let expected = ours.map_or(Expiry::Unreadable, |at| Expiry::At(Timestamp(at)));
    assert_eq!(Expiry::from_text(Some(text)), if text == "never" { Expiry::Never } else { expected }, "{text}");
}

#[test]
fn times_are_read_as_jiff_reads_them() {
    let mut rng = Rng::new(3);
    for _ in 0..60_000 {
        let (year, month, day) = (1900 + rng.below(8_100), rng.below(14), rng.below(33));
        let (hour, minute, second) = (rng.below(25), rng.below(61), rng.below(62));
        let fraction = ["", ".5", ".000", ".999999999", "."][rng.below(12).min(4) % 5 * usize::from(rng.one_in(3))];
        let (oh, om) = (rng.below(26), rng.below(61));
        let offset =
            ["Z".into(), "z".into(), format!("+{oh:02}:{om:02}"), format!("-{oh:02}:{om:02}"), String::new(), "+02".into()];
        let offset = &offset[if rng.one_in(8) { rng.below(6) } else { rng.below(4) }];
        let t = ["T", "t", " "][usize::from(rng.one_in(9)) * (1 + rng.below(2))];
        compare(&format!("{year:04}-{month:02}-{day:02}{t}{hour:02}:{minute:02}:{second:02}{fraction}{offset}"));
    }
}

#[test]
fn every_day_is_written_as_jiff_writes_it() {
    for day in (0..Timestamp::MAX.0 / 86_400).step_by(7) {
        let at = Timestamp(day * 86_400 + day % 86_400);
        // jiff ends 26 hours before the year does, so that every offset fits.
        let Ok(jiffs) = jiff::Timestamp::from_second(at.0.try_into().unwrap()) else { break };
        assert_eq!(at.to_rfc3339(), jiffs.to_string());
        compare(&at.to_rfc3339());
    }
}

#[test]
fn damaged_times_are_unreadable() {
    let mut rng = Rng::new(4);
    for _ in 0..60_000 {
        let at = Timestamp((u64::from(rng.next()) << 6) % Timestamp::MAX.0);
        let mut bytes = at.to_rfc3339().into_bytes();
        for _ in 0..1 + rng.below(2) {
            let place = rng.below(bytes.len());
            match rng.below(3) {
                0 => drop(bytes.remove(place)),
                1 => bytes.insert(place, *rng.pick(b"0123456789-+:.TZtz ")),
                _ => bytes[place] = *rng.pick(b"0123456789-+:.TZtz "),
            }
        }
        compare(&String::from_utf8(bytes).unwrap());
    }
}

#[test]
fn golden_expiries() {
    let texts = [
        "never",
        "1970-01-01T00:00:00Z",
        "2026-11-20T04:00:00Z",
        "2026-11-20t06:00:00.75+02:00",
        "9999-12-31T23:59:59Z",
        "2000-02-29T00:00:00z",
        "",
        "Never",
        "forever",
        "2026-11-20",
        "2026-11-20T04:00:00",
        "2026-11-20 04:00:00Z",
        "1969-12-31T23:59:59Z",
        "2026-02-29T00:00:00Z",
        "2026-11-20T04:00:60Z",
        "10000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-00:01",
        "0",
        "2026-11-20T24:00:00Z",
    ];
    let mut lines = Vec::new();
    for text in texts {
        let expiry = Expiry::from_text(Some(text));
        assert_eq!(Expiry::from_bytes(expiry.to_bytes()), expiry);
        lines.push(vec![hex(text.as_bytes()), hex(&expiry.to_bytes()), expiry.to_text()]);
    }
    assert_eq!(Expiry::from_text(None), Expiry::Unreadable);
    let remark = "text bytes meaning (text and bytes in hexadecimal): what an expiry's text means, in five big-endian bytes and written again; all ones is never, and every other number past the year 9999 is unreadable, which has expired";
    golden("expiries.txt", remark, &lines);
}

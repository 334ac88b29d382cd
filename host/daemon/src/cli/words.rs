//! Times in words, and times that people type.

use doorward_client::Until;
use doorward_core::{Expiry, Timestamp};

/// Seconds, name, and from how many on it is used: below two days, hours tell more.
const UNITS: [(u64, &str, u64); 4] = [(86_400, "day", 2), (3_600, "hour", 2), (60, "minute", 2), (1, "second", 1)];

/// `in 3 days`, `2 hours ago`, `just now`: rounded to the nearest, so that seven days are seven days a second later.
pub(super) fn relative(at: Timestamp, now: Timestamp) -> String {
    let distance = at.distance(now);
    let rounded = |unit: u64| (distance + unit / 2) / unit;
    let Some((unit, name, _)) =
        UNITS.iter().find(|(unit, _, least)| rounded(*unit) >= *least && distance + unit / 24 >= unit * least)
    else {
        return "just now".into();
    };
    let count = rounded(*unit);
    let plural = if count == 1 { "" } else { "s" };
    if at > now { format!("in {count} {name}{plural}") } else { format!("{count} {name}{plural} ago") }
}

/// `in 3 days`, `2 hours ago`, `never`.
pub(super) fn expiry(expires: Expiry, now: Timestamp) -> String {
    match expires {
        Expiry::At(at) => relative(at, now),
        Expiry::Never => "never".into(),
        Expiry::Unreadable => "unreadable".into(),
    }
}

/// `in 3 days (2026-11-23 04:18 UTC)`.
pub(super) fn expiry_in_full(expires: Expiry, now: Timestamp) -> String {
    match expires {
        Expiry::At(at) => in_full(at, now),
        Expiry::Never => "never".into(),
        Expiry::Unreadable => "unreadable, so it counts as expired".into(),
    }
}

/// `2 hours ago (2026-11-20 02:18 UTC)`.
pub(super) fn in_full(at: Timestamp, now: Timestamp) -> String {
    let text = at.to_rfc3339();
    format!("{} ({} {} UTC)", relative(at, now), &text[..10], &text[11..16])
}

/// `until 27 November 2026, 10:52 UTC`, `for ever`: words like "tomorrow" would not stay true on paper.
pub(super) fn on_paper(expires: Expiry) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let at = match expires {
        Expiry::At(at) => at.to_rfc3339(),
        Expiry::Never => return "for ever".into(),
        Expiry::Unreadable => return "no more".into(),
    };
    let number = |range: std::ops::Range<usize>| at[range].parse::<usize>().unwrap_or_default();
    let month = MONTHS.get(number(5..7).wrapping_sub(1)).unwrap_or(&"");
    format!("until {} {month} {}, {} UTC", number(8..10), &at[..4], &at[11..16])
}

/// Reads `7d`, `12h`, `30m`, `90s`, RFC 3339 with an offset, or `never`.
///
/// # Errors
/// What to type instead.
pub(super) fn until(text: &str) -> Result<Until, String> {
    if text == "never" {
        return Ok(Until::Never);
    }
    if let Some(at) = Timestamp::from_rfc3339(text) {
        return Ok(Until::At(at));
    }
    duration(text)
        .map(Until::In)
        .ok_or_else(|| "type a time from now (30m, 12h, 7d, 2w), a moment (2026-12-24T18:00:00+01:00) or 'never'".into())
}

fn duration(text: &str) -> Option<u64> {
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return None,
    };
    let digits = count.bytes().all(|c| c.is_ascii_digit());
    let seconds = count.parse::<u64>().ok().filter(|_| digits)?.checked_mul(unit)?;
    (seconds > 0).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_words() {
        let now = Timestamp(1_000_000);
        for (at, expected) in [
            (1_000_000, "just now"),
            (1_000_001, "in 1 second"),
            (1_000_059, "in 59 seconds"),
            (1_000_060, "in 60 seconds"),
            (1_000_120, "in 2 minutes"),
            (1_007_199, "in 2 hours"),
            (1_086_399, "in 24 hours"),
            (1_259_200, "in 3 days"),
            (1_604_799, "in 7 days"),
            (1_129_600, "in 36 hours"),
            (999_940, "60 seconds ago"),
            (913_600, "24 hours ago"),
            (800_000, "2 days ago"),
        ] {
            assert_eq!(relative(Timestamp(at), now), expected);
        }
        assert_eq!(in_full(Timestamp(1_795_148_280), Timestamp(1_795_148_279)), "in 1 second (2026-11-20 04:18 UTC)");
        assert_eq!(expiry(Expiry::Never, now), "never");
        assert_eq!(on_paper(Expiry::At(Timestamp(1_795_148_280))), "until 20 November 2026, 04:18 UTC");
        assert_eq!(on_paper(Expiry::At(Timestamp(1_798_761_599))), "until 31 December 2026, 23:59 UTC");
    }

    #[test]
    fn times_that_people_type() {
        assert_eq!(until("7d"), Ok(Until::In(604_800)));
        assert_eq!(until("2w"), Ok(Until::In(1_209_600)));
        assert_eq!(until("never"), Ok(Until::Never));
        assert_eq!(until("2026-11-20T06:18:00+02:00"), Ok(Until::At(Timestamp(1_795_148_280))));
        for bad in [
            "",
            "d",
            "7",
            "0d",
            "-7d",
            "+7d",
            "7 d",
            "7D",
            "Never",
            "2026-11-20",
            "99999999999999999999d",
            "18446744073709551615w",
            "7ü",
        ] {
            assert!(until(bad).is_err(), "{bad}");
        }
    }
}

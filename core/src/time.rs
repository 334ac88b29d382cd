//! Whole seconds since 1970 UTC inside, RFC 3339 at the edges, and expiry that fails closed.

use alloc::string::String;

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u64);

/// One day in seconds.
pub const DAY: u64 = 86_400;

impl Timestamp {
    /// 9999-12-31T23:59:59Z, the last second RFC 3339 can write.
    pub const MAX: Timestamp = Timestamp(253_402_300_799);

    /// This many seconds later; stops at [`Timestamp::MAX`].
    pub fn plus(self, seconds: u64) -> Timestamp {
        Timestamp(self.0.saturating_add(seconds).min(Self::MAX.0))
    }

    /// Seconds between two times, whichever is first.
    pub fn distance(self, other: Timestamp) -> u64 {
        self.0.abs_diff(other.0)
    }

    /// RFC 3339 (section 5.6) in UTC: `2026-11-20T04:18:00Z`.
    pub fn to_rfc3339(self) -> String {
        let (days, rest) = (self.0 / DAY, self.0 % DAY);
        let (year, month, day) = civil_from_days(days);
        let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
        let mut text = *b"0000-00-00T00:00:00Z";
        for (at, width, number) in [(0, 4, year), (5, 2, month), (8, 2, day), (11, 2, hour), (14, 2, minute), (17, 2, second)] {
            let mut rest = number;
            for digit in text[at..at + width].iter_mut().rev() {
                *digit = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
        }
        text.iter().map(|c| char::from(*c)).collect()
    }

    /// Strict RFC 3339: date, `T`, time, and an offset. Fractions are cut. `None` for anything else, for times before
    /// 1970 and after 9999, and for leap seconds.
    pub fn from_rfc3339(text: &str) -> Option<Timestamp> {
        let b = text.as_bytes();
        if b.len() < 20 || b[4] != b'-' || b[7] != b'-' || !matches!(b[10], b'T' | b't') || b[13] != b':' || b[16] != b':' {
            return None;
        }
        let (year, month, day) = (digits(&b[..4])?, digits(&b[5..7])?, digits(&b[8..10])?);
        let (hour, minute, second) = (digits(&b[11..13])?, digits(&b[14..16])?, digits(&b[17..19])?);
        if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let offset = offset_seconds(skip_fraction(&b[19..])?)?;
        let local = i64::try_from(days_from_civil(year, month, day)? * DAY + hour * 3600 + minute * 60 + second).ok()?;
        let seconds = u64::try_from(local.checked_sub(offset)?).ok()?;
        (seconds <= Self::MAX.0).then_some(Timestamp(seconds))
    }
}

/// When something stops being good. *For ever* is a value of its own, never the absence of one, and what cannot be
/// read has expired.
///
/// Five big-endian bytes: all ones is [`Expiry::Never`]; numbers past [`Timestamp::MAX`] are [`Expiry::Unreadable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// Good before this second; at it, expired.
    At(Timestamp),
    /// Never expires, and someone said so.
    Never,
    /// Could not be read: expired.
    Unreadable,
}

const NEVER: u64 = 0xff_ffff_ffff;

impl Expiry {
    /// Whether it has expired. INVARIANT: at `now == expires_at` it has.
    pub fn has_expired(self, now: Timestamp) -> bool {
        match self {
            Expiry::At(at) => now >= at,
            Expiry::Never => false,
            Expiry::Unreadable => true,
        }
    }

    /// The five wire bytes. [`Expiry::Unreadable`] becomes a number that reads back as unreadable.
    pub fn to_bytes(self) -> [u8; 5] {
        let number = match self {
            Expiry::At(at) => at.0,
            Expiry::Never => NEVER,
            Expiry::Unreadable => NEVER - 1,
        };
        let b = number.to_be_bytes();
        [b[3], b[4], b[5], b[6], b[7]]
    }

    /// Reads the five wire bytes.
    pub fn from_bytes(b: [u8; 5]) -> Expiry {
        let number = u64::from_be_bytes([0, 0, 0, b[0], b[1], b[2], b[3], b[4]]);
        match number {
            NEVER => Expiry::Never,
            n if n <= Timestamp::MAX.0 => Expiry::At(Timestamp(n)),
            _ => Expiry::Unreadable,
        }
    }

    /// Ten hexadecimal characters that sort as the expiries do, *never* last.
    pub fn sort_key(self) -> String {
        hex::encode(self.to_bytes())
    }

    /// RFC 3339, or `never`, or `unreadable`.
    pub fn to_text(self) -> String {
        match self {
            Expiry::At(at) => at.to_rfc3339(),
            Expiry::Never => "never".into(),
            Expiry::Unreadable => "unreadable".into(),
        }
    }

    /// Reads [`Expiry::to_text`]'s form. Missing, empty and everything that is neither RFC 3339 with an offset nor the
    /// word `never` is unreadable, which has expired.
    pub fn from_text(text: Option<&str>) -> Expiry {
        match text {
            Some("never") => Expiry::Never,
            Some(text) => Timestamp::from_rfc3339(text).map_or(Expiry::Unreadable, Expiry::At),
            None => Expiry::Unreadable,
        }
    }
}

fn digits(b: &[u8]) -> Option<u64> {
    b.iter().try_fold(0u64, |n, c| c.is_ascii_digit().then(|| n * 10 + u64::from(c - b'0')))
}

fn skip_fraction(b: &[u8]) -> Option<&[u8]> {
    let Some((b'.', rest)) = b.split_first() else { return Some(b) };
    let end = rest.iter().position(|c| !c.is_ascii_digit())?;
    (end > 0).then(|| &rest[end..])
}

fn offset_seconds(b: &[u8]) -> Option<i64> {
    match b {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let seconds = i64::try_from(hours * 3600 + minutes * 60).ok()?;
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u64::from(is_leap(year)),
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar; `None` before 1970.
fn days_from_civil(year: u64, month: u64, day: u64) -> Option<u64> {
    let leap_days = |y: u64| y / 4 - y / 100 + y / 400;
    let before = year.checked_sub(1970)? * 365 + leap_days(year - 1) - leap_days(1969);
    Some(before + (1..month).map(|m| days_in_month(year, m)).sum::<u64>() + day - 1)
}

fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let mut year = 1970 + days / 366;
    while days_from_civil(year + 1, 1, 1).is_some_and(|first| first <= days) {
        year += 1;
    }
    let mut rest = days - days_from_civil(year, 1, 1).unwrap_or(0);
    let mut month = 1;
    while rest >= days_in_month(year, month) {
        rest -= days_in_month(year, month);
        month += 1;
    }
    (year, month, rest + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_and_known_times() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-11-20T04:18:00Z", 1_795_148_280),
            ("9999-12-31T23:59:59Z", Timestamp::MAX.0),
        ] {
            assert_eq!(Timestamp::from_rfc3339(text), Some(Timestamp(seconds)), "{text}");
            assert_eq!(Timestamp(seconds).to_rfc3339(), text);
        }
        assert_eq!(Timestamp::from_rfc3339("2026-11-20T06:18:00.25+02:00"), Some(Timestamp(1_795_148_280)));
        for seconds in (0..Timestamp::MAX.0).step_by(86_399 * 61) {
            assert_eq!(Timestamp::from_rfc3339(&Timestamp(seconds).to_rfc3339()), Some(Timestamp(seconds)));
        }
    }

    #[test]
    fn what_cannot_be_read_has_expired() {
        let bad = [
            "",
            "soon",
            "2026-11-20",
            "2026-11-20T04:18:00",
            "2026-11-20 04:18:00Z",
            "10000-01-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2026-02-29T00:00:00Z",
            "2026-11-20T24:00:00Z",
            "2026-11-20T04:18:60Z",
            "2026-11-20T04:18:00.Z",
            "2026-11-20T04:18:00+2:00",
            "-026-11-20T04:18:00Z",
            "9999-12-31T23:59:59-00:01",
            "Never",
        ];
        for text in bad {
            assert_eq!(Expiry::from_text(Some(text)), Expiry::Unreadable, "{text}");
        }
        assert!(Expiry::from_text(None).has_expired(Timestamp(0)));
        assert!(Expiry::At(Timestamp(10)).has_expired(Timestamp(10)));
        assert!(!Expiry::At(Timestamp(10)).has_expired(Timestamp(9)));
        assert_eq!(Expiry::from_bytes(Expiry::Unreadable.to_bytes()), Expiry::Unreadable);
        assert_eq!(Expiry::from_bytes([0xff; 5]), Expiry::Never);
    }
}

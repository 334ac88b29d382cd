//! When to ask again, and how long to wait before.
//!
//! A request is repeated byte for byte, so a write keeps its request id and is done once however often it arrives.

use hyper::StatusCode;
use hyper::header::{HeaderMap, RETRY_AFTER};
use std::time::Duration;

/// How often and how patiently a request is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// At most this many tries, the first included.
    pub tries: u32,
    /// How long to wait before the second; then twice as long each time.
    pub first_wait: Duration,
    /// At most this long at once. A server that asks for more is given up on.
    pub longest_wait: Duration,
}

impl Retry {
    /// Six tries over about six seconds: a daemon's restart, a leader's fall.
    pub const PATIENT: Retry = Retry { tries: 6, first_wait: Duration::from_millis(200), longest_wait: Duration::from_secs(10) };
    /// One more try at once: enough for a connection that went stale.
    pub const BRIEF: Retry = Retry { tries: 2, first_wait: Duration::from_millis(100), longest_wait: Duration::from_millis(100) };

    /// How long to wait after `done` tries, or `None` to give up. `asked` is what the server asked for, `chance` a
    /// random byte that spreads those who were cut off together over half a wait.
    pub(crate) fn wait(&self, done: u32, asked: Option<Duration>, chance: u8) -> Option<Duration> {
        if done >= self.tries || asked.is_some_and(|asked| asked > self.longest_wait) {
            return None;
        }
        let doubled = self.first_wait.saturating_mul(1 << (done.saturating_sub(1)).min(16)).min(self.longest_wait);
        let spread = doubled / 2 * u32::from(chance) / 255;
        Some(asked.unwrap_or_default().max(doubled / 2 + spread))
    }
}

/// How long the server asks to wait (RFC 9110, section 10.2.3, in seconds), if it says at all that it is worth it:
/// only with 429 and 503.
pub(crate) fn retry_after(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    if !matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        return None;
    }
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounded_and_growing() {
        let waits: Vec<_> = (1..).map_while(|done| Retry::PATIENT.wait(done, None, 255)).collect();
        assert_eq!(waits, [200, 400, 800, 1600, 3200].map(Duration::from_millis));
        let least: Vec<_> = (1..).map_while(|done| Retry::PATIENT.wait(done, None, 0)).collect();
        assert_eq!(least, [100, 200, 400, 800, 1600].map(Duration::from_millis));
        assert_eq!(Retry::PATIENT.wait(1, Some(Duration::from_secs(3)), 0), Some(Duration::from_secs(3)));
        assert_eq!(Retry::PATIENT.wait(1, Some(Duration::from_secs(11)), 0), None);
        assert_eq!(Retry::PATIENT.wait(6, Some(Duration::ZERO), 0), None);
        assert_eq!(Retry { tries: u32::MAX, ..Retry::PATIENT }.wait(u32::MAX - 1, None, 255), Some(Duration::from_secs(10)));
    }

    #[test]
    fn only_a_server_that_says_so_is_asked_again() {
        let headers = |value: &str| HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
        assert_eq!(retry_after(StatusCode::SERVICE_UNAVAILABLE, &headers("2")), Some(Duration::from_secs(2)));
        assert_eq!(retry_after(StatusCode::TOO_MANY_REQUESTS, &headers("0")), Some(Duration::ZERO));
        assert_eq!(retry_after(StatusCode::SERVICE_UNAVAILABLE, &headers("soon")), None);
        assert_eq!(retry_after(StatusCode::SERVICE_UNAVAILABLE, &HeaderMap::new()), None);
        assert_eq!(retry_after(StatusCode::FORBIDDEN, &headers("2")), None);
    }
}

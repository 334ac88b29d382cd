//! Rate limits on preview and redeem: by invite for those who prove that they hold it, by where they come from for all
//! others. Known and unknown invites are counted alike, so a limit tells nobody which exist.
//!
//! Behind a proxy on this machine that was not configured as trusted, everyone seems to come from one address: then
//! failed proofs have one limit for all.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use doorward_core::{Code, InviteId};

use super::problem::Refusal;

/// Who is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    /// One IPv4 address.
    V4([u8; 4]),
    /// One IPv6 network, as a subscriber has it: 64 bits.
    V6([u8; 8]),
    /// Everyone whose address nobody can know.
    Everyone,
}

/// Whether a request proves that its sender holds the invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// It does.
    Good(InviteId),
    /// It does not.
    Bad,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Who {
    Holder(InviteId),
    Stranger(Origin),
}

/// How many at once, and how many a second after that.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    burst: f64,
    per_second: f64,
}

/// Holders of one invite: a conference may redeem one link at once.
const HOLDERS: Allowance = Allowance { burst: 2_000.0, per_second: 20.0 };
/// Failed proofs from one address.
const STRANGERS: Allowance = Allowance { burst: 60.0, per_second: 1.0 };
/// Failed proofs from everyone whose address is unknown.
const EVERYONE: Allowance = Allowance { burst: 600.0, per_second: 10.0 };

/// The most counters kept. Full ones are dropped first, then everything: a limit that forgets is better than a daemon
/// without memory.
const MOST: usize = 50_000;

struct Bucket {
    tokens: f64,
    at: Instant,
}

/// Counts, and says when it is enough.
pub(crate) struct Throttle {
    trusted: Vec<IpAddr>,
    buckets: Mutex<HashMap<Who, Bucket>>,
}

impl Throttle {
    pub(crate) fn new(trusted: Vec<IpAddr>) -> Self {
        Self { trusted, buckets: Mutex::default() }
    }

    /// Where a request comes from: its peer, or what a trusted proxy says. `None` is a peer without an address.
    pub(crate) fn origin(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Origin {
        let Some(peer) = peer.map(|peer| peer.to_canonical()) else { return Origin::Everyone };
        if self.trusted.contains(&peer) {
            return self.forwarded(headers).map_or(Origin::Everyone, prefix);
        }
        if peer.is_loopback() { Origin::Everyone } else { prefix(peer) }
    }

    /// The last address in `X-Forwarded-For` that is not a trusted proxy's own. What stands before it, anyone may have
    /// written.
    fn forwarded(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let mut hops: Vec<&str> = Vec::new();
        for value in headers.get_all("x-forwarded-for") {
            hops.extend(value.to_str().ok()?.split(',').map(str::trim));
        }
        for hop in hops.iter().rev() {
            let address = hop.parse::<IpAddr>().ok()?.to_canonical();
            if !self.trusted.contains(&address) {
                return Some(address);
            }
        }
        None
    }

    /// Counts one request.
    ///
    /// # Errors
    /// `rate-limited`, with the seconds after which the next one is welcome.
    pub(crate) fn admit(&self, origin: &Origin, proof: Proof) -> Result<(), Refusal> {
        self.admit_at(origin, proof, Instant::now()).map_err(|seconds| Refusal::from(Code::RateLimited).repeat_after(seconds))
    }

    fn admit_at(&self, origin: &Origin, proof: Proof, now: Instant) -> Result<(), u32> {
        let (who, allowance) = match (proof, origin) {
            (Proof::Good(invite), _) => (Who::Holder(invite), HOLDERS),
            (Proof::Bad, Origin::Everyone) => (Who::Stranger(Origin::Everyone), EVERYONE),
            (Proof::Bad, Origin::V4(_) | Origin::V6(_)) => (Who::Stranger(*origin), STRANGERS),
        };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST && !buckets.contains_key(&who) {
            buckets.retain(|_, bucket| now.duration_since(bucket.at) < Duration::from_secs(60));
            if buckets.len() >= MOST {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(who).or_insert(Bucket { tokens: allowance.burst, at: now });
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.tokens = (bucket.tokens + passed * allowance.per_second).min(allowance.burst);
        bucket.at = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        // At most one second, for every allowance gives at least one a second.
        Err(((1.0 - bucket.tokens) / allowance.per_second).ceil().max(1.0) as u32)
    }
}

fn prefix(address: IpAddr) -> Origin {
    match address {
        IpAddr::V4(address) => Origin::V4(address.octets()),
        IpAddr::V6(address) => {
            let [a, b, c, d, e, f, g, h, ..] = address.octets();
            Origin::V6([a, b, c, d, e, f, g, h])
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn strangers_are_counted_by_prefix_and_holders_by_invite() {
        let (throttle, start) = (Throttle::new(Vec::new()), Instant::now());
        let (one, other) = (Origin::V4([1, 2, 3, 4]), Origin::V4([1, 2, 3, 5]));
        for _ in 0..60 {
            assert_eq!(throttle.admit_at(&one, Proof::Bad, start), Ok(()));
        }
        assert_eq!(throttle.admit_at(&one, Proof::Bad, start), Err(1));
        assert_eq!(throttle.admit_at(&other, Proof::Bad, start), Ok(()), "another address has its own");
        assert_eq!(throttle.admit_at(&one, Proof::Good(InviteId([1; 16])), start), Ok(()), "a good proof is not a stranger's");
        assert_eq!(throttle.admit_at(&one, Proof::Bad, start + Duration::from_secs(1)), Ok(()), "a second later");
        assert_eq!(throttle.admit_at(&one, Proof::Bad, start + Duration::from_secs(1)), Err(1));
        for _ in 0..2_000 {
            assert_eq!(throttle.admit_at(&other, Proof::Good(InviteId([2; 16])), start), Ok(()));
        }
        assert!(throttle.admit_at(&one, Proof::Good(InviteId([2; 16])), start).is_err(), "wherever it comes from");
    }

    #[test]
    fn only_trusted_proxies_speak_for_others() {
        let peer = |text: &str| Some(text.parse().unwrap());
        let forwarded =
            |text: &str| HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), HeaderValue::from_str(text).unwrap())]);
        let nobody = Throttle::new(Vec::new());
        assert_eq!(nobody.origin(peer("9.9.9.9"), &forwarded("1.1.1.1")), Origin::V4([9, 9, 9, 9]));
        assert_eq!(nobody.origin(peer("127.0.0.1"), &forwarded("1.1.1.1")), Origin::Everyone);
        assert_eq!(nobody.origin(None, &HeaderMap::new()), Origin::Everyone);
        assert_eq!(
            nobody.origin(peer("2001:db8:1:2:3::4"), &HeaderMap::new()),
            nobody.origin(peer("2001:db8:1:2:ffff::"), &HeaderMap::new())
        );
        assert_eq!(nobody.origin(peer("::ffff:9.9.9.9"), &HeaderMap::new()), Origin::V4([9, 9, 9, 9]));
        let trusting = Throttle::new(vec!["127.0.0.1".parse().unwrap(), "10.0.0.1".parse().unwrap()]);
        assert_eq!(trusting.origin(peer("127.0.0.1"), &forwarded("6.6.6.6, 1.1.1.1, 10.0.0.1")), Origin::V4([1, 1, 1, 1]));
        assert_eq!(trusting.origin(peer("127.0.0.1"), &forwarded("nonsense")), Origin::Everyone);
        assert_eq!(trusting.origin(peer("127.0.0.1"), &HeaderMap::new()), Origin::Everyone);
        assert_eq!(trusting.origin(peer("9.9.9.9"), &forwarded("1.1.1.1")), Origin::V4([9, 9, 9, 9]));
    }
}

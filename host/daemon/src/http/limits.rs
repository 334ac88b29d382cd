//! Rate limits on preview, redeem and join: by invite for those who prove that they hold it, by where they come from for
//! all others. Anyone can make a key and prove that he holds the invite of this key: a good proof for an invite that is
//! not there counts like a bad one, so that nobody gets more tries by making more keys. Whoever joins without an invite
//! proves nothing but a key: he is counted by where he comes from, whatever the answer.
//!
//! Behind a proxy on this machine that was not configured as trusted, everyone seems to come from one address: then
//! failed proofs have one limit for all.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
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

/// How many at once, and how many a second after that.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    burst: f64,
    per_second: f64,
}

/// Holders of one invite: a conference of 2,000 may open one link at once, look, come in, and try again.
const HOLDERS: Allowance = Allowance { burst: 10_000.0, per_second: 20.0 };
/// Failed proofs from one address.
const STRANGERS: Allowance = Allowance { burst: 60.0, per_second: 1.0 };
/// Failed proofs from everyone whose address is unknown.
const EVERYONE: Allowance = Allowance { burst: 600.0, per_second: 10.0 };

/// The most buckets of a kind. Beyond, those that are full again are dropped, which forgets nothing.
const MOST: usize = 50_000;
/// How long the buckets are kept before full ones are looked for once more: looking takes as long as there are many.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(1);

struct Bucket {
    allowance: Allowance,
    tokens: f64,
    at: Instant,
}

impl Bucket {
    fn full(allowance: Allowance, now: Instant) -> Self {
        Self { allowance, tokens: allowance.burst, at: now }
    }

    fn tokens_at(&self, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        (self.tokens + passed * self.allowance.per_second).min(self.allowance.burst)
    }

    fn is_full(&self, now: Instant) -> bool {
        self.tokens_at(now) >= self.allowance.burst
    }

    /// Takes one, or says after how many seconds there is one.
    fn take(&mut self, now: Instant) -> Result<(), u32> {
        self.tokens = self.tokens_at(now);
        self.at = self.at.max(now);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        // At most one second, for every allowance gives at least one a second.
        Err(((1.0 - self.tokens) / self.allowance.per_second).ceil().max(1.0) as u32)
    }
}

/// Buckets of one kind, up to [`MOST`]. Those for whom there is no room share one: nobody's count is given up for them,
/// and none of them begins with a burst of his own.
struct Buckets<K> {
    own: HashMap<K, Bucket>,
    shared: Option<Bucket>,
    swept: Option<Instant>,
}

impl<K: Eq + Hash> Buckets<K> {
    fn new() -> Self {
        Self { own: HashMap::new(), shared: None, swept: None }
    }

    fn take(&mut self, who: K, allowance: Allowance, now: Instant) -> Result<(), u32> {
        if self.own.len() >= MOST && !self.own.contains_key(&who) && !self.make_room(now) {
            return self.shared.get_or_insert_with(|| Bucket::full(EVERYONE, now)).take(now);
        }
        self.own.entry(who).or_insert_with(|| Bucket::full(allowance, now)).take(now)
    }

    fn make_room(&mut self, now: Instant) -> bool {
        if self.swept.is_none_or(|swept| now.saturating_duration_since(swept) >= BETWEEN_SWEEPS) {
            self.swept = Some(now);
            self.own.retain(|_, bucket| !bucket.is_full(now));
        }
        self.own.len() < MOST
    }
}

/// Counts, and says when it is enough.
pub(crate) struct Throttle {
    trusted: Vec<IpAddr>,
    holders: Mutex<Buckets<InviteId>>,
    strangers: Mutex<Buckets<Origin>>,
}

impl Throttle {
    pub(crate) fn new(trusted: Vec<IpAddr>) -> Self {
        Self { trusted, holders: Mutex::new(Buckets::new()), strangers: Mutex::new(Buckets::new()) }
    }

    /// Where a request comes from: its peer, or what a trusted proxy says. `None` is a peer without an address.
    pub(crate) fn origin(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Origin {
        let Some(peer) = peer.map(|peer| peer.to_canonical()) else { return Origin::Everyone };
        if self.trusted.contains(&peer) {
            return self.forwarded(headers).map_or(Origin::Everyone, prefix);
        }
        self.neighbour(peer).unwrap_or(Origin::Everyone)
    }

    /// Whose connection this is, as far as its peer tells: nobody's in particular if the peer is a proxy, or may be one.
    pub(crate) fn neighbour(&self, peer: IpAddr) -> Option<Origin> {
        let peer = peer.to_canonical();
        (!self.trusted.contains(&peer) && !peer.is_loopback()).then(|| prefix(peer))
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
    pub(crate) fn admit(&self, origin: Origin, proof: Proof) -> Result<(), Refusal> {
        refused(self.admit_at(origin, proof, Instant::now()))
    }

    /// Counts a request that was admitted, once it turned out that what it proves to hold is not there: a good proof
    /// like a bad one, which was counted before. The invite's own count is dropped, so that made-up ones take no room.
    ///
    /// # Errors
    /// `rate-limited`, to be answered in place of `not-found`.
    pub(crate) fn not_found(&self, origin: Origin, proof: Proof) -> Result<(), Refusal> {
        refused(self.not_found_at(origin, proof, Instant::now()))
    }

    fn admit_at(&self, origin: Origin, proof: Proof, now: Instant) -> Result<(), u32> {
        match (proof, origin) {
            (Proof::Good(invite), _) => held(&self.holders).take(invite, HOLDERS, now),
            (Proof::Bad, Origin::Everyone) => held(&self.strangers).take(origin, EVERYONE, now),
            (Proof::Bad, Origin::V4(_) | Origin::V6(_)) => held(&self.strangers).take(origin, STRANGERS, now),
        }
    }

    fn not_found_at(&self, origin: Origin, proof: Proof, now: Instant) -> Result<(), u32> {
        match proof {
            Proof::Good(invite) => {
                held(&self.holders).own.remove(&invite);
                self.admit_at(origin, Proof::Bad, now)
            }
            Proof::Bad => Ok(()),
        }
    }
}

fn refused(counted: Result<(), u32>) -> Result<(), Refusal> {
    counted.map_err(|seconds| Refusal::from(Code::RateLimited).repeat_after(seconds))
}

fn held<K>(buckets: &Mutex<Buckets<K>>) -> MutexGuard<'_, Buckets<K>> {
    buckets.lock().unwrap_or_else(PoisonError::into_inner)
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
            assert_eq!(throttle.admit_at(one, Proof::Bad, start), Ok(()));
        }
        assert_eq!(throttle.admit_at(one, Proof::Bad, start), Err(1));
        assert_eq!(throttle.admit_at(other, Proof::Bad, start), Ok(()), "another address has its own");
        assert_eq!(throttle.admit_at(one, Proof::Good(InviteId([1; 16])), start), Ok(()), "a good proof is not a stranger's");
        assert_eq!(throttle.admit_at(one, Proof::Bad, start + Duration::from_secs(1)), Ok(()), "a second later");
        assert_eq!(throttle.admit_at(one, Proof::Bad, start + Duration::from_secs(1)), Err(1));
        for _ in 0..10_000 {
            assert_eq!(throttle.admit_at(other, Proof::Good(InviteId([2; 16])), start), Ok(()));
        }
        assert!(throttle.admit_at(one, Proof::Good(InviteId([2; 16])), start).is_err(), "wherever it comes from");
    }

    #[test]
    fn made_up_invites_are_counted_where_they_come_from() {
        let (throttle, start) = (Throttle::new(Vec::new()), Instant::now());
        let (one, other) = (Origin::V4([1, 2, 3, 4]), Origin::V4([1, 2, 3, 5]));
        for n in 0..70 {
            let proof = Proof::Good(InviteId([n; 16]));
            assert_eq!(throttle.admit_at(one, proof, start), Ok(()), "whether it is there is not known yet");
            assert_eq!(throttle.not_found_at(one, proof, start).is_ok(), n < 60, "try {n}, each with a key of its own");
        }
        assert!(throttle.admit_at(one, Proof::Bad, start).is_err(), "bad proofs are counted together with them");
        assert!(throttle.not_found_at(other, Proof::Good(InviteId([9; 16])), start).is_ok(), "another address has its own");
        assert_eq!(throttle.not_found_at(one, Proof::Bad, start), Ok(()), "was counted when it was admitted");
        assert!(held(&throttle.holders).own.is_empty(), "they take no room");
    }

    #[test]
    fn when_there_is_no_room_nothing_is_forgotten() {
        let (mut buckets, start) = (Buckets::new(), Instant::now());
        while buckets.take(0, STRANGERS, start).is_ok() {}
        for who in 1..MOST {
            assert_eq!(buckets.take(who, STRANGERS, start), Ok(()));
        }
        let newcomers = (MOST..MOST + 1_000).filter(|who| buckets.take(*who, STRANGERS, start).is_ok()).count();
        assert_eq!(newcomers, 600, "they share one");
        assert!(buckets.take(0, STRANGERS, start).is_err(), "who had enough still has");
        assert_eq!(buckets.take(1, STRANGERS, start), Ok(()), "and who had not has not");
        // All but 0 and 1 are full again by then.
        let later = start + BETWEEN_SWEEPS;
        assert_eq!(buckets.take(MOST, STRANGERS, later), Ok(()));
        assert_eq!(buckets.own.len(), 3, "0, 1, and the newcomer");
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
        for (proxy, neighbour) in [("127.0.0.1", None), ("::ffff:10.0.0.1", None), ("9.9.9.9", Some(Origin::V4([9, 9, 9, 9])))] {
            assert_eq!(trusting.neighbour(proxy.parse().unwrap()), neighbour, "connections of a proxy are everyone's");
        }
    }
}

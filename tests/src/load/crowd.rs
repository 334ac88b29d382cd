//! Who comes: several connections at once, each with something else to ask.

use super::deed::{Deed, Done, What, is_yes};
use super::owner::{Offer, Owner};
use crate::{Answer, Connection, Oops, random};
use doorward_core::SignKey;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Invites that stand open at a time, so that they are contested.
const OPEN: usize = 12;
/// Redeems through one unlimited invite before the next is used: holders of one invite are limited.
const TURNS: usize = 5_000;

/// Chance. Not reproducible: when a process is killed is not, either.
pub struct Dice(u64);

impl Dice {
    /// New ones.
    pub fn new() -> Result<Self, Oops> {
        Ok(Self(u64::from_be_bytes(random()?) | 1))
    }

    /// A number below `n` (xorshift64, Marsaglia 2003).
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n.max(1) as u64).unwrap_or(0)
    }
}

/// What everyone in the crowd knows.
#[derive(Default)]
struct Known {
    open: Vec<Arc<Offer>>,
    unlimited: Option<Arc<Offer>>,
    turns: usize,
    /// Let in, and nobody has asked to revoke them.
    admitted: Vec<SignKey>,
    /// A revoke of them was acknowledged.
    revoked: Vec<SignKey>,
    /// What services were told that cannot be true.
    wrong: BTreeSet<String>,
}

/// Everyone who asks.
pub struct Crowd {
    owner: Owner,
    known: Mutex<Known>,
    stop: AtomicBool,
}

impl Crowd {
    /// With an owner, and nobody else yet.
    pub fn new(owner: Owner) -> Self {
        Self { owner, known: Mutex::default(), stop: AtomicBool::new(false) }
    }

    /// The owner.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// What services were told that cannot be true.
    pub fn wrong(&self) -> Vec<String> {
        self.known().wrong.iter().cloned().collect()
    }

    /// Keys whose revoke was acknowledged.
    pub fn revoked(&self) -> Vec<SignKey> {
        self.known().revoked.clone()
    }

    /// Everyone ends after what is under way.
    pub fn stop(&self, stop: bool) {
        self.stop.store(stop, Relaxed);
    }

    /// Whether everyone is to end.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Relaxed)
    }

    /// Asks one thing after the other on one connection, until told to stop or the connection ends.
    pub fn ask(&self, address: SocketAddr, dice: &mut Dice) -> Result<Vec<Done>, Oops> {
        let mut done = Vec::new();
        let Ok(mut connection) = Connection::open(address) else { return Ok(done) };
        while !self.is_stopped() {
            let deed = self.next(dice)?;
            let answer = connection.send(&deed.request).ok();
            if let Some(answer) = &answer {
                self.learn(&deed.what, answer);
            }
            let ended = answer.is_none();
            done.push(Done { deed, answer });
            if ended {
                break;
            }
        }
        Ok(done)
    }

    /// Asks, as a service, who may be here, until told to stop or the connection ends.
    pub fn question(&self, socket: &Path, dice: &mut Dice) -> Result<(), Oops> {
        let Ok(stream) = UnixStream::connect(socket) else { return Ok(()) };
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let mut connection = Connection::over(stream);
        while !self.is_stopped() {
            let Some((key, fallen)) = self.someone(dice) else {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            };
            let Ok(answer) = connection.call("GET", &format!("/v1/authorized/{key}"), None) else { return Ok(()) };
            self.judge(&key, fallen, &answer);
        }
        Ok(())
    }

    /// A key, and whether its revoke was acknowledged before now.
    pub fn someone(&self, dice: &mut Dice) -> Option<(SignKey, bool)> {
        let known = self.known();
        let fallen = dice.below(2) == 0;
        let keys = if fallen { &known.revoked } else { &known.admitted };
        Some((*keys.get(dice.below(keys.len()))?, fallen))
    }

    /// Notes an answer to a service that cannot be true.
    pub fn judge(&self, key: &SignKey, fallen: bool, answer: &Answer) {
        let allow = answer.json()["allow"] == true;
        if fallen && allow {
            self.known().wrong.insert(format!("{key} is let in after its revoke was acknowledged"));
        }
        // Between the choice of the key and the question somebody may have asked to revoke it.
        if !fallen && answer.status == 200 && !allow && self.known().admitted.contains(key) {
            self.known().wrong.insert(format!("{key} is refused ({}), and nobody asked to revoke it", answer.code()));
        }
    }

    /// Something to ask.
    pub fn next(&self, dice: &mut Dice) -> Result<Deed, Oops> {
        let chosen = dice.below(100);
        let (open, unlimited, admitted) = {
            let mut known = self.known();
            known.turns += 1;
            if known.turns > TURNS {
                (known.unlimited, known.turns) = (None, 0);
            }
            let among = known.open.len();
            let open = known.open.get(dice.below(among)).cloned();
            // Whoever is chosen to be revoked is not chosen again, and nobody is told that he must be allowed.
            let admitted = known.admitted.len();
            let revoked = (chosen >= 95 && admitted > 20).then(|| known.admitted.swap_remove(dice.below(admitted)));
            let offer = ((92..95).contains(&chosen) && among > OPEN / 2).then(|| known.open.swap_remove(dice.below(among)));
            (offer.map(|offer| (offer, true)).or(open.map(|offer| (offer, false))), known.unlimited.clone(), revoked)
        };
        match (open, unlimited, admitted) {
            (_, _, Some(key)) => Deed::revoke(&self.owner, key),
            (Some((offer, true)), _, _) => Deed::cancel(&self.owner, &offer),
            (_, None, _) => Deed::mint(&self.owner, 0),
            (Some(_), _, _) if chosen < 20 && self.known().open.len() < OPEN => Deed::mint(&self.owner, 1 + dice.below(3) as u32),
            (None, _, _) => Deed::mint(&self.owner, 1 + dice.below(3) as u32),
            (Some((offer, false)), _, _) if chosen < 80 => Deed::redeem(&self.owner, &offer),
            (Some(_), Some(offer), _) => Deed::redeem(&self.owner, &offer),
        }
    }

    /// Takes note of an answer, at once: what others ask builds on it.
    pub fn learn(&self, what: &What, answer: &Answer) {
        let mut known = self.known();
        match (what, is_yes(answer)) {
            (What::Redeem(_, guest), true) => known.admitted.push(guest.key()),
            (What::Mint(offer), true) if offer.max_uses == 0 => known.unlimited = Some(offer.clone()),
            (What::Mint(offer), true) => known.open.push(offer.clone()),
            (What::Revoke(key), true) => known.revoked.push(*key),
            // Used up or cancelled.
            (What::Redeem(offer, _), false) if answer.status == 410 => known.open.retain(|open| open.id() != offer.id()),
            (What::Redeem(..) | What::Mint(_) | What::Cancel(_) | What::Revoke(_), _) => {}
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

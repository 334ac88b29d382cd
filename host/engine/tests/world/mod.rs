//! Real requests with real facts, made by running the core natively over a sorted map, and the same bent out of shape.
//! The engine itself never looks inside; only its tests know what a request is.

use std::collections::BTreeMap;

use doorward_core::check::CheckResult;
use doorward_core::wire::{
    Answer, Asker, Context, FactsBuilder, Need, PageFact, RecordFact, Request, VERSION, Verdict, decode, encode,
};
use doorward_core::{SignKey, Timestamp, step};

mod ask;

/// One call of the core, byte for byte.
pub(crate) struct Exchange {
    pub(crate) request: Vec<u8>,
    pub(crate) facts: Vec<u8>,
    pub(crate) answer: Vec<u8>,
}

/// Xorshift (Marsaglia, 2003): the same seed gives the same run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next() as u8)
    }
}

/// A store, and everything that was asked over it.
struct World {
    store: BTreeMap<String, (u64, Vec<u8>)>,
    random: Random,
    now: Timestamp,
    said: Vec<Exchange>,
}

const SERVER: SignKey = SignKey([0x77; 32]);

/// Every call of the core while a server is set up, its owner comes in, and then `rounds` random requests run. Checks
/// are answered at random, mostly with yes: who signed what is not the point here.
pub(crate) fn exchanges(seed: u64, rounds: usize) -> Vec<Exchange> {
    let now = Timestamp(1_795_147_200);
    let mut world = World { store: BTreeMap::new(), random: Random(seed), now, said: Vec::new() };
    let (init, enter) = ask::owner_comes_in(&mut world);
    for (asker, command) in [(Asker::Operator, init), (Asker::Stranger, enter)] {
        let verdict = world.decide(asker, command, 0);
        assert_eq!(verdict, Some(Verdict::Allow), "the corpus must reach past the door");
    }
    for _ in 0..rounds {
        world.now.0 += 1;
        let (asker, command) = ask::something(&mut world);
        world.decide(asker, command, 20);
    }
    world.said
}

impl World {
    /// Asks until it is decided, and does what was decided. One check in `bad` fails; none if it is 0.
    fn decide(&mut self, asker: Asker, command: doorward_core::wire::Command, bad: usize) -> Option<Verdict> {
        let context = Context { server: SERVER, now: self.now, entropy: self.random.bytes() };
        let request = encode(&Request { version: VERSION, context, asker, command });
        let mut wanted = Need { records: Vec::new(), pages: Vec::new(), checks: Vec::new() };
        let mut facts = Vec::new();
        for _ in 0..6 {
            let answer = step(&request, &facts);
            self.said.push(Exchange { request: request.clone(), facts: facts.clone(), answer: answer.clone() });
            match decode::<Answer>(&answer) {
                Ok(Answer::Need(need)) => {
                    wanted.records.extend(need.records);
                    wanted.pages.extend(need.pages);
                    wanted.checks.extend(need.checks);
                    facts = self.fetch(&wanted, bad);
                }
                Ok(Answer::Decided(decided)) => {
                    let revision = self.said.len() as u64;
                    for write in decided.writes {
                        match write.value {
                            Some(value) => self.store.insert(write.key, (revision, value)),
                            None => self.store.remove(&write.key),
                        };
                    }
                    return Some(decided.verdict);
                }
                Ok(Answer::Fault(..)) => return None,
                Err(error) => panic!("the core answers with well-formed bytes: {error:?}"),
            }
        }
        None
    }

    fn fetch(&mut self, wanted: &Need, bad: usize) -> Vec<u8> {
        let mut facts = FactsBuilder::default();
        for need in &wanted.records {
            let found = self.store.get(&need.key);
            facts.record(&need.key, found.map_or(0, |record| record.0), found.map(|record| &record.1[..]));
        }
        for need in &wanted.pages {
            let inside = |key: &str| {
                key.starts_with(&need.prefix) && key > &need.after[..] && (need.until.is_empty() || key < &need.until[..])
            };
            let mut found = self.store.iter().filter(|(key, _)| inside(key));
            let records: Vec<RecordFact<'_>> = found
                .by_ref()
                .map(|(key, record)| RecordFact { key, revision: record.0, value: Some(&record.1) })
                .take(usize::from(need.limit))
                .collect();
            facts.page(PageFact { need: need.clone(), more: found.next().is_some(), records });
        }
        for check in &wanted.checks {
            let fails = bad > 0 && self.random.below(bad) == 0;
            facts.check(check.digest(), if fails { CheckResult::Bad } else { CheckResult::Good });
        }
        facts.encode()
    }
}

/// Flips, drops, adds or repeats some bytes.
#[allow(dead_code, reason = "figures are measured on straight ones")]
pub(crate) fn bend(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bent = bytes.to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(bent.len() + 1);
        match random.below(5) {
            0 => bent.truncate(at),
            1 => bent.insert(at, random.next() as u8),
            2 => bent.extend((0..random.below(70)).map(|_| random.next() as u8)),
            3 if at < bent.len() => bent[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
            _ if at < bent.len() => bent[at] ^= 1 << random.below(8),
            _ => bent.clear(),
        }
    }
    bent
}

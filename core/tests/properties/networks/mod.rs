//! Networks: random walks of everybody through everything against a naive model, and the invariants there by name.

mod accounts;
mod act;
mod calls;
mod choices;
mod compare;
mod invites;
mod model;
mod verbs;
mod walk;

use std::collections::BTreeMap;
use walk::walks;

/// Networks, 100,000 steps of everything by everybody: the core and the naive model agree on every answer, and on every
/// member, role, owner and count after every step.
#[test]
fn networks_agree() {
    let mut counts: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    walks(std::env::var("SEED").map_or(1..41, |s| { let n: u64 = s.parse().unwrap(); n..n + 1 }), 500, |_, step| {
        *counts.entry(step.act.verb()).or_default().entry(step.code.name().into()).or_default() += 1;
    });
    for (verb, codes) in &counts {
        eprintln!("{verb}: {codes:?}");
    }
}

//! Networks: random walks of everybody through everything against a naive model, and the invariants there by name.

mod accounts;
mod act;
mod calls;
mod choices;
mod compare;
mod invariants;
mod invites;
mod model;
mod verbs;
mod walk;

use doorward_core::Code;
use std::collections::{BTreeMap, BTreeSet};
use walk::walks;

/// Refusals that have to occur on the way, of the verbs that networks are about.
const REFUSALS: &[(&str, &str)] = &[
    ("Create", "missing-permission bad-name name-taken unproved"),
    ("DeleteSpace", "missing-permission not-found"),
    ("Update", "missing-permission bad-name name-taken not-governed expiry-in-past not-found"),
    ("Enter", "paused join-closed join-needs-invite not-allowlisted banned already-member space-full not-found"),
    ("Leave", "not-a-member is-owner last-owner"),
    ("Kick", "missing-permission not-a-member is-owner last-owner rank-too-low not-found"),
    ("Ban", "missing-permission expiry-in-past is-owner last-owner rank-too-low"),
    ("SetRole", "not-governed grant-too-high is-owner already-admin already-member-role rank-too-low account-revoked banned"),
    ("Transfer", "not-governed already-owner rank-too-low unproved account-revoked banned missing-permission"),
    ("SetTags", "missing-permission not-a-member rank-too-low"),
    ("Mint", "missing-permission grant-too-high damaged-invite invite-exists expiry-too-far expiry-in-past"),
    ("Mint", "unlimited-needs-expiry too-many-uses not-found"),
    ("Redeem", "used-by-you invite-cancelled expired used-up issuer-lost-authority not-found paused join-closed"),
    ("Redeem", "not-allowlisted account-required account-revoked banned account-exists already-member space-full"),
    ("Cancel", "missing-permission rank-too-low expired used-up issuer-lost-authority not-found"),
    ("Delete", "owns-spaces last-owner rank-too-low not-found"),
    ("Can", "unknown-account account-revoked banned not-a-member missing-permission not-found"),
    ("Sees", "unknown-account account-revoked banned not-a-member"),
];

/// Networks, 100,000 steps of everything by everybody: the core and the naive model agree on every answer, and on every
/// member, role, owner, ban and count after every step. Every verb was allowed and refused, and for every reason.
#[test]
fn networks_agree() {
    let mut counts: BTreeMap<String, BTreeMap<Code, u32>> = BTreeMap::new();
    walks(1..201, 500, |step| *counts.entry(step.act.verb()).or_default().entry(step.code).or_default() += 1);
    assert_eq!(counts.len(), 34, "every act was done");
    for (verb, codes) in &counts {
        let allowed = codes.get(&Code::Allowed).copied().unwrap_or(0);
        let refused = codes.values().sum::<u32>() - allowed;
        assert!(allowed >= 50 && refused >= 50, "{verb}: {codes:?}");
    }
    for (verb, names) in REFUSALS {
        let missing: BTreeSet<&str> =
            names.split(' ').filter(|name| !counts[*verb].contains_key(&Code::from_name(name).unwrap())).collect();
        assert!(missing.is_empty(), "{verb} was never refused as {missing:?}");
    }
}

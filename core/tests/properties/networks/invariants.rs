//! I3, I4 and I6 in networks, by name: on the core's records alone, whatever the model thinks.

use super::act::{Act, Change};
use super::model::{At, Maker, SERVER, Who};
use super::walk::{PEOPLE, Step, Walk};
use doorward_core::Code;
use doorward_core::record::{Space, keys};
use doorward_core::role::Role;
use std::collections::{BTreeMap, BTreeSet};

type Roles = BTreeMap<Who, Role>;

/// Who is what, as the records have it.
struct View {
    server: Roles,
    networks: BTreeMap<At, Network>,
    tidy: bool,
}

struct Network {
    governed: bool,
    owner: Option<Who>,
    roles: Roles,
}

impl View {
    fn of(walk: &Walk) -> Self {
        let server = (0..PEOPLE).filter_map(|who| {
            let record = walk.world.key_record(&walk.people[who]);
            record.current_seat().map(|seat| (who, seat.role))
        });
        let networks = (1..walk.spaces.len()).filter_map(|at| Network::of(walk, at).map(|network| (at, network)));
        Self { server: server.collect(), networks: networks.collect(), tidy: walk.is_tidy() }
    }

    fn governs(&self, who: Who) -> bool {
        self.server.get(&who) > Some(&Role::Member)
    }

    fn owns(&self, who: Who, at: At) -> bool {
        self.networks.get(&at).is_some_and(|network| network.roles.get(&who) == Some(&Role::Owner))
    }

    /// Whether one's rank is above the other's: at the server for whoever governs it, else in the place.
    fn outranks(&self, who: Who, target: Who, at: At) -> bool {
        let roles = match self.networks.get(&at) {
            Some(network) if !self.governs(who) => &network.roles,
            _ => &self.server,
        };
        let rank = |who: &Who| roles.get(who).map_or(0, |role| role.rank());
        rank(&who) > rank(&target)
    }
}

impl Network {
    fn of(walk: &Walk, at: At) -> Option<Self> {
        let space: Space = walk.world.get(&keys::space(&walk.spaces[at]))?;
        let era = space.child.as_ref()?.era;
        let role = |who: Who| {
            let record = walk.world.member_record(walk.spaces[at], &walk.people[who]);
            let account = walk.world.key_record(&walk.people[who]).account;
            let seat = record.current_seat(account.as_ref())?;
            Some(if space.governed && record.era == era { seat.role } else { Role::Member })
        };
        let roles = (0..PEOPLE).filter_map(|who| role(who).map(|role| (who, role))).collect();
        let owner = space.owner.and_then(|owner| (0..PEOPLE).find(|who| walk.people[*who].key() == owner));
        Some(Self { governed: space.governed, owner, roles })
    }
}

/// Walks with what was before each step.
fn watch(seeds: std::ops::Range<u64>, mut see: impl FnMut(&Walk, &Step, &View, &View)) {
    for seed in seeds {
        let mut walk = Walk::begun(seed);
        let mut before = View::of(&walk);
        for number in 0..400 {
            let step = walk.step_or_tell(seed, number);
            let after = View::of(&walk);
            see(&walk, &step, &before, &after);
            before = after;
        }
    }
}

/// A governed network with members has exactly one owner, the one its root names; and whoever is that does not leave, and
/// is neither kicked, banned, demoted nor deleted, by whomever.
#[test]
fn networks_i3_owned() {
    let (mut owned, mut tried) = (0, 0);
    watch(301..316, |_, step, before, after| {
        for network in after.networks.values().filter(|network| after.tidy && network.governed && !network.roles.is_empty()) {
            let owners = network.roles.iter().filter(|(_, role)| **role == Role::Owner).map(|(who, _)| *who);
            assert_eq!(owners.collect::<Vec<_>>(), network.owner.into_iter().collect::<Vec<_>>(), "{:?}", step.act);
            owned += 1;
        }
        let owns_any = |who: Who| before.networks.keys().any(|at| before.owns(who, *at));
        let against = match step.act {
            Act::Leave { who, at } => before.owns(who, at),
            Act::Kick { target, at, .. } | Act::Ban { target, at, .. } => before.owns(target, at),
            Act::SetRole { target, at, .. } => before.owns(target, at),
            Act::Delete { target, .. } => owns_any(target),
            _ => false,
        };
        tried += u32::from(against);
        assert!(!against || step.code != Code::Allowed, "{:?}", step.act);
    });
    assert!(owned > 3_000 && tried > 100, "{owned} owners, {tried} attempts");
}

/// Nobody gets more than a member's place in a network but from someone who may give it, as it was before the step; and
/// nobody acts on someone of no lower rank.
#[test]
fn networks_i4_no_escalation() {
    let mut rose: BTreeMap<String, u32> = BTreeMap::new();
    watch(331..346, |walk, step, before, after| {
        for (at, network) in &after.networks {
            for (who, role) in &network.roles {
                let was = before.networks.get(at).and_then(|network| network.roles.get(who)).copied();
                if *role > was.unwrap_or(Role::Member) {
                    assert!(may_rise(walk, step.act, (*at, *who, *role), before), "{:?}: {who} is {role:?}", step.act);
                    *rose.entry(step.act.verb()).or_default() += 1;
                }
            }
        }
        let acts_on = match step.act {
            Act::Kick { who, target, at } | Act::Ban { who, target, at, .. } | Act::SetRole { who, target, at, .. } => {
                Some((who, target, at))
            }
            Act::SetTags { who, target, at, .. } if who != target => Some((who, target, at)),
            _ => None,
        };
        if let Some((who, target, at)) = acts_on.filter(|_| step.code == Code::Allowed) {
            assert!(before.outranks(who, target, at), "{:?}", step.act);
        }
    });
    for verb in ["Create", "Transfer", "SetRole", "Redeem", "Update"] {
        assert!(rose.contains_key(verb), "nobody rose by {verb}: {rose:?}");
    }
}

/// Whether somebody may have risen to that by this act.
fn may_rise(walk: &Walk, act: Act, (at, who, role): (At, Who, Role), before: &View) -> bool {
    let gives = |by: Who| before.governs(by) || before.owns(by, at);
    match (act, role) {
        (Act::Create { who: by, .. }, Role::Owner) => by == who && before.governs(by),
        (Act::Update { who: by, change: Change::Governed(true, _), .. }, Role::Owner) => before.governs(by),
        (Act::Transfer { who: by, target, at: there }, Role::Owner) => {
            let owner = before.networks[&at].owner;
            let takes = before.governs(by) && owner.is_some_and(|owner| before.outranks(by, owner, at));
            (target, there) == (who, at) && (owner == Some(by) || takes)
        }
        (Act::SetRole { who: by, target, at: there, .. }, Role::Admin) => (target, there) == (who, at) && gives(by),
        (Act::Redeem { who: by, offer }, Role::Admin) if by == who => {
            let (made, offer) = &walk.offers[offer];
            made.claims.role == Role::Admin && matches!(offer.maker, Maker::Person { who, .. } if gives(who))
        }
        // What an owner had who lost his key comes to the one that took its place, at once or when housekeeping gets to it.
        _ => walk.world.root().owner == Some(walk.people[who].key()),
    }
}

/// What someone offered in a network before a fall there or at the server admits nobody ever again; a key that was deleted
/// is on no roster once housekeeping is done, and comes again as nobody.
#[test]
fn networks_i6_no_resurrection() {
    let (mut void, mut deleted) = (BTreeSet::new(), BTreeSet::new());
    let (mut held, mut came_back) = (0, 0);
    let mut last = usize::MAX;
    watch(361..381, |walk, step, before, after| {
        if walk.offers.len() < last {
            void.clear();
            deleted.clear();
        }
        last = walk.offers.len();
        if let (Act::Redeem { offer, .. } | Act::Mint { offer, .. }, true) = (step.act, step.code == Code::Allowed) {
            assert!(!void.contains(&offer), "offer {offer} came back");
        }
        if let Act::Redeem { offer, .. } = step.act {
            held += u32::from(void.contains(&offer));
        }
        if step.code == Code::Allowed {
            for (who, at) in fallen_by(step.act, before) {
                let its = |number: &usize| {
                    let offer = &walk.offers[*number].1;
                    matches!(offer.maker, Maker::Person { who: maker, .. } if maker == who) && (at == SERVER || offer.at == at)
                };
                void.extend((0..walk.offers.len()).filter(its));
            }
        }
        for at in after.networks.keys().filter(|_| after.tidy) {
            for who in 0..PEOPLE {
                let record = walk.world.member_record(walk.spaces[*at], &walk.people[who]);
                let is_in = after.networks[at].roles.contains_key(&who);
                assert_eq!(record.seat.is_some(), is_in, "person {who} stands on the roster of network {at}");
            }
        }
        for (who, at) in comes(step.act, walk).filter(|_| step.code == Code::Allowed) {
            if deleted.remove(&who) {
                came_back += 1;
                let elsewhere = after.networks.iter().filter(|(there, _)| **there != at);
                assert!(elsewhere.flat_map(|(_, network)| network.roles.keys()).all(|key| *key != who), "{:?}", step.act);
            }
        }
        if let (Act::Delete { target, .. }, Code::Allowed) = (step.act, step.code) {
            deleted.insert(target);
        }
    });
    assert!(held > 100 && came_back > 8, "{held} void links were held, {came_back} keys came back");
}

/// Who falls by an act, and where.
fn fallen_by(act: Act, before: &View) -> Vec<(Who, At)> {
    match act {
        Act::Kick { target, at, .. } | Act::Ban { target, at, .. } => vec![(target, at)],
        Act::Leave { who, at } | Act::SetRole { target: who, at, role: Role::Member, .. } => vec![(who, at)],
        Act::Revoke { target, .. } | Act::Delete { target, .. } => vec![(target, SERVER)],
        Act::Update { at, change: Change::Governed(false, _), .. } => {
            let higher = before.networks.get(&at).into_iter().flat_map(|network| &network.roles);
            higher.filter(|(_, role)| **role != Role::Member).map(|(who, _)| (*who, at)).collect()
        }
        _ => Vec::new(),
    }
}

/// Who comes in by an act, and where.
fn comes(act: Act, walk: &Walk) -> std::option::IntoIter<(Who, At)> {
    let found = match act {
        Act::Register { target, .. } => Some((target, SERVER)),
        Act::Join { who } => Some((who, SERVER)),
        Act::Redeem { who, offer } => {
            let offer = &walk.offers[offer].1;
            // Whoever takes another's place inherits that one's.
            offer.rebind.is_none().then_some((who, offer.at))
        }
        _ => None,
    };
    found.into_iter()
}

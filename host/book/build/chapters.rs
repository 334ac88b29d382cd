//! In which order the tables are read, and what to know before each group of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::table::Table;

/// Some tables that belong together.
pub(crate) struct Chapter {
    /// Its place in the address.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) intro: &'static str,
    pub(crate) tables: &'static [&'static str],
}

/// The book.
pub(crate) const CHAPTERS: &[Chapter] = &[
    Chapter {
        id: "beginning",
        title: "How a server begins",
        intro: "A new server has no owner. Whoever runs it, on the machine itself, makes one link; whoever opens that link first becomes the owner. There is no other way to become the first.",
        tables: &["init", "describe", "operator"],
    },
    Chapter {
        id: "asking",
        title: "Who is asking",
        intro: "Every request is signed with the asker's own key. Before anything is looked at, the signature must be good, the request fresh, and the signer a member in good standing.",
        tables: &["caller", "askers", "roles", "grants"],
    },
    Chapter {
        id: "inviting",
        title: "Inviting",
        intro: "An invite is an offer by one person, and worth no more than that person is: nobody offers what he may not give, and an offer dies with its maker's authority.",
        tables: &["mint-claims", "mint", "cancel", "show-invites"],
    },
    Chapter {
        id: "coming-in",
        title: "Coming in",
        intro: "What the holder of a link sees, and what happens when he uses it. The tables are asked one after the other: first the proofs, of which strangers learn nothing; then the invite itself; what its issuer is worth now; and the place.",
        tables: &["preview", "redeem-proofs", "redeem", "redeem-issuer", "redeem-place"],
    },
    Chapter {
        id: "joining",
        title: "Coming in without an invite, and leaving",
        intro: "A place may be open to anybody, or let in whom a list names. Whoever comes in so proves nothing but his own keys. Everybody may leave but the owner, who hands the place over first.",
        tables: &["join-proofs", "join", "leave"],
    },
    Chapter {
        id: "accounts",
        title: "Accounts",
        intro: "Who is here, who sees what of whom, and how somebody is shown the door. A revoked account can be restored; a deleted one is gone for good.",
        tables: &["accounts", "show-account", "register", "prove"],
    },
    Chapter {
        id: "place",
        title: "The place and its members",
        intro: "What the place is called and who may join it; who is shown the door, barred, made an admin, given tags; and to whom the place is handed over. What is asked must first be sound, then it must be his to do who asks.",
        tables: &["show-space", "space", "member-place", "member-content", "members", "keys"],
    },
    Chapter {
        id: "networks",
        title: "Networks",
        intro: "Beside the place itself there may be networks: groups within it that have members, roles, a rule for joining and a list of bans of their own. Who governs the server makes them, and may act in each; otherwise it is the network's own owner and admins who decide there.",
        tables: &[
            "create-space",
            "networks-seen",
            "enter",
            "offers-of-networks",
            "redeem-network",
            "invite-account",
            "inbox",
            "respond",
            "leave-network",
            "members-of-networks",
            "network",
            "can-in-networks",
            "events-of-networks",
            "delete-space",
            "moving-networks",
        ],
    },
    Chapter {
        id: "watching",
        title: "Watching what happens",
        intro: "Whoever is here may be told what happens, as it happens. What one is told is asked anew each time, so that nobody hears more than what he may know by then.",
        tables: &["watch", "watchers", "events"],
    },
    Chapter {
        id: "questions",
        title: "The questions of services",
        intro: "A chat server or a game asks one thing: may this key be here? The answer is yes only if everything needed was read, and everything is in order.",
        tables: &["authorize", "has-admin", "can"],
    },
    Chapter {
        id: "mending",
        title: "When something went wrong",
        intro: "A lost key, a backup that was put back, a record that cannot be read. Until somebody has looked, the answer is no.",
        tables: &["recover-owner", "redeem-recovery", "begin-restore", "accept-restore", "review", "sweep", "faults"],
    },
];

/// Every table is in one chapter, once.
pub(crate) fn check(tables: &BTreeMap<String, Table>) -> Result<(), String> {
    let listed: Vec<&str> = CHAPTERS.iter().flat_map(|chapter| chapter.tables).copied().collect();
    let once: BTreeSet<&str> = listed.iter().copied().collect();
    let there: BTreeSet<&str> = tables.keys().map(String::as_str).collect();
    if once.len() != listed.len() {
        return Err("a table is in two chapters of host/book/build/chapters.rs".into());
    }
    match once.symmetric_difference(&there).next() {
        Some(name) => Err(format!("the table {name} is not both in core/tests/snapshots and in host/book/build/chapters.rs")),
        None => Ok(()),
    }
}

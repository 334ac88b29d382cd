//! Every operation of the API. What stands here is served and described; what does not is neither.

use super::operation::{Asks, Operation, Who, delete, get, patch, post, put};
use super::{accounts, audit, authorized, events, health, inbox, invites, members, metrics, openapi, pages, spaces, well_known};

/// The whole API, in the order in which its description shows it.
pub(crate) fn operations() -> Vec<Operation> {
    [place(), questions(), invites(), accounts(), spaces(), members(), inbox(), history()].into_iter().flatten().collect()
}

/// What anyone may know of the place. (Kept apart from the rest only to be read.)
fn place() -> Vec<Operation> {
    [
        get("/.well-known/doorward", well_known::show).asks(Who::Anyone, Asks::Reads("describe")).named(
            "describe",
            "Who this server is",
            "Its name, key, versions, policy build and clock. Start here: a link names the key's fingerprint.",
        ),
        get("/healthz", health::alive).named("alive", "Whether the process lives", ""),
        get("/readyz", health::ready).named(
            "ready",
            "Whether it can decide and commit right now",
            "As just tried, at most once a second.",
        ),
        get("/metrics", metrics::show).named("metrics", "Counters and gauges for Prometheus", "Text exposition format 0.0.4."),
        get("/v1/openapi.json", openapi::show).named("openapi", "This description", ""),
        get("/problems/{code}", pages::problem).named(
            "explain-problem",
            "What a code means, as a page",
            "Where the `type` of a problem leads.",
        ),
    ]
    .map(Operation::for_services)
    .into()
}

/// What services ask.
fn questions() -> Vec<Operation> {
    [
        get("/v1/authorized/{key}", authorized::one).asks(Who::Service, Asks::Question("is-authorized")).named(
            "is-authorized",
            "Whether a key belongs to somebody who may be here now",
            "A *no* is an answer, with status 200. Take everything else that is not a *yes* for a *no* as well.",
        ),
        post("/v1/authorized", authorized::many).asks(Who::Service, Asks::Question("is-authorized")).named(
            "are-authorized",
            "The same question about up to 1,000 keys",
            "One answer a key, in the order of the question.",
        ),
        get("/v1/has-admin", authorized::has_admin).asks(Who::Service, Asks::Question("has-admin")).named(
            "has-admin",
            "Whether the server has an active owner",
            "A *no* is an answer, with status 200.",
        ),
        get("/v1/can", authorized::can).asks(Who::Service, Asks::Question("can")).named(
            "can",
            "Whether an account may do something, and why",
            "Members may ask about themselves; who may read the audit, and services, about anyone, with the facts that the rule looked at.",
        ),
    ]
    .map(Operation::for_services)
    .into()
}

fn invites() -> Vec<Operation> {
    const INVITE: &str = "/v1/invites/{id}";
    vec![
        post("/v1/invites", invites::mint).asks(Who::Account, Asks::Writes("mint-invite")).named(
            "mint-invite",
            "Make an invite",
            "The issuer's device draws the token, derives the invite's key from it, and signs the claims with both keys; the server never sees the token.",
        ),
        get("/v1/invites", invites::list).asks(Who::Account, Asks::Reads("list-invites")).named(
            "list-invites",
            "A space's invites, a page at a time",
            "Of the server, or of the `space` that is named.",
        ),
        get(INVITE, invites::show).asks(Who::Account, Asks::Reads("show-invite")).named(
            "show-invite",
            "One invite, and who came through it, a page at a time",
            "",
        ),
        delete(INVITE, invites::cancel).asks(Who::Account, Asks::Writes("cancel-invite")).named(
            "cancel-invite",
            "Cancel an invite",
            "It admits nobody from then on. Cancelling twice is fine.",
        ),
        post("/v1/invites/{id}/preview", invites::preview).asks(Who::Holder, Asks::Reads("preview")).named(
            "preview-invite",
            "What an invite is, for its holder",
            "The body proves that its sender holds the invite, by the invite's own key. A wrong proof and an unknown invite are alike.",
        ),
        post("/v1/invites/{id}/redeem", invites::redeem).asks(Who::Holder, Asks::Writes("redeem")).named(
            "redeem-invite",
            "Be let in",
            "Signed by the invite's key and by the account's. Asking again with the same account gives the first receipt again.",
        ),
    ]
}

fn accounts() -> Vec<Operation> {
    const ACCOUNT: &str = "/v1/accounts/{key}";
    vec![
        post("/v1/accounts", accounts::register).asks(Who::Account, Asks::Writes("register")).named(
            "register-account",
            "Add an account without an invite",
            "",
        ),
        get("/v1/accounts", accounts::list).asks(Who::Account, Asks::Reads("list-accounts")).named(
            "list-accounts",
            "Accounts, a page at a time",
            "Members see whom they share a space with; account managers see all, with details.",
        ),
        get(ACCOUNT, accounts::show).asks(Who::Account, Asks::Reads("show-account")).named("show-account", "One account", ""),
        delete(ACCOUNT, accounts::delete).asks(Who::Account, Asks::Writes("delete")).named(
            "delete-account",
            "Delete an account for good",
            "",
        ),
        put("/v1/accounts/{key}/proof", accounts::prove).asks(Who::Account, Asks::Writes("prove")).named(
            "prove-account",
            "Prove that an account that somebody else registered holds its keys",
            "Signed by that very account.",
        ),
        post("/v1/accounts/{key}/revoke", accounts::revoke).asks(Who::Account, Asks::Writes("revoke")).named(
            "revoke-account",
            "Revoke an account",
            "The next request of it is refused, and what it made is void. Revoking twice is fine.",
        ),
        post("/v1/accounts/{key}/restore", accounts::restore).asks(Who::Account, Asks::Writes("restore")).named(
            "restore-account",
            "Make a revoked account active again",
            "What it made before stays void.",
        ),
    ]
}

fn spaces() -> Vec<Operation> {
    const SPACE: &str = "/v1/spaces/{id}";
    vec![
        post("/v1/spaces", spaces::create).asks(Who::Account, Asks::Writes("create-space")).named(
            "create-space",
            "Make a network",
            "A group within the server, with members, roles, a rule for joining and bans of its own. Who makes it owns it.",
        ),
        get("/v1/spaces", spaces::list).asks(Who::Account, Asks::Reads("list-spaces")).named(
            "list-spaces",
            "Networks, a page at a time",
            "Those one is in, or with `show=found` those one may find: listed ones, one's own, those whose allowlist has one's key, and for who governs the server all. A page may hold fewer than asked for, and yet not be the last.",
        ),
        get(SPACE, spaces::show).asks(Who::Account, Asks::Reads("show-space")).named(
            "show-space",
            "What a space is called, who may join, how many are there, and what the asker may do there",
            "For whoever may find it; how many are there is told to its members and to who governs the server.",
        ),
        patch(SPACE, spaces::update).asks(Who::Account, Asks::Writes("update-space")).named(
            "update-space",
            "Change a space's name, rule, limit, description or pause; whether a network is listed, and governed",
            "What is left out is kept. Members stay, whatever changes. A network that is governed no more has members and no roles; governed again, its last owner owns it, or else the earliest member.",
        ),
        delete(SPACE, spaces::delete).asks(Who::Account, Asks::Writes("delete-space")).named(
            "delete-space",
            "Delete a network for good",
            "It is gone at once, with its members' places, its bans and its invites, and its name is free.",
        ),
        post("/v1/spaces/{id}/join", spaces::join).asks(Who::Newcomer, Asks::Writes("join")).named(
            "join-space",
            "Come in without an invite, where the space's rule lets one",
            "Signed by the key that comes in, whether it has an account or not; whoever has none gets one. Joins are counted by where they come from, all alike: 429 when there are too many.",
        ),
        post("/v1/spaces/{id}/enter", spaces::enter).asks(Who::Account, Asks::Writes("enter")).named(
            "enter-space",
            "Come into a network with the account one has, where its rule lets one",
            "",
        ),
        post("/v1/spaces/{id}/leave", spaces::leave).asks(Who::Account, Asks::Writes("leave")).named(
            "leave-space",
            "Leave a space",
            "The next request there is refused, and open invites that whoever left made to it are void. The owner hands the space over first.",
        ),
    ]
}

fn inbox() -> Vec<Operation> {
    vec![
        post("/v1/spaces/{id}/members/{key}/invite", inbox::invite).asks(Who::Account, Asks::Writes("invite-account")).named(
            "invite-account",
            "Invite an account into a network by name",
            "It waits in the account's inbox for 30 days. One at a time: a second is answered with `already-invited`, which is a yes.",
        ),
        get("/v1/inbox", inbox::list).asks(Who::Account, Asks::Reads("inbox")).named(
            "inbox",
            "What one was invited to by name",
            "All of it: at most 100 wait for an account. What has expired is not shown.",
        ),
        post("/v1/inbox/{invite}/accept", inbox::accept).asks(Who::Account, Asks::Writes("respond")).named(
            "accept-invite",
            "Say yes to an invite by name",
            "Whoever made it must still be able to make it, and the network must let one in.",
        ),
        post("/v1/inbox/{invite}/decline", inbox::decline).asks(Who::Account, Asks::Writes("respond")).named(
            "decline-invite",
            "Say no to an invite by name",
            "",
        ),
    ]
}

fn members() -> Vec<Operation> {
    const MEMBER: &str = "/v1/spaces/{id}/members/{key}";
    const BAN: &str = "/v1/spaces/{id}/bans/{key}";
    const ALLOWED: &str = "/v1/spaces/{id}/allowlist/{key}";
    vec![
        get("/v1/spaces/{id}/members", members::members).asks(Who::Account, Asks::Reads("list-members")).named(
            "list-members",
            "Members of a space, in order of joining, a page at a time",
            "For its members, and for who governs the server.",
        ),
        patch(MEMBER, members::change).asks(Who::Account, Asks::WritesOneOf(&["set-role", "set-tags"])).named(
            "change-member",
            "Give a member a role, or tags",
            "One of them at a time. Tags replace those that were there. The role `owner` is not given but handed over.",
        ),
        post("/v1/spaces/{id}/members/{key}/kick", members::kick).asks(Who::Account, Asks::Writes("kick")).named(
            "kick-member",
            "Show a member the door",
            "The next request of it is refused, and its open invites are void. It may come in again; a ban keeps it out.",
        ),
        post("/v1/spaces/{id}/members/{key}/transfer", members::transfer).asks(Who::Account, Asks::Writes("transfer")).named(
            "transfer-space",
            "Hand the space over to a member",
            "The member owns it from then on, and the former owner is an admin.",
        ),
        get("/v1/spaces/{id}/bans", members::bans).asks(Who::Account, Asks::Reads("list-bans")).named(
            "list-bans",
            "Keys that are banned now, a page at a time",
            "",
        ),
        put(BAN, members::ban).asks(Who::Account, Asks::Writes("ban")).named(
            "ban-key",
            "Ban a key, known or not",
            "A member is shown the door, and its open invites are void. Banning again sets reason and end anew.",
        ),
        delete(BAN, members::unban).asks(Who::Account, Asks::Writes("unban")).named(
            "lift-ban",
            "Lift a ban",
            "Nobody is let in by that. Lifting what is lifted is fine.",
        ),
        get("/v1/spaces/{id}/allowlist", members::allowlist).asks(Who::Account, Asks::Reads("list-allowed")).named(
            "list-allowed",
            "Keys on the allowlist, a page at a time",
            "",
        ),
        put(ALLOWED, members::allow).asks(Who::Account, Asks::Writes("allow")).named(
            "allow-key",
            "Put a key on the allowlist",
            "It counts while the space's rule is `allowlist`. Again is fine.",
        ),
        delete(ALLOWED, members::disallow).asks(Who::Account, Asks::Writes("disallow")).named(
            "disallow-key",
            "Take a key off the allowlist",
            "A member stays. Again is fine.",
        ),
    ]
}

fn history() -> Vec<Operation> {
    vec![
        get("/v1/events", events::tell).asks(Who::Account, Asks::Reads("watch")).named(
            "watch",
            "What happens, as it happens",
            "Server-Sent Events over one signed request, resumable by sequence number. Members see who comes and goes and what changes in the place; whoever has `read-audit` sees everything. It ends when the watcher is put out.",
        ),
        get("/v1/audit", audit::list).asks(Who::Account, Asks::Reads("audit")).named(
        "read-history",
        "What was decided, by which rule: the newest first, a page at a time",
        "Needs `read-audit`. What names somebody who was deleted for good is gone.",
    ),
    ]
}

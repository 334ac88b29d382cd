//! One story in which every verb is asked and answered in all its ways. Told from seeds, so it is always the same.

use crate::kit::ask::hex;
use crate::kit::host::Exchange;
use crate::kit::{Call, World};
use crate::scenes;
use doorward_core::wire::Command;
use std::collections::BTreeMap;

/// Scenes by file, in order of telling.
pub type Told = BTreeMap<&'static str, Vec<(String, Exchange)>>;

/// The files: one a verb.
pub const VERBS: &[&str] = &[
    "describe",
    "init",
    "mint-invite",
    "preview",
    "redeem",
    "cancel-invite",
    "list-invites",
    "show-invite",
    "register",
    "prove",
    "show-account",
    "list-accounts",
    "revoke",
    "restore",
    "delete",
    "is-authorized",
    "has-admin",
    "can",
    "tidy",
    "begin-restore",
    "accept-restore",
    "recover-owner",
    "sweep",
    "audit",
    "show-space",
    "update-space",
    "kick",
    "ban",
    "unban",
    "set-role",
    "transfer",
    "set-tags",
    "allow",
    "disallow",
    "list-bans",
    "list-allowed",
    "join",
    "leave",
    "watch",
    "sees",
    "create-space",
    "delete-space",
    "list-spaces",
    "list-members",
    "enter",
    "invite-account",
    "inbox",
    "respond",
];

/// The verbs told with all their needs; the others with their first need only, because golden files stay small.
const WHOLE: &[&str] = &["init", "redeem", "delete"];

/// The file of a verb; exhaustive.
pub fn verb(command: &Command) -> &'static str {
    VERBS[match command {
        Command::Describe => 0,
        Command::Init(_) => 1,
        Command::Mint(_) => 2,
        Command::Preview(_) => 3,
        Command::Redeem(_) => 4,
        Command::CancelInvite(_) => 5,
        Command::ListInvites(_) => 6,
        Command::ShowInvite(_) => 7,
        Command::Register(_) => 8,
        Command::Prove(_) => 9,
        Command::ShowAccount(_) => 10,
        Command::ListAccounts(_) => 11,
        Command::Revoke(_) => 12,
        Command::Restore(_) => 13,
        Command::Delete(_) => 14,
        Command::IsAuthorized(_) => 15,
        Command::HasAdmin => 16,
        Command::Can(_) => 17,
        Command::Tidy(_) => 18,
        Command::BeginRestore(_) => 19,
        Command::AcceptRestore => 20,
        Command::RecoverOwner(_) => 21,
        Command::Sweep(_) => 22,
        Command::Audit => 23,
        Command::ShowSpace(_) => 24,
        Command::UpdateSpace(_) => 25,
        Command::Kick(_) => 26,
        Command::Ban(_) => 27,
        Command::Unban(_) => 28,
        Command::SetRole(_) => 29,
        Command::Transfer(_) => 30,
        Command::SetTags(_) => 31,
        Command::Allow(_) => 32,
        Command::Disallow(_) => 33,
        Command::ListBans(_) => 34,
        Command::ListAllowed(_) => 35,
        Command::Join(_) => 36,
        Command::Leave(_) => 37,
        Command::Watch => 38,
        Command::Sees(_) => 39,
        Command::CreateSpace(_) => 40,
        Command::DeleteSpace(_) => 41,
        Command::ListSpaces(_) => 42,
        Command::ListMembers(_) => 43,
        Command::Enter(_) => 44,
        Command::InviteAccount(_) => 45,
        Command::Inbox => 46,
        Command::Respond(_) => 47,
    }]
}

/// Whoever tells it.
pub struct Teller {
    pub world: World,
    pub told: Told,
}

impl Teller {
    /// A scene: the request, asked and committed. The answer is in its name; the first scene of a verb that needs
    /// anything is told with its needs, later ones with the last call only.
    pub fn scene(&mut self, what: &str, call: &Call) {
        let file = verb(&call.command);
        let told = self.told.entry(file).or_default();
        let whole = !told.iter().any(|(name, _)| name.contains(".need-"));
        self.world.log = Some(Vec::new());
        let outcome = self.world.ask(call);
        let log = self.world.log.take().unwrap();
        let last = log.len() - 1;
        let lines = self.told.entry(file).or_default();
        let kept = |at: usize| at == last || (whole && (at == 0 || WHOLE.contains(&file)));
        for (at, exchange) in log.into_iter().enumerate().filter(|(at, _)| kept(*at)) {
            let part = if at == last { String::new() } else { format!(".need-{}", at + 1) };
            lines.push((format!("{file}.{what}.{}{part}", outcome.code().name()), exchange));
        }
    }

    /// The same, and back again.
    pub fn aside(&mut self, what: &str, call: &Call) {
        let store = self.world.store.clone();
        self.scene(what, call);
        self.world.store = store;
    }
}

/// Tells it.
pub fn tell() -> Told {
    let mut teller = Teller { world: World::empty(), told: Told::new() };
    scenes::beginning(&mut teller);
    scenes::door::invites(&mut teller);
    scenes::door::refusals(&mut teller);
    scenes::people::accounts(&mut teller);
    scenes::people::questions(&mut teller);
    let everyday = teller.world.clone();
    scenes::operator::restores(&mut teller);
    scenes::operator::recovery(&mut teller);
    scenes::hostile::bytes(&mut teller);
    teller.world = everyday.clone();
    scenes::network::life(&mut teller);
    teller.world = everyday;
    scenes::place::space(&mut teller);
    scenes::place::members(&mut teller);
    scenes::place::watching(&mut teller);
    for (file, scenes) in &teller.told {
        for (name, exchange) in scenes {
            assert!(name.len() < 120 && !name.contains(' '), "{file}: {name}");
            assert!(hex(&exchange.facts).len() < 40_000, "{name} is short");
        }
    }
    teller.told
}

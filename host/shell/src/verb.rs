//! What a command is called in counters and logs, and whether it may write at all. Nothing else about it matters here.

use doorward_core::wire::Command;

macro_rules! verbs {
    ($($name:ident $(($payload:tt))?, $text:literal, $kind:ident;)*) => {
        /// A command without its contents.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Verb { $($name,)* }

        impl Verb {
            /// Every verb, in the order of their counters.
            pub(crate) const ALL: &'static [Verb] = &[$(Verb::$name,)*];

            /// The verb of a command.
            pub(crate) fn of(command: &Command) -> Verb {
                match command { $(Command::$name $(($payload))? => Verb::$name,)* }
            }

            /// Kebab-case name for logs and metrics.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Verb::$name => $text,)* }
            }

            /// Whether it may write.
            pub(crate) fn kind(self) -> Kind {
                match self { $(Verb::$name => Kind::$kind,)* }
            }
        }
    };
}

/// Whether a verb may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Never. A decision of such a verb that carries writes is refused.
    Reads,
    /// It may. Decided in a fresh instance of the policy.
    Writes,
}

verbs! {
    Describe, "describe", Reads;
    Init(_), "init", Writes;
    BeginRestore(_), "begin-restore", Writes;
    AcceptRestore, "accept-restore", Writes;
    RecoverOwner(_), "recover-owner", Writes;
    Mint(_), "mint-invite", Writes;
    Preview(_), "preview", Reads;
    Redeem(_), "redeem", Writes;
    CancelInvite(_), "cancel-invite", Writes;
    ListInvites(_), "list-invites", Reads;
    ShowInvite(_), "show-invite", Reads;
    Register(_), "register", Writes;
    Prove(_), "prove", Writes;
    ShowAccount(_), "show-account", Reads;
    ListAccounts(_), "list-accounts", Reads;
    Revoke(_), "revoke", Writes;
    Restore(_), "restore", Writes;
    Delete(_), "delete", Writes;
    IsAuthorized(_), "is-authorized", Reads;
    HasAdmin, "has-admin", Reads;
    Can(_), "can", Reads;
    Audit, "audit", Reads;
    Tidy(_), "tidy", Writes;
    Sweep(_), "sweep", Writes;
    ShowSpace(_), "show-space", Reads;
    UpdateSpace(_), "update-space", Writes;
    Kick(_), "kick", Writes;
    Ban(_), "ban", Writes;
    Unban(_), "unban", Writes;
    SetRole(_), "set-role", Writes;
    Transfer(_), "transfer", Writes;
    SetTags(_), "set-tags", Writes;
    Allow(_), "allow", Writes;
    Disallow(_), "disallow", Writes;
    ListBans(_), "list-bans", Reads;
    ListAllowed(_), "list-allowed", Reads;
    Join(_), "join", Writes;
    Leave(_), "leave", Writes;
    CreateSpace(_), "create-space", Writes;
    DeleteSpace(_), "delete-space", Writes;
    ListSpaces(_), "list-spaces", Reads;
    ListMembers(_), "list-members", Reads;
    Enter(_), "enter", Writes;
    InviteAccount(_), "invite-account", Writes;
    Inbox, "inbox", Reads;
    Respond(_), "respond", Writes;
    Watch, "watch", Reads;
    Sees(_), "sees", Reads;
}

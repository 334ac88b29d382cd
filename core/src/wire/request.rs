//! What is asked: a command, who asks, and the inputs that make the answer a pure function (time and entropy).

use super::shape::{wire_enum, wire_struct};
use crate::claims::SignedClaims;
use crate::digest::Sha256Digest;
use crate::id::{DecisionId, InviteId, SpaceId};
use crate::key::{KexKey, Nonce, ServerKey, SignKey, Signature};
use crate::role::Permission;
use crate::statement::RedeemStatement;
use crate::time::Timestamp;
use crate::wire::{
    Ban, CreateSpace, InviteAccount, Join, ListKeys, ListSpaces, Member, Respond, Sees, SetRole, SetTags, UpdateSpace,
};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

wire_struct! {
    /// One request, whole.
    pub struct Request {
        /// [`super::VERSION`].
        pub version: u8,
        /// Where and when.
        pub context: Context,
        /// Who.
        pub asker: Asker,
        /// What.
        pub command: Command,
    }
}

wire_struct! {
    /// The inputs the policy may not take for itself.
    pub struct Context {
        /// This server's public key.
        pub server: ServerKey,
        /// The host's clock.
        pub now: Timestamp,
        /// 32 fresh random bytes; the ids a decision makes come from them. Public once the decision is made.
        pub entropy: [u8; 32],
    }
}

wire_enum! {
    /// Who is asking.
    pub enum Asker {
        /// Nobody known: the command itself carries its proofs.
        0 => Stranger,
        /// A service of the same operator, on the service listener.
        1 => Service,
        /// The operator, on the machine itself.
        2 => Operator,
        /// An account, by a signed HTTP request.
        3 => Account(Box<HttpAuth>),
    }
}

wire_struct! {
    /// A signed HTTP request as far as the signature covers it (see [`crate::http_signature`]). The nonce is the
    /// request id of a write.
    pub struct HttpAuth {
        /// `keyid`.
        pub key: SignKey,
        /// `@method`.
        pub method: String,
        /// `@target-uri`, from the configured public URL.
        pub target_uri: String,
        /// SHA-256 of the body as received, for methods that carry one.
        pub content_digest: Option<Sha256Digest>,
        /// `created`.
        pub created: Timestamp,
        /// `nonce`.
        pub nonce: Nonce,
        /// SHA-256 of the signature, which is attached to the request.
        pub signature: Sha256Digest,
    }
}

wire_enum! {
    /// What is asked. What is large is boxed, so that a request that asks little is little.
    pub enum Command {
        /// The server's name, for strangers.
        1 => Describe,
        /// Set the server up, or make a new owner invite while there is no owner.
        2 => Init(Box<Init>),
        /// Begin with a state that was just put back: its open invites are void, and everyone is refused until the
        /// operator accepts it. The number is the highest restore epoch the host knows of; the new one is above it.
        3 => BeginRestore(u32),
        /// Accept the state that was put back.
        4 => AcceptRestore,
        /// Revoke the owner's key, and make a link that moves the ownership to new keys.
        5 => RecoverOwner(Box<RecoverOwner>),
        /// Make a link invite.
        10 => Mint(Box<Mint>),
        /// Explain an invite to whoever holds it.
        11 => Preview(Box<Preview>),
        /// Let the holder of an invite in.
        12 => Redeem(Box<Redeem>),
        /// Cancel an invite.
        13 => CancelInvite(InviteId),
        /// List invites.
        14 => ListInvites(ListInvites),
        /// Show one invite and who came through it.
        15 => ShowInvite(ShowInvite),
        /// Add an account without an invite.
        20 => Register(Box<Register>),
        /// Supply one's own signature over one's keys after being registered.
        21 => Prove(Prove),
        /// Show one account.
        22 => ShowAccount(SignKey),
        /// List accounts.
        23 => ListAccounts(Paging),
        /// Refuse an account from now on.
        24 => Revoke(SignKey),
        /// Undo a revoke.
        25 => Restore(SignKey),
        /// Delete an account for good.
        26 => Delete(SignKey),
        /// The one fail-closed question of services.
        30 => IsAuthorized(SignKey),
        /// Does this server have an active owner?
        31 => HasAdmin,
        /// May this account do that there, and why.
        32 => Can(Can),
        /// May the asker read the history? The host keeps it, and shows it to whoever may.
        33 => Audit,
        /// Finish a part of a job that was left for housekeeping.
        40 => Tidy(DecisionId),
        /// Clear those of these request ids that no fresh request can bear any more. At most 100 keys, all below
        /// [`crate::record::keys::REQUEST_IDS`].
        41 => Sweep(Vec<String>),
        /// Show a space: its name, rule and limits.
        50 => ShowSpace(SpaceId),
        /// Change some of that.
        51 => UpdateSpace(Box<UpdateSpace>),
        /// Show a member the door. It may come in again.
        52 => Kick(Member),
        /// Bar a key; a member is shown the door.
        53 => Ban(Box<Ban>),
        /// Lift a ban.
        54 => Unban(Member),
        /// Give a member a role.
        55 => SetRole(SetRole),
        /// Hand the space over to a member. The owner becomes an admin.
        56 => Transfer(Member),
        /// Give a member these tags, and no others.
        57 => SetTags(Box<SetTags>),
        /// Let a key in under an allowlist.
        58 => Allow(Member),
        /// Do so no longer.
        59 => Disallow(Member),
        /// List the keys that are barred now.
        60 => ListBans(ListKeys),
        /// List the keys that an allowlist lets in.
        61 => ListAllowed(ListKeys),
        /// Come in without an invite, where the space's rule lets one.
        62 => Join(Box<Join>),
        /// Leave a space.
        63 => Leave(SpaceId),
        /// May the asker watch what happens?
        64 => Watch,
        /// What somebody who watches sees of what happened. The host asks, for whoever may watch.
        65 => Sees(Box<Sees>),
        /// Make a network.
        66 => CreateSpace(Box<CreateSpace>),
        /// Delete a network for good.
        67 => DeleteSpace(SpaceId),
        /// List networks.
        68 => ListSpaces(ListSpaces),
        /// List the members of a space, in order of joining.
        69 => ListMembers(ListKeys),
        /// Come into a network with the account one has, where its rule lets one.
        70 => Enter(SpaceId),
        /// Invite an account by name.
        71 => InviteAccount(InviteAccount),
        /// Show what one was invited to by name.
        72 => Inbox,
        /// Answer one of those.
        73 => Respond(Respond),
    }
}

wire_struct! {
    /// Set the server up.
    pub struct Init {
        /// What the server is called; used only when it is new.
        pub name: String,
        /// The owner invite, issued by the server's own key: role `owner`, one use, at most 24 h.
        pub invite: SignedClaims,
    }
}

wire_struct! {
    /// Recover the ownership.
    pub struct RecoverOwner {
        /// The rebind invite, issued by the server's own key: it names the owner's present key, role `owner`, one use,
        /// at most 24 h.
        pub invite: SignedClaims,
    }
}

wire_struct! {
    /// Make a link invite.
    pub struct Mint {
        /// What it says.
        pub invite: SignedClaims,
        /// The issuer's private note.
        pub label: String,
        /// The salt the issuer derived the token with, kept so that the link can be shown again.
        pub salt: Option<[u8; 16]>,
    }
}

wire_struct! {
    /// Explain an invite. Proven by the invite key over [`crate::statement::PreviewStatement`].
    pub struct Preview {
        /// Which invite.
        pub invite: InviteId,
        /// The invite's public key; the invite id must be its id.
        pub invite_key: SignKey,
        /// When the statement was made.
        pub created: Timestamp,
        /// SHA-256 of the invite key's signature.
        pub signature: Sha256Digest,
        /// To be told the verdict for oneself: the same statement signed by one's account key.
        pub account: Option<AccountProof>,
    }
}

wire_struct! {
    /// An account's own proof beside an invite's.
    pub struct AccountProof {
        /// The account's key.
        pub key: SignKey,
        /// SHA-256 of its signature.
        pub signature: Sha256Digest,
    }
}

wire_struct! {
    /// Let the holder in.
    pub struct Redeem {
        /// Which invite; the statement must name the same.
        pub invite: InviteId,
        /// The invite's public key; the statement's invite id must be its id.
        pub invite_key: SignKey,
        /// What was signed.
        pub statement: RedeemStatement,
        /// SHA-256 of the invite key's signature over the statement.
        pub invite_signature: Sha256Digest,
        /// SHA-256 of the account key's signature over the statement.
        pub account_signature: Sha256Digest,
        /// The account's signature over its two keys, which is stored with the account.
        pub binding: Signature,
    }
}

wire_enum! {
    /// Which invites to list.
    #[derive(Copy)]
    pub enum InviteFilter {
        /// Open and not expired.
        0 => Live,
        /// Expired, and not yet archived.
        1 => Expired,
        /// Cancelled, used up, or archived after expiring.
        2 => Closed,
    }
}

wire_struct! {
    /// Where a page starts and how long it is.
    pub struct Paging {
        /// The cursor the last page gave; empty for the first page.
        pub after: String,
        /// At most this many items, 1–1,000. A page may hold fewer and say that there is more.
        pub limit: u16,
    }
}

wire_struct! {
    /// List invites of a space, by expiry.
    pub struct ListInvites {
        /// Into which space.
        pub space: SpaceId,
        /// Which.
        pub filter: InviteFilter,
        /// Which page.
        pub paging: Paging,
    }
}

wire_struct! {
    /// Show an invite and a page of its uses.
    pub struct ShowInvite {
        /// Which.
        pub invite: InviteId,
        /// Which page of uses.
        pub paging: Paging,
    }
}

wire_struct! {
    /// Add an account directly.
    pub struct Register {
        /// Its Ed25519 key.
        pub sign_key: SignKey,
        /// Its X25519 key.
        pub kex_key: KexKey,
        /// What it is called.
        pub handle: String,
    }
}

wire_struct! {
    /// Prove that one holds the keys one was registered with.
    pub struct Prove {
        /// The account's signature over [`crate::statement::AccountStatement`].
        pub binding: Signature,
    }
}

wire_struct! {
    /// The "why" question.
    pub struct Can {
        /// About whom.
        pub account: SignKey,
        /// To do what.
        pub permission: Permission,
        /// Where.
        pub space: SpaceId,
    }
}

//! The operator's own invites, signed by the server's key: for the first owner, and for new keys of a lost one.

use doorward_core::claims::{Claims, SignedClaims, VERSION, VERSION_REBIND};
use doorward_core::link::Link;
use doorward_core::role::Role;
use doorward_core::statement::Domain;
use doorward_core::time::DAY;
use doorward_core::token::Token;
use doorward_core::wire::{Asker, Command, Init, RecoverOwner, Reply, Verdict, encode};
use doorward_core::{Expiry, Incarnation, InviteId, SignKey, SpaceId, Timestamp};
use zeroize::Zeroizing;

use crate::answered::Answered;
use crate::shell::Shell;

/// An owner invite that was made.
#[derive(Debug)]
pub struct OwnerInvite {
    /// The link. Whoever holds it becomes the owner; it is shown once and kept nowhere.
    pub link: Link,
    /// Its public id.
    pub invite: InviteId,
    /// When it expires: in 24 hours.
    pub expires: Timestamp,
}

impl Shell {
    /// Sets the server up if it is new, and makes an owner invite: one use, 24 hours, void once there is an owner. A
    /// former one is cancelled. `secret` are 32 fresh bytes from the operating system; they become the token.
    ///
    /// # Errors
    /// The answer that refused it, `owner-exists` above all.
    pub async fn owner_invite(&self, name: &str, secret: Zeroizing<[u8; 32]>) -> Result<OwnerInvite, Answered> {
        let (made, invite) = self.make(name, None, secret);
        let command = Command::Init(Box::new(Init { name: name.to_owned(), invite }));
        self.operator(command).await.map(|_| made)
    }

    /// Revokes the owner's key, and makes an invite whose holder takes the owner's place with new keys: one use, 24
    /// hours. A former one is cancelled. `secret` as above.
    ///
    /// # Errors
    /// The answer that refused it: `not-found` while there is no owner to recover, for whom `init` makes the link.
    pub async fn recover_owner(&self, secret: Zeroizing<[u8; 32]>) -> Result<OwnerInvite, Answered> {
        let described = self.operator(Command::Describe).await?;
        let (name, owner) = match &described.reply {
            Reply::Description(description) => (description.name.clone(), description.owner),
            _ => (String::new(), None),
        };
        // Without an owner the claims name nobody, and the policy says what is missing.
        let (made, invite) = self.make(&name, owner, secret);
        self.operator(Command::RecoverOwner(Box::new(RecoverOwner { invite }))).await.map(|_| made)
    }

    async fn operator(&self, command: Command) -> Result<Answered, Answered> {
        let answered = self.ask(Asker::Operator, command, Vec::new()).await;
        match answered.verdict {
            Verdict::Allow => Ok(answered),
            Verdict::Deny => Err(answered),
        }
    }

    /// An owner invite signed by both keys, not yet minted; in the place of `rebind`, if there is one.
    fn make(&self, name: &str, rebind: Option<SignKey>, secret: Zeroizing<[u8; 32]>) -> (OwnerInvite, SignedClaims) {
        let shared = self.shared();
        let token = Token::new(*secret);
        let key = token.invite_key();
        let expires = (shared.clock)().plus(DAY);
        let claims = Claims {
            version: if rebind.is_some() { VERSION_REBIND } else { VERSION },
            server: shared.server,
            invite: InviteId::of(&key.public()),
            invite_key: key.public(),
            space: SpaceId::SERVER,
            role: Role::Owner,
            max_uses: 1,
            expires: Expiry::At(expires),
            greeting: String::new(),
            rooms: Vec::new(),
            tags: Vec::new(),
            issuer: shared.server,
            issuer_incarnation: Incarnation::NONE,
            issuer_epoch: 0,
            issuer_handle: name.to_owned(),
            rebind,
        };
        let invite = claims.invite;
        let claims = encode(&claims);
        let signed = SignedClaims {
            issuer_signature: shared.signer.sign(Domain::Claims, &claims),
            invite_signature: key.sign(&Domain::Claims.signed_bytes(&claims)),
            claims,
        };
        (OwnerInvite { link: Link::new(token, Expiry::At(expires), &shared.server), invite, expires }, signed)
    }
}

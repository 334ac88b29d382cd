//! Requests as clients make them: signed, with proofs.

use super::{Person, World};
use doorward_core::claims::{self, Claims, SignedClaims};
use doorward_core::digest::sha256;
use doorward_core::http_signature::Covered;
use doorward_core::record::{KeyRecord, claims_digest, keys};
use doorward_core::role::Role;
use doorward_core::statement::{Domain, PreviewStatement, RedeemStatement};
use doorward_core::time::{DAY, Expiry, Timestamp};
use doorward_core::token::{InviteKey, Token};
use doorward_core::wire::{AccountProof, Asker, Command, HttpAuth, Init, Mint, Preview, RecoverOwner, Redeem, encode};
use doorward_core::{Incarnation, InviteId, Nonce, SignKey, Signature, SpaceId};

/// A request on its way to the core, with the signatures that came with it.
#[derive(Clone)]
pub struct Call {
    pub asker: Asker,
    pub command: Command,
    pub attached: Vec<Signature>,
}

/// An invite with its secret, as its issuer's device has it.
#[derive(Clone)]
pub struct Made {
    pub token: Token,
    pub claims: Claims,
    pub signed: SignedClaims,
}

impl Call {
    /// Without any proof of one's own.
    pub fn of(asker: Asker, command: Command) -> Self {
        Self { asker, command, attached: Vec::new() }
    }
}

/// A request id.
pub fn nonce(number: u64) -> Nonce {
    Nonce(std::array::from_fn(|at| sha256(&[b"test/nonce", &number.to_be_bytes()])[at]))
}

/// The token of that number.
pub fn token(number: u64) -> Token {
    Token::new(sha256(&[b"test/token", &number.to_be_bytes()]))
}

impl Made {
    /// Signs claims with the issuer's key and the invite's own.
    pub fn sign(claims: Claims, issuer: &Person, token: Token) -> Self {
        let bytes = encode(&claims);
        let signed = Domain::Claims.signed_bytes(&bytes);
        let signed = SignedClaims {
            claims: bytes,
            issuer_signature: issuer.sign(&signed),
            invite_signature: token.invite_key().sign(&signed),
        };
        Self { token, claims, signed }
    }

    pub fn key(&self) -> InviteKey {
        self.token.invite_key()
    }

    pub fn id(&self) -> InviteId {
        self.claims.invite
    }

    /// The mint request for it.
    pub fn mint(&self) -> Command {
        Command::Mint(Mint { invite: self.signed.clone(), label: "for the team".into(), salt: Some([7; 16]) }.into())
    }

    /// The recovery request for it.
    pub fn recover(&self) -> Command {
        Command::RecoverOwner(RecoverOwner { invite: self.signed.clone() }.into())
    }

    /// The init request for it.
    pub fn init(&self, name: &str) -> Command {
        Command::Init(Init { name: name.into(), invite: self.signed.clone() }.into())
    }
}

impl World {
    /// Claims as this issuer would make them now: role member, one use, 7 days.
    pub fn claims(&self, issuer: &Person, token: &Token) -> Claims {
        let record: KeyRecord = self.get(&keys::account(&issuer.key())).unwrap_or_default();
        let account = record.account.as_ref();
        Claims {
            version: claims::VERSION,
            server: self.server.key(),
            invite: InviteId::of(&token.invite_key().public()),
            invite_key: token.invite_key().public(),
            space: SpaceId::SERVER,
            role: Role::Member,
            max_uses: 1,
            expires: Expiry::At(self.now.plus(7 * DAY)),
            greeting: "Come in".into(),
            rooms: Vec::new(),
            tags: Vec::new(),
            issuer: issuer.key(),
            issuer_incarnation: account.map_or(Incarnation::NONE, |account| account.incarnation),
            issuer_epoch: account.map_or(0, |account| account.epoch),
            issuer_handle: account.map_or_else(String::new, |account| account.handle.clone()),
            rebind: None,
        }
    }

    /// An invite of this issuer's, changed as wanted before it is signed.
    pub fn offer(&self, issuer: &Person, number: u64, change: impl FnOnce(&mut Claims)) -> Made {
        let token = token(number);
        let mut claims = self.claims(issuer, &token);
        change(&mut claims);
        Made::sign(claims, issuer, token)
    }

    /// The server's own invite for its first owner.
    pub fn owner_offer(&self, number: u64) -> Made {
        let server = self.server.clone();
        self.offer(&server, number, |claims| {
            claims.role = Role::Owner;
            claims.expires = Expiry::At(self.now.plus(DAY));
            claims.issuer_handle = String::new();
        })
    }

    /// The server's own invite for whoever takes this key's place.
    pub fn recovery_offer(&self, number: u64, target: SignKey) -> Made {
        let server = self.server.clone();
        self.offer(&server, number, |claims| {
            (claims.version, claims.rebind) = (claims::VERSION_REBIND, Some(target));
            claims.role = Role::Owner;
            claims.expires = Expiry::At(self.now.plus(DAY));
        })
    }

    /// A signed request, made now, under this request id.
    pub fn signed(&self, who: &Person, id: u64, command: Command) -> Call {
        self.signed_at(who, id, self.now, command)
    }

    /// A signed request, made at that time.
    pub fn signed_at(&self, who: &Person, id: u64, created: Timestamp, command: Command) -> Call {
        let (method, has_body) = if reads(&command) { ("GET", false) } else { ("POST", true) };
        let body = encode(&command);
        let path = if has_body { "write".to_string() } else { hex(&sha256(&[&body])[..8]) };
        let mut auth = HttpAuth {
            key: who.key(),
            method: method.into(),
            target_uri: format!("https://door.example/v1/{path}"),
            content_digest: has_body.then(|| sha256(&[&body])),
            created,
            nonce: nonce(id),
            signature: [0; 32],
        };
        let signature = who.sign(&http_bytes(&auth));
        auth.signature = sha256(&[&signature.0]);
        Call { asker: Asker::Account(auth.into()), command, attached: vec![signature] }
    }

    /// A redeem by this person, made now.
    pub fn redeem(&self, made: &Made, who: &Person, id: u64) -> Call {
        let statement = self.redeem_statement(made, who, id);
        self.redeem_with(made, who, statement)
    }

    /// What a redeem's statement says.
    pub fn redeem_statement(&self, made: &Made, who: &Person, id: u64) -> RedeemStatement {
        RedeemStatement {
            server: self.server.key(),
            invite: made.id(),
            claims_digest: claims_digest(&made.signed),
            sign_key: who.key(),
            kex_key: who.kex_key(),
            handle: who.name.clone(),
            request_id: nonce(id),
            created: self.now,
        }
    }

    /// A redeem with that statement, properly signed.
    pub fn redeem_with(&self, made: &Made, who: &Person, statement: RedeemStatement) -> Call {
        let bytes = Domain::Redeem.statement(&statement);
        let (by_invite, by_account) = (made.key().sign(&bytes), who.sign(&bytes));
        let redeem = Redeem {
            invite: made.id(),
            invite_key: made.key().public(),
            statement,
            invite_signature: sha256(&[&by_invite.0]),
            account_signature: sha256(&[&by_account.0]),
            binding: who.binding(&self.server.key()),
        };
        Call { asker: Asker::Stranger, command: Command::Redeem(redeem.into()), attached: vec![by_invite, by_account] }
    }

    /// A preview by whoever holds the invite, and with that account's own proof if given.
    pub fn preview(&self, made: &Made, own: Option<&Person>) -> Call {
        let statement = PreviewStatement { server: self.server.key(), invite: made.id(), created: self.now };
        let bytes = Domain::Preview.statement(&statement);
        let by_invite = made.key().sign(&bytes);
        let mut attached = vec![by_invite];
        let account = own.map(|who| {
            let signature = who.sign(&bytes);
            attached.push(signature);
            AccountProof { key: who.key(), signature: sha256(&[&signature.0]) }
        });
        let preview = Preview {
            invite: made.id(),
            invite_key: made.key().public(),
            created: self.now,
            signature: sha256(&[&by_invite.0]),
            account,
        };
        Call { asker: Asker::Stranger, command: Command::Preview(preview.into()), attached }
    }
}

/// What an HTTP signature signs.
pub fn http_bytes(auth: &HttpAuth) -> Vec<u8> {
    let covered = Covered {
        method: &auth.method,
        target_uri: &auth.target_uri,
        content_digest: auth.content_digest.as_ref(),
        created: auth.created,
        nonce: &auth.nonce,
        key: &auth.key,
    };
    Domain::Http.signed_bytes(covered.base().as_bytes())
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether the verb only reads.
pub fn reads(command: &Command) -> bool {
    match command {
        Command::Describe
        | Command::Preview(_)
        | Command::ListInvites(_)
        | Command::ShowInvite(_)
        | Command::ShowAccount(_)
        | Command::ListAccounts(_)
        | Command::IsAuthorized(_)
        | Command::HasAdmin
        | Command::Can(_)
        | Command::Audit
        | Command::ShowSpace(_)
        | Command::ListBans(_)
        | Command::ListAllowed(_)
        | Command::ListSpaces(_)
        | Command::ListMembers(_)
        | Command::Inbox
        | Command::Watch
        | Command::Sees(_) => true,
        Command::Init(_)
        | Command::BeginRestore(_)
        | Command::AcceptRestore
        | Command::RecoverOwner(_)
        | Command::Mint(_)
        | Command::Redeem(_)
        | Command::CancelInvite(_)
        | Command::Register(_)
        | Command::Prove(_)
        | Command::Revoke(_)
        | Command::Restore(_)
        | Command::Delete(_)
        | Command::Tidy(_)
        | Command::Sweep(_)
        | Command::UpdateSpace(_)
        | Command::Kick(_)
        | Command::Ban(_)
        | Command::Unban(_)
        | Command::SetRole(_)
        | Command::Transfer(_)
        | Command::SetTags(_)
        | Command::Allow(_)
        | Command::Disallow(_)
        | Command::Join(_)
        | Command::CreateSpace(_)
        | Command::DeleteSpace(_)
        | Command::Enter(_)
        | Command::InviteAccount(_)
        | Command::Respond(_)
        | Command::Leave(_) => false,
    }
}

/// A key nobody has.
pub fn nobody() -> SignKey {
    Person::new("nobody").key()
}

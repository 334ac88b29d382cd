//! People, invites and a shell around the real policy, for tests.
#![allow(dead_code, unreachable_pub, reason = "every test binary uses its own part")]

pub mod audit;
pub mod gated;

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use doorward_core::claims::{Claims, SignedClaims, VERSION};
use doorward_core::digest::{derive, sha256};
use doorward_core::http_signature::Covered;
use doorward_core::link::Link;
use doorward_core::record::claims_digest;
use doorward_core::role::Role;
use doorward_core::statement::{AccountStatement, Domain, Receipt, RedeemStatement};
use doorward_core::time::DAY;
use doorward_core::token::{InviteKey, Token};
use doorward_core::wire::{Asker, Command, HttpAuth, Mint, Preview, Redeem, Reply, Verdict, decode, encode};
use doorward_core::{
    Code, Expiry, Incarnation, InviteId, KexKey, Nonce, ServerKey, SignKey, Signature, SpaceId, Timestamp, check,
};
use doorward_engine::{Policy, Slot};
use doorward_shell::{Answered, Limits, Parts, ServerSigner, Shell, SignedReceipt};
use doorward_store::{Memory, Store};
use zeroize::Zeroizing;

pub const NOW: Timestamp = Timestamp(1_800_000_000);

pub fn clock() -> Timestamp {
    NOW
}

/// Never the same twice in one process.
pub fn entropy() -> [u8; 32] {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    derive("test entropy", &NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes())
}

/// The real policy, compiled once.
pub fn policy() -> Policy {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    POLICY.get_or_init(|| Policy::load(doorward_artifacts::POLICY, &[]).expect("our own artefact is accepted")).clone()
}

pub fn signer() -> ServerSigner {
    ServerSigner::from_seed(&Zeroizing::new([42; 32]))
}

pub fn limits() -> Limits {
    Limits { timeout: Duration::from_secs(20), ..Limits::default() }
}

pub fn parts(store: Arc<dyn Store>, limits: Limits) -> Parts {
    Parts { store, policy: Arc::new(Slot::new(policy())), signer: signer(), clock, entropy, limits, reached: None }
}

pub fn start(store: Arc<dyn Store>) -> Shell {
    start_with(store, limits())
}

pub fn start_with(store: Arc<dyn Store>, limits: Limits) -> Shell {
    Shell::start(parts(store, limits)).expect("starts")
}

pub fn memory() -> Arc<Memory> {
    Arc::new(Memory::new())
}

/// A person with keys.
#[derive(Clone)]
pub struct Person {
    sign: ed25519_dalek::SigningKey,
    pub key: SignKey,
    pub kex: KexKey,
    pub handle: String,
}

impl Person {
    pub fn new(name: &str) -> Person {
        let sign = ed25519_dalek::SigningKey::from_bytes(&derive("sign", name.as_bytes()));
        let kex = x25519_dalek::PublicKey::from(&x25519_dalek::StaticSecret::from(derive("kex", name.as_bytes())));
        Person { key: SignKey(sign.verifying_key().to_bytes()), sign, kex: KexKey(kex.to_bytes()), handle: name.into() }
    }

    pub fn sign(&self, bytes: &[u8]) -> Signature {
        use ed25519_dalek::Signer;
        Signature(self.sign.sign(bytes).to_bytes())
    }

    /// A signed HTTP request; its nonce is the request id.
    pub fn request(&self, target: &str, nonce: Nonce) -> (Asker, Vec<Signature>) {
        let digest = sha256(&[target.as_bytes()]);
        let covered = Covered {
            method: "POST",
            target_uri: target,
            content_digest: Some(&digest),
            created: NOW,
            nonce: &nonce,
            key: &self.key,
        };
        let signature = self.sign(&Domain::Http.signed_bytes(covered.base().as_bytes()));
        let auth = HttpAuth {
            key: self.key,
            method: "POST".into(),
            target_uri: target.into(),
            content_digest: Some(digest),
            created: NOW,
            nonce,
            signature: sha256(&[&signature.0]),
        };
        (Asker::Account(Box::new(auth)), vec![signature])
    }
}

pub fn nonce() -> Nonce {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&entropy()[..16]);
    Nonce(bytes)
}

/// An invite as its holder has it.
pub struct Held {
    pub key: InviteKey,
    pub id: InviteId,
    pub claims: SignedClaims,
}

/// One redeem, ready to be sent, and to be sent again.
#[derive(Clone)]
pub struct Sent(pub Command, pub Vec<Signature>);

impl Sent {
    pub async fn to(&self, shell: &Shell) -> Answered {
        shell.ask(Asker::Stranger, self.0.clone(), self.1.clone()).await
    }
}

pub fn redeem(server: ServerKey, held: &Held, person: &Person) -> Sent {
    let statement = RedeemStatement {
        server,
        invite: held.id,
        claims_digest: claims_digest(&held.claims),
        sign_key: person.key,
        kex_key: person.kex,
        handle: person.handle.clone(),
        request_id: nonce(),
        created: NOW,
    };
    let bytes = Domain::Redeem.statement(&statement);
    let (by_invite, by_account) = (held.key.sign(&bytes), person.sign(&bytes));
    let binding = AccountStatement { server, sign_key: person.key, kex_key: person.kex };
    let redeem = Redeem {
        invite: held.id,
        invite_key: held.key.public(),
        invite_signature: sha256(&[&by_invite.0]),
        account_signature: sha256(&[&by_account.0]),
        binding: person.sign(&Domain::Account.statement(&binding)),
        statement,
    };
    Sent(Command::Redeem(Box::new(redeem)), vec![by_invite, by_account])
}

/// A new invite by a person, not minted yet.
pub fn offer(server: ServerKey, issuer: &Person, incarnation: Incarnation, role: Role, max_uses: u32) -> Held {
    let key = Token::new(entropy()).invite_key();
    let claims = Claims {
        version: VERSION,
        server,
        invite: InviteId::of(&key.public()),
        invite_key: key.public(),
        space: SpaceId::SERVER,
        role,
        max_uses,
        expires: Expiry::At(NOW.plus(DAY)),
        greeting: "come in".into(),
        rooms: vec![],
        tags: vec![],
        issuer: issuer.key,
        issuer_incarnation: incarnation,
        issuer_epoch: 0,
        issuer_handle: issuer.handle.clone(),
        rebind: None,
    };
    let id = claims.invite;
    let claims = encode(&claims);
    let bytes = Domain::Claims.signed_bytes(&claims);
    let signed = SignedClaims { issuer_signature: issuer.sign(&bytes), invite_signature: key.sign(&bytes), claims };
    Held { key, id, claims: signed }
}

/// Previews an invite, for its claims.
pub async fn open(shell: &Shell, link: &Link) -> Held {
    let key = link.token.invite_key();
    let invite = InviteId::of(&key.public());
    let statement = doorward_core::statement::PreviewStatement { server: shell.server_key(), invite, created: NOW };
    let signature = key.sign(&Domain::Preview.statement(&statement));
    let preview = Preview { invite, invite_key: key.public(), created: NOW, signature: sha256(&[&signature.0]), account: None };
    let answered = shell.ask(Asker::Stranger, Command::Preview(Box::new(preview)), vec![signature]).await;
    match answered.reply {
        Reply::Preview(reply) => Held { key, id: invite, claims: reply.invite },
        reply => panic!("{:?} {reply:?}", answered.code),
    }
}

/// A server with an owner.
pub struct House {
    pub owner: Person,
    pub incarnation: Incarnation,
    pub receipt: SignedReceipt,
}

/// Sets a server up and lets the owner in.
pub async fn settle(shell: &Shell) -> House {
    let made = shell.owner_invite("Test house", Zeroizing::new(entropy())).await.expect("is made");
    let (owner, held) = (Person::new("owner"), open(shell, &made.link).await);
    let answered = redeem(shell.server_key(), &held, &owner).to(shell).await;
    assert_eq!(answered.code, Code::Allowed, "{answered:?}");
    let receipt = answered.receipt.expect("has one");
    House { owner, incarnation: read(&receipt).body.incarnation, receipt }
}

impl House {
    /// Mints an invite as the owner.
    pub async fn mint(&self, shell: &Shell, max_uses: u32) -> Held {
        let (held, sent) = mint(shell.server_key(), &self.owner, self.incarnation, Role::Member, max_uses);
        let answered = sent.ask(shell).await;
        assert_eq!(answered.code, Code::Allowed, "{answered:?}");
        held
    }

    /// Lets someone in as an admin. Returns the incarnation.
    pub async fn admin(&self, shell: &Shell, person: &Person) -> Incarnation {
        let (held, sent) = mint(shell.server_key(), &self.owner, self.incarnation, Role::Admin, 1);
        assert_eq!(sent.ask(shell).await.code, Code::Allowed);
        let answered = redeem(shell.server_key(), &held, person).to(shell).await;
        read(&answered.receipt.expect("is let in")).body.incarnation
    }
}

/// A signed request, ready to be sent.
pub struct Signed(pub Asker, pub Sent);

impl Signed {
    pub async fn ask(self, shell: &Shell) -> Answered {
        let Signed(asker, Sent(command, attached)) = self;
        shell.ask(asker, command, attached).await
    }
}

/// A mint, ready to be sent.
pub fn mint(server: ServerKey, issuer: &Person, incarnation: Incarnation, role: Role, max_uses: u32) -> (Held, Signed) {
    let held = offer(server, issuer, incarnation, role, max_uses);
    let (asker, attached) = issuer.request("https://door.test/v1/invites", nonce());
    let command = Command::Mint(Box::new(Mint { invite: held.claims.clone(), label: "for a test".into(), salt: None }));
    (held, Signed(asker, Sent(command, attached)))
}

/// A receipt whose signature is good.
pub fn read(signed: &SignedReceipt) -> Receipt {
    let SignedReceipt { receipt, signature } = signed;
    assert!(check::verify(&signer().public(), &Domain::Receipt.signed_bytes(receipt), signature), "signed by the server");
    decode(receipt).expect("a receipt")
}

pub fn allowed(answered: &Answered) -> bool {
    answered.verdict == Verdict::Allow
}

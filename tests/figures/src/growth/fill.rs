//! A store with many accounts, each of whom came by an invite of its own: true records in the core's encoding, put in
//! through the store contract's import. What is left out is their history (`d`, `c`, `j`, `r`), which no question and no
//! redeem reads.

use doorward_core::claims::{Claims, SignedClaims, VERSION};
use doorward_core::digest::sha256;
use doorward_core::record::{Account, Closed, InviteRecord, KeyRecord, Seat, Standing, Stored, Use, Via, keys};
use doorward_core::role::Role;
use doorward_core::statement::ReceiptBody;
use doorward_core::wire::encode;
use doorward_core::{Code, DecisionId, Expiry, Incarnation, InviteId, KexKey, ServerKey, SignKey, Signature, SpaceId, Timestamp};
use doorward_sqlite::{Options, Sqlite};
use doorward_store::{Record, Store};
use doorward_tests::{Oops, random};
use ed25519_dalek::SigningKey;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// When the first of them came; each later one a second later. Long ago enough for every machine's clock.
const FIRST: u64 = 1_700_000_000;

/// Makes a data folder with a server key and so many accounts. Gives their keys.
pub(super) fn fill(data: &Path, accounts: u32) -> Result<Vec<SignKey>, Oops> {
    fs::DirBuilder::new().mode(0o700).create(data)?;
    let seed: [u8; 32] = random()?;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(data.join("server.key"))?;
    writeln!(file, "{}", hex::encode(seed))?;
    let world = World { server: SignKey(SigningKey::from_bytes(&seed).verifying_key().to_bytes()), accounts };
    let store = Sqlite::open(&data.join("doorward.db"), &Options::new(FIRST, "figures"))?;
    // In order of keys within each kind, and the kinds in order too: a store is filled fastest at its end.
    let kinds: [Kind; 4] = [World::account, World::seat, World::invite, World::used];
    let records = kinds.into_iter().flat_map(|kind| (0..accounts).map(move |number| (kind, number)));
    let mut records = records.zip(1..).map(|((kind, number), revision)| {
        let (key, value) = kind(&world, number);
        Ok(Record::present(key, revision, value))
    });
    store.replace(&mut records)?;
    store.checkpoint()?;
    Ok((0..accounts).map(|number| world.key(number)).collect())
}

/// Makes the record of this number.
type Kind = fn(&World, u32) -> (String, Vec<u8>);

struct World {
    server: ServerKey,
    accounts: u32,
}

impl World {
    /// Bytes that look like chance, and rise with the number.
    fn bytes(&self, what: &str, number: u32) -> [u8; 32] {
        let mut bytes = sha256(&[what.as_bytes(), &number.to_be_bytes()]);
        let rank = u64::from(number) * (u64::MAX / u64::from(self.accounts));
        bytes[..8].copy_from_slice(&rank.to_be_bytes());
        bytes
    }

    fn id(&self, what: &str, number: u32) -> [u8; 16] {
        let mut id = [0; 16];
        id.copy_from_slice(&self.bytes(what, number)[..16]);
        id
    }

    fn key(&self, number: u32) -> SignKey {
        SignKey(self.bytes("account", number))
    }

    fn signature(&self, what: &str, number: u32) -> Signature {
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&self.bytes(what, number));
        signature[32..].copy_from_slice(&sha256(&[what.as_bytes(), b"s", &number.to_be_bytes()]));
        Signature(signature)
    }

    fn came(&self, number: u32) -> Timestamp {
        Timestamp(FIRST + u64::from(number))
    }

    fn via(&self, number: u32) -> InviteId {
        InviteId(self.id("invite", number))
    }

    fn incarnation(&self, number: u32) -> Incarnation {
        Incarnation(self.id("incarnation", number))
    }

    /// `a.`
    fn account(&self, number: u32) -> (String, Vec<u8>) {
        let (incarnation, via) = (self.incarnation(number), Via::Invite(self.via(number)));
        let account = Account {
            kex_key: KexKey(self.bytes("kex", number)),
            binding: Some(self.signature("binding", number)),
            handle: format!("Guest {number}"),
            standing: Standing::Active,
            incarnation,
            epoch: 0,
            created_at: self.came(number),
            via,
            invited_by: self.server,
            decision: DecisionId(self.id("decision", number)),
        };
        let seat = Seat { incarnation, role: Role::Member, tags: Vec::new(), joined_at: self.came(number), via };
        let record = KeyRecord { account: Some(account), seat: Some(seat), ..KeyRecord::default() };
        (keys::account(&self.key(number)), record.to_stored())
    }

    /// `o.`
    fn seat(&self, number: u32) -> (String, Vec<u8>) {
        (keys::roster(&SpaceId::SERVER, self.came(number), &self.key(number)), Vec::new())
    }

    /// `v.`
    fn invite(&self, number: u32) -> (String, Vec<u8>) {
        let id = self.via(number);
        let claims = Claims {
            version: VERSION,
            server: self.server,
            invite: id,
            invite_key: SignKey(self.bytes("invite key", number)),
            space: SpaceId::SERVER,
            role: Role::Member,
            max_uses: 1,
            expires: Expiry::At(self.came(number).plus(604_800)),
            greeting: String::new(),
            rooms: Vec::new(),
            tags: Vec::new(),
            issuer: self.server,
            issuer_incarnation: Incarnation::NONE,
            issuer_epoch: 0,
            issuer_handle: "Ada".into(),
            rebind: None,
        };
        let invite = SignedClaims {
            claims: encode(&claims),
            issuer_signature: self.signature("issuer", number),
            invite_signature: self.signature("invite", number),
        };
        let record = InviteRecord {
            invite,
            label: String::new(),
            salt: Some(self.id("salt", number)),
            minted_at: self.came(number),
            restore_epoch: 0,
            uses: 1,
            closed: Some(Closed::UsedUp),
        };
        (keys::invite(&id), record.to_stored())
    }

    /// `w.`
    fn used(&self, number: u32) -> (String, Vec<u8>) {
        let (invite, account, incarnation) = (self.via(number), self.key(number), self.incarnation(number));
        let decision = DecisionId(self.id("decision", number));
        let receipt = ReceiptBody {
            server: self.server,
            decision,
            invite,
            account,
            incarnation,
            space: SpaceId::SERVER,
            role: Role::Member,
            at: self.came(number),
            skipped: Vec::new(),
        };
        let at = self.came(number);
        let used =
            Use { incarnation, handle: format!("Guest {number}"), at, code: Code::Allowed, decision, receipt: Some(receipt) };
        (keys::invite_use(&invite, &account), used.to_stored())
    }
}

//! A store with many accounts, each of whom came by an invite of its own, and a network that every tenth is in: true records in the core's encoding, put in
//! through the store contract's import. What is left out is their history (`d`, `c`, `j`, `r`), which no question and no
//! redeem reads.

use doorward_core::claims::{Claims, SignedClaims, VERSION};
use doorward_core::digest::sha256;
use doorward_core::record::{
    Account, ChildRoot, Closed, InviteRecord, JoinRule, KeyRecord, MemberCount, MemberRecord, Named, Pause, Seat, Space,
    Standing, Stored, Use, Via, keys,
};
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
    let kinds: [(Kind, u32); 10] = [
        (World::account, 1),
        (World::joined, MEMBERS_OF),
        (World::joined_network, MEMBERS_OF),
        (World::member, MEMBERS_OF),
        (World::count, accounts),
        (World::seat, 1),
        (World::network_seat, MEMBERS_OF),
        (World::network, accounts),
        (World::invite, 1),
        (World::used, 1),
    ];
    let every = |step: u32| (0..accounts).step_by(step as usize);
    let named = std::iter::once((World::name as Kind, 0));
    let records = kinds.into_iter().flat_map(|(kind, step)| every(step).map(move |number| (kind, number))).chain(named);
    let mut records = records.zip(1..).map(|((kind, number), revision)| {
        let (key, value) = kind(&world, number);
        Ok(Record::present(key, revision, value))
    });
    store.replace(&mut records)?;
    store.checkpoint()?;
    Ok((0..accounts).map(|number| world.key(number)).collect())
}

/// The network, which every so manieth account is a member of.
pub(super) const NETWORK: SpaceId = SpaceId([7; 16]);
pub(super) const MEMBERS_OF: u32 = 10;

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
        let spaces_owned = u32::from(number == 0);
        let record = KeyRecord { account: Some(account), seat: Some(seat), spaces_owned, ..KeyRecord::default() };
        (keys::account(&self.key(number)), record.to_stored())
    }

    /// `o.`
    fn seat(&self, number: u32) -> (String, Vec<u8>) {
        (keys::roster(&SpaceId::SERVER, self.came(number), &self.key(number)), Vec::new())
    }

    /// `m.`
    fn member(&self, number: u32) -> (String, Vec<u8>) {
        let role = if number == 0 { Role::Owner } else { Role::Member };
        let (incarnation, joined_at) = (self.incarnation(number), self.came(number));
        let seat = Seat { incarnation, role, tags: Vec::new(), joined_at, via: Via::Direct };
        let record = MemberRecord { seat: Some(seat), ..MemberRecord::default() };
        (keys::member(&NETWORK, &self.key(number)), record.to_stored())
    }

    /// `b.` of a key
    fn joined(&self, number: u32) -> (String, Vec<u8>) {
        (keys::joined(&self.key(number)), MemberCount { members: 1, revision: 1 }.to_stored())
    }

    /// `b.` of a key and the network
    fn joined_network(&self, number: u32) -> (String, Vec<u8>) {
        (keys::joined_space(&self.key(number), &NETWORK), vec![1])
    }

    /// `n.` of the network
    fn count(&self, _: u32) -> (String, Vec<u8>) {
        (keys::members(&NETWORK), MemberCount { members: self.accounts.div_ceil(MEMBERS_OF), revision: 1 }.to_stored())
    }

    /// `o.` of the network
    fn network_seat(&self, number: u32) -> (String, Vec<u8>) {
        (keys::roster(&NETWORK, self.came(number), &self.key(number)), vec![1])
    }

    /// `s.` of the network
    fn network(&self, _: u32) -> (String, Vec<u8>) {
        let child = ChildRoot { listed: true, era: 0, since: Timestamp(FIRST), remembered: Incarnation::NONE };
        let space = Space {
            name: "crowd".into(),
            join_rule: JoinRule::Open,
            max_members: 0,
            description: String::new(),
            governed: true,
            pause: Pause::No,
            owner: Some(self.key(0)),
            server: None,
            child: Some(child),
        };
        (keys::space(&NETWORK), space.to_stored())
    }

    /// `u.`
    fn name(&self, _: u32) -> (String, Vec<u8>) {
        (keys::name("crowd"), Named { space: NETWORK }.to_stored())
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

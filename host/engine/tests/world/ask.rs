//! Requests of every kind, by and about a dozen people.

use doorward_core::claims::{Claims, SignedClaims, VERSION};
use doorward_core::digest::sha256;
use doorward_core::record::{Inbox, InviteRecord, JoinRule, KeyRecord, MemberRecord, Stored, claims_digest, keys};
use doorward_core::role::{Permission, Role};
use doorward_core::statement::RedeemStatement;
use doorward_core::wire::{
    Asker, Ban, Can, Command, CreateSpace, HttpAuth, Init, InviteAccount, InviteFilter, ListInvites, ListKeys, ListSpaces,
    Member, Mint, Paging, Preview, Prove, Redeem, Register, Respond, SetRole, SetTags, ShowInvite, SpaceFilter, UpdateSpace,
};
use doorward_core::{DecisionId, Expiry, Incarnation, InviteId, KexKey, Nonce, SignKey, Signature, SpaceId};

use super::{SERVER, World};

const OWNER: SignKey = SignKey([1; 32]);

/// Setting the server up, and redeeming the invite that this makes.
pub(super) fn owner_comes_in(world: &mut World) -> (Command, Command) {
    let mut claims = claims(world, SERVER, SpaceId::SERVER, 0);
    claims.role = Role::Owner;
    claims.max_uses = 1;
    claims.expires = Expiry::At(world.now.plus(3600));
    let invite = signed(&claims);
    let redeem = redeem(world, 0, &invite, OWNER);
    (Command::Init(Init { name: "a server".into(), invite }.into()), redeem)
}

/// A random request by a random asker.
pub(super) fn something(world: &mut World) -> (Asker, Command) {
    let key = SignKey([world.random.below(12) as u8; 32]);
    let number = world.random.below(8) as u8;
    let paging = Paging { after: String::new(), limit: 1 + world.random.below(20) as u16 };
    let invite = InviteId::of(&invite_key(number));
    let space = place(world);
    let member = Member { space, key };
    let command = match world.random.below(32) {
        0 => Command::Describe,
        1 => Command::Register(Register { sign_key: key, kex_key: KexKey([number; 32]), handle: "someone".into() }.into()),
        2 => Command::Prove(Prove { binding: Signature([3; 64]) }),
        3 => Command::ShowAccount(key),
        4 => Command::ListAccounts(paging),
        5 => Command::Revoke(key),
        6 => Command::Restore(key),
        7 => Command::Delete(key),
        8 | 9 => Command::Can(Can { account: key, permission: Permission::Query, space }),
        10 if number < 4 => Command::Audit,
        10 => Command::HasAdmin,
        11 => Command::Tidy(DecisionId([number; 16])),
        12 => Command::CancelInvite(invite),
        13 => Command::ListInvites(ListInvites { space, filter: InviteFilter::Live, paging }),
        14 => Command::ShowInvite(ShowInvite { invite, paging }),
        15 => preview(world, number),
        16 => {
            let invite = signed(&claims(world, OWNER, space, number));
            Command::Mint(Mint { invite, label: "for the team".into(), salt: Some([7; 16]) }.into())
        }
        17 => {
            let invite = minted(world, number).unwrap_or_else(|| signed(&claims(world, OWNER, space, number)));
            redeem(world, number, &invite, key)
        }
        18 if number < 4 => Command::SetRole(SetRole { member, role: Role::Admin }),
        18 => Command::SetTags(SetTags { member, tags: vec!["team".into()] }.into()),
        19 if number < 4 => Command::Kick(member),
        19 => Command::Ban(Ban { member, reason: "loud".into(), until: Expiry::Never }.into()),
        20 => Command::Unban(member),
        21 if number < 4 => Command::Allow(member),
        21 => Command::ListAllowed(ListKeys { space, paging }),
        22 => Command::UpdateSpace(update(space, number).into()),
        23 => {
            let name = format!("network-{number}");
            let (description, join_rule, max_members) = (String::new(), JoinRule::Open, u32::from(number));
            Command::CreateSpace(CreateSpace { name, description, join_rule, max_members, listed: number < 6 }.into())
        }
        24 if number < 2 => Command::DeleteSpace(space),
        24 => Command::ListSpaces(ListSpaces { filter: if number < 5 { SpaceFilter::Mine } else { SpaceFilter::Found }, paging }),
        25 => Command::ListMembers(ListKeys { space, paging }),
        26 => Command::Enter(space),
        28 => Command::InviteAccount(InviteAccount { member, role: Role::Member }),
        29 if number < 4 => Command::Inbox,
        29 => Command::Respond(Respond { invite: waiting(world).unwrap_or(invite), accept: number < 7 }),
        27 => Command::Tidy(job(world).unwrap_or(DecisionId([number; 16]))),
        _ => Command::IsAuthorized(key),
    };
    let asker = match world.random.below(10) {
        0 | 1 => Asker::Operator,
        2 | 3 => Asker::Service,
        4 | 5 => Asker::Stranger,
        6 => by(world, key),
        _ => by(world, OWNER),
    };
    (asker, command)
}

/// An invite that waits in somebody's inbox.
fn waiting(world: &mut World) -> Option<InviteId> {
    let inboxes = world.store.iter().filter(|(key, _)| key.starts_with("i."));
    let found: Vec<InviteId> = inboxes
        .filter_map(|(_, (_, bytes))| Inbox::from_stored(bytes).ok())
        .flat_map(|inbox| inbox.offers.into_iter().map(|offer| offer.id))
        .collect();
    (!found.is_empty()).then(|| found[world.random.below(found.len())])
}

/// The server, or a network that there is.
fn place(world: &mut World) -> SpaceId {
    let found = |key: &String| keys::trailing_space(key).filter(|_| key.starts_with("s."));
    let spaces: Vec<SpaceId> = world.store.keys().filter_map(found).collect();
    match world.random.below(3) {
        0 if !spaces.is_empty() => spaces[world.random.below(spaces.len())],
        _ => SpaceId::SERVER,
    }
}

/// A job that was left for housekeeping.
fn job(world: &World) -> Option<DecisionId> {
    world.store.keys().find_map(|key| DecisionId::from_hex(key.strip_prefix(keys::JOBS)?))
}

fn update(space: SpaceId, number: u8) -> UpdateSpace {
    let is_server = space == SpaceId::SERVER;
    UpdateSpace {
        space,
        name: None,
        join_rule: (!is_server).then_some(JoinRule::Open),
        max_members: Some(u32::from(number) + 40),
        description: Some("about".into()),
        pause: None,
        listed: (!is_server).then_some(number < 4),
        governed: (!is_server).then_some(number > 2),
    }
}

/// A signed request by this account.
fn by(world: &mut World, key: SignKey) -> Asker {
    let read = world.random.below(2) == 0;
    let auth = HttpAuth {
        key,
        method: if read { "GET" } else { "POST" }.into(),
        target_uri: "https://door.example/v1/something".into(),
        content_digest: (!read).then_some([9; 32]),
        created: world.now,
        nonce: Nonce(world.random.bytes()),
        signature: world.random.bytes(),
    };
    Asker::Account(auth.into())
}

fn invite_key(number: u8) -> SignKey {
    SignKey([100 + number; 32])
}

/// An invite as it was minted.
fn minted(world: &World, number: u8) -> Option<SignedClaims> {
    let (_, bytes) = world.store.get(&keys::invite(&InviteId::of(&invite_key(number))))?;
    InviteRecord::from_stored(bytes).ok().map(|record| record.invite)
}

fn claims(world: &World, issuer: SignKey, space: SpaceId, number: u8) -> Claims {
    let stored = |key: String| world.store.get(&key).map(|(_, bytes)| bytes);
    let account = stored(keys::account(&issuer)).and_then(|bytes| KeyRecord::from_stored(bytes).ok()?.account);
    let there = stored(keys::member(&space, &issuer)).and_then(|bytes| MemberRecord::from_stored(bytes).ok());
    Claims {
        version: VERSION,
        server: SERVER,
        invite: InviteId::of(&invite_key(number)),
        invite_key: invite_key(number),
        space,
        role: Role::Member,
        max_uses: u32::from(number),
        expires: Expiry::At(doorward_core::Timestamp(1_795_147_200 + 86_400)),
        greeting: "Come in".into(),
        rooms: Vec::new(),
        tags: Vec::new(),
        issuer,
        issuer_incarnation: account.as_ref().map_or(Incarnation::NONE, |account| account.incarnation),
        issuer_epoch: account.as_ref().map_or(0, |account| account.epoch) + there.map_or(0, |there| there.epoch),
        issuer_handle: account.map_or_else(String::new, |account| account.handle),
        rebind: None,
    }
}

fn signed(claims: &Claims) -> SignedClaims {
    let claims = doorward_core::wire::encode(claims);
    SignedClaims { claims, issuer_signature: Signature([4; 64]), invite_signature: Signature([5; 64]) }
}

fn redeem(world: &mut World, number: u8, invite: &SignedClaims, who: SignKey) -> Command {
    let id = InviteId::of(&invite_key(number));
    let statement = RedeemStatement {
        server: SERVER,
        invite: id,
        claims_digest: claims_digest(invite),
        sign_key: who,
        kex_key: KexKey([6; 32]),
        handle: "newcomer".into(),
        request_id: Nonce(world.random.bytes()),
        created: world.now,
    };
    Command::Redeem(
        Redeem {
            invite: id,
            invite_key: invite_key(number),
            statement,
            invite_signature: sha256(&[b"invite"]),
            account_signature: sha256(&[b"account"]),
            binding: Signature([8; 64]),
        }
        .into(),
    )
}

fn preview(world: &World, number: u8) -> Command {
    Command::Preview(
        Preview {
            invite: InviteId::of(&invite_key(number)),
            invite_key: invite_key(number),
            created: world.now,
            signature: [2; 32],
            account: None,
        }
        .into(),
    )
}

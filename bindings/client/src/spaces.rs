//! Spaces: making, listing and deleting networks; what a space is called and who may join; coming in without an invite,
//! and leaving.

use crate::error::Error;
use crate::invites::page;
use crate::session::Session;
use doorward_core::view::{
    AccountAnswer, AccountView, CreateSpaceBody, Cursor, JoinBody, MemberAnswer, MemberView, Outcome, SpaceAnswer, SpaceList,
    SpaceView, Spelling, Spelt, UpdateSpaceBody,
};
use doorward_core::wire::SpaceFilter;
use doorward_core::{Code, SpaceId};
use unicode_normalization::UnicodeNormalization;

impl Session {
    /// Makes a network, which this account owns.
    pub async fn create_space(&self, network: CreateSpaceBody) -> Result<SpaceView, Error> {
        let body = CreateSpaceBody { description: network.description.nfc().collect(), ..network };
        let made = self.send::<SpaceAnswer>("POST", "/v1/spaces", &body).await?.space;
        if made.name == body.name { Ok(made) } else { Err(Error::BadAnswer("it is about another space")) }
    }

    /// One page of networks: those this account is in, or those it may find. It may hold fewer than asked for, and yet not
    /// be the last.
    pub async fn spaces(
        &self,
        filter: SpaceFilter,
        after: Option<&Spelt<Cursor>>,
        limit: Option<u16>,
    ) -> Result<SpaceList, Error> {
        self.get(&format!("/v1/spaces?show={}{}", filter.spell(), page('&', after, limit))).await
    }

    /// A space as this account may see it.
    pub async fn space(&self, space: &SpaceId) -> Result<SpaceView, Error> {
        about(space, self.get(&format!("/v1/spaces/{space}")).await?)
    }

    /// Changes a space; what `change` leaves out is kept. Members stay, whatever changes.
    pub async fn update_space(&self, space: &SpaceId, change: UpdateSpaceBody) -> Result<SpaceView, Error> {
        let normal = |text: Option<String>| text.map(|text| text.nfc().collect());
        let body = UpdateSpaceBody { name: normal(change.name), description: normal(change.description), ..change };
        about(space, self.send("PATCH", &format!("/v1/spaces/{space}"), &body).await?)
    }

    /// Comes in without an invite, where the space's rule lets these keys. They need no account yet, and should be saved
    /// already: an account without its keys is lost.
    pub async fn join(&self, space: &SpaceId, handle: &str) -> Result<AccountView, Error> {
        let body = JoinBody {
            kex_key: self.keys().kex_key().into(),
            handle: handle.nfc().collect(),
            binding: self.keys().binding(self.client().server_key()).into(),
        };
        let account = self.send::<AccountAnswer>("POST", &format!("/v1/spaces/{space}/join"), &body).await?.account;
        if account.key.read() == Ok(self.sign_key()) { Ok(account) } else { Err(Error::BadAnswer("it is about another account")) }
    }

    /// Comes into a network with the account there is, where the network's rule lets it.
    pub async fn enter(&self, space: &SpaceId) -> Result<MemberView, Error> {
        let member = self.send_empty::<MemberAnswer>("POST", &format!("/v1/spaces/{space}/enter")).await?.member;
        if member.key.read() == Ok(self.sign_key()) { Ok(member) } else { Err(Error::BadAnswer("it is about another account")) }
    }

    /// Leaves a space. What this account offered there is void for good.
    pub async fn leave(&self, space: &SpaceId) -> Result<Code, Error> {
        done(self.send_empty("POST", &format!("/v1/spaces/{space}/leave")).await?)
    }

    /// Deletes a network for good: it is gone at once, with its members' places, its bans and its invites.
    pub async fn delete_space(&self, space: &SpaceId) -> Result<Code, Error> {
        done(self.send_empty("DELETE", &format!("/v1/spaces/{space}")).await?)
    }
}

fn done(outcome: Outcome) -> Result<Code, Error> {
    outcome.code.read().map_err(|_| Error::BadAnswer("a code this release does not know"))
}

fn about(space: &SpaceId, answer: SpaceAnswer) -> Result<SpaceView, Error> {
    if answer.space.space.read() == Ok(*space) { Ok(answer.space) } else { Err(Error::BadAnswer("it is about another space")) }
}

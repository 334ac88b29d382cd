//! A space itself: what it is called, who may join; coming in without an invite, and leaving.

use crate::error::Error;
use crate::session::Session;
use doorward_core::view::{AccountAnswer, AccountView, JoinBody, Outcome, SpaceAnswer, SpaceView, UpdateSpaceBody};
use doorward_core::{Code, SpaceId};
use unicode_normalization::UnicodeNormalization;

impl Session {
    /// A space as its members see it.
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

    /// Leaves a space. What this account offered there is void for good.
    pub async fn leave(&self, space: &SpaceId) -> Result<Code, Error> {
        let outcome: Outcome = self.send_empty("POST", &format!("/v1/spaces/{space}/leave")).await?;
        outcome.code.read().map_err(|_| Error::BadAnswer("a code this release does not know"))
    }
}

fn about(space: &SpaceId, answer: SpaceAnswer) -> Result<SpaceView, Error> {
    if answer.space.space.read() == Ok(*space) { Ok(answer.space) } else { Err(Error::BadAnswer("it is about another space")) }
}

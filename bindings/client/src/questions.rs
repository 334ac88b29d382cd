//! The questions services ask. Anything but an answer is a "no": whoever gets an error must refuse.

use crate::error::Error;
use crate::session::Session;
use doorward_core::role::Permission;
use doorward_core::view::{Authorization, AuthorizedBody, AuthorizedList, CanAnswer, KeyAuthorization, MAX_KEYS};
use doorward_core::{SignKey, SpaceId};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Whoever may ask: an account with `query`, or a service on the service listener.
pub(crate) trait Asker {
    async fn get<T: DeserializeOwned>(&self, target: &str) -> Result<T, Error>;
    async fn post<T: DeserializeOwned>(&self, target: &str, body: &impl Serialize) -> Result<T, Error>;
}

impl Asker for Session {
    async fn get<T: DeserializeOwned>(&self, target: &str) -> Result<T, Error> {
        Session::get(self, target).await
    }

    async fn post<T: DeserializeOwned>(&self, target: &str, body: &impl Serialize) -> Result<T, Error> {
        self.send("POST", target, body).await
    }
}

/// May this account be here at all?
pub(crate) async fn is_authorized(asker: &impl Asker, key: &SignKey) -> Result<Authorization, Error> {
    asker.get(&format!("/v1/authorized/{key}")).await
}

/// The same about many.
pub(crate) async fn authorized(asker: &impl Asker, keys: &[SignKey]) -> Result<Vec<KeyAuthorization>, Error> {
    let mut all = Vec::with_capacity(keys.len());
    for some in keys.chunks(MAX_KEYS) {
        let body = AuthorizedBody { keys: some.iter().map(|key| (*key).into()).collect() };
        let answers = asker.post::<AuthorizedList>("/v1/authorized", &body).await?.answers;
        // An answer about another key would be a "yes" for the wrong one.
        if !answers.iter().map(|answer| answer.key.read()).eq(some.iter().map(|key| Ok(*key))) {
            return Err(Error::BadAnswer("it is about other accounts"));
        }
        all.extend(answers);
    }
    Ok(all)
}

/// Does the server have an active owner?
pub(crate) async fn has_admin(asker: &impl Asker) -> Result<Authorization, Error> {
    asker.get("/v1/has-admin").await
}

/// What an account with permission `query` may ask from afar.
impl Session {
    /// May this account be here at all? One question.
    pub async fn is_authorized(&self, key: &SignKey) -> Result<Authorization, Error> {
        is_authorized(self, key).await
    }

    /// The same about many, one answer a key in the order of the question; 1,000 a request.
    pub async fn authorized(&self, keys: &[SignKey]) -> Result<Vec<KeyAuthorization>, Error> {
        authorized(self, keys).await
    }

    /// Does the server have an active owner?
    pub async fn has_admin(&self) -> Result<Authorization, Error> {
        has_admin(self).await
    }

    /// May this account do that there, and why?
    pub async fn can(&self, account: &SignKey, permission: Permission, space: &SpaceId) -> Result<CanAnswer, Error> {
        Session::get(self, &format!("/v1/can?account={account}&permission={}&space={space}", permission.name())).await
    }
}

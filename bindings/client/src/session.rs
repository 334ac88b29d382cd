//! An account at a server: requests signed by its keys.

use crate::client::{Client, Sending, to_body};
use crate::error::Error;
use crate::identity::Identity;
use crate::key_ring::Sharing;
use crate::keys::Keys;
use crate::signed;
use doorward_core::{Code, Nonce, SignKey};
use hyper::body::{Bytes, Incoming};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A client that signs as one account. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Session {
    client: Client,
    keys: Arc<Keys>,
}

impl Client {
    /// Signs as this identity from now on. Keys made for another server are `other-server`, unless sharing them was
    /// allowed.
    pub fn sign_in(&self, identity: Identity, sharing: Sharing) -> Result<Session, Error> {
        if identity.server_key != *self.server_key() && sharing == Sharing::Refused {
            return Err(Error::Local(Code::OtherServer));
        }
        Ok(Session { client: self.clone(), keys: Arc::new(identity.keys) })
    }
}

impl Session {
    /// The server.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The keys that sign.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Who signs.
    pub fn sign_key(&self) -> SignKey {
        self.keys.sign_key()
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, target: &str) -> Result<T, Error> {
        self.call("GET", target, Bytes::new()).await
    }

    pub(crate) async fn send<T: DeserializeOwned>(&self, method: &str, target: &str, body: &impl Serialize) -> Result<T, Error> {
        self.call(method, target, to_body(body)).await
    }

    pub(crate) async fn send_empty<T: DeserializeOwned>(&self, method: &str, target: &str) -> Result<T, Error> {
        self.call(method, target, Bytes::new()).await
    }

    /// A GET whose answer is read as it comes.
    pub(crate) async fn open(&self, target: &str) -> Result<Incoming, Error> {
        let nonce = Nonce(self.client.ambient().bytes()?);
        let target_uri = format!("{}{target}", self.client.public_url());
        let sign = || {
            let headers = signed::sign(&self.keys, "GET", &target_uri, &[], self.client.now(), &nonce);
            Sending { method: "GET", target, body: Bytes::new(), headers }
        };
        match self.client.open(&sign()).await {
            Err(error) if self.client.learn_time(&error) => self.client.open(&sign()).await,
            result => result,
        }
    }

    /// One request id for the whole call: repeated after network failures, and once more when our clock was wrong.
    async fn call<T: DeserializeOwned>(&self, method: &str, target: &str, body: Bytes) -> Result<T, Error> {
        let nonce = Nonce(self.client.ambient().bytes()?);
        let target_uri = format!("{}{target}", self.client.public_url());
        let sign = || Sending {
            method,
            target,
            body: body.clone(),
            headers: signed::sign(&self.keys, method, &target_uri, &body, self.client.now(), &nonce),
        };
        match self.client.send(&sign()).await {
            Err(error) if self.client.learn_time(&error) => self.client.send(&sign()).await,
            result => result,
        }
    }
}

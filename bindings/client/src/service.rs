//! A service on the server's own machine: asks on the service listener, a Unix socket that only the operator's services
//! can open, without keys and without signatures.

use crate::client::{Options, Sending, read, send, to_body};
use crate::error::Error;
use crate::questions::{self, Asker};
use crate::transport::Transport;
use doorward_core::SignKey;
use doorward_core::view::{Authorization, KeyAuthorization};
use hyper::body::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::PathBuf;

/// The server as its services reach it. Cheap to clone; clones share connections.
#[derive(Clone, Debug)]
pub struct ServiceSocket {
    transport: Transport,
    options: Options,
}

impl ServiceSocket {
    /// The service listener at this path, by default `service.sock` in the server's data folder. Connects with the
    /// first question.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self::with(path, Options::default())
    }

    /// [`ServiceSocket::at`], with patience of one's own.
    pub fn with(path: impl Into<PathBuf>, options: Options) -> Self {
        Self { transport: Transport::for_socket(path.into()), options }
    }

    /// May this account be here at all? One question.
    pub async fn is_authorized(&self, key: &SignKey) -> Result<Authorization, Error> {
        questions::is_authorized(self, key).await
    }

    /// The same about many, one answer a key in the order of the question; 1,000 a request.
    pub async fn authorized(&self, keys: &[SignKey]) -> Result<Vec<KeyAuthorization>, Error> {
        questions::authorized(self, keys).await
    }

    /// Does the server have an active owner?
    pub async fn has_admin(&self) -> Result<Authorization, Error> {
        questions::has_admin(self).await
    }

    async fn call<T: DeserializeOwned>(&self, method: &str, target: &str, body: Bytes) -> Result<T, Error> {
        let sending = Sending { method, target, body, headers: Vec::new() };
        // The host is only for the request line: the socket is the address.
        read(&send(&self.transport, "http://localhost", &sending, &self.options.retry, &self.options.ambient).await?)
    }
}

impl Asker for ServiceSocket {
    async fn get<T: DeserializeOwned>(&self, target: &str) -> Result<T, Error> {
        self.call("GET", target, Bytes::new()).await
    }

    async fn post<T: DeserializeOwned>(&self, target: &str, body: &impl Serialize) -> Result<T, Error> {
        self.call("POST", target, to_body(body)).await
    }
}

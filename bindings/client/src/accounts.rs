//! Accounts: one's own, everybody's, and the verbs of those who manage them.

use crate::error::Error;
use crate::invites::page;
use crate::session::Session;
use doorward_core::view::{
    AccountAnswer, AccountChanged, AccountList, AccountView, Cursor, Outcome, ProveBody, RegisterBody, Spelt,
};
use doorward_core::{Code, KexKey, SignKey};
use unicode_normalization::UnicodeNormalization;

impl Session {
    /// One's own account.
    pub async fn whoami(&self) -> Result<AccountView, Error> {
        self.account(&self.sign_key()).await
    }

    /// One account, as far as one may see it.
    pub async fn account(&self, key: &SignKey) -> Result<AccountView, Error> {
        let account = self.get::<AccountAnswer>(&format!("/v1/accounts/{key}")).await?.account;
        if account.key.read() == Ok(*key) { Ok(account) } else { Err(Error::BadAnswer("it is about another account")) }
    }

    /// One page of accounts, in order of key.
    pub async fn accounts(&self, after: Option<&Spelt<Cursor>>, limit: Option<u16>) -> Result<AccountList, Error> {
        self.get(&format!("/v1/accounts{}", page('?', after, limit))).await
    }

    /// Adds an account without an invite. It is unproved until it proves that it holds its keys ([`Session::prove`]).
    pub async fn register(&self, sign_key: SignKey, kex_key: KexKey, handle: &str) -> Result<AccountView, Error> {
        let body = RegisterBody { sign_key: sign_key.into(), kex_key: kex_key.into(), handle: handle.nfc().collect() };
        Ok(self.send::<AccountAnswer>("POST", "/v1/accounts", &body).await?.account)
    }

    /// Supplies one's own signature over one's keys, after somebody else registered them.
    pub async fn prove(&self) -> Result<Code, Error> {
        let body = ProveBody { binding: self.keys().binding(self.client().server_key()).into() };
        let outcome: Outcome = self.send("PUT", &format!("/v1/accounts/{}/proof", self.sign_key()), &body).await?;
        outcome.code.read().map_err(|_| Error::BadAnswer("a code this release does not know"))
    }

    /// Refuses an account from now on.
    pub async fn revoke(&self, key: &SignKey) -> Result<AccountChanged, Error> {
        self.send_empty("POST", &format!("/v1/accounts/{key}/revoke")).await
    }

    /// Undoes a revoke. What the account lost by it stays lost: links it made before do not come back.
    pub async fn restore(&self, key: &SignKey) -> Result<AccountChanged, Error> {
        self.send_empty("POST", &format!("/v1/accounts/{key}/restore")).await
    }

    /// Deletes an account for good.
    pub async fn delete(&self, key: &SignKey) -> Result<AccountChanged, Error> {
        self.send_empty("DELETE", &format!("/v1/accounts/{key}")).await
    }
}

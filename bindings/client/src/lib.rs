//! A client for Doorward servers: typed calls over HTTP, signed (RFC 9421), repeated under one request id until they
//! are answered, with everything a server says about invites and receipts verified by the core.
//!
//! **What it promises.** No secret leaves this machine: tokens and keys sign, and are never sent. What carries a
//! signature is verified before it is handed out. A write whose answer was lost is repeated under the same request id,
//! so that it is done once.
//!
//! **What it does not do.** It decides nothing: verdicts are the server's, or the core's on this machine.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use doorward_client::{Client, Identity, Invitation, KeyRing, Sharing};
//!
//! let ring = KeyRing::at("/home/ada/.local/share/doorward/keys");
//! let invitation = Invitation::read("https://door.example/i#…").map_err(doorward_client::Error::Local)?;
//! let client = Client::connect("https://door.example").await?;
//! let preview = client.preview(&invitation, None).await?;
//! let identity = client.new_identity("Ada")?;
//! ring.save(&identity, Sharing::Refused)?;
//! let joined = client.redeem(&invitation, &preview.invite, "Ada", &identity.keys).await?;
//! println!("in as {}", joined.receipt.receipt().body.role.name());
//! let session = client.sign_in(identity, Sharing::Refused)?;
//! println!("{} people", session.accounts(None, None).await?.items.len());
//! # Ok(()) }
//! ```
//!
//! Modules in reading order: what is held ([`Keys`], [`Identity`], [`KeyRing`], [`Invitation`], [`SignedReceipt`]),
//! who is asked ([`Client`], [`Session`], `ServiceSocket`), what is asked (`door`, `invites`, `accounts`,
//! `spaces`, `members`, `questions`, `events`), and how it fails ([`Error`]).

mod accounts;
mod ambient;
mod audit;
mod client;
mod door;
mod error;
mod events;
mod identity;
mod inbox;
mod invitation;
mod invites;
mod key_ring;
mod keys;
mod members;
mod pending;
mod questions;
mod receipt;
mod retry;
#[cfg(unix)]
mod service;
mod session;
mod signed;
mod spaces;
mod transport;

pub use ambient::{Ambient, NoEntropy};
pub use client::{Client, Options};
pub use door::{Joined, Preview, Verdict};
pub use error::{Error, NotDerivable, Refusal};
pub use events::{Events, Told};
pub use identity::{BadIdentity, Identity};
pub use invitation::Invitation;
pub use invites::{Issuer, MintOptions, MintedInvite, Until};
pub use key_ring::{KeyRing, KeyRingError, Sharing, read_identity};
pub use keys::{Keys, Seeds};
pub use receipt::SignedReceipt;
pub use retry::Retry;
#[cfg(unix)]
pub use service::ServiceSocket;
pub use session::Session;
pub use transport::NetworkError;

#[cfg(test)]
mod tests;

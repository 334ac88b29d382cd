//! HTTP: one resource a file, assembled in [`router`]. A handler decides nothing: it reads a request into a command,
//! asks the shell, and renders the answer. What cannot be read is refused before anyone is asked.
//!
//! Reading order: [`door`] (what handlers share), [`signed`] (RFC 9421 headers), [`incoming`] (who asks, with which
//! body), [`problem`] and [`status`] (how it is refused), the resources, [`table`] (every [`operation`]), [`router`],
//! [`openapi`] (what the table says, for others), [`listener`] (sockets, timeouts).

mod accounts;
mod assets;
mod audit;
mod authorized;
mod counts;
mod door;
mod events;
mod health;
mod inbox;
mod incoming;
mod invites;
mod limits;
mod listener;
mod members;
mod metrics;
mod observe;
mod openapi;
mod operation;
mod pages;
mod patience;
mod places;
mod problem;
mod router;
mod signed;
mod spaces;
mod status;
mod table;
mod well_known;

pub use door::{Door, Side};
pub(crate) use listener::{Listener, serve};
pub use router::{public, service};
pub use status::status_of;

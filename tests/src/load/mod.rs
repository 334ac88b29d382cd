//! Load on a real daemon that may die at any moment, and a book of everything it said, by which it is judged afterwards.
//!
//! Reading order: [`Owner`] signs what only the owner may ask, [`Deed`] is one request with what it must leave behind,
//! [`Crowd`] sends them from several connections at once, [`Book`] keeps the answers and finds what does not fit.
//! [`StoreFile`] looks at the records below the daemon, with the core's types and none of the host's code.

mod book;
mod crowd;
mod deed;
mod file;
mod owner;

pub use book::{Book, Tally};
pub use crowd::{Crowd, Dice};
pub use deed::{Deed, Done, What};
pub use file::StoreFile;
pub use owner::{Offer, Owner};

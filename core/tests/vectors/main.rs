//! Golden bytes: what every build, in every runtime, must reproduce (`bindings/vectors/`), and published vectors for
//! keys, signatures and times. `DOORWARD_BLESS=1` writes the golden files anew; see their README.
#![allow(unreachable_pub, clippy::unwrap_used)] // nothing here is published, and what fails should fail

#[path = "../kit/mod.rs"]
mod kit;

mod expiry;
mod files;
mod keys;
mod published;
mod records;
mod rfc_9421;
mod scenes;
mod statements;
mod steps;
mod story;
mod texts;

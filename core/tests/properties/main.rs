//! The invariants, each by its name, as properties and state machines: random sequences of all verbs by several people,
//! against a naive model that shares no code with the core's tables.
#![allow(unreachable_pub, clippy::unwrap_used)] // nothing here is published, and what fails should fail

#[path = "../kit/mod.rs"]
mod kit;

mod act;
mod calls;
mod choices;
mod commits;
mod denial;
mod expectations;
mod housekeeping;
mod model;
mod model_place;
mod model_verbs;
mod names;
mod networks;
mod offers;
mod quiet;
mod standing;
mod walk;

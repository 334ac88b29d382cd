//! What every test here stands on: a host without IO that runs the core natively, people with keys, and the laws that
//! every single decision has to keep. No rule is written here.
#![allow(dead_code)] // each test binary uses its own part

pub mod ask;
pub mod audit;
pub mod govern;
pub mod host;
pub mod law;
pub mod network;
pub mod people;
pub mod rng;
pub mod stage;
pub mod table;

pub use ask::{Call, Made};
#[allow(unused_imports)] // the walks name no store
pub use host::{Outcome, Store, World};
pub use people::Person;
#[allow(unused_imports)] // the tables draw nothing
pub use rng::Rng;

//! The memory backend keeps the contract.

use doorward_store::Memory;
use doorward_store::conformance::{Fixture, suite};

suite!(Fixture::new(Memory::new()));

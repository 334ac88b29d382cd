//! Every way not to get an answer. There is no "default answer": the caller refuses.

use std::fmt;

use wasmtime::Trap;

/// Why a step gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecidable {
    /// The module trapped: a panic, an overflow, an access out of bounds, a stack too deep.
    Trap,
    /// The deterministic allowance was used up.
    OutOfFuel,
    /// The epoch deadline passed.
    Deadline,
    /// The answer was empty, too long or not inside the module's memory, or memory for the input was not.
    BadOutput,
    /// The module is not what it was when it was accepted.
    WrongAbi,
    /// The module asked for more memory than it may have.
    Memory,
    /// Request and facts are longer than the engine takes.
    InputTooLong,
    /// Too many instances are alive.
    NoRoom,
}

impl Undecidable {
    /// Every reason, in the order of their counters.
    pub const ALL: [Undecidable; 8] = [
        Undecidable::Trap,
        Undecidable::OutOfFuel,
        Undecidable::Deadline,
        Undecidable::BadOutput,
        Undecidable::WrongAbi,
        Undecidable::Memory,
        Undecidable::InputTooLong,
        Undecidable::NoRoom,
    ];

    /// A stable name for logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Undecidable::Trap => "trap",
            Undecidable::OutOfFuel => "out-of-fuel",
            Undecidable::Deadline => "deadline",
            Undecidable::BadOutput => "bad-output",
            Undecidable::WrongAbi => "wrong-abi",
            Undecidable::Memory => "memory",
            Undecidable::InputTooLong => "input-too-long",
            Undecidable::NoRoom => "no-room",
        }
    }

    /// Sorts what wasmtime reported. `denied` says that a request for memory was turned down: the trap that follows is
    /// the module's way of saying so.
    pub(crate) fn from_error(error: &wasmtime::Error, denied: bool) -> Undecidable {
        if error.is::<wasmtime::PoolConcurrencyLimitError>() {
            return Undecidable::NoRoom;
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => Undecidable::OutOfFuel,
            Some(Trap::Interrupt) => Undecidable::Deadline,
            // `Trap` is non-exhaustive and foreign; every other one is a trap whatever its name.
            Some(_) | None if denied => Undecidable::Memory,
            Some(_) | None => Undecidable::Trap,
        }
    }
}

impl fmt::Display for Undecidable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::error::Error for Undecidable {}

/// Why a module was not accepted. The blame is the operator's, who chose it.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The wasm engine could not be set up on this machine.
    #[error("wasmtime cannot start: {0}")]
    Engine(String),
    /// More bytes than any policy has.
    #[error("the module has {0} bytes; at most {MAX} are compiled", MAX = crate::MAX_MODULE)]
    TooLarge(usize),
    /// Not WebAssembly, or it uses a proposal that is turned off, or too much memory from the start.
    #[error("the module does not compile: {0}")]
    Invalid(String),
    /// It wants something from outside.
    #[error("the module imports {module}.{name}; a policy imports nothing")]
    HasImport {
        /// Module name of the import.
        module: String,
        /// Field name of the import.
        name: String,
    },
    /// An export of the ABI is missing or has another type.
    #[error("the module does not export {0} as the ABI says")]
    BadExport(&'static str),
    /// It speaks another version of the ABI.
    #[error("the module speaks ABI {0}; this host speaks 1")]
    Abi(u32),
    /// It failed before it was asked anything.
    #[error("the module does not run: {0}")]
    NotRunning(Undecidable),
    /// It answered a golden vector with other bytes.
    #[error("golden vector {index} has another answer ({instance} instance)")]
    WrongAnswer {
        /// Position of the vector in the list.
        index: usize,
        /// `fresh` or `reused`.
        instance: &'static str,
    },
    /// It did not answer a golden vector.
    #[error("golden vector {index} got no answer ({instance} instance): {reason}")]
    NoAnswer {
        /// Position of the vector in the list.
        index: usize,
        /// `fresh` or `reused`.
        instance: &'static str,
        /// What went wrong.
        reason: Undecidable,
    },
}

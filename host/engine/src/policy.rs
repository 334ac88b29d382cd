//! A module that has been accepted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use sha2::{Digest, Sha256};
use wasmtime::{Linker, Module};

use crate::abi;
use crate::failure::{LoadError, Undecidable};
use crate::instance::{Instance, Mould};
use crate::limits::{Limits, MAX_MODULE};
use crate::reuse;
use crate::runtime;
use crate::stats::{Counters, Stats};

/// A question whose answer is known, byte for byte.
#[derive(Clone, Copy, Debug)]
pub struct Vector<'a> {
    /// The request's bytes.
    pub request: &'a [u8],
    /// The facts' bytes.
    pub facts: &'a [u8],
    /// The only right answer.
    pub answer: &'a [u8],
}

/// A compiled module that passed every check. Cloning is cheap and shares the counters.
#[derive(Clone)]
pub struct Policy {
    inner: Arc<Inner>,
}

/// What clones share. `id` tells policies apart in each thread's store of kept instances.
pub(crate) struct Inner {
    pub(crate) id: u64,
    pub(crate) mould: Mould,
    pub(crate) counters: Counters,
    digest: [u8; 32],
    wasm: Box<[u8]>,
}

impl Policy {
    /// Compiles `wasm`, checks that it imports nothing and speaks the ABI, and asks it every golden vector, in fresh
    /// instances and twice over in a kept one. Takes about 1 ms per kB.
    ///
    /// # Errors
    /// [`LoadError`] says what is wrong with the module; nothing of it is kept.
    pub fn load(wasm: &[u8], vectors: &[Vector<'_>]) -> Result<Policy, LoadError> {
        Policy::load_with(wasm, vectors, Limits::default())
    }

    /// [`Policy::load`] with other limits on the work of one step.
    ///
    /// # Errors
    /// As [`Policy::load`].
    pub fn load_with(wasm: &[u8], vectors: &[Vector<'_>], limits: Limits) -> Result<Policy, LoadError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        if wasm.len() > MAX_MODULE {
            return Err(LoadError::TooLarge(wasm.len()));
        }
        let invalid = |error: wasmtime::Error| LoadError::Invalid(format!("{error:#}"));
        let engine = runtime::engine().map_err(LoadError::Engine)?;
        let module = Module::from_binary(engine, wasm).map_err(invalid)?;
        let exports = abi::check(&module)?;
        let pre = Linker::new(engine).instantiate_pre(&module).map_err(invalid)?;
        let policy = Policy {
            inner: Arc::new(Inner {
                id: NEXT.fetch_add(1, Relaxed),
                mould: Mould { pre, exports, limits },
                counters: Counters::default(),
                digest: Sha256::digest(wasm).into(),
                wasm: wasm.into(),
            }),
        };
        policy.prove(vectors)?;
        Ok(policy)
    }

    /// SHA-256 of the module's bytes.
    pub fn digest(&self) -> [u8; 32] {
        self.inner.digest
    }

    /// The module's bytes, for whoever keeps every build that ever decided.
    pub fn wasm(&self) -> &[u8] {
        &self.inner.wasm
    }

    /// One step in an instance that has seen nothing before and is dropped afterwards.
    ///
    /// # Errors
    /// [`Undecidable`], counted; the caller refuses.
    pub fn step_fresh(&self, request: &[u8], facts: &[u8]) -> Result<Vec<u8>, Undecidable> {
        let Inner { mould, counters, .. } = &*self.inner;
        match Instance::new(mould).and_then(|mut instance| instance.step(request, facts)) {
            Ok((answer, fuel)) => {
                counters.fresh(fuel);
                Ok(answer)
            }
            Err(reason) => {
                counters.failed(reason);
                Err(reason)
            }
        }
    }

    /// One step in this thread's kept instance, which is made when there is none and dropped on any failure. For
    /// questions that write nothing: it relies on the module to forget, which is tested for `policy.wasm` but cannot be
    /// for any other.
    ///
    /// # Errors
    /// [`Undecidable`], counted; the caller refuses.
    pub fn step_reused(&self, request: &[u8], facts: &[u8]) -> Result<Vec<u8>, Undecidable> {
        let counters = &self.inner.counters;
        match reuse::with(&self.inner, |instance| instance.step(request, facts)) {
            Ok((answer, fuel)) => {
                counters.reused(fuel);
                Ok(answer)
            }
            Err(reason) => {
                counters.failed(reason);
                Err(reason)
            }
        }
    }

    /// The counters since this policy was loaded; its golden vectors are not in them.
    pub fn stats(&self) -> Stats {
        self.inner.counters.read()
    }

    /// The limits it runs under.
    pub fn limits(&self) -> Limits {
        self.inner.mould.limits
    }

    /// Asks version and vectors without touching the counters or this thread's kept instances.
    fn prove(&self, vectors: &[Vector<'_>]) -> Result<(), LoadError> {
        let mould = &self.inner.mould;
        let mut kept = Instance::new(mould).map_err(LoadError::NotRunning)?;
        let version = kept.version().map_err(LoadError::NotRunning)?;
        if version != abi::ABI {
            return Err(LoadError::Abi(version));
        }
        for (index, vector) in vectors.iter().enumerate() {
            let fresh = Instance::new(mould).and_then(|mut instance| instance.step(vector.request, vector.facts));
            judge(index, "fresh", vector, fresh)?;
        }
        for _ in 0..2 {
            for (index, vector) in vectors.iter().enumerate() {
                judge(index, "reused", vector, kept.step(vector.request, vector.facts))?;
            }
        }
        Ok(())
    }
}

fn judge(
    index: usize,
    instance: &'static str,
    vector: &Vector<'_>,
    got: Result<(Vec<u8>, u64), Undecidable>,
) -> Result<(), LoadError> {
    match got {
        Ok((answer, _)) if answer == vector.answer => Ok(()),
        Ok(_) => Err(LoadError::WrongAnswer { index, instance }),
        Err(reason) => Err(LoadError::NoAnswer { index, instance, reason }),
    }
}

//! One live instance and one decision in it.

use wasmtime::{InstancePre, Memory, ResourceLimiter, Store, TypedFunc};

use crate::abi::Exports;
use crate::failure::Undecidable;
use crate::limits::{Limits, MAX_ANSWER, MAX_INPUT, MAX_MEMORY, MAX_TABLE};

/// What instances of one module are made from.
pub(crate) struct Mould {
    pub(crate) pre: InstancePre<Gate>,
    pub(crate) exports: Exports,
    pub(crate) limits: Limits,
}

/// Says no to more memory than the limit, and remembers for one step having said it.
#[derive(Default)]
pub(crate) struct Gate {
    denied: bool,
}

impl ResourceLimiter for Gate {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let allowed = desired <= MAX_MEMORY;
        self.denied |= !allowed;
        Ok(allowed)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let allowed = desired <= MAX_TABLE;
        self.denied |= !allowed;
        Ok(allowed)
    }
}

/// An instance that has not failed yet. After any error it must be dropped.
pub(crate) struct Instance {
    store: Store<Gate>,
    memory: Memory,
    version: TypedFunc<(), u32>,
    alloc: TypedFunc<u32, u32>,
    step: TypedFunc<(u32, u32, u32, u32), u64>,
    release: TypedFunc<(), ()>,
    limits: Limits,
}

impl Instance {
    /// Makes one; a start function would run here, on the fuel of an empty input.
    ///
    /// # Errors
    /// [`Undecidable::NoRoom`] when all slots are taken, or what the start function did.
    pub(crate) fn new(mould: &Mould) -> Result<Instance, Undecidable> {
        let mut store = Store::new(mould.pre.module().engine(), Gate::default());
        store.limiter(|gate| gate);
        refill(&mut store, &mould.limits, 0)?;
        let instance = match mould.pre.instantiate(&mut store) {
            Ok(instance) => instance,
            Err(error) => return Err(Undecidable::from_error(&error, store.data().denied)),
        };
        let mut export = |index| instance.get_module_export(&mut store, index).ok_or(Undecidable::WrongAbi);
        let memory = export(&mould.exports.memory)?;
        let version = export(&mould.exports.version)?;
        let alloc = export(&mould.exports.alloc)?;
        let step = export(&mould.exports.step)?;
        let release = export(&mould.exports.release)?;
        Ok(Instance {
            memory: memory.into_memory().ok_or(Undecidable::WrongAbi)?,
            version: typed(version, &store)?,
            alloc: typed(alloc, &store)?,
            step: typed(step, &store)?,
            release: typed(release, &store)?,
            limits: mould.limits,
            store,
        })
    }

    /// The ABI version the module claims.
    pub(crate) fn version(&mut self) -> Result<u32, Undecidable> {
        refill(&mut self.store, &self.limits, 0)?;
        let claimed = self.version.call(&mut self.store, ());
        claimed.map_err(|error| self.sort(&error))
    }

    /// One decision; also says how much fuel it took. Request and facts go into one block, one behind the other.
    pub(crate) fn step(&mut self, request: &[u8], facts: &[u8]) -> Result<(Vec<u8>, u64), Undecidable> {
        let len = request.len().saturating_add(facts.len());
        if len > MAX_INPUT {
            return Err(Undecidable::InputTooLong);
        }
        let given = refill(&mut self.store, &self.limits, len)?;
        // Both fit: MAX_INPUT is far below 4 GiB.
        let (request_len, facts_len) = (request.len() as u32, facts.len() as u32);
        let block = match self.alloc.call(&mut self.store, request_len + facts_len) {
            Ok(block) => block,
            Err(error) => return Err(self.sort(&error)),
        };
        let facts_at = self.write(block, request, facts)?;
        let place = match self.step.call(&mut self.store, (block, request_len, facts_at, facts_len)) {
            Ok(place) => place,
            Err(error) => return Err(self.sort(&error)),
        };
        let answer = self.read(place)?;
        if let Err(error) = self.release.call(&mut self.store, ()) {
            return Err(self.sort(&error));
        }
        let left = self.store.get_fuel().map_err(|_| Undecidable::WrongAbi)?;
        Ok((answer, given.saturating_sub(left)))
    }

    /// Bytes of linear memory it has by now.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.memory.data_size(&self.store)
    }

    /// Fills the block; returns where the facts begin.
    fn write(&mut self, block: u32, request: &[u8], facts: &[u8]) -> Result<u32, Undecidable> {
        let from = block as usize;
        let middle = from + request.len();
        let end = middle + facts.len();
        let memory = self.memory.data_mut(&mut self.store);
        let place = memory.get_mut(from..end).ok_or(Undecidable::BadOutput)?;
        let (first, second) = place.split_at_mut(request.len());
        first.copy_from_slice(request);
        second.copy_from_slice(facts);
        u32::try_from(middle).map_err(|_| Undecidable::BadOutput)
    }

    /// Copies the answer out of `address << 32 | length`.
    fn read(&self, place: u64) -> Result<Vec<u8>, Undecidable> {
        let (at, len) = ((place >> 32) as usize, (place & 0xffff_ffff) as usize);
        if len == 0 || len > MAX_ANSWER {
            return Err(Undecidable::BadOutput);
        }
        let memory = self.memory.data(&self.store);
        let answer = at.checked_add(len).and_then(|end| memory.get(at..end));
        answer.map(<[u8]>::to_vec).ok_or(Undecidable::BadOutput)
    }

    fn sort(&self, error: &wasmtime::Error) -> Undecidable {
        Undecidable::from_error(error, self.store.data().denied)
    }
}

/// Sets fuel and deadline for one step, and forgets what the last one was denied; returns the fuel.
fn refill(store: &mut Store<Gate>, limits: &Limits, input: usize) -> Result<u64, Undecidable> {
    let fuel = limits.fuel(input);
    store.data_mut().denied = false;
    store.set_epoch_deadline(limits.deadline_ticks);
    // Fails only when fuel is switched off in the engine, which would make the limit a wish.
    store.set_fuel(fuel).map_err(|_| Undecidable::WrongAbi)?;
    Ok(fuel)
}

fn typed<P, R>(item: wasmtime::Extern, store: &Store<Gate>) -> Result<TypedFunc<P, R>, Undecidable>
where
    P: wasmtime::WasmParams,
    R: wasmtime::WasmResults,
{
    let function = item.into_func().ok_or(Undecidable::WrongAbi)?;
    function.typed(store).map_err(|_| Undecidable::WrongAbi)
}

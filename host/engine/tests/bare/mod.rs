//! `policy.wasm` in plain wasmtime, without the engine around it, to hand it what the engine never would.
#![allow(dead_code, reason = "each test binary uses some of these")]

use doorward_artifacts::POLICY;
use wasmtime::{Engine, Instance, Memory, Module, Store, TypedFunc};

pub(crate) struct Bare {
    pub(crate) store: Store<()>,
    pub(crate) memory: Memory,
    pub(crate) alloc: TypedFunc<u32, u32>,
    pub(crate) step: TypedFunc<(u32, u32, u32, u32), u64>,
    pub(crate) release: TypedFunc<(), ()>,
    /// First address above stack and statics.
    pub(crate) heap_base: usize,
}

impl Bare {
    pub(crate) fn new() -> Bare {
        let engine = Engine::default();
        let module = Module::new(&engine, POLICY).expect("compiles anywhere");
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("needs nothing");
        let heap_base = instance.get_global(&mut store, "__heap_base").expect("the linker exports it");
        let heap_base = heap_base.get(&mut store).i32().expect("an address") as usize;
        Bare {
            memory: instance.get_memory(&mut store, "memory").expect("exported"),
            alloc: instance.get_typed_func(&mut store, "doorward_alloc").expect("exported"),
            step: instance.get_typed_func(&mut store, "doorward_step").expect("exported"),
            release: instance.get_typed_func(&mut store, "doorward_release").expect("exported"),
            heap_base,
            store,
        }
    }

    pub(crate) fn alloc(&mut self, len: u32) -> u32 {
        self.alloc.call(&mut self.store, len).expect("there is room")
    }

    /// Whether it answers at all when given these ranges.
    pub(crate) fn answers(&mut self, request: u32, request_len: u32, facts: u32, facts_len: u32) -> bool {
        self.step.call(&mut self.store, (request, request_len, facts, facts_len)).is_ok()
    }

    /// A whole decision, as a host makes it.
    pub(crate) fn decide(&mut self, request: &[u8], facts: &[u8]) -> Vec<u8> {
        let (at, facts_at) = (self.alloc(request.len() as u32), self.alloc(facts.len() as u32));
        self.memory.write(&mut self.store, at as usize, request).expect("in bounds");
        self.memory.write(&mut self.store, facts_at as usize, facts).expect("in bounds");
        let ranges = (at, request.len() as u32, facts_at, facts.len() as u32);
        let place = self.step.call(&mut self.store, ranges).expect("no trap");
        let mut answer = vec![0; (place & 0xffff_ffff) as usize];
        self.memory.read(&self.store, (place >> 32) as usize, &mut answer).expect("in bounds");
        self.release.call(&mut self.store, ()).expect("no trap");
        answer
    }
}

//! The one wasmtime engine of the process, and the thread that moves its epoch.
//!
//! One for all modules, because its pool of instance slots is a share of the address space, and so that one ticker is
//! enough. It has no state that a module could see.

use std::sync::OnceLock;
use std::thread;

use wasmtime::{Config, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Strategy};

use crate::limits::{MAX_INSTANCES, MAX_MEMORY, MAX_TABLE, NATIVE_STACK, TICK};

/// Bytes of linear memory that are wiped by hand between instances rather than given back to the kernel. It covers the
/// guest's first page and what it grows by for all but the largest requests, so that few page faults follow.
const KEEP_RESIDENT: usize = 256 * 1024;

/// Address space per memory. With 4 GiB and a guard behind it, no access needs a bounds check.
const RESERVATION: u64 = 4 << 30;

/// The engine, made on first use.
///
/// # Errors
/// What wasmtime said, every time again: an engine that could not start once is not tried a second time.
pub(crate) fn engine() -> Result<&'static Engine, String> {
    static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();
    ENGINE.get_or_init(start).as_ref().map_err(Clone::clone)
}

fn start() -> Result<Engine, String> {
    // Where address space is rationed (`ulimit -v`), bounds checks cost less than not running at all.
    let engine = Engine::new(&config(RESERVATION))
        .or_else(|_| Engine::new(&config(MAX_MEMORY as u64)))
        .map_err(|error| format!("{error:#}"))?;
    let ticking = engine.clone();
    thread::Builder::new()
        .name("policy-epoch".to_owned())
        .spawn(move || {
            loop {
                thread::sleep(TICK);
                ticking.increment_epoch();
            }
        })
        .map_err(|error| error.to_string())?;
    Ok(engine)
}

fn config(reservation: u64) -> Config {
    let mut config = Config::new();
    config
        .strategy(Strategy::Cranelift)
        .cranelift_opt_level(OptLevel::Speed)
        .parallel_compilation(true)
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(NATIVE_STACK)
        .memory_reservation(reservation)
        .memory_may_move(false)
        .wasm_backtrace_max_frames(None)
        .native_unwind_info(false)
        .generate_address_map(false);
    // Only what rustc's wasm32 output uses: bulk memory, sign extension, saturating casts. The rest is surface.
    config
        .wasm_bulk_memory(true)
        .wasm_tail_call(false)
        .wasm_relaxed_simd(false)
        .wasm_simd(false)
        .wasm_multi_value(false)
        .wasm_multi_memory(false)
        .wasm_memory64(false)
        .wasm_extended_const(false)
        .wasm_wide_arithmetic(false)
        .wasm_custom_page_sizes(false);
    // The core has no floats, but another build may: its answers must not depend on the machine's NaN bits.
    config.cranelift_nan_canonicalization(true);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    config
}

fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(MAX_INSTANCES)
        .total_memories(MAX_INSTANCES)
        .total_tables(MAX_INSTANCES)
        .max_memories_per_module(1)
        .max_tables_per_module(1)
        .max_memory_size(MAX_MEMORY)
        .table_elements(MAX_TABLE)
        .max_core_instance_size(64 * 1024)
        .max_unused_warm_slots(16)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(MAX_TABLE * size_of::<usize>());
    pool
}

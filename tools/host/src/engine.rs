//! The engine that runs the components. Its settings are those that compiled code depends on, and Spin's limits.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use wasmtime::{Config, Engine, PoolingAllocationConfig};

use crate::cli::Limits;
use crate::code_memory::InThisProgram;

/// How often a computing guest yields to others.
const TICK: Duration = Duration::from_millis(10);

/// The settings that the compiled code depends on; the compiler and the host must use the same.
pub(crate) fn config() -> Config {
    let mut config = Config::new();
    config.wasm_component_model_async(true);
    // A guest that computes endlessly must share its thread.
    config.epoch_interruption(true);
    config
}

/// The engine of the host. Its instances come from a pool, as in Spin, so that the limits and their errors
/// are the same. `runs_this_program`: the components are a part of this program.
pub(crate) fn new(limits: &Limits, runs_this_program: bool) -> Result<Engine> {
    let instances = limits.max_instance_count;
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(instances)
        .total_memories(instances)
        .total_tables(instances.saturating_mul(2))
        .total_stacks(limits.max_fiber_count.unwrap_or(instances))
        .total_core_instances(instances.saturating_mul(4))
        .table_elements(100_000)
        .max_component_instance_size(10 << 20)
        .max_core_instance_size(10 << 20)
        .max_core_instances_per_component(200)
        .max_tables_per_component(64)
        .max_memories_per_component(32)
        .max_tables_per_module(2)
        .max_memories_per_module(2)
        .max_memory_size(4 << 30)
        .linear_memory_keep_resident(limits.keep_resident);
    let mut config = config();
    config.allocation_strategy(pool);
    if runs_this_program {
        config.with_custom_code_memory(Some(Arc::new(InThisProgram)));
    }
    Engine::new(&config).map_err(error).with_context(|| {
        format!(
            "cannot reserve the address space of {instances} instances; use fewer with \
             --max-instance-count"
        )
    })
}

/// Converts Wasmtime's own error type.
pub(crate) fn error(error: wasmtime::Error) -> anyhow::Error {
    anyhow::Error::from_boxed(error.into_boxed_dyn_error())
}

/// Advances the engine's epoch until the process ends.
pub(crate) fn start_clock(engine: &Engine) {
    let engine = engine.weak();
    std::thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            std::thread::sleep(TICK);
        }
    });
}

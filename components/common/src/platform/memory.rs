//! The allocator of the components. The one of wasi-libc, which Rust uses otherwise, takes a sixth of a component's time for
//! a call. It is a component's only thread, so the allocator needs no lock.

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

#[global_allocator]
static MEMORY: WasmDynamicTalc = new_wasm_dynamic_allocator();

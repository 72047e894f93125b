//! The wasmtime engine, configured from the payload. `packer/src/compile.rs` is the other side of this file.

use alloc::sync::Arc;

use nyash_format::Engine as Settings;
use wasmtime::{Config, CustomCodeMemory, Engine, ModuleVersionStrategy};

/// Compiled code is mapped executable by the kernel; there is nothing left to do.
struct MappedCode;

impl CustomCodeMemory for MappedCode {
    fn required_alignment(&self) -> usize {
        crate::platform::memory::PAGE
    }

    fn publish_executable(&self, _: *const u8, _: usize) -> wasmtime::Result<()> {
        Ok(())
    }

    fn unpublish_executable(&self, _: *const u8, _: usize) -> wasmtime::Result<()> {
        Ok(())
    }
}

/// Makes the engine that `settings` describe.
///
/// # Errors
/// When this runtime cannot serve the settings, for example garbage collection in a runtime without.
pub fn new(settings: &Settings) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    // wasmtime's own default tells only major versions apart.
    config.module_version(ModuleVersionStrategy::Custom(crate::payload::WASMTIME.into()))?;
    config
        .with_custom_code_memory(Some(Arc::new(MappedCode)))
        .memory_reservation(settings.memory_reservation)
        .memory_guard_size(settings.memory_guard_size)
        .memory_reservation_for_growth(settings.memory_reservation_for_growth)
        .max_wasm_stack(settings.max_wasm_stack as usize)
        // Not used, and wasmtime refuses it when it is smaller.
        .async_stack_size(settings.max_wasm_stack as usize)
        // Call stacks are our own: see `backtrace.rs`.
        .wasm_backtrace_max_frames(None)
        .signals_based_traps(settings.signals_based_traps)
        .memory_init_cow(settings.memory_init_cow);
    // SAFETY: the CPU level of the module has been checked as a whole (`program.rs`), once, instead of flag by flag: each
    // CPUID is an exit to the hypervisor on cloud machines.
    unsafe { config.detect_host_feature(|_| Some(true)) };
    Engine::new(&config)
}

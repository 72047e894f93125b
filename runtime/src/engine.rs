//! The wasmtime engine, configured from the payload. `packer/src/compile/mod.rs` is the other side of this file.

use alloc::sync::Arc;

use core::num::NonZeroUsize;

use nyash_format::{Engine as Settings, WASMTIME};
use wasmtime::{Config, CustomCodeMemory, Engine, ModuleVersionStrategy};

use crate::code::Code;
use crate::platform::stack;

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

/// Frames that wasmtime keeps of a call stack that is not ours to walk.
const FRAMES: usize = 56;

/// Makes the engine that `settings` describe, for this kind of code.
///
/// Not a part of its caller: wasmtime's configuration takes three quarters of a page of stack, and the first touch of a page
/// costs half a microsecond.
///
/// # Errors
/// When this runtime cannot serve the settings, for example garbage collection in a runtime without.
#[inline(never)]
pub fn new(settings: &Settings, code: &Code) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    #[cfg_attr(not(feature = "full"), expect(unused_mut, reason = "bytecode has its own"))]
    let mut settings = *settings;
    #[cfg(feature = "full")]
    if code.is_bytecode() {
        config.target(crate::code::BYTECODE)?;
        settings = settings.for_bytecode();
    }
    let stack = match usize::try_from(settings.max_wasm_stack).unwrap_or(usize::MAX) {
        #[cfg(feature = "full")]
        0 if code.is_bytecode() => stack::usual_of_interpreter(),
        0 => stack::usual(),
        asked => asked,
    };
    #[cfg(target_os = "linux")]
    if settings.memory_reservation == 0 {
        crate::platform::memory::reserve_nothing();
    }
    // wasmtime's own default tells only major versions apart.
    config.module_version(ModuleVersionStrategy::Custom(WASMTIME.into()))?;
    config
        .with_custom_code_memory(Some(Arc::new(MappedCode)))
        .memory_reservation(settings.memory_reservation)
        .memory_guard_size(settings.memory_guard_size)
        .memory_reservation_for_growth(settings.memory_reservation_for_growth)
        .max_wasm_stack(stack)
        // Not used, and wasmtime refuses it when it is smaller.
        .async_stack_size(stack)
        // Call stacks of compiled code are our own: see `backtrace.rs`.
        .wasm_backtrace_max_frames(NonZeroUsize::new(if code.is_bytecode() { FRAMES } else { 0 }))
        .signals_based_traps(settings.signals_based_traps)
        .memory_init_cow(settings.memory_init_cow);
    // SAFETY: the CPU level of the module has been checked as a whole (`choose.rs`), once, instead of flag by flag: each
    // CPUID is an exit to the hypervisor on cloud machines.
    unsafe { config.detect_host_feature(|_| Some(true)) };
    Engine::new(&config)
}

//! The wasmtime engine, configured from the payload. `packer/src/compile.rs` is the other side of this file.

use alloc::sync::Arc;

#[cfg(any(feature = "pulley", feature = "jit"))]
use core::num::NonZeroUsize;

use nyash_format::Engine as Settings;
use wasmtime::{Config, CustomCodeMemory, Engine, ModuleVersionStrategy};

use crate::choose::Code;

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
#[cfg(any(feature = "pulley", feature = "jit"))]
const FRAMES: usize = 56;

/// Makes the engine that `settings` describe, for this kind of code.
///
/// # Errors
/// When this runtime cannot serve the settings, for example garbage collection in a runtime without.
pub fn new(settings: &Settings, code: &Code) -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    #[cfg_attr(not(feature = "pulley"), expect(unused_mut, reason = "bytecode has its own"))]
    let mut settings = *settings;
    #[cfg(feature = "pulley")]
    if let Code::Bytecode(_) = code {
        config.target(crate::choose::BYTECODE)?;
        settings = settings.for_bytecode();
    }
    // wasmtime's own default tells only major versions apart.
    config.module_version(ModuleVersionStrategy::Custom(crate::payload::WASMTIME.into()))?;
    match code {
        #[cfg(feature = "jit")]
        Code::Wasm(wasm) => compiler(&mut config, &settings, wasm),
        // SAFETY: the CPU level of the module has been checked as a whole (`choose.rs`), once, instead of flag by flag:
        // each CPUID is an exit to the hypervisor on cloud machines.
        _ => unsafe {
            config
                .with_custom_code_memory(Some(Arc::new(MappedCode)))
                .detect_host_feature(|_| Some(true));
        },
    }
    config
        .memory_reservation(settings.memory_reservation)
        .memory_guard_size(settings.memory_guard_size)
        .memory_reservation_for_growth(settings.memory_reservation_for_growth)
        .max_wasm_stack(settings.max_wasm_stack as usize)
        // Not used, and wasmtime refuses it when it is smaller.
        .async_stack_size(settings.max_wasm_stack as usize)
        // Call stacks of compiled code are our own: see `backtrace.rs`.
        .wasm_backtrace_max_frames(match code {
            Code::Native { .. } => None,
            #[cfg(feature = "pulley")]
            Code::Bytecode(_) => NonZeroUsize::new(FRAMES),
            #[cfg(feature = "jit")]
            Code::Wasm(_) => NonZeroUsize::new(FRAMES),
        })
        .signals_based_traps(settings.signals_based_traps)
        .memory_init_cow(settings.memory_init_cow);
    Engine::new(&config)
}

/// Below this many bytes, starting threads for the compiler costs more than it saves.
#[cfg(feature = "jit")]
const PARALLEL_FROM: usize = 128 << 10;

/// The settings that only the compiler reads; `packer/src/compile.rs` has the same.
#[cfg(feature = "jit")]
fn compiler(config: &mut Config, settings: &Settings, wasm: &[u8]) {
    config
        .wasm_backtrace_details(wasmtime::WasmBacktraceDetails::Disable)
        .generate_address_map(false)
        .native_unwind_info(false)
        .gc_support(settings.gc)
        .wasm_exceptions(settings.gc)
        .parallel_compilation(wasm.len() >= PARALLEL_FROM);
    if settings.gc {
        config.collector(wasmtime::Collector::DeferredReferenceCounting);
    }
}

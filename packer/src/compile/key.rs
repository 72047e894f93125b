//! Compatibility keys of what this packer compiles.

use nyash_format::{BYTECODE_BIG_ENDIAN, BYTECODE_TARGET, CompatKey, CpuLevel, Engine as Settings, Target, WASMTIME};

/// The settings of the engine for a module with or without collected types.
pub fn settings(gc: bool, small_address_space: bool) -> Settings {
    Settings {
        memory_reservation: if small_address_space { 0 } else { 4 << 30 },
        memory_guard_size: if small_address_space { 0 } else { 32 << 20 },
        memory_reservation_for_growth: if small_address_space { 16 << 20 } else { 2 << 30 },
        max_wasm_stack: 7 << 20,
        signals_based_traps: true,
        memory_init_cow: true,
        gc,
    }
}

/// The compatibility key of modules compiled with these settings.
pub fn key(settings: Settings, target: Target, cpu: CpuLevel) -> CompatKey<'static> {
    CompatKey {
        wasmtime: WASMTIME,
        target: target.name(),
        cpu,
        engine: settings,
    }
}

/// The compatibility key of bytecode compiled beside modules with these settings.
pub fn bytecode_key(settings: Settings, target: Target) -> CompatKey<'static> {
    CompatKey {
        wasmtime: WASMTIME,
        target: bytecode_target(target.name()),
        cpu: CpuLevel::Baseline,
        engine: settings.for_bytecode(),
    }
}

/// The interpreter's target for the byte order of a target, in the spelling of compatibility keys.
pub(crate) fn bytecode_target(target: &str) -> &'static str {
    let big_endian = Target::ALL
        .into_iter()
        .any(|known| known.name() == target && known.is_big_endian());
    if big_endian {
        BYTECODE_BIG_ENDIAN
    } else {
        BYTECODE_TARGET
    }
}

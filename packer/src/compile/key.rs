//! Compatibility keys of what this packer compiles.

use nyash_format::{
    BYTECODE_BIG_ENDIAN, BYTECODE_TARGET, CompatKey, CpuLevel, Engine as Settings, Format, Target, WASMTIME,
};

use crate::options::Options;

/// The settings of the engine for a module with or without collected types.
pub fn settings(gc: bool, options: &Options) -> Settings {
    let small_address_space = options.small_address_space;
    Settings {
        memory_reservation: if small_address_space { 0 } else { 4 << 30 },
        memory_guard_size: if small_address_space { 0 } else { 32 << 20 },
        memory_reservation_for_growth: match (small_address_space, options.target.format()) {
            (false, _) => 2 << 30,
            // Addresses without anything behind them, so that memory grows where it is (`runtime/src/linux/memory.rs`).
            (true, Format::Elf) => 4 << 30,
            // A memory that outgrows its place is copied, so it must not do that often.
            (true, Format::Pe | Format::MachO) => 1 << 30,
        },
        max_wasm_stack: options.stack_size.unwrap_or(0),
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

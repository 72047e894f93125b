//! The compatibility key: everything that must agree between the one who compiled a module and the one who runs it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use crate::bytes::{Reader, digest};
use crate::cpu::CpuLevel;
use crate::error::{FormatError, Part};

/// The settings of wasmtime that change compiled code or how memory is laid out for it.
///
/// A runtime configures its engine from these, so that one runtime serves all values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Engine {
    /// Address space reserved for each linear memory, in bytes.
    pub memory_reservation: u64,
    /// Inaccessible space behind each linear memory, in bytes.
    pub memory_guard_size: u64,
    /// Address space reserved for growth of a memory that does not fit its reservation, in bytes. Not part of the key.
    pub memory_reservation_for_growth: u64,
    /// Stack that wasm code may use, in bytes. Not part of the key.
    pub max_wasm_stack: u64,
    /// Traps are taken from signals instead of explicit checks.
    pub signals_based_traps: bool,
    /// Initial memory is laid out so that it can be mapped copy-on-write.
    pub memory_init_cow: bool,
    /// Garbage-collected types and exceptions are on; collected by reference counting.
    pub gc: bool,
}

impl Engine {
    /// Length of the record in bytes.
    pub const LEN: usize = 36;

    /// The settings for a bytecode region beside a module with these. An interpreter cannot take traps from signals,
    /// and guards serve nothing else.
    #[must_use]
    pub fn for_bytecode(self) -> Self {
        Engine {
            memory_guard_size: 0,
            signals_based_traps: false,
            ..self
        }
    }

    /// The settings as bytes of the metadata record `engine`.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        out[0..8].copy_from_slice(&self.memory_reservation.to_le_bytes());
        out[8..16].copy_from_slice(&self.memory_guard_size.to_le_bytes());
        out[16..24].copy_from_slice(&self.memory_reservation_for_growth.to_le_bytes());
        out[24..32].copy_from_slice(&self.max_wasm_stack.to_le_bytes());
        out[32..36].copy_from_slice(&self.flags().to_le_bytes());
        out
    }

    /// Reads the metadata record `engine`.
    ///
    /// # Errors
    /// For a record of another length or with an unknown flag.
    pub fn parse(bytes: &[u8]) -> Result<Self, FormatError> {
        let part = Part::Metadata;
        let mut r = Reader::new(bytes, part);
        let mut engine = Engine {
            memory_reservation: r.u64()?,
            memory_guard_size: r.u64()?,
            memory_reservation_for_growth: r.u64()?,
            max_wasm_stack: r.u64()?,
            signals_based_traps: false,
            memory_init_cow: false,
            gc: false,
        };
        let flags = r.u32()?;
        engine.signals_based_traps = flags & 1 != 0;
        engine.memory_init_cow = flags & 2 != 0;
        engine.gc = flags & 4 != 0;
        if engine.flags() != flags || !r.is_empty() {
            return Err(FormatError::Field {
                part,
                field: "engine record",
            });
        }
        Ok(engine)
    }

    fn flags(&self) -> u32 {
        u32::from(self.signals_based_traps) | u32::from(self.memory_init_cow) << 1 | u32::from(self.gc) << 2
    }
}

/// The target of bytecode in the spelling of compatibility keys: 64-bit little-endian Pulley, which runs on every CPU
/// with these two properties.
pub const BYTECODE_TARGET: &str = "pulley64";

/// The same for big-endian machines.
pub const BYTECODE_BIG_ENDIAN: &str = "pulley64be";

/// The compatibility key of a compiled module. Two sides fit when their keys are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompatKey<'a> {
    /// Version of wasmtime, for example `48.0.8`.
    pub wasmtime: &'a str,
    /// Target as architecture and operating system, for example `x86_64-linux`.
    pub target: &'a str,
    /// CPU level of the code.
    pub cpu: CpuLevel,
    /// Settings of the engine.
    pub engine: Engine,
}

impl CompatKey<'_> {
    /// The key's text form, one `name=value` a line in fixed order: what users see.
    pub fn text(&self) -> String {
        let e = &self.engine;
        let mut out = String::new();
        // Writing into a String cannot fail.
        let _ = write!(
            out,
            "wasmtime={}\ntarget={}\ncpu={}\nsignals={}\ncow={}\ngc={}\nreservation={}\nguard={}\n",
            self.wasmtime,
            self.target,
            self.cpu.name(),
            u8::from(e.signals_based_traps),
            u8::from(e.memory_init_cow),
            u8::from(e.gc),
            e.memory_reservation,
            e.memory_guard_size,
        );
        out
    }

    /// The key as stored in a module's region: the [`digest`] of its binary form ("Compatibility key" in `SPEC.md`).
    pub fn hash(&self) -> u64 {
        let e = &self.engine;
        let mut bytes = Vec::with_capacity(96);
        for text in [self.wasmtime, self.target] {
            bytes.extend_from_slice(text.as_bytes());
            bytes.push(0);
        }
        bytes.extend_from_slice(&self.cpu.number().to_le_bytes());
        bytes.extend_from_slice(&e.flags().to_le_bytes());
        bytes.extend_from_slice(&e.memory_reservation.to_le_bytes());
        bytes.extend_from_slice(&e.memory_guard_size.to_le_bytes());
        digest(&bytes)
    }
}

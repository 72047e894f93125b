//! Which of the program's code versions this machine runs: the best that fits, or what stands in for it.

use core::fmt;

#[cfg(feature = "pulley")]
use nyash_format::{BYTECODE_BIG_ENDIAN, BYTECODE_TARGET};
use nyash_format::{CompatKey, CpuFeatures, CpuLevel, Region, RegionKind};

use crate::cpu::{self, Machine};
use crate::message::{EXIT_UNUSABLE, die};
use crate::payload::{self, Payload};
use crate::platform::start::Arguments;

/// Set to anything but nothing, it keeps the notice about a fallback away.
#[cfg(feature = "pulley")]
const QUIET: &[u8] = b"NYASH_QUIET=";

/// The target of bytecode that this runtime's interpreter takes.
#[cfg(feature = "pulley")]
pub const BYTECODE: &str = if cfg!(target_endian = "big") {
    BYTECODE_BIG_ENDIAN
} else {
    BYTECODE_TARGET
};

/// The code to run.
pub enum Code {
    /// A compiled module, the code inside it, and which name table is about that.
    Native {
        module: &'static [u8],
        text: &'static [u8],
        names: usize,
    },
    /// A module for the interpreter.
    #[cfg(feature = "pulley")]
    Bytecode(&'static [u8]),
}

/// Chooses, or ends the process with the reason why there is nothing to choose.
pub fn choose(payload: &Payload, arguments: &Arguments) -> Code {
    let mut machine = Machine::new(arguments);
    let mut reason = None;
    let mut index = 0;
    while let Some(region) = payload.header.nth(RegionKind::Module, index) {
        let wanted = region.cpu.features(payload.metadata.native_features);
        let lacks = machine.missing(wanted);
        if !lacks.is_empty() {
            reason = Some(Unfit::Cpu(region.cpu, lacks));
        } else if !fits(payload, &region) {
            reason = Some(Unfit::Key(region.cpu));
        } else {
            let Some(text) = payload.header.nth(RegionKind::Text, index) else {
                die(
                    EXIT_UNUSABLE,
                    format_args!("cannot start: the header has an invalid text region; pack the program again"),
                );
            };
            return Code::Native {
                module: payload.bytes(region),
                text: payload.bytes(text),
                names: index,
            };
        }
        index += 1;
    }
    let Some(reason) = reason else {
        die(
            EXIT_UNUSABLE,
            format_args!("cannot start: the header has an invalid missing module region; pack the program again"),
        );
    };
    #[cfg(feature = "pulley")]
    if let Some(region) = payload.header.find(RegionKind::Bytecode)
        && bytecode_key(payload).hash() == region.key
    {
        notice(arguments, &reason, "with the interpreter, which is slower");
        return Code::Bytecode(payload.bytes(region));
    }
    refuse(payload, &reason)
}

/// Why a module cannot be used.
enum Unfit {
    /// The machine lacks features of the level.
    Cpu(CpuLevel, CpuFeatures),
    /// It was compiled for another wasmtime, target or engine.
    Key(CpuLevel),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::Cpu(CpuLevel::Native, lacks) => write!(
                f,
                "the program is compiled for the CPU that packed it, and this machine lacks {}",
                lacks.names(cpu::ARCH)
            ),
            Unfit::Cpu(level, lacks) => write!(
                f,
                "the program is compiled for CPU level {}, and this machine lacks {}",
                level.name(),
                lacks.names(cpu::ARCH)
            ),
            Unfit::Key(_) => f.write_str("the compiled module does not fit this runtime"),
        }
    }
}

fn refuse(payload: &Payload, reason: &Unfit) -> ! {
    match reason {
        Unfit::Cpu(..) => die(
            EXIT_UNUSABLE,
            format_args!(
                "cannot start: {reason}\n\
                 pack it again with --cpu baseline, with a version for each kind of machine such as --cpu baseline+v3, \
                 or with --fallback pulley"
            ),
        ),
        Unfit::Key(level) => die(
            EXIT_UNUSABLE,
            format_args!(
                "cannot start: {reason}; pack the program again\n\
                 the runtime expects:\n{}the module was compiled for:\n{}",
                key(payload, *level).text(),
                payload.metadata.key_text.unwrap_or("(not recorded)\n"),
            ),
        ),
    }
}

fn key(payload: &Payload, cpu: CpuLevel) -> CompatKey<'static> {
    CompatKey {
        wasmtime: payload::WASMTIME,
        target: payload::TARGET,
        cpu,
        engine: payload.metadata.engine,
    }
}

fn fits(payload: &Payload, region: &Region) -> bool {
    key(payload, region.cpu).hash() == region.key
}

#[cfg(feature = "pulley")]
fn bytecode_key(payload: &Payload) -> CompatKey<'static> {
    CompatKey {
        wasmtime: payload::WASMTIME,
        target: BYTECODE,
        cpu: CpuLevel::Baseline,
        engine: payload.metadata.engine.for_bytecode(),
    }
}

/// Says once that the program goes on in another way.
#[cfg(feature = "pulley")]
fn notice(arguments: &Arguments, reason: &Unfit, how: &str) {
    use core::fmt::Write;

    let silencer = |entry: &[u8]| entry.len() > QUIET.len() && entry.starts_with(QUIET);
    if !arguments.environment().any(silencer) {
        let mut out = crate::message::Stderr::new();
        // Stderr never reports an error.
        let _ = writeln!(
            out,
            "{}: note: {reason}; it goes on {how} (NYASH_QUIET=1 silences this)",
            crate::program::name()
        );
    }
}

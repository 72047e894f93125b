//! Which of the program's code versions this machine runs: the best that fits, or what stands in for it.

use core::fmt;

use nyash_format::{CompatKey, CpuFeatures, CpuLevel, Region, RegionKind, WASMTIME};

#[cfg(feature = "full")]
use crate::code::BYTECODE;
use crate::code::Code;
use crate::cpu::{self, Machine};
use crate::message::{EXIT_UNUSABLE, die};
use crate::payload::{self, Payload};
#[cfg(all(feature = "full", target_os = "linux"))]
use crate::platform::compiler::Request;
use crate::platform::start::Arguments;

/// Set to anything but nothing, it keeps the notice about a fallback away.
#[cfg(feature = "full")]
const QUIET: &[u8] = b"NYASH_QUIET=";

/// The other fallback that there is for this target.
const JIT: &str = if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
    " or jit"
} else {
    ""
};

/// Chooses, or ends the process with the reason why there is nothing to choose.
pub fn choose(payload: &Payload, arguments: &Arguments) -> Code {
    let mut machine = Machine::new(arguments);
    let mut reason = None;
    let mut index = 0;
    while let Some(region) = payload.regions.header.nth(RegionKind::Module, index) {
        let wanted = region.cpu.features(payload.metadata.native_features);
        let lacks = machine.missing(wanted);
        if !lacks.is_empty() {
            reason = Some(Unfit::Cpu(region.cpu, lacks));
        } else if !fits(payload, &region) {
            reason = Some(Unfit::Key(region.cpu));
        } else {
            return Code::compiled(&payload.regions, region, index, payload.metadata.image_runs);
        }
        index += 1;
    }
    let Some(reason) = reason else {
        die(
            EXIT_UNUSABLE,
            format_args!("cannot start: the header has no module region; pack the program again"),
        );
    };
    #[cfg(feature = "full")]
    if let Some(region) = payload.regions.header.find(RegionKind::Bytecode)
        && bytecode_key(payload).hash() == region.key
    {
        notice(arguments, &reason, "it goes on with the interpreter, which is slower");
        return Code::bytecode(&payload.regions, region);
    }
    #[cfg(all(feature = "full", target_os = "linux"))]
    if let Some(request) = Request::of(&payload.regions) {
        notice(arguments, &reason, "it is compiled now, for this machine");
        return compile(payload, &request, arguments);
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
                 or with --fallback pulley{JIT}"
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
        wasmtime: WASMTIME,
        target: payload::TARGET.name(),
        cpu,
        engine: payload.metadata.engine,
    }
}

fn fits(payload: &Payload, region: &Region) -> bool {
    key(payload, region.cpu).hash() == region.key
}

#[cfg(feature = "full")]
fn bytecode_key(payload: &Payload) -> CompatKey<'static> {
    CompatKey {
        wasmtime: WASMTIME,
        target: BYTECODE,
        cpu: CpuLevel::Baseline,
        engine: payload.metadata.engine.for_bytecode(),
    }
}

/// The code that the program's own compiler makes for this machine.
#[cfg(all(feature = "full", target_os = "linux"))]
fn compile(payload: &Payload, request: &Request, arguments: &Arguments) -> Code {
    let fail = |what: &str, error: &dyn fmt::Display| -> ! {
        die(
            EXIT_UNUSABLE,
            format_args!(
                "cannot start: {what}: {error}\n\
                 pack it again with --cpu baseline or with --fallback pulley"
            ),
        );
    };
    // Asked anew: what was found before answers narrower questions.
    let mut machine = Machine::new(arguments);
    let all = CpuFeatures::from_bits((1 << cpu::ARCH.feature_names().len()) - 1);
    let features = all.without(machine.missing(all));
    let impossible = "the program cannot be compiled on this machine";
    let answer = request
        .answer(&payload.metadata.engine, features)
        .unwrap_or_else(|error| fail(impossible, &error));
    let unusable = "what the compiler inside the program wrote cannot be used";
    let regions = payload::regions(answer.bytes()).unwrap_or_else(|error| fail(unusable, &error));
    let module = regions.header.find(RegionKind::Module);
    let Some(module) = module.filter(|module| fits(payload, module)) else {
        fail(unusable, &"it is for another runtime");
    };
    let code = Code::compiled(&regions, module, 0, nyash_format::ImageRuns::default());
    if let Err(error) = answer.set_access(code.text, code.image) {
        fail(impossible, &error);
    }
    code
}

/// Says once that the program goes on in another way.
#[cfg(feature = "full")]
fn notice(arguments: &Arguments, reason: &Unfit, how: &str) {
    use core::fmt::Write;

    let silencer = |entry: &[u8]| entry.len() > QUIET.len() && entry.starts_with(QUIET);
    if !arguments.environment().any(silencer) {
        let mut out = crate::message::Stderr::new();
        // Stderr never reports an error.
        let _ = writeln!(
            out,
            "{}: note: {reason}; {how} (NYASH_QUIET=1 silences this)",
            crate::message::name()
        );
    }
}

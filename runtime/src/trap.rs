//! The report that a trapped program leaves on standard error.

use core::fmt::Write;

use alloc::format;
use alloc::string::{String, ToString};

use nyash_format::{Call, Frame};

use crate::message::{EXIT_TRAP, Stderr, name};
use crate::{backtrace, platform::syscall};

/// Prints why the program trapped and its wasm call stack, and ends the process.
pub fn report_and_exit(reason: impl core::fmt::Display) -> ! {
    report(&reason, write_call_stack)
}

/// The same for an error from wasmtime, which brings the call stack along when it is not ours to walk.
pub fn report_error_and_exit(error: &wasmtime::Error) -> ! {
    #[cfg(feature = "full")]
    if let Some(stack) = error.downcast_ref::<wasmtime::WasmBacktrace>() {
        report(&reason(error), |out| write_frames(out, stack));
    }
    report_and_exit(reason(error))
}

fn report(reason: &dyn core::fmt::Display, write_call_stack: impl FnOnce(&mut Stderr)) -> ! {
    let mut out = Stderr::new();
    // Stderr never reports an error.
    let _ = writeln!(out, "{}: wasm trap: {reason}", name());
    write_call_stack(&mut out);
    #[cfg(target_os = "linux")]
    crate::platform::core_dump::report(&mut out);
    drop(out);
    syscall::exit(EXIT_TRAP)
}

/// Of a function only the index is known here, which is the same in every version of the module.
#[cfg(feature = "full")]
fn write_frames(out: &mut Stderr, stack: &wasmtime::WasmBacktrace) {
    let names = backtrace::names();
    for (number, frame) in stack.frames().iter().enumerate() {
        if number == 0 {
            let _ = writeln!(out, "wasm call stack, innermost first:");
        }
        let index = frame.func_index();
        let known = names.as_ref().and_then(|names| names.function(index));
        let _ = match known.and_then(|known| known.name) {
            Some(name) => writeln!(out, "{number:>4}: {name}"),
            None => writeln!(out, "{number:>4}: function {index}"),
        };
    }
}

fn write_call_stack(out: &mut Stderr) {
    let stack = backtrace::recorded();
    let names = backtrace::names();
    let mut number = 0;
    #[cfg(target_os = "linux")]
    let mut shown = false;
    let mut write = |out: &mut Stderr, offset: u32| {
        // Frames without an entry are the trampolines between host and wasm.
        let Some((names, frame)) = names.as_ref().and_then(|names| Some((names, names.find(offset)?))) else {
            return;
        };
        if number == 0 {
            let _ = writeln!(out, "wasm call stack, innermost first:");
        }
        for call in names.calls(&frame) {
            write_call(out, number, &frame, &call);
            number += 1;
            // Of the innermost function whose source is here: others are those of libraries.
            #[cfg(target_os = "linux")]
            if let Some(position) = call.position.filter(|_| !shown) {
                shown = crate::source_line::write(out, position);
            }
        }
    };
    for offset in stack.inner() {
        write(out, *offset);
    }
    let (skipped, outer) = stack.outer();
    if skipped > 0 {
        let _ = writeln!(out, "  ... {skipped} more");
    }
    for offset in outer {
        write(out, offset);
    }
}

fn write_call(out: &mut Stderr, number: usize, frame: &Frame<'_>, call: &Call<'_>) {
    let _ = write!(out, "{number:>4}: ");
    let _ = match call.name {
        Some(name) => out.write_str(name),
        None => write!(out, "function {}", frame.index),
    };
    if call.inlined {
        let _ = out.write_str(" [inlined]");
    }
    let _ = match call.position {
        Some((file, line, 0)) => writeln!(out, " ({file}:{line})"),
        Some((file, line, column)) => writeln!(out, " ({file}:{line}:{column})"),
        None => writeln!(out, " (+{:#x})", frame.offset),
    };
}

/// Why a program was stopped, in words. wasmtime's own texts, without their prefix.
pub fn reason(error: &wasmtime::Error) -> String {
    if let Some(trap) = error.downcast_ref::<wasmtime::Trap>() {
        let text = trap.to_string();
        return text.strip_prefix("wasm trap: ").map(String::from).unwrap_or(text);
    }
    #[cfg(feature = "full")]
    if error.is::<wasmtime::ThrownException>() {
        return String::from("uncaught exception");
    }
    format!("{error:#}")
}

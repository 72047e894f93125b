//! The report that a trapped program leaves on standard error.

use core::fmt::Write;

use alloc::format;
use alloc::string::{String, ToString};

use nyash_format::Frame;

use crate::message::{EXIT_TRAP, Stderr};
use crate::{backtrace, payload, platform::syscall};

/// Prints why the program trapped and its wasm call stack, and ends the process.
pub fn report_and_exit(reason: impl core::fmt::Display) -> ! {
    let mut out = Stderr::new();
    // Stderr never reports an error.
    let _ = writeln!(out, "{}: wasm trap: {reason}", crate::program::name());
    write_call_stack(&mut out);
    drop(out);
    syscall::exit(EXIT_TRAP)
}

fn write_call_stack(out: &mut Stderr) {
    let stack = backtrace::recorded();
    let names = payload::names();
    let mut number = 0;
    let mut write = |out: &mut Stderr, offset: u32| {
        // Frames without an entry are the trampolines between host and wasm.
        let Some(frame) = names.as_ref().and_then(|names| names.find(offset)) else {
            return;
        };
        if number == 0 {
            let _ = writeln!(out, "wasm call stack, innermost first:");
        }
        write_frame(out, number, &frame);
        number += 1;
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

fn write_frame(out: &mut Stderr, number: usize, frame: &Frame<'_>) {
    let _ = write!(out, "{number:>4}: ");
    let _ = match frame.name {
        Some(name) => write!(out, "{name}"),
        None => write!(out, "function {}", frame.index),
    };
    let _ = match frame.position {
        Some((file, line, 0)) => writeln!(out, " at {file}:{line}"),
        Some((file, line, column)) => writeln!(out, " at {file}:{line}:{column}"),
        None => writeln!(out, " (+{:#x})", frame.offset),
    };
}

/// Why a program was stopped, in words. wasmtime's own texts, without their prefix.
pub fn reason(error: &wasmtime::Error) -> String {
    if let Some(trap) = error.downcast_ref::<wasmtime::Trap>() {
        let text = trap.to_string();
        return text.strip_prefix("wasm trap: ").map(String::from).unwrap_or(text);
    }
    #[cfg(feature = "gc")]
    if error.is::<wasmtime::ThrownException>() {
        return String::from("uncaught exception");
    }
    format!("{error:#}")
}

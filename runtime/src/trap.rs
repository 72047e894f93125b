//! The report that a trapped program leaves on standard error.

use core::fmt::Write;

use nyash_format::Frame;

use crate::message::{EXIT_TRAP, Stderr};
use crate::{backtrace, linux::syscall, payload};

/// Prints why the program trapped and its wasm call stack, and ends the process.
pub fn report_and_exit(reason: &str) -> ! {
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

/// What a trap is called in the report: wasmtime's texts without their `wasm trap: ` prefix.
pub fn text(trap: wasmtime::Trap) -> &'static str {
    use wasmtime::Trap::*;
    match trap {
        StackOverflow => "stack overflow",
        MemoryOutOfBounds => "out of bounds memory access",
        HeapMisaligned => "unaligned atomic",
        TableOutOfBounds => "undefined element: out of bounds table access",
        IndirectCallToNull => "uninitialized element",
        BadSignature => "indirect call type mismatch",
        IntegerOverflow => "integer overflow",
        IntegerDivisionByZero => "integer divide by zero",
        BadConversionToInteger => "invalid conversion to integer",
        UnreachableCodeReached => "unreachable instruction executed",
        NullReference => "null reference",
        ArrayOutOfBounds => "out of bounds array access",
        AllocationTooLarge => "allocation size too large",
        CastFailure => "cast failure",
        OutOfFuel | Interrupt => "interrupt",
        _ => "trap",
    }
}

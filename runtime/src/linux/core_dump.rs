//! The core file of a program that traps, written by the system.
//!
//! What wants to see the state has to come before wasmtime unwinds the stack, and what says why the program trapped comes
//! behind it. So a copy of the process dies of the trap, which is what the kernel writes core files of, and the process
//! itself goes on to its report and its exit status.

use core::fmt::Write;
use core::sync::atomic::{AtomicI32, Ordering};

use nyash_format::capability;

use super::syscall;
use crate::message::{self, Stderr};

const SIGABRT: i32 = 6;
/// Set in the status of a process that left a core file.
const CORE_DUMPED: i32 = 0x80;

/// The process that has died: 0 when none has, -1 when it left nothing.
static DEAD: AtomicI32 = AtomicI32::new(0);

/// Whether a trap is to leave a core file.
fn wanted() -> bool {
    message::has_capability(capability::CORE_ON_TRAP)
}

/// Called first in the handler of a signal that an instruction has raised. Where it returns true, the handler returns at
/// once: the instruction is executed again, and ends this copy of the process with the registers of the trap.
pub fn dies_here(signal: i32) -> bool {
    if !wanted() || DEAD.load(Ordering::Relaxed) != 0 {
        return false;
    }
    let dies = is_copy();
    if dies {
        if cfg!(target_arch = "s390x") {
            // A compare-and-trap is behind the program counter already.
            syscall::raise_with_default_action(signal);
        } else {
            syscall::set_default_action(signal);
        }
    }
    dies
}

/// Writes where the core file is to be found. A trap that the runtime itself found has none yet: it gets one of the state
/// that is left.
pub fn report(out: &mut Stderr) {
    if !wanted() {
        return;
    }
    if DEAD.load(Ordering::Relaxed) == 0 && is_copy() {
        syscall::raise_with_default_action(SIGABRT);
        syscall::exit(1);
    }
    // Stderr never reports an error.
    let _ = match DEAD.load(Ordering::Relaxed) {
        process if process > 0 => writeln!(out, "core dumped, of process {process}"),
        _ => writeln!(out, "no core dumped: see `ulimit -c` and /proc/sys/kernel/core_pattern"),
    };
}

/// Copies the process. True in the copy; the process itself waits until the copy has died.
fn is_copy() -> bool {
    let dead = match syscall::fork() {
        Ok(0) => {
            syscall::allow_core_file();
            return true;
        }
        Ok(process) => {
            // Where SIGCHLD is ignored, nobody knows how it ended.
            let dumped = syscall::wait_for(process).is_ok_and(|status| status & CORE_DUMPED != 0);
            if dumped { process } else { -1 }
        }
        Err(_) => -1,
    };
    DEAD.store(dead, Ordering::Relaxed);
    false
}

//! The stack that the program runs on.
//!
//! The kernel makes the first thread's stack larger when it is touched, up to `ulimit -s`. So a start need not know the
//! limit: compiled code may use [`MOST`], and where the kernel stops before that, the access raises a signal whose handler
//! has a stack of its own (`signals.rs`). Nothing can step over the gap that the kernel keeps below a stack, because code
//! with large frames touches them page by page.

use core::mem::ManuallyDrop;

use rustix::process::{Resource, getrlimit};

use super::arch;
use super::memory::page_size;
use super::syscall::{self, PROT_READ, PROT_WRITE};
use crate::message::{EXIT_UNUSABLE, die};

/// What compiled code uses at most where the system sets no limit: endless recursion has to end before memory does.
const MOST: usize = 1 << 30;
/// What the interpreter's stack has at least.
#[cfg(feature = "full")]
const LEAST: usize = 7 << 20;
/// Left to host calls, in bytes.
const HOST: usize = 1 << 20;
/// Below a stack of our own, as wide as the kernel's gap.
const GUARD: usize = 1 << 20;

/// Bytes that code may use when the program asks for none.
pub fn usual() -> usize {
    MOST
}

/// Bytes for the stack of the interpreter, which lies elsewhere and is as large as the process's stack may become.
#[cfg(feature = "full")]
pub fn usual_of_interpreter() -> usize {
    limit().saturating_sub(HOST).clamp(LEAST, MOST)
}

/// `ulimit -s` in bytes.
fn limit() -> usize {
    let limit = getrlimit(Resource::Stack).current.unwrap_or(u64::MAX);
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// Goes on with `work`, on a stack of which code may use `asked` bytes; 0 asks for no more than there is.
pub fn with<T>(asked: usize, work: T, go: fn(T) -> !) -> ! {
    if asked == 0 || asked.saturating_add(HOST) <= limit() {
        go(work)
    }
    let mut work = ManuallyDrop::new((work, go));
    let top = map(asked).unwrap_or_else(|| {
        die(
            EXIT_UNUSABLE,
            format_args!("cannot start: the system refuses {asked} bytes for the stack (--stack-size)"),
        )
    });
    // SAFETY: `top` is the end of a mapping that is used for nothing else. What `work` is read from stays where it is: this
    // function does not return.
    unsafe { arch::on_stack(top, enter::<T>, (&raw mut work).cast()) }
}

unsafe extern "C" fn enter<T>(work: *mut u8) -> ! {
    // SAFETY: `with` passes this, once.
    let (work, go) = unsafe { work.cast::<(T, fn(T) -> !)>().read() };
    go(work)
}

/// The end of a fresh stack.
fn map(asked: usize) -> Option<*mut u8> {
    let len = asked.checked_add(HOST)?.checked_next_multiple_of(page_size())?;
    let start = syscall::map_anonymous(len.checked_add(GUARD)?, 0).ok()?;
    // SAFETY: both within the fresh mapping, which nothing refers to.
    unsafe {
        syscall::protect(start.add(GUARD), len, PROT_READ | PROT_WRITE).ok()?;
        Some(start.add(GUARD + len))
    }
}

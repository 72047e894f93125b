//! What a panic says: a bug of the runtime, or memory that the system does not give.
//!
//! The handler looks at neither the message nor the place in the source that a panic brings along, so the compiler leaves
//! them out together with what formats them: a tenth of the runtime and 560 of its 1,360 relocations, hence three pages
//! that every start would write. It prints where the calls return to instead, and because stubs are the same bytes
//! everywhere, that is enough to find the place (docs/design.md, "What a panic says").

use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};

use crate::message::{EXIT_TRAP, die};
use crate::payload;

/// Calls shown. The innermost ones belong to the machinery of panics.
const CALLS: usize = 12;

/// The allocator has failed, and the panic is most likely the answer to that.
static NO_MEMORY: AtomicBool = AtomicBool::new(false);

/// Remembers a failure of the allocator. Most who ask for memory can do without and say so themselves.
pub fn note_no_memory() {
    NO_MEMORY.store(true, Ordering::Relaxed);
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    if cfg!(debug_assertions) {
        die(EXIT_TRAP, format_args!("internal error in the runtime: {info}"))
    } else if NO_MEMORY.load(Ordering::Relaxed) {
        die(EXIT_TRAP, format_args!("out of memory"))
    } else {
        die(
            EXIT_TRAP,
            format_args!("internal error in the runtime {}, at {}", payload::NAME, Calls::here()),
        )
    }
}

/// Where active calls return to, the innermost first, as distances from the start of the executable.
struct Calls {
    places: [usize; CALLS],
    found: usize,
}

impl Calls {
    #[inline(always)]
    fn here() -> Self {
        let mut places = [0; CALLS];
        let found = return_addresses(&mut places);
        Calls { places, found }
    }
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = crate::platform::start::base() as usize;
        for (i, place) in self.places[..self.found].iter().enumerate() {
            let space = if i == 0 { "" } else { " " };
            write!(f, "{space}{:#x}", place.wrapping_sub(base))?;
        }
        Ok(())
    }
}

/// Walks our own frames, up to those of compiled wasm.
#[cfg(not(windows))]
#[inline(always)]
fn return_addresses(into: &mut [usize]) -> usize {
    let (mut fp, mut found) = (crate::frames::current(), 0);
    while fp != 0 && fp.is_multiple_of(size_of::<usize>()) && found < into.len() {
        // SAFETY: the frame is one of ours, still active: `_start` left a null frame pointer, and wasm ends the loop.
        let (next, return_address) = unsafe { crate::frames::caller(fp, false) };
        if crate::backtrace::is_compiled(return_address) {
            break;
        }
        into[found] = return_address;
        found += 1;
        if next <= fp {
            break;
        }
        fp = next;
    }
    found
}

/// Our code keeps no frame pointers here, but the system knows its frames.
#[cfg(windows)]
fn return_addresses(into: &mut [usize]) -> usize {
    use windows_sys::Win32::System::Diagnostics::Debug::RtlCaptureStackBackTrace;

    // SAFETY: writes as many addresses as there is room for.
    unsafe { RtlCaptureStackBackTrace(0, into.len() as u32, into.as_mut_ptr().cast(), core::ptr::null_mut()).into() }
}

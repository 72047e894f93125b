//! Is the file there to its end?
//!
//! The kernel maps what the program headers ask for without looking at the length of the file, and touching a page behind
//! its end raises SIGBUS. A packed file ends with bytes that are loaded, so one look at them, before anything else is
//! done, tells a file that was cut from a whole one (a download that broke off, a full disk).
//!
//! All of this lies in the first page of the file, with the program headers: nothing here may call what lies elsewhere,
//! use data, or need a relocation.

use core::mem::MaybeUninit;

use super::arch::{self, number};
use super::signals::SignalInfo;
use super::syscall::SignalAction;
use crate::message::EXIT_UNUSABLE;

const SIGBUS: i32 = 7;
const SA_SIGINFO: usize = 4;
const SA_ONSTACK: usize = 0x0800_0000;

/// The fields of an ELF header and of program headers that are used here.
const PHOFF: usize = 32;
const PHNUM: usize = 56;
const SEGMENT_LEN: usize = 56;
const PT_LOAD: u32 = 1;

/// A text among the code. s390x addresses it only at an even place.
#[repr(C, align(8))]
struct Text<const LEN: usize>([u8; LEN]);

#[unsafe(link_section = ".text.nyash_guard.texts")]
static PATH: Text<15> = Text(*b"/proc/self/exe\0");
#[unsafe(link_section = ".text.nyash_guard.texts")]
static UNNAMED: Text<14> = Text(*b"the executable");
#[unsafe(link_section = ".text.nyash_guard.texts")]
static CUT: Text<80> = Text(*b": cannot be read to its end: was it cut short? Copy, download or pack it again.\n");

/// Ends the process with a message unless the executable's last page can be read.
///
/// The handler for SIGBUS stays: pages can get lost later, too.
///
/// # Safety
/// `base` is the address of our ELF header.
#[inline(never)]
#[unsafe(link_section = ".text.nyash_guard")]
pub unsafe fn check_end(base: *const u8) {
    let action = SignalAction::new(arch::bus_entry(), SA_SIGINFO | SA_ONSTACK);
    let place = &raw const action as usize;
    // SAFETY: the handler is one for SA_SIGINFO. The program headers lie behind the header, in the same page; the last
    // byte of a loaded segment is mapped, or raises the signal that the handler is for.
    unsafe {
        arch::system_call(number::RT_SIGACTION, [SIGBUS as usize, place, 0, 8, 0, 0]);
        let mut segment = base.add(base.add(PHOFF).cast::<usize>().read());
        let mut last = base;
        for _ in 0..base.add(PHNUM).cast::<u16>().read() {
            let address = segment.add(16).cast::<usize>().read();
            let len = segment.add(32).cast::<usize>().read();
            if segment.cast::<u32>().read() == PT_LOAD && len > 0 {
                // Segments stand in order of address, and of their place in the file.
                last = base.wrapping_add(address).wrapping_add(len - 1);
            }
            segment = segment.add(SEGMENT_LEN);
        }
        last.read_volatile();
    }
}

/// Says that the executable cannot be read, by its path: nothing else is known here.
#[inline(never)]
#[unsafe(link_section = ".text.nyash_guard")]
pub unsafe extern "C" fn on_bus_error(signal: i32, info: &SignalInfo) {
    if info.was_sent() {
        super::syscall::raise_with_default_action(signal);
        return;
    }
    const AT_FDCWD: usize = -100_isize as usize;
    // Not zeroed: that could be done by a call.
    let mut path = MaybeUninit::<[u8; 512]>::uninit();
    let print = |text: *const u8, len: usize| {
        // SAFETY: the kernel reads these bytes, which are ours.
        unsafe { arch::system_call(number::WRITE, [2, text as usize, len, 0, 0, 0]) };
    };
    let place = path.as_mut_ptr() as usize;
    let arguments = [AT_FDCWD, PATH.0.as_ptr() as usize, place, size_of_val(&path), 0, 0];
    // SAFETY: the kernel writes at most as many bytes as there is room for.
    let len = unsafe { arch::system_call(number::READLINKAT, arguments) };
    if len > 0 {
        print(path.as_ptr().cast(), len as usize);
    } else {
        print(UNNAMED.0.as_ptr(), UNNAMED.0.len());
    }
    print(CUT.0.as_ptr(), CUT.0.len());
    loop {
        // SAFETY: does not return.
        unsafe { arch::system_call(number::EXIT_GROUP, [EXIT_UNUSABLE as usize, 0, 0, 0, 0, 0]) };
    }
}

//! Initial memory: the `wasmtime_memory_image_*` part of wasmtime's platform interface.
//!
//! The packer gives large initial memory a segment of its own. The kernel is asked to show its pages a second time where
//! linear memory wants them, copied only when written, so only pages that the program touches are ever read. Smaller
//! images are not worth a system call: wasmtime copies them when told that there is no image.

use core::ffi::c_int;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::syscall;

/// Bounds of the segment, 0 when there is none.
static START: AtomicUsize = AtomicUsize::new(0);
static END: AtomicUsize = AtomicUsize::new(0);

/// Tells where the writable image segment lies. `image` may be empty.
pub fn set_segment(start: usize, len: usize) {
    START.store(start, Ordering::Relaxed);
    END.store(start + len, Ordering::Relaxed);
}

// <mach/mach_vm.h>; the libc crate has dropped Mach. The name of the library is said here for the whole program.
#[link(name = "System")]
unsafe extern "C" {
    static mach_task_self_: u32;

    fn mach_vm_remap(
        target: u32,
        address: *mut u64,
        size: u64,
        mask: u64,
        flags: c_int,
        source: u32,
        from: u64,
        copy: c_int,
        current_protection: *mut c_int,
        most_protection: *mut c_int,
        inheritance: u32,
    ) -> c_int;
}

const VM_FLAGS_FIXED: c_int = 0;
const VM_FLAGS_OVERWRITE: c_int = 0x4000;
/// What a fork does with private memory.
const VM_INHERIT_COPY: u32 = 1;

/// An image as wasmtime refers to it: the address of its first byte in our segment.
#[unsafe(no_mangle)]
extern "C" fn wasmtime_memory_image_new(data: *mut u8, len: usize, ret: &mut *mut u8) -> i32 {
    let start = data as usize;
    let within = START.load(Ordering::Relaxed) <= start && start + len <= END.load(Ordering::Relaxed) && len > 0;
    *ret = if within { data } else { core::ptr::null_mut() };
    0
}

/// Shows the image in linear memory, or copies it there if the kernel does not do that.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasmtime_memory_image_map_at(image: *mut u8, at: *mut u8, len: usize) -> i32 {
    let mut address = at as u64;
    let (mut current, mut most) = (0, 0);
    // SAFETY: wasmtime owns the destination, whose contents it gives up; the source is our own segment.
    let status = unsafe {
        mach_vm_remap(
            mach_task_self_,
            &raw mut address,
            len as u64,
            0,
            VM_FLAGS_FIXED | VM_FLAGS_OVERWRITE,
            mach_task_self_,
            image as u64,
            1,
            &raw mut current,
            &raw mut most,
            VM_INHERIT_COPY,
        )
    };
    let access = libc::PROT_READ | libc::PROT_WRITE;
    if status == 0 && current & access == access {
        return 0;
    }
    // SAFETY: as above. A failed call may have left nothing at all in the range.
    unsafe {
        if let Err(errno) = syscall::map_anonymous_at(at, len, access) {
            return errno.0;
        }
        core::ptr::copy_nonoverlapping(image, at, len);
    }
    0
}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_memory_image_free(_image: *mut u8) {}

//! The kernel is asked to show pages of initial memory a second time where linear memory wants them, copied only when
//! written.

use core::ffi::c_int;

use super::syscall;

/// Images are mapped here, not copied.
pub const MAPS: bool = true;

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

/// Shows pages of our segment at `to`, or copies them there if the kernel does not do that. The answer is the system's error
/// number, 0 for none.
///
/// # Safety
/// The caller owns the destination, whose contents it gives up; the source stays as it is.
pub unsafe fn place(from: *mut u8, len: usize, to: *mut u8) -> i32 {
    let mut address = to as u64;
    let (mut current, mut most) = (0, 0);
    // SAFETY: the caller's contract.
    let status = unsafe {
        mach_vm_remap(
            mach_task_self_,
            &raw mut address,
            len as u64,
            0,
            VM_FLAGS_FIXED | VM_FLAGS_OVERWRITE,
            mach_task_self_,
            from as u64,
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
        if let Err(errno) = syscall::map_anonymous_at(to, len, access) {
            return errno.0;
        }
        core::ptr::copy_nonoverlapping(from, to, len);
    }
    0
}

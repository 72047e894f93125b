//! Initial memory: the `wasmtime_memory_image_*` part of wasmtime's platform interface.
//!
//! Windows can move no mapping, so wasmtime is told that there is no image. It then copies the bytes from the file's
//! section, which the loader has mapped like everything else.

/// Where the image segment lies makes no difference.
pub fn set_segment(_start: usize, _len: usize) {}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_memory_image_new(_data: *mut u8, _len: usize, ret: &mut *mut u8) -> i32 {
    *ret = core::ptr::null_mut();
    0
}

/// Never called, because there is no image; an error if it is.
#[unsafe(no_mangle)]
extern "C" fn wasmtime_memory_image_map_at(_image: *mut u8, _at: *mut u8, _len: usize) -> i32 {
    windows_sys::Win32::Foundation::ERROR_NOT_SUPPORTED as i32
}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_memory_image_free(_image: *mut u8) {}

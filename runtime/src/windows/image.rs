//! Windows can move no mapping, so wasmtime is told that there is no image. It then copies the bytes from the file's
//! section, which the loader has mapped like everything else.

/// Nothing is mapped.
pub const MAPS: bool = false;

/// Never called, because there is no image; an error if it is.
pub unsafe fn place(_from: *mut u8, _len: usize, _to: *mut u8) -> i32 {
    windows_sys::Win32::Foundation::ERROR_NOT_SUPPORTED as i32
}

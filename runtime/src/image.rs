//! Initial memory: the `wasmtime_memory_image_*` part of wasmtime's platform interface. What the system does about it is
//! `platform::image`.
//!
//! The packer gives large initial memory a segment of its own. Its pages are put where linear memory wants them without
//! a copy, so only pages that the program touches are ever read. Smaller images are not worth a system call: wasmtime
//! copies them when told that there is no image.
//!
//! An image with holes stands in the segment as its runs only, one behind the other. wasmtime knows the sum of their
//! lengths; where each goes, it asks nobody but us.

use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use nyash_format::ImageRuns;

use crate::platform::image::{MAPS, place};

/// Bounds of the segment, 0 when there is none.
static START: AtomicUsize = AtomicUsize::new(0);
static END: AtomicUsize = AtomicUsize::new(0);
/// The runs as the metadata has them.
static RUNS: AtomicPtr<u8> = AtomicPtr::new(null_mut());
static RUNS_LEN: AtomicUsize = AtomicUsize::new(0);

/// Tells where the segment lies, and its runs if it is compact. Both may be empty.
pub fn set_segment(start: usize, len: usize, runs: ImageRuns<'static>) {
    START.store(start, Ordering::Relaxed);
    END.store(start + len, Ordering::Relaxed);
    RUNS.store(runs.as_bytes().as_ptr().cast_mut(), Ordering::Relaxed);
    RUNS_LEN.store(runs.as_bytes().len(), Ordering::Relaxed);
}

fn runs() -> ImageRuns<'static> {
    let len = RUNS_LEN.load(Ordering::Relaxed);
    if len == 0 {
        return ImageRuns::default();
    }
    // SAFETY: `set_segment` was given these bytes for the life of the process.
    let bytes = unsafe { core::slice::from_raw_parts(RUNS.load(Ordering::Relaxed), len) };
    ImageRuns::parse(bytes).unwrap_or_default()
}

/// An image as wasmtime refers to it: the address of its first byte in our segment.
#[unsafe(no_mangle)]
extern "C" fn wasmtime_memory_image_new(data: *mut u8, len: usize, ret: &mut *mut u8) -> i32 {
    let start = data as usize;
    let within = START.load(Ordering::Relaxed) <= start && start + len <= END.load(Ordering::Relaxed) && len > 0;
    *ret = if MAPS && within { data } else { null_mut() };
    0
}

/// Puts the pages of an image into linear memory. Each image is placed once: a module is instantiated once in a process.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasmtime_memory_image_map_at(image: *mut u8, at: *mut u8, len: usize) -> i32 {
    let runs = runs();
    if runs.is_empty() {
        // SAFETY: the image is our own segment, which nothing else reads; wasmtime owns the destination.
        return unsafe { place(image, len, at) };
    }
    let page = ImageRuns::PAGE as usize;
    let mut from = START.load(Ordering::Relaxed);
    for run in runs.iter() {
        let (distance, run_len) = (run.distance as usize * page, run.count as usize * page);
        if (image as usize..image as usize + len).contains(&from) {
            // SAFETY: as above; the packer has checked that its runs lie inside of the memory.
            let status = unsafe { place(from as *mut u8, run_len, at.add(distance)) };
            if status != 0 {
                return status;
            }
        }
        from += run_len;
    }
    0
}

#[unsafe(no_mangle)]
extern "C" fn wasmtime_memory_image_free(_image: *mut u8) {}

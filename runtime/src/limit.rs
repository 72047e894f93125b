//! The memory limit baked into a program (`--memory-limit`).

use alloc::boxed::Box;
use core::sync::atomic::{AtomicUsize, Ordering};

use wasmtime::{ResourceLimiter, Store};

static LIMIT: AtomicUsize = AtomicUsize::new(usize::MAX);
/// Bytes of all linear memories together.
static USED: AtomicUsize = AtomicUsize::new(0);

/// Has no fields, so that boxing one allocates nothing and the store needs no room for it.
struct MemoryLimit;

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let used = USED.load(Ordering::Relaxed) + (desired - current);
        let fits = used <= LIMIT.load(Ordering::Relaxed);
        if fits {
            USED.store(used, Ordering::Relaxed);
        }
        Ok(fits)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

/// Limits all linear memories of the program together to `bytes`. `memory.grow` beyond it answers -1.
pub fn set<T>(store: &mut Store<T>, bytes: u64) {
    LIMIT.store(usize::try_from(bytes).unwrap_or(usize::MAX), Ordering::Relaxed);
    store.limiter(|_| Box::leak(Box::new(MemoryLimit)));
}

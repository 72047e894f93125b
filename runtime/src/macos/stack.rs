//! The stack that the program runs on.

/// What compiled code uses at least, in bytes: macOS gives a process 8 MiB unless it is told otherwise.
const LEAST: usize = 7 << 20;
/// What a process of macOS can have at most, and what is left of it to host calls.
const MOST: usize = 63 << 20;
const HOST: usize = 1 << 20;

/// Bytes that code may use when the program asks for none: what `ulimit -s` leaves.
pub fn usual() -> usize {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: writes the structure.
    if unsafe { libc::getrlimit(libc::RLIMIT_STACK, &raw mut limit) } != 0 {
        return LEAST;
    }
    usize::try_from(limit.rlim_cur)
        .unwrap_or(usize::MAX)
        .saturating_sub(HOST)
        .clamp(LEAST, MOST)
}

/// Bytes for the stack of the interpreter.
#[cfg(feature = "full")]
pub fn usual_of_interpreter() -> usize {
    usual()
}

/// Goes on with `work`: the kernel has made the stack as large as the executable asks.
pub fn with<T>(_asked: usize, work: T, go: fn(T) -> !) -> ! {
    go(work)
}

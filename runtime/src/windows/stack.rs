//! The stack that the program runs on: as large as the executable asks.

/// Bytes that code may use when the program asks for none. The linker asks for 16 MiB (`.cargo/config.toml`).
pub fn usual() -> usize {
    7 << 20
}

/// Bytes for the stack of the interpreter.
#[cfg(feature = "full")]
pub fn usual_of_interpreter() -> usize {
    usual()
}

/// Goes on with `work`.
pub fn with<T>(_asked: usize, work: T, go: fn(T) -> !) -> ! {
    go(work)
}

//! What the compiler expects of a C runtime on Windows, besides `routines/`.

use core::arch::global_asm;

// Called by the prologue of every function with more than a page of locals, with their size in rax, which it keeps: the
// stack grows only when its pages are touched in order.
global_asm!(
    ".globl __chkstk",
    "__chkstk:",
    "push rcx",
    "push rax",
    "lea rcx, [rsp + 24]",
    "cmp rax, 4096",
    "jb 3f",
    "2:",
    "sub rcx, 4096",
    "test [rcx], rcx",
    "sub rax, 4096",
    "cmp rax, 4096",
    "ja 2b",
    "3:",
    "sub rcx, rax",
    "test [rcx], rcx",
    "pop rax",
    "pop rcx",
    "ret",
);

/// Objects that use floating point refer to it.
#[unsafe(no_mangle)]
static _fltused: i32 = 0;

/// The precompiled `alloc` refers to it. Nothing unwinds here: panics end the process.
#[unsafe(no_mangle)]
extern "C" fn __CxxFrameHandler3() {}

// The compiler calls these for `%` on floating-point numbers.

#[unsafe(no_mangle)]
extern "C" fn fmod(x: f64, y: f64) -> f64 {
    libm::fmod(x, y)
}

#[unsafe(no_mangle)]
extern "C" fn fmodf(x: f32, y: f32) -> f32 {
    libm::fmodf(x, y)
}

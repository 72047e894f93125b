//! The target of this build, in the spelling of compatibility keys: `target!()` is a literal, for use in `concat!`.

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
macro_rules! target {
    () => {
        "x86_64-linux"
    };
}
#[cfg(all(target_arch = "aarch64", target_os = "linux"))]
macro_rules! target {
    () => {
        "aarch64-linux"
    };
}
#[cfg(all(target_arch = "riscv64", target_os = "linux"))]
macro_rules! target {
    () => {
        "riscv64-linux"
    };
}
#[cfg(all(target_arch = "s390x", target_os = "linux"))]
macro_rules! target {
    () => {
        "s390x-linux"
    };
}
#[cfg(all(target_arch = "x86_64", target_os = "windows"))]
macro_rules! target {
    () => {
        "x86_64-windows"
    };
}
#[cfg(all(target_arch = "aarch64", target_os = "macos"))]
macro_rules! target {
    () => {
        "aarch64-macos"
    };
}
#[cfg(all(target_arch = "x86_64", target_os = "macos"))]
macro_rules! target {
    () => {
        "x86_64-macos"
    };
}

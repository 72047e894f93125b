//! Continues as another executable that lies in our own image, without touching a file system.

use rustix::fs::MemfdFlags;

use super::start::Arguments;
use super::syscall::{self, Errno};

/// Executes `program` in place of this process, with the same arguments, environment and descriptors. Returns only
/// when that fails.
pub fn run(program: &[u8], arguments: &Arguments) -> Errno {
    let errno = |error: rustix::io::Errno| Errno(error.raw_os_error());
    // Since Linux 6.3 it has to be said that the file is to be executed; before, the flag is unknown.
    let create = |flags| rustix::fs::memfd_create(c"nyash-fallback", flags);
    let file = match create(MemfdFlags::CLOEXEC | MemfdFlags::EXEC).or_else(|_| create(MemfdFlags::CLOEXEC)) {
        Ok(file) => file,
        Err(error) => return errno(error),
    };
    let mut rest = program;
    while !rest.is_empty() {
        match rustix::io::write(&file, rest) {
            Ok(written) => rest = rest.get(written..).unwrap_or_default(),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return errno(error),
        }
    }
    let file = rustix::fd::AsRawFd::as_raw_fd(&file);
    // SAFETY: both lists are the kernel's own, each ended by a null.
    unsafe { syscall::execute(file, arguments.argv.as_ptr(), arguments.envp.as_ptr()) }
}

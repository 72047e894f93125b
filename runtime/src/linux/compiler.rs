//! The compiler inside a program (`--fallback jit`): started when nothing else in the program can run.
//!
//! It is an executable of its own in a region of the payload, because Cranelift needs `std`. The runtime copies it to an
//! anonymous file, starts it as a child process with a request (SPEC.md, "The compiler") in another one, and maps the
//! third, which it has filled. At no time is memory both writable and executable.

use core::ffi::CStr;
use core::fmt;

use nyash_format::{CpuFeatures, Engine, RegionKind};
use rustix::fd::{AsFd, AsRawFd, OwnedFd};
use rustix::fs::{MemfdFlags, SeekFrom};
use rustix::io::Errno;
use rustix::process::{Pid, WaitOptions};

use super::arch::{self, number};
use super::syscall::{self, PROT_EXEC, PROT_READ, PROT_WRITE};
use crate::payload::Regions;

/// Exit status of the child when the compiler cannot be executed.
const NOT_EXECUTED: i32 = 127;

/// What there is to compile, and what compiles it.
pub struct Request {
    compiler: &'static [u8],
    wasm: &'static [u8],
}

/// What came of it: a payload without metadata, mapped for reading.
pub struct Answer {
    file: OwnedFd,
    bytes: &'static [u8],
}

/// Why there is no answer.
pub enum Failure {
    /// The system refused a step.
    System(&'static str, i32),
    /// The compiler could not be executed.
    NotExecuted,
    /// It ended without an answer, and has said why.
    Ended,
    /// A signal ended it.
    Killed(i32),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::System(what, errno) => write!(f, "the system refuses {what} (error {errno})"),
            Failure::NotExecuted => f.write_str("the system does not execute the compiler inside the program"),
            Failure::Ended => f.write_str("the compiler inside the program gave up"),
            Failure::Killed(signal) => write!(
                f,
                "signal {signal} ended the compiler inside the program; is memory short, or starting programs forbidden?"
            ),
        }
    }
}

/// Names the step that was refused.
fn refused(what: &'static str) -> impl Fn(Errno) -> Failure {
    move |errno| Failure::System(what, errno.raw_os_error())
}

impl Request {
    /// The request of a program that carries a compiler.
    pub fn of(regions: &Regions) -> Option<Self> {
        Some(Request {
            compiler: regions.bytes(regions.header.find(RegionKind::Compiler)?),
            wasm: regions.bytes(regions.header.find(RegionKind::Wasm)?),
        })
    }

    /// Lets the compiler work for a machine with these features.
    pub fn answer(&self, settings: &Engine, features: CpuFeatures) -> Result<Answer, Failure> {
        let compiler = executable_file()?;
        write_all(&compiler, self.compiler)?;
        let request = file(c"nyash-request", MemfdFlags::empty())?;
        write_all(&request, &settings.to_bytes())?;
        write_all(&request, &features.bits().to_le_bytes())?;
        write_all(&request, self.wasm)?;
        rustix::fs::seek(&request, SeekFrom::Start(0)).map_err(refused("an anonymous file"))?;
        let answer = file(c"nyash-answer", MemfdFlags::empty())?;
        let status = run(&compiler, &request, &answer)?;
        if status == NOT_EXECUTED {
            return Err(Failure::NotExecuted);
        }
        if status != 0 {
            return Err(Failure::Ended);
        }
        let len = rustix::fs::seek(&answer, SeekFrom::End(0)).map_err(refused("an anonymous file"))? as usize;
        if len == 0 {
            return Err(Failure::Ended);
        }
        let at = syscall::map_file(answer.as_raw_fd(), len, PROT_READ)
            .map_err(|errno| Failure::System("to map an anonymous file", errno.0))?;
        // SAFETY: the file is that long, nobody else has it, and the mapping stays for the life of the process.
        let bytes = unsafe { core::slice::from_raw_parts(at, len) };
        Ok(Answer { file: answer, bytes })
    }
}

impl Answer {
    /// The payload.
    pub fn bytes(&self) -> &'static [u8] {
        self.bytes
    }

    /// Maps code and initial memory of the payload once more, with their own access rights.
    pub fn set_access(&self, text: &[u8], image: (usize, usize)) -> Result<(), Failure> {
        let text = (text.as_ptr() as usize, text.len());
        for ((start, len), access) in [(text, PROT_READ | PROT_EXEC), (image, PROT_READ | PROT_WRITE)] {
            if len == 0 {
                continue;
            }
            let offset = start - self.bytes.as_ptr() as usize;
            // SAFETY: the range is a part of our mapping and gets the same bytes. Initial memory is read through no
            // reference from here on.
            unsafe { syscall::map_file_at(start as *mut u8, len, access, self.file.as_raw_fd(), offset) }
                .map_err(|errno| Failure::System("to map compiled code", errno.0))?;
        }
        Ok(())
    }
}

/// An anonymous file. Its descriptor is none of the standard ones, even if the program was started without these.
fn file(name: &CStr, flags: MemfdFlags) -> Result<OwnedFd, Failure> {
    let file = rustix::fs::memfd_create(name, flags | MemfdFlags::CLOEXEC);
    file.and_then(|file| rustix::io::fcntl_dupfd_cloexec(file, 3))
        .map_err(refused("an anonymous file"))
}

/// Kernels before 6.3 do not know that such a file may be meant to be executed, later ones can be told to refuse the
/// others.
fn executable_file() -> Result<OwnedFd, Failure> {
    const EXECUTABLE: MemfdFlags = MemfdFlags::from_bits_retain(0x10);
    let name = c"nyash-compiler";
    file(name, EXECUTABLE).or_else(|_| file(name, MemfdFlags::empty()))
}

fn write_all(file: impl AsFd, mut bytes: &[u8]) -> Result<(), Failure> {
    while !bytes.is_empty() {
        match rustix::io::write(&file, bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(Errno::INTR) => {}
            Err(errno) => return Err(refused("room for an anonymous file")(errno)),
        }
    }
    Ok(())
}

/// Runs the compiler and returns its exit status.
fn run(compiler: &OwnedFd, request: &OwnedFd, answer: &OwnedFd) -> Result<i32, Failure> {
    // The copy does nothing but `execute`.
    let child = syscall::fork().map_err(|errno| Failure::System("a child process", errno.0))?;
    if child == 0 {
        execute(compiler.as_raw_fd(), request.as_raw_fd(), answer.as_raw_fd());
    }
    let child = Pid::from_raw(child);
    loop {
        match rustix::process::waitpid(child, WaitOptions::empty()) {
            Ok(Some((_, status))) => match status.terminating_signal() {
                Some(signal) => return Err(Failure::Killed(signal)),
                None => return Ok(status.exit_status().unwrap_or_default()),
            },
            Ok(None) | Err(Errno::INTR) => {}
            // Whoever started the program ignores SIGCHLD, so the kernel has forgotten how the child ended: the answer
            // tells whether it did its work.
            Err(Errno::CHILD) => return Ok(0),
            Err(errno) => return Err(refused("to wait for a child process")(errno)),
        }
    }
}

/// Becomes the compiler.
fn execute(compiler: i32, request: i32, answer: i32) -> ! {
    const AT_EMPTY_PATH: usize = 0x1000;
    const PR_SET_PDEATHSIG: usize = 1;
    const SIGKILL: usize = 9;
    let arguments = [c"nyash-compiler".as_ptr(), core::ptr::null()];
    let environment = [core::ptr::null::<core::ffi::c_char>()];
    let (arguments, environment) = (arguments.as_ptr() as usize, environment.as_ptr() as usize);
    // qemu's emulation of a process had no `execveat` before version 8, and some sandboxes have none.
    let path = alloc::format!("/proc/self/fd/{compiler}\0");
    // SAFETY: the strings and lists end with zeros, and the descriptors are ours.
    unsafe {
        // Who ends the program ends the compiler.
        arch::system_call(number::PRCTL, [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0, 0]);
        arch::system_call(number::DUP3, [request as usize, 0, 0, 0, 0, 0]);
        arch::system_call(number::DUP3, [answer as usize, 1, 0, 0, 0, 0]);
        let empty = c"".as_ptr() as usize;
        arch::system_call(
            number::EXECVEAT,
            [compiler as usize, empty, arguments, environment, AT_EMPTY_PATH, 0],
        );
        arch::system_call(
            number::EXECVE,
            [path.as_ptr() as usize, arguments, environment, 0, 0, 0],
        );
    }
    syscall::exit(NOT_EXECUTED)
}

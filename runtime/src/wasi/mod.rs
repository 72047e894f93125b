//! The WASI preview 1 host: all functions of `wasi_snapshot_preview1`, and the older `wasi_unstable`.
//!
//! The reference is wasmtime's own preview 1 host; `docs/wasi.md` lists where this one differs on purpose. A host call
//! costs what the system call behind it costs: nothing is set up before a program asks for it, granted directories are
//! opened when they are first used, and reads and writes go straight to and from the program's memory.
//!
//! `abi.rs` and `memory.rs` are the program's side, `system` is the system's side (a folder for each, `linux/`,
//! `macos/`, `windows/`, and `unix/` with what the first two share), the other files are what lies between.

mod abi;
mod clocks;
mod dirs;
mod fds;
mod files;
#[cfg(all(target_os = "linux", not(feature = "macos-host")))]
mod linux;
#[cfg(not(any(target_os = "macos", feature = "macos-host")))]
mod listing;
#[cfg(any(target_os = "macos", feature = "macos-host"))]
mod macos;
mod memory;
mod paths;
mod poll;
mod process;
mod sockets;
#[cfg(unix)]
mod unix;
mod vectors;
#[cfg(windows)]
mod windows;

/// What the host asks of the system that this runtime is built for.
#[cfg(all(target_os = "linux", not(feature = "macos-host")))]
use linux as system;
#[cfg(any(target_os = "macos", feature = "macos-host"))]
use macos as system;
#[cfg(windows)]
use windows as system;

use core::fmt;
use core::mem::MaybeUninit;

use alloc::format;
use alloc::vec::Vec;
use nyash_format::Capabilities;
use wasmtime::{Caller, ExternType, Func, FuncType, ImportType, Memory, Store, ValRaw, ValType};

use crate::platform::start::Arguments;
use abi::Errno;
use fds::Table;
use memory::Guest;

/// What the program may reach, what it was started with, and what it has open: the data of the store.
pub struct Ctx {
    capabilities: Capabilities<'static>,
    arguments: Arguments,
    memory: Option<Memory>,
    table: Table,
    clocks: clocks::Clocks,
    /// The functions that were called, of a program that is run for its state.
    #[cfg(all(feature = "full", target_os = "linux"))]
    called: Option<Vec<&'static str>>,
    /// Where the snapshot goes that is taken when standard input is first read, and of what.
    #[cfg(all(feature = "full", target_os = "linux"))]
    stop: Option<(wasmtime::Instance, rustix::fd::OwnedFd)>,
}

// SAFETY: the arguments are strings that nobody changes and that live as long as the process. `Store` asks for this
// although there is one thread only.
unsafe impl Send for Ctx {}

impl Ctx {
    /// The state of a program that has not run yet. Makes no system call.
    pub fn new(capabilities: Capabilities<'static>, arguments: Arguments) -> Ctx {
        Ctx {
            #[cfg(all(feature = "full", target_os = "linux"))]
            called: (capabilities.flags & nyash_format::capability::SNAPSHOT != 0).then(Vec::new),
            #[cfg(all(feature = "full", target_os = "linux"))]
            stop: None,
            capabilities,
            arguments,
            memory: None,
            table: Table::new(),
            clocks: clocks::Clocks::new(arguments),
        }
    }

    /// The functions that a program has called that is run for its state.
    #[cfg(all(feature = "full", target_os = "linux"))]
    pub fn called(&self) -> &[&'static str] {
        self.called.as_deref().unwrap_or_default()
    }

    /// Takes a snapshot of the instance, instead of reading it, when the program first reads standard input.
    #[cfg(all(feature = "full", target_os = "linux"))]
    pub fn stop_at_input(&mut self, instance: wasmtime::Instance, out: rustix::fd::OwnedFd) {
        self.stop = Some((instance, out));
    }

    /// Notes the call of a function.
    #[cfg(all(feature = "full", target_os = "linux"))]
    fn note(&mut self, function: &'static str) {
        if let Some(called) = &mut self.called
            && !called.contains(&function)
        {
            called.push(function);
        }
    }

    /// Tells which memory the pointers of host calls point into.
    pub fn set_memory(&mut self, memory: Memory) {
        self.memory = Some(memory);
    }
}

/// Why a host call did not do what it was asked for.
enum Fail {
    /// The program is told.
    Errno(Errno),
    /// The program ends.
    Trap(Violation),
}

impl From<Errno> for Fail {
    fn from(errno: Errno) -> Self {
        Fail::Errno(errno)
    }
}

type Result<T = ()> = core::result::Result<T, Fail>;

/// What a program must not do in a host call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Violation {
    OutOfBounds,
    Misaligned,
}

/// The error of a host call that ends the program, to be reported like a trap.
#[derive(Debug)]
pub struct HostTrap {
    violation: Violation,
    function: &'static str,
}

impl fmt::Display for HostTrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.violation {
            Violation::OutOfBounds => "out of bounds",
            Violation::Misaligned => "misaligned",
        };
        write!(f, "{what} pointer passed to {}", self.function)
    }
}

impl core::error::Error for HostTrap {}

/// Stands in for a function that nobody provides: a call is a trap. The packer lets such modules pass only when it is
/// told to.
pub fn missing(store: &mut Store<Ctx>, import: &ImportType<'_>) -> wasmtime::Result<Func> {
    let name = format!("{}::{}", import.module(), import.name());
    let ExternType::Func(ty) = import.ty() else {
        return Err(wasmtime::format_err!("unknown import {name}"));
    };
    let trap = move |_: Caller<'_, Ctx>, _: &mut [MaybeUninit<ValRaw>]| {
        Err(wasmtime::format_err!("nobody provides {name}, which was called"))
    };
    // SAFETY: it reads no arguments, and without a success there are no results to write.
    Ok(unsafe { Func::new_unchecked(store, ty, trap) })
}

/// Most parameters that a function of WASI has.
const MOST_PARAMETERS: usize = 9;

/// The arguments of a host call.
struct Args([u64; MOST_PARAMETERS]);

impl Args {
    fn u32(&self, i: usize) -> u32 {
        self.0[i] as u32
    }

    fn u64(&self, i: usize) -> u64 {
        self.0[i]
    }

    /// An argument of an enumeration that ends with `last`.
    fn choice(&self, i: usize, last: u32) -> Result<u32> {
        match self.u32(i) {
            value if value <= last => Ok(value),
            _ => Err(Errno::Invalid.into()),
        }
    }

    /// An argument of flags that are 16 bits wide.
    fn flags16(&self, i: usize, all: u16) -> Result<u16> {
        let flags = u16::try_from(self.u32(i)).map_err(|_| Errno::Overflow)?;
        if flags & !all != 0 {
            return Err(Errno::Invalid.into());
        }
        Ok(flags)
    }

    /// An argument of rights.
    fn rights(&self, i: usize) -> Result<u64> {
        let rights = self.u64(i);
        if rights >> 63 != 0 {
            return Err(Errno::Overflow.into());
        }
        if rights & !abi::rights::ALL != 0 {
            return Err(Errno::Invalid.into());
        }
        Ok(rights)
    }

    /// An argument of lookup flags: whether a symbolic link at the end of the path is followed.
    fn follow(&self, i: usize) -> Result<bool> {
        match self.u32(i) {
            0 => Ok(false),
            abi::SYMLINK_FOLLOW => Ok(true),
            flags if flags >> 31 != 0 => Err(Errno::Overflow.into()),
            _ => Err(Errno::Invalid.into()),
        }
    }
}

type Host = fn(&mut Ctx, &mut Guest<'_>, &Args) -> Result;

/// A function that can be imported.
struct Function {
    name: &'static str,
    /// One letter a parameter: `i` is i32, `I` is i64.
    parameters: &'static str,
    host: Host,
}

const fn function(name: &'static str, parameters: &'static str, host: Host) -> Function {
    Function { name, parameters, host }
}

static FUNCTIONS: [Function; 46] = [
    function("args_get", "ii", process::args_get),
    function("args_sizes_get", "ii", process::args_sizes_get),
    function("environ_get", "ii", process::environ_get),
    function("environ_sizes_get", "ii", process::environ_sizes_get),
    function("clock_res_get", "ii", clocks::clock_res_get),
    function("clock_time_get", "iIi", clocks::clock_time_get),
    function("fd_advise", "iIIi", files::fd_advise),
    function("fd_allocate", "iII", files::fd_allocate),
    function("fd_close", "i", fds::fd_close),
    function("fd_datasync", "i", files::fd_datasync),
    function("fd_fdstat_get", "ii", fds::fd_fdstat_get),
    function("fd_fdstat_set_flags", "ii", fds::fd_fdstat_set_flags),
    function("fd_fdstat_set_rights", "iII", fds::fd_fdstat_set_rights),
    function("fd_filestat_get", "ii", files::fd_filestat_get),
    function("fd_filestat_set_size", "iI", files::fd_filestat_set_size),
    function("fd_filestat_set_times", "iIIi", files::fd_filestat_set_times),
    function("fd_pread", "iiiIi", files::fd_pread),
    function("fd_prestat_get", "ii", fds::fd_prestat_get),
    function("fd_prestat_dir_name", "iii", fds::fd_prestat_dir_name),
    function("fd_pwrite", "iiiIi", files::fd_pwrite),
    function("fd_read", "iiii", files::fd_read),
    function("fd_readdir", "iiiIi", dirs::fd_readdir),
    function("fd_renumber", "ii", fds::fd_renumber),
    function("fd_seek", "iIii", files::fd_seek),
    function("fd_sync", "i", files::fd_sync),
    function("fd_tell", "ii", files::fd_tell),
    function("fd_write", "iiii", files::fd_write),
    function("path_create_directory", "iii", dirs::path_create_directory),
    function("path_filestat_get", "iiiii", dirs::path_filestat_get),
    function("path_filestat_set_times", "iiiiIIi", dirs::path_filestat_set_times),
    function("path_link", "iiiiiii", dirs::path_link),
    function("path_open", "iiiiiIIii", dirs::path_open),
    function("path_readlink", "iiiiii", dirs::path_readlink),
    function("path_remove_directory", "iii", dirs::path_remove_directory),
    function("path_rename", "iiiiii", dirs::path_rename),
    function("path_symlink", "iiiii", dirs::path_symlink),
    function("path_unlink_file", "iii", dirs::path_unlink_file),
    function("poll_oneoff", "iiii", poll::poll_oneoff),
    function(PROC_EXIT, "i", process::proc_exit),
    function("proc_raise", "i", process::proc_raise),
    function("sched_yield", "", process::sched_yield),
    function("random_get", "ii", process::random_get),
    function("sock_accept", "iii", sockets::sock_accept),
    function("sock_recv", "iiiiii", sockets::sock_recv),
    function("sock_send", "iiiii", sockets::sock_send),
    function("sock_shutdown", "ii", sockets::sock_shutdown),
];

/// The only function without a result.
const PROC_EXIT: &str = "proc_exit";

/// The functions whose records or numbers were others in `wasi_unstable`.
static UNSTABLE: [Function; 4] = [
    function("fd_filestat_get", "ii", files::unstable_fd_filestat_get),
    function("path_filestat_get", "iiiii", dirs::unstable_path_filestat_get),
    function("fd_seek", "iIii", files::unstable_fd_seek),
    function("poll_oneoff", "iiii", poll::unstable_poll_oneoff),
];

/// The host function that a module's import names, or `None` if there is no such function.
///
/// A module whose import has another type cannot be instantiated.
pub fn import(store: &mut Store<Ctx>, module: &str, name: &str) -> Option<Func> {
    let find = |functions: &'static [Function]| functions.iter().find(|function| function.name == name);
    let function = match module {
        "wasi_snapshot_preview1" => find(&FUNCTIONS)?,
        // It had no sock_accept, which is harmless to offer.
        "wasi_unstable" => find(&UNSTABLE).or_else(|| find(&FUNCTIONS))?,
        _ => return None,
    };
    let parameters = function.parameters.bytes().map(|letter| match letter {
        b'I' => ValType::I64,
        _ => ValType::I32,
    });
    let result = (function.name != PROC_EXIT).then_some(ValType::I32);
    let ty = FuncType::new(store.engine(), parameters, result);
    // SAFETY: `call` reads as many arguments, of the types, as `ty` is made of, and writes the result that `ty` has.
    Some(unsafe { Func::new_unchecked(store, ty, move |caller, values| call(function, caller, values)) })
}

fn call(
    function: &'static Function,
    mut caller: Caller<'_, Ctx>,
    values: &mut [MaybeUninit<ValRaw>],
) -> wasmtime::Result<()> {
    #[cfg(all(feature = "full", target_os = "linux"))]
    caller.data_mut().note(function.name);
    let mut args = Args([0; MOST_PARAMETERS]);
    for ((arg, value), letter) in args.0.iter_mut().zip(&*values).zip(function.parameters.bytes()) {
        // SAFETY: the caller has written the parameters, which have the types that `import` declared.
        let value = unsafe { value.assume_init() };
        *arg = match letter {
            b'I' => value.get_u64(),
            _ => value.get_u32().into(),
        };
    }
    #[cfg(all(feature = "full", target_os = "linux"))]
    if function.name == "fd_read"
        && args.u32(0) == 0
        && let Some((instance, out)) = caller.data_mut().stop.take()
    {
        crate::platform::snapshot::write_state(wasmtime::AsContextMut::as_context_mut(&mut caller), &instance, &out)?;
        crate::platform::syscall::exit(0);
    }
    let outcome = match caller.data().memory {
        Some(memory) => {
            let (bytes, ctx) = memory.data_and_store_mut(&mut caller);
            (function.host)(ctx, &mut Guest(bytes), &args)
        }
        None => (function.host)(caller.data_mut(), &mut Guest(&mut []), &args),
    };
    let errno = match outcome {
        Ok(()) => 0,
        Err(Fail::Errno(errno)) => errno as i32,
        Err(Fail::Trap(violation)) => {
            return Err(wasmtime::Error::new(HostTrap {
                violation,
                function: function.name,
            }));
        }
    };
    if let Some(result) = values.first_mut() {
        result.write(ValRaw::i32(errno));
    }
    Ok(())
}

/// A list that is allocated exactly, or the error for the program if there is no memory.
fn list_with_capacity<T>(capacity: usize) -> Result<Vec<T>> {
    let mut list = Vec::new();
    list.try_reserve_exact(capacity).map_err(|_| Errno::NoMemory)?;
    Ok(list)
}

//! The functions that a module can import: the rows of `format-spec/src/preview1.rs`, each with the host call of its name.

use core::fmt;
use core::mem::MaybeUninit;

use alloc::format;
use nyash_format::preview1::{self, MOST_PARAMETERS, Parameters, Type};
use wasmtime::{Caller, ExternType, Func, FuncType, ImportType, Store, ValRaw, ValType};

use super::abi::Errno;
use super::call::{Args, Fail, Result, Violation};
use super::context::Ctx;
use super::memory::Guest;
// Each row takes the call of its name from here.
use super::{clocks::*, dirs::*, fds::*, files::*, poll::*, process::*, sockets::*};

type Host = fn(&mut Ctx, &mut Guest<'_>, &Args) -> Result;

/// A function that can be imported.
struct Function {
    name: &'static str,
    parameters: Parameters,
    host: Host,
}

macro_rules! functions {
    ($($name:ident $form:literal)+) => {
        static FUNCTIONS: [Function; [$($form),+].len()] = [$(Function {
            name: stringify!($name),
            parameters: Parameters::of($form),
            host: $name,
        },)+];
    };
}
nyash_format::preview1_functions!(functions);

/// One whose record or numbers were others in `wasi_unstable`.
const fn unstable(name: &'static str, host: Host) -> Function {
    Function {
        name,
        parameters: Parameters::of_function(name),
        host,
    }
}

static UNSTABLE: [Function; 4] = [
    unstable("fd_filestat_get", unstable_fd_filestat_get),
    unstable("path_filestat_get", unstable_path_filestat_get),
    unstable("fd_seek", unstable_fd_seek),
    unstable("poll_oneoff", unstable_poll_oneoff),
];

/// The host function that a module's import names, or `None` if there is no such function.
///
/// A module whose import has another type cannot be instantiated.
pub fn import(store: &mut Store<Ctx>, module: &str, name: &str) -> Option<Func> {
    let find = |functions: &'static [Function]| functions.iter().find(|function| function.name == name);
    let function = match module {
        preview1::MODULE => find(&FUNCTIONS)?,
        // It had no sock_accept, which is harmless to offer.
        preview1::OLD_MODULE => find(&UNSTABLE).or_else(|| find(&FUNCTIONS))?,
        _ => return None,
    };
    let parameters = function.parameters.types().iter().map(|ty| match ty {
        Type::I32 => ValType::I32,
        Type::I64 => ValType::I64,
    });
    let result = (function.name != preview1::PROC_EXIT).then_some(ValType::I32);
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
    for ((arg, value), ty) in args.0.iter_mut().zip(&*values).zip(function.parameters.types()) {
        // SAFETY: the caller has written the parameters, which have the types that `import` declared.
        let value = unsafe { value.assume_init() };
        *arg = match ty {
            Type::I32 => value.get_u32().into(),
            Type::I64 => value.get_u64(),
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

/// Stands in for a function that nobody provides: a call is a trap, but that starting a thread fails as it may do anywhere.
/// The packer lets such modules pass only when it is told to.
pub fn missing(store: &mut Store<Ctx>, import: &ImportType<'_>) -> wasmtime::Result<Func> {
    let name = format!("{}::{}", import.module(), import.name());
    let ExternType::Func(ty) = import.ty() else {
        return Err(wasmtime::format_err!("unknown import {name}"));
    };
    let no_threads = (import.module(), import.name()) == (preview1::THREADS_MODULE, preview1::THREAD_SPAWN)
        && ty.results().len() == 1
        && ty.results().all(|result| matches!(result, ValType::I32));
    let trap = move |_: Caller<'_, Ctx>, values: &mut [MaybeUninit<ValRaw>]| {
        if let (true, Some(result)) = (no_threads, values.first_mut()) {
            result.write(ValRaw::i32(-(Errno::Again as i32)));
            return Ok(());
        }
        Err(wasmtime::format_err!("nobody provides {name}, which was called"))
    };
    // SAFETY: it reads no arguments. With success there is one result, an i32, and it is written.
    Ok(unsafe { Func::new_unchecked(store, ty, trap) })
}

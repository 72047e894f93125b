//! From the slot to the program's `_start`, and what happens when something on the way is wrong.

use core::ffi::CStr;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicPtr, Ordering};

use alloc::vec::Vec;
use nyash_format::CompatKey;
use wasmtime::{Instance, Module, Store};

use crate::linux::{image, signals, start::Arguments, syscall};
use crate::message::{EXIT_UNUSABLE, die};
use crate::payload::{self, Payload};
use crate::{backtrace, engine, trap, wasi};

static NAME: AtomicPtr<u8> = AtomicPtr::new(core::ptr::null_mut());

/// The program's name for messages: argument 0 as given.
pub fn name() -> &'static str {
    let name = NAME.load(Ordering::Relaxed);
    if name.is_null() {
        return "program";
    }
    // SAFETY: set from argument 0 only, a C string that lives as long as the process.
    unsafe { CStr::from_ptr(name.cast()) }.to_str().unwrap_or("program")
}

/// Runs the program that is packed into this executable.
pub fn run(arguments: Arguments) -> ! {
    if let Some(name) = arguments.argv.first() {
        NAME.store(name.cast_mut(), Ordering::Relaxed);
    }
    signals::install();
    let payload = payload::find().unwrap_or_else(|error| {
        die(
            EXIT_UNUSABLE,
            format_args!("cannot start: {error}; pack the program again"),
        );
    });
    check_key(&payload);
    backtrace::set_bounds(payload.text, arguments.argv.as_ptr() as usize);
    image::set_segment(payload.image.0, payload.image.1);
    match start(payload, arguments) {
        Ok(()) => syscall::exit(0),
        Err(error) => match error.downcast_ref::<wasmtime::Trap>() {
            Some(reason) => report(*reason),
            None => die(EXIT_UNUSABLE, format_args!("cannot start: {error:?}")),
        },
    }
}

fn report(reason: wasmtime::Trap) -> ! {
    trap::report_and_exit(trap::text(reason))
}

fn start(payload: Payload, arguments: Arguments) -> wasmtime::Result<()> {
    let engine = engine::new(&payload.metadata.engine)?;
    // SAFETY: the region is a module that the packer compiled, mapped as the module's ELF sections ask for, for the
    // life of the process; its bytes are not changed.
    let module = unsafe { Module::deserialize_raw(&engine, NonNull::from(payload.module))? };
    let context = wasi::Ctx::new(payload.metadata.capabilities, arguments.argv, arguments.envp);
    let mut store = Store::new(&engine, context);
    let mut imports = Vec::with_capacity(module.imports().len());
    for import in module.imports() {
        let Some(function) = wasi::import(&mut store, import.module(), import.name()) else {
            wasmtime::bail!("unknown import {}::{}", import.module(), import.name());
        };
        imports.push(function.into());
    }
    let instance = Instance::new(&mut store, &module, &imports)?;
    if let Some(memory) = instance.get_memory(&mut store, "memory") {
        store.data_mut().set_memory(memory);
    }
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
    start.call(&mut store, ())
}

/// Refuses a module that was compiled for another wasmtime, target or engine.
fn check_key(payload: &Payload) {
    let key = CompatKey {
        wasmtime: payload::WASMTIME,
        target: payload::TARGET,
        cpu: payload.region.cpu,
        engine: payload.metadata.engine,
    };
    if key.hash() != payload.region.key {
        die(
            EXIT_UNUSABLE,
            format_args!(
                "cannot start: the compiled module does not fit this runtime; pack the program again\n\
                 the runtime expects:\n{}the module was compiled for:\n{}",
                key.text(),
                payload.metadata.key_text.unwrap_or("(not recorded)\n"),
            ),
        );
    }
}

//! From the slot to the program's `_start`, and what happens when something on the way is wrong.

use core::mem::ManuallyDrop;
use core::ptr::NonNull;

use alloc::vec::Vec;
use nyash_format::{Engine as Settings, Invoke};
use wasmtime::{Instance, Module, Store};

use crate::choose;
use crate::code::Code;
#[cfg(target_os = "linux")]
use crate::message;
use crate::message::{EXIT_UNUSABLE, die};
use crate::payload::{self, Payload};
#[cfg(all(feature = "full", target_os = "linux"))]
use crate::platform::snapshot;
use crate::platform::start::Arguments;
use crate::platform::{signals, stack, syscall};
use crate::{backtrace, engine, image, limit, mappings, trap, wasi};

/// Runs the program that is packed into this executable.
pub fn run(arguments: Arguments) -> ! {
    signals::install();
    let payload = payload::find().unwrap_or_else(|error| {
        die(
            EXIT_UNUSABLE,
            format_args!("cannot start: {error}; pack the program again"),
        );
    });
    #[cfg(target_os = "linux")]
    message::set_capabilities(payload.metadata.capabilities.flags);
    let code = choose::choose(&payload, &arguments);
    backtrace::set_bounds(code.text, code.names, arguments.stack_top());
    let (start_of_image, len) = code.image;
    image::set_segment(start_of_image, len, code.runs);
    let asked = match code.is_bytecode() {
        // The interpreter brings its own.
        true => 0,
        false => usize::try_from(payload.metadata.engine.max_wasm_stack).unwrap_or(usize::MAX),
    };
    stack::with(asked, (payload, code, arguments), run_on_stack)
}

fn run_on_stack((payload, code, arguments): (Payload, Code, Arguments)) -> ! {
    match start_module(payload, &code, arguments) {
        Ok(()) => syscall::exit(0),
        Err(Failure::Start(error)) => give_up(&error),
        Err(Failure::Run(error)) => trap::report_error_and_exit(&error),
    }
}

/// Why a program ended otherwise than by its own will.
enum Failure {
    /// It could not be started.
    Start(wasmtime::Error),
    /// It trapped, or a host function refused to go on.
    Run(wasmtime::Error),
}

fn give_up(error: &wasmtime::Error) -> ! {
    let hint = match mappings::last_failure() {
        0 => "",
        _ => {
            "\nthe system refused address space or memory; is `ulimit -v` or a container limit too low? \
             A program packed with --small-address-space needs no reservation"
        }
    };
    die(EXIT_UNUSABLE, format_args!("cannot start: {error:#}{hint}"))
}

fn start_module(payload: Payload, code: &Code, arguments: Arguments) -> Result<(), Failure> {
    #[cfg(all(feature = "full", target_os = "linux"))]
    if payload.metadata.capabilities.flags & nyash_format::capability::SNAPSHOT != 0 {
        return take_snapshot(payload, code, arguments);
    }
    let invoke = payload.metadata.invoke;
    let (store, instance) = instantiate(payload, code, arguments)?;
    // The process ends with the program: tearing the store down would only unmap what the kernel is about to.
    let mut store = ManuallyDrop::new(store);
    match invoke {
        None => call(&mut store, instance, "_start"),
        Some(invoke) => call_export(&mut store, instance, invoke),
    }
}

/// Calls a function that takes nothing and returns nothing.
fn call(store: &mut Store<wasi::Ctx>, instance: Instance, name: &str) -> Result<(), Failure> {
    let function = instance
        .get_typed_func::<(), ()>(&mut *store, name)
        .map_err(Failure::Start)?;
    function.call(store, ()).map_err(Failure::Run)
}

/// Initialises a module that is no command, and calls the export that it was packed for.
#[cold]
fn call_export(store: &mut Store<wasi::Ctx>, instance: Instance, invoke: Invoke<'_>) -> Result<(), Failure> {
    const INITIALIZE: &str = "_initialize";
    if invoke.name != INITIALIZE && instance.get_func(&mut *store, INITIALIZE).is_some() {
        call(store, instance, INITIALIZE)?;
    }
    #[cfg(feature = "full")]
    {
        crate::invoke::invoke(store, instance, invoke).map_err(Failure::Run)
    }
    #[cfg(not(feature = "full"))]
    call(store, instance, invoke.name)
}

/// Runs a program for its state only.
#[cfg(all(feature = "full", target_os = "linux"))]
fn take_snapshot(payload: Payload, code: &Code, arguments: Arguments) -> Result<(), Failure> {
    let out = snapshot::output().map_err(|errno| {
        Failure::Start(wasmtime::format_err!(
            "nothing takes the snapshot: system error {}",
            errno.raw_os_error()
        ))
    })?;
    let (store, instance) = instantiate(payload, code, arguments)?;
    let mut store = ManuallyDrop::new(store);
    snapshot::take(&mut store, instance, out).map_err(Failure::Run)
}

fn instantiate(payload: Payload, code: &Code, arguments: Arguments) -> Result<(Store<wasi::Ctx>, Instance), Failure> {
    let module = load(&payload.metadata.engine, code).map_err(Failure::Start)?;
    let capabilities = payload.metadata.capabilities;
    let memory_limit = capabilities.memory_limit;
    let mut store = Store::new(
        module.engine(),
        wasi::Ctx::new(capabilities, payload.embedded, arguments),
    );
    if let Some(limit) = memory_limit {
        limit::set(&mut store, limit);
    }
    let mut imports = Vec::with_capacity(module.imports().len());
    for import in module.imports() {
        let function = match wasi::import(&mut store, import.module(), import.name()) {
            Some(function) => function,
            None => wasi::missing(&mut store, &import).map_err(Failure::Start)?,
        };
        imports.push(function.into());
    }
    #[cfg(target_os = "linux")]
    if let Some(wasmtime::ExternType::Memory(memory)) = module.get_export("memory") {
        let accessible = memory.minimum().saturating_mul(memory.page_size());
        let front = accessible.saturating_add(payload.metadata.engine.memory_guard_size);
        crate::platform::memory::set_front(usize::try_from(front).unwrap_or(0));
    }
    let instance = Instance::new(&mut store, &module, &imports).map_err(|error| {
        if error.is::<wasmtime::Trap>() {
            Failure::Run(error)
        } else {
            Failure::Start(error)
        }
    })?;
    if let Some(memory) = instance.get_memory(&mut store, "memory") {
        store.data_mut().set_memory(memory);
    }
    Ok((store, instance))
}

/// Makes the engine and the module. Not a part of its caller, whose frame lies above everything that follows.
#[inline(never)]
fn load(settings: &Settings, code: &Code) -> wasmtime::Result<Module> {
    let engine = engine::new(settings, code)?;
    // SAFETY: the region is a module that our compiler made, mapped as the module's ELF sections ask for, for the life of
    // the process; its bytes are not changed.
    unsafe { Module::deserialize_raw(&engine, NonNull::from(code.module)) }
}

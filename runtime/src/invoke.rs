//! An export that is called in place of `_start` with parameters from the command line, or as the `main` of a C program.

use core::fmt::Write;
use core::str::FromStr;

use alloc::string::String;
use alloc::vec::Vec;

use nyash_format::{Invoke, invoke};
use wasmtime::{FuncType, Instance, Memory, Ref, Store, Val, ValType};

use crate::message::{EXIT_TRAP, EXIT_USAGE, die};
use crate::platform::syscall;
use crate::wasi::Ctx;

/// What the arguments of a `main` may take of a stack whose size nobody knows, in bytes: a quarter of what linkers give.
const MOST_OF_STACK: u32 = 16 << 10;

/// Calls the export.
///
/// # Errors
/// Traps of the program.
pub fn invoke(store: &mut Store<Ctx>, instance: Instance, invoke: Invoke<'_>) -> wasmtime::Result<()> {
    let function = instance
        .get_func(&mut *store, invoke.name)
        .ok_or_else(|| wasmtime::format_err!("nothing is exported as {}", invoke.name))?;
    let ty = function.ty(&*store);
    let words: Vec<&[u8]> = store.data().arguments().collect();
    let parameters = match (invoke.is_main, ty.params().len()) {
        (true, 0) => Vec::new(),
        (true, _) => main_parameters(store, instance, &words)?,
        (false, _) => parameters(invoke.name, &ty, words.get(1..).unwrap_or_default()),
    };
    let mut results: Vec<Val> = ty.results().map(|_| Val::I32(0)).collect();
    function.call(&mut *store, &parameters, &mut results)?;
    if invoke.is_main {
        if let Ok(end) = instance.get_typed_func::<(), ()>(&mut *store, invoke::END) {
            end.call(&mut *store, ())?;
        }
        syscall::exit(results.first().and_then(Val::i32).unwrap_or(0));
    }
    let mut lines = String::new();
    for result in &results {
        print(&mut lines, result);
    }
    Ctx::print(lines.as_bytes());
    Ok(())
}

/// The words as values of the function's parameters. Ends the process if that is not what they are.
fn parameters(name: &str, ty: &FuncType, words: &[&[u8]]) -> Vec<Val> {
    let mut values = Vec::new();
    for (at, ty) in ty.params().enumerate() {
        let number = at + 1;
        let Some(word) = words.get(at) else {
            let plural = if words.len() == 1 { " is" } else { "s are" };
            die(
                EXIT_USAGE,
                format_args!(
                    "parameter {number} of `{name}` ({ty}) is missing: {} argument{plural} given",
                    words.len()
                ),
            )
        };
        let text = String::from_utf8_lossy(word);
        match value(&ty, &text) {
            Some(value) => values.push(value),
            None => die(
                EXIT_USAGE,
                format_args!(
                    "parameter {number} of `{name}` is of type {ty}, and `{text}` is not: {}",
                    expected(&ty)
                ),
            ),
        }
    }
    if let Some(more) = words.get(values.len()) {
        let plural = if values.len() == 1 { "" } else { "s" };
        die(
            EXIT_USAGE,
            format_args!(
                "`{name}` takes {} argument{plural}, not {}: `{}` is one too many",
                values.len(),
                words.len(),
                String::from_utf8_lossy(more)
            ),
        );
    }
    values
}

/// A number as wasmtime's own command takes it. Besides, hexadecimal digits may be all bits of an integer, and a vector is
/// an integer of its bits.
fn value(ty: &ValType, text: &str) -> Option<Val> {
    Some(match ty {
        ValType::I32 => Val::I32(integer(text, |bits: u32| bits.cast_signed())?),
        ValType::I64 => Val::I64(integer(text, |bits: u64| bits.cast_signed())?),
        ValType::F32 => Val::F32(text.parse::<f32>().ok()?.to_bits()),
        ValType::F64 => Val::F64(text.parse::<f64>().ok()?.to_bits()),
        ValType::V128 => Val::V128(integer(text, |bits: u128| bits)?.into()),
        // The packer refuses them.
        ValType::Ref(_) => return None,
    })
}

fn integer<S: Radix, U: Radix>(text: &str, of_bits: impl Fn(U) -> S) -> Option<S> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => S::of_hex(digits).or_else(|| U::of_hex(digits).map(of_bits)),
        None => text.parse().ok(),
    }
}

/// An integer.
trait Radix: FromStr {
    fn of_hex(digits: &str) -> Option<Self>;
}

macro_rules! radix {
    ($($ty:ty),*) => {
        $(impl Radix for $ty {
            fn of_hex(digits: &str) -> Option<Self> {
                <$ty>::from_str_radix(digits, 16).ok()
            }
        })*
    };
}

radix!(i32, u32, i64, u64, u128);

fn expected(ty: &ValType) -> &'static str {
    match ty {
        ValType::I32 => "a whole number of 32 bits is expected, such as -7 or 0x1f",
        ValType::I64 => "a whole number of 64 bits is expected, such as -7 or 0x1f",
        ValType::F32 | ValType::F64 => "a number is expected, such as 0.5, 1e9, inf or nan",
        ValType::V128 => "a whole number of 128 bits is expected, such as 7 or 0x1f",
        ValType::Ref(_) => "references cannot be given",
    }
}

/// A line for a result, as wasmtime's own command prints it.
fn print(lines: &mut String, result: &Val) {
    // A text never reports an error.
    let _ = match result {
        Val::I32(value) => writeln!(lines, "{value}"),
        Val::I64(value) => writeln!(lines, "{value}"),
        Val::F32(bits) => writeln!(lines, "{}", f32::from_bits(*bits)),
        Val::F64(bits) => writeln!(lines, "{}", f64::from_bits(*bits)),
        Val::V128(value) => writeln!(lines, "{}", value.as_u128()),
        other => {
            let null = if other.ref_().is_some_and(|r| r.is_null()) {
                "null "
            } else {
                ""
            };
            let kind = match other.ref_() {
                Some(Ref::Func(_)) => "funcref",
                Some(Ref::Extern(_)) => "externref",
                Some(Ref::Any(_)) => "anyref",
                Some(Ref::Exn(_)) => "exnref",
                None => "contref",
            };
            writeln!(lines, "<{null}{kind}>")
        }
    };
}

/// `argc` and `argv`, whose strings are put into the program's memory.
fn main_parameters(store: &mut Store<Ctx>, instance: Instance, words: &[&[u8]]) -> wasmtime::Result<Vec<Val>> {
    let Some(memory) = instance.get_memory(&mut *store, "memory") else {
        return Err(wasmtime::format_err!("there is no memory for the arguments"));
    };
    let pointers = 4 * (words.len() + 1);
    let len = words.iter().fold(pointers, |sum, word| sum + word.len() + 1);
    let start = match u32::try_from(len) {
        Ok(len) => place(store, instance, memory, len)?,
        Err(_) => no_place(len),
    };
    let mut bytes = Vec::with_capacity(len);
    let mut at = start.wrapping_add(pointers as u32);
    for word in words {
        bytes.extend(at.to_le_bytes());
        at = at.wrapping_add(word.len() as u32 + 1);
    }
    bytes.extend([0; 4]);
    for word in words {
        bytes.extend_from_slice(word);
        bytes.push(0);
    }
    if memory.write(&mut *store, start as usize, &bytes).is_err() {
        no_place(len);
    }
    let count = i32::try_from(words.len()).unwrap_or(i32::MAX);
    Ok([count, start.cast_signed()].into_iter().map(Val::I32).collect())
}

/// Where the arguments of a `main` go. Memory that is only added may be what an allocator takes for its own, so that is
/// done where there is no sign of one.
fn place(store: &mut Store<Ctx>, instance: Instance, memory: Memory, len: u32) -> wasmtime::Result<u32> {
    if let Ok(malloc) = instance.get_typed_func::<u32, u32>(&mut *store, invoke::MALLOC) {
        let place = malloc.call(&mut *store, len)?;
        return Ok(if place == 0 { no_place(len as usize) } else { place });
    }
    if let Some(stack) = instance.get_global(&mut *store, invoke::STACK) {
        let top = stack.get(&mut *store).i32().unwrap_or(0).cast_unsigned();
        if len > MOST_OF_STACK || len > top / 2 {
            no_place(len as usize);
        }
        // Stacks of wasm are aligned to 16 bytes.
        let place = (top - len) & !15;
        stack.set(&mut *store, Val::I32(place.cast_signed()))?;
        return Ok(place);
    }
    let page = memory.page_size(&*store);
    match memory.grow(&mut *store, u64::from(len).div_ceil(page)) {
        Ok(pages) => Ok(u32::try_from(pages * page).unwrap_or_else(|_| no_place(len as usize))),
        Err(_) => no_place(len as usize),
    }
}

fn no_place(len: usize) -> ! {
    die(
        EXIT_TRAP,
        format_args!(
            "there is no room for the arguments, {len} bytes, in the module's memory; a module that exports `malloc` has some"
        ),
    )
}

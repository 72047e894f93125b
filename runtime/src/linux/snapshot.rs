//! A program that is run for its state: it is initialised, and what has become of it is written to standard output, for
//! the packer, which starts it (`packer/src/preinit/`).
//!
//! The form is that of `nyash_format::snapshot`. What the program itself writes to its standard output goes to standard
//! error.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Range;

use nyash_format::snapshot::{self, Exported, Item, Value};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::io::Errno;
use wasmtime::{AsContextMut, Extern, Instance, Memory, Ref, Store, StoreContextMut, Val};

use super::arch::{self, number};
use crate::wasi::Ctx;

/// What is looked at to find out what is zero, in bytes.
const PAGE: usize = 4096;
/// Longest contents in one item, so that what is written is not in memory twice.
const LONGEST: usize = 16 << 20;

/// Takes standard output for the snapshot.
///
/// # Errors
/// The system's, when there is none.
pub fn output() -> Result<OwnedFd, Errno> {
    // SAFETY: it is not closed by anybody; if it is not open, duplicating it fails.
    let file = rustix::io::fcntl_dupfd_cloexec(unsafe { BorrowedFd::borrow_raw(1) }, 3)?;
    // SAFETY: makes 1 what 2 is; nobody else has 1.
    unsafe { arch::system_call(number::DUP3, [2, 1, 0, 0, 0, 0]) };
    Ok(file)
}

/// Initialises the instance and writes what has become of it, or prepares that it is written when standard input is read.
///
/// # Errors
/// Traps of the program, and [`Unwritten`].
pub fn take(store: &mut Store<Ctx>, instance: Instance, out: OwnedFd) -> wasmtime::Result<()> {
    // From here on the module may end the process, which is then told from one that could not be started.
    write(&out, &snapshot::start())?;
    let mut init = Vec::new();
    let mut late = false;
    for export in instance.exports(&mut *store) {
        match Exported::parse(export.name()) {
            Some((Exported::Init, index)) => init.push((index, export.into_extern())),
            Some((Exported::Input, _)) => late = true,
            _ => {}
        }
    }
    init.sort_by_key(|(index, _)| *index);
    let out = if late {
        store.data_mut().stop_at_input(instance, out);
        None
    } else {
        Some(out)
    };
    for (_, function) in init {
        if let Extern::Func(function) = function {
            function.typed::<(), ()>(&*store)?.call(&mut *store, ())?;
        }
    }
    match out {
        Some(out) => write_state(store.as_context_mut(), &instance, &out),
        // It has not read anything, and the packer sees that there is no state.
        None => Ok(()),
    }
}

/// Writes the state of the instance.
///
/// # Errors
/// [`Unwritten`].
pub fn write_state(mut store: StoreContextMut<'_, Ctx>, instance: &Instance, out: &OwnedFd) -> wasmtime::Result<()> {
    let mut exports: Vec<(Exported, u32, Extern)> = Vec::new();
    for export in instance.exports(store.as_context_mut()) {
        if let Some((kind, index)) = Exported::parse(export.name()) {
            exports.push((kind, index, export.into_extern()));
        }
    }
    exports.sort_by_key(|(kind, index, _)| (*kind, *index));
    let mut functions = BTreeMap::new();
    for (kind, index, export) in &exports {
        if let (Exported::Function, Extern::Func(function)) = (kind, export) {
            functions.insert(function.to_raw(&mut store) as usize, *index);
        }
    }
    for (_, index, export) in exports {
        match export {
            Extern::Memory(memory) => write_memory(&store, index, memory, out)?,
            Extern::Global(global) => {
                let value = match global.get(&mut store) {
                    Val::I32(value) => Value::Bits(value.cast_unsigned().into()),
                    Val::I64(value) => Value::Bits(value.cast_unsigned().into()),
                    Val::F32(bits) => Value::Bits(bits.into()),
                    Val::F64(bits) => Value::Bits(bits.into()),
                    Val::V128(value) => Value::Bits(value.as_u128()),
                    other => match other.ref_() {
                        Some(reference) => value(&mut store, &functions, &reference),
                        None => Value::Unknown,
                    },
                };
                write(out, &Item::Global { global: index, value }.to_bytes())?;
            }
            Extern::Table(table) => {
                let mut elements = Vec::new();
                for at in 0..table.size(&store) {
                    let element = table.get(&mut store, at);
                    elements.push(element.map_or(Value::Unknown, |element| value(&mut store, &functions, &element)));
                }
                write(out, &Item::Table { table: index, elements }.to_bytes())?;
            }
            _ => {}
        }
    }
    for name in store.data().called() {
        write(out, &Item::Called(name).to_bytes())?;
    }
    for text in store.data().changed_descriptors() {
        write(out, &Item::Descriptor(&text).to_bytes())?;
    }
    write(out, &snapshot::end())
}

/// What a reference is to. Functions are known by where their description lies, of which there is one for each.
fn value(store: &mut StoreContextMut<'_, Ctx>, functions: &BTreeMap<usize, u32>, reference: &Ref) -> Value {
    match reference {
        Ref::Func(Some(function)) => {
            let found = functions.get(&(function.to_raw(&mut *store) as usize));
            found.map_or(Value::Unknown, |index| Value::Function(*index))
        }
        reference if reference.is_null() => Value::Null,
        Ref::Extern(_) => Value::External,
        _ => Value::Collected,
    }
}

fn write_memory(store: &StoreContextMut<'_, Ctx>, index: u32, memory: Memory, out: &OwnedFd) -> wasmtime::Result<()> {
    let data = memory.data(store);
    let size = data.len() as u64;
    write(out, &Item::Memory { memory: index, size }.to_bytes())?;
    let flush = |range: Range<usize>| {
        if range.is_empty() {
            return Ok(());
        }
        let item = Item::Contents {
            memory: index,
            address: range.start as u64,
            bytes: &data[range],
        };
        write(out, &item.to_bytes())
    };
    let mut run = 0..0;
    for (at, page) in (0..).step_by(PAGE).zip(data.chunks(PAGE)) {
        if page.iter().all(|byte| *byte == 0) {
            continue;
        }
        if run.end != at || run.len() >= LONGEST {
            flush(run)?;
            run = at..at;
        }
        run.end = at + page.len();
    }
    flush(run)
}

/// The snapshot cannot be written.
#[derive(Debug)]
pub struct Unwritten(Errno);

impl core::fmt::Display for Unwritten {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "the snapshot cannot be written: system error {}",
            self.0.raw_os_error()
        )
    }
}

impl core::error::Error for Unwritten {}

fn write(out: &OwnedFd, mut bytes: &[u8]) -> wasmtime::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(out.as_fd(), bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(Errno::INTR) => {}
            Err(errno) => return Err(wasmtime::Error::new(Unwritten(errno))),
        }
    }
    Ok(())
}

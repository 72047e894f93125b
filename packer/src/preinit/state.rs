//! What a snapshot says, by the numbers of the module.

use std::collections::{BTreeMap, BTreeSet};

use nyash_format::snapshot::{self, Item, Value};

use super::error::Failure;
use super::shape::Shape;
use super::suspend::Shadow;
use crate::error::Result;

/// The state of a module.
#[derive(Default)]
pub(super) struct State<'a> {
    pub memories: Vec<Memory<'a>>,
    pub tables: Vec<Vec<Value>>,
    pub globals: BTreeMap<u32, Value>,
    /// Data and element segments that were passive and are used up.
    pub dropped_data: BTreeSet<u32>,
    pub dropped_elements: BTreeSet<u32>,
    /// The shadow stack, if there is one.
    pub stack: Option<Vec<u8>>,
    /// The functions of WASI that were called.
    pub called: Vec<&'a str>,
}

/// The globals that are not 0 once a segment was dropped, by number of the segment.
#[derive(Default)]
pub(super) struct Dropped {
    pub data: BTreeMap<u32, u32>,
    pub elements: BTreeMap<u32, u32>,
}

/// A memory.
#[derive(Clone, Default)]
pub(super) struct Memory<'a> {
    /// In bytes.
    pub size: u64,
    /// What is not zero, by address.
    pub contents: Vec<(u64, &'a [u8])>,
}

impl<'a> State<'a> {
    /// Reads a snapshot of the module.
    ///
    /// # Errors
    /// [`Failure::Incomplete`] for one that is cut short or about another module, [`Failure::Descriptors`].
    pub fn read(bytes: &'a [u8], shape: &Shape<'_>, notes: &Dropped, shadow: Option<Shadow>) -> Result<Self> {
        let mut state = State::default();
        let (mut memories, mut tables) = (BTreeMap::<u32, Memory<'a>>::new(), BTreeMap::new());
        let mut descriptors = Vec::new();
        for item in snapshot::read(bytes).map_err(|error| Failure::Incomplete(error.to_string()))? {
            match item {
                Item::Memory { memory, size } => memories.entry(memory).or_default().size = size,
                Item::Contents { memory, address, bytes } => {
                    memories.entry(memory).or_default().contents.push((address, bytes));
                }
                Item::Global { global, value } => {
                    state.globals.insert(global, value);
                }
                Item::Table { table, elements } => {
                    tables.insert(table, elements);
                }
                Item::Called(name) => state.called.push(name),
                Item::Descriptor(text) => descriptors.push(text.to_owned()),
            }
        }
        if !descriptors.is_empty() {
            return Err(Failure::Descriptors(descriptors).into());
        }
        let missing = |what: &str, index: u32| Failure::Incomplete(format!("{what} {index} is not in it"));
        for index in 0..shape.memories.len() as u32 {
            state
                .memories
                .push(memories.remove(&index).ok_or_else(|| missing("memory", index))?);
        }
        for index in 0..shape.tables.len() as u32 {
            state
                .tables
                .push(tables.remove(&index).ok_or_else(|| missing("table", index))?);
        }
        if let Some(Shadow { memory, top }) = shadow {
            let stack = memories.remove(&memory).ok_or_else(|| missing("memory", memory))?;
            let Some(Value::Bits(top)) = state.globals.get(&top) else {
                return Err(missing("global", top).into());
            };
            let top = usize::try_from(*top).ok().filter(|top| *top as u64 <= stack.size);
            let mut bytes = vec![0; top.ok_or_else(|| missing("the top of memory", memory))?];
            for (address, contents) in stack.contents {
                let start = bytes.len().min(address as usize);
                let len = contents.len().min(bytes.len() - start);
                bytes[start..start + len].copy_from_slice(&contents[..len]);
            }
            state.stack = Some(bytes);
        }
        let dropped = |notes: &BTreeMap<u32, u32>| {
            let set = |(segment, global): (&u32, &u32)| match state.globals.get(global) {
                Some(Value::Bits(0)) | None => None,
                Some(_) => Some(*segment),
            };
            notes.iter().filter_map(set).collect()
        };
        let (data, elements) = (dropped(&notes.data), dropped(&notes.elements));
        (state.dropped_data, state.dropped_elements) = (data, elements);
        Ok(state)
    }
}

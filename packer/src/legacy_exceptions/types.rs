//! The types of a module: those of its blocks and tags, and the function types that new blocks need.

use std::collections::HashMap;

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{Encode, ValType as NewValType};
use wasmparser::{BlockType, CompositeInnerType, FuncType, ValType};

use super::error::{Error, Result};

/// What engines accept of the parameters or results of a type.
const MOST_VALUES: usize = 1000;
/// What engines accept of types.
const MOST_TYPES: u32 = 1_000_000;

/// Function types, those of the module and those added, and the types of tags and functions.
#[derive(Default)]
pub(super) struct Types {
    /// By index; `None` for what is no function type.
    defined: Vec<Option<FuncType>>,
    /// Types of tags, imported ones first.
    pub tags: Vec<u32>,
    /// Types of the functions with bodies.
    pub functions: Vec<u32>,
    added: HashMap<FuncType, u32>,
    /// The added types as the type section holds them, in order of their indices.
    encoded: Vec<u8>,
}

impl Types {
    /// Takes in a type section.
    pub fn define(&mut self, section: wasmparser::TypeSectionReader<'_>) -> Result<()> {
        for group in section {
            for ty in group?.into_types() {
                self.defined.push(match ty.composite_type.inner {
                    CompositeInnerType::Func(ty) => Some(ty),
                    _ => None,
                });
            }
        }
        Ok(())
    }

    fn function_type(&self, index: u32, offset: usize) -> Result<&FuncType> {
        let found = self.defined.get(index as usize).and_then(Option::as_ref);
        found.ok_or(Error::Index {
            what: "function type",
            index,
            offset: offset as u64,
        })
    }

    /// Number of parameters of a function, by its place among those with bodies.
    pub fn parameters_of(&self, body: usize, offset: usize) -> Result<u32> {
        let missing = || Error::Index {
            what: "function with body",
            index: body as u32,
            offset: offset as u64,
        };
        let ty = *self.functions.get(body).ok_or_else(missing)?;
        Ok(self.function_type(ty, offset)?.params().len() as u32)
    }

    /// What a block takes from the stack.
    pub fn parameters(&self, block: BlockType, offset: usize) -> Result<&[ValType]> {
        match block {
            BlockType::Empty | BlockType::Type(_) => Ok(&[]),
            BlockType::FuncType(index) => Ok(self.function_type(index, offset)?.params()),
        }
    }

    /// The values that exceptions of a tag carry.
    pub fn values_of(&self, tag: u32, offset: usize) -> Result<&[ValType]> {
        let ty = *self.tags.get(tag as usize).ok_or(Error::Index {
            what: "tag",
            index: tag,
            offset: offset as u64,
        })?;
        Ok(self.function_type(ty, offset)?.params())
    }

    /// A block type with these parameters and results; a type is added if it needs one.
    pub fn block(
        &mut self,
        parameters: Vec<ValType>,
        results: Vec<ValType>,
        offset: usize,
    ) -> Result<wasm_encoder::BlockType> {
        use wasm_encoder::BlockType as New;
        match (parameters.as_slice(), results.as_slice()) {
            ([], []) => return Ok(New::Empty),
            ([], [one]) => return Ok(New::Result(encoded(*one)?)),
            _ => {}
        }
        let limit = |what, limit| Error::Limit {
            what,
            limit,
            offset: offset as u64,
        };
        if results.len() > MOST_VALUES {
            return Err(limit("results of a block", MOST_VALUES));
        }
        let ty = FuncType::new(parameters, results);
        if let Some(index) = self.added.get(&ty) {
            return Ok(New::FunctionType(*index));
        }
        let index = (self.defined.len() + self.added.len()) as u32;
        if index >= MOST_TYPES {
            return Err(limit("types", MOST_TYPES as usize));
        }
        // A plain `func` in the type section is final and has no supertype.
        self.encoded.push(0x60);
        for values in [ty.params(), ty.results()] {
            let values: Result<Vec<NewValType>> = values.iter().map(|value| encoded(*value)).collect();
            values?.encode(&mut self.encoded);
        }
        self.added.insert(ty, index);
        Ok(New::FunctionType(index))
    }

    /// How many types were added, and their encoding.
    pub fn added(&self) -> (u32, &[u8]) {
        (self.added.len() as u32, &self.encoded)
    }
}

/// A value type in the encoder's terms. Indices of types stay.
fn encoded(ty: ValType) -> Result<NewValType> {
    RoundtripReencoder.val_type(ty).map_err(|error| Error::Malformed {
        message: error.to_string(),
        offset: 0,
    })
}

//! What the library offers, as the stages look it up.

pub use nyash_abi::class;
pub use nyash_abi::library::{Effect, Gives, Receiver, Row, arity, find, knows};

/// What reads an entry of a map as if it were a field.
pub fn map_get_field() -> &'static Row {
    existing(Receiver::Class(class::MAP), "getField", 1)
}

/// What sets an entry of a map as if it were a field.
pub fn map_set_field() -> &'static Row {
    existing(Receiver::Class(class::MAP), "set", 2)
}

/// A function that lowering asks for by name.
pub fn internal(name: &str, arguments: usize) -> &'static Row {
    match find(Receiver::Internal, name, arguments) {
        Some(row) => row,
        None => existing(Receiver::Function, name, arguments),
    }
}

fn existing(receiver: Receiver, name: &str, arguments: usize) -> &'static Row {
    match find(receiver, name, arguments) {
        Some(row) => row,
        None => unreachable!("no row {receiver:?} {name}/{arguments}"),
    }
}

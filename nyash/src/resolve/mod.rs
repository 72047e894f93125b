//! Names, scopes and boxes: syntax trees to a [`program::Program`].
//!
//! [`load`] reads the files, `declare` enters what they declare, `bodies` walks every body and says what each
//! name in it means.

mod bodies;
pub mod builtins;
mod declare;
pub mod load;
mod matching;
pub mod program;
mod scope;
mod sink;
mod suggest;

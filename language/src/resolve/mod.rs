//! Names, scopes and boxes: syntax trees to a [`program::Program`].
//!
//! [`load`] reads the files, `declare` enters what they declare, `bodies` walks every body and says what each
//! name in it means.

// Whoever adds a kind of construct or binding is told here what to decide.
#![warn(clippy::wildcard_enum_match_arm)]

pub(crate) mod bodies;
pub mod builtins;
pub(crate) mod declare;
mod foreign;
mod habits;
pub mod load;
mod matching;
pub mod program;
mod scope;
pub(crate) mod sink;

use crate::diagnostic::suggest;

//! Names, scopes and boxes: syntax trees to a [`program::Program`].

pub mod program;

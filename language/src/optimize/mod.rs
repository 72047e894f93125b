//! Improvements of the IR.

// Whoever adds a kind of expression or type is told here what to decide.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod inline;

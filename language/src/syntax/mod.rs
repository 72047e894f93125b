//! Text to syntax tree.

// Whoever adds a kind of statement, expression or pattern is told here what to decide.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod ast;
pub mod dump;
mod layout;
pub mod lexer;
pub mod parser;
pub mod token;

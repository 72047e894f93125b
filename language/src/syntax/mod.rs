//! Text to syntax tree.

pub mod ast;
pub mod dump;
pub mod lexer;
pub mod parser;
pub mod token;

//! Improvements of the IR.

pub mod inline;

//! What tests of several crates share.
//!
//! | | |
//! |---|---|
//! | [`harness`] | files as tests: `cargo test PATH` runs one |
//! | [`circles`] | files that import each other |
//! | [`expectation`] | differences between what was expected and found, and `BLESS=1` |
//! | [`messages`] | what messages recommend |
//! | [`page`] | pages in Markdown |
//! | [`process`] | processes that may hang |
//! | [`script`], [`wat`] | calls of WASI preview 1 as a script, and as a module that makes them |
//! | [`tree`] | the files of the repository, and what Rust code names |
//! | [`unfit()`] | programs that fit no runtime |

#![warn(missing_docs)]

pub mod circles;
pub mod expectation;
pub mod harness;
pub mod messages;
pub mod page;
pub mod process;
pub mod script;
pub mod tree;
mod unfit;
pub mod wat;

pub use unfit::unfit;

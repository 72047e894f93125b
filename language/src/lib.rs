//! The Nyash language as a pure core: text in, WebAssembly out, without input or output.
//!
//! The stages, in the order a program passes them:
//!
//! | module | from | to |
//! |---|---|---|
//! | [`source`] | bytes of the files | text, lines and columns |
//! | [`syntax`] | text | tokens, then the syntax tree |
//! | [`resolve`] | trees of all files | one [`front::Program`]: what each name means |

#![forbid(unsafe_code)]

pub mod diagnostic;
pub mod edition;
pub mod front;
pub mod resolve;
pub mod source;
pub mod syntax;

// The back end.
pub mod back;
pub mod infer;
pub mod ir;
pub mod lower;
pub mod optimize;
pub mod wasm;

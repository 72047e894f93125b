//! The Nyash language as a pure core: text in, WebAssembly out, without input or output.
//!
//! The stages, in the order a program passes them:
//!
//! | module | from | to |
//! |---|---|---|
//! | [`source`] | bytes of the files | text, lines and columns |
//! | [`syntax`] | text | tokens, then the syntax tree |
//! | [`resolve`] | trees of all files | one [`front::Program`]: what each name means |
//! | [`lower`] | the resolved program | [`ir`], one function at a time, as inference asks for them |
//! | [`infer`] | IR | a type on every expression; which functions are reached |
//! | [`lint`] | typed IR | what is certainly wrong, or odd, in it |
//! | [`settle`] | typed IR | a module in which no access is open: what every call and field means |
//! | [`verify`] | that module | nothing, where it is what the stages behind take for granted |
//! | [`effects`] | that module | which functions can fail, which can call themselves |
//! | [`optimize`] | that module | small functions stand where they are called |
//! | [`wasm`] | that module | functions and data, then linked: a WASI command module |
//!
//! [`front`] and [`back`] run them. A stage knows those before it by what they hand over, and none behind it
//! (`tests/house.rs` has the table).

#![forbid(unsafe_code)]

pub mod diagnostic;
pub mod edition;
pub mod front;
pub mod resolve;
pub mod source;
pub mod syntax;

// The back end.
pub mod back;
pub mod effects;
pub mod infer;
pub mod ir;
pub mod lint;
pub mod lower;
pub mod optimize;
mod prelude;
pub mod settle;
pub mod verify;
pub mod wasm;

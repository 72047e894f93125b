//! Embedded files: a read-only tree of files that travels in the executable. The index says what there is and where its
//! bytes are; finding what a path names needs nothing but the index ("Embedded files" in `SPEC.md`).
//!
//! Packer and runtime look paths up with the same function, so what the packer found to stay inside stays inside.

mod check;
mod find;
mod index;
mod write;

pub use find::PathError;
pub use index::{EmbedEntry, EmbedIndex, EmbedNode};
pub use write::{EmbedFile, EmbedFolder, EmbedTree, write_embed_index};

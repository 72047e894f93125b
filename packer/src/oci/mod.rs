//! Packed programs as a container image without a base: an OCI image layout of one or several platforms.
//!
//! By the OCI image specification 1.0 (its chapters image layout, image index, manifest, configuration and layer). The files
//! are few and small, and the same programs give the same bytes: every time stamp is zero, every list is in order, and layers
//! are not compressed, so that no library's version decides about a digest. What sends images to a registry compresses them.
//! `layer` makes the file system, `layout` the documents that describe it, `write` puts them on disk.

mod layer;
mod layout;
mod write;

pub use layout::{File, Image, USER, layout};
pub use write::{check, write};

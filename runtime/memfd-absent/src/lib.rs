//! Empty on purpose: see `[patch]` in the runtime's manifest.
#![no_std]

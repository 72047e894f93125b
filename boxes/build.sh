#!/bin/sh
# Rebuilds boxes.o, the relocatable wasm object the compiler links programs with.
# Needs: rustc-web, cargo-web, rust-web-src (1.96) and lld. `build.sh --check` compares instead of writing.
set -eu
cd "$(dirname "$0")"
target="${CARGO_TARGET_DIR:-target}"
root="$(pwd)"
# Panics become traps, floats of the standard library keep working; paths of the builder stay out of the object.
RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
RUSTFLAGS="-Zunstable-options -Cpanic=immediate-abort -Clink-dead-code=no -Ctarget-cpu=mvp -Ctarget-feature=+bulk-memory,+sign-ext,+mutable-globals,+nontrapping-fptoint --remap-path-prefix=$root=boxes" \
  /usr/bin/cargo build --quiet --release --target wasm32-unknown-unknown -Zbuild-std=core,alloc --target-dir "$target"
lib="$target/wasm32-unknown-unknown/release/libnyash_boxes.a"
wasm-ld -r --whole-archive "$lib" -o "$target/boxes.o"
if [ "${1:-}" = "--check" ]; then
  cmp "$target/boxes.o" boxes.o && echo "boxes.o matches its source"
else
  cp "$target/boxes.o" boxes.o
fi

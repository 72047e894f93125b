#!/bin/sh
# Rebuilds the relocatable wasm objects in language/objects that the compiler links programs with: boxes.o, and boxes-more.o for
# programs with regular expressions or digests, which is all of boxes.o and the crates for them. Reading that one would cost every other
# program's compilation milliseconds. They lie in the language's folder because a package of it carries them.
# Needs: rustc-web, cargo-web, rust-web-src (1.96) and lld. `build.sh --check` compares instead of writing.
set -eu
cd "$(dirname "$0")"
target="${CARGO_TARGET_DIR:-target}"
root="$(pwd)"
objects=../language/objects
for object in boxes boxes-more; do
  features=""
  if [ "$object" = boxes-more ]; then features="--features more"; fi
  # Panics become traps, floats of the standard library keep working; paths of the builder stay out of the object.
  RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
  RUSTFLAGS="-Zunstable-options -Cpanic=immediate-abort -Clink-dead-code=no -Ctarget-cpu=mvp -Ctarget-feature=+bulk-memory,+sign-ext,+mutable-globals,+nontrapping-fptoint --remap-path-prefix=$root=boxes" \
    /usr/bin/cargo build --quiet --release --locked --target wasm32-unknown-unknown -Zbuild-std=core,alloc --target-dir "$target" $features
  wasm-ld -r --whole-archive "$target/wasm32-unknown-unknown/release/libnyash_boxes.a" -o "$target/$object.o"
  if [ "${1:-}" = "--check" ]; then
    cmp "$target/$object.o" "$objects/$object.o" && echo "$object.o matches its source"
  else
    cp "$target/$object.o" "$objects/$object.o"
  fi
done

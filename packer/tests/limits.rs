//! What a program gets of stack and address space under the limits of a shell.

mod common;

use std::process::{Command, Output};

use common::{folder, pack, run_bytes};
use nyash_pack::Options;

/// Calls itself `depth` times before it returns. Ends with status 0 if it came back from all of them.
fn recursion(depth: u32) -> String {
    format!(
        r#"(module (memory (export "memory") 1)
  (func $down (param $left i32) (result i32)
    (if (result i32) (local.get $left)
      (then (i32.add (i32.const 1) (call $down (i32.sub (local.get $left) (i32.const 1)))))
      (else (i32.const 0))))
  (func (export "_start")
    (if (i32.ne (call $down (i32.const {depth})) (i32.const {depth})) (then unreachable))))"#
    )
}

/// Never comes back.
const ENDLESS: &str = r#"(module (memory (export "memory") 1)
  (func $down (result i32) (i32.add (i32.const 1) (call $down)))
  (func (export "_start") (drop (call $down))))"#;

/// Grows its memory page by page, writing a byte into each, until there are as many pages. Ends by a trap if it gets less.
fn growth(pages: u32) -> String {
    format!(
        r#"(module (memory (export "memory") 1)
  (func (export "_start")
    (loop $more
      (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))
      (i32.store8 (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 1)) (i32.const 7))
      (br_if $more (i32.lt_u (memory.size) (i32.const {pages}))))
    (if (i32.ne (i32.load8_u (i32.const 131071)) (i32.const 7)) (then unreachable))))"#
    )
}

/// Packs a module and runs it under limits of the shell, for example `-s 1024`.
fn under(limits: &str, name: &str, module: &str, options: &Options) -> Output {
    let path = folder(name).join("app");
    run_bytes(&path, &pack(module, options));
    let script = format!("ulimit {limits} && exec \"$0\"");
    Command::new("sh").arg("-c").arg(script).arg(&path).output().unwrap()
}

fn assert_fine(output: &Output) {
    assert!(output.status.success(), "{output:?}");
}

fn assert_exhausted(output: &Output) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(134), "{output:?}");
    assert!(text.contains("wasm trap: call stack exhausted"), "{text}");
    assert!(text.contains("0: down"), "{text}");
}

/// 200,000 calls of a C program trapped at every `ulimit -s`, because 7 MiB were used whatever the limit was. A native
/// program makes 1,000,000 of them when it is allowed to.
#[test]
fn the_stack_is_as_large_as_the_shell_allows() {
    let deep = recursion(1_000_000);
    assert_fine(&under("-s 65536", "stack-64m", &deep, &Options::default()));
    assert_exhausted(&under("-s 8192", "stack-8m", &deep, &Options::default()));
    assert_exhausted(&under("-s 256", "stack-256k", ENDLESS, &Options::default()));
    assert_exhausted(&under("-s 65536", "stack-endless", ENDLESS, &Options::default()));
}

/// A packed size holds whatever the shell allows, also where it allows more.
#[test]
fn a_packed_stack_size_holds_everywhere() {
    let sized = |megabytes: u64| Options {
        stack_size: Some(megabytes << 20),
        ..Options::default()
    };
    let deep = recursion(1_000_000);
    for limit in ["-s 256", "-s 8192", "-s unlimited"] {
        assert_fine(&under(limit, "stack-sized", &deep, &sized(64)));
        assert_exhausted(&under(limit, "stack-sized-endless", ENDLESS, &sized(64)));
        assert_exhausted(&under(limit, "stack-sized-small", &recursion(100_000), &sized(1)));
    }
    assert_fine(&under(
        "-s 256",
        "stack-sized-small-enough",
        &recursion(10_000),
        &sized(1),
    ));
}

/// A program without a reservation was copied every 16 MB as it grew, old and new side by side: 8,000 pages took a thousand
/// times as long, and under `ulimit -v` it got hardly more than half of what was allowed.
#[test]
fn memory_without_a_reservation_grows_in_place() {
    let small = Options {
        small_address_space: true,
        ..Options::default()
    };
    // 500 MiB of 550.
    assert_fine(&under("-v 563200", "growth", &growth(8000), &small));
    // All of what 32 bits can name, as far as the last page.
    assert_fine(&under("-v 4500000", "growth-all", &growth(65_535), &small));
    // What is not there is refused to the program, and not a crash.
    let refused = under("-v 563200", "growth-refused", &growth(9000), &small);
    assert_eq!(refused.status.code(), Some(134), "{refused:?}");
    let text = String::from_utf8_lossy(&refused.stderr);
    assert!(text.contains("unreachable"), "{text}");
}

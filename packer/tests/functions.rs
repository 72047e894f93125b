//! Functions that a program gets hold of by number, after all others were left out of the module's description.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

mod common;

use common::{Outcome, folder, pack, run_bytes};
use nyash_pack::Options;

/// Prints what each of these functions says: through a table, through a reference taken in code or in a global, through
/// a table that is filled late, or directly. Each `$f` has its own letter, and a few hundred others lie between them.
fn module(start: &str, more: &str) -> String {
    let others = |count: usize| "(func (param i32) (result i32) local.get 0)".repeat(count);
    format!(
        r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (type $say (func (result i32)))
  (memory (export "memory") 1)
  {}
  (func $a (result i32) (i32.const 97))
  {}
  (func $b (type $say) (i32.const 98))
  (func $c (result i32) (i32.const 99))
  {}
  (func $d (result i32) (i32.add (call $c) (i32.const 1)))
  (func $say (param i32)
    (i32.store8 (i32.const 64) (local.get 0))
    (i32.store (i32.const 0) (i32.const 64))
    (i32.store (i32.const 4) (i32.const 1))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  {more}
  (func (export "_start") {start})
  {})"#,
        others(300),
        others(7),
        others(200),
        others(100)
    )
}

fn prints(name: &str, module: &str) -> String {
    let Outcome::Ended { status, out, err } = run_bytes(&folder(name).join("app"), &pack(module, &Options::default()))
    else {
        panic!("not started");
    };
    assert_eq!((status, err.as_str()), (Some(0), ""));
    out
}

#[test]
fn in_a_table() {
    let call = |at: u32| format!("(call $say (call_indirect $table (type $say) (i32.const {at})))");
    let start = [2, 0, 1, 3, 2].map(call).concat();
    let module = module(&start, "(table $table 5 funcref) (elem (i32.const 0) $d $a $b $yield)");
    // The host's own function answers 0.
    assert_eq!(prints("functions-table", &module), "bda\0b");
}

#[test]
fn in_code_and_globals() {
    let module = module(
        "(call $say (call_ref $say (ref.func $b)))
         (call $say (call_ref $say (ref.as_non_null (global.get $kept))))
         (table.init $table $late (i32.const 1) (i32.const 0) (i32.const 2))
         (call $say (call_indirect $table (type $say) (i32.const 2)))
         (call $say (call_indirect $table (type $say) (i32.const 0)))",
        "(global $kept (ref null $say) (ref.func $c))
         (table $table 5 funcref) (elem (i32.const 0) $a)
         (elem $late func $d $b) (elem declare func $b)",
    );
    assert_eq!(prints("functions-code", &module), "bcba");
}

#[test]
fn in_a_table_that_is_filled_late() {
    let module = module(
        "(table.init $table $late (i32.const 1) (i32.const 0) (i32.const 2))
         (call $say (call_indirect $table (type $say) (i32.const 2)))
         (call $say (call_indirect $table (type $say) (i32.const 1)))
         (table.copy $table $table (i32.const 3) (i32.const 0) (i32.const 1))
         (call $say (call_indirect $table (type $say) (i32.const 3)))",
        "(table $table 5 funcref) (elem (i32.const 0) $a) (elem $late func $d $b)",
    );
    assert_eq!(prints("functions-late", &module), "bda");
}

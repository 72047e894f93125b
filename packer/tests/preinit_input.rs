//! Programs that were packed in the middle, when they first read standard input: they go on from there, whatever is on the
//! call stack.

mod common;

use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};
use std::process::{Command, Stdio};

use common::folder;
use nyash_pack::preinit::{Failure, Held};
use nyash_pack::{Error, Options, Packed, Preinit};

/// `$read` gives the next byte of standard input, or -1; `$say` prints the low byte of a value as a letter.
const PRELUDE: &str = r#"
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $read (result i64)
    (i32.store (i32.const 64000) (i32.const 64016)) (i32.store (i32.const 64004) (i32.const 1))
    (if (result i64)
      (i32.or (call $fd_read (i32.const 0) (i32.const 64000) (i32.const 1) (i32.const 64008))
        (i32.eqz (i32.load (i32.const 64008))))
      (then (i64.const -1)) (else (i64.load8_u (i32.const 64016)))))
  (func $say (param $value i64)
    (i32.store (i32.const 64000) (i32.const 64016)) (i32.store (i32.const 64004) (i32.const 1))
    (i32.store8 (i32.const 64016) (i32.add (i32.const 97) (i32.and (i32.wrap_i64 (local.get $value)) (i32.const 15))))
    (drop (call $fd_write (i32.const 1) (i32.const 64000) (i32.const 1) (i32.const 64008))))
"#;

fn module(fields: &str) -> String {
    format!("(module {PRELUDE} {fields})")
}

fn until_input() -> Options {
    Options {
        preinit: Some(Preinit {
            until_input: true,
            ..Preinit::default()
        }),
        ..Options::default()
    }
}

fn pack(module: &str, options: &Options) -> Packed {
    nyash_pack::pack(module.as_bytes(), options).unwrap_or_else(|error| panic!("{error}\n{module}"))
}

/// Exit status and output of a program with this input.
fn outcome(test: &str, packed: &Packed, input: &[u8]) -> (Option<i32>, String) {
    let path = folder(&format!("input-{test}")).join("app");
    nyash_pack::write_executable(&path, packed).unwrap();
    let mut command = Command::new(&path);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = loop {
        match command.spawn() {
            // Another thread forked while the file was still open for writing.
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            spawned => break spawned.unwrap(),
        }
    };
    // A program that ends early reads none of it.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn what_was_done_before_is_not_done_again() {
    let text = module(
        r#"(func (export "_start") (local $sum i64)
             (local.set $sum (i64.const 5)) (call $say (i64.const 0))
             (call $say (i64.add (local.get $sum) (call $read))))"#,
    );
    let packed = pack(&text, &until_input());
    // The first letter was printed when it was packed.
    assert_eq!(outcome("once", &packed, b"\x01"), (Some(0), "g".to_owned()));
    assert_eq!(outcome("once", &packed, b"\x02"), (Some(0), "h".to_owned()));
    assert!(packed.bytes == pack(&text, &until_input()).bytes);
}

#[test]
fn every_construct_around_a_call() {
    let cases = [
        // Operands below, at each level.
        "(call $say (i64.add (i64.const 1) (block (result i64) (i64.add (i64.const 2) (call $read)))))",
        // Both arms of a condition.
        "(call $say (if (result i64) (i32.const 1) (then (call $read)) (else (i64.const 3))))",
        "(call $say (if (result i64) (i32.const 0) (then (i64.const 3)) (else (i64.add (call $read) (i64.const 1)))))",
        // A loop that goes on, with the call in the middle, and one around it.
        "(local.set $n (i64.const 3))
         (loop $out
           (local.set $m (i64.const 2))
           (loop $in
             (call $say (local.get $m)) (call $say (call $read))
             (br_if $in (i64.ne (local.tee $m (i64.sub (local.get $m) (i64.const 1))) (i64.const 0))))
           (call $say (local.get $n))
           (br_if $out (i64.ne (local.tee $n (i64.sub (local.get $n) (i64.const 1))) (i64.const 0))))",
        // Branches out of it to each level.
        "(block $a (block $b (block $c
           (loop $l
             (local.set $n (call $read))
             (br_table $l $c $b $a (i32.wrap_i64 (i64.and (local.get $n) (i64.const 3)))))
           (call $say (i64.const 1)))
           (call $say (i64.const 2)))
           (call $say (i64.const 3)))
         (call $say (i64.const 4))",
        // A loop with parameters and results.
        "(call $say (i64.add (i64.const 1) (i64.const 0) (loop $l (param i64) (result i64)
           (i64.add (call $read))
           (local.tee $n)
           (br_if $l (i64.lt_u (local.get $n) (i64.const 9))))))",
        // A call by reference and through a table, and two results.
        "(call_indirect (type $two) (i64.const 6) (i32.const 1)) (call $say) (call $say)",
        // A tail call on the way.
        "(call $say (i64.add (i64.const 1) (call $tail (i64.const 2))))",
        // An exception that is caught around it, and one that is thrown behind it.
        "(block $caught (result i64) (try_table (catch $e $caught)
           (call $say (call $read)) (throw $e (i64.const 7))) (i64.const 0)) (call $say)",
        "(return (call $say (call $read)))",
    ];
    for (number, case) in cases.into_iter().enumerate() {
        let text = module(&format!(
            r#"(type $two (func (param i64) (result i64 i64))) (tag $e (param i64)) (table 2 funcref)
               (elem (i32.const 1) func $both)
               (func $both (type $two) (local $own f64) (local.set $own (f64.const 1.5))
                 (i64.add (local.get 0) (call $read)) (i64.trunc_f64_u (local.get $own)))
               (func $tail (param i64) (result i64) (return_call $rest (local.get 0) (i64.const 1)))
               (func $rest (param i64 i64) (result i64)
                 (i64.add (i64.add (local.get 0) (local.get 1)) (call $read)))
               (func (export "_start") (local $n i64) (local $m i64) {case} (call $say (call $read)))"#
        ));
        for input in [&b""[..], b"\x01", b"\x00\x00\x03\x02\x01\x05\x04\x09\x08"] {
            let whole = outcome("constructs", &pack(&text, &Options::default()), input);
            let resumed = outcome("constructs", &pack(&text, &until_input()), input);
            assert_eq!(whole.0, resumed.0, "case {number}");
            assert!(whole.1.ends_with(&resumed.1), "case {number}: {whole:?} {resumed:?}");
        }
    }
}

#[test]
fn what_cannot_go_on_is_refused() {
    let refused = |text: &str| match nyash_pack::pack(text.as_bytes(), &until_input()) {
        Err(Error::Preinit(failure)) => failure,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&module("(func (export \"_start\"))")), Failure::NoInput);
    let held = module(
        r#"(func $f (export "f")) (func (export "_start") (local $f funcref)
             (local.set $f (ref.func $f)) (drop (call $read)) (drop (ref.is_null (local.get $f))))"#,
    );
    assert_eq!(
        refused(&held),
        Failure::Held {
            place: "the call stack".to_owned(),
            held: Held::Reference
        }
    );
}

/// A generator with a fixed start (xorshift64*), so that a failure happens again.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % limit
    }

    /// An expression for an i64 in a function that may call those below it.
    fn expression(&mut self, function: u64, depth: u64) -> String {
        let sub = |random: &mut Random| random.expression(function, depth + 1);
        match self.below(if depth > 4 { 3 } else { 9 }) {
            0 => format!("(i64.const {})", self.below(100)),
            1 | 2 => format!("(local.get {})", self.below(4)),
            3 => format!("(i64.add {} {})", sub(self), sub(self)),
            4 => "(call $read)".to_owned(),
            5 if function > 0 => format!("(call $f{} {} {})", self.below(function), sub(self), sub(self)),
            6 => format!(
                "(block (result i64) {} {})",
                self.statement(function, depth + 1),
                sub(self)
            ),
            7 => format!(
                "(if (result i64) (i32.wrap_i64 (i64.and {} (i64.const 1))) (then {}) (else {}))",
                sub(self),
                sub(self),
                sub(self)
            ),
            _ => format!("(i64.xor {} (i64.mul (i64.const 3) {}))", sub(self), sub(self)),
        }
    }

    fn statement(&mut self, function: u64, depth: u64) -> String {
        let mut out = String::new();
        for _ in 0..1 + self.below(3) {
            let value = self.expression(function, depth + 1);
            let _ = match self.below(if depth > 3 { 2 } else { 5 }) {
                0 => writeln!(out, "(local.set {} {value})", self.below(4)),
                1 => writeln!(out, "(call $say {value})"),
                2 => {
                    let inner = self.statement(function, depth + 1);
                    writeln!(
                        out,
                        "(block $b{depth} (br_if $b{depth} (i32.wrap_i64 (i64.and {value} (i64.const 1)))) {inner})"
                    )
                }
                3 => {
                    // Each depth counts in a local of its own.
                    let (inner, count) = (self.statement(function, depth + 1), 4 + depth);
                    writeln!(
                        out,
                        "(local.set {count} (i64.const {}))
                         (loop $l{depth} {inner}
                           (br_if $l{depth} (i64.ne (local.tee {count} (i64.sub (local.get {count}) (i64.const 1))) (i64.const 0))))",
                        1 + self.below(2)
                    )
                }
                _ => writeln!(
                    out,
                    "(if (i64.lt_s {value} (i64.const 40)) (then {}) (else {}))",
                    self.statement(function, depth + 1),
                    self.statement(function, depth + 1)
                ),
            };
        }
        out
    }
}

#[test]
fn random_programs() {
    let mut random = Random(3);
    let mut resumed = 0;
    for _ in 0..30 {
        let mut fields = String::new();
        for function in 0..3 {
            let (body, result) = (random.statement(function, 0), random.expression(function, 0));
            let _ = writeln!(
                fields,
                "(func $f{function} (param i64 i64) (result i64) (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) {body} {result})"
            );
        }
        let text = module(&format!(
            "{fields} (func (export \"_start\") (call $say (call $f2 (i64.const 5) (i64.const 6))))"
        ));
        match nyash_pack::pack(text.as_bytes(), &until_input()) {
            Err(Error::Preinit(Failure::NoInput)) => continue,
            Err(error) => panic!("{error}\n{text}"),
            Ok(packed) => {
                resumed += 1;
                for input in [&b""[..], b"The quick brown fox jumps over the lazy dog"] {
                    let whole = outcome("random", &pack(&text, &Options::default()), input);
                    let rest = outcome("random", &packed, input);
                    assert_eq!(whole.0, rest.0, "{text}");
                    assert!(whole.1.ends_with(&rest.1), "{whole:?} {rest:?}\n{text}");
                }
            }
        }
    }
    assert!(resumed > 15, "{resumed}");
}

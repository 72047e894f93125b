//! `--core-on-trap`. That gdb reads the core file is shown by `tests/all debug`: where such files go is the machine's affair.

mod common;

use std::process::Command;

use common::{folder, pack};
use nyash_pack::{Error, Options, Target};

const TRAPS: &str = r#"(module (memory (export "memory") 1)
  (func $inner (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
  (func $main (export "_start") (drop (call $inner (i32.const 0)))))"#;

#[test]
fn a_program_that_may_leave_no_core_says_so() {
    let options = Options {
        core_on_trap: true,
        ..Options::default()
    };
    let path = folder("core_on_trap").join("app");
    std::fs::write(&path, pack(TRAPS, &options)).unwrap();
    // The hard limit, which the program cannot raise. A copy of it dies of a signal all the same, and it does not.
    let script = r#"chmod +x "$0" && ulimit -c 0 && exec "$0""#;
    let output = Command::new("sh").arg("-c").arg(script).arg(&path).output().unwrap();
    assert_eq!(output.status.code(), Some(134));
    let err = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = err.lines().collect();
    assert!(lines[0].ends_with("app: wasm trap: integer divide by zero"), "{err}");
    assert!(lines[2].contains("inner") && lines[3].contains("main"), "{err}");
    assert_eq!(
        lines[4..],
        ["no core dumped: see `ulimit -c` and /proc/sys/kernel/core_pattern"]
    );
}

#[test]
fn only_linux_has_core_files() {
    let options = Options {
        core_on_trap: true,
        target: Target::X86_64Windows,
        ..Options::default()
    };
    let refused = nyash_pack::pack(TRAPS.as_bytes(), &options).map(|_| ()).unwrap_err();
    assert!(
        matches!(
            refused,
            Error::Option {
                option: "--core-on-trap",
                ..
            }
        ),
        "{refused}"
    );
}

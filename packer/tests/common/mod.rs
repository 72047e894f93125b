//! What the tests of this crate share.
#![allow(dead_code, reason = "each test uses its part")]

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nyash_pack::Options;

/// Prints a greeting.
pub const HELLO: &str = r#"(module $hello
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "Hello, world!\n")
  (func $main (export "_start")
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.const 14))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;

/// A module whose initial memory is large enough to be mapped, followed by data that is not: it prints from both.
pub fn module_with_image() -> String {
    format!(
        r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 4)
  (data (i32.const 1024) "start{}end\n")
  (data $passive "passive\n")
  (func (export "_start")
    (memory.init $passive (i32.const 8) (i32.const 0) (i32.const 8))
    (i32.store (i32.const 16) (i32.const 101029))
    (i32.store (i32.const 20) (i32.const 4))
    (i32.store (i32.const 24) (i32.const 8))
    (i32.store (i32.const 28) (i32.const 8))
    (drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 2) (i32.const 32)))))"#,
        "-".repeat(100_000)
    )
}

/// A module whose initial memory is mapped in two ranges.
pub fn module_with_holes() -> String {
    HELLO.replace("\"memory\") 1)", "\"memory\") 9) (data (i32.const 500000) \"far\")")
}

/// The bytes of an executable.
pub fn pack(module: &str, options: &Options) -> Vec<u8> {
    nyash_pack::pack(module.as_bytes(), options).unwrap().bytes
}

/// An empty folder for a test.
pub fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// How a program ended.
#[derive(Debug)]
pub enum Outcome {
    /// The system refused to start it.
    NotStarted(io::Error),
    /// It ended; without a status by a signal.
    Ended {
        status: Option<i32>,
        out: String,
        err: String,
    },
}

impl PartialEq for Outcome {
    fn eq(&self, other: &Self) -> bool {
        format!("{self:?}") == format!("{other:?}")
    }
}

/// Runs an executable.
pub fn run(path: &Path) -> Outcome {
    loop {
        match Command::new(path).stdin(Stdio::null()).output() {
            // Another thread forked while the file was still open for writing.
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            Err(error) => return Outcome::NotStarted(error),
            Ok(output) => {
                return Outcome::Ended {
                    status: output.status.code(),
                    out: String::from_utf8_lossy(&output.stdout).into_owned(),
                    err: String::from_utf8_lossy(&output.stderr).into_owned(),
                };
            }
        }
    }
}

/// Writes an executable and runs it.
pub fn run_bytes(path: &Path, bytes: &[u8]) -> Outcome {
    let _ = fs::remove_file(path);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o755)
        .open(path)
        .unwrap();
    file.write_all(bytes).unwrap();
    drop(file);
    run(path)
}

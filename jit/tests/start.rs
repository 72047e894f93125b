//! Programs that carry the compiler and whose own code fits no runtime: they are compiled when they start.
//!
//! The compiler here is the one that cargo builds for this test; the one in stub folders differs in being linked
//! statically. `tests/all cpu` uses that.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use nyash_format::{COMPILER, MANIFEST, RegionKind, StubEntry, Target, manifest_head, stub_name};
use nyash_pack::inspect::Program;
use nyash_pack::stub::Folders;
use nyash_pack::{Fallback, Options};
use sha2::{Digest, Sha256};

const NOTE: &str = "note: the compiled module does not fit this runtime; it is compiled now, for this machine";

const HELLO: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\06\00\00\00hello\n")
  (func (export "_start") (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))"#;

/// A folder with the compiler and nothing else.
fn stubs() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("jit-stubs");
        fs::create_dir_all(&folder).unwrap();
        let compiler = fs::read(env!("CARGO_BIN_EXE_nyash-jit")).unwrap();
        let hash: String = Sha256::digest(&compiler)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let stub = StubEntry {
            sha256: hash,
            len: compiler.len() as u64,
            name: stub_name(Target::X86_64Linux, COMPILER),
        };
        fs::write(folder.join(&stub.name), &compiler).unwrap();
        fs::write(folder.join(MANIFEST), format!("{}\n{stub}\n", manifest_head())).unwrap();
        folder
    })
}

fn pack(module: &str) -> Vec<u8> {
    let options = Options {
        fallback: Some(Fallback::Jit),
        stubs: Folders {
            named: vec![stubs().to_owned()],
            beside: Vec::new(),
        },
        ..Options::default()
    };
    nyash_pack::pack(module.as_bytes(), &options).unwrap().bytes
}

fn write(name: &str, bytes: &[u8]) -> PathBuf {
    use std::os::unix::fs::OpenOptionsExt;
    // Other crates' tests write there too.
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("jit-{name}"));
    let _ = fs::remove_file(&path);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o755)
        .open(&path)
        .unwrap();
    std::io::Write::write_all(&mut file, bytes).unwrap();
    path
}

/// Starts a program; again while another thread, about to start its own, holds the file open for writing.
fn start(command: &mut Command) -> Output {
    loop {
        match command.stdin(Stdio::null()).output() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            output => return output.unwrap(),
        }
    }
}

/// Status, standard output and standard error of a module that is compiled when it starts.
fn run(name: &str, module: &str) -> (Option<i32>, String, String) {
    let path = write(name, &nyash_tests::unfit(&pack(module)).unwrap());
    ended(&start(&mut Command::new(path)))
}

fn ended(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn it_runs_after_one_notice() {
    let (status, out, err) = run("hello", HELLO);
    assert_eq!((status, out.as_str()), (Some(0), "hello\n"), "{err}");
    assert!(err.contains(NOTE) && err.lines().count() == 1, "{err}");
    let quiet = start(Command::new(write("quiet", &nyash_tests::unfit(&pack(HELLO)).unwrap())).env("NYASH_QUIET", "1"));
    assert_eq!(ended(&quiet), (Some(0), "hello\n".to_owned(), String::new()));
}

#[test]
fn nothing_is_compiled_where_the_program_fits() {
    let path = write("fits", &pack(HELLO));
    assert_eq!(
        ended(&start(&mut Command::new(path))),
        (Some(0), "hello\n".to_owned(), String::new())
    );
}

#[test]
fn a_large_initial_memory_is_mapped() {
    let text = "-".repeat(100_000);
    let module = format!(
        r#"(module
          (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 4)
          (data (i32.const 1024) "start{text}end\n")
          (data $passive "passive\n")
          (func (export "_start")
            (memory.init $passive (i32.const 8) (i32.const 0) (i32.const 8))
            (i32.store8 (i32.const 101031) (i32.const 68))
            (i32.store (i32.const 16) (i32.const 101029))
            (i32.store (i32.const 20) (i32.const 4))
            (i32.store (i32.const 24) (i32.const 8))
            (i32.store (i32.const 28) (i32.const 8))
            (drop (call $fd_write (i32.const 1) (i32.const 16) (i32.const 2) (i32.const 32)))))"#
    );
    let (status, out, err) = run("image", &module);
    assert_eq!((status, out.as_str()), (Some(0), "enD\npassive\n"), "{err}");
}

#[test]
fn call_stacks_name_functions() {
    const TRAP: &str = r#"(module
      (memory (export "memory") 1)
      (func $inner (drop (i32.load (i32.const -4))))
      (func $outer (call $inner))
      (func $main (export "_start") (call $outer)))"#;
    let (status, _, err) = run("trap", TRAP);
    assert_eq!(status, Some(134), "{err}");
    let lines: Vec<&str> = err.lines().skip(1).collect();
    assert!(lines[0].ends_with("wasm trap: out of bounds memory access"), "{err}");
    for (line, name) in lines[2..].iter().zip(["inner", "outer", "main"]) {
        assert!(line.contains(&format!(": {name} (+0x")), "{err}");
    }
    assert_eq!(lines.len(), 5, "{err}");
}

#[test]
fn exceptions_work() {
    const THROW: &str = r#"(module
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (tag $tag (param i32))
      (func $throw (throw $tag (i32.const 7)))
      (func (export "_start")
        (block $caught (result i32)
          (try_table (catch $tag $caught) (call $throw))
          (i32.const 1))
        (call $exit)))"#;
    let (status, _, err) = run("exceptions", THROW);
    assert_eq!(status, Some(7), "{err}");
}

/// A program may be started without standard streams; the files that the compiler gets must not take their numbers.
#[test]
fn closed_standard_streams_stay_closed() {
    let path = write("closed", &nyash_tests::unfit(&pack(HELLO)).unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", "exec \"$1\" <&- 2>&-", "sh"]).arg(&path);
    assert_eq!(
        ended(&start(&mut shell)),
        (Some(0), "hello\n".to_owned(), String::new())
    );
}

/// Then the kernel does not tell how a child ended.
#[test]
fn it_runs_where_the_end_of_children_is_ignored() {
    let path = write("ignored", &nyash_tests::unfit(&pack(HELLO)).unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' CHLD; exec \"$1\"", "sh"]).arg(&path);
    let (status, out, err) = ended(&start(&mut shell));
    assert_eq!((status, out.as_str()), (Some(0), "hello\n"), "{err}");
}

#[test]
fn what_is_no_compiler_is_not_executed() {
    let mut file = nyash_tests::unfit(&pack(HELLO)).unwrap();
    let program = Program::parse(&file).unwrap();
    let (region, _) = program.region(RegionKind::Compiler).unwrap();
    let at = program.file_offset(region).unwrap() as usize;
    file[at..at + 4].fill(0);
    let (status, out, err) = ended(&start(&mut Command::new(write("damaged", &file))));
    assert_eq!((status, out.as_str()), (Some(1), ""));
    assert!(
        err.contains("cannot be compiled on this machine: the system does not execute the compiler inside"),
        "{err}"
    );
}

#[test]
fn the_file_is_verified_as_a_whole() {
    let file = pack(HELLO);
    let program = Program::parse(&file).unwrap();
    program.verify().unwrap();
    for kind in [RegionKind::Compiler, RegionKind::Wasm] {
        let mut bytes = file.clone();
        let (region, _) = program.region(kind).unwrap();
        bytes[(program.file_offset(region).unwrap() + region.len / 2) as usize] ^= 0x20;
        assert!(Program::parse(&bytes).unwrap().verify().is_err(), "{kind:?}");
    }
}

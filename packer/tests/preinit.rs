//! Modules that are initialised when they are packed: the program goes on where the initialisation ended, and what it
//! cannot keep is refused by name.

mod common;

use std::fmt::Write;
use std::fs;
use std::ops::Range;

use common::{Outcome, folder, run_bytes};
use nyash_pack::preinit::{Failure, Held};
use nyash_pack::{
    Directory, Error, Fallback, Note, OptLevel, Options, Packed, Preinit, Source, Stage, UnknownImports, cpu,
};

/// Imports, a memory, and `$say`, which prints an i64 as sixteen letters.
const PRELUDE: &str = r#"
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (func $say (param $value i64) (local $at i32)
    (i32.store (i32.const 65400) (i32.const 65416))
    (i32.store (i32.const 65404) (i32.const 17))
    (loop $next
      (i32.store8 (i32.add (i32.const 65416) (local.get $at))
        (i32.add (i32.const 97) (i32.wrap_i64 (i64.and (local.get $value) (i64.const 15)))))
      (local.set $value (i64.shr_u (local.get $value) (i64.const 4)))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 16))))
    (i32.store8 (i32.const 65432) (i32.const 10))
    (drop (call $fd_write (i32.const 1) (i32.const 65400) (i32.const 1) (i32.const 65408))))
"#;

/// What `$say` prints.
fn said(value: u64) -> String {
    let letter = |at: u32| char::from(b'a' + (value >> (4 * at) & 15) as u8);
    (0..16).map(letter).chain(['\n']).collect()
}

/// A module with [`PRELUDE`].
fn module(fields: &str) -> String {
    format!("(module {PRELUDE} {fields})")
}

fn with(preinit: Preinit) -> Options {
    Options {
        preinit: Some(preinit),
        ..Options::default()
    }
}

fn named(function: &str) -> Options {
    with(Preinit {
        function: Some(function.to_owned()),
        ..Preinit::default()
    })
}

fn pack(module: &str, options: &Options) -> Packed {
    nyash_pack::pack(module.as_bytes(), options).unwrap_or_else(|error| panic!("{error}"))
}

fn failure(module: &str, options: &Options) -> Failure {
    match nyash_pack::pack(module.as_bytes(), options) {
        Err(Error::Preinit(failure)) => failure,
        other => panic!("{other:?}"),
    }
}

/// Exit status and standard output.
fn outcome(test: &str, packed: &Packed) -> (Option<i32>, String) {
    match run_bytes(&folder(&format!("preinit-{test}")).join("app"), &packed.bytes) {
        Outcome::Ended { status, out, .. } => (status, out),
        Outcome::NotStarted(error) => panic!("{error}"),
    }
}

fn says(value: u64) -> (Option<i32>, String) {
    (Some(0), said(value))
}

#[test]
fn memories_globals_and_tables_are_kept() {
    let text = module(
        r#"(memory (export "memory") 2) (memory $second 1 10)
           (data (i32.const 100) "abc") (data (memory $second) (i32.const 5) "de")
           (global $i32 (mut i32) (i32.const 1)) (global $i64 (mut i64) (i64.const 1))
           (global $f32 (mut f32) (f32.const 1)) (global $f64 (mut f64) (f64.const 1))
           (global $v128 (mut v128) (v128.const i64x2 1 1)) (global $f (mut funcref) (ref.null func))
           (global $constant i32 (i32.const 77))
           (table $t 3 20 funcref) (table $typed 2 (ref $get) (ref.func $two))
           (type $get (func (result i64)))
           (elem (table $t) (i32.const 0) func $one $two) (elem declare func $three $proc_exit)
           (func $one (type $get) (i64.const 1)) (func $two (type $get) (i64.const 2))
           (func $three (type $get) (i64.const 3))
           (func (export "init")
             (i32.store8 (i32.const 101) (i32.const 0)) (i64.store (i32.const 131064) (i64.const 10))
             (drop (memory.grow (i32.const 1))) (i64.store (i32.const 196600) (i64.const 100))
             (drop (memory.grow $second (i32.const 3))) (i64.store $second (i32.const 200000) (i64.const 1000))
             (global.set $i32 (i32.const 10000)) (global.set $i64 (i64.const 100000))
             (global.set $f32 (f32.const 1000000)) (global.set $f64 (f64.const 10000000))
             (global.set $v128 (v128.const i64x2 100000000 1000000000)) (global.set $f (ref.func $three))
             (table.set $t (i32.const 0) (ref.null func)) (table.set $t (i32.const 1) (ref.func $three))
             (drop (table.grow $t (ref.func $proc_exit) (i32.const 4)))
             (table.set $typed (i32.const 1) (ref.func $three)))
           (func (export "_start")
             (if (i32.or (i32.ne (memory.size) (i32.const 3)) (i32.ne (memory.size $second) (i32.const 4)))
               (then unreachable))
             (if (i32.or (i32.load8_u (i32.const 101)) (i32.ne (i32.load8_u $second (i32.const 6)) (i32.const 101)))
               (then unreachable))
             (if (i32.eqz (ref.is_null (table.get $t (i32.const 0)))) (then unreachable))
             (if (i32.ne (table.size $t) (i32.const 7)) (then unreachable))
             (call $say (i64.add (i64.add (i64.add (i64.add
                 (i64.load (i32.const 131064)) (i64.load (i32.const 196600)))
                 (i64.add (i64.load $second (i32.const 200000)) (i64.extend_i32_u (global.get $i32))))
                 (i64.add (i64.add (global.get $i64) (i64.trunc_f32_u (global.get $f32)))
                   (i64.add (i64.trunc_f64_u (global.get $f64)) (i64x2.extract_lane 0 (global.get $v128)))))
                 (i64.add (i64x2.extract_lane 1 (global.get $v128)) (i64.extend_i32_u (global.get $constant)))))
             (table.set $t (i32.const 2) (global.get $f))
             (call $say (i64.add
               (i64.mul (i64.const 100) (call_indirect $t (type $get) (i32.const 1)))
               (i64.add (i64.mul (i64.const 10) (call_indirect $t (type $get) (i32.const 2)))
                 (i64.add (call_ref $get (table.get $typed (i32.const 0)))
                   (call_ref $get (table.get $typed (i32.const 1)))))))
             (call_indirect $t (param i32) (i32.const 7) (i32.const 6)))"#,
    );
    let expected = (Some(7), said(1_111_111_110 + 77) + &said(300 + 30 + 2 + 3));
    assert_eq!(outcome("state", &pack(&text, &named("init"))), expected);
    // In every form of the code.
    let several = Options {
        cpu: cpu::parse("baseline+v3", Options::default().target).unwrap(),
        small_address_space: true,
        ..named("init")
    };
    assert_eq!(outcome("state", &pack(&text, &several)), expected);
    let interpreted = Options {
        fallback: Some(Fallback::Pulley),
        ..named("init")
    };
    let mut packed = pack(&text, &interpreted);
    packed.bytes = nyash_tests::unfit(&packed.bytes).unwrap();
    assert_eq!(outcome("state", &packed), expected);
}

#[test]
fn segments_that_were_dropped_stay_dropped() {
    let text = |drop: &str, use_it: &str| {
        module(&format!(
            r#"(memory (export "memory") 1) (table $t 2 funcref) (data (i32.const 9) "active")
               (data $kept "kept") (data $gone "gone") (elem $kept func $f) (elem $gone func $f)
               (func $f) (func $dropper (if (i32.const 1) (then {drop})))
               (func (export "init") (call $dropper))
               (func (export "_start") {use_it} (call $say (i64.extend_i32_u (i32.load8_u (i32.const 0)))))"#
        ))
    };
    let data = |name: &str| format!("(memory.init {name} (i32.const 0) (i32.const 0) (i32.const 4))");
    let elements = |name: &str| format!("(table.init $t {name} (i32.const 0) (i32.const 0) (i32.const 1))");
    let both = "(data.drop $gone) (elem.drop $gone)";
    let run = |drop: &str, use_it: &str| outcome("dropped", &pack(&text(drop, use_it), &named("init")));
    assert_eq!(run(both, &data("$kept")), says(b'k'.into()));
    assert_eq!(run(both, &elements("$kept")), says(0));
    assert_eq!(run(both, &data("$gone")).0, Some(134));
    assert_eq!(run(both, &elements("$gone")).0, Some(134));
    assert_eq!(run("(data.drop $kept)", &data("$gone")), says(b'g'.into()));
    assert_eq!(run("(nop)", &data("$gone")), says(b'g'.into()));
    // The numbers of active segments, which are dropped from the start.
    assert_eq!(run(both, "(data.drop 0)"), says(0));
}

/// Everything here may happen once; a counter in memory shows it.
const COUNTS: &str = r#"(memory (export "memory") 1)
  (func $count (param i32) (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (local.get 0))))
  (func $tell (call $say (i64.load32_u (i32.const 0))))"#;

#[test]
fn the_usual_functions_are_called_once_and_gone() {
    let reactor = r#"(func (export "_initialize") (call $count (i32.const 1)))"#;
    let wizer = r#"(func (export "wizer.initialize") (call $count (i32.const 0x10)))"#;
    let start = r#"(func (export "_start") (call $count (i32.const 0x100)) (call $tell))"#;
    let resume = r#"(func (export "wizer.resume") (call $count (i32.const 0x1000)) (call $tell))"#;
    let section = r#"(func $at_start (call $count (i32.const 0x10000))) (start $at_start)"#;
    let usual = with(Preinit::default());
    let run = |fields: &[&str]| outcome("usual", &pack(&module(&(COUNTS.to_owned() + &fields.concat())), &usual));
    assert_eq!(run(&[reactor, start]), says(0x101));
    assert_eq!(run(&[wizer, start]), says(0x110));
    assert_eq!(run(&[reactor, wizer, start, section]), says(0x10111));
    assert_eq!(run(&[wizer, start, resume]), says(0x1010));
    // Functions that call `_initialize` themselves.
    let own = r#"(func $i (export "_initialize") (call $count (i32.const 1))) (func $deep (call $i))
      (func (export "wizer.initialize") (call $deep) (call $count (i32.const 0x10)))"#;
    assert_eq!(run(&[own, start]), says(0x111));
    let there = |fields: &[&str]| failure(&module(&(COUNTS.to_owned() + &fields.concat())), &usual);
    assert_eq!(
        there(&[start]),
        Failure::NoUsual {
            there: vec!["_start".to_owned()]
        }
    );
    // Functions refer to the one that is no longer exported.
    let referred = r#"(func $init (export "init") (call $count (i32.const 1))) (table 1 funcref)
      (func (export "_start") (table.set (i32.const 0) (ref.func $init)) (call_indirect (i32.const 0)) (call $tell))"#;
    let packed = pack(&module(&(COUNTS.to_owned() + referred)), &named("init"));
    assert_eq!(outcome("usual", &packed), says(2));
}

#[test]
fn the_world_of_the_initialisation_does_not_leak() {
    let text = module(
        r#"(memory (export "memory") 1) (global $args (mut i32) (i32.const 0)) (global $env (mut i32) (i32.const 0))
           (data (i32.const 64) "present")
           (func $args_now (result i32) (drop (call $args_sizes_get (i32.const 0) (i32.const 4))) (i32.load (i32.const 0)))
           (func $env_now (result i32) (drop (call $environ_sizes_get (i32.const 0) (i32.const 4))) (i32.load (i32.const 0)))
           (func $open (result i32)
             (call $path_open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 7) (i32.const 0)
               (i64.const 2) (i64.const 2) (i32.const 0) (i32.const 32)))
           (func (export "init")
             (global.set $args (call $args_now)) (global.set $env (call $env_now))
             (if (call $open) (then unreachable))
             (drop (call $fd_close (i32.load (i32.const 32)))))
           (func (export "_start")
             (call $say (i64.extend_i32_u (i32.add (i32.mul (global.get $args) (i32.const 16)) (global.get $env))))
             (call $say (i64.extend_i32_u (i32.add (i32.mul (call $args_now) (i32.const 16)) (call $env_now))))
             (call $say (i64.extend_i32_u (call $open))))"#,
    );
    let host = folder("preinit-world-files");
    fs::write(host.join("present"), "").unwrap();
    let mut preinit = Preinit {
        function: Some("init".to_owned()),
        args: vec![b"one".to_vec(), b"two".to_vec()],
        directories: vec![Directory::parse(host.to_str().unwrap().as_bytes()).unwrap()],
        ..Preinit::default()
    };
    preinit.add_env(b"A=1", |_| None).unwrap();
    preinit.add_env(b"B", |name| Some(name.to_vec())).unwrap();
    preinit.add_env(b"C", |_| None).unwrap();
    let packed = pack(&text, &with(preinit));
    // Bad descriptor: no directory is granted.
    let expected = said(0x32) + &said(0x10) + &said(8);
    assert_eq!(outcome("world", &packed), (Some(0), expected));
    let path = host.to_str().unwrap().as_bytes();
    assert!(!packed.bytes.windows(path.len()).any(|window| window == path));
}

#[test]
fn what_was_learnt_is_said() {
    let text = module(
        r#"(memory (export "memory") 1)
           (func (export "quiet")) (func (export "init") (drop (call $random_get (i32.const 0) (i32.const 4))))
           (func (export "_start") (call $say (i64.const 5)))"#,
    );
    let learnt = |packed: &Packed| {
        let note = packed.notes.iter().find(|note| matches!(note, Note::Learnt(_)));
        note.map(ToString::to_string)
    };
    assert_eq!(learnt(&pack(&text, &named("quiet"))), None);
    let said = learnt(&pack(&text, &named("init"))).unwrap();
    assert!(
        said.starts_with("the initialisation has read random numbers: "),
        "{said}"
    );
}

#[test]
fn packing_twice_gives_the_same_bytes() {
    let text = module(
        r#"(memory (export "memory") 40) (table 100 funcref) (elem declare func $f) (func $f)
           (func (export "init")
             (table.fill (i32.const 5) (ref.func $f) (i32.const 60))
             (memory.fill (i32.const 1000000) (i32.const 7) (i32.const 5000)))
           (func (export "_start") (call $say (i64.load (i32.const 1000000))))"#,
    );
    let (one, two) = (pack(&text, &named("init")), pack(&text, &named("init")));
    assert!(one.bytes == two.bytes);
    assert_eq!(outcome("twice", &one), says(0x0707_0707_0707_0707));
}

#[test]
fn what_cannot_be_kept_is_named() {
    let state = |fields: &str, init: &str| {
        let text = module(&format!(
            r#"(memory (export "memory") 1) (data (i32.const 64) "file") {fields}
               (func (export "init") {init}) (func (export "_start"))"#
        ));
        let preinit = Preinit {
            function: Some("init".to_owned()),
            directories: vec![Directory::parse(folder("preinit-open").to_str().unwrap().as_bytes()).unwrap()],
            ..Preinit::default()
        };
        failure(&text, &with(preinit)).to_string()
    };
    let held = |fields: &str, init: &str| state(fields, init);
    assert_eq!(
        held(
            "(global $g (mut anyref) (ref.null any))",
            "(global.set $g (ref.i31 (i32.const 1)))"
        ),
        format!(
            "after the initialisation global 0 holds {}, which cannot be kept",
            Held::Collected
        )
    );
    assert_eq!(
        held(
            "(table $t 3 externref)",
            "(table.set $t (i32.const 2) (extern.convert_any (ref.i31 (i32.const 1))))"
        ),
        format!(
            "after the initialisation element 2 of table 0 holds {}, which cannot be kept",
            Held::External
        )
    );
    // The global is what it was, and its object is not.
    assert_eq!(
        held(
            "(type $s (struct (field (mut i32)))) (global $g (ref $s) (struct.new $s (i32.const 1)))",
            "(struct.set $s 0 (global.get $g) (i32.const 2))"
        ),
        format!(
            "after the initialisation global 0 holds {}, which cannot be kept",
            Held::Collected
        )
    );
    let open = "(if (call $path_open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 4) (i32.const 1)
       (i64.const 64) (i64.const 64) (i32.const 0) (i32.const 32)) (then unreachable))";
    assert_eq!(
        held("", open),
        "after the initialisation descriptor 4 is open (a file), which cannot be kept"
    );
    assert_eq!(
        held("", "(drop (call $fd_close (i32.const 0)))"),
        "after the initialisation descriptor 0 was closed (a standard stream), which cannot be kept"
    );
}

#[test]
fn an_initialisation_that_fails_is_one_clear_message() {
    let text = module(
        r#"(memory (export "memory") 1)
           (func (export "traps") unreachable) (func (export "exits") (call $proc_exit (i32.const 3)))
           (func (export "exits_well") (call $proc_exit (i32.const 0)))
           (func (export "never") (loop $l (br $l))) (func (export "takes") (param i32))
           (func (export "_start"))"#,
    );
    assert_eq!(failure(&text, &named("traps")), Failure::Trapped);
    assert_eq!(failure(&text, &named("exits")), Failure::Exited(3));
    assert!(matches!(
        failure(&text, &named("exits_well")),
        Failure::Exited(0) | Failure::Incomplete(_)
    ));
    let endless = Preinit {
        function: Some("never".to_owned()),
        seconds: 1,
        ..Preinit::default()
    };
    assert_eq!(failure(&text, &with(endless)), Failure::TimedOut(1));
    assert_eq!(
        failure(&text, &named("takes")).to_string(),
        "`takes` must take no parameters and return nothing, and here it is (i32)"
    );
    let missing = failure(&text, &named("missing")).to_string();
    assert!(
        missing.starts_with("the module exports no function `missing`; it exports `traps`"),
        "{missing}"
    );
    let reserved = module(r#"(memory (export "memory") 1) (func (export "nyash:init/0")) (func (export "init"))"#);
    assert_eq!(
        failure(&reserved, &named("init")),
        Failure::Reserved("nyash:init/0".to_owned())
    );
    // A limit that holds for the program holds for its initialisation.
    let grows = module(
        r#"(memory (export "memory") 1)
           (func (export "init") (i32.store (i32.const 0) (memory.grow (i32.const 100))))
           (func (export "_start") (call $say (i64.load32_u (i32.const 0))))"#,
    );
    let limited = Options {
        memory_limit: Some(1 << 20),
        ..named("init")
    };
    assert_eq!(outcome("limit", &pack(&grows, &limited)), says(0xffff_ffff));
}

#[test]
fn what_remains_a_component_or_compiled_is_refused() {
    let image = pack(
        &module("(memory (export \"memory\") 1) (func (export \"_start\"))"),
        &Options::default(),
    );
    let image = nyash_pack::inspect::Program::parse(&image.bytes)
        .unwrap()
        .extract(None)
        .unwrap();
    match nyash_pack::pack(&image, &named("init")) {
        Err(Error::Preinit(Failure::Compiled)) => {}
        other => panic!("{other:?}"),
    }
}

/// A generator with a fixed start (xorshift64*), so that a failure happens again.
struct Random(u64);

/// `NYASH_SEED` and `NYASH_ROUNDS` set the first seed, and how many there are: for hours of it.
fn seeds(rounds: u64) -> Range<u64> {
    let number = |variable: &str, default: u64| {
        std::env::var(variable).map_or(default, |value| value.parse().expect("a number"))
    };
    let first = number("NYASH_SEED", 1);
    first..first + number("NYASH_ROUNDS", rounds)
}

impl Random {
    fn new(seed: u64) -> Self {
        // Seeds that follow each other are far from each other, and none is 0.
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % limit
    }
}

/// What changes everything that can change, at random.
fn random_changes(random: &mut Random) -> String {
    let mut out = String::new();
    for _ in 0..random.below(40) {
        let (a, b) = (random.below(1 << 16), random.below(1 << 32));
        let index = random.below(8);
        let memory = ["$m", "$n"][random.below(2) as usize];
        let table = ["$t", "$u"][random.below(2) as usize];
        let function = random.below(4);
        let _ = match random.below(14) {
            0 | 1 => writeln!(out, "(i32.store {memory} (i32.const {}) (i32.const {b}))", a % 65_000),
            2 => writeln!(
                out,
                "(memory.fill {memory} (i32.const {}) (i32.const {}) (i32.const {}))",
                a / 2,
                b % 256,
                a / 8
            ),
            3 => writeln!(out, "(drop (memory.grow {memory} (i32.const {})))", random.below(4)),
            4 => writeln!(out, "(global.set $a (i64.const {b}))"),
            5 => writeln!(out, "(global.set $b (f64.const {b}))"),
            6 => writeln!(out, "(global.set $c (v128.const i64x2 {b} {a}))"),
            7 => writeln!(out, "(global.set $d (ref.func $f{function}))"),
            8 => writeln!(out, "(table.set {table} (i32.const {index}) (ref.func $f{function}))"),
            9 => writeln!(out, "(table.set {table} (i32.const {index}) (ref.null func))"),
            10 => writeln!(
                out,
                "(drop (table.grow {table} (ref.func $f{function}) (i32.const {})))",
                random.below(5)
            ),
            11 => writeln!(
                out,
                "(table.copy $t $u (i32.const {}) (i32.const 0) (i32.const 3))",
                index / 2
            ),
            12 if random.below(3) == 0 => writeln!(out, "({}.drop $p)", ["data", "elem"][random.below(2) as usize]),
            _ => writeln!(
                out,
                "(memory.copy $m $n (i32.const {}) (i32.const {}) (i32.const 100))",
                a / 2,
                a / 3
            ),
        };
    }
    out
}

/// A module that changes itself in `init` and then tells all there is to tell. `first` calls `init` at the start.
fn random_module(changes: &str, first: bool, last: &str) -> String {
    let init = if first { "(call $init)" } else { "" };
    let sum_memory = |memory: &str| {
        format!(
            "(local.set $at (i32.const 0))
             (loop $l
               (local.set $sum (i64.rotl (i64.mul (i64.xor (local.get $sum) (i64.load {memory} (local.get $at)))
                 (i64.const 0x9e3779b97f4a7c15)) (i64.const 5)))
               (br_if $l (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8)))
                 (i32.mul (memory.size {memory}) (i32.const 65536)))))"
        )
    };
    let sum_table = |table: &str| {
        format!(
            "(local.set $at (i32.const 0))
             (loop $l
               (local.set $sum (i64.mul (i64.const 31) (i64.add (local.get $sum)
                 (if (result i64) (ref.is_null (table.get {table} (local.get $at))) (then (i64.const 5))
                   (else (call_indirect {table} (result i64) (local.get $at)))))))
               (br_if $l (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (table.size {table}))))"
        )
    };
    module(&format!(
        r#"(memory $m (export "memory") 2) (memory $n 1 6)
           (table $t 10 funcref) (table $u 9 funcref)
           (global $a (mut i64) (i64.const 7)) (global $b (mut f64) (f64.const 7))
           (global $c (mut v128) (v128.const i64x2 7 7)) (global $d (export "d") (mut funcref) (ref.func $f0))
           (data (i32.const 5000) "active") (data $p "passive") (data (memory $n) (i32.const 65530) "end")
           (elem (table $u) (i32.const 1) func $f1 $f2) (elem $p func $f3 $f3) (elem (i32.const 4) func $f3)
           (func $f0 (result i64) (i64.const 10)) (func $f1 (result i64) (i64.const 11))
           (func $f2 (result i64) (i64.const 12)) (func $f3 (result i64) (i64.const 13))
           (func $init (export "init") {changes})
           (func (export "_start") (local $at i32) (local $sum i64)
             {init} {} {} {} {}
             (table.set $t (i32.const 0) (global.get $d))
             (local.set $sum (i64.xor (local.get $sum) (if (result i64) (ref.is_null (global.get $d))
               (then (i64.const 1)) (else (call_indirect $t (result i64) (i32.const 0))))))
             (local.set $sum (i64.xor (i64.rotl (local.get $sum) (i64.const 9))
               (i64.add (global.get $a) (i64.reinterpret_f64 (global.get $b)))))
             (local.set $sum (i64.xor (i64.rotl (local.get $sum) (i64.const 9))
               (i64.add (i64x2.extract_lane 0 (global.get $c)) (i64x2.extract_lane 1 (global.get $c)))))
             (call $say (local.get $sum))
             {last})"#,
        sum_memory("$m"),
        sum_memory("$n"),
        sum_table("$t"),
        sum_table("$u"),
    ))
}

/// Initialising when packing and initialising at the start give the same program.
#[test]
fn random_initialisations() {
    for seed in seeds(25) {
        let mut random = Random::new(seed);
        let round = seed as usize;
        let changes = random_changes(&mut random);
        // What is there of a passive segment only shows when it is used, with a trap if it is gone.
        let last = [
            "(memory.init $p (i32.const 0) (i32.const 0) (i32.const 7)) (call $say (i64.load (i32.const 0)))",
            "(table.init $t $p (i32.const 0) (i32.const 0) (i32.const 2)) (call $say (call_indirect (result i64) (i32.const 1)))",
            "(call $say (i64.extend_i32_u (i32.add (memory.grow $n (i32.const 3)) (table.grow $t (ref.null func) (i32.const 1)))))",
        ][round % 3];
        let early = outcome("random", &pack(&random_module(&changes, false, last), &named("init")));
        let late = outcome(
            "random",
            &pack(&random_module(&changes, true, last), &Options::default()),
        );
        assert_eq!(early, late, "seed {seed}: {changes}");
    }
}

/// A module with some bytes changed is refused, or initialised to a module that packs to the same bytes once more.
#[test]
fn damaged_modules_are_refused_or_initialised() {
    let options = Options {
        preinit: Some(Preinit {
            function: Some("init".to_owned()),
            seconds: 1,
            ..Preinit::default()
        }),
        unknown_imports: UnknownImports::Trap,
        ..Options::default()
    };
    let mut whole = 0;
    for seed in seeds(60) {
        let mut random = Random::new(seed);
        let changes = random_changes(&mut random);
        let mut wasm = wat::parse_str(random_module(&changes, false, "")).unwrap();
        for _ in 0..=random.below(2) {
            let at = 8 + random.below(wasm.len() as u64 - 8) as usize;
            wasm[at] = random.below(256) as u8;
        }
        if let Ok(packed) = nyash_pack::pack(&wasm, &options) {
            let again = nyash_pack::pack(&wasm, &options).unwrap();
            assert!(packed.bytes == again.bytes, "seed {seed}");
            whole += 1;
        }
    }
    assert!(whole > 0);
}

/// An image for several systems was initialised once for each, so that its programs differed in what they had drawn.
#[test]
fn a_module_that_is_packed_several_times_is_initialised_once() {
    let module = module(
        r#"(memory (export "memory") 1)
           (func (export "draw") (drop (call $random_get (i32.const 8) (i32.const 8))))
           (func (export "_start") (call $say (i64.load (i32.const 8))))"#,
    );
    let folder = folder("initialised-once");
    let mut source = Source::new(module.as_bytes());
    let mut run = |options: &Options| {
        let mut runs = 0;
        let packed = source.pack(options, &mut |stage| runs += usize::from(stage == Stage::Preinit));
        let packed = packed.unwrap();
        assert!(packed.notes.iter().any(|note| matches!(note, Note::Learnt(_))));
        (runs, run_bytes(&folder.join("app"), &packed.bytes))
    };
    let options = named("draw");
    let (runs, first) = run(&options);
    assert_eq!(runs, 1);
    let smaller = Options {
        opt_level: OptLevel::Size,
        fallback: Some(Fallback::Pulley),
        ..options.clone()
    };
    assert_eq!(run(&smaller), (0, first));
    // Another world is another run.
    let mut other = options.clone();
    other.preinit.as_mut().unwrap().args.push(b"x".to_vec());
    assert_eq!(run(&other).0, 1);
}

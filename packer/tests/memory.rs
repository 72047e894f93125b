//! Initial memory with holes: what is in memory at the start is what the segments say, and the file is as large as the
//! data and not as its range.

mod common;

use std::fmt::Write;

use common::{HELLO, Outcome, folder, pack, run_bytes};
use nyash_format::RegionKind;
use nyash_pack::inspect::{InitialMemory, Program};
use nyash_pack::{Fallback, Options, Target, cpu};

const WASM_PAGE: usize = 64 << 10;

/// A memory: its size in pages of wasm, and its segments.
struct Memory {
    pages: usize,
    segments: Vec<(usize, Vec<u8>)>,
}

/// A module that prints `right` if, at its start, its memories hold what the segments say, in this order, and nothing else;
/// otherwise it traps. It also uses its active segments again, which are empty by then.
fn module(memories: &[Memory]) -> String {
    let mut text = String::from(
        "(module (import \"wasi_snapshot_preview1\" \"fd_write\" (func $fd_write (param i32 i32 i32 i32) (result i32)))\n\
         (memory (export \"memory\") 1) (data (i32.const 0) \"\\10\\00\\00\\00\\06\\00\\00\\00\") (data (i32.const 16) \"right\\n\")\n",
    );
    let mut check = String::new();
    for (number, memory) in memories.iter().enumerate() {
        writeln!(text, "(memory $m{number} {})", memory.pages).unwrap();
        for (at, bytes) in &memory.segments {
            let bytes: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
            writeln!(text, "(data (memory $m{number}) (i32.const {at}) \"{bytes}\")").unwrap();
        }
        let mut contents = vec![0u8; memory.pages * WASM_PAGE];
        for (at, bytes) in &memory.segments {
            contents[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        let sum = contents.chunks(8).fold(0u64, |sum, word| {
            (sum ^ u64::from_le_bytes(word.try_into().unwrap()))
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(5)
        });
        writeln!(
            check,
            "(local.set $at (i32.const 0)) (local.set $sum (i64.const 0))
             (loop $next
               (local.set $sum (i64.rotl (i64.mul (i64.xor (local.get $sum)
                 (i64.load $m{number} (local.get $at))) (i64.const 0x9e3779b97f4a7c15)) (i64.const 5)))
               (br_if $next (i32.ne (local.tee $at (i32.add (local.get $at) (i32.const 8)))
                 (i32.const {}))))
             (if (i64.ne (local.get $sum) (i64.const {})) (then unreachable))",
            memory.pages * WASM_PAGE,
            sum.cast_signed()
        )
        .unwrap();
    }
    text.push_str("(data $passive \"passive\")\n");
    write!(
        text,
        "(func (export \"_start\") (local $at i32) (local $sum i64) {check}
           (memory.init 0 (i32.const 5) (i32.const 0) (i32.const 0)) (data.drop 1)
           (memory.init $passive (i32.const 100) (i32.const 0) (i32.const 7))
           (if (i32.ne (i32.load8_u (i32.const 106)) (i32.const 101)) (then unreachable))
           (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"
    )
    .unwrap();
    text
}

/// Large data at the start of memory, far behind, in a second memory, and segments that overlap.
fn with_holes() -> Vec<Memory> {
    let bytes = |len: usize, first: u8| (0..len).map(|at| (at % 251) as u8 ^ first).collect::<Vec<u8>>();
    vec![
        Memory {
            pages: 700,
            segments: vec![
                (1000, bytes(100_000, 1)),
                (20 << 20, bytes(3, 2)),
                ((20 << 20) + 4094, bytes(5, 3)),
                (3000, bytes(10, 7)),
                (700 * WASM_PAGE - 2, vec![9, 0]),
                (5 << 20, vec![0; 70_000]),
            ],
        },
        Memory {
            pages: 5,
            segments: vec![(70_000, bytes(20, 4))],
        },
        Memory {
            pages: 2,
            segments: vec![(8, Vec::new())],
        },
    ]
}

fn assert_right(outcome: &Outcome, err: &str) {
    match outcome {
        Outcome::Ended { status, out, err: said } => {
            assert_eq!((*status, out.as_str()), (Some(0), "right\n"), "{said}");
            assert!(said.contains(err), "{said}");
        }
        Outcome::NotStarted(error) => panic!("{error}"),
    }
}

#[test]
fn holes_are_not_in_the_file() {
    let hello = pack(HELLO, &Options::default());
    let file = pack(&module(&with_holes()), &Options::default());
    assert!(file.len() < hello.len() + 150_000, "{} and {}", file.len(), hello.len());
    let program = Program::parse(&file).unwrap();
    program.verify().unwrap();
    let (_, image) = program.region(RegionKind::Image).unwrap();
    let mapped = image.len() as u64;
    assert_eq!(
        program.initial_memory().unwrap(),
        InitialMemory {
            mapped,
            ranges: 5,
            copied: 0
        }
    );
    let path = folder("holes").join("app");
    assert_right(&run_bytes(&path, &file), "");
    // Taken out and packed again, it still knows where its pages go.
    let image = program.extract(None).unwrap();
    let again = nyash_pack::pack(&image, &Options::default()).unwrap().bytes;
    assert_eq!(
        Program::parse(&again).unwrap().metadata.image_runs,
        program.metadata.image_runs
    );
    assert_right(&run_bytes(&path, &again), "");
}

#[test]
fn every_way_to_run_sees_the_same_memory() {
    let text = module(&with_holes());
    let options = Options::default();
    let path = folder("holes-elsewhere").join("app");
    let versions = Options {
        cpu: cpu::parse("baseline+v3", options.target).unwrap(),
        ..options.clone()
    };
    assert_right(&run_bytes(&path, &pack(&text, &versions)), "");
    let small = Options {
        small_address_space: true,
        ..options.clone()
    };
    assert_right(&run_bytes(&path, &pack(&text, &small)), "");
    let interpreted = Options {
        fallback: Some(Fallback::Pulley),
        ..options
    };
    let file = nyash_tests::unfit(&pack(&text, &interpreted)).unwrap();
    assert_right(&run_bytes(&path, &file), "interpreter");
}

/// A packer that laid out the range would need 3 GiB here, and its file as well.
#[test]
fn a_segment_at_three_gib_costs_a_page() {
    let text = module(&[]).replace(
        "(data $passive",
        "(memory $far 65535) (data (memory $far) (i32.const 0xc0000000) \"far\") (data (memory $far) (i32.const 5) \"near\")\n\
         (data $passive",
    );
    let text = text.replace(
        "(local $sum i64)",
        "(local $sum i64)
           (if (i32.ne (i32.load8_u $far (i32.const 0xc0000002)) (i32.const 114)) (then unreachable))
           (if (i32.ne (i32.load8_u $far (i32.const 8)) (i32.const 114)) (then unreachable))",
    );
    let file = pack(&text, &Options::default());
    let hello = pack(HELLO, &Options::default());
    assert!(file.len() < hello.len() + 40_000, "{} and {}", file.len(), hello.len());
    assert_right(&run_bytes(&folder("far").join("app"), &file), "");
}

#[test]
fn memory_without_holes_is_as_it_was() {
    let dense = Memory {
        pages: 40,
        segments: vec![(4096, vec![7; 1 << 20]), ((1 << 20) + 60_000, vec![8; 100])],
    };
    let file = pack(&module(&[dense]), &Options::default());
    assert!(Program::parse(&file).unwrap().metadata.image_runs.is_empty());
    assert_right(&run_bytes(&folder("dense").join("app"), &file), "");
}

/// Each hole costs a system call and a range of the kernel's, of which there are 65,530.
#[test]
fn too_many_holes_are_copied() {
    let memory = Memory {
        pages: 5000,
        segments: (0..1200).map(|at| (at * (200 << 10) + 7, vec![1, 2, 3])).collect(),
    };
    let file = pack(&module(&[memory]), &Options::default());
    assert!(Program::parse(&file).unwrap().metadata.image_runs.is_empty());
    assert!(file.len() < 2 << 20, "{}", file.len());
    assert_right(&run_bytes(&folder("many-holes").join("app"), &file), "");
}

/// On systems that map nothing the segments are copied; the file is as large as the data there, too.
#[test]
fn targets_with_other_pages_pack_no_holes() {
    let text = module(&with_holes());
    for (target, compact) in [
        (Target::Aarch64Linux, true),
        (Target::Riscv64Linux, true),
        (Target::X86_64Windows, false),
        (Target::Aarch64Macos, true),
    ] {
        let options = Options {
            target,
            ..Options::default()
        };
        let Ok(packed) = nyash_pack::pack(text.as_bytes(), &options) else {
            // There is no runtime for it here.
            continue;
        };
        let program = Program::parse(&packed.bytes).unwrap();
        program.verify().unwrap();
        assert_eq!(!program.metadata.image_runs.is_empty(), compact, "{target}");
        assert!(packed.bytes.len() < 2 << 20, "{target}: {}", packed.bytes.len());
    }
}

/// A generator with a fixed start (xorshift64*), so that a failure happens again.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % limit as u64) as usize
    }
}

#[test]
fn random_segments() {
    let mut random = Random(5);
    let path = folder("random-memory").join("app");
    let mut compact = 0;
    for _ in 0..40 {
        let memories: Vec<Memory> = (0..1 + random.below(3))
            .map(|_| {
                let most = 1 << random.below(10);
                let pages = 1 + random.below(most);
                let size = pages * WASM_PAGE;
                let segments = (0..random.below(12)).map(|_| {
                    let most = size.min(1 << random.below(18));
                    let len = random.below(1 + most);
                    // Most start or end at a page, where mistakes are.
                    let at = random.below(size - len + 1);
                    let at = if random.below(2) == 0 { at / 4096 * 4096 } else { at };
                    let byte = random.below(3) as u8;
                    (at, (0..len).map(|at| byte.wrapping_mul(at as u8)).collect())
                });
                Memory {
                    pages,
                    segments: segments.collect(),
                }
            })
            .collect();
        let file = pack(&module(&memories), &Options::default());
        compact += usize::from(!Program::parse(&file).unwrap().metadata.image_runs.is_empty());
        assert_right(&run_bytes(&path, &file), "");
    }
    assert!(compact > 10, "{compact}");
}

/// Copies and fills of all lengths and distances: the runtime has routines of its own, which take other instructions for short
/// ones and where the two lie alike in their pages.
#[test]
fn copies_and_fills_are_those_of_the_specification() {
    const ROUNDS: u32 = 20_000;
    const AREA: usize = 20 << 10;
    const FACTOR: u64 = 6_364_136_223_846_793_005;
    const ADDEND: u64 = 1_442_695_040_888_963_407;
    let mut memory = vec![0u8; AREA];
    let mut state = 1u64;
    for _ in 0..ROUNDS {
        state = state.wrapping_mul(FACTOR).wrapping_add(ADDEND);
        let bits = |from: u32, count: u32| (state >> from & ((1 << count) - 1)) as usize;
        let (dest, len) = (bits(20, 13), bits(46, 12) >> bits(61, 3));
        match (bits(58, 1), bits(59, 1)) {
            (0, _) => memory[dest..dest + len].fill(bits(8, 8) as u8),
            (_, 0) => memory.copy_within(bits(33, 13)..bits(33, 13) + len, dest),
            (_, _) => memory.copy_within(dest + 8192 - bits(8, 6)..dest + 8192 - bits(8, 6) + len, dest),
        }
        // Something to copy that is not a run of the same.
        memory[dest + 4000] = bits(8, 8) as u8;
    }
    let bits = |from: u32, count: u32| {
        format!(
            "(i32.wrap_i64 (i64.and (i64.shr_u (local.get $s) (i64.const {from})) (i64.const {})))",
            (1 << count) - 1
        )
    };
    let (dest, shifted) = (bits(20, 13), format!("(i32.shr_u {} {})", bits(46, 12), bits(61, 3)));
    let above = format!("(i32.sub (i32.add {dest} (i32.const 8192)) {})", bits(8, 6));
    let expected: String = memory.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let module = format!(
        "(module (import \"wasi_snapshot_preview1\" \"fd_write\" (func $fd_write (param i32 i32 i32 i32) (result i32)))
           (memory (export \"memory\") 2)
           (data (i32.const 65536) \"{expected}\")
           (data (i32.const 131000) \"\\c0\\ff\\01\\00\\06\\00\\00\\00\") (data (i32.const 131008) \"right\\n\")
           (func (export \"_start\") (local $s i64) (local $i i32)
             (local.set $s (i64.const 1))
             (loop $next
               (local.set $s (i64.add (i64.mul (local.get $s) (i64.const {FACTOR})) (i64.const {ADDEND})))
               (if {} (then
                 (if {} (then (memory.copy {dest} {above} {shifted}))
                   (else (memory.copy {dest} {} {shifted}))))
                 (else (memory.fill {dest} {} {shifted})))
               (i32.store8 offset=4000 {dest} {})
               (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {ROUNDS}))))
             (local.set $i (i32.const 0))
             (loop $next
               (if (i32.ne (i32.load8_u (local.get $i)) (i32.load8_u offset=65536 (local.get $i))) (then unreachable))
               (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {AREA}))))
             (drop (call $fd_write (i32.const 1) (i32.const 131000) (i32.const 1) (i32.const 131000)))))",
        bits(58, 1),
        bits(59, 1),
        bits(33, 13),
        bits(8, 8),
        bits(8, 8),
    );
    let folder = folder("memory-copies");
    assert_right(
        &run_bytes(&folder.join("copies"), &pack(&module, &Options::default())),
        "",
    );
}

//! Whatever bytes are given as a program, the front end answers: no crash, no hang, not too much text.

use nyash_language::diagnostic::{render::render, to_json};
use nyash_language::edition::Edition;
use nyash_language::front::{LoadedFile, NoFiles, analyze, with_deep_stack};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Generous: test machines are slow and this is not an optimised build.
const TIME_LIMIT: Duration = Duration::from_secs(10);
const MAX_REPORT: usize = 1 << 20;

/// Analyses the bytes and renders all there is to say.
fn answer(name: &str, bytes: &[u8], edition: Edition) -> usize {
    let root = LoadedFile {
        name: name.into(),
        identity: name.into(),
        bytes: bytes.to_vec(),
    };
    let (sources, diagnostics, failed) = match analyze(root, Some(edition), &NoFiles) {
        Ok(program) => {
            // What the front end accepts, the back end compiles, or says why not.
            if let Err(errors) = nyash_language::back::compile(&program, &nyash_language::back::Options::default()) {
                assert!(!errors.is_empty(), "{name}: the back end refuses without a reason");
            }
            (program.sources, program.warnings, false)
        }
        Err(failure) => (failure.sources, failure.diagnostics, true),
    };
    assert_eq!(
        failed,
        diagnostics.iter().any(|d| d.is_error()),
        "{name}: success and errors contradict each other"
    );
    let text: usize = diagnostics
        .iter()
        .map(|d| render(d, &sources, false).len() + to_json(d, &sources).len())
        .sum();
    assert!(text < MAX_REPORT, "{name}: {text} bytes of diagnostics");
    diagnostics.len()
}

fn timed(name: &str, bytes: &[u8]) {
    let start = Instant::now();
    with_deep_stack(|| answer(name, bytes, Edition::E2026));
    assert!(start.elapsed() < TIME_LIMIT, "{name} took {:?}", start.elapsed());
}

/// `unit` repeated.
fn many(unit: &str, count: usize) -> Vec<u8> {
    unit.repeat(count).into_bytes()
}

#[test]
fn deep_nesting_is_an_error() {
    const DEEP: usize = 100_000;
    for unit in [
        "(",
        "[",
        "{",
        "f(",
        "%{\"k\" => ",
        "-",
        "not ",
        "await ",
        "if true {",
        "loop {",
        "try {",
        "{ 1 + ",
        "match ",
        "match x { _ => ",
        "fn() { return ",
        "true ? ",
        "true ? 1 : ",
        "x = (",
        "box B { m() {",
        "x[",
        "new A(",
        "local a: A<",
        "1 + (",
        "a |> (",
        "function f() {",
        "static box B { static {",
        "weak ",
        "a ?? (",
        "nowait ",
        "else if x {",
        "box B<",
    ] {
        timed(unit, &many(unit, DEEP));
    }
    let mut balanced = many("(", DEEP);
    balanced.extend(many(")", DEEP));
    timed("balanced parentheses", &balanced);
}

#[test]
fn long_expressions_are_an_error() {
    for unit in [
        "+1", " and a", ".a", ".a()", "()", "[0]", "?.b", " ?? 1", " |> f", "..1", "?",
    ] {
        let mut program = b"local x = a".to_vec();
        program.extend(many(unit, 200_000));
        timed(unit, &program);
    }
}

#[test]
fn big_files_are_answered() {
    for unit in [
        "x=1 ",
        "\"",
        "'",
        "\\\"\n",
        "/*",
        "*/",
        "}",
        ")",
        "@a ",
        "#\n",
        ";",
        "1 ",
        "a ",
        "\u{1f980}",
        "local a = b\n",
        "f()\n",
        "box A {}\n",
        "enum E { A }\n",
        "if x {} ",
        "using a.b\n",
        "A::B ",
        "? ",
        "= ",
        "function f() {}\n",
        "=> ",
        "break\n",
    ] {
        timed(unit, &many(unit, 200_000));
    }
    timed("50 MB line", &many("1+", 25 << 20));
    let chain: String = (0..2000).map(|n| format!("box B{n} from B{} {{}}\n", n + 1)).collect();
    timed("chain of parents", chain.as_bytes());
    let arms = format!("local x = match 1 {{ {} _ => 0 }}", "1 => 2, ".repeat(100_000));
    timed("many arms", arms.as_bytes());
    let else_ifs = format!("local x = 1\nif x == 1 {{}}{}", " else if x == 2 {}".repeat(50_000));
    timed("many branches", else_ifs.as_bytes());
}

#[test]
fn bytes_that_are_no_text_are_an_error() {
    for bytes in [
        &b"\xff\xfe"[..],
        b"print(1)\n\xc3",
        b"\0",
        b"a\0b",
        b"\xef\xbb\xbf\xef\xbb\xbfprint(1)",
        b"\xed\xa0\x80",
    ] {
        assert!(
            with_deep_stack(|| answer("bytes", bytes, Edition::E2026)) > 0,
            "{bytes:?} is accepted"
        );
    }
    assert_eq!(with_deep_stack(|| answer("empty", b"", Edition::E2026)), 0);
}

fn programs() -> Vec<Vec<u8>> {
    fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, files)
            } else {
                files.push(path)
            }
        }
    }
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/lang"), &mut files);
    files.sort();
    files.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

#[test]
fn every_prefix_of_a_program_is_answered() {
    with_deep_stack(|| {
        for program in programs() {
            for end in 0..program.len() {
                // Not every prefix of a long one, for time.
                if program.len() < 400 || end % 7 == 0 {
                    answer("prefix", &program[..end], Edition::E2026);
                }
            }
        }
    });
}

/// A small generator; the same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

#[test]
fn mutated_programs_are_answered() {
    const SNIPPETS: &[&str] = &[
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "match x {",
        "=>",
        "fn(",
        "box",
        "static box",
        "::",
        "?.",
        "??",
        "|>",
        "..",
        "@",
        "%{",
        "local",
        "return",
        "\n",
        ";",
        "/*",
        "*/",
        "#",
        "\\",
        "enum E {",
        "weak",
        "catch",
        "cleanup {",
        "fini {",
        "from A.b()",
        "me",
        "new",
        "\u{0}",
        "\u{feff}",
        "漢",
        "9223372036854775808",
        "1.5.",
        "_",
        "using \"x\"",
        "init {",
        "once",
        "?",
        "new A<B<",
    ];
    let programs = programs();
    let rounds: usize = std::env::var("NYASH_FUZZ_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(3000);
    let mut random = Random(20_261_123);
    with_deep_stack(move || {
        for round in 0..rounds {
            let mut program = programs[random.below(programs.len())].clone();
            for _ in 0..=random.below(6) {
                let at = random.below(program.len() + 1);
                match random.below(4) {
                    0 => drop(program.splice(at..at, SNIPPETS[random.below(SNIPPETS.len())].bytes())),
                    1 => drop(program.drain(at..(at + random.below(12)).min(program.len()))),
                    2 => {
                        let other = &programs[random.below(programs.len())];
                        let from = random.below(other.len());
                        let piece = other[from..(from + random.below(60)).min(other.len())].to_vec();
                        drop(program.splice(at..at, piece));
                    }
                    _ => {
                        if let Some(byte) = program.get_mut(at) {
                            *byte ^= 1 << random.below(8);
                        }
                    }
                }
            }
            let edition = if round % 2 == 0 { Edition::E2025 } else { Edition::E2026 };
            answer("mutation", &program, edition);
        }
    });
}

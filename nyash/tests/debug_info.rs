//! `-g` and `--source-map` of modules: where the code comes from, for debuggers.

use std::path::Path;
use std::process::{Command, Output};

const PROGRAM: &str = "\
static box Main {
  main() {
    local text = \"ä𝄞\" local length = text.length()
    print(length)
    return 0
  }
}
";

/// The module that these options make of [`PROGRAM`], which is `app.hako` in a folder.
fn module(folder: &Path, options: &[&str]) -> Vec<u8> {
    module_of(PROGRAM, folder, options)
}

fn module_of(source: &str, folder: &Path, options: &[&str]) -> Vec<u8> {
    std::fs::write(folder.join("app.hako"), source).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_nyash"));
    command
        .args(["--compile-wasm", "app.hako", "-o", "app.wasm"])
        .args(options);
    let done = command.current_dir(folder).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    std::fs::read(folder.join("app.wasm")).unwrap()
}

/// What a program does that is compiled with `-g` and packed with these options, next to its source.
fn run(source: &str, options: &nyash_pack::Options) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let wasm = module_of(source, folder.path(), &["-g"]);
    let packed = nyash_pack::pack(&wasm, options).unwrap();
    nyash_pack::write_executable(&folder.path().join("app"), &packed).unwrap();
    let mut app = Command::new(folder.path().join("app"));
    app.current_dir(folder.path()).output().unwrap()
}

fn little_memory() -> nyash_pack::Options {
    nyash_pack::Options {
        memory_limit: Some(4 << 20),
        ..Default::default()
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn debugging_information_comes_after_the_same_module() {
    let folder = tempfile::tempdir().unwrap();
    let plain = module(folder.path(), &[]);
    let debug = module(folder.path(), &["-g"]);
    assert!(debug.starts_with(&plain), "the code is another one");
    for text in ["name", "Main.main", ".debug_info", ".debug_line", "app.hako"] {
        assert!(holds(&debug[plain.len()..], text), "no {text}");
    }
}

#[test]
fn paths_begin_as_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let options = ["-g", "--source-map", "--remap-path-prefix", "app.hako=/src/app.hako"];
    let wasm = module(folder.path(), &options);
    assert!(holds(&wasm, "/src/app.hako"));
    let map = std::fs::read(folder.path().join("app.wasm.map")).unwrap();
    assert!(holds(&map, "\"sources\":[\"/src/app.hako\"]"));
}

#[test]
fn a_source_map_leads_from_bytes_to_places() {
    let folder = tempfile::tempdir().unwrap();
    let wasm = module(folder.path(), &["--source-map"]);
    assert!(wasm.ends_with(b"\x10sourceMappingURL\x0capp.wasm.map"));
    let map = std::fs::read(folder.path().join("app.wasm.map")).unwrap();
    let map: serde_json::Value = serde_json::from_slice(&map).unwrap();
    assert_eq!(map["sources"], serde_json::json!(["app.hako"]));
    assert_eq!(map["sourcesContent"], serde_json::json!([PROGRAM]));
    let mut now = [0; 4];
    let mut places = Vec::new();
    for segment in map["mappings"].as_str().unwrap().split(',') {
        let numbers = numbers(segment);
        assert!(numbers.len() == 1 || numbers.len() == 4, "{segment}");
        for (now, difference) in now.iter_mut().zip(&numbers) {
            *now += difference;
        }
        assert!(
            (0..wasm.len() as i64).contains(&now[0]),
            "byte {} of {}",
            now[0],
            wasm.len()
        );
        if numbers.len() == 4 {
            assert_eq!(now[1], 0, "there is one source");
            places.push((now[2], now[3]));
        }
    }
    // Lines from 0. What lies before it on the line takes a unit for the first letter and two for the second.
    let call = PROGRAM.lines().nth(2).unwrap();
    let column = call[..call.find("length()").unwrap()].encode_utf16().count() as i64;
    for place in [(2, column), (3, 4)] {
        assert!(places.contains(&place), "{place:?} is not in {places:?}");
    }
}

/// The numbers of a segment (ECMA-426, "Base64 VLQ").
fn numbers(segment: &str) -> Vec<i64> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut out, mut number, mut shift) = (Vec::new(), 0, 0);
    for digit in segment.chars() {
        let digit = DIGITS.find(digit).unwrap() as i64;
        number |= (digit & 31) << shift;
        shift += 5;
        if digit & 32 == 0 {
            out.push(if number & 1 == 1 { -(number >> 1) } else { number >> 1 });
            (number, shift) = (0, 0);
        }
    }
    out
}

#[test]
fn a_map_of_text_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.hako"), PROGRAM).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_nyash"));
    command.args(["--compile-wasm", "app.hako", "-o", "app.wat", "--source-map"]);
    let done = command.current_dir(folder.path()).output().unwrap();
    assert_eq!(done.status.code(), Some(2));
    assert!(!folder.path().join("app.wat.map").exists());
}

/// It said only "error: out of memory": which of a program's loops it was had to be guessed.
#[test]
fn out_of_memory_names_the_place() {
    const ENDLESS: &str = "\
static box Main {
  grow(list) {
    loop(true) {
      list.push(\"another one: \" + list.length())
    }
  }
  main() {
    print(\"before\")
    me.grow(new ArrayBox())
  }
}
";
    let done = run(ENDLESS, &little_memory());
    assert_eq!(done.status.code(), Some(134));
    assert_eq!(String::from_utf8_lossy(&done.stdout), "before\n");
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(errors.starts_with("error: out of memory\n"), "{errors}");
    assert!(errors.contains(": Main.grow (app.hako:4:"), "{errors}");
    assert!(errors.contains(" (app.hako:9:"), "{errors}");
}

/// The line itself, as the compiler's own messages show it: of the innermost function whose source is there, which here is
/// below six of the library's.
#[test]
fn a_trap_shows_the_line_of_the_source() {
    let source = "\
static box Main {
\tgrow(list) {
\t\tloop(true) {
\t\t\tlist.push(\"\u{f6}\u{1b}[31m\" + list.length())
\t\t}
\t}
\tmain() {
\t\tme.grow(new ArrayBox())
\t}
}
";
    let with_lines = nyash_pack::Options {
        debug_info: true,
        ..little_memory()
    };
    let errors = |options| String::from_utf8(run(source, options).stderr).unwrap();
    let (errors, plain) = (errors(&with_lines), errors(&little_memory()));
    // Tabs are four columns, and what a terminal would obey is a space.
    let wanted = "\
: Main.grow (app.hako:4:14)
      |
    4 |             list.push(\"\u{f6} [31m\" + list.length())
      |                       ^
";
    assert!(errors.contains(wanted), "{errors}");
    assert_eq!(
        errors.matches(" | ").count(),
        2,
        "one line, not one for each caller: {errors}"
    );
    assert!(!plain.contains(" | "), "{plain}");
}

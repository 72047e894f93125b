//! The command line: options, exit statuses, standard streams.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A folder for one test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("nyash-command-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn file(&self, name: &str, text: &str) -> &Folder {
        std::fs::write(self.0.join(name), text).unwrap();
        self
    }

    fn nyash(&self, arguments: &[&str]) -> Output {
        self.nyash_with_input(arguments, "")
    }

    fn nyash_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_nyash"))
            .args(arguments)
            .current_dir(&self.0)
            .env_remove("NO_COLOR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that refuses its options never reads.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn exit_statuses_tell_what_went_wrong() {
    let folder = Folder::new("status");
    folder.file("good.hako", "print(1)\n").file("bad.hako", "print(\n");
    assert_eq!(folder.nyash(&["--check", "good.hako"]).status.code(), Some(0));
    assert_eq!(folder.nyash(&["--check", "bad.hako"]).status.code(), Some(1));
    assert_eq!(folder.nyash(&["--no-such-option", "good.hako"]).status.code(), Some(2));
    assert_eq!(folder.nyash(&[]).status.code(), Some(2));
    let missing = folder.nyash(&["--check", "missing.hako"]);
    assert_eq!(missing.status.code(), Some(3));
    assert_eq!(stderr(&missing), "error: cannot read 'missing.hako': no such file\n");
    assert_eq!(folder.nyash(&["--check", "."]).status.code(), Some(3));
    assert_eq!(
        folder
            .nyash(&["--compile-wasm", "good.hako", "-o", "no/such/folder.wasm"])
            .status
            .code(),
        Some(3)
    );
}

#[test]
fn actions_exclude_each_other() {
    let folder = Folder::new("actions");
    folder.file("a.hako", "print(1)\n");
    let output = folder.nyash(&["--check", "--dump-ast", "a.hako"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("cannot be used with"), "{}", stderr(&output));
}

#[test]
fn json_is_one_object_a_line() {
    let folder = Folder::new("json");
    folder.file("a.hako", "local 値 = x\nlocal y = \"1\n\" + z\n");
    let output = folder.nyash(&["--check", "--json", "a.hako"]);
    let expected = concat!(
        r#"{"severity":"error","code":"unknown-name","message":"unknown name `x`","primary":{"file":"a.hako","line":1,"column":11,"#,
        r#""end_line":1,"end_column":12,"label":"nothing of this name is known here"},"labels":[],"notes":[],"#,
        r#""hint":"declare it with `local x = ..`"}"#,
    );
    let text = stderr(&output);
    assert_eq!(text.lines().next(), Some(expected));
    assert_eq!(text.lines().count(), 2);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn colour_only_on_request_or_a_terminal() {
    let folder = Folder::new("colour");
    folder.file("a.hako", "print(x)\n");
    assert!(!stderr(&folder.nyash(&["--check", "a.hako"])).contains('\u{1b}'));
    assert!(stderr(&folder.nyash(&["--check", "--color", "always", "a.hako"])).contains("\u{1b}[1;31m"));
}

#[test]
fn warnings_can_be_left_out() {
    let folder = Folder::new("warnings");
    folder.file("a.nyash", "x = 1\n");
    assert!(stderr(&folder.nyash(&["--check", "a.nyash"])).contains("1 warning"));
    assert_eq!(stderr(&folder.nyash(&["--check", "--no-warnings", "a.nyash"])), "");
}

#[test]
fn habits_are_counted_when_compiling_and_shown_by_check() {
    let folder = Folder::new("habits");
    folder.file("a.hako", "local name = \"ann\"\nname.toUpper()\nprint(name)\n");
    let compiled = folder.nyash(&["--compile-wasm", "a.hako", "-o", "a.wasm"]);
    assert_eq!(stderr(&compiled), "note: 1 warning; `nyash --check a.hako` shows it\n");
    assert!(stderr(&folder.nyash(&["--check", "a.hako"])).contains("warning[unused-result]"));
    let allowed = folder.nyash(&["--check", "--allow", "unused_result", "a.hako"]);
    assert_eq!(stderr(&allowed), "");
}

#[test]
fn denied_warnings_are_shown_and_make_nothing() {
    let folder = Folder::new("deny");
    folder.file("a.hako", "local name = \"ann\"\nname.toUpper()\nprint(name)\n");
    for action in ["--check", "--compile-wasm"] {
        let output = folder.nyash(&[action, "--deny-warnings", "a.hako"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(
            stderr(&output).ends_with("\n1 warning; --deny-warnings makes them errors\n"),
            "{}",
            stderr(&output)
        );
    }
    assert!(!folder.0.join("a.wasm").exists());
    assert_eq!(
        folder.nyash(&["--check", "a.hako"]).status.code(),
        Some(0),
        "warnings are no errors by themselves"
    );
}

#[test]
fn codes_are_explained() {
    let folder = Folder::new("explain");
    let known = folder.nyash(&["--explain", "unknown-name"]);
    assert_eq!(known.status.code(), Some(0));
    assert!(
        stdout(&known).contains("Wrong:\n    local counter = 1\n"),
        "{}",
        stdout(&known)
    );
    let unknown = folder.nyash(&["--explain", "unknown-nmae"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        stderr(&unknown).contains("did you mean 'unknown-name'?"),
        "{}",
        stderr(&unknown)
    );
}

/// A message that recommends an option which the command lacks sends people into a second error.
#[test]
fn messages_recommend_options_that_exist() {
    let help = stdout(&Folder::new("options").nyash(&["--help"]));
    let known = |option: &str| {
        help.match_indices(option)
            .any(|(at, _)| !help[at + option.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-'))
    };
    // Old options that are accepted without a word of help, `--version` of clap, and what the runtime says only of a
    // program that `nyash-pack` made with the option.
    let hidden = ["--backend", "--debug-fuel", "--version", "--stack-size"];
    let named = nyash_tests::messages::options(&["language/src", "boxes/src", "nyash/src", "runtime/src"]);
    let missing: Vec<String> = named
        .into_iter()
        .filter(|named| !known(&named.option) && !hidden.contains(&&*named.option))
        .map(|named| format!("{}:{}: there is no {}", named.file, named.line, named.option))
        .collect();
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

#[test]
fn a_dash_reads_standard_input_in_the_edition_asked_for() {
    let folder = Folder::new("stdin");
    let undeclared = "x = 1\n";
    assert_eq!(
        folder.nyash_with_input(&["--check", "-"], undeclared).status.code(),
        Some(1)
    );
    assert_eq!(
        folder
            .nyash_with_input(&["--check", "--edition", "2025", "-"], undeclared)
            .status
            .code(),
        Some(0)
    );
    let wrong = folder.nyash_with_input(&["--check", "--edition", "2024", "-"], undeclared);
    assert!(stderr(&wrong).contains("the editions are 2025 and 2026"));
}

#[test]
fn the_syntax_tree_is_readable() {
    let folder = Folder::new("tree");
    folder.file(
        "a.hako",
        "box P from Q { x: Integer = 1\n m(a) { return me.x + a * 2 } }\nif a { b() } else { c = -1 }\n",
    );
    let expected = "\
box P from Q
  field x: Integer = 1
  method m(a)
    return (+ (.x me) (* a 2))
if a
  (call b)
else
  c = (- 1)
";
    assert_eq!(stdout(&folder.nyash(&["--dump-ast", "a.hako"])), expected);
}

#[test]
fn modules_are_named_after_the_source() {
    let folder = Folder::new("names");
    folder.file("app.hako", "print(\"hello\")\n");
    assert_eq!(folder.nyash(&["--compile-wasm", "app.hako"]).status.code(), Some(0));
    assert_eq!(std::fs::read(folder.0.join("app.wasm")).unwrap()[..4], *b"\0asm");
    assert_eq!(
        folder
            .nyash(&["--compile-wasm", "app.hako", "-o", "app.wat"])
            .status
            .code(),
        Some(0)
    );
    assert!(
        std::fs::read_to_string(folder.0.join("app.wat"))
            .unwrap()
            .starts_with("(module")
    );
}

#[test]
fn the_source_is_never_overwritten() {
    let folder = Folder::new("overwrite");
    folder.file("app", "print(1)\n");
    let output = folder.nyash(&["--aot", "app"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(folder.0.join("app")).unwrap(), "print(1)\n");
}

#[test]
fn the_same_source_gives_the_same_module() {
    let folder = Folder::new("same");
    folder.file(
        "a.hako",
        "static box Main { main() { local m = %{\"a\" => 1} print(m.keys()) return 0 } }\n",
    );
    for out in ["1.wasm", "2.wasm"] {
        assert_eq!(
            folder.nyash(&["--compile-wasm", "a.hako", "-o", out]).status.code(),
            Some(0)
        );
    }
    assert_eq!(
        std::fs::read(folder.0.join("1.wasm")).unwrap(),
        std::fs::read(folder.0.join("2.wasm")).unwrap()
    );
}

#[test]
fn old_flags_say_what_to_use() {
    let folder = Folder::new("old");
    folder.file("a.hako", "print(1)\n");
    let vm = folder.nyash(&["--check", "--backend", "vm", "--debug-fuel", "unlimited", "a.hako"]);
    assert_eq!(vm.status.code(), Some(0));
    assert_eq!(stderr(&vm).lines().count(), 2, "{}", stderr(&vm));
    let unknown = folder.nyash(&["--backend", "steam", "a.hako"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert_eq!(
        stderr(&unknown),
        "error: there is no backend 'steam'; leave --backend out\n"
    );
}

#[test]
fn help_manual_and_completions_exist() {
    let folder = Folder::new("help");
    let help = stdout(&folder.nyash(&["--help"]));
    assert!(help.contains("Examples:") && help.contains("Exit status:"), "{help}");
    assert!(stdout(&folder.nyash(&["--man"])).contains(".TH nyash"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(stdout(&folder.nyash(&["--completions", shell])).contains("compile-native"));
    }
}

#[test]
fn modules_of_a_project_are_found_through_its_manifest() {
    let folder = Folder::new("project");
    for path in ["src/tools", "lib", "member"] {
        std::fs::create_dir_all(folder.0.join(path)).unwrap();
    }
    folder
        .file(
            "hako.toml",
            "[modules]\n\"x.exact\" = \"lib/exact.hako\"\n[module_roots]\n\"app\" = \"src\"\n\
             [using.pkg]\npath = \"lib/\"\nmain = \"pkg.hako\"\n[using.aliases]\nnick = \"pkg\"\n\
             [modules.workspace]\nmembers = [\"member/hako_module.toml\"]\n",
        )
        .file("lib/exact.hako", "static box Exact { f() { return 1 } }\n")
        .file("lib/pkg.hako", "static box Pkg { f() { return 1 } }\n")
        .file("src/tools/deep.hako", "static box Deep { f() { return 1 } }\n")
        .file(
            "member/hako_module.toml",
            "[module]\nname = \"mem\"\n[exports]\nsub.one = \"one.hako\"\n",
        )
        .file("member/one.hako", "static box One { f() { return 1 } }\n")
        .file(
            "main.hako",
            "using x.exact as A\nusing app.tools.deep as B\nusing nick as C\nusing mem.sub.one as D\n\
             static box Main { main() { return A.f() + B.f() + C.f() + D.f() } }\n",
        );
    let output = folder.nyash(&["--check", "main.hako"]);
    assert_eq!(stderr(&output), "");
    assert_eq!(output.status.code(), Some(0));
}

/// It was ignored without a word, and every module was missing.
#[test]
fn files_are_included_from_the_folder_that_a_program_is_meant_to_run_in() {
    let folder = Folder::new("include");
    std::fs::create_dir_all(folder.0.join("demo/game")).unwrap();
    folder.file("demo/game/rooms.nyash", "print(\"rooms\")\n");
    folder.file(
        "demo/game/main.nyash",
        "include \"game/rooms.nyash\"\nprint(\"main\")\n",
    );
    let output = folder.nyash(&["demo/game/main.nyash"]);
    assert_eq!(stdout(&output), "rooms\nmain\n", "{}", stderr(&output));
}

#[test]
fn a_broken_project_file_is_an_error_with_its_line() {
    let folder = Folder::new("broken-project");
    folder
        .file("hako.toml", "[using]\n[modules\nx.y = \"z.hako\"\n")
        .file("main.hako", "using x.y as Y\nprint(1)\n");
    let output = folder.nyash(&["--check", "main.hako"]);
    let message = stderr(&output);
    assert!(
        message.contains("error") && message.contains("'hako.toml', line 2"),
        "{message}"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn static_boxes_can_be_made_when_an_executable_is() {
    let folder = Folder::new("preinit");
    let program = r#"
static box Table {
  init { squares }
  static {
    print("computing")
    me.squares = new ArrayBox()
    loop(me.squares.length() < 1000) { me.squares.push(me.squares.length() * me.squares.length()) }
  }
  at(n) { return me.squares.get(n) }
}
static box Main {
  main() {
    print("starting")
    print(Table.at(30))
    Table.squares.push(7)
    print(Table.at(1000))
    return 0
  }
}
"#;
    folder.file("app.hako", program);
    let run = |name: &str| {
        let output = Command::new(folder.0.join(name)).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stdout(&output)
    };
    let made = folder.nyash(&["--aot", "app.hako", "-o", "lazy"]);
    assert_eq!((made.status.code(), stderr(&made).as_str()), (Some(0), ""));
    assert_eq!(run("lazy"), "starting\ncomputing\n900\n7\n");
    let made = folder.nyash(&["--aot", "--preinit", "app.hako", "-o", "early"]);
    assert_eq!((made.status.code(), stderr(&made).as_str()), (Some(0), "computing\n"));
    assert_eq!(run("early"), "starting\n900\n7\n");

    // An error there is an error of the compilation, and no file is left.
    let fails = program.replace("print(\"computing\")", "local n = 0\n    me.squares = 1 / n");
    folder.file("fails.hako", &fails);
    let made = folder.nyash(&["--aot", "--preinit", "fails.hako", "-o", "fails"]);
    assert_eq!(made.status.code(), Some(4), "{}", stderr(&made));
    assert!(
        stderr(&made).contains("before its initialisation was over"),
        "{}",
        stderr(&made)
    );
    assert!(!folder.0.join("fails").exists());
    let endless = program.replace("print(\"computing\")", "loop(true) { }");
    folder.file("endless.hako", &endless);
    let made = folder.nyash(&[
        "--aot",
        "--preinit",
        "--preinit-timeout",
        "1",
        "endless.hako",
        "-o",
        "endless",
    ]);
    assert!(
        stderr(&made).contains("more than 1 seconds of a processor"),
        "{}",
        stderr(&made)
    );
    assert_eq!(
        folder.nyash(&["--compile-wasm", "--preinit", "app.hako"]).status.code(),
        Some(2)
    );
}

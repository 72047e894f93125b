//! The rules of the house: what `ARCHITECTURE.md` says never happens, and that pages name only what exists.
//!
//! Each rule is a table or a short function; what breaks it is listed with its place.

use std::collections::{BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use nyash_tests::circles::Imports;
use nyash_tests::harness::root;
use nyash_tests::page::{anchor, code_spans, links, prose};
use nyash_tests::tree::{Source, files};

/// What the code in a folder never names.
struct Never {
    folder: &'static str,
    /// Below the folder, but free to do it.
    except: &'static [&'static str],
    names: &'static [&'static str],
    why: &'static str,
}

const NEVER: &[Never] = &[
    Never {
        folder: "format-spec/src",
        except: &[],
        names: &["std", "wasmtime"],
        why: "the format is read where there is no system",
    },
    Never {
        folder: "abi/src",
        except: &[],
        names: &["std", "alloc"],
        why: "what program and boxes agree on are facts, read where nothing is allocated",
    },
    Never {
        folder: "boxes/src",
        except: &[],
        names: &["std"],
        why: "there is no standard library in the programs that boxes are linked into",
    },
    Never {
        folder: "language/src",
        except: &[],
        names: &[
            "std::fs",
            "std::io",
            "std::net",
            "std::os",
            "std::env",
            "std::process",
            "std::time",
            "print!",
            "println!",
            "eprint!",
            "eprintln!",
            "dbg!",
            "nyash_format",
            "nyash_pack",
            "wasmtime",
        ],
        why: "the language is a function from texts to a module: no IO, no clock, no executables",
    },
    Never {
        folder: "packer/src",
        except: &[],
        names: &["nyash_language"],
        why: "the packer knows modules and no language",
    },
    Never {
        folder: "packer/src",
        except: &["packer/src/cli/"],
        names: &["std::time", "print!", "println!", "eprint!", "eprintln!", "dbg!"],
        why: "the same input gives the same bytes, and only the command talks",
    },
    Never {
        folder: "packer/src",
        except: &["packer/src/system/", "packer/src/cli/system/"],
        names: &["std::os", "nix", "rustix", "signal_hook"],
        why: "what differs between systems lies in two folders, and the commands are built for all of them",
    },
    Never {
        folder: "nyash/src",
        except: &[],
        names: &["std::os"],
        why: "the command is built for every system, and what differs between them is the packer's",
    },
    Never {
        folder: "runtime/src",
        except: &[],
        names: &["std", "object", "goblin", "wasmparser", "cranelift_codegen"],
        why: "the runtime has no libc, parses no executables and compiles nothing",
    },
];

/// What is in no tree of dependencies, and how many crates the tree has at most, itself included.
const DEPENDENCIES: &[(&str, &[&str], usize)] = &[
    ("format-spec", &["wasmtime", "wasmtime-environ"], usize::MAX),
    ("abi", &[], 1),
    // A test of the parser waits for no more than this.
    ("language", &["nyash-pack", "wasmtime", "cranelift-codegen"], 8),
    ("packer", &["nyash-language"], usize::MAX),
    ("runtime", &["cranelift-codegen", "wasmtime-wasi"], usize::MAX),
];

/// Which modules of its crate each stage of the language may name besides itself: those before it by what they hand over,
/// and none behind it. `front` and `back` run them.
const STAGES: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("diagnostic", &["source"]),
    ("edition", &[]),
    ("syntax", &["source", "diagnostic", "edition"]),
    ("prelude", &[]),
    ("resolve", &["source", "diagnostic", "edition", "prelude", "syntax"]),
    ("ir", &["source"]),
    ("lower", &["source", "edition", "syntax", "resolve", "ir"]),
    ("infer", &["source", "resolve", "lower", "ir"]),
    ("lint", &["source", "diagnostic", "prelude", "resolve", "infer", "ir"]),
    ("settle", &["source", "infer", "ir"]),
    ("verify", &["source", "ir"]),
    ("effects", &["ir"]),
    ("optimize", &["source", "ir"]),
    ("wasm", &["source", "ir"]),
];

#[test]
fn stages_of_the_language_look_back_only() {
    let mut broken = Vec::new();
    let mut stages = BTreeSet::new();
    for file in rust("language/src") {
        let module = file.module();
        let Some(stage) = module.split("::").nth(1) else {
            continue;
        };
        if matches!(stage, "front" | "back") {
            continue;
        }
        stages.insert(stage.to_owned());
        let Some((_, known)) = STAGES.iter().find(|(name, _)| *name == stage) else {
            broken.push(format!("{}: {stage} is no stage of the table", file.name));
            continue;
        };
        for named in file.names() {
            let Some(other) = named
                .path
                .strip_prefix("crate::")
                .and_then(|path| path.split("::").next())
            else {
                continue;
            };
            if other != stage && !known.contains(&other) {
                broken.push(format!("{}:{}: {stage} names {other}", file.name, named.line));
            }
        }
    }
    broken.extend(
        STAGES
            .iter()
            .filter(|(name, _)| !stages.contains(*name))
            .map(|(name, _)| format!("no stage {name}")),
    );
    report(&broken);
}

#[test]
fn code_names_nothing_that_its_folder_never_does() {
    let mut broken = Vec::new();
    for never in NEVER {
        let free = |file: &Source| never.except.iter().any(|except| file.name.starts_with(except));
        for file in rust(never.folder).filter(|file| !free(file)) {
            for named in file.names() {
                let hits = |name: &&&str| named.path == **name || named.path.starts_with(&format!("{name}::"));
                if let Some(name) = never.names.iter().find(hits) {
                    broken.push(format!("{}:{}: {name}: {}", file.name, named.line, never.why));
                }
            }
        }
    }
    report(&broken);
}

/// Crates in which no two files import each other, directly or around corners: each file can be read, tested and replaced
/// with those below it only.
const WITHOUT_CIRCLES: &[&str] = &["packer/src"];

#[test]
fn no_files_import_each_other() {
    let mut broken = Vec::new();
    for folder in WITHOUT_CIRCLES {
        let sources: Vec<Source> = rust(folder).collect();
        let imports = Imports::of(&sources);
        broken.extend(
            imports
                .circles()
                .iter()
                .map(|circle| format!("these import each other: {}", circle.join(", "))),
        );
    }
    report(&broken);
}

/// What pins a version of wasmtime beside the constant of the format.
#[test]
fn there_is_one_version_of_wasmtime() {
    let pin = format!("version = \"={}\"", nyash_format::WASMTIME);
    let mut broken = Vec::new();
    for manifest in ["packer/Cargo.toml", "runtime/Cargo.toml"] {
        let text = std::fs::read_to_string(root().join(manifest)).expect(manifest);
        let mut pins = text.lines().filter(|line| line.starts_with("wasmtime")).peekable();
        assert!(pins.peek().is_some(), "{manifest} pins nothing");
        let others = pins.filter(|line| !line.contains(&pin));
        broken.extend(others.map(|line| format!("{manifest}: `{line}` is not {pin}")));
    }
    report(&broken);
}

#[test]
fn dependencies_stay_lean() {
    let mut broken = Vec::new();
    for (folder, never, most) in DEPENDENCIES {
        let crates = dependencies(folder);
        if crates.len() > *most {
            broken.push(format!("{folder}: {} crates, at most {most}: {crates:?}", crates.len()));
        }
        let found = never.iter().filter(|never| crates.contains(**never));
        broken.extend(found.map(|found| format!("{folder} depends on {found}")));
    }
    report(&broken);
}

/// The names of the crates that are built for the crate in a folder.
fn dependencies(folder: &str) -> BTreeSet<String> {
    let manifest = root().join(folder).join("Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--locked",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
        ])
        .arg("--manifest-path")
        .arg(&manifest)
        .output()
        .expect("cargo tree");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect()
}

/// Programs that are measured against each other are left as people write them.
#[test]
fn every_file_says_what_it_is() {
    let silent = files("").into_iter().filter(|file| {
        let text = file.text.trim_start_matches("#!/usr/bin/env python3\n");
        !file.name.contains("/programs/")
            && match extension(&file.name) {
                "rs" => !text.starts_with("//! "),
                "py" => !text.starts_with("\"\"\""),
                _ => false,
            }
    });
    report(&silent.map(|file| file.name).collect::<Vec<_>>());
}

/// Neither where something was built nor where it came from.
#[test]
fn no_place_of_the_outside_is_named() {
    // In two parts, so that this file does not name them.
    let hosts = [
        ("crates", ".io"),
        ("pypi", ".org"),
        ("npmjs", ".com"),
        ("static.rust-lang", ".org"),
    ];
    let folders = [("/", "root/"), ("/home", "/")];
    let mut forbidden: Vec<String> = hosts.iter().chain(&folders).map(|(a, b)| format!("{a}{b}")).collect();
    forbidden.push(root().display().to_string());
    let mut broken = Vec::new();
    // What cargo writes names the registry.
    for file in files("").iter().filter(|file| !file.name.ends_with("Cargo.lock")) {
        for (number, line) in (1..).zip(file.text.lines()) {
            let found = forbidden.iter().filter(|forbidden| line.contains(*forbidden));
            broken.extend(found.map(|found| format!("{}:{number}: {found}", file.name)));
        }
    }
    report(&broken);
}

#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        for (number, line) in prose(&page.text) {
            for link in links(line) {
                if let Err(reason) = follow(&page.name, link) {
                    broken.push(format!("{}:{number}: {link}: {reason}", page.name));
                }
            }
        }
    }
    report(&broken);
}

#[test]
fn files_that_pages_and_comments_name_exist() {
    let all = files("");
    let mut known = Known::default();
    for file in &all {
        known.add(&file.name);
    }
    let mut broken = Vec::new();
    for file in &all {
        let lines: Vec<(usize, &str)> = match extension(&file.name) {
            "md" => prose(&file.text),
            "rs" => comments(&file.text, "//"),
            "py" | "sh" | "toml" => comments(&file.text, "#"),
            _ => continue,
        };
        for (number, line) in lines {
            let missing = code_spans(line).filter(|span| is_path(span) && !known.has(&file.name, span));
            broken.extend(missing.map(|span| format!("{}:{number}: `{span}` does not exist", file.name)));
        }
    }
    report(&broken);
}

fn rust(folder: &str) -> impl Iterator<Item = Source> {
    files(folder).into_iter().filter(Source::is_rust)
}

fn extension(name: &str) -> &str {
    Path::new(name)
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or("")
}

fn report(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

fn pages() -> Vec<Source> {
    files("")
        .into_iter()
        .filter(|file| extension(&file.name) == "md")
        .collect()
}

/// The numbered lines that are comments.
fn comments<'a>(text: &'a str, mark: &str) -> Vec<(usize, &'a str)> {
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| line.trim_start().starts_with(mark))
        .collect()
}

/// Whether a link of a page leads to a file and, behind `#`, to a heading in it.
fn follow(page: &str, link: &str) -> Result<(), String> {
    let (file, heading) = link.split_once('#').unwrap_or((link, ""));
    let folder = Path::new(page).parent().expect("a file in a folder");
    let path = if file.is_empty() {
        root().join(page)
    } else {
        root().join(folder).join(file)
    };
    if !path.exists() {
        return Err("no such file".to_owned());
    }
    if heading.is_empty() {
        return Ok(());
    }
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let mut headings = prose(&text).into_iter().filter(|(_, line)| line.starts_with('#'));
    if headings.any(|(_, line)| anchor(line) == heading) {
        Ok(())
    } else {
        Err("no such heading".to_owned())
    }
}

/// Whether a code span can only be a path of the repository, as far as its looks tell.
fn is_path(span: &str) -> bool {
    /// Kinds of files that users of the tools name, too: in the repository only with a folder.
    const OF_USERS: [&str; 4] = ["toml", "sh", "wat", "mjs"];
    let characters = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let kind = extension(span);
    let slashes = span.matches('/').count();
    span.chars().all(characters)
        && !span.starts_with(['/', '.'])
        && (["rs", "py", "md"].contains(&kind)
            || slashes > 0 && OF_USERS.contains(&kind)
            || slashes > 1 && span.ends_with('/'))
}

/// The files and folders of the repository.
#[derive(Default)]
struct Known {
    paths: BTreeSet<PathBuf>,
    /// Last parts of the paths.
    names: HashMap<String, usize>,
}

impl Known {
    fn add(&mut self, file: &str) {
        for path in Path::new(file).ancestors() {
            if self.paths.insert(path.to_owned())
                && let Some(name) = path.file_name()
            {
                *self.names.entry(name.to_string_lossy().into_owned()).or_default() += 1;
            }
        }
    }

    /// Whether a file may mean something by a path: from the folder of the repository, from its own folder or one
    /// above it, or from `src` in one of these. A name without a folder may be anywhere.
    fn has(&self, file: &str, path: &str) -> bool {
        let normal = Path::new(path)
            .components()
            .filter(|part| matches!(part, Component::Normal(_)))
            .collect::<PathBuf>();
        if normal.components().count() == 1 {
            return self.names.contains_key(&normal.to_string_lossy().into_owned());
        }
        let above = Path::new(file).ancestors().skip(1);
        above
            .flat_map(|folder| [folder.join(&normal), folder.join("src").join(&normal)])
            .any(|path| self.paths.contains(&path))
    }
}

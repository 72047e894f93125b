//! Files as tests: every file of a folder is a test of its own, whose name is its path in the repository.
//!
//! ```console
//! $ cargo test tests/lang/match          # a part of the name is enough
//! $ BLESS=1 cargo test tests/lang/match  # writes what was found as what is expected
//! ```
//!
//! A program of tests with `harness = false` collects its [`Case`]s and hands them to [`run`].

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// The folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests lie in the repository")
}

/// One test: its name, and what finds out whether it holds.
pub struct Case {
    name: String,
    test: Box<dyn FnOnce() -> Result<(), String> + Send>,
}

impl Case {
    /// A test with a name. An error is a report of any number of lines.
    pub fn new(name: impl Into<String>, test: impl FnOnce() -> Result<(), String> + Send + 'static) -> Case {
        Case {
            name: name.into(),
            test: Box::new(test),
        }
    }
}

/// A test for every file of a folder (its path from the repository's) and of the folders in it, by extension. Folders
/// `lib` are left out: they hold what tests include.
pub fn files(folder: &str, extensions: &[&str], test: fn(&Path) -> Result<(), String>) -> Vec<Case> {
    let mut paths = Vec::new();
    collect(&root().join(folder), extensions, &mut paths);
    assert!(!paths.is_empty(), "no tests in {folder}");
    paths
        .into_iter()
        .map(|path| Case::new(name(&path), move || test(&path)))
        .collect()
}

/// The path of a file from the folder of the repository.
fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn collect(folder: &Path, extensions: &[&str], paths: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            if path.file_name() != Some(OsStr::new("lib")) {
                collect(&path, extensions, paths);
            }
        } else if extensions
            .iter()
            .any(|extension| path.extension() == Some(OsStr::new(extension)))
        {
            paths.push(path);
        }
    }
}

/// Runs the tests as the command line says, which is that of every Rust test; ends with an error if one fails.
pub fn run(mut cases: Vec<Case>) -> ExitCode {
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    let trials = cases
        .into_iter()
        .map(|case| Trial::test(case.name, || (case.test)().map_err(Into::into)))
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

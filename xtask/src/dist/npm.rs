//! npm packages: one for each platform with the native command, and one with the command's name that depends on all of them.
//! npm installs of those only the one whose `os` and `cpu` are the machine's.

use std::path::Path;

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::platform::{PLATFORMS, Platform};
use super::tree::Tree;
use super::{Native, VERSION, archive, put};

/// What starts the native command; @COMMAND@ is its name.
const LAUNCHER: &str = include_str!("launcher.js");

/// Writes the package of a platform.
///
/// # Errors
/// When it cannot be written.
pub fn native(out: &Path, native: &Native<'_>) -> Result<()> {
    let Native {
        platform,
        name,
        description,
        ..
    } = native;
    let (os, cpu) = platform.npm;
    let package = package_of(name, platform);
    let about = json!({
        "name": package,
        "version": VERSION,
        "description": format!("{description} ({os}, {cpu})"),
        "license": "MIT",
        "os": [os],
        "cpu": [cpu],
        // npm's own archive keeps these bits, others set them by this list.
        "preferUnplugged": true,
    });
    let mut tree = Tree::default();
    tree.add("package/package.json".to_owned(), 0o644, pretty(&about)?);
    tree.add(
        format!("package/bin/{}", platform.executable(name)),
        0o755,
        native.bytes.to_vec(),
    );
    let licences = native.shared.licences.clone().into_bytes();
    tree.add("package/THIRD-PARTY-LICENSES.txt".to_owned(), 0o644, licences);
    put(out, &format!("{package}-{VERSION}.tgz"), &archive::tar_gz(&tree)?)
}

/// Writes the package that people install.
///
/// # Errors
/// When it cannot be written.
pub fn command(out: &Path, name: &str, description: &str) -> Result<()> {
    let natives: Map<String, Value> = PLATFORMS
        .iter()
        .map(|platform| (package_of(name, platform), Value::from(VERSION)))
        .collect();
    let script = format!("bin/{name}.js");
    let about = json!({
        "name": name,
        "version": VERSION,
        "description": description,
        "license": "MIT",
        "bin": { name: script },
        "engines": { "node": ">=16" },
        "optionalDependencies": natives,
    });
    let mut tree = Tree::default();
    tree.add("package/package.json".to_owned(), 0o644, pretty(&about)?);
    let launcher = LAUNCHER.replace("@COMMAND@", name);
    tree.add(format!("package/{script}"), 0o755, launcher.into_bytes());
    let readme = format!("# {name}\n\n{description}. `npx {name} --help` tells more.\n");
    tree.add("package/README.md".to_owned(), 0o644, readme.into_bytes());
    put(out, &format!("{name}-{VERSION}.tgz"), &archive::tar_gz(&tree)?)
}

fn package_of(name: &str, platform: &Platform) -> String {
    let (os, cpu) = platform.npm;
    format!("{name}-{os}-{cpu}")
}

fn pretty(value: &Value) -> Result<Vec<u8>> {
    Ok((serde_json::to_string_pretty(value)? + "\n").into_bytes())
}

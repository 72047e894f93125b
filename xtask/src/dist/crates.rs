//! The crates that are linked into the commands and into the runtimes that they carry.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A crate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Crate {
    pub name: String,
    pub version: String,
    /// As an SPDX expression.
    pub licence: String,
    /// Where its source is developed.
    pub repository: Option<String>,
    /// SHA-256 of the package, as the lock file has it; none for those of this repository.
    pub checksum: Option<String>,
    /// Folder of its source.
    pub folder: PathBuf,
}

/// Manifest, and the packages of it that are in a release.
const ROOTS: [(&str, &[&str]); 2] = [
    ("Cargo.toml", &["nyash-pack", "nyash", "nyash-jit"]),
    ("runtime/Cargo.toml", &["nyash-runtime"]),
];

/// Every crate that a release has in it on any platform, in order of name and version.
///
/// # Errors
/// When cargo cannot tell.
pub fn linked_in(root: &Path) -> Result<Vec<Crate>> {
    let mut all = BTreeMap::new();
    for (manifest, packages) in ROOTS {
        let manifest = root.join(manifest);
        let lock = manifest.with_file_name("Cargo.lock");
        let lock = fs::read_to_string(&lock).with_context(|| lock.display().to_string())?;
        let checksums = checksums(&lock);
        let metadata = metadata(&manifest)?;
        for mut found in reachable(&metadata, packages)? {
            found.checksum = checksums.get(&(found.name.clone(), found.version.clone())).cloned();
            all.insert((found.name.clone(), found.version.clone()), found);
        }
    }
    Ok(all.into_values().collect())
}

fn metadata(manifest: &Path) -> Result<Value> {
    let done = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "metadata",
            "--format-version=1",
            "--locked",
            "--all-features",
            "--manifest-path",
        ])
        .arg(manifest)
        .output()
        .context("cannot run cargo metadata")?;
    if !done.status.success() {
        bail!("cargo metadata failed:\n{}", String::from_utf8_lossy(&done.stderr));
    }
    serde_json::from_slice(&done.stdout).context("what cargo metadata printed")
}

/// What these packages need when they run: neither what builds them nor what tests them.
fn reachable(metadata: &Value, roots: &[&str]) -> Result<Vec<Crate>> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages: HashMap<String, Value> = list(&metadata["packages"])
        .into_iter()
        .map(|package| (text(&package["id"]), package))
        .collect();
    let nodes: HashMap<String, Value> = list(&metadata["resolve"]["nodes"])
        .into_iter()
        .map(|node| (text(&node["id"]), node))
        .collect();
    let macros = |id: &str| {
        packages.get(id).is_some_and(|package| {
            list(&package["targets"])
                .iter()
                .any(|target| list(&target["kind"]).iter().any(|kind| kind == "proc-macro"))
        })
    };
    let mut waiting: Vec<String> = packages
        .iter()
        .filter(|(_, package)| roots.contains(&text(&package["name"]).as_str()) && package["source"].is_null())
        .map(|(id, _)| id.clone())
        .collect();
    if waiting.len() != roots.len() {
        bail!("cargo metadata does not know all of {}", roots.join(", "));
    }
    let mut seen: BTreeSet<String> = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if macros(&id) || !seen.insert(id.clone()) {
            continue;
        }
        for dependency in nodes.get(&id).map(|node| list(&node["deps"])).unwrap_or_default() {
            let normal = list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
            if normal {
                waiting.push(text(&dependency["pkg"]));
            }
        }
    }
    let read = |id: &String| {
        let package = packages
            .get(id)
            .with_context(|| format!("{id} is not among the packages"))?;
        let manifest = PathBuf::from(text(&package["manifest_path"]));
        let licence = match package["license"].as_str() {
            Some(licence) => licence.to_owned(),
            // All of this repository has one.
            None if package["source"].is_null() => env!("CARGO_PKG_LICENSE").to_owned(),
            None => bail!("{id} names no licence"),
        };
        Ok(Crate {
            name: text(&package["name"]),
            version: text(&package["version"]),
            // An old way to write OR.
            licence: licence.replace('/', " OR "),
            repository: package["repository"].as_str().map(str::to_owned),
            checksum: None,
            folder: manifest.parent().unwrap_or(Path::new("")).to_owned(),
        })
    };
    seen.iter().map(read).collect()
}

/// Checksums of a lock file by name and version.
fn checksums(lock: &str) -> HashMap<(String, String), String> {
    let field = |block: &str, name: &str| {
        let line = block
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \""))?;
        Some(line.trim_end_matches('"').to_owned())
    };
    lock.split("[[package]]")
        .filter_map(|block| {
            Some((
                (field(block, "name")?, field(block, "version")?),
                field(block, "checksum")?,
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_of_a_lock_file() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"x\"\nchecksum = \"00ff\"\n\n[[package]]\nname = \"own\"\nversion = \"0.1.0\"\n";
        let found = checksums(lock);
        assert_eq!(found.len(), 1);
        assert_eq!(found[&("a".to_owned(), "1.0.0".to_owned())], "00ff");
    }

    #[test]
    fn what_only_builds_or_tests_is_left_out() {
        let package = |name: &str, kind: &str, source: Option<&str>| {
            serde_json::json!({"id": name, "name": name, "version": "1.0.0", "license": "MIT/Apache-2.0", "source": source,
                "manifest_path": format!("/x/{name}/Cargo.toml"), "targets": [{"kind": [kind]}]})
        };
        let dependency =
            |name: &str, kind: Option<&str>| serde_json::json!({"pkg": name, "dep_kinds": [{"kind": kind}]});
        let metadata = serde_json::json!({
            "packages": [package("app", "bin", None), package("lib", "lib", Some("r")), package("derive", "proc-macro", Some("r")),
                package("cc", "lib", Some("r")), package("test", "lib", Some("r"))],
            "resolve": {"nodes": [{"id": "app", "deps": [dependency("lib", None), dependency("derive", None),
                dependency("cc", Some("build")), dependency("test", Some("dev"))]}]}});
        let found = reachable(&metadata, &["app"]).unwrap();
        let names: Vec<&str> = found.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(names, ["app", "lib"]);
        assert_eq!(found[1].licence, "MIT OR Apache-2.0");
        assert!(reachable(&metadata, &["other"]).is_err());
    }
}
